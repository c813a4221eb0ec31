/* fuzz_iso19794_2.c: interchange records from hostile bytes; every view that decodes must be a valid template
 * that encodes again. Seeds are of this format; what the fuzzer makes of them may become any other. */
#include <stdalign.h>
#include <stdlib.h>

#include "matcher/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static alignas(64) uint8_t scratch[4 << 20];

static int encodes_again(const struct matcher_template *template, enum finger_position position)
{
    uint8_t record[4096];
    size_t written;
    struct failure failure;
    if (matcher_template_check(template->bytes, template->size, &failure) != REASON_DONE)
        return -1;
    if (matcher_encode(template, MATCHER_FORMAT_ISO_19794_2_2005, position, record, sizeof record, &written,
            &failure) != REASON_DONE)
        return -1;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct matcher_workspace workspace = {scratch, sizeof scratch};
    struct matcher_template template;
    struct failure failure;
    if (matcher_compare_workspace_size() > sizeof scratch)
        abort(); /* nothing would be decoded */
    uint32_t views = matcher_decode_view_count(bytes, size, &failure);
    for (uint32_t i = 0; i < views; i++) {
        enum finger_position position;
        if (matcher_decode(bytes, size, i, workspace, &template, &position, &failure) != REASON_DONE)
            continue;
        if (encodes_again(&template, position) != 0)
            return -1;
    }
    return 0;
}
