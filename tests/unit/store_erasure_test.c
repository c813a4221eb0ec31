/* Bodies that may no longer be kept: erased with their entry, gone from every file, and told from those that somebody took away. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "log/receipt.h"
#include "log/tile_path.h"
#include "log/verify.h"
#include "store/document.h"
#include "store/journal_erasure.h"
#include "tests/support/state_directory.h"

#define ENTRIES 12
#define TAKEN   "its body is gone without an erasure entry"

static int set_up(void **context)
{
    int made = state_directory_set_up(context);
    for (int i = 0; i < ENTRIES; i++)
        state_directory_append(*context, "0123456789abcdef0123456789abcdef");
    return made;
}

static enum reason verify(struct state_directory *state, struct log_verification *seen)
{
    const struct log_verify_options options = {.verifier_key = store_verifier_key(state->store)};
    return log_verify(log_source_store(state->store), &options, seen, &state->failure);
}

static enum reason erase_with(
    struct state_directory *state, uint64_t first, uint64_t last, const struct journal_change *change)
{
    struct seq_range run = {first, last};
    const struct seq_ranges ranges = {&run, 1, 1};
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "kordond", "role", "system", "justification", "retention");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome;
    enum reason reason = journal_erase(state->store, &ranges, change, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static enum reason erase(struct state_directory *state, uint64_t first, uint64_t last)
{
    return erase_with(state, first, last, NULL);
}

static enum reason read_entry(struct state_directory *state, uint64_t seq, bool *has_body, int64_t *erased_by)
{
    json_t *entry;
    enum reason reason = journal_read(state->store, seq, &entry, &state->failure);
    *has_body = json_is_object(json_object_get(entry, "body"));
    json_t *by = json_object_get(entry, "erased_by");
    *erased_by = by != NULL ? json_integer_value(by) : -1;
    json_decref(entry);
    return reason;
}

static void assert_taken(struct state_directory *state, uint64_t seq)
{
    bool has_body;
    int64_t by;
    assert_int_equal(read_entry(state, seq, &has_body, &by), REASON_ENTRY_BROKEN);
    assert_string_equal(state->failure.detail, TAKEN);
}

/* What was erased is said by its entry alone; the log verifies, and says how many. */
static void test_L5_erased_bodies_are_told_by_their_entry(void **context)
{
    struct state_directory *state = *context;
    struct log_verification seen;
    for (int opened = 0; opened < 2; opened++) {
        bool has_body;
        int64_t by;
        if (opened == 0)
            assert_int_equal(erase(state, 3, 6), REASON_DONE);
        else
            assert_int_equal(state_directory_reopen(state), REASON_DONE);
        for (uint64_t seq = 1; seq <= ENTRIES; seq++) {
            assert_int_equal(read_entry(state, seq, &has_body, &by), REASON_DONE);
            assert_int_equal(has_body, seq < 3 || seq > 6);
            assert_int_equal(by, seq < 3 || seq > 6 ? -1 : ENTRIES + 1);
        }
        assert_int_equal(verify(state, &seen), REASON_DONE);
        assert_int_equal(seen.erased, 4);
        assert_int_equal(seen.unproven, 0);
        assert_int_equal(seen.bodies, ENTRIES + 2 - 4);
    }
}

/* A copy of the database that a crash left half made may hold what was erased since: the next start writes over it, and it is gone. Not where it has
 * another name, too: then it is somebody's file. */
static void test_L5_an_unfinished_copy_is_written_over(void **context)
{
    struct state_directory *state = *context;
    char unfinished[PATH_MAX], other[PATH_MAX], bytes[9];
    snprintf(unfinished, sizeof unfinished, "%s/kordon.db.new", state->path);
    snprintf(other, sizeof other, "%s/kordon.db.other", state->path);
    for (int linked = 0; linked < 2; linked++) {
        int file = open(unfinished, O_RDWR | O_CREAT | O_EXCL, 0600);
        assert_true(file >= 0);
        assert_int_equal(write(file, "a finger", 8), 8);
        if (linked)
            assert_int_equal(link(unfinished, other), 0);
        assert_int_equal(state_directory_reopen(state), REASON_DONE);
        assert_int_equal(access(unfinished, F_OK), -1);
        assert_int_equal(pread(file, bytes, sizeof bytes, 0), 8);
        assert_memory_equal(bytes, linked ? "a finger" : "\0\0\0\0\0\0\0\0", 8);
        close(file);
    }
    assert_int_equal(unlink(other), 0);
}

/* A receipt is still given, without the body. */
static void test_L5_receipt_of_an_erased_entry_holds(void **context)
{
    struct state_directory *state = *context;
    struct digest *digest;
    struct verifier_key key;
    struct receipt receipt;
    struct receipt_statement statement;
    char *text;
    const char *line = store_verifier_key(state->store);
    assert_int_equal(erase(state, 4, 4), REASON_DONE);
    assert_int_equal(digest_create(&digest, NULL), REASON_DONE);
    assert_int_equal(verifier_key_parse(line, strlen(line), &key, NULL), REASON_DONE);
    assert_int_equal(journal_receipt(state->store, 4, &text, &state->failure), REASON_DONE);
    assert_int_equal(receipt_parse(text, strlen(text), &receipt, &state->failure), REASON_DONE);
    assert_int_equal(receipt_verify(&receipt, digest, &key, &statement, &state->failure), REASON_DONE);
    assert_false(statement.has_body);
    receipt_finish(&receipt);
    free(text);
    digest_destroy(digest);
}

/* Whoever reads the files of an older tree, as an export under way does, is told to begin anew: its entries can't say why a body is gone. */
static void test_L5_files_of_a_tree_before_the_erasure_end(void **context)
{
    struct state_directory *state = *context;
    struct log_source source = log_source_store(state->store);
    uint8_t *bytes;
    size_t size;
    char path[TILE_PATH_SIZE];
    const uint64_t before = journal_size(state->store);
    const struct tile_name name = {.kind = TILE_BODIES, .width = tile_width(before, 0, 0)};
    tile_path_format(&name, path);
    assert_int_equal(source.read(source.context, "checkpoint", &bytes, &size, &state->failure), REASON_DONE);
    free(bytes);
    assert_int_equal(source.read(source.context, path, &bytes, &size, &state->failure), REASON_DONE);
    free(bytes);
    assert_int_equal(erase(state, 3, 3), REASON_DONE);
    assert_int_equal(source.read(source.context, path, &bytes, &size, &state->failure), REASON_ENTRY_ERASED);
    assert_non_null(strstr(state->failure.detail, "begin anew"));
}

/* Who is handed that tree without such bodies is not told that one of them is gone by now; he is of any other. */
static void test_P6_what_is_withheld_may_be_erased_since(void **context)
{
    struct state_directory *state = *context;
    uint8_t *bytes;
    size_t size;
    char path[TILE_PATH_SIZE];
    const uint64_t before = journal_size(state->store);
    const struct tile_name name = {.kind = TILE_BODIES, .width = tile_width(before, 0, 0)};
    tile_path_format(&name, path);
    assert_int_equal(erase(state, 3, 3), REASON_DONE);
    assert_int_equal(journal_render(state->store, before, LOG_EVENT_BIT(LOG_EVENT_ACCESS), path, &bytes,
                         &size, &state->failure),
        REASON_ENTRY_ERASED);
    assert_int_equal(journal_render(state->store, before, LOG_EVENT_BIT(LOG_EVENT_CONSULTATION), path, &bytes,
                         &size, &state->failure),
        REASON_DONE);
    free(bytes);
}

/* Who kept an old copy of the file can put a body back, key and all; that it was erased is said by the log all the same. */
static void test_L10_an_erased_body_that_is_put_back_is_seen(void **context)
{
    struct state_directory *state = *context;
    struct log_verification seen;
    char kept[96], sql[256];
    snprintf(kept, sizeof kept, "%s.kept", state->path);
    FILE *copy = fopen(kept, "w");
    assert_non_null(copy);
    fclose(copy);
    snprintf(sql, sizeof sql,
        "ATTACH '%s' AS kept; CREATE TABLE kept.body AS SELECT * FROM main.body WHERE seq = 3;", kept);
    state_directory_tamper(state, sql);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(erase(state, 3, 4), REASON_DONE);
    assert_int_equal(verify(state, &seen), REASON_DONE);
    snprintf(sql, sizeof sql,
        "ATTACH '%s' AS kept; INSERT OR REPLACE INTO main.body SELECT * FROM kept.body;", kept);
    state_directory_tamper(state, sql);
    assert_int_equal(remove(kept), 0);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(verify(state, &seen), REASON_ENTRY_BROKEN);
    assert_non_null(strstr(state->failure.detail, "although a later entry says"));
}

/* The number that erasing leaves proves nothing: somebody who writes the file erases none by it. */
static void test_L10_bodies_taken_away_are_not_erased(void **context)
{
    struct state_directory *state = *context;
    struct log_verification seen;
    assert_int_equal(erase(state, 3, 6), REASON_DONE);
    state_directory_tamper(state, "DELETE FROM body WHERE seq = 8;"
                                  "UPDATE body SET (wrapped, sealed) = (SELECT wrapped, sealed FROM body "
                                  "WHERE seq = 3) WHERE seq IN (7, 13);"
                                  "UPDATE body SET sealed = x'0000000000000009' WHERE seq = 4;"
                                  "UPDATE body SET sealed = x'00000000000003e8' WHERE seq = 5;");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_taken(state, 8); /* gone */
    assert_taken(state, 7); /* as if erased by an entry that does not name it */
    assert_taken(state, 4); /* by one that is no erasure */
    assert_taken(state, 5); /* by one that there is not */
    assert_taken(state, 3); /* by the right one, whose own body is gone */
    assert_int_equal(verify(state, &seen), REASON_ENTRY_BROKEN);
}

/* An erasure vouches for nothing that does not prove itself, takes none twice, and none that says what was erased. */
static void test_L10_only_proven_bodies_are_erased(void **context)
{
    struct state_directory *state = *context;
    struct log_verification seen;
    assert_int_equal(erase(state, 3, 6), REASON_DONE);
    uint64_t size = journal_size(state->store);
    assert_int_equal(erase(state, 6, 7), REASON_ENTRY_ERASED);
    assert_int_equal(erase(state, size - 1, size - 1), REASON_BAD_VALUE);
    assert_int_equal(erase(state, size, size), REASON_ENTRY_NOT_FOUND);
    assert_int_equal(erase(state, 0, JOURNAL_ERASURE_MAX), REASON_BAD_VALUE);
    state_directory_tamper(
        state, "UPDATE body SET sealed = (SELECT sealed FROM body WHERE seq = 8) WHERE seq = 9;");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(erase(state, 8, 9), REASON_ENTRY_BROKEN);
    assert_int_equal(journal_size(state->store), size);
    state_directory_tamper(state, "DELETE FROM body WHERE seq = 9;");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(erase(state, 9, 9), REASON_ENTRY_BROKEN);
    assert_int_equal(verify(state, &seen), REASON_ENTRY_BROKEN);
    assert_int_equal(seen.broken_entry, 9);
}

/* Whether a file of the state holds these bytes. */
static bool files_hold(struct state_directory *state, const void *wanted, size_t size)
{
    static const char *const names[] = {"kordon.db", "kordon.db-wal"};
    bool found = false;
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        uint8_t *bytes = NULL;
        size_t length = 0;
        snprintf(path, sizeof path, "%s/%s", state->path, names[i]);
        if (file_read(path, 64 << 20, &bytes, &length, NULL) == REASON_DONE)
            found = found || memmem(bytes, length, wanted, size) != NULL;
        free(bytes);
    }
    return found;
}

/* The wrapped key of that body, by which alone it opens. */
static void read_key(struct state_directory *state, uint64_t seq, uint8_t key[32])
{
    for (int i = 0; i < 32; i++) {
        char sql[160];
        snprintf(sql, sizeof sql,
            "SELECT instr('0123456789ABCDEF', substr(hex(wrapped), %d, 1)) * 16 + "
            "instr('0123456789ABCDEF', substr(hex(wrapped), %d, 1)) - 17 FROM body WHERE seq = %llu",
            2 * i + 1, 2 * i + 2, (unsigned long long)seq);
        key[i] = (uint8_t)state_directory_ask(state, sql);
    }
}

/* With its key a body is gone for ever: neither stays anywhere in the files, by which a captured disk would give it. */
static void test_L5_erased_keys_are_in_no_file(void **context)
{
    struct state_directory *state = *context;
    uint8_t erased[32], kept[32];
    read_key(state, 5, erased);
    read_key(state, 9, kept);
    assert_true(files_hold(state, erased, sizeof erased)); /* it is found where it is */
    assert_int_equal(erase(state, 5, 5), REASON_DONE);
    assert_false(files_hold(state, erased, sizeof erased));
    assert_true(files_hold(state, kept, sizeof kept));
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_false(files_hold(state, erased, sizeof erased));
}

/* Erases with the log kept from being cut by somebody who reads meanwhile, and ends there: what a cut of power leaves. */
static void erase_and_end(struct state_directory *state, uint64_t seq)
{
    char path[128];
    sqlite3 *reader;
    snprintf(path, sizeof path, "%s/kordon.db", state->path);
    if (key_provider_open(state->key_uri, &state->options.provider, &state->failure) != REASON_DONE ||
        state_directory_reopen(state) != REASON_DONE || sqlite3_open(path, &reader) != SQLITE_OK ||
        sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM body", NULL, NULL, NULL) != SQLITE_OK)
        _exit(1);
    _exit(erase(state, seq, seq) == REASON_DONE ? 0 : 2);
}

/* Who only reads can't have what is behind the last signature signed, and is told who does. */
static void assert_reading_waits_for_a_signature(struct state_directory *state)
{
    struct store *reader;
    struct log_verification seen;
    assert_int_equal(store_open(&state->options, STORE_READ, &reader, &state->failure), REASON_DONE);
    const struct log_verify_options options = {.verifier_key = store_verifier_key(reader)};
    assert_int_equal(
        log_verify(log_source_store(reader), &options, &seen, &state->failure), REASON_ENTRY_ERASED);
    assert_non_null(strstr(state->failure.detail, "kordond signs"));
    store_close(reader);
}

/* Whoever erased came to its end before the log was cut: who works on the state next does it. */
static void test_L5_erased_keys_are_in_no_file_behind_an_end_at_any_moment(void **context)
{
    struct state_directory *state = *context;
    uint8_t erased[32];
    int status;
    read_key(state, 5, erased);
    store_close(state->store);
    state->store = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        erase_and_end(state, 5);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(files_hold(state, erased, sizeof erased));
    assert_reading_waits_for_a_signature(state);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    state_directory_append(state, "0123456789abcdef0123456789abcdef");
    assert_false(files_hold(state, erased, sizeof erased));
}

/* A filter asks what entries said: how many could not be asked is counted. */
static void test_L10_search_counts_what_it_could_not_ask(void **context)
{
    struct state_directory *state = *context;
    struct journal_search search = {.filter = {.purpose = "border_check"}, .limit = 100};
    assert_int_equal(erase(state, 3, 6), REASON_DONE);
    search.size = journal_size(state->store);
    assert_int_equal(journal_search(state->store, &search, &state->failure), REASON_DONE);
    assert_int_equal(json_array_size(search.entries), ENTRIES - 4);
    assert_int_equal(search.erased, 4);
    json_decref(search.entries);
}

/* What is remembered of an erasure changes with it, or not at all. */
static void test_A8_a_document_changes_with_the_erasure(void **context)
{
    struct state_directory *state = *context;
    struct document_change document = {.name = DOCUMENT_POLICY, .bytes = "so far", .size = 6};
    const struct journal_change change = {.documents = &document, .document_count = 1};
    char *bytes;
    size_t size;
    assert_int_equal(erase_with(state, 500, 500, &change), REASON_ENTRY_NOT_FOUND);
    assert_int_equal(document_read(state->store, DOCUMENT_POLICY, &bytes, &size, NULL, &state->failure),
        REASON_DOCUMENT_NOT_FOUND);
    assert_int_equal(erase_with(state, 5, 5, &change), REASON_DONE);
    assert_int_equal(
        document_read(state->store, DOCUMENT_POLICY, &bytes, &size, NULL, &state->failure), REASON_DONE);
    assert_string_equal(bytes, "so far");
    document_finish(bytes, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_L5_erased_bodies_are_told_by_their_entry, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L5_an_unfinished_copy_is_written_over, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L5_receipt_of_an_erased_entry_holds, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L5_files_of_a_tree_before_the_erasure_end, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_what_is_withheld_may_be_erased_since, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_an_erased_body_that_is_put_back_is_seen, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_bodies_taken_away_are_not_erased, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_only_proven_bodies_are_erased, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L5_erased_keys_are_in_no_file, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(test_L5_erased_keys_are_in_no_file_behind_an_end_at_any_moment,
            set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_search_counts_what_it_could_not_ask, set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_document_changes_with_the_erasure, set_up, state_directory_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
