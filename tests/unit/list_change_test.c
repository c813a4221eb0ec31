/* What is counted and found of a new list, whoever brings it: tests/protocol/test_list_change.py has both doors. */
#include "tests/unit/unit.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "list/change.h"

/* The sanitizers replace mlock by a call that does nothing. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool locks = false;
#else
static const bool locks = true;
#endif

static void fault(struct list_findings *findings, uint64_t entry, const char *field)
{
    const struct list_place place = {entry, "C", field};
    struct failure failure = {0};
    failure_set(&failure, REASON_BAD_VALUE, "x", "why");
    list_findings_fault(findings, &place, &failure);
}

static const char *text_at(const json_t *array, size_t index, const char *key)
{
    return json_string_value(json_object_get(json_array_get(array, index), key));
}

/* Found in any order, they are told in the list's, and those of one entry as they were found. */
static void test_A5_findings_are_told_in_the_order_of_the_list(void **state)
{
    (void)state;
    struct list_findings all = {0};
    const uint64_t entries[] = {7, 2, 9};
    for (size_t i = 0; i < 3; i++) {
        struct list_findings one = {0};
        fault(&one, entries[i], "name");
        fault(&one, entries[i], "expires");
        list_findings_add(&all, &one);
        list_findings_finish(&one);
    }
    list_findings_sort(&all);
    assert_int_equal(all.fault_count, 6);
    assert_int_equal(all.faulty_entries, 3);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all.faults, 0), "entry")), 2);
    assert_string_equal(text_at(all.faults, 0, "field"), "name");
    assert_string_equal(text_at(all.faults, 1, "field"), "expires");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all.faults, 5), "entry")), 9);
    struct failure failure = {0};
    assert_int_equal(list_findings_refuse(&all, "list.json", &failure), REASON_MANIFEST_REFUSED);
    assert_string_equal(failure.detail, "6 faults in 3 entries");
    list_findings_finish(&all);
}

/* A hostile list of faults costs bounded memory, and none goes uncounted. */
static void test_A9_findings_are_bounded_but_counted(void **state)
{
    (void)state;
    struct list_findings all = {0};
    for (uint64_t i = 0; i < LIST_FINDINGS_MAX + 5; i++)
        fault(&all, i + 1, "name");
    assert_int_equal(all.fault_count, LIST_FINDINGS_MAX + 5);
    assert_int_equal(json_array_size(all.faults), LIST_FINDINGS_MAX);
    list_findings_finish(&all);
}

static void test_A5_no_case_number_comes_twice(void **state)
{
    (void)state;
    struct case_numbers *numbers;
    struct failure failure = {0};
    assert_int_equal(case_numbers_create(&numbers, &failure), REASON_DONE);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            char number[32];
            bool before;
            snprintf(number, sizeof number, "CASE-%d", i);
            assert_int_equal(case_numbers_add(numbers, number, &before, &failure), REASON_DONE);
            assert_int_equal(before, round == 1);
        }
    case_numbers_destroy(numbers);
}

static void read_entry(json_t *object, uint64_t number, struct list_entry **entry)
{
    const struct list_rules rules = {.file_bytes_max = 1 << 20};
    const struct list_source source = {object, MANIFEST_WITH_DATA, "", number};
    struct failure failure = {0};
    assert_int_equal(list_entry_read(&source, &rules, entry, &failure), REASON_DONE);
}

/* A fault is kept where several come, so that the list is not installed; one entry alone is left out by its sender's knowledge. */
static void test_A5_a_fault_is_kept_or_left_out(void **state)
{
    (void)state;
    json_t *object = json_loads(
        "{\"case_number\":\"C-1\",\"fingers\":[{\"position\":\"right_index\",\"data\":\"eA==\"}]}", 0, NULL);
    const struct list_request request = {.list_name = "l", .list_version = 1};
    struct list_change change;
    struct failure failure = {0};
    assert_int_equal(list_change_init(&change, &request, &failure), REASON_DONE);
    for (int keeps = 0; keeps < 2; keeps++) {
        struct list_entry *entry;
        bool sound = true;
        read_entry(object, 1, &entry);
        assert_true(entry->findings.fault_count > 1);
        assert_int_equal(list_change_take(&change, entry, keeps == 1, &sound, &failure), REASON_DONE);
        assert_false(sound);
        assert_int_equal(change.entries, keeps);
        assert_int_equal(
            list_change_check(&change, &failure), keeps == 1 ? REASON_MANIFEST_REFUSED : REASON_DONE);
        list_entry_destroy(entry);
    }
    list_change_finish(&change);
    json_decref(object);
}

static int read_without_locked_memory(json_t *object)
{
    const struct rlimit none = {0};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[2] = {0};
    const struct list_rules rules = {.file_bytes_max = 1 << 20};
    const struct list_source source = {object, MANIFEST_WITH_DATA, "", 1};
    struct list_entry *entry;
    struct failure failure = {0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || syscall(SYS_capset, &header, rights) != 0)
        return 2;
    enum reason reason = list_entry_read(&source, &rules, &entry, &failure);
    if (reason != REASON_MEMLOCK_LIMIT)
        return 3;
    return entry == NULL && failure.reason == REASON_MEMLOCK_LIMIT ? 0 : 4;
}

/* A sound list must not be told to be faulty because a traveller's finger has the memory just now. */
static void test_A8_memory_that_can_not_be_locked_is_no_fault_of_the_list(void **state)
{
    (void)state;
    if (!locks) {
        print_message("# skipped: the sanitizer replaces mlock\n");
        return;
    }
    json_t *object = json_loads(
        "{\"case_number\":\"C-1\",\"fingers\":[{\"position\":\"right_index\",\"data\":\"eA==\"}]}", 0, NULL);
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(read_without_locked_memory(object));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A5_findings_are_told_in_the_order_of_the_list),
        cmocka_unit_test(test_A9_findings_are_bounded_but_counted),
        cmocka_unit_test(test_A5_no_case_number_comes_twice),
        cmocka_unit_test(test_A5_a_fault_is_kept_or_left_out),
        cmocka_unit_test(test_A8_memory_that_can_not_be_locked_is_no_fault_of_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
