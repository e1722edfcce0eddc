/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detect.c: a detector over a whole picture, at one scale or several.
 *
 * Detectors know faces of some 10 to 400 input pixels. A video gets one look at most 640 pixels wide; a photo
 * is looked at from coarse to fine, each time at about twice the scale, in overlapping tiles where it does
 * not fit. A face that a tile cuts is dropped there: the neighbour tile, or the coarser look, sees it whole.
 */
#include "faces/detect.h"
#include "base/base.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VIDEO_SIDE = 640,       /* of one look, input pixels */
    COARSE_SIDE = 160,      /* of the first look at a photo: faces up to the full frame */
    TILE_SIDE = 1024,       /* largest input of a network of free size */
    OVERLAP = 128,          /* input pixels shared by neighbours: the finest look is for smaller faces */
    SMALLEST = 10,          /* input pixels of the smallest face a detector finds */
    MOST_PIXELS = 12000000, /* of the finest look: bounds time and memory for huge photos */
    CUT = 3,                /* a box this near to an inner border of a tile is cut */
    LARGEST = 2, /* times the longer side of the picture: no face, and it would swallow those inside */
};
static const double MOST_SCALE = 4, NEXT_SCALE = 2.1;

/* One look at `from` (image pixels), resized to pw x ph in the corner of an input of w x h. */
static um_status look(um_net *net, const um_image *rgb, um_rect from, int pw, int ph, int w, int h,
                      const um_detect_plan *plan, um_found_list *list, um_error *err)
{
    const um_decoder *d = &net->man.decoder;
    um_lease *lease = NULL;
    um_image *part = NULL, *whole = NULL;
    um_status st;
    if ((st = um_image_crop_resize(&part, rgb, from, pw, ph, err)) < 0)
        return st;
    if (pw < w || ph < h) { /* black to the right and below */
        if ((st = um_image_new(&whole, w, h, part->pixel, err)) < 0)
            goto done;
        memset(whole->data, 0, (size_t)whole->stride * (size_t)h);
        for (int y = 0; y < ph; y++)
            memcpy(whole->data + y * whole->stride, part->data + y * part->stride,
                   (size_t)pw * (size_t)um_image_channels(part->pixel));
    }
    if ((st = um_net_lease(&lease, net, err)) < 0 || (st = um_net_run(lease, whole ? whole : part, err)) < 0)
        goto done;
    um_detector_outputs named = {0};
    int n = d->type == UM_DECODE_ANCHOR_FREE ? d->n_strides : 1;
    for (int i = 0; i < n; i++) {
        named.score[i] = um_net_output(lease, &d->score[i]);
        named.object[i] = um_net_output(lease, &d->object[i]);
        named.box[i] = um_net_output(lease, &d->box[i]);
        named.points[i] = um_net_output(lease, &d->points[i]);
    }
    int first = list->n, kept = first;
    if ((st = um_decode_faces(list, d, &named, w, h, plan->score_min, err)) < 0)
        goto done;

    float sx = from.w / (float)pw, sy = from.h / (float)ph;
    bool cut_left = from.x > 0, cut_top = from.y > 0, cut_right = from.x + from.w < (float)rgb->width - 0.5f,
         cut_bottom = from.y + from.h < (float)rgb->height - 0.5f;
    for (int i = first; i < list->n; i++) {
        um_found f = list->v[i];
        if ((cut_left && f.box.x < CUT) || (cut_top && f.box.y < CUT) ||
            (cut_right && f.box.x + f.box.w > (float)(pw - CUT)) ||
            (cut_bottom && f.box.y + f.box.h > (float)(ph - CUT)))
            continue;
        f.box = (um_rect){from.x + f.box.x * sx, from.y + f.box.y * sy, f.box.w * sx, f.box.h * sy};
        for (int k = 0; k < 5; k++)
            f.five[k] = (um_point){from.x + f.five[k].x * sx - 0.5f, from.y + f.five[k].y * sy - 0.5f};
        float side = fmaxf(f.box.w, f.box.h), most = LARGEST * fmaxf((float)rgb->width, (float)rgb->height);
        if (side >= 0.8f * plan->min_side_px && side <= most)
            list->v[kept++] = f;
    }
    list->n = kept;
done:
    um_net_return(&lease);
    um_image_free(&whole);
    um_image_free(&part);
    return st;
}

/* Tiles along an axis of the scaled picture. */
struct axis {
    int length; /* of the picture, input pixels */
    int n;      /* tiles */
    int input;  /* side of the network's input */
    int part;   /* of which the picture fills this much */
};

static struct axis divide(int pixels, double scale, int fixed, const um_net_input *in)
{
    struct axis a = {.length = (int)fmax(1, rint(pixels * scale))};
    int most = fixed ? fixed : TILE_SIDE, overlap = OVERLAP < most / 4 ? OVERLAP : most / 4;
    a.n = a.length <= most ? 1 : (a.length - overlap + most - overlap - 1) / (most - overlap);
    int tile = (a.length + (a.n - 1) * overlap + a.n - 1) / a.n;
    a.input = fixed ? fixed : (tile + in->multiple - 1) / in->multiple * in->multiple;
    a.part = a.n > 1 || !in->letterbox ? a.input : a.length;
    return a;
}

/* Where tile i starts, in input pixels. */
static double tile_at(const struct axis *a, int i)
{
    return a->n > 1 ? (double)(a->length - a->input) * i / (a->n - 1) : 0;
}

static um_status look_at_scale(um_net *net, const um_image *rgb, double scale, const um_detect_plan *plan,
                               um_found_list *list, um_error *err)
{
    const um_net_input *in = &net->man.input;
    struct axis x = divide(rgb->width, scale, in->width, in), y = divide(rgb->height, scale, in->height, in);
    double kx = (double)rgb->width / x.length, ky = (double)rgb->height / y.length;
    um_status st = UM_OK;
    for (int j = 0; j < y.n && st == UM_OK; j++)
        for (int i = 0; i < x.n && st == UM_OK; i++) {
            um_rect from = {(float)(tile_at(&x, i) * kx), (float)(tile_at(&y, j) * ky),
                            (float)((x.n > 1 ? x.input : x.length) * kx),
                            (float)((y.n > 1 ? y.input : y.length) * ky)};
            st = look(net, rgb, from, x.part, y.part, x.input, y.input, plan, list, err);
        }
    return st;
}

um_status um_detect(um_net *net, const um_image *rgb, const um_detect_plan *plan, um_found_list *list,
                    um_error *err)
{
    const um_net_input *in = &net->man.input;
    double longer = fmax(rgb->width, rgb->height), pixels = (double)rgb->width * rgb->height;
    double fit = in->width ? fmin((double)in->width / rgb->width, (double)in->height / rgb->height)
                           : (plan->video ? VIDEO_SIDE : COARSE_SIDE) / longer;
    double first = fmin(1, fit), last = fmin(MOST_SCALE, SMALLEST / (double)plan->min_side_px);
    last = fmax(first, fmin(last, sqrt(MOST_PIXELS / pixels)));
    um_status st = UM_OK;
    list->n = 0;
    if (plan->video)
        last = first;
    for (double s = first; st == UM_OK; s = s * NEXT_SCALE > last * 0.75 ? last : s * NEXT_SCALE) {
        st = look_at_scale(net, rgb, s, plan, list, err);
        if (s >= last)
            break;
    }
    um_suppress(list, net->man.decoder.nms_iou, UM_PART);
    return st;
}
