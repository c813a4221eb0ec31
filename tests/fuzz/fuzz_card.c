/* fuzz_card.c: a card's minutiae from hostile bytes. The first byte chooses the format and how it is written again,
 * the second how many minutiae; what decodes must be a valid template, and what is written of it must decode. */
#include <stdalign.h>
#include <stdlib.h>

#include "matcher/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static alignas(64) uint8_t scratch[1 << 16];
static const struct matcher_workspace workspace = {scratch, sizeof scratch};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    struct matcher_card wanted = {
        .format = (bytes[0] & 1) != 0 ? MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL
                                      : MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT,
        .descending = (bytes[0] & 2) != 0,
        .order = (enum matcher_card_order)((bytes[0] >> 2) % (MATCHER_CARD_ORDER_POLAR + 1)),
        .minutiae_max = bytes[1],
    };
    struct matcher_template template;
    if (matcher_decode_card(bytes + 2, size - 2, wanted.format, workspace, &template, NULL) != REASON_DONE)
        return template.size == 0 ? 0 : -1;
    if (matcher_template_check(template.bytes, template.size, NULL) != REASON_DONE)
        abort();
    /* What came in the other size may not fit this one: then nothing is written. */
    for (int i = 0; i < 2; i++) {
        uint8_t card[5 * MATCHER_MINUTIAE_MAX];
        size_t written;
        enum reason reason = matcher_encode_card(&template, &wanted, card, sizeof card, &written, NULL);
        if (reason == REASON_DONE &&
            matcher_decode_card(card, written, wanted.format, workspace, &template, NULL) != REASON_DONE)
            abort();
        if (reason != REASON_DONE && (reason != REASON_BAD_VALUE || written != 0))
            abort();
        wanted.format = MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT;
    }
    return 0;
}
