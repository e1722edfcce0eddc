/* SPDX-License-Identifier: GPL-3.0-or-later */
/* annotate.c: faces drawn into a picture. */
#include "base/base.h"
#include "media/draw.h"
#include "report/palette.h"
#include <math.h>
#include <unmask/annotate.h>

um_status um_faces_draw(um_image *rgb, const um_faces *faces, um_error *err)
{
    if (rgb->pixel != UM_RGB24)
        return um_fail(err, UM_EINVAL, "faces are drawn into RGB pictures");
    float width = fmaxf(1, (float)(rgb->width + rgb->height) / 1200);
    int scale = (int)fmaxf(1, width);
    for (int i = 0; i < faces->n; i++) {
        const um_face *f = &faces->face[i];
        uint32_t colour = um_person_colour(f->person < 0 ? i : f->person);
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
