#include "base/locked_memory.h"
#include "daemon/api/list_json.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/api/scanner_json.h"
#include "daemon/lifecycle.h"
#include "daemon/memory_need.h"
#include "daemon/search/pool.h"
#include "list/describe.h"

void handle_healthz(struct kordond *kordond, struct http_request *request)
{
    (void)kordond;
    reply_json(request, 200, json_pack("{s:s}", "status", "ok"));
}

/* Clock, disk and memory may be others than at the last look. At the end there is no mode any more to be recorded. */
static void look_again(struct kordond *kordond)
{
    if (kordond->phase == KORDOND_RUNNING)
        mode_derive(&kordond->mode);
}

void handle_readyz(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    look_again(kordond);
    if (kordond->phase != KORDOND_RUNNING)
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
    else if (kordond->mode.word != MODE_ARMED)
        failure = kordond->mode.why;
    if (failure.reason != REASON_DONE)
        reply_failure_as(request, 503, &failure);
    else
        reply_json(request, 200,
            json_pack("{s:s, s:i}", "status", "ready", "armed_from_fingers",
                (int)kordond->mode.armed_from_fingers));
}

void handle_metrics(struct kordond *kordond, struct http_request *request)
{
    const struct watchlist_summary none = {0};
    const struct reference_counts nothing = {0};
    look_again(kordond); /* another day's set may take the place of this one */
    const struct watchlist_summary *list =
        kordond->list.set != NULL ? reference_set_summary(kordond->list.set) : &none;
    const struct reference_counts *counts =
        kordond->list.set != NULL ? reference_set_counts(kordond->list.set) : &nothing;
    const struct metric_gauge gauges[] = {
        {"kordon_http_connections", "connections now", server_connections(kordond->server)},
        {"kordon_http_connections_turned_away", "connections closed because there were too many",
            (double)server_refused_connections(kordond->server)},
        {"kordon_transactions_unfinished", "transactions under way", kordond->transactions.unfinished},
        {"kordon_list_version", "version of the list in force", (double)list->list_version},
        {"kordon_list_entries", "entries of the list in force", (double)list->entry_count},
        {"kordon_list_searchable", "people who are searched today", (double)counts->people},
        {"kordon_list_expired", "entries whose last day is past", (double)counts->expired},
        {"kordon_list_not_yet_valid", "entries whose first day is to come", (double)counts->not_yet_valid},
        {"kordon_list_undeclared", "entries that no declared purpose may see", (double)counts->undeclared},
        {"kordon_list_unsearchable", "entries without a searchable finger", (double)counts->unsearchable},
        {"kordon_log_size", "entries in the log", (double)kordond->guard.store.size},
        {"kordon_armed", "1 where an identification would succeed now", kordond->mode.word == MODE_ARMED},
        {"kordon_armed_from_fingers", "fewest fingers with which identification is armed; 0: it is not",
            kordond->mode.armed_from_fingers},
        {"kordon_memory_locked_bytes", "memory that is locked", (double)locked_memory_total()},
        {"kordon_loop_longest_block_seconds", "longest time the loop's thread was busy in one turn",
            (double)kordond->watch.longest_block_ns / 1e9},
    };
    size_t size;
    char *text = metrics_text(&kordond->metrics, gauges, sizeof gauges / sizeof gauges[0], &size);
    if (text == NULL)
        server_answer(request, 500, "text/plain", NULL, 0);
    else
        reply_bytes(request, "text/plain; version=0.0.4; charset=utf-8", text, size);
}

/* The declared purposes, and how many people each may see today. */
static json_t *purposes_json(const struct kordond *kordond)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    size_t count = config_purposes(kordond->configuration, purposes);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_pack("{s:s}", "purpose", purposes[i]);
        if (kordond->list.set != NULL)
            json_object_set_new(
                row, "visible", json_integer(reference_set_view(kordond->list.set, purposes[i]).subjects));
        json_array_append_new(list, row);
    }
    return list;
}

/* limit null where there is none, what is needed left out where the list is not open. */
static json_t *memory_json(const struct kordond *kordond)
{
    size_t limit = locked_memory_limit();
    json_t *json = json_pack("{s:I, s:o}", "locked", (json_int_t)locked_memory_total(), "limit",
        limit == SIZE_MAX ? json_null() : json_integer((json_int_t)limit));
    if (kordond->list.set != NULL) {
        struct memory_need need =
            memory_need(kordond->configuration, reference_set_totals(kordond->list.set));
        json_object_set_new(json, "needed", json_integer((json_int_t)need.now));
        json_object_set_new(json, "needed_for_change", json_integer((json_int_t)need.for_change));
    }
    return json;
}

static json_t *guard_json(const struct guard *guard)
{
    const struct store_guard *store = &guard->store;
    json_t *json = json_pack("{s:s, s:b, s:I, s:I}", "anchor", guard_anchor_word(guard), "anchored",
        (int)store->anchored, "unproven_from", (json_int_t)store->unproven_from, "unproven_before",
        (json_int_t)store->unproven_before);
    if (guard->verifier_key_file != NULL)
        json_object_set_new(json, "verifier_key_file", json_string(guard->verifier_key_file));
    if (store->anchored) {
        json_object_set_new(json, "path", json_string(guard->configuration->log.anchor));
        json_object_set_new(json, "anchored_size", json_integer((json_int_t)store->anchored_size));
        json_object_set_new(json, "results_wait", json_boolean(store->receipts_wait_for_anchor));
        if (store->anchor_failure.reason != REASON_DONE)
            json_object_set_new(json, "detail", json_string(store->anchor_failure.detail));
    }
    return json;
}

static json_t *roles_json(unsigned roles)
{
    json_t *list = json_array();
    for (int i = 0; i < ROLE_COUNT; i++)
        if ((roles & 1u << i) != 0)
            json_array_append_new(list, json_string(role_name((enum role)(1 << i))));
    return list;
}

void handle_status(struct kordond *kordond, struct http_request *request)
{
    look_again(kordond);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s}", "version", KORDON_VERSION, "build", kordond->build,
        "mode", mode_name(kordond->mode.word), "phase", kordond_phase_name(kordond->phase));
    if (kordond->mode.word != MODE_ARMED)
        json_object_set_new(json, "why", json_string(reason_name(kordond->mode.why.reason)));
    if (kordond->mode.word != MODE_ARMED && kordond->mode.why.detail[0] != '\0')
        json_object_set_new(json, "detail", json_string(kordond->mode.why.detail));
    if (kordond->mode.word != MODE_ARMED)
        json_object_set_new(json, "remedy", json_string(reason_remedy(kordond->mode.why.reason)));
    if (kordond->mode.word == MODE_ARMED)
        json_object_set_new(json, "armed_from_fingers", json_integer(kordond->mode.armed_from_fingers));
    json_object_set_new(
        json, "list", kordond->list.set != NULL ? list_describe_set(kordond->list.set) : json_null());
    json_object_set_new(json, "purposes", purposes_json(kordond));
    json_object_set_new(json, "memory", memory_json(kordond));
    json_object_set_new(json, "identification",
        json_pack("{s:f, s:o}", "target_fpir", kordond->configuration->identification.target_fpir,
            "thresholds", list_thresholds_json(&kordond->list)));
    json_object_set_new(json, "guard", guard_json(&kordond->guard));
    json_object_set_new(json, "log",
        json_pack("{s:s, s:I, s:s}", "origin", kordond->guard.origin, "size",
            (json_int_t)kordond->guard.store.size, "verifier_key", kordond->guard.verifier_key));
    json_object_set_new(json, "scanners",
        json_integer(kordond->workers.scanners != NULL
                         ? (json_int_t)scanner_pool_count(kordond->workers.scanners)
                         : 0));
    json_object_set_new(json, "scanner_watcher", scanner_watcher_json(&kordond->workers));
    json_object_set_new(json, "search_threads",
        json_integer(kordond->workers.search != NULL ? search_pool_threads(kordond->workers.search) : 0));
    json_object_set_new(json, "transactions", json_integer(kordond->transactions.unfinished));
    json_object_set_new(
        json, "loop_longest_block_ms", json_real((double)kordond->watch.longest_block_ns / 1e6));
    json_object_set_new(json, "roles", roles_json(request->principal.roles));
    reply_json(request, 200, json);
}
