/* What people may do to a referral: seats, verdicts, disagreement, and who may not. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/act.h"
#include "tests/unit/referral_made.h"

static struct referral_case of;
static struct referral_course course;
static struct principal olena, taras, anna, sofia, petro;
static struct failure failure;

static int begin(void **state)
{
    (void)state;
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    olena = made_person("olena", ROLE_EXAMINER);
    taras = made_person("taras", ROLE_EXAMINER);
    anna = made_person("anna", ROLE_EXAMINER);
    sofia = made_person("sofia", ROLE_SUPERVISOR);
    petro = made_person("petro", ROLE_PROTECTION_OFFICER);
    memset(&failure, 0, sizeof failure);
    return 0;
}

/* The course stays as it was where the act is refused. */
static enum reason try(struct referral_act act)
{
    struct referral_course next = course;
    enum reason reason = referral_act_apply(&of, &next, &act, &failure);
    if (reason == REASON_DONE)
        course = next;
    return reason;
}

static enum reason simple(enum referral_act_kind kind, const struct principal *by)
{
    return try(made_act(kind, by));
}

static enum reason word(
    enum referral_act_kind kind, const struct principal *by, enum referral_verdict verdict, int64_t now_ms)
{
    struct referral_act act = made_act(kind, by);
    act.verdict = verdict;
    act.now_ms = now_ms;
    return try(act);
}

/* A machine's match has no outcome: a hit comes of two persons' same verdict, and of nothing else. */
static void test_H1_match_and_hit_differ(void **state)
{
    (void)state;
    for (int first = VERDICT_HIT; first < REFERRAL_VERDICT_COUNT; first++) {
        for (int second = VERDICT_HIT; second < REFERRAL_VERDICT_COUNT; second++) {
            begin(NULL);
            assert_int_equal(course.outcome, VERDICT_NONE);
            made_seat(&of, &course, &olena, SEAT_DONE, (enum referral_verdict)first);
            assert_int_equal(course.outcome, VERDICT_NONE);
            made_seat(&of, &course, &taras, SEAT_DONE, (enum referral_verdict)second);
            assert_int_equal(
                course.state, first == second ? REFERRAL_STATE_DECIDED : REFERRAL_STATE_DISAGREED);
            assert_int_equal(course.outcome, first == second ? first : VERDICT_NONE);
            assert_int_equal(course.outcome_ms != 0, first == second);
        }
    }
}

/* However far both are, the state follows from the seats, and none but two verdicts open anything. */
static void test_H5_every_pair_of_phases(void **state)
{
    (void)state;
    static const enum referral_state expected[REFERRAL_PHASE_COUNT][REFERRAL_PHASE_COUNT] = {
        [SEAT_FREE] = {REFERRAL_STATE_WAITING, REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION,
            REFERRAL_STATE_SECOND_WAITS},
        [SEAT_PROBE] = {REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION,
            REFERRAL_STATE_EXAMINATION},
        [SEAT_COMPARISON] = {REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION,
            REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION},
        [SEAT_DONE] = {REFERRAL_STATE_SECOND_WAITS, REFERRAL_STATE_EXAMINATION, REFERRAL_STATE_EXAMINATION,
            REFERRAL_STATE_DECIDED}};
    for (int first = SEAT_FREE; first < REFERRAL_PHASE_COUNT; first++) {
        for (int second = SEAT_FREE; second < REFERRAL_PHASE_COUNT; second++) {
            begin(NULL);
            made_seat(&of, &course, &olena, (enum referral_phase)first, VERDICT_HIT);
            made_seat(&of, &course, &taras, (enum referral_phase)second, VERDICT_HIT);
            assert_int_equal(course.state, expected[first][second]);
            /* Only what is before the own verdict is given back; then the seat is free for another. */
            bool may = second == SEAT_PROBE || second == SEAT_COMPARISON;
            assert_int_equal(simple(REFERRAL_GIVE_BACK, &taras) == REASON_DONE, may);
            assert_int_equal(course.state, may ? expected[first][SEAT_FREE] : expected[first][second]);
            bool free_seat =
                !referral_state_is_opened(course.state) && (first == SEAT_FREE || second != SEAT_DONE);
            assert_int_equal(simple(REFERRAL_TAKE, &anna) == REASON_DONE, free_seat);
        }
    }
}

/* What somebody is refused is the same whatever is open of another's seat. */
static void test_H5_a_refusal_tells_nothing_of_anothers_seat(void **state)
{
    (void)state;
    static const struct {
        enum referral_act_kind kind;
        enum referral_verdict verdict;
    } tries[] = {{REFERRAL_TAKE, 0}, {REFERRAL_GIVE_BACK, 0}, {REFERRAL_JUDGE_PROBE, 0},
        {REFERRAL_GIVE_VERDICT, VERDICT_HIT}, {REFERRAL_OVERRIDE, VERDICT_HIT},
        {REFERRAL_OVERRIDE, VERDICT_FALSE_POSITIVE}, {REFERRAL_CORRECT, VERDICT_HIT}};
    const int64_t overdue_ms = MADE_MATCH_MS + 31 * INT64_C(60000);
    const struct principal all = made_person("all", ROLE_EXAMINER | ROLE_SUPERVISOR);
    for (int times = 0; times < 2; times++) {
        for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
            struct failure first = {0};
            for (int phase = SEAT_PROBE; phase <= SEAT_DONE; phase++) {
                for (int verdict = VERDICT_HIT; verdict < REFERRAL_VERDICT_COUNT; verdict++) {
                    begin(NULL);
                    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
                    made_seat(
                        &of, &course, &taras, (enum referral_phase)phase, (enum referral_verdict)verdict);
                    (void)word(
                        tries[i].kind, &all, tries[i].verdict, times == 0 ? MADE_MATCH_MS : overdue_ms);
                    if (phase == SEAT_PROBE && verdict == VERDICT_HIT)
                        first = failure;
                    assert_memory_equal(&failure, &first, sizeof failure);
                }
            }
        }
    }
}

/* Two seats are two persons', and neither is the one who had the print taken. */
static void test_H2_the_seats_are_two_other_persons(void **state)
{
    (void)state;
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(simple(REFERRAL_TAKE, &olena), REASON_NOT_PERMITTED);
    assert_string_equal(failure.detail, "you have a seat already: go on with it");
    /* Whatever proves it: the register knows her by one name. */
    struct principal remote = olena;
    remote.proof = PRINCIPAL_BY_CERTIFICATE;
    assert_int_equal(simple(REFERRAL_TAKE, &remote), REASON_NOT_PERMITTED);
    /* Who is not registered could be she. */
    struct principal stranger = {.proof = PRINCIPAL_BY_CERTIFICATE, .roles = ROLE_EXAMINER};
    snprintf(stranger.name, sizeof stranger.name, "certificate:post-ca/DNS:x");
    assert_int_equal(simple(REFERRAL_TAKE, &stranger), REASON_NOT_PERMITTED);
    assert_non_null(strstr(failure.detail, "register both"));
    const struct principal ivan = made_person("ivan", ROLE_EXAMINER);
    assert_int_equal(simple(REFERRAL_TAKE, &ivan), REASON_NOT_PERMITTED);
    struct principal owner = made_person("x", ROLE_EXAMINER);
    snprintf(owner.name, sizeof owner.name, "%s", of.owner);
    assert_int_equal(simple(REFERRAL_TAKE, &owner), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_TAKE, &sofia), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_TAKE, &petro), REASON_REFERRAL_NOT_FOUND);
    assert_int_equal(simple(REFERRAL_TAKE, &taras), REASON_DONE);
}

/* One's own transaction stays so by another proof, where the register does not know both. */
static void test_H2_nobody_judges_his_own_by_another_proof(void **state)
{
    (void)state;
    static const struct {
        const char *owner, *examiner;
        enum principal_proof proof;
        bool registered, may;
    } pairs[] = {{"uid:1000", "certificate:post-ca/DNS:x", PRINCIPAL_BY_CERTIFICATE, false, false},
        {"certificate:post-ca/DNS:lane", "person:x", PRINCIPAL_BY_SOCKET, true, false},
        {"person:y", "certificate:post-ca/DNS:x", PRINCIPAL_BY_CERTIFICATE, false, false},
        {"person:x", "person:x", PRINCIPAL_BY_CERTIFICATE, true, false},
        {"certificate:post-ca/DNS:lane", "certificate:post-ca/DNS:x", PRINCIPAL_BY_CERTIFICATE, false, true},
        {"person:y", "person:x", PRINCIPAL_BY_CERTIFICATE, true, true}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        begin(NULL);
        struct principal examiner = {
            .proof = pairs[i].proof, .registered = pairs[i].registered, .roles = ROLE_EXAMINER};
        snprintf(examiner.name, sizeof examiner.name, "%s", pairs[i].examiner);
        snprintf(of.owner, sizeof of.owner, "%s", pairs[i].owner);
        assert_int_equal(simple(REFERRAL_TAKE, &examiner), pairs[i].may ? REASON_DONE : REASON_NOT_PERMITTED);
    }
    /* Two users of one machine are two. */
    struct principal user = {.proof = PRINCIPAL_BY_SOCKET, .uid = 1001, .roles = ROLE_EXAMINER};
    snprintf(user.name, sizeof user.name, "user:x");
    begin(NULL);
    snprintf(of.owner, sizeof of.owner, "uid:1000");
    assert_int_equal(simple(REFERRAL_TAKE, &user), REASON_DONE);
}

/* The same holds of whom a seat is handed to. */
static void test_H2_a_seat_is_handed_to_another_person(void **state)
{
    (void)state;
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_HIT);
    const struct principal ivan = made_person("ivan", ROLE_EXAMINER);
    const struct {
        const struct principal *to;
        enum reason reason;
    } tries[] = {{&olena, REASON_BAD_VALUE}, {&taras, REASON_NOT_PERMITTED}, {&ivan, REASON_NOT_PERMITTED},
        {&sofia, REASON_NOT_PERMITTED}, {&anna, REASON_DONE}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        struct referral_act act = made_act(REFERRAL_HAND_OVER, &olena);
        act.to = referral_person_of(tries[i].to);
        act.to_roles = tries[i].to->roles;
        assert_int_equal(try(act), tries[i].reason);
    }
    /* She begins anew: what the one before found is not hers. */
    assert_string_equal(course.seats[0].holder.identity, "person:anna");
    assert_int_equal(course.seats[0].phase, SEAT_PROBE);
    assert_int_equal(course.seats[0].judgement, PROBE_NOT_JUDGED);
    assert_int_equal(made_verdict(&of, &course, &olena, VERDICT_HIT), REASON_NOT_PERMITTED);
}

/* Who saw the reference and left judges no probe of it again; who saw the probe alone may come back by himself. */
static void test_H3_who_saw_the_reference_judges_no_probe_again(void **state)
{
    (void)state;
    for (int phase = SEAT_PROBE; phase <= SEAT_COMPARISON; phase++) {
        for (int handed = 0; handed < 2; handed++) {
            begin(NULL);
            made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_NONE);
            struct referral_act act = made_act(handed ? REFERRAL_HAND_OVER : REFERRAL_GIVE_BACK, &olena);
            act.to = referral_person_of(&anna);
            act.to_roles = ROLE_EXAMINER;
            assert_int_equal(try(act), REASON_DONE);
            assert_int_equal(simple(REFERRAL_TAKE, &olena) == REASON_DONE, phase == SEAT_PROBE);
            if (phase != SEAT_PROBE)
                assert_non_null(strstr(failure.detail, "who has judged the probe and left"));
        }
        /* Nor by another's hand, who would learn from the refusal how far she was. */
        begin(NULL);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_NONE);
        assert_int_equal(simple(REFERRAL_GIVE_BACK, &olena), REASON_DONE);
        made_seat(&of, &course, &taras, SEAT_PROBE, VERDICT_NONE);
        struct referral_act act = made_act(REFERRAL_HAND_OVER, &taras);
        act.to = referral_person_of(&olena);
        act.to_roles = ROLE_EXAMINER;
        assert_int_equal(try(act), REASON_NOT_PERMITTED);
        assert_null(strstr(failure.detail, "judged"));
    }
}

/* All who left are remembered: where there is no place for one more, he stays. */
static void test_H3_nobody_who_left_is_forgotten(void **state)
{
    (void)state;
    char name[16];
    for (int i = 0; i <= REFERRAL_FORMER_MAX; i++) {
        snprintf(name, sizeof name, "examiner%d", i);
        const struct principal examiner = made_person(name, ROLE_EXAMINER);
        made_seat(&of, &course, &examiner, SEAT_COMPARISON, VERDICT_NONE);
        assert_int_equal(simple(REFERRAL_GIVE_BACK, &examiner),
            i < REFERRAL_FORMER_MAX ? REASON_DONE : REASON_REFERRAL_STATE);
        assert_int_equal(simple(REFERRAL_TAKE, &examiner), REASON_NOT_PERMITTED);
    }
    assert_int_equal(course.former_count, REFERRAL_FORMER_MAX);
}

/* Who left a seat, or whose seat a claim took, is no supervisor without a part in it, and nobody's second. */
static void test_H2_who_left_is_still_the_same_person(void **state)
{
    (void)state;
    const int64_t overdue_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    const struct principal both =
        made_person("olena", ROLE_EXAMINER | ROLE_SUPERVISOR | ROLE_PROTECTION_OFFICER);
    struct principal stranger = {.proof = PRINCIPAL_BY_CERTIFICATE, .roles = ROLE_EXAMINER | ROLE_SUPERVISOR};
    snprintf(stranger.name, sizeof stranger.name, "certificate:post-ca/DNS:x");
    for (int released = 0; released < 2; released++) {
        for (int phase = SEAT_PROBE; phase <= SEAT_COMPARISON; phase++) {
            begin(NULL);
            if (released == 1)
                made_seat(&of, &course, &taras, SEAT_PROBE, VERDICT_NONE);
            made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_NONE);
            assert_int_equal(
                simple(released ? REFERRAL_CLAIM_PROTECTION : REFERRAL_GIVE_BACK, &olena), REASON_DONE);
            if (released == 1)
                assert_int_equal(simple(REFERRAL_GIVE_BACK, &taras), REASON_DONE);
            assert_int_equal(
                word(REFERRAL_OVERRIDE, &both, VERDICT_INCONCLUSIVE, overdue_ms), REASON_NOT_PERMITTED);
            assert_int_equal(
                word(REFERRAL_OVERRIDE, &stranger, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_NOT_PERMITTED);
            assert_int_equal(simple(REFERRAL_TAKE, &stranger), REASON_NOT_PERMITTED);
            assert_int_equal(simple(REFERRAL_TAKE, &both) == REASON_DONE, phase == SEAT_PROBE);
            assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
        }
    }
}

/* The probe is looked at before it is judged, the reference before the verdict; one's own look counts, and each for what it showed. */
static void test_H3_nobody_judges_what_he_did_not_look_at(void **state)
{
    (void)state;
    static const struct referral_shown probe_alone = {.probe = true}, reference_alone = {.references = 1};
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    struct referral_act act = made_act(REFERRAL_JUDGE_PROBE, &olena);
    act.judgement = PROBE_USABLE;
    act.shown = reference_alone;
    assert_int_equal(try(act), REASON_REFERRAL_STATE);
    assert_string_equal(
        failure.detail, "look at the probe first: fetch its picture (kordonctl referral pictures)");
    assert_int_equal(course.seats[0].phase, SEAT_PROBE);
    act.shown = probe_alone;
    assert_int_equal(try(act), REASON_DONE);
    for (int verdict = VERDICT_HIT; verdict < REFERRAL_VERDICT_COUNT; verdict++) {
        act = made_act(REFERRAL_GIVE_VERDICT, &olena);
        act.verdict = (enum referral_verdict)verdict;
        act.shown = probe_alone;
        assert_int_equal(try(act), REASON_REFERRAL_STATE);
        assert_non_null(strstr(failure.detail, "look at the reference"));
    }
    act.shown = reference_alone;
    assert_int_equal(try(act), REASON_DONE);
}

/* That it is none of several says who looked at each; that it is one of them, or that nothing can be said, who looked at one. */
static void test_H3_a_false_positive_takes_a_look_at_each_candidate(void **state)
{
    (void)state;
    static const struct referral_standing three[3] = {
        {.since = ENTRY_SINCE_SAME}, {.since = ENTRY_SINCE_SAME}, {.since = ENTRY_SINCE_SAME}};
    static const struct {
        enum referral_verdict verdict;
        uint64_t references;
        enum reason reason;
    } cases[] = {{VERDICT_FALSE_POSITIVE, 1, REASON_REFERRAL_STATE},
        {VERDICT_FALSE_POSITIVE, 6, REASON_REFERRAL_STATE}, {VERDICT_FALSE_POSITIVE, 7, REASON_DONE},
        {VERDICT_HIT, 2, REASON_DONE}, {VERDICT_INCONCLUSIVE, 4, REASON_DONE},
        {VERDICT_INCONCLUSIVE, 0, REASON_REFERRAL_STATE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
        act.verdict = cases[i].verdict;
        act.candidates = three;
        act.candidate_count = 3;
        act.candidate = act.verdict == VERDICT_HIT ? 2 : 0;
        act.shown.references = cases[i].references;
        assert_int_equal(try(act), cases[i].reason);
    }
}

/* Who is gone unseen is none whom anybody can say it is, or is not; whom the list has otherwise by now is looked at again, and who was seen before he went
 * was seen. Inconclusive is left in each case that can't be looked at again. */
static void test_H2_gone_is_not_shown_and_replaced_is_looked_at_again(void **state)
{
    (void)state;
    static const struct referral_standing two[2] = {{.since = ENTRY_SINCE_GONE}, {.since = ENTRY_SINCE_SAME}};
    static const struct {
        struct referral_shown shown;
        const char *hit, *false_positive, *inconclusive; /* why not; NULL: he may */
    } cases[] = {
        {{.gone = 1}, "you were shown", "look at the reference of each", NULL},
        {{.gone = 3}, "what is left to say is inconclusive", "what is left to say is inconclusive", NULL},
        {{.gone = 1, .references = 2}, NULL, "what is left to say is inconclusive", NULL},
        {{.gone = 1, .references = 3}, NULL, NULL, NULL},
        {{.references = 1, .replaced = 2}, "look again", "look again", "look again"},
        {{.gone = 1, .replaced = 2}, "look again", "look again", "look again"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const why[] = {cases[i].hit, cases[i].false_positive, cases[i].inconclusive};
        for (size_t verdict = 0; verdict < 3; verdict++) {
            begin(NULL);
            made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
            struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
            act.verdict = (enum referral_verdict)(VERDICT_HIT + verdict);
            act.candidates = two;
            act.candidate_count = 2;
            act.candidate = act.verdict == VERDICT_HIT ? 2 : 0;
            act.shown = cases[i].shown;
            assert_int_equal(try(act), why[verdict] != NULL ? REASON_REFERRAL_STATE : REASON_DONE);
            if (why[verdict] != NULL)
                assert_non_null(strstr(failure.detail, why[verdict]));
        }
    }
}

/* A role that was taken away takes the verdict with it; the seat can be given back. */
static void test_H2_who_is_no_examiner_any_more_judges_nothing(void **state)
{
    (void)state;
    for (int phase = SEAT_PROBE; phase <= SEAT_COMPARISON; phase++) {
        begin(NULL);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_NONE);
        olena.roles = ROLE_SUPERVISOR;
        assert_int_equal(made_judge(&of, &course, &olena, PROBE_USABLE), REASON_NOT_PERMITTED);
        assert_int_equal(made_verdict(&of, &course, &olena, VERDICT_HIT), REASON_NOT_PERMITTED);
        assert_int_equal(simple(REFERRAL_GIVE_BACK, &olena), REASON_DONE);
    }
}

/* The probe comes first, and each verdict needs a reason; what is not usable proves no hit. */
static void test_H3_the_probe_is_judged_first_and_reasons_are_given(void **state)
{
    (void)state;
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    assert_int_equal(word(REFERRAL_GIVE_VERDICT, &olena, VERDICT_HIT, MADE_MATCH_MS), REASON_REFERRAL_STATE);
    struct referral_act act = made_act(REFERRAL_JUDGE_PROBE, &olena);
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.judgement = PROBE_NOT_USABLE;
    act.words = "";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    char long_text[REFERRAL_TEXT_SIZE + 1];
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    act.words = long_text;
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.words = "smeared\nand more";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.words = "smeared";
    assert_int_equal(try(act), REASON_DONE);
    assert_int_equal(try(act), REASON_REFERRAL_STATE);
    assert_int_equal(word(REFERRAL_GIVE_VERDICT, &olena, VERDICT_HIT, MADE_MATCH_MS), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_GIVE_VERDICT, &olena, VERDICT_NONE, MADE_MATCH_MS), REASON_BAD_VALUE);
    act = made_act(REFERRAL_GIVE_VERDICT, &olena);
    act.verdict = VERDICT_INCONCLUSIVE;
    act.words = "";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.words = "smeared";
    assert_int_equal(try(act), REASON_DONE);
    assert_int_equal(simple(REFERRAL_GIVE_BACK, &olena), REASON_REFERRAL_STATE);
}

/* Where they differ there is no hit, until a supervisor who has no seat decides, with a reason. */
static void test_H5_a_disagreement_is_no_hit_and_a_supervisors(void **state)
{
    (void)state;
    const struct principal both = made_person("olena", ROLE_EXAMINER | ROLE_SUPERVISOR);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_HIT, MADE_MATCH_MS), REASON_REFERRAL_STATE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_INCONCLUSIVE);
    assert_int_equal(course.state, REFERRAL_STATE_DISAGREED);
    assert_int_equal(word(REFERRAL_OVERRIDE, &both, VERDICT_HIT, MADE_MATCH_MS), REASON_NOT_PERMITTED);
    assert_int_equal(word(REFERRAL_OVERRIDE, &anna, VERDICT_HIT, MADE_MATCH_MS), REASON_NOT_PERMITTED);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, MADE_MATCH_MS), REASON_REFERRAL_STATE);
    struct referral_act act = made_act(REFERRAL_OVERRIDE, &sofia);
    act.verdict = VERDICT_HIT;
    act.words = "";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.words = "ridge flow agrees";
    assert_int_equal(try(act), REASON_DONE);
    assert_int_equal(course.state, REFERRAL_STATE_DECIDED);
    assert_int_equal(course.outcome, VERDICT_HIT);
    assert_string_equal(course.overridden.reason, "ridge flow agrees");
    assert_int_equal(try(act), REASON_REFERRAL_STATE);
}

/* The law's waiver: one examiner's verdict decides. */
static void test_H2_one_verdict_where_the_policy_asks_for_one(void **state)
{
    (void)state;
    for (int verdict = VERDICT_HIT; verdict < REFERRAL_VERDICT_COUNT; verdict++) {
        course = made_course(&of, 1);
        made_seat(&of, &course, &olena, SEAT_DONE, (enum referral_verdict)verdict);
        assert_int_equal(course.state, REFERRAL_STATE_DECIDED);
        assert_int_equal(course.outcome, verdict);
        assert_int_equal(simple(REFERRAL_TAKE, &taras), REASON_REFERRAL_STATE);
    }
}

/* Whoever is to be protected is judged by a protection officer too. */
static void test_P5_one_of_two_is_a_protection_officer(void **state)
{
    (void)state;
    of = made_case(ALERT_CATEGORY_MISSING_PERSON);
    course = made_course(&of, 2);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(simple(REFERRAL_TAKE, &taras), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_TAKE, &petro), REASON_DONE);
    assert_int_equal(course.seats[1].role, ROLE_PROTECTION_OFFICER);
}

/* A claim for protection takes a seat from one examiner of two: of who says so, else the last, however far its holder is. */
static void test_P5_a_claim_for_protection_calls_a_protection_officer(void **state)
{
    (void)state;
    for (int phase = SEAT_PROBE; phase <= SEAT_DONE; phase++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
        made_seat(&of, &course, &taras, (enum referral_phase)phase, VERDICT_HIT);
        assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &petro), REASON_REFERRAL_NOT_FOUND);
        assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &anna), REASON_DONE);
        assert_int_equal(course.route, REFERRAL_PROTECTION_OFFICER);
        assert_int_equal(course.seats[1].phase, SEAT_FREE);
        assert_int_equal(course.released[0].seat.phase, phase);
        assert_int_equal(course.state, REFERRAL_STATE_EXAMINATION);
        assert_int_equal(simple(REFERRAL_TAKE, &anna), REASON_NOT_PERMITTED);
        assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &anna), REASON_REFERRAL_STATE);
        if (phase != SEAT_DONE) {
            assert_int_equal(made_verdict(&of, &course, &taras, VERDICT_HIT), REASON_NOT_PERMITTED);
            assert_int_equal(simple(REFERRAL_GIVE_BACK, &taras), REASON_NOT_PERMITTED);
            assert_non_null(strstr(failure.detail, "your seat is a protection officer's"));
        }
        made_seat(&of, &course, &petro, SEAT_DONE, VERDICT_HIT);
        assert_int_equal(course.outcome, VERDICT_NONE);
    }
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &olena), REASON_DONE);
    assert_int_equal(course.seats[0].phase, SEAT_FREE);
    assert_int_equal(course.state, REFERRAL_STATE_SECOND_WAITS);
}

/* A silent referral is reported on, and sends nobody to a protection officer. */
static void test_P6_a_silent_referral_has_reports(void **state)
{
    (void)state;
    struct referral_report told = {"lane 3", "", "", "", "two men", "", ""};
    struct referral_act act = made_act(REFERRAL_REPORT, &olena);
    act.report = &told;
    assert_int_equal(try(act), REASON_REFERRAL_STATE);
    of = made_case(ALERT_CATEGORY_DISCREET_CHECK);
    course = made_course(&of, 2);
    assert_int_equal(try(act), REASON_DONE);
    told.place = "";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    told.place = "lane 3";
    told.objects = "a\tbag";
    assert_int_equal(try(act), REASON_BAD_VALUE);
    act.roles = ROLE_PROTECTION_OFFICER;
    assert_int_equal(try(act), REASON_REFERRAL_NOT_FOUND);
    assert_int_equal(course.reports, 1);
    assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &olena), REASON_REFERRAL_STATE);
}

/* She looked as a user of the machine, and as she is called in the register; that the user was she the register takes back. */
static void test_H5_who_looked_has_looked_whatever_the_register_takes_back(void **state)
{
    (void)state;
    static const struct register_holder sofia_now = {.name = "person:sofia"},
                                        nadia_now = {.name = "person:nadia"};
    static struct register_proof of_sofia = {.holder = &sofia_now, .uid = 1002},
                                 of_nadia = {.holder = &nadia_now, .uid = 1002};
    const struct staff_register then = {.proofs = &of_sofia, .proof_count = 1},
                                now = {.proofs = &of_nadia, .proof_count = 1};
    const struct principal user = {
        .proof = PRINCIPAL_BY_SOCKET, .uid = 1002, .name = "user:s", .roles = ROLE_SUPERVISOR};
    const struct principal looking = made_person("sofia", ROLE_SUPERVISOR),
                           examiner = made_person("sofia", ROLE_EXAMINER);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    assert_int_equal(made_simple(REFERRAL_LOOK, &of, &course, &user), REASON_DONE);
    referral_know(&of, &course, &then);
    assert_int_equal(made_simple(REFERRAL_LOOK, &of, &course, &looking), REASON_DONE);
    referral_know(&of, &course, &now);
    assert_int_equal(made_simple(REFERRAL_TAKE, &of, &course, &examiner), REASON_NOT_PERMITTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_H1_match_and_hit_differ, begin),
        cmocka_unit_test_setup(test_H5_every_pair_of_phases, begin),
        cmocka_unit_test_setup(test_H5_a_refusal_tells_nothing_of_anothers_seat, begin),
        cmocka_unit_test_setup(test_H2_the_seats_are_two_other_persons, begin),
        cmocka_unit_test_setup(test_H2_nobody_judges_his_own_by_another_proof, begin),
        cmocka_unit_test_setup(test_H2_a_seat_is_handed_to_another_person, begin),
        cmocka_unit_test_setup(test_H3_who_saw_the_reference_judges_no_probe_again, begin),
        cmocka_unit_test_setup(test_H3_nobody_who_left_is_forgotten, begin),
        cmocka_unit_test_setup(test_H2_who_left_is_still_the_same_person, begin),
        cmocka_unit_test_setup(test_H2_who_is_no_examiner_any_more_judges_nothing, begin),
        cmocka_unit_test_setup(test_H3_nobody_judges_what_he_did_not_look_at, begin),
        cmocka_unit_test_setup(test_H3_a_false_positive_takes_a_look_at_each_candidate, begin),
        cmocka_unit_test_setup(test_H2_gone_is_not_shown_and_replaced_is_looked_at_again, begin),
        cmocka_unit_test_setup(test_H3_the_probe_is_judged_first_and_reasons_are_given, begin),
        cmocka_unit_test_setup(test_H5_a_disagreement_is_no_hit_and_a_supervisors, begin),
        cmocka_unit_test_setup(test_H2_one_verdict_where_the_policy_asks_for_one, begin),
        cmocka_unit_test_setup(test_P5_one_of_two_is_a_protection_officer, begin),
        cmocka_unit_test_setup(test_P5_a_claim_for_protection_calls_a_protection_officer, begin),
        cmocka_unit_test_setup(test_P6_a_silent_referral_has_reports, begin),
        cmocka_unit_test(test_H5_who_looked_has_looked_whatever_the_register_takes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
