/* fuzz_record.c: interchange records from hostile bytes, ISO and ANSI alike, because what the fuzzer makes of one may
 * become the other: every view of a record that is read must be a valid template that encodes again in both formats and
 * comes back with all its minutiae. */
#include <stdalign.h>
#include <stdlib.h>

#include "matcher/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static alignas(64) uint8_t scratch[4 << 20];
static const struct matcher_workspace workspace = {scratch, sizeof scratch};

static uint8_t count_of(const struct matcher_template *template)
{
    struct matcher_template_summary summary;
    matcher_template_summarize(template->bytes, template->size, &summary);
    return summary.minutiae_count;
}

static void encode_again(
    const struct matcher_template *template, enum finger_position position, enum matcher_format format)
{
    uint8_t record[4096];
    size_t written;
    struct matcher_template again;
    enum finger_position finger;
    if (matcher_encode(template, format, position, record, sizeof record, &written, NULL) != REASON_DONE ||
        matcher_format_detect(record, written, NULL) != format ||
        matcher_decode(record, written, 0, workspace, &again, &finger, NULL) != REASON_DONE ||
        finger != position || count_of(&again) != count_of(template))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct matcher_template template;
    struct failure failure;
    if (matcher_compare_workspace_size() > sizeof scratch)
        abort(); /* nothing would be decoded */
    struct matcher_record record;
    if (matcher_record_read(bytes, size, 0, workspace, &record, &failure) != REASON_DONE)
        return 0;
    if (record.size > size || record.view_count == 0)
        abort();
    for (uint32_t i = 0; i < record.view_count; i++) {
        enum finger_position position = record.views[i].position;
        if (matcher_record_template(bytes, size, &record, i, workspace, &template, &failure) != REASON_DONE)
            abort(); /* what could be read once can be read again */
        if (matcher_template_check(template.bytes, template.size, NULL) != REASON_DONE)
            abort();
        encode_again(&template, position, MATCHER_FORMAT_ISO_19794_2_2005);
        encode_again(&template, position, MATCHER_FORMAT_ANSI_378_2004);
    }
    return 0;
}
