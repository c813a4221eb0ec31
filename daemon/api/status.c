#include "base/locked_memory.h"
#include "daemon/api/events.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/guard.h"
#include "daemon/list/in_force.h"
#include "daemon/loop.h"
#include "daemon/readiness.h"
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
        list_derive_mode(kordond);
}

void handle_readyz(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    look_again(kordond);
    if (kordond->phase != KORDOND_RUNNING)
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
    else if (kordond->mode != MODE_ARMED)
        failure = kordond->mode_failure;
    if (failure.reason != REASON_DONE)
        reply_failure_as(request, 503, &failure);
    else
        reply_json(request, 200,
            json_pack(
                "{s:s, s:i}", "status", "ready", "armed_from_fingers", (int)kordond->armed_from_fingers));
}

void handle_metrics(struct kordond *kordond, struct http_request *request)
{
    const struct watchlist_summary none = {0};
    const struct reference_counts nothing = {0};
    look_again(kordond); /* another day's set may take the place of this one */
    const struct watchlist_summary *list = kordond->set != NULL ? reference_set_summary(kordond->set) : &none;
    const struct reference_counts *counts =
        kordond->set != NULL ? reference_set_counts(kordond->set) : &nothing;
    const struct metric_gauge gauges[] = {
        {"kordon_http_connections", "connections now", server_connections(kordond->server)},
        {"kordon_http_connections_turned_away", "connections closed because there were too many",
            (double)server_refused_connections(kordond->server)},
        {"kordon_transactions_unfinished", "transactions under way", kordond->unfinished_transactions},
        {"kordon_list_version", "version of the list in force", (double)list->list_version},
        {"kordon_list_entries", "entries of the list in force", (double)list->entry_count},
        {"kordon_list_searchable", "people who are searched today", (double)counts->people},
        {"kordon_list_expired", "entries whose last day is past", (double)counts->expired},
        {"kordon_list_not_yet_valid", "entries whose first day is to come", (double)counts->not_yet_valid},
        {"kordon_list_undeclared", "entries that no declared purpose may see", (double)counts->undeclared},
        {"kordon_list_unsearchable", "entries without a searchable finger", (double)counts->unsearchable},
        {"kordon_log_size", "entries in the log", (double)kordond->log_size},
        {"kordon_armed", "1 where an identification would succeed now", kordond->mode == MODE_ARMED},
        {"kordon_armed_from_fingers", "fewest fingers with which identification is armed; 0: it is not",
            kordond->armed_from_fingers},
        {"kordon_memory_locked_bytes", "memory that is locked", (double)locked_memory_total()},
        {"kordon_loop_longest_block_seconds", "longest time the loop's thread was busy in one turn",
            (double)kordond->longest_block_ns / 1e9},
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
        if (kordond->set != NULL)
            json_object_set_new(
                row, "visible", json_integer(reference_set_view(kordond->set, purposes[i]).subjects));
        json_array_append_new(list, row);
    }
    return list;
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
        "mode", mode_name(kordond->mode), "phase", kordond_phase_name(kordond->phase));
    if (kordond->mode != MODE_ARMED)
        json_object_set_new(json, "why", json_string(reason_name(kordond->mode_failure.reason)));
    if (kordond->mode != MODE_ARMED && kordond->mode_failure.detail[0] != '\0')
        json_object_set_new(json, "detail", json_string(kordond->mode_failure.detail));
    if (kordond->mode != MODE_ARMED)
        json_object_set_new(json, "remedy", json_string(reason_remedy(kordond->mode_failure.reason)));
    if (kordond->mode == MODE_ARMED)
        json_object_set_new(json, "armed_from_fingers", json_integer(kordond->armed_from_fingers));
    json_object_set_new(json, "list", kordond->set != NULL ? list_describe_set(kordond->set) : json_null());
    json_object_set_new(json, "purposes", purposes_json(kordond));
    json_object_set_new(json, "memory", readiness_memory_json(kordond));
    json_object_set_new(json, "identification",
        json_pack("{s:f, s:o}", "target_fpir", kordond->configuration->identification.target_fpir,
            "thresholds", list_thresholds(kordond)));
    json_object_set_new(json, "guard", guard_json(kordond));
    json_object_set_new(json, "log",
        json_pack("{s:s, s:I, s:s}", "origin", kordond->origin, "size", (json_int_t)kordond->log_size,
            "verifier_key", kordond->verifier_key));
    json_object_set_new(json, "scanners",
        json_integer(kordond->scanners != NULL ? (json_int_t)scanner_pool_count(kordond->scanners) : 0));
    json_object_set_new(json, "search_threads",
        json_integer(kordond->search != NULL ? search_pool_threads(kordond->search) : 0));
    json_object_set_new(json, "transactions", json_integer(kordond->unfinished_transactions));
    json_object_set_new(json, "loop_longest_block_ms", json_real((double)kordond->longest_block_ns / 1e6));
    json_object_set_new(json, "roles", roles_json(request->principal.roles));
    reply_json(request, 200, json);
}
