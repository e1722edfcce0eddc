/* SPDX-License-Identifier: GPL-3.0-or-later */
/** output.h: where may this process write?
 *
 * Every file of the library is written beside its place under a name of its own and renamed when it is whole;
 * its permissions stay. A link stays a link: what it points to is replaced. A device, a pipe or a descriptor
 * of this process (/dev/stdout, /dev/fd/N) is written to in place. What was named to um_output_keep is never
 * written. All of them may be called from any thread.
 */
#ifndef UNMASK_OUTPUT_H
#define UNMASK_OUTPUT_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** From now on, as long as the process lasts, no output replaces this file, by whatever name, link or hard
 * link it is called (UM_EINVAL). Without that file nothing happens. UM_ENOMEM. */
UM_API um_status um_output_keep(const char *path, um_error *err);
/** May `path` be written? To be asked before long work: is it kept (UM_EINVAL), is the folder there and
 * writable, the disk not full (UM_EWRITE). Of a folder: may files be made in it. Leaves nothing behind. */
UM_API um_status um_output_check(const char *path, um_error *err);
/** Does the name stand for standard output, as /dev/stdout does? */
UM_API bool um_output_is_stdout(const char *path);
/** Removes every output of this process that is not yet whole, of 256 at once. For the handler of a signal
 * that ends the process: it calls nothing that such a handler may not. Folders of copies, as an evaluation of
 * robustness makes, are not outputs: they are removed when the call returns. */
UM_API void um_outputs_abandon(void);

#ifdef __cplusplus
}
#endif
#endif
