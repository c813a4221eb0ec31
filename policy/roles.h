/* roles.h: which roles one person must not hold together (T7). Pure; any thread. */
#ifndef KORDON_POLICY_ROLES_H
#define KORDON_POLICY_ROLES_H

#include "base/role.h"

/* Why these roles (bits of enum role) must not be one person's: "administrator and auditor: ..."; NULL where they may. Constant. */
const char *roles_conflict(unsigned roles);

/* Why a device must not hold them; NULL where it may. Constant. */
const char *roles_conflict_of_device(unsigned roles);

#endif
