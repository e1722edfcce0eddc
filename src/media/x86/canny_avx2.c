/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canny_avx2.c: the stages of Canny's detector 16 or 32 pixels at a time; same results as canny_plain.c.
 *
 * Rows have CANNY_PAD elements of room on both sides, so whole vectors are read and written beyond `width`.
 */
#include "media/canny.h"
#include "media/gray.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline, target("avx2")))

INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

/* 16 gray values */
INLINE __m256i values(const uint8_t *p, bool limited)
{
    __m128i v = _mm_loadu_si128((const __m128i *)p);
    if (!limited)
        return _mm256_cvtepu8_epi16(v);
    v = _mm_min_epu8(_mm_subs_epu8(v, _mm_set1_epi8(UM_LUMA_BLACK)), _mm_set1_epi8((char)UM_LUMA_SPAN));
    __m256i wide = _mm256_cvtepu8_epi16(v);
    return _mm256_add_epi16(wide, _mm256_mulhrs_epi16(wide, _mm256_set1_epi16(UM_LUMA_STRETCH)));
}

/* Returns 1 if a norm is above `low`, else 0. */
INLINE uint64_t store_gradient(canny_row out, int i, __m256i dx, __m256i dy, bool l2, __m256i low)
{
    _mm256_storeu_si256((__m256i *)(out.dx + i), dx);
    _mm256_storeu_si256((__m256i *)(out.dy + i), dy);
    if (l2) {
        __m256i lo = _mm256_unpacklo_epi16(dx, dy), hi = _mm256_unpackhi_epi16(dx, dy);
        lo = _mm256_madd_epi16(lo, lo); /* pixels 0-3 and 8-11 */
        hi = _mm256_madd_epi16(hi, hi);
        int32_t *norm = (int32_t *)out.norm + i;
        _mm256_storeu_si256((__m256i *)norm, _mm256_permute2x128_si256(lo, hi, 0x20));
        _mm256_storeu_si256((__m256i *)(norm + 8), _mm256_permute2x128_si256(lo, hi, 0x31));
        __m256i over = _mm256_or_si256(_mm256_cmpgt_epi32(lo, low), _mm256_cmpgt_epi32(hi, low));
        return !_mm256_testz_si256(over, over);
    }
    __m256i sum = _mm256_add_epi16(_mm256_abs_epi16(dx), _mm256_abs_epi16(dy));
    _mm256_storeu_si256((__m256i *)((int16_t *)out.norm + i), sum);
    __m256i over = _mm256_cmpgt_epi16(sum, low);
    return !_mm256_testz_si256(over, over);
}

/* A block of each row of the band; busy[r] gets a bit. */
INLINE void gradient_block(uint64_t *busy, const canny_row *out, const canny_band *band, int i, bool l2,
                           bool limited, __m256i low)
{
    const uint8_t *const *rows = i == 0 || i + 24 > band->width ? band->ends : band->rows;
    __m256i across[CANNY_BAND + 2], along[CANNY_BAND + 2];
#pragma GCC unroll 6
    for (int r = 0; r < CANNY_BAND + 2; r++) {
        /* in each half of a vector, `next` follows `left`: both shift without crossing halves */
        __m256i left = values(rows[r] + i - 1, limited), next = values(rows[r] + i + 7, limited);
        __m256i middle = _mm256_alignr_epi8(next, left, 2), right = _mm256_alignr_epi8(next, left, 4);
        across[r] = _mm256_sub_epi16(right, left);
        along[r] = _mm256_add_epi16(_mm256_add_epi16(left, right), _mm256_add_epi16(middle, middle));
        if (r < 2)
            continue;
        __m256i twice = _mm256_add_epi16(across[r - 1], across[r - 1]);
        __m256i dx = _mm256_add_epi16(_mm256_add_epi16(across[r - 2], across[r]), twice);
        __m256i dy = _mm256_sub_epi16(along[r], along[r - 2]);
        busy[r - 2] |= store_gradient(out[r - 2], i, dx, dy, l2, low) << i / CANNY_BLOCK % 64;
    }
}

/* The largest and smallest pixel of each column. */
INLINE void extremes(const canny_band *band)
{
    enum { N = CANNY_BAND + 2 };
    const uint8_t *const *rows = band->rows;
    uint8_t *restrict most = band->most, *restrict least = band->least;
    ptrdiff_t stride = rows[N - 1] - rows[N - 2];
    int width = band->width;
    for (int i = 0; i < width; i += 32) {
        const uint8_t *const *from = i == 0 || i + 32 > width ? band->ends : rows;
        __m256i top = load(from[0] + i), bottom = top;
#pragma GCC unroll 5
        for (int r = 1; r < N; r++) {
            __m256i v = load(from[r] + i);
            top = _mm256_max_epu8(top, v);
            bottom = _mm256_min_epu8(bottom, v);
        }
        _mm256_storeu_si256((__m256i *)(most + i), top);
        _mm256_storeu_si256((__m256i *)(least + i), bottom);
        for (int r = 1; r <= CANNY_BAND; r++) /* for the next band; a prefetch may name any address */
            _mm_prefetch((const char *)((uintptr_t)(rows[N - 1] + i) + (uintptr_t)(r * stride)), _MM_HINT_T0);
    }
    most[-1] = most[0];
    least[-1] = least[0];
    most[width] = most[width - 1];
    least[width] = least[width - 1];
}

/* A bit for each 16 of 32 pixels, 0 only if in each column and its neighbours all pixels are within `calm`.
 */
INLINE uint64_t stir(const uint8_t *most, const uint8_t *least, __m256i calm)
{
    __m256i top = _mm256_max_epu8(_mm256_max_epu8(load(most - 1), load(most + 1)), load(most));
    __m256i bottom = _mm256_min_epu8(_mm256_min_epu8(load(least - 1), load(least + 1)), load(least));
    __m256i over = _mm256_subs_epu8(_mm256_subs_epu8(top, bottom), calm);
    __m128i left = _mm256_castsi256_si128(over), right = _mm256_extracti128_si256(over, 1);
    return (uint64_t)(!_mm_testz_si128(left, left) + 2 * !_mm_testz_si128(right, right));
}

INLINE void clear_block(const canny_row *out, int i, bool l2)
{
    for (int r = 0; r < CANNY_BAND; r++) {
        __m256i *norm = (__m256i *)((char *)out[r].norm + (l2 ? 4 : 2) * i);
        _mm256_storeu_si256(norm, _mm256_setzero_si256());
        if (l2)
            _mm256_storeu_si256(norm + 1, _mm256_setzero_si256());
    }
}

/* Most blocks of most pictures are calm: they are sorted out first, without a branch each. */
INLINE void gradient_band(const canny_row *out, const canny_band *band, bool l2, bool limited)
{
    __m256i calm = _mm256_set1_epi8((char)band->calm);
    __m256i low = l2 ? _mm256_set1_epi32(band->low) : _mm256_set1_epi16((int16_t)band->low);
    extremes(band);
    for (int from = 0; from < band->width; from += 64 * CANNY_BLOCK) {
        int n = um_clampi(band->width - from, 0, 64 * CANNY_BLOCK), word = from / CANNY_BLOCK / 64;
        uint64_t was = band->stirred[word], stirred = 0, busy[CANNY_BAND] = {0};
        for (int i = 0; i < n; i += 32)
            stirred |= stir(band->most + from + i, band->least + from + i, calm) << i / CANNY_BLOCK;
        stirred &= UINT64_MAX >> (63 - (n - 1) / CANNY_BLOCK);
        band->stirred[word] = stirred;
        for (was &= ~stirred; was; was &= was - 1)
            clear_block(out, from + __builtin_ctzll(was) * CANNY_BLOCK, l2);
        for (; stirred; stirred &= stirred - 1)
            gradient_block(busy, out, band, from + __builtin_ctzll(stirred) * CANNY_BLOCK, l2, limited, low);
        for (int r = 0; r < CANNY_BAND; r++)
            out[r].busy[word] = busy[r];
    }
}

AVX2 static void gradient3_gray(const canny_row *out, const canny_band *band, bool l2)
{
    if (l2 && band->limited)
        gradient_band(out, band, true, true);
    else if (l2)
        gradient_band(out, band, true, false);
    else if (band->limited)
        gradient_band(out, band, false, true);
    else
        gradient_band(out, band, false, false);
}

/* Direction of 16 gradients as masks. |dy| < |dx| tan 22.5 in units of 2^-15: |dx| * TG22 is no multiple of
 * 2^15 unless dx = 0 (TG22 is odd, |dx| < 2^15), so comparing with its integer part is exact. */
typedef struct direction {
    __m256i steep;    /* not horizontal */
    __m256i vertical; /* implies steep */
    __m256i falling;  /* signs of dx and dy differ */
} direction;

INLINE direction direction_of(__m256i dx, __m256i dy)
{
    __m256i x = _mm256_abs_epi16(dx), y = _mm256_abs_epi16(dy), twice = _mm256_add_epi16(x, x);
    __m256i tg22 = _mm256_mulhi_epi16(twice, _mm256_set1_epi16(CANNY_TG22)); /* 2 x TG22 >> 16 */
    return (direction){_mm256_cmpgt_epi16(y, tg22), _mm256_cmpgt_epi16(y, _mm256_add_epi16(twice, tg22)),
                       _mm256_srai_epi16(_mm256_xor_si256(dx, dy), 15)};
}

/* The two neighbours across the edge, `first` to be exceeded, `second` too on a diagonal, else reached. */
#define NEIGHBOURS(norm, above, below)                                                \
    __m256i first = _mm256_blendv_epi8(load(above - 1), load(above + 1), d.falling);  \
    __m256i second = _mm256_blendv_epi8(load(below + 1), load(below - 1), d.falling); \
    first = _mm256_blendv_epi8(first, load(above), d.vertical);                       \
    second = _mm256_blendv_epi8(second, load(below), d.vertical);                     \
    first = _mm256_blendv_epi8(load(norm - 1), first, d.steep);                       \
    second = _mm256_blendv_epi8(load(norm + 1), second, d.steep);                     \
    __m256i axis = _mm256_or_si256(d.vertical, _mm256_xor_si256(d.steep, _mm256_set1_epi8(-1)))

/* One bit per 16-bit mask */
INLINE uint32_t bits16(__m256i mask)
{
    return (uint32_t)_mm_movemask_epi8(
        _mm_packs_epi16(_mm256_castsi256_si128(mask), _mm256_extracti128_si256(mask, 1)));
}

INLINE __m256i peaks_l1(direction d, const int16_t *norm, const int16_t *above, const int16_t *below,
                        __m256i m)
{
    NEIGHBOURS(norm, above, below); /* axis is -1: m > second - 1 is m >= second */
    return _mm256_and_si256(_mm256_cmpgt_epi16(m, first),
                            _mm256_cmpgt_epi16(m, _mm256_add_epi16(second, axis)));
}

INLINE __m256i peaks_l2(direction d, const int32_t *norm, const int32_t *above, const int32_t *below,
                        __m256i m)
{
    NEIGHBOURS(norm, above, below);
    return _mm256_and_si256(_mm256_cmpgt_epi32(m, first),
                            _mm256_cmpgt_epi32(m, _mm256_add_epi32(second, axis)));
}

INLINE direction widen_direction(direction d, int half)
{
#define HALF(x) _mm256_cvtepi16_epi32(half ? _mm256_extracti128_si256(x, 1) : _mm256_castsi256_si128(x))
    return (direction){HALF(d.steep), HALF(d.vertical), HALF(d.falling)};
#undef HALF
}

/* Bits of the 16 pixels from i on, `strong` above the high threshold, too. */
INLINE uint32_t thin16(uint32_t *strong, canny_row row, const void *above, const void *below, int i, bool l2,
                       __m256i low, __m256i high)
{
    uint32_t peaks = 0;
    *strong = 0;
    if (!l2) {
        const int16_t *norm = (const int16_t *)row.norm + i;
        __m256i m = load(norm), candidates = _mm256_cmpgt_epi16(m, low);
        if (_mm256_testz_si256(candidates, candidates))
            return 0;
        direction d = direction_of(load(row.dx + i), load(row.dy + i));
        __m256i p = peaks_l1(d, norm, (const int16_t *)above + i, (const int16_t *)below + i, m);
        peaks = bits16(_mm256_and_si256(p, candidates));
        if (peaks)
            *strong = peaks & bits16(_mm256_cmpgt_epi16(m, high));
        return peaks;
    }
    const int32_t *norm = (const int32_t *)row.norm + i;
    __m256i m[2] = {load(norm), load(norm + 8)};
    __m256i candidates[2] = {_mm256_cmpgt_epi32(m[0], low), _mm256_cmpgt_epi32(m[1], low)};
    __m256i any = _mm256_or_si256(candidates[0], candidates[1]);
    if (_mm256_testz_si256(any, any))
        return 0;
    direction both = direction_of(load(row.dx + i), load(row.dy + i));
    for (int h = 0; h < 2; h++) {
        direction d = widen_direction(both, h);
        __m256i p = peaks_l2(d, norm + 8 * h, (const int32_t *)above + i + 8 * h,
                             (const int32_t *)below + i + 8 * h, m[h]);
        p = _mm256_and_si256(p, candidates[h]);
        __m256i s = _mm256_and_si256(p, _mm256_cmpgt_epi32(m[h], high));
        peaks |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(p)) << 8 * h;
        *strong |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(s)) << 8 * h;
    }
    return peaks;
}

INLINE void thin_row(uint64_t *maybe, uint64_t *strong, canny_row row, const void *above, const void *below,
                     int width, bool l2, __m256i low, __m256i high)
{
    int blocks = (width + CANNY_BLOCK - 1) / CANNY_BLOCK, words = (width + 63) / 64,
        beyond = words * 64 - width;
    memset(maybe, 0, (size_t)words * sizeof *maybe);
    memset(strong, 0, (size_t)words * sizeof *strong);
    for (int from = 0; from < blocks; from += 64)
        for (uint64_t busy = row.busy[from / 64]; busy; busy &= busy - 1) {
            int k = from + __builtin_ctzll(busy);
            uint32_t s, p = thin16(&s, row, above, below, k * CANNY_BLOCK, l2, low, high);
            maybe[k / 4] |= (uint64_t)p << k % 4 * 16;
            strong[k / 4] |= (uint64_t)s << k % 4 * 16;
        }
    maybe[words - 1] &= UINT64_MAX >> beyond;
    strong[words - 1] &= UINT64_MAX >> beyond;
}

AVX2 static void thin(uint64_t *maybe, uint64_t *strong, canny_row row, const void *above, const void *below,
                      int width, bool l2, int low, int high)
{
    if (l2)
        thin_row(maybe, strong, row, above, below, width, true, _mm256_set1_epi32(low),
                 _mm256_set1_epi32(high));
    else
        thin_row(maybe, strong, row, above, below, width, false, _mm256_set1_epi16((int16_t)low),
                 _mm256_set1_epi16((int16_t)high));
}

INLINE __m256i expand32(uint32_t bits)
{
    const __m256i which = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i v = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), which);
    return _mm256_cmpeq_epi8(_mm256_and_si256(v, bit), bit);
}

__attribute__((target("avx2,popcnt"))) static int expand(uint8_t *out, const uint64_t *bits, int width)
{
    int n = 0;
    for (int from = 0; from < width; from += 64) {
        uint8_t block[64], *to = width - from < 64 ? block : out + from;
        uint64_t b = bits[from / 64];
        _mm256_storeu_si256((__m256i *)to, expand32((uint32_t)b));
        _mm256_storeu_si256((__m256i *)(to + 32), expand32((uint32_t)(b >> 32)));
        if (to == block)
            memcpy(out + from, block, (size_t)(width - from));
        n += __builtin_popcountll(b);
    }
    return n;
}

const canny_kernels um_canny_avx2 = {gradient3_gray, thin, expand};
#endif
