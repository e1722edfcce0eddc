/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn.h: pictures back to how they lie in their file. `degrees`: clockwise, by which the picture that is
 * shown was turned (um_media.rotation_deg): 0, 90, 180 or 270. */
#ifndef UM_TURN_H
#define UM_TURN_H
#include <unmask/image.h>

/* The stored pixel under pixel (x, y) of the shown picture of width x height. */
void um_stored_at(int degrees, int width, int height, int x, int y, int *stored_x, int *stored_y);
/* Of UM_GRAY8. UM_ENOMEM. */
um_status um_image_turn_back(um_image **out, const um_image *shown, int degrees, um_error *err);
#endif
