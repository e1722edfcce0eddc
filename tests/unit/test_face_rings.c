/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rings of the mean face against numbers worked out by hand, and what their cells hold. */
#include "../check.h"
#include "made_rings.h"

static void geometry(void)
{
    const um_face face = mean_face(150, 120, 2);
    CHECK_NEAR(um_ring_centre(&face).y, 120 + 2 * 22.7, 1e-3);
    CHECK_NEAR(um_ring_reach(&face, (float)M_PI / 2), 2 * (113.7 - 22.7), 1e-2); /* the chin */
    /* to the right between points 15 (72.7, 19.8) and 14 (70.5, 38.6) */
    CHECK_NEAR(um_ring_reach(&face, 0), 2 * (72.7 - 2.2 * 2.9 / 18.8), 1e-2);
    CHECK_NEAR(um_ring_reach(&face, -(float)M_PI / 2 + 1e-4f), 2 * (22.7 + 23.4 + 137.1 / 3), .1);
    um_face turned = face;
    for (int i = 0; i < 17; i++) /* the whole contour to the right of the nose */
        turned.points[i].x += 400;
    CHECK(um_ring_reach(&turned, (float)M_PI) == 0);
}

static void cells(void)
{
    const made_ring plain[] = {{0, 2, {150, 100, 90}}, {10, 4, {80, 120, 60}}, {UM_RINGS, 0, {0}}};
    um_face face = mean_face(150, 127, 1);
    um_image *image = rings_picture(300, &face, plain), *gray = NULL;
    um_products *products = NULL;
    um_face_rings rings;
    bool seen = false;
    CHECK(um_image_to_gray(&gray, image, NULL) == UM_OK);
    um_frame frame = {.rgb = image, .gray = gray};
    CHECK(um_products_new(&products, NULL, &frame, NULL, NULL, NULL) == UM_OK);
    CHECK(um_face_rings_measure(rings, &seen, &frame, &face, products, NULL) == UM_OK && seen);
    const um_ring_cell *in = &rings[6][3], *out = &rings[14][20];
    CHECK_NEAR(in->rgb[0], 150, 1);
    CHECK_NEAR(in->rgb[1], 100, 1);
    CHECK_NEAR(in->luma, .299 * 150 + .587 * 100 + .114 * 90, 1);
    CHECK_NEAR(out->rgb[2], 60, 2);
    /* white noise passes the residual as it is; Sobel's absolute value is 2 sqrt(12) sqrt(2 / pi) sigma */
    double noise[2] = {0}, gradient[2] = {0};
    for (int s = 0; s < UM_RING_SECTORS; s++)
        for (int k = 0; k < 2; k++) {
            noise[k] += rings[k ? 15 : 7][s].noise / UM_RING_SECTORS;
            gradient[k] += rings[k ? 15 : 7][s].gradient / UM_RING_SECTORS;
        }
    CHECK_NEAR(noise[0], 2, .2);
    CHECK_NEAR(noise[1], 4, .3);
    CHECK_NEAR(gradient[0], 2 * sqrt(12) * sqrt(2 / M_PI) * 2, .6);
    CHECK_NEAR(gradient[1], 2 * sqrt(12) * sqrt(2 / M_PI) * 4, 1.2);
    CHECK_NEAR(um_ring_db(.75, .25), 20 * log10(4), 1e-12);
    CHECK_NEAR(um_ring_noise_db(rings, 5, 9, -1), um_ring_db(2, .25), .5);
    CHECK_NEAR(um_ring_gradient_db(rings, 12, 16, -1), um_ring_db(4 * 5.528, 2), .5);
    for (int s = 0; s < UM_RING_SECTORS; s++)
        rings[4][s].n = s == 5 ? 6 : 5;
    rings[4][5].noise = 1;
    CHECK_NEAR(um_ring_noise_db(rings, 4, 5, -1), um_ring_db(1, .25), 1e-12);
    CHECK(isnan(um_ring_noise_db(rings, 4, 5, 6)));
    um_face bad = face;
    bad.points[29].x = NAN;
    CHECK(um_face_rings_measure(rings, &seen, &frame, &bad, products, NULL) == UM_OK && !seen);
    bad = face;
    bad.points[8].x = INFINITY;
    CHECK(um_face_rings_measure(rings, &seen, &frame, &bad, products, NULL) == UM_OK && !seen);
    um_products_free(&products);

    /* the picture: nothing where the value is 0, six tenths of orange where it is 1; right of the nose is
     * sector 0 */
    double value[UM_RINGS][UM_RING_SECTORS] = {{0}};
    um_image *picture = NULL, *plainer = NULL;
    for (int k = 10; k < 20; k++)
        value[k][0] = k == 19 ? NAN : 7;
    CHECK(um_face_rings_picture(&picture, image, &face, value, 160, NULL) == UM_OK);
    value[10][0] = 0;
    for (int k = 10; k < 20; k++)
        value[k][0] = 0;
    CHECK(um_face_rings_picture(&plainer, image, &face, value, 160, NULL) == UM_OK);
    int changed = 0, left = 0;
    for (int y = 0; y < 160; y++)
        for (int x = 0; x < 160; x++) {
            const uint8_t *a = picture->data + y * picture->stride + 3 * x,
                          *b = plainer->data + y * plainer->stride + 3 * x;
            if (a[0] != b[0] || a[1] != b[1] || a[2] != b[2]) {
                changed++;
                left += x < 80 || y < 79;
                CHECK_NEAR(a[0], b[0] + .6 * (255 - b[0]), .6);
            }
        }
    CHECK(changed > 50 && left == 0);
    um_image_free(&picture);
    um_image_free(&plainer);
    um_image_free(&image);
    um_image_free(&gray);
}

int main(void)
{
    geometry();
    cells();
    return check_done();
}
