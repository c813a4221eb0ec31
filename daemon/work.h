/* work.h: what was begun and has not come back, counted, because a stop waits for it. Loop's thread. */
#ifndef KORDON_DAEMON_WORK_H
#define KORDON_DAEMON_WORK_H

#include <stdint.h>

struct work {
    uint32_t count;
    void (*ended)(void *data); /* something came back; may be NULL */
    void *data;
};

void work_begin(struct work *work);
void work_end(struct work *work);

#endif
