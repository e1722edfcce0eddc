/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evaluation.c: the end of an evaluation. */
#include "evaluate/evaluation.h"
#include <stdlib.h>

void um_evaluation_free(um_evaluation **evaluation)
{
    if (!evaluation || !*evaluation)
        return;
    um_evaluation *e = *evaluation;
    for (size_t i = 0; i < e->n_robust; i++) {
        free(e->robust[i].plain);
        free(e->robust[i].under);
    }
    free(e->robust);
    for (size_t i = 0; i < e->n_left_out; i++)
        free(e->left_out[i].of);
    free(e->left_out);
    free(e->forecast);
    free(e->answered);
    for (size_t i = 0; i < e->n_detectors; i++)
        free(e->detector[i].score);
    for (size_t i = 0; i < e->n_cues; i++)
        free(e->cue[i].score);
    for (size_t i = 0; i < e->n_slices; i++) {
        free(e->slice[i].cell);
        free(e->slice[i].cue);
    }
    for (size_t i = 0; i < e->n_failures; i++)
        free(e->failure[i].text);
    free(e->detector);
    free(e->cue);
    free(e->slice);
    free(e->failure);
    free(e->cluster);
    free(e->call);
    for (size_t i = 0; e->answer && i < e->n_answers; i++)
        free(e->answer[i]);
    free(e->answer);
    um_dataset_free(&e->set);
    free(e);
    *evaluation = NULL;
}

size_t um_evaluation_failures(const um_evaluation *e)
{
    return e->n_failures;
}
