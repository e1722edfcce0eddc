/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the sound: columns of known sounds, whatever the blocks, the length and the threads; in a
 * report and back. */
#include "../check.h"
#include "results/results.h"
#include <string.h>
#include <unmask/unmask.h>

enum { RATE = 8000, MOST = 30 * RATE };
static float x[MOST];

/* Harmonics of 125 Hz in the first half, then silence; one sample of .7, one of -.6. */
static void make(int n, double high_s, double low_s)
{
    for (int i = 0; i < n; i++) {
        x[i] = 0;
        for (int h = 1; i < n / 2 && h <= 8; h++)
            x[i] += (float)(.12 / h *
                            cos(2 * M_PI * 125 * h * i / RATE)); /* equal once raised by 6 dB per octave */
    }
    x[(int)(high_s * RATE + .5)] = .7f;
    x[(int)(low_s * RATE + .5)] = -.6f;
}

/* The sound of n samples in blocks, of which `left_out` to `until` are not heard. */
static um_status view(um_sound_view *v, int n, int block, int left_out, int until, int64_t shift,
                      um_error *err)
{
    um_product_streams *streams = NULL;
    um_sound_viewer *w = NULL;
    um_products *p = NULL;
    *v = (um_sound_view){0};
    um_status st = um_product_streams_new(&streams, UM_SOUND_VIEW_NEEDS, err);
    if (st == UM_OK)
        st = um_sound_viewer_new(&w, err);
    for (int i = 0; i < n && st == UM_OK; i += block) {
        const um_sound s = {.first = i + (i < until ? 0 : shift),
                            .rate_hz = RATE,
                            .channels = 1,
                            .n = n - i < block ? n - i : block,
                            .mono = x + i};
        if (i >= left_out && i < until)
            continue;
        if ((st = um_products_new(&p, streams, NULL, &s, NULL, err)) == UM_OK)
            st = um_sound_viewer_push(w, p, &s, err);
        um_products_free(&p);
    }
    if (st == UM_OK && (st = um_products_end(&p, streams, err)) == UM_OK)
        st = um_sound_viewer_push(w, p, NULL, err);
    if (st == UM_OK)
        st = um_sound_viewer_finish(v, w, err);
    um_products_free(&p);
    um_sound_viewer_free(&w);
    um_product_streams_free(&streams);
    return st;
}

static bool same_numbers(const double *a, const double *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static bool same(const um_sound_view *a, const um_sound_view *b)
{
    return a->columns == b->columns && a->column_s == b->column_s &&
           same_numbers(a->low, b->low, a->columns) && same_numbers(a->high, b->high, a->columns) &&
           same_numbers(a->pitch_hz, b->pitch_hz, a->columns) &&
           !memcmp(a->level, b->level, (size_t)a->columns * UM_VIEW_ROWS);
}

static void columns(void)
{
    um_sound_view v, other;
    /* 25 s are 2500 frames: columns of four, 40 ms each */
    make(25 * RATE, 18.34, 20.0);
    CHECK(view(&v, 25 * RATE, 1000, 0, 0, 0, NULL) == UM_OK);
    CHECK(v.columns == 625 && v.column_s == .04);
    if (v.columns == 625) {
        for (int i = 0; i < 625; i++) {
            CHECK(i == 458 ? v.high[i] == (double).7f : i < 313 ? v.high[i] < .73 : v.high[i] == 0);
            CHECK(i == 500 ? v.low[i] == (double)-.6f : i < 313 || v.low[i] == 0);
        }
        CHECK_NEAR(v.pitch_hz[100], 125, .1);
        CHECK(isnan(v.pitch_hz[400]));
        /* 1 kHz is row 16, 250 Hz row 4, and 5 kHz is beyond the recording */
        const uint8_t *level = v.level + 100 * UM_VIEW_ROWS;
        CHECK(level[16] > 225 && level[80] < 20 && v.level[400 * UM_VIEW_ROWS + 16] == 0);
        CHECK(abs(level[4] - level[16]) < 12);
    }
    CHECK(view(&other, 25 * RATE, 777, 0, 0, 0, NULL) == UM_OK && same(&v, &other));
    um_sound_view_clear(&other);
    um_sound_view_clear(&v);
    /* at the border: 10 s fill the columns one by one, and a frame more makes half as many */
    CHECK(view(&v, 10 * RATE, 1000, 0, 0, 0, NULL) == UM_OK && v.columns == 1000 && v.column_s == .01);
    um_sound_view_clear(&v);
    CHECK(view(&v, 10 * RATE + 1, 1000, 0, 0, 0, NULL) == UM_OK && v.columns == 501 && v.column_s == .02);
    um_sound_view_clear(&v);
    CHECK(view(&v, 0, 1000, 0, 0, 0, NULL) == UM_OK && v.columns == 0);
    um_sound_view_clear(&v);
}

static void jumps(void)
{
    um_sound_view v;
    make(4 * RATE, 0, 3.5);
    CHECK(view(&v, 4 * RATE, 800, RATE, 2 * RATE, 0, NULL) == UM_OK && v.columns == 400);
    CHECK(v.columns == 400 && !isnan(v.high[99]) && isnan(v.high[100]) && isnan(v.low[199]) &&
          !isnan(v.high[200]));
    um_sound_view_clear(&v);
    /* three hours later: as many columns as ever */
    CHECK(view(&v, 4 * RATE, 800, 0, 2 * RATE, (int64_t)10800 * RATE, NULL) == UM_OK);
    CHECK(v.columns == 528 && v.column_s == 20.48); /* 10804 s in columns of 2048 frames */
    um_sound_view_clear(&v);
    CHECK(view(&v, 4 * RATE, 800, 0, 2 * RATE, INT64_C(1) << 60, NULL) < 0 && !v.columns);
    um_sound_view_clear(&v);
}

static void memory_runs_out(void)
{
    make(RATE, 0, .5);
    for (int k = 0;; k++) {
        um_sound_view v;
        um_alloc_fail_at(k);
        const um_status st = view(&v, RATE, RATE, 0, 0, 0, NULL);
        const bool failed = um_alloc_failed();
        um_alloc_fail_at(-1);
        CHECK(failed ? st == UM_ENOMEM && !v.columns && !v.low : st == UM_OK && v.columns == 100);
        um_sound_view_clear(&v);
        if (!failed)
            return;
    }
}

/* ---- the sound itself ---- */

static int le(const uint8_t *at, int bytes)
{
    unsigned v = 0;
    for (int i = bytes; i--;)
        v = v << 8 | at[i];
    return bytes == 2 ? (int16_t)v : (int)v;
}

static void copied(void)
{
    static float silence[UM_SOUND_HZ];
    const float some[4] = {.5f, -1.5f, NAN, -.25f};
    um_sound_copy c = {0};
    um_buf wav;
    um_error err;
    CHECK(um_sound_copy_add(&c, &(um_samples){.first = 3, .n = 4, .value = some}, NULL) == UM_OK && c.n == 7);
    CHECK(um_sound_copy_add(&c, &(um_samples){.first = -1, .n = 2, .value = some}, NULL) == UM_OK &&
          c.n == 7);
    um_buf_init(&wav, 1 << 20);
    um_sound_copy_wav(&wav, &c);
    const uint8_t *b = (const uint8_t *)wav.data;
    CHECK(wav.n == 44 + 14 && !memcmp(b, "RIFF", 4) && !memcmp(b + 8, "WAVEfmt ", 8) &&
          !memcmp(b + 36, "data", 4));
    CHECK(le(b + 4, 4) == 36 + 14 && le(b + 16, 4) == 16 && le(b + 20, 2) == 1 && le(b + 22, 2) == 1 &&
          le(b + 24, 4) == 16000 && le(b + 28, 4) == 32000 && le(b + 32, 2) == 2 && le(b + 34, 2) == 16 &&
          le(b + 40, 4) == 14);
    CHECK(le(b + 44, 2) == 0 && le(b + 48, 2) == 0 && le(b + 50, 2) == 16384 && le(b + 52, 2) == -32767 &&
          le(b + 54, 2) == 0 && le(b + 56, 2) == -8192);
    um_buf_free(&wav);
    um_sound_copy_clear(&c);
    const int64_t last = (int64_t)(UM_COPY_MOST_S - 1) * UM_SOUND_HZ;
    CHECK(um_sound_copy_add(&c, &(um_samples){.first = last, .n = UM_SOUND_HZ, .value = silence}, NULL) ==
          UM_OK);
    CHECK(um_sound_copy_add(&c, &(um_samples){.first = last + 1, .n = UM_SOUND_HZ, .value = silence}, &err) ==
              UM_EUNSUPPORTED &&
          strstr(err.text, "more than 120 s"));
    um_sound_copy_clear(&c);
}

/* ---- a report ---- */

static void write_wav(const char *path, int n)
{
    const uint32_t bytes = 2 * (uint32_t)n;
    const uint32_t head[11] = {0x46464952, 36 + bytes, 0x45564157, 0x20746D66, 16,   0x00010001,
                               RATE,       2 * RATE,   0x00100002, 0x61746164, bytes};
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(head, sizeof head, 1, f) == 1);
    for (int i = 0; f && i < n; i++) {
        const int16_t v = (int16_t)lrintf(x[i] * 32767);
        CHECK(fwrite(&v, sizeof v, 1, f) == 1);
    }
    CHECK(f && fclose(f) == 0);
}

static char *report(const char *path, int threads, bool wanted, bool embedded, char **page)
{
    const um_analysis_options opt = {.size = sizeof opt,
                                     .signals = "audio_bandwidth",
                                     .threads = threads,
                                     .sound_view = wanted,
                                     .embed_sound = embedded};
    um_analyzer *a = NULL;
    um_results *r = NULL;
    char *json = NULL;
    um_error err = {0};
    CHECK(um_analyzer_new(&a, &opt, &err) == UM_OK && um_analyzer_run(&r, a, path, &err) == UM_OK);
    CHECK(r && um_results_json(&json, r, false, &err) == UM_OK &&
          um_results_html(page, r, NULL, &err) == UM_OK);
    um_results_free(&r);
    um_analyzer_free(&a);
    return json;
}

static void told(const char *folder)
{
    char path[4096], *one, *page = NULL, *other, *other_page = NULL, *again = NULL;
    um_results *r = NULL;
    um_error err = {0};
    make(5 * RATE, 1, 4);
    snprintf(path, sizeof path, "%s/view.wav", folder);
    write_wav(path, 5 * RATE);
    one = report(path, 1, true, false, &page);
    other = report(path, 4, true, false, &other_page);
    CHECK(one && other && !strcmp(one, other) && page && other_page && !strcmp(page, other_page));
    free(other);
    free(other_page);
    other_page = NULL;
    CHECK(one && strstr(one, "\"sound_view\"") && page && strstr(page, "<b>Waveform</b>") &&
          strstr(page, "<b>Spectrogram</b>") && strstr(page, "<b>Pitch</b>") &&
          strstr(page, "data:image/jpeg;base64,"));
    /* read back: the same page and the same report */
    CHECK(one && um_results_read(&r, one, strlen(one), "view", &err) == UM_OK && r &&
          r->sound.columns == 500);
    CHECK(r && um_results_html(&again, r, NULL, &err) == UM_OK && !strcmp(again, page));
    free(again);
    CHECK(r && um_results_json(&again, r, false, &err) == UM_OK && !strcmp(again, one));
    free(again);
    free(one);
    free(page);
    page = NULL;
    um_results_free(&r);
    /* unless it is asked for, and in reports of older programs */
    one = report(path, 1, false, false, &page);
    CHECK(one && !strstr(one, "sound_view") && page && !strstr(page, "Waveform"));
    CHECK(um_results_read(&r, one, strlen(one), "old", &err) == UM_OK && r->sound.columns == 0);
    um_results_free(&r);
    free(one);
    free(page);
    page = NULL;
    /* to be played: the sound, and the policy that lets it */
    one = report(path, 4, true, true, &page);
    CHECK(one && strstr(one, "\"pcm16\"") && page && strstr(page, "src=\"data:audio/wav;base64,UklGR") &&
          strstr(page, "img-src data:; media-src data:; style-src"));
    CHECK(um_results_read(&r, one, strlen(one), "played", &err) == UM_OK && r->copy.n > 79800 &&
          r->copy.n <= 80000 && um_results_html(&other_page, r, NULL, &err) == UM_OK &&
          !strcmp(other_page, page));
    um_results_free(&r);
    free(one);
    free(page);
    free(other_page);
}

static void too_long(const char *folder)
{
    char path[4096];
    const um_analysis_options opt = {
        .size = sizeof opt, .signals = "provenance", .threads = 1, .embed_sound = true};
    um_analyzer *a = NULL;
    um_results *r = NULL;
    um_error err = {0};
    snprintf(path, sizeof path, "%s/view.wav", folder);
    CHECK(um_analyzer_new(&a, &opt, &err) == UM_OK);
    for (int more = 0; more < 2; more++) {
        FILE *f;
        const int n = UM_COPY_MOST_S * RATE + more;
        make(RATE, 0, .5);
        write_wav(path, RATE);
        CHECK((f = fopen(path, "r+b")) && fseek(f, 0, SEEK_SET) == 0);
        const uint32_t bytes = 2 * (uint32_t)n, riff = 36 + bytes;
        CHECK(f && fseek(f, 4, SEEK_SET) == 0 && fwrite(&riff, 4, 1, f) == 1 && fseek(f, 40, SEEK_SET) == 0 &&
              fwrite(&bytes, 4, 1, f) == 1 && fseek(f, 44 + (long)bytes - 2, SEEK_SET) == 0 &&
              fwrite("\1\1", 2, 1, f) == 1 && fclose(f) == 0);
        const um_status st = um_analyzer_run(&r, a, path, &err);
        CHECK(more ? st == UM_EUNSUPPORTED && strstr(err.text, "embed") : st == UM_OK && r && r->copy.n);
        um_results_free(&r);
    }
    um_analyzer_free(&a);
}

/* The axis of pitch: 100 to 149 Hz, to whole 25s; 201 and 49 Hz are more than an octave from the median, 100.
 */
static void octaves(void)
{
    static const double hz[8] = {100, 100, 201, 100, NAN, 149, 49, 100};
    um_results *r = NULL;
    char *page = NULL;
    CHECK(um_results_new(&r, "x.wav", NULL) == UM_OK && um_sound_view_fit(&r->sound, 8, NULL) == UM_OK);
    r->analysed_s = 8;
    r->sound.column_s = 1;
    memcpy(r->sound.pitch_hz, hz, sizeof hz);
    CHECK(um_results_html(&page, r, NULL, NULL) == UM_OK &&
          strstr(page, "<div class=\"lane\" data-lo=\"100\" data-hi=\"150\">"));
    /* in the middle of their columns, apart where one is missing */
    CHECK(page &&
          strstr(page,
                 "data-who=\"pitch\" d=\"M62.5 95.0h0L187.5 95.0M437.5 95.0h0M687.5 6.8h0M937.5 95.0h0\""));
    free(page);
    um_results_free(&r);
}

int main(void)
{
    char folder[] = "/tmp/unmask-view-XXXXXX", path[64];
    columns();
    jumps();
    memory_runs_out();
    copied();
    octaves();
    CHECK(mkdtemp(folder));
    told(folder);
    too_long(folder);
    snprintf(path, sizeof path, "%s/view.wav", folder);
    remove(path);
    remove(folder);
    return check_done();
}
