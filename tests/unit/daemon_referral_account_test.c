/* What the log says of a referral: verdicts before their time as commitments alone, and then what proves them. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/account.h"
#include "daemon/referrals/course.h"
#include "json/text.h"
#include "tests/unit/referral_made.h"

static struct evidence evidence = {.unit = "Post 7"};
static struct referral_case of;
static struct referral_course course;

static json_t *done(struct referral_act act, const struct principal *by)
{
    struct referral_course before = course;
    assert_int_equal(referral_act_apply(&of, &course, &act, NULL), REASON_DONE);
    json_t *body = referral_account(&evidence, by, &of, &course, &act, &before);
    assert_non_null(body);
    return body;
}

static const char *text_of(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    return text != NULL ? text : "";
}

static bool says(const json_t *body, const char *word)
{
    size_t size;
    char *text = json_text(body, &size);
    assert_non_null(text);
    bool found = strstr(text, word) != NULL;
    free(text);
    return found;
}

static struct referral_act verdict_act(
    const struct principal *by, enum referral_verdict verdict, uint8_t salt)
{
    struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, by);
    act.verdict = verdict;
    act.words = "delta and core agree";
    memset(act.salt, salt, sizeof act.salt);
    return act;
}

/* What was committed to, computed anew from what was opened. */
static void assert_opened(const json_t *seat, const char *commitment)
{
    char text[DIGEST_HEX_SIZE], *committed;
    size_t size;
    char *shown = json_text(json_object_get(seat, "shown"), &size);
    assert_non_null(shown);
    uint8_t salt[COMMIT_SALT_BYTES], code[DIGEST_BYTES];
    struct digest *digest;
    assert_true(hex_parse(text_of(seat, "verdict_salt"), salt, sizeof salt));
    const json_int_t candidate = json_integer_value(json_object_get(seat, "candidate"));
    char meant[40] = "";
    if (candidate != 0)
        snprintf(meant, sizeof meant, "\"candidate\":%lld,", (long long)candidate);
    assert_true(asprintf(&committed, "{%s\"reason\":\"%s\",\"shown\":%s,\"verdict\":\"%s\"}", meant,
                    text_of(seat, "reason"), shown, text_of(seat, "verdict")) > 0);
    assert_int_equal(digest_create(&digest, NULL), REASON_DONE);
    assert_int_equal(digest_commit(digest, salt, committed, strlen(committed), code, NULL), REASON_DONE);
    digest_destroy(digest);
    assert_string_equal(hex_format(code, sizeof code, text), commitment);
    free(committed);
    free(shown);
}

static void test_H5_the_log_proves_that_no_verdict_was_seen_before_its_time(void **state)
{
    (void)state;
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);

    struct referral_act act = made_act(REFERRAL_JUDGE_PROBE, &olena);
    act.judgement = PROBE_LIMITED;
    act.words = "smeared at the core";
    json_t *judged = done(act, &olena);
    assert_string_equal(text_of(judged, "what"), "probe judged");
    assert_int_equal(strlen(text_of(judged, "commitment")), 64);
    assert_false(says(judged, "limited") || says(judged, "smeared"));

    json_t *first = done(verdict_act(&olena, VERDICT_HIT, 7), &olena);
    assert_string_equal(text_of(first, "what"), "verdict given");
    assert_string_equal(text_of(first, "actor"), "person:olena");
    assert_false(says(first, "\"hit\"") || says(first, "delta") || says(first, "outcome"));

    json_t *second = done(verdict_act(&taras, VERDICT_HIT, 9), &taras);
    assert_string_equal(text_of(second, "what"), "outcome");
    assert_string_equal(text_of(second, "outcome"), "hit");
    const json_t *verdicts = json_object_get(second, "verdicts");
    assert_int_equal(json_array_size(verdicts), 2);
    const json_t *hers = json_array_get(verdicts, 1);
    assert_string_equal(text_of(hers, "examiner"), "person:olena");
    assert_opened(hers, text_of(first, "commitment"));
    assert_string_equal(text_of(hers, "judgement_words"), "smeared at the core");
    json_decref(judged);
    json_decref(first);
    json_decref(second);
}

/* An act of that kind by who was shown those of three candidates, and one more whom the list has no more. */
static json_t *resting_on(enum referral_act_kind kind, enum referral_verdict verdict, uint64_t references,
    const struct principal *by)
{
    static const struct referral_standing three[3] = {0};
    struct referral_act act = verdict_act(by, verdict, 7);
    act.kind = kind;
    act.candidate = verdict == VERDICT_HIT ? 1 : 0;
    act.candidates = three;
    act.candidate_count = 3;
    act.shown.references = references;
    act.shown.gone = 2;
    return done(act, by);
}

/* A verdict is opened with the references on which it rests, and a judgement of the probe rests on none. */
static void test_H3_the_log_says_whose_references_the_judge_was_shown(void **state)
{
    (void)state;
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    struct referral_act act = made_act(REFERRAL_JUDGE_PROBE, &olena);
    act.judgement = PROBE_USABLE;
    json_t *body = done(act, &olena);
    assert_true(says(body, "\"looked\":true") && !says(body, "shown"));
    json_decref(body);
    json_t *first = resting_on(REFERRAL_GIVE_VERDICT, VERDICT_HIT, 5, &olena);
    made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
    body = resting_on(REFERRAL_GIVE_VERDICT, VERDICT_INCONCLUSIVE, 0, &taras);
    const json_t *verdicts = json_object_get(body, "verdicts");
    assert_true(says(json_array_get(verdicts, 0), "\"shown\":[1,3]"));
    assert_true(says(json_array_get(verdicts, 0), "\"candidate\":1"));
    assert_false(says(json_array_get(verdicts, 1), "\"candidate\":"));
    assert_true(says(json_array_get(verdicts, 1), "\"shown\":[]"));
    assert_opened(json_array_get(verdicts, 0), text_of(first, "commitment"));
    json_decref(first);
    json_decref(body);
    body = resting_on(REFERRAL_OVERRIDE, VERDICT_HIT, 3, &sofia);
    assert_true(says(body, "\"looked\":true") && says(body, "\"shown\":[1,2]"));
    assert_true(says(body, "\"candidate\":1"));
    json_decref(body);
}

/* Who was shown no reference can have found nothing else than that it is inconclusive: neither the entry about a verdict that is not opened yet, nor its
 * length, tells how many were shown, or any other part of it; nor does what is kept of it tell that by its length. */
static void test_H5_what_was_shown_is_not_told_before_the_verdict_is(void **state)
{
    (void)state;
    static const uint64_t shown[] = {0, 1, 2, 7};
    const struct principal olena = made_person("olena", ROLE_EXAMINER);
    size_t size = 0, kept_size = 0;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        size_t now, kept_now;
        of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
        course = made_course(&of, 2);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        json_t *body = resting_on(REFERRAL_GIVE_VERDICT, VERDICT_INCONCLUSIVE, shown[i], &olena);
        assert_false(says(body, "shown"));
        assert_true(says(body, "\"looked\":true"));
        char *text = json_text(body, &now), *kept = referral_course_text(&of, &course, &kept_now);
        assert_true(text != NULL && kept != NULL);
        assert_true(i == 0 || (now == size && kept_now == kept_size));
        size = now;
        kept_size = kept_now;
        free(text);
        free(kept);
        json_decref(body);
    }
}

/* Another verdict, reason, salt, or what was shown is another commitment. */
static void test_H5_a_commitment_binds_all_of_a_verdict(void **state)
{
    (void)state;
    struct referral_seat seat = {.phase = SEAT_DONE, .verdict = VERDICT_HIT, .reason = "a"};
    char first[DIGEST_HEX_SIZE], other[DIGEST_HEX_SIZE];
    assert_int_equal(referral_commit_verdict(&seat, first, NULL), REASON_DONE);
    seat.verdict = VERDICT_INCONCLUSIVE;
    assert_int_equal(referral_commit_verdict(&seat, other, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
    seat.verdict = VERDICT_HIT;
    seat.reason[0] = 'b';
    assert_int_equal(referral_commit_verdict(&seat, other, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
    seat.reason[0] = 'a';
    seat.verdict_salt[31] = 1;
    assert_int_equal(referral_commit_verdict(&seat, other, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
    seat.verdict_salt[31] = 0;
    seat.shown_kept = true;
    assert_int_equal(referral_commit_verdict(&seat, other, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
    seat.shown = 1;
    assert_int_equal(referral_commit_verdict(&seat, first, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
    seat.candidate = 1;
    assert_int_equal(referral_commit_verdict(&seat, other, NULL), REASON_DONE);
    assert_string_not_equal(first, other);
}

/* Each act says who did it, in which role, to which referral; what it lacks memory for is not said at all. */
static void test_L1_each_act_is_told(void **state)
{
    (void)state;
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           anna = made_person("anna", ROLE_EXAMINER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR);
    of = made_case(ALERT_CATEGORY_DISCREET_CHECK);
    course = made_course(&of, 2);
    json_t *body = done(made_act(REFERRAL_TAKE, &olena), &olena);
    assert_string_equal(text_of(body, "what"), "referral taken");
    assert_string_equal(text_of(body, "role"), "examiner");
    assert_string_equal(text_of(body, "referral"), of.id);
    assert_string_equal(text_of(body, "transaction"), of.transaction);
    assert_string_equal(text_of(body, "purpose"), "border_check");
    assert_string_equal(text_of(body, "route"), "silent");
    assert_int_equal(json_integer_value(json_object_get(body, "examiners")), 2);
    json_decref(body);
    struct referral_act act = made_act(REFERRAL_HAND_OVER, &olena);
    act.to = referral_person_of(&anna);
    act.to_roles = anna.roles;
    body = done(act, &olena);
    assert_string_equal(text_of(body, "to"), "person:anna");
    assert_string_equal(text_of(json_object_get(body, "seat"), "examiner"), "person:olena");
    json_decref(body);
    const struct referral_report told = {"lane 3", "", "", "", "two men", "", ""};
    act = made_act(REFERRAL_REPORT, &olena);
    act.report = &told;
    body = done(act, &olena);
    assert_string_equal(text_of(json_object_get(body, "report"), "companions"), "two men");
    assert_int_equal(json_object_size(json_object_get(body, "report")), 2);
    json_decref(body);
    act = made_act(REFERRAL_OVERRIDE, &sofia);
    act.verdict = VERDICT_INCONCLUSIVE;
    act.now_ms = MADE_MATCH_MS + 31 * INT64_C(60000);
    body = done(act, &sofia);
    assert_string_equal(text_of(body, "what"), "overridden");
    assert_string_equal(text_of(body, "justification"), "why");
    assert_int_equal(json_array_size(json_object_get(body, "verdicts")), 1);
    json_decref(body);
}

/* A look at a print is a consultation, which owes its ground. */
static void test_L2_a_look_says_on_what_ground(void **state)
{
    (void)state;
    const struct principal sofia = made_person("sofia", ROLE_SUPERVISOR);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    json_t *body = referral_account_of_look(&evidence, &sofia, &of, &course,
        &(struct referral_looking){
            .look = REFERRAL_LOOK_REFERENCE, .candidate = 2, .position = FINGER_RIGHT_INDEX});
    assert_string_equal(text_of(body, "what"), "reference seen");
    assert_string_equal(text_of(body, "role"), "supervisor");
    assert_string_equal(text_of(body, "finger"), "right_index");
    assert_int_equal(json_integer_value(json_object_get(body, "candidate")), 2);
    static const char *const owed[] = {"purpose", "legal_basis", "justification"};
    for (size_t i = 0; i < 3; i++)
        assert_string_not_equal(text_of(body, owed[i]), "");
    json_decref(body);
}

/* As it judged who may sit: by the register in force, of each who was in none, and of nobody else. A silent one's entries say no less. */
static void test_H2_an_entry_says_as_whom_the_register_has_those_before_it(void **state)
{
    (void)state;
    static const enum alert_category categories[] = {
        ALERT_CATEGORY_WANTED_FOR_ARREST, ALERT_CATEGORY_DISCREET_CHECK};
    static const struct register_holder lane = {.is_device = true, .name = "device:lane-3"},
                                        nadia = {.name = "person:nadia"};
    static struct register_proof proofs[] = {{.holder = &lane, .uid = 7}, {.holder = &nadia, .uid = 1000}};
    const struct staff_register before = {.proofs = proofs, .proof_count = 1},
                                now = {.proofs = proofs, .proof_count = 2};
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR);
    const struct principal unknown = {
        .proof = PRINCIPAL_BY_SOCKET, .uid = 1000, .name = "user:nadia", .roles = ROLE_SUPERVISOR};
    const struct referral_looking looking = {.look = REFERRAL_LOOK_PROBE};
    for (size_t i = 0; i < 2; i++) {
        of = made_case(categories[i]);
        course = made_course(&of, 2);
        json_t *body = done(made_act(REFERRAL_TAKE, &olena), &olena);
        assert_null(json_object_get(body, "registered_as"));
        json_decref(body);
        snprintf(of.owner, sizeof of.owner, "uid:7");
        referral_know(&of, &course, &before);
        course.lookers[course.looker_count++] = referral_person_of(&unknown);
        body = referral_account_of_look(&evidence, &sofia, &of, &course, &looking);
        const json_t *told = json_object_get(body, "registered_as");
        assert_int_equal(json_object_size(told), 2);
        assert_string_equal(text_of(told, "uid:7"), "device:lane-3");
        assert_string_equal(json_string_value(json_object_get(told, "uid:1000")), "");
        json_decref(body);
        referral_know(&of, &course, &now);
        body = done(made_act(REFERRAL_GIVE_BACK, &olena), &olena);
        assert_string_equal(text_of(json_object_get(body, "registered_as"), "uid:1000"), "person:nadia");
        json_decref(body);
    }
}

/* Who has several roles looks, reports and records a claim in one and the same. */
static void test_L1_who_looks_and_reports_does_so_in_one_role(void **state)
{
    (void)state;
    static const struct {
        unsigned roles;
        const char *told;
    } people[] = {{ROLE_EXAMINER | ROLE_PROTECTION_OFFICER, "protection_officer"},
        {ROLE_EXAMINER | ROLE_SUPERVISOR, "examiner"}, {ROLE_SUPERVISOR, "supervisor"}};
    const struct referral_report told = {"lane 3", "", "", "", "", "", ""};
    const struct referral_looking looking = {.look = REFERRAL_LOOK_PROBE};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        const struct principal both = made_person("olena", people[i].roles);
        of = made_case(ALERT_CATEGORY_DISCREET_CHECK);
        course = made_course(&of, 2);
        struct referral_act act = made_act(REFERRAL_REPORT, &both);
        act.report = &told;
        json_t *body = done(act, &both);
        assert_string_equal(text_of(body, "role"), people[i].told);
        json_decref(body);
        act = made_act(REFERRAL_LOOK, &both);
        act.looking = &looking;
        body = done(act, &both);
        assert_string_equal(text_of(body, "role"), people[i].told);
        json_decref(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H5_the_log_proves_that_no_verdict_was_seen_before_its_time),
        cmocka_unit_test(test_H3_the_log_says_whose_references_the_judge_was_shown),
        cmocka_unit_test(test_H5_what_was_shown_is_not_told_before_the_verdict_is),
        cmocka_unit_test(test_H5_a_commitment_binds_all_of_a_verdict),
        cmocka_unit_test(test_L1_each_act_is_told),
        cmocka_unit_test(test_L2_a_look_says_on_what_ground),
        cmocka_unit_test(test_H2_an_entry_says_as_whom_the_register_has_those_before_it),
        cmocka_unit_test(test_L1_who_looks_and_reports_does_so_in_one_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
