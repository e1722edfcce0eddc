/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_manipulated.c: was the face swapped, re-enacted or made to speak?
 *
 * The network is trained on self-blended images (Shiohara & Yamasaki, CVPR 2022, arXiv:2204.08376) and says
 * where the border of what was pasted runs, too (Li et al., "Face X-ray", CVPR 2020, arXiv:1912.13458). */
#include "signals/face/face_network.h"

static const um_face_question question = {
    .role = "face_manipulated",
    .series = "manipulated rather than genuine",
    .fake = "manipulated",
    .real = "genuine",
    .map = "where the network sees a border",
};

static um_status open(void *shared, const um_resources *resources, um_error *err)
{
    return um_face_network_open(shared, &question, resources, err);
}

static const um_network_need needs[] = {{"face_manipulated"}, {NULL}};

const um_signal um_signal_face_manipulated = {
    .name = "face_manipulated",
    .family = "face",
    .question = "Was the face swapped, re-enacted or made to speak?",
    .meaning = "Above 0: a network that has seen genuine faces and pasted ones takes this face for "
               "manipulated, the more the higher; below 0: for genuine. It looks for what pasting leaves: "
               "borders, other sharpness, other colours. Filters, make-up, glasses, hair over the face and "
               "strong compression mislead it, and a face that was generated as a whole has no border.",
    .score_unit = "log odds",
    .paper = "Shiohara & Yamasaki, CVPR 2022, arXiv:2204.08376 (self-blended images)",
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
