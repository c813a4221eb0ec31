/* H6: what is kept of who was told apart from an entry, and that a change of the entry is seen. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/capture_note.h"
#include "store/cleared_pair.h"
#include "store/journal.h"
#include "tests/support/listed_entry.h"
#include "tests/support/state_directory.h"

/* --- As bytes */

static const uint8_t document[CASE_RECORD_KEY_BYTES] = {7, 7, 7};
static const uint8_t template[5000] = {0x5a};

static struct cleared_pair made(void)
{
    struct cleared_pair pair = {.case_number = {9},
        .since_ms = INT64_C(1790000000123),
        .entries = {{.id = {{1}}, .digest = {2}}, {.id = {{3}}, .digest = {4}}},
        .until_days = {20800, 20801},
        .scores = {61, 70000},
        .entry_count = 2,
        .fingers = {{FINGER_RIGHT_INDEX, template, sizeof template}, {FINGER_LEFT_LITTLE, template, 1}},
        .finger_count = 2};
    memcpy(pair.document, document, sizeof document);
    return pair;
}

static uint8_t *packed(const struct cleared_pair *pair, size_t *size)
{
    uint8_t *bytes = malloc(CASE_RECORD_BYTES_MAX);
    assert_non_null(bytes);
    assert_int_equal(cleared_pair_pack(pair, bytes, size, NULL), REASON_DONE);
    return bytes;
}

static void assert_same(const struct cleared_pair *one, const struct cleared_pair *other)
{
    assert_memory_equal(one->document, other->document, sizeof one->document);
    assert_memory_equal(one->case_number, other->case_number, sizeof one->case_number);
    assert_true(one->since_ms == other->since_ms);
    assert_int_equal(one->entry_count, other->entry_count);
    for (size_t i = 0; i < one->entry_count; i++) {
        assert_memory_equal(one->entries[i].id.bytes, other->entries[i].id.bytes, WATCHLIST_ID_BYTES);
        assert_memory_equal(one->entries[i].digest, other->entries[i].digest, DIGEST_BYTES);
        assert_int_equal(one->until_days[i], other->until_days[i]);
        assert_int_equal(one->scores[i], other->scores[i]);
    }
    assert_int_equal(one->finger_count, other->finger_count);
    for (size_t i = 0; i < one->finger_count; i++) {
        assert_int_equal(one->fingers[i].position, other->fingers[i].position);
        assert_int_equal(one->fingers[i].template_size, other->fingers[i].template_size);
        assert_memory_equal(
            one->fingers[i].template_bytes, other->fingers[i].template_bytes, one->fingers[i].template_size);
    }
}

static void test_H6_a_pair_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t fingers = 0; fingers <= 2; fingers++) {
        struct cleared_pair pair = made(), read;
        size_t size;
        pair.finger_count = fingers;
        uint8_t *bytes = packed(&pair, &size);
        assert_int_equal(cleared_pair_read(document, bytes, size, &read, NULL), REASON_DONE);
        assert_same(&pair, &read);
        free(bytes);
    }
}

/* One of another document, one that is cut and one with something behind it are none. */
static void test_H6_what_is_not_whole_or_another_s_is_no_pair(void **state)
{
    (void)state;
    const struct cleared_pair pair = made();
    const uint8_t other[CASE_RECORD_KEY_BYTES] = {7, 7, 8};
    struct cleared_pair read;
    struct failure failure;
    size_t size;
    uint8_t *bytes = packed(&pair, &size);
    assert_int_equal(cleared_pair_read(other, bytes, size, &read, &failure), REASON_STATE_UNPROVEN);
    assert_int_equal(cleared_pair_read(document, bytes, size + 1, &read, &failure), REASON_STATE_UNPROVEN);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(cleared_pair_read(document, bytes, cut, &read, &failure), REASON_STATE_UNPROVEN);
        assert_int_equal(read.entry_count + read.finger_count, 0);
    }
    bytes[0]++;
    assert_int_equal(cleared_pair_read(document, bytes, size, &read, &failure), REASON_STATE_UNPROVEN);
    free(bytes);
}

static void assert_refused(const struct cleared_pair *pair, enum reason reason)
{
    uint8_t *bytes = malloc(CASE_RECORD_BYTES_MAX);
    size_t size;
    struct failure failure;
    assert_non_null(bytes);
    assert_int_equal(cleared_pair_pack(pair, bytes, &size, &failure), reason);
    free(bytes);
}

static void test_H6_a_pair_without_an_entry_or_with_a_finger_of_nobody_is_not_written(void **state)
{
    (void)state;
    struct cleared_pair pair = made();
    pair.entry_count = 0;
    assert_refused(&pair, REASON_BAD_VALUE);
    pair.entry_count = CLEARED_ENTRIES_MAX + 1;
    assert_refused(&pair, REASON_BAD_VALUE);
    pair = made();
    pair.finger_count = CLEARED_FINGERS_MAX + 1;
    assert_refused(&pair, REASON_BAD_VALUE);
    pair = made();
    pair.fingers[1].position = FINGER_UNKNOWN; /* which would agree with any */
    assert_refused(&pair, REASON_BAD_VALUE);
    pair = made();
    pair.fingers[0].template_size = 0;
    assert_refused(&pair, REASON_BAD_VALUE);
    pair.fingers[0].template_size = UINT16_MAX;
    assert_refused(&pair, REASON_TOO_LARGE);
}

/* --- Keys */

static void test_H6_a_note_s_key_does_not_lead_to_the_pair(void **context)
{
    struct state_directory *state = *context;
    uint8_t note_secret[STORE_KEY_BYTES], secret[STORE_KEY_BYTES], again[STORE_KEY_BYTES];
    uint8_t note[CAPTURE_NOTE_KEY_BYTES], key[CAPTURE_NOTE_KEY_BYTES];
    assert_int_equal(capture_note_secret(state->store, note_secret, NULL), REASON_DONE);
    assert_int_equal(cleared_pair_secret(state->store, secret, NULL), REASON_DONE);
    assert_int_equal(capture_note_key(note_secret, "UKR", "QX-1", note, NULL), REASON_DONE);
    assert_int_equal(capture_note_key(secret, "UKR", "QX-1", key, NULL), REASON_DONE);
    assert_memory_not_equal(note, key, sizeof key);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(cleared_pair_secret(state->store, again, NULL), REASON_DONE);
    assert_memory_equal(secret, again, sizeof secret);
}

/* --- In the state */

static void put(struct state_directory *state, const void *bytes, size_t size)
{
    struct case_record_change record = {.kind = CASE_RECORD_CLEARED_PAIR, .bytes = bytes, .size = size};
    const struct journal_change change = {.records = &record, .record_count = 1}, *changes = &change;
    memcpy(record.key, document, sizeof document);
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "supervisor", "purpose",
        "border_check", "legal_basis", "law", "justification", "told apart");
    const struct log_draft draft = {LOG_EVENT_DECISION, body};
    struct journal_outcome outcome;
    assert_int_equal(
        journal_append_changing(state->store, &draft, &changes, 1, &outcome, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(body);
}

static void assert_nothing(struct state_directory *state, enum reason expected)
{
    struct cleared_pair_kept kept;
    assert_int_equal(cleared_pair_find(state->store, document, &kept, &state->failure), expected);
    assert_false(kept.found);
    assert_int_equal(kept.pair.entry_count + kept.pair.finger_count, 0);
    cleared_pair_kept_finish(&kept);
}

/* What is no pair is not "none": a traveller would be referred again, or a finger be taken beside those that nobody could read. */
static void test_H6_a_document_s_pair_is_found_or_proven_not_to_be_there(void **context)
{
    struct state_directory *state = *context;
    const struct cleared_pair pair = made();
    struct cleared_pair_kept kept;
    size_t size;
    uint8_t *bytes = packed(&pair, &size);
    assert_nothing(state, REASON_DONE);
    put(state, bytes, size);
    assert_int_equal(cleared_pair_find(state->store, document, &kept, &state->failure), REASON_DONE);
    assert_true(kept.found);
    assert_same(&kept.pair, &pair);
    cleared_pair_kept_finish(&kept);
    put(state, bytes, size - 1);
    assert_nothing(state, REASON_STATE_UNPROVEN);
    put(state, NULL, 0);
    assert_nothing(state, REASON_DONE);
    free(bytes);
}

struct visits {
    size_t count;
    char text[8];
    enum reason reason; /* what the visit gives */
};

static enum reason visit(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *bytes,
    size_t size, struct failure *failure)
{
    struct visits *visits = context;
    (void)failure;
    assert_memory_equal(key, document, sizeof document);
    assert_int_equal(strlen(bytes), size);
    snprintf(visits->text, sizeof visits->text, "%s", bytes);
    visits->count++;
    return visits->reason;
}

static void test_H6_one_record_is_visited_once_or_proven_not_to_be_there(void **context)
{
    struct state_directory *state = *context;
    struct visits visits = {.reason = REASON_DONE};
    assert_int_equal(case_record_visit_one(
                         state->store, CASE_RECORD_CLEARED_PAIR, document, visit, &visits, &state->failure),
        REASON_DONE);
    assert_int_equal(visits.count, 0);
    put(state, "told", 4);
    visits.reason = REASON_TOO_LARGE;
    assert_int_equal(case_record_visit_one(
                         state->store, CASE_RECORD_CLEARED_PAIR, document, visit, &visits, &state->failure),
        REASON_TOO_LARGE);
    assert_int_equal(visits.count, 1);
    assert_string_equal(visits.text, "told");
    state_directory_tamper_beside(state, "DELETE FROM case_record");
    assert_int_equal(case_record_visit_one(
                         state->store, CASE_RECORD_CLEARED_PAIR, document, visit, &visits, &state->failure),
        REASON_STATE_UNPROVEN);
    assert_int_equal(visits.count, 1);
}

/* --- Entries */

/* One entry, in which a test may change something. */
static struct watchlist_entry entry_of(const uint8_t *template_bytes)
{
    struct watchlist_entry entry = listed_entry("case 1", "name", template_bytes, 900);
    entry.action = "action"; /* which a change lets end elsewhere */
    entry.instruction = "instruction";
    entry.fingers[0].original_bytes = (const uint8_t *)"record";
    entry.fingers[0].original_size = 6;
    return entry;
}

static enum reason note_id(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)failure;
    *(struct watchlist_id *)context = entry->id;
    return REASON_DONE;
}

/* Installs a list of that entry alone; what the digest says of it. */
static void install(struct state_directory *state, const struct watchlist_entry *entry, uint64_t version,
    struct watchlist_id *id, uint8_t digest[static DIGEST_BYTES])
{
    const struct watchlist_import_options options = {.list_name = "list", .list_version = version};
    struct watchlist_entry copy = *entry;
    struct watchlist_import *import;
    struct journal_outcome outcome = {0};
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "supervisor", "purpose",
        "list", "legal_basis", "law", "justification", "delivery");
    const struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_import_add(import, &copy, 1, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_import_commit(import, &draft, &outcome, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_sweep_all(state->store, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(body);
    assert_int_equal(
        watchlist_load(state->store, WATCHLIST_PART_ALERT, note_id, id, &state->failure), REASON_DONE);
    assert_int_equal(cleared_entry_digest(state->store, id, digest, &state->failure), REASON_DONE);
}

static const uint8_t first_print[900] = {1}, other_print[900] = {2};

static void change_category(struct watchlist_entry *entry)
{
    entry->category = ALERT_CATEGORY_WANTED_FOR_ARREST;
}

static void change_name(struct watchlist_entry *entry)
{
    entry->name = "names";
}

static void change_where_texts_end(struct watchlist_entry *entry)
{
    entry->action = "actionin";
    entry->instruction = "struction";
}

static void administer(struct watchlist_entry *entry)
{
    entry->entered = "2026-01-03";
    entry->expires = "2099-02-01";
    entry->authority = "another authority";
    entry->legal_basis = "another law";
    entry->fingers[0].quality++;
}

static void change_purposes(struct watchlist_entry *entry)
{
    entry->purposes[entry->purpose_count++] = "visa";
}

static void change_template(struct watchlist_entry *entry)
{
    entry->fingers[0].template_bytes = other_print;
}

static void change_original(struct watchlist_entry *entry)
{
    entry->fingers[0].original_bytes = (const uint8_t *)"rEcord";
}

static void change_position(struct watchlist_entry *entry)
{
    entry->fingers[0].position = FINGER_LEFT_INDEX;
}

static void test_H6_an_entry_that_is_imported_again_is_the_same_and_a_changed_one_is_not(void **context)
{
    struct state_directory *state = *context;
    void (*const changes[])(struct watchlist_entry *) = {change_category, change_name, change_where_texts_end,
        change_purposes, change_template, change_original, change_position};
    struct watchlist_entry entry = entry_of(first_print);
    struct watchlist_id id, again;
    uint8_t digest[DIGEST_BYTES], now[DIGEST_BYTES];
    uint64_t version = 1;
    install(state, &entry, version++, &id, digest);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct watchlist_entry changed = entry;
        changes[i](&changed);
        install(state, &changed, version++, &again, now);
        assert_int_equal(watchlist_id_compare(&id, &again), 0);
        assert_memory_not_equal(digest, now, sizeof digest);
        install(state, &entry, version++, &again, now);
        assert_memory_equal(digest, now, sizeof digest);
    }
    administer(&entry);
    install(state, &entry, version, &again, now);
    assert_memory_equal(digest, now, sizeof digest);
    id.bytes[0] ^= 1;
    assert_int_equal(cleared_entry_digest(state->store, &id, now, &state->failure), REASON_ENTRY_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H6_a_pair_is_read_as_it_was_written),
        cmocka_unit_test(test_H6_what_is_not_whole_or_another_s_is_no_pair),
        cmocka_unit_test(test_H6_a_pair_without_an_entry_or_with_a_finger_of_nobody_is_not_written),
        cmocka_unit_test_setup_teardown(test_H6_a_document_s_pair_is_found_or_proven_not_to_be_there,
            state_directory_set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(test_H6_one_record_is_visited_once_or_proven_not_to_be_there,
            state_directory_set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(test_H6_a_note_s_key_does_not_lead_to_the_pair,
            state_directory_set_up, state_directory_tear_down),
        cmocka_unit_test_setup_teardown(
            test_H6_an_entry_that_is_imported_again_is_the_same_and_a_changed_one_is_not,
            state_directory_set_up, state_directory_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
