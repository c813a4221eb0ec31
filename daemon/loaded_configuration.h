/* loaded_configuration.h: the configuration file as a whole: read, checked, its users and groups found, hashed for the log. At the
 * start and at each reload alike. Any thread.
 */
#ifndef KORDON_DAEMON_LOADED_CONFIGURATION_H
#define KORDON_DAEMON_LOADED_CONFIGURATION_H

#include <limits.h>

#include "config/config.h"
#include "crypto/digest.h"
#include "daemon/http/peer.h"
#include "daemon/http/tls_context.h"
#include "daemon/second_line.h"

struct loaded_configuration {
    char path[PATH_MAX]; /* the file's, without links */
    struct configuration configuration;
    struct peer_grants grants;      /* of configuration.roles */
    struct second_line second_line; /* that grants make */
    struct tls_context *tls;        /* as configuration names it; NULL: no [tls] address */
    char hash[DIGEST_HEX_SIZE];     /* SHA-256 of the file's bytes, lower-case hex */
};

/* loaded is zeroed; to be finished in any case. May block: the file's medium, the name service. Reasons: those of config_read_file(),
 * config_parse(), peer_grants_resolve(), peer_names_read(), tls_context_read(). */
enum reason loaded_configuration_read(
    const char *given, struct loaded_configuration *loaded, struct failure *failure);

/* Takes a zeroed struct. */
void loaded_configuration_finish(struct loaded_configuration *loaded);

#endif
