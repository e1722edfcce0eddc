/* SPDX-License-Identifier: GPL-3.0-or-later */
/* models_folder.h: where the networks lie that `unmask models add` added. */
#ifndef UM_MODELS_FOLDER_H
#define UM_MODELS_FOLDER_H
#include <stddef.h>

/* UNMASK_MODELS, else $XDG_DATA_HOME/unmask/models, else ~/.local/share/unmask/models; "" when none is known.
 */
void um_models_folder(char *path, size_t size);
/* From now on the library uses that folder, if it is there. */
void um_models_folder_use(void);
#endif
