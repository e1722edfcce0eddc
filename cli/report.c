/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.c: see report.h. */
#include "report.h"
#include "opt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns(void)
{
    struct winsize w;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40 ? w.ws_col : 100;
}

um_status um_print_summary(const um_results *results, bool quiet, um_error *err)
{
    char *text = NULL;
    const bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    um_status st = um_results_text(&text, results, quiet ? 0 : columns(), colour, err);
    if (st == UM_OK)
        fputs(text, stdout);
    free(text);
    return st;
}

bool um_is_output(const char *path)
{
    return path && !strcmp(path, "-");
}

bool um_share_output(const char *command, const char *json, const char *html)
{
    if (!um_is_output(json) || !um_is_output(html))
        return false;
    fprintf(stderr, "unmask %s: only one of --json and --html can be '-'\n", command);
    return true;
}

um_status um_report_save(const char *text, const char *path, um_error *err)
{
    if (!um_is_output(path))
        return um_text_write(path, text, err);
    if (isatty(
            STDOUT_FILENO)) /* names in a table of another program: as they are for it, not for a terminal */
        um_show_lines(stdout, text);
    else
        fputs(text, stdout);
    putchar('\n');
    return UM_OK;
}

um_status um_report_line(char *text, const char *path, um_error *err)
{
    char *to = text;
    for (const char *from = text; *from;
         from++) /* within a text a new line is \n: what is here is indentation */
        if (*from == '\n')
            while (from[1] == ' ')
                from++;
        else
            *to++ = *from;
    *to = 0;
    return um_report_save(text, path, err);
}

void um_report_failure(bool wanted, const char *key, const char *path, const um_error *failure)
{
    char *text = NULL;
    if (wanted && um_failure_json(&text, key, path, failure, NULL) == UM_OK)
        puts(text);
    free(text);
}

void um_report_written(const char *what, const char *path)
{
    printf("%s%swritten to ", what, *what ? " " : "");
    um_show(stdout, path);
    putchar('\n');
}

/* An option with its value as one word of a shell command: the results may come from a file of anybody, and
 * readers copy the command. */
static void add_option(FILE *to, const char *option, const char *value)
{
    if (!value)
        return;
    fprintf(to, "%s '", option);
    for (; *value; value++)
        if (*value == '\'')
            fputs("'\\''", to);
        else
            putc(*value, to);
    putc('\'', to);
}

/* NULL: out of memory. */
static char *repeat_command(const um_results *results)
{
    const um_options_used *used = um_results_options(results);
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    if (!to)
        return NULL;
    fputs("unmask analyze", to);
    add_option(to, " --signals", used->signals);
    if (used->max_s > 0)
        fprintf(to, " --max-seconds %g", used->max_s);
    add_option(to, " --models", used->models_dir);
    add_option(to, " --calibration", used->calibration);
    add_option(to, *um_results_path(results) == '-' ? " --" : "", um_results_path(results));
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

um_status um_report_page(char **out, const um_results *results, um_error *err)
{
    char *command = repeat_command(results);
    um_status st = um_results_html(out, results, command, err);
    free(command);
    return st;
}
