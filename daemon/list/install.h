/* list_install.h: how the list in force changes, step by step: what is searched is replaced only by what was built, proven and recorded.
 * Loop's thread.
 */
#ifndef KORDON_DAEMON_LIST_INSTALL_H
#define KORDON_DAEMON_LIST_INSTALL_H

#include "daemon/kordond.h"

/* Erases one entry, for ever; needs no further memory to lock, so that an erasure is always possible. Answers the request later. */
void list_erase(struct kordond *kordond, struct http_request *request, const struct watchlist_id *id,
    const char *justification);

#endif
