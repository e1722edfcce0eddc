/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gallery.h: pictures of those persons who were seen most. A long recording shows hundreds of persons; a
 * picture of each would grow with its length. */
#ifndef UM_GALLERY_H
#define UM_GALLERY_H
#include <unmask/image.h>

enum { UM_GALLERY_MOST = 64 };

typedef struct um_gallery {
    int most; /* places, at most UM_GALLERY_MOST */
    int n;
    struct um_portrait {
        int person;
        int64_t seen;
        um_image *picture;
    } shown[UM_GALLERY_MOST];
} um_gallery;

/* Says that a person was seen `seen` times so far. Returns where the picture is kept (at first NULL inside),
 * valid until the next call, or NULL: all places belong to persons seen as often or more. */
um_image **um_gallery_place(um_gallery *g, int person, int64_t seen);
um_image *um_gallery_of(const um_gallery *g, int person); /* borrowed, may be NULL */
void um_gallery_clear(um_gallery *g);
#endif
