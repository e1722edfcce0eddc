/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contact_sheet.h: contact sheets of training samples, to look at. */
#ifndef UNMASK_CONTACT_SHEET_H
#define UNMASK_CONTACT_SHEET_H
#include "detector_sample.h"
#include "landmark_sample.h"

um_status sheet_new(um_image **out, int columns, int rows, int side, um_error *err);
void sheet_put(um_image *sheet, const um_image *cell, int at, int side);
um_status sheet_landmarks(const landmark_set *set, const sample_mix *mix, const char *path, um_error *err);
um_status sheet_detector(const photos *p, const sample_mix *mix, const char *path, um_error *err);
#endif
