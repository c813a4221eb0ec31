/* Who may sit at a referral after what was read of it in the log: by him, by who may be he, and by nobody knows whom (H5). */
#include "daemon/referrals/log_readers.h"
#include "store/journal_erasure.h"
#include "tests/unit/daemon_referral_room.h"

/* --- Readings -------------------------------------------------------------------------------------------------- */

/* The entry's number; body is given over. */
static uint64_t append(enum log_event event, json_t *body)
{
    const struct log_draft draft = {event, body};
    struct journal_outcome outcome;
    close_journal();
    assert_int_equal(journal_append(room->state.store, &draft, 1, &outcome, NULL), REASON_DONE);
    const uint64_t seq = outcome.seq;
    journal_outcome_finish(&outcome);
    json_decref(body);
    start_journal();
    return seq;
}

static uint64_t read_log(const char *by, const char *what, const char *key, const char *withheld)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", by, "role", "supervisor", "read", what);
    if (key != NULL)
        json_object_set_new(body, key, json_string(withheld));
    return append(LOG_EVENT_ACCESS, body);
}

/* proof: as evidence_body_of() says it; uid -1: he did not come by the socket. */
static void read_all(const char *by, const char *proof, int uid)
{
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s}", "actor", by, "actor_proof", proof, "role", "auditor", "read", "files");
    if (uid >= 0)
        json_object_set_new(body, "actor_uid", json_integer(uid));
    append(LOG_EVENT_ACCESS, body);
}

static void erase(uint64_t seq)
{
    struct seq_range range = {seq, seq};
    const struct seq_ranges ranges = {.items = &range, .count = 1, .capacity = 1};
    struct log_draft draft = {LOG_EVENT_ERASURE,
        json_pack("{s:s, s:s, s:s}", "actor", "kordond", "role", "system", "justification", "retention")};
    struct journal_outcome outcome;
    close_journal();
    assert_int_equal(journal_erase(room->state.store, &ranges, NULL, &draft, &outcome, NULL), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    start_journal();
}

static enum reason take_and_leave(const struct principal *by)
{
    const enum reason reason = take(by);
    if (reason == REASON_DONE) {
        const struct referral_verb leaving = verb(by);
        assert_int_equal(came_of(referral_give_back(&leaving, &room->failure)), REASON_DONE);
    }
    return reason;
}

static void assert_refused(const struct principal *by, enum reason reason, const char *why)
{
    assert_int_equal(take(by), reason);
    assert_non_null(strstr(room->failure.detail, why));
    assert_false(known()->under_way);
}

/* The register has one proof, of that person. */
static void know(const char *name, const char *proof, int uid)
{
    static struct register_holder holder;
    static struct register_proof proofs[1];
    holder = (struct register_holder){0};
    proofs[0] = (struct register_proof){
        .holder = &holder, .by_certificate = uid < 0, .uid = uid < 0 ? 0 : (uint32_t)uid};
    snprintf(holder.name, sizeof holder.name, "%s", name);
    snprintf(proofs[0].text, sizeof proofs[0].text, "%s", proof);
    room->post.staff.proofs = proofs;
    room->post.staff.proof_count = 1;
}

static void know_nobody(void)
{
    room->post.staff.proofs = NULL;
    room->post.staff.proof_count = 0;
}

/* --- Who read -------------------------------------------------------------------------------------------------- */

/* Who read the log's bodies since the match takes no seat; who read figures, or was shown nothing of open matches, or read before it, does. */
static void test_H5_who_read_of_it_in_the_log_takes_no_seat(void **state)
{
    (void)state;
    start_journal();
    read_log("person:taras", "entries", NULL, NULL);
    close_journal();
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:taras", "figures", NULL, NULL);
    read_log("person:taras", "entries", "withheld", "open referrals");
    read_log("person:olena", "files", NULL, NULL);
    assert_int_equal(take(&room->olena), REASON_NOT_PERMITTED);
    assert_false(known()->under_way);
    assert_int_equal(take(&room->taras), REASON_DONE);
    struct register_holder holder = {.roles = ROLE_EXAMINER, .name = "person:olena"};
    room->post.staff.holders = &holder;
    room->post.staff.holder_count = 1;
    const struct referral_verb handing = verb(&room->taras);
    assert_int_equal(came_of(referral_hand_over(&handing, "olena", NULL)), REASON_NOT_PERMITTED);
    room->post.staff.holders = NULL;
    room->post.staff.holder_count = 0;
    assert_known_again();
    assert_int_equal(judge(&room->taras), REASON_DONE);
}

/* An export without the bodies of some events shows all others: who left out what is no match's business read of it all the same. */
static void test_H5_who_read_an_export_without_some_events_takes_no_seat(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:taras", "files", "withheld", "access");
    read_log("person:olena", "files", "withheld_events", "access");
    assert_int_equal(take(&room->taras), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->olena), REASON_NOT_PERMITTED);
}

/* Whoever loses his role while the log is read takes no seat and frees none: what he may is asked again where it is
 * recorded. He is told why, and what he holds still lets him do what it lets him do. */
static void test_H2_who_loses_his_role_while_the_log_is_read_takes_no_seat(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct principal both = person("olena", ROLE_EXAMINER | ROLE_SUPERVISOR);
    const struct referral_verb taking = verb(&room->olena);
    assert_int_equal(referral_take(&taking, &room->failure), REASON_DONE);
    room->post.roles_lost = ROLE_EXAMINER;
    assert_int_equal(came_of(REASON_DONE), REASON_NOT_PERMITTED);
    assert_non_null(strstr(room->failure.detail, "you do not hold the role any more"));
    assert_false(known()->under_way);
    assert_int_equal(known()->course.seats[0].phase, SEAT_FREE);
    const struct referral_verb as_one_of_two = verb(&both);
    assert_int_equal(came_of(referral_take(&as_one_of_two, &room->failure)), REASON_NOT_PERMITTED);
    assert_non_null(strstr(room->failure.detail, "it takes an examiner"));
    room->post.roles_lost = ROLE_SUPERVISOR;
    assert_int_equal(take(&both), REASON_DONE);
    const struct referral_verb freeing = verb(&room->sofia);
    assert_int_equal(came_of(referral_free_seat(&freeing, "person:olena", "he is ill", &room->failure)),
        REASON_NOT_PERMITTED);
    room->post.roles_lost = 0;
    assert_int_equal(known()->course.released_count, 0);
}

static const char *const may_be_he = "another person than one who has read the log";
static const char *const he_read = "who has read the log since the match";

/* Whom the register does not know may be anybody; once it knows him he is the one that he is there, for what he read before, too. */
static void test_H5_who_may_have_read_of_it_under_another_name_takes_no_seat(void **state)
{
    (void)state;
    static const struct {
        const char *actor, *proof, *known_by;
        int uid;
    } unknown[] = {{"user:audit", "user:audit uid 7", "user:audit", 7}, {"uid:8", "uid 8", "user:late", 8},
        {"certificate:post-ca/DNS:desk", "certificate:post-ca/DNS:desk", "certificate:post-ca/DNS:desk", -1}};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
        read_all(unknown[i].actor, unknown[i].proof, unknown[i].uid);
        assert_refused(&room->taras, REASON_NOT_PERMITTED, may_be_he);
        assert_refused(&room->olena, REASON_NOT_PERMITTED, may_be_he);
        know("person:taras", unknown[i].known_by, unknown[i].uid);
        assert_refused(&room->taras, REASON_NOT_PERMITTED, he_read);
        assert_int_equal(take_and_leave(&room->olena), REASON_DONE);
        know("person:auditor", unknown[i].known_by, unknown[i].uid);
        assert_int_equal(take(&room->taras), REASON_DONE);
        know_nobody();
        tear_down(state);
        set_up(state);
    }
}

/* The same account, or certificate, under the name of another person of the register. */
static void test_H5_who_read_and_has_another_name_in_the_register_now_takes_no_seat(void **state)
{
    (void)state;
    const struct principal anew = person("sofia-k", ROLE_EXAMINER);
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_all("person:sofia", "user:sofia uid 9", 9);
    know("person:sofia-k", "user:sofia", 9);
    assert_refused(&anew, REASON_NOT_PERMITTED, he_read);
    struct principal examiner = room->sofia;
    examiner.roles = ROLE_EXAMINER;
    assert_refused(&examiner, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(take(&room->olena), REASON_DONE);
    know_nobody();
}

/* Of the machine's users the numbers say whether they are two; of one of them and somebody of the register nothing does. */
static void test_H5_users_of_the_machine_are_known_apart(void **state)
{
    (void)state;
    struct principal reader = {
        .proof = PRINCIPAL_BY_SOCKET, .roles = ROLE_EXAMINER, .uid = 7, .name = "user:a"};
    struct principal other = reader, by_certificate = reader;
    other.uid = 8;
    by_certificate.proof = PRINCIPAL_BY_CERTIFICATE;
    snprintf(by_certificate.name, sizeof by_certificate.name, "certificate:post-ca/DNS:a");
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct referral_case *of = &room->referrals.newest->referrals[0].of;
    read_all("user:a", "user:a uid 7", 7);
    snprintf(of->owner, sizeof of->owner, "certificate:post-ca/DNS:lane");
    assert_refused(&by_certificate, REASON_NOT_PERMITTED, may_be_he);
    snprintf(of->owner, sizeof of->owner, "uid:5");
    assert_refused(&reader, REASON_NOT_PERMITTED, he_read);
    snprintf(reader.name, sizeof reader.name, "user:renamed");
    assert_refused(&reader, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(take(&other), REASON_DONE);
}

/* --- Who read is not known ------------------------------------------------------------------------------------- */

static const char *const not_known = "is not known any more";

/* That nothing is there to be read of a reading is no "nobody read"; of one before the match it does not matter. */
static void test_H5_behind_a_reading_that_was_erased_nobody_takes_a_seat(void **state)
{
    (void)state;
    start_journal();
    const uint64_t before = read_log("person:taras", "entries", NULL, NULL);
    close_journal();
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const uint64_t behind = read_log("person:sofia", "entries", NULL, NULL);
    erase(before);
    assert_int_equal(take_and_leave(&room->taras), REASON_DONE);
    erase(behind);
    restart();
    assert_refused(&room->olena, REASON_REFERRAL_STATE, not_known);
}

static uint64_t match_seq(void)
{
    json_t *log = state_directory_log(&room->state), *entry;
    uint64_t seq = 0;
    size_t i;
    json_array_foreach(log, i, entry)
    {
        if (state_directory_entry_is(entry, LOG_EVENT_CONSULTATION))
            seq = i;
    }
    json_decref(log);
    assert_true(seq > 0);
    return seq;
}

/* Where the match stood is not known then: whoever read at all may have read of it, and who never did has not. */
static void test_H5_where_the_match_s_entry_was_erased_each_reading_counts(void **state)
{
    (void)state;
    start_journal();
    const uint64_t before = read_log("person:taras", "entries", NULL, NULL);
    close_journal();
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take_and_leave(&room->taras), REASON_DONE);
    erase(match_seq());
    restart();
    assert_refused(&room->taras, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(take_and_leave(&room->olena), REASON_DONE);
    erase(before);
    restart();
    assert_refused(&room->olena, REASON_REFERRAL_STATE, not_known);
}

/* What the log's own entries say of who read of that transaction's match, by a store that reads. */
static void look_all(struct log_readers *readers)
{
    close_journal();
    while (!log_readers_are_found(readers))
        assert_int_equal(log_readers_look(readers, room->state.store, NULL), REASON_DONE);
    start_journal();
}

static struct log_readers readers_of(const char *transaction, const struct transaction_origin *origin)
{
    struct log_readers readers = log_readers_of(transaction, origin);
    look_all(&readers);
    return readers;
}

/* Its match is behind the entries that were there when the transaction was opened, as long as it is that log. */
static void test_H5_readings_before_the_transaction_was_opened_do_not_count(void **state)
{
    (void)state;
    uint8_t root[DIGEST_BYTES];
    start_journal();
    erase(read_log("person:taras", "entries", NULL, NULL));
    struct transaction_origin origin = {.log_size = read_log("person:taras", "entries", NULL, NULL) + 1};
    close_journal();
    assert_int_equal(journal_root(room->state.store, origin.log_size, root, NULL), REASON_DONE);
    origin.log_mark = transaction_log_mark(root);
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:sofia", "entries", NULL, NULL);
    erase(match_seq());
    struct log_readers readers = readers_of(MATCH, &origin);
    assert_int_equal(readers.state, LOG_READERS_KNOWN);
    assert_int_equal(readers.count, 1);
    assert_string_equal(readers.items[0].person.identity, "person:sofia");
    log_readers_finish(&readers);
    origin.log_mark ^= 1;
    readers = readers_of(MATCH, &origin);
    assert_int_equal(readers.state, LOG_READERS_LOST);
    log_readers_finish(&readers);
    origin.log_size += 1000;
    readers = readers_of(MATCH, &origin);
    assert_int_equal(readers.state, LOG_READERS_LOST);
    log_readers_finish(&readers);
}

/* In a log that never had the match nobody can tell who read of it. */
static void test_H5_where_the_match_is_not_found_in_the_log_nobody_knows_who_read(void **state)
{
    (void)state;
    const struct transaction_origin unknown = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct log_readers readers = readers_of("ffffffffffffffffffffffffffffffff", &unknown);
    assert_int_equal(readers.state, LOG_READERS_LOST);
    assert_int_equal(
        log_readers_check(&readers, &room->post.staff,
            &(struct referral_person){.identity = "person:olena", .registered = true}, &room->failure),
        REASON_REFERRAL_STATE);
    log_readers_finish(&readers);
    readers = readers_of(MATCH, &unknown);
    assert_int_equal(readers.state, LOG_READERS_KNOWN);
    log_readers_finish(&readers);
}

/* What stands in the log and can't be proven is known to nobody. */
static void test_H5_where_a_reading_cannot_be_proven_nobody_takes_a_seat(void **state)
{
    (void)state;
    char sql[128];
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const uint64_t behind = read_log("person:sofia", "entries", NULL, NULL);
    snprintf(sql, sizeof sql, "DELETE FROM body WHERE seq = %llu", (unsigned long long)behind);
    close_journal();
    state_directory_tamper_beside(&room->state, sql);
    start_journal();
    assert_refused(&room->olena, REASON_ENTRY_BROKEN, "without an erasure entry");
}

/* It is found behind more entries than are looked at in one turn, and so is a reading. */
static void test_H5_a_reading_far_behind_is_found(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:taras", "entries", NULL, NULL);
    close_journal();
    for (size_t i = 0; i < 600; i++)
        state_directory_append(&room->state, "ffffffffffffffffffffffffffffffff");
    start_journal();
    assert_refused(&room->taras, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(take(&room->olena), REASON_DONE);
}

/* Who read of it, as a supervisor may, has nobody go who judges it; another one frees the seat, and he who had it does not come back. */
static void test_H5_who_read_of_it_frees_no_seat(void **state)
{
    (void)state;
    const struct principal marta = person("marta", ROLE_SUPERVISOR);
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    read_log("person:marta", "entries", NULL, NULL);
    struct referral_verb freeing = verb(&marta);
    assert_int_equal(
        came_of(referral_free_seat(&freeing, "person:olena", "ill", &room->failure)), REASON_NOT_PERMITTED);
    assert_non_null(strstr(room->failure.detail, "who has read the log since the match"));
    freeing = verb(&room->sofia);
    assert_int_equal(
        came_of(referral_free_seat(&freeing, "person:olena", "ill", &room->failure)), REASON_DONE);
    assert_int_equal(logged("seat freed"), 1);
    assert_known_again();
    assert_int_equal(known()->course.released[0].seat.judgement, PROBE_USABLE);
    assert_int_equal(take(&room->olena), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->taras), REASON_DONE);
}

/* --- While the log is asked ------------------------------------------------------------------------------------ */

static struct referral_waiter other;
static unsigned other_told;
static enum reason other_came_of;

static void on_other_told(struct referral_waiter *waiter, const struct failure *failure)
{
    assert_ptr_equal(waiter, &other);
    other_told++;
    other_came_of = failure != NULL ? failure->reason : REASON_DONE;
}

static enum reason begin_other(const struct principal *by, struct failure *failure)
{
    const struct referral_verb taking = {
        .referrals = &room->referrals, .by = by, .id = MATCH, .waiter = &other};
    other = (struct referral_waiter){.told = on_other_told};
    other_told = 0;
    return referral_take(&taking, failure);
}

/* He who would be refused keeps nobody else from it, however often he tries; and tries once at a time. */
static void test_H2_takes_that_are_refused_keep_nobody_from_it(void **state)
{
    (void)state;
    struct failure failure = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:taras", "entries", NULL, NULL);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(begin_other(&room->taras, &failure), REASON_DONE);
        assert_false(known()->under_way);
        const struct referral_verb again = verb(&room->taras);
        assert_int_equal(referral_take(&again, &failure), REASON_BUSY);
        assert_non_null(strstr(failure.detail, "wait for its answer"));
        assert_int_equal(take_and_leave(&room->olena), REASON_DONE);
        until(other_told == 1 && room->post.work.count == 0);
        assert_int_equal(other_came_of, REASON_NOT_PERMITTED);
    }
    assert_int_equal(logged("referral taken"), 3);
}

/* Two who ask at once sit down one behind the other, each once. */
static void test_H2_two_take_a_seat_at_once(void **state)
{
    (void)state;
    struct failure failure = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(begin_other(&room->taras, &failure), REASON_DONE);
    const enum reason reason = take(&room->olena);
    until(other_told == 1 && room->post.work.count == 0);
    assert_true(reason == REASON_DONE || reason == REASON_BUSY);
    assert_true(other_came_of == REASON_DONE || other_came_of == REASON_BUSY);
    assert_true(reason == REASON_DONE || other_came_of == REASON_DONE);
    assert_int_equal(
        logged("referral taken"), (reason == REASON_DONE) + (size_t)(other_came_of == REASON_DONE));
}

/* What is read while the log is asked stands before the seat that is asked for. */
static void test_H5_who_reads_while_the_log_is_asked_takes_no_seat(void **state)
{
    (void)state;
    struct failure failure = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(begin_other(&room->taras, &failure), REASON_DONE);
    evidence_note(&room->post.evidence, LOG_EVENT_ACCESS,
        json_pack("{s:s, s:s, s:s}", "actor", "person:taras", "role", "supervisor", "read", "entries"));
    until(other_told == 1 && room->post.work.count == 0);
    assert_int_equal(other_came_of, REASON_NOT_PERMITTED);
    assert_int_equal(logged("referral taken"), 0);
    assert_int_equal(take(&room->olena), REASON_DONE);
}

/* What was looked at is not looked at again, and who was found stays found: also when what said so is erased. */
static void test_H5_who_was_found_once_stays_found(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const uint64_t read = read_log("person:taras", "entries", NULL, NULL);
    assert_refused(&room->taras, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(known()->readers.size, read + 1);
    erase(read);
    assert_refused(&room->taras, REASON_NOT_PERMITTED, he_read);
    assert_int_equal(known()->readers.size, read + 2);
    read_log("person:olena", "entries", NULL, NULL);
    assert_refused(&room->olena, REASON_NOT_PERMITTED, he_read);
    const struct principal anna = person("anna", ROLE_EXAMINER);
    assert_int_equal(take(&anna), REASON_DONE);
    restart();
    assert_refused(&room->taras, REASON_REFERRAL_STATE, not_known);
}

/* From where the last look ended the next one goes on, page by page. */
static void test_H5_a_look_goes_on_where_the_last_one_ended(void **state)
{
    (void)state;
    const struct transaction_origin unknown = {0};
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    read_log("person:taras", "entries", NULL, NULL);
    struct log_readers readers = readers_of(MATCH, &unknown), copy;
    const uint64_t size = readers.size;
    erase(match_seq()); /* it is not asked for again */
    for (size_t i = 0; i < 300; i++)
        read_log("person:taras", "figures", NULL, NULL);
    read_log("person:olena", "entries", NULL, NULL);
    assert_int_equal(log_readers_copy(&copy, &readers, NULL), REASON_DONE);
    log_readers_finish(&readers);
    look_all(&copy);
    assert_int_equal(copy.state, LOG_READERS_KNOWN);
    assert_int_equal(copy.size, size + 302);
    assert_int_equal(copy.count, 2);
    log_readers_finish(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_H5_who_read_of_it_in_the_log_takes_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_who_read_an_export_without_some_events_takes_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_who_may_have_read_of_it_under_another_name_takes_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_who_read_and_has_another_name_in_the_register_now_takes_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_users_of_the_machine_are_known_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_behind_a_reading_that_was_erased_nobody_takes_a_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_where_the_match_s_entry_was_erased_each_reading_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_readings_before_the_transaction_was_opened_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_where_the_match_is_not_found_in_the_log_nobody_knows_who_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_where_a_reading_cannot_be_proven_nobody_takes_a_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_a_reading_far_behind_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_takes_that_are_refused_keep_nobody_from_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H2_two_take_a_seat_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_who_reads_while_the_log_is_asked_takes_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_who_was_found_once_stays_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_a_look_goes_on_where_the_last_one_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_who_read_of_it_frees_no_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_who_loses_his_role_while_the_log_is_read_takes_no_seat, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
