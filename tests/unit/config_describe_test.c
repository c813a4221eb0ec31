#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/config.h"

/* The example file parses as it stands, and also when every key commented out is put into force. */
static void test_example_parses(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    config_describe(stream);
    assert_int_equal(fclose(stream), 0);
    struct configuration *configuration = calloc(1, sizeof *configuration);
    assert_non_null(configuration);
    struct failure failure = {0};
    for (int round = 0; round < 2; round++) {
        if (config_parse("/k.conf", (const uint8_t *)text, size, configuration, &failure) != REASON_DONE)
            fail_msg("%s: %s", failure.subject, failure.detail);
        assert_string_equal(configuration->log.origin, "border.example/post-7");
        for (char *line = strstr(text, "\n#"); line != NULL; line = strstr(line + 1, "\n#"))
            if (line[2] != ' ')
                memmove(line + 1, line + 2, strlen(line + 2) + 1);
        size = strlen(text);
    }
    free(configuration);
    free(text);
}

/* The manual page says what the table says: its key part is the table's description, byte for byte, and the next section follows. */
static void test_manual_page_is_the_table(void **state)
{
    (void)state;
    const char *source = getenv("KORDON_SOURCE");
    if (source == NULL) {
        print_message("# skipped: KORDON_SOURCE does not say where the sources are\n");
        return;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/docs/kordon.conf.5", source);
    uint8_t *page;
    size_t page_size;
    struct failure failure = {0};
    assert_int_equal(file_read(path, 1 << 20, &page, &page_size, &failure), REASON_DONE);
    char *part = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&part, &size);
    assert_non_null(stream);
    config_describe_manual(stream);
    assert_int_equal(fclose(stream), 0);
    const char *found = strstr((char *)page, part);
    if (found == NULL || strncmp(found + size, ".SH ", 4) != 0) {
        printf("# docs/kordon.conf.5 must hold exactly:\n%s", part);
        fail_msg("docs/kordon.conf.5 differs from config/keys.c");
    }
    free(part);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_parses),
        cmocka_unit_test(test_manual_page_is_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
