#include "tests/support/log_witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/receipt.h"
#include "log/verify.h"
#include "store/journal.h"

static bool complain(struct log_witness *witness, const char *what, const struct failure *failure)
{
    if (failure == NULL)
        snprintf(witness->complaint, sizeof witness->complaint, "%s", what);
    else
        snprintf(witness->complaint, sizeof witness->complaint, "%s: %s: %.100s: %.200s", what,
            reason_text(failure->reason), failure->subject, failure->detail);
    return false;
}

void log_witness_init(struct log_witness *witness, const char *verifier_key)
{
    struct failure failure;
    *witness = (struct log_witness){0};
    snprintf(witness->key_line, sizeof witness->key_line, "%s", verifier_key);
    if (digest_create(&witness->digest, &failure) != REASON_DONE ||
        verifier_key_parse(verifier_key, strlen(verifier_key), &witness->key, &failure) != REASON_DONE)
        complain(witness, "no key to check by", &failure); /* and then nothing verifies */
}

void log_witness_finish(struct log_witness *witness)
{
    for (size_t i = 0; i < witness->count; i++)
        free(witness->seen[i].note);
    free(witness->seen);
    digest_destroy(witness->digest);
    *witness = (struct log_witness){0};
}

static bool remember(struct log_witness *witness, const struct checkpoint *checkpoint, const char *note)
{
    if (witness->count == witness->room) {
        size_t room = witness->room > 0 ? 2 * witness->room : 64;
        struct witnessed *seen = realloc(witness->seen, room * sizeof *seen);
        if (seen == NULL)
            return complain(witness, "out of memory", NULL);
        witness->seen = seen;
        witness->room = room;
    }
    char *copy = strdup(note);
    if (copy == NULL)
        return complain(witness, "out of memory", NULL);
    witness->seen[witness->count++] = (struct witnessed){.checkpoint = *checkpoint, .note = copy};
    return true;
}

void log_witness_copy(struct log_witness *witness, const struct log_witness *other)
{
    log_witness_init(witness, other->key_line);
    for (size_t i = 0; i < other->count; i++)
        if (remember(witness, &other->seen[i].checkpoint, other->seen[i].note))
            witness->seen[i].held = other->seen[i].held;
}

bool log_witness_checkpoint(struct log_witness *witness, const char *note)
{
    struct checkpoint checkpoint;
    struct failure failure;
    if (checkpoint_verify(note, strlen(note), &witness->key, &checkpoint, &failure) != REASON_DONE)
        return complain(witness, "a checkpoint got out that is not the log's", &failure);
    for (size_t i = 0; i < witness->count; i++) {
        if (witness->seen[i].checkpoint.size != checkpoint.size)
            continue;
        if (memcmp(witness->seen[i].checkpoint.root, checkpoint.root, DIGEST_BYTES) == 0)
            return true;
        char text[128];
        snprintf(
            text, sizeof text, "two roots are signed for size %llu", (unsigned long long)checkpoint.size);
        return complain(witness, text, NULL);
    }
    return remember(witness, &checkpoint, note);
}

bool log_witness_receipt(struct log_witness *witness, const char *text)
{
    struct receipt receipt;
    struct receipt_statement statement;
    struct failure failure;
    if (receipt_parse(text, strlen(text), &receipt, &failure) != REASON_DONE)
        return complain(witness, "a receipt got out that nobody can read", &failure);
    bool holds =
        receipt_verify(&receipt, witness->digest, &witness->key, &statement, &failure) == REASON_DONE;
    if (!holds)
        complain(witness, "a receipt does not hold", &failure);
    else
        holds = log_witness_checkpoint(witness, receipt.checkpoint);
    receipt_finish(&receipt);
    return holds;
}

static bool extends(struct log_witness *witness, struct store *store, const char *note)
{
    struct log_verification verification;
    const struct log_verify_options options = {.verifier_key = witness->key_line, .older_checkpoint = note};
    struct failure failure;
    if (log_verify(log_source_store(store), &options, &verification, &failure) != REASON_DONE)
        return complain(witness, "the log does not stand to what got out", &failure);
    if (verification.size != journal_size(store))
        return complain(witness, "the log is not as long as it says", NULL);
    return true;
}

/* The tree of that size, as the store would show it to anybody, is the one that got out. */
static bool begins_with(struct log_witness *witness, struct store *store, const struct checkpoint *checkpoint)
{
    uint8_t *note;
    size_t size;
    struct checkpoint shown;
    struct failure failure;
    enum reason reason = journal_render(store, checkpoint->size, 0, "checkpoint", &note, &size, &failure);
    if (reason != REASON_DONE)
        return complain(witness, "the log has no such beginning any more", &failure);
    reason = checkpoint_verify((const char *)note, size, &witness->key, &shown, &failure);
    free(note);
    if (reason != REASON_DONE)
        return complain(witness, "the log's beginning does not hold", &failure);
    return memcmp(shown.root, checkpoint->root, DIGEST_BYTES) == 0 ||
           complain(witness, "the log begins otherwise than it did", NULL);
}

bool log_witness_check(struct log_witness *witness, struct store *store)
{
    char *note;
    struct failure failure;
    if (journal_checkpoint(store, &note, &failure) != REASON_DONE)
        return complain(witness, "the store has no checkpoint", &failure);
    bool holds = log_witness_checkpoint(witness, note);
    free(note);
    if (!holds)
        return false;
    /* The whole log is verified once, against the largest that got out; those held before were held together, against one
     * log, and it stands for them. */
    const struct witnessed *largest = &witness->seen[0];
    for (size_t i = 1; i < witness->count; i++)
        if (witness->seen[i].checkpoint.size > largest->checkpoint.size)
            largest = &witness->seen[i];
    holds = extends(witness, store, largest->note);
    for (size_t i = 0; i < witness->count && holds; i++) {
        if (!witness->seen[i].held)
            holds = begins_with(witness, store, &witness->seen[i].checkpoint);
        witness->seen[i].held = holds;
    }
    return holds;
}
