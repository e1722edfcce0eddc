/* gray.h: luma as it leaves decoders. */
#ifndef UM_GRAY_H
#define UM_GRAY_H
#include <stdint.h>

/* Luma of limited range (16..235) to full range: round((y - 16) * 255 / 219), clamped. */
void um_gray_from_limited(uint8_t *to, const uint8_t *from, int n);
#endif
