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

/* As named_policy_read(). To be finished whatever the reason. */
enum reason policy_file_read(const char *name, struct policy_file *file, struct failure *failure);
void policy_file_finish(struct policy_file *file);

#endif
