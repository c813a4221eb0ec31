/* process.h: what the process does to itself before it does anything for others. For main(). */
#ifndef KORDON_DAEMON_PROCESS_H
#define KORDON_DAEMON_PROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* No core dumps, no SIGPIPE, SIGHUP kept until it can be acted on (reload.h), memory out of swap where the limits allow
 * it (M1, T1; what is biometric is locked in any case), JSON and OpenSSL's buffers that are wiped when they are freed. Before any thread and any key. */
enum reason process_prepare(struct failure *failure);

/* May open so many files and connections at once; the usual limit of 1024 is raised as far as the system lets it. CONFIGURATION_BAD where that is
 * less: without a descriptor no entry could be anchored. */
enum reason process_allow_descriptors(uint64_t count, struct failure *failure);

/* "0.1.0 <build id of the running program>", for the log. */
void process_build_name(char *text, size_t size);

#endif
