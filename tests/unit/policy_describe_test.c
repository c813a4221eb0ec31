/* The manual page's part about keys is the table's. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "policy/policy.h"

static void test_M4_the_manual_page_holds_the_tables_keys(void **state)
{
    (void)state;
    char path[4096], *part = NULL;
    size_t part_size = 0, size;
    uint8_t *page;
    struct failure failure = {0};
    const char *source = getenv("KORDON_SOURCE");
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/docs/kordon-policy.5", source);
    assert_int_equal(file_read(path, 1 << 20, &page, &size, &failure), REASON_DONE);
    FILE *stream = open_memstream(&part, &part_size);
    assert_non_null(stream);
    policy_describe_manual(stream);
    assert_int_equal(fclose(stream), 0);
    const char *found = memmem(page, size, part, part_size);
    if (found == NULL || strncmp(found + part_size, ".SH ", 4) != 0) {
        printf("# docs/kordon-policy.5 must hold exactly:\n%s", part);
        fail_msg("docs/kordon-policy.5 differs from policy/keys.c");
    }
    free(part);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_M4_the_manual_page_holds_the_tables_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
