/* export_read.h: an export of a log, read as an auditor has it: with its verifier key, and nothing else of the post. */
#ifndef KORDON_TOOLS_KORDONCTL_EXPORT_READ_H
#define KORDON_TOOLS_KORDONCTL_EXPORT_READ_H

#include "log/verify.h"
#include "tools/kordonctl/kordonctl.h"

/* Told each entry in order with its body; size 0: the body is not there to be seen. */
typedef void export_entry(void *context, const struct entry_head *head, const uint8_t *body, size_t size);

/* Verifies the export by the key of --vkey, or by its own where none was given, against the checkpoint of --old where one was. Told entries
 * mean nothing unless DONE. *size: entries of the log. log_verify()'s reasons, and those of the files that are read. */
enum reason export_read(const struct session *session, const char *directory, export_entry *told,
    void *context, uint64_t *size, struct failure *failure);

#endif
