/* verify_bodies.c: every body is the one its head commits to, or there is a reason why it is not there.
 *
 * A body may be missing because an erasure entry names it, or because the log has signed that the bodies of its event are
 * withheld. The signed statement is held against the export in both directions: what it lists must be of its events and
 * absent, and no body of its events may be shown, since a choice among them would say something about each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "json/parse.h"
#include "log/entry.h"
#include "log/erasure.h"
#include "log/verify_internal.h"

/* --- The redaction ------------------------------------------------------------------------------------------- */

static bool of_the_tree(const struct checkpoint *said, const struct checkpoint *tree)
{
    return said->size == tree->size && memcmp(said->root, tree->root, DIGEST_BYTES) == 0;
}

enum reason verify_read_redaction(struct verification_run *run, struct failure *failure)
{
    struct failure cause = {0};
    uint8_t *note;
    size_t size;
    enum reason reason = run->source.read(run->source.context, REDACTION_FILE, &note, &size, &cause);
    if (reason == REASON_ENTRY_NOT_FOUND || reason == REASON_FILE_NOT_FOUND)
        return REASON_DONE;
    if (reason == REASON_DONE) {
        reason = redaction_verify((const char *)note, size, &run->key, &run->redaction, &cause);
        free(note);
    }
    if (reason == REASON_DONE && !of_the_tree(&run->redaction.tree, &run->checkpoint))
        reason = failure_set(&cause, REASON_LOG_BROKEN, REDACTION_FILE,
            "it is about another tree than the checkpoint's, one of %llu entries",
            (unsigned long long)run->redaction.tree.size);
    run->has_redaction = reason == REASON_DONE;
    if (reason == REASON_DONE) {
        run->result->withheld_events = run->redaction.events;
        return REASON_DONE;
    }
    if (reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN) {
        run->redaction_broken = true;
        return verify_found(run, NULL, &cause, failure);
    }
    if (failure != NULL)
        *failure = cause;
    return reason;
}

/* What speaks against the body of an entry being there, or not; NULL where nothing does. */
static const char *disagreement(
    const struct verification_run *run, const struct entry_head *head, bool present)
{
    enum log_event event;
    if (!run->has_redaction)
        return NULL;
    bool of_the_rule = log_event_parse(head->event, strlen(head->event), &event) &&
                       (run->redaction.events & LOG_EVENT_BIT(event)) != 0;
    bool listed = redaction_lists(&run->redaction, head->seq);
    if (listed && !of_the_rule)
        return "the redaction lists it, but is not about its event";
    if (listed && present)
        return "its body is shown, but the redaction lists it as withheld";
    if (of_the_rule && present)
        return "its body is shown, but the redaction withholds all bodies of its event";
    return NULL;
}

/* --- One entry ----------------------------------------------------------------------------------------------- */

/* An erasure of bodies names the earlier entries whose bodies it took. */
static enum reason note_erasure(
    struct verification_run *run, uint64_t seq, const uint8_t *body, size_t size, struct failure *failure)
{
    json_t *object;
    enum reason reason = json_parse(body, size, &object, NULL);
    if (reason == REASON_NO_MEMORY) {
        failure_set(failure, reason, "log entry", NULL);
    } else if (reason == REASON_BAD_JSON) {
        reason = verify_entry_broken(run, seq, "its body is not JSON", failure);
    } else {
        reason = log_erasure_collect(object, seq, &run->erased, failure);
    }
    json_decref(object);
    return reason;
}

static bool is_erasure(const struct entry_head *head)
{
    return strcmp(head->event, log_event_name(LOG_EVENT_ERASURE)) == 0;
}

void verify_unseen_erasure(struct verification_run *run, uint64_t seq)
{
    run->erasure_unseen = true;
    run->last_erasure_unseen = seq;
}

static enum reason note_missing(
    struct verification_run *run, const struct entry_head *head, struct failure *failure)
{
    if (is_erasure(head))
        verify_unseen_erasure(run, head->seq);
    return seq_ranges_append(&run->missing, head->seq, failure);
}

/* bytes: salt and body, as the head commits to them. */
static enum reason note_present(struct verification_run *run, const struct entry_head *head,
    const uint8_t *bytes, size_t size, struct failure *failure)
{
    run->result->bodies++;
    TRY(seq_ranges_append(&run->present, head->seq, failure));
    return is_erasure(head)
               ? note_erasure(run, head->seq, bytes + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, failure)
               : REASON_DONE;
}

/* *flaw: what is wrong with a body that is there, or NULL. */
static enum reason check_commitment(struct verification_run *run, const struct entry_head *head,
    const uint8_t *bytes, size_t size, const char **flaw, struct failure *failure)
{
    *flaw = "its body is shorter than its salt";
    if (size < COMMIT_SALT_BYTES)
        return REASON_DONE;
    uint8_t commitment[DIGEST_BYTES];
    enum reason reason = digest_commit(
        run->digest, bytes, bytes + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, commitment, failure);
    *flaw = memcmp(commitment, head->commitment, DIGEST_BYTES) != 0
                ? "its body is not the one that its head commits to"
                : NULL;
    return reason;
}

enum reason verify_body(struct verification_run *run, const struct entry_head *head, const uint8_t *bytes,
    size_t size, struct failure *failure)
{
    const char *flaw = NULL;
    enum reason reason = REASON_DONE;
    if (size > 0)
        reason = check_commitment(run, head, bytes, size, &flaw, failure);
    if (reason != REASON_DONE)
        return reason;
    if (flaw == NULL)
        flaw = disagreement(run, head, size > 0);
    if (flaw != NULL) {
        if (is_erasure(head))
            verify_unseen_erasure(run, head->seq);
        return verify_entry_broken(run, head->seq, flaw, failure);
    }
    if (run->options->body != NULL)
        run->options->body(run->options->context, head, size > 0 ? bytes + COMMIT_SALT_BYTES : NULL,
            size > 0 ? size - COMMIT_SALT_BYTES : 0);
    if (size == 0)
        return note_missing(run, head, failure);
    return note_present(run, head, bytes, size, failure);
}

enum reason verify_doubtful_body(struct verification_run *run, const struct entry_head *head,
    const uint8_t *bytes, size_t size, struct failure *failure)
{
    if (size == 0)
        return note_missing(run, head, failure);
    struct mismatch *mismatch = &run->mismatches[run->mismatch_count - 1];
    enum reason reason = check_commitment(run, head, bytes, size, &mismatch->also, failure);
    if (reason == REASON_DONE && mismatch->also != NULL)
        verify_unseen_erasure(run, head->seq); /* whatever its event says */
    if (reason != REASON_DONE || mismatch->also != NULL)
        return reason;
    return note_present(run, head, bytes, size, failure);
}

/* --- At the end ---------------------------------------------------------------------------------------------- */

static enum reason explain_missing(struct verification_run *run, uint64_t seq, struct failure *failure)
{
    if (seq_ranges_have(&run->erased, seq))
        run->result->erased++;
    else if (run->has_redaction && redaction_lists(&run->redaction, seq))
        run->result->withheld++;
    else if (run->redaction_broken || (run->erasure_unseen && run->last_erasure_unseen > seq))
        run->result->unproven++;
    else
        return verify_entry_broken(run, seq,
            run->has_redaction ? "its body is gone, neither erased by an entry nor withheld by the redaction"
                               : "its body is gone without an erasure entry or a redaction",
            failure);
    return REASON_DONE;
}

/* An old copy of the file has what was erased since: whoever puts it back does not undo the erasure. */
static enum reason find_put_back(struct verification_run *run, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < run->erased.count && reason == REASON_DONE; i++)
        for (uint64_t seq = run->erased.items[i].first;
             seq <= run->erased.items[i].last && reason == REASON_DONE; seq++)
            if (seq_ranges_have(&run->present, seq))
                reason = verify_entry_broken(
                    run, seq, "its body is there, although a later entry says that it was erased", failure);
    return reason;
}

enum reason verify_missing_bodies(struct verification_run *run, struct failure *failure)
{
    seq_ranges_sort(&run->erased);
    enum reason reason = find_put_back(run, failure);
    for (size_t i = 0; i < run->missing.count && reason == REASON_DONE; i++)
        for (uint64_t seq = run->missing.items[i].first;
             seq <= run->missing.items[i].last && reason == REASON_DONE; seq++)
            reason = explain_missing(run, seq, failure);
    return reason;
}
