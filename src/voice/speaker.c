/* SPDX-License-Identifier: GPL-3.0-or-later */
/* speaker.c: who speaks, as a point. */
#include "voice/speaker.h"
#include "base/embed.h"
#include <math.h>
#include <stdlib.h>

enum { N = UM_SPEAKER_CEPSTRA, PARTS = 1000000 };

extern const um_embedded um_embedded_speaker[];

um_status um_speaker_cepstra_init(um_cepstra *c, um_error *err)
{
    return um_cepstra_init(c, UM_SPEAKER_BANDS, N, err);
}

void um_speaker_cepstra(float out[UM_SPEAKER_CEPSTRA], const um_cepstra *c,
                        const float bands[UM_SPEAKER_BANDS])
{
    double in[UM_SPEAKER_BANDS];
    for (int b = 0; b < UM_SPEAKER_BANDS; b++)
        in[b] = (double)bands[b];
    um_cepstra_run(c, out, 1, in);
}

void um_speaker_sums_frame(um_speaker_sums *s, const float *const frame[5])
{
    s->n++;
    for (int k = 0; k < N; k++) {
        const double c = (double)frame[2][k], far = (double)frame[4][k] - (double)frame[0][k],
                     near = (double)frame[3][k] - (double)frame[1][k], d = (2 * far + near) / 10;
        s->c[k] += c;
        s->cc[k] += c * c;
        s->dd[k] += d * d;
    }
}

void um_speaker_sums_add(um_speaker_sums *to, const um_speaker_sums *more)
{
    to->n += more->n;
    for (int k = 0; k < N; k++) {
        to->c[k] += more->c[k];
        to->cc[k] += more->cc[k];
        to->dd[k] += more->dd[k];
    }
}

void um_speaker_numbers(double out[UM_SPEAKER_NUMBERS], const um_speaker_sums *s)
{
    const double n = fmax(s->n, 1);
    for (int k = 0; k < N; k++) {
        const double mean = s->c[k] / n;
        if (k)
            out[k - 1] = mean;
        out[N - 1 + k] = sqrt(fmax(s->cc[k] / n - mean * mean, 0));
        out[2 * N - 1 + k] = sqrt(s->dd[k] / n);
    }
}

um_status um_speaker_model_read(um_speaker_model *m, const char *text, um_error *err)
{
    for (int i = 0; i < UM_SPEAKER_SIZE; i++)
        for (int k = -1; k <= UM_SPEAKER_NUMBERS; k++) {
            char *end;
            const long v = strtol(text, &end, 10);
            if (end == text)
                return um_fail(err, UM_EFORMAT, "the model of speakers: line %d, number %d is none", i + 1,
                               k + 2);
            *(k < 0                    ? &m->offset[i]
              : k < UM_SPEAKER_NUMBERS ? &m->weight[i][k]
                                       : &m->spread[i]) = (double)v / PARTS;
            text = end;
        }
    return UM_OK;
}

um_status um_speaker_model_own(um_speaker_model *m, um_error *err)
{
    return um_speaker_model_read(m, (const char *)um_embedded_speaker->data, err);
}

void um_speaker_point(float out[UM_SPEAKER_SIZE], const um_speaker_model *m, const um_speaker_sums *s)
{
    double number[UM_SPEAKER_NUMBERS];
    um_speaker_numbers(number, s);
    for (int i = 0; i < UM_SPEAKER_SIZE; i++) {
        double point = m->offset[i];
        for (int k = 0; k < UM_SPEAKER_NUMBERS; k++)
            point += m->weight[i][k] * number[k];
        out[i] = (float)point;
    }
}
