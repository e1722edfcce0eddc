/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz.h: what the fuzz targets share. A target is one function that takes any bytes; with the option `fuzz`
 * it is linked with libFuzzer, else with replay.c, which runs it over files. */
#ifndef UM_FUZZ_H
#define UM_FUZZ_H
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The bytes as a file in memory: a path that lives until the next call. Aborts when there is none. */
const char *fuzz_file(const uint8_t *data, size_t n);
#endif
