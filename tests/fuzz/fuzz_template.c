/* fuzz_template.c: the packed template's check; what it lets through must be readable to the last byte. */
#include "matcher/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (matcher_template_check(bytes, size, NULL) != REASON_DONE)
        return 0;
    struct template_view view = template_view(bytes);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < view.minutiae_count; i++) {
        struct template_minutia minutia = template_view_minutia(&view, i);
        sum += template_view_flow(&view, minutia.x, minutia.y) + minutia.quality;
    }
    /* What was read must matter, or the reads are optimised away. */
    return sum > UINT32_MAX / 2 ? -1 : 0;
}
