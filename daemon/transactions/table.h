/* table.h: all transactions that are known: opened, found, given up when nothing happens, forgotten. Loop's thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_TABLE_H
#define KORDON_DAEMON_TRANSACTIONS_TABLE_H

#include <jansson.h>
#include <uv.h>

#include "daemon/mode.h"
#include "daemon/policy_in_force.h"
#include "daemon/quota.h"
#include "daemon/register.h"
#include "daemon/transactions/pacing.h"
#include "daemon/transactions/secrets.h"
#include "store/store.h"

#define TRANSACTIONS_KEPT_MAX 1024 /* with the finished ones that can still be asked for */

/* What a document's keys are made with; in locked memory. */
struct document_secrets {
    uint8_t note[STORE_KEY_BYTES];    /* by which notes of postponed captures are found */
    uint8_t pair[STORE_KEY_BYTES];    /* by which is found from whom its holder was told apart */
    uint8_t redress[STORE_KEY_BYTES]; /* by which a case of redress is found by its number */
};

struct referral_opening;
struct transaction;
struct transaction_recall;
struct transaction_request;
struct transaction_view;

/* What they work with is filled in by whoever makes it. */
struct transactions {
    const struct configuration *configuration;
    const struct policy_in_force *policy;
    const struct staff_register *staff; /* that is in force */
    uv_loop_t *loop;
    const struct workers *workers;
    const struct guard *guard;
    struct list *list;
    struct mode *mode;
    struct evidence *evidence;
    const struct events *events;
    struct metrics *metrics;
    struct quota *quota; /* of those that are not finished */
    struct work *work;
    /* How a transaction that ends so is shown to its owner; new object, NULL without memory. What it gives is kept in the log. */
    json_t *(*show)(const struct transaction *transaction, const struct transaction_view *view);
    /* Told of each whole search whose entry is durable, and whether it found somebody; takes the opening over, whose prints lie in its slot alone. Nothing that takes time is done in this
     * turn, in which the first line is answered. NULL: nobody hears of it, and who looks at the slots finds it there. */
    void (*referred)(void *data, struct referral_opening *opening, bool match);
    /* Told where nobody knows whether an end is durable that may have kept a match: the slots say it to whoever reads them again. As above. */
    void (*in_doubt)(void *data);
    void *referred_data;                   /* for both */
    struct transaction_secrets secrets;    /* zeroed: transactions_take_keys() */
    struct locked_memory document_secrets; /* likewise */
    bool stopping;                         /* no step is begun any more */
    struct transaction *newest;            /* all that are known */
    struct transaction_recall *recalls;    /* under way */
    uint32_t count;
    uint32_t unfinished;     /* not in a final state */
    uv_timer_t timer;        /* to the earliest deadline; not running where there is none */
    uv_timer_cb on_deadline; /* private */
    struct pacing pacing;    /* what is compared, and what is recorded */
};

/* Before the first is opened; and its handles, to be closed with the loop's others. SYSTEM_ERROR. */
enum reason transactions_init(struct transactions *transactions, struct failure *failure);

/* The keys that belong to that state; once, before the first is opened. CRYPTO_FAILED, MEMLOCK_LIMIT, NO_MEMORY. */
enum reason transactions_take_keys(
    struct transactions *transactions, const struct store *store, struct failure *failure);

struct transaction_fingers;

/* Which fingers an identification or verification that is asked for so takes: the policy's, and as many of them as the post is armed from, since with fewer
 * no target would be reached. Its purpose is one of the policy. Reasons of transaction_fingers_choose(). */
enum reason transactions_choose_fingers(const struct transactions *transactions,
    const struct transaction_request *request, struct transaction_fingers *fingers, struct failure *failure);

/* Opens one for its owner. BAD_VALUE (what must be said of the traveller is not), OFFICER_NOT_REGISTERED, those of
 * rules_check_capture(), exception_check() and mode_check_capture(), BUSY, STOPPING, CRYPTO_FAILED, NO_MEMORY; where
 * identification is wanted and required to be armed: those of mode_check_purpose() and identification_check(). */
enum reason transaction_open(struct transactions *transactions, const struct principal *owner,
    const struct transaction_request *request, struct transaction **transaction, struct failure *failure);

/* Whether it would be opened, but for room, for a request whose document is a key already. Those reasons. */
enum reason transaction_check_opening(struct transactions *transactions, const struct principal *owner,
    struct transaction_request *request, struct failure *failure);

/* The transaction of that id that this principal may see; NULL otherwise. any_owner: also those of others. */
struct transaction *transaction_find(struct transactions *transactions, const struct principal *principal,
    const char *id, size_t id_size, bool any_owner);

/* At stop: gives up all that are not being decided already. */
void transactions_stop(struct transactions *transactions);

/* Frees all; no step may come back any more. */
void transactions_finish(struct transactions *transactions);

#endif
