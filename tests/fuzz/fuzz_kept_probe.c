/* What is kept of a match: what is read is packed and read again as the same bytes, but for the order and spelling of its object. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "daemon/transactions/kept_probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool same_bytes(const struct referral_bytes *one, const struct referral_bytes *other)
{
    return one->size == other->size && (one->size == 0 || memcmp(one->bytes, other->bytes, one->size) == 0);
}

static bool same(const struct referral_opening *one, const struct referral_opening *other)
{
    bool same = one->finger_count == other->finger_count && strcmp(one->owner, other->owner) == 0 &&
                one->identification.candidate_count == other->identification.candidate_count;
    for (size_t i = 0; same && i < one->finger_count; i++)
        same = one->fingers[i].position == other->fingers[i].position &&
               same_bytes(&one->fingers[i].template, &other->fingers[i].template) &&
               same_bytes(&one->fingers[i].png, &other->fingers[i].png);
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct locked_memory content;
    struct referral_opening *opening, *again = NULL;
    struct failure failure;
    if (size == 0 || size > KEPT_PROBE_BYTES || locked_memory_init(&content, size, NULL) != REASON_DONE)
        return 0;
    memcpy(content.bytes, bytes, size);
    if (kept_probe_read(&content, size, &opening, &failure) != REASON_DONE)
        return 0;
    size_t packed;
    enum reason reason = locked_memory_init(&content, KEPT_PROBE_BYTES, NULL);
    if (reason == REASON_DONE)
        reason = kept_probe_pack(opening, &content, &packed, &failure);
    if (reason == REASON_DONE)
        reason = kept_probe_read(&content, packed, &again, &failure);
    int outcome = reason == REASON_DONE && same(opening, again) ? 0 : -1;
    locked_memory_finish(&content);
    referral_opening_destroy(opening);
    referral_opening_destroy(again);
    return outcome;
}
