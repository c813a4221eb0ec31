#include "daemon/referrals/referral.h"

#include <string.h>

#include "base/identity.h"

#define DAY_MS INT64_C(86400000)

struct referral_course referral_course_begin(
    const struct referral_case *of, const struct referral_rules *rules)
{
    return (struct referral_course){.state = REFERRAL_STATE_WAITING,
        .route = referral_route_of(of->categories, of->group),
        .rules = *rules};
}

struct people {
    const struct referral_person **items;
    size_t count;
};

/* A place in which there may be nobody. */
static void add_person(struct people *people, const struct referral_person *person)
{
    if (person->identity[0] != '\0')
        people->items[people->count++] = person;
}

size_t referral_people(
    const struct referral_course *course, const struct referral_person *items[static REFERRAL_PEOPLE_MAX])
{
    struct people people = {.items = items};
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        add_person(&people, &course->seats[i].holder);
    for (size_t i = 0; i < course->released_count; i++) {
        add_person(&people, &course->released[i].seat.holder);
        add_person(&people, &course->released[i].by);
    }
    for (size_t i = 0; i < course->former_count; i++)
        add_person(&people, &course->former[i].person);
    for (size_t i = 0; i < course->looker_count; i++)
        add_person(&people, &course->lookers[i]);
    add_person(&people, &course->overridden.by);
    add_person(&people, &course->corrected.by);
    return people.count;
}

struct referral_person referral_owner(const struct referral_case *of)
{
    struct referral_person owner = referral_person_named(of->owner);
    memcpy(owner.now, of->owner_now, sizeof owner.now);
    return owner;
}

/* One of the course's, as what may be changed as the course may. */
static struct referral_person *own(struct referral_course *course, const struct referral_person *person)
{
    return (struct referral_person *)((char *)course + ((const char *)person - (const char *)course));
}

void referral_know(
    struct referral_case *of, struct referral_course *course, const struct staff_register *staff)
{
    const struct referral_person *people[REFERRAL_PEOPLE_MAX];
    const size_t count = referral_people(course, people);
    struct referral_person owner = referral_owner(of);
    referral_person_know(&owner, staff);
    memcpy(of->owner_now, owner.now, sizeof of->owner_now);
    for (size_t i = 0; i < count; i++)
        referral_person_know(own(course, people[i]), staff);
}

uint32_t referral_outcome_candidate(const struct referral_course *course)
{
    uint32_t candidate = 0;
    if (course->outcome != VERDICT_HIT)
        return 0;
    if (course->corrected.verdict != VERDICT_NONE)
        return course->corrected.candidate;
    if (course->overridden.verdict != VERDICT_NONE)
        return course->overridden.candidate;
    for (size_t i = 0; i < course->rules.examiners && candidate == 0; i++)
        candidate = course->seats[i].candidate;
    return candidate;
}

bool referral_is_uncompared(const struct referral_course *course)
{
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        if (course->seats[i].phase >= SEAT_COMPARISON)
            return false;
    for (size_t i = 0; i < course->former_count; i++)
        if (course->former[i].saw_reference)
            return false;
    for (size_t i = 0; i < course->released_count; i++)
        if (course->released[i].seat.phase >= SEAT_COMPARISON)
            return false;
    return !referral_state_is_opened(course->state);
}

int64_t referral_due_ms(const struct referral_case *of, const struct referral_course *course)
{
    return referral_rules_due_ms(&course->rules, of->time_ms);
}

bool referral_is_overdue(const struct referral_case *of, const struct referral_course *course, int64_t now_ms)
{
    return !referral_state_has_outcome(course->state) && now_ms >= referral_due_ms(of, course);
}

/* "person:anna" and "user:anna" are both called anna; a name that somebody only said is no proof, so it counts against either. */
bool referral_is_his(const struct referral_case *of, const struct referral_person *person)
{
    const struct referral_person owner = referral_owner(of);
    return referral_person_is(&owner, person) || identity_is_called(person->name, of->officer);
}

bool referral_is_own(const struct referral_case *of, const struct referral_person *person)
{
    const struct referral_person owner = referral_owner(of);
    return !referral_persons_are_two(&owner, person) || referral_is_his(of, person);
}

static bool is_silent(const struct referral_case *of)
{
    return referral_route_of(of->categories, of->group) == REFERRAL_SILENT;
}

bool referral_is_silent_of_his(const struct referral_case *of, const struct referral_person *person)
{
    return is_silent(of) && referral_is_his(of, person);
}

bool referral_is_hidden_from(const struct referral_case *of, const struct referral_person *person)
{
    return is_silent(of) && referral_is_own(of, person);
}

bool referral_is_known_to(const struct referral_case *of, const struct referral_course *course,
    const struct referral_person *person, unsigned roles)
{
    return person->identity[0] != '\0' && referral_may_see(course->route, roles) &&
           !referral_is_hidden_from(of, person);
}

bool referral_may_know_of_all(
    const struct referral_case *of, const struct referral_person *person, unsigned roles)
{
    return referral_may_see(REFERRAL_SILENT, roles) && !referral_is_own(of, person);
}

bool referral_is_over(const struct referral_course *course, int64_t now_ms)
{
    const struct referral_rules *rules = &course->rules;
    const int64_t days = rules->retention_days > rules->probe_retention_days ? rules->retention_days
                                                                             : rules->probe_retention_days;
    return referral_state_has_outcome(course->state) && now_ms >= course->outcome_ms + days * DAY_MS;
}

bool referral_is_told_to(const struct referral_case *of, const struct referral_course *course,
    const struct principal *principal, int64_t now_ms)
{
    const struct referral_person person = referral_person_of(principal);
    return referral_is_known_to(of, course, &person, principal->roles) &&
           (!referral_is_over(course, now_ms) || referral_may_know_of_all(of, &person, principal->roles));
}

const struct referral_seat *referral_seat_of(
    const struct referral_course *course, const struct referral_person *person)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_FREE && referral_person_is(&course->seats[i].holder, person))
            return &course->seats[i];
    return NULL;
}

bool referral_remembers_look(const struct referral_course *course, const struct referral_person *person)
{
    for (size_t i = 0; i < course->looker_count; i++)
        if (referral_persons_are_called_one(&course->lookers[i], person))
            return true;
    return false;
}

bool referral_may_examine(unsigned roles)
{
    return (roles & (ROLE_EXAMINER | ROLE_PROTECTION_OFFICER)) != 0;
}

enum role referral_role_of_seeing(unsigned roles)
{
    if ((roles & ROLE_PROTECTION_OFFICER) != 0)
        return ROLE_PROTECTION_OFFICER;
    return (roles & ROLE_EXAMINER) != 0 ? ROLE_EXAMINER : ROLE_SUPERVISOR;
}

struct referral_sight referral_sight_of(
    const struct referral_course *course, const struct referral_person *person, unsigned roles)
{
    const struct referral_seat *own = referral_seat_of(course, person);
    /* Who has a seat sees what his seat lets him see, though he is a supervisor by now: the role that he took it in may come back to him. As the one
     * who decides where verdicts differ nobody needs more before they are opened, and who has a seat does not decide. */
    bool all = referral_state_is_opened(course->state) ||
               (own == NULL && (roles & ROLE_SUPERVISOR) != 0 && !referral_may_examine(roles));
    bool judged = own != NULL && own->phase >= SEAT_COMPARISON;
    return (struct referral_sight){.probe = (all || own != NULL) && !course->probe_closed,
        .comparison = all || judged,
        .score = all || (judged && (course->rules.score_shown || own->phase == SEAT_DONE))};
}
