/* The evidence log on disk: durable, provable, and found out when altered. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log/receipt.h"
#include "log/redaction.h"
#include "log/verify.h"
#include "tests/support/state_directory.h"

static enum reason verify(struct state_directory *state, struct log_verification *verification)
{
    const struct log_verify_options options = {.verifier_key = store_verifier_key(state->store)};
    return log_verify(log_source_store(state->store), &options, verification, &state->failure);
}

static void append_many(struct state_directory *state, size_t count)
{
    for (size_t i = 0; i < count; i++)
        state_directory_append(state, "0123456789abcdef0123456789abcdef");
}

static void test_L7_entries_verify_after_reopening(void **context)
{
    struct state_directory *state = *context;
    struct log_verification verification;
    append_many(state, 300);
    assert_int_equal(verify(state, &verification), REASON_DONE);
    assert_int_equal(verification.size, 301); /* the first says that the keys were made */
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(verify(state, &verification), REASON_DONE);
    assert_int_equal(verification.size, 301);
}

/* A receipt stands alone with the verifier key, when it was given and when it is asked for later. */
static void test_L7_receipts_verify(void **context)
{
    struct state_directory *state = *context;
    struct digest *digest;
    struct verifier_key key;
    assert_int_equal(digest_create(&digest, NULL), REASON_DONE);
    const char *line = store_verifier_key(state->store);
    assert_int_equal(verifier_key_parse(line, strlen(line), &key, NULL), REASON_DONE);
    append_many(state, 20);
    for (uint64_t seq = 0; seq < 21; seq++) {
        char *text;
        struct receipt receipt;
        struct receipt_statement statement;
        assert_int_equal(journal_receipt(state->store, seq, &text, &state->failure), REASON_DONE);
        assert_int_equal(receipt_parse(text, strlen(text), &receipt, &state->failure), REASON_DONE);
        assert_int_equal(receipt_verify(&receipt, digest, &key, &statement, &state->failure), REASON_DONE);
        assert_int_equal(statement.seq, seq);
        assert_true(statement.has_body);
        receipt_finish(&receipt);
        free(text);
    }
    digest_destroy(digest);
}

/* A reading store beside the writing one sees what was appended since it was opened. */
static void test_reader_follows_the_writer(void **context)
{
    struct state_directory *state = *context;
    struct store *reader;
    struct key_provider *provider;
    char *before, *after;
    json_t *entry;
    assert_int_equal(key_provider_open(state->key_uri, &provider, &state->failure), REASON_DONE);
    assert_int_equal(store_open(&(struct store_options){.directory = state->path, .provider = provider},
                         STORE_FOLLOW, &reader, &state->failure),
        REASON_DONE);
    assert_int_equal(journal_checkpoint(reader, &before, &state->failure), REASON_DONE);
    uint64_t seq = state_directory_append(state, "t");
    assert_int_equal(journal_checkpoint(reader, &after, &state->failure), REASON_DONE);
    assert_string_not_equal(before, after);
    assert_int_equal(journal_read(reader, seq, &entry, &state->failure), REASON_DONE);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(entry, "body"), "actor")), "officer 7");
    json_decref(entry);
    free(before);
    free(after);
    assert_int_equal(journal_read(reader, seq + 1, &entry, &state->failure), REASON_ENTRY_NOT_FOUND);
    store_close(reader);
    key_provider_close(provider);
}

static void test_T4_derived_keys_are_the_state_s_own(void **context)
{
    struct state_directory *state = *context;
    uint8_t key[STORE_KEY_BYTES], again[STORE_KEY_BYTES], other[STORE_KEY_BYTES];
    assert_int_equal(store_derive_key(state->store, "test", key, &state->failure), REASON_DONE);
    assert_int_equal(store_derive_key(state->store, "tesu", other, &state->failure), REASON_DONE);
    assert_memory_not_equal(key, other, sizeof key);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(store_derive_key(state->store, "test", again, &state->failure), REASON_DONE);
    assert_memory_equal(key, again, sizeof key);
}

/* An entry that lacks what the law wants in it is refused, names the member, and nothing of its batch is written. */
static void test_L2_mandatory_members(void **context)
{
    struct state_directory *state = *context;
    uint64_t size = journal_size(state->store);
    json_t *good = json_pack("{s:s, s:s}", "actor", "a", "role", "r");
    json_t *bad =
        json_pack("{s:s, s:s, s:s, s:s}", "actor", "a", "role", "r", "purpose", "p", "legal_basis", "l");
    struct log_draft drafts[] = {{LOG_EVENT_START, good}, {LOG_EVENT_CONSULTATION, bad}};
    struct journal_outcome outcomes[2];
    assert_int_equal(journal_append(state->store, drafts, 2, outcomes, &state->failure), REASON_BAD_VALUE);
    assert_non_null(strstr(state->failure.detail, "justification"));
    assert_int_equal(journal_size(state->store), size);
    json_object_set_new(bad, "justification", json_real(1.5));
    assert_int_equal(journal_append(state->store, drafts, 2, outcomes, &state->failure), REASON_BAD_VALUE);
    assert_int_equal(journal_size(state->store), size);
    json_decref(good);
    json_decref(bad);
    append_many(state, 1);
    struct log_verification verification;
    assert_int_equal(verify(state, &verification), REASON_DONE);
}

/* --- Attacks on the file ------------------------------------------------------------------------------------- */

static void assert_entry_named(struct state_directory *state, const char *sql, const char *subject)
{
    struct log_verification verification;
    append_many(state, 10);
    state_directory_tamper(state, sql);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    enum reason reason = verify(state, &verification);
    assert_int_equal(reason_exit_code(reason), 1);
    assert_string_equal(state->failure.subject, subject);
}

static void test_L7_head_changed_in_the_database(void **context)
{
    assert_entry_named(*context,
        "UPDATE entry SET head = CAST(replace(CAST(head AS TEXT), 'consultation', 'consultatiom') AS BLOB)"
        " WHERE seq = 4;",
        "entry 4");
}

static void test_L7_body_changed_in_the_database(void **context)
{
    assert_entry_named(*context,
        "UPDATE body SET sealed = (SELECT sealed FROM body WHERE seq = 7) WHERE seq = 6;", "entry 6");
}

static void test_L7_body_removed_from_the_database(void **context)
{
    assert_entry_named(*context, "DELETE FROM body WHERE seq = 5;", "entry 5");
}

static void test_L7_entries_swapped_in_the_database(void **context)
{
    assert_entry_named(*context,
        "CREATE TEMP TABLE copy AS SELECT * FROM entry;"
        "UPDATE entry SET head = (SELECT head FROM copy WHERE seq = 3) WHERE seq = 2;"
        "UPDATE entry SET head = (SELECT head FROM copy WHERE seq = 2) WHERE seq = 3;",
        "entry 2");
}

/* The tail cut off, whatever else stands in the file: the proven state knows of more entries. */
static void test_L7_tail_truncation_in_the_database(void **context)
{
    struct state_directory *state = *context;
    append_many(state, 10);
    state_directory_tamper(state, "DELETE FROM body WHERE seq >= 8; DELETE FROM entry WHERE seq >= 8;"
                                  "DELETE FROM node WHERE (place + 1) << level > 8;");
    assert_int_equal(state_directory_reopen(state), REASON_LOG_INCOMPLETE);
}

/* A history rewritten in heads and nodes is not signed anew by opening it. */
static void test_L7_rewritten_nodes_are_not_signed(void **context)
{
    struct state_directory *state = *context;
    append_many(state, 10);
    state_directory_tamper(state, "UPDATE node SET hash = zeroblob(32) WHERE level = 3 AND place = 0;");
    assert_int_equal(state_directory_reopen(state), REASON_LOG_BROKEN);
}

/* An older size is signed only where the durable tree begins with it. */
static void test_L7_no_other_past_is_signed(void **context)
{
    struct state_directory *state = *context;
    uint8_t *bytes;
    size_t size;
    append_many(state, 5);
    assert_int_equal(
        journal_render(state->store, 2, 0, "checkpoint", &bytes, &size, &state->failure), REASON_DONE);
    free(bytes);
    state_directory_tamper(state, "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND place = 0;");
    if (state_directory_reopen(state) == REASON_DONE)
        assert_int_equal(journal_render(state->store, 2, 0, "checkpoint", &bytes, &size, &state->failure),
            REASON_LOG_BROKEN);
}

/* An older row put back under the open store: what is appended next does not stand upon it, nor covers it up. */
static void test_L7_old_state_under_the_open_store(void **context)
{
    struct state_directory *state = *context;
    state_directory_keep(state);
    append_many(state, 3);
    uint64_t size = journal_size(state->store);
    state_directory_tamper_beside(
        state, "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM old.state;");
    json_t *body = json_pack("{s:s, s:s}", "actor", "a", "role", "r");
    struct log_draft draft = {LOG_EVENT_START, body};
    struct journal_outcome outcome = {0};
    assert_int_equal(
        journal_append(state->store, &draft, 1, &outcome, &state->failure), REASON_STATE_UNPROVEN);
    assert_int_equal(journal_size(state->store), size);
    journal_outcome_finish(&outcome);
    json_decref(body);
}

#define PUT_BACK(table) "DELETE FROM main." table "; INSERT INTO main." table " SELECT * FROM old." table ";"

/* A copy grown into another history, longer than the one that was read: both are proven, and a reader follows only its own. */
static void test_L7_reader_follows_no_other_history(void **context)
{
    struct state_directory *state = *context;
    struct state_directory beside = *state;
    struct store *reader;
    char *note;
    state_directory_keep(state);
    append_many(state, 3);
    assert_int_equal(key_provider_open(state->key_uri, &beside.provider, &beside.failure), REASON_DONE);
    assert_int_equal(state_directory_open_reader(&beside, &reader), REASON_DONE);
    assert_int_equal(journal_checkpoint(reader, &note, &state->failure), REASON_DONE);
    free(note);
    state_directory_tamper(state, PUT_BACK("body") PUT_BACK("entry") PUT_BACK("node") PUT_BACK("state"));
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    append_many(state, 5);
    assert_int_equal(journal_checkpoint(reader, &note, &state->failure), REASON_LOG_BROKEN);
    store_close(reader);
    key_provider_close(beside.provider);
}

/* --- Crashes and failures ------------------------------------------------------------------------------------ */

/* A child appends and says each seq through a pipe until it is killed. */
static void append_until_killed(struct state_directory *state, int pipe_end)
{
    for (;;) {
        uint64_t seq = state_directory_append(state, "killed");
        if (write(pipe_end, &seq, sizeof seq) != sizeof seq)
            _exit(0);
    }
}

/* Killed at any moment: what was answered is there, the log verifies, and opening needs no repair. */
static void test_L7_kill_at_any_moment(void **context)
{
    struct state_directory *state = *context;
    uint64_t least = 0;
    for (int round = 0; round < 20; round++) {
        int ends[2];
        store_close(state->store);
        state->store = NULL;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            key_provider_close(state->provider);
            if (key_provider_open(state->key_uri, &state->options.provider, &state->failure) != REASON_DONE ||
                state_directory_reopen(state) != REASON_DONE)
                _exit(1);
            append_until_killed(state, ends[1]);
        }
        close(ends[1]);
        struct timespec wait = {.tv_nsec = 20000000 + round * 3000000};
        nanosleep(&wait, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        uint64_t seq;
        while (read(ends[0], &seq, sizeof seq) == sizeof seq)
            least = seq + 1;
        close(ends[0]);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        struct log_verification verification;
        assert_int_equal(state_directory_reopen(state), REASON_DONE);
        assert_true(journal_size(state->store) >= least);
        assert_int_equal(verify(state, &verification), REASON_DONE);
    }
    assert_true(least > 20);
}

/* No room on the disk: nothing is answered, nothing is lost, and with room again it goes on. */
static void test_full_disk_loses_nothing(void **context)
{
    struct state_directory *state = *context;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    append_many(state, 5);
    json_t *body = json_pack("{s:s, s:s}", "actor", "a", "role", "r");
    size_t refused = 0;
    for (rlim_t limit = 0; limit < 200000; limit += 7000) {
        struct rlimit small = {.rlim_cur = limit, .rlim_max = before.rlim_max};
        struct log_draft draft = {LOG_EVENT_START, body};
        struct journal_outcome outcome = {0};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        enum reason reason = journal_append(state->store, &draft, 1, &outcome, &state->failure);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        refused += reason != REASON_DONE;
        journal_outcome_finish(&outcome);
        uint64_t size = journal_size(state->store);
        assert_int_equal(state_directory_reopen(state), REASON_DONE);
        assert_true(journal_size(state->store) >= size);
        struct log_verification verification;
        assert_int_equal(verify(state, &verification), REASON_DONE);
    }
    json_decref(body);
    assert_true(refused > 0);
    append_many(state, 3);
}

/* Walks all pages of the search; gives how many entries they held, and checks their order. */
static size_t walk(struct state_directory *state, struct journal_search search)
{
    size_t found = 0;
    int64_t last = -1;
    search.size = journal_size(state->store);
    do {
        assert_int_equal(journal_search(state->store, &search, &state->failure), REASON_DONE);
        json_t *entry;
        size_t i;
        json_array_foreach(search.entries, i, entry)
        {
            int64_t seq = json_integer_value(json_object_get(json_object_get(entry, "head"), "seq"));
            assert_true(last < 0 || (search.newest_first ? seq < last : seq > last));
            last = seq;
            found++;
        }
        json_decref(search.entries);
        search.begins_behind = true;
        search.after = search.looked;
    } while (search.more);
    return found;
}

static void test_L4_entries_are_found_from_either_end_of_the_log(void **context)
{
    struct state_directory *state = *context;
    append_many(state, 10);
    state_directory_append(state, "ffffffffffffffffffffffffffffffff");
    append_many(state, 10);
    for (uint64_t limit = 1; limit < 25; limit++) {
        for (int newest_first = 0; newest_first < 2; newest_first++) {
            struct journal_search search = {.limit = limit, .newest_first = newest_first != 0};
            assert_int_equal(walk(state, search), 22);
            search.filter.transaction = "ffffffffffffffffffffffffffffffff";
            assert_int_equal(walk(state, search), 1);
            search.filter.transaction = "nobody's";
            assert_int_equal(walk(state, search), 0);
        }
    }
}

/* Without what comes of transactions the log is handed out as it was at the beginning of the day before. */
static void test_P6_who_is_not_cleared_gets_no_recent_heads(void **context)
{
    struct state_directory *state = *context;
    const int64_t day_ms = INT64_C(24) * 3600 * 1000, now_ms = store_now_ms();
    const int64_t today_ms = now_ms - now_ms % day_ms;
    static const struct {
        uint32_t events;
        int days;
        uint64_t size;
    } handed_out[] = {{0, 0, 4}, {LOG_EVENT_BIT(LOG_EVENT_ACCESS), 0, 4}, {REDACTION_OF_MATCHES, 0, 0},
        {REDACTION_OF_MATCHES, 1, 0}, {REDACTION_OF_MATCHES, 4, 4},
        {REDACTION_OF_MATCHES | LOG_EVENT_BIT(LOG_EVENT_ACCESS), 1, 0}};
    append_many(state, 3);
    for (size_t i = 0; i < sizeof handed_out / sizeof *handed_out; i++) {
        uint64_t size;
        assert_int_equal(journal_handed_out_size(state->store, handed_out[i].events,
                             today_ms + handed_out[i].days * day_ms, &size, &state->failure),
            REASON_DONE);
        assert_int_equal(size, handed_out[i].size);
    }
    char *note;
    assert_int_equal(journal_redaction(state->store, 4, REDACTION_OF_MATCHES, &note, &state->failure),
        REASON_ENTRY_NOT_FOUND);
}

/* Behind the last entry there is nothing yet; before the first one there never is. */
static void test_L4_a_page_behind_the_end_is_empty(void **context)
{
    struct state_directory *state = *context;
    append_many(state, 3);
    struct journal_search search = {.limit = 5, .begins_behind = true, .after = 3};
    assert_int_equal(walk(state, search), 0);
    search.newest_first = true;
    assert_int_equal(walk(state, search), 3);
    search.after = 0;
    assert_int_equal(walk(state, search), 0);
    search.after = 1000;
    assert_int_equal(walk(state, search), 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_L4_entries_are_found_from_either_end_of_the_log),
        TEST(test_L4_a_page_behind_the_end_is_empty),
        TEST(test_P6_who_is_not_cleared_gets_no_recent_heads),
        TEST(test_L7_entries_verify_after_reopening),
        TEST(test_L7_receipts_verify),
        TEST(test_reader_follows_the_writer),
        TEST(test_T4_derived_keys_are_the_state_s_own),
        TEST(test_L2_mandatory_members),
        TEST(test_L7_head_changed_in_the_database),
        TEST(test_L7_body_changed_in_the_database),
        TEST(test_L7_body_removed_from_the_database),
        TEST(test_L7_entries_swapped_in_the_database),
        TEST(test_L7_tail_truncation_in_the_database),
        TEST(test_L7_rewritten_nodes_are_not_signed),
        TEST(test_L7_no_other_past_is_signed),
        TEST(test_L7_old_state_under_the_open_store),
        TEST(test_L7_reader_follows_no_other_history),
        TEST(test_L7_kill_at_any_moment),
        TEST(test_full_disk_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
