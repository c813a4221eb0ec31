/* Every allocation of verification, redaction and export may fail: then that is the reason, and nothing is left behind
 * (LeakSanitizer sees it). */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "json/memory.h"
#include "log/entry.h"
#include "log/export.h"
#include "log/redaction.h"
#include "log/verify.h"
#include "tests/support/failing_memory.h"
#include "tests/support/memory_log.h"
#include "tests/support/remove_folder.h"

#define ENTRIES 280
#define ACCESS  LOG_EVENT_BIT(LOG_EVENT_ACCESS)

struct fixture {
    struct memory_log log;
    char folder[64], whole[96], redacted[96];
    struct log_directory_source directory;
    struct failure failure;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct log_withholding_source withholding;
    if (fixture == NULL)
        return -1;
    memory_log_init(&fixture->log, "kordon.example/post-7");
    for (int i = 0; i < ENTRIES; i++) {
        if (i % 2 == 0)
            memory_log_append_event(&fixture->log, "access", "{}");
        else
            memory_log_append(&fixture->log, i == 275 ? 17 : -1);
    }
    memory_log_sign(&fixture->log);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kordon-log-test.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->whole, sizeof fixture->whole, "%s/whole", fixture->folder);
    snprintf(fixture->redacted, sizeof fixture->redacted, "%s/redacted", fixture->folder);
    struct log_source source = memory_log_source(&fixture->log);
    if (log_export(source, fixture->whole, &fixture->failure) != REASON_DONE ||
        log_redaction_make(source, fixture->log.key, ACCESS, &fixture->log.redaction, &fixture->failure) !=
            REASON_DONE ||
        log_export(log_source_withholding(&withholding, source, ACCESS), fixture->redacted,
            &fixture->failure) != REASON_DONE)
        return -1;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    memory_log_finish(&fixture->log);
    int outcome = remove_folder(fixture->folder);
    free(fixture);
    return outcome;
}

static void ignore_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    (void)context, (void)seq_known, (void)seq, (void)failure;
}

static enum reason verify(struct fixture *fixture, const char *folder, log_problem *problem)
{
    struct log_verification verification;
    const struct log_verify_options options = {.verifier_key = fixture->log.verifier_key, .problem = problem};
    return log_verify(
        log_source_directory(&fixture->directory, folder), &options, &verification, &fixture->failure);
}

static enum reason verify_redacted(struct fixture *fixture)
{
    return verify(fixture, fixture->redacted, NULL);
}

/* Its heads disagree with their leaves: the list of those grows too. */
static enum reason verify_broken(struct fixture *fixture)
{
    enum reason reason = verify(fixture, fixture->whole, ignore_problem);
    return reason == REASON_LOG_BROKEN ? REASON_DONE : reason;
}

static enum reason make_redaction(struct fixture *fixture)
{
    char *note;
    struct log_source source = log_source_directory(&fixture->directory, fixture->redacted);
    enum reason reason = log_redaction_make(source, fixture->log.key, ACCESS, &note, &fixture->failure);
    assert_true((reason == REASON_DONE) == (note != NULL));
    free(note);
    return reason;
}

static enum reason read_withholding(struct fixture *fixture)
{
    struct log_withholding_source withholding;
    uint8_t *bytes;
    size_t size;
    struct log_source source = log_source_withholding(
        &withholding, log_source_directory(&fixture->directory, fixture->redacted), ACCESS);
    enum reason reason = source.read(source.context, "bodies/000", &bytes, &size, &fixture->failure);
    assert_true((reason == REASON_DONE) == (bytes != NULL));
    free(bytes);
    return reason;
}

static void break_leaves(struct fixture *fixture)
{
    char path[128];
    uint8_t *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s/tile/0/000", fixture->whole);
    assert_int_equal(file_read(path, 1 << 20, &bytes, &size, &fixture->failure), REASON_DONE);
    for (size_t i = 0; i < size; i += DIGEST_BYTES)
        bytes[i] ^= 1;
    assert_int_equal(file_write(path, bytes, size, 0600, &fixture->failure), REASON_DONE);
    free(bytes);
}

static void test_every_allocation_may_fail(void **state)
{
    static enum reason (*const acts[])(struct fixture *) = {
        verify_redacted, verify_broken, make_redaction, read_withholding};
    struct fixture *fixture = *state;
    break_leaves(fixture);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        assert_int_equal(acts[i](fixture), REASON_DONE);
        long n = 0;
        for (bool failed = true; failed; n++) {
            failing_memory_set(n);
            enum reason reason = acts[i](fixture);
            failed = failing_memory_has_failed();
            failing_memory_set(-1);
            if (failed && reason != REASON_NO_MEMORY)
                fail_msg("act %zu, allocation %ld: %s", i, n, reason_name(reason));
        }
        assert_true(n > 3);
    }
}

/* A key that is left out of a text is not seen by whoever writes it: the log would keep for ever what nobody can read. */
static void test_L7_a_body_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    char *whole, *bytes;
    size_t whole_size, size;
    json_t *body = json_object();
    for (char key[] = "a"; key[0] <= 'z'; key[0]++)
        json_object_set_new(body, key, json_pack("{s:s}", "a key of some length", "and its text"));
    assert_int_equal(log_body_bytes(body, &whole, &whole_size, NULL), REASON_DONE);
    for (long n = 0;; n++) {
        failing_memory_set(n);
        enum reason reason = log_body_bytes(body, &bytes, &size, NULL);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        if (!failed)
            break;
        assert_null(bytes);
    }
    assert_int_equal(size, whole_size);
    assert_memory_equal(bytes, whole, size);
    free(bytes);
    free(whole);
    json_decref(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L7_a_body_is_written_whole_or_not_at_all),
        cmocka_unit_test_setup_teardown(test_every_allocation_may_fail, set_up, tear_down),
    };
    json_memory_wipe_when_freed(); /* the parser's allocations fail, too */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
