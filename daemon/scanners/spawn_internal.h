/* spawn_internal.h: how a kordon-scanner child is started; private to process_life.c. */
#ifndef KORDON_DAEMON_SCANNERS_SPAWN_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_SPAWN_INTERNAL_H

#include "daemon/scanners/process_internal.h"

/* Starts process->child with the far end of process->socket as its descriptor SCANNER_SOCKET, its log
 * descriptor, an environment of its own and nothing else. 0 or a libuv error; the handle child is to be
 * closed in either case. */
int scanner_spawn(struct scanner_process *process, uv_exit_cb on_exit);

#endif
