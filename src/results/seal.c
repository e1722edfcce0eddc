/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seal.c: results as they will be written. Each number is rounded to the digits that results_json.c prints,
 * so that text, page and JSON agree, and reading the JSON gives the same results again. */
#include "base/json_write.h"
#include "results/digits.h"
#include "results/results.h"

static void round_to(double *v, int digits)
{
    *v = um_json_rounded(*v, digits);
}

static void round_float(float *v, int digits)
{
    *v = (float)um_json_rounded((double)*v, digits);
}

static void round_quality(um_face_quality *q)
{
    round_float(&q->eye_distance_px, DIGITS_EYES);
    round_float(&q->sharpness, DIGITS_QUALITY);
    round_float(&q->frontal, DIGITS_QUALITY);
    round_float(&q->visible, DIGITS_QUALITY);
    round_float(&q->compression, DIGITS_QUALITY);
    round_float(&q->overall, DIGITS_QUALITY);
}

static void round_verdict(um_verdict *v)
{
    round_to(&v->log_lr, DIGITS_LR);
    round_to(&v->lo, DIGITS_LR);
    round_to(&v->hi, DIGITS_LR);
    round_to(&v->call_from, DIGITS_LR);
}

static void round_subject(um_subject *s)
{
    round_to(&s->from_s, DIGITS_TIME);
    round_to(&s->to_s, DIGITS_TIME);
    round_float(&s->region.x, DIGITS_PIXELS);
    round_float(&s->region.y, DIGITS_PIXELS);
    round_float(&s->region.w, DIGITS_PIXELS);
    round_float(&s->region.h, DIGITS_PIXELS);
}

static void round_findings(um_findings *f)
{
    round_to(&f->seconds, DIGITS_COST);
    for (int i = 0; i < f->n_results; i++) {
        um_result *r = &f->result[i];
        round_subject(&r->subject);
        round_to(&r->score, DIGITS_SCORE);
        round_to(&r->quality, DIGITS_QUALITY);
        round_to(&r->log_lr, DIGITS_LR);
        round_to(&r->lo, DIGITS_LR);
        round_to(&r->hi, DIGITS_LR);
    }
    for (int i = 0; i < f->n_series; i++) {
        um_series *s = &f->series[i];
        round_subject(&s->subject);
        for (size_t k = 0; k < s->n; k++) {
            round_to(&s->sample[k].t_s, DIGITS_SAMPLE_TIME);
            round_to(&s->sample[k].value, DIGITS_SAMPLE);
        }
    }
    for (int i = 0; i < f->n_evidence; i++) {
        round_subject(&f->evidence[i].subject);
        round_to(&f->evidence[i].from_s, DIGITS_TIME);
        round_to(&f->evidence[i].to_s, DIGITS_TIME);
    }
    for (int i = 0; i < f->n_links; i++)
        round_to(&f->link[i].confidence, DIGITS_QUALITY);
}

static void round_sound(um_sound_view *v)
{
    round_to(&v->column_s, DIGITS_TIME);
    for (int i = 0; i < v->columns; i++) {
        round_to(&v->low[i], DIGITS_WAVE);
        round_to(&v->high[i], DIGITS_WAVE);
        round_to(&v->pitch_hz[i], DIGITS_PITCH);
    }
}

static bool any_picture(const um_findings *f)
{
    for (int i = 0; i < f->n_evidence; i++)
        if (f->evidence[i].image)
            return true;
    return false;
}

static um_status make_pictures(um_findings *f, int most, um_error *err)
{
    um_status st = UM_OK;
    int n = 0;
    for (int i = 0; i < f->n_evidence; i++) {
        um_evidence *e = &f->evidence[i];
        if (e->image && n++ < most && st == UM_OK)
            st = um_picture_make(&e->picture, e->image, UM_PICTURE_SIDE, err);
        um_image_free(&e->image);
    }
    return st;
}

um_status um_results_seal(um_results *r, um_error *err)
{
    um_status st = UM_OK;
    int n = 0;
    um_results_declare(r);
    round_to(&r->media.duration_s, DIGITS_TIME);
    round_to(&r->media.fps, DIGITS_PIXELS);
    round_to(&r->media.pixel_aspect, DIGITS_PIXELS);
    round_to(&r->analysed_s, DIGITS_TIME);
    round_to(&r->options.max_s, DIGITS_TIME);
    round_to(&r->timing.wall_s, DIGITS_COST);
    round_to(&r->timing.decode_wait_s, DIGITS_COST);
    round_to(&r->timing.faces_s, DIGITS_COST);
    round_quality(&r->quality);
    round_verdict(&r->verdict);
    for (int i = 0; i < r->n_persons; i++) {
        um_person *p = &r->person[i];
        round_to(&p->first_s, DIGITS_TIME);
        round_to(&p->last_s, DIGITS_TIME);
        round_quality(&p->quality);
        round_verdict(&p->verdict);
    }
    round_sound(&r->sound);
    for (int i = 0; i < r->n_voices; i++)
        round_verdict(&r->voice[i].verdict);
    for (int i = 0; i < r->n_findings; i++) {
        round_findings(r->findings[i]);
        n += any_picture(r->findings[i]);
    }
    for (int i = 0; i < r->n_findings && st == UM_OK; i++)
        st = make_pictures(r->findings[i], UM_MAX_SHOWN / (n ? n : 1), err);
    return st;
}
