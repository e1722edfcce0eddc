/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tone.c: PQ and HLG (ITU-R BT.2100) and wide gamut to the SDR of BT.709.
 *
 * Signal to light of the mastering display; light above what SDR can show is rolled off (BT.2390, 5.4), with
 * the reference white of 203 cd/m2 as SDR's white (BT.2408, table 1), so that faces and all below white keep
 * their contrast; primaries by the matrices of BT.2087; light to signal by BT.1886. All that is a curve is a
 * table. Unlike BT.2390 the roll-off is applied to each channel by itself. */
#include "av/source/tone.h"
#include <libavutil/mastering_display_metadata.h>
#include <math.h>
#include <stdlib.h>

enum { STEPS = 4096, WHITE_NITS = 203, USUAL_PEAK = 1000, MOST_NITS = 10000 };
static const double GAMMA = 2.4;                            /* BT.1886 */
static const double HLG_GAMMA = 1.2;                        /* of the system at 1000 cd/m2 */
static const float LUMA_2020[3] = {.2627f, .6780f, .0593f}; /* BT.2020 table 4 */

struct um_tone {
    const char *text;
    bool hlg, turns; /* turns: by the matrix */
    float matrix[3][3];
    float light[STEPS];  /* of a signal: of SDR's white; of HLG: of the scene */
    float system[STEPS]; /* HLG, by the root of the scene's luminance: what its colours are multiplied with */
    float shown[STEPS];  /* HLG, by the root of light of the display / its peak: of SDR's white */
    uint8_t level[STEPS]; /* by the root of light */
};

double um_pq_nits(double signal)
{
    const double m1 = 2610. / 16384, m2 = 2523. / 4096 * 128, c1 = 3424. / 4096, c2 = 2413. / 4096 * 32,
                 c3 = 2392. / 4096 * 32;
    const double e = pow(um_clampd(signal, 0, 1), 1 / m2);
    return MOST_NITS * pow(fmax(e - c1, 0) / (c2 - c3 * e), 1 / m1);
}

double um_pq_signal(double nits)
{
    const double m1 = 2610. / 16384, m2 = 2523. / 4096 * 128, c1 = 3424. / 4096, c2 = 2413. / 4096 * 32,
                 c3 = 2392. / 4096 * 32;
    const double y = pow(um_clampd(nits / MOST_NITS, 0, 1), m1);
    return pow((c1 + c2 * y) / (1 + c3 * y), m2);
}

double um_hlg_scene(double signal)
{
    const double a = .17883277, b = 1 - 4 * a, c = .5 - a * log(4 * a);
    signal = um_clampd(signal, 0, 1);
    return signal <= .5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12;
}

double um_rolled_off(double nits, double peak)
{
    if (peak <= WHITE_NITS)
        return fmin(nits, WHITE_NITS);
    const double most = um_pq_signal(peak), e1 = um_clampd(um_pq_signal(nits) / most, 0, 1);
    const double max = um_pq_signal(WHITE_NITS) / most, knee = 1.5 * max - .5;
    if (e1 < knee)
        return nits;
    const double t = (e1 - knee) / (1 - knee), t2 = t * t, t3 = t2 * t;
    return um_pq_nits(
        most * ((2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (3 * t2 - 2 * t3) * max));
}

/* What the brightest pixel may be; MaxCLL before the display that it was graded on. */
static double peak_of(const AVFrame *f)
{
    const AVFrameSideData *side = av_frame_get_side_data(f, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
    double nits = 0;
    if (side && side->size >= sizeof(AVContentLightMetadata))
        nits = ((const AVContentLightMetadata *)(const void *)side->data)->MaxCLL;
    side = av_frame_get_side_data(f, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
    if (nits <= 0 && side && side->size >= sizeof(AVMasteringDisplayMetadata)) {
        const AVMasteringDisplayMetadata *m = (const void *)side->data;
        if (m->has_luminance && m->max_luminance.den > 0)
            nits = av_q2d(m->max_luminance);
    }
    return nits > 0 ? um_clampd(nits, WHITE_NITS, MOST_NITS) : USUAL_PEAK;
}

static void set_matrix(um_tone *t, const AVFrame *f, bool high)
{
    static const float from_2020[3][3] = {
        {1.6605f, -.5876f, -.0728f}, {-.1246f, 1.1329f, -.0083f}, {-.0182f, -.1006f, 1.1187f}}; /* BT.2087 */
    static const float from_p3[3][3] = {
        {1.2249f, -.2249f, 0}, {-.0421f, 1.0421f, 0}, {-.0197f, -.0786f, 1.0983f}};
    const enum AVColorPrimaries p = f->color_primaries;
    const bool wide = p == AVCOL_PRI_BT2020 || (high && p == AVCOL_PRI_UNSPECIFIED);
    t->turns = wide || (high && p == AVCOL_PRI_SMPTE432);
    for (int i = 0; i < 9; i++)
        t->matrix[i / 3][i % 3] = (wide ? from_2020 : from_p3)[i / 3][i % 3];
}

static void fill(um_tone *t, const AVFrame *f)
{
    const bool pq = f->color_trc == AVCOL_TRC_SMPTE2084;
    const double peak = pq ? peak_of(f) : USUAL_PEAK;
    for (int i = 0; i < STEPS; i++) {
        const double x = (double)i / (STEPS - 1), light = x * x;
        t->light[i] = (float)(pq       ? um_rolled_off(um_pq_nits(x), peak) / WHITE_NITS
                              : t->hlg ? um_hlg_scene(x)
                                       : pow(x, GAMMA));
        t->system[i] = (float)pow(light, HLG_GAMMA - 1);
        t->shown[i] = (float)(um_rolled_off(light * peak, peak) / WHITE_NITS);
        t->level[i] = (uint8_t)lrint(255 * pow(light, 1 / GAMMA));
    }
}

um_status um_tone_new(um_tone **out, const AVFrame *f, um_error *err)
{
    const bool pq = f->color_trc == AVCOL_TRC_SMPTE2084, hlg = f->color_trc == AVCOL_TRC_ARIB_STD_B67;
    *out = NULL;
    if (!pq && !hlg && f->color_primaries != AVCOL_PRI_BT2020)
        return UM_OK;
    um_tone *t = um_calloc(1, sizeof *t);
    if (!t)
        return um_fail_oom(err);
    t->hlg = hlg;
    t->text = pq    ? "HDR, PQ (SMPTE ST 2084): shown as SDR by ITU-R BT.2390 and BT.2408"
              : hlg ? "HDR, HLG (ITU-R BT.2100): shown as SDR by ITU-R BT.2390 and BT.2408"
                    : "primaries of BT.2020: shown as BT.709";
    set_matrix(t, f, pq || hlg);
    fill(t, f);
    *out = t;
    return UM_OK;
}

void um_tone_free(um_tone **tone)
{
    free(*tone);
    *tone = NULL;
}

const char *um_tone_text(const um_tone *tone)
{
    return tone->text;
}

static inline int step(float light)
{
    return (int)(sqrtf(light < 0 ? 0 : light > 1 ? 1 : light) * (STEPS - 1) + .5f);
}

void um_tone_row(const um_tone *t, uint8_t *restrict rgb, const uint16_t *restrict wide, int channels, int n)
{
    for (int x = 0; x < n; x++, rgb += 3, wide += channels) {
        float c[3];
        for (int i = 0; i < 3; i++)
            c[i] = t->light[(wide[i] * (STEPS - 1) + 32767) / 65535];
        if (t->hlg) {
            const float y = LUMA_2020[0] * c[0] + LUMA_2020[1] * c[1] + LUMA_2020[2] * c[2];
            for (int i = 0; i < 3; i++)
                c[i] = t->shown[step(c[i] * t->system[step(y)])];
        }
        const int a = channels == 4 ? (wide[3] * 255 + 32767) / 65535 : 255;
        for (int i = 0; i < 3; i++) {
            const float *m = t->matrix[i];
            const int v = t->level[step(t->turns ? m[0] * c[0] + m[1] * c[1] + m[2] * c[2] : c[i])];
            rgb[i] = (uint8_t)((v * a + 255 * (255 - a) + 127) / 255);
        }
    }
}
