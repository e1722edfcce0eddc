/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opt.c: options parsed, explained and completed from one table. */
#include "opt.h"
#include "places.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const um_opt *find(const um_command *command, const char *name, size_t n)
{
    for (const um_opt *o = command->options; o->name; o++)
        if (strlen(o->name) == n && !memcmp(o->name, name, n))
            return o;
    return NULL;
}

/* "unmask analyze", or the name of a program of its own */
static const char *full_name(char name[64], const um_command *c)
{
    snprintf(name, 64, "%s%s%s", c->program ? c->program : "", c->program ? " " : "", c->name);
    return name;
}

static bool store(const um_opt *o, const char *value)
{
    char *end;
    double number;
    switch (o->kind) {
    case UM_OPT_FLAG:
        *(bool *)o->target = true;
        return true;
    case UM_OPT_TEXT:
    case UM_OPT_INPUT:
    case UM_OPT_OUTPUT:
    case UM_OPT_REPORT:
    case UM_OPT_REPORTS:
    case UM_OPT_FOLDER:
        *(const char **)o->target = value;
        return true;
    default:
        number = strtod(value, &end);
        if (end == value || *end || !isfinite(number) || number < o->min || number > o->max)
            return false;
        if (o->kind != UM_OPT_NUM && number != floor(number))
            return false;
        if (o->kind == UM_OPT_NUM)
            *(double *)o->target = number;
        else if (o->kind == UM_OPT_INT)
            *(int *)o->target = (int)number;
        else
            *(int64_t *)o->target = (int64_t)number;
        return true;
    }
}

enum { WRONG = -1, HELPED = -2, UNWRITABLE = -3, FAILED = -4 };

int um_opt_status(int n)
{
    return n == HELPED       ? UM_EXIT_OK
           : n == UNWRITABLE ? UM_EXIT_UNWRITABLE
           : n == FAILED     ? UM_EXIT_INTERNAL
                             : UM_EXIT_USAGE;
}

static int settle(const um_command *command, int n, char **args)
{
    um_error err;
    const um_status st = um_places_settle(command, n, args, &err);
    if (st == UM_OK)
        return n;
    fprintf(stderr, "%s: %s\n", command->program ? command->program : command->name, err.text);
    return st == UM_EINVAL ? WRONG : st == UM_EWRITE ? UNWRITABLE : FAILED;
}

int um_opt_parse(const um_command *command, int argc, char **argv)
{
    static char standard_input[] = "/dev/stdin";
    int n = 0;
    char name[64];
    bool options = true;
    full_name(name, command);
    for (int i = 0; i < argc; i++) {
        char *a = argv[i];
        if (!options || a[0] != '-' || !a[1]) {
            argv[n++] = !strcmp(a, "-") && options && !command->writes ? standard_input : a;
            continue;
        }
        if (!strcmp(a, "--")) {
            options = false;
            continue;
        }
        if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
            um_opt_help(command, stdout);
            return HELPED;
        }
        const char *equals = strchr(a, '=');
        const um_opt *o = strncmp(a, "--", 2)
                              ? NULL
                              : find(command, a + 2, equals ? (size_t)(equals - a - 2) : strlen(a + 2));
        if (!o) {
            char shown[80]; /* a file whose name begins with a dash may be anybody's */
            fprintf(stderr, "%s: unknown option '%s' (see %s --help)\n", name,
                    um_printable(shown, sizeof shown, a), name);
            return WRONG;
        }
        const char *value = equals ? equals + 1 : NULL;
        if (o->kind == UM_OPT_FLAG ? value != NULL : !value && !(i + 1 < argc && (value = argv[++i]))) {
            fprintf(stderr, "%s: --%s takes %s\n", name, o->name, o->value ? o->value : "no value");
            return WRONG;
        }
        if (!store(o, value)) {
            char shown[80];
            fprintf(stderr, "%s: --%s %s: must be a%s number from %g to %g\n", name, o->name,
                    um_printable(shown, sizeof shown, value), o->kind == UM_OPT_NUM ? "" : " whole", o->min,
                    o->max);
            return WRONG;
        }
    }
    if (n < command->min_args || (command->max_args >= 0 && n > command->max_args)) {
        fprintf(stderr, "%s: expected %s (see %s --help)\n", name,
                *command->arguments ? command->arguments : "no argument", name);
        return WRONG;
    }
    return settle(command, n, argv);
}

void um_opt_help(const um_command *c, FILE *out)
{
    char name[64];
    fprintf(out, "%s\n\nUsage: %s%s%s%s\n\n%s\n\nOptions:\n", c->summary, full_name(name, c),
            c->options->name ? " [options]" : "", *c->arguments ? " " : "", c->arguments, c->details);
    for (const um_opt *o = c->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(out, "  %-24s %s\n", left, o->help);
    }
    fprintf(out, "  %-24s %s\n\nExamples:\n%s\n\n", "--help", "print this", c->examples);
    fputs("Exit status: 0 done, 2 wrong usage, 3 unreadable input, 4 some inputs failed, 5 internal error,\n"
          "6 an output cannot be written, 128 + N stopped by signal N.\n",
          out);
}

/* man(7) text: a line must not start with a control character, a backslash is \e, a hyphen of an option \- */
static void roff(FILE *out, const char *text)
{
    bool start = true;
    for (; *text; start = *text == '\n', text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
}

void um_opt_man(const um_command *const *commands, FILE *out)
{
    fprintf(out,
            ".TH UNMASK 1 \"\" \"unmask %s\" \"User Commands\"\n.SH NAME\nunmask \\- tell whether a face or "
            "a voice "
            "in a recording was made or changed by a machine\n.SH SYNOPSIS\n",
            um_version());
    for (const um_command *const *c = commands; *c; c++)
        fprintf(out, ".B unmask %s\n%s%s\n.br\n", (*c)->name, (*c)->options->name ? "[options] " : "",
                (*c)->arguments);
    fputs(".SH DESCRIPTION\nunmask analyses videos, photos and sound for traces of machine manipulation, "
          "offline, and "
          "shows the evidence.\nOne polarity everywhere: a higher score means more likely manipulated.\n.SH "
          "COMMANDS\n",
          out);
    for (const um_command *const *c = commands; *c; c++) {
        fprintf(out, ".SS unmask %s\n", (*c)->name);
        roff(out, (*c)->summary);
        fputs(".\n.PP\n", out);
        roff(out, (*c)->details);
        fputc('\n', out);
        for (const um_opt *o = (*c)->options; o->name; o++) {
            fputs(".TP\n.B ", out);
            roff(out, "--");
            roff(out, o->name);
            fprintf(out, "%s%s\n", o->value ? " " : "", o->value ? o->value : "");
            roff(out, o->help);
            fputc('\n', out);
        }
        fputs(".PP\nExamples:\n.PP\n.nf\n", out);
        roff(out, (*c)->examples);
        fputs("\n.fi\n", out);
    }
    fputs(".SH EXIT STATUS\n.TP\n0\ndone, every input was analysed\n.TP\n2\nwrong usage\n.TP\n3\nunreadable "
          "input\n"
          ".TP\n4\nsome inputs failed, the others were analysed\n.TP\n5\ninternal error\n.TP\n6\nan output "
          "cannot be written\n"
          ".TP\n128 + N\nstopped by signal N, as by Ctrl+C (130)\n"
          ".SH ENVIRONMENT\n.TP\nUNMASK_MODELS\nfolder of other networks, as \\-\\-models (else what unmask "
          "models add added)\n",
          out);
}

void um_opt_completion(const um_command *const *commands, FILE *out)
{
    fputs("# bash completion for unmask, generated from its option tables\n_unmask()\n{\n    local "
          "cur=${COMP_WORDS[COMP_CWORD]} "
          "prev=${COMP_WORDS[COMP_CWORD-1]} words=\n    COMPREPLY=()\n    if [ \"$COMP_CWORD\" -eq 1 ]; "
          "then\n        "
          "COMPREPLY=($(compgen -W \"",
          out);
    for (const um_command *const *c = commands; *c; c++)
        fprintf(out, "%s ", (*c)->name);
    fputs("--help --version\" -- \"$cur\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", out);
    for (const um_command *const *c = commands; *c; c++) {
        fprintf(out, "    %s) words=\"", (*c)->name);
        for (const um_opt *o = (*c)->options; o->name; o++)
            fprintf(out, "--%s ", o->name);
        fputs("--help\" ;;\n", out);
    }
    fputs(
        "    esac\n    if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n "
        "   else\n"
        "        compopt -o filenames 2>/dev/null\n        COMPREPLY=($(compgen -f -- \"$cur\"))\n    fi\n}\n"
        "complete -F _unmask unmask\n",
        out);
}

int um_exit_status(um_status status)
{
    switch (status) {
    case UM_OK:
    case UM_EOF:
        return UM_EXIT_OK;
    case UM_EINVAL:
        return UM_EXIT_USAGE;
    case UM_EIO:
    case UM_EFORMAT:
    case UM_EUNSUPPORTED:
        return UM_EXIT_UNREADABLE;
    case UM_EWRITE:
        return UM_EXIT_UNWRITABLE;
    default:
        return UM_EXIT_INTERNAL;
    }
}

void um_show(FILE *out, const char *text)
{
    const size_t size = strlen(text) + 1; /* what is replaced grows shorter */
    char *shown = malloc(size);
    if (shown)
        fputs(um_printable(shown, size, text), out);
    free(shown);
}

void um_show_lines(FILE *out, const char *text)
{
    char *copy = strdup(text), *end;
    for (char *line = copy; line && *line; line = end) {
        end = line + strcspn(line, "\n");
        const bool whole = *end;
        *end = 0;
        um_show(out, line);
        if (whole) {
            putc('\n', out);
            end++;
        }
    }
    free(copy);
}

int um_complain(const um_error *err)
{
    fputs("unmask: ", stderr);
    um_show(stderr, err->text);
    putc('\n', stderr);
    return um_exit_status(err->code);
}
