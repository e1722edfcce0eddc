/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge.c: what is missing of a recording, from evidence only.
 *
 * Evidence is a length that the track itself declares, the length of the container in bytes, and a packet
 * that is shorter than declared. A duration of the whole file says nothing of one track (a subtitle may be
 * longer than the pictures), an estimate from the size and the bit rate nothing of anything. */
#include "av/source/judge.h"
#include "av/source/damage.h"
#include <math.h>
#include <string.h>

/* Demuxers whose stream durations are read from a field of that track, none computed from the whole file. */
static bool declares_tracks(const char *demuxer)
{
    static const char *const names[] = {"mov,mp4,m4a,3gp,3g2,mj2",
                                        "avi",
                                        "flac",
                                        "mp3",
                                        "tta",
                                        "ape",
                                        "wv",
                                        "mpc",
                                        "mpc8",
                                        "tak",
                                        "aiff",
                                        "au",
                                        "caf",
                                        "mxf",
                                        "ivf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(demuxer, names[i]))
            return true;
    return false;
}

/* Where the track ends by what it declares itself; 0 when it does not say. */
static double declared_end_s(const um_demux *d, const um_track *t)
{
    const AVStream *s = t->stream;
    const char *demuxer = d->format->iformat->name;
    if (um_demux_is_picture(d) || d->extent.open || !declares_tracks(demuxer) || s->index >= UM_DEMUX_STREAMS)
        return 0;
    int64_t duration = d->declared[s->index];
    /* FFmpeg shortens the duration of AVI to the size of the file, but not the number of frames */
    if (!strcmp(demuxer, "avi"))
        duration = t == &d->video ? s->nb_frames : 0;
    if (duration <= 0)
        return 0;
    double end_s =
        um_demux_time_s(d, t, av_sat_add64(s->start_time == AV_NOPTS_VALUE ? 0 : s->start_time, duration));
    return isnan(end_s) ? 0 : end_s;
}

void um_demux_judge(um_demux *d, bool stopped_early)
{
    um_damage *g = &d->damage;
    if (um_input_changed(d->input))
        um_damage_note(g, UM_NOTE_CHANGED);
    const um_track *tracks[] = {&d->video, &d->sound};
    double declared_s = 0, came_s = fmax(d->video.end_s, d->sound.end_s), missing_s = 0;
    for (int i = 0; i < 2 && !stopped_early; i++) {
        double end_s = tracks[i]->codec ? declared_end_s(d, tracks[i]) : 0;
        if (end_s - tracks[i]->end_s > fmax(missing_s, fmax(0.5, 0.01 * end_s))) {
            declared_s = end_s;
            came_s = tracks[i]->end_s;
            missing_s = end_s - came_s;
        }
    }
    bool is_cut = d->failed || (d->ended && d->cut_packet) ||
                  (d->extent.end > d->input->size && !um_demux_is_picture(d));
    g->truncated |= missing_s > 0 || is_cut;
    if (missing_s > 0)
        um_damage_note(g, "ends at %.2f s of %.2f s", came_s, declared_s);
    else if (is_cut)
        um_damage_note(g, "the file ends early, at %.2f s", came_s);
    g->unread = d->unread && !g->truncated;
    if (g->unread)
        um_damage_note(g, "what follows %.2f s cannot be read", came_s);
    if (g->broken_packets)
        um_damage_note(g, "broken packets: %lld", (long long)g->broken_packets);
    if (g->broken_frames)
        um_damage_note(g, "damaged pictures: %lld", (long long)g->broken_frames);
    if (d->given_up)
        um_damage_note(g, "nothing decodes any more");
}
