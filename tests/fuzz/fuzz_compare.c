/* fuzz_compare.c: two packed templates from hostile bytes: what the check lets through can be compared. The
 * first two bytes are the size of the first template. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static alignas(64) uint8_t scratch[4 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure;
    if (matcher_compare_workspace_size() > sizeof scratch)
        abort(); /* nothing would be compared */
    if (size < 2)
        return 0;
    size_t probe_size = (size_t)(bytes[0] | bytes[1] << 8);
    bytes += 2, size -= 2;
    if (probe_size > size || matcher_template_check(bytes, probe_size, &failure) != REASON_DONE ||
        matcher_template_check(bytes + probe_size, size - probe_size, &failure) != REASON_DONE)
        return 0;
    struct matcher_template probe = {.size = (uint32_t)probe_size};
    memcpy(probe.bytes, bytes, probe_size);
    struct matcher_workspace workspace = {scratch, sizeof scratch};
    matcher_score score = matcher_compare(&probe, bytes + probe_size, size - probe_size, workspace);
    return score < 0 || score > MATCHER_SCORE_MAX ? -1 : 0;
}
