/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faces.c: the faces of a picture, or of the first frame of a video, as upright crops face-1.png, face-2.png,
 * ...
 *
 *     cc faces.c $(pkg-config --cflags --libs unmask) -o faces && ./faces group.jpg */
#include <stdio.h>
#include <unmask/unmask.h>

static um_status write_faces(um_face_finder *finder, const um_image *rgb, um_error *err)
{
    um_faces faces = {0};
    um_status st = um_face_find(finder, rgb, &faces, err);
    for (int i = 0; i < faces.n && st == UM_OK; i++) {
        const um_face *face = &faces.face[i];
        um_image *crop = NULL;
        char name[32];
        snprintf(name, sizeof name, "face-%d.png", i + 1);
        if ((st = um_face_crop(&crop, rgb, face, 256, 1.5f, err)) == UM_OK)
            st = um_image_write_png(crop, name, NULL, err);
        if (st == UM_OK)
            printf("%s: score %.2f, turned by %.0f degrees, quality %.2f\n", name, face->score,
                   face->pose.yaw_deg, face->quality.overall);
        um_image_free(&crop);
    }
    um_faces_clear(&faces);
    return st;
}

int main(int argc, char **argv)
{
    um_error err = {0};
    um_source *source = NULL;
    um_moment *moment = NULL;
    um_face_finder *finder = NULL;
    const um_source_options wanted = {.want = UM_WANT_RGB};
    const um_face_options options = {0};
    um_status st;

    if (argc != 2) {
        fputs("usage: faces FILE\n", stderr);
        return 2;
    }
    if ((st = um_face_finder_new(&finder, &options, &err)) == UM_OK &&
        (st = um_source_open(&source, argv[1], &wanted, &err)) == UM_OK &&
        (st = um_source_next(&moment, source, &err)) == UM_OK)
        st = write_faces(finder, moment->frame->rgb, &err);
    if (st < 0)
        fprintf(stderr, "%s\n", err.text);
    um_moment_free(&moment);
    um_source_close(&source);
    um_face_finder_free(&finder);
    return st == UM_OK ? 0 : 1;
}
