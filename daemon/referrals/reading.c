/* reading.c: the log and those who judge. Its bodies say who judged when, what a seat that was given back had found, and the machine's score: who
 * may still sit is not shown them until all verdicts are given, and who was shown them does not sit (H5). */
#include <string.h>

#include "daemon/referrals/referrals_internal.h"
#include "log/entry.h"
#include "retention/reading.h"

/* --- What is not shown */

/* An auditor is no examiner but in a demonstration, where somebody who is both reads all, and so takes no seat. */
bool referral_reads_in_part(unsigned roles)
{
    return referral_may_examine(roles) && (roles & ROLE_AUDITOR) == 0;
}

static bool withholds(const struct referral *referral, const struct referral_person *person, unsigned roles)
{
    return !referral_state_is_opened(referral->course.state) &&
           (referral_reads_in_part(roles) || referral_seat_of(&referral->course, person) != NULL);
}

/* One that is durable, and not worked on yet. */
static bool has_arrived(const struct referrals *referrals, const char *transaction)
{
    for (size_t i = 0; i < referrals->arrived_count; i++)
        if (transaction == NULL || strcmp(referrals->arrived[i]->transaction, transaction) == 0)
            return true;
    return false;
}

bool referrals_withhold(
    const struct referrals *referrals, const struct principal *by, const char *transaction)
{
    const struct referral_person person = referral_person_of(by);
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++) {
            const struct referral *referral = &match->referrals[i];
            if ((transaction == NULL || strcmp(referral->of.transaction, transaction) == 0) &&
                withholds(referral, &person, by->roles))
                return true;
        }
    return referral_reads_in_part(by->roles) && has_arrived(referrals, transaction);
}

bool referrals_withhold_result(
    const struct referrals *referrals, const struct principal *by, const char *transaction)
{
    const struct referral_person person = referral_person_of(by);
    for (const struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++) {
            const struct referral *referral = &match->referrals[i];
            if (strcmp(referral->of.transaction, transaction) == 0 &&
                referral->course.route != REFERRAL_SILENT && withholds(referral, &person, by->roles))
                return true;
        }
    for (size_t i = 0; i < referrals->arrived_count; i++)
        if (strcmp(referrals->arrived[i]->transaction, transaction) == 0 &&
            referrals->arrived[i]->told == DECISION_MATCH)
            return referral_reads_in_part(by->roles);
    return false;
}

/* --- Who was shown it */

static bool says(const json_t *body, const char *key, const char *value)
{
    const char *said = json_string_value(json_object_get(body, key));
    return said != NULL && strcmp(said, value) == 0;
}

static bool was_shown(const json_t *body, const struct referral_log_question *question)
{
    return says(body, "actor", question->name) &&
           (log_access_shows_referrals(body) || log_access_shows_result(body, question->transaction));
}

/* Looks at people's acts and looks have a "what"; the match's own entry has none. */
static bool is_the_match(const json_t *entry, const char *transaction)
{
    const json_t *body = json_object_get(entry, "body");
    return says(json_object_get(entry, "head"), "event", log_event_name(LOG_EVENT_CONSULTATION)) &&
           says(body, "transaction", transaction) && json_object_get(body, "what") == NULL;
}

/* Newest first. False: it is not known yet. */
static bool look_through(const json_t *entries, const struct referral_log_question *question, bool *read)
{
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        *read = was_shown(json_object_get(entry, "body"), question);
        if (*read || is_the_match(entry, question->transaction))
            return true;
    }
    return false;
}

enum reason referral_log_was_read(
    struct store *store, const struct referral_log_question *question, bool *read, struct failure *failure)
{
    struct journal_search search = {.newest_first = true, .limit = 256, .more = true};
    bool known = false;
    *read = false;
    TRY(journal_newest_size(store, &search.size, failure));
    while (search.more && !known) {
        enum reason reason = retention_search(store, &search, failure);
        known = reason == REASON_DONE && look_through(search.entries, question, read);
        json_decref(search.entries);
        TRY(reason);
        search.begins_behind = true;
        search.after = search.looked;
    }
    return REASON_DONE;
}
