#include "daemon/transactions/referring.h"

#include <stdio.h>
#include <string.h>

#include "store/store.h"

enum reason referring_begin(struct referring *referring, struct failure *failure)
{
    *referring = (struct referring){0};
    return locked_memory_init(&referring->room, KEPT_PROBE_BYTES, failure);
}

static struct referral_finger describe_finger(const struct locked_template *probe)
{
    const struct matcher_template *template = locked_template_get(probe);
    const struct kept_picture *picture = &probe->picture;
    return (struct referral_finger){.position = probe->position,
        .quality = probe->report.quality,
        .width = (uint16_t)picture->width,
        .height = (uint16_t)picture->height,
        .ppi = (uint16_t)picture->ppi,
        .template = {template->bytes, template->size},
        .png = {picture->png.bytes, picture->png.size}};
}

/* Borrows prints and candidates. */
static void describe(const struct transaction *transaction, const struct transaction_result *found,
    const struct transaction_result *told, struct referral_opening *opening)
{
    const struct transaction_request *request = &transaction->request;
    *opening = (struct referral_opening){.time_ms = store_now_ms(),
        .traveller_group = request->traveller_group,
        .age_band = request->age_band,
        .document = request->document.named,
        .told = told->decision,
        .rules = referral_rules_of(transaction->transactions->policy->policy, request->purpose),
        .identification = found->identification,
        .finger_count = transaction->probe_count};
    snprintf(opening->transaction, sizeof opening->transaction, "%s", transaction->id);
    snprintf(opening->purpose, sizeof opening->purpose, "%s", request->purpose);
    snprintf(opening->legal_basis, sizeof opening->legal_basis, "%s", request->legal_basis);
    snprintf(opening->officer, sizeof opening->officer, "%s", request->officer);
    if (request->document.named)
        memcpy(opening->document_key, request->document.pair_key, sizeof opening->document_key);
    memcpy(opening->redress_key, request->document.redress_key, sizeof opening->redress_key);
    principal_identity(&transaction->owner, opening->owner);
    for (size_t i = 0; i < transaction->probe_count; i++)
        opening->fingers[i] = describe_finger(&transaction->probes[i]);
}

/* The room is the opening's from now on. */
static enum reason pack(struct referring *referring, const struct referral_opening *described, size_t *size,
    struct failure *failure)
{
    TRY(kept_probe_pack(described, &referring->room, size, failure));
    return kept_probe_read(&referring->room, *size, &referring->opening, failure);
}

enum reason referring_pack(struct referring *referring, struct transaction *transaction,
    const struct transaction_result *found, const struct transaction_result *told, struct failure *failure)
{
    struct referral_opening described;
    size_t size;
    if (!found->identified || !found->identification.whole)
        return REASON_DONE; /* everybody is told that it was not looked for */
    describe(transaction, found, told, &described);
    enum reason reason = pack(referring, &described, &size, failure);
    memory_wipe(&described, sizeof described);
    if (reason != REASON_DONE)
        return reason;
    referring->match = found->identification.decision == DECISION_MATCH;
    if (!referring->match) {
        memory_wipe(referring->opening->content.bytes, referring->opening->content.size);
        return REASON_DONE;
    }
    transaction->slot.content = referring->opening->content.bytes;
    transaction->slot.size = size;
    transaction->deletion.sealed = true;
    return REASON_DONE;
}

void referring_write_due(const struct referring *referring, struct json_writer *body)
{
    const struct referral_opening *opening = referring->opening;
    if (opening != NULL)
        json_write_integer(body, "referral_due_ms", referral_rules_due_ms(&opening->rules, opening->time_ms));
}

void referring_hand_over(struct referring *referring, struct transaction *transaction)
{
    const struct transactions *transactions = transaction->transactions;
    struct referral_opening *opening = referring->opening;
    if (opening == NULL)
        return;
    transaction->slot.content = NULL;
    referral_opening_drop_prints(opening);
    opening->slot = transaction->slot.slot;
    memcpy(opening->salt, transaction->slot.salt, sizeof opening->salt);
    referring->opening = NULL;
    if (transactions->referred != NULL)
        transactions->referred(transactions->referred_data, opening, referring->match);
    else
        referral_opening_destroy(opening);
}

void referring_doubt(const struct transaction *transaction)
{
    const struct transactions *transactions = transaction->transactions;
    if (transactions->in_doubt != NULL)
        transactions->in_doubt(transactions->referred_data);
}

void referring_finish(struct referring *referring)
{
    locked_memory_finish(&referring->room);
    referral_opening_destroy(referring->opening);
    *referring = (struct referring){0};
}
