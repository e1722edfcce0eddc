/* commands.h: one line per command; each lives in cmd_NAME.c. */
#ifndef UM_COMMANDS_H
#define UM_COMMANDS_H
#include "opt.h"
#define UM_COMMANDS(X) X(edges) X(faces) X(model) X(probe) X(signals)

#define X(name) extern const um_command um_cmd_##name;
UM_COMMANDS(X)
#undef X
#endif
