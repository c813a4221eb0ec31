/* What JSON held of a person is not in the heap any more when it is freed. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json/memory.h"

void __real_free(void *memory);
void __wrap_free(void *memory);

#define NAME "Anna Example-Traveller of nowhere in particular"

static size_t freed, named;

/* Instead of the C library's, for the code under test: what is given back is looked at before it goes. */
void __wrap_free(void *memory)
{
    if (memory != NULL) {
        freed++;
        named += memcmp(memory, NAME, 4) == 0;
    }
    __real_free(memory);
}

static void test_a_name_is_wiped_before_its_memory_is_given_back(void **state)
{
    (void)state;
    json_memory_wipe_when_freed();
    freed = named = 0;
    json_t *name = json_string(NAME);
    assert_non_null(name);
    json_decref(name);
    assert_true(freed > 0);
    assert_int_equal(named, 0);
}

static void test_a_text_is_wiped_before_its_memory_is_given_back(void **state)
{
    (void)state;
    char *text = strdup(NAME);
    assert_non_null(text);
    freed = named = 0;
    json_text_free(text);
    assert_int_equal(freed, 1);
    assert_int_equal(named, 0);
    json_text_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_wiped_before_its_memory_is_given_back),
        cmocka_unit_test(test_a_text_is_wiped_before_its_memory_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
