/* adversary_oracle.c: uses a state directory as the daemon would, and holds every answer against the true history.
 *
 * It knows nothing of what was done to the files. An answer is true, or a failure with a reason, or a fault; a state that is
 * wholly that of an earlier moment is no fault where older copies were to be had: only an anchor can tell it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary_trial.h"

static const struct {
    const char *name;
    bool legal;
} outcomes[] = {
#define ADVERSARY_OUTCOME_ROW(outcome, name, legal) {name, legal},
    ADVERSARY_OUTCOMES(ADVERSARY_OUTCOME_ROW)
#undef ADVERSARY_OUTCOME_ROW
};

const char *adversary_outcome_name(enum adversary_outcome outcome)
{
    return outcomes[outcome].name;
}

bool adversary_outcome_legal(enum adversary_outcome outcome)
{
    return outcomes[outcome].legal;
}

void trial_say(struct trial *trial, enum adversary_outcome outcome, const char *what, const char *more)
{
    if (outcome <= trial->verdict.outcome)
        return;
    trial->verdict.outcome = outcome;
    snprintf(
        trial->verdict.why, sizeof trial->verdict.why, "%s%s%s", what, more[0] != '\0' ? ": " : "", more);
}

void trial_refused(struct trial *trial, const char *call)
{
    char line[sizeof trial->failure.subject + sizeof trial->failure.detail + 128];
    trial_say(trial, OUTCOME_REFUSED_AT_USE, call, failure_line(&trial->failure, line, sizeof line));
}

uint64_t trial_pick(struct trial *trial, uint64_t limit)
{
    trial->random = trial->random * 6364136223846793005u + 1442695040888963407u;
    return (trial->random >> 33) % limit;
}

/* --- All of it ----------------------------------------------------------------------------------------------- */

static enum reason open_store(struct trial *trial, enum store_access access)
{
    return adversary_open(trial->question->directory, access, trial->world->provider, trial->question->anchor,
        &trial->store, &trial->failure);
}

/* The history that the newest checkpoint is of: the true one, or the fork where both were to be had. */
static const struct adversary_history *find_history(struct trial *trial, uint64_t size)
{
    const struct adversary_history *fork = &trial->world->fork;
    struct checkpoint checkpoint;
    char *note;
    bool forked = false;
    if (size > trial->world->snapshots[MOMENT_ENTRIES].size && size <= fork->size &&
        trial->question->older_copies &&
        journal_checkpoint(trial->store, &note, &trial->failure) == REASON_DONE) {
        forked = checkpoint_parse(note, strlen(note), &checkpoint, NULL) == REASON_DONE &&
                 checkpoint.size == size && memcmp(checkpoint.root, fork->roots[size], DIGEST_BYTES) == 0;
        free(note);
    }
    return forked ? fork : &trial->world->truth;
}

/* Which past the log claims to be; false where it is none. */
static bool place_in_history(struct trial *trial)
{
    uint64_t size = journal_size(trial->store), true_size = trial->world->truth.size;
    char text[64];
    trial->edge = (struct merkle_edge){0};
    trial->history = find_history(trial, size);
    bool forked = trial->history != &trial->world->truth;
    snprintf(text, sizeof text, "%llu entries of %llu%s", (unsigned long long)size,
        (unsigned long long)true_size, forked ? ", of the fork" : "");
    if (size > true_size || size == 0 || (size < true_size && !trial->question->older_copies)) {
        trial_say(trial, OUTCOME_SIGNED_OVER, "size", text);
        return false;
    }
    if (size < true_size || forked)
        trial_say(trial, OUTCOME_ROLLED_BACK, "size", text);
    trial->size = size;
    trial->list = adversary_list_at(trial->history, size);
    for (uint64_t i = 0; i < size; i++) {
        size_t count;
        merkle_edge_append(&trial->edge, trial->world->digest, trial->history->leaves[i], NULL, &count, NULL);
    }
    return true;
}

static void check_reading(struct trial *trial)
{
    if (strcmp(store_verifier_key(trial->store), trial->world->verifier_line) != 0)
        trial_say(trial, OUTCOME_SIGNED_OVER, "verifier key", "another one");
    trial_check_newest(trial, "newest checkpoint");
    trial_check_older(trial);
    trial_check_entries(trial);
    trial_check_receipt_of(trial, trial->size - 1);
    trial_check_receipt_of(trial, trial_pick(trial, trial->size));
    trial_check_list(trial);
    trial_check_one_record(trial);
    trial_check_the_gone(trial);
    trial_check_documents(trial);
}

static void check_writing(struct trial *trial, const struct adversary_bytes *before_open)
{
    trial_check_append(trial);
    trial_check_newest(trial, "checkpoint after appending");
    trial_check_verification(trial);
    trial_check_documents(trial);
    if (trial->list->count > 0)
        trial_check_erasure(trial, before_open);
    if (trial->erased) {
        trial_check_list(trial);
        trial_check_the_gone(trial);
    }
}

static bool passed_through(const struct adversary_history *history, const struct checkpoint *checkpoint)
{
    return checkpoint->size <= history->size &&
           memcmp(checkpoint->root, history->roots[checkpoint->size], DIGEST_BYTES) == 0;
}

/* Whether the newest checkpoint is one that the true log passed through, or the fork, of which there are copies as well. */
static bool is_older_copy(struct trial *trial)
{
    const struct adversary_world *world = trial->world;
    struct checkpoint checkpoint;
    char *note;
    if (journal_checkpoint(trial->store, &note, &trial->failure) != REASON_DONE)
        return false;
    bool past = checkpoint_parse(note, strlen(note), &checkpoint, NULL) == REASON_DONE &&
                (passed_through(&world->truth, &checkpoint) || passed_through(&world->fork, &checkpoint));
    free(note);
    return past;
}

static void check_again(struct trial *trial)
{
    if (open_store(trial, STORE_WRITE) != REASON_DONE) {
        trial_refused(trial, "open again");
        return;
    }
    if (journal_size(trial->store) != trial->edge.size) {
        /* Everything of an older copy, written over what is there, is that copy once nobody has the state open. */
        bool older = trial->question->older_copies && is_older_copy(trial);
        trial_say(trial, older ? OUTCOME_ROLLED_BACK : OUTCOME_SIGNED_OVER, "open again", "another size");
    } else {
        trial_check_newest(trial, "newest checkpoint, opened again");
        trial_check_list(trial);
        trial_check_the_gone(trial);
    }
    store_close(trial->store);
}

/* A held store may be looked at, but it vouches for nothing and takes nothing. */
static void judge_held(struct trial *trial)
{
    char *text = NULL;
    json_t *body = adversary_body("own", 20);
    struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
    struct journal_outcome outcome = {0};
    uint64_t size = journal_size(trial->store);
    if (journal_checkpoint(trial->store, &text, &trial->failure) == REASON_DONE ||
        journal_receipt(trial->store, 0, &text, &trial->failure) == REASON_DONE)
        trial_say(trial, OUTCOME_SIGNED_OVER, "held", "and yet it vouches");
    free(text);
    if (journal_append(trial->store, &draft, 1, &outcome, &trial->failure) == REASON_DONE ||
        trial->failure.reason == REASON_OUTCOME_UNKNOWN || journal_size(trial->store) != size)
        trial_say(trial, OUTCOME_SIGNED_OVER, "held", "and yet it appends");
    journal_outcome_finish(&outcome);
    json_decref(body);
    trial_say(trial, OUTCOME_HELD, "held", "");
}

/* What a reading store says, twice: an answer that was refused must not be given the second time. */
static void judge_reader(struct trial *trial)
{
    if (open_store(trial, STORE_FOLLOW) != REASON_DONE) {
        trial_say(trial, OUTCOME_REFUSED_AT_OPEN, "open to read", "");
        return;
    }
    if (adversary_held(trial->store)) {
        judge_held(trial);
    } else if (place_in_history(trial)) {
        if (trial->question->reader && trial->question->meanwhile != NULL)
            trial->question->meanwhile(trial->question->context);
        check_reading(trial);
        trial_check_newest(trial, "newest checkpoint, asked again");
        trial_check_receipt_of(trial, trial->size - 1);
    }
    store_close(trial->store);
}

static void judge_writer(struct trial *trial)
{
    const struct adversary_question *question = trial->question;
    char line[512];
    struct adversary_bytes before_open = trial_read_files(question->directory);
    if (open_store(trial, STORE_WRITE) != REASON_DONE) {
        free(before_open.bytes);
        trial_say(trial, OUTCOME_REFUSED_AT_OPEN, "open", failure_line(&trial->failure, line, sizeof line));
        return;
    }
    if (adversary_held(trial->store)) {
        judge_held(trial);
        store_close(trial->store);
        free(before_open.bytes);
        return;
    }
    bool placed = place_in_history(trial);
    if (placed) {
        bool forked = trial->history == &trial->world->fork;
        if (question->meanwhile != NULL)
            question->meanwhile(question->context);
        check_reading(trial);
        check_writing(trial, &before_open);
        if (question->anchor != NULL && (forked || trial->size < trial->world->truth.size))
            trial_say(trial, OUTCOME_SIGNED_OVER, "anchor", "a log that is not its anchor's is not held");
    }
    store_close(trial->store);
    free(before_open.bytes);
    if (placed)
        check_again(trial);
}

struct adversary_verdict adversary_judge(
    const struct adversary_world *world, const struct adversary_question *question)
{
    struct trial trial = {.world = world,
        .question = question,
        .random = question->seed,
        .verdict = {.outcome = OUTCOME_HARMLESS}};
    /* Now and then a reader comes first, as one that reads the log beside the daemon. */
    if (question->reader || (question->seed % 8 == 0 && question->meanwhile == NULL))
        judge_reader(&trial);
    if (!question->reader)
        judge_writer(&trial);
    return trial.verdict;
}
