/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.c: see interrupt.h. */
#include "interrupt.h"
#include "opt.h"
#include <signal.h>
#include <unistd.h>
#include <unmask/output.h>

static volatile sig_atomic_t noted, grace;

static void end(int number)
{
    um_outputs_abandon();
    _exit(UM_EXIT_SIGNAL + (number == SIGALRM ? noted : number));
}

/* Whatever phase does not look at what was noted: the time it is given is bounded here. */
static void note(int number)
{
    if (noted)
        end(number);
    noted = number;
    if (grace)
        alarm((unsigned)grace);
}

static void handle(const int *numbers, void (*handler)(int))
{
    for (; *numbers; numbers++) {
        struct sigaction now = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
        sigemptyset(&now.sa_mask);
        if (sigaction(*numbers, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(*numbers, &now, NULL);
    }
}

void um_interrupts_end(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, 0};
    handle(numbers, end);
    signal(SIGXFSZ, SIG_IGN); /* an output over the limit is an error of writing, told as such */
}

void um_interrupts_catch(int grace_s)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, 0};
    grace = grace_s;
    handle(numbers, note);
}

int um_interrupted(void)
{
    return noted;
}
