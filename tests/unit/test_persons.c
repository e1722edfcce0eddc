/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's picture is the first one until a clearly better one comes: 1.05 times its quality. */
#include "../check.h"
#include "base/base.h"
#include "results/persons.h"
#include <string.h>

static void add(um_results *r, um_gallery *portraits, int level, float quality)
{
    um_image *rgb = NULL;
    um_face face = {
        .score = 1, .box = {20, 20, 60, 60}, .five = {{38, 40}, {62, 40}, {50, 52}, {38, 65}, {62, 65}}};
    um_faces faces = {1, &face};
    face.quality.overall = quality;
    CHECK(um_image_new(&rgb, 100, 100, UM_RGB24, NULL) == UM_OK);
    for (int y = 0; y < 100; y++)
        memset(rgb->data + y * rgb->stride, level, 300);
    um_frame frame = {.rgb = rgb, .t_s = level, .duration_s = 1};
    CHECK(um_persons_add(r, portraits, &frame, &faces, NULL) == UM_OK);
    um_image_free(&rgb);
}

static int level_shown(const um_gallery *portraits)
{
    um_image *picture = um_gallery_of(portraits, 0);
    return picture ? picture->data[0] : -1;
}

int main(void)
{
    um_results *r = um_calloc(1, sizeof *r);
    um_gallery portraits = {.most = 1};
    if (!r)
        return 1;
    add(r, &portraits, 10, .5f);
    CHECK(level_shown(&portraits) == 10);
    add(r, &portraits, 20, .524f); /* 1.048 times: not enough */
    CHECK(level_shown(&portraits) == 10);
    add(r, &portraits, 30, .526f); /* 1.052 times */
    CHECK(level_shown(&portraits) == 30);
    add(r, &portraits, 40, .55f); /* of the new best: 1.046 times */
    CHECK(level_shown(&portraits) == 30);
    CHECK(r->n_persons == 1 && r->person[0].n_frames == 4);
    um_gallery_clear(&portraits);
    free(r->person);
    free(r);
    return check_done();
}
