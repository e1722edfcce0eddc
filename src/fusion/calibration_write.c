/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calibration_write.c: see calibration_write.h. */
#include "fusion/calibration_write.h"
#include "base/json.h"
#include <stdlib.h>
#include <string.h>

static um_json *call_json(const um_calibration_call *call, const char *right, const char *wrong)
{
    um_json *j = um_json_object();
    um_json_set_num(j, "from", call->from, 6);
    um_json_set_int(j, right, call->n_right);
    um_json_set_int(j, wrong, call->n_wrong);
    return j;
}

static void put_line(um_json *to, const um_calibration_line *l)
{
    um_json_set_num(to, "slope", l->slope, 6);
    um_json_set_num(to, "intercept", l->intercept, 6);
    um_json_set_num(to, "score_min", l->score_min, 6);
    um_json_set_num(to, "score_max", l->score_max, 6);
    um_json_set_num(to, "log_lr_max", l->log_lr_max, 6);
    um_json_set_num(to, "sigma", l->sigma, 3);
}

static um_json *entry_json(const um_fitted *f, const char *data, const char *command)
{
    um_json *entry = um_json_object();
    um_json_set_text(entry, "name", f->signal);
    um_json_set_int(entry, "version", f->version);
    if (*f->network)
        um_json_set_text(entry, "network", f->network);
    put_line(entry, &f->fit.line);
    um_json_set(entry, "manipulated", call_json(&f->fit.manipulated, "fake", "real"));
    um_json_set(entry, "untouched", call_json(&f->fit.untouched, "real", "fake"));
    um_json_set_int(entry, "n_real", (int64_t)f->fit.n[0]);
    um_json_set_int(entry, "n_fake", (int64_t)f->fit.n[1]);
    um_json_set_int(entry, "groups_real", f->fit.groups[0]);
    um_json_set_int(entry, "groups_fake", f->fit.groups[1]);
    um_json_set_num(entry, "auc_train", f->fit.auc, 4);
    um_json_set_num(entry, "eer_train", f->fit.equal_error, 4);
    um_json_set_text(entry, "data", data);
    um_json_set_text(entry, "command", command);
    return entry;
}

static bool is_fitted(const um_json *entry, const um_fitted *fitted, size_t n)
{
    const char *name = um_json_get_text(entry, "name", ""), *network = um_json_get_text(entry, "network", "");
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, fitted[i].signal) && !strcmp(network, fitted[i].network) &&
            um_json_get_int(entry, "version", -1) == (int64_t)fitted[i].version)
            return true;
    return false;
}

/* Entries of `base` that were not fitted anew. */
static um_status keep(um_json *list, const char *base, const um_fitted *fitted, size_t n, um_error *err)
{
    um_json *root = NULL;
    um_status st = base && !*base ? UM_OK : um_calibration_json(&root, base, err);
    const um_json *old = um_json_get(root, "signals");
    if (st == UM_OK && um_json_count(old) &&
        (um_json_get_int(root, "version", 0) != 3 || um_json_count(um_json_get(root, "groups"))))
        st = um_fail(err, UM_EFORMAT, "%s: only a calibration of version 3 without groups can be added to",
                     base ? base : "embedded calibration");
    for (size_t i = 0; st == UM_OK && i < um_json_count(old); i++)
        if (!is_fitted(um_json_at(old, i), fitted, n))
            um_json_add(list, um_json_copy(um_json_at(old, i)));
    um_json_free(&root);
    return st;
}

um_status um_calibration_write(char **out, const char *base, const char *name, const um_fitted *fitted,
                               size_t n, const char *data, const char *command, um_error *err)
{
    um_json *root = um_json_object(), *list = um_json_array();
    *out = NULL;
    um_json_set_int(root, "version", 3);
    um_json_set_text(root, "name", name);
    um_status st = keep(list, base, fitted, n, err);
    for (size_t i = 0; st == UM_OK && i < n; i++)
        um_json_add(list, entry_json(&fitted[i], data, command));
    um_json_set(root, "signals", list);
    if (st == UM_OK)
        st = um_json_text(out, root, 2, err);
    um_json_free(&root);
    return st;
}
