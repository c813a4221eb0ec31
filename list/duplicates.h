/* duplicates.h: which people of a list have a finger in common, as their prints say. Whoever keeps the list wants to know: one person under
 * two names, or one file under two people. It is a remark, and never a reason to refuse a list: aliases are real.
 *
 * Each searched finger of a set is compared with those at its position of everybody else whom one purpose may see beside its person: those
 * whom none may see together are not compared here either (P8). It goes in steps of some ms (list_duplicates_step()), each pair once. The score
 * that counts follows from how many comparisons that is at most. Days don't matter: whoever is on the list is compared, today or not. Whom no
 * purpose may see, and who has no searchable finger, is not.
 *
 *     duplicates_reach.c     whose fingers meet whose      duplicates.c     the search
 *
 * Thread rule: one thread at a time; the set is held by the caller.
 */
#ifndef KORDON_LIST_DUPLICATES_H
#define KORDON_LIST_DUPLICATES_H

#include "base/locked_memory.h"
#include "list/opened_list.h"

#define DUPLICATES_FALSE 0.1 /* expected of a search of the whole list, at most */
#define DUPLICATES_LEAST                                                                                     \
    40 /* score: what one in ten people of a short list were told of by mistake nobody would heed */

/* Pairs that are kept: in all, and of each person with those behind him. One person under many names makes more pairs than anybody reads, and
 * must not leave others without room. */
#define DUPLICATES_MAX    1000
#define DUPLICATES_OF_ONE 8

/* Two people, by their numbers in sets that share a memory, and the best of their fingers. */
struct duplicate {
    uint32_t subject, other;
    matcher_score score;
    enum finger_position position; /* of the first one's finger */
};

/* How many fingers there are to be compared with, for each purpose, then for all. */
struct duplicates_reach {
    uint32_t fingers[POLICY_PURPOSES_MAX + 1][FINGER_POSITION_COUNT];
    uint32_t counted, judged; /* people who went into fingers; and who went into comparable */
    uint64_t comparable;
};

/* Zeroed: nothing is known yet. */
struct list_duplicates {
    bool counted;            /* what follows is known, of the set as it is now */
    uint64_t comparable;     /* entries with a finger that somebody else's is compared with */
    uint64_t comparisons;    /* of fingers that a search of the whole list makes, at most */
    matcher_score threshold; /* that follows from it */
    uint32_t subjects, next; /* how many there are, and the first that was not searched whole */
    uint64_t left_out;       /* at least so many fingers agree whose pairs are not kept */
    size_t count;
    struct duplicate *pairs; /* DUPLICATES_MAX of them */
    /* private: the count, and where in the search of the next subject it is */
    struct duplicates_reach reach;
    uint32_t finger, place;
    struct locked_memory memory; /* a probe, and what the first stage leaves */
};

/* Goes on for some ms. keep: locked memory that must be left for others. The set shares its memory with the first step's; whom it was made
 * without is left out. workspace: of matcher_compare_workspace_size(), which the caller wipes. NO_MEMORY, MEMLOCK_LIMIT, INTERNAL_ERROR:
 * a later step may go on where this one ended. */
enum reason list_duplicates_step(struct list_duplicates *duplicates, const struct opened_list *set,
    size_t keep, struct matcher_workspace workspace, struct failure *failure);

/* Locked memory that steps take, until they rest. */
size_t list_duplicates_memory(void);

/* Gives its locked memory back until the next step. */
void list_duplicates_rest(struct list_duplicates *duplicates);

/* Whether everybody was searched. Until then that no pair is known means nothing. */
bool list_duplicates_finished(const struct list_duplicates *duplicates);

/* An erased entry takes its pairs with it; of those that are not kept nobody knows whose they were. The next steps count again. */
void list_duplicates_forget(struct list_duplicates *duplicates, const struct opened_list *set);

/* Wipes and frees; takes a zeroed struct. */
void list_duplicates_finish(struct list_duplicates *duplicates);

#endif
