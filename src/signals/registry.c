/* registry.c: the table of signals, from the list in meson.build. */
#include <string.h>
#include <unmask/signal.h>

#define X(name) extern const um_signal um_signal_##name;
#include "signal_list.h"
#undef X

static const um_signal *const table[] = {
#define X(name) &um_signal_##name,
#include "signal_list.h"
#undef X
    NULL,
};

int um_signal_count(void)
{
    return (int)(sizeof table / sizeof *table) - 1;
}

const um_signal *um_signal_at(int i)
{
    return i >= 0 && i < um_signal_count() ? table[i] : NULL;
}

const um_signal *um_signal_find(const char *name)
{
    for (int i = 0; table[i]; i++)
        if (!strcmp(table[i]->name, name))
            return table[i];
    return NULL;
}
