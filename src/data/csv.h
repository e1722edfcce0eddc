/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.h: comma-separated values by RFC 4180, read strictly, from files that may be hostile.
 *
 * The first record names the columns; every other has as many fields. Lines end in CRLF or LF; a field in
 * quotes may hold commas, line ends and doubled quotes; a byte order mark is passed over. What is none of
 * this (a stray quote, a zero byte, a field too many) is UM_EFORMAT with the number of its line. */
#ifndef UM_DATA_CSV_H
#define UM_DATA_CSV_H
#include "base/base.h"

enum { UM_CSV_COLUMNS = 256 };
#define UM_CSV_BYTES ((size_t)512 << 20)

typedef struct um_csv {
    char *path, *text, *at, *end;
    size_t line;      /* on which the record in `field` began, from 1 */
    size_t next_line; /* on which the next one does */
    size_t n_columns;
    char *column[UM_CSV_COLUMNS];
    char *field[UM_CSV_COLUMNS]; /* of the record read last; live as long as the um_csv */
} um_csv;

/* UM_EIO, UM_ENOMEM (more than UM_CSV_BYTES), UM_EFORMAT: no header, a column without a name or named twice,
 * too many columns. To be freed also after a failure. */
um_status um_csv_open(um_csv *out, const char *path, um_error *err);
void um_csv_free(um_csv *csv);
/* The next record into `field`; UM_EOF after the last. */
um_status um_csv_next(um_csv *csv, um_error *err);
/* Index of a column, -1 when there is none of that name. */
int um_csv_column(const um_csv *csv, const char *name);
/* A field of the record read last; "" for column -1. */
const char *um_csv_field(const um_csv *csv, int column);
/* A field as it is to be written, in quotes where it needs them. */
void um_csv_put(um_buf *b, const char *text);
#endif
