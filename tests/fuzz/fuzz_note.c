/* fuzz_note.c: signed notes, checkpoints and cosignatures; what is read must be spelled as it would be written. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char log_line[] = "kordon.example/post-7+1b259645+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char witness_line[] = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct verifier_key log, witness;
    struct checkpoint parsed, verified;
    struct failure failure;
    uint64_t time;
    if (verifier_key_parse(log_line, sizeof log_line - 1, &log, NULL) != REASON_DONE ||
        verifier_key_parse(witness_line, sizeof witness_line - 1, &witness, NULL) != REASON_DONE)
        return -1;
    const char *note = (const char *)bytes;
    bool well_formed = checkpoint_parse(note, size, &parsed, &failure) == REASON_DONE;
    enum reason reason = checkpoint_verify(note, size, &log, &verified, &failure);
    enum reason cosigned = cosignature_verify(note, size, &witness, &time, &failure);
    if (!well_formed)
        return reason == REASON_DONE || cosigned == REASON_DONE ? -1 : 0;
    if (reason == REASON_DONE && memcmp(&parsed, &verified, sizeof parsed) != 0)
        return -1;
    char root[BASE64_LENGTH(DIGEST_BYTES) + 1], text[CHECKPOINT_NOTE_SIZE];
    base64_encode(parsed.root, DIGEST_BYTES, root);
    int length = snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%s\n", parsed.origin, parsed.size, root);
    return memcmp(note, text, (size_t)length) == 0 ? 0 : -1;
}
