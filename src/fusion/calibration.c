/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration.c: reads and checks calibration files, versions 1 to 3. */
#include "fusion/calibration.h"
#include "base/digest.h"
#include "base/embed.h"
#include "fusion/scale.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unmask/signal.h>

extern const um_embedded um_embedded_fusion[];

static const size_t MAX_BYTES = 4u << 20;
static const char EMBEDDED[] = "embedded calibration";
static const double MOST_LOG_LR = 6, MOST_SIGMA = 6; /* log10: beyond a million there are no words */
static const double MOST_VARIANCE = 36;

double um_calibration_log_lr(const um_calibration_line *line, double score)
{
    const double lr = line->slope * um_clampd(score, line->score_min, line->score_max) + line->intercept;
    return um_clampd(lr, -line->log_lr_max, line->log_lr_max);
}

double um_calibration_sigma(const um_calibration_line *line, double quality)
{
    if (line->good <= 0)
        return line->sigma;
    const double lack = isnan(quality) ? 1 : um_clampd(1 - quality / line->good, 0, 1);
    return line->sigma + lack * (line->sigma_poor - line->sigma);
}

const um_calibration_entry *um_calibration_find(const um_calibration *c, const char *signal, unsigned version,
                                                const char *network)
{
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->entry[i].name, signal) && c->entry[i].version == version &&
            !strcmp(c->entry[i].network, network))
            return &c->entry[i];
    return NULL;
}

static bool is_line(const um_calibration_line *l)
{
    return l->slope >= 0 && isfinite(l->slope) && isfinite(l->intercept) && l->score_min < l->score_max &&
           l->log_lr_max > 0 && l->log_lr_max <= MOST_LOG_LR && l->sigma >= 0 && l->sigma <= MOST_SIGMA;
}

/* What it was measured on and how well it told apart, for a reader. The calls have been read. */
static void tell(um_calibration_entry *e, const um_json *j)
{
    const double eer = um_json_get_num(j, "eer_train", NAN), auc = um_json_get_num(j, "auc_train", NAN);
    char rates[80] = "", calls[160] = "";
    if (isfinite(eer) && isfinite(auc)) /* the fit writes them; a calibration made by hand may not */
        snprintf(rates, sizeof rates, ": equal error rate %.0f %%, area under the curve %.2f", 100 * eer,
                 auc);
    if (e->manipulated.n_right + e->manipulated.n_wrong + e->untouched.n_right + e->untouched.n_wrong > 0)
        snprintf(
            calls, sizeof calls,
            " Called manipulated: %d of the fake, %d of the real; untouched: %d of the real, %d of the fake.",
            e->manipulated.n_right, e->manipulated.n_wrong, e->untouched.n_right, e->untouched.n_wrong);
    snprintf(e->known, sizeof e->known, "Measured on %d real and %d fake items (%.80s)%s.%s", e->n_real,
             e->n_fake, um_json_get_text(j, "data", "data not stated"), rates, calls);
}

static um_status read_entry(um_calibration_entry *e, const um_json *j, const char *file, um_error *err)
{
    const char *name = um_json_get_text(j, "name", "");
    *e = (um_calibration_entry){
        .version = (unsigned)um_json_get_int(j, "version", 0),
        .group = -1,
        .n_real = (int)um_json_get_int(j, "n_real", 0),
        .n_fake = (int)um_json_get_int(j, "n_fake", 0),
        .manipulated = {.from = UM_LR_NO_SUPPORT},
        .untouched = {.from = UM_LR_NO_SUPPORT},
        .line = {.slope = um_json_get_num(j, "slope", NAN),
                 .intercept = um_json_get_num(j, "intercept", NAN),
                 .score_min = um_json_get_num(j, "score_min", NAN),
                 .score_max = um_json_get_num(j, "score_max", NAN),
                 .log_lr_max = um_json_get_num(j, "log_lr_max", NAN),
                 .sigma = um_json_get_num(j, "sigma", NAN)},
    };
    if (!*name || strlen(name) >= sizeof e->name || !is_line(&e->line))
        return um_fail(err, UM_EFORMAT, "%s: the entry '%.40s' is not a calibration", file, name);
    const char *network = um_json_get_text(j, "network", "");
    if (*network &&
        (strlen(network) != UM_SHA256_HEX || strspn(network, "0123456789abcdef") != UM_SHA256_HEX))
        return um_fail(err, UM_EFORMAT, "%s: the network of '%s' is not a SHA-256", file, name);
    snprintf(e->network, sizeof e->network, "%s", network);
    snprintf(e->name, sizeof e->name, "%s", name);
    return UM_OK;
}

/* What version 2 adds to an entry. The groups were read. */
static um_status read_entry_2(um_calibration *c, um_calibration_entry *e, const um_json *j, const char *file,
                              um_error *err)
{
    const um_json *quality = um_json_get(j, "quality"), *group = um_json_get(j, "group");
    if (quality) {
        e->line.good = um_json_get_num(quality, "good", NAN);
        e->line.sigma_poor = um_json_get_num(quality, "sigma_poor", NAN);
        if (!(e->line.good > 0) || !(e->line.good <= 1) || !(e->line.sigma_poor >= e->line.sigma) ||
            !(e->line.sigma_poor <= MOST_SIGMA))
            return um_fail(err, UM_EFORMAT, "%s: the quality of '%s' is not one", file, e->name);
    }
    if (um_calibration_find(c, e->name, e->version, e->network) != e)
        return um_fail(err, UM_EFORMAT, "%s: '%s' stands there twice", file, e->name);
    if (!group)
        return UM_OK;
    const char *name = um_json_get_text(j, "group", "");
    for (int i = 0; i < c->n_groups && e->group < 0; i++)
        if (!strcmp(c->group[i].name, name))
            e->group = i;
    if (e->group < 0)
        return um_fail(err, UM_EFORMAT, "%s: '%s' is of a group '%.40s' that is not there", file, e->name,
                       name);
    if (c->group[e->group].n == UM_MAX_GROUP)
        return um_fail(err, UM_EFORMAT, "%s: more than %d signals in the group '%s'", file, UM_MAX_GROUP,
                       name);
    e->place = c->group[e->group].n++;
    return UM_OK;
}

static bool read_call(um_calibration_call *c, const um_json *j, const char *right, const char *wrong)
{
    *c = (um_calibration_call){.from = um_json_get_num(j, "from", NAN),
                               .n_right = (int)um_json_get_int(j, right, -1),
                               .n_wrong = (int)um_json_get_int(j, wrong, -1)};
    return c->from >= UM_LR_NO_SUPPORT && c->from <= UM_CALL_NEVER && c->n_right >= 0 && c->n_wrong >= 0;
}

/* What version 3 adds. */
static um_status read_entry_3(um_calibration_entry *e, const um_json *j, const char *file, um_error *err)
{
    if (e->n_real > 0 && e->n_fake > 0 &&
        read_call(&e->manipulated, um_json_get(j, "manipulated"), "fake", "real") &&
        read_call(&e->untouched, um_json_get(j, "untouched"), "real", "fake"))
        return UM_OK;
    return um_fail(err, UM_EFORMAT, "%s: it is not said from where on '%s' calls what", file, e->name);
}

static um_status read_group(um_calibration *c, const um_json *j, const char *file, um_error *err)
{
    um_calibration_group *g = &c->group[c->n_groups];
    const char *name = um_json_get_text(j, "name", ""), *rule = um_json_get_text(j, "rule", "");
    const bool covariance = !strcmp(rule, "covariance");
    if (!*name || strlen(name) >= sizeof g->name || (!covariance && strcmp(rule, "strongest")))
        return um_fail(err, UM_EFORMAT, "%s: the group '%.40s' has no name or no rule", file, name);
    snprintf(g->name, sizeof g->name, "%s", name);
    g->rule = covariance ? UM_GROUP_COVARIANCE : UM_GROUP_STRONGEST;
    for (int i = 0; i < c->n_groups; i++)
        if (!strcmp(c->group[i].name, name))
            return um_fail(err, UM_EFORMAT, "%s: the group '%s' stands there twice", file, name);
    c->n_groups++;
    return UM_OK;
}

/* One row and column per signal of the group, in the order of the list of signals. */
static um_status read_covariance(um_calibration_group *g, const um_json *j, const char *file, um_error *err)
{
    const um_json *rows = um_json_get(j, "covariance");
    int which[UM_MAX_GROUP];
    double weight[UM_MAX_GROUP];
    bool right = um_json_count(rows) == (size_t)g->n && g->n > 0;
    for (int i = 0; i < g->n && right; i++) {
        const um_json *row = um_json_at(rows, (size_t)i);
        right = um_json_count(row) == (size_t)g->n;
        for (int k = 0; k < g->n && right; k++) {
            g->covariance[i][k] = um_json_as_num(um_json_at(row, (size_t)k), NAN);
            right = fabs(g->covariance[i][k]) <= MOST_VARIANCE &&
                    (k >= i || g->covariance[k][i] == g->covariance[i][k]);
        }
        which[i] = i;
    }
    if (!right || !um_group_weights(weight, g, which, g->n))
        return um_fail(err, UM_EFORMAT, "%s: the group '%s' has no covariance of its %d signals", file,
                       g->name, g->n);
    return UM_OK;
}

static um_status read(um_calibration *c, const um_json *root, const char *file, um_error *err)
{
    const int64_t version = um_json_get_int(root, "version", 0);
    const um_json *list = um_json_get(root, "signals"),
                  *groups = version >= 2 ? um_json_get(root, "groups") : NULL;
    const size_t n = um_json_count(list), n_groups = um_json_count(groups);
    um_status st = UM_OK;
    if (version < 1 || version > 3 || !list || n > UM_MAX_CALIBRATED || n_groups > UM_MAX_GROUPS)
        return um_fail(err, UM_EFORMAT, "%s: not a calibration of version 1 to 3", file);
    for (size_t i = 0; i < n_groups && st == UM_OK; i++)
        st = read_group(c, um_json_at(groups, i), file, err);
    for (size_t i = 0; i < n && st == UM_OK; i++) {
        const um_json *j = um_json_at(list, i);
        um_calibration_entry *e = &c->entry[c->n++];
        st = read_entry(e, j, file, err);
        if (st == UM_OK && version >= 2)
            st = read_entry_2(c, e, j, file, err);
        if (st == UM_OK && version == 3)
            st = read_entry_3(e, j, file, err);
        if (st == UM_OK)
            tell(e, j);
    }
    for (int i = 0; i < c->n_groups && st == UM_OK; i++)
        if (c->group[i].rule == UM_GROUP_COVARIANCE)
            st = read_covariance(&c->group[i], um_json_at(groups, (size_t)i), file, err);
    return st;
}

/* The bytes of a calibration and what they mean. The caller frees `text`, which is NULL for the embedded one.
 */
static um_status read_json(um_json **root, char **text, const char **bytes, size_t *n, const char *path,
                           um_error *err)
{
    um_status st = UM_OK;
    *text = NULL;
    if (path && (st = um_file_read(text, n, path, MAX_BYTES, err)) < 0)
        return st;
    *bytes = path ? *text : (const char *)um_embedded_fusion[0].data;
    if (!path)
        *n = um_embedded_fusion[0].n;
    return um_json_parse(root, *bytes, *n, path ? path : EMBEDDED, err);
}

um_status um_calibration_load(um_calibration **out, const char *path, um_error *err)
{
    um_json *root = NULL;
    char *text = NULL, hash[UM_SHA256_HEX + 1];
    const char *bytes = NULL;
    size_t n = 0;
    um_calibration *c = um_calloc(1, sizeof *c);
    *out = NULL;
    um_status st = c ? read_json(&root, &text, &bytes, &n, path, err) : um_fail_oom(err);
    if (st == UM_OK)
        st = read(c, root, path ? path : EMBEDDED, err);
    if (st == UM_OK && !um_sha256_hex(hash, bytes, n))
        st = um_fail_oom(err);
    if (st == UM_OK) {
        snprintf(c->name, sizeof c->name, "%.40s (sha256 %.16s)", um_json_get_text(root, "name", "unnamed"),
                 hash);
        *out = c;
        c = NULL;
    }
    um_json_free(&root);
    free(text);
    free(c);
    return st;
}

um_status um_calibration_add(um_calibration *c, const char *path, um_error *err)
{
    um_calibration *more;
    um_status st = um_calibration_load(&more, path, err);
    if (st < 0)
        return st;
    if (more->n_groups || more->n > UM_MAX_CALIBRATED - c->n) {
        st = um_fail(err, UM_EFORMAT, "%s: has groups or too many entries to be added to another calibration",
                     path);
    } else {
        const size_t n = strlen(c->name);
        memmove(c->entry + more->n, c->entry, (size_t)c->n * sizeof *c->entry);
        memcpy(c->entry, more->entry, (size_t)more->n * sizeof *c->entry);
        c->n += more->n;
        snprintf(c->name + n, sizeof c->name - n, ", %.100s", more->name);
    }
    um_calibration_free(&more);
    return st;
}

um_status um_calibration_json(um_json **out, const char *path, um_error *err)
{
    um_calibration *c;
    char *text = NULL;
    const char *bytes;
    size_t n;
    *out = NULL;
    um_status st = um_calibration_load(&c, path, err);
    if (st < 0)
        return st;
    um_calibration_free(&c);
    st = read_json(out, &text, &bytes, &n, path, err);
    free(text);
    return st;
}

void um_calibration_free(um_calibration **c)
{
    if (!c)
        return;
    free(*c);
    *c = NULL;
}

const char *um_calibration_name(const um_calibration *c)
{
    return c->name;
}

um_status um_signal_measured(char **out, const um_signal *signal, const char *calibration, um_error *err)
{
    um_calibration *c;
    um_buf b;
    *out = NULL;
    um_status st = um_calibration_load(&c, calibration, err);
    if (st < 0)
        return st;
    um_buf_init(&b, MAX_BYTES);
    for (int i = 0; i < c->n; i++)
        if (!strcmp(c->entry[i].name, signal->name) && c->entry[i].version == signal->version)
            um_buf_printf(&b, "%s%s", b.n ? "\n" : "", c->entry[i].known);
    um_calibration_free(&c);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
