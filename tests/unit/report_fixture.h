/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_fixture.h: results made by hand: two persons; signals scored, not applicable and failed; damage;
 * marks; text from a hostile file. */
#ifndef REPORT_FIXTURE_H
#define REPORT_FIXTURE_H
#include "report/words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const um_signal blink = {
    .name = "blink",
    .family = "face",
    .version = 2,
    .question = "Do the eyes blink as often as living eyes do?",
    .meaning =
        "People at rest blink some 17 times a minute, but readers far less. A low rate over a short clip "
        "means little.",
    .score_unit = "blinks/min below usual",
    .paper = "Soukupov\xC3\xA1 and \xC4\x8C"
             "ech, CVWW 2016",
};
static const um_signal spectrum = {
    .name = "spectrum",
    .family = "image",
    .version = 1,
    .question = "Do the faces carry the high-frequency shelf of an up-sampling generator?",
    .meaning = "Strong compression hides it; sharpening imitates it.",
    .score_unit = "dB",
    .paper = "Durall et al., CVPR 2020, arXiv:2003.01826",
};
static const um_signal splice = {
    .name = "splice",
    .family = "sound",
    .version = 1,
    .question = "Does the background noise of the sound jump, as where recordings were joined?",
    .meaning = "Cuts made for editing look the same as cuts made to deceive.",
    .score_unit = "jumps",
    .paper = "Pan, Zhang, Lyu, ICASSP 2012",
};
static const um_signal pulse = {
    .name = "pulse",
    .family = "face",
    .version = 1,
    .question = "Does the skin show a pulse?",
    .meaning = "Recent fakes carry the pulse of the person who drives them.",
    .score_unit = "dB",
    .paper = "Wang et al., IEEE TBME 2017",
};
static const um_signal lips = {
    .name = "lip_sync",
    .family = "face",
    .version = 1,
    .question = "Do the lips move with the sound?",
    .meaning = "Dubbed films fail it honestly.",
    .score_unit = "frames",
    .paper = "Chung and Zisserman, ACCV 2016",
};

static const um_signal cuts = {
    .name = "cuts",
    .family = "sound",
    .version = 3,
    .question = "Do voice, place and moment belong together?",
    .meaning = "Made to speak of every kind of subject.",
    .score_unit = "jumps",
    .paper = "none",
};

static void *some(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        abort();
    return p;
}

static um_image *picture(int width, int height, int seed)
{
    um_image *image = NULL;
    if (um_image_new(&image, width, height, UM_RGB24, NULL) < 0)
        abort();
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double dx = (x - width / 2.) / width, dy = (y - height / 2.) / height;
            bool skin = dx * dx / .09 + dy * dy / .16 < 1;
            uint8_t *p = image->data + y * image->stride + 3 * x;
            p[0] = (uint8_t)(skin ? 214 - 40 * seed : 70 + 60 * y / height);
            p[1] = (uint8_t)(skin ? 168 - 40 * seed : 90 + 40 * y / height);
            p[2] = (uint8_t)(skin ? 140 - 40 * seed : 110 + 30 * x / width);
        }
    return image;
}

static um_findings *findings(const um_signal *signal, um_outcome outcome, const char *reason)
{
    um_findings *f = calloc(1, sizeof *f);
    if (!f)
        abort();
    f->link = calloc(1, sizeof *f->link);
    f->series = calloc(4, sizeof *f->series);
    f->evidence = calloc(4, sizeof *f->evidence);
    f->result = calloc(4, sizeof *f->result);
    if (!f->link || !f->series || !f->evidence || !f->result)
        abort();
    f->signal = signal;
    f->outcome = outcome;
    snprintf(f->reason, sizeof f->reason, "%s", reason);
    f->seconds = .25;
    return f;
}

static void add_series(um_findings *f, const char *name, const char *unit, int person, size_t n, double end_s,
                       double (*value)(double t_s, int person))
{
    um_series *s = &f->series[f->n_series++];
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->unit, sizeof s->unit, "%s", unit);
    s->subject = person == UM_FILE ? um_file_subject() : um_person_subject(person);
    s->thinning = 1;
    s->n = s->capacity = n;
    if (!(s->sample = calloc(n, sizeof *s->sample)))
        abort();
    for (size_t i = 0; i < n; i++) {
        double t = end_s * (double)i / (double)n;
        s->sample[i].t_s = t;
        s->sample[i].value = value(t, person);
    }
}

static double eye(double t, int person)
{
    double opening = .31 + .012 * sin(9 * t) + .006 * sin(31 * t + person);
    for (double blink_at = 1.3 + person; blink_at < 12; blink_at += person ? 4.7 : 2.9)
        opening -= .24 * exp(-pow((t - blink_at) / .07, 2));
    return opening;
}

static double shelf(double t, int person)
{
    return -31 + 2 * sin(.8 * t) + (person ? 0 : 6 * exp(-pow((t - 7) / .9, 2))) + .7 * sin(40 * t);
}

static double floor_db(double t, int person)
{
    (void)person;
    return (t < 4.2 ? -61 : t < 9.4 ? -54 : -60.5) + .8 * sin(17 * t) + .5 * sin(43 * t);
}

static void add_result(um_findings *f, int person, double score, const char *text, const double *log_lr)
{
    um_result *r = &f->result[f->n_results++];
    *r = (um_result){.subject = person == UM_FILE ? um_file_subject() : um_person_subject(person),
                     .outcome = UM_SCORED,
                     .score = score,
                     .calibrated = log_lr != NULL};
    snprintf(r->text, sizeof r->text, "%s", text);
    if (log_lr)
        r->log_lr = log_lr[0], r->lo = log_lr[1], r->hi = log_lr[2];
}

static void add_evidence(um_findings *f, int person, double from, double to, um_image *image,
                         const char *text)
{
    um_evidence *e = &f->evidence[f->n_evidence++];
    *e = (um_evidence){.subject = person == UM_FILE ? um_file_subject() : um_person_subject(person),
                       .from_s = from,
                       .to_s = to,
                       .image = image};
    snprintf(e->text, sizeof e->text, "%s", text);
}

static um_person person(int id, um_verdict verdict)
{
    um_person p = {
        .id = id, .first_s = id * .4, .last_s = 12 - id, .n_frames = 300 - 25 * id, .verdict = verdict};
    p.quality = (um_face_quality){96 - 40.f * (float)id, .84f, .91f, .97f, .72f, .78f - .4f * (float)id};
    um_image *image = picture(160, 160, id);
    if (um_picture_make(&p.picture, image, UM_PORTRAIT_SIDE, NULL) < 0)
        abort();
    um_image_free(&image);
    return p;
}

/* Results, a series, evidence and a link about what is neither the file nor a person. */
static um_findings *every_subject(void)
{
    const um_subject voice = um_voice_subject(0), stretch = um_interval_subject(4.2, 9.4),
                     place = um_region_subject((um_rect){10.5f, 20, 300, 200.25f}, 1, 2);
    um_findings *f = findings(&cuts, UM_SCORED, "");
    f->n_results = 4;
    f->result[0] = (um_result){.subject = voice,
                               .score = 1.5,
                               .text = "Cut once.",
                               .calibrated = true,
                               .log_lr = .7,
                               .lo = .2,
                               .hi = 1.2};
    f->result[1] = (um_result){
        .subject = um_voice_subject(1), .outcome = UM_NOT_APPLICABLE, .text = "it speaks for 0.4 s only"};
    f->result[2] = (um_result){.subject = stretch, .score = 2, .text = "Another place."};
    f->result[3] = (um_result){.subject = place, .score = -1, .text = "Sharper than the rest."};
    add_series(f, "level", "dB", UM_FILE, 60, 12, floor_db);
    f->series[0].subject = voice;
    add_evidence(f, UM_FILE, 1, 2, picture(120, 90, 0), "Sharper than the rest.");
    f->evidence[0].subject = place;
    f->link[f->n_links++] = (um_link){.voice = 0, .person = 1, .confidence = .875};
    f->results_dropped = 1, f->series_dropped = 2;
    return f;
}

static void make_findings(um_findings **findings_of, const char *text)
{
    const double strong[] = {1.24, .31, 2.05}, weak[] = {-.52, -1.1, .1}, noise[] = {.62, -.2, 1.4};
    um_findings *b = findings_of[0] = findings(&blink, UM_SCORED, "");
    add_series(b, "eye opening", "ratio", 0, 300, 12, eye);
    add_series(b, "eye opening", "ratio", 1, 275, 12, eye);
    add_result(b, 0, 11.25, "2 blinks in 12 s where 3 to 7 are usual.", strong);
    add_result(b, 1, -1.5, text, weak);
    snprintf(b->error_rate, sizeof b->error_rate,
             "Measured on 120 real and 90 fake items (fixture): equal error rate 24 %%, area under the curve "
             "0.82.");
    add_evidence(b, 0, 4.3, 6.9, picture(320, 200, 0), "No blink for 2.6 s while speaking.");

    um_findings *s = findings_of[1] = findings(&spectrum, UM_SCORED, "");
    add_series(s, "shelf", "dB", 0, 1300, 12, shelf);
    add_series(s, "shelf", "dB", 1, 1300, 12, shelf);
    add_result(s, 0, 5.61, "The power above a quarter of the sampling rate lies 5.6 dB over the usual.",
               NULL);
    um_result *none = &s->result[s->n_results++];
    *none = (um_result){.subject = um_person_subject(1), .outcome = UM_NOT_APPLICABLE};
    snprintf(none->text, sizeof none->text, "the face is under 64 pixels wide");
    add_evidence(s, 0, 6.1, 7.9, picture(240, 240, 1), text);
    add_evidence(s, 0, 2, 2, NULL, "A single frame stands out.");
    s->evidence_dropped = 3;

    um_findings *p = findings_of[2] = findings(&splice, UM_SCORED, "");
    add_series(p, "noise floor", "dBFS", UM_FILE, 240, 12, floor_db);
    p->series[0].sample[3].value = NAN; /* a gap, not a crash */
    add_result(p, UM_FILE, 2, "The noise floor jumps by 7 dB at 0:04.2 and 6 dB at 0:09.4.", noise);
    add_evidence(p, UM_FILE, 4.15, 4.25, NULL, "The noise floor rises by 7 dB within a tenth of a second.");
    snprintf(p->error_rate, sizeof p->error_rate, "%s", b->error_rate);

    findings_of[5] = every_subject();
    findings_of[3] = findings(&pulse, UM_NOT_APPLICABLE, "needs 20 s of a face; this recording has 12 s");
    findings_of[4] = findings(&lips, UM_FAILED, "out of memory");
}

/* `hostile` swaps harmless texts for dangerous ones. Sealed; free with um_results_free. */
/* Six columns of two seconds, of which the fourth has no sound. */
static void add_sound(um_sound_view *v)
{
    if (um_sound_view_fit(v, 6, NULL) < 0)
        abort();
    v->column_s = 2;
    for (int i = 0; i < 6; i++) {
        v->low[i] = i == 3 ? NAN : -.123456 * i;
        v->high[i] = i == 3 ? NAN : .234567 * i;
        v->pitch_hz[i] = i < 2 ? 123.4567 + 40 * i : NAN;
        for (int r = 0; r < UM_VIEW_ROWS; r++)
            v->level[i * UM_VIEW_ROWS + r] = (uint8_t)(i == 3 ? 0 : 40 * i + r / 4);
    }
}

static um_results *fixture_new(bool hostile)
{
    const char *text = hostile
                           ? "<img src=x onerror=alert(1)> \"quoted\" & 'single' \x1b[31m\xE2\x80\xAEgnp\xff"
                           : "6 blinks in 11 s, as usual.";
    const char *path = hostile ? "/tmp/<img src=x onerror=alert(1)><script>\"'&\xff\xE2\x80\xAE\x1b]0;x\a.mp4"
                               : "/home/someone/interview.mp4";
    const um_verdict first = {.log_lr = 1.24, .lo = .31, .hi = 2.05, .n_weighed = 1},
                     second = {.inconclusive = true,
                               .reason = "the face is small and blurred (quality 0.38)",
                               .log_lr = -.52,
                               .lo = -1.1,
                               .hi = .1,
                               .n_weighed = 1};
    um_results *r;
    if (um_results_new(&r, path, NULL) < 0)
        abort();
    snprintf(r->version, sizeof r->version, "1.2.3");
    r->media = (um_media){.path = r->path,
                          .container = "mov,mp4,m4a,3gp,3g2,mj2",
                          .duration_s = 12.04,
                          .has_video = true,
                          .has_sound = true,
                          .width = 1280,
                          .height = 720,
                          .pixel_aspect = 1,
                          .fps = 25,
                          .video_codec = "h264",
                          .pixel_format = "yuv420p",
                          .rate_hz = 48000,
                          .channels = 2,
                          .audio_codec = "aac"};
    r->probe = (um_probe){
        .bytes = 2345678,
        .sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        .kind = "mp4",
        .n_marks = 4,
        .marks = {{"c2pa", UM_MARK_ABSENT},
                  {"exif", UM_MARK_ABSENT},
                  {"generator", UM_MARK_DECLARES_SYNTHETIC, .detail = "Steps: 20, Sampler: Euler a"},
                  {"encoder", UM_MARK_PRESENT, .detail = "Lavf59.27.100"}},
        .jpeg = {.quality = 83, .standard = true}};
    for (int i = 0; i < 64; i++)
        r->probe.jpeg.luma[i] = (uint16_t)(i == 7 ? UINT16_MAX : 1 + i);
    r->damage = (um_damage){.broken_frames = 3, .broken_packets = 1, .truncated = true};
    if (hostile) {
        snprintf(r->probe.marks[2].detail, sizeof r->probe.marks[2].detail, "%s", text);
        snprintf(r->probe.marks[3].detail, sizeof r->probe.marks[3].detail, "%s", text);
        snprintf(r->damage.note, sizeof r->damage.note, "%s", text);
        um_results_keep(&r->options.signals, r, "</code><script>", NULL);
    }
    r->n_frames = 300, r->n_samples = 576000, r->n_faces = 575, r->analysed_s = 12, r->partial = true;
    r->n_persons = 2;
    r->person = some(2, sizeof *r->person);
    r->person[0] = person(0, first);
    r->person[1] = person(1, second);
    r->has_quality = true;
    r->quality = (um_face_quality){76.87f, .84f, .91f, .97f, .72f, .59f};
    um_results_add_network(r, "detector", "yunet_n_640.onnx",
                           "1111111111111111111111111111111111111111111111111111111111111111", NULL);
    um_results_add_network(r, "landmarks", "peppa_slim68_160.onnx",
                           "2222222222222222222222222222222222222222222222222222222222222222", NULL);
    snprintf(r->calibration, sizeof r->calibration, "fixture (sha256 abcdef012345)");
    r->n_findings = 6;
    r->findings = some(6, sizeof(um_findings *));
    make_findings(r->findings, text);
    r->verdict = (um_verdict){.log_lr = 1.46, .lo = .4, .hi = 2.3, .n_weighed = 2};
    if (um_results_find_voices(r, NULL) < 0)
        abort();
    r->voice[0].verdict = (um_verdict){.log_lr = .7, .lo = .2, .hi = 1.2, .n_weighed = 1};
    r->voice[1].verdict = (um_verdict){.inconclusive = true, .reason = "nothing weighs"};
    add_sound(&r->sound);
    r->has_timing = true;
    r->timing.wall_s = 3.5, r->timing.decode_wait_s = .25, r->timing.faces_s = 2;
    if (um_results_seal(r, NULL) < 0 || um_words_settle(r, NULL) < 0)
        abort();
    return r;
}
#endif
