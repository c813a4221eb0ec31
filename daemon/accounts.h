/* accounts.h: the numbers of this machine's users and groups. Both may block on the name service; any thread. */
#ifndef KORDON_DAEMON_ACCOUNTS_H
#define KORDON_DAEMON_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

/* False where there is none of that name. */
bool account_user(const char *name, uint32_t *uid);
bool account_group(const char *name, uint32_t *gid);

#endif
