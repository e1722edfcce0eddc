/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns against a count by their definition, distances against worked-out ones. */
#include "../check.h"
#include "dsp/cooccurrence.h"
#include "still_pictures.h"

static int step_of(int r)
{
    const double q = r / 2.;
    return q >= .5 ? 1 : q <= -.5 ? -1 : 0;
}

/* The share of patterns that are this one, its mirror image, its negative or both. */
static double share(const uint8_t *at, ptrdiff_t stride, int width, int height, const int like[4])
{
    int n = 0, all = 0;
    for (int along = 0; along < 2; along++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                const int place = along ? y : x, end = along ? height : width;
                const ptrdiff_t d = along ? stride : 1;
                const uint8_t *p = at + y * stride + x;
                int t[4];
                if (place < 1 || place + 5 >= end)
                    continue;
                for (int k = 0; k < 4; k++)
                    t[k] = step_of(p[(k - 1) * d] - 3 * p[k * d] + 3 * p[(k + 1) * d] - p[(k + 2) * d]);
                bool same = false;
                for (int how = 0; how < 4; how++) {
                    bool equal = true;
                    for (int k = 0; k < 4; k++)
                        equal &= t[how & 1 ? 3 - k : k] == (how & 2 ? -like[k] : like[k]);
                    same |= equal;
                }
                n += same;
                all++;
            }
    return (double)n / all;
}

static void counts(void)
{
    um_image *image = textured(61, 43, 3, 5);
    um_cooc c;
    double squares = 0;
    um_cooccurrence(&c, image->data + 2 * image->stride + 3, image->stride, 50, 40);
    for (int i = 0; i < UM_COOC_N; i++)
        squares += c.value[i] * c.value[i];
    CHECK_NEAR(squares, 1, 1e-12);
    /* the classes stand in the order of their lowest member in base 3, where -1 is 0 */
    int k = 0;
    for (int pattern = 0; pattern < 81; pattern++) {
        const int d[4] = {pattern / 27 - 1, pattern / 9 % 3 - 1, pattern / 3 % 3 - 1, pattern % 3 - 1};
        int least = pattern;
        for (int how = 1; how < 4; how++) {
            int other = 0;
            for (int i = 0; i < 4; i++)
                other = 3 * other + 1 + (how & 2 ? -1 : 1) * d[how & 1 ? 3 - i : i];
            least = other < least ? other : least;
        }
        if (least < pattern)
            continue;
        CHECK_NEAR(c.value[k] * c.value[k],
                   share(image->data + 2 * image->stride + 3, image->stride, 50, 40, d), 1e-12);
        k++;
    }
    CHECK(k == UM_COOC_N);
    CHECK_NEAR(c.even,
               share(image->data + 2 * image->stride + 3, image->stride, 50, 40, (const int[4]){0, 0, 0, 0}),
               1e-12);
    um_image_free(&image);
}

/* Two samples, d apart from their mean: the covariance is d d', and r = |d|^2 / 2500 is added. By Sherman and
 * Morrison, x' (d d' + r)^-1 x = (x'x - (d'x)^2 / (r + d'd)) / r. */
static void distances(void)
{
    um_cooc sample[2] = {{{0}}};
    const um_cooc *of[2] = {&sample[0], &sample[1]};
    um_cooc_model m;
    sample[0].value[3] = .25;
    sample[1].value[3] = .75; /* d: .25 */
    sample[0].value[7] = .5;
    sample[1].value[7] = .375; /* d: -.0625 */
    CHECK(um_cooc_fit(&m, of, 2, NULL) == UM_OK);
    CHECK_NEAR(m.mean[3], .5, 1e-12);
    CHECK_NEAR(m.mean[7], .4375, 1e-12);
    const double dd = .0625 + .00390625, r = dd / 2500;
    um_cooc at = {{0}};
    at.value[3] = .5 + .02;
    at.value[7] = .4375 + .03;
    at.value[20] = .01;
    const double xx = .0004 + .0009 + .0001, dx = .25 * .02 - .0625 * .03;
    CHECK_NEAR(um_cooc_distance(&m, &at), (xx - dx * dx / (r + dd)) / r, 1e-6);
    sample[1] = sample[0];
    CHECK(um_cooc_fit(&m, of, 2, NULL) == UM_EINVAL);
}

/* A part from elsewhere does not shape the model: 20 of 100, far away. */
static void trimmed(void)
{
    static um_cooc sample[100];
    const um_cooc *of[100];
    um_cooc_model all, most;
    uint64_t seed = 9;
    double near = 0, far = 0, mean = 0;
    for (int i = 0; i < 100; i++) {
        for (int k = 0; k < UM_COOC_N; k++)
            sample[i].value[k] = .2 + .01 * um_random_normal(&seed) + (i % 5 == 0 && k == 2 ? .2 : 0);
        of[i] = &sample[i];
    }
    CHECK(um_cooc_fit(&all, of, 100, NULL) == UM_OK);
    const um_cooc *plain[80];
    int n = 0;
    for (int i = 0; i < 100; i++)
        if (i % 5)
            plain[n++] = &sample[i];
    CHECK(um_cooc_fit(&most, plain, 80, NULL) == UM_OK);
    for (int i = 0; i < 100; i++)
        *(i % 5 ? &near : &far) += um_cooc_distance(&all, &sample[i]) / (i % 5 ? 80 : 20);
    for (int i = 0; i < 80; i++)
        mean += plain[i]->value[2] / 80;
    CHECK(far > 8 * near);
    CHECK_NEAR(all.mean[2], mean, .005);
}

int main(void)
{
    counts();
    distances();
    trimmed();
    return check_done();
}
