/* SPDX-License-Identifier: GPL-3.0-or-later */
/* damage.h: what went wrong with a file, said in one line. */
#ifndef UM_AV_DAMAGE_H
#define UM_AV_DAMAGE_H
#include <unmask/source.h>

#define UM_NOTE_CHANGED "the file changed while it was read"

/* Adds to the note, parted by "; ", what it does not say already. */
void um_damage_note(um_damage *damage, const char *format, ...) UM_PRINTF(2, 3);
#endif
