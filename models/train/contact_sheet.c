/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contact_sheet.c: contact sheets of what the networks are trained on, with the answers drawn in. */
#include "contact_sheet.h"
#include "base/base.h"
#include "media/draw.h"
#include <string.h>
#include <unmask/sink.h>

um_status sheet_new(um_image **out, int columns, int rows, int side, um_error *err)
{
    um_status st = um_image_new(out, columns * side, rows * side, UM_RGB24, err);
    for (int y = 0; st == UM_OK && y < (*out)->height; y++)
        memset((*out)->data + y * (*out)->stride, 0, (size_t)(*out)->width * 3);
    return st;
}

void sheet_put(um_image *sheet, const um_image *cell, int at, int side)
{
    int columns = sheet->width / side, x0 = at % columns * side, y0 = at / columns * side;
    um_image *big = NULL;
    if (um_image_crop_resize(&big, cell, (um_rect){0, 0, (float)cell->width, (float)cell->height}, side, side,
                             NULL) < 0)
        return;
    for (int y = 0; y < side && y0 + y < sheet->height; y++)
        memcpy(sheet->data + (y0 + y) * sheet->stride + 3 * x0, big->data + y * big->stride,
               (size_t)side * 3);
    um_image_free(&big);
}

um_status sheet_landmarks(const landmark_set *set, const sample_mix *mix, const char *path, um_error *err)
{
    enum { COLUMNS = 8, ROWS = 6, SIDE = 224 };
    um_image *sheet, *cell;
    um_status st = sheet_new(&sheet, COLUMNS, ROWS, SIDE, err);
    for (int i = 0; i < COLUMNS * ROWS && st == UM_OK; i++) {
        landmark_truth t;
        int item = (int)((long)i * set->n / (COLUMNS * ROWS));
        if ((st = landmark_sample(&cell, &t, set, item, (uint64_t)i + 1, i >= COLUMNS ? mix : NULL, err)) < 0)
            break;
        sheet_put(sheet, cell, i, SIDE);
        for (int k = 0; k < UM_N_LANDMARKS && t.is_face; k++) {
            um_point p = {(float)(i % COLUMNS) * SIDE + t.points[k].x * SIDE - .5f,
                          (float)(i / COLUMNS) * SIDE + t.points[k].y * SIDE - .5f};
            um_draw_disc(sheet, p, 1.6f,
                         k < 17   ? 0x40ff40
                         : k < 27 ? 0xffff00
                         : k < 36 ? 0x40c0ff
                         : k < 42 ? 0xff4040
                         : k < 48 ? 0xff40ff
                                  : 0xff9020);
        }
        um_image_free(&cell);
    }
    if (st == UM_OK)
        st = um_image_write_png(sheet, path, "training samples", err);
    um_image_free(&sheet);
    return st;
}

um_status sheet_detector(const photos *p, const sample_mix *mix, const char *path, um_error *err)
{
    enum { COLUMNS = 6, ROWS = 4, SIDE = DETECTOR_SIDE };
    um_image *sheet, *cell;
    um_status st = sheet_new(&sheet, COLUMNS, ROWS, SIDE, err);
    for (int i = 0; i < COLUMNS * ROWS && st == UM_OK; i++) {
        det_truth t;
        float x0 = (float)(i % COLUMNS) * SIDE, y0 = (float)(i / COLUMNS) * SIDE;
        if ((st = detector_sample(&cell, &t, p, false, mix, SIDE, (uint64_t)i + 1, err)) < 0)
            break;
        sheet_put(sheet, cell, i, SIDE);
        for (int k = 0; k < t.n; k++) {
            um_rect b = t.face[k].box;
            um_draw_rect(sheet, (um_rect){x0 + b.x - .5f, y0 + b.y - .5f, b.w, b.h}, 1.5f,
                         t.face[k].ignore ? 0xff4040 : 0x40ff40);
            for (int j = 0; j < DET_POINTS && t.face[k].has_five; j++)
                um_draw_disc(sheet,
                             (um_point){x0 + t.face[k].five[j].x - .5f, y0 + t.face[k].five[j].y - .5f}, 1.5f,
                             j == 0 || j == 3 ? 0xff40ff : 0xffff00);
        }
        um_image_free(&cell);
    }
    if (st == UM_OK)
        st = um_image_write_png(sheet, path, "training samples", err);
    um_image_free(&sheet);
    return st;
}
