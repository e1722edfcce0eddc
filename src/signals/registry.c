/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry.c: the table of signals: the library's own, from the list in meson.build, then those that the
 * calling program registered. */
#include "base/base.h"
#include <string.h>
#include <unmask/signal.h>

#define X(name) extern const um_signal um_signal_##name;
#include "signal_list.h"
#undef X

static const um_signal *const own[] = {
#define X(name) &um_signal_##name,
#include "signal_list.h"
#undef X
};

enum { N_OWN = sizeof own / sizeof *own, MAX_ADDED = 256 };

static const um_signal *added[MAX_ADDED];
static int n_added;

int um_signal_count(void)
{
    return N_OWN + n_added;
}

const um_signal *um_signal_at(int i)
{
    if (i < 0 || i >= um_signal_count())
        return NULL;
    return i < N_OWN ? own[i] : added[i - N_OWN];
}

const um_signal *um_signal_find(const char *name)
{
    for (int i = 0; i < um_signal_count(); i++)
        if (!strcmp(um_signal_at(i)->name, name))
            return um_signal_at(i);
    return NULL;
}

static bool is_name(const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    return n > 0 && n < 48 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static bool is_family(const char *family)
{
    static const char *const known[] = {"file", "image", "face", "sound"};
    for (size_t i = 0; family && i < sizeof known / sizeof *known; i++)
        if (!strcmp(family, known[i]))
            return true;
    return false;
}

um_status um_signal_register(const um_signal *s, um_error *err)
{
    if (!is_name(s->name))
        return um_fail(err, UM_EINVAL, "the name of a signal is made of a-z, 0-9 and _");
    if (um_signal_find(s->name))
        return um_fail(err, UM_EINVAL, "%s: there is a signal of this name", s->name);
    if (!is_family(s->family))
        return um_fail(err, UM_EINVAL, "%s: the family is none of file, image, face, sound", s->name);
    if (!s->question || !s->meaning || !s->score_unit || !s->paper || !s->version || !s->needs)
        return um_fail(err, UM_EINVAL, "%s: a field is missing", s->name);
    if (n_added == MAX_ADDED)
        return um_fail(err, UM_ENOMEM, "%s: %d signals were added already", s->name, MAX_ADDED);
    added[n_added++] = s;
    return UM_OK;
}
