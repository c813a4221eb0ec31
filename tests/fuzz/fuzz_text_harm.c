/* fuzz_text_harm.c: texts of any bytes: what is found lies in them, and what comes before it is harmless. */
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text text = {(const char *)bytes, size};
    struct text_harm harm, other;
    if (!text_find_harm(text, &harm))
        return 0;
    if (harm.size == 0 || harm.offset >= size || harm.size > size - harm.offset ||
        text_find_harm((struct text){text.bytes, harm.offset}, &other))
        abort();
    return 0;
}
