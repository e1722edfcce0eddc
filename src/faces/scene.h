/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene.h: hard cuts of a video. */
#ifndef UM_SCENE_H
#define UM_SCENE_H
#include <unmask/image.h>

/* Remembers the last frame on a coarse grid. */
enum { UM_SCENE_WIDTH = 48, UM_SCENE_HEIGHT = 27, UM_SCENE_BINS = 64 };
typedef struct um_scene {
    bool known;
    uint8_t grid[UM_SCENE_HEIGHT * UM_SCENE_WIDTH * 3];
    float histogram[UM_SCENE_BINS];
} um_scene;
bool um_scene_cut(um_scene *scene, const um_image *rgb); /* is this frame the first of another scene? */
#endif
