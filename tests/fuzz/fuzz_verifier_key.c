/* fuzz_verifier_key.c: verifier key lines; one that is read is written again as it was. */
#include <string.h>

#include "crypto/log_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct verifier_key key;
    char line[VERIFIER_KEY_LINE_SIZE];
    if (verifier_key_parse((const char *)bytes, size, &key, NULL) != REASON_DONE)
        return 0;
    verifier_key_format(&key, line);
    size_t length = strlen(line);
    bool same = size >= length && memcmp(bytes, line, length) == 0;
    bool newline_at_most = size == length || (size == length + 1 && bytes[length] == '\n');
    bool name_fits = key.type == VERIFIER_KEY_WITNESS || log_name_valid(key.name);
    return same && newline_at_most && name_fits ? 0 : -1;
}
