/* fusion.c: calibrated results to verdicts. */
#include "fusion/fusion.h"
#include "base/embed.h"
#include "base/json.h"
#include "base/digest.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const um_embedded um_embedded_fusion[];

enum { MAX_ENTRIES = 256 };
static const size_t MAX_BYTES = 4u << 20;
/* Below a likelihood ratio of 2 the ENFSI scale has no words of support. */
static const double NO_SUPPORT = 0.30103;
static const double Z90 = 1.6449;

typedef struct entry {
    char name[48], known[240];
    unsigned version;
    double slope, intercept, score_min, score_max, log_lr_max, sigma;
} entry;

struct um_calibration {
    char name[96];
    int n;
    entry entry[MAX_ENTRIES];
};

static um_status read_entry(entry *e, const um_json *j, const char *file, um_error *err)
{
    const char *name = um_json_get_text(j, "name", "");
    *e = (entry){
        .version = (unsigned)um_json_get_int(j, "version", 0),
        .slope = um_json_get_num(j, "slope", NAN),
        .intercept = um_json_get_num(j, "intercept", NAN),
        .score_min = um_json_get_num(j, "score_min", NAN),
        .score_max = um_json_get_num(j, "score_max", NAN),
        .log_lr_max = um_json_get_num(j, "log_lr_max", NAN),
        .sigma = um_json_get_num(j, "sigma", NAN),
    };
    snprintf(e->name, sizeof e->name, "%s", name);
    if (!*name || !(e->slope >= 0) || !isfinite(e->slope) || !isfinite(e->intercept) ||
        !(e->score_min < e->score_max) || !(e->log_lr_max > 0) || e->log_lr_max > 6 || !(e->sigma >= 0) ||
        e->sigma > 6)
        return um_fail(err, UM_EFORMAT, "%s: the entry '%.40s' is not a calibration", file, name);
    const double eer = um_json_get_num(j, "eer_train", NAN), auc = um_json_get_num(j, "auc_train", NAN);
    char rates[80] = "";
    if (isfinite(eer) && isfinite(auc)) /* the fit writes them; a calibration made by hand may not */
        snprintf(rates, sizeof rates, ": equal error rate %.0f %%, area under the curve %.2f", 100 * eer,
                 auc);
    snprintf(e->known, sizeof e->known, "Measured on %lld real and %lld fake items (%s)%s.",
             (long long)um_json_get_int(j, "n_real", 0), (long long)um_json_get_int(j, "n_fake", 0),
             um_json_get_text(j, "data", "data not stated"), rates);
    return UM_OK;
}

um_status um_calibration_load(um_calibration **out, const char *path, um_error *err)
{
    um_status st;
    um_json *root = NULL;
    char *text = NULL, hash[65];
    size_t n = um_embedded_fusion[0].n;
    const char *file = path ? path : "embedded calibration";
    um_calibration *c = um_calloc(1, sizeof *c);
    *out = NULL;
    if (!c)
        return um_fail_oom(err);
    if (path && (st = um_file_read(&text, &n, path, MAX_BYTES, err)) < 0)
        goto done;
    const char *bytes = path ? text : (const char *)um_embedded_fusion[0].data;
    if ((st = um_json_parse(&root, bytes, n, file, err)) < 0)
        goto done;
    const um_json *list = um_json_get(root, "signals");
    size_t count = um_json_count(list);
    if (um_json_get_int(root, "version", 0) != 1 || !list || count > MAX_ENTRIES) {
        st = um_fail(err, UM_EFORMAT, "%s: not a calibration of version 1", file);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        if ((st = read_entry(&c->entry[c->n++], um_json_at(list, i), file, err)) < 0)
            goto done;
    um_sha256_hex(hash, bytes, n);
    snprintf(c->name, sizeof c->name, "%.40s (sha256 %.16s)", um_json_get_text(root, "name", "unnamed"),
             hash);
    *out = c;
    c = NULL;
done:
    um_json_free(&root);
    free(text);
    free(c);
    return st;
}

void um_calibration_free(um_calibration **c)
{
    free(*c);
    *c = NULL;
}

const char *um_calibration_name(const um_calibration *c)
{
    return c->name;
}

static const entry *find(const um_calibration *c, const um_signal *signal)
{
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->entry[i].name, signal->name) && c->entry[i].version == signal->version)
            return &c->entry[i];
    return NULL;
}

void um_fusion_calibrate(const um_calibration *c, um_findings *f)
{
    const entry *e = find(c, f->signal);
    if (e)
        snprintf(f->error_rate, sizeof f->error_rate, "%s", e->known);
    for (int i = 0; e && i < f->n_results && f->outcome != UM_FAILED; i++) {
        um_result *r = &f->result[i];
        if (r->outcome != UM_SCORED || !isfinite(r->score))
            continue;
        double lr = e->slope * um_clampd(r->score, e->score_min, e->score_max) + e->intercept;
        r->calibrated = true;
        r->log_lr = um_clampd(lr, -e->log_lr_max, e->log_lr_max);
        r->lo = r->log_lr - Z90 * e->sigma;
        r->hi = r->log_lr + Z90 * e->sigma;
    }
}

static void settle(um_verdict *v)
{
    v->inconclusive = true;
    if (!v->n_weighed)
        snprintf(v->reason, sizeof v->reason, "no signal with a measured error rate could be applied");
    else if (fabs(v->log_lr) < NO_SUPPORT)
        snprintf(v->reason, sizeof v->reason,
                 "the evidence supports neither side (likelihood ratio below 2)");
    else if (v->lo < 0 && v->hi > 0)
        snprintf(v->reason, sizeof v->reason,
                 "the evidence leans one way, but its 90 %% interval includes both");
    else
        v->inconclusive = false;
}

/* Signals are summed as if independent, and their uncertainties likewise; with few, weak signals the clamp of
 * each calibration is what keeps the sum modest. */
um_verdict um_fusion_combine(um_findings *const *findings, int n, um_subject subject)
{
    um_verdict v = {0};
    double below = 0, above = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < findings[i]->n_results; k++) {
            const um_result *r = &findings[i]->result[k];
            if (!um_subject_equal(r->subject, subject) || !r->calibrated)
                continue;
            v.log_lr += r->log_lr;
            below += (r->log_lr - r->lo) * (r->log_lr - r->lo);
            above += (r->hi - r->log_lr) * (r->hi - r->log_lr);
            v.n_weighed++;
        }
    v.lo = v.log_lr - sqrt(below);
    v.hi = v.log_lr + sqrt(above);
    settle(&v);
    return v;
}

um_verdict um_fusion_file(const um_verdict *whole, const um_verdict *persons, int n_persons)
{
    const um_verdict *worst = NULL;
    for (int i = 0; i < n_persons; i++)
        if (persons[i].n_weighed && (!worst || persons[i].log_lr > worst->log_lr))
            worst = &persons[i];
    um_verdict v = *whole;
    if (worst) {
        double below = hypot(whole->log_lr - whole->lo, worst->log_lr - worst->lo);
        double above = hypot(whole->hi - whole->log_lr, worst->hi - worst->log_lr);
        v = (um_verdict){.log_lr = whole->log_lr + worst->log_lr,
                         .n_weighed = whole->n_weighed + worst->n_weighed};
        v.lo = v.log_lr - below;
        v.hi = v.log_lr + above;
        settle(&v);
    }
    return v;
}
