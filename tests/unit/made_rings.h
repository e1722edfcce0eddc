/* SPDX-License-Identifier: GPL-3.0-or-later */
/* made_rings.h: pictures whose noise and colour change along the contour of a mean face. Included once per
 * test program. */
#ifndef UM_MADE_RINGS_H
#define UM_MADE_RINGS_H
#include "made_skin.h"
#include "signal_run.h"
#include "signals/face/face_rings.h"

static uint64_t rings_seed = 3;

static inline double rings_uniform(void)
{
    rings_seed = rings_seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(rings_seed >> 11) / 9007199254740992.0;
}

static inline double rings_normal(void)
{
    return sqrt(-2 * log(rings_uniform() + 1e-300)) * cos(2 * M_PI * rings_uniform());
}

/* Noise and colour of ring `from` up to the next one of the list; ended by from = UM_RINGS. */
typedef struct made_ring {
    double from, sigma, rgb[3];
} made_ring;

static inline um_image *rings_picture(int side, const um_face *face, const made_ring *ring)
{
    um_image *image = NULL;
    if (um_image_new(&image, side, side, UM_RGB24, NULL) < 0)
        abort();
    const um_point c = um_ring_centre(face);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const float dx = (float)x - c.x, dy = (float)y - c.y;
            const double at =
                (double)hypotf(dx, dy) / (double)um_ring_reach(face, atan2f(dy, dx)) * UM_RING_CONTOUR;
            const made_ring *r = ring;
            while (r[1].from < UM_RINGS && at >= r[1].from)
                r++;
            const double noise = r->sigma * rings_normal();
            uint8_t *v = image->data + y * image->stride + 3 * x;
            for (int k = 0; k < 3; k++)
                v[k] = (uint8_t)lround(fmin(fmax(r->rgb[k] + noise, 0), 255));
        }
    return image;
}

static inline um_status rings_show(runner *r, um_image *image, um_face *face, double t_s)
{
    um_image *gray = NULL;
    um_status st = um_image_to_gray(&gray, image, NULL);
    um_frame frame = {.rgb = image, .gray = gray, .t_s = t_s};
    st = st < 0 ? st : runner_picture(r, &frame, face, 1);
    um_image_free(&gray);
    return st;
}

/* The findings of one look. */
static inline um_findings *rings_look(const char *signal, int side, um_face *face, const made_ring *ring)
{
    runner r;
    um_image *image = rings_picture(side, face, ring);
    if (runner_begin(&r, um_signal_find(signal)) < 0 || rings_show(&r, image, face, 0) < 0 ||
        runner_finish(&r) < 0)
        abort();
    um_image_free(&image);
    return runner_end(&r);
}

/* What both signals of rings ask of a face and of the time: looks that are made of faces on either side of a
 * limit. */
static inline int rings_looks(const char *signal, const um_face *face, int n, const double *t_s,
                              um_image *image)
{
    runner r;
    um_face one = *face;
    if (runner_begin(&r, um_signal_find(signal)) < 0)
        abort();
    for (int i = 0; i < n; i++)
        if (rings_show(&r, image, &one, t_s[i]) < 0)
            abort();
    if (runner_finish(&r) < 0)
        abort();
    um_findings *f = runner_end(&r);
    const int looks = f->n_series ? (int)f->series[0].n : 0;
    um_findings_free(&f);
    return looks;
}
#endif
