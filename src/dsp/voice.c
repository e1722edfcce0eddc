/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice.c: is somebody speaking? A likelihood ratio on the spectrum. */
#include "dsp/voice.h"
#include <math.h>
#include <stdlib.h>

/* Sohn et al.: smoothing of the a-priori SNR, and the odds of starting and of ending to speak */
static const float SMOOTH = .99f;
static const double BEGIN = .2, END = .1;
static const double MAX_LOG = 50;
/* Neighbouring bins tell the same: of the 512 samples of the transform 400 are not zero, under a Hann window
 * whose noise bandwidth is 1.5 bins. */
static const double BINS_PER_VALUE = 1.5 * 512 / 400;
/* Gerkmann & Hendriks: 15 dB, smoothing of the noise and of the probability, the latter's most */
static const float FIXED_SNR = 31.622777f, NOISE_SMOOTH = .8f, PRESENT_SMOOTH = .9f, PRESENT_MOST = .99f;
static const float NOISE_LEAST = 3e-13f; /* per bin: what rounding to 16 bits leaves over 257 bins */
/* In steady noise, whose power is exponentially distributed, this follower settles lower: the mean of power
 * over `noise` is then 1.31 (measured over 4 million values). */
static const float FOLLOWED = 1.31f;
static const float MIN_SNR = 1; /* 0 dB: what is called speech is as strong as the noise, or stronger */
enum { AROUND = 8 };            /* bins on each side, whose mean stands for the noise in the first frame */

um_status um_voice_init(um_voice_detector *voice, int n_bins, um_error *err)
{
    *voice = (um_voice_detector){.n_bins = n_bins};
    voice->noise = um_calloc(3 * (size_t)n_bins, sizeof *voice->noise);
    if (!voice->noise)
        return um_fail_oom(err);
    voice->speech = voice->noise + n_bins;
    voice->present = voice->speech + n_bins;
    return UM_OK;
}

void um_voice_clear(um_voice_detector *voice)
{
    free(voice->noise);
    *voice = (um_voice_detector){0};
}

void um_voice_restart(um_voice_detector *voice)
{
    voice->odds = 0;
    for (int k = 0; k < voice->n_bins; k++)
        voice->speech[k] = voice->present[k] = 0;
}

static void follow_noise(um_voice_detector *v, int k, float power)
{
    const float gain = FIXED_SNR / (1 + FIXED_SNR);
    float present = 1 / (1 + (1 + FIXED_SNR) * expf(-power / v->noise[k] * gain));
    v->present[k] = PRESENT_SMOOTH * v->present[k] + (1 - PRESENT_SMOOTH) * present;
    if (v->present[k] > PRESENT_MOST && present > PRESENT_MOST)
        present = PRESENT_MOST; /* never stuck: what lasts becomes noise */
    const float noise = present * v->noise[k] + (1 - present) * power;
    v->noise[k] = NOISE_SMOOTH * v->noise[k] + (1 - NOISE_SMOOTH) * noise;
    v->noise[k] = v->noise[k] > NOISE_LEAST ? v->noise[k] : NOISE_LEAST;
}

static void guess_noise(um_voice_detector *v, const float *power)
{
    for (int k = 0; k < v->n_bins; k++) {
        const int from = k > AROUND ? k - AROUND : 0,
                  to = k + AROUND < v->n_bins ? k + AROUND : v->n_bins - 1;
        float sum = 0;
        for (int i = from; i <= to; i++)
            sum += power[i];
        const float noise = sum / (FOLLOWED * (float)(to - from + 1));
        v->noise[k] = noise > NOISE_LEAST ? noise : NOISE_LEAST;
    }
}

float um_voice_push(um_voice_detector *v, float *log_ratio, const float *power)
{
    double sum = 0;
    if (!v->started)
        guess_noise(v, power);
    v->started = true;
    for (int k = 0; k < v->n_bins; k++) {
        follow_noise(v, k, power[k]);
        const float posterior = power[k] / (FOLLOWED * v->noise[k]),
                    excess = posterior > 1 ? posterior - 1 : 0;
        float prior = SMOOTH * v->speech[k] + (1 - SMOOTH) * excess;
        prior = prior > MIN_SNR ? prior : MIN_SNR;
        const float gain = prior / (1 + prior);
        sum += posterior * gain - logf(1 + prior);
        v->speech[k] = gain * gain * posterior;
    }
    const double ratio = sum / v->n_bins, before = v->odds > 0 ? v->odds : BEGIN / END;
    const double frame = um_clampd(ratio * v->n_bins / BINS_PER_VALUE, -MAX_LOG, MAX_LOG);
    v->odds = (BEGIN + (1 - END) * before) / ((1 - BEGIN) + END * before) * exp(frame);
    *log_ratio = (float)ratio;
    return (float)(v->odds / (1 + v->odds));
}
