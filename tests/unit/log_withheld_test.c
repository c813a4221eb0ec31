/* An export that leaves bodies out: what is withheld is what the log signed, all of it, and the verdict counts it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/base64.h"
#include "log/entry.h"
#include "log/export.h"
#include "log/redaction.h"
#include "log/verify.h"
#include "tests/support/memory_log.h"
#include "tests/support/remove_folder.h"

#define ENTRIES 300 /* a full tile and a partial one */
#define ORIGIN  "kordon.example/post-7"
#define ACCESS  LOG_EVENT_BIT(LOG_EVENT_ACCESS)
#define ERASURE LOG_EVENT_BIT(LOG_EVENT_ERASURE)

struct fixture {
    struct memory_log log;
    struct log_withholding_source withholding;
    struct log_verification seen;
    struct failure failure;
};

/* Accesses at 3, 13, 23 ... 293 (30 of them); 290 erases 17 and 291 erases 23, an access; the rest are consultations. */
static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    memory_log_init(&fixture->log, ORIGIN);
    for (int i = 0; i < ENTRIES; i++) {
        if (i % 10 == 3)
            memory_log_append_event(&fixture->log, "access", "{\"read\":\"files\"}");
        else
            memory_log_append(&fixture->log, i == 290 ? 17 : i == 291 ? 23 : -1);
    }
    memory_log_sign(&fixture->log);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    memory_log_finish(&fixture->log);
    free(fixture);
    return 0;
}

static enum reason verify(struct fixture *fixture, struct log_source source, log_problem *problem)
{
    const struct log_verify_options options = {.verifier_key = fixture->log.verifier_key, .problem = problem};
    return log_verify(source, &options, &fixture->seen, &fixture->failure);
}

/* The log has signed that these are withheld. */
static void redact(struct fixture *fixture, uint32_t events)
{
    free(fixture->log.redaction);
    assert_int_equal(log_redaction_make(memory_log_source(&fixture->log), fixture->log.key, events,
                         &fixture->log.redaction, &fixture->failure),
        REASON_DONE);
}

/* The bodies of these are left out. */
static struct log_source withhold(struct fixture *fixture, uint32_t events)
{
    return log_source_withholding(&fixture->withholding, memory_log_source(&fixture->log), events);
}

static void assert_broken(struct fixture *fixture, struct log_source source, uint64_t seq)
{
    assert_int_equal(verify(fixture, source, NULL), REASON_ENTRY_BROKEN);
    assert_true(fixture->seen.broken_entry_known);
    assert_int_equal(fixture->seen.broken_entry, seq);
}

/* An honest redacted log holds, and each body is counted once: shown, erased or withheld. */
static void test_L10_verdict_counts_what_is_withheld(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_DONE);
    assert_int_equal(fixture->seen.size, ENTRIES);
    assert_int_equal(fixture->seen.withheld, 29);
    assert_int_equal(fixture->seen.erased, 2); /* 17, and 23 of those that the redaction lists */
    assert_int_equal(fixture->seen.bodies, ENTRIES - 31);
    assert_int_equal(fixture->seen.unproven, 0);
    assert_int_equal(fixture->seen.withheld_events, ACCESS);
}

/* Through a folder: the export holds the redaction, and what is withheld is nowhere in it. */
static void test_L10_export_withholds(void **state)
{
    struct fixture *fixture = *state;
    char folder[] = "/tmp/kordon-log-test.XXXXXX", export[64], path[96];
    struct log_directory_source directory;
    uint8_t *bytes;
    size_t size;
    assert_non_null(mkdtemp(folder));
    snprintf(export, sizeof export, "%s/export", folder);
    /* Without the log's word nothing may be withheld, and nothing is left behind. */
    assert_int_equal(log_export(withhold(fixture, ACCESS), export, &fixture->failure), REASON_FILE_NOT_FOUND);
    struct stat status;
    assert_int_not_equal(stat(export, &status), 0);
    redact(fixture, ACCESS);
    assert_int_equal(log_export(withhold(fixture, ACCESS), export, &fixture->failure), REASON_DONE);
    assert_int_equal(verify(fixture, log_source_directory(&directory, export), NULL), REASON_DONE);
    assert_int_equal(fixture->seen.withheld, 29);
    snprintf(path, sizeof path, "%s/bodies/000", export);
    assert_int_equal(file_read(path, 1 << 20, &bytes, &size, &fixture->failure), REASON_DONE);
    assert_null(memmem(bytes, size, "files", 5));
    assert_non_null(memmem(bytes, size, "no_match", 8));
    free(bytes);
    assert_int_equal(remove_folder(folder), 0);
}

/* An unsigned statement of any form excuses nothing. */
static void test_L10_unsigned_redaction_is_not_believed(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    char *text_end = strstr(fixture->log.redaction, "\n\n");
    text_end[1] = '\0';
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_LOG_BROKEN);
    assert_string_equal(fixture->failure.subject, "redaction");
    free(fixture->log.redaction);
    fixture->log.redaction = strdup("{\"withheld\":[3]}");
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_LOG_BROKEN);
    free(fixture->log.redaction);
    fixture->log.redaction = NULL;
    for (size_t i = 3; i < ENTRIES; i += 10)
        fixture->log.gone[i] = true;
    assert_broken(fixture, memory_log_source(&fixture->log), 3);
}

/* Signed, but for another tree of this log. */
static void test_L10_redaction_of_another_tree_is_refused(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    memory_log_append(&fixture->log, -1);
    memory_log_sign(&fixture->log);
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_LOG_BROKEN);
    assert_string_equal(fixture->failure.subject, "redaction");
    redact(fixture, ACCESS);
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_DONE);
}

/* A body that is gone and that the redaction does not speak of. */
static void test_L10_missing_body_beside_a_redaction(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    fixture->log.gone[100] = true;
    assert_broken(fixture, withhold(fixture, ACCESS), 100);
}

/* One body shown, all others of its event withheld: never only silent ones. */
static void test_L10_one_shown_body_of_a_withheld_event(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    for (size_t i = 0; i < ENTRIES; i++)
        if (i % 10 == 3)
            fixture->log.gone[i] = true;
    assert_int_equal(verify(fixture, memory_log_source(&fixture->log), NULL), REASON_DONE);
    fixture->log.gone[63] = false;
    assert_broken(fixture, memory_log_source(&fixture->log), 63);
    assert_non_null(strstr(fixture->failure.detail, "lists it as withheld"));
}

/* A redaction by the right key whose list is not its rule's: the log would contradict itself. */
static void signed_list(struct fixture *fixture, const char *rule, const char *list)
{
    struct checkpoint checkpoint;
    char root[BASE64_LENGTH(DIGEST_BYTES) + 1], text[4096];
    const char *note = fixture->log.checkpoint;
    assert_int_equal(checkpoint_parse(note, strlen(note), &checkpoint, NULL), REASON_DONE);
    base64_encode(checkpoint.root, DIGEST_BYTES, root);
    snprintf(text, sizeof text, "kordon-redaction/v1\n" ORIGIN "\n%d\n%s\nevents %s\n%s", ENTRIES, root, rule,
        list);
    free(fixture->log.redaction);
    fixture->log.redaction = memory_log_note(&fixture->log, text);
}

static void test_L10_list_and_rule_must_agree(void **state)
{
    struct fixture *fixture = *state;
    char list[1024] = "", more[1024];
    for (int i = 3; i < ENTRIES; i += 10)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%d\n", i);
    signed_list(fixture, "access", list);
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_DONE);
    /* A single consultation among them. */
    snprintf(more, sizeof more, "1\n%s", list);
    signed_list(fixture, "access", more);
    fixture->log.gone[1] = true;
    assert_broken(fixture, withhold(fixture, ACCESS), 1);
    fixture->log.gone[1] = false;
    assert_broken(fixture, withhold(fixture, ACCESS), 1);
    /* The first access is not listed, and neither erased. */
    signed_list(fixture, "access", list + 2);
    assert_broken(fixture, withhold(fixture, ACCESS), 3);
    /* It is not listed and shown: the rule says all. */
    for (size_t i = 13; i < ENTRIES; i += 10)
        fixture->log.gone[i] = true;
    assert_broken(fixture, memory_log_source(&fixture->log), 3);
    assert_non_null(strstr(fixture->failure.detail, "all bodies of its event"));
    /* One that was erased need not be listed. */
    char *erased = strstr(list, "23\n");
    memmove(erased, erased + 3, strlen(erased + 3) + 1);
    signed_list(fixture, "access", list);
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), NULL), REASON_DONE);
    assert_int_equal(fixture->seen.erased, 2);
    assert_int_equal(fixture->seen.withheld, 29);
}

/* Where the erasure entries' own bodies are withheld, nobody can see which bodies they took: counted as such. What is gone
 * behind the last of them has no such excuse. */
static void test_L10_erased_bodies_are_unproven_without_the_erasures(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ERASURE);
    assert_int_equal(verify(fixture, withhold(fixture, ERASURE), NULL), REASON_DONE);
    assert_int_equal(fixture->seen.withheld, 2);
    assert_int_equal(fixture->seen.erased, 0);
    assert_int_equal(fixture->seen.unproven, 2);
    fixture->log.gone[295] = true;
    assert_broken(fixture, withhold(fixture, ERASURE), 295);
}

/* No erasure can be recorded before what it erases. */
static void test_L10_erasure_of_a_later_entry_excuses_nothing(void **state)
{
    struct fixture *fixture = *state;
    memory_log_append_event(&fixture->log, "erasure", "{\"erased_seq\":301}");
    memory_log_append(&fixture->log, -1);
    memory_log_sign(&fixture->log);
    assert_int_equal(verify(fixture, memory_log_source(&fixture->log), NULL), REASON_DONE);
    fixture->log.gone[301] = true;
    assert_broken(fixture, memory_log_source(&fixture->log), 301);
}

static void count(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    (void)context, (void)seq_known, (void)seq, (void)failure;
}

/* A broken redaction is one problem, not one for each body that it can't excuse. */
static void test_L10_broken_redaction_is_one_problem(void **state)
{
    struct fixture *fixture = *state;
    redact(fixture, ACCESS);
    *strstr(fixture->log.redaction, "access") = 'A';
    assert_int_equal(verify(fixture, withhold(fixture, ACCESS), count), REASON_SIGNATURE_BROKEN);
    assert_int_equal(fixture->seen.problems, 1);
    assert_int_equal(fixture->seen.unproven, 29);
    assert_int_equal(fixture->seen.withheld, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_L10_verdict_counts_what_is_withheld),
        TEST(test_L10_export_withholds),
        TEST(test_L10_unsigned_redaction_is_not_believed),
        TEST(test_L10_redaction_of_another_tree_is_refused),
        TEST(test_L10_missing_body_beside_a_redaction),
        TEST(test_L10_one_shown_body_of_a_withheld_event),
        TEST(test_L10_list_and_rule_must_agree),
        TEST(test_L10_erased_bodies_are_unproven_without_the_erasures),
        TEST(test_L10_erasure_of_a_later_entry_excuses_nothing),
        TEST(test_L10_broken_redaction_is_one_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
