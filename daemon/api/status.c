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

void handle_readyz(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    lifecycle_look(kordond);
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
    lifecycle_look(kordond);
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
