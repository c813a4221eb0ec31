/* check_memory.h: says on standard output how much memory kordond has to lock with this configuration, and whether it may here. */
#ifndef KORDON_DAEMON_CHECK_MEMORY_H
#define KORDON_DAEMON_CHECK_MEMORY_H

#include "config/config.h"

/* Reads the installed list where the state can be read from here, without a trace; says so where it can't. */
void check_memory(const struct configuration *configuration);

#endif
