/* fuzz_template.c: the packed template's check; what it lets through must be readable to the last byte, and there
 * must be no second way to write it: packed again it is the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "matcher/matcher.h"
#include "matcher/template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct failure failure;
    if (matcher_template_check(bytes, size, &failure) != REASON_DONE) {
        if (failure.reason != REASON_TEMPLATE_CORRUPT || failure.detail[0] == '\0')
            abort();
        return 0;
    }
    struct template_view view = matcher_template_view(bytes);
    struct template_content content = {
        .width = view.width,
        .height = view.height,
        .quality = view.quality,
        .period = view.period,
        .foreign = view.foreign,
        .minutiae_count = view.minutiae_count,
        .flow = {.first_column = view.first_column,
            .first_row = view.first_row,
            .columns = view.columns,
            .rows = view.rows},
    };
    matcher_template_unpack_minutiae(&view, content.minutiae);
    matcher_template_unpack_flow(&view, content.flow.cells, view.columns);
    struct matcher_template template;
    if (matcher_template_pack(&content, &template, NULL) != REASON_DONE || template.size != size ||
        memcmp(template.bytes, bytes, size) != 0)
        abort();
    return 0;
}
