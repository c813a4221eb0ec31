/* A case of redress as it is kept: what is read is written and read again as the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "daemon/redress/case.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint8_t key[CASE_RECORD_KEY_BYTES] = {1};
    struct redress_case of;
    struct failure failure;
    size_t first_size = 0, second_size = 0;
    if (redress_case_read(key, (const char *)bytes, size, &of, &failure) != REASON_DONE)
        return 0;
    char *first = redress_case_text(&of, &first_size), *second = NULL;
    if (first != NULL && redress_case_read(key, first, first_size, &of, &failure) == REASON_DONE)
        second = redress_case_text(&of, &second_size);
    int outcome =
        second != NULL && first_size == second_size && memcmp(first, second, first_size) == 0 ? 0 : -1;
    case_record_finish(first, first_size);
    case_record_finish(second, second_size);
    return outcome;
}
