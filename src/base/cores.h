/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cores.h: how many threads the machine lets run at once. um_cores (base.h) is what the rest asks. */
#ifndef UM_CORES_H
#define UM_CORES_H

/* At most `allowed`, and at most the processor time that the control groups of this process give it, rounded
 * up to whole cores; at least 1. `root`: where /proc and /sys lie, "" but for tests. */
int um_cores_granted(const char *root, int allowed);
#endif
