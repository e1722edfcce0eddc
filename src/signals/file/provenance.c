/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provenance.c: what the file says of its own origin.
 *
 * Marks are looked for by um_probe_file: C2PA manifests, IPTC digitalSourceType, texts that generators leave,
 * encoder names, and the label that this program writes into its own fakes. Marks can be stripped by any
 * re-encoding and forged by anyone: a declaration is taken at its word, its absence says nothing. */
#include "base/base.h"
#include <string.h>
#include <unmask/signal.h>

static um_status finish(void *state, const um_signal_input *in, um_findings *out, um_error *err)
{
    const um_probe *probe = in->probe;
    if (!probe)
        return um_findings_skip(out, um_file_subject(), err, "the file itself was not looked at");
    const double end_s = in->media && in->media->duration_s > 0 ? in->media->duration_s : 0;
    const um_mark *declares = NULL;
    int unread = 0;
    um_status st = UM_OK;
    for (int i = 0; i < probe->n_marks && st == UM_OK; i++) {
        const um_mark *m = &probe->marks[i];
        bool synthetic = m->state == UM_MARK_DECLARES_SYNTHETIC;
        unread += m->state == UM_MARK_NOT_LOOKED_AT;
        if (!synthetic && m->state != UM_MARK_BROKEN)
            continue; /* that an encoder left its name is no evidence; the report lists all marks */
        if (synthetic && !declares)
            declares = m;
        st = um_findings_evidence(out, um_file_subject(), 0, end_s, NULL, err, "%s%s: %s", m->name,
                                  synthetic ? " declares a generator" : " is damaged",
                                  m->detail[0] ? m->detail : "present");
    }
    if (st < 0)
        return st;
    if (!declares && unread)
        return um_findings_score(
            out, um_file_subject(), 0, err,
            "No mark that was looked at declares a generator; %d kind%s of marks could not be "
            "looked at.",
            unread, unread == 1 ? "" : "s");
    if (!declares)
        return um_findings_score(
            out, um_file_subject(), 0, err,
            "No mark declares a generator. Its absence is no evidence: marks are lost in "
            "most uploads.");
    if (!strcmp(declares->name, "unmask_label"))
        return um_findings_score(out, um_file_subject(), 1, err,
                                 "The file carries this program's own label of a made fake: %s",
                                 declares->detail);
    return um_findings_score(out, um_file_subject(), 1, err,
                             "The file declares that a generator made it (%s: %s)", declares->name,
                             declares->detail);
}

const um_signal um_signal_provenance = {
    .name = "provenance",
    .family = "file",
    .question = "Does the file itself say that it was generated?",
    .meaning = "1: a mark in the file declares a generator (C2PA, IPTC digital source type, the parameters "
               "of an image "
               "generator, or this program's own label). 0: none does, which is no evidence, because marks "
               "are lost in "
               "most uploads. A mark can also be forged.",
    .score_unit = "declared (0 or 1)",
    .paper = "C2PA Technical Specification 2.1, 2024; IPTC NewsCodes digitalSourceType",
    .version = 1,
    .needs = UM_NEED_FILE,
    .finish = finish,
};
