/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lazy.c: libraries loaded when they are first needed. */
#include "base/lazy.h"
#include <dlfcn.h>
#include <string.h>

bool um_lazy_load(void *functions, const char *library, const char *const *names, int n)
{
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL); /* stays until the process ends */
    if (!handle)
        return false;
    for (int i = 0; i < n; i++) {
        void *f = dlsym(handle, names[i]);
        if (!f)
            return false;
        memcpy((char *)functions + (size_t)i * sizeof f, &f, sizeof f); /* all pointers are alike in POSIX */
    }
    return true;
}
