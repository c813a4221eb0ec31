/* metrics.c: /metrics, with what is read when it is asked for. */
#include <inttypes.h>

#include "base/locked_memory.h"
#include "daemon/api/recorded.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/lifecycle.h"
#include "daemon/memory_need.h"
#include "list/describe.h"
#include "store/store.h"

#define GAUGES_MAX 80
#define DISK_STEP  (16u << 20) /* so that nobody counts by it what is written */

struct gauges {
    struct metric_gauge rows[GAUGES_MAX];
    size_t count;
};

static void add(struct gauges *gauges, const char *name, const char *help, double value)
{
    if (gauges->count < GAUGES_MAX)
        gauges->rows[gauges->count++] = (struct metric_gauge){.name = name, .help = help, .value = value};
}

static void add_list(struct gauges *gauges, const struct list *list)
{
    static const struct watchlist_summary none;
    static const struct reference_counts nothing;
    const struct watchlist_summary *summary = list->set != NULL ? opened_list_summary(list->set) : &none;
    const struct reference_counts *counts = list->set != NULL ? opened_list_counts(list->set) : &nothing;
    add(gauges, "kordon_list_version", "version of the list in force", (double)summary->list_version);
    if (summary->list_version > 0) /* a list that is not there is not a new one */
        add(gauges, "kordon_list_age_seconds", "time since the list in force was installed",
            (double)(store_now_ms() - summary->installed_ms) / 1e3);
    add(gauges, "kordon_list_entries", "entries of the list in force", (double)summary->entry_count);
    add(gauges, "kordon_list_searchable", "people who are searched today", (double)counts->people);
    add(gauges, "kordon_list_expired", "entries whose last day is past", (double)counts->expired);
    add(gauges, "kordon_list_expiring", "entries whose last day comes within 90 days",
        list->set != NULL ? (double)list_count_expiring(list->set) : 0);
    add(gauges, "kordon_list_not_yet_valid", "entries whose first day is to come",
        (double)counts->not_yet_valid);
    add(gauges, "kordon_list_undeclared", "entries that name no declared purpose",
        (double)counts->undeclared);
    add(gauges, "kordon_list_not_permitted",
        "entries of a category that the policy shows to none of their purposes",
        (double)counts->not_permitted);
    add(gauges, "kordon_list_unsearchable", "entries without a searchable finger",
        (double)counts->unsearchable);
}

/* Limits that are not there have no row. */
static void add_memory(struct gauges *gauges, const struct kordond *kordond)
{
    size_t limit = locked_memory_limit();
    if (limit != SIZE_MAX)
        add(gauges, "kordon_memory_lockable_bytes", "memory that may be locked at most", (double)limit);
    if (kordond->list.set != NULL)
        add(gauges, "kordon_memory_needed_bytes",
            "memory to be locked that the list in force and travellers need",
            (double)memory_need(kordond->configuration, opened_list_totals(kordond->list.set)).now);
}

static void add_disk(struct gauges *gauges, const struct kordond *kordond)
{
    uint64_t left;
    struct failure failure;
    if (mode_disk_left(&kordond->mode, &left, &failure) == REASON_DONE)
        add(gauges, "kordon_disk_free_bytes", "free on the state's file system, in steps of 16 MiB",
            (double)(left / DISK_STEP * DISK_STEP));
}

/* They grow by what is kept of a match, and by what the second line does with it: it connects, is told and asks, too. */
static void add_growth(struct gauges *gauges, const struct kordond *kordond)
{
    add(gauges, "kordon_log_size", "entries in the log", (double)kordond->guard.store.size);
    add(gauges, "kordon_memory_locked_bytes", "memory that is locked", (double)locked_memory_total());
    add(gauges, "kordon_http_connections", "connections now", server_connections(kordond->server));
    add(gauges, "kordon_http_connections_turned_away", "connections closed because there were too many",
        (double)server_refused_connections(kordond->server));
    add(gauges, "kordon_streams_cut_off", "streams of events closed because their readers took too little",
        (double)server_streams_cut_off(kordond->server));
    add(gauges, "kordon_loop_longest_block_seconds", "longest time the loop's thread was busy in one turn",
        (double)kordond->watch.longest_block_ns / 1e9);
}

/* They say when somebody matched, and when people came to a verdict. */
static void add_referrals(
    struct gauges *gauges, const struct kordond *kordond, const struct principal *principal)
{
    const struct referrals_count count = referrals_count(&kordond->referrals, principal, store_now_ms());
    add(gauges, "kordon_referrals_waiting", "matches that people have not verified yet", count.waiting);
    add(gauges, "kordon_referrals_immediate", "of these, that can't wait", count.immediate);
    add(gauges, "kordon_referrals_overdue", "of these, whose time is over", count.overdue);
    add(gauges, "kordon_referrals_ended", "matches that people have verified, of which it is still known how",
        count.ended);
    add(gauges, "kordon_referral_places",
        "how many more matches can be kept; with fewer than 128 nobody is compared", count.places);
    add(gauges, "kordon_referral_places_few", "1 where the second line must decide before places run out",
        kordond->guard.places.few);
}

/* One row for each kind of refusal; where the network has no address here there are none. */
static void add_network(struct gauges *gauges, const struct network *network)
{
    if (network->tls == NULL)
        return;
    add(gauges, "kordon_tls_served", "whether the network is served",
        network->closed.reason == REASON_DONE ? 1 : 0);
    add(gauges, "kordon_tls_certificate_ends_seconds", "when kordond's own certificate ends, since 1970",
        (double)tls_context_until(network->tls));
    for (int i = 0; i < TLS_REFUSAL_COUNT && gauges->count < GAUGES_MAX; i++) {
        add(gauges, "kordon_tls_refused_total", "clients over the network that were not let in",
            (double)network->refused[i]);
        gauges->rows[gauges->count - 1].counts = true;
        gauges->rows[gauges->count - 1].label = "why";
        gauges->rows[gauges->count - 1].label_value = tls_refusal_word((enum tls_refusal)i);
    }
    for (size_t i = 0; i < tls_context_authorities(network->tls) && gauges->count < GAUGES_MAX; i++) {
        struct tls_authority_view view = tls_context_authority(network->tls, i, store_now_ms() / 1000);
        if (view.state == TLS_LIST_NONE)
            continue;
        add(gauges, "kordon_tls_revocation_list_due_seconds",
            "when the revocation list's next update is due, since 1970", (double)view.next_update);
        gauges->rows[gauges->count - 1].label = "authority";
        gauges->rows[gauges->count - 1].label_value = view.name;
    }
}

/* One row for each state. Where nobody looks for readers there are none: no reader is not the same as none seen. */
static void add_scanners(struct gauges *gauges, const struct scanner_pool *pool)
{
    uint32_t counts[SCANNER_STATE_COUNT] = {0};
    struct scanner_info info;
    if (pool == NULL)
        return;
    for (size_t i = 0; scanner_pool_get(pool, i, &info); i++)
        counts[info.state]++;
    for (int state = 0; state < SCANNER_STATE_COUNT && gauges->count < GAUGES_MAX; state++) {
        add(gauges, "kordon_scanners", "readers in each state", counts[state]);
        gauges->rows[gauges->count - 1].label = "state";
        gauges->rows[gauges->count - 1].label_value = scanner_state_name((enum scanner_state)state);
    }
    scanner_pool_watcher(pool, &info);
    add(gauges, "kordon_scanners_watched", "1 where every reader that is there is known",
        info.state == SCANNER_STATE_READY);
}

/* A row for each, so that an alarm can be set before one begins. */
static void add_degraded(struct gauges *gauges, const struct degraded *degraded)
{
    for (enum degraded_mode mode = 0; mode < DEGRADED_COUNT && gauges->count < GAUGES_MAX; mode++) {
        add(gauges, "kordon_degraded", "1 where the crossing point is in that degraded mode",
            degraded->rows[mode].on);
        gauges->rows[gauges->count - 1].label = "mode";
        gauges->rows[gauges->count - 1].label_value = degraded_name(mode);
    }
}

static void add_post(struct gauges *gauges, const struct kordond *kordond)
{
    add(gauges, "kordon_armed", "1 where an identification would succeed now for a purpose of the policy",
        kordond->mode.word == MODE_ARMED);
    add(gauges, "kordon_second_line_gaps",
        "how much is missing of who verifies matches, as kordonctl status tells it",
        __builtin_popcount(second_line_gaps(kordond->mode.second_line, mode_examiners(&kordond->mode))));
    add(gauges, "kordon_self_test_passed", "1 where the last self-test passed",
        kordond->mode.self_test.last.outcome == SELF_TEST_PASSED);
    add(gauges, "kordon_armed_from_fingers",
        "fewest fingers with which an identification would succeed now; 0: none would",
        kordond->mode.armed_from_fingers);
    add(gauges, "kordon_transactions_unfinished", "transactions under way", kordond->transactions.unfinished);
}

/* Anybody may read them; what becomes of travellers, and how it can be reckoned, stands there for those alone who may see figures and the
 * log. */
void handle_metrics(struct kordond *kordond, struct http_request *request)
{
    bool outcomes = may_read_log(&request->principal);
    struct gauges gauges = {.count = 0};
    size_t size;
    lifecycle_look(kordond); /* another day's set may take the place of this one */
    add_post(&gauges, kordond);
    add_degraded(&gauges, &kordond->mode.degraded);
    add_list(&gauges, &kordond->list);
    add_memory(&gauges, kordond);
    add_disk(&gauges, kordond);
    if (outcomes) {
        add_growth(&gauges, kordond);
        add_referrals(&gauges, kordond, &request->principal);
    }
    add_scanners(&gauges, kordond->workers.scanners);
    add_network(&gauges, &kordond->network);
    char *text = metrics_text(&kordond->metrics, outcomes, gauges.rows, gauges.count, &size);
    if (text == NULL)
        server_answer(request, 500, "text/plain", NULL, 0);
    else
        reply_bytes(request, "text/plain; version=0.0.4; charset=utf-8", text, size);
}
