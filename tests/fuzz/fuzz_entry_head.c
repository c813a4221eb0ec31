/* fuzz_entry_head.c: heads of log entries; one that is read is written again byte for byte. */
#include <string.h>

#include "log/entry_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct entry_head head;
    char text[ENTRY_HEAD_SIZE];
    size_t length;
    if (entry_head_parse((const char *)bytes, size, &head, NULL) != REASON_DONE)
        return 0;
    if (entry_head_format(&head, text, &length, NULL) != REASON_DONE)
        return -1;
    return length == size && memcmp(bytes, text, size) == 0 ? 0 : -1;
}
