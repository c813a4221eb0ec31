/* status.c: whether kordond serves and what it is ready for: /healthz, /readyz, /v1/status. */
#include "base/locked_memory.h"
#include "daemon/api/degraded_json.h"
#include "daemon/api/list_json.h"
#include "daemon/api/recorded.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/api/scanner_json.h"
#include "daemon/api/self_test_json.h"
#include "daemon/lifecycle.h"
#include "daemon/memory_need.h"
#include "daemon/search/pool.h"
#include "json/writer.h"
#include "list/describe.h"

void handle_healthz(struct kordond *kordond, struct http_request *request)
{
    (void)kordond;
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "status", "ok");
    reply_json(request, 200, json_writer_end(&json));
}

void handle_readyz(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct json_writer json;
    lifecycle_look(kordond);
    if (kordond->phase != KORDOND_RUNNING)
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
    else if (kordond->mode.word != MODE_ARMED)
        failure = kordond->mode.why;
    if (failure.reason != REASON_DONE) {
        reply_failure_as(request, 503, &failure);
        return;
    }
    json_writer_object(&json);
    json_write_text(&json, "status", "ready");
    json_write_integer(&json, "armed_from_fingers", kordond->mode.armed_from_fingers);
    reply_json(request, 200, json_writer_end(&json));
}

static const char *age_word(const struct mode *mode, const char *purpose)
{
    enum policy_list_age age;
    if (!mode_list_age(mode, purpose, &age))
        return "unknown";
    switch (age) {
    case POLICY_LIST_FRESH:
        return "fresh";
    case POLICY_LIST_STALE:
        return "stale";
    case POLICY_LIST_TOO_OLD:
        return "too_old";
    }
    return "unknown";
}

/* From how many fingers on an identification would succeed now; where that is 0, why not, and what to do. */
static void write_armed(struct json_writer *json, uint32_t fingers, const struct failure *why)
{
    if (fingers > 0) {
        json_write_integer(json, "armed_from_fingers", fingers);
        return;
    }
    json_write_text(json, "why", reason_name(why->reason));
    if (why->detail[0] != '\0')
        json_write_text(json, "detail", why->detail);
    json_write_text(json, "remedy", reason_remedy(why->reason));
}

static json_t *purpose_json(const struct kordond *kordond, const struct policy_purpose *purpose)
{
    const bool searches = (purpose->comparisons & POLICY_IDENTIFICATION) != 0;
    struct failure why = {0};
    uint32_t fingers;
    struct json_writer row;
    json_writer_object(&row);
    json_write_text(&row, "purpose", purpose->name);
    json_write_boolean(&row, "identification", searches);
    if (searches) {
        mode_check_purpose(&kordond->mode, purpose, &fingers, &why);
        write_armed(&row, fingers, &why);
    }
    if (kordond->list.set != NULL) {
        json_write_integer(&row, "visible", opened_list_view(kordond->list.set, purpose->name).subjects);
        json_write_text(&row, "list_age", age_word(&kordond->mode, purpose->name));
    }
    return json_writer_end(&row);
}

/* The declared purposes, how many people each may see today, and whether it is armed. */
static json_t *purposes_json(const struct kordond *kordond)
{
    const struct policy *policy = kordond->policy.policy;
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; policy != NULL && i < policy->purpose_count; i++)
        json_append_value(&list, purpose_json(kordond, &policy->purposes[i]));
    return json_writer_end(&list);
}

/* null: none was read, because the state could not be proven. */
static void write_policy(struct json_writer *status, const struct policy_in_force *in_force)
{
    struct json_writer json;
    if (in_force->policy == NULL) {
        json_write_null(status, "policy");
        return;
    }
    json_writer_object(&json);
    json_write_text(&json, "name", in_force->policy->name);
    json_write_integer(&json, "version", in_force->policy->version);
    json_write_text(&json, "hash", in_force->hash);
    json_write_value(status, "policy", json_writer_end(&json));
}

/* limit null where there is none, what is needed left out where the list is not open. How much is locked grows by what is kept of a match: for who
 * may read the log. */
static json_t *memory_json(const struct kordond *kordond, bool reads_log)
{
    size_t limit = locked_memory_limit();
    struct json_writer json;
    json_writer_object(&json);
    if (reads_log)
        json_write_integer(&json, "locked", (int64_t)locked_memory_total());
    if (limit == SIZE_MAX)
        json_write_null(&json, "limit");
    else
        json_write_integer(&json, "limit", (int64_t)limit);
    if (kordond->list.set != NULL) {
        struct memory_need need = memory_need(kordond->configuration, opened_list_totals(kordond->list.set));
        json_write_integer(&json, "needed", (int64_t)need.now);
        json_write_integer(&json, "needed_for_change", (int64_t)need.for_change);
    }
    return json_writer_end(&json);
}

static json_t *guard_json(const struct guard *guard, bool reads_log)
{
    const struct store_guard *store = &guard->store;
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "anchor", guard_anchor_word(guard));
    json_write_boolean(&json, "anchored", store->anchored);
    json_write_integer(&json, "unproven_from", (int64_t)store->unproven_from);
    json_write_integer(&json, "unproven_before", (int64_t)store->unproven_before);
    json_write_text_if(&json, "verifier_key_file", guard->verifier_key_file);
    if (store->anchored) {
        json_write_text(&json, "path", guard->configuration->log.anchor);
        if (reads_log)
            json_write_integer(&json, "anchored_size", (int64_t)store->anchored_size);
        json_write_boolean(&json, "results_wait", store->receipts_wait_for_anchor);
        if (store->anchor_failure.reason != REASON_DONE)
            json_write_text(&json, "detail", store->anchor_failure.detail);
    }
    return json_writer_end(&json);
}

static json_t *roles_json(unsigned roles)
{
    struct json_writer list;
    json_writer_array(&list);
    for (int i = 0; i < ROLE_COUNT; i++)
        if ((roles & 1u << i) != 0)
            json_append_text(&list, role_name((enum role)(1 << i)));
    return json_writer_end(&list);
}

/* T7: how many may do more than open transactions. */
static json_t *privileged_json(const struct peer_grants *grants)
{
    struct json_writer list;
    json_writer_array(&list);
    for (int i = 0; i < ROLE_COUNT; i++) {
        const enum role role = (enum role)(1 << i);
        if (role == ROLE_TERMINAL)
            continue;
        const struct role_count count = peer_count_roles(grants, role);
        struct json_writer row;
        json_writer_object(&row);
        json_write_text(&row, "role", role_name(role));
        json_write_integer(&row, "persons", count.persons);
        json_write_integer(&row, "users", count.users);
        json_write_integer(&row, "groups", count.groups);
        json_append_value(&list, json_writer_end(&row));
    }
    return json_writer_end(&list);
}

/* H1: who is missing of those who verify matches. */
static json_t *second_line_json(const struct mode *mode)
{
    const unsigned found = second_line_gaps(mode->second_line, mode_examiners(mode));
    struct json_writer list;
    json_writer_array(&list);
    for (enum second_line_gap gap = 0; gap < SECOND_LINE_GAP_COUNT; gap++) {
        struct json_writer row;
        if ((found & 1u << gap) == 0)
            continue;
        json_writer_object(&row);
        json_write_text(&row, "gap", second_line_gap_name(gap));
        json_write_text(&row, "remedy", second_line_gap_remedy(gap));
        json_append_value(&list, json_writer_end(&row));
    }
    return json_writer_end(&list);
}

static json_t *identification_json(const struct kordond *kordond)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_real(&json, "target_fpir", kordond->configuration->identification.target_fpir);
    json_write_value(&json, "thresholds", list_thresholds_json(&kordond->list));
    return json_writer_end(&json);
}

/* Its size grows by each act of the second line: who may read the log sees it. */
static json_t *log_json(const struct guard *guard, bool reads_log)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "origin", guard->origin);
    if (reads_log)
        json_write_integer(&json, "size", (int64_t)guard->store.size);
    json_write_text(&json, "verifier_key", guard->verifier_key);
    return json_writer_end(&json);
}

/* null where the network has no address here. Times in seconds since 1970. */
static json_t *tls_json(const struct kordond *kordond)
{
    const struct tls_context *tls = kordond->network.tls;
    struct json_writer json, authorities;
    if (tls == NULL)
        return json_null();
    json_writer_object(&json);
    json_write_text(&json, "address", kordond->configuration->tls.address);
    json_write_boolean(&json, "served", kordond->network.closed.reason == REASON_DONE);
    if (kordond->network.closed.reason != REASON_DONE)
        evidence_write_failure(&json, &kordond->network.closed);
    json_write_integer(&json, "certificate_ends", tls_context_until(tls));
    json_writer_array(&authorities);
    for (size_t i = 0; i < tls_context_authorities(tls); i++) {
        struct tls_authority_view view = tls_context_authority(tls, i, store_now_ms() / 1000);
        struct json_writer row;
        json_writer_object(&row);
        json_write_text(&row, "authority", view.name);
        json_write_text(&row, "revocation_list", tls_list_state_name(view.state));
        if (view.state != TLS_LIST_NONE) {
            json_write_integer(&row, "next_update", view.next_update);
            json_write_integer(&row, "grace_ends", view.grace_ends);
        }
        json_append_value(&authorities, json_writer_end(&row));
    }
    json_write_value(&json, "authorities", json_writer_end(&authorities));
    return json_writer_end(&json);
}

/* How far the erasure of what may no longer be kept has come. How many bodies went is for who may read the log: among them are those of the second
 * line, a year behind the day of the match. */
static json_t *retention_json(const struct retention_told *told, bool reads_log)
{
    struct json_writer json;
    json_writer_object(&json);
    if (reads_log)
        json_write_integer(&json, "erased", (int64_t)told->erased);
    json_write_integer(&json, "unreadable", (int64_t)told->unreadable);
    json_write_integer_if(&json, "last", told->ended_ms);
    json_write_integer_if(&json, "time", told->time_ms);
    if (told->failure.reason != REASON_DONE)
        evidence_write_failure(&json, &told->failure);
    return json_writer_end(&json);
}

/* What waits for people, and for how many more there is a place: it says when somebody matched, so it is for who may read the log. */
static json_t *referrals_json(const struct kordond *kordond, const struct principal *principal)
{
    const struct referrals_count count = referrals_count(&kordond->referrals, principal, store_now_ms());
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "waiting", count.waiting);
    json_write_integer(&json, "immediate", count.immediate);
    json_write_integer(&json, "overdue", count.overdue);
    json_write_integer(&json, "ended", count.ended);
    json_write_integer(&json, "places", count.places);
    json_write_boolean(&json, "places_few", kordond->guard.places.few);
    return json_writer_end(&json);
}

void handle_status(struct kordond *kordond, struct http_request *request)
{
    const struct workers *workers = &kordond->workers;
    const struct peer_grants *grants = &kordond->reload.in_force->grants;
    const bool reads_log = may_read_log(&request->principal);
    struct json_writer json;
    lifecycle_look(kordond);
    json_writer_object(&json);
    json_write_text(&json, "version", KORDON_VERSION);
    json_write_text(&json, "build", kordond->build);
    json_write_text(&json, "phase", kordond_phase_name(kordond->phase));
    json_write_text(&json, "mode", mode_name(kordond->mode.word));
    write_armed(&json, kordond->mode.armed_from_fingers, &kordond->mode.why);
    json_write_value(&json, "degraded", degraded_json(&kordond->mode.degraded));
    json_write_value(&json, "self_test", self_test_json(&kordond->mode.self_test));
    if (kordond->list.set != NULL)
        json_write_value(&json, "list", list_describe_set(kordond->list.set));
    else
        json_write_null(&json, "list");
    write_policy(&json, &kordond->policy);
    json_write_value(&json, "purposes", purposes_json(kordond));
    json_write_value(&json, "memory", memory_json(kordond, reads_log));
    json_write_value(&json, "identification", identification_json(kordond));
    json_write_value(&json, "guard", guard_json(&kordond->guard, reads_log));
    json_write_value(&json, "log", log_json(&kordond->guard, reads_log));
    if (reads_log)
        json_write_value(&json, "referrals", referrals_json(kordond, &request->principal));
    json_write_value(&json, "retention", retention_json(&kordond->retention.told, reads_log));
    json_write_integer(
        &json, "scanners", workers->scanners != NULL ? (int64_t)scanner_pool_count(workers->scanners) : 0);
    json_write_value(&json, "scanner_watcher", scanner_watcher_json(workers));
    json_write_integer(
        &json, "search_threads", workers->search != NULL ? search_pool_threads(workers->search) : 0);
    json_write_integer(&json, "transactions", kordond->transactions.unfinished);
    if (reads_log) /* what the second line asks for may take longer than all that terminals do */
        json_write_real(&json, "loop_longest_block_ms", (double)kordond->watch.longest_block_ns / 1e6);
    json_write_boolean(&json, "demonstration", grants->staff.demonstration);
    json_write_value(&json, "tls", tls_json(kordond));
    json_write_value(&json, "privileged", privileged_json(grants));
    json_write_value(&json, "second_line", second_line_json(&kordond->mode));
    json_write_text(&json, "principal", request->principal.name);
    json_write_value(&json, "roles", roles_json(request->principal.roles));
    reply_json(request, 200, json_writer_end(&json));
}
