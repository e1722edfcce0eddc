/* look.h: what a person looks like, for telling persons apart: cut of a scene, colour and texture, identity.
 */
#ifndef UM_LOOK_H
#define UM_LOOK_H
#include "faces/faces.h"

enum { UM_LOOK_SIDE = 12, UM_LOOK_N = UM_LOOK_SIDE * UM_LOOK_SIDE * 3, UM_EMBED_MAX = 1024 };

/* Colours of the aligned face relative to its brightness, unit length: cheap, tells faces of one scene apart.
 */
typedef struct um_look {
    float v[UM_LOOK_N];
} um_look;
um_status um_look_take(um_look *out, const um_image *rgb, const um_face *face, um_error *err);
float um_look_likeness(const um_look *a, const um_look *b); /* cosine, -1..1 */

/* Identity from the embedding network, unit length; n = 0 when there is no network. Dear. */
typedef struct um_identity {
    int n;
    float v[UM_EMBED_MAX];
} um_identity;
um_status um_identity_take(um_identity *out, um_face_finder *finder, const um_image *rgb, const um_face *face,
                           um_error *err);
float um_identity_likeness(const um_identity *a, const um_identity *b);
void um_unit_mix(float *mean, const float *v, int n,
                 float share); /* mean += share * (v - mean), unit length */

/* Remembers the last frame on a coarse grid; tells a hard cut. */
enum { UM_SCENE_W = 48, UM_SCENE_H = 27, UM_SCENE_BINS = 64 };
typedef struct um_scene {
    bool known;
    uint8_t grid[UM_SCENE_H * UM_SCENE_W * 3];
    float histogram[UM_SCENE_BINS];
} um_scene;
bool um_scene_cut(um_scene *scene, const um_image *rgb);
#endif
