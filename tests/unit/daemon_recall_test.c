/* What memory forgot is told by the log: found, proven not to be there, or not known; and what keys and ids promise. */
#include "json/memory.h"
#include "store/journal_erasure.h"
#include "tests/unit/daemon_terminal.h"

struct asking {
    struct transaction_recall recall;
    bool done;
};

static void on_recalled(struct transaction_recall *recall)
{
    ((struct asking *)recall)->done = true;
}

static enum reason start(struct asking *asking, const char *id, const struct principal *principal)
{
    const bool supervisor = (principal->roles & ROLE_SUPERVISOR) != 0;
    const struct transaction_question question = {.principal = principal,
        .id = id,
        .id_size = strlen(id),
        .any_owner = supervisor,
        .role = ROLE_SUPERVISOR,
        .justification = "complaint 12",
        .receipt = supervisor ? RECALL_LOG_RECEIPT : RECALL_PLAIN_RECEIPT};
    *asking = (struct asking){.recall.done = on_recalled};
    return transaction_recall_start(&terminal->post.transactions, &asking->recall, &question, NULL);
}

static enum reason ask(struct asking *asking, const char *id)
{
    enum reason reason = start(asking, id, &terminal->principal);
    if (reason != REASON_DONE)
        return reason;
    assert_false(asking->done); /* never before it returns */
    terminal_until(asking->done);
    return asking->recall.reason;
}

/* Opened, decided and told; its id. */
static void decide(char id[static TRANSACTION_ID_SIZE])
{
    struct transaction *transaction = terminal_ready(1);
    memcpy(id, transaction->id, TRANSACTION_ID_SIZE);
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(transaction->state, TRANSACTION_STATE_DECIDED);
}

static void append(size_t count)
{
    for (size_t i = 0; i < count; i++)
        evidence_note(&terminal->post.evidence, LOG_EVENT_ACCESS,
            evidence_body(&terminal->post.evidence, "somebody", "auditor"));
    terminal_until(terminal->post.evidence.pending == 0);
}

static void test_L7_what_is_told_again_is_what_was_told(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    decide(id);
    append(300); /* more than a step behind it */
    json_t *told = transaction_json(transactions->newest);
    assert_int_equal(ask(&asking, id), REASON_DONE);
    assert_true(json_equal(asking.recall.answer, told));
    assert_string_equal(asking.recall.receipt, transactions->newest->plain_receipt);
    transaction_recall_finish(&asking.recall);
    json_decref(told);
    assert_int_equal(terminal->post.work.count, 0);
}

static void test_L7_one_that_ends_far_behind_its_opening_is_found(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_ready(1);
    append(300);
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(ask(&asking, transaction->id), REASON_DONE);
    transaction_recall_finish(&asking.recall);
}

struct erasing {
    struct journal_job job;
    uint64_t seq;
    bool done;
};

static enum reason erase(struct journal_job *job, struct store *store, struct failure *failure)
{
    const uint64_t seq = ((struct erasing *)job)->seq;
    struct seq_range range = {seq, seq};
    const struct seq_ranges ranges = {.items = &range, .count = 1, .capacity = 1};
    struct log_draft draft = {LOG_EVENT_ERASURE,
        json_pack("{s:s, s:s, s:s}", "actor", "kordond", "role", "system", "justification", "retention")};
    struct journal_outcome outcome;
    enum reason reason = journal_erase(store, &ranges, NULL, &draft, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

static void on_erased(struct journal_job *job)
{
    ((struct erasing *)job)->done = true;
}

/* What would say so is gone: that is neither "found" nor "undecided". */
static void test_L5_what_was_erased_is_no_no(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    decide(id);
    assert_int_equal(ask(&asking, id), REASON_DONE);
    struct erasing erasing = {.job = {.run = erase, .done = on_erased}, .seq = asking.recall.seq};
    transaction_recall_finish(&asking.recall);
    journal_thread_run(terminal->post.workers.journal, &erasing.job);
    terminal_until(erasing.done);
    assert_int_equal(erasing.job.reason, REASON_DONE);
    assert_int_equal(ask(&asking, id), REASON_TRANSACTION_ERASED);
    assert_null(asking.recall.answer);
    assert_null(asking.recall.receipt);
}

/* The end of the log proves nothing by itself: an entry behind the question does. */
static void test_L7_that_there_is_no_end_is_proven_by_an_entry(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_ready(1);
    transaction->request.legal_basis[0] = '\0';
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(transaction->state, TRANSACTION_STATE_FAILED);
    assert_int_equal(ask(&asking, transaction->id), REASON_TRANSACTION_UNDECIDED);
    assert_null(asking.recall.answer);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_ACCESS), 1);
}

/* Behind a start of kordond nothing of what was open before it can be: that needs no entry. */
static void test_L7_a_start_is_the_end_of_what_was_open(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_open();
    evidence_note(&terminal->post.evidence, LOG_EVENT_START,
        evidence_body(&terminal->post.evidence, "kordond", "system"));
    append(100);
    assert_int_equal(ask(&asking, transaction->id), REASON_TRANSACTION_UNDECIDED);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_ACCESS), 0);
}

/* Where nothing can be written nothing is known, and that is no "undecided". */
static void test_L7_what_can_t_be_proven_is_no_no(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_open();
    terminal->post.configuration.log.unit[0] = '\0';
    terminal->principal.name[0] = '\0'; /* the entry is refused: it has no actor */
    assert_int_equal(ask(&asking, transaction->id), REASON_BAD_VALUE);
    assert_null(asking.recall.answer);
}

static void test_T7_who_is_not_the_owner_is_told_nothing(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    decide(id);
    struct principal other = terminal->principal;
    other.uid++;
    assert_int_equal(start(&asking, id, &other), REASON_TRANSACTION_NOT_FOUND);
    other.proof = PRINCIPAL_UNPROVEN;
    other.uid--;
    assert_int_equal(start(&asking, id, &other), REASON_TRANSACTION_NOT_FOUND);
    id[0] = id[0] == '0' ? '1' : '0';
    assert_int_equal(ask(&asking, id), REASON_TRANSACTION_NOT_FOUND);
}

static void test_L4_a_supervisor_s_question_is_recorded_first(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    decide(id);
    struct principal supervisor = terminal->principal;
    supervisor.uid++;
    supervisor.roles = ROLE_SUPERVISOR;
    assert_int_equal(start(&asking, id, &supervisor), REASON_DONE);
    terminal_until(asking.done);
    assert_int_equal(asking.recall.reason, REASON_DONE);
    transaction_recall_finish(&asking.recall);
    assert_int_equal(terminal_entries(id, LOG_EVENT_ACCESS), 1);
}

/* Marks of owners are short: who has that of another, who is another person all the same, is told nothing. Simulated by an id that
 * says the stranger's mark, though the entry is the owner's. */
static void test_T7_whoever_has_the_mark_of_another_gets_nothing_of_his(void **state)
{
    (void)state;
    static const struct principal strangers[] = {{.proof = PRINCIPAL_BY_SOCKET, .uid = 99, .name = "uid:99"},
        {.proof = PRINCIPAL_BY_SOCKET, .uid = 1007, .registered = true, .name = "person:gate7"},
        {.proof = PRINCIPAL_BY_CERTIFICATE, .registered = true, .name = "device:gate7"},
        {.proof = PRINCIPAL_BY_CERTIFICATE, .name = "certificate:post-ca/DNS:gate7"}};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        struct asking asking;
        struct principal owner = terminal->principal, stranger = strangers[i];
        char id[TRANSACTION_ID_SIZE];
        stranger.roles = ROLE_TERMINAL;
        /* opened by the stranger, so that the id has his mark, but recorded as the owner's */
        terminal->principal = stranger;
        struct transaction *transaction = terminal_ready(1);
        terminal->principal = transaction->owner = owner;
        memcpy(id, transaction->id, sizeof id);
        assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
        terminal_wait();
        assert_int_equal(start(&asking, id, &stranger), REASON_DONE);
        terminal_until(asking.done);
        assert_int_equal(asking.recall.reason, REASON_TRANSACTION_NOT_FOUND);
        assert_null(asking.recall.answer);
        transaction_recall_finish(&asking.recall);
    }
}

/* A registered person is told what was his, whatever proves who he is. */
static void test_T7_a_person_is_the_same_by_each_proof(void **state)
{
    (void)state;
    const struct principal before = terminal->principal;
    struct principal anna = {.proof = PRINCIPAL_BY_SOCKET,
        .registered = true,
        .uid = 1007,
        .roles = ROLE_TERMINAL,
        .name = "person:anna",
        .proven_by = "user:anna uid 1007"};
    struct asking asking;
    char id[TRANSACTION_ID_SIZE];
    terminal->principal = anna;
    decide(id);
    anna.proof = PRINCIPAL_BY_CERTIFICATE;
    anna.uid = 0;
    assert_int_equal(start(&asking, id, &anna), REASON_DONE);
    terminal_until(asking.done);
    assert_int_equal(asking.recall.reason, REASON_DONE);
    transaction_recall_finish(&asking.recall);
    terminal->principal = before;
    assert_int_equal(ask(&asking, id), REASON_TRANSACTION_NOT_FOUND);
}

/* A user's number is given to another one when he is gone. */
static void test_T7_who_has_the_number_of_another_gets_nothing_of_his(void **state)
{
    (void)state;
    struct asking asking;
    char id[TRANSACTION_ID_SIZE], name[PRINCIPAL_NAME_SIZE];
    memcpy(name, terminal->principal.name, sizeof name);
    snprintf(terminal->principal.name, sizeof terminal->principal.name, "user:anna");
    decide(id);
    snprintf(terminal->principal.name, sizeof terminal->principal.name, "user:borys");
    assert_int_equal(ask(&asking, id), REASON_TRANSACTION_NOT_FOUND);
    assert_null(asking.recall.answer);
    transaction_recall_finish(&asking.recall);
    snprintf(terminal->principal.name, sizeof terminal->principal.name, "user:anna");
    assert_int_equal(ask(&asking, id), REASON_DONE);
    transaction_recall_finish(&asking.recall);
    snprintf(terminal->principal.name, sizeof terminal->principal.name,
        "uid:0"); /* known by number only, now or then */
    assert_int_equal(ask(&asking, id), REASON_DONE);
    transaction_recall_finish(&asking.recall);
    memcpy(terminal->principal.name, name, sizeof name);
}

static void test_A9_one_principal_asks_so_much_at_once(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking[RECALLS_EACH + 1];
    decide(id);
    for (size_t i = 0; i < RECALLS_EACH; i++)
        assert_int_equal(start(&asking[i], id, &terminal->principal), REASON_DONE);
    assert_int_equal(start(&asking[RECALLS_EACH], id, &terminal->principal), REASON_BUSY);
    for (size_t i = 0; i < RECALLS_EACH; i++) {
        terminal_until(asking[i].done);
        assert_int_equal(asking[i].recall.reason, REASON_DONE);
        transaction_recall_finish(&asking[i].recall);
    }
    assert_int_equal(ask(&asking[0], id), REASON_DONE);
    transaction_recall_finish(&asking[0].recall);
}

/* Nobody fills the log by asking for what is not there. */
static void test_A9_entries_are_not_caused_without_end_by_asking(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_open();
    enum reason reason = REASON_TRANSACTION_UNDECIDED;
    terminal->post.quota.entries_a_minute = 1;
    unsigned asked = 0;
    while (reason == REASON_TRANSACTION_UNDECIDED && asked++ < 100)
        reason = ask(&asking, transaction->id);
    assert_int_equal(reason, REASON_BUSY);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_ACCESS), asked - 1);
}

static void test_a_stop_ends_what_is_being_looked_for(void **state)
{
    (void)state;
    struct asking asking;
    struct transaction *transaction = terminal_open();
    append(300);
    assert_int_equal(start(&asking, transaction->id, &terminal->principal), REASON_DONE);
    transactions_stop(&terminal->post.transactions);
    terminal_until(asking.done);
    assert_int_equal(asking.recall.reason, REASON_STOPPING);
    assert_int_equal(start(&asking, transaction->id, &terminal->principal), REASON_STOPPING);
    terminal_until(terminal->post.work.count == 0);
}

/* Found whole, or not found for want of memory; never anything between, and never "undecided". */
static void test_A8_memory_that_ends_anywhere_in_a_recall(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    decide(id);
    assert_int_equal(ask(&asking, id), REASON_DONE); /* the reader's store is open from now on */
    transaction_recall_finish(&asking.recall);
    for (long successes = 0;; successes++) {
        failing_memory_set(successes);
        enum reason reason = ask(&asking, id);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        if (reason == REASON_DONE)
            assert_true(asking.recall.answer != NULL && asking.recall.receipt != NULL);
        else
            assert_true(
                failed && reason != REASON_TRANSACTION_UNDECIDED && reason != REASON_TRANSACTION_NOT_FOUND);
        transaction_recall_finish(&asking.recall);
        if (!failed)
            break;
    }
}

/* Entries about a question that lack for what, or why. */
static unsigned entries_that_lack_something(void)
{
    json_t *log = state_directory_log(&terminal->state);
    unsigned found = 0;
    for (size_t seq = 0; seq < json_array_size(log); seq++) {
        const json_t *entry = json_array_get(log, seq), *body = json_object_get(entry, "body");
        bool whole = json_object_get(body, "read") != NULL && json_object_get(body, "asked_for") != NULL &&
                     json_object_get(body, "justification") != NULL;
        found += state_directory_entry_is(entry, LOG_EVENT_ACCESS) && !whole;
    }
    json_decref(log);
    return found;
}

/* Recorded whole before anything is shown, or nothing is recorded. */
static void test_L4_of_what_is_asked_nothing_is_missing_where_memory_ends(void **state)
{
    (void)state;
    char id[TRANSACTION_ID_SIZE];
    struct asking asking;
    json_memory_wipe_when_freed(); /* the library's allocations pass through ours, which fail */
    decide(id);
    terminal->principal.uid++;
    terminal->principal.roles = ROLE_SUPERVISOR;
    assert_int_equal(ask(&asking, id), REASON_DONE); /* the reader's store is open from now on */
    transaction_recall_finish(&asking.recall);
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        failing_memory_set(successes);
        (void)ask(&asking, id);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        transaction_recall_finish(&asking.recall);
        assert_int_equal(entries_that_lack_something(), 0);
    }
}

/* --- What only kordond can read */

static void test_T4_an_id_says_where_and_whose_to_its_maker_alone(void **state)
{
    (void)state;
    const struct transaction_secrets *secrets = &terminal->post.transactions.secrets;
    const struct transaction_origin origin = {
        .log_size = 0xfedcba9876, .log_mark = 0x1234, .owner_mark = 0xfffffffe};
    struct transaction_origin read = {0};
    struct transaction_secrets others;
    const uint8_t root[KEY_BYTES] = {1};
    char id[TRANSACTION_ID_SIZE], again[TRANSACTION_ID_SIZE];
    assert_int_equal(transaction_id_make(secrets, &origin, id, NULL), REASON_DONE);
    assert_int_equal(transaction_id_make(secrets, &origin, again, NULL), REASON_DONE);
    assert_string_not_equal(id, again);
    assert_true(transaction_id_read(secrets, id, strlen(id), &read));
    assert_true(read.log_size == origin.log_size && read.log_mark == origin.log_mark &&
                read.owner_mark == origin.owner_mark);
    assert_int_equal(transaction_secrets_init(&others, root, NULL), REASON_DONE);
    assert_true(transaction_id_read(&others, id, strlen(id), &read));
    assert_false(read.log_size == origin.log_size || read.owner_mark == origin.owner_mark);
    transaction_secrets_finish(&others);
    assert_false(transaction_id_read(&others, id, strlen(id), &read)); /* without keys */
    assert_int_equal(transaction_id_make(&others, &origin, id, NULL), REASON_KEY_MISSING);
    assert_int_equal(
        transaction_id_make(secrets, &(struct transaction_origin){.log_size = UINT64_C(1) << 40}, id, NULL),
        REASON_BAD_ARGUMENT);
    assert_false(transaction_id_read(secrets, "0123456789ABCDEF0123456789abcdef", 32, &read));
    assert_false(transaction_id_read(secrets, again, strlen(again) - 2, &read));
}

static void test_T2_a_kept_answer_opens_for_its_transaction_alone(void **state)
{
    (void)state;
    const struct transaction_secrets *secrets = &terminal->post.transactions.secrets;
    const char id[] = "00000000000000000000000000000001", other[] = "00000000000000000000000000000002";
    char *sealed, *longer, *answer;
    size_t size;
    assert_int_equal(transaction_answer_seal(secrets, id, "{}", 2, &sealed, NULL), REASON_DONE);
    assert_int_equal(
        transaction_answer_seal(secrets, id, "{\"decision\":\"match\"}", 20, &longer, NULL), REASON_DONE);
    assert_int_equal(strlen(sealed), strlen(longer));
    free(longer);
    assert_int_equal(transaction_answer_open(secrets, id, sealed, &answer, &size, NULL), REASON_DONE);
    assert_memory_equal(answer, "{} ", 3);
    free(answer);
    assert_int_equal(
        transaction_answer_open(secrets, other, sealed, &answer, &size, NULL), REASON_SEAL_BROKEN);
    assert_null(answer);
    sealed[40] = sealed[40] == 'A' ? 'B' : 'A';
    assert_int_equal(transaction_answer_open(secrets, id, sealed, &answer, &size, NULL), REASON_SEAL_BROKEN);
    sealed[40] = '*';
    assert_int_equal(transaction_answer_open(secrets, id, sealed, &answer, &size, NULL), REASON_SEAL_BROKEN);
    assert_int_equal(transaction_answer_open(secrets, id, "AAAA", &answer, &size, NULL), REASON_SEAL_BROKEN);
    free(sealed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, terminal_set_up, terminal_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_L7_what_is_told_again_is_what_was_told),
        TEST(test_L7_one_that_ends_far_behind_its_opening_is_found),
        TEST(test_L5_what_was_erased_is_no_no),
        TEST(test_L7_that_there_is_no_end_is_proven_by_an_entry),
        TEST(test_L7_a_start_is_the_end_of_what_was_open),
        TEST(test_L7_what_can_t_be_proven_is_no_no),
        TEST(test_T7_who_is_not_the_owner_is_told_nothing),
        TEST(test_L4_a_supervisor_s_question_is_recorded_first),
        TEST(test_T7_whoever_has_the_mark_of_another_gets_nothing_of_his),
        TEST(test_T7_a_person_is_the_same_by_each_proof),
        TEST(test_T7_who_has_the_number_of_another_gets_nothing_of_his),
        TEST(test_A9_one_principal_asks_so_much_at_once),
        TEST(test_A9_entries_are_not_caused_without_end_by_asking),
        TEST(test_a_stop_ends_what_is_being_looked_for),
        TEST(test_A8_memory_that_ends_anywhere_in_a_recall),
        TEST(test_L4_of_what_is_asked_nothing_is_missing_where_memory_ends),
        TEST(test_T4_an_id_says_where_and_whose_to_its_maker_alone),
        TEST(test_T2_a_kept_answer_opens_for_its_transaction_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
