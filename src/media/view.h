/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view.h: a part of a picture without a copy. */
#ifndef UM_VIEW_H
#define UM_VIEW_H
#include <unmask/image.h>

/* The pixels stay those of `image`, which lives on until the view is freed; rows start anywhere. UM_EINVAL
 * for a part that does not lie inside. */
um_status um_image_view(um_image **out, const um_image *image, int x, int y, int width, int height,
                        um_error *err);
#endif
