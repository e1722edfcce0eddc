/* overlay.h: the recording again, with the marks of the analysis drawn on it.
 *
 * Faces with the number of their person and their landmarks, the latest value of each signal as a bar, time,
 * and a strip that names it an overlay, so that it cannot pass for the recording. Calls: open, then frame and
 * sound in presentation order, finish, close. */
#ifndef UM_OVERLAY_H
#define UM_OVERLAY_H
#include "results/findings.h"

typedef struct um_overlay um_overlay;

/* A video by the extension of `path` (see um_writer_open); of a photo also .png. Of `media` nothing is kept.
 */
um_status um_overlay_open(um_overlay **out, const char *path, const um_media *media, um_error *err);
/* `faces` may be NULL. `findings` may still grow: the latest value of each series is shown. */
um_status um_overlay_frame(um_overlay *overlay, const um_frame *frame, const um_faces *faces,
                           const um_findings *const *findings, int n, um_error *err);
/* Gaps between blocks become silence. More than two channels are mixed to one. */
um_status um_overlay_sound(um_overlay *overlay, const um_sound *sound, um_error *err);
um_status um_overlay_finish(um_overlay *overlay, um_error *err); /* the file appears */
void um_overlay_close(um_overlay **overlay);                     /* without finish: nothing is left */
#endif
