/* SPDX-License-Identifier: GPL-3.0-or-later */
/** models.h: a folder of networks that are used beside the built-in ones, kept from one run to the next.
 *
 * Each network that was added lies in a folder of its own below it, with its manifest and, where it has one,
 * its calibration (docs/models/manifest.md). The whole is what um_analysis_options.models_dir wants. */
#ifndef UNMASK_MODELS_H
#define UNMASK_MODELS_H

#include <unmask/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Copies FOLDER, which `unmask train` or others made, to models/NAME, NAME being the last part of its path.
 * It must hold a network that opens; what else lies there and is no .onnx, .net, .json, .md or .txt stays
 * behind, and so do folders in it. All or nothing. UM_EINVAL: that name is there already; UM_EFORMAT: there
 * is no network, or a broken one; UM_EWRITE. `models` is made where it is missing. */
UM_API um_status um_models_add(const char *models, const char *folder, um_error *err);
/** UM_EINVAL: there is no such name. */
UM_API um_status um_models_remove(const char *models, const char *name, um_error *err);
/** A line for each network of the folder (NULL: none) and each built-in one, the first of a role being the
 * one that is used: role, name, the first 12 digits of its SHA-256 (where the manifest states it), where it
 * lies, with tabs between. Caller frees. */
UM_API um_status um_models_list(char **out, const char *models, um_error *err);

#ifdef __cplusplus
}
#endif
#endif
