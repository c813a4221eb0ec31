#include "daemon/referrals/seat.h"

#include <stdio.h>
#include <string.h>

static const char *const phase_names[REFERRAL_PHASE_COUNT] = {
    [SEAT_FREE] = "free", [SEAT_PROBE] = "probe", [SEAT_COMPARISON] = "comparison", [SEAT_DONE] = "done"};

static const char *const judgement_names[PROBE_JUDGEMENT_COUNT] = {[PROBE_NOT_JUDGED] = "none",
    [PROBE_USABLE] = "usable",
    [PROBE_LIMITED] = "limited",
    [PROBE_NOT_USABLE] = "not_usable"};

static const char *const verdict_names[REFERRAL_VERDICT_COUNT] = {[VERDICT_NONE] = "none",
    [VERDICT_HIT] = "hit",
    [VERDICT_FALSE_POSITIVE] = "false_positive",
    [VERDICT_INCONCLUSIVE] = "inconclusive"};

static const char *const since_names[ENTRY_SINCE_COUNT] = {[ENTRY_SINCE_UNKNOWN] = "unknown",
    [ENTRY_SINCE_SAME] = "same",
    [ENTRY_SINCE_CHANGED] = CODE_("entry_since", "changed"),
    [ENTRY_SINCE_GONE] = CODE_("entry_since", "gone")};

const char *referral_phase_name(enum referral_phase phase)
{
    return (unsigned)phase < REFERRAL_PHASE_COUNT ? phase_names[phase] : "?";
}

const char *probe_judgement_name(enum probe_judgement judgement)
{
    return (unsigned)judgement < PROBE_JUDGEMENT_COUNT ? judgement_names[judgement] : "?";
}

const char *referral_verdict_name(enum referral_verdict verdict)
{
    return (unsigned)verdict < REFERRAL_VERDICT_COUNT ? verdict_names[verdict] : "?";
}

const char *entry_since_name(enum entry_since since)
{
    return (unsigned)since < ENTRY_SINCE_COUNT ? since_names[since] : "?";
}

/* Its place among the names; count where it is none of them. */
static size_t find(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

bool referral_phase_parse(const char *name, enum referral_phase *phase)
{
    *phase = (enum referral_phase)find(phase_names, REFERRAL_PHASE_COUNT, name);
    return *phase != REFERRAL_PHASE_COUNT;
}

bool probe_judgement_parse(const char *name, enum probe_judgement *judgement)
{
    *judgement = (enum probe_judgement)find(judgement_names, PROBE_JUDGEMENT_COUNT, name);
    return *judgement != PROBE_JUDGEMENT_COUNT;
}

bool referral_verdict_parse(const char *name, enum referral_verdict *verdict)
{
    *verdict = (enum referral_verdict)find(verdict_names, REFERRAL_VERDICT_COUNT, name);
    return *verdict != REFERRAL_VERDICT_COUNT;
}

bool entry_since_parse(const char *name, enum entry_since *since)
{
    *since = (enum entry_since)find(since_names, ENTRY_SINCE_COUNT, name);
    return *since != ENTRY_SINCE_COUNT;
}

struct referral_person referral_person_of(const struct principal *principal)
{
    struct referral_person person = {.registered = principal->registered, .proof = principal->proof};
    principal_identity(principal, person.identity);
    memcpy(person.name, principal->name, strlen(principal->name) + 1);
    return person;
}

/* What principal_identity() put into it says how it was proven. */
struct referral_person referral_person_named(const char *identity)
{
    struct referral_person person = {.registered = identity_is_registered(identity),
        .proof = identity_is(identity, IDENTITY_UID) ? PRINCIPAL_BY_SOCKET : PRINCIPAL_BY_CERTIFICATE};
    snprintf(person.identity, sizeof person.identity, "%s", identity);
    snprintf(person.name, sizeof person.name, "%s", identity);
    return person;
}

void referral_person_know(struct referral_person *person, const struct staff_register *staff)
{
    const struct register_proof *proof =
        person->registered ? NULL : register_find_proof(staff, person->identity);
    const size_t size = proof != NULL ? strlen(proof->holder->name) + 1 : 0;
    person->now[0] = '\0';
    if (size <= sizeof person->now && proof != NULL)
        memcpy(person->now, proof->holder->name, size);
}

static const char *identity_now(const struct referral_person *person)
{
    return person->now[0] != '\0' ? person->now : person->identity;
}

static bool is_registered_now(const struct referral_person *person)
{
    return person->now[0] != '\0' || person->registered;
}

bool referral_person_is(const struct referral_person *one, const struct referral_person *other)
{
    return one->identity[0] != '\0' && strcmp(identity_now(one), identity_now(other)) == 0;
}

bool referral_persons_are_called_one(const struct referral_person *one, const struct referral_person *other)
{
    return one->identity[0] != '\0' && strcmp(one->identity, other->identity) == 0;
}

bool referral_persons_are_two(const struct referral_person *one, const struct referral_person *other)
{
    if (one->identity[0] == '\0' || other->identity[0] == '\0')
        return false;
    const bool registered = is_registered_now(one);
    const bool comparable =
        registered == is_registered_now(other) && (registered || one->proof == other->proof);
    return comparable && !referral_person_is(one, other);
}
