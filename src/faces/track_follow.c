/* SPDX-License-Identifier: GPL-3.0-or-later */
/* track_follow.c: one track from frame to frame. */
#include "faces/landmarks.h"
#include "faces/track.h"
#include "faces/vector.h"
#include "media/geometry.h"
#include <string.h>

/* From one frame to the next; below, the detector is asked. By eye. */
static const float FOLLOW_SIMILARITY = 0.55f;
/* How uncertain a place is that looks like somebody else (1 - similarity), after the noise by confidence of
 * Du et al., "GIAOTracker", ICCVW 2021: who is being hidden keeps his course. By eye. */
static const float DOUBT = 10;

float um_box_size(um_rect r)
{
    return fmaxf(1, sqrtf(fmaxf(0, r.w * r.h)));
}

void um_track_predict(um_track *t, bool cut)
{
    if (cut) {
        t->position_unknown = true;
        t->state = t->state == UM_TRACKED ? UM_LOST : t->state;
    }
    if (cut || t->time_since_update > UM_MAX_AGE)
        um_motion_rest(&t->motion);
    um_motion_predict(&t->motion);
    t->followed = t->unreliable = t->occluded = t->detected = false;
    t->cut_of_seen = NULL;
}

/* A follow that does not look like this person a moment ago is unreliable. */
static bool is_unreliable(const um_track *t, um_rect predicted)
{
    const um_face *f = &t->seen;
    float eyes = fmaxf(1, f->quality.eye_distance_px), grown = um_box_size(f->box) / um_box_size(predicted);
    float moved = um_point_distance(um_rect_centre(f->box), um_rect_centre(predicted));
    return f->pose.error_px > 0.3f * eyes || grown < 0.75f || grown > 1.33f ||
           moved > 0.5f * um_box_size(t->face.box) ||
           um_appearance_similarity(&t->now, &t->appearance) < FOLLOW_SIMILARITY || !um_face_believed(f) ||
           f->trust < 0.5f;
}

um_status um_track_follow(um_face_tracker *tr, um_track *t, const um_image *rgb, um_error *err)
{
    um_point before[68];
    um_landmarks seen;
    um_status st;
    um_rect predicted = um_motion_box(&t->motion);
    um_point from = um_rect_centre(t->face.box), to = um_rect_centre(predicted);
    float grown = um_box_size(predicted) / um_box_size(t->face.box);
    for (int i = 0; i < 68; i++)
        before[i] = (um_point){to.x + grown * (t->face.points[i].x - from.x),
                               to.y + grown * (t->face.points[i].y - from.y)};
    memset(&t->seen, 0, sizeof t->seen);
    t->seen.score = t->face.score;
    t->cut.frame = rgb;
    if ((st = um_landmarks_follow(tr->finder->net[UM_ROLE_LANDMARKS], &t->cut, before, &seen, err)) < 0 ||
        (st = um_face_complete(&t->seen, &seen, &t->cut, err)) < 0 ||
        (st = um_appearance_take(&t->now, &t->cut, &t->seen, err)) < 0)
        return st;
    t->followed = true;
    t->cut_of_seen = &t->cut;
    t->unreliable = is_unreliable(t, predicted);
    return UM_OK;
}

void um_track_update(um_track *t)
{
    if (t->hits == 0 || t->position_unknown) {
        um_motion_begin(&t->motion, t->seen.box);
    } else {
        float similarity = fminf(1, um_appearance_similarity(&t->now, &t->appearance));
        um_motion_update(&t->motion, t->seen.box, 1 + DOUBT * (1 - similarity));
    }
    t->face = t->seen;
    t->time_since_update = 0;
    t->position_unknown = false;
    t->hits++;
    if (!t->occluded && !t->unreliable && (!t->seen.has_points || t->seen.quality.visible > 0.3f))
        um_vector_average(t->appearance.v, t->now.v, UM_APPEARANCE_N, 0.1f);
}
