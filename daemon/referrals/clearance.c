#include "daemon/referrals/clearance.h"

#include <string.h>

static bool is_or_may_be(const struct referral_person *one, const struct referral_person *other)
{
    return !referral_persons_are_two(one, other);
}

/* Whoever verified it, left a seat at it, chose who does not verify it, or decided where others had. */
static bool had_part(const struct referral_course *course, const struct referral_person *person)
{
    const struct referral_word *words[] = {&course->overridden, &course->corrected};
    bool part = false;
    for (size_t i = 0; i < course->released_count; i++) {
        const struct referral_released *released = &course->released[i];
        part = part || is_or_may_be(&released->seat.holder, person) ||
               (released->by.identity[0] != '\0' && is_or_may_be(&released->by, person));
    }
    for (size_t i = 0; i < course->rules.examiners; i++)
        part =
            part || (course->seats[i].phase != SEAT_FREE && is_or_may_be(&course->seats[i].holder, person));
    for (size_t i = 0; i < course->former_count; i++)
        part = part || is_or_may_be(&course->former[i].person, person);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        part = part || (words[i]->verdict != VERDICT_NONE && is_or_may_be(&words[i]->by, person));
    return part;
}

static enum reason check_person(const struct referral_case *of, const struct referral_course *course,
    const struct principal *by, struct failure *failure)
{
    const struct referral_person person = referral_person_of(by);
    if (!referral_is_known_to(of, course, &person, by->roles))
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if ((by->roles & ROLE_SUPERVISOR) == 0)
        return failure_set(failure, REASON_NOT_PERMITTED, "referral", N_("it takes a supervisor"));
    if (referral_is_own(of, &person))
        return failure_set(failure, REASON_NOT_PERMITTED, "referral",
            N_("the transaction is of the person who would clear the traveller, or nobody knows whether it "
               "is"));
    if (had_part(course, &person))
        return failure_set(failure, REASON_NOT_PERMITTED, "referral",
            N_("who verified or decided it clears nobody by it, nor does whom nobody can tell from him: it "
               "takes another supervisor"));
    return REASON_DONE;
}

static enum reason check_document(const struct referral_case *of,
    const uint8_t document[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    static const uint8_t none[CASE_RECORD_KEY_BYTES];
    if (memcmp(of->document, none, sizeof none) == 0)
        return failure_set(failure, REASON_BAD_VALUE, "document",
            N_("none was named when the traveller crossed: nobody can tell whether it is his"));
    if (!equal_in_constant_time(of->document, document, sizeof of->document))
        return failure_set(failure, REASON_BAD_VALUE, "document",
            N_("it is another one than was named when the traveller crossed"));
    return REASON_DONE;
}

enum reason referral_clear(const struct referral_case *of, const struct referral_course *course,
    const struct principal *by, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    struct redress_case *made, struct failure *failure)
{
    TRY(check_person(of, course, by, failure));
    if (course->outcome != VERDICT_FALSE_POSITIVE)
        return failure_set(failure, REASON_REFERRAL_STATE, "referral",
            N_("people have not found that it is a false positive"));
    TRY(check_document(of, document, failure));
    if (of->entry_count == 0 && of->entries_changed)
        return failure_set(failure, REASON_REDRESS_STATE, "referral",
            N_("between the match and the first seat an entry of the list was changed or erased, so people "
               "compared with something else than the machine: where he is taken for it again, that match "
               "can "
               "clear him"));
    if (of->entry_count == 0)
        return failure_set(failure, REASON_REDRESS_STATE, "referral",
            N_("what the entries said when people compared is not known, or they are too many"));
    memcpy(made->document, document, sizeof made->document);
    memcpy(made->referral, of->id, sizeof made->referral);
    memcpy(made->transaction, of->transaction, sizeof made->transaction);
    memcpy(made->purpose, of->purpose, sizeof made->purpose);
    memcpy(made->legal_basis, of->legal_basis, sizeof made->legal_basis);
    memcpy(made->entries, of->entries, sizeof made->entries);
    made->entry_count = of->entry_count;
    return REASON_DONE;
}
