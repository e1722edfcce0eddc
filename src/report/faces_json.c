/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faces_json.c: faces for programs, one line of JSON. */
#include "base/json_write.h"
#include <math.h>
#include <unmask/annotate.h>

static void put_numbers(um_json_writer *w, const char *key, const float *v, int n, int digits)
{
    um_json_put_array(w, key);
    for (int i = 0; i < n; i++)
        um_json_put_num(w, NULL, v[i], digits);
    um_json_put_end(w);
}

static void put_face(um_json_writer *w, const um_face *f)
{
    um_json_put_object(w, NULL);
    if (f->person >= 0)
        um_json_put_int(w, "person", f->person + 1); /* as drawn */
    um_json_put_num(w, "score", f->score, 4);
    put_numbers(w, "box", &f->box.x, 4, 6);
    put_numbers(w, "five", &f->five[0].x, 10, 6);
    if (f->has_points) {
        put_numbers(w, "points", &f->points[0].x, 2 * UM_N_LANDMARKS, 6);
        if (!isnan(f->confidence)) {
            um_json_put_num(w, "confidence", f->confidence, 4);
            put_numbers(w, "eye_opening", f->eye_opening, 2, 3);
        }
        if (!isnan(f->trust))
            um_json_put_num(w, "trust", f->trust, 4);
        um_json_put_object(w, "pose");
        um_json_put_num(w, "yaw_deg", f->pose.yaw_deg, 4);
        um_json_put_num(w, "pitch_deg", f->pose.pitch_deg, 4);
        um_json_put_num(w, "roll_deg", f->pose.roll_deg, 4);
        put_numbers(w, "translation_mm", f->pose.translation, 3, 5);
        um_json_put_num(w, "error_px", f->pose.error_px, 3);
        um_json_put_end(w);
        um_json_put_object(w, "quality");
        um_json_put_num(w, "eye_distance_px", f->quality.eye_distance_px, 4);
        um_json_put_num(w, "sharpness", f->quality.sharpness, 3);
        um_json_put_num(w, "frontal", f->quality.frontal, 3);
        um_json_put_num(w, "visible", f->quality.visible, 3);
        um_json_put_num(w, "compression", f->quality.compression, 3);
        um_json_put_num(w, "overall", f->quality.overall, 3);
        um_json_put_end(w);
    }
    um_json_put_end(w);
}

um_status um_faces_json(char **out, const char *path, const um_frame *frame, const um_faces *faces,
                        um_error *err)
{
    enum { JSON_MAX = 16 << 20 };
    um_buf b;
    um_buf_init(&b, JSON_MAX);
    um_json_writer w = um_json_writer_to(&b, 0);
    um_json_put_object(&w, NULL);
    um_json_put_text(&w, "file", path);
    um_json_put_int(&w, "frame", frame->index);
    um_json_put_num(&w, "t_s", frame->t_s, 9);
    um_json_put_array(&w, "faces");
    for (int i = 0; i < faces->n; i++)
        put_face(&w, &faces->face[i]);
    um_json_put_end(&w);
    um_json_put_end(&w);
    *out = um_buf_take(&b);
    return *out ? UM_OK : um_fail_oom(err);
}
