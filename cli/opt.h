/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt.h: options as data. Help, man page and completion are printed from the same tables that parse; shared
 * by every program of the project. */
#ifndef UM_OPT_H
#define UM_OPT_H
#include <stdbool.h>
#include <stdio.h>
#include <unmask/types.h>

typedef enum um_opt_kind {
    UM_OPT_FLAG,
    UM_OPT_TEXT,
    UM_OPT_INPUT, /* text: files that are read, or a folder of them, with commas between; none is ever written
                   */
    UM_OPT_OUTPUT,  /* text: a file that is written */
    UM_OPT_REPORT,  /* text: the same, or '-' */
    UM_OPT_REPORTS, /* text: the same, or a folder that exists */
    UM_OPT_FOLDER,  /* text: files are written into it; it is made if need be */
    UM_OPT_NUM,
    UM_OPT_INT,
    UM_OPT_BIG
} um_opt_kind;

typedef struct um_opt {
    const char *name; /* without "--" */
    um_opt_kind kind;
    const char *value; /* placeholder in the help, NULL for a flag */
    const char *help;  /* one sentence, no full stop */
    void *target;      /* bool *, const char **, double *, int *, int64_t * */
    double min, max;   /* for numbers */
} um_opt;

typedef struct um_command {
    const char *program; /* "unmask", of which this is a command; NULL = a program of its own */
    const char *name;
    const char *arguments;          /* "FILE..." */
    const char *summary;            /* one line */
    const char *details;            /* a paragraph for --help and the man page; lines already broken */
    const char *examples;           /* lines "  unmask ..." */
    const um_opt *options;          /* ends with name NULL */
    int min_args, max_args;         /* max -1 = any */
    int (*run)(int n, char **args); /* exit status */
    bool writes;                    /* its arguments are outputs, not inputs */
} um_command;

enum {
    UM_EXIT_OK = 0,
    UM_EXIT_USAGE = 2,
    UM_EXIT_UNREADABLE = 3,
    UM_EXIT_SOME_FAILED = 4,
    UM_EXIT_INTERNAL = 5,
    UM_EXIT_UNWRITABLE = 6,
    UM_EXIT_SIGNAL = 128 /* plus the number of the signal that stopped it, as shells have it */
};

/* Parses options into their targets; positional arguments are moved to args[0..n-1], where '-' becomes
 * /dev/stdin. Inputs are kept from now on and all places of outputs looked at (see places.h). Returns n, or a
 * negative number after one line on stderr or --help: exit with um_opt_status of it. */
int um_opt_parse(const um_command *command, int argc, char **argv);
int um_opt_status(int n);
void um_opt_help(const um_command *command, FILE *out);
void um_opt_man(const um_command *const *commands, FILE *out);        /* unmask(1) in man(7) */
void um_opt_completion(const um_command *const *commands, FILE *out); /* bash */
extern const um_command *const um_commands[];                         /* ends with NULL */

/* exit status of a library failure */
int um_exit_status(um_status status);
/* "unmask: TEXT" on stderr; returns the exit status. */
int um_complain(const um_error *err);
/* Text of others (file names, names in files) as um_printable makes it: it may hold commands for the
 * terminal. */
void um_show(FILE *out, const char *text);
void um_show_lines(FILE *out, const char *text); /* the same, line by line */
#endif
