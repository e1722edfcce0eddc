/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prnu_file.c: pictures of files into a fingerprint, and fingerprints as files.
 *
 * A file of a fingerprint: 16 bytes "unmask-prnu-1\n" and two zeros; width, height and number of pictures as
 * 32-bit numbers; noise and level, [height][width] of 32-bit floating point each; the SHA-256 of all that.
 * All little-endian. */
#include "base/digest.h"
#include "base/json.h"
#include "media/turn.h"
#include "prnu/prnu_internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/output.h>
#include <unmask/source.h>

static const char magic[16] = "unmask-prnu-1\n";
enum { HEAD = 28, NUMBER = 4, MOST_PICTURES = 1 << 24 };

/* ---- pictures ---- */

/* As the sensor gave it. */
static um_status add_picture(um_prnu *p, const um_media *media, const um_frame *frame, um_error *err)
{
    um_image *turned = NULL;
    um_error why = {0};
    um_status st =
        media->rotation_deg ? um_image_turn_back(&turned, frame->gray, media->rotation_deg, &why) : UM_OK;
    if (st == UM_OK)
        st = um_prnu_add(p, turned ? turned : frame->gray, &why);
    um_image_free(&turned);
    return st < 0 ? um_fail(err, st, "%s: %s", media->path, why.text) : UM_OK;
}

um_status um_prnu_add_file(um_prnu *p, const char *path, int most, um_error *err)
{
    const um_source_options opt = {.want = UM_WANT_GRAY};
    um_source *source = NULL;
    um_moment *m = NULL;
    um_status st = um_source_open(&source, path, &opt, err);
    if (st < 0)
        return st;
    const um_media *media = um_source_media(source);
    double step_s = media->duration_s > 0 ? media->duration_s / most : 0, next_s = -INFINITY;
    int n = 0;
    if (media->pixel_aspect != 1)
        st = um_fail(err, UM_EUNSUPPORTED,
                     "%s: its pixels are not square: they would be resampled, which removes a fingerprint",
                     path);
    while (st == UM_OK && n < most && (st = um_source_next(&m, source, err)) == UM_OK) {
        if (m->frame && !m->frame->damaged && m->t_s >= next_s) {
            st = add_picture(p, media, m->frame, err);
            next_s = (n ? next_s : m->t_s) + step_s;
            n++;
        }
        um_moment_free(&m);
    }
    if (st >= 0 && !n)
        st = um_fail(err, UM_EFORMAT, "%s: no whole picture in it", path);
    um_source_close(&source);
    return st < 0 ? st : UM_OK;
}

/* ---- an answer ---- */

um_status um_prnu_match_json(char **out, const um_prnu_match *match, const um_prnu *picture, const char *path,
                             um_error *err)
{
    enum { DIGITS = 6 };
    um_json *j = um_json_object();
    um_json_set_text(j, "path", path);
    um_json_set_num(j, "pce", match->pce, DIGITS);
    um_json_set_bool(j, "same_camera", match->pce >= UM_PRNU_PCE);
    um_json_set_int(j, "x", match->x);
    um_json_set_int(j, "y", match->y);
    um_json_set_int(j, "places", match->n_places);
    um_json_set_int(j, "pictures", picture->pictures);
    const um_status st = um_json_text(out, j, 0, err);
    um_json_free(&j);
    return st;
}

/* ---- files ---- */

static void put_number(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < NUMBER; i++)
        to[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t number_at(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void put_floats(uint8_t *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v;
        memcpy(&v, &from[i], sizeof v);
        put_number(to + NUMBER * i, v);
    }
}

/* False: not all are numbers. */
static bool take_floats(float *to, const uint8_t *from, size_t n)
{
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        const uint32_t v = number_at(from + NUMBER * i);
        memcpy(&to[i], &v, sizeof v);
        good &= isfinite(to[i]);
    }
    return good;
}

um_status um_prnu_write(const um_prnu *p, const char *path, um_error *err)
{
    if (!p->pictures)
        return um_fail(err, UM_EINVAL, "%s: a fingerprint of no picture", path);
    const size_t n = um_prnu_count(p), size = HEAD + 2 * NUMBER * n;
    uint8_t *bytes = um_calloc(size + UM_SHA256_BYTES, 1);
    if (!bytes)
        return um_fail_oom(err);
    memcpy(bytes, magic, sizeof magic);
    put_number(bytes + 16, (uint32_t)p->width);
    put_number(bytes + 20, (uint32_t)p->height);
    put_number(bytes + 24, (uint32_t)p->pictures);
    put_floats(bytes + HEAD, p->noise, n);
    put_floats(bytes + HEAD + NUMBER * n, p->level, n);
    um_status st = um_sha256_raw(bytes + size, bytes, size)
                       ? um_file_write(path, bytes, size + UM_SHA256_BYTES, err)
                       : um_fail_oom(err);
    free(bytes);
    return st;
}

static um_status take(um_prnu *p, const uint8_t *bytes, size_t n, const char *path, um_error *err)
{
    uint8_t digest[UM_SHA256_BYTES];
    if (n < HEAD + sizeof digest || memcmp(bytes, magic, sizeof magic) != 0)
        return um_fail(err, UM_EFORMAT, "%s: not a fingerprint of unmask prnu", path);
    const uint32_t width = number_at(bytes + 16), height = number_at(bytes + 20),
                   pictures = number_at(bytes + 24);
    const bool sane = width >= UM_PRNU_LEAST && width <= UM_PRNU_MOST && height >= UM_PRNU_LEAST &&
                      height <= UM_PRNU_MOST && pictures >= 1 && pictures <= MOST_PICTURES;
    const size_t count = sane ? (size_t)width * height : 0, size = HEAD + 2 * NUMBER * count;
    if (!sane || n != size + sizeof digest)
        return um_fail(err, UM_EFORMAT, "%s: a damaged fingerprint", path);
    if (!um_sha256_raw(digest, bytes, size))
        return um_fail_oom(err);
    if (memcmp(digest, bytes + size, sizeof digest) != 0)
        return um_fail(err, UM_EFORMAT, "%s: a damaged fingerprint", path);
    um_status st = um_prnu_size(p, (int)width, (int)height, err);
    if (st < 0)
        return st;
    p->pictures = (int)pictures;
    return take_floats(p->noise, bytes + HEAD, count) &&
                   take_floats(p->level, bytes + HEAD + NUMBER * count, count)
               ? UM_OK
               : um_fail(err, UM_EFORMAT, "%s: a damaged fingerprint", path);
}

um_status um_prnu_read(um_prnu **out, const char *path, um_error *err)
{
    const size_t most = HEAD + 2 * NUMBER * (size_t)UM_PRNU_MOST * UM_PRNU_MOST + UM_SHA256_BYTES;
    char *bytes;
    size_t n;
    *out = NULL;
    um_status st = um_file_read(&bytes, &n, path, most, err);
    if (st < 0)
        return st;
    if ((st = um_prnu_new(out, err)) == UM_OK)
        st = take(*out, (const uint8_t *)bytes, n, path, err);
    free(bytes);
    if (st < 0)
        um_prnu_free(out);
    return st;
}
