/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of um_source: colours, sizes, times and turns, in the containers and codecs people use. */
#include "av/source/colour.h"
#include "media/gray.h"
#include "source_fixture.h"

static whole w;

/* ---- colour: what Y, Cb, Cr mean, by the definition of BT.601, BT.709, BT.2020 ---- */

typedef struct yuv {
    int y, u, v, depth;
} yuv;

/* A raw file of `n` pictures, every sample of a plane alike. `format` names the size of the chroma planes. */
static bool write_flat(const char *name, yuv c, const char *format, int width, int height, int n)
{
    FILE *f = fopen(fixture_path(name), "wb");
    int cw = strstr(format, "444") ? width : (width + 1) / 2;
    int ch = strstr(format, "420") ? (height + 1) / 2 : height;
    int planes[3][2] = {{width * height, c.y}, {cw * ch, c.u}, {cw * ch, c.v}};
    for (int i = 0; f && i < n; i++)
        for (int p = 0; p < (strncmp(format, "gray", 4) ? 3 : 1); p++)
            for (int k = 0; k < planes[p][0]; k++) {
                fputc(planes[p][1] & 255, f);
                if (c.depth > 8)
                    fputc(planes[p][1] >> 8, f);
            }
    return f && fclose(f) == 0;
}

static void expected_rgb(double rgb[3], double *gray, yuv c, bool full, double kr, double kb)
{
    double unit = 1 << (c.depth - 8), max = (1 << c.depth) - 1;
    double y = full ? c.y / max : (c.y - 16 * unit) / (219 * unit);
    double b = full ? (c.u - 128 * unit) / max : (c.u - 128 * unit) / (224 * unit);
    double r = full ? (c.v - 128 * unit) / max : (c.v - 128 * unit) / (224 * unit);
    rgb[0] = y + 2 * (1 - kr) * r;
    rgb[2] = y + 2 * (1 - kb) * b;
    rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb);
    for (int i = 0; i < 3; i++)
        rgb[i] = fmin(fmax(rgb[i], 0), 1) * 255;
    *gray = fmin(fmax(y, 0), 1) * 255;
}

static const struct colour_case {
    const char *file, *encoder, *format;
    yuv colour;
    bool full;
    const char *matrix; /* of FFmpeg's -colorspace; "" leaves it untold */
    double kr, kb;
    int width, height;
    bool exact; /* a lossless codec: gray is exact, RGB within the 2 levels of swscale's integer arithmetic */
} colour_cases[] = {
#define K601 .299, .114
#define K709 .2126, .0722
#define K2020 .2627, .0593
    {"a.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, false, "bt709", K709, 64, 48, true},
    {"b.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, false, "smpte170m", K601, 64, 48, true},
    {"c.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, false, "bt470bg", K601, 64, 48, true},
    {"d.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, false, "", K601, 64, 48, true},
    {"e.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, false, "", K709, 1280, 720, true},
    {"f.mp4", "libx264 -qp 0", "yuv420p", {81, 90, 200, 8}, true, "bt709", K709, 64, 48, true},
    {"g.mkv", "libx264 -qp 0", "yuv444p", {180, 60, 100, 8}, false, "bt709", K709, 66, 50, true},
    {"h.mkv", "libx264 -qp 0", "yuv422p", {180, 60, 100, 8}, true, "smpte170m", K601, 66, 50, true},
    {"i.mkv", "libx264 -qp 0", "yuv420p10le", {300, 400, 600, 10}, false, "bt709", K709, 64, 48, true},
    {"j.mkv",
     "libx265 -x265-params lossless=1:log-level=none",
     "yuv420p10le",
     {700, 400, 600, 10},
     false,
     "bt2020nc",
     K2020,
     64,
     48,
     true},
    {"k.mkv", "ffv1", "yuv420p10le", {700, 400, 600, 10}, true, "bt709", K709, 63, 47, true},
    {"l.mkv", "ffv1", "yuv444p16le", {30000, 20000, 40000, 16}, false, "bt709", K709, 33, 31, true},
    {"m.mkv", "ffv1", "yuv420p", {235, 128, 128, 8}, false, "bt709", K709, 33, 31, true},
    {"n.mkv", "ffv1", "yuv420p", {16, 128, 128, 8}, false, "bt709", K709, 33, 31, true},
    {"o.mkv", "ffv1", "yuv420p", {250, 128, 128, 8}, false, "bt709", K709, 33, 31, true},
    {"p.mkv", "ffv1", "gray", {77, 128, 128, 8}, true, "", K601, 33, 31, true},
    {"p.avi", "ffv1", "yuv420p", {100, 120, 140, 8}, false, "", K601, 33, 31, true},
    {"q.webm", "libvpx-vp9 -lossless 1", "yuv420p", {81, 90, 200, 8}, false, "bt709", K709, 64, 48, true},
    {"r.webm", "libvpx -crf 4 -b:v 1M", "yuv420p", {81, 90, 200, 8}, false, "", K601, 64, 48, false},
    {"s.mp4", "libsvtav1 -qp 1", "yuv420p", {81, 90, 200, 8}, false, "bt709", K709, 64, 64, false},
    {"t.avi", "mpeg4 -q:v 1", "yuv420p", {81, 90, 200, 8}, false, "", K601, 64, 48, false},
    {"u.mpg", "mpeg2video -q:v 1", "yuv420p", {81, 90, 200, 8}, false, "", K601, 64, 48, false},
    {"v.mov", "mjpeg -q:v 1", "yuvj420p", {81, 90, 200, 8}, true, "", K601, 64, 48, false},
    {"w.jpg", "mjpeg -q:v 1 -frames:v 1", "yuvj420p", {81, 90, 200, 8}, true, "", K601, 65, 49, false},
    {"x.webp",
     "libwebp -lossless 0 -q:v 100 -frames:v 1",
     "yuv420p",
     {81, 90, 200, 8},
     false,
     "",
     K601,
     64,
     48,
     false},
};

static void test_colours(void)
{
    for (size_t i = 0; i < sizeof colour_cases / sizeof *colour_cases; i++) {
        const struct colour_case *c = &colour_cases[i];
        double rgb[3], gray;
        int failed_before = check_n_failed;
        char tags[100] = "";
        if (*c->matrix)
            snprintf(tags, sizeof tags, "-colorspace %s -color_range %s", c->matrix, c->full ? "pc" : "tv");
        CHECK(write_flat("raw.yuv", c->colour, c->format, c->width, c->height, 3));
        if (!fixture_run(FFMPEG "-f rawvideo -pix_fmt %s -s %dx%d -r 25 %s -i raw.yuv -c:v %s %s %s",
                         c->format, c->width, c->height, c->full ? "-color_range pc" : "", c->encoder, tags,
                         c->file)) {
            fprintf(stderr, "not checked: %s cannot be made with %s\n", c->file, c->encoder);
            continue;
        }
        whole_read(&w, fixture_path(c->file),
                   (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB, .threads = 2});
        expected_rgb(rgb, &gray, c->colour, c->full, c->kr, c->kb);
        CHECK(w.status == UM_EOF);
        CHECK(w.n_pictures == (w.media.is_photo ? 1 : 3));
        CHECK(w.media.width == c->width && w.media.height == c->height);
        CHECK(!w.damage.truncated && !w.damage.broken_frames && !w.damage.broken_packets && !*w.damage.note);
        if (w.n_pictures) {
            const um_frame *f = whole_picture(&w, w.n_pictures - 1);
            CHECK(f->gray->width == c->width && f->gray->height == c->height && f->rgb->width == c->width);
            for (int k = 0; k < 3; k++) { /* the middle and two corners */
                ptrdiff_t x = k * (c->width - 1) / 2, y = k * (c->height - 1) / 2;
                const uint8_t *p = f->rgb->data + y * f->rgb->stride + 3 * x;
                CHECK_NEAR(f->gray->data[y * f->gray->stride + x], gray, c->exact ? .501 : 2.5);
                for (int n = 0; n < 3; n++)
                    CHECK_NEAR(p[n], rgb[n], c->exact ? 2 : 5);
            }
        }
        if (check_n_failed > failed_before)
            fprintf(stderr, "  the failures above: %s with %s, %s %s\n", c->file, c->encoder, c->format,
                    w.err.text);
        whole_free(&w);
    }
}

static void test_luma_of_limited_range(void)
{
    uint8_t from[256], to[256];
    for (int i = 0; i < 256; i++)
        from[i] = (uint8_t)i;
    um_gray_from_limited(to, from, 256);
    for (int i = 0; i < 256; i++)
        CHECK(to[i] == (int)floor(fmin(fmax((i - 16) / 219., 0), 1) * 255 + .5));
}

/* Every Y with a sweep of Cb and Cr, both ranges, all matrices, against the formula: rounding and 5 bits. */
static void test_colour_rows(void)
{
    static const struct {
        int space;
        double kr, kb;
    } spaces[] = {{1, K709}, {5, K601}, {6, K601}, {4, .30, .11}, {7, .212, .087}, {9, K2020}};
    uint8_t y[257], u[257], v[257], rgb[257 * 3];
    double worst = 0, bias = 0;
    for (int i = 0; i < 257; i++)
        y[i] = (uint8_t)i;
    for (int s = 0; s < 6; s++)
        for (int k = 0; k < 2 * 16 * 16; k++) {
            um_colour c = um_colour_of(spaces[s].space, k % 2);
            memset(u, k / 2 % 16 * 17, sizeof u);
            memset(v, k / 32 * 17, sizeof v);
            um_colour_row(rgb, y, u, v, 257, k % 3 == 0, &c);
            for (int i = 0; i < 257; i++) {
                double expected[3], gray;
                expected_rgb(expected, &gray, (yuv){y[i], u[i], v[i], 8}, k % 2, spaces[s].kr, spaces[s].kb);
                for (int n = 0; n < 3; n++) {
                    worst = fmax(worst, fabs(rgb[3 * i + n] - expected[n]));
                    bias += rgb[3 * i + n] - expected[n];
                }
            }
        }
    bias /= 6. * 512 * 257 * 3;
    CHECK(worst < .6 && fabs(bias) < .02);
    fprintf(stderr, "colour: off by %.3f at most, by %.4f on average\n", worst, bias);
}

/* ---- turns ---- */

enum { QW = 48, QH = 32 }; /* the picture below: its quarters are 40, 90 over 150, 220 */

static bool write_quarters(const char *name, int n)
{
    static uint8_t picture[QH][QW];
    FILE *f = fopen(fixture_path(name), "wb");
    for (int y = 0; y < QH; y++)
        for (int x = 0; x < QW; x++)
            picture[y][x] = y < QH / 2 ? (x < QW / 2 ? 40 : 90) : (x < QW / 2 ? 150 : 220);
    for (int i = 0; f && i < n; i++)
        fwrite(picture, 1, sizeof picture, f);
    return f && fclose(f) == 0;
}

/* The quarters in reading order, as digits 1 to 4 of the stored picture. */
static int quarters_of(const um_image *g, int channels)
{
    static const int level[] = {40, 90, 150, 220};
    int order = 0;
    for (int k = 0; k < 4; k++) {
        int x = g->width * (k % 2 ? 3 : 1) / 4, y = g->height * (k / 2 ? 3 : 1) / 4, best = 0;
        for (int i = 1; i < 4; i++)
            if (abs(g->data[y * g->stride + x * channels] - level[i]) <
                abs(g->data[y * g->stride + x * channels] - level[best]))
                best = i;
        order = order * 10 + best + 1;
    }
    return order;
}

static void test_turned_video(void)
{
    /* ISO/IEC 14496-12, track header: x' = a x + c y, y' = b x + d y with y down. Clockwise by 90 the lower
     * left quarter comes to the upper left. */
    static const struct {
        int a, b, c, d, degrees, order;
    } cases[] = {
        {1, 0, 0, 1, 0, 1234}, {0, 1, -1, 0, 90, 3142}, {-1, 0, 0, -1, 180, 4321}, {0, -1, 1, 0, 270, 2413}};
    size_t n_file;
    CHECK(write_quarters("quarters.raw", 3));
    CHECK(fixture_run(FFMPEG "-f rawvideo -pix_fmt gray -s 48x32 -i quarters.raw -pix_fmt yuvj420p -c:v "
                             "libx264 -qp 0 straight.mp4"));
    uint8_t *file = (uint8_t *)fixture_read("straight.mp4", &n_file),
            *matrix = fixture_find(file, n_file, "tkhd");
    CHECK(matrix != NULL);
    for (int i = 0; i < 4 && matrix; i++) {
        const int one[4] = {cases[i].a, cases[i].b, cases[i].c, cases[i].d};
        for (int k = 0; k < 4; k++) { /* big-endian 16.16 at these places of the 3 x 3 matrix */
            static const int place[4] = {0, 4, 12, 16};
            memcpy(matrix + 44 + place[k],
                   one[k] > 0   ? "\0\1\0\0"
                   : one[k] < 0 ? "\377\377\0\0"
                                : "\0\0\0\0",
                   4);
        }
        CHECK(fixture_write("turned.mp4", file, n_file));
        whole_read(&w, fixture_path("turned.mp4"), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        CHECK(w.n_pictures == 3 && w.media.rotation_deg == cases[i].degrees);
        CHECK(w.media.width == (i % 2 ? QH : QW) && w.media.height == (i % 2 ? QW : QH));
        const um_frame *f = whole_picture(&w, 0);
        CHECK(f && f->gray->width == w.media.width && f->rgb->height == w.media.height);
        CHECK(f && quarters_of(f->gray, 1) == cases[i].order && quarters_of(f->rgb, 3) == cases[i].order);
        /* and as the ffmpeg program shows it */
        size_t n;
        CHECK(fixture_run(FFMPEG "-i turned.mp4 -frames:v 1 -f rawvideo -pix_fmt gray shown.raw"));
        char *shown = fixture_read("shown.raw", &n);
        int worst = 255;
        if (f && n == QW * QH) {
            worst = 0;
            for (int y = 0; y < f->gray->height; y++)
                for (int x = 0; x < f->gray->width; x++) {
                    int d =
                        abs((uint8_t)shown[y * f->gray->width + x] - f->gray->data[y * f->gray->stride + x]);
                    worst = d > worst ? d : worst;
                }
        }
        CHECK(worst <= 1);
        free(shown);
        whole_free(&w);
    }
    free(file);
}

/* Luma as stored becomes the same gray in um_image_to_gray as in the source, of limited,
 * full and 10-bit range, turned, stretched and deinterlaced; only 8-bit luma of limited range comes as
 * UM_LUMA8. */
static void test_luma_as_stored(void)
{
    static const struct {
        const char *file, *options;
        um_pixel pixel;
    } cases[] = {
        {"limited.mp4", "-pix_fmt yuv420p -c:v libx264 -qp 0", UM_LUMA8},
        {"limited.mkv", "-pix_fmt yuv420p -c:v ffv1 -vf scale=46:30", UM_LUMA8},
        {"full.mp4", "-pix_fmt yuvj420p -c:v libx264 -qp 0", UM_GRAY8},
        {"ten.mkv", "-pix_fmt yuv420p10le -c:v ffv1", UM_GRAY8},
        {"rgb.mkv", "-pix_fmt rgb24 -c:v libx264rgb -qp 0", UM_GRAY8},
        {"upright.mp4", "-pix_fmt yuv420p -c:v libx264 -qp 0 -metadata:s:v rotate=90", UM_LUMA8},
        {"wide.mp4", "-vf setsar=64/45 -pix_fmt yuv420p -c:v libx264 -qp 0", UM_GRAY8},
        {"woven.mpg", "-pix_fmt yuv420p -c:v mpeg2video -q:v 1 -flags +ilme+ildct -top 1", UM_LUMA8}};
    CHECK(write_quarters("quarters.raw", 3));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(fixture_run(FFMPEG "-f rawvideo -pix_fmt gray -s 48x32 -i quarters.raw %s %s", cases[i].options,
                          cases[i].file));
        whole gray;
        whole_read(&gray, fixture_path(cases[i].file), (um_source_options){.want = UM_WANT_GRAY});
        whole_read(&w, fixture_path(cases[i].file), (um_source_options){.want = UM_WANT_LUMA});
        CHECK(gray.n_pictures == 3 && w.n_pictures == 3);
        for (int k = 0; k < 3; k++) {
            const um_frame *f = whole_picture(&w, k), *g = whole_picture(&gray, k);
            um_image *stretched = NULL;
            CHECK(f && g && g->gray->pixel == UM_GRAY8);
            CHECK(f && (w.media.interlaced || f->gray->pixel == cases[i].pixel)); /* the filter's own rows */
            CHECK(f && um_image_to_gray(&stretched, f->gray, NULL) == UM_OK && stretched->pixel == UM_GRAY8);
            for (int y = 0; stretched && g && y < g->gray->height; y++)
                CHECK(!memcmp(stretched->data + y * stretched->stride, g->gray->data + y * g->gray->stride,
                              (size_t)g->gray->width));
            um_image_free(&stretched);
        }
        whole_free(&w);
        whole_free(&gray);
    }
}

static void test_turned_photo(void)
{
    /* EXIF 2.32, table "Orientation": where row 0 and column 0 of the stored picture are shown */
    static const int order[9] = {0, 1234, 2143, 4321, 3412, 1324, 3142, 4231, 2413};
    size_t n;
    CHECK(write_quarters("quarters.raw", 1));
    CHECK(fixture_run(
        FFMPEG "-f rawvideo -pix_fmt gray -s 48x32 -i quarters.raw -pix_fmt yuvj444p -q:v 1 straight.jpg"));
    char *jpeg = fixture_read("straight.jpg", &n);
    for (int o = 1; o <= 8 && n > 2; o++) {
        uint8_t exif[] = {0xFF, 0xE1, 0, 34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M',        0, 42, 0, 0, 0, 8,
                          0,    1,    1, 0x12, 0,   3,   0,   0,   0, 1, 0,   (uint8_t)o, 0, 0,  0, 0, 0, 0};
        FILE *f = fopen(fixture_path("turned.jpg"), "wb");
        fwrite(jpeg, 1, 2, f);
        fwrite(exif, 1, sizeof exif, f);
        fwrite(jpeg + 2, 1, n - 2, f);
        fclose(f);
        whole_read(&w, fixture_path("turned.jpg"), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB});
        CHECK(w.n_pictures == 1 && w.media.is_photo && w.media.width == (o > 4 ? QH : QW));
        if (w.n_pictures)
            CHECK(quarters_of(whole_picture(&w, 0)->gray, 1) == order[o]);
        if (w.n_pictures && quarters_of(whole_picture(&w, 0)->rgb, 3) != order[o])
            CHECK(!"RGB turned as gray");
        whole_free(&w);
    }
    free(jpeg);
}

static void test_pixel_aspect(void)
{
    /* 48 x 32 stored pixels; shown width = round(48 * aspect), unless that changes less than 1 % */
    static const struct {
        const char *sar, *encoder, *file;
        int width;
    } cases[] = {
        {"64/45", "-c:v libx264 -qp 0 -pix_fmt yuv420p", "wide.mp4", 68},
        {"8/9", "-c:v libx264 -qp 0 -pix_fmt yuv444p", "narrow.mkv", 43},
        /* 16:9 shown, interlaced */
        {"32/27", "-c:v mpeg2video -q:v 1 -flags +ilme+ildct -top 1", "fields.mpg", 57},
        {"1/2", "-c:v ffv1 -pix_fmt gray", "gray.mkv", 24},
        {"201/200", "-c:v libx264 -qp 0 -pix_fmt yuv420p", "square.mp4", QW},
        {"1/200", "-c:v libx264 -qp 0 -pix_fmt yuv420p", "nonsense.mp4", QW},
        {"3/2", "-frames:v 1 -pix_fmt yuvj444p", "density.jpg", QW},
    };
    CHECK(write_quarters("quarters.raw", 3));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(fixture_run(FFMPEG "-f rawvideo -pix_fmt gray -s 48x32 -i quarters.raw -vf setsar=%s %s %s",
                          cases[i].sar, cases[i].encoder, cases[i].file));
        whole_read(&w, fixture_path(cases[i].file),
                   (um_source_options){.want = UM_WANT_GRAY | UM_WANT_RGB, .threads = 2});
        const um_frame *f = whole_picture(&w, 0);
        if (w.media.width != cases[i].width)
            fprintf(stderr, "%s: %d wide\n", cases[i].file, w.media.width);
        CHECK(w.status == UM_EOF && w.media.width == cases[i].width && w.media.height == QH);
        CHECK((w.media.pixel_aspect == 1) == (cases[i].width == QW));
        CHECK(f && f->gray->width == cases[i].width && f->rgb->width == cases[i].width);
        CHECK(f && f->gray->height == QH && quarters_of(f->gray, 1) == 1234 &&
              quarters_of(f->rgb, 3) == 1234);
        whole_free(&w);
    }
}

/* ---- time ---- */

static void test_variable_frame_rate(void)
{
    static const char *const files[] = {"v.mkv", "v.mp4", "v.mov", "v.webm"};
    CHECK(write_quarters("quarters.raw", 12));
    for (int i = 0; i < 4; i++) {
        CHECK(fixture_run(FFMPEG "-f rawvideo -pix_fmt gray -s 48x32 -i quarters.raw -vf "
                                 "\"settb=1/1000,setpts='if(lt(N,5),N*40,200+(N-5)*113)'\""
                                 " -vsync passthrough -enc_time_base 1:1000 -video_track_timescale 90000 "
                                 "-pix_fmt yuv420p %s %s",
                          i == 3 ? "-c:v libvpx-vp9 -b:v 1M" : "-c:v libx264 -bf 2", files[i]) ||
              i == 3);
        whole_read(&w, fixture_path(files[i]), (um_source_options){.want = UM_WANT_GRAY});
        CHECK(w.n_pictures == 12);
        for (int k = 0; k < w.n_pictures; k++) {
            const um_frame *f = whole_picture(&w, k);
            double t_s = k < 5 ? k * .04 : .2 + (k - 5) * .113;
            CHECK(f->index == k);
            CHECK_NEAR(f->t_s, t_s, 1e-9);
            if (k + 1 < w.n_pictures)
                CHECK_NEAR(f->duration_s, whole_picture(&w, k + 1)->t_s - f->t_s, 1e-12);
        }
        whole_free(&w);
    }
}

static void test_containers_keep_time_from_zero(void)
{
    static const char *const files[] = {"c.ts -c:v mpeg2video -c:a mp2", "c.mpg -c:v mpeg1video -c:a mp2",
                                        "c.flv -c:v flv -c:a libmp3lame -ar 44100",
                                        "c.avi -c:v mpeg4 -c:a pcm_s16le"};
    for (int i = 0; i < 4; i++) {
        char name[8] = "";
        sscanf(files[i], "%7s", name);
        CHECK(fixture_run(FFMPEG "-f lavfi -i testsrc=s=64x48:r=25:d=2 -f lavfi -i sine=d=2:r=44100 %s %s",
                          strchr(files[i], ' '), name));
        whole_read(&w, fixture_path(name), (um_source_options){.want = UM_WANT_GRAY | UM_WANT_SOUND});
        CHECK(w.n_pictures == 50 && w.n_samples > 44100 * 1.9);
        if (w.n_pictures == 50) {
            double start_s = whole_picture(&w, 0)->t_s;
            CHECK(start_s >= 0 && start_s < .1);
            CHECK_NEAR(whole_picture(&w, 49)->t_s, start_s + 49 * .04, 1.1e-3);
        }
        for (int k = 1; k < w.n; k++)
            CHECK(w.moments[k]->t_s >= w.moments[k - 1]->t_s);
        CHECK(!w.damage.truncated);
        whole_free(&w);
    }
}

static void test_stop_after(void)
{
    CHECK(fixture_run(
        FFMPEG
        "-f lavfi -i testsrc=s=64x48:r=25:d=4 -f lavfi -i sine=d=4:r=44100 -c:v libx264 -c:a aac long.mp4"));
    whole_read(&w, fixture_path("long.mp4"),
               (um_source_options){.want = UM_WANT_GRAY | UM_WANT_SOUND, .max_s = 1});
    CHECK(w.n_pictures == 25 && !w.damage.truncated && w.status == UM_EOF);
    CHECK(w.n_samples >= 44100 && w.n_samples <= 44100 + 1024);
    CHECK_NEAR(w.media.duration_s, 4, .1);
    CHECK_NEAR(w.media.fps, 25, 1e-9);
    whole_free(&w);
    whole_read(&w, fixture_path("long.mp4"), (um_source_options){.want = 0});
    CHECK(w.n == 0 && w.status == UM_EOF && w.media.has_video && w.media.has_sound && w.media.width == 64);
    whole_free(&w);
}

/* ---- fields ---- */

/* How far rows differ from the mean of their neighbours: large where two moments are woven together. */
static double combing(const um_image *g)
{
    double sum = 0;
    for (int y = 1; y + 1 < g->height; y++)
        for (int x = 0; x < g->width; x++) {
            const uint8_t *p = g->data + y * g->stride + x;
            sum += abs(2 * p[0] - p[-g->stride] - p[g->stride]);
        }
    return sum / ((double)g->width * g->height);
}

static void test_interlaced_video_is_deinterlaced(void)
{
    /* a vertical edge that moves 8 pixels per field, woven from 50 fields per second; then the same bytes
     * with the frames declared progressive, which leaves the comb in */
    const char *scene = "-f lavfi -i "
                        "\"color=black:s=128x96:r=50:d=1,geq=lum='if(lt(mod(X-8*N,128),40),200,50)':cb=128:"
                        "cr=128,interlace=scan=tff:lowpass=off\"";
    double woven, clean;
    CHECK(fixture_run(FFMPEG "%s -c:v mpeg2video -q:v 1 -flags +ilme+ildct -top 1 fields.mpg", scene));
    CHECK(fixture_run(FFMPEG "%s -vf setfield=prog -c:v ffv1 woven.mkv", scene) ||
          fixture_run(FFMPEG "%s -c:v rawvideo woven.avi", scene));
    whole_read(&w, fixture_path("woven.mkv"), (um_source_options){.want = UM_WANT_GRAY});
    CHECK(w.n_pictures == 25 && !w.media.interlaced);
    woven = w.n_pictures > 10 ? combing(whole_picture(&w, 10)->gray) : 0;
    whole_free(&w);
    whole_read(&w, fixture_path("fields.mpg"), (um_source_options){.want = UM_WANT_GRAY});
    CHECK(w.n_pictures == 25 && w.media.interlaced);
    clean = w.n_pictures > 10 ? combing(whole_picture(&w, 10)->gray) : 1e9;
    for (int i = 0; i < w.n_pictures; i++)
        CHECK_NEAR(whole_picture(&w, i)->t_s, whole_picture(&w, 0)->t_s + i * .04, 1e-6);
    CHECK(woven > 10 && clean < woven / 4);
    fprintf(stderr, "combing: %.2f woven, %.2f deinterlaced\n", woven, clean);
    whole_free(&w);
}

int main(void)
{
    um_media_quiet();
    test_luma_of_limited_range();
    test_colour_rows();
    if (!fixture_begin())
        return CHECK_SKIP;
    test_colours();
    test_turned_video();
    test_luma_as_stored();
    test_turned_photo();
    test_pixel_aspect();
    test_variable_frame_rate();
    test_containers_keep_time_from_zero();
    test_stop_after();
    test_interlaced_video_is_deinterlaced();
    return fixture_end();
}
