/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lazy.h: libraries that few runs need are loaded when they are first called for. Loading one with all that
 * it depends on takes up to 30 ms, which every other run is spared. */
#ifndef UM_LAZY_H
#define UM_LAZY_H
#include <pthread.h>
#include <stdbool.h>

/* Sets n pointers to functions; false if the library or one of them is missing. */
bool um_lazy_load(void *functions, const char *library, const char *const *names, int n);

#define UM_LAZY_POINTER(name) __typeof__(name) *name;
#define UM_LAZY_NAME(name) #name,
/* For a macro that applies its argument to each function of a library: `lib.name` are those functions, to be
 * called after lib_loads() has returned true. */
#define UM_LAZY_LIBRARY(library, FUNCTIONS)                                              \
    static struct {                                                                      \
        FUNCTIONS(UM_LAZY_POINTER)                                                       \
    } lib;                                                                               \
    static bool lib_is_there;                                                            \
    static void lib_load(void)                                                           \
    {                                                                                    \
        static const char *const names[] = {FUNCTIONS(UM_LAZY_NAME)};                    \
        lib_is_there = um_lazy_load(&lib, library, names, sizeof names / sizeof *names); \
    }                                                                                    \
    static bool lib_loads(void)                                                          \
    {                                                                                    \
        static pthread_once_t once = PTHREAD_ONCE_INIT;                                  \
        pthread_once(&once, lib_load);                                                   \
        return lib_is_there;                                                             \
    }
#endif
