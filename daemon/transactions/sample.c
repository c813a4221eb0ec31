/* transaction_sample.c: a sample or reference comes into a transaction: from a scanner or submitted, through
 * extraction, and recorded before the terminal hears of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/evidence.h"
#include "daemon/sample_report.h"
#include "daemon/transactions/transaction.h"

/* P4. Samples whose finger nobody knows share the attempts of all fingers that were asked for. */
uint32_t transaction_attempts_allowed(const struct transaction *transaction, enum finger_position position)
{
    uint32_t each = transaction->kordond->configuration->scanner.attempts;
    if (position != FINGER_UNKNOWN || transaction->request.finger_count == 0)
        return each;
    return each * (uint32_t)transaction->request.finger_count;
}

static bool is_wanted(const struct transaction *transaction, enum finger_position position)
{
    if (position == FINGER_UNKNOWN || transaction->request.finger_count == 0)
        return true;
    for (size_t i = 0; i < transaction->request.finger_count; i++)
        if (transaction->request.fingers[i] == position)
            return true;
    return false;
}

/* Only what was announced is taken (minimisation), only so often (P4), and only while it is open. */
static enum reason check_attempt(
    const struct transaction *transaction, enum finger_position position, struct failure *failure)
{
    if (transaction->kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (transaction->state != TRANSACTION_STATE_OPEN)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it is %s",
            transaction_state_name(transaction->state));
    if (!is_wanted(transaction, position))
        return failure_set(failure, REASON_BAD_REQUEST, finger_position_name(position),
            "the transaction was opened for other fingers");
    if (transaction->attempts_used[position] >= transaction_attempts_allowed(transaction, position))
        return failure_set(failure, REASON_ATTEMPTS_EXHAUSTED, finger_position_name(position), NULL);
    return REASON_DONE;
}

static void forget_sample(struct transaction *transaction)
{
    enrolment_finish(&transaction->extraction.enrolment);
}

/* --- Keeping it */

static bool has_room_for(const struct transaction *transaction, enum finger_position position)
{
    if (transaction->probe_count < COMPARISON_FINGERS_MAX)
        return true;
    for (size_t i = 0; i < transaction->probe_count; i++)
        if (position != FINGER_UNKNOWN && transaction->probes[i].position == position)
            return true;
    return false;
}

/* Of two samples of one finger the better one is kept. */
static void keep_probe(struct transaction *transaction)
{
    struct locked_template *template = &transaction->extraction.enrolment.fingers[0];
    size_t place = 0;
    while (place < transaction->probe_count && (template->position == FINGER_UNKNOWN ||
                                                   transaction->probes[place].position != template->position))
        place++;
    if (place < transaction->probe_count &&
        transaction->probes[place].report.quality >= template->report.quality) {
        forget_sample(transaction);
        return;
    }
    if (place == transaction->probe_count)
        transaction->probe_count++;
    locked_template_finish(&transaction->probes[place]);
    transaction->probes[place] = *template;
    *template = (struct locked_template){0};
    forget_sample(transaction);
    struct sample_note *note = &transaction->samples[place];
    *note = (struct sample_note){
        .position = transaction->probes[place].position, .report = transaction->probes[place].report};
    snprintf(note->device, sizeof note->device, "%s", transaction->device);
    transaction->sample_count = transaction->probe_count;
}

static void on_collection_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    evidence_written(transaction->kordond, entry);
    enum reason reason = entry->reason;
    struct failure failure = entry->failure;
    journal_entry_finish(entry);
    if (reason == REASON_DONE && transaction->given_up.reason == REASON_DONE) {
        metric_add(&transaction->kordond->metrics, METRIC_SAMPLES, 1);
        keep_probe(transaction);
    } else {
        forget_sample(transaction);
    }
    if (transaction->given_up.reason != REASON_DONE)
        failure = transaction->given_up;
    struct failure told = failure;
    bool done = reason == REASON_DONE && transaction->given_up.reason == REASON_DONE;
    transaction_reopen(transaction);
    transaction_answer(transaction, done ? NULL : &told);
}

/* L1: a collection is logged with what tells of its quality, and nothing of the finger itself (L6). */
static void record_collection(struct transaction *transaction)
{
    const struct locked_template *template = &transaction->extraction.enrolment.fingers[0];
    json_t *body = evidence_body_of(
        transaction->kordond, &transaction->owner, transaction->request.officer, ROLE_TERMINAL);
    evidence_text(body, "transaction", transaction->id);
    evidence_text(body, "purpose", transaction->request.purpose);
    evidence_text(body, "legal_basis", transaction->request.legal_basis);
    evidence_text(body, "position", finger_position_name(template->position));
    evidence_text(body, "device", transaction->device);
    evidence_text(body, "presentation_attack_detection", "none in this sensor");
    sample_report_add(body, &template->report);
    evidence_integer(body, "attempt", transaction->attempts_used[transaction->position]);
    transaction->entry = (struct journal_entry){
        .event = LOG_EVENT_COLLECTION, .body = body, .written = on_collection_written, .data = transaction};
    journal_thread_append(transaction->kordond->journal, &transaction->entry);
}

/* All fingers of a record are the holder's: none is left out. */
static enum reason keep_references(struct transaction *transaction, struct failure *failure)
{
    struct enrolment *enrolment = &transaction->extraction.enrolment;
    size_t room = COMPARISON_FINGERS_MAX - transaction->reference_count;
    if (enrolment->count > room)
        return failure_set(failure, REASON_TRANSACTION_STATE, "reference",
            "it holds %zu fingers, the transaction %zu references of at most %d", enrolment->count,
            transaction->reference_count, COMPARISON_FINGERS_MAX);
    for (size_t i = 0; i < enrolment->count; i++) {
        transaction->references[transaction->reference_count++] = enrolment->fingers[i];
        enrolment->fingers[i] = (struct locked_template){0};
    }
    return REASON_DONE;
}

/* The best sample of a finger is kept, so that asking once more can only help. */
static void note_attempt(struct transaction *transaction)
{
    const struct extraction *extraction = &transaction->extraction;
    if (extraction->reason == REASON_DONE || extraction->reason == REASON_SAMPLE_TOO_POOR ||
        extraction->reason == REASON_SAMPLE_TOO_SMALL)
        transaction->attempts_used[transaction->position]++;
    if (extraction->reason != REASON_DONE)
        metric_add(&transaction->kordond->metrics, METRIC_SAMPLES_POOR, 1);
    transaction->last_report = extraction->enrolment.report;
    transaction->again =
        extraction->reason != REASON_DONE ||
        extraction->enrolment.report.quality < transaction->kordond->configuration->policy.minimum_quality;
}

static void on_extracted(struct extraction *extraction)
{
    struct transaction *transaction = extraction->data;
    bool is_probe = transaction->sample_purpose == SAMPLE_IS_PROBE;
    memcpy(transaction->notes, extraction->enrolment.notes, sizeof transaction->notes);
    transaction->note_count = extraction->enrolment.note_count;
    if (is_probe)
        note_attempt(transaction);
    struct failure failure = extraction->failure;
    enum reason reason = extraction->reason;
    if (transaction->given_up.reason != REASON_DONE) {
        failure = transaction->given_up;
        reason = failure.reason;
    }
    if (reason == REASON_DONE && is_probe) {
        record_collection(transaction);
        return;
    }
    if (reason == REASON_DONE)
        reason = keep_references(transaction, &failure);
    forget_sample(transaction);
    transaction_reopen(transaction);
    transaction_answer(transaction, reason == REASON_DONE ? NULL : &failure);
}

/* --- Submitted images */

static enum reason check_submission(const struct transaction *transaction, enum sample_purpose purpose,
    enum finger_position position, struct failure *failure)
{
    if (purpose == SAMPLE_IS_PROBE) {
        enum reason reason = check_attempt(transaction, position, failure);
        if (reason == REASON_DONE && !has_room_for(transaction, position))
            reason = failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it holds %d samples",
                COMPARISON_FINGERS_MAX);
        return reason;
    }
    if (transaction->kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (transaction->state != TRANSACTION_STATE_OPEN)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it is %s",
            transaction_state_name(transaction->state));
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) == 0)
        return failure_set(
            failure, REASON_TRANSACTION_STATE, "reference", "the transaction is an identification");
    if (transaction->reference_count >= COMPARISON_FINGERS_MAX)
        return failure_set(
            failure, REASON_TRANSACTION_STATE, "reference", "it holds %d references", COMPARISON_FINGERS_MAX);
    return REASON_DONE;
}

static void start_extraction(
    struct transaction *transaction, enum sample_purpose purpose, enum finger_position position)
{
    struct extraction *extraction = &transaction->extraction;
    extraction->claim.position = position;
    extraction->claim.records = purpose == SAMPLE_IS_REFERENCE;
    extraction->claim.all_fingers = purpose == SAMPLE_IS_REFERENCE;
    extraction->urgency = WORKER_URGENT;
    extraction->done = on_extracted;
    extraction->data = transaction;
    transaction->sample_purpose = purpose;
    transaction_move(transaction, TRANSACTION_STATE_EXTRACTING);
    extraction_start(transaction->kordond->search, extraction);
}

void transaction_submit(
    struct transaction *transaction, struct http_request *request, const struct submission *submission)
{
    struct failure failure = {0};
    if (check_submission(transaction, submission->purpose, submission->position, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    if (submission->purpose == SAMPLE_IS_PROBE)
        transaction->position = submission->position;
    snprintf(transaction->device, sizeof transaction->device, "%s",
        submission->device[0] != '\0' ? submission->device : "not named");
    /* The body goes to the search thread that decodes it, which wipes it. */
    transaction->extraction = (struct extraction){.bytes = request->body,
        .size = request->body_size,
        .claim = {.ppi = submission->ppi, .format = submission->format}};
    request->body = (struct locked_memory){0};
    request->body_size = 0;
    transaction_wait(transaction, request);
    start_extraction(transaction, submission->purpose, submission->position);
}

/* --- Captures */

static void on_captured(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct transaction *transaction = capture->data;
    struct metrics *metrics = &transaction->kordond->metrics;
    if (reason == REASON_DONE && transaction->given_up.reason == REASON_DONE) {
        transaction->extraction = (struct extraction){.image = image};
        snprintf(transaction->device, sizeof transaction->device, "%s %s", image->driver, image->scanner_id);
        start_extraction(transaction, SAMPLE_IS_PROBE, transaction->position);
        return;
    }
    scanner_image_free(image);
    if (reason == REASON_CAPTURE_RETRY) {
        transaction->attempts_used[transaction->position]++;
        metric_add(metrics, METRIC_CAPTURE_RETRIES, 1);
    } else if (reason == REASON_SCANNER_FAILED || reason == REASON_SCANNER_MISBEHAVED) {
        metric_add(metrics, METRIC_SCANNER_FAULTS, 1);
    }
    struct failure told = transaction->given_up.reason != REASON_DONE ? transaction->given_up : *failure;
    transaction_reopen(transaction);
    transaction_answer(transaction, &told);
}

void transaction_capture(
    struct transaction *transaction, struct http_request *request, const struct capture_request *wanted)
{
    struct kordond *kordond = transaction->kordond;
    struct failure failure = {0};
    enum reason reason = check_submission(transaction, SAMPLE_IS_PROBE, wanted->position, &failure);
    if (reason == REASON_DONE && kordond->scanners == NULL)
        reason =
            failure_set(&failure, REASON_SCANNER_NOT_FOUND, wanted->scanner, "scanners are not enabled here");
    if (reason == REASON_DONE) {
        transaction->position = wanted->position;
        transaction->capture = (struct scanner_capture){.data = transaction};
        uint32_t timeout_ms =
            wanted->timeout_ms != 0 ? wanted->timeout_ms : kordond->configuration->scanner.capture_timeout_ms;
        reason = scanner_pool_capture(kordond->scanners, &transaction->capture,
            wanted->scanner[0] != '\0' ? wanted->scanner : NULL, timeout_ms, on_captured, &failure);
    }
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    metric_add(&kordond->metrics, METRIC_CAPTURES, 1);
    transaction_move(transaction, TRANSACTION_STATE_CAPTURING);
    transaction_wait(transaction, request);
}
