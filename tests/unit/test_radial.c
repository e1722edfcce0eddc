/* Pictures whose spectrum is known by construction. */
#include "../check.h"
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

int main(void)
{
    shelves();
    lattices();
    gates();
    crowd();
    return check_done();
}
