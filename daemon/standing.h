/* standing.h: whether somebody who asked some time ago still is who he was proven to be, and what he may now. Loop's thread. */
#ifndef KORDON_DAEMON_STANDING_H
#define KORDON_DAEMON_STANDING_H

#include <stdbool.h>

#include "daemon/principal.h"

struct kordond;

/* Whether the certificate that he showed still counts, by the lists in force; true where the proof is none ("uid:1000"). */
bool standing_certificate_holds(
    const struct kordond *kordond, const char *proof, const struct principal_certificate *certificate);

/* The roles that he holds by the configuration in force; none where what proved him proves him no more. */
unsigned standing_roles(const struct kordond *kordond, const struct principal *principal);

#endif
