/* SPDX-License-Identifier: GPL-3.0-or-later */
/* selfblend.c: a face blended with a changed copy of itself. */
#include "blend/selfblend.h"
#include "base/base.h"
#include "blend/mask.h"
#include "degrade/augment.h"
#include <stdlib.h>
#include <string.h>

static uint8_t byte(float v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + .5f);
}

static um_status copy(um_image **out, const um_image *from, um_error *err)
{
    um_status st = um_image_new(out, from->width, from->height, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < from->height; y++)
        memcpy((*out)->data + y * (*out)->stride, from->data + y * from->stride, (size_t)from->width * 3);
    return st;
}

void blend_tone(um_image *m, float strength, rng *r)
{
    float gain = 1, lift[3] = {0}, pale = 0;
    if (rng_chance(r, .8f)) {
        gain = 1 + strength * rng_float(r, -.2f, .2f);
        for (int c = 0; c < 3; c++)
            lift[c] = 128 * (1 - gain) + strength * rng_float(r, -20, 20);
    }
    if (rng_chance(r, .5f))
        pale = strength * rng_float(r, -.4f, .4f);
    for (int y = 0; y < m->height; y++) {
        uint8_t *p = m->data + y * m->stride;
        for (int x = 0; x < m->width; x++, p += 3) {
            const float gray = ((float)p[0] + (float)p[1] + (float)p[2]) / 3;
            for (int c = 0; c < 3; c++)
                p[c] = byte(((float)p[c] + pale * (gray - (float)p[c])) * gain + lift[c]);
        }
    }
}

/* Fewer pixels, softer, or sharper. */
static um_status change_detail(um_image *m, float strength, rng *r, um_error *err)
{
    const float kind = rng_float(r, 0, 1);
    if (kind < .55f) {
        const float f = 1 - strength * rng_float(r, .2f, .65f);
        augment_shrink(m, um_clampi((int)((float)m->width * f), 8, m->width),
                       um_clampi((int)((float)m->height * f), 8, m->height));
    } else if (kind < .85f) { /* unsharp mask: away from a coarser copy */
        um_image *soft;
        const float by = strength * rng_float(r, .4f, 1.2f);
        um_status st = copy(&soft, m, err);
        if (st < 0)
            return st;
        augment_shrink(soft, (m->width + 1) / 2, (m->height + 1) / 2);
        for (int y = 0; y < m->height; y++)
            for (int x = 0; x < 3 * m->width; x++) {
                uint8_t *p = m->data + y * m->stride + x;
                *p = byte((float)*p + by * ((float)*p - (float)soft->data[y * soft->stride + x]));
            }
        um_image_free(&soft);
    }
    return UM_OK;
}

/* Turned, scaled, moved a little and bent: linear between pixels, edges repeated. */
static void move_into(um_image *to, const um_image *from, rng *r)
{
    const float w = (float)from->width, h = (float)from->height;
    const float angle = rng_float(r, -.026f, .026f), scale = rng_float(r, .965f, 1.035f),
                c = cosf(angle) / scale, s = sinf(angle) / scale;
    const float dx = rng_float(r, -.03f, .03f) * w, dy = rng_float(r, -.02f, .02f) * h;
    bend b;
    bend_draw(&b, 2 + rng_int(r, 5), rng_chance(r, .5f) ? rng_float(r, 0, .008f) * h : 0, r);
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++) {
            const um_point d = bend_at(&b, (float)x / w, (float)y / h);
            const float u = (float)x - w / 2, v = (float)y - h / 2;
            const float sx = (float)um_clampd(w / 2 + c * u + s * v + dx + d.x, 0, w - 1.001),
                        sy = (float)um_clampd(h / 2 - s * u + c * v + dy + d.y, 0, h - 1.001);
            const int i = (int)sx, j = (int)sy;
            const float p = sx - (float)i, q = sy - (float)j;
            const uint8_t *a = from->data + j * from->stride + 3 * i, *below = a + from->stride;
            uint8_t *o = to->data + y * to->stride + 3 * x;
            for (int k = 0; k < 3; k++)
                o[k] = byte((1 - q) * ((1 - p) * a[k] + p * a[k + 3]) +
                            q * ((1 - p) * below[k] + p * below[k + 3]));
        }
}

/* fake = opacity M pasted + (1 - opacity M) real */
static void paste(selfblend_pair *out, const um_image *pasted, const float *mask, float opacity)
{
    const int w = pasted->width;
    for (int y = 0; y < pasted->height; y++) {
        uint8_t *f = out->fake->data + y * out->fake->stride,
                *b = out->border->data + y * out->border->stride;
        const uint8_t *t = out->real->data + y * out->real->stride, *s = pasted->data + y * pasted->stride;
        for (int x = 0; x < w; x++) {
            const float m = mask[y * w + x];
            b[x] = byte(255 * 4 * m * (1 - m));
            for (int k = 3 * x; k < 3 * x + 3; k++)
                f[k] = byte((float)t[k] + opacity * m * ((float)s[k] - (float)t[k]));
        }
    }
}

um_status selfblend(selfblend_pair *out, const um_image *face, const um_point points[UM_N_LANDMARKS],
                    float hardness, rng *r, um_error *err)
{
    static const float opacity[6] = {.25f, .5f, .75f, 1, 1, 1};
    const float strength = 1 - .5f * hardness;
    um_image *changed = NULL, *pasted = NULL;
    float *mask = NULL;
    memset(out, 0, sizeof *out);
    um_status st = copy(&changed, face, err);
    if (st == UM_OK)
        st = copy(&out->real, face, err);
    if (st == UM_OK)
        st = um_image_new(&pasted, face->width, face->height, UM_RGB24, err);
    if (st == UM_OK)
        st = um_image_new(&out->fake, face->width, face->height, UM_RGB24, err);
    if (st == UM_OK)
        st = um_image_new(&out->border, face->width, face->height, UM_GRAY8, err);
    if (st == UM_OK && !(mask = mask_draw(face->width, face->height, points, r)))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        /* Either side may be the changed one, so that no tone and no sharpness means fake. */
        um_image *change = rng_chance(r, .5f) ? changed : out->real;
        blend_tone(change, strength, r);
        st = change_detail(change, strength, r, err);
    }
    if (st == UM_OK) {
        move_into(pasted, changed, r);
        paste(out, pasted, mask, rng_chance(r, hardness) ? opacity[rng_int(r, 6)] : 1);
    } else {
        selfblend_free(out);
    }
    free(mask);
    um_image_free(&changed);
    um_image_free(&pasted);
    return st;
}

void selfblend_free(selfblend_pair *pair)
{
    um_image_free(&pair->real);
    um_image_free(&pair->fake);
    um_image_free(&pair->border);
}
