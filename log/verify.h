/* verify.h: verifies a whole log without trusting the machine that wrote it.
 *
 * Thread rule: any thread, one call a source at a time.
 */
#ifndef KORDON_LOG_VERIFY_H
#define KORDON_LOG_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/source.h"

struct log_verification {
    uint64_t size;     /* entries verified */
    uint64_t erased;   /* bodies that are gone with their erasure entry */
    uint64_t withheld; /* bodies withheld by a redacted export */
    uint64_t time_reversals;
    bool broken_entry_known;
    uint64_t broken_entry; /* the first broken entry, where one can be named */
};

/* Checks everything LOGFORMAT lists: checkpoint signature and origin, every tile against the level above,
 * every head against its leaf, every body against its commitment, missing bodies against erasures, seq =
 * index, the key in force. older_checkpoint (may be NULL): an earlier checkpoint the verifier kept; the log
 * must extend it (LOG_FORKED, LOG_INCOMPLETE). REASON_DONE when all holds; else the first thing that does
 * not, named in failure. */
enum reason log_verify(struct log_source source, const char *verifier_key, const char *older_checkpoint,
    struct log_verification *verification, struct failure *failure);

#endif
