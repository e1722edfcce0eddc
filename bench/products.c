/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each product costs: milliseconds of processor time of one core, the least of several runs.
 *
 *     ninja -C build bench/products && build/bench/products          (the table in docs/products.md) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unmask/unmask.h>

enum { WIDTH = 1280, HEIGHT = 720, RUNS = 15, RATE = 48000, BLOCK = 1024, SECONDS = 10 };

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void must(um_status st, const um_error *err)
{
    if (st < 0) {
        fprintf(stderr, "products: %s\n", err->text);
        exit(1);
    }
}

static um_status luma(um_products *p, um_error *err)
{
    const um_image *out;
    return um_product_luma(&out, p, err);
}

static um_status chroma(um_products *p, um_error *err)
{
    const um_image *cb, *cr;
    return um_product_chroma(&cb, &cr, p, err);
}

static um_status residual(um_products *p, um_error *err)
{
    const um_plane *out;
    return um_product_residual(&out, p, err);
}

static um_status dct(um_products *p, um_error *err)
{
    const um_dct_blocks *out;
    return um_product_dct(&out, p, err);
}

static um_status gradient(um_products *p, um_error *err)
{
    const um_gradient *out;
    return um_product_gradient(&out, p, err);
}

static um_status flow(um_products *p, um_error *err)
{
    const um_flow *out;
    return um_product_flow(&out, p, err);
}

static um_status face(um_products *p, um_error *err)
{
    const um_image *out;
    return um_product_face(&out, p, 0, 224, 1.3f, err);
}

static um_image *picture(int shift)
{
    um_image *rgb = NULL;
    um_error err;
    must(um_image_new(&rgb, WIDTH, HEIGHT, UM_RGB24, &err), &err);
    uint32_t seed = 1;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH * 3; x++) {
            seed = seed * 1664525 + 1013904223;
            rgb->data[y * rgb->stride + x] =
                (uint8_t)(128 + 60 * sin((x / 3 + shift) * .05) * cos(y * .03) + (seed >> 28));
        }
    return rgb;
}

static void pictures(void)
{
    static const struct {
        const char *name;
        um_status (*ask)(um_products *, um_error *);
        bool needs_luma;
    } product[] = {
        {"luma, from RGB", luma, false},
        {"chroma", chroma, false},
        {"aligned face, 224", face, false},
        {"gradient", gradient, true},
        {"8 x 8 DCT", dct, true},
        {"noise residual", residual, true},
        {"optical flow, from RGB", flow, false},
    };
    um_image *image[] = {picture(0), picture(5)};
    um_face faces_[] = {{.box = {400, 150, 300, 300}, .five = {{500, 260}, {600, 270}}}};
    const um_faces faces = {1, faces_};
    for (size_t i = 0; i < sizeof product / sizeof *product; i++) {
        double least = INFINITY;
        for (int run = 0; run < RUNS; run++) {
            um_error err;
            um_product_streams *streams = NULL;
            um_products *p = NULL;
            must(um_product_streams_new(&streams, UM_NEED_FLOW, &err), &err);
            for (int k = 0; k < 2; k++) {
                const um_frame frame = {.rgb = image[k], .t_s = k};
                um_products_free(&p);
                must(um_products_new(&p, streams, &frame, NULL, &faces, &err), &err);
            }
            if (product[i].needs_luma)
                must(luma(p, &err), &err);
            const double start = cpu_ms();
            must(product[i].ask(p, &err), &err);
            least = fmin(least, cpu_ms() - start);
            um_products_free(&p);
            um_product_streams_free(&streams);
        }
        printf("%-24s %7.2f ms per picture of %d x %d\n", product[i].name, least, WIDTH, HEIGHT);
    }
    um_image_free(&image[0]);
    um_image_free(&image[1]);
}

static double sound_ms(const float *x, unsigned needs)
{
    um_error err;
    um_product_streams *streams = NULL;
    must(um_product_streams_new(&streams, needs, &err), &err);
    const double start = cpu_ms();
    for (int at = 0; at < SECONDS * RATE; at += BLOCK) {
        um_products *p = NULL;
        const um_sound sound = {at, RATE, 1, BLOCK, x + at, {x + at}};
        must(um_products_new(&p, streams, NULL, &sound, NULL, &err), &err);
        um_products_free(&p);
    }
    const double ms = cpu_ms() - start;
    um_product_streams_free(&streams);
    return ms / SECONDS;
}

/* What each adds to what it is made of. */
static void sounds(void)
{
    static const struct {
        const char *name;
        unsigned needs, of;
    } product[] = {
        {"16 kHz, from 48 kHz", UM_NEED_SOUND16K, 0},
        {"spectrogram", UM_NEED_SPECTROGRAM, UM_NEED_SOUND16K},
        {"log-mel", UM_NEED_LOGMEL, UM_NEED_SPECTROGRAM},
        {"voice activity", UM_NEED_VOICE, UM_NEED_SPECTROGRAM},
        {"pitch", UM_NEED_PITCH, UM_NEED_SOUND16K},
        {"spectra, own rate", UM_NEED_SPECTRA, 0},
    };
    float *x = malloc((SECONDS * RATE + BLOCK) * sizeof *x);
    uint32_t seed = 1;
    for (int i = 0; x && i < SECONDS * RATE + BLOCK; i++) {
        seed = seed * 1664525 + 1013904223;
        x[i] = (float)(.2 * sin(i * .02) + .1 * sin(i * .04) + .02 * ((double)seed / UINT32_MAX - .5));
    }
    for (size_t i = 0; x && i < sizeof product / sizeof *product; i++) {
        double with = INFINITY, without = INFINITY;
        for (int run = 0; run < RUNS / 3; run++) {
            with = fmin(with, sound_ms(x, product[i].needs));
            without = fmin(without, sound_ms(x, product[i].of));
        }
        printf("%-24s %7.2f ms per second of sound\n", product[i].name, with - without);
    }
    free(x);
}

int main(void)
{
    pictures();
    sounds();
    return 0;
}
