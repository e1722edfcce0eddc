/* SPDX-License-Identifier: GPL-3.0-or-later */
/* analyze.c: one recording in, results out. Decodes once and hands each moment to faces and signals. */
#include "analyze/schedule.h"
#include "av/source/damage.h"
#include "av/source/probe_json.h"
#include "av/source/source.h"
#include "base/signature.h"
#include "faces/finder.h"
#include "fusion/fusion.h"
#include "probe/hash.h"
#include "probe/probe.h"
#include "report/words.h"
#include "results/persons.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unmask/analysis.h>

struct um_analyzer {
    um_analysis_options opt;
    um_chosen *chosen; /* [n_signals] */
    int n_signals;
    unsigned needs;
    um_pool *pool;
    um_calibration *calibration;
    um_trust *trust;            /* NULL: no list was given */
    um_network_store *networks; /* NULL: nobody needs any */
    um_face_finder *finder;
};

void um_analysis_options_init(um_analysis_options *opt)
{
    *opt = (um_analysis_options)UM_ANALYSIS_OPTIONS_INIT;
}

/* Options of an older caller end sooner; those of a newer one may only say zero beyond what is known here. */
static um_status take_options(um_analysis_options *out, const um_analysis_options *opt, um_error *err)
{
    const size_t known = sizeof *out, size = opt->size ? opt->size : known;
    for (size_t i = known; i < size; i++)
        if (((const char *)opt)[i])
            return um_fail(err, UM_EINVAL, "options of a later version");
    memcpy(out, opt, size < known ? size : known);
    out->size = known;
    return UM_OK;
}

/* A network of a folder brings its calibration, where one lies beside it (unmask train). */
static um_status add_calibrations(um_analyzer *a, um_error *err)
{
    um_status st = UM_OK;
    const char *file;
    for (int i = 0; st == UM_OK && um_network_store_opened(a->networks, i); i++) {
        char path[4200];
        if (!(file = um_network_store_file(a->networks, i)))
            continue;
        const int folder = (int)(strrchr(file, '/') - file);
        if (snprintf(path, sizeof path, "%.*s/calibration.json", folder, file) < (int)sizeof path &&
            access(path, F_OK) == 0)
            st = um_calibration_add(a->calibration, path, err);
    }
    return st;
}

um_status um_analyzer_new(um_analyzer **out, const um_analysis_options *opt, um_error *err)
{
    um_status st;
    um_analyzer *a = um_calloc(1, sizeof *a);
    *out = NULL;
    if (!a)
        return um_fail_oom(err);
    if ((st = take_options(&a->opt, opt, err)) < 0)
        goto done;
    opt = &a->opt;
    if ((st = um_signals_choose(&a->chosen, &a->n_signals, opt->signals, err)) < 0 ||
        (st = um_calibration_load(&a->calibration, opt->calibration, err)) < 0 ||
        (opt->trust && (st = um_trust_open(&a->trust, opt->trust, err)) < 0) ||
        (st = um_pool_new(&a->pool, um_clampi(opt->threads, opt->threads, UM_POOL_MAX_THREADS), err)) < 0)
        goto done;
    a->needs = um_chosen_needs(a->chosen, a->n_signals, opt->observe ? opt->observer_needs : 0);
    if (opt->embed_sound)
        a->needs |= UM_NEED_SOUND | UM_NEED_SOUND16K;
    if (opt->sound_view && a->needs & UM_NEED_SOUND)
        a->needs |= UM_SOUND_VIEW_NEEDS;
    bool wants_networks = a->needs & UM_NEED_FACES;
    for (int i = 0; i < a->n_signals; i++)
        wants_networks = wants_networks || a->chosen[i].signal->networks;
    if (wants_networks && (st = um_network_store_new(&a->networks, opt->models_dir, a->pool, err)) < 0)
        goto done;
    if (a->needs & UM_NEED_FACES) {
        const um_face_options faces = {0};
        if ((st = um_face_finder_with(&a->finder, &faces, a->networks, err)) < 0)
            goto done;
    }
    const um_resources resources = {.pool = a->pool, .networks = a->networks};
    for (int i = 0; i < a->n_signals; i++)
        if ((st = um_chosen_open(&a->chosen[i], &resources, err)) < 0)
            goto done;
    if (a->networks && !opt->calibration && (st = add_calibrations(a, err)) < 0)
        goto done;
    *out = a;
    a = NULL;
    st = UM_OK;
done:
    um_analyzer_free(&a);
    return st;
}

void um_analyzer_free(um_analyzer **analyzer)
{
    if (!analyzer || !*analyzer)
        return;
    um_analyzer *a = *analyzer;
    um_chosen_free(&a->chosen, a->n_signals);
    um_face_finder_free(&a->finder);
    um_network_store_free(&a->networks);
    um_calibration_free(&a->calibration);
    um_trust_free(&a->trust);
    um_pool_free(&a->pool);
    free(a);
    *analyzer = NULL;
}

/* One run: what lives as long as the recording is read. */
typedef struct job {
    um_analyzer *a;
    um_results *results;
    um_input *input; /* opened once: what is hashed is what is decoded */
    um_hash *hash;   /* of the whole file, beside the decoding */
    um_source *source;
    um_face_tracker *tracker;
    um_runner *runner; /* [n_signals] */
    um_product_streams *streams;
    um_schedule *schedule;
    um_sound_viewer *viewer;      /* NULL: no view is wanted, or its products failed */
    const um_findings **findings; /* [n_signals] the runners', for the observer */
    um_faces faces;
    um_gallery portraits;
} job;

/* Of a video; a photo is one moment, and all its persons matter alike. */
enum { VIDEO_PORTRAITS = 12 };

/* A report that leaves out what it was made with cannot be repeated. */
static um_status list_networks(um_results *r, um_network_store *networks, um_error *err)
{
    const um_net *net;
    um_status st = UM_OK;
    for (int i = 0; st == UM_OK && networks && (net = um_network_store_opened(networks, i)); i++) {
        char role[UM_ROLE_NAME];
        if (net->man.role < UM_N_FACE_ROLES && !r->media.has_video)
            continue;
        for (size_t k = 0; k < sizeof role; k++)
            role[k] = net->man.role_name[k] == '_' ? ' ' : net->man.role_name[k];
        st = um_results_add_network(r, role, net->man.name, um_network_sha256(net->network), err);
    }
    return st;
}

static um_status show(void *user, const um_signal_input *moment, um_error *err)
{
    const job *run = user;
    const um_observation o = {.media = moment->media,
                              .frame = moment->frame,
                              .sound = moment->sound,
                              .faces = moment->faces,
                              .findings = run->findings,
                              .n_findings = run->a->n_signals};
    return run->a->opt.observe(run->a->opt.observer, &o, err);
}

/* Products that cannot be made, as of a sampling rate beyond all, are no fault of the recording: there is no
 * view. */
static um_status view_sound(job *run, um_products *products, const um_sound *sound, um_error *err)
{
    const um_status st = run->viewer ? um_sound_viewer_push(run->viewer, products, sound, err) : UM_OK;
    if (st == UM_OK || st == UM_ENOMEM)
        return st;
    um_sound_viewer_free(&run->viewer);
    return UM_OK;
}

static um_status copy_sound(job *run, um_products *products, um_error *err)
{
    const um_samples *samples = NULL;
    um_error why = {0};
    um_status st = um_product_sound16k(&samples, products, &why);
    if (st == UM_OK)
        st = um_sound_copy_add(&run->results->copy, samples, &why);
    return st < 0 ? um_fail(err, st, "%s: %s", run->results->path, why.text) : UM_OK;
}

static um_status take_sound(void *user, um_products *products, const um_sound *sound, um_error *err)
{
    job *run = user;
    const um_status st = view_sound(run, products, sound, err);
    return st == UM_OK && run->a->opt.embed_sound && sound ? copy_sound(run, products, err) : st;
}

/* What of the sound is kept for the page. */
static um_status begin_sound(job *run, um_error *err)
{
    const um_analysis_options *opt = &run->a->opt;
    const um_media *m = &run->results->media;
    const double seconds = opt->max_s > 0 ? fmin(opt->max_s, m->duration_s) : m->duration_s;
    um_status st = UM_OK;
    if (!m->has_sound || !(run->a->needs & UM_NEED_SOUND))
        return UM_OK;
    if (opt->embed_sound && seconds > UM_COPY_MOST_S) /* said before the work */
        return um_fail(err, UM_EUNSUPPORTED, "%s: %.0f s of sound are too much to embed; at most %d s",
                       run->results->path, seconds, UM_COPY_MOST_S);
    if (opt->sound_view)
        st = um_sound_viewer_new(&run->viewer, err);
    if (st == UM_OK && (opt->sound_view || opt->embed_sound))
        um_schedule_listen(run->schedule, take_sound, run);
    return st;
}

static um_status open_run(job *run, const char *path, um_error *err)
{
    um_status st;
    um_analyzer *a = run->a;
    um_results *r = run->results;
    /* One decoder thread: with several, FFmpeg conceals damage from neighbours that may not be complete yet,
     * so that pictures differ from run to run, and loses count of it. It works beside all others. */
    um_source_options opt = {.threads = 1,
                             .max_s = a->opt.max_s,
                             .video_track = a->opt.video_track,
                             .audio_track = a->opt.audio_track};
    if (a->needs & UM_NEED_RGB || a->finder)
        opt.want |= UM_WANT_RGB;
    if (a->needs & UM_NEED_GRAY)
        opt.want |= UM_WANT_GRAY;
    if (a->needs & UM_NEED_CODEC)
        opt.want |= UM_WANT_CODEC;
    if (a->needs & UM_NEED_SOUND)
        opt.want |= UM_WANT_SOUND;
    if (!opt.want) /* only the file is asked about; still say how long it is and whether it decodes */
        opt.want = UM_WANT_GRAY | UM_WANT_SOUND;
    if ((st = um_input_open(&run->input, path, err)) < 0 ||
        (st = um_hash_start(&run->hash, run->input, err)) < 0 ||
        (st = um_probe_input(&r->probe, run->input, a->trust, err)) < 0 ||
        (st = um_source_open_input(&run->source, run->input, &opt, err)) < 0)
        return st;
    if ((st = um_results_keep_media(r, um_source_media(run->source), err)) < 0)
        return st;
    um_probe_name_kind(&r->probe, &r->media);
    run->portraits.most = r->media.is_photo ? UM_GALLERY_MOST : VIDEO_PORTRAITS;
    const um_signal_input recording = {.media = &r->media, .probe = &r->probe};
    if (a->finder && r->media.has_video) {
        if (!r->media.is_photo && (st = um_face_tracker_new(&run->tracker, a->finder, err)) < 0)
            return st;
    }
    if ((st = list_networks(r, a->networks, err)) < 0)
        return st;
    for (int i = 0; i < a->n_signals; i++) {
        if ((st = um_runner_begin(&run->runner[i], &a->chosen[i], &recording, err)) < 0)
            return st;
        run->findings[i] = run->runner[i].findings;
    }
    if ((st = um_product_streams_new(&run->streams, a->needs, err)) < 0 ||
        (st = um_schedule_new(&run->schedule, a->pool, run->runner, a->n_signals, &recording, run->streams,
                              err)) < 0)
        return st;
    if ((st = begin_sound(run, err)) < 0)
        return st;
    if (a->opt.observe)
        um_schedule_observe(run->schedule, show, run);
    return UM_OK;
}

static um_status one_frame(job *run, const um_frame *frame, um_error *err)
{
    um_status st;
    um_results *r = run->results;
    if (run->a->finder) {
        double start = um_now_s();
        st = run->tracker ? um_face_tracker_push(run->tracker, frame, &run->faces, err)
                          : um_face_find(run->a->finder, frame->rgb, &run->faces, err);
        if (st < 0)
            return st;
        for (int i = 0; !run->tracker && i < run->faces.n; i++)
            run->faces.face[i].person = i; /* a photo: every face is a person of its own */
        if ((st = um_persons_add(r, &run->portraits, frame, &run->faces, err)) < 0)
            return st;
        r->timing.faces_s += um_now_s() - start;
    }
    r->n_frames++;
    return UM_OK;
}

/* Taken over. */
static um_status one_moment(job *run, um_moment **moment, um_error *err)
{
    um_status st;
    um_results *r = run->results;
    const um_moment *m = *moment;
    const bool has_faces = m->frame && run->a->finder;
    double end_s = m->t_s;
    if (m->frame) {
        if ((st = one_frame(run, m->frame, err)) < 0)
            return st;
        end_s += m->frame->duration_s;
    } else {
        r->n_samples += m->sound->n;
        end_s += (double)m->sound->n / m->sound->rate_hz;
    }
    if (end_s > r->analysed_s)
        r->analysed_s = end_s;
    return um_schedule_push(run->schedule, moment, has_faces ? &run->faces : NULL, err);
}

/* Did max_s leave something out? A duration below what was seen is unknown or wrong: then the end was the
 * limit. */
static bool is_cut(const um_results *r, double max_s)
{
    const double declared_s = r->media.duration_s, rounding_s = 1e-6;
    if (max_s <= 0 || r->media.is_photo)
        return false;
    return declared_s >= r->analysed_s ? declared_s > max_s : r->analysed_s > max_s - rounding_s;
}

/* A silent clip of which only the sound is asked has nothing to decode, which is no fault of the clip. */
static bool has_what_was_asked(const job *run)
{
    const um_media *m = &run->results->media;
    const bool pictures = run->a->finder || run->a->needs & (UM_NEED_RGB | UM_NEED_GRAY | UM_NEED_CODEC);
    const bool sound = run->a->needs & UM_NEED_SOUND;
    return (pictures && m->has_video) || (sound && m->has_sound) || (!pictures && !sound);
}

static um_status read_all(job *run, um_error *err)
{
    um_status st;
    um_results *r = run->results;
    const um_analysis_options *opt = &run->a->opt;
    double total = r->media.duration_s;
    if (opt->max_s > 0 && (total <= 0 || total > opt->max_s))
        total = opt->max_s;
    for (;;) {
        um_moment *m = NULL;
        double start = um_now_s();
        st = um_source_next(&m, run->source, err);
        r->timing.decode_wait_s += um_now_s() - start;
        if (st != UM_OK)
            break;
        st = one_moment(run, &m, err);
        um_moment_free(&m);
        if (st < 0)
            return st;
        if (opt->progress && !opt->progress(opt->user, r->analysed_s, total))
            return um_fail(err, UM_ECANCELLED, "%s: stopped", r->path);
    }
    r->damage = um_source_damage(run->source);
    /* Whatever was read before an error in the file is worth a report that says so. */
    if (st < 0 && (!r->n_frames && !r->n_samples))
        return st;
    if (st < 0 && st != UM_EFORMAT && st != UM_EIO)
        return st;
    if (st < 0) {
        r->damage.truncated = true;
        if (!*r->damage.note && err)
            snprintf(r->damage.note, sizeof r->damage.note, "%.199s", err->text);
    }
    if (!r->n_frames && !r->n_samples && has_what_was_asked(run))
        return um_fail(err, UM_EFORMAT, "%s: no picture and no sound could be decoded", r->path);
    r->partial = r->damage.truncated || r->damage.unread || is_cut(r, opt->max_s);
    return UM_OK;
}

/* Most often it is ready by now; if not, the caller may still stop. */
static um_status finish_hash(job *run, um_error *err)
{
    um_results *r = run->results;
    const um_analysis_options *opt = &run->a->opt;
    const double bytes = (double)run->input->size;
    while (!um_hash_wait(run->hash, 0.1))
        if (opt->hashing    ? !opt->hashing(opt->user, (double)um_hash_at(run->hash), bytes)
            : opt->progress ? !opt->progress(opt->user, r->analysed_s, r->analysed_s)
                            : false)
            return um_fail(err, UM_ECANCELLED, "%s: stopped", r->path);
    um_status st = um_hash_join(&run->hash, r->probe.sha256, err);
    if (um_input_changed(run->input))
        um_damage_note(&r->damage, UM_NOTE_CHANGED);
    return st;
}

/* Likelihood ratios and verdicts, once it is known who and how well everybody was seen. */
static void judge(um_results *r, const um_calibration *calibration)
{
    um_subject_quality quality[UM_MAX_PERSONS];
    um_subject other[UM_MAX_PERSONS + UM_MAX_VOICES];
    int n = 0;
    for (int i = 0; i < r->n_persons; i++)
        quality[i] = (um_subject_quality){um_person_subject(r->person[i].id), r->person[i].quality.overall};
    for (int i = 0; i < r->n_findings; i++)
        um_fusion_calibrate(calibration, r->findings[i], quality, r->n_persons);
    for (int i = 0; i < r->n_persons; i++) {
        other[n] = um_person_subject(r->person[i].id);
        r->person[i].verdict = um_fusion_subject(calibration, r->findings, r->n_findings, other[n++]);
    }
    for (int i = 0; i < r->n_voices; i++) {
        other[n] = um_voice_subject(r->voice[i].id);
        r->voice[i].verdict = um_fusion_subject(calibration, r->findings, r->n_findings, other[n++]);
    }
    r->verdict = um_fusion_file(calibration, r->findings, r->n_findings, other, n, r->media.has_video,
                                r->media.has_sound);
    snprintf(r->calibration, sizeof r->calibration, "%s", um_calibration_name(calibration));
}

static um_status settle(job *run, um_error *err)
{
    um_results *r = run->results;
    int n = run->a->n_signals;
    um_status st = um_schedule_finish(run->schedule, err);
    if (st == UM_OK && run->viewer)
        st = um_sound_viewer_finish(&r->sound, run->viewer, err);
    if (st < 0)
        return st;
    if (!(r->findings = um_calloc((size_t)n, sizeof *r->findings)))
        return um_fail_oom(err);
    for (int i = 0; i < n; i++) {
        r->findings[i] = run->runner[i].findings; /* the report takes them over */
        run->runner[i].findings = NULL;
        r->n_findings++;
    }
    if ((st = um_persons_finish(r, &run->portraits, err)) < 0 || (st = um_results_find_voices(r, err)) < 0)
        return st;
    judge(r, run->a->calibration);
    if (!run->a->finder)
        snprintf(r->faces_note, sizeof r->faces_note, "not looked for: no chosen signal needs them");
    return UM_OK;
}

um_status um_analyzer_run(um_results **out, um_analyzer *a, const char *path, um_error *err)
{
    um_status st;
    double start = um_now_s();
    job run = {.a = a};
    *out = NULL;
    const um_options_used options = {a->opt.signals, a->opt.models_dir, a->opt.calibration, a->opt.max_s};
    if ((st = um_results_new(&run.results, path, err)) < 0 ||
        (st = um_results_keep_options(run.results, &options, err)) < 0)
        goto done;
    if (!(run.runner = um_calloc((size_t)a->n_signals, sizeof *run.runner)) ||
        !(run.findings = um_calloc((size_t)a->n_signals, sizeof *run.findings))) {
        st = um_fail_oom(err);
        goto done;
    }
    if ((st = open_run(&run, path, err)) < 0 || (st = read_all(&run, err)) < 0 ||
        (st = settle(&run, err)) < 0 || (st = finish_hash(&run, err)) < 0)
        goto done;
    run.results->timing.wall_s = um_now_s() - start;
    run.results->has_timing = true;
    if ((st = um_results_seal(run.results, err)) < 0 || (st = um_words_settle(run.results, err)) < 0)
        goto done;
    *out = run.results;
    run.results = NULL;
    st = UM_OK;
done:
    um_schedule_free(&run.schedule);
    um_sound_viewer_free(&run.viewer);
    um_product_streams_free(&run.streams);
    for (int i = 0; run.runner && i < a->n_signals; i++)
        um_runner_free(&run.runner[i]);
    free(run.runner);
    free(run.findings);
    um_faces_clear(&run.faces);
    um_gallery_clear(&run.portraits);
    um_face_tracker_free(&run.tracker);
    um_source_close(&run.source);
    um_hash_cancel(&run.hash);
    um_input_free(&run.input);
    um_results_free(&run.results);
    return st;
}
