/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workspace.h: memory that work needs while it runs, kept for whatever runs next: as many blocks as run at
 * once, each as large as the largest that was asked of it. */
#ifndef UM_WORKSPACE_H
#define UM_WORKSPACE_H
#include <pthread.h>
#include <stddef.h>

typedef struct um_workspace {
    struct um_workspace *next;
    void *data; /* 64-byte aligned; what it holds is anybody's */
    size_t bytes;
} um_workspace;

typedef struct um_workspaces {
    pthread_mutex_t lock;
    um_workspace *idle;
} um_workspaces;

void um_workspaces_init(um_workspaces *all);
void um_workspaces_free(um_workspaces *all); /* all have been given back */
/* NULL when memory is exhausted. */
um_workspace *um_workspace_take(um_workspaces *all, size_t bytes);
void um_workspace_give_back(um_workspaces *all, um_workspace *workspace);
#endif
