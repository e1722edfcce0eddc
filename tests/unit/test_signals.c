/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every registered signal promises, whatever it looks for. */
#include "../check.h"
#include "detector_models.h"
#include "signal_run.h"
#include <ctype.h>
#include <string.h>

static um_image *picture(int kind) /* 0 black, 1 noise */
{
    um_image *image = NULL;
    uint32_t seed = 7;
    if (um_image_new(&image, 240, 200, UM_RGB24, NULL) < 0)
        return NULL;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < 3 * image->width; x++) {
            seed = seed * 1664525 + 1013904223;
            image->data[y * image->stride + x] = kind ? (uint8_t)(seed >> 24) : 0;
        }
    return image;
}

static um_status run(um_findings **out, const um_signal *signal, int kind, int n_frames)
{
    static float sound[1600];
    for (int i = 0; i < 1600; i++)
        sound[i] = kind ? (float)sin(i * i * .01) : 0;
    um_image *gray = NULL, *rgb = picture(kind);
    um_status st = rgb ? um_image_to_gray(&gray, rgb, NULL) : UM_ENOMEM;
    runner r = {0};
    if (st == UM_OK)
        st = runner_begin(&r, signal);
    for (int i = 0; i < n_frames && st == UM_OK; i++) {
        um_face face = face_at(40, 20, 150, .3);
        face.trust = face.confidence = 1;
        um_frame frame = {.index = i, .t_s = i / 25., .duration_s = .04, .gray = gray, .rgb = rgb};
        um_sound block = {
            .first = 1600 * i, .rate_hz = 40000, .channels = 1, .n = 1600, .mono = sound, .ch = {sound}};
        st = runner_picture(&r, &frame, &face, 1);
        st = st == UM_OK ? runner_sound(&r, &block) : st;
    }
    if (st == UM_OK)
        st = runner_finish(&r);
    *out = runner_end(&r);
    um_image_free(&rgb);
    um_image_free(&gray);
    return st;
}

static bool same(const um_findings *a, const um_findings *b)
{
    if (a->n_series != b->n_series || a->n_evidence != b->n_evidence || a->n_results != b->n_results ||
        a->outcome != b->outcome || strcmp(a->reason, b->reason))
        return false;
    for (int i = 0; i < a->n_series; i++)
        if (a->series[i].n != b->series[i].n ||
            (a->series[i].n &&
             memcmp(a->series[i].sample, b->series[i].sample, a->series[i].n * sizeof *a->series[i].sample)))
            return false;
    for (int i = 0; i < a->n_evidence; i++)
        if (a->evidence[i].from_s != b->evidence[i].from_s ||
            strcmp(a->evidence[i].text, b->evidence[i].text))
            return false;
    for (int i = 0; i < a->n_results; i++)
        if (a->result[i].score != b->result[i].score || strcmp(a->result[i].text, b->result[i].text))
            return false;
    return true;
}

static void words(const um_signal *s)
{
    CHECK(s->name && *s->name && strlen(s->name) < 48);
    for (const char *c = s->name; *c; c++)
        CHECK(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
    CHECK(um_signal_find(s->name) == s);
    CHECK(s->question && strchr(s->question, '?') && s->meaning && *s->meaning && s->paper && *s->paper);
    CHECK(s->score_unit && *s->score_unit && s->version >= 1 && s->needs);
    CHECK(s->push || s->finish);
    char path[4096];
    const char *root = getenv("UNMASK_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/docs/signals/%s.md", root ? root : ".", s->name);
    FILE *page = fopen(path, "r");
    CHECK(page);
    if (page)
        fclose(page);
    else
        fprintf(stderr, "missing: %s\n", path);
}

static void contract(const um_signal *s)
{
    um_findings *f = NULL, *again = NULL;
    words(s);

    CHECK(run(&f, s, 0, 0) == UM_OK && f->outcome == UM_NOT_APPLICABLE && f->reason[0]);
    um_findings_free(&f);
    for (int kind = 0; kind < 2; kind++) { /* the findings refuse what is not finite, so UM_OK says all */
        CHECK(run(&f, s, kind, 100) == UM_OK && f->outcome != UM_FAILED);
        CHECK(f->outcome == UM_SCORED || f->reason[0]);
        CHECK(run(&again, s, kind, 100) == UM_OK && same(f, again));
        um_findings_free(&f);
        um_findings_free(&again);
    }
    for (long n = 0;; n++) {
        um_alloc_fail_at(n);
        const um_status st = run(&f, s, 1, 40);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        um_findings_free(&f);
        CHECK(st == (failed ? UM_ENOMEM : UM_OK));
        if (!failed)
            break;
    }
}

/* Where nobody is, a signal of faces says so, and not that somebody was too small or too short. */
static void nobody(const um_signal *s)
{
    um_image *rgb = picture(1), *gray = NULL;
    runner r;
    CHECK(rgb && um_image_to_gray(&gray, rgb, NULL) == UM_OK && runner_begin(&r, s) == UM_OK);
    for (int i = 0; i < 3; i++) {
        um_frame frame = {.index = i, .t_s = i / 25., .duration_s = .04, .gray = gray, .rgb = rgb};
        CHECK(runner_picture(&r, &frame, NULL, 0) == UM_OK);
    }
    CHECK(runner_finish(&r) == UM_OK);
    um_findings *f = runner_end(&r);
    CHECK(f && f->outcome == UM_NOT_APPLICABLE && !strncmp(f->reason, "no face", 7));
    if (f && strncmp(f->reason, "no face", 7) != 0)
        fprintf(stderr, "%s: %s\n", s->name, f->reason);
    um_findings_free(&f);
    um_image_free(&gray);
    um_image_free(&rgb);
}

static void registry(void)
{
    CHECK(um_signal_count() > 0);
    CHECK(!um_signal_at(-1) && !um_signal_at(um_signal_count()) && !um_signal_find("no such signal"));
    for (int i = 0; i < um_signal_count(); i++)
        for (int k = 0; k < i; k++)
            CHECK(strcmp(um_signal_at(i)->name, um_signal_at(k)->name));
}

int main(void)
{
    um_network_store *store = detector_models(NULL);
    registry();
    for (int i = 0; i < um_signal_count(); i++)
        contract(um_signal_at(i));
    for (int i = 0; i < um_signal_count(); i++)
        if (um_signal_at(i)->needs & UM_NEED_FACES)
            nobody(um_signal_at(i));
    um_network_store_free(&store);
    detector_models_remove();
    return check_done();
}
