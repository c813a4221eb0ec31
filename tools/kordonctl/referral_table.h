/* referral_table.h: the queue of referrals as a person reads it at a terminal: what he acts on, as wide as his terminal is. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_REFERRAL_TABLE_H
#define KORDON_TOOLS_KORDONCTL_REFERRAL_TABLE_H

#include <stddef.h>

#include "tools/kordonctl/kordonctl.h"

/* Rows in their order, what waits first. */
void referral_table_print(const json_t *const *rows, size_t count);

#endif
