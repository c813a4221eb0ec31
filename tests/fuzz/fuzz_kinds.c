/* fuzz_kinds.c: files that are no picture, to the table that says what they are: every one is refused, in words that fit. */
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    for (int records = 0; records < 2; records++) {
        struct failure failure = {0};
        if (sample_refuse(bytes, size, records == 1, "fuzz", &failure) == REASON_DONE ||
            strlen(failure.detail) + 1 >= sizeof failure.detail)
            abort();
    }
    return 0;
}
