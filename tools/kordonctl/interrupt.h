/* interrupt.h: Ctrl-C, a closed terminal and a stopped service end what kordonctl does in order, so that nothing of it stays. One thread;
 * the signal's handler does nothing but take note.
 */
#ifndef KORDON_TOOLS_KORDONCTL_INTERRUPT_H
#define KORDON_TOOLS_KORDONCTL_INTERRUPT_H

#include <stdbool.h>

#include "base/failure.h"

/* From now on SIGINT, SIGTERM and SIGHUP don't end the program; what nohup and the like have ignored stays ignored. */
void interrupt_heed(void);

/* Whether one of them came since. */
bool interrupt_came(void);

/* CAPTURE_CANCELLED where one came: whoever took his finger off the keys believes that nothing goes on. */
enum reason interrupt_check_capture(struct failure *failure);

#endif
