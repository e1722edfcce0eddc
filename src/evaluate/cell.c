/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell.c: see cell.h. */
#include "evaluate/cell.h"
#include <math.h>

enum { DIGITS = 6 };

void um_cell_measured_text(um_buf *b, const um_measured *m)
{
    if (isnan(m->value))
        um_buf_printf(b, "  %-19s", "-");
    else if (isnan(m->interval.lo))
        um_buf_printf(b, "  %-19.3f", m->value);
    else
        um_buf_printf(b, "  %5.3f [%5.3f %5.3f]", m->value, m->interval.lo, m->interval.hi);
}

void um_cell_measured_json(um_json_writer *w, const char *key, const um_measured *m)
{
    if (isnan(m->value))
        return;
    um_json_put_row(w, key, 0);
    um_json_put_num(w, NULL, m->value, DIGITS);
    um_json_put_num(w, NULL, m->interval.lo, DIGITS);
    um_json_put_num(w, NULL, m->interval.hi, DIGITS);
    um_json_put_end(w);
}

void um_cell_json(um_json_writer *w, const um_cell *c)
{
    um_json_put_int(w, "n_fake", (int64_t)c->n_fake);
    um_json_put_int(w, "n_real", (int64_t)c->n_real);
    um_json_put_int(w, "silent_fake", (int64_t)c->silent_fake);
    um_json_put_int(w, "silent_real", (int64_t)c->silent_real);
    for (int m = 0; m < UM_MEASURES; m++)
        um_cell_measured_json(w, um_measure_names[m].key, &c->measure[m]);
    um_json_put_int(w, "n_pairs", (int64_t)c->n_pairs);
    um_cell_measured_json(w, "auc_within_pairs", &c->within);
}

void um_cell_slice_text(um_buf *b, const um_slice *s)
{
    char name[200], value[120];
    snprintf(name, sizeof name, "%s%s%s", *s->field ? s->field : "all", *s->field ? " " : "",
             um_printable(value, sizeof value, s->value));
    um_buf_printf(b, "  %-*.*s", UM_CELL_NAME, UM_CELL_NAME, name);
}

void um_cell_slice_json(um_json_writer *w, const um_slice *s, const um_cell *c)
{
    um_json_put_object(w, NULL);
    um_json_put_text(w, "field", *s->field ? s->field : "all");
    um_json_put_text(w, "value", s->value);
    um_json_put_text(w, "against",
                     s->own_reals && *s->field ? "real recordings of the same value" : "all real recordings");
    um_cell_json(w, c);
    um_json_put_end(w);
}
