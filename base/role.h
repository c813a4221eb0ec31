/* role.h: the roles that persons and devices hold, named as the configuration, the policy, the API and the log name them. Any thread. */
#ifndef KORDON_BASE_ROLE_H
#define KORDON_BASE_ROLE_H

#include <stdbool.h>

/* Several may be held at once: a bit each. */
enum role {
    ROLE_TERMINAL = 1,
    ROLE_EXAMINER = 2,
    ROLE_PROTECTION_OFFICER = 4,
    ROLE_SUPERVISOR = 8,
    ROLE_AUDITOR = 16,
    ROLE_ADMINISTRATOR = 32,
};
#define ROLE_COUNT 6
#define ROLE_ANY   63u

/* "terminal" ... "administrator"; "unknown" for what is no role. */
const char *role_name(enum role role);

/* False where no role has that name. */
bool role_parse(const char *name, enum role *role);

#endif
