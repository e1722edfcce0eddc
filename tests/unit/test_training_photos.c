/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The annotated photos of the trainer: each set's convention of a box, what is not boxed, sets left out; and
 * pictures made poor. */
#include "../check.h"
#include "base/base.h"
#include "degrade/augment.h"
#include "detector_sample.h"
#include "photos.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unmask/sink.h>

static char dir[] = "/tmp/unmask-photos-XXXXXX";

static void write_set(const char *name, const char *rows)
{
    char path[256];
    um_image *rgb = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    mkdir(path, 0700);
    if (um_image_new(&rgb, 16, 12, UM_RGB24, NULL) < 0)
        abort();
    memset(rgb->data, 90, (size_t)rgb->stride * 12);
    for (const char *p = "abc"; *p; p++) {
        snprintf(path, sizeof path, "%s/%s/%c.png", dir, name, *p);
        CHECK(um_image_write_png(rgb, path, "test", NULL) == UM_OK);
    }
    um_image_free(&rgb);
    snprintf(path, sizeof path, "%s/%s/annotations.tsv", dir, name);
    FILE *f = fopen(path, "w");
    fprintf(f, "file\twidth\theight\tbox_x\tbox_y\tbox_w\tbox_h\tsplit\tscheme\n%s", rows);
    fclose(f);
}

static const photo *find(const photos *p, const char *set, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (!strcmp(p->photo[i].set, set) && !strcmp(p->photo[i].name, name))
            return &p->photo[i];
    return NULL;
}

static void box_is(const photo *q, int face, float x, float y, float w, float h)
{
    CHECK(q && q->n_faces > face);
    if (!q || q->n_faces <= face)
        return;
    um_rect b = q->faces[face].box;
    CHECK_NEAR(b.x, x, 1e-4);
    CHECK_NEAR(b.y, y, 1e-4);
    CHECK_NEAR(b.w, w, 1e-4);
    CHECK_NEAR(b.h, h, 1e-4);
}

/* By the README of the data: width and height beside a box from forehead to chin, and its top. */
static void conventions(void)
{
    photos p;
    CHECK(photos_read(&p, dir, NULL) == UM_OK);
    box_is(find(&p, "boxes/wider_val", "a.png"), 0, 3, 4, 50, 60);
    box_is(find(&p, "boxes/wider_val", "a.png"), 1, 7, 8, 9, 10);
    box_is(find(&p, "boxes/ilc_mask", "a.png"), 0, 99.5f, 73, 100,
           100); /* .99 wide, .94 high, top 7 % lower */
    box_is(find(&p, "boxes/driver", "a.png"), 0, 67.5f, 120, 100, 200); /* 1.35 of it, hair above */
    const photo *q = find(&p, "boxes/neg_cars", "a.png");
    CHECK(q && q->n_faces == 0 && q->labels == LABELS_ALL);
    CHECK(!find(&p, "boxes/neg_cars", "b.png")); /* something like a face */
    CHECK(!find(&p, "boxes/neg_cars", "c.png")); /* of another split */
    q = find(&p, "boxes/driver", "a.png");
    CHECK(q && q->labels == LABELS_HEADS);

    photos_group(&p);
    CHECK(p.n_groups == 12 && p.group[11].share == 1);
    for (int i = 0; i < p.n_groups; i++)
        CHECK(p.group[i].share > (i ? p.group[i - 1].share : 0));
    /* wider_val: 1 photo, 2 faces: root of 3; neg_cars: 1 photo: 1 */
    CHECK_NEAR((p.group[4].share - p.group[3].share) / (p.group[9].share - p.group[8].share), sqrt(3), 1e-4);

    um_error err;
    CHECK(photos_leave_out(&p, "boxes/driver,boxes/nothing", &err) == UM_EFORMAT);
    CHECK(strstr(err.text, "boxes/nothing"));
    CHECK(photos_leave_out(&p, "boxes/driver,boxes/heads", NULL) == UM_OK);
    for (int i = 0; i < p.n; i++)
        CHECK(p.photo[i].validation ==
              (!strcmp(p.photo[i].set, "boxes/driver") || !strcmp(p.photo[i].set, "boxes/heads")));
    photos_free(&p);

    CHECK(photos_read_test(&p, dir, NULL) == UM_OK);
    box_is(find(&p, "boxes/macwin_mask", "a.png"), 0, 25, 34, 100, 100); /* 1.3, 1.19, top 14 % higher */
    CHECK(find(&p, "boxes/neg_cars", "c.png") == NULL);
    photos_free(&p);
}

static um_image *slope(void)
{
    um_image *m = NULL;
    if (um_image_new(&m, 64, 48, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
            for (int c = 0; c < 3; c++)
                m->data[y * m->stride + 3 * x + c] = (uint8_t)(40 + x + 60 * c);
    return m;
}

static bool is_gray(const um_image *m)
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            const uint8_t *p = m->data + y * m->stride + 3 * x;
            if (abs(p[0] - p[1]) > 25 || abs(p[1] - p[2]) > 25) /* noise and JPEG colour what was gray */
                return false;
        }
    return true;
}

static double mean(const um_image *m)
{
    double sum = 0;
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < 3 * m->width; x++)
            sum += m->data[y * m->stride + x];
    return sum / (3. * m->width * m->height);
}

/* Low light is dark, old pictures are gray, and the same seed gives the same picture. */
static void poor_pictures(void)
{
    enum { N = 200 };
    int dark[2] = {0}, gray[2] = {0};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < N; i++) {
            um_image *m = slope(), *again = slope();
            const sample_mix mix = {.poor = (float)k};
            rng r = {(uint64_t)i + 1}, same = r;
            augment_picture(m, &mix, &r);
            augment_picture(again, &mix, &same);
            CHECK(!memcmp(m->data, again->data, (size_t)m->stride * 48));
            dark[k] += mean(m) < 45;
            gray[k] += is_gray(m);
            um_image_free(&m);
            um_image_free(&again);
        }
    fprintf(stderr, "of %d: dark %d, poor ones %d; gray %d, poor ones %d\n", N, dark[0], dark[1], gray[0],
            gray[1]);
    CHECK(dark[1] > dark[0] + N / 10);
    CHECK(gray[1] > gray[0] + N / 4);
}

/* A photo 120 x 90, dark, with one bright face of 24 x 30. */
static const um_rect bright = {40, 25, 24, 30};

static void add_bright(photos *p, const char *name)
{
    um_image *m = NULL;
    const photo_face f = {.box = bright};
    if (um_image_new(&m, 120, 90, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < 90; y++)
        for (int x = 0; x < 120; x++) {
            bool inside = x >= 40 && x < 64 && y >= 25 && y < 55;
            memset(m->data + y * m->stride + 3 * x,
                   inside ? ((x / 6 + y / 6) & 1 ? 250 : 190) : 20 + (x + y) % 9, 3);
        }
    CHECK(photos_add(p, PHOTO_BOXES, "bright", name, false, m, &f, 1, NULL) == UM_OK);
    p->photo[p->n - 1].labels = LABELS_ALL;
}

static double mean_of(const um_image *m, um_rect b)
{
    double sum = 0, n = 0;
    for (int y = (int)fmaxf(0, b.y); y < m->height && (float)y < b.y + b.h; y++)
        for (int x = (int)fmaxf(0, b.x); x < m->width && (float)x < b.x + b.w; x++, n++)
            sum += m->data[y * m->stride + 3 * x + 1];
    return n > 0 ? sum / n : 0;
}

/* Wherever a mosaic says that a face is, there is one, of that size: the inside is bright, the ring around it
 * dark.
 */
static void mosaics(void)
{
    enum { N = 60 };
    photos p = {0};
    const sample_mix mix = {.clean = 1};
    int faces = 0, most = 0;
    add_bright(&p, "one");
    add_bright(&p, "two");
    photos_group(&p);
    for (int i = 0; i < N; i++) {
        um_image *m, *again;
        det_truth t, same;
        CHECK(detector_sample(&m, &t, &p, false, &mix, DETECTOR_SIDE, (uint64_t)i, NULL) == UM_OK);
        CHECK(detector_sample(&again, &same, &p, false, &mix, DETECTOR_SIDE, (uint64_t)i, NULL) == UM_OK);
        CHECK(t.n == same.n && !memcmp(m->data, again->data, (size_t)m->stride * DETECTOR_SIDE));
        most = t.n > most ? t.n : most;
        for (int k = 0; k < t.n; k++) {
            um_rect b = t.face[k].box;
            CHECK(b.x >= 0 && b.y >= 0 && b.x + b.w <= DETECTOR_SIDE + .01f &&
                  b.y + b.h <= DETECTOR_SIDE + .01f);
            if (t.face[k].ignore || fminf(b.w, b.h) < 10)
                continue;
            um_rect core = {b.x + b.w / 5, b.y + b.h / 5, .6f * b.w, .6f * b.h};
            double inside = mean_of(m, core), area = (double)b.w * b.h,
                   ring =
                       (mean_of(m, (um_rect){b.x - b.w / 4, b.y - b.h / 4, 1.5f * b.w, 1.5f * b.h}) * 2.25 -
                        mean_of(m, b)) /
                       1.25;
            faces++;
            CHECK(inside > 60 && area > 0);
            CHECK(inside > 1.3 * ring || b.x < 1 || b.y < 1 || b.x + b.w > DETECTOR_SIDE - 1 ||
                  b.y + b.h > DETECTOR_SIDE - 1);
            CHECK(b.w / b.h > .8 * .6 - .02 &&
                  b.w / b.h < .8 / .6 + .03); /* six tenths of it are seen at least */
        }
        um_image_free(&m);
        um_image_free(&again);
    }
    fprintf(stderr, "%d faces in %d mosaics, at most %d\n", faces, N, most);
    CHECK(faces > 2 * N && most >= 8);
    photos_free(&p);
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    static const char *const plain[] = {"helen_afw68",         "ytfaces68",        "dlib_boxes",
                                        "boxes/neg_caltech",   "boxes/neg_fabric", "boxes/neg_hands",
                                        "boxes/caltech_faces", "boxes/heads",      "boxes/yale_grey",
                                        "boxes/neg_raccoon",   "boxes/neg_text"};
    char boxes[64];
    snprintf(boxes, sizeof boxes, "%s/boxes", dir);
    mkdir(boxes, 0700);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        write_set(plain[i], "a.png\t16\t12\t1\t2\t5\t6\ttrain\tbox\n");
    write_set("boxes/wider_val",
              "a.png\t16\t12\t3\t4\t50\t60\ttrain\tbox\na.png\t16\t12\t7\t8\t9\t10\ttrain\tbox\n");
    write_set("boxes/ilc_mask", "a.png\t16\t12\t100\t80\t99\t94\ttrain\tbox\n");
    write_set("boxes/driver", "a.png\t16\t12\t50\t60\t135\t270\ttrain\tbox\n");
    write_set("boxes/neg_cars", "a.png\t16\t12\t\t\t\t\ttrain\tnone\nb.png\t16\t12\t\t\t\t\ttrain\tfacelike\n"
                                "c.png\t16\t12\t\t\t\t\tdev\tnone\n");
    write_set("boxes/macwin_mask", "a.png\t16\t12\t10\t20\t130\t119\tdev\tbox\n");
    conventions();
    poor_pictures();
    mosaics();
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command) != 0 || check_done();
}
