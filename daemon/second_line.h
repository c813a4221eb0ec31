/* second_line.h: whether anybody is there to verify matches, as register and roles say it.
 *
 * What a machine finds is nothing until people see it (H1): a post at which nobody would is not armed. A silent referral is none for who opened the
 * transaction, nor for the officer whom he named (P6): where that is all who could see one, and nobody else is known to be another person, nothing is
 * identified for them. Whatever else is missing warns: it keeps nobody from seeing a match, but from deciding it, or from deciding it in time. Nothing of it
 * follows from the list, so that it tells nothing of it.
 *
 * A demonstration claims nothing of who is who; nothing is asked of it. Pure, but for second_line_say(); any thread.
 */
#ifndef KORDON_DAEMON_SECOND_LINE_H
#define KORDON_DAEMON_SECOND_LINE_H

#include "daemon/register.h"

/* Who see every referral but the silent ones of their own travellers. */
#define SECOND_LINE_VIEWERS (ROLE_EXAMINER | ROLE_SUPERVISOR)

/* Who read in the log what it says of open matches, and therefore judge none (H5). */
#define SECOND_LINE_READERS (ROLE_AUDITOR | ROLE_SUPERVISOR)

/* How many hold each role; viewers: one of SECOND_LINE_VIEWERS; readers: one of SECOND_LINE_READERS. */
struct second_line {
    bool demonstration;
    struct role_count terminals, viewers, examiners, protection_officers, supervisors, readers;
};

enum second_line_gap {
    SECOND_LINE_NOBODY,           /* no examiner and no supervisor: it is not armed */
    SECOND_LINE_TERMINALS_UNSEEN, /* some terminals' matches would be seen by nobody: they can't open identifications */
    SECOND_LINE_FEW_EXAMINERS, /* fewer than the policy asks for: verdicts wait for one who comes later, or sits elsewhere */
    SECOND_LINE_NO_PROTECTION_OFFICER,
    SECOND_LINE_NO_SUPERVISOR, /* nobody decides where examiners differ, or looks after what is overdue */
    SECOND_LINE_READERS_UNSEEN, /* some who read the log are not known to be no examiners: behind their reading nobody sits */
    SECOND_LINE_GAP_COUNT
};

/* "nobody", "terminals_unseen", "few_examiners", "no_protection_officer", "no_supervisor", "readers_unseen"; stable. */
const char *second_line_gap_name(enum second_line_gap gap);

/* What it leads to, and what is to be done; constant. */
const char *second_line_gap_remedy(enum second_line_gap gap);

/* Bits (1u << gap). examiners: the most that any purpose asks for. Of a role that a group has nobody here knows that its members are missing. */
unsigned second_line_gaps(const struct second_line *second_line, uint32_t examiners);

/* Warns of each. */
void second_line_say(const struct second_line *second_line, uint32_t examiners);

/* NO_SECOND_LINE: nobody would see a match. */
enum reason second_line_check(const struct second_line *second_line, struct failure *failure);

/* NO_SECOND_LINE: nobody who could see its match is known to be another person than who opens the transaction, and than the officer whom he names. Of a group's
 * members nobody here knows who they are: they pass for others. officer: "" for none; who is in no register hides nothing. owner may be any in a
 * demonstration. */
enum reason second_line_check_transaction(const struct second_line *second_line,
    const struct staff_register *staff, const struct principal *owner, const char *officer,
    struct failure *failure);

#endif
