/* first_policy.h: the policy that a state begins with: a preset or the file that [policy] first names. */
#ifndef KORDON_TOOLS_KORDONCTL_FIRST_POLICY_H
#define KORDON_TOOLS_KORDONCTL_FIRST_POLICY_H

#include "log/entry.h"
#include "store/document.h"
#include "store/journal.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/policy_file.h"

/* Stays where it is: what the state begins with points into it. */
struct first_policy {
    struct policy_file file;
    struct log_draft draft;
    struct document_change document;
    struct journal_change change;
    struct store_beginning beginning;
};

/* Reads and checks it, before anything is made. CONFIGURATION_BAD where none is named, with the presets; POLICY_BAD, also for a demonstration's
 * in a configuration that is none; policy_file_read()'s reasons. To be finished where DONE. */
enum reason first_policy_read(
    const struct session *session, struct first_policy *first, struct failure *failure);

void first_policy_finish(struct first_policy *first);

#endif
