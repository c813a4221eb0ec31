/* log_witness.h: somebody outside the machine who keeps every receipt and checkpoint that got out of a log, and says
 * whether the store still stands to them.
 *
 * What it holds against a store: a receipt that does not verify, two roots signed for one size, a log that does not
 * extend a checkpoint that got out (an acknowledged entry is lost or another stands in its place), a log that does not
 * verify or has another length than it says. It asserts nothing, so that a test can require that it complains.
 */
#ifndef KORDON_TESTS_SUPPORT_LOG_WITNESS_H
#define KORDON_TESTS_SUPPORT_LOG_WITNESS_H

#include <stdbool.h>

#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "store/store.h"

struct log_witness {
    struct digest *digest;
    char key_line[VERIFIER_KEY_LINE_SIZE];
    struct verifier_key key;
    struct witnessed {
        struct checkpoint checkpoint;
        char *note;
        bool held; /* against a store, since it got out: together with all that were before */
    } * seen;
    size_t count, room;
    char complaint[512]; /* the last one */
};

/* Knows the log by its verifier key alone. */
void log_witness_init(struct log_witness *witness, const char *verifier_key);
void log_witness_finish(struct log_witness *witness);

/* Copies what the other knows. */
void log_witness_copy(struct log_witness *witness, const struct log_witness *other);

/* Something got out: false with a complaint where it can't stand beside what got out before. */
bool log_witness_receipt(struct log_witness *witness, const char *text);
bool log_witness_checkpoint(struct log_witness *witness, const char *note);

/* Takes the store's newest checkpoint and holds the log against all that got out. */
bool log_witness_checkpoint(struct log_witness *witness, const char *note);

/* Takes the store's newest checkpoint and holds the log against all that got out since the last such check; log_witness_copy
 * and a new witness begin with everything unchecked. */
bool log_witness_check(struct log_witness *witness, struct store *store);

#endif
