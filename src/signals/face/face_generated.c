/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_generated.c: was the whole face made by a generator?
 *
 * Generators make small maps large step by step, and every step leaves relations between neighbouring pixels
 * that no camera leaves (Durall et al., CVPR 2020, arXiv:2003.01826); what they get wrong in eyes, teeth and
 * hair is larger and outlives a resized copy. */
#include "signals/face/face_network.h"

static const um_face_question question = {
    .role = "face_generated",
    .series = "generated rather than recorded",
    .fake = "generated",
    .real = "recorded",
};

static um_status open(void *shared, const um_resources *resources, um_error *err)
{
    return um_face_network_open(shared, &question, resources, err);
}

static const um_network_need needs[] = {{"face_generated"}, {NULL}};

const um_signal um_signal_face_generated = {
    .name = "face_generated",
    .family = "face",
    .question = "Was the whole face made by a generator?",
    .meaning =
        "Above 0: a network that has seen recorded faces and generated ones takes this face for generated, "
        "the more the higher; below 0: for recorded. Portraits made by GANs and diffusion, and those moved "
        "by sound or by another face, are what it learnt. Beauty filters, restoration and strong "
        "compression mislead it; a face swapped into a recording is another question.",
    .score_unit = "log odds",
    .paper = "Wang et al., CVPR 2020, arXiv:1912.11035 (generated pictures, both classes spoiled alike)",
    .version = 1,
    .needs = UM_NEED_FACES,
    .networks = needs,
    .alternative = "face",
    .shared_size = sizeof(um_face_network),
    .state_size = sizeof(um_face_looks),
    .open = open,
    .begin = um_face_network_begin,
    .push = um_face_network_push,
    .finish = um_face_network_finish,
    .end = um_face_network_end,
};
