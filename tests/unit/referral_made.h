/* referral_made.h: a referral and the people around it, for tests. */
#ifndef KORDON_TESTS_UNIT_REFERRAL_MADE_H
#define KORDON_TESTS_UNIT_REFERRAL_MADE_H

#include <stdio.h>
#include <string.h>

#include "daemon/referrals/act.h"
#include "tests/unit/unit.h"

#define MADE_MATCH_MS INT64_C(1700000000000)

static inline struct principal made_person(const char *name, unsigned roles)
{
    struct principal person = {.proof = PRINCIPAL_BY_SOCKET, .registered = true, .roles = roles};
    snprintf(person.name, sizeof person.name, "person:%s", name);
    return person;
}

static inline struct referral_case made_case(enum alert_category category)
{
    struct referral_case of = {.time_ms = MADE_MATCH_MS,
        .group = TRAVELLER_FOREIGNER,
        .age_band = AGE_18_AND_OVER,
        .categories = 1u << category};
    snprintf(of.id, sizeof of.id, "00112233445566778899aabbccddeeff");
    memcpy(of.transaction, of.id, sizeof of.transaction);
    snprintf(of.purpose, sizeof of.purpose, "border_check");
    snprintf(of.legal_basis, sizeof of.legal_basis, "Law 1");
    snprintf(of.owner, sizeof of.owner, "device:lane-3");
    snprintf(of.officer, sizeof of.officer, "ivan");
    return of;
}

static inline struct referral_course made_course(const struct referral_case *of, uint32_t examiners)
{
    return (struct referral_course){.state = REFERRAL_STATE_WAITING,
        .route = referral_route_of(of->categories, of->group),
        .rules = {.examiners = examiners, .minutes = 30, .retention_days = 365}};
}

static inline struct referral_act made_act(enum referral_act_kind kind, const struct principal *by)
{
    return (struct referral_act){.kind = kind,
        .by = referral_person_of(by),
        .roles = by->roles,
        .now_ms = MADE_MATCH_MS + 1000,
        .shown = {.probe = true, .references = UINT64_MAX},
        .words = "why"};
}

static inline enum reason made_judge(const struct referral_case *of, struct referral_course *course,
    const struct principal *by, enum probe_judgement judgement)
{
    struct referral_act act = made_act(REFERRAL_JUDGE_PROBE, by);
    act.judgement = judgement;
    return referral_act_apply(of, course, &act, NULL);
}

static inline enum reason made_verdict(const struct referral_case *of, struct referral_course *course,
    const struct principal *by, enum referral_verdict verdict)
{
    struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, by);
    act.verdict = verdict;
    return referral_act_apply(of, course, &act, NULL);
}

static inline enum reason made_simple(enum referral_act_kind kind, const struct referral_case *of,
    struct referral_course *course, const struct principal *by)
{
    struct referral_act act = made_act(kind, by);
    return referral_act_apply(of, course, &act, NULL);
}

/* Takes a seat and goes on until that phase. */
static inline void made_seat(const struct referral_case *of, struct referral_course *course,
    const struct principal *by, enum referral_phase phase, enum referral_verdict verdict)
{
    if (phase == SEAT_FREE)
        return;
    assert_int_equal(made_simple(REFERRAL_TAKE, of, course, by), REASON_DONE);
    if (phase >= SEAT_COMPARISON)
        assert_int_equal(made_judge(of, course, by, PROBE_USABLE), REASON_DONE);
    if (phase == SEAT_DONE)
        assert_int_equal(made_verdict(of, course, by, verdict), REASON_DONE);
}

#endif
