/* verify.h: verifies a whole log without trusting the machine that wrote it.
 *
 * Thread rule: any thread, one call a source at a time.
 */
#ifndef KORDON_LOG_VERIFY_H
#define KORDON_LOG_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/entry_head.h"
#include "log/source.h"

/* Something that does not hold. seq: the entry concerned, where one can be named (seq_known); failure: what and why. */
typedef void log_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure);

struct log_verify_options {
    const char *verifier_key;     /* the line; all that is believed */
    const char *older_checkpoint; /* one that the verifier kept, which the log must extend; may be NULL */
    log_problem *problem;         /* NULL: the first problem ends the verification */
    /* Told each entry whose head holds, in order, with its body where that is there and holds; size 0: it is not there. What it is told means
     * nothing unless the verification ends in DONE. NULL: nobody asks. */
    void (*body)(void *context, const struct entry_head *head, const uint8_t *bytes, size_t size);
    void *context; /* theirs */
};

/* What was checked and, as important, what could not be. Every entry's body is in exactly one of bodies, erased, withheld
 * and unproven, unless there were problems. */
struct log_verification {
    uint64_t size;     /* entries verified: their heads */
    uint64_t bodies;   /* bodies that are there and are the ones committed to */
    uint64_t erased;   /* bodies that are gone with their erasure entry */
    uint64_t withheld; /* bodies withheld by a redaction that the log signed: not seen, hence not verified */
    uint64_t unproven; /* bodies gone; the entry that may say why has no body to be seen either */
    uint64_t beyond;   /* entries that the source holds behind its checkpoint: not verified */
    uint64_t problems; /* things that do not hold: at most 1 without a callback */
    uint64_t time_reversals;
    uint32_t withheld_events; /* bits of the events whose bodies are withheld; 0: no redaction */
    bool broken_entry_known;
    uint64_t broken_entry; /* the first broken entry, where one can be named */
};

/* Checks everything that docs/formats.md lists: checkpoint signature and origin, every tile against the level above, every head
 * against its leaf, every body against its commitment, missing bodies against erasures and the signed redaction, that in
 * turn against what is there, seq = index, the key in force; an older checkpoint must be of the same history (LOG_FORKED,
 * LOG_INCOMPLETE). REASON_DONE when all holds; else the first thing that does not, named in failure.
 *
 * With a callback each such thing is told to it, one for an entry as a rule, and verification goes on as long as there
 * are leaves to compute the tree from; bodies with broken heads stay unjudged, and after a broken redaction missing bodies
 * are counted as unproven. The result is then the problem of the lowest entry or, where none can be named, the first. */
enum reason log_verify(struct log_source source, const struct log_verify_options *options,
    struct log_verification *verification, struct failure *failure);

#endif
