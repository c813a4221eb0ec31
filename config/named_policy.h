/* named_policy.h: a policy that is named, by [policy] first or on a command line: a preset, or a file. Any thread. */
#ifndef KORDON_CONFIG_NAMED_POLICY_H
#define KORDON_CONFIG_NAMED_POLICY_H

#include <stddef.h>

#include "policy/policy.h"

/* Reads it strictly. A preset's name is that preset: a file of such a name is given as ./NAME. *text: size bytes and a zero byte behind them,
 * malloc'd as is *policy; the caller frees both, NULL where they were not made. POLICY_BAD with NAME:LINE and what to write instead;
 * file_read()'s reasons, and where there is neither, FILE_NOT_FOUND with the presets' names. */
enum reason named_policy_read(
    const char *name, char **text, size_t *size, struct policy **policy, struct failure *failure);

#endif
