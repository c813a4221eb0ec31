/* adversary_oracle_log.c: what is signed, proved and read of the log, against the true history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/receipt.h"
#include "tests/support/adversary_trial.h"

/* --- Signatures ---------------------------------------------------------------------------------------------- */

void trial_check_note(struct trial *trial, const char *note, size_t length, const char *where)
{
    struct checkpoint checkpoint;
    uint8_t root[DIGEST_BYTES];
    const struct adversary_world *world = trial->world;
    char text[96];
    if (checkpoint_verify(note, length, &world->verifier, &checkpoint, NULL) != REASON_DONE) {
        trial_say(trial, OUTCOME_FALSE_RECEIPT, where, "a checkpoint that is not this log's");
        return;
    }
    snprintf(text, sizeof text, "%llu of %llu entries", (unsigned long long)checkpoint.size,
        (unsigned long long)trial->edge.size);
    if (checkpoint.size <= trial->size) {
        if (memcmp(checkpoint.root, trial->history->roots[checkpoint.size], DIGEST_BYTES) != 0)
            trial_say(trial, OUTCOME_SIGNED_OVER, where, text);
        return;
    }
    merkle_edge_root(&trial->edge, world->digest, root, NULL);
    /* In between lies a size that only this test's own entries made. */
    if (checkpoint.size > trial->edge.size ||
        (checkpoint.size == trial->edge.size && memcmp(checkpoint.root, root, DIGEST_BYTES) != 0))
        trial_say(trial, OUTCOME_SIGNED_OVER, where, text);
}

void trial_check_newest(struct trial *trial, const char *when)
{
    char *note;
    struct checkpoint checkpoint;
    if (journal_checkpoint(trial->store, &note, &trial->failure) != REASON_DONE) {
        trial_refused(trial, "checkpoint");
        return;
    }
    trial_check_note(trial, note, strlen(note), when);
    if (checkpoint_parse(note, strlen(note), &checkpoint, NULL) == REASON_DONE &&
        checkpoint.size != trial->edge.size)
        trial_say(trial, OUTCOME_SIGNED_OVER, when, "the newest checkpoint has another size than the log");
    free(note);
}

void trial_check_older(struct trial *trial)
{
    uint64_t sizes[] = {trial->world->snapshots[MOMENT_LIST_1].size,
        trial->world->snapshots[MOMENT_ENTRIES].size, trial_pick(trial, trial->size) + 1,
        trial_pick(trial, trial->size) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *bytes;
        size_t size;
        if (sizes[i] > trial->size)
            continue;
        if (journal_render(trial->store, sizes[i], 0, "checkpoint", &bytes, &size, &trial->failure) !=
            REASON_DONE) {
            trial_refused(trial, "older checkpoint");
            continue;
        }
        trial_check_note(trial, (const char *)bytes, size, "older checkpoint");
        free(bytes);
    }
}

bool trial_check_receipt(
    struct trial *trial, const char *text, uint64_t seq, const char *where, uint8_t leaf[static DIGEST_BYTES])
{
    struct receipt receipt;
    struct receipt_statement statement;
    struct failure failure;
    char line[512];
    memset(leaf, 0, DIGEST_BYTES);
    enum reason reason = receipt_parse(text, strlen(text), &receipt, &failure);
    if (reason == REASON_DONE) {
        reason =
            receipt_verify(&receipt, trial->world->digest, &trial->world->verifier, &statement, &failure);
        if (reason == REASON_DONE)
            merkle_leaf(trial->world->digest, receipt.entry.head, receipt.entry.head_size, leaf, NULL);
        if (reason == REASON_DONE && (statement.seq != seq || !statement.has_body))
            trial_say(trial, OUTCOME_FALSE_RECEIPT, where,
                statement.has_body ? "of another entry" : "without the body");
        receipt_finish(&receipt);
    }
    if (reason != REASON_DONE)
        trial_say(trial, OUTCOME_FALSE_RECEIPT, where, failure_line(&failure, line, sizeof line));
    return reason == REASON_DONE;
}

void trial_check_receipt_of(struct trial *trial, uint64_t seq)
{
    char *text;
    struct receipt receipt;
    uint8_t leaf[DIGEST_BYTES];
    if (journal_receipt(trial->store, seq, &text, &trial->failure) != REASON_DONE) {
        if (trial->failure.reason == REASON_ENTRY_NOT_FOUND)
            trial_say(trial, OUTCOME_DENIED, "receipt", "an entry is not found");
        trial_refused(trial, "receipt");
        return;
    }
    if (trial_check_receipt(trial, text, seq, "receipt", leaf) &&
        memcmp(leaf, trial->history->leaves[seq], DIGEST_BYTES) != 0)
        trial_say(trial, OUTCOME_SIGNED_OVER, "receipt", "of an entry that never was");
    if (receipt_parse(text, strlen(text), &receipt, NULL) == REASON_DONE) {
        trial_check_note(trial, receipt.checkpoint, receipt.checkpoint_length, "receipt's checkpoint");
        receipt_finish(&receipt);
    }
    free(text);
}

/* --- Entries ------------------------------------------------------------------------------------------------- */

void trial_check_entries(struct trial *trial)
{
    for (uint64_t seq = 0; seq < trial->size; seq++) {
        json_t *entry;
        char place[32];
        snprintf(place, sizeof place, "entry %llu", (unsigned long long)seq);
        if (journal_read(trial->store, seq, &entry, &trial->failure) != REASON_DONE) {
            if (trial->failure.reason == REASON_ENTRY_NOT_FOUND)
                trial_say(trial, OUTCOME_DENIED, place, "is not found");
            trial_refused(trial, place);
            continue;
        }
        char *text = json_dumps(entry, JSON_SORT_KEYS | JSON_COMPACT);
        if (!json_is_object(json_object_get(entry, "body")))
            trial_say(trial, OUTCOME_DENIED, place, "its body is said to be erased");
        else if (text == NULL || strcmp(text, trial->history->entries[seq]) != 0)
            trial_say(trial, OUTCOME_OTHER_ENTRY, place, text != NULL ? text : "");
        free(text);
        json_decref(entry);
    }
}
