/* Documents and notes of postponed captures: durable with their entry, proven when they are read, gone when they are deleted. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/capture_note.h"
#include "store/document.h"
#include "tests/support/state_directory.h"

#define SECRET_TEXT "no finger to be captured: plaster on both hands"
#define NOTES_MANY  700

/* --- Acts ---------------------------------------------------------------------------------------------------- */

static json_t *body(void)
{
    json_t *made = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test");
    assert_non_null(made);
    return made;
}

static enum reason append(struct state_directory *state, const struct journal_change *change)
{
    struct log_draft draft = {LOG_EVENT_CONFIGURATION, body()};
    struct journal_outcome outcome;
    enum reason reason = journal_append_changing(state->store, &draft, &change, 1, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

static enum reason put(struct state_directory *state, const char *name, const char *text)
{
    struct document_change document = {.name = name, .bytes = text, .size = text != NULL ? strlen(text) : 0};
    return append(state, &(struct journal_change){.documents = &document, .document_count = 1});
}

static enum reason read_text(
    struct state_directory *state, struct store *store, const char *name, char text[64])
{
    char *bytes;
    size_t size;
    enum reason reason = document_read(store, name, &bytes, &size, NULL, &state->failure);
    snprintf(text, 64, "%s", bytes != NULL ? bytes : "");
    document_finish(bytes, size);
    return reason;
}

static void assert_document(struct state_directory *state, const char *name, const char *expected)
{
    char text[64];
    assert_int_equal(read_text(state, state->store, name, text),
        expected != NULL ? REASON_DONE : REASON_DOCUMENT_NOT_FOUND);
    assert_string_equal(text, expected != NULL ? expected : "");
}

static void make_key(struct state_directory *state, const char *issuer, const char *number, uint8_t key[32])
{
    uint8_t secret[STORE_KEY_BYTES];
    assert_int_equal(capture_note_secret(state->store, secret, &state->failure), REASON_DONE);
    assert_int_equal(capture_note_key(secret, issuer, number, key, &state->failure), REASON_DONE);
}

static struct capture_note_change note_change(struct state_directory *state, unsigned number, int32_t due)
{
    struct capture_note_change change = {.note = {.kind = "temporarily_impossible",
                                             .reason = SECRET_TEXT,
                                             .transaction = "0123",
                                             .since_ms = 1700000000000,
                                             .due_day = due}};
    char text[32];
    snprintf(text, sizeof text, "FA%06u", number);
    make_key(state, "UKR", text, change.key);
    return change;
}

static enum reason put_note(struct state_directory *state, unsigned number, int32_t due)
{
    struct capture_note_change change = note_change(state, number, due);
    return append(state, &(struct journal_change){.note = &change});
}

static enum reason delete_note(struct state_directory *state, unsigned number)
{
    struct capture_note_change change = note_change(state, number, 0);
    change.deletes = true;
    return append(state, &(struct journal_change){.note = &change});
}

static enum reason find_note(struct state_directory *state, unsigned number, bool *found)
{
    struct capture_note_change change = note_change(state, number, 0);
    struct capture_note note;
    return capture_note_find(state->store, change.key, &note, found, &state->failure);
}

static void assert_note(struct state_directory *state, unsigned number, bool expected)
{
    bool found;
    assert_int_equal(find_note(state, number, &found), REASON_DONE);
    assert_int_equal(found, expected);
}

static json_t *last_body(struct state_directory *state)
{
    json_t *entry;
    assert_int_equal(
        journal_read(state->store, journal_size(state->store) - 1, &entry, &state->failure), REASON_DONE);
    json_t *said = json_incref(json_object_get(entry, "body"));
    json_decref(entry);
    return said;
}

/* --- Documents ----------------------------------------------------------------------------------------------- */

static void test_A8_documents_change_with_their_entry(void **context)
{
    struct state_directory *state = *context;
    uint64_t size = journal_size(state->store);
    assert_document(state, DOCUMENT_POLICY, NULL);
    assert_int_equal(put(state, DOCUMENT_POLICY, "first"), REASON_DONE);
    assert_int_equal(put(state, DOCUMENT_POLICY_PROPOSAL, "proposed"), REASON_DONE);
    assert_int_equal(put(state, DOCUMENT_POLICY, "second"), REASON_DONE);
    json_t *said = last_body(state);
    assert_string_equal(json_string_value(json_object_get(json_object_get(said, "documents"), "policy")),
        "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4"); /* SHA-256 of "second" */
    json_decref(said);
    assert_int_equal(put(state, DOCUMENT_POLICY_PROPOSAL, NULL), REASON_DONE);
    said = last_body(state);
    assert_true(json_is_null(json_object_get(json_object_get(said, "documents"), "policy_proposal")));
    json_decref(said);
    assert_int_equal(journal_size(state->store), size + 4);
    for (int round = 0; round < 2; round++) {
        assert_document(state, DOCUMENT_POLICY, "second");
        assert_document(state, DOCUMENT_POLICY_PROPOSAL, NULL);
        assert_int_equal(state_directory_reopen(state), REASON_DONE);
    }
}

/* What can't be written costs neither an entry nor what stands there. */
static void test_A8_a_document_that_cannot_be_put_leaves_all_as_it_was(void **context)
{
    struct state_directory *state = *context;
    char *large = calloc(1, DOCUMENT_BYTES_MAX + 2);
    assert_non_null(large);
    memset(large, 'x', DOCUMENT_BYTES_MAX + 1);
    assert_int_equal(put(state, "d0", "kept"), REASON_DONE);
    uint64_t size = journal_size(state->store);
    assert_int_equal(put(state, "d0", large), REASON_BAD_VALUE);
    assert_int_equal(put(state, "d0", ""), REASON_BAD_VALUE);
    assert_int_equal(put(state, "Upper", "x"), REASON_BAD_VALUE);
    assert_int_equal(put(state, "", "x"), REASON_BAD_VALUE);
    assert_int_equal(journal_size(state->store), size);
    large[DOCUMENT_BYTES_MAX] = '\0';
    assert_int_equal(put(state, "d1", large), REASON_DONE);
    free(large);
    char name[8];
    for (int i = 2; i < DOCUMENTS_MAX; i++) {
        snprintf(name, sizeof name, "d%d", i);
        assert_int_equal(put(state, name, name), REASON_DONE);
    }
    size = journal_size(state->store);
    assert_int_equal(put(state, "one_more", "x"), REASON_BAD_VALUE);
    assert_int_equal(journal_size(state->store), size);
    assert_document(state, "d0", "kept");
    assert_document(state, "one_more", NULL);
    assert_int_equal(put(state, "d0", NULL), REASON_DONE);
    assert_int_equal(put(state, "one_more", "x"), REASON_DONE);
}

static void test_L10_documents_that_were_written_by_another_are_not_read(void **context)
{
    static const char *const acts[] = {
        "UPDATE document SET sealed = (SELECT sealed FROM document WHERE name = 'b') WHERE name = 'a'",
        "DELETE FROM document WHERE name = 'a'",
        "DELETE FROM document WHERE name = 'b'",
        "INSERT INTO document SELECT 'c', sealed FROM document WHERE name = 'a'",
        "UPDATE document SET name = 'c' WHERE name = 'a'",
        "UPDATE document SET sealed = zeroblob(length(sealed)) WHERE name = 'a'",
        "UPDATE document SET sealed = (SELECT sealed FROM old.document WHERE name = 'a') WHERE name = 'a'",
        "DELETE FROM document; INSERT INTO document SELECT * FROM old.document",
    };
    struct state_directory *state = *context;
    assert_int_equal(put(state, "a", "one of before"), REASON_DONE);
    state_directory_keep(state);
    assert_int_equal(put(state, "a", "one"), REASON_DONE);
    assert_int_equal(put(state, "b", "two"), REASON_DONE);
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char text[64];
        state_directory_tamper_beside(state, acts[i]);
        enum reason reason = read_text(state, state->store, "a", text);
        assert_int_equal(reason, REASON_STATE_UNPROVEN);
        /* Nor is anything built upon them. */
        assert_int_equal(put(state, "b", "three"), REASON_STATE_UNPROVEN);
        assert_int_equal(state_directory_reopen(state), REASON_DONE);
        assert_int_equal(read_text(state, state->store, "a", text), REASON_STATE_UNPROVEN);
        state_directory_finish(state);
        state_directory_init(state);
        assert_int_equal(put(state, "a", "one of before"), REASON_DONE);
        state_directory_keep(state);
        assert_int_equal(put(state, "a", "one"), REASON_DONE);
        assert_int_equal(put(state, "b", "two"), REASON_DONE);
    }
}

static void test_a_following_store_reads_what_its_writer_put(void **context)
{
    struct state_directory *state = *context;
    struct store *reader;
    char text[64];
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(put(state, "a", "one"), REASON_DONE);
    assert_int_equal(read_text(state, reader, "a", text), REASON_DONE);
    assert_string_equal(text, "one");
    assert_int_equal(put(state, "a", "two"), REASON_DONE);
    assert_int_equal(read_text(state, reader, "a", text), REASON_DONE);
    assert_string_equal(text, "two");
    store_close(reader);
}

/* --- Notes --------------------------------------------------------------------------------------------------- */

static void test_P2_a_note_is_found_by_its_document_alone(void **context)
{
    struct state_directory *state = *context;
    struct capture_note_change change = note_change(state, 17, 20500);
    struct capture_note note;
    bool found;
    uint8_t key[32], other[32];
    assert_note(state, 17, false);
    assert_int_equal(append(state, &(struct journal_change){.note = &change}), REASON_DONE);
    assert_int_equal(capture_note_count(state->store), 1);
    make_key(state, " ukr", "fa 0000-17<<", key);
    assert_memory_equal(key, change.key, sizeof key);
    assert_int_equal(capture_note_find(state->store, key, &note, &found, &state->failure), REASON_DONE);
    assert_true(found);
    assert_memory_equal(&note, &change.note, sizeof note);
    make_key(state, "UKRF", "A000017", other);
    assert_memory_not_equal(key, other, sizeof key);
    assert_note(state, 18, false);
    assert_int_equal(put_note(state, 17, 20600), REASON_DONE);
    assert_int_equal(capture_note_count(state->store), 1);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_note(state, 17, true);
    assert_int_equal(delete_note(state, 17), REASON_DONE);
    assert_int_equal(delete_note(state, 17), REASON_DONE);
    assert_note(state, 17, false);
    assert_int_equal(capture_note_count(state->store), 0);
}

static void test_P2_a_key_is_made_of_what_documents_have(void **context)
{
    struct state_directory *state = *context;
    static const char *const unusable[] = {"", " - ", "\xd0\x96", "A\nB",
        "123456789012345678901234567890123456789012345678901234567890123456789"};
    uint8_t secret[STORE_KEY_BYTES], key[32];
    assert_int_equal(capture_note_secret(state->store, secret, &state->failure), REASON_DONE);
    for (size_t i = 0; i < sizeof unusable / sizeof unusable[0]; i++) {
        assert_int_equal(
            capture_note_key(secret, "UKR", unusable[i], key, &state->failure), REASON_BAD_VALUE);
        assert_int_equal(capture_note_key(secret, unusable[i], "1", key, &state->failure), REASON_BAD_VALUE);
    }
}

static void test_L10_notes_that_were_written_by_another_are_neither_there_nor_not(void **context)
{
    static const char *const acts[] = {
        "DELETE FROM capture_note WHERE key = (SELECT min(key) FROM capture_note)",
        "DELETE FROM capture_note",
        "DELETE FROM capture_note; DELETE FROM capture_buckets",
        "UPDATE capture_buckets SET digests = zeroblob(8192)",
        "UPDATE capture_note SET sealed = zeroblob(length(sealed))",
        "UPDATE capture_note SET sealed = (SELECT sealed FROM capture_note ORDER BY key DESC LIMIT 1)",
        "DELETE FROM capture_note; INSERT INTO capture_note SELECT * FROM old.capture_note;"
        "UPDATE capture_buckets SET digests = (SELECT digests FROM old.capture_buckets)",
    };
    struct state_directory *state = *context;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        bool found = true;
        unsigned refused = 0;
        assert_int_equal(put_note(state, 1, 20500), REASON_DONE);
        state_directory_keep(state);
        assert_int_equal(put_note(state, 2, 20500), REASON_DONE);
        assert_int_equal(put_note(state, 3, 20500), REASON_DONE);
        state_directory_tamper_beside(state, acts[i]);
        for (unsigned number = 1; number <= 3; number++) {
            enum reason reason = find_note(state, number, &found);
            refused += reason == REASON_STATE_UNPROVEN;
            assert_true(reason == REASON_STATE_UNPROVEN || (reason == REASON_DONE && found));
        }
        assert_true(refused > 0);
        struct log_draft draft = {LOG_EVENT_ERASURE, body()};
        struct journal_outcome outcome;
        uint64_t deleted;
        assert_int_equal(capture_note_sweep(state->store, 30000, &draft, &outcome, &deleted, &state->failure),
            REASON_STATE_UNPROVEN);
        json_decref(draft.body);
        state_directory_finish(state);
        state_directory_init(state);
    }
}

/* A row that stands where no note was ever put is not believed either. */
static void test_L10_a_planted_note_is_refused(void **context)
{
    struct state_directory *state = *context;
    bool found;
    struct capture_note_change change = note_change(state, 5, 0);
    char sql[256], hex[65];
    snprintf(sql, sizeof sql, "INSERT INTO capture_note VALUES (x'%s', zeroblob(556))",
        hex_format(change.key, sizeof change.key, hex));
    state_directory_tamper_beside(state, sql);
    assert_int_equal(find_note(state, 5, &found), REASON_STATE_UNPROVEN);
    assert_int_equal(put_note(state, 5, 1), REASON_STATE_UNPROVEN);
}

static uint64_t sweep(struct state_directory *state, int32_t due_before)
{
    struct log_draft draft = {LOG_EVENT_ERASURE, body()};
    struct journal_outcome outcome;
    uint64_t deleted;
    assert_int_equal(
        capture_note_sweep(state->store, due_before, &draft, &outcome, &deleted, &state->failure),
        REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return deleted;
}

static void test_P2_overdue_notes_are_swept_with_an_entry(void **context)
{
    struct state_directory *state = *context;
    for (unsigned i = 0; i < NOTES_MANY; i++)
        assert_int_equal(put_note(state, i, 20000 + (int32_t)(i % 2)), REASON_DONE);
    uint64_t size = journal_size(state->store);
    assert_int_equal(sweep(state, 20000), 0);
    assert_int_equal(journal_size(state->store), size);
    assert_int_equal(sweep(state, 20001), NOTES_MANY / 2);
    assert_int_equal(journal_size(state->store), size + 1);
    json_t *said = last_body(state);
    assert_int_equal(json_integer_value(json_object_get(said, "deleted")), NOTES_MANY / 2);
    json_decref(said);
    assert_int_equal(capture_note_count(state->store), NOTES_MANY / 2);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    for (unsigned i = 0; i < NOTES_MANY; i++)
        assert_note(state, i, i % 2 == 1);
}

/* --- What is deleted is gone -------------------------------------------------------------------------------- */

static bool file_holds(
    const struct state_directory *state, const char *name, const uint8_t *bytes, size_t size)
{
    char path[128];
    uint8_t *file;
    size_t file_size;
    struct failure failure;
    snprintf(path, sizeof path, "%s/%s", state->path, name);
    if (file_read(path, 1 << 26, &file, &file_size, &failure) != REASON_DONE)
        return false;
    bool found = file_size >= size && memmem(file, file_size, bytes, size) != NULL;
    free(file);
    return found;
}

static bool files_hold(const struct state_directory *state, const uint8_t *bytes, size_t size)
{
    return file_holds(state, "kordon.db", bytes, size) || file_holds(state, "kordon.db-wal", bytes, size);
}

static void test_P2_a_deleted_note_leaves_nothing_in_the_files(void **context)
{
    struct state_directory *state = *context;
    struct capture_note_change change = note_change(state, 9, 20000);
    assert_int_equal(put_note(state, 8, 20000), REASON_DONE);
    assert_int_equal(put_note(state, 9, 20000), REASON_DONE);
    assert_true(files_hold(state, change.key, sizeof change.key)); /* so the search would find it */
    assert_int_equal(delete_note(state, 9), REASON_DONE);
    assert_false(files_hold(state, change.key, sizeof change.key));
    assert_int_equal(put_note(state, 9, 20000), REASON_DONE);
    assert_true(files_hold(state, change.key, sizeof change.key));
    assert_int_equal(sweep(state, 20001), 2);
    assert_false(files_hold(state, change.key, sizeof change.key));
}

static void test_T2_neither_document_nor_note_is_readable_in_the_files(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(put_note(state, 1234, 20000), REASON_DONE);
    assert_int_equal(put(state, "policy", "a text that must not be read"), REASON_DONE);
    static const char *const texts[] = {"FA001234", "UKR", SECRET_TEXT, "must not be read"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(files_hold(state, (const uint8_t *)texts[i], strlen(texts[i])));
    assert_true(files_hold(state, (const uint8_t *)"policy", 6)); /* names lie open */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_A8_documents_change_with_their_entry),
        TEST(test_A8_a_document_that_cannot_be_put_leaves_all_as_it_was),
        TEST(test_L10_documents_that_were_written_by_another_are_not_read),
        TEST(test_a_following_store_reads_what_its_writer_put),
        TEST(test_P2_a_note_is_found_by_its_document_alone),
        TEST(test_P2_a_key_is_made_of_what_documents_have),
        TEST(test_L10_notes_that_were_written_by_another_are_neither_there_nor_not),
        TEST(test_L10_a_planted_note_is_refused),
        TEST(test_P2_overdue_notes_are_swept_with_an_entry),
        TEST(test_P2_a_deleted_note_leaves_nothing_in_the_files),
        TEST(test_T2_neither_document_nor_note_is_readable_in_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
