/* kordond.h: the house: what each room owns, in one struct, put together by lifecycle.c and main.c. Start reading here.
 *
 *     main.c                options, configuration, the state       lifecycle.c    start, orderly stop, end
 *     api/routes.c          requests come in                        transactions/  the way of one transaction
 *     referrals/            matches that people verify              redress/       who was taken for another
 *     list/list.h           the list that is searched               mode.h         whether it may be
 *     reload.c              another configuration                   service_manager.c   what systemd is told
 *     threads/, search/, scanners/                                  what works beside the loop
 *
 * Only the API and the files that begin and end it all know the whole; rooms know what they need. Thread rule: everything in struct
 * kordond belongs to the loop's thread; the loop never blocks.
 */
#ifndef KORDON_DAEMON_KORDOND_H
#define KORDON_DAEMON_KORDOND_H

#include <uv.h>

#include "daemon/faults.h"
#include "daemon/http/server.h"
#include "daemon/loop.h"
#include "daemon/mode.h"
#include "daemon/network.h"
#include "daemon/note_sweep.h"
#include "daemon/policy_in_force.h"
#include "daemon/quota.h"
#include "daemon/redress/expiry.h"
#include "daemon/referrals/referrals.h"
#include "daemon/reload.h"
#include "daemon/retention/retention.h"
#include "daemon/service_manager.h"
#include "daemon/transactions/table.h"

struct event_streams;
struct idempotency;

/* The orderly stop, in this order (lifecycle.h). */
enum kordond_phase {
    KORDOND_RUNNING,
    KORDOND_DRAINING,    /* no new work; what was begun is recorded and told */
    KORDOND_SIGNING_OFF, /* the stop entry is on its way */
    KORDOND_CLOSING,     /* threads and handles end */
};

struct kordond {
    uv_loop_t loop;
    struct loop_watch watch;
    uint64_t began_ms; /* loop time */
    const struct configuration *configuration;
    char build[80]; /* version and build id, as in the log */

    struct workers workers;
    struct work work; /* that a stop waits for */
    struct metrics metrics;
    struct quota quota; /* what each principal holds of what all share */
    struct events events;
    struct evidence evidence;
    struct faults faults;
    struct note_sweep note_sweep;
    struct retention retention;
    struct guard guard;
    struct policy_in_force policy;
    struct list list;
    struct mode mode;
    struct network network;
    struct transactions transactions;
    struct redress_expiry redress_expiry;
    struct referrals referrals;
    struct reload reload;
    struct service_manager service_manager;
    struct server *server;
    struct event_streams *streams;   /* the API's; NULL before the socket opens */
    struct idempotency *idempotency; /* the API's */

    /* lifecycle.c's */
    enum kordond_phase phase;
    int exit_status;
    uv_signal_t terminate, interrupt;
    uv_timer_t look_timer; /* looks at clock, anchor, day and import */
    uv_timer_t stop_timer; /* ends a stop that takes too long */
    uv_async_t stop_step;  /* looks again whether the next step of the stop may be taken */
    uint32_t closing_parts;
    bool scanners_closing;
    struct journal_entry sign_off;
};

#endif
