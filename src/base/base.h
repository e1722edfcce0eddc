/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base.h: errors, memory, growing text, atomic files. Knows no media. */
#ifndef UM_BASE_H
#define UM_BASE_H

#include <stdio.h>
#include <unmask/types.h>

/* Fills err (may be NULL) and returns code, so that callers write: return um_fail(err, UM_EIO, "%s: ...",
 * path); */
um_status um_fail(um_error *err, um_status code, const char *format, ...) UM_PRINTF(3, 4);
um_status um_fail_oom(um_error *err);
/* The same with ": " and what errno says behind the line; errno as it was when called. */
um_status um_fail_errno(um_error *err, um_status code, const char *format, ...) UM_PRINTF(3, 4);

/* Zeroed memory; NULL when n * size overflows, exceeds UM_ALLOC_MAX or memory is exhausted. Free with free().
 */
#define UM_ALLOC_MAX ((size_t)1 << 33)
void *um_calloc(size_t n, size_t size);
/* Zeroed, 64-byte aligned. Free with free(). */
void *um_calloc_aligned(size_t n, size_t size);
/* Grows *array (elements of `size` bytes) to hold at least `need` (maximum `max`); new bytes are zero. False
 * when it cannot: the array is then unchanged. */
bool um_grow(void *array, size_t *capacity, size_t need, size_t max, size_t size);
char *um_strdup(const char *s);
/* Test hook: the n-th allocation from now (0 = next) fails once; -1 turns it off. Not for the library. */
void um_alloc_fail_at(long n);
bool um_alloc_failed(void);

/* Text or bytes that grow up to a maximum named at birth. After a failed append the buffer is `broken` and
 * ignores further appends, so that one check at the end is enough. Always terminated. */
typedef struct um_buf {
    char *data;
    size_t n, capacity, max;
    bool broken;
} um_buf;
void um_buf_init(um_buf *b, size_t max);
void um_buf_free(um_buf *b);
void um_buf_add(um_buf *b, const void *bytes, size_t n);
void um_buf_text(um_buf *b, const char *text);
void um_buf_printf(um_buf *b, const char *format, ...) UM_PRINTF(2, 3);
char *um_buf_take(um_buf *b); /* the text, owned by the caller; NULL when broken */

/* A file written under a temporary name of its own beside where `path` leads and renamed by um_file_commit;
 * the rules are those of unmask/output.h. "/dev/null" and what else is no regular file is written in place.
 */
typedef struct um_file {
    FILE *f;
    char *path, *target; /* target: behind all links; NULL in place */
    char *temporary;     /* only while the file exists and is ours; ends as target does */
} um_file;
um_status um_file_create(um_file *out, const char *path, um_error *err);
um_status um_file_commit(um_file *file, um_error *err); /* closes in any case */
void um_file_abandon(um_file *file);                    /* NULL-safe after commit: does nothing */
um_status um_file_write(const char *path, const void *bytes, size_t n, um_error *err);
/* Whole file into memory, at most `max` bytes (UM_ENOMEM above), opened as um_input_open does. Terminated by
 * a zero that does not count. */
um_status um_file_read(char **out, size_t *n, const char *path, size_t max, um_error *err);

static inline int um_clampi(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}
static inline double um_clampd(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}
int um_cores(void); /* that this process may use, 1..64: see cores.c */
#endif
