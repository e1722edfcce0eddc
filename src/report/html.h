/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.h: pieces of the HTML page. Everything that comes from outside goes through um_html_text
 * (base/text.h). */
#ifndef UM_REPORT_HTML_H
#define UM_REPORT_HTML_H
#include "fusion/scale.h"
#include "report/words.h"

void um_html_picture(um_buf *b, const um_picture *picture, const char *alternative);
/* Colour class of a subject: p1..p6, p0 for what is neither person nor voice. */
int um_html_colour(const um_subject *subject);
/* Class of a verdict: "for", "against", "open". */
const char *um_html_leaning(const um_verdict *verdict);
/* A ratio in words, as number and with its interval. */
void um_html_ratio(um_buf *b, double log_lr, double lo, double hi);

/* Of a lane of `end` seconds: the moments of a signal, and the lines of the time axis. */
void um_html_marks(um_buf *b, const um_findings *f, int signal, double end);
void um_html_grid(um_buf *b, double end);
enum { UM_HTML_TIME_TICKS = 8 }; /* at most */

/* Families in the order of the page; signals of no known family belong to the last. */
enum { UM_HTML_FAMILIES = 5, UM_HTML_SOUND = 3 };
int um_html_family(const um_signal *signal);
const char *um_html_family_title(int family);

/* Sections. Result k of signal i is in #s<i>, its evidence in #e<i>-<k>. */
void um_html_persons(um_buf *b, const um_results *results);
void um_html_glance(um_buf *b, const um_results *results);
void um_html_signals(um_buf *b, const um_results *results);

/* The scale of likelihood ratios with the value and its interval; `large` with its words around it. */
void um_chart_scale(um_buf *b, double log_lr, double lo, double hi, bool weighed, bool large);
/* The sound and all series over one time axis, by family; nothing for a photo. */
void um_chart_timeline(um_buf *b, const um_results *results);
/* The drawing area of a lane is 1000 x 100; values lie between these heights, from which page.js turns them
 * back. */
enum { UM_CHART_TOP = 5, UM_CHART_BOTTOM = 95 };
/* The sound itself, when the results hold it. */
void um_html_player(um_buf *b, const um_results *results);
/* Waveform, spectrogram and pitch as lanes; the results hold a view of the sound. */
void um_html_sound(um_buf *b, const um_results *results, double end_s);
#endif
