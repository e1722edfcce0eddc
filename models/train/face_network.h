/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face_network.h: "task = face": the training of the network of manipulated faces, as its recipe says; and
 * "task = generated": of that of faces generated as a whole, the same but for what stands beside each other.
 */
#ifndef UNMASK_FACE_NETWORK_H
#define UNMASK_FACE_NETWORK_H
#include "network_task.h"
#include "task_face.h"

typedef struct face_training { /* the state of face_network */
    char kinds[UM_RECIPE_LINE];
    double listed, hardness, border_loss;
    int64_t harden, unpaired;
    face_set set;
    face_task task;
    bool ready;
} face_training;
#endif
