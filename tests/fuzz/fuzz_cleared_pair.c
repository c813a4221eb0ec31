/* A pair of people told apart: what is read is packed again as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/cleared_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t again[CASE_RECORD_BYTES_MAX];
    uint8_t document[CASE_RECORD_KEY_BYTES] = {0};
    struct cleared_pair pair;
    struct failure failure;
    size_t packed;
    if (size > sizeof again)
        return 0;
    if (size > sizeof document)
        memcpy(document, bytes + 1, sizeof document); /* as if it were looked for by the key that it has */
    if (cleared_pair_read(document, bytes, size, &pair, &failure) != REASON_DONE)
        return 0;
    if (cleared_pair_pack(&pair, again, &packed, &failure) != REASON_DONE || packed != size ||
        memcmp(again, bytes, size) != 0)
        abort();
    return 0;
}
