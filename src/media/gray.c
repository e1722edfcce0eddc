/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gray.c: luma of RGB pictures, the same integers as cv2.cvtColor of OpenCV 4.6. */
#include "media/gray.h"
#include "base/base.h"
#include "base/cpu.h"
#include <unmask/image.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* BT.601 weights in units of 2^-15; they add up to 2^15 */
enum { RED = 9798, GREEN = 19235, BLUE = 3735, HALF = 1 << 14, SHIFT = 15 };

static void gray_plain(uint8_t *out, const uint8_t *rgb, int n)
{
    for (int i = 0; i < n; i++)
        out[i] =
            (uint8_t)((rgb[3 * i] * RED + rgb[3 * i + 1] * GREEN + rgb[3 * i + 2] * BLUE + HALF) >> SHIFT);
}

#if defined(__x86_64__)
/* Four pixels in each half of a vector: R and G of a pixel in one 32-bit lane, B and the rounding in another.
 */
__attribute__((target("avx2"))) static int gray_avx2(uint8_t *out, const uint8_t *rgb, int n)
{
    const __m256i pick_rg =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
    const __m256i pick_b = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
    const __m256i one = _mm256_set1_epi32(1 << 16);
    const __m256i weight_rg = _mm256_set1_epi32(GREEN << 16 | RED);
    const __m256i weight_b1 = _mm256_set1_epi32(HALF << 16 | BLUE);
    int i = 0;
    for (; n - i >= 10; i += 8) { /* 8 pixels are 24 bytes, of which 28 are read */
        const uint8_t *p = rgb + 3 * i;
        __m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
                                            _mm_loadu_si128((const __m128i *)(p + 12)), 1);
        __m256i b1 = _mm256_or_si256(_mm256_shuffle_epi8(v, pick_b), one);
        __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(v, pick_rg), weight_rg),
                                       _mm256_madd_epi16(b1, weight_b1));
        sum = _mm256_srli_epi32(sum, SHIFT);
        __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        _mm_storel_epi64((__m128i *)(out + i), _mm_packus_epi16(words, words));
    }
    return i;
}
#endif

static void stretch_plain(uint8_t *to, const uint8_t *from, int n)
{
    for (int i = 0; i < n; i++) {
        int v = um_clampi(from[i] - UM_LUMA_BLACK, 0, UM_LUMA_SPAN);
        to[i] = (uint8_t)(v + ((v * UM_LUMA_STRETCH + (1 << 14)) >> 15));
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static int stretch_avx2(uint8_t *to, const uint8_t *from, int n)
{
    const __m256i zero = _mm256_setzero_si256(), factor = _mm256_set1_epi16(UM_LUMA_STRETCH);
    int i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i v = _mm256_subs_epu8(_mm256_loadu_si256((const __m256i *)(from + i)),
                                     _mm256_set1_epi8(UM_LUMA_BLACK));
        v = _mm256_min_epu8(v, _mm256_set1_epi8((char)UM_LUMA_SPAN));
        __m256i low = _mm256_mulhrs_epi16(_mm256_unpacklo_epi8(v, zero), factor);
        __m256i high = _mm256_mulhrs_epi16(_mm256_unpackhi_epi8(v, zero), factor);
        _mm256_storeu_si256((__m256i *)(to + i), _mm256_add_epi8(v, _mm256_packus_epi16(low, high)));
    }
    return i;
}
#endif

void um_gray_from_limited(uint8_t *to, const uint8_t *from, int n)
{
    int done = 0;
#if defined(__x86_64__)
    if (um_cpu_best() >= UM_CPU_AVX2)
        done = stretch_avx2(to, from, n);
#endif
    stretch_plain(to + done, from + done, n - done);
}

static void gray_from_rgb(uint8_t *to, const uint8_t *from, int n)
{
    int done = 0;
#if defined(__x86_64__)
    if (um_cpu_best() >= UM_CPU_AVX2)
        done = gray_avx2(to, from, n);
#endif
    gray_plain(to + done, from + 3 * done, n - done);
}

um_status um_image_to_gray(um_image **out, const um_image *image, um_error *err)
{
    void (*convert)(uint8_t * to, const uint8_t *from, int n) = NULL;
    *out = NULL;
    switch (image->pixel) {
    case UM_GRAY8:
        *out = um_image_ref((um_image *)image);
        return UM_OK;
    case UM_LUMA8:
        convert = um_gray_from_limited;
        break;
    case UM_RGB24:
        convert = gray_from_rgb;
        break;
    }
    if (!convert)
        return um_fail(err, UM_EINVAL, "%d is no pixel format", (int)image->pixel);
    um_status st = um_image_new(out, image->width, image->height, UM_GRAY8, err);
    for (int y = 0; st == UM_OK && y < image->height; y++)
        convert((*out)->data + y * (*out)->stride, image->data + y * image->stride, image->width);
    return st;
}
