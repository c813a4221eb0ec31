#include "tools/kordonctl/policy_file.h"

#include <stdlib.h>

#include "config/named_policy.h"
#include "store/policy_change.h"

enum reason policy_file_read(const char *name, struct policy_file *file, struct failure *failure)
{
    *file = (struct policy_file){0};
    TRY(named_policy_read(name, &file->text, &file->size, &file->policy, failure));
    return policy_hash(file->text, file->size, file->hash, failure);
}

void policy_file_finish(struct policy_file *file)
{
    policy_destroy(file->policy);
    free(file->text);
    *file = (struct policy_file){0};
}
