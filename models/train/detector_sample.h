/* SPDX-License-Identifier: GPL-3.0-or-later */
/* detector_sample.h: pictures for the detector: mosaics of photos at random scales, so that the sizes of
 * faces are spread evenly (in the logarithm) from a few pixels to the whole picture. */
#ifndef UNMASK_DETECTOR_SAMPLE_H
#define UNMASK_DETECTOR_SAMPLE_H
#include "degrade/augment.h"
#include "degrade/random.h"
#include "detector_loss.h"
#include "photos.h"

enum { DETECTOR_SIDE = 256 };
/* Pure: the same arguments give the same sample. Only photos with p->photo[i].validation == validation. */
um_status detector_sample(um_image **out, det_truth *truth, const photos *p, bool validation,
                          const sample_mix *mix, int side, uint64_t seed, um_error *err);
#endif
