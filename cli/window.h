/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.h: pictures on the screen. The only place with SDL. */
#ifndef UM_WINDOW_H
#define UM_WINDOW_H
#include <unmask/image.h>

typedef struct um_window um_window;

bool um_window_possible(void); /* a display is named in the environment */
/* Scaled down to fit the screen. UM_EIO when there is no display. */
um_status um_window_open(um_window **out, const char *title, int width, int height, um_error *err);
/* Shows a gray or RGB picture at its time: waits until `t_s` on the clock of the window, which starts with
 * the first picture and stops in a pause. UM_ECANCELLED when the user closed the window (q, Esc). */
um_status um_window_show(um_window *window, const um_image *image, double t_s, um_error *err);
um_status um_window_wait(um_window *window); /* until the user closes it */
void um_window_close(um_window **window);
#endif
