/* persons.h: who was seen, when, how well, and the best picture of each. */
#ifndef UM_PERSONS_H
#define UM_PERSONS_H
#include "faces/gallery.h"
#include "report/report.h"

enum { UM_MAX_PERSONS = 256 };

/* Adds the faces of one frame to report->person (grows it; beyond UM_MAX_PERSONS counts in
 * n_persons_dropped). */
um_status um_persons_add(um_report *report, um_gallery *portraits, const um_frame *frame,
                         const um_faces *faces, um_error *err);
/* Sums to means; the gallery's pictures also become the persons'. */
void um_persons_finish(um_report *report, const um_gallery *portraits);
#endif
