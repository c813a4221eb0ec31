/* Slots and records of cases: durable with their entry, alike whatever they keep, proven when they are read, gone when they are erased. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/file.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/sealed_record.h"
#include "log/entry.h"
#include "store/case_record.h"
#include "store/probe_slot_internal.h"
#include "tests/support/disk.h"
#include "tests/support/state_directory.h"

#define SECRET_TEXT "a print that only examiners may see"

/* --- Acts ---------------------------------------------------------------------------------------------------- */

static enum reason append(struct state_directory *state, const struct journal_change *change)
{
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "terminal", "purpose",
        "border_check", "legal_basis", "law", "justification", "first line");
    struct log_draft draft = {LOG_EVENT_CONSULTATION, body};
    struct journal_outcome outcome;
    enum reason reason = journal_append_changing(state->store, &draft, &change, 1, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

/* text NULL: nothing is kept. The slot where it lies. */
static uint32_t fill(struct state_directory *state, const char *text)
{
    struct probe_slot_change slot = {
        .content = (const uint8_t *)text, .size = text != NULL ? strlen(text) : 0};
    assert_int_equal(append(state, &(struct journal_change){.slot = &slot}), REASON_DONE);
    return slot.slot;
}

static enum reason erase_salted(struct state_directory *state, const struct probe_slot_erasure *erasure)
{
    return append(state, &(struct journal_change){.erased_slots = erasure, .erased_slot_count = 1});
}

static void describe(struct state_directory *state, uint32_t slot, struct probe_slot_erasure *erasure)
{
    struct locked_memory content;
    size_t size;
    erasure->slot = slot;
    (void)probe_slot_read(state->store, slot, &content, &size, erasure->salt, &state->failure);
    locked_memory_finish(&content);
}

/* Whatever lies there. */
static enum reason erase(struct state_directory *state, uint32_t slot)
{
    struct probe_slot_erasure erasure;
    describe(state, slot, &erasure);
    return erase_salted(state, &erasure);
}

static enum reason read_slot(struct state_directory *state, uint32_t slot, char text[static 64])
{
    struct locked_memory content;
    uint8_t salt[PROBE_SALT_BYTES];
    size_t size;
    enum reason reason = probe_slot_read(state->store, slot, &content, &size, salt, &state->failure);
    snprintf(text, 64, "%.*s", (int)size, size > 0 ? (const char *)content.bytes : "");
    locked_memory_finish(&content);
    return reason;
}

static void assert_kept(struct state_directory *state, uint32_t slot, const char *expected)
{
    char text[64];
    assert_int_equal(read_slot(state, slot, text), expected != NULL ? REASON_DONE : REASON_PROBE_NOT_KEPT);
    assert_string_equal(text, expected != NULL ? expected : "");
}

static json_t *last_body(struct state_directory *state)
{
    json_t *entry;
    assert_int_equal(
        journal_read(state->store, journal_size(state->store) - 1, &entry, &state->failure), REASON_DONE);
    json_t *body = json_incref(json_object_get(entry, "body"));
    json_decref(entry);
    return body;
}

static enum reason count_slot(void *context, uint32_t slot, struct failure *failure)
{
    (void)failure;
    uint32_t *last = context;
    last[0]++;
    last[1] = slot;
    return REASON_DONE;
}

/* --- As they lie in the files ---------------------------------------------------------------------------------------- */

static uint8_t *read_file(const struct state_directory *state, const char *name, size_t *size)
{
    char path[128];
    uint8_t *bytes;
    struct failure failure;
    snprintf(path, sizeof path, "%s/%s", state->path, name);
    return file_read(path, 1 << 26, &bytes, size, &failure) == REASON_DONE ? bytes : NULL;
}

static bool files_hold(const struct state_directory *state, const void *bytes, size_t size)
{
    bool found = false;
    const char *const names[] = {"kordon.db", "kordon.db-wal"};
    for (size_t i = 0; i < 2; i++) {
        size_t file_size;
        uint8_t *file = read_file(state, names[i], &file_size);
        found = found || (file != NULL && memmem(file, file_size, bytes, size) != NULL);
        free(file);
    }
    return found;
}

static void read_key(
    const struct state_directory *state, uint32_t slot, uint8_t key[static SEALED_WRAPPED_KEY_BYTES])
{
    char path[128];
    sqlite3 *database;
    sqlite3_stmt *statement;
    snprintf(path, sizeof path, "%s/kordon.db", state->path);
    assert_int_equal(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT sealed FROM probe_slot WHERE slot = ?", -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(statement, 1, slot), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    memcpy(key, sqlite3_column_blob(statement, 0), SEALED_WRAPPED_KEY_BYTES);
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

/* --- Slots ----------------------------------------------------------------------------------------------------- */

static void test_H1_what_was_kept_is_read_back_and_the_rest_is_nothing(void **context)
{
    struct state_directory *state = *context;
    uint32_t told[2] = {0};
    assert_int_equal(probe_slots_free(state->store), PROBE_SLOTS_MAX);
    const uint32_t slot = fill(state, SECRET_TEXT);
    for (size_t i = 0; i < 5; i++)
        fill(state, NULL);
    assert_int_equal(probe_slots_free(state->store), PROBE_SLOTS_MAX - 1);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_kept(state, slot, SECRET_TEXT);
    assert_kept(state, (slot + 1) % 64, NULL);
    assert_kept(state, 1 << 20, NULL);
    assert_int_equal(probe_slots_each(state->store, count_slot, told, &state->failure), REASON_DONE);
    assert_int_equal(told[0], 1);
    assert_int_equal(told[1], slot);
    assert_int_equal(erase(state, (slot + 1) % 64), REASON_BAD_VALUE);
    assert_int_equal(erase(state, slot), REASON_DONE);
    assert_int_equal(erase(state, slot), REASON_BAD_VALUE);
    assert_kept(state, slot, NULL);
    assert_int_equal(probe_slots_free(state->store), PROBE_SLOTS_MAX);
}

/* By its number alone another match would go than the one that is meant. */
static void test_M2_what_another_left_in_a_slot_is_not_erased(void **context)
{
    struct state_directory *state = *context;
    struct probe_slot_erasure erasure;
    const uint32_t slot = fill(state, SECRET_TEXT);
    describe(state, slot, &erasure);
    erasure.salt[PROBE_SALT_BYTES - 1] ^= 1;
    const uint64_t size = journal_size(state->store);
    assert_int_equal(erase_salted(state, &erasure), REASON_BAD_VALUE);
    assert_int_equal(journal_size(state->store), size);
    assert_kept(state, slot, SECRET_TEXT);
    erasure.salt[PROBE_SALT_BYTES - 1] ^= 1;
    assert_int_equal(erase_salted(state, &erasure), REASON_DONE);
    assert_kept(state, slot, NULL);
}

/* Whatever is kept: one size of slots, bodies of the same size, a commitment to as many bytes. */
static void test_H1_an_end_with_something_kept_looks_like_one_with_nothing(void **context)
{
    struct state_directory *state = *context;
    int64_t sizes[3];
    uint8_t *whole = malloc(PROBE_SLOT_BYTES);
    assert_non_null(whole);
    memset(whole, 'x', PROBE_SLOT_BYTES);
    for (size_t i = 0; i < 3; i++) {
        struct probe_slot_change slot = {.content = whole,
            .size = i == 0   ? 0
                    : i == 1 ? 1
                             : PROBE_SLOT_BYTES,
            .body_least = LOG_BODY_STEP + 1};
        assert_int_equal(append(state, &(struct journal_change){.slot = &slot}), REASON_DONE);
        json_t *body = last_body(state);
        char *bytes;
        size_t size;
        assert_int_equal(log_body_bytes(body, &bytes, &size, &state->failure), REASON_DONE);
        assert_int_equal(size, 2 * LOG_BODY_STEP);
        assert_int_equal(json_string_length(json_object_get(body, "probe")), BASE64_LENGTH(DIGEST_BYTES));
        free(bytes);
        json_decref(body);
        sizes[i] = state_directory_ask(state, "SELECT length(sealed) FROM body ORDER BY seq DESC LIMIT 1");
        assert_int_equal(sizes[i], sizes[0]);
    }
    struct probe_slot_change over = {.content = whole, .size = PROBE_SLOT_BYTES + 1};
    assert_int_equal(append(state, &(struct journal_change){.slot = &over}), REASON_BAD_VALUE);
    free(whole);
    assert_int_equal(state_directory_ask(state, "SELECT count(DISTINCT length(sealed)) FROM probe_slot"), 1);
    assert_int_equal(state_directory_ask(state, "SELECT count(DISTINCT length(sealed)) FROM probe_pool"), 1);
}

/* What examiners saw can be shown to be what was captured. */
static void test_H5_the_entry_commits_to_what_was_kept(void **context)
{
    struct state_directory *state = *context;
    const uint32_t slot = fill(state, SECRET_TEXT);
    struct locked_memory content;
    uint8_t salt[PROBE_SALT_BYTES], commitment[DIGEST_BYTES], *whole = calloc(1, PROBE_SLOT_BYTES);
    char text[BASE64_LENGTH(DIGEST_BYTES) + 1];
    struct digest *digest;
    size_t size;
    assert_non_null(whole);
    assert_int_equal(digest_create(&digest, &state->failure), REASON_DONE);
    json_t *body = last_body(state);
    assert_int_equal(
        probe_slot_read(state->store, slot, &content, &size, salt, &state->failure), REASON_DONE);
    memcpy(whole, content.bytes, size);
    assert_int_equal(
        digest_commit(digest, salt, whole, PROBE_SLOT_BYTES, commitment, &state->failure), REASON_DONE);
    base64_encode(commitment, sizeof commitment, text);
    assert_string_equal(json_string_value(json_object_get(body, "probe")), text);
    json_decref(body);
    locked_memory_finish(&content);
    digest_destroy(digest);
    free(whole);
}

/* The places grow before they are all taken: by chance as soon as half of them are. */
static void test_H1_more_places_come_before_none_is_left(void **context)
{
    struct state_directory *state = *context;
    for (size_t i = 0; i < 32; i++)
        assert_true(fill(state, "kept") < 64);
    bool behind = false;
    for (size_t i = 0; i < 33; i++)
        behind = fill(state, "kept") >= 64 || behind;
    assert_true(behind);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    uint32_t told[2] = {0};
    assert_int_equal(probe_slots_each(state->store, count_slot, told, &state->failure), REASON_DONE);
    assert_int_equal(told[0], 65);
}

/* --- What is written tells nothing ------------------------------------------------------------------------------ */

#define KEPT 5

/* Whoever holds two copies of the state sees which slots were not written in between: those that keep something are written like the others. */
static void test_P6_what_keeps_a_match_is_written_as_what_keeps_nothing(void **context)
{
    struct state_directory *state = *context;
    char texts[KEPT][64];
    uint32_t slots[KEPT];
    uint8_t keys[KEPT][SEALED_WRAPPED_KEY_BYTES], now[SEALED_WRAPPED_KEY_BYTES];
    size_t unwritten = KEPT;
    for (size_t i = 0; i < KEPT; i++) {
        snprintf(texts[i], sizeof texts[i], "match %zu", i);
        slots[i] = fill(state, texts[i]);
        read_key(state, slots[i], keys[i]);
    }
    for (size_t tries = 0; unwritten > 0 && tries < 5000; tries++) {
        fill(state, NULL);
        unwritten = 0;
        for (size_t i = 0; i < KEPT; i++) {
            read_key(state, slots[i], now);
            unwritten += memcmp(now, keys[i], sizeof now) == 0;
        }
    }
    assert_int_equal(unwritten, 0);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    for (size_t i = 0; i < KEPT; i++)
        assert_kept(state, slots[i], texts[i]);
}

/* Sealed anew it is what its entry commits to, and it is erased as before. */
static void test_P6_what_was_sealed_anew_is_what_was_kept(void **context)
{
    struct state_directory *state = *context;
    struct probe_slot_erasure before, after;
    const uint32_t slot = fill(state, SECRET_TEXT);
    uint8_t key[SEALED_WRAPPED_KEY_BYTES], other[SEALED_WRAPPED_KEY_BYTES];
    describe(state, slot, &before);
    read_key(state, slot, key);
    memcpy(other, key, sizeof other);
    for (size_t tries = 0; memcmp(other, key, sizeof key) == 0 && tries < 5000; tries++) {
        fill(state, NULL);
        read_key(state, slot, other);
    }
    assert_memory_not_equal(other, key, sizeof key);
    describe(state, slot, &after);
    assert_memory_equal(after.salt, before.salt, PROBE_SALT_BYTES);
    assert_kept(state, slot, SECRET_TEXT);
    assert_int_equal(erase_salted(state, &before), REASON_DONE);
    assert_kept(state, slot, NULL);
    assert_false(files_hold(state, key, sizeof key));
    assert_false(files_hold(state, other, sizeof other));
}

static void use_places(struct probe_pool *pool, size_t unwritten, size_t decoys)
{
    *pool = (struct probe_pool){.size = 64};
    for (size_t i = 0; i < pool->size; i++)
        pool->places[i].state = i < unwritten            ? PROBE_PLACE_UNWRITTEN
                                : i < unwritten + decoys ? PROBE_PLACE_DECOY
                                                         : PROBE_PLACE_KEPT;
}

/* What lay in the places that so many ends chose. */
static void count_chosen(struct probe_pool *pool, bool keeps, int ends, int counts[static 3])
{
    struct failure failure = {0};
    memset(counts, 0, 3 * sizeof counts[0]);
    for (int i = 0; i < ends; i++) {
        uint32_t slot;
        assert_int_equal(probe_pool_choose(pool, keeps, &slot, &failure), REASON_DONE);
        assert_in_range(slot, 0, pool->size - 1);
        counts[pool->places[slot].state]++;
    }
}

/* A slot that was never written is written in less time, and the file grows by it: where there is one either end takes it, and where there is none
 * neither does, however few places a match has. */
static void test_P6_a_slot_that_was_never_written_is_taken_by_either_end(void **context)
{
    struct probe_pool pool;
    int counts[3];
    (void)context;
    for (int keeps = 0; keeps < 2; keeps++) {
        use_places(&pool, 1, 32);
        count_chosen(&pool, keeps != 0, 1000, counts);
        assert_int_equal(counts[PROBE_PLACE_UNWRITTEN], 1000);
        use_places(&pool, 0, 32);
        count_chosen(&pool, keeps != 0, 1000, counts);
        assert_int_equal(counts[PROBE_PLACE_UNWRITTEN], 0);
        assert_int_equal(counts[PROBE_PLACE_KEPT] == 0, keeps);
    }
}

/* More places come by chance, with an end of either kind, by what was there before it. */
static void test_P6_more_places_do_not_come_with_the_match_that_needs_them(void **context)
{
    const int pools = 2000;
    struct probe_pool pool;
    int counts[3];
    (void)context;
    for (int keeps = 0; keeps < 2; keeps++) {
        int grown = 0;
        for (int i = 0; i < pools; i++) {
            use_places(&pool, 0, 20);
            count_chosen(&pool, keeps != 0, 256, counts);
            grown += pool.size == 128;
            assert_in_range(pool.size, 64, 128);
        }
        /* 1 - (255/256)^256, within ten standard deviations. */
        assert_in_range(grown, pools * 632 / 1000 - 220, pools * 632 / 1000 + 220);
    }
}

/* An older kordond wrapped the keys of such slots under one that it forgot. */
static void test_P6_zeros_under_a_key_that_nobody_has_are_written_over(void **context)
{
    struct state_directory *state = *context;
    const uint8_t own = state->store->keys->body[0];
    state->store->keys->body[0] ^= 1;
    for (size_t i = 0; i < 80; i++)
        fill(state, NULL);
    state->store->keys->body[0] = own;
    state_directory_keep(state);
    const uint32_t slot = fill(state, SECRET_TEXT);
    for (size_t i = 0; i < 100; i++)
        fill(state, NULL);
    assert_true(state_directory_ask(state,
                    "SELECT count(*) FROM probe_slot JOIN old.probe_slot AS before USING (slot) WHERE "
                    "probe_slot.sealed IS NOT before.sealed") > 16);
    assert_kept(state, slot, SECRET_TEXT);
}

static void test_L10_slots_that_were_written_by_another_are_not_read(void **context)
{
    static const char *const acts[] = {
        "DELETE FROM probe_slot",
        "UPDATE probe_slot SET sealed = zeroblob(length(sealed))",
        "UPDATE probe_slot SET sealed = x'00'",
        "DELETE FROM probe_pool",
        "UPDATE probe_pool SET sealed = zeroblob(length(sealed))",
        "UPDATE probe_pool SET sealed = (SELECT sealed FROM old.probe_pool)",
        "UPDATE probe_slot SET sealed = (SELECT sealed FROM old.probe_slot LIMIT 1)",
    };
    struct state_directory *state = *context;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char text[64];
        fill(state, "older");
        state_directory_keep(state);
        const uint32_t slot = fill(state, SECRET_TEXT);
        state_directory_tamper_beside(state, acts[i]);
        assert_int_equal(read_slot(state, slot, text), REASON_STATE_UNPROVEN);
        assert_string_equal(text, "");
        state_directory_finish(state);
        state_directory_init(state);
    }
}

/* What a slot kept before, under its own key and in its own place, with and without the table of then. */
static void test_L10_what_a_slot_kept_before_is_not_read(void **context)
{
    static const char *const acts[] = {
        "UPDATE probe_slot SET sealed = (SELECT sealed FROM old.probe_slot WHERE slot = probe_slot.slot) "
        "WHERE slot IN (SELECT slot FROM old.probe_slot)",
        "UPDATE probe_slot SET sealed = (SELECT sealed FROM old.probe_slot WHERE slot = probe_slot.slot) "
        "WHERE slot IN (SELECT slot FROM old.probe_slot);"
        "UPDATE probe_pool SET sealed = (SELECT sealed FROM old.probe_pool)",
    };
    struct state_directory *state = *context;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char text[64];
        const uint32_t slot = fill(state, "older");
        state_directory_keep(state);
        assert_int_equal(erase(state, slot), REASON_DONE);
        uint32_t again = fill(state, SECRET_TEXT);
        for (size_t tries = 0; again != slot && tries < 5000; tries++) {
            assert_int_equal(erase(state, again), REASON_DONE);
            again = fill(state, SECRET_TEXT);
        }
        assert_int_equal(again, slot);
        state_directory_tamper_beside(state, acts[i]);
        assert_int_equal(read_slot(state, slot, text), REASON_STATE_UNPROVEN);
        state_directory_finish(state);
        state_directory_init(state);
    }
}

/* --- Records ---------------------------------------------------------------------------------------------------- */

static enum reason put(
    struct state_directory *state, enum case_record_kind kind, uint8_t key, const char *text)
{
    struct case_record_change record = {
        .kind = kind, .key = {key, 7}, .bytes = text, .size = text != NULL ? strlen(text) : 0};
    return append(state, &(struct journal_change){.records = &record, .record_count = 1});
}

static enum reason find(
    struct state_directory *state, enum case_record_kind kind, uint8_t key, char text[static 64])
{
    const uint8_t whole[CASE_RECORD_KEY_BYTES] = {key, 7};
    char *bytes;
    size_t size;
    enum reason reason = case_record_find(state->store, kind, whole, &bytes, &size, &state->failure);
    snprintf(text, 64, "%s", bytes != NULL ? bytes : "");
    case_record_finish(bytes, size);
    return reason;
}

static void assert_found(
    struct state_directory *state, enum case_record_kind kind, uint8_t key, const char *expected)
{
    char text[64];
    assert_int_equal(find(state, kind, key, text), REASON_DONE);
    assert_string_equal(text, expected);
}

static enum reason count_record(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    (void)key, (void)failure;
    assert_int_equal(strlen(bytes), size);
    ++*(size_t *)context;
    return REASON_DONE;
}

static void test_H2_records_are_found_by_kind_and_key(void **context)
{
    struct state_directory *state = *context;
    size_t count = 0;
    assert_found(state, CASE_RECORD_REFERRAL, 1, "");
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, "taken"), REASON_DONE);
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 200, "another"), REASON_DONE);
    assert_int_equal(put(state, CASE_RECORD_REDRESS, 1, "asked"), REASON_DONE);
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, "judged"), REASON_DONE);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_found(state, CASE_RECORD_REFERRAL, 1, "judged");
    assert_found(state, CASE_RECORD_REDRESS, 1, "asked");
    assert_found(state, CASE_RECORD_CLEARED_PAIR, 1, "");
    assert_int_equal(case_record_count(state->store, CASE_RECORD_REFERRAL), 2);
    assert_int_equal(
        case_record_each(state->store, CASE_RECORD_REFERRAL, count_record, &count, &state->failure),
        REASON_DONE);
    assert_int_equal(count, 2);
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, NULL), REASON_DONE);
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, NULL), REASON_DONE);
    assert_found(state, CASE_RECORD_REFERRAL, 1, "");
    assert_int_equal(case_record_count(state->store, CASE_RECORD_REFERRAL), 1);
    char *longest = calloc(1, CASE_RECORD_BYTES_MAX + 1);
    assert_non_null(longest);
    memset(longest, 'a', CASE_RECORD_BYTES_MAX);
    assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, longest), REASON_DONE);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    free(longest);
    const struct case_record_change over = {.bytes = "", .size = CASE_RECORD_BYTES_MAX + 1};
    assert_int_equal(
        append(state, &(struct journal_change){.records = &over, .record_count = 1}), REASON_BAD_VALUE);
}

static void test_L10_records_that_were_written_by_another_are_neither_there_nor_not(void **context)
{
    static const char *const acts[] = {
        "DELETE FROM case_record WHERE kind = 'referral'",
        "DELETE FROM case_record; DELETE FROM case_buckets",
        "UPDATE case_buckets SET digests = zeroblob(8192)",
        "UPDATE case_record SET sealed = zeroblob(length(sealed))",
        "UPDATE case_record SET kind = 'redress'; UPDATE case_buckets SET kind = 'redress'",
        "DELETE FROM case_record; INSERT INTO case_record SELECT * FROM old.case_record;"
        "DELETE FROM case_buckets; INSERT INTO case_buckets SELECT * FROM old.case_buckets",
    };
    struct state_directory *state = *context;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char text[64];
        size_t count = 0;
        assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, "taken"), REASON_DONE);
        state_directory_keep(state);
        assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, "judged"), REASON_DONE);
        state_directory_tamper_beside(state, acts[i]);
        assert_int_equal(find(state, CASE_RECORD_REFERRAL, 1, text), REASON_STATE_UNPROVEN);
        assert_string_equal(text, "");
        assert_int_equal(
            case_record_each(state->store, CASE_RECORD_REFERRAL, count_record, &count, &state->failure),
            REASON_STATE_UNPROVEN);
        assert_int_equal(count, 0);
        assert_int_equal(put(state, CASE_RECORD_REFERRAL, 1, "own"), REASON_STATE_UNPROVEN);
        state_directory_finish(state);
        state_directory_init(state);
    }
}

/* --- What is erased is gone ------------------------------------------------------------------------------------ */

/* The wrapped key begins the slot: without it what lies anywhere else opens no more. */
static void test_M2_an_erased_slot_leaves_no_key_in_the_files(void **context)
{
    struct state_directory *state = *context;
    const uint32_t slot = fill(state, SECRET_TEXT);
    uint8_t key[SEALED_WRAPPED_KEY_BYTES];
    read_key(state, slot, key);
    assert_true(files_hold(state, key, sizeof key)); /* so the search would find it */
    assert_false(files_hold(state, SECRET_TEXT, strlen(SECRET_TEXT)));
    assert_int_equal(erase(state, slot), REASON_DONE);
    assert_false(files_hold(state, key, sizeof key));
}

static int set_up_all(void **context)
{
    (void)context;
    disk_spare_syncs();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_H1_what_was_kept_is_read_back_and_the_rest_is_nothing),
        TEST(test_M2_what_another_left_in_a_slot_is_not_erased),
        TEST(test_H1_an_end_with_something_kept_looks_like_one_with_nothing),
        TEST(test_H5_the_entry_commits_to_what_was_kept),
        TEST(test_H1_more_places_come_before_none_is_left),
        TEST(test_P6_what_keeps_a_match_is_written_as_what_keeps_nothing),
        TEST(test_P6_what_was_sealed_anew_is_what_was_kept),
        TEST(test_P6_a_slot_that_was_never_written_is_taken_by_either_end),
        TEST(test_P6_more_places_do_not_come_with_the_match_that_needs_them),
        TEST(test_P6_zeros_under_a_key_that_nobody_has_are_written_over),
        TEST(test_L10_slots_that_were_written_by_another_are_not_read),
        TEST(test_L10_what_a_slot_kept_before_is_not_read),
        TEST(test_H2_records_are_found_by_kind_and_key),
        TEST(test_L10_records_that_were_written_by_another_are_neither_there_nor_not),
        TEST(test_M2_an_erased_slot_leaves_no_key_in_the_files),
    };
    return cmocka_run_group_tests(tests, set_up_all, NULL);
}
