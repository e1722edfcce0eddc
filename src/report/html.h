/* html.h: pieces of the HTML page. Everything that comes from outside goes through um_html_text
 * (base/text.h). */
#ifndef UM_REPORT_HTML_H
#define UM_REPORT_HTML_H
#include "report/words.h"

void um_html_picture(um_buf *b, const um_picture *picture, const char *alternative);
/* "person 2", "whole file" */
const char *um_html_who(char out[32], int person);
/* Colour class of a person: p1..p6, p0 for the file. */
int um_html_colour(int person);

/* The scale of likelihood ratios with the value and its interval; `large` with its words around it. */
void um_chart_scale(um_buf *b, double log_lr, double lo, double hi, bool weighed, bool large);
/* All series over one time axis; nothing for a photo. Evidence k of signal i links to #e<i>-<k>. */
void um_chart_timeline(um_buf *b, const um_results *results);
#endif
