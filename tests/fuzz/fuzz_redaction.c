/* fuzz_redaction.c: redactions; what is read must be spelled as it would be written, and only the log's own is believed. */
#include <stdlib.h>
#include <string.h>

#include "log/redaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char log_line[] = "kordon.example/post-7+1b259645+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

/* Its text again, and every entry of it listed, but not its neighbours. */
static bool consistent(const struct redaction *redaction, const char *note, size_t size)
{
    char *text;
    size_t length;
    if (redaction_format(redaction, &text, &length, NULL) != REASON_DONE)
        return false;
    bool same = length < size && memcmp(text, note, length) == 0;
    free(text);
    for (size_t i = 0; same && i < redaction->ranges.count; i++) {
        const struct seq_range *range = &redaction->ranges.items[i];
        same = range->last < redaction->tree.size && redaction_lists(redaction, range->first) &&
               redaction_lists(redaction, range->last) && !redaction_lists(redaction, range->last + 1);
    }
    return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct verifier_key key;
    struct redaction parsed, verified;
    struct failure failure;
    if (verifier_key_parse(log_line, sizeof log_line - 1, &key, NULL) != REASON_DONE)
        return -1;
    const char *note = (const char *)bytes;
    bool well_formed = redaction_parse(note, size, &parsed, &failure) == REASON_DONE;
    bool believed = redaction_verify(note, size, &key, &verified, &failure) == REASON_DONE;
    bool fine = well_formed ? consistent(&parsed, note, size) : !believed && parsed.ranges.items == NULL;
    redaction_finish(&parsed);
    redaction_finish(&verified);
    return fine ? 0 : -1;
}
