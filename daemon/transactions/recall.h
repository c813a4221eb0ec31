/* recall.h: a transaction that memory has forgotten, or whose end is not known, asked for in the log.
 *
 * The id says behind which entry its end was recorded (secrets.h). From there on the log is read, each entry proven, in small steps on
 * the thread that reads the state, until the transaction's entry is found or it is proven that there is none: kordond started
 * again meanwhile, and what was open then came to no end; or the log ends. The end of the log is no proof while a commit may be under way
 * or in doubt: an entry about the question is written then, and read up to. There is no index that could be emptied.
 *
 * That there is no entry proves nothing where the log was put back to an older copy: its entry may have been among those that are gone. The
 * id knows which log it was made for, and the log who accepted that it disagrees with its anchor. Then nobody knows.
 *
 *     start -> (supervisor: recorded) -> read, read, ... -> found                              DONE
 *                                                        -> a start of kordond                 TRANSACTION_UNDECIDED
 *                                                        -> the end of the log -> recorded -> read up to there
 *                                                        -> no entry, and a log that was put back     OUTCOME_UNKNOWN
 *                                                        -> no entry, and bodies that were erased     TRANSACTION_ERASED
 *
 * A body that is held beyond its time is erased to the transaction's owner: he is told what he would be told of any.
 *
 * Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_RECALL_H
#define KORDON_DAEMON_TRANSACTIONS_RECALL_H

#include "daemon/threads/store_reader.h"
#include "daemon/transactions/table.h"

/* At once for one principal; more are BUSY. */
#define RECALLS_EACH 2

/* The receipt of its end's entry: none; the log's own, which says where it stands and what it says; the plain one. */
enum recall_receipt { RECALL_NO_RECEIPT, RECALL_LOG_RECEIPT, RECALL_PLAIN_RECEIPT };

/* Who asks, for what. */
struct transaction_question {
    const struct principal *principal; /* copied */
    const char *id;
    size_t id_size;
    bool any_owner;              /* he may ask for what is another's: that is recorded (L4) ... */
    enum role role;              /* ... with the role he does so in */
    const char *justification;   /* likewise; NULL: none was given */
    bool in_part;                /* likewise: of an open match that he may still judge he is shown nothing */
    enum recall_receipt receipt; /* that he wants as well */
};

/* In the caller's memory from a start that was DONE until done(), which comes exactly once, later. */
struct transaction_recall {
    void (*done)(struct transaction_recall *recall); /* set by the caller */
    /* what is valid in done(), where reason is DONE; else why not: TRANSACTION_NOT_FOUND, TRANSACTION_UNDECIDED, TRANSACTION_ERASED,
     * OUTCOME_UNKNOWN, STOPPING, TRANSACTION_STATE (a plain receipt of what an older kordond recorded),
     * ANCHOR_UNREACHABLE where results wait for the anchor, those of journal_read() and of an entry that could not be written */
    enum reason reason;
    struct failure failure;
    json_t *answer;           /* what the owner was told */
    json_t *body;             /* of its entry */
    char *receipt;            /* the log's: against the newest checkpoint */
    struct request_mark mark; /* of the request that ended it */
    /* private */
    struct transactions *transactions;
    struct transaction_recall *next;
    struct principal principal;
    char id[TRANSACTION_ID_SIZE];
    enum role role; /* TERMINAL: its owner's */
    bool in_part;
    enum recall_receipt wanted;
    struct reader_job job;
    struct journal_entry entry;
    struct transaction_origin origin;
    uint64_t from, end; /* to be read next; the entry about the question, 0: not written */
    uint64_t seq;       /* of what was found */
    json_t *found;      /* its entry */
    bool exhausted, started;
    bool erased;   /* bodies of transactions' ends are gone, its own may be one of them */
    bool put_back; /* the log may have had its entry, and have it no more */
};

/* recall->done is set, the rest zeroed. DONE: done() will be called. Otherwise it will not: TRANSACTION_NOT_FOUND for what is no id of
 * ours, or another's; OUTCOME_UNKNOWN for his own, made when the log was longer than it is; BUSY, also where he has caused too many
 * entries of late; STOPPING; NO_MEMORY. */
enum reason transaction_recall_start(struct transactions *transactions, struct transaction_recall *recall,
    const struct transaction_question *question, struct failure *failure);

/* Frees what it came to. */
void transaction_recall_finish(struct transaction_recall *recall);

/* L4: what the log says of who asks for which transaction. justification may be NULL. in_part: of an open match that he may still judge he is shown
 * nothing. NULL without memory. */
json_t *transaction_look_body(const struct evidence *evidence, const struct principal *principal,
    enum role role, const char *id, const char *justification, bool in_part);

#endif
