/* SPDX-License-Identifier: GPL-3.0-or-later */
/** annotate.h: faces for people (drawn) and for programs (JSON). */
#ifndef UNMASK_ANNOTATE_H
#define UNMASK_ANNOTATE_H

#include <unmask/faces.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Draws boxes, points and labels of faces into a picture (RGB). */
UM_API um_status um_faces_draw(um_image *rgb, const um_faces *faces, um_error *err);
/** One line of JSON: file, frame, time, and each face with its person (numbered from 1, as drawn), box,
 * points, pose and quality. Caller frees. */
UM_API um_status um_faces_json(char **out, const char *path, const um_frame *frame, const um_faces *faces,
                               um_error *err);

#ifdef __cplusplus
}
#endif
#endif
