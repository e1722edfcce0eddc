/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h: the sentences and small formats shared by the text and HTML reports. Persons are numbered from 1
 * for readers: um_person_number. */
#ifndef UM_REPORT_WORDS_H
#define UM_REPORT_WORDS_H
#include "base/text.h"
#include "fusion/scale.h"
#include "results/results.h"

/* Foreign text on one line of a terminal. */
void um_words_plain(um_buf *b, const char *text);

const char *um_file_name(const char *path); /* without its folders */
static inline int um_person_number(int person)
{
    return person + 1;
}

/* Of sealed results: no verdict of the file, its persons and voices stays more conclusive than its numbers
 * allow, as they are printed; puts them into words and fills the answer: one sentence, with full stop; in a
 * second one, if so, that it is about a part only. */
um_status um_words_settle(um_results *results, um_error *err);
/* What a likelihood ratio is and is not; two sentences. */
extern const char um_words_caution[];
/* "50", "1/50", "1.4", "more than a million" */
const char *um_words_ratio(char out[32], double log_lr);
/* "0:05.2", "1:02:03.5" */
const char *um_words_time(char out[32], double t_s);
/* Three significant digits, without an exponent from a thousandth to a billion. */
const char *um_words_number(char out[32], double v);
const char *um_words_bytes(char out[32], int64_t bytes); /* "2.1 MB" */
const char *um_words_fraction(char out[32], double v);   /* two digits behind the point, halves upward */
const char *um_words_quality(double quality);            /* "good", "fair", "poor" */
const char *um_words_mark(um_mark_state state);
/* "whole file", "person 2", "voice 1", "0:04.2 to 0:09.4", "region at 0:01.0" */
const char *um_words_subject(char out[80], const um_subject *subject);
/* "1280 x 720, 25 frames/s, h264 (yuv420p)"; "" without video */
void um_words_video(um_buf *b, const um_media *media);
void um_words_sound(um_buf *b, const um_media *media);
/* "300 frames and the sound, 0:10.0 of 0:12.0; a part of the recording was not analysed" */
void um_words_analysed(um_buf *b, const um_results *report);
/* The tracks that were not read; nothing when there are none. */
void um_words_tracks(um_buf *b, const um_media *media);
/* What is broken in the file, one sentence; nothing when whole. */
void um_words_damage(um_buf *b, const um_damage *damage);
#endif
