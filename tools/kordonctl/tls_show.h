/* tls_show.h: what kordond would take a certificate or a revocation list for. Thread rule: any thread. */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_SHOW_H
#define KORDON_TOOLS_KORDONCTL_TLS_SHOW_H

#include <jansson.h>

#include "base/failure.h"

/* *shown: a new reference to an object. "kind": authority, server, client, other (kordond takes it for none), revocation_list. A certificate has
 * subject, issuer, names (as a proof says them), serial, since, until, usable_now and, of kind other, why; a list has issuer, number, since,
 * until, usable_now, revoked (serial numbers). Whether a signature holds is not judged: that needs the authority. BAD_FORMAT where the
 * file is neither, file_read()'s reasons, NO_MEMORY. */
enum reason tls_show(const char *path, json_t **shown, struct failure *failure);

#endif
