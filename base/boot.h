/* boot.h: which boot of the machine this is, and how long it has run: a clock that nobody sets. Any thread. */
#ifndef KORDON_BASE_BOOT_H
#define KORDON_BASE_BOOT_H

#include <stdint.h>

#define BOOT_ID_SIZE 40

/* The kernel's id of this boot; "" where it can't be read. Returns id. */
const char *boot_id(char id[static BOOT_ID_SIZE]);

/* ms since the boot, also those that it slept. */
int64_t boot_elapsed_ms(void);

#endif
