/* identity.h: who is meant, as one text: what it is, a colon, a name. So the configuration, the log and the API name persons and devices of the register,
 * users and groups of a machine, and certificates. Any thread.
 */
#ifndef KORDON_BASE_IDENTITY_H
#define KORDON_BASE_IDENTITY_H

#include <stdbool.h>

/* The kinds, as an identity begins. */
#define IDENTITY_PERSON      "person:"      /* "person:anna": of the register */
#define IDENTITY_DEVICE      "device:"      /* "device:lane-3": of the register */
#define IDENTITY_USER        "user:"        /* "user:anna": of a machine, by name */
#define IDENTITY_UID         "uid:"         /* "uid:1000": of a machine, by number */
#define IDENTITY_GROUP       "group:"       /* "group:border": of a machine */
#define IDENTITY_CERTIFICATE "certificate:" /* "certificate:post-ca/DNS:lane-3": issued by that authority */

/* The name in it, behind its kind; NULL where it is of another one. */
const char *identity_name(const char *identity, const char *kind);

/* Whether it is of that kind; of the register, whichever it has there. */
bool identity_is(const char *identity, const char *kind);
bool identity_is_registered(const char *identity);

/* Whether who has that identity, of whatever kind ("person:anna", "user:anna"), is called so ("anna"). Nobody is called "". */
bool identity_is_called(const char *identity, const char *called);

#endif
