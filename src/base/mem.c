/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.c: memory with limits, growing arrays and buffers, and the hook that makes an allocation fail. */
#include "base/base.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Only tests set these; the default costs one relaxed load per allocation. */
static _Atomic long fail_at = -1;
static _Atomic bool failed;

void um_alloc_fail_at(long n)
{
    atomic_store(&failed, false);
    atomic_store(&fail_at, n);
}

bool um_alloc_failed(void)
{
    return atomic_load(&failed);
}

static bool allowed(size_t n, size_t size)
{
    if (atomic_load_explicit(&fail_at, memory_order_relaxed) >= 0 && atomic_fetch_sub(&fail_at, 1) == 0) {
        atomic_store(&failed, true);
        return false;
    }
    return !size || n <= UM_ALLOC_MAX / size;
}

void *um_calloc(size_t n, size_t size)
{
    return allowed(n, size) ? calloc(n ? n : 1, size ? size : 1) : NULL;
}

/* From LARGE bytes on, whole huge pages: the first touch of 512 pages costs more than what is computed in
 * them. */
enum { HUGE_PAGE = 2 << 20, LARGE = 4 << 20 };

void *um_calloc_aligned(size_t n, size_t size)
{
    if (!allowed(n, size))
        return NULL;
    size_t unit = n * size >= LARGE ? HUGE_PAGE : 64, bytes = (n * size + unit - 1) / unit * unit;
    void *p = aligned_alloc(unit, bytes ? bytes : unit);
    if (!p)
        return NULL;
    if (unit == HUGE_PAGE)
        madvise(p, bytes, MADV_HUGEPAGE); /* may be refused: then it is only slower */
    memset(p, 0, bytes);
    return p;
}

bool um_grow(void *array, size_t *capacity, size_t need, size_t max, size_t size)
{
    if (need <= *capacity)
        return true;
    if (need > max)
        return false;
    size_t c = *capacity ? *capacity : 8;
    while (c < need)
        c += c / 2 + 1; /* from 1, too */
    if (c > max)
        c = max;
    if (!allowed(c, size))
        return false;
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    if (!(grown = realloc(old, c * size)))
        return false;
    memset((char *)grown + *capacity * size, 0, (c - *capacity) * size);
    memcpy(array, &grown, sizeof grown);
    *capacity = c;
    return true;
}

char *um_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = um_calloc(n, 1);
    return copy ? memcpy(copy, s, n) : NULL;
}

void um_buf_init(um_buf *b, size_t max)
{
    *b = (um_buf){.max = max};
}

void um_buf_free(um_buf *b)
{
    free(b->data);
    *b = (um_buf){.max = b->max};
}

void um_buf_add(um_buf *b, const void *bytes, size_t n)
{
    if (b->broken)
        return;
    if (n >= b->max - b->n || !um_grow(&b->data, &b->capacity, b->n + n + 1, b->max, 1)) {
        b->broken = true;
        return;
    }
    memcpy(b->data + b->n, bytes, n);
    b->n += n;
    b->data[b->n] = 0;
}

void um_buf_text(um_buf *b, const char *text)
{
    um_buf_add(b, text, strlen(text));
}

void um_buf_printf(um_buf *b, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0) {
        b->broken = true;
    } else if ((size_t)n < sizeof small) {
        um_buf_add(b, small, (size_t)n);
    } else {
        char *big = um_calloc((size_t)n + 1, 1);
        if (!big) {
            b->broken = true;
            return;
        }
        va_start(args, format);
        vsnprintf(big, (size_t)n + 1, format, args);
        va_end(args);
        um_buf_add(b, big, (size_t)n);
        free(big);
    }
}

char *um_buf_take(um_buf *b)
{
    if (!b->data)
        um_buf_add(b, "", 0);
    char *text = b->broken ? NULL : b->data;
    if (text)
        b->data = NULL;
    um_buf_free(b);
    return text;
}
