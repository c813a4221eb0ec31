/* kordond.h: what the loop's thread owns, in one struct. The daemon's hub: start reading here.
 *
 *     main.c            wires it together          loop.c          signals, the orderly stop
 *     api/routes.c      requests come in           transaction.c   the way of one transaction
 *     search_pool.c, journal_thread.c, store_reader.c, scanner_pool.c     what works beside the loop
 *
 * Thread rule: everything in struct kordond belongs to the loop's thread; the loop never blocks.
 */
#ifndef KORDON_DAEMON_KORDOND_H
#define KORDON_DAEMON_KORDOND_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "config/config.h"
#include "daemon/threads/journal_thread.h"
#include "daemon/metrics.h"
#include "daemon/http/peer.h"
#include "daemon/search/pool.h"
#include "daemon/http/server.h"
#include "list/reference_set.h"
#include "store/store.h"

struct scanner_pool;
struct store_reader;
struct transaction;
struct list_import;
struct event_stream;

/* The orderly stop, in this order (loop.c). */
enum kordond_phase {
    KORDOND_RUNNING,
    KORDOND_DRAINING,    /* no new work; what was begun is recorded and told */
    KORDOND_SIGNING_OFF, /* the stop entry is on its way */
    KORDOND_CLOSING,     /* threads and handles end */
};

/* How well identification works now; said in status, in the log and in events. */
enum kordond_mode { MODE_ARMED, MODE_IDENTIFICATION_REFUSED, MODE_LOCKED };

struct kordond {
    uv_loop_t loop;
    const struct configuration *configuration;
    struct peer_grants grants;
    char build[80];         /* version and build id, as in the log */
    char verifier_key[512]; /* the log's */
    char origin[512];
    const char
        *verifier_key_file;   /* how its public copy was found at the start; constant, NULL: not looked at */
    uint64_t log_size;        /* entries known to be durable */
    struct failure locked;    /* why nothing is served but the reason itself; reason DONE where all is */
    struct store_guard guard; /* as the store said after its last commit */

    struct journal_thread *journal;
    struct search_pool *search;
    struct store_reader *store_reader;
    struct scanner_pool *scanners; /* NULL: not enabled */
    struct server *server;

    struct reference_set *set;  /* the list in force; NULL where it could not be opened */
    struct failure set_failure; /* why it could not */
    enum kordond_mode mode;
    struct failure mode_failure; /* why it is not armed */
    uint32_t armed_from_fingers; /* the fewest with which it is armed; 0: it is not */
    bool memory_short;           /* as found while no transaction was open */

    struct transaction *transactions; /* all that are known, newest first */
    uint32_t transaction_count;
    uint32_t unfinished_transactions; /* not in a final state */
    uv_timer_t transaction_timer;     /* to the earliest deadline; not running where there is none */
    struct list_import *import;       /* the one import under way, or NULL */
    struct list_turn *list_turn;      /* the change whose turn it is, and those that wait behind it */
    bool sweeping;                    /* what is no longer the list is being deleted */
    uint32_t list_jobs;               /* list changes and rebuilds that have not come back yet */
    struct event_stream *streams;
    uint64_t denial_noted_ms; /* loop time of the last entry about denied requests */
    uint64_t denials_unsaid;  /* since then */
    json_t *denial;           /* the body of the last one, kept while no entry is taken; NULL: none */
    struct metrics metrics;

    enum kordond_phase phase;
    int exit_status;
    uv_signal_t terminate, interrupt;
    uv_prepare_t turn; /* of the loop: measures how long callbacks kept it busy */
    uint64_t turn_began_ns, waited_ns;
    uint64_t longest_block_ns;
    uv_timer_t guard_timer;   /* looks at clock, anchor, day and import */
    uv_timer_t stop_timer;    /* ends a stop that takes too long */
    uv_async_t stop_step;     /* looks again whether the next step of the stop may be taken */
    uint32_t entries_pending; /* entries of our own (not a transaction's) on their way */
    uint32_t closing_parts;
    bool scanners_closing;
    struct journal_entry sign_off;
};

#endif
