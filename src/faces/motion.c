/* SPDX-License-Identifier: GPL-3.0-or-later */
/* motion.c: see motion.h. */
#include "faces/motion.h"
#include <math.h>

/* Standard deviations in sizes of the box, of DeepSORT. On the clips of videos/train/real, centres one frame
 * ahead are off by .70 % of the size (rms), as with a velocity averaged by hand (.70 %), from the last place
 * by .80 %. */
static const float PLACE = 1 / 20.f, VELOCITY = 1 / 160.f;
static const float MOST_SCALE = 14; /* logarithm of the side of the largest box */

static float square(float v)
{
    return v * v;
}

static um_motion_axis axis(float at, float unit)
{
    return (um_motion_axis){at, 0, {square(2 * PLACE * unit), 0, square(10 * VELOCITY * unit)}};
}

static void predict(um_motion_axis *a, float unit)
{
    float *p = a->variance;
    a->at += a->velocity;
    p[0] += 2 * p[1] + p[2] + square(PLACE * unit);
    p[1] += p[2];
    p[2] += square(VELOCITY * unit);
}

static void update(um_motion_axis *a, float seen, float unit, float doubt)
{
    float *p = a->variance, all = p[0] + square(PLACE * unit * doubt), gain = p[0] / all, follow = p[1] / all,
          off = seen - a->at;
    a->at += gain * off;
    a->velocity += follow * off;
    p[2] -= follow * p[1];
    p[1] *= 1 - gain;
    p[0] *= 1 - gain;
}

static float scale_of(um_rect box)
{
    return logf(fmaxf(1, sqrtf(fmaxf(0, box.w * box.h))));
}

static float aspect_of(um_rect box)
{
    return logf(fmaxf(1, box.w) / fmaxf(1, box.h));
}

void um_motion_begin(um_motion *m, um_rect box)
{
    float scale = scale_of(box), size = expf(scale);
    m->x = axis(box.x + box.w / 2, size);
    m->y = axis(box.y + box.h / 2, size);
    m->scale = axis(scale, 1);
    m->aspect = aspect_of(box);
}

void um_motion_predict(um_motion *m)
{
    float size = expf(m->scale.at);
    predict(&m->x, size);
    predict(&m->y, size);
    predict(&m->scale, 1);
    m->scale.at = fminf(fmaxf(m->scale.at, 0), MOST_SCALE);
}

void um_motion_update(um_motion *m, um_rect box, float doubt)
{
    float size = expf(m->scale.at);
    update(&m->x, box.x + box.w / 2, size, doubt);
    update(&m->y, box.y + box.h / 2, size, doubt);
    update(&m->scale, scale_of(box), 1, doubt);
    m->aspect = aspect_of(box);
}

void um_motion_rest(um_motion *m)
{
    m->x.velocity = m->y.velocity = m->scale.velocity = 0;
}

um_rect um_motion_box(const um_motion *m)
{
    float size = expf(m->scale.at), root = expf(m->aspect / 2), w = size * root, h = size / root;
    return (um_rect){m->x.at - w / 2, m->y.at - h / 2, w, h};
}
