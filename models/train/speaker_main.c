/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unmask-speaker: frames of voices, from which tools/speaker_model.py learns to tell speakers. Not installed.
 *
 * Each recording is heard as it is, and spoiled several times over by rooms, lines and encoders
 * (speech/channel.h), so that the speaker is learnt and not the line. */
#include "opt.h"
#include "speech/channel.h"
#include "unmask/products.h"
#include "voice/speaker.h"
#include "voice_set.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unmask/source.h>

enum { COEFFICIENTS = 20, VALUES = COEFFICIENTS + 1, SPEED_PARTS = 25 };

static struct {
    const char *store, *filter, *out;
    double strength;
    int takes;
    int64_t seed;
} o = {.filter = "split=train,label=real", .strength = 1, .takes = 3, .seed = 1};

static const um_opt table[] = {
    {"store", UM_OPT_FOLDER, "DIR", "where decoded voices are kept", &o.store},
    {"filter", UM_OPT_TEXT, "EXPRESSION", "which rows (split=train,label=real)", &o.filter},
    {"out", UM_OPT_OUTPUT, "FILE", "frames: [n][21] float32; beside it FILE.csv says whose", &o.out},
    {"takes", UM_OPT_INT, "N", "spoiled ones of each recording (3)", &o.takes, 0, 100},
    {"strength", UM_OPT_NUM, "S", "of the worst channel (1)", &o.strength, 0, 1},
    {"seed", UM_OPT_BIG, "N", "of channels", &o.seed, 0, 1e9},
    {0},
};

static const um_command command = {
    .name = "unmask-speaker",
    .arguments = "LIST...",
    .summary = "Write the frames of voices from which speakers are learnt",
    .details = "A frame: 20 cepstral coefficients, the probability of voice.",
    .examples = "  unmask-speaker ../media/voices ../shared/data/audio --store build/voices --out frames.f32",
    .options = table,
    .min_args = 1,
    .max_args = VOICE_LISTS,
};

/* ---- frames of n samples, as a signal sees them ---- */

typedef struct frames {
    float (*value)[VALUES];
    int n;
} frames;

static um_status make_frames(frames *f, const float *samples, int n, um_error *err)
{
    const unsigned needs = UM_NEED_LOGMEL | UM_NEED_VOICE;
    um_product_streams *s = NULL;
    um_products *p = NULL;
    um_cepstra c;
    const um_sound_frames *mel;
    const um_voice_frames *speech;
    const um_sound sound = {.rate_hz = UM_SOUND_HZ, .channels = 1, .n = n, .mono = samples};
    um_status st = um_speaker_cepstra_init(&c, err);
    if (st == UM_OK)
        st = um_product_streams_new(&s, needs, err);
    if (st == UM_OK)
        st = um_products_new(&p, s, NULL, &sound, NULL, err);
    if (st == UM_OK)
        st = um_product_logmel(&mel, p, err);
    if (st == UM_OK)
        st = um_product_voice(&speech, p, err);
    if (st == UM_OK && !(f->value = um_calloc((size_t)mel->n + 1, sizeof *f->value)))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        f->n = mel->n;
        for (int i = 0; i < f->n; i++) {
            um_speaker_cepstra(f->value[i], &c, mel->value + (ptrdiff_t)i * mel->size);
            f->value[i][COEFFICIENTS] = speech->frame[i].probability;
        }
    }
    um_products_free(&p);
    um_product_streams_free(&s);
    um_cepstra_clear(&c);
    return st;
}

/* ---- takes ---- */

/* The tape of every third spoiled take runs slower, of every third faster: another speaker. */
static int faster_of(int take)
{
    return take ? (take % 3 - 1) * 3 : 0;
}

static um_status spoil(float *samples, int n, uint64_t seed, um_error *err)
{
    channel *c = NULL;
    rng r = {seed};
    um_status st = channel_new(&c, n, err);
    if (st == UM_OK)
        st = channel_run(c, samples, (float)o.strength * rng_float(&r, 0, 1), &r, err);
    channel_free(&c);
    return st;
}

static um_status add_take(FILE *out, FILE *list, const voice_set *set, int i, int take, um_error *err)
{
    const voice *v = &set->voice[i];
    const int faster = faster_of(take), n = v->n * SPEED_PARTS / (SPEED_PARTS + faster);
    float *whole = um_calloc((size_t)v->n, sizeof *whole), *tape = um_calloc((size_t)n, sizeof *tape);
    frames f = {0};
    um_status st = whole && tape ? voice_set_samples(whole, set, i, 0, v->n, err) : um_fail_oom(err);
    if (st == UM_OK && faster)
        st = channel_resample(tape, n, CHANNEL_RATE_HZ, whole, v->n,
                              CHANNEL_RATE_HZ / SPEED_PARTS * (SPEED_PARTS + faster), err);
    else if (st == UM_OK)
        memcpy(tape, whole, (size_t)n * sizeof *tape);
    if (st == UM_OK && take)
        st = spoil(tape, n, (uint64_t)(o.seed + 1000 * i + take), err);
    if (st == UM_OK)
        st = make_frames(&f, tape, n, err);
    if (st == UM_OK && (fwrite(f.value, sizeof *f.value, (size_t)f.n, out) != (size_t)f.n ||
                        fprintf(list, "%s,%s,%s,%s,%d,%d,%d\n", v->about->name, v->about->group, v->source,
                                v->about->kind, take, faster, f.n) < 0))
        st = um_fail_errno(err, UM_EIO, "%s", o.out);
    free(f.value);
    free(whole);
    free(tape);
    return st;
}

static um_status run(const char *const *lists, int n, um_error *err)
{
    voice_set set;
    char name[512];
    um_status st = voice_set_read(&set, lists, n, o.filter, o.store, NULL, err);
    if (st < 0)
        return st;
    snprintf(name, sizeof name, "%s.csv", o.out);
    FILE *out = fopen(o.out, "wb"), *list = fopen(name, "w");
    if (!out || !list)
        st = um_fail_errno(err, UM_EIO, "%s", o.out);
    if (st == UM_OK)
        fprintf(list, "path,group,source,kind,take,faster,frames\n");
    for (int i = 0; i < set.n && st == UM_OK; i++)
        for (int take = 0; take <= o.takes && st == UM_OK; take++)
            st = add_take(out, list, &set, i, take, err);
    const bool failed = out && fclose(out), lost = list && fclose(list);
    if ((failed || lost) && st == UM_OK)
        st = um_fail_errno(err, UM_EIO, "%s", o.out);
    voice_set_free(&set);
    return st;
}

int main(int argc, char **argv)
{
    um_media_quiet();
    um_error err = {0};
    const int n = um_opt_parse(&command, argc - 1, argv + 1);
    if (n < 0)
        return um_opt_status(n);
    if (!o.store || !o.out) {
        fprintf(stderr, "unmask-speaker: --store and --out are needed (see --help)\n");
        return UM_EXIT_USAGE;
    }
    mkdir(o.store, 0777); /* may be there */
    const um_status st = run((const char *const *)argv + 1, n, &err);
    if (st < 0)
        fprintf(stderr, "unmask-speaker: %s\n", err.text);
    return um_exit_status(st);
}
