/* SPDX-License-Identifier: GPL-3.0-or-later */
/** subject.h: what a finding speaks of: the file, a person, a voice, an interval or a region. */
#ifndef UNMASK_SUBJECT_H
#define UNMASK_SUBJECT_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum um_subject_kind {
    UM_SUBJECT_FILE,     ///< the whole recording
    UM_SUBJECT_PERSON,   ///< a face that was followed
    UM_SUBJECT_VOICE,    ///< a speaker
    UM_SUBJECT_INTERVAL, ///< a stretch of time, whoever is in it
    UM_SUBJECT_REGION    ///< a part of the picture, for a stretch of time
} um_subject_kind;

/** Made by the functions below: what a kind does not use is zero. */
typedef struct um_subject {
    um_subject_kind kind;
    int id;              ///< person, voice: 0-based
    double from_s, to_s; ///< interval, region
    um_rect region;      ///< region: pixels of the displayed picture
} um_subject;

static inline um_subject um_file_subject(void)
{
    const um_subject s = {UM_SUBJECT_FILE, 0, 0, 0, {0, 0, 0, 0}};
    return s;
}

static inline um_subject um_person_subject(int person)
{
    const um_subject s = {UM_SUBJECT_PERSON, person, 0, 0, {0, 0, 0, 0}};
    return s;
}

static inline um_subject um_voice_subject(int voice)
{
    const um_subject s = {UM_SUBJECT_VOICE, voice, 0, 0, {0, 0, 0, 0}};
    return s;
}

static inline um_subject um_interval_subject(double from_s, double to_s)
{
    const um_subject s = {UM_SUBJECT_INTERVAL, 0, from_s, to_s, {0, 0, 0, 0}};
    return s;
}

static inline um_subject um_region_subject(um_rect region, double from_s, double to_s)
{
    const um_subject s = {UM_SUBJECT_REGION, 0, from_s, to_s, region};
    return s;
}

UM_API bool um_subject_equal(um_subject a, um_subject b);

#ifdef __cplusplus
}
#endif
#endif
