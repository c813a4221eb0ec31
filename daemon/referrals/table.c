/* table.c: all matches that are known: from the state, and those that become durable. */
#include <string.h>

#include "base/language.h"
#include "base/say.h"
#include "daemon/referrals/referrals_internal.h"

static enum reason new_match(
    struct referrals *referrals, struct referral_match **match, struct failure *failure)
{
    TRY(match_memory_take(&referrals->memory, match, failure));
    (*match)->next = referrals->newest;
    referrals->newest = *match;
    return REASON_DONE;
}

void referrals_know_register(const struct referrals *referrals)
{
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++)
            referral_know_today(referrals, &match->referrals[i]);
}

static void add_referral(
    struct referral_match *match, const struct referral_case *of, const struct referral_course *course)
{
    match->referrals[match->count++] = (struct referral){.match = match, .of = *of, .course = *course};
}

/* opening is taken over where that is DONE. */
static enum reason add_match(
    struct referrals *referrals, struct referral_opening *opening, struct failure *failure)
{
    struct referral_match *match;
    TRY(new_match(referrals, &match, failure));
    match->opening = opening;
    for (int silent = 0; silent < 2; silent++) {
        struct referral_case of;
        if (!referral_case_of(opening, silent != 0, &of))
            continue;
        const struct referral_course course = referral_course_begin(&of, &opening->rules);
        add_referral(match, &of, &course);
    }
    return REASON_DONE;
}

/* --- From the state -------------------------------------------------------------------------------------------- */

static enum reason on_opened(void *context, struct referral_opening *opening, struct failure *failure)
{
    enum reason reason = add_match(context, opening, failure);
    if (reason != REASON_DONE)
        referral_opening_destroy(opening);
    return reason;
}

struct referral *referral_known(const struct referrals *referrals, const char *id)
{
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++)
            if (strcmp(match->referrals[i].of.id, id) == 0)
                return &match->referrals[i];
    return NULL;
}

/* What people made of it goes before how it would begin. */
static enum reason on_kept(void *context, const struct referral_case *of,
    const struct referral_course *course, struct failure *failure)
{
    struct referrals *referrals = context;
    struct referral *known = referral_known(referrals, of->id);
    struct referral_match *match;
    if (known != NULL) {
        known->of = *of;
        known->course = *course;
        return REASON_DONE;
    }
    TRY(new_match(referrals, &match, failure));
    add_referral(match, of, course);
    return REASON_DONE;
}

enum reason referrals_load(struct referrals *referrals, struct store *store, struct failure *failure)
{
    TRY(locked_memory_init(&referrals->secret, STORE_KEY_BYTES, failure));
    TRY(referral_secret(store, referrals->secret.bytes, failure));
    TRY(referrals_read(store, referrals->secret.bytes,
        &(struct referral_reading){.opened = on_opened, .kept = on_kept, .context = referrals}, failure));
    TRY(match_memory_look(&referrals->memory, 0, failure));
    referrals_know_register(referrals);
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++)
            if (referral_wants_entries(&match->referrals[i]))
                referral_read_entries(&match->referrals[i], store);
    return REASON_DONE;
}

/* --- As time goes on ------------------------------------------------------------------------------------------- */

/* Its overt referral or its silent one is there. */
static bool is_known(const struct referrals *referrals, const char *transaction)
{
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        if (match->count > 0 && strcmp(match->referrals[0].of.transaction, transaction) == 0)
            return true;
    return false;
}

static bool keep(struct referral_opening **openings, size_t *count, struct referral_opening *opening)
{
    const bool room = *count < PROBE_SLOTS_MAX;
    if (room)
        openings[(*count)++] = opening;
    return room;
}

/* In the turn in which the first line is answered: as much as for anybody else, so nothing is looked for here. */
void referrals_referred(void *data, struct referral_opening *opening, bool match)
{
    struct referrals *referrals = data;
    referral_opening_drop_prints(opening);
    if (match ? keep(referrals->arrived, &referrals->arrived_count, opening)
              : keep(referrals->of_nobody, &referrals->of_nobody_count, opening))
        return;
    if (match)
        say(SAY_ERROR, "a match is kept, but its referral is not shown before the next start");
    referral_opening_destroy(opening);
}

static void free_openings_of_nobody(struct referrals *referrals)
{
    for (size_t i = 0; i < referrals->of_nobody_count; i++)
        referral_opening_destroy(referrals->of_nobody[i]);
    referrals->of_nobody_count = 0;
}

static void take_found(struct referrals *referrals)
{
    struct referral_search *search = &referrals->search;
    if (search->under_way)
        return;
    for (size_t i = 0; i < search->found_count; i++)
        referrals_referred(referrals, search->found[i], true);
    search->found_count = 0;
}

/* False: there is no memory for it yet. */
static bool take(struct referrals *referrals, struct referral_opening *opening)
{
    if (is_known(referrals, opening->transaction)) {
        referral_opening_destroy(opening);
        return true;
    }
    if (add_match(referrals, opening, NULL) != REASON_DONE)
        return false;
    for (size_t i = 0; i < referrals->newest->count; i++) {
        referral_know_today(referrals, &referrals->newest->referrals[i]);
        referral_changed(referrals, &referrals->newest->referrals[i]);
    }
    return true;
}

/* What there is no memory for waits for the next tick. */
static void take_arrived(struct referrals *referrals)
{
    size_t taken = 0;
    while (taken < referrals->arrived_count && take(referrals, referrals->arrived[taken]))
        taken++;
    referrals->arrived_count -= taken;
    for (size_t i = 0; i < referrals->arrived_count; i++)
        referrals->arrived[i] = referrals->arrived[taken + i];
}

static void tell_overdue(struct referrals *referrals, struct referral *referral, int64_t now_ms)
{
    bool overdue = referral_is_overdue(&referral->of, &referral->course, now_ms);
    if (overdue == referral->told_overdue)
        return;
    referral->told_overdue = overdue;
    if (overdue)
        referral_changed(referrals, referral);
}

/* Long before nobody can be compared any more. */
static void tell_places(struct referrals *referrals)
{
    const bool few = referrals->guard->places.few;
    if (few == referrals->told_few)
        return;
    referrals->told_few = few;
    events_publish(referrals->events, &(struct event){.type = EVENT_REFERRAL_PLACES});
}

/* As often as places are judged, by a bound of chance of its own. What there is no memory for now there may be at the next time. */
static void look_at_memory(struct referrals *referrals)
{
    const uint64_t judged_ms = referrals->guard->places.judged_ms;
    uint32_t more;
    if (referrals->memory.looked_ms == judged_ms || places_draw(&more, NULL) != REASON_DONE)
        return;
    referrals->memory.looked_ms = judged_ms;
    (void)match_memory_look(&referrals->memory, more, NULL);
}

void referrals_tick(struct referrals *referrals, int64_t now_ms, int64_t past_ms)
{
    tell_places(referrals);
    look_at_memory(referrals);
    free_openings_of_nobody(referrals);
    take_found(referrals);
    take_arrived(referrals);
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++)
            tell_overdue(referrals, &match->referrals[i], now_ms);
    referral_doubts_look(referrals, now_ms);
    match_search_look(referrals, now_ms);
    match_erasure_look(referrals, now_ms, past_ms);
}

void referrals_finish(struct referrals *referrals)
{
    free_openings_of_nobody(referrals);
    take_found(referrals);
    for (size_t i = 0; i < referrals->arrived_count; i++)
        referral_opening_destroy(referrals->arrived[i]);
    referrals->arrived_count = 0;
    while (referrals->newest != NULL) {
        struct referral_match *match = referrals->newest;
        referrals->newest = match->next;
        referral_opening_destroy(match->opening);
        match_memory_give_back(&referrals->memory, match);
    }
    match_memory_finish(&referrals->memory);
    locked_memory_finish(&referrals->secret);
}

static void count(struct referrals_count *counted, const struct referral *referral, int64_t now_ms)
{
    const bool waits = !referral_state_has_outcome(referral->course.state);
    counted->waiting += waits;
    counted->ended += !waits;
    counted->immediate += waits && referral_is_immediate(referral->of.categories);
    counted->overdue += referral_is_overdue(&referral->of, &referral->course, now_ms);
}

/* One of his own goes from his numbers with its own time, whatever becomes of another one of the match. */
static bool is_not_counted(
    const struct referral *referral, const struct referral_person *person, int64_t now_ms)
{
    return referral_is_hidden_from(&referral->of, person) ||
           (referral_is_own(&referral->of, person) && referral_is_over(&referral->course, now_ms));
}

/* A place that a hidden one alone keeps by now is free in his eyes. */
static void count_match(struct referrals_count *counted, const struct referral_match *match,
    const struct referral_person *person, int64_t now_ms)
{
    bool hides = false, keeps = false;
    for (size_t i = 0; i < match->count; i++) {
        const struct referral *referral = &match->referrals[i];
        hides = hides || referral_is_hidden_from(&referral->of, person);
        if (is_not_counted(referral, person, now_ms))
            continue;
        count(counted, referral, now_ms);
        keeps = keeps || !referral->course.probe_closed;
    }
    counted->places += hides && !keeps && match->opening != NULL;
}

struct referrals_count referrals_count(
    const struct referrals *referrals, const struct principal *by, int64_t now_ms)
{
    const struct referral_person person = referral_person_of(by);
    struct referrals_count counted = {.places = referrals->guard->store.probe_slots_free};
    struct referral_case of;
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        count_match(&counted, match, &person, now_ms);
    for (size_t i = 0; i < referrals->arrived_count; i++)
        counted.places += referral_case_of_silent_alone(referrals->arrived[i], &of) &&
                          referral_is_hidden_from(&of, &person);
    return counted;
}

struct referral *referral_find(
    const struct referrals *referrals, const struct principal *principal, const char *id)
{
    struct referral *found = referral_known(referrals, id);
    return found != NULL && referral_is_told_to(&found->of, &found->course, principal, store_now_ms()) ? found
                                                                                                       : NULL;
}

enum reason referral_find_idle(
    const struct referral_verb *verb, struct referral **referral, struct failure *failure)
{
    struct referrals *referrals = verb->referrals;
    *referral = referral_find(referrals, verb->by, verb->id);
    if (*referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if (referrals->stopping || referrals->workers->journal == NULL || referrals->workers->reader == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if ((*referral)->under_way || (*referral)->erasing)
        return failure_set(failure, REASON_BUSY, "referral",
            N_("a change of it is being recorded, or nobody knows yet whether the last one is: try again in "
               "a moment"));
    return REASON_DONE;
}
