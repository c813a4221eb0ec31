#include "daemon/transactions/guidance.h"

#include "daemon/transactions/transaction.h"

/* --- Which finger */

static const struct locked_template *find_probe(
    const struct transaction *transaction, enum finger_position position)
{
    for (size_t i = 0; i < transaction->probe_count; i++)
        if (transaction->probes[i].position == position)
            return &transaction->probes[i];
    return NULL;
}

bool transaction_has_sample(const struct transaction *transaction, enum finger_position position)
{
    return find_probe(transaction, position) != NULL;
}

static bool has_good_sample(const struct transaction *transaction, enum finger_position position)
{
    const struct locked_template *probe = find_probe(transaction, position);
    return probe != NULL &&
           !sensor_doubts(
               &transaction->sensor_need, transaction->samples[probe - transaction->probes].attack_result) &&
           probe->report.quality >= transaction->transactions->configuration->policy.minimum_quality;
}

bool transaction_fingers_suffice(const struct transaction *transaction)
{
    const struct transaction_fingers *fingers = &transaction->fingers;
    uint32_t good = 0;
    for (size_t i = 0; i < fingers->count; i++)
        good += has_good_sample(transaction, fingers->order[i]);
    return good >= fingers->wanted;
}

/* A poor sample is asked for again as long as that is allowed; then the next finger serves. */
bool transaction_next_finger(const struct transaction *transaction, enum finger_position *position)
{
    const struct transaction_fingers *fingers = &transaction->fingers;
    *position = FINGER_UNKNOWN;
    if (fingers->any)
        return transaction_attempts_left(transaction, FINGER_UNKNOWN) > 0 &&
               (transaction->probe_count == 0 || transaction->again);
    if (transaction_fingers_suffice(transaction))
        return false;
    for (size_t i = 0; i < fingers->count; i++) {
        if (has_good_sample(transaction, fingers->order[i]) ||
            transaction_attempts_left(transaction, fingers->order[i]) == 0)
            continue;
        *position = fingers->order[i];
        return true;
    }
    return false;
}

bool transaction_finger_is_skipped(const struct transaction *transaction, enum finger_position position)
{
    return transaction_attempts_left(transaction, position) == 0 &&
           !transaction_has_sample(transaction, position);
}

/* --- What is said */

void transaction_guide_opening(struct transaction *transaction)
{
    transaction->guidance.code = GUIDANCE_PLACE_FINGER;
    (void)transaction_next_finger(transaction, &transaction->guidance.position);
}

void transaction_guide(struct transaction *transaction, enum guidance code, enum finger_position position)
{
    transaction->guidance = (struct transaction_guidance){code, position};
    events_publish(transaction->transactions->events,
        &(struct event){.type = EVENT_GUIDANCE, .transaction = transaction});
}

void transaction_guide_on(struct transaction *transaction, enum guidance better)
{
    enum finger_position next;
    bool goes_on = transaction_next_finger(transaction, &next);
    if (better != GUIDANCE_NONE && transaction_attempts_left(transaction, transaction->position) > 0)
        transaction_guide(transaction, better, transaction->position);
    else if (!goes_on)
        transaction_guide(
            transaction, transaction->probe_count > 0 ? GUIDANCE_ENOUGH : GUIDANCE_NO_FINGER, FINGER_UNKNOWN);
    else
        transaction_guide(
            transaction, better == GUIDANCE_NONE ? GUIDANCE_PLACE_FINGER : GUIDANCE_NEXT_FINGER, next);
}

enum guidance transaction_better(const struct matcher_sample_report *report)
{
    enum guidance guidance = matcher_sample_guidance(report);
    return guidance != GUIDANCE_NONE ? guidance : GUIDANCE_PLACE_AGAIN;
}

enum guidance guidance_of_reader(const struct scanner_info *info)
{
    if (!info->finger_needed)
        return info->finger_present ? GUIDANCE_LIFT_FINGER : GUIDANCE_NONE;
    if (info->scan_type == SCANNER_SCAN_SWIPE)
        return GUIDANCE_SWIPE_FINGER;
    return info->finger_present ? GUIDANCE_HOLD_STILL : GUIDANCE_PLACE_FINGER;
}

void transaction_guide_capture(struct scanner_capture *capture, const struct scanner_info *info)
{
    struct transaction *transaction = capture->data;
    enum guidance guidance = guidance_of_reader(info);
    if (guidance != GUIDANCE_NONE && guidance != transaction->guidance.code &&
        transaction->state == TRANSACTION_STATE_CAPTURING)
        transaction_guide(transaction, guidance, transaction->position);
}
