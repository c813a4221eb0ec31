/* Each attack on a log, on what a source serves and on an exported folder, is found and names what was attacked. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "log/entry.h"
#include "log/export.h"
#include "log/verify.h"
#include "tests/support/memory_log.h"
#include "tests/support/remove_folder.h"

#define ENTRIES 300 /* a full tile and a partial one */

struct fixture {
    struct memory_log log;
    char folder[64], export[96];
    struct log_directory_source directory;
    struct log_verification verification;
    struct failure failure;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    memory_log_init(&fixture->log, "kordon.example/post-7");
    for (int i = 0; i < ENTRIES; i++)
        memory_log_append(&fixture->log, i == 290 ? 17 : -1);
    memory_log_sign(&fixture->log);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kordon-log-test.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->export, sizeof fixture->export, "%s/export", fixture->folder);
    if (log_export(memory_log_source(&fixture->log), fixture->export, &fixture->failure) != REASON_DONE)
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

static enum reason verify(struct fixture *fixture, struct log_source source, const char *older)
{
    const struct log_verify_options options = {
        .verifier_key = fixture->log.verifier_key, .older_checkpoint = older};
    return log_verify(source, &options, &fixture->verification, &fixture->failure);
}

static enum reason verify_memory(struct fixture *fixture, const char *older)
{
    return verify(fixture, memory_log_source(&fixture->log), older);
}

static enum reason verify_export(struct fixture *fixture)
{
    return verify(fixture, log_source_directory(&fixture->directory, fixture->export), NULL);
}

/* Changes one byte of an exported file. */
static void flip(struct fixture *fixture, const char *path, size_t position)
{
    char whole[256];
    uint8_t *bytes;
    size_t size;
    snprintf(whole, sizeof whole, "%s/%s", fixture->export, path);
    assert_int_equal(file_read(whole, 1 << 24, &bytes, &size, &fixture->failure), REASON_DONE);
    assert_true(position < size);
    bytes[position] ^= 1;
    assert_int_equal(file_write(whole, bytes, size, 0600, &fixture->failure), REASON_DONE);
    free(bytes);
}

static void assert_broken_entry(struct fixture *fixture, uint64_t seq)
{
    assert_true(fixture->verification.broken_entry_known);
    assert_int_equal(fixture->verification.broken_entry, seq);
}

/* An honest log holds, from its source and from its export; an erased body with its erasure entry is counted. */
static void test_L7_honest_log_holds(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(verify_memory(fixture, NULL), REASON_DONE);
    assert_int_equal(verify_export(fixture), REASON_DONE);
    assert_int_equal(fixture->verification.size, ENTRIES);
    assert_int_equal(fixture->verification.erased, 1);
    assert_int_equal(fixture->verification.time_reversals, 0);
}

/* Runs of erased bodies are named by one entry; what a malformed run, or one of later entries, names is not erased. */
static void test_L5_runs_of_erased_bodies(void **state)
{
    struct fixture *fixture = *state;
    struct memory_log *log = &fixture->log;
    memory_log_append_event(log, "erasure", "{\"erased_entries\":[[3,7],[9,9]]}");
    memory_log_append_event(
        log, "erasure", "{\"erased_entries\":[[20,19],[21],[22,999],[5,9],[\"23\",23],[-1,23],24]}");
    memory_log_sign(log);
    for (size_t seq = 3; seq <= 9; seq++)
        log->gone[seq] = true;
    assert_int_equal(verify_memory(fixture, NULL), REASON_DONE);
    assert_int_equal(fixture->verification.erased, 8);
    for (size_t seq = 19; seq <= 24; seq++) {
        log->gone[seq] = true;
        assert_int_equal(verify_memory(fixture, NULL), REASON_ENTRY_BROKEN);
        assert_broken_entry(fixture, seq);
        log->gone[seq] = false;
    }
}

/* A byte changed in a head is found, and the entry named, wherever in the bundle it is. */
static void test_L7_changed_head_names_its_entry(void **state)
{
    struct fixture *fixture = *state;
    size_t head = fixture->log.head_sizes[0] + 2;
    flip(fixture, "tile/entries/000", 2 + 20);
    assert_int_equal(verify_export(fixture), REASON_ENTRY_BROKEN);
    assert_broken_entry(fixture, 0);
    assert_string_equal(fixture->failure.subject, "entry 0");
    flip(fixture, "tile/entries/000", 2 + 20);
    flip(fixture, "tile/entries/000", 5 * head + 30);
    assert_int_equal(verify_export(fixture), REASON_ENTRY_BROKEN);
    assert_broken_entry(fixture, 5);
}

/* A damaged copy is called damaged, also beside an older checkpoint: it accuses nobody of two histories. */
static void test_L7_damage_is_no_fork(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/entries/000", 2 + 20);
    assert_int_equal(
        verify(fixture, log_source_directory(&fixture->directory, fixture->export), fixture->log.checkpoint),
        REASON_ENTRY_BROKEN);
    assert_broken_entry(fixture, 0);
}

static void test_L7_changed_body_names_its_entry(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "bodies/001.p/44", 4 + 40);
    assert_int_equal(verify_export(fixture), REASON_ENTRY_BROKEN);
    assert_broken_entry(fixture, 256);
}

/* A changed leaf hash with a right head is the tile's fault, and says so. */
static void test_L7_changed_leaf_tile(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/0/000", 3 * DIGEST_BYTES);
    assert_int_equal(verify_export(fixture), REASON_LOG_BROKEN);
    assert_broken_entry(fixture, 3);
}

static void test_L7_changed_upper_tile(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/1/000.p/1", 0);
    assert_int_equal(verify_export(fixture), REASON_LOG_BROKEN);
    assert_string_equal(fixture->failure.subject, "tile/1/000.p/1");
}

static void test_L7_changed_checkpoint(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < strlen(fixture->log.checkpoint); i++) {
        flip(fixture, "checkpoint", i);
        assert_int_not_equal(verify_export(fixture), REASON_DONE);
        flip(fixture, "checkpoint", i);
    }
    assert_int_equal(verify_export(fixture), REASON_DONE);
}

/* A missing file is named: the tail of the log can't be cut unseen. */
static void test_L7_tail_truncation(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/tile/entries/001.p/44", fixture->export);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(verify_export(fixture), REASON_LOG_INCOMPLETE);
    assert_string_equal(fixture->failure.subject, "tile/entries/001.p/44");
}

/* Entries rewritten together with their tiles don't give the signed root. */
static void test_L7_rewritten_history(void **state)
{
    struct fixture *fixture = *state;
    fixture->log.heads[7][fixture->log.head_sizes[7] - 10] ^= 1;
    assert_int_not_equal(verify_memory(fixture, NULL), REASON_DONE);
}

/* History rewritten and signed anew holds alone, but not against the checkpoint that somebody kept. */
static void test_L7_whole_log_replaced(void **state)
{
    struct fixture *fixture = *state;
    char kept[CHECKPOINT_NOTE_SIZE];
    memcpy(kept, fixture->log.checkpoint, sizeof kept);
    memory_log_append(&fixture->log, -1);
    memory_log_sign(&fixture->log);
    assert_int_equal(verify_memory(fixture, kept), REASON_DONE);

    const struct memory_log *log = &fixture->log;
    struct memory_log *forged = calloc(1, sizeof *forged);
    assert_non_null(forged);
    memory_log_init(forged, "kordon.example/post-7");
    for (size_t i = 0; i < log->count; i++)
        memory_log_append(forged, i == 40 ? 39 : -1);
    memory_log_sign(forged);
    assert_int_equal(verify(fixture, memory_log_source(forged), NULL), REASON_DONE);
    assert_int_equal(verify(fixture, memory_log_source(forged), kept), REASON_LOG_FORKED);
    memory_log_finish(forged);
    free(forged);
}

/* An older complete copy put back: invisible alone, found with a newer checkpoint. */
static void test_L7_rollback(void **state)
{
    struct fixture *fixture = *state;
    struct memory_log *newer = calloc(1, sizeof *newer);
    assert_non_null(newer);
    memory_log_init(newer, "kordon.example/post-7");
    for (int i = 0; i < ENTRIES + 5; i++)
        memory_log_append(newer, i == 290 ? 17 : -1);
    memory_log_sign(newer);
    assert_int_equal(verify_memory(fixture, NULL), REASON_DONE);
    assert_int_equal(verify_memory(fixture, newer->checkpoint), REASON_LOG_INCOMPLETE);
    memory_log_finish(newer);
    free(newer);
}

static void test_L7_body_gone_without_erasure(void **state)
{
    struct fixture *fixture = *state;
    fixture->log.gone[200] = true;
    assert_int_equal(verify_memory(fixture, NULL), REASON_ENTRY_BROKEN);
    assert_broken_entry(fixture, 200);
}

/* Another log's key, and a key of the same name but other bytes. */
static void test_L7_wrong_key(void **state)
{
    struct fixture *fixture = *state;
    struct log_key *other;
    char line[VERIFIER_KEY_LINE_SIZE];
    assert_int_equal(log_key_generate("kordon.example/post-7", &other, NULL), REASON_DONE);
    struct log_verify_options options = {.verifier_key = verifier_key_format(log_key_verifier(other), line)};
    struct log_source source = memory_log_source(&fixture->log);
    assert_int_equal(
        log_verify(source, &options, &fixture->verification, &fixture->failure), REASON_SIGNATURE_BROKEN);
    log_key_destroy(other);
    options.verifier_key = "nonsense";
    assert_int_not_equal(
        log_verify(source, &options, &fixture->verification, &fixture->failure), REASON_DONE);
}

/* Nothing is overwritten, and a failed export leaves nothing behind. */
static void test_L7_export_is_whole_or_absent(void **state)
{
    struct fixture *fixture = *state;
    struct log_source source = memory_log_source(&fixture->log);
    assert_int_equal(log_export(source, fixture->export, &fixture->failure), REASON_OUTPUT_EXISTS);
    char path[128];
    snprintf(path, sizeof path, "%s/tile/0/000", fixture->export);
    assert_int_equal(unlink(path), 0);
    char copy[128];
    snprintf(copy, sizeof copy, "%s/copy", fixture->folder);
    source = log_source_directory(&fixture->directory, fixture->export);
    assert_int_equal(log_export(source, copy, &fixture->failure), REASON_ENTRY_NOT_FOUND);
    struct stat status;
    assert_int_not_equal(stat(copy, &status), 0);
}

static void ignore_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    (void)context, (void)seq_known, (void)seq, (void)failure;
}

/* A thousand single-bit changes anywhere in an export: none is missed, and looking for all problems finds the same first
 * entry. */
static void test_L7_random_changes_are_found(void **state)
{
    struct fixture *fixture = *state;
    static const char *const paths[] = {"checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1",
        "tile/entries/000", "tile/entries/001.p/44", "bodies/000", "bodies/001.p/44"};
    const struct log_verify_options options = {
        .verifier_key = fixture->log.verifier_key, .problem = ignore_problem};
    struct log_verification all;
    uint32_t random = 12345;
    for (int i = 0; i < 1000; i++) {
        random = random * 1664525 + 1013904223;
        const char *path = paths[random >> 8 & 7];
        char whole[256];
        snprintf(whole, sizeof whole, "%s/%s", fixture->export, path);
        struct stat status;
        assert_int_equal(stat(whole, &status), 0);
        size_t position = (random >> 11) % (size_t)status.st_size;
        flip(fixture, path, position);
        if (verify_export(fixture) == REASON_DONE)
            fail_msg("a change of byte %zu of %s was missed", position, path);
        struct log_source source = log_source_directory(&fixture->directory, fixture->export);
        if (log_verify(source, &options, &all, NULL) == REASON_DONE ||
            all.broken_entry != fixture->verification.broken_entry)
            fail_msg("a change of byte %zu of %s is named differently", position, path);
        flip(fixture, path, position);
    }
}

/* --- What was not checked, and what is no log ----------------------------------------------------------------- */

/* Entries behind the checkpoint are counted, in a source that knows and in a folder by its bundles' names. */
static void test_L10_entries_behind_the_checkpoint_are_counted(void **state)
{
    struct fixture *fixture = *state;
    char path[160];
    assert_int_equal(verify_export(fixture), REASON_DONE);
    assert_int_equal(fixture->verification.beyond, 0);
    for (int i = 0; i < 7; i++)
        memory_log_append(&fixture->log, -1);
    assert_int_equal(verify_memory(fixture, NULL), REASON_DONE);
    assert_int_equal(fixture->verification.size, ENTRIES);
    assert_int_equal(fixture->verification.beyond, 7);
    snprintf(path, sizeof path, "%s/tile/entries/001.p/51", fixture->export);
    assert_int_equal(file_write(path, "x", 1, 0600, &fixture->failure), REASON_DONE);
    assert_int_equal(verify_export(fixture), REASON_DONE);
    assert_int_equal(fixture->verification.beyond, 7);
    snprintf(path, sizeof path, "%s/tile/entries/002", fixture->export);
    assert_int_equal(file_write(path, "x", 1, 0600, &fixture->failure), REASON_DONE);
    assert_int_equal(verify_export(fixture), REASON_DONE);
    assert_int_equal(fixture->verification.beyond, 3 * 256 - ENTRIES);
}

/* A wrong path is no evidence of anything; an export with a part missing is. */
static void test_a_folder_without_a_log_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    assert_int_equal(log_source_directory_check(fixture->export, &fixture->failure), REASON_DONE);
    assert_int_equal(log_source_directory_check(fixture->folder, &fixture->failure), REASON_FILE_NOT_FOUND);
    assert_string_equal(fixture->failure.subject, fixture->folder);
    snprintf(path, sizeof path, "%s/typo", fixture->folder);
    assert_int_equal(log_source_directory_check(path, &fixture->failure), REASON_FILE_NOT_FOUND);
    snprintf(path, sizeof path, "%s/checkpoint", fixture->export);
    assert_int_equal(log_source_directory_check(path, &fixture->failure), REASON_FILE_NOT_FOUND);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(log_source_directory_check(fixture->export, &fixture->failure), REASON_DONE);
    assert_int_equal(verify_export(fixture), REASON_LOG_INCOMPLETE);
}

/* --- All problems ---------------------------------------------------------------------------------------------- */

struct problems {
    char text[4096]; /* "<subject>: <reason>\n" of each */
};

static void note_problem(void *context, bool seq_known, uint64_t seq, const struct failure *failure)
{
    struct problems *problems = context;
    size_t used = strlen(problems->text);
    char entry[32];
    snprintf(entry, sizeof entry, "entry %llu", (unsigned long long)seq);
    assert_int_equal(seq_known, strcmp(failure->subject, entry) == 0);
    snprintf(problems->text + used, sizeof problems->text - used, "%s: %s\n", failure->subject,
        reason_name(failure->reason));
}

/* Verifies with and without a callback: both must name the same first entry. */
static void assert_problems(struct fixture *fixture, struct log_source source, const char *expected)
{
    struct problems problems = {""};
    struct log_verify_options options = {.verifier_key = fixture->log.verifier_key};
    struct log_verification first;
    enum reason without = log_verify(source, &options, &first, &fixture->failure);
    options.problem = note_problem;
    options.context = &problems;
    enum reason with = log_verify(source, &options, &fixture->verification, &fixture->failure);
    assert_string_equal(problems.text, expected);
    assert_int_equal(with == REASON_DONE, without == REASON_DONE);
    size_t lines = 0;
    for (const char *at = expected; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(fixture->verification.problems, lines);
    assert_int_equal(first.problems, lines > 0 ? 1 : 0);
    assert_int_equal(fixture->verification.broken_entry_known, first.broken_entry_known);
    assert_int_equal(fixture->verification.broken_entry, first.broken_entry);
}

static struct log_source exported(struct fixture *fixture)
{
    return log_source_directory(&fixture->directory, fixture->export);
}

/* An honest log has none. */
static void test_L7_no_problem_in_an_honest_log(void **state)
{
    struct fixture *fixture = *state;
    assert_problems(fixture, exported(fixture), "");
    assert_int_equal(fixture->verification.bodies, ENTRIES - 1);
}

/* Broken bodies all over, and one gone. */
static void test_L7_all_broken_entries_are_listed(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "bodies/000", 4 + 40);
    flip(fixture, "bodies/001.p/44", 4 + 40);
    flip(fixture, "bodies/001.p/44", 4 + 32 + 30 + 4 + 40);
    assert_problems(fixture, exported(fixture),
        "entry 0: ENTRY_BROKEN\nentry 256: ENTRY_BROKEN\nentry 257: ENTRY_BROKEN\n");
    assert_int_equal(fixture->verification.size, ENTRIES);
    assert_int_equal(fixture->verification.bodies, ENTRIES - 4);
    assert_int_equal(fixture->verification.erased, 1);
    fixture->log.gone[5] = fixture->log.gone[299] = true;
    assert_problems(
        fixture, memory_log_source(&fixture->log), "entry 5: ENTRY_BROKEN\nentry 299: ENTRY_BROKEN\n");
}

/* Heads changed in the full and in the partial tile, and a body between: each is named, and nothing else is. */
static void test_L7_all_changed_heads_are_listed(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/entries/000", 2 + 20);
    flip(fixture, "bodies/000", 4 + 32 + 28 + 4 + 40);
    flip(fixture, "tile/entries/001.p/44", 2 + 20);
    assert_problems(fixture, exported(fixture),
        "entry 1: ENTRY_BROKEN\nentry 0: ENTRY_BROKEN\nentry 256: ENTRY_BROKEN\n");
    assert_string_equal(fixture->failure.subject, "entry 0");
}

/* A changed leaf in a full tile is told from a changed head elsewhere by the tile above. */
static void test_L7_changed_leaves_are_told_from_changed_heads(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/0/000", 3 * DIGEST_BYTES);
    flip(fixture, "tile/0/000", 200 * DIGEST_BYTES);
    assert_problems(fixture, exported(fixture), "entry 3: LOG_BROKEN\nentry 200: LOG_BROKEN\n");
    flip(fixture, "tile/entries/001.p/44", 2 + 20);
    assert_int_equal(verify_export(fixture), REASON_ENTRY_BROKEN);
    struct problems problems = {""};
    const struct log_verify_options options = {
        .verifier_key = fixture->log.verifier_key, .problem = note_problem, .context = &problems};
    assert_int_equal(log_verify(exported(fixture), &options, &fixture->verification, &fixture->failure),
        REASON_LOG_BROKEN);
    assert_string_equal(
        problems.text, "entry 3: LOG_BROKEN\nentry 200: LOG_BROKEN\nentry 256: ENTRY_BROKEN\n");
}

/* A changed leaf does not hide that its entry's body was changed too. */
static void test_L7_changed_leaf_and_body(void **state)
{
    struct fixture *fixture = *state;
    flip(fixture, "tile/0/000", 0);
    flip(fixture, "bodies/000", 4 + 40);
    assert_problems(fixture, exported(fixture), "entry 0: LOG_BROKEN\nentry 0: ENTRY_BROKEN\n");
}

/* Upper tiles, and files that are gone or cut: what can still be read is. */
static void test_L7_all_broken_files_are_listed(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    flip(fixture, "tile/1/000.p/1", 0);
    flip(fixture, "bodies/001.p/44", 4 + 40);
    assert_problems(fixture, exported(fixture), "entry 256: ENTRY_BROKEN\ntile/1/000.p/1: LOG_BROKEN\n");
    snprintf(path, sizeof path, "%s/bodies/000", fixture->export);
    assert_int_equal(truncate(path, 100), 0);
    snprintf(path, sizeof path, "%s/tile/0/001.p/44", fixture->export);
    assert_int_equal(unlink(path), 0);
    struct problems problems = {""};
    const struct log_verify_options options = {
        .verifier_key = fixture->log.verifier_key, .problem = note_problem, .context = &problems};
    log_verify(exported(fixture), &options, &fixture->verification, &fixture->failure);
    assert_string_equal(problems.text, "entry 1: ENTRY_BROKEN\ntile/0/001.p/44: LOG_INCOMPLETE\n"
                                       "entry 256: ENTRY_BROKEN\ntile/1/000.p/1: LOG_BROKEN\n");
    assert_int_equal(fixture->verification.size, ENTRIES);
}

/* Heads that are gone: their leaves stand in, so that the rest is judged; without both the tree can't be computed. */
static void test_L7_missing_heads(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/tile/entries/000", fixture->export);
    assert_int_equal(unlink(path), 0);
    flip(fixture, "bodies/001.p/44", 4 + 40);
    struct problems problems = {""};
    const struct log_verify_options options = {
        .verifier_key = fixture->log.verifier_key, .problem = note_problem, .context = &problems};
    log_verify(exported(fixture), &options, &fixture->verification, &fixture->failure);
    assert_string_equal(problems.text, "tile/entries/000: LOG_INCOMPLETE\nentry 256: ENTRY_BROKEN\n");
    snprintf(path, sizeof path, "%s/tile/0/000", fixture->export);
    assert_int_equal(unlink(path), 0);
    problems.text[0] = '\0';
    assert_int_equal(log_verify(exported(fixture), &options, &fixture->verification, &fixture->failure),
        REASON_LOG_INCOMPLETE);
    assert_string_equal(problems.text, "tile/0/000: LOG_INCOMPLETE\ntile/entries/000: LOG_INCOMPLETE\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_L7_honest_log_holds),
        TEST(test_L5_runs_of_erased_bodies),
        TEST(test_L7_changed_head_names_its_entry),
        TEST(test_L7_damage_is_no_fork),
        TEST(test_L7_changed_body_names_its_entry),
        TEST(test_L7_changed_leaf_tile),
        TEST(test_L7_changed_upper_tile),
        TEST(test_L7_changed_checkpoint),
        TEST(test_L7_tail_truncation),
        TEST(test_L7_rewritten_history),
        TEST(test_L7_whole_log_replaced),
        TEST(test_L7_rollback),
        TEST(test_L7_body_gone_without_erasure),
        TEST(test_L7_wrong_key),
        TEST(test_L7_export_is_whole_or_absent),
        TEST(test_L7_random_changes_are_found),
        TEST(test_L10_entries_behind_the_checkpoint_are_counted),
        TEST(test_a_folder_without_a_log_is_not_found),
        TEST(test_L7_no_problem_in_an_honest_log),
        TEST(test_L7_all_broken_entries_are_listed),
        TEST(test_L7_all_changed_heads_are_listed),
        TEST(test_L7_changed_leaves_are_told_from_changed_heads),
        TEST(test_L7_changed_leaf_and_body),
        TEST(test_L7_all_broken_files_are_listed),
        TEST(test_L7_missing_heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
