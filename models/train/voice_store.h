/* SPDX-License-Identifier: GPL-3.0-or-later */
/* voice_store.h: recordings decoded once: mono, 16 kHz, 16 bits, without the silence at both ends, the peak
 * near full scale, one file each in a folder. A file is named after the path, size and time of its recording;
 * one that was cut short by a crash never gets its name. */
#ifndef UNMASK_VOICE_STORE_H
#define UNMASK_VOICE_STORE_H
#include "base/base.h"

enum { VOICE_STORE_HZ = 16000 };

/* Decodes the recording if that was not done before; at most its first 20 s. */
um_status voice_store_length(int *n, const char *folder, const char *path, um_error *err);
um_status voice_store_read(float *out, const char *folder, const char *path, int start, int n, um_error *err);
#endif
