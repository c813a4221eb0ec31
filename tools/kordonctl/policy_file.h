/* policy_file.h: a policy that is named on the command line or by [policy] first: a preset, or a file. */
#ifndef KORDON_TOOLS_KORDONCTL_POLICY_FILE_H
#define KORDON_TOOLS_KORDONCTL_POLICY_FILE_H

#include "crypto/digest.h"
#include "policy/policy.h"

struct policy_file {
    char *text; /* malloc'd, with a zero byte behind it */
    size_t size;
    char hash[DIGEST_HEX_SIZE];
    struct policy *policy;
};

/* Reads it strictly. A preset's name is that preset: a file of such a name is given as ./NAME. POLICY_BAD with NAME:LINE and what to write
 * instead; file_read()'s reasons, and where there is neither the presets' names. To be finished whatever the reason. */
enum reason policy_file_read(const char *name, struct policy_file *file, struct failure *failure);
void policy_file_finish(struct policy_file *file);

#endif
