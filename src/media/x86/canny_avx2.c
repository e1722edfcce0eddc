/* canny_avx2.c: the stages of Canny's detector 16 or 32 pixels at a time; same results as canny_plain.c.
 *
 * Rows have CANNY_PAD elements of room on both sides, so whole vectors are read and written beyond `width`.
 */
#include "media/canny.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
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

INLINE void gradient16(canny_row out, const uint8_t *const rows[3], int i, bool l2)
{
    const uint8_t *a = rows[0] + i, *b = rows[1] + i, *c = rows[2] + i;
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

INLINE void boxes32(uint8_t *box, const uint8_t *a, const uint8_t *b)
{
    __m256i left = _mm256_avg_epu8(load(a), load(b)), right = _mm256_avg_epu8(load(a + 1), load(b + 1));
    _mm256_storeu_si256((__m256i *)box, _mm256_avg_epu8(left, right));
}

/* The mean of each 2 x 2 pixels of two rows, rounded up by at most 1; box[-1] is for the replicated side. */
INLINE void boxes(uint8_t *box, const uint8_t *const rows[2], const uint8_t *const ends[2], int width)
{
    box[-1] = (uint8_t)((ends[0][0] + ends[1][0] + 1) / 2);
    for (int i = 0; i < width; i += 32) {
        const uint8_t *const *src = i == 0 || i + 32 >= width ? ends : rows;
        const uint8_t *a = src[0] + i, *b = src[1] + i;
        __m256i left = _mm256_avg_epu8(load(a), load(b)), right = _mm256_avg_epu8(load(a + 1), load(b + 1));
        _mm256_storeu_si256((__m256i *)(box + i), _mm256_avg_epu8(left, right));
    }
}

INLINE __m256i distance(__m256i a, __m256i b)
{
    return _mm256_or_si256(_mm256_subs_epu8(a, b), _mm256_subs_epu8(b, a));
}

/* For each 16 of 32 pixels a bit, 0 only if |dx| + |dy| <= 8 * (limit + 1) in all: dx + dy is 8 times the
 * difference of the means of the 2 x 2 pixels to the lower right (with the pixel itself) and to the upper
 * left, dx - dy that of the upper right and the lower left. Each mean is off by at most 1 upwards. */
INLINE uint64_t may_exceed(const uint8_t *above, const uint8_t *below, __m256i limit)
{
    __m256i falling = distance(load(below), load(above - 1)), rising = distance(load(below - 1), load(above));
    __m256i over = _mm256_subs_epu8(_mm256_max_epu8(falling, rising), limit);
    __m128i left = _mm256_castsi256_si128(over), right = _mm256_extracti128_si256(over, 1);
    return (uint64_t)(!_mm_testz_si128(left, left) + 2 * !_mm_testz_si128(right, right));
}

/* Most blocks of most pictures are quiet: they are sorted out first, without a branch each. */
INLINE void gradient_row(canny_row out, const uint8_t *box_above, const uint8_t *const rows[3],
                         const uint8_t *const ends[3], int width, bool l2, int low)
{
    if (l2) /* sqrt(dx^2 + dy^2) <= |dx| + |dy| */
        low = (int)sqrt((double)low);
    __m256i limit = _mm256_set1_epi8((char)um_clampi(low / 8 - 1, 0, 254)), zero = _mm256_setzero_si256();
    boxes(out.box, rows + 1, ends + 1, width);
    for (int from = 0; from < width; from += 64 * CANNY_BLOCK) {
        int n = um_clampi(width - from, 0, 64 * CANNY_BLOCK);
        uint64_t was = out.busy[from / CANNY_BLOCK / 64], busy = 0;
        for (int i = 0; i < n; i += 32)
            busy |= may_exceed(box_above + from + i, out.box + from + i, limit) << i / CANNY_BLOCK;
        if (low < 8)
            busy = UINT64_MAX;
        busy &= UINT64_MAX >> (63 - (n - 1) / CANNY_BLOCK);
        out.busy[from / CANNY_BLOCK / 64] = busy;
        for (was &= ~busy; was; was &= was - 1) {
            int i = from + __builtin_ctzll(was) * CANNY_BLOCK;
            __m256i *norm = (__m256i *)((char *)out.norm + (l2 ? 4 : 2) * i);
            _mm256_storeu_si256(norm, zero);
            if (l2)
                _mm256_storeu_si256(norm + 1, zero);
        }
        for (; busy; busy &= busy - 1) {
            int i = from + __builtin_ctzll(busy) * CANNY_BLOCK;
            gradient16(out, i == 0 || i + CANNY_BLOCK >= width ? ends : rows, i, l2);
        }
    }
}

AVX2 static void gradient3_gray(canny_row out, const canny_row *above, const uint8_t *const rows[3],
                                const uint8_t *const ends[3], int width, bool l2, int low)
{
    uint8_t *box_above = above->box;
    if (rows[0] == rows[1]) /* the first row: the one above is its copy */
        boxes(box_above, rows, ends, width);
    if (l2)
        gradient_row(out, box_above, rows, ends, width, true, low);
    else
        gradient_row(out, box_above, rows, ends, width, false, low);
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
