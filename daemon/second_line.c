#include "daemon/second_line.h"

#include "base/identity.h"
#include "base/language.h"
#include "base/say.h"

static const struct {
    const char *name, *remedy;
} gaps[SECOND_LINE_GAP_COUNT] = {
    [SECOND_LINE_NOBODY] = {CODE_("second_line", "nobody"),
        N_("nobody would see a match, so nothing is compared with the list: register examiners and a "
           "supervisor in kordon.conf, then systemctl reload kordond")},
    [SECOND_LINE_TERMINALS_UNSEEN] = {CODE_("second_line", "terminals_unseen"),
        N_("who opens transactions and is not in the register is not known to be another person than "
           "examiners and supervisors who are, or the other way round, and opens no identification: register "
           "both in kordon.conf")},
    [SECOND_LINE_FEW_EXAMINERS] = {CODE_("second_line", "few_examiners"),
        N_("a match that takes two persons waits for one who comes later or sits elsewhere: register as many "
           "examiners in kordon.conf as the policy asks for")},
    [SECOND_LINE_NO_PROTECTION_OFFICER] = {CODE_("second_line", "no_protection_officer"),
        N_("nobody can verify a match of a person who is to be protected or asks for it: register a "
           "protection officer in kordon.conf")},
    [SECOND_LINE_NO_SUPERVISOR] = {CODE_("second_line", "no_supervisor"),
        N_("nobody decides where examiners differ, and nobody looks after what is overdue: register a "
           "supervisor in kordon.conf")},
    [SECOND_LINE_READERS_UNSEEN] = {CODE_("second_line", "readers_unseen"),
        N_("of who reads the log and is not in the register nobody knows that he is no examiner: from his "
           "reading on nobody of the register takes a seat at the matches that were open then: register him "
           "in kordon.conf")},
};

const char *second_line_gap_name(enum second_line_gap gap)
{
    return gaps[gap].name;
}

const char *second_line_gap_remedy(enum second_line_gap gap)
{
    return gaps[gap].remedy;
}

static bool has_fewer(const struct role_count *count, uint32_t needed)
{
    return count->groups == 0 && count->persons + count->users < needed;
}

/* Two are known to be two where the register has both, or neither. */
static bool has_unseen_terminals(const struct second_line *second_line)
{
    const struct role_count *terminals = &second_line->terminals, *viewers = &second_line->viewers;
    if (viewers->groups > 0)
        return false;
    return (terminals->persons > 0 && viewers->persons == 0) ||
           (terminals->users + terminals->groups > 0 && viewers->users == 0);
}

static bool has_unseen_readers(const struct second_line *second_line)
{
    return second_line->examiners.persons > 0 && second_line->readers.users + second_line->readers.groups > 0;
}

unsigned second_line_gaps(const struct second_line *second_line, uint32_t examiners)
{
    unsigned found = 0;
    if (second_line->demonstration)
        return 0;
    if (has_fewer(&second_line->viewers, 1))
        found |= 1u << SECOND_LINE_NOBODY;
    else if (has_unseen_terminals(second_line))
        found |= 1u << SECOND_LINE_TERMINALS_UNSEEN;
    if (has_fewer(&second_line->examiners, examiners))
        found |= 1u << SECOND_LINE_FEW_EXAMINERS;
    if (has_fewer(&second_line->protection_officers, 1))
        found |= 1u << SECOND_LINE_NO_PROTECTION_OFFICER;
    if (has_fewer(&second_line->supervisors, 1))
        found |= 1u << SECOND_LINE_NO_SUPERVISOR;
    if (has_unseen_readers(second_line))
        found |= 1u << SECOND_LINE_READERS_UNSEEN;
    return found;
}

void second_line_say(const struct second_line *second_line, uint32_t examiners)
{
    const unsigned found = second_line_gaps(second_line, examiners);
    for (enum second_line_gap gap = 0; gap < SECOND_LINE_GAP_COUNT; gap++)
        if ((found & 1u << gap) != 0)
            say(SAY_WARNING, "second line: %s", second_line_gap_remedy(gap));
}

enum reason second_line_check(const struct second_line *second_line, struct failure *failure)
{
    if (second_line->demonstration || !has_fewer(&second_line->viewers, 1))
        return REASON_DONE;
    return failure_set(
        failure, REASON_NO_SECOND_LINE, NULL, N_("there is no examiner and no supervisor here"));
}

static bool is_viewer(unsigned roles)
{
    return (roles & SECOND_LINE_VIEWERS) != 0;
}

/* How many of the viewers who are known as the owner is (registered, or not) are he, or are called like the officer that he names. */
static unsigned viewers_of_his_own(
    const struct staff_register *staff, const struct principal *owner, const char *officer)
{
    const struct register_holder *named = register_find_person(staff, officer);
    if (!owner->registered)
        return is_viewer(owner->roles) + (named != NULL && !identity_is_called(owner->name, officer)
                                                 ? is_viewer(named->roles_of_namesake)
                                                 : 0);
    const struct register_holder *himself = register_find_holder(staff, owner->name);
    return (himself != NULL ? is_viewer(himself->roles_by_any_proof) : 0) +
           (named != NULL && named != himself ? is_viewer(named->roles_by_any_proof) : 0);
}

enum reason second_line_check_transaction(const struct second_line *second_line,
    const struct staff_register *staff, const struct principal *owner, const char *officer,
    struct failure *failure)
{
    const struct role_count *viewers = &second_line->viewers;
    if (second_line->demonstration || viewers->groups > 0 ||
        (owner->registered ? viewers->persons : viewers->users) > viewers_of_his_own(staff, owner, officer))
        return REASON_DONE;
    return failure_set(failure, REASON_NO_SECOND_LINE, NULL,
        N_("no examiner and no supervisor is known to be another person than who opens the transaction and "
           "the "
           "officer whom it names: register terminals and staff both, or name the officer who serves"));
}
