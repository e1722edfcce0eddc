/* canny_avx2.c: the stages of Canny's detector 16 or 32 pixels at a time; same results as canny_plain.c.
 *
 * Rows have CANNY_PAD elements of room on both sides, so whole vectors are read and written beyond `width`.
 */
#include "media/canny.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline, target("avx2")))

INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

INLINE __m256i widen(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

INLINE void gradient16(canny_row out, const uint8_t *const *rows, int i, bool l2)
{
    const uint8_t *a = rows[-1] + i, *b = rows[0] + i, *c = rows[1] + i;
    __m256i a0 = widen(a - 1), a1 = widen(a), a2 = widen(a + 1), b0 = widen(b - 1), b2 = widen(b + 1);
    __m256i c0 = widen(c - 1), c1 = widen(c), c2 = widen(c + 1);
    __m256i middle = _mm256_slli_epi16(_mm256_sub_epi16(b2, b0), 1), down = _mm256_sub_epi16(c2, a0);
    __m256i up = _mm256_sub_epi16(a2, c0); /* the corners serve both directions */
    __m256i dx = _mm256_add_epi16(_mm256_add_epi16(down, up), middle);
    middle = _mm256_slli_epi16(_mm256_sub_epi16(c1, a1), 1);
    __m256i dy = _mm256_add_epi16(_mm256_sub_epi16(down, up), middle);
    _mm256_storeu_si256((__m256i *)(out.dx + i), dx);
    _mm256_storeu_si256((__m256i *)(out.dy + i), dy);
    if (l2) {
        __m256i lo = _mm256_unpacklo_epi16(dx, dy), hi = _mm256_unpackhi_epi16(dx, dy);
        lo = _mm256_madd_epi16(lo, lo); /* pixels 0-3 and 8-11 */
        hi = _mm256_madd_epi16(hi, hi);
        int32_t *norm = (int32_t *)out.norm + i;
        _mm256_storeu_si256((__m256i *)norm, _mm256_permute2x128_si256(lo, hi, 0x20));
        _mm256_storeu_si256((__m256i *)(norm + 8), _mm256_permute2x128_si256(lo, hi, 0x31));
    } else {
        __m256i sum = _mm256_add_epi16(_mm256_abs_epi16(dx), _mm256_abs_epi16(dy));
        _mm256_storeu_si256((__m256i *)((int16_t *)out.norm + i), sum);
    }
}

AVX2 static void gradient3_gray(canny_row out, const uint8_t *const *rows, int width, bool l2)
{
    if (l2)
        for (int i = 0; i < width; i += 16)
            gradient16(out, rows, i, true);
    else
        for (int i = 0; i < width; i += 16)
            gradient16(out, rows, i, false);
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
    for (int from = 0; from < width; from += 64) {
        uint64_t a = 0, b = 0;
        for (int i = 0; i < 64 && from + i < width; i += 16) {
            uint32_t s;
            a |= (uint64_t)thin16(&s, row, above, below, from + i, l2, low, high) << i;
            b |= (uint64_t)s << i;
        }
        if (width - from < 64) { /* what lies beyond the picture is no edge */
            uint64_t inside = (UINT64_C(1) << (width - from)) - 1;
            a &= inside;
            b &= inside;
        }
        maybe[from / 64] = a;
        strong[from / 64] = b;
    }
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

AVX2 static void expand(uint8_t *out, const uint64_t *bits, int width)
{
    for (int from = 0; from < width; from += 64) {
        uint8_t block[64], *to = width - from < 64 ? block : out + from;
        uint64_t b = bits[from / 64];
        _mm256_storeu_si256((__m256i *)to, expand32((uint32_t)b));
        _mm256_storeu_si256((__m256i *)(to + 32), expand32((uint32_t)(b >> 32)));
        if (to == block)
            memcpy(out + from, block, (size_t)(width - from));
    }
}

const canny_kernels um_canny_avx2 = {gradient3_gray, thin, expand};
#endif
