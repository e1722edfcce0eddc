/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.h: what a signal that ends the program leaves behind: nothing, and exit status 128 + its number.
 */
#ifndef UM_INTERRUPT_H
#define UM_INTERRUPT_H

/* From now on SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGPIPE remove what is not yet whole and end the program.
 * One that was ignored when it began (nohup, a job in the background of a script) stays so. */
void um_interrupts_end(void);
/* SIGHUP, SIGINT, SIGQUIT and SIGTERM are only noted, so that the command can stop in order, which it is
 * given so many seconds for, if it names some; a second one ends the program as above. */
void um_interrupts_catch(int grace_s);
int um_interrupted(void); /* the signal that was noted, or 0 */
#endif
