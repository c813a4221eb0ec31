/* What kordond writes and what an auditor takes for right are one: random courses, with a register that changes between any two steps, of which some acts are
 * by persons who do nothing else. Each that kordond allows is proven; one that it would not allow is told, wherever it was written all the same. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/redress/account.h"
#include "daemon/referrals/account.h"
#include "daemon/referrals/clearance.h"
#include "daemon/referrals/seen.h"
#include "json/text.h"
#include "log/course.h"
#include "tests/unit/referral_made.h"

#define COURSES 300
#define STEPS   120
#define PROOFS  6
#define HOLDERS 4

/* --- Chance: the same in each run */

static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(chance_state >> 33) % below;
}

/* --- Who is who: each may be proven by several things, or by none, and what proves may prove nobody */

static struct register_holder holders[HOLDERS] = {{.name = "person:anna"}, {.name = "person:boris"},
    {.name = "person:vira"}, {.name = "device:lane-3", .is_device = true}};
static struct register_proof rows[PROOFS];
static struct staff_register staff = {.holders = holders, .holder_count = HOLDERS, .proofs = rows};
static int holder_of[PROOFS]; /* HOLDERS: nobody */

static bool is_certificate(int proof)
{
    return proof >= PROOFS / 2;
}

static void text_of_proof(int proof, char *text, size_t size)
{
    snprintf(text, size, is_certificate(proof) ? "certificate:post-ca/DNS:c%d" : "user:u%d", proof);
}

static void make_register(void)
{
    staff.proof_count = 0;
    for (int i = 0; i < PROOFS; i++) {
        struct register_proof *row = &rows[staff.proof_count];
        if (holder_of[i] == HOLDERS)
            continue;
        *row = (struct register_proof){
            .holder = &holders[holder_of[i]], .by_certificate = is_certificate(i), .uid = 1000 + (uint32_t)i};
        text_of_proof(i, row->text, sizeof row->text);
        staff.proof_count++;
    }
}

static void change_register(void)
{
    holder_of[chance(PROOFS)] = (int)chance(HOLDERS + 1);
    make_register();
}

static struct principal who_comes_by(int proof, unsigned roles)
{
    struct principal principal = {.roles = roles};
    char text[64];
    text_of_proof(proof, text, sizeof text);
    principal.proof = is_certificate(proof) ? PRINCIPAL_BY_CERTIFICATE : PRINCIPAL_BY_SOCKET;
    if (is_certificate(proof)) {
        snprintf(principal.proven_by, sizeof principal.proven_by, "%s", text);
    } else {
        principal.uid = 1000 + (uint32_t)proof;
        snprintf(principal.proven_by, sizeof principal.proven_by, "%s uid %u", text, principal.uid);
    }
    principal.registered = holder_of[proof] < HOLDERS;
    snprintf(principal.name, sizeof principal.name, "%s",
        principal.registered ? holders[holder_of[proof]].name : text);
    return principal;
}

/* --- A referral, and what the log says of it */

static struct evidence evidence = {.unit = "Post 7", .staff = &staff};
static struct referral_case of;
static struct referral_course course;
static struct referral_seen seen;
static struct log_courses *audited;
static uint64_t written;
static int64_t now_ms;
static bool cleared;

static void write_entry(enum log_event event, json_t *body)
{
    struct entry_head head = {.seq = written++, .time_ms = (uint64_t)now_ms};
    size_t size;
    assert_non_null(body);
    char *text = json_text(body, &size);
    assert_non_null(text);
    snprintf(head.event, sizeof head.event, "%s", log_event_name(event));
    log_courses_add(audited, &head, (const uint8_t *)text, size);
    free(text);
    json_decref(body);
}

static void find_somebody(void)
{
    static const enum alert_category categories[] = {ALERT_CATEGORY_WANTED_FOR_ARREST,
        ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION, ALERT_CATEGORY_DISCREET_CHECK};
    const size_t category = chance(3);
    const struct principal owner = who_comes_by((int)chance(PROOFS), ROLE_TERMINAL);
    of = made_case(categories[category]);
    principal_identity(&owner, of.owner);
    snprintf(of.officer, sizeof of.officer, "%s", chance(4) == 0 ? "anna" : "ivan");
    if (category == 2)
        snprintf(of.id, sizeof of.id, "%ss", of.transaction);
    course = made_course(&of, 1 + chance(2));
    memset(of.document, 1, sizeof of.document);
    of.entry_count = 1;
    seen = (struct referral_seen){0};
    cleared = false;
    now_ms = MADE_MATCH_MS;
    json_t *body = evidence_body_of(&evidence, &owner, of.officer, ROLE_TERMINAL);
    assert_int_equal(json_object_update_new(body,
                         json_pack("{s:I, s:s, s:s, s:s, s:s, s:{s:s}}", "referral_due_ms",
                             (json_int_t)referral_due_ms(&of, &course), "transaction", of.transaction,
                             "purpose", of.purpose, "decision", "match", "told",
                             category == 2 ? "no_match" : "match", "identification", "decision", "match")),
        0);
    write_entry(LOG_EVENT_CONSULTATION, body);
    referral_know(&of, &course, &staff);
}

/* --- Steps */

static const struct referral_standing standing = {.since = ENTRY_SINCE_SAME, .entry_known = true};
static const struct referral_report report = {"lane 3", "", "", "", "", "", ""};

static struct referral_act act_of(enum referral_act_kind kind, const struct principal *by)
{
    struct referral_act act = made_act(kind, by);
    act.now_ms = now_ms;
    act.candidates = &standing;
    act.candidate_count = 1;
    act.shown = referral_seen_by(&seen, &act.by, &standing, 1);
    act.judgement = PROBE_USABLE;
    act.verdict = chance(2) == 0 ? VERDICT_FALSE_POSITIVE : VERDICT_HIT + chance(3);
    act.report = &report;
    act.to_roles = ROLE_EXAMINER | ROLE_PROTECTION_OFFICER;
    return act;
}

static void name_another(struct referral_act *act)
{
    const struct referral_seat *seat = &course.seats[chance(course.rules.examiners)];
    if (act->kind == REFERRAL_FREE_SEAT && seat->phase != SEAT_FREE) {
        snprintf(act->to.name, sizeof act->to.name, "%s", seat->holder.name);
    } else if (act->kind == REFERRAL_HAND_OVER) {
        act->to = referral_person_named(holders[chance(HOLDERS - 1)].name);
        act->to.proof = PRINCIPAL_UNPROVEN;
    }
}

/* As referral_look_at(). */
static void look(const struct principal *by, enum referral_look at)
{
    const struct referral_person person = referral_person_of(by);
    const struct referral_sight sight = referral_sight_of(&course, &person, by->roles);
    const struct referral_looking looking = {.look = at, .candidate = 1, .position = FINGER_RIGHT_INDEX};
    const struct referral_course before = course;
    struct referral_act act = act_of(REFERRAL_LOOK, by);
    if ((at == REFERRAL_LOOK_PROBE ? !sight.probe : !sight.comparison) ||
        !referral_is_known_to(&of, &course, &person, by->roles))
        return;
    if (!referral_state_is_opened(course.state) && referral_seat_of(&course, &person) == NULL &&
        !referral_remembers_look(&course, &person) &&
        referral_act_apply(&of, &course, &act, NULL) != REASON_DONE) {
        course = before;
        return;
    }
    write_entry(LOG_EVENT_CONSULTATION, referral_account_of_look(&evidence, by, &of, &before, &looking));
    referral_seen_note(&seen, &person, &looking, &(struct referral_showing){.kind = SHOWN_PRINT});
}

/* What is done seldom, or out of its order. */
static const struct {
    enum referral_act_kind kind;
    unsigned roles;
} kinds[] = {{REFERRAL_TAKE, ROLE_EXAMINER}, {REFERRAL_JUDGE_PROBE, ROLE_EXAMINER},
    {REFERRAL_GIVE_VERDICT, ROLE_EXAMINER}, {REFERRAL_GIVE_BACK, ROLE_EXAMINER},
    {REFERRAL_HAND_OVER, ROLE_EXAMINER}, {REFERRAL_FREE_SEAT, ROLE_SUPERVISOR},
    {REFERRAL_OVERRIDE, ROLE_SUPERVISOR}, {REFERRAL_CORRECT, ROLE_SUPERVISOR},
    {REFERRAL_REPORT, ROLE_EXAMINER}, {REFERRAL_CLAIM_PROTECTION, ROLE_EXAMINER}};

/* Silent ones are shown to examiners by their second role alone. */
static unsigned with_sight(unsigned roles)
{
    return of.categories == 1u << ALERT_CATEGORY_DISCREET_CHECK ? roles & ~(unsigned)ROLE_PROTECTION_OFFICER
                                                                : roles;
}

static struct referral_act any_act(struct principal *by)
{
    const size_t kind = chance(sizeof kinds / sizeof kinds[0]);
    *by = who_comes_by((int)chance(PROOFS), with_sight(kinds[kind].roles));
    struct referral_act act = act_of(kinds[kind].kind, by);
    name_another(&act);
    return act;
}

static enum reason do_it(struct referral_act *act, const struct principal *by)
{
    const struct referral_course before = course;
    const enum reason reason = referral_act_apply(&of, &course, act, NULL);
    if (reason != REASON_DONE) {
        course = before;
        return reason;
    }
    write_entry(LOG_EVENT_DECISION, referral_account(&evidence, by, &of, &course, act, &before));
    referral_know(&of, &course, &staff);
    return reason;
}

/* Something of another matter, by which the log tells of a proof, or what a connection of before a change of the register was called. */
static void do_something_else(const struct principal *by)
{
    json_t *body = evidence_body_of(&evidence, by, NULL, ROLE_AUDITOR);
    assert_int_equal(json_object_set_new(body, "read", json_string("figures")), 0);
    write_entry(LOG_EVENT_ACCESS, body);
}

static void clear(const struct principal *by)
{
    struct redress_case made = {.entry_count = 0};
    struct json_writer json;
    json_t *people;
    if (cleared || referral_clear(&of, &course, by, of.document, &made, NULL) != REASON_DONE)
        return;
    assert_int_equal(referral_registered_as(&of, &course, &people, NULL), REASON_DONE);
    json_writer_over(&json, redress_account_begin(&evidence, by, "redress recorded", "told apart"));
    redress_account_case(&json, &made);
    if (people != NULL)
        json_write_value(&json, "registered_as", people);
    write_entry(LOG_EVENT_DECISION, json_writer_end(&json));
    cleared = true;
}

/* Whoever has that seat does what is next; whoever comes takes a free one. */
static void go_on(const struct referral_seat *seat, const struct principal *by)
{
    static const enum referral_act_kind next[] = {[SEAT_FREE] = REFERRAL_TAKE,
        [SEAT_PROBE] = REFERRAL_JUDGE_PROBE,
        [SEAT_COMPARISON] = REFERRAL_GIVE_VERDICT,
        [SEAT_DONE] = REFERRAL_GIVE_BACK};
    const struct referral_person person = referral_person_of(by);
    if (seat->phase != SEAT_FREE && !referral_person_is(&seat->holder, &person))
        return;
    if (seat->phase == SEAT_PROBE || seat->phase == SEAT_COMPARISON)
        look(by, seat->phase == SEAT_PROBE ? REFERRAL_LOOK_PROBE : REFERRAL_LOOK_REFERENCE);
    struct referral_act act = act_of(next[seat->phase], by);
    do_it(&act, by);
}

static void decide(const struct principal *by)
{
    struct referral_act act =
        act_of(referral_state_has_outcome(course.state) ? REFERRAL_CORRECT : REFERRAL_OVERRIDE, by);
    if (chance(2) == 0)
        clear(by);
    else
        do_it(&act, by);
}

static void supervise(void)
{
    const struct principal by = who_comes_by((int)chance(PROOFS), ROLE_SUPERVISOR);
    if (!referral_state_is_opened(course.state))
        return;
    look(&by, REFERRAL_LOOK_PROBE);
    look(&by, REFERRAL_LOOK_REFERENCE);
    decide(&by);
}

/* What comes behind a case that rests on the outcome is no matter of who is who. */
static void step(void)
{
    if (cleared)
        return;
    const unsigned judging = with_sight(ROLE_EXAMINER | ROLE_PROTECTION_OFFICER);
    struct principal by = who_comes_by((int)chance(PROOFS), chance(8) == 0 ? ROLE_SUPERVISOR : judging);
    const uint32_t way = chance(24);
    now_ms += chance(60) * 1000;
    if (way == 0) {
        change_register();
        referral_know(&of, &course, &staff);
        if (chance(3) == 0)
            do_something_else(&by);
    } else if (way < 12) {
        go_on(&course.seats[chance(course.rules.examiners)], &by);
    } else if (way < 15) {
        look(&by, chance(2) == 0 ? REFERRAL_LOOK_PROBE : REFERRAL_LOOK_REFERENCE);
    } else if (way < 20) {
        supervise();
    } else {
        struct referral_act act = any_act(&by);
        do_it(&act, &by);
    }
}

/* --- Asked */

static struct failure found;

static enum reason audit(void)
{
    struct log_course_counts counts;
    found = (struct failure){0};
    return log_courses_end(audited, &counts, &found);
}

static void begin(uint32_t seed)
{
    chance_state = seed;
    written = 0;
    assert_int_equal(log_courses_create(&audited, NULL), REASON_DONE);
    for (int i = 0; i < PROOFS; i++)
        holder_of[i] = chance(3) == 0 ? HOLDERS : (int)chance(HOLDERS);
    make_register();
    find_somebody();
}

static void test_H2_whatever_kordond_allows_while_the_register_changes_is_proven(void **state)
{
    (void)state;
    uint32_t outcomes = 0;
    for (uint32_t seed = 1; seed <= COURSES; seed++) {
        begin(seed);
        for (int i = 0; i < STEPS; i++)
            step();
        if (audit() != REASON_DONE)
            fail_msg("course %u: %s: %s", seed, found.subject, found.detail);
        outcomes += referral_state_has_outcome(course.state);
        log_courses_destroy(audited);
    }
    assert_true(outcomes > COURSES / 10);
}

/* --- Lied */

/* As if the register were any other one. */
static bool is_allowed_by_a_lie(struct referral_act *act, struct referral_course *next)
{
    int truth[PROOFS];
    struct referral_case lied_of = of;
    memcpy(truth, holder_of, sizeof truth);
    for (int i = 0; i < PROOFS; i++)
        holder_of[i] = (int)chance(HOLDERS + 1);
    make_register();
    *next = course;
    referral_know(&lied_of, next, &staff);
    const bool allowed = referral_act_apply(&lied_of, next, act, NULL) == REASON_DONE;
    memcpy(holder_of, truth, sizeof truth);
    make_register();
    return allowed;
}

/* Does it where it is not permitted, if a lie allows it. */
static bool lie(struct referral_act *act, const struct principal *by)
{
    struct referral_course next = course;
    struct referral_act tried = *act;
    if (referral_act_apply(&of, &next, &tried, NULL) != REASON_NOT_PERMITTED)
        return false;
    if ((act->kind == REFERRAL_GIVE_BACK || act->kind == REFERRAL_HAND_OVER) &&
        referral_seat_of(&course, &act->by) == NULL)
        return false; /* there is nothing that the entry could open */
    for (int i = 0; i < 20; i++) {
        tried = *act;
        if (!is_allowed_by_a_lie(&tried, &next))
            continue;
        write_entry(LOG_EVENT_DECISION, referral_account(&evidence, by, &of, &next, &tried, &course));
        return true;
    }
    return false;
}

static bool end_in_a_lie(void)
{
    const uint32_t from = chance(STEPS / 4);
    for (uint32_t i = 0; i < STEPS; i++) {
        struct principal by;
        struct referral_act act = any_act(&by);
        if (i >= from && lie(&act, &by))
            return true;
        step();
    }
    return false;
}

static void test_H2_what_kordond_does_not_allow_is_told_where_the_log_has_it(void **state)
{
    (void)state;
    uint32_t lies = 0;
    for (uint32_t seed = 1; seed <= COURSES; seed++) {
        char lying[32];
        begin(seed);
        const bool lied = end_in_a_lie();
        snprintf(lying, sizeof lying, "entry %llu", (unsigned long long)written - 1);
        if (lied && (audit() != REASON_COURSE_BROKEN || strcmp(found.subject, lying) != 0))
            fail_msg("course %u: %s is not told: %s", seed, lying, found.detail);
        lies += lied;
        log_courses_destroy(audited);
    }
    assert_true(lies > COURSES / 10);
}

/* A supervisor who may end it later does so now: told, but for a minute, by which a clock may have been set back. */
static bool end_too_early(bool *told)
{
    const int64_t due_ms = referral_due_ms(&of, &course);
    const struct principal by = who_comes_by((int)chance(PROOFS), ROLE_SUPERVISOR);
    struct referral_course next = course;
    struct referral_act act = act_of(REFERRAL_OVERRIDE, &by);
    act.now_ms = due_ms;
    act.verdict = VERDICT_INCONCLUSIVE;
    if (course.state == REFERRAL_STATE_DISAGREED || now_ms >= due_ms ||
        referral_act_apply(&of, &next, &act, NULL) != REASON_DONE)
        return false;
    write_entry(LOG_EVENT_DECISION, referral_account(&evidence, &by, &of, &next, &act, &course));
    *told = now_ms < due_ms - 60000;
    return true;
}

static void test_H3_what_is_ended_before_its_time_is_told(void **state)
{
    (void)state;
    uint32_t early = 0;
    for (uint32_t seed = 1; seed <= COURSES; seed++) {
        bool told = false, ended = false;
        begin(seed);
        const uint32_t from = chance(STEPS / 2);
        for (uint32_t i = 0; i < STEPS && !ended; i++) {
            step();
            ended = i >= from && end_too_early(&told);
        }
        if ((audit() != REASON_DONE) != told)
            fail_msg("course %u: %s: %s", seed, found.subject, found.detail);
        early += told;
        log_courses_destroy(audited);
    }
    assert_true(early > COURSES / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H2_whatever_kordond_allows_while_the_register_changes_is_proven),
        cmocka_unit_test(test_H2_what_kordond_does_not_allow_is_told_where_the_log_has_it),
        cmocka_unit_test(test_H3_what_is_ended_before_its_time_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
