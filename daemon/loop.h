/* loop.h: the loop, and how long it was busy at most: it must never block. */
#ifndef KORDON_DAEMON_LOOP_H
#define KORDON_DAEMON_LOOP_H

#include <stdint.h>
#include <uv.h>

#include "base/failure.h"

/* One turn of the loop without the time it waited. */
struct loop_watch {
    uv_prepare_t turn;
    uint64_t turn_began_ns, waited_ns;
    uint64_t longest_block_ns;
};

/* Makes the loop and watches it. SYSTEM_ERROR. The handle watch->turn is to be closed with the others. */
enum reason loop_init(uv_loop_t *loop, struct loop_watch *watch, struct failure *failure);

#endif
