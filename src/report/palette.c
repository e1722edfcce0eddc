/* SPDX-License-Identifier: GPL-3.0-or-later */
/* palette.c: see palette.h. */
#include "report/palette.h"

uint32_t um_person_colour(int person)
{
    /* light enough for dark video, and told apart on skin and by the colour-blind (after Okabe and Ito, 2008)
     */
    static const uint32_t colour[UM_PERSON_COLOURS] = {0x63B3EA, 0xF19A55, 0x4FCAA3,
                                                       0xD898CF, 0xD6BB4F, 0xA5A3FF};
    return colour[person < 0 ? 0 : person % UM_PERSON_COLOURS];
}
