/* store_actions.h: the acts of a store that must be whole whatever the disk does, run alike by the tests of faults and of
 * power cuts; and the questions asked after each.
 *
 * A new act is one row in store_actions; what depends on how a store is opened lies in state_directory.c.
 */
#ifndef KORDON_TESTS_SUPPORT_STORE_ACTIONS_H
#define KORDON_TESTS_SUPPORT_STORE_ACTIONS_H

#include "tests/support/log_witness.h"
#include "tests/support/state_directory.h"

/* Which list is installed. */
struct list_view {
    uint64_t generation, version, count;
};

/* Marks in the disk's record. */
enum store_mark {
    MARK_RECEIPT = 1, /* text with its zero byte: it got out */
    MARK_BEGUN,       /* struct list_view: from here on this list may be the installed one */
    MARK_INSTALLED,   /* struct list_view: from here on it must be */
};

struct store_subject {
    struct state_directory state;
    struct log_witness witness;
    struct list_view list; /* the one in force */
    struct list_view next; /* the one in force where the last act got through */
    int pipe;              /* receipts go there where it is not -1: in a child, which must not judge them */
};

struct store_action {
    const char *name, *duty;
    uint64_t entries; /* it adds to the log */
    enum reason (*run)(struct store_subject *subject);
    /* The list that it is about to install; NULL where it changes none. */
    struct list_view (*plan)(const struct store_subject *subject);
};
#define STORE_ACTIONS 8
extern const struct store_action store_actions[STORE_ACTIONS];
extern const struct store_action *const store_action_append;

/* A state with a list and some entries. Fail the running test where they can't. */
void store_subject_init(struct store_subject *subject);
void store_subject_finish(struct store_subject *subject);

/* What the actions need to find: an open store, a list with entries to erase, a comparison whose body is there, a proposed policy. No fault may be set. */
void store_subject_prepare(struct store_subject *subject);

/* Something got out: into the record, and to the witness (whose complaint fails the test) or through the pipe. */
void store_subject_receipt(struct store_subject *subject, const char *text);

/* Whether the list holds, is all that the file holds of lists, is the one that the log's last entry about the list says, and is old or new (may be NULL); *found
 * gets it; and whether the policy, its proposal, the note, the record and the slot are those of the log's last entry about them. Else complaint says what is wrong. */
bool list_view_check(struct state_directory *state, const struct list_view *old, const struct list_view *new,
    struct list_view *found, char complaint[static 512]);

#endif
