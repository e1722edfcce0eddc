/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures whose spectrum is known by construction. */
#include "../check.h"
#include "dsp/stats.h"
#include "signal_run.h"
#include <string.h>

enum { SIDE = 256, FACE = 512 }; /* the inner half of a face is the whole picture */
static double plane[SIDE][SIDE];
static uint64_t seed = 11;

static double uniform(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

/* Sum of waves, uniform in the plane of frequencies, amplitude 1 / frequency (power 1 / f^2, as natural
 * pictures); none above `highest` cycles per pixel. */
static void natural(double highest)
{
    static double cx[SIDE], sx[SIDE];
    memset(plane, 0, sizeof plane);
    for (int wave = 0; wave < 800; wave++) {
        const double fx = uniform() - .5, fy = uniform() - .5, f = hypot(fx, fy),
                     phase = 2 * M_PI * uniform();
        if (f < 1. / SIDE || f > highest)
            continue;
        for (int x = 0; x < SIDE; x++) {
            cx[x] = cos(2 * M_PI * fx * x + phase) / f;
            sx[x] = sin(2 * M_PI * fx * x + phase) / f;
        }
        for (int y = 0; y < SIDE; y++) {
            const double cy = cos(2 * M_PI * fy * y), sy = sin(2 * M_PI * fy * y);
            for (int x = 0; x < SIDE; x++)
                plane[y][x] += .1 * (cx[x] * cy - sx[x] * sy);
        }
    }
}

static um_image *picture(void)
{
    um_image *image = NULL;
    CHECK(um_image_new(&image, SIDE, SIDE, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double v = floor(128.5 + plane[y][x]);
            memset(image->data + y * image->stride + 3 * x, (int)(v < 0 ? 0 : v > 255 ? 255 : v), 3);
        }
    return image;
}

typedef struct numbers {
    double score, shelf_db, lattice_db;
} numbers;

static numbers measure(float side)
{
    numbers n = {NAN, NAN, NAN};
    runner r;
    um_image *rgb = picture();
    CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
    um_face face = face_at((SIDE - side) / 2, (SIDE - side) / 2, side, .3);
    um_frame frame = {.rgb = rgb};
    CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK && runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    if (f->outcome == UM_SCORED) {
        n.score = result_of(f, 0)->score;
        CHECK(f->n_series == 2 && f->series[0].n == 1 && f->n_evidence == 1 && f->evidence[0].image);
        n.shelf_db = f->series[0].sample[0].value;
        n.lattice_db = f->series[1].n ? f->series[1].sample[0].value : 0;
        CHECK_NEAR(n.score, fmax(n.shelf_db, n.lattice_db), .06); /* the median is read off bins of 0.05 dB */
    }
    um_findings_free(&f);
    um_image_free(&rgb);
    return n;
}

/* 15 x 15 tiles of 32 pixels are about 64 independent ones: rings are known to 0.2 dB, lattice points to 0.5
 * dB. */
static void shelves(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            plane[y][x] = 30 * normal();
    numbers white = measure(FACE); /* a flat line has no shelf and no lattice */
    CHECK_NEAR(white.shelf_db, 0, .5);
    CHECK(fabs(white.lattice_db) < 1.5);

    natural(1);
    numbers power_law = measure(FACE);
    CHECK_NEAR(power_law.shelf_db, 0, 1);
    CHECK(power_law.lattice_db < 3);

    for (int y = 0; y < SIDE; y++) /* a floor that the power law meets at the highest rings */
        for (int x = 0; x < SIDE; x++)
            plane[y][x] += 12 * normal();
    CHECK(measure(FACE).shelf_db > power_law.shelf_db + 1);

    natural(.35);
    CHECK(measure(FACE).shelf_db < power_law.shelf_db - 5);
}

/* Strided up-sampling repeats the spectrum, its strongest part first, at multiples of 1 / stride. */
static void lattices(void)
{
    static double small[SIDE][SIDE];
    for (int stride = 2; stride <= 8; stride *= 2) {
        natural(1);
        memcpy(small, plane, sizeof small);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                /* kernels one longer than the stride overlap in rows and columns (Odena et al., 2016) */
                const double weight = (y % stride ? 1 : 2) * (x % stride ? 1 : 2);
                plane[y][x] = (small[y][x] / 4 + 30) * weight - 60;
            }
        CHECK(measure(FACE).lattice_db > 6);
    }
    /* JPEG's blocks: level and upright borders every 8 pixels, no lattice */
    natural(1);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            plane[y][x] += (y % 8 ? 0 : 10) + (x % 8 ? 0 : 10);
    CHECK(measure(FACE).lattice_db < 3);
}

static void gates(void)
{
    natural(1);
    CHECK(isnan(measure(63).score));
    CHECK(isfinite(measure(64).score) && measure(64).lattice_db == 0); /* one tile */
    memset(plane, 0, sizeof plane);
    CHECK(isnan(measure(FACE).score)); /* flat */

    /* hostile boxes, many persons, many frames at once: two faces a second are measured */
    natural(1);
    um_image *rgb = picture();
    runner r;
    CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
    static const um_rect boxes[] = {{NAN, 0, 90, 90},          {0, 0, INFINITY, 90}, {-1e30f, 0, 1e30f, 100},
                                    {1e9f, 1e9f, 100, 100},    {-50, -50, 100, 100}, {0, 0, -5, -5},
                                    {-1e6f, -1e6f, 2e6f, 2e6f}};
    for (int i = 0; i < 700; i++) {
        um_face face = face_at(0, 0, 200, .3);
        face.box = boxes[i % 7];
        face.person = i;
        um_frame frame = {.rgb = rgb, .t_s = i % 11 ? 0 : NAN};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    um_findings_free(&f);

    CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
    for (int i = 0; i < 300; i++) {
        um_face face = face_at(30, 30, 200, .3);
        um_frame frame = {.rgb = rgb, .t_s = i / 30.};
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    f = runner_end(&r);
    CHECK(f->series[0].n == 20);
    um_findings_free(&f);
    um_image_free(&rgb);
}

/* Memory does not grow with the number of persons: pictures of those seen most. */
static void crowd(void)
{
    enum { PERSONS = 40, MOST = 8 };
    natural(1);
    um_image *rgb = picture();
    runner r;
    CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
    for (int i = 0; i < PERSONS; i++) {
        um_face face = face_at(30, 30, 200, .3);
        um_frame frame = {.rgb = rgb, .t_s = i};
        face.person = i;
        CHECK(runner_picture(&r, &frame, &face, 1) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    int pictures = 0;
    for (int i = 0; i < f->n_evidence; i++)
        pictures += f->evidence[i].image != NULL;
    CHECK(f->n_evidence == PERSONS && pictures == MOST);
    um_findings_free(&f);
    um_image_free(&rgb);
}

/* ---- by definition: both numbers from the sums themselves, nothing shared with the signal ---- */

enum { T = 32, BIG = 340 };
static uint8_t colours[BIG][BIG][3];
static double spectrum[T][T]; /* all of it: [u][v] for cycles per tile u, v = 0..31 */

/* Smoothed noise whose finest part lies near the rounding of eight bits; each colour its own. `jumps` sharpen
 * it. */
static void draw_colours(double contrast, double jumps)
{
    static double field[BIG + 2][BIG + 2];
    for (int colour = 0; colour < 3; colour++) {
        for (int y = 0; y < BIG + 2; y++)
            for (int x = 0; x < BIG + 2; x++)
                field[y][x] = normal();
        for (int pass = 0; pass < 6; pass++)
            for (int y = 1; y <= BIG; y++)
                for (int x = 1; x <= BIG; x++)
                    field[y][x] = .4 * field[y][x] + .25 * field[y - 1][x] + .2 * field[y][x - 1] +
                                  .1 * field[y + 1][x + 1] + .05 * field[y][x + 1];
        for (int y = 0; y < BIG; y++)
            for (int x = 0; x < BIG; x++) {
                const double v = 120 + 10 * colour + contrast * (colour + 1) * field[y + 1][x + 1] +
                                 jumps * (((x + 2 * colour) & 3) == 0) * ((y & 3) == 1) * (x % 5 + 1);
                colours[y][x][colour] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
    }
}

/* The power of one tile under a Hann window, its mean removed, over the square of the sum of the squared
 * weights. */
static double add_tile(int left, int top)
{
    static double tile[T][T], half[T][T][2];
    double mean = 0, squares = 0, variance = 0;
    for (int y = 0; y < T; y++) {
        const double weight = .5 - .5 * cos(2 * M_PI * y / T);
        squares += weight * weight;
        for (int x = 0; x < T; x++) {
            const uint8_t *c = colours[top + y][left + x];
            tile[y][x] = .299 * c[0] + .587 * c[1] + .114 * c[2]; /* BT.601 */
            mean += tile[y][x] / (T * T);
        }
    }
    memset(half, 0, sizeof half);
    for (int y = 0; y < T; y++)
        for (int x = 0; x < T; x++) {
            const double value = tile[y][x] - mean;
            variance += value * value / (T * T);
            for (int v = 0; v < T; v++) {
                const double windowed =
                    value * (.5 - .5 * cos(2 * M_PI * y / T)) * (.5 - .5 * cos(2 * M_PI * x / T));
                half[y][v][0] += windowed * cos(2 * M_PI * v * x / T);
                half[y][v][1] -= windowed * sin(2 * M_PI * v * x / T);
            }
        }
    for (int u = 0; u < T; u++)
        for (int v = 0; v < T; v++) {
            double re = 0, im = 0;
            for (int y = 0; y < T; y++) {
                const double c = cos(2 * M_PI * u * y / T), s = -sin(2 * M_PI * u * y / T);
                re += half[y][v][0] * c - half[y][v][1] * s;
                im += half[y][v][0] * s + half[y][v][1] * c;
            }
            spectrum[u][v] += (re * re + im * im) / (squares * squares);
        }
    return variance;
}

/* Mean over half-overlapping tiles of the square [from, from + side). */
static void tiles_of(int from_x, int from_y, int width, int height)
{
    int n = 0;
    memset(spectrum, 0, sizeof spectrum);
    for (int y = from_y; y + T <= from_y + height; y += T / 2)
        for (int x = from_x; x + T <= from_x + width; x += T / 2, n++)
            add_tile(x, y);
    for (int i = 0; i < T * T; i++)
        spectrum[i / T][i % T] /= n;
}

/* Rings 13 to 16 against the straight line through rings 2 to 12, log-log; rounding to whole gray levels is
 * white noise of variance 1/12, which the window spreads over the bins as (8 / 3 / 32)^2. */
static double shelf_by_definition(void)
{
    double ring[17] = {0}, n[17] = {0}, sx = 0, sy = 0, sxx = 0, sxy = 0, above = 0;
    for (int u = -T / 2 + 1; u <= T / 2; u++)
        for (int v = -T / 2 + 1; v <= T / 2; v++) {
            const int r = (int)floor(hypot(u, v) + .5);
            if (r > 16)
                continue;
            ring[r] += spectrum[(u + T) % T][(v + T) % T];
            n[r]++;
        }
    for (int r = 2; r <= 16; r++)
        ring[r] = 10 * log10(ring[r] / n[r] + 1. / 12 * 64 / 9 / 1024);
    for (int r = 2; r <= 12; r++) {
        const double x = log10(r);
        sx += x, sy += ring[r], sxx += x * x, sxy += x * ring[r];
    }
    const double slope = (11 * sxy - sx * sy) / (11 * sxx - sx * sx), offset = (sy - slope * sx) / 11;
    for (int r = 13; r <= 16; r++)
        above += (ring[r] - slope * log10(r) - offset) / 4;
    return above;
}

static int by_value(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Points at multiples of 4 cycles, off both axes, against the median of the 16 two bins away; the largest
 * mean of the strides 2 (16, 16), 4 (multiples of 8) and 8 (the rest). A half plane holds each point once. */
static double lattice_by_definition(double power[T][T])
{
    double sum[3] = {0}, n[3] = {0}, most = -INFINITY;
    for (int u = 4; u < T; u += 4)
        for (int v = 4; v <= T / 2; v += 4) {
            double ring[16];
            int k = 0;
            for (int i = -2; i <= 2; i++)
                for (int j = -2; j <= 2; j++)
                    if (abs(i) == 2 || abs(j) == 2)
                        ring[k++] = power[(u + i + T) % T][(v + j + T) % T];
            qsort(ring, 16, sizeof *ring, by_value);
            const int level = u == 16 && v == 16 ? 0 : u % 8 == 0 && v % 8 == 0 ? 1 : 2;
            sum[level] += 10 * log10(power[u][v] / ((ring[7] + ring[8]) / 2));
            n[level]++;
        }
    for (int i = 0; i < 3; i++)
        most = fmax(most, sum[i] / n[i]);
    return most;
}

static um_image *colour_picture(int side)
{
    um_image *image = NULL;
    CHECK(um_image_new(&image, side, side, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < side; y++)
        memcpy(image->data + y * image->stride, colours[y], (size_t)side * 3);
    return image;
}

static um_status show(runner *r, um_image *image, um_rect box, double t_s)
{
    um_face face = face_at(0, 0, 200, .3);
    um_frame frame = {.rgb = image, .t_s = t_s};
    face.box = box;
    return runner_picture(r, &frame, &face, 1);
}

/* Both numbers to the rounding of doubles: the signal sums by FFTW and over half a plane. */
static void by_definition(void)
{
    static const struct {
        float x, y, w, h;          /* the box */
        int left, top, cols, rows; /* of its inner half, at most 256 pixels, inside the picture */
        bool lattice;              /* from 9 tiles on */
    } known[] = {{40, 60, 64, 80, 56, 84, 32, 32, false},
                 {20, 30, 128, 128, 52, 62, 64, 64, true},
                 {-64, 30, 160, 160, 0, 70, 56, 80, false},
                 {-48, 40, 160, 160, 0, 80, 72, 80, true},
                 {-130, -130, 600, 600, 42, 42, 256, 256, true}};
    for (int i = 0; i < 5; i++) {
        draw_colours(30, i == 3 ? 6 : 0);
        um_image *image = colour_picture(BIG);
        runner r;
        CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
        CHECK(show(&r, image, (um_rect){known[i].x, known[i].y, known[i].w, known[i].h}, 0) == UM_OK);
        CHECK(runner_finish(&r) == UM_OK);
        um_findings *f = runner_end(&r);
        tiles_of(known[i].left, known[i].top, known[i].cols, known[i].rows);
        CHECK(f->n_series == 2 && f->series[0].n == 1 && f->series[1].n == known[i].lattice);
        CHECK_NEAR(f->series[0].sample[0].value, shelf_by_definition(), 1e-6);
        if (f->series[1].n)
            CHECK_NEAR(f->series[1].sample[0].value, lattice_by_definition(spectrum), 1e-6);
        const um_result *result = result_of(f, 0);
        CHECK(result && !strstr(result->text, "traces of an up-sampling grid") == !known[i].lattice);
        CHECK(f->n_evidence == 1 && f->evidence[0].image && f->evidence[0].image->width == 160);
        um_findings_free(&f);
        um_image_free(&image);
    }
}

/* The score is the median shelf or, once 9 tiles allow to judge it, the lattice of the sum of spectra, each
 * of total 1. */
static void over_time(bool judged)
{
    static double sum[T][T];
    runner r;
    const um_rect box = judged ? (um_rect){20, 30, 128, 128} : (um_rect){20, 30, 64, 64};
    double shelf[3], highest = -INFINITY;
    memset(sum, 0, sizeof sum);
    CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
    for (int i = 0; i < 3; i++) {
        double total = 0;
        draw_colours(i == 1 ? 90 : 30 + 10 * i, judged ? .7 * i : 5 - 2 * i);
        um_image *image = colour_picture(BIG);
        CHECK(show(&r, image, box, i) == UM_OK);
        um_image_free(&image);
        tiles_of((int)(box.x + box.w / 4), (int)(box.y + box.h / 4), (int)box.w / 2, (int)box.h / 2);
        highest = fmax(highest, shelf[i] = shelf_by_definition());
        for (int u = 0; u < T; u++) /* the half plane is what has total 1 */
            for (int v = 0; v <= T / 2; v++)
                total += spectrum[u][v];
        for (int k = 0; k < T * T; k++)
            sum[k / T][k % T] += spectrum[k / T][k % T] / total;
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    qsort(shelf, 3, sizeof *shelf, by_value);
    CHECK(shelf[1] - shelf[0] > .2 && shelf[2] - shelf[1] > .2);
    CHECK(f->series[0].n == 3 && f->series[1].n == (judged ? 3 : 0));
    const double lattice_db = judged ? lattice_by_definition(sum) : 0;
    if (judged)
        CHECK_NEAR(f->series[1].sample[2].value, lattice_db, 1e-6);
    const um_result *result = result_of(f, 0);
    CHECK_NEAR(result ? result->score : NAN, fmax(shelf[1], lattice_db), .05); /* a bin of the histogram */
    char words[64];
    snprintf(words, sizeof words, "highest shelf of this face, %+.1f dB", um_round(highest, .1));
    CHECK(f->n_evidence == 1 && strstr(f->evidence[0].text, words));
    um_findings_free(&f);
}

/* Two faces a second; 64 pixels; a variance of 4. */
static void limits(void)
{
    static const struct {
        double step_s;
        float side;
        int bright; /* pixels of 1024 that are 5 brighter: variance 25 p (1 - p) */
        int faces;
    } known[] = {{.49, 64, 512, 1}, {.51, 64, 512, 2}, {1, 63.4f, 512, 0}, {1, 64, 204, 0}, {1, 64, 208, 2}};
    for (int i = 0; i < 5; i++) {
        for (int y = 0; y < 32; y++) /* the inner half of the face: one tile */
            for (int x = 0; x < 32; x++)
                memset(colours[y][x], 100 + 5 * (32 * y + x < known[i].bright), 3);
        um_image *image = colour_picture(32);
        runner r;
        CHECK(runner_begin(&r, um_signal_find("radial")) == UM_OK);
        for (int k = 0; k < 2; k++)
            CHECK(show(&r, image, (um_rect){-16, -16, known[i].side, known[i].side}, k * known[i].step_s) ==
                  UM_OK);
        CHECK(runner_finish(&r) == UM_OK);
        um_findings *f = runner_end(&r);
        CHECK(f->n_series == 2 && f->series[0].n == (size_t)known[i].faces);
        const um_result *result = result_of(f, 0);
        if (known[i].side < 64)
            CHECK(result && strstr(result->text, "too small: the largest face is 63 pixels wide, 64 needed"));
        um_findings_free(&f);
        um_image_free(&image);
    }
}

int main(void)
{
    by_definition();
    over_time(true);
    over_time(false);
    limits();
    shelves();
    lattices();
    gates();
    crowd();
    return check_done();
}
