/* SPDX-License-Identifier: GPL-3.0-or-later */
/* High dynamic range and other colours: the curves against the values that the ITU publishes, whole pictures
 * against ffmpeg's zscale, which made them from a picture that is known. */
#include "av/source/tone.h"
#include "source_fixture.h"
#include <math.h>

static whole w;
enum { SIDE = 64 };

static void test_published_values(void)
{
    CHECK_NEAR(um_pq_nits(1), 10000, 1e-6);
    CHECK_NEAR(um_pq_nits(0), 0, 1e-9);
    CHECK_NEAR(um_pq_signal(203), .58, .001); /* BT.2408-7, table 1: 58 % PQ, 75 % HLG */
    CHECK_NEAR(um_pq_signal(100), .5081, .0001);
    CHECK_NEAR(um_pq_signal(1000), .7518, .0001);
    CHECK_NEAR(1000 * pow(um_hlg_scene(.75), 1.2), 203, .5);
    CHECK_NEAR(um_hlg_scene(.5), 1. / 12, 1e-9); /* BT.2100 table 5 */
    CHECK_NEAR(um_hlg_scene(1), 1, 1e-6);
    for (double nits = .01; nits < 10000; nits *= 1.7)
        CHECK_NEAR(um_pq_nits(um_pq_signal(nits)), nits, 1e-6 * nits);
}

/* BT.2390: straight below the knee, then bent so that the peak becomes white. */
static void test_roll_off(void)
{
    static const double peaks[] = {400, 1000, 4000, 10000};
    for (int i = 0; i < 4; i++) {
        const double most = um_pq_signal(peaks[i]), max = um_pq_signal(203) / most, knee = 1.5 * max - .5;
        const double at = um_pq_nits(knee * most);
        double before = 0;
        CHECK_NEAR(um_rolled_off(peaks[i], peaks[i]), 203, 1e-6);
        CHECK_NEAR(um_rolled_off(.9 * at, peaks[i]), .9 * at, 1e-9);
        CHECK_NEAR(um_rolled_off(1.0001 * at, peaks[i]), at, .001 * at);
        for (double nits = 1; nits <= peaks[i]; nits += peaks[i] / 500) {
            const double v = um_rolled_off(nits, peaks[i]);
            CHECK(v > before && v <= 203.0001 && v <= nits + 1e-9);
            before = v;
        }
    }
    CHECK_NEAR(um_rolled_off(150, 203), 150, 1e-9);
    CHECK_NEAR(um_rolled_off(900, 203), 203, 1e-9);
}

/* Rows of gray, red, green, blue and skin, each from dark to bright. */
static const float hues[5][3] = {{1, 1, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, .75f, .6f}};

static void make_ramps(void)
{
    static uint8_t rgb[SIDE * SIDE * 3];
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            for (int c = 0; c < 3; c++)
                rgb[3 * (y * SIDE + x) + c] = (uint8_t)lrintf(hues[y * 5 / SIDE][c] * (float)(4 * x));
    CHECK(fixture_write("ramps.rgb", rgb, sizeof rgb));
}

static double hlg_signal(double scene)
{
    const double a = .17883277, b = 1 - 4 * a, c = .5 - a * log(4 * a); /* BT.2100 table 5: OETF */
    return scene <= 1. / 12 ? sqrt(3 * scene) : a * log(12 * scene - b) + c;
}

/* HLG by its definition: light of the display to the scene's by the inverse of the system's gamma, which
 * depends on the luminance of all three. */
static void test_hlg_of_colours(void)
{
    static const double to_2020[3][3] = {
        {.6274, .3293, .0433}, {.0691, .9195, .0114}, {.0164, .0880, .8956}}; /* BT.2087 */
    AVFrame *f = av_frame_alloc();
    um_tone *tone = NULL;
    um_error err;
    CHECK(f != NULL);
    if (!f)
        return;
    f->color_trc = AVCOL_TRC_ARIB_STD_B67;
    f->color_primaries = AVCOL_PRI_BT2020;
    CHECK(um_tone_new(&tone, f, &err) == UM_OK && tone && strstr(um_tone_text(tone), "HLG"));
    for (int hue = 0; tone && hue < 5; hue++)
        for (int level = 40; level <= 170; level += 10) {
            double light[3], wide[3] = {0};
            uint16_t signal[3];
            uint8_t rgb[3];
            for (int c = 0; c < 3; c++)
                light[c] = .203 * pow(hues[hue][c] * level / 255, 2.4);
            for (int i = 0; i < 9; i++)
                wide[i / 3] += to_2020[i / 3][i % 3] * light[i % 3];
            const double y = .2627 * wide[0] + .6780 * wide[1] + .0593 * wide[2];
            for (int c = 0; c < 3; c++)
                signal[c] = (uint16_t)lrint(65535 * hlg_signal(wide[c] * pow(y, (1 - 1.2) / 1.2)));
            um_tone_row(tone, rgb, signal, 3, 1);
            for (int c = 0; c < 3; c++)
                if (hues[hue][c] > 0)
                    CHECK_NEAR(rgb[c], hues[hue][c] * level, 1.6);
        }
    um_tone_free(&tone);
    CHECK(um_tone_new(&tone, f, &err) == UM_OK && tone);
    um_tone_free(&tone);
    f->color_trc = AVCOL_TRC_BT709;
    f->color_primaries = AVCOL_PRI_BT709;
    CHECK(um_tone_new(&tone, f, &err) == UM_OK && !tone); /* nothing to do */
    av_frame_free(&f);
}

/* Half transparent white is white, half transparent black is gray, as for all pictures. */
static void test_transparency(void)
{
    static const uint16_t black[4] = {0, 0, 0, 32768}, white[4] = {65535, 65535, 65535, 32768};
    AVFrame *f = av_frame_alloc();
    um_tone *tone = NULL;
    um_error err;
    uint8_t rgb[3];
    CHECK(f != NULL);
    if (!f)
        return;
    f->color_trc = AVCOL_TRC_SMPTE2084;
    CHECK(um_tone_new(&tone, f, &err) == UM_OK && tone);
    if (tone) {
        um_tone_row(tone, rgb, black, 4, 1);
        CHECK_NEAR(rgb[1], 127, 1);
        um_tone_row(tone, rgb, white, 4, 1);
        CHECK(rgb[0] == 255 && rgb[2] == 255);
    }
    um_tone_free(&tone);
    av_frame_free(&f);
}

#define RAW "-f rawvideo -pix_fmt rgb24 -s 64x64 -i ramps.rgb -vf zscale=tin=709:pin=709:min=gbr:rin=full:"
#define ENCODE "-frames:v 1 -c:v libx264 -qp 0 -preset ultrafast "

/* The largest difference over samples of at most `brightest`, inside of each row. Where a saturated colour
 * has nothing a rounding error of the wide gamut is all there is, and the curve is steep: not looked at. */
static int worst_below(const um_frame *f, int brightest, bool saturated)
{
    int worst = 0;
    for (int y = 0; y < SIDE; y++) {
        const int hue = y * 5 / SIDE;
        if ((y - 2) * 5 / SIDE != hue || (y + 2) * 5 / SIDE != hue || y + 2 >= SIDE || (!saturated && hue))
            continue;
        for (int x = 2; 4 * x <= brightest && x < SIDE - 2; x++)
            for (int c = 0; c < 3; c++) {
                if (hues[hue][c] == 0)
                    continue;
                const int d = abs(f->rgb->data[y * f->rgb->stride + 3 * x + c] -
                                  (int)lrintf(hues[hue][c] * (float)(4 * x)));
                worst = d > worst ? d : worst;
            }
    }
    return worst;
}

static void test_pictures_come_back(void)
{
    /* where a display of 1000 nits begins to be rolled off: 92 nits are 0.72 of the signal of SDR */
    enum { KNEE = 176, WHITE = 255 };
    static const struct {
        const char *name, *to, *encode, *says;
        int brightest, tolerance;
        bool saturated; /* not: chroma of half size; and zscale's HLG, which is an approximation */
    } cases[] = {
        {"pq.mp4", "t=smpte2084:p=2020:m=2020_ncl:r=limited:npl=203,format=yuv444p10le",
         "-color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc", "PQ", KNEE, 4, true},
        {"pq420.mkv", "t=smpte2084:p=2020:m=2020_ncl:r=limited:npl=203,format=yuv420p10le",
         "-color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc", "PQ", KNEE, 4, false},
        {"hlg.mp4", "t=arib-std-b67:p=2020:m=2020_ncl:r=limited:npl=203,format=yuv444p10le",
         "-color_trc arib-std-b67 -color_primaries bt2020 -colorspace bt2020nc", "HLG", KNEE, 5, false},
        {"wide.mp4", "t=709:p=2020:m=2020_ncl:r=limited,format=yuv444p10le",
         "-color_trc bt709 -color_primaries bt2020 -colorspace bt2020nc", "BT.2020", WHITE, 4, true},
        {"ycgco.mp4", "t=709:p=709:m=ycgco:r=limited,format=yuv444p",
         "-color_trc bt709 -color_primaries bt709 -colorspace ycgco", "YCgCo", WHITE, 4, true},
        {"ycgco10.mkv", "t=709:p=709:m=ycgco:r=full,format=yuv444p10le",
         "-color_trc bt709 -color_primaries bt709 -colorspace ycgco -color_range pc", "YCgCo", WHITE, 2,
         true},
        {"plain.mp4", "t=709:p=709:m=709:r=limited,format=yuv444p",
         "-color_trc bt709 -color_primaries bt709 -colorspace bt709", "", WHITE, 4, true},
    };
    make_ramps();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!fixture_run(FFMPEG RAW "%s " ENCODE "%s %s", cases[i].to, cases[i].encode, cases[i].name)) {
            fprintf(stderr, "not checked: %s cannot be made\n", cases[i].name);
            continue;
        }
        um_source *s = NULL;
        um_error err;
        const um_source_options look = {.want = UM_WANT_GRAY, .threads = 1};
        CHECK(um_source_open(&s, fixture_path(cases[i].name), &look, &err) == UM_OK);
        const char *colour = s ? um_source_media(s)->colour : "";
        CHECK(*cases[i].says ? strstr(colour, cases[i].says) != NULL : !*colour);
        um_source_close(&s);
        whole_read(&w, fixture_path(cases[i].name), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
        CHECK(f && f->rgb->width == SIDE);
        const int worst = f ? worst_below(f, cases[i].brightest, cases[i].saturated) : 255;
        CHECK(worst <= cases[i].tolerance);
        fprintf(stderr, "%s: off by %d of 255 at most\n", cases[i].name, worst);
        if (f && *colour) /* gray follows the picture that is shown, not the coded luma */
            for (int x = 8; x < 40; x++)
                CHECK_NEAR(f->gray->data[6 * f->gray->stride + x], f->rgb->data[6 * f->rgb->stride + 3 * x],
                           2);
        whole_free(&w);
    }
}

/* HDR photos: AVIF of 10 bits. */
static void test_photo(void)
{
    if (!fixture_run(FFMPEG RAW
                     "t=smpte2084:p=2020:m=2020_ncl:r=full:npl=203,format=yuv444p10le -frames:v 1 "
                     "-c:v libaom-av1 -crf 0 -still-picture 1 -color_trc smpte2084 -color_primaries bt2020 "
                     "-colorspace bt2020nc -color_range pc pq.avif")) {
        fprintf(stderr, "not checked: an AVIF of high range cannot be made\n");
        return;
    }
    whole_read(&w, fixture_path("pq.avif"), (um_source_options){.want = UM_WANT_RGB});
    const um_frame *f = w.n_pictures ? whole_picture(&w, 0) : NULL;
    CHECK(f && w.media.is_photo && strstr(w.media.colour, "PQ"));
    const int worst = f ? worst_below(f, 176, true) : 255;
    CHECK(worst <= 4);
    fprintf(stderr, "pq.avif: off by %d\n", worst);
    whole_free(&w);
}

int main(void)
{
    um_media_quiet();
    test_published_values();
    test_roll_off();
    test_hlg_of_colours();
    test_transparency();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_pictures_come_back();
    test_photo();
    return fixture_end();
}
