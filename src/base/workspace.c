/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workspace.c: see workspace.h. */
#include "base/workspace.h"
#include "base/base.h"
#include <stdlib.h>

void um_workspaces_init(um_workspaces *all)
{
    pthread_mutex_init(&all->lock, NULL);
    all->idle = NULL;
}

void um_workspaces_free(um_workspaces *all)
{
    for (um_workspace *w = all->idle, *next; w; w = next) {
        next = w->next;
        free(w->data);
        free(w);
    }
    all->idle = NULL;
    pthread_mutex_destroy(&all->lock);
}

um_workspace *um_workspace_take(um_workspaces *all, size_t bytes)
{
    pthread_mutex_lock(&all->lock);
    um_workspace *w = all->idle;
    if (w)
        all->idle = w->next;
    pthread_mutex_unlock(&all->lock);
    if (!w && !(w = um_calloc(1, sizeof *w)))
        return NULL;
    if (w->bytes < bytes) {
        free(w->data);
        w->data = um_calloc_aligned(bytes, 1);
        w->bytes = w->data ? bytes : 0;
    }
    if (w->bytes >= bytes)
        return w;
    um_workspace_give_back(all, w);
    return NULL;
}

void um_workspace_give_back(um_workspaces *all, um_workspace *w)
{
    pthread_mutex_lock(&all->lock);
    w->next = all->idle;
    all->idle = w;
    pthread_mutex_unlock(&all->lock);
}
