/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_sample.c: pairs of a real face and a fake one, placed and spoiled alike. */
#include "face_sample.h"
#include "blend/selfblend.h"
#include "degrade/augment.h"
#include "faces/face_input.h"
#include <string.h>

/* Where the network looks in a stored face: the same draw for both of a pair. */
typedef struct place {
    float scale, dx, dy, angle;
    bool mirrored;
} place;

static place usual_place(void)
{
    return (place){.scale = FACE_SEEN / FACE_MARGIN};
}

static place draw_place(rng *r)
{
    place p = usual_place();
    p.scale *= rng_float(r, .92f, 1.12f);
    p.dx = rng_float(r, -.03f, .03f);
    p.dy = rng_float(r, -.03f, .03f);
    p.angle = rng_float(r, -.12f, .12f);
    p.mirrored = rng_chance(r, .5f);
    return p;
}

static um_status put(um_image **out, const um_image *face, place p, int n, um_error *err)
{
    const float side = (float)face->width;
    const um_square s = {{side * (.5f + p.dx) - .5f, side * (.5f + p.dy) - .5f}, side * p.scale, p.angle};
    um_status st = um_square_crop(out, face, s, n, err);
    if (st == UM_OK && p.mirrored && face->pixel == UM_RGB24)
        mirror_picture(*out);
    return st;
}

/* What both of a pair go through, with the same draws. */
static void spoil(um_image *rgb, float hardness, rng r)
{
    if (rng_chance(&r, .3f + .3f * hardness))
        blend_tone(rgb, .7f, &r);
    if (rng_chance(&r, .1f))
        augment_gray(rgb);
    if (rng_chance(&r, .4f * hardness)) {
        const int side = (int)(FACE_SIDE * rng_float(&r, .4f, .95f));
        augment_shrink(rgb, side, side);
    }
    if (rng_chance(&r, .3f + .3f * hardness))
        augment_jpeg(rgb, (int)rng_float(&r, 80 - 45 * hardness, 98));
    augment_video(rgb, &(sample_mix){.video = .3f * hardness}, &r);
}

static um_status place_pair(face_pair *out, const um_image *real, const um_image *fake,
                            const um_image *border, place p, um_error *err)
{
    um_image *map = NULL;
    um_status st = put(&out->picture[0], real, p, FACE_SIDE, err);
    if (st == UM_OK)
        st = put(&out->picture[1], fake, p, FACE_SIDE, err);
    if (st < 0 || !border)
        return st;
    out->blended = true;
    if ((st = put(&map, border, p, FACE_MAP, err)) == UM_OK)
        for (int y = 0; y < FACE_MAP; y++)
            for (int x = 0; x < FACE_MAP; x++)
                out->border[y * FACE_MAP + (p.mirrored ? FACE_MAP - 1 - x : x)] =
                    (float)map->data[y * map->stride + x] / 255;
    um_image_free(&map);
    return st;
}

static um_status blend(face_pair *out, const face_set *set, int item, float hardness, place p, rng *r,
                       um_error *err)
{
    face_picture face;
    selfblend_pair pair = {0};
    um_status st = face_set_read(&face, set, item, err);
    if (st == UM_OK)
        st = selfblend(&pair, face.rgb, face.points, hardness, r, err);
    if (st == UM_OK)
        st = place_pair(out, pair.real, pair.fake, pair.border, p, err);
    selfblend_free(&pair);
    um_image_free(&face.rgb);
    return st;
}

static um_status take_listed(face_pair *out, const face_set *set, int fake, place p, rng *r, um_error *err)
{
    face_picture a = {0}, b = {0};
    um_status st = face_set_read(&a, set, face_set_beside(set, fake, r), err);
    if (st == UM_OK)
        st = face_set_read(&b, set, fake, err);
    if (st == UM_OK)
        st = place_pair(out, a.rgb, b.rgb, NULL, p, err);
    um_image_free(&a.rgb);
    um_image_free(&b.rgb);
    return st;
}

um_status face_pair_draw(face_pair *out, const face_set *set, const face_mix *mix, uint64_t seed,
                         um_error *err)
{
    rng r = {seed};
    memset(out, 0, sizeof *out);
    const place p = draw_place(&r);
    const int fake = rng_chance(&r, mix->listed) ? face_set_draw(set, true, &r) : -1;
    um_status st = fake >= 0 ? take_listed(out, set, fake, p, &r, err)
                             : blend(out, set, face_set_draw(set, false, &r), mix->hardness, p, &r, err);
    if (st < 0) {
        face_pair_free(out);
        return st;
    }
    spoil(out->picture[0], mix->hardness, r);
    spoil(out->picture[1], mix->hardness, r);
    return UM_OK;
}

um_status face_pair_of(face_pair *out, const face_set *set, int item, uint64_t seed, um_error *err)
{
    rng r = {seed};
    memset(out, 0, sizeof *out);
    um_status st = blend(out, set, item, 0, usual_place(), &r, err);
    if (st < 0)
        face_pair_free(out);
    return st;
}

void face_pair_free(face_pair *pair)
{
    um_image_free(&pair->picture[0]);
    um_image_free(&pair->picture[1]);
}

um_status face_alone(um_image **out, const face_set *set, int item, um_error *err)
{
    face_picture face;
    um_status st = face_set_read(&face, set, item, err);
    if (st == UM_OK)
        st = um_face_middle(out, face.rgb, FACE_SEEN / FACE_MARGIN, FACE_SIDE, err);
    um_image_free(&face.rgb);
    return st;
}
