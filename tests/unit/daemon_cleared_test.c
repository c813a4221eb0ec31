/* H6: who was told apart from an entry crosses as anybody who is on no list; the wanted with his document, and he with another one, do not. */
#include "base/day.h"
#include "daemon/transactions/opening.h"
#include "store/capture_note.h"
#include "tests/support/listed_entry.h"
#include "tests/unit/daemon_terminal.h"

#define ISSUER   "UKR"
#define NUMBER   "QX-7788991"
#define PERSON   1 /* who was told apart; WANTED resembles him, STRANGER does not */
#define WANTED   2
#define STRANGER 3

static uint64_t list_version;

/* The wanted has a part of the other's print: each agrees best with himself. */
static struct matcher_template print_of(int who)
{
    struct template_content print = prints_make(who == STRANGER ? 7 : 1, 40);
    const struct template_content other = prints_make(9, 40);
    for (int i = 18; who == WANTED && i < print.minutiae_count; i++)
        print.minutiae[i] = other.minutiae[i];
    return prints_pack(print);
}

/* --- The store, while no thread has it */

static void take_store(void)
{
    terminal_close_journal();
}

static void give_store(void)
{
    struct post *post = &terminal->post;
    guard_open(&post->guard, terminal->state.store);
    assert_int_equal(
        journal_thread_create(&post->workers.journal, &post->loop, terminal->state.store, NULL), REASON_DONE);
    journal_thread_watch(post->workers.journal, terminal_watch, &post->guard);
}

static enum reason add(
    struct watchlist_import *import, int who, enum alert_category category, const char *instruction)
{
    char case_number[16];
    struct matcher_template template = print_of(who);
    snprintf(case_number, sizeof case_number, "case-%d", who);
    struct watchlist_entry entry = listed_entry(case_number, "N. N.", template.bytes, template.size);
    entry.category = category;
    entry.instruction = instruction;
    return watchlist_import_add(import, &entry, 1, &terminal->state.failure);
}

static struct log_draft draft(enum log_event event)
{
    return (struct log_draft){
        event, json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "supervisor", "purpose", "list",
                   "legal_basis", "law", "justification", "delivery")};
}

/* A list of the wanted alone is in the state, as a delivery would have it. */
static void deliver(enum alert_category category, const char *instruction)
{
    struct state_directory *state = &terminal->state;
    const struct watchlist_import_options options = {.list_name = "national", .list_version = ++list_version};
    const struct log_draft entry = draft(LOG_EVENT_ALTERATION);
    struct watchlist_import *import;
    struct journal_outcome outcome = {0};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    assert_int_equal(add(import, WANTED, category, instruction), REASON_DONE);
    assert_int_equal(watchlist_import_commit(import, &entry, &outcome, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_sweep_all(state->store, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(entry.body);
}

static void install(enum alert_category category, const char *instruction)
{
    struct state_directory *state = &terminal->state;
    struct list *list = &terminal->post.list;
    struct reference_source source;
    struct opened_list *set, *before = list->set;
    deliver(category, instruction);
    const struct list_plan plan = list_plan_in_force(list);
    assert_int_equal(reference_source_installed(state->store, &source, NULL), REASON_DONE);
    assert_int_equal(list_build(&plan, &source, &set, NULL), REASON_DONE);
    list->set = opened_list_hold(set);
    if (before != NULL && opened_list_release(before))
        opened_list_destroy(before);
}

static enum reason note_id(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    (void)failure;
    *(struct watchlist_id *)context = entry->id;
    return REASON_DONE;
}

/* The person is told apart from the wanted: consents says whether he had his finger kept. */
static void tell_apart(int consents, int32_t days)
{
    const struct document_secrets *secrets = terminal->post.transactions.document_secrets.bytes;
    static uint8_t bytes[CASE_RECORD_BYTES_MAX];
    struct store *store = terminal->state.store;
    struct matcher_template template = print_of(PERSON);
    struct cleared_pair pair = {.case_number = {0xca, 0x5e},
        .since_ms = store_now_ms(),
        .until_days = {day_of_ms(store_now_ms()) + days},
        .scores = {MATCHER_SCORE_MAX - 1},
        .entry_count = 1,
        .fingers = {{FINGER_RIGHT_INDEX, template.bytes, template.size}},
        .finger_count = (size_t)consents};
    struct case_record_change change = {.kind = CASE_RECORD_CLEARED_PAIR, .bytes = bytes};
    const struct journal_change changes = {.records = &change, .record_count = 1}, *each = &changes;
    const struct log_draft entry = draft(LOG_EVENT_ALTERATION);
    struct journal_outcome outcome = {0};
    assert_int_equal(capture_note_key(secrets->pair, ISSUER, NUMBER, change.key, NULL), REASON_DONE);
    memcpy(pair.document, change.key, sizeof pair.document);
    assert_int_equal(
        watchlist_load(store, WATCHLIST_PART_ALERT, note_id, &pair.entries[0].id, NULL), REASON_DONE);
    assert_int_equal(
        cleared_entry_digest(store, &pair.entries[0].id, pair.entries[0].digest, NULL), REASON_DONE);
    assert_int_equal(cleared_pair_pack(&pair, bytes, &change.size, NULL), REASON_DONE);
    assert_int_equal(
        journal_append_changing(store, &entry, &each, 1, &outcome, &terminal->state.failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(entry.body);
}

/* It is as if he had never been. */
static void take_back(void)
{
    const struct document_secrets *secrets = terminal->post.transactions.document_secrets.bytes;
    struct case_record_change change = {.kind = CASE_RECORD_CLEARED_PAIR};
    const struct journal_change changes = {.records = &change, .record_count = 1}, *each = &changes;
    const struct log_draft entry = draft(LOG_EVENT_ALTERATION);
    struct journal_outcome outcome = {0};
    assert_int_equal(capture_note_key(secrets->pair, ISSUER, NUMBER, change.key, NULL), REASON_DONE);
    assert_int_equal(
        journal_append_changing(terminal->state.store, &entry, &each, 1, &outcome, &terminal->state.failure),
        REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(entry.body);
}

static void change_state(enum alert_category category, int consents, int32_t days)
{
    take_store();
    install(category, "hold");
    tell_apart(consents, days);
    give_store();
}

static int begin(void **state)
{
    if (terminal_set_up(state) != 0)
        return -1;
    terminal->request.kind = TRANSACTION_IDENTIFICATION;
    terminal->post.configuration.identification.finger_swaps = false;
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    change_state(ALERT_CATEGORY_WANTED_FOR_ARREST, 1, 30);
    return 0;
}

static int end(void **state)
{
    list_close(&terminal->post.list);
    return terminal_tear_down(state);
}

/* --- A crossing */

static bool opened;

static void on_opened(struct transaction_opening *opening)
{
    (void)opening;
    opened = true;
}

static struct transaction *open_with(const char *number)
{
    struct transaction_opening opening = {.done = on_opened};
    struct transaction_request request = terminal->request;
    if (number != NULL) {
        strcpy(request.document.issuer, ISSUER);
        strcpy(request.document.number, number);
    }
    opened = false;
    transaction_opening_start(&terminal->post.transactions, &opening, &terminal->principal, &request);
    terminal_until(opened);
    assert_int_equal(opening.reason, REASON_DONE);
    assert_false(opening.transaction->cleared
                     .found); /* P6: nobody has looked: what an opening takes tells of no case */
    return opening.transaction;
}

static void give_finger(struct transaction *transaction, int who)
{
    struct locked_template *probe = &transaction->probes[transaction->probe_count++];
    terminal_put(probe, PERSON);
    *locked_template_get(probe) = print_of(who);
}

static enum comparison_decision decide(struct transaction *transaction)
{
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_DONE);
    assert_null(transaction->cleared.references[0].memory.bytes); /* M1 */
    return transaction->result->decision;
}

static enum comparison_decision cross(const char *number, int who)
{
    struct transaction *transaction = open_with(number);
    give_finger(transaction, who);
    return decide(transaction);
}

/* What the newest consultation says of the first candidate; "" where it says nothing of one. */
static const char *clearing(void)
{
    static char word[32];
    json_t *log = state_directory_log(&terminal->state);
    for (size_t seq = 0; seq < json_array_size(log); seq++) {
        const json_t *entry = json_array_get(log, seq), *body = json_object_get(entry, "body");
        if (!state_directory_entry_is(entry, LOG_EVENT_CONSULTATION))
            continue;
        const json_t *redress = json_object_get(body, "redress");
        const json_t *first = json_array_get(json_object_get(redress, "candidates"), 0);
        const char *said = json_string_value(json_object_get(first, "clearing"));
        const char *unknown = json_string_value(json_object_get(redress, "unknown"));
        snprintf(word, sizeof word, "%s", said != NULL ? said : unknown != NULL ? unknown : "");
    }
    json_decref(log);
    return word;
}

static void test_H6_the_cleared_person_crosses_with_his_document(void **state)
{
    (void)state;
    assert_int_equal(cross(NUMBER, PERSON), DECISION_NO_MATCH);
    assert_string_equal(clearing(), "cleared");
    assert_int_equal(cross("qx 7788991", PERSON), DECISION_NO_MATCH);
}

/* By document alone its thief would be cleared, by the entry alone the wanted. */
static void test_H6_the_wanted_with_that_document_is_referred(void **state)
{
    (void)state;
    assert_int_equal(cross(NUMBER, WANTED), DECISION_MATCH);
    assert_string_equal(clearing(), "score");
}

static void test_H6_the_person_with_another_document_or_none_is_referred(void **state)
{
    (void)state;
    assert_int_equal(cross("QX-7788992", PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "");
    assert_int_equal(cross(NULL, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "");
}

/* Each finger that is searched with must be one that he vouched for. */
static void test_H6_a_finger_that_was_not_consented_clears_nobody(void **state)
{
    (void)state;
    struct transaction *transaction = open_with(NUMBER);
    give_finger(transaction, PERSON);
    transaction->probes[0].position = FINGER_UNKNOWN;
    give_finger(transaction, STRANGER);
    transaction->probes[1].position = FINGER_LEFT_INDEX;
    assert_int_equal(decide(transaction), DECISION_MATCH);
    assert_string_equal(clearing(), "other_finger");
}

/* A new delivery of the same list changes nothing; a change of the entry has him referred again. */
static void test_H6_a_changed_entry_is_referred_again(void **state)
{
    (void)state;
    take_store();
    install(ALERT_CATEGORY_WANTED_FOR_ARREST, "hold");
    give_store();
    assert_int_equal(cross(NUMBER, PERSON), DECISION_NO_MATCH);
    take_store();
    install(ALERT_CATEGORY_WANTED_FOR_ARREST, "hold, armed");
    give_store();
    assert_int_equal(cross(NUMBER, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "entry_changed");
}

/* What was read of another list than is searched is not known. */
static void test_H6_a_list_that_came_meanwhile_is_referred(void **state)
{
    (void)state;
    take_store();
    deliver(ALERT_CATEGORY_WANTED_FOR_ARREST, "hold");
    give_store();
    assert_int_equal(cross(NUMBER, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "entry_changed");
}

/* A correction may come while he stands there: what counts is what people say of him when he is told. */
static void test_H6_what_is_taken_back_after_the_opening_clears_nobody(void **state)
{
    (void)state;
    struct transaction *transaction = open_with(NUMBER);
    take_store();
    take_back();
    give_store();
    give_finger(transaction, PERSON);
    assert_int_equal(decide(transaction), DECISION_MATCH);
    assert_string_equal(clearing(), "");
}

static void test_H6_behind_its_day_he_is_referred_again(void **state)
{
    (void)state;
    change_state(ALERT_CATEGORY_WANTED_FOR_ARREST, 1, -1);
    assert_int_equal(cross(NUMBER, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "not_its_day");
}

static void test_H6_without_consent_nobody_is_cleared(void **state)
{
    (void)state;
    change_state(ALERT_CATEGORY_WANTED_FOR_ARREST, 0, 30);
    assert_int_equal(cross(NUMBER, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "no_consent");
}

static void test_H6_a_pair_that_can_t_be_read_clears_nobody(void **state)
{
    (void)state;
    struct workers *workers = &terminal->post.workers;
    struct store_reader *reader = workers->reader;
    workers->reader = NULL;
    assert_int_equal(cross(NUMBER, PERSON), DECISION_MATCH);
    assert_string_equal(clearing(), "STOPPING");
    workers->reader = reader;
}

/* An imitation of the cleared person's finger may be in anybody's hand. */
static void test_H6_an_imitation_clears_nobody(void **state)
{
    (void)state;
    struct transaction *transaction = open_with(NUMBER);
    give_finger(transaction, PERSON);
    transaction->samples[transaction->sample_count++] =
        (struct sample_note){.position = FINGER_RIGHT_INDEX, .attack_result = ATTACK_RESULT_ATTACK};
    assert_int_equal(decide(transaction), DECISION_MATCH);
    assert_string_equal(clearing(), "sample_doubtful");
}

/* P6: the first line is told the same, whether somebody was told apart from a discreet alert or not. */
static void test_P6_a_discreet_alert_is_cleared_unseen(void **state)
{
    (void)state;
    change_state(ALERT_CATEGORY_DISCREET_CHECK, 1, 30);
    struct transaction *cleared = open_with(NUMBER), *found = open_with("QX-7788992");
    give_finger(cleared, PERSON);
    give_finger(found, PERSON);
    assert_int_equal(decide(cleared), DECISION_NO_MATCH);
    assert_string_equal(clearing(), "cleared");
    assert_int_equal(decide(found), DECISION_NO_MATCH);
    assert_int_equal(cleared->result->identification.candidate_count, 0);
    assert_int_equal(found->result->identification.candidate_count, 0);
}

#define CLEARED_TEST(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLEARED_TEST(test_H6_the_cleared_person_crosses_with_his_document),
        CLEARED_TEST(test_H6_the_wanted_with_that_document_is_referred),
        CLEARED_TEST(test_H6_the_person_with_another_document_or_none_is_referred),
        CLEARED_TEST(test_H6_a_finger_that_was_not_consented_clears_nobody),
        CLEARED_TEST(test_H6_a_changed_entry_is_referred_again),
        CLEARED_TEST(test_H6_a_list_that_came_meanwhile_is_referred),
        CLEARED_TEST(test_H6_what_is_taken_back_after_the_opening_clears_nobody),
        CLEARED_TEST(test_H6_behind_its_day_he_is_referred_again),
        CLEARED_TEST(test_H6_without_consent_nobody_is_cleared),
        CLEARED_TEST(test_H6_a_pair_that_can_t_be_read_clears_nobody),
        CLEARED_TEST(test_H6_an_imitation_clears_nobody),
        CLEARED_TEST(test_P6_a_discreet_alert_is_cleared_unseen),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
