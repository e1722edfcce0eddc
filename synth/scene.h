/* scene.h: figures, light and camera to pictures. */
#ifndef UM_SYNTH_SCENE_H
#define UM_SYNTH_SCENE_H
#include <unmask/image.h>

#include "script.h"

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
    float box[4];         /* of the 68 points: x, y, w, h */
    float ear;            /* mean eye aspect ratio of the drawn points */
    float translation[3]; /* camera frame (x right, y down, z away), mm, of the sculpture's origin */
} shot;

typedef struct scene scene;
um_status scene_new(scene **out, const script *plan, const scene_options *opt, um_error *err);
void scene_free(scene **s);
/* `index` seeds the sensor noise. */
um_status scene_draw(scene *s, um_image *rgb, double t_s, int64_t index, shot shots[MAX_PERSONS],
                     um_error *err);
double scene_focal_px(const scene *s);
#define SCENE_NOISE_LEVELS 1.1 /* sigma of the sensor noise */
#endif
