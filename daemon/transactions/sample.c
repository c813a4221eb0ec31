/* sample.c: a sample or reference comes into a transaction: from a scanner or submitted, enrolled, and recorded before the terminal
 * hears of it.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/sample_report.h"
#include "daemon/transactions/transaction.h"
#include "json/writer.h"

/* Only what the policy takes, and the terminal named, is taken (minimisation), only so often (P4), and only while it is open, what is
 * compared can be believed (Q5), and capture is not suspended (A3). */
static enum reason check_attempt(
    const struct transaction *transaction, enum finger_position position, struct failure *failure)
{
    TRY(transaction_check_open(transaction, failure));
    TRY(self_test_check(&transaction->transactions->mode->self_test, failure));
    TRY(suspension_check(&transaction->transactions->mode->suspension, failure));
    if (!transaction_fingers_take(&transaction->fingers, position))
        return failure_set(failure, REASON_BAD_REQUEST, finger_position_name(position),
            N_("the transaction was opened for other fingers"));
    if (transaction_attempts_left(transaction, position) == 0)
        return failure_set(failure, REASON_ATTEMPTS_EXHAUSTED, finger_position_name(position), NULL);
    return REASON_DONE;
}

static void forget_sample(struct transaction *transaction)
{
    struct enrolment *enrolment = &transaction->enrolment.enrolment;
    struct deletion *deletion = &transaction->deletion;
    deletion_wipe_templates(enrolment->fingers, ENROL_FINGERS_MAX,
        transaction->sample_purpose == SAMPLE_IS_PROBE ? &deletion->templates : &deletion->references,
        deletion);
    enrolment_finish(enrolment);
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

/* Of two samples of one finger the better one is kept; a finger is better than its imitation, and than what may be one. */
static bool is_better(const struct transaction *transaction, size_t place)
{
    const struct policy_sensor_need *need = &transaction->sensor_need;
    const struct locked_template *template = &transaction->enrolment.enrolment.fingers[0];
    if (place == transaction->probe_count)
        return true;
    bool kept = sensor_doubts(need, transaction->samples[place].attack_result);
    if (kept != sensor_doubts(need, transaction->sensor.attack_result))
        return kept;
    return template->report.quality > transaction->probes[place].report.quality;
}

/* Bytes of the pictures that are kept. *worst: the worst finger's of them, of equal ones the last, as in a slot (kept_probe.h); NULL where there is
 * none. */
static size_t pictures_size(struct transaction *transaction, struct locked_template **worst)
{
    size_t bytes = 0;
    *worst = NULL;
    for (size_t i = 0; i < transaction->probe_count; i++) {
        struct locked_template *probe = &transaction->probes[i];
        bytes += probe->picture.png.size;
        if (probe->picture.png.size > 0 &&
            (*worst == NULL || probe->report.quality <= (*worst)->report.quality))
            *worst = probe;
    }
    return bytes;
}

/* No slot has room for more: of pictures that are too much the worst finger's goes. */
static void drop_pictures(struct transaction *transaction)
{
    struct locked_template *worst;
    while (pictures_size(transaction, &worst) > PROBE_SLOT_BYTES && worst != NULL) {
        locked_memory_finish(&worst->picture.png);
        transaction->deletion.pictures++;
    }
}

static void keep_probe(struct transaction *transaction)
{
    struct locked_template *template = &transaction->enrolment.enrolment.fingers[0];
    size_t place = 0;
    while (place < transaction->probe_count && (template->position == FINGER_UNKNOWN ||
                                                   transaction->probes[place].position != template->position))
        place++;
    if (!is_better(transaction, place)) {
        forget_sample(transaction);
        return;
    }
    if (place == transaction->probe_count)
        transaction->probe_count++;
    deletion_wipe_templates(
        &transaction->probes[place], 1, &transaction->deletion.templates, &transaction->deletion);
    transaction->probes[place] = *template;
    *template = (struct locked_template){0};
    forget_sample(transaction);
    struct sample_note *note = &transaction->samples[place];
    *note = (struct sample_note){.position = transaction->probes[place].position,
        .report = transaction->probes[place].report,
        .sensor = sensor_known(&transaction->sensor),
        .attack_result = transaction->sensor.attack_result};
    snprintf(note->device, sizeof note->device, "%s", transaction->device);
    transaction->sample_count = transaction->probe_count;
    drop_pictures(transaction);
}

static void on_collection_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    struct failure failure = entry->failure;
    bool written = entry->reason == REASON_DONE;
    evidence_written(transaction->transactions->evidence, entry);
    journal_entry_finish(entry);
    if (written && transaction->state == TRANSACTION_STATE_COLLECTING) {
        metric_add(transaction->transactions->metrics, METRIC_SAMPLES, 1);
        keep_probe(transaction);
        transaction_guide_on(
            transaction, transaction->again ? transaction_better(&transaction->last_report) : GUIDANCE_NONE);
    } else {
        forget_sample(transaction);
    }
    transaction_end_step(transaction, written ? NULL : &failure);
}

/* L1: a collection is logged with what tells of its quality, and nothing of the finger itself (L6). */
static void record_collection(struct transaction *transaction)
{
    const struct locked_template *template = &transaction->enrolment.enrolment.fingers[0];
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(transaction->transactions->evidence, &transaction->owner,
                                transaction->request.officer, ROLE_TERMINAL));
    json_write_text(&body, "transaction", transaction->id);
    json_write_text(&body, "purpose", transaction->request.purpose);
    json_write_text(&body, "legal_basis", transaction->request.legal_basis);
    json_write_text(&body, "position", finger_position_name(template->position));
    json_write_text(&body, "device", transaction->device);
    sensor_write(&transaction->sensor, &body);
    sample_report_add(&body, &template->report);
    json_write_integer(&body, "attempt", transaction->attempts_used[transaction->position]);
    transaction_move(transaction, TRANSACTION_STATE_COLLECTING);
    transaction_append(transaction, LOG_EVENT_COLLECTION, json_writer_end(&body), on_collection_written);
}

/* All fingers of a record are the holder's: none is left out. */
static enum reason keep_references(struct transaction *transaction, struct failure *failure)
{
    struct enrolment *enrolment = &transaction->enrolment.enrolment;
    size_t room = COMPARISON_FINGERS_MAX - transaction->reference_count;
    if (enrolment->count > room)
        return failure_set(failure, REASON_TRANSACTION_STATE, "reference",
            "it holds %zu fingers, the transaction %zu references of at most %d", enrolment->count,
            transaction->reference_count, COMPARISON_FINGERS_MAX);
    for (size_t i = 0; i < enrolment->count; i++) {
        transaction->references[transaction->reference_count++] = enrolment->fingers[i];
        enrolment->fingers[i] = (struct locked_template){0};
    }
    reference_file_keep(transaction);
    return REASON_DONE;
}

/* The best sample of a finger is kept, so that asking once more can only help. */
static void note_attempt(struct transaction *transaction)
{
    const struct enrolment_job *job = &transaction->enrolment;
    const struct transactions *transactions = transaction->transactions;
    if (job->reason == REASON_DONE || job->reason == REASON_SAMPLE_TOO_POOR ||
        job->reason == REASON_SAMPLE_TOO_SMALL)
        transaction->attempts_used[transaction->position]++;
    transaction->refused.too_poor += job->reason == REASON_SAMPLE_TOO_POOR;
    transaction->refused.too_small += job->reason == REASON_SAMPLE_TOO_SMALL;
    if (job->reason != REASON_DONE)
        metric_add(transactions->metrics, METRIC_SAMPLES_REFUSED, 1);
    transaction->last_report = job->enrolment.report;
    transaction->again = job->reason != REASON_DONE ||
                         job->enrolment.report.quality < transactions->configuration->policy.minimum_quality;
}

/* Only a finger that was not given well is guided; a file that can't be read says nothing of one. */
static void guide_behind_refusal(struct transaction *transaction, enum reason reason)
{
    if (reason == REASON_SAMPLE_TOO_POOR || reason == REASON_SAMPLE_TOO_SMALL)
        transaction_guide_on(transaction, transaction_better(&transaction->last_report));
    else
        transaction->guidance = (struct transaction_guidance){0};
}

/* A9: what was sent lies in memory until here, though whoever sent it may have left. */
static void give_back_share(struct transaction *transaction)
{
    quota_give_back(
        transaction->transactions->quota, QUOTA_BODY_BYTES, &transaction->owner, transaction->charged);
    transaction->charged = 0;
}

static void on_enrolled(struct enrolment_job *job)
{
    struct transaction *transaction = job->data;
    give_back_share(transaction);
    transaction->deletion.images += job->wiped;
    bool is_probe = transaction->sample_purpose == SAMPLE_IS_PROBE;
    bool wanted = transaction->state == TRANSACTION_STATE_EXTRACTING;
    struct failure failure = job->failure;
    enum reason reason = job->reason;
    memcpy(transaction->notes, job->enrolment.notes, sizeof transaction->notes);
    transaction->note_count = job->enrolment.note_count;
    if (is_probe)
        note_attempt(transaction);
    if (reason == REASON_DONE && wanted && is_probe) {
        record_collection(transaction);
        return;
    }
    if (is_probe && wanted)
        guide_behind_refusal(transaction, reason);
    if (reason == REASON_DONE && wanted)
        reason = keep_references(transaction, &failure);
    forget_sample(transaction);
    transaction_end_step(transaction, reason == REASON_DONE ? NULL : &failure);
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
    TRY(transaction_check_open(transaction, failure));
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) == 0)
        return failure_set(
            failure, REASON_TRANSACTION_STATE, "reference", N_("the transaction is an identification"));
    if (transaction->reference_count >= COMPARISON_FINGERS_MAX)
        return failure_set(
            failure, REASON_TRANSACTION_STATE, "reference", "it holds %d references", COMPARISON_FINGERS_MAX);
    return REASON_DONE;
}

static void start_enrolment(
    struct transaction *transaction, enum sample_purpose purpose, enum finger_position position)
{
    struct enrolment_job *job = &transaction->enrolment;
    job->claim.position = position;
    job->claim.records = purpose == SAMPLE_IS_REFERENCE;
    job->claim.all_fingers = purpose == SAMPLE_IS_REFERENCE;
    /* Of every probe, whatever will come of it: what only a match kept would tell it by its time. */
    job->claim.keeps_picture = purpose == SAMPLE_IS_PROBE;
    job->done = on_enrolled;
    job->data = transaction;
    transaction->sample_purpose = purpose;
    transaction_move(transaction, TRANSACTION_STATE_EXTRACTING);
    enrolment_job_start(transaction->transactions->workers->search, job);
}

enum reason transaction_submit(struct transaction *transaction, const struct submission *submission,
    struct transaction_waiter *waiter, struct failure *failure)
{
    struct sample_sensor sensor = {0};
    TRY(check_submission(transaction, submission->purpose, submission->position, failure));
    if (submission->purpose == SAMPLE_IS_PROBE)
        TRY(sensor_of_submission(transaction, submission, &sensor, failure));
    if (submission->purpose == SAMPLE_IS_PROBE)
        transaction->position = submission->position;
    transaction->sensor = sensor;
    snprintf(transaction->device, sizeof transaction->device, "%s",
        submission->device[0] != '\0' ? submission->device : "not named");
    /* The body goes to the search thread that decodes it, which wipes it. */
    transaction->enrolment = (struct enrolment_job){.bytes = *submission->body,
        .size = submission->size,
        .claim = {.ppi = submission->ppi, .format = submission->format},
        .hashed = submission->purpose == SAMPLE_IS_REFERENCE && reference_file_is_hashed(transaction)};
    *submission->body = (struct locked_memory){0};
    transaction->charged = *submission->charged;
    *submission->charged = 0;
    transaction->waiting = waiter;
    start_enrolment(transaction, submission->purpose, submission->position);
    return REASON_DONE;
}

/* --- Fingers that are not there */

/* What is not said already; the list holds each finger once. */
static void note_missing(
    struct transaction_request *request, const enum finger_position *missing, size_t count)
{
    bool is_missing[FINGER_POSITION_COUNT] = {false};
    for (size_t i = 0; i < request->missing_count; i++)
        is_missing[request->missing[i]] = true;
    for (size_t i = 0; i < count; i++)
        is_missing[missing[i]] = true;
    request->missing_count = 0;
    for (unsigned position = FINGER_UNKNOWN + 1; position < FINGER_POSITION_COUNT; position++)
        if (is_missing[position])
            request->missing[request->missing_count++] = (enum finger_position)position;
}

/* As at the opening: fingers of which no search would come to anything are not worth taking. What else has come to be against a search since then, its
 * outcome says. */
static enum reason check_left(
    const struct transaction *transaction, const struct transaction_fingers *left, struct failure *failure)
{
    struct transactions *transactions = transaction->transactions;
    const struct transaction_request *request = &transaction->request;
    const struct policy_purpose *purpose =
        policy_find_purpose(transactions->policy->policy, request->purpose);
    struct failure other;
    uint32_t fewest;
    if ((request->kind & TRANSACTION_IDENTIFICATION) == 0 || purpose == NULL ||
        !transactions->configuration->identification.require_armed)
        return REASON_DONE;
    enum reason reason = mode_check_purpose(transactions->mode, purpose, &fewest, &other);
    return reason == REASON_DONE || reason == REASON_NO_COMMON_FINGER
               ? identification_check(transactions, purpose, left, failure)
               : REASON_DONE;
}

enum reason transaction_miss_fingers(struct transaction *transaction, const enum finger_position *missing,
    size_t count, struct failure *failure)
{
    struct transaction_fingers left = transaction->fingers;
    TRY(transaction_check_open(transaction, failure));
    for (size_t i = 0; i < count; i++)
        if (transaction_has_sample(transaction, missing[i]))
            return failure_set(failure, REASON_BAD_VALUE, "missing_fingers", "%s: a sample of it was taken",
                finger_position_name(missing[i]));
    TRY(transaction_fingers_miss(&left, missing, count, failure));
    TRY(check_left(transaction, &left, failure));
    transaction->fingers = left;
    note_missing(&transaction->request, missing, count);
    transaction->again =
        transaction->again && transaction_fingers_take(&transaction->fingers, transaction->position);
    transaction_guide_on(transaction, GUIDANCE_NONE);
    return REASON_DONE;
}

/* --- Captures */

static void on_captured(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct transaction *transaction = capture->data;
    struct metrics *metrics = transaction->transactions->metrics;
    struct failure refused = {0};
    bool wanted = reason == REASON_DONE && transaction->state == TRANSACTION_STATE_CAPTURING;
    if (wanted &&
        sensor_of_driver(transaction, image->driver, &transaction->sensor, &refused) == REASON_DONE) {
        transaction->enrolment = (struct enrolment_job){.image = image};
        snprintf(transaction->device, sizeof transaction->device, "%s %s", image->driver, image->scanner_id);
        start_enrolment(transaction, SAMPLE_IS_PROBE, transaction->position);
        return;
    }
    transaction->deletion.images += image != NULL;
    scanner_image_free(image);
    if (reason == REASON_CAPTURE_RETRY) {
        transaction->attempts_used[transaction->position]++;
        transaction->refused.badly_placed++;
        metric_add(metrics, METRIC_CAPTURE_RETRIES, 1);
        transaction_guide_on(transaction, capture->better);
    } else {
        transaction->guidance = (struct transaction_guidance){0}; /* A7 */
    }
    transaction_end_step(transaction, refused.reason != REASON_DONE ? &refused : failure);
}

/* A capture without a position takes the next finger; where none of those that were named is left, it is no use to capture. */
static enum reason choose_finger(
    const struct transaction *transaction, enum finger_position *position, struct failure *failure)
{
    const struct transaction_fingers *fingers = &transaction->fingers;
    if (transaction_next_finger(transaction, position) || fingers->any)
        return REASON_DONE;
    for (size_t i = 0; i < fingers->count && !transaction_fingers_suffice(transaction); i++)
        if (transaction_finger_is_skipped(transaction, fingers->order[i]))
            return failure_set(failure, REASON_ATTEMPTS_EXHAUSTED, "fingers", NULL);
    return failure_set(
        failure, REASON_TRANSACTION_STATE, "fingers", N_("as many as are wanted have been taken"));
}

enum reason transaction_capture(struct transaction *transaction, const struct capture_request *wanted,
    struct transaction_waiter *waiter, struct failure *failure)
{
    struct transactions *transactions = transaction->transactions;
    struct scanner_pool *scanners = transactions->workers->scanners;
    enum finger_position position = wanted->position;
    enum reason reason = wanted->next_finger ? choose_finger(transaction, &position, failure) : REASON_DONE;
    if (reason == REASON_DONE)
        reason = check_submission(transaction, SAMPLE_IS_PROBE, position, failure);
    if (reason == REASON_DONE && scanners == NULL)
        reason = failure_set(
            failure, REASON_SCANNER_NOT_FOUND, wanted->scanner, N_("scanners are not enabled here"));
    char scanner[SCANNER_ID_SIZE];
    if (reason == REASON_DONE)
        reason = sensor_choose_scanner(transaction, wanted, scanner, failure);
    if (reason != REASON_DONE)
        return reason;
    transaction->capture = (struct scanner_capture){.data = transaction, .finger = transaction_guide_capture};
    uint32_t timeout_ms = wanted->timeout_ms != 0 ? wanted->timeout_ms
                                                  : transactions->configuration->scanner.capture_timeout_ms;
    reason = scanner_pool_capture(scanners, &transaction->capture, scanner[0] != '\0' ? scanner : NULL,
        timeout_ms, on_captured, failure);
    if (reason != REASON_DONE)
        return reason;
    metric_add(transactions->metrics, METRIC_CAPTURES, 1);
    transaction->position = position;
    transaction->waiting = waiter;
    transaction_move(transaction, TRANSACTION_STATE_CAPTURING);
    transaction_guide(transaction, GUIDANCE_PLACE_FINGER, position);
    return REASON_DONE;
}
