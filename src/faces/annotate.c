/* annotate.c: faces for people (drawn) and for programs (JSON). */
#include "faces/faces.h"
#include "media/draw.h"

um_status um_faces_draw(um_image *rgb, const um_faces *faces, um_error *err)
{
    /* told apart on skin and by the colour-blind (Okabe and Ito, 2008) */
    static const uint32_t colours[] = {0x56B4E9, 0xE69F00, 0x009E73, 0xF0E442, 0xCC79A7, 0xD55E00};
    if (rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "faces are drawn into RGB pictures");
    float width = fmaxf(1, (float)(rgb->width + rgb->height) / 1200);
    int scale = (int)fmaxf(1, width);
    for (int i = 0; i < faces->n; i++) {
        const um_face *f = &faces->face[i];
        uint32_t colour = colours[(f->person < 0 ? i : f->person) % 6];
        char label[64];
        um_draw_rect(rgb, f->box, width, colour);
        for (int k = 0; f->has_points && k < UM_N_LANDMARKS; k++)
            um_draw_disc(rgb, f->points[k], fmaxf(0.8f, fminf(width, f->box.h / 120)), colour);
        if (f->person >= 0)
            snprintf(label, sizeof label, "person %d  q %.2f", f->person + 1, f->quality.overall);
        else
            snprintf(label, sizeof label, "%.2f  q %.2f", f->score, f->quality.overall);
        float h = (float)((UM_TEXT_HEIGHT + 2) * scale), y = f->box.y > h ? f->box.y - h : f->box.y;
        um_draw_fill(rgb, (um_rect){f->box.x, y, (float)um_text_width(label, scale) + 2 * (float)scale, h}, 0,
                     0.6f);
        um_draw_text(rgb, (int)f->box.x + scale, (int)y + scale, scale, colour, label);
    }
    return UM_OK;
}

static um_json *numbers(const float *v, int n, int digits)
{
    um_json *a = um_json_array();
    for (int i = 0; i < n; i++)
        um_json_add_num(a, v[i], digits);
    return a;
}

static um_json *face_json(const um_face *f)
{
    um_json *j = um_json_object();
    if (f->person >= 0)
        um_json_set_int(j, "person", f->person + 1); /* as drawn */
    um_json_set_num(j, "score", f->score, 4);
    um_json_set(j, "box", numbers(&f->box.x, 4, 6));
    um_json_set(j, "five", numbers(&f->five[0].x, 10, 6));
    if (!f->has_points)
        return j;
    um_json_set(j, "points", numbers(&f->points[0].x, 2 * UM_N_LANDMARKS, 6));
    um_json *pose = um_json_object(), *quality = um_json_object();
    if (!isnan(f->confidence)) {
        um_json_set_num(j, "confidence", f->confidence, 4);
        um_json_set(j, "eye_opening", numbers(f->eye_opening, 2, 3));
    }
    um_json_set_num(pose, "yaw_deg", f->pose.yaw_deg, 4);
    um_json_set_num(pose, "pitch_deg", f->pose.pitch_deg, 4);
    um_json_set_num(pose, "roll_deg", f->pose.roll_deg, 4);
    um_json_set(pose, "translation_mm", numbers(f->pose.translation, 3, 5));
    um_json_set_num(pose, "error_px", f->pose.error_px, 3);
    um_json_set(j, "pose", pose);
    um_json_set_num(quality, "eye_distance_px", f->quality.eye_distance_px, 4);
    um_json_set_num(quality, "sharpness", f->quality.sharpness, 3);
    um_json_set_num(quality, "frontal", f->quality.frontal, 3);
    um_json_set_num(quality, "visible", f->quality.visible, 3);
    um_json_set_num(quality, "compression", f->quality.compression, 3);
    um_json_set_num(quality, "overall", f->quality.overall, 3);
    um_json_set(j, "quality", quality);
    return j;
}

um_status um_faces_json(char **out, const char *path, const um_frame *frame, const um_faces *faces,
                        um_error *err)
{
    um_json *j = um_json_object(), *list = um_json_array();
    um_json_set_text(j, "file", path);
    um_json_set_int(j, "frame", frame->index);
    um_json_set_num(j, "t_s", frame->t_s, 9);
    for (int i = 0; i < faces->n; i++)
        um_json_add(list, face_json(&faces->face[i]));
    um_json_set(j, "faces", list);
    um_status st = um_json_text(out, j, 0, err);
    um_json_free(&j);
    return st;
}
