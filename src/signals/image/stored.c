/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stored.c: see stored.h. */
#include "signals/image/stored.h"
#include "media/turn.h"
#include <math.h>

um_status um_stored_take(um_stored *out, const um_signal_input *in, um_error *err)
{
    *out = (um_stored){.turn = in->media->rotation_deg};
    um_status st = um_product_luma(&out->shown, in->products, err);
    return st < 0 ? st : um_image_turn_back(&out->luma, out->shown, out->turn, err);
}

void um_stored_free(um_stored *stored)
{
    um_image_free(&stored->luma);
}

um_status um_photo_skip(const um_signal_input *in, int least_side, um_findings *out, um_error *err)
{
    if (!in->media->is_photo)
        return um_findings_skip(out, um_file_subject(), err, "only photos are looked at");
    return um_findings_skip(out, um_file_subject(), err,
                            "too small: %d x %d pixels, %d needed on either side", in->media->width,
                            in->media->height, least_side);
}

um_rect um_stored_shown(const um_stored *stored, um_rect r)
{
    const float w = (float)stored->shown->width, h = (float)stored->shown->height;
    switch (stored->turn) {
    case 90:
        return (um_rect){w - r.y - r.h, r.x, r.h, r.w};
    case 180:
        return (um_rect){w - r.x - r.w, h - r.y - r.h, r.w, r.h};
    case 270:
        return (um_rect){r.y, h - r.x - r.w, r.h, r.w};
    default:
        return r;
    }
}

um_status um_stored_picture(um_image **out, const um_stored *stored, const um_cells *cells, bool alone,
                            um_error *err)
{
    const um_image *shown = stored->shown;
    const int longer = shown->width > shown->height ? shown->width : shown->height;
    const double scale = fmin(1, (double)UM_STORED_PICTURE / longer);
    const int width = um_clampi((int)lrint(shown->width * scale), 1, UM_STORED_PICTURE),
              height = um_clampi((int)lrint(shown->height * scale), 1, UM_STORED_PICTURE);
    um_image *small = NULL, *picture = NULL;
    const um_rect all = {0, 0, (float)shown->width, (float)shown->height};
    um_status st = um_image_crop_resize(&small, shown, all, width, height, err);
    if (st == UM_OK && (st = um_image_new(&picture, width, height, UM_RGB24, err)) == UM_OK) {
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                int sx, sy;
                um_stored_at(stored->turn, shown->width, shown->height, x * shown->width / width,
                             y * shown->height / height, &sx, &sy);
                const int col = (int)((float)sx / cells->cell), row = (int)((float)sy / cells->cell);
                const float v =
                    col < cells->cols && row < cells->rows ? cells->value[row * cells->cols + col] : 0;
                const float pale = alone ? 255 * v : 128 + .5f * small->data[y * small->stride + x];
                const float other = alone ? pale : (1 - .8f * v) * pale;
                uint8_t *rgb = picture->data + y * picture->stride + 3 * x;
                rgb[0] = (uint8_t)um_clampi((int)lrintf(pale), 0, 255);
                rgb[1] = rgb[2] = (uint8_t)um_clampi((int)lrintf(other), 0, 255);
            }
        *out = picture;
    }
    um_image_free(&small);
    return st;
}
