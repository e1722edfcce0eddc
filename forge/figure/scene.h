/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene.h: figures, light and camera to pictures. */
#ifndef UM_SYNTH_SCENE_H
#define UM_SYNTH_SCENE_H
#include <unmask/image.h>

#include "figure/script.h"

typedef struct scene_options {
    int width, height;
    float cell;  /* of the figures, mm */
    int threads; /* 1..8 */
} scene_options;

/* What a picture shows of one person. */
typedef struct shot {
    moment_state state;
    float x[N_POINTS], y[N_POINTS]; /* pixels, centres at integers */
    bool visible[N_POINTS];
    float visible_share;  /* of what lies inside the box */
    float box[4];         /* of the 68 points: x, y, w, h */
    float ear;            /* mean eye aspect ratio of the drawn points */
    float translation[3]; /* camera frame (x right, y down, z away), mm, of the sculpture's origin */
} shot;

/* One moment as it is to be drawn. */
typedef struct staging {
    moment_state state[MAX_PERSONS];
    lighting light;
} staging;

typedef struct scene scene;
um_status scene_new(scene **out, const script *plan, const scene_options *opt, um_error *err);
void scene_free(scene **s);
/* `index` seeds the sensor noise. */
um_status scene_draw(scene *s, um_image *rgb, double t_s, int64_t index, shot shots[MAX_PERSONS],
                     um_error *err);
/* What the script says of a moment, and drawing any other. */
staging scene_staging(const scene *s, double t_s);
um_status scene_draw_staging(scene *s, um_image *rgb, const staging *g, int64_t index,
                             shot shots[MAX_PERSONS], um_error *err);
/* Jaw points that the head hides from the last picture go to the outline of the cheek in front of them, where
 * people who annotate pictures set them. True for a point that moved. */
void scene_outline(const scene *s, int who, shot *h, bool moved[N_POINTS]);
/* A picture of the scene's size behind the figures. */
void scene_backdrop(scene *s, const um_image *rgb);
double scene_focal_px(const scene *s);
#define SCENE_NOISE_LEVELS 1.1 /* sigma of the sensor noise */
#define SCENE_FOCAL 2.2f       /* focal length / height of the picture */
#define SCENE_CAMERA_Z 860.f   /* mm */
#define SCENE_CAMERA_Y (-30.f)
#endif
