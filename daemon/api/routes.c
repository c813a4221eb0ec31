#include "daemon/api/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api/repeated_request.h"
#include "daemon/api/reply.h"
#include "daemon/list/import.h"
#include "daemon/memory_need.h"
#include "store/document.h"

#define SMALL_BODY_BYTES 16384

/* An ordinary picture of a finger, for which memory is kept, takes of it what it is kept for. A larger one must leave enough for one:
 * itself could not be read otherwise. */
#define SAMPLE_BYTES_ASSURED (256 << 10)

/* There is no verb here that refuses a traveller anything: people decide (H7). */
const struct route routes[] = {
    {HTTP_GET, "/healthz", ROUTE_NO_ROLE, ROUTE_LOCKED_TOO, ROUTE_NO_BODY, "", handle_healthz},
    {HTTP_GET, "/readyz", ROUTE_NO_ROLE, ROUTE_LOCKED_TOO, ROUTE_NO_BODY, "", handle_readyz},
    {HTTP_GET, "/metrics", ROUTE_NO_ROLE, ROUTE_LOCKED_TOO, ROUTE_NO_BODY, "", handle_metrics},
    {HTTP_GET, "/v1/openapi.json", ROUTE_NO_ROLE, ROUTE_LOCKED_TOO, ROUTE_NO_BODY, "", handle_description},
    {HTTP_GET, "/v1/status", ROLE_ANY, ROUTE_LOCKED_TOO | ROUTE_SPOKEN, ROUTE_NO_BODY, "", handle_status},
    {HTTP_GET, "/v1/scanners", ROLE_ANY, ROUTE_LOCKED_TOO | ROUTE_SPOKEN, ROUTE_NO_BODY, "limit after",
        handle_scanners},
    {HTTP_GET, "/v1/events", ROLE_ANY, ROUTE_LOCKED_TOO, ROUTE_NO_BODY, "", handle_events},

    {HTTP_POST, "/v1/mode/suspension", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_SPOKEN, ROUTE_SMALL_BODY, "",
        handle_suspension_begin},
    {HTTP_DELETE, "/v1/mode/suspension", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_SPOKEN, ROUTE_NO_BODY, "",
        handle_suspension_end},
    {HTTP_POST, "/v1/manual_records", ROLE_TERMINAL | ROLE_SUPERVISOR,
        ROUTE_RECORDED | ROUTE_REPEATABLE | ROUTE_SPOKEN, ROUTE_SMALL_BODY, "", handle_manual_record},

    {HTTP_POST, "/v1/self_test", ROLE_TERMINAL | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR,
        ROUTE_RECORDED | ROUTE_SPOKEN, ROUTE_SMALL_BODY, "", handle_self_test},

    {HTTP_POST, "/v1/transactions", ROLE_TERMINAL, ROUTE_RECORDED | ROUTE_REPEATABLE | ROUTE_SPOKEN,
        ROUTE_SMALL_BODY, "", handle_transaction_open},
    {HTTP_GET, "/v1/transactions", ROLE_TERMINAL | ROLE_SUPERVISOR, ROUTE_SPOKEN, ROUTE_NO_BODY,
        "limit after justification", handle_transaction_list},
    {HTTP_GET, "/v1/transactions/{}", ROLE_TERMINAL | ROLE_SUPERVISOR, ROUTE_SPOKEN, ROUTE_NO_BODY,
        "justification", handle_transaction_show},
    {HTTP_DELETE, "/v1/transactions/{}", ROLE_TERMINAL, ROUTE_REPEATABLE | ROUTE_SPOKEN, ROUTE_NO_BODY, "",
        handle_transaction_cancel},
    {HTTP_PUT, "/v1/transactions/{}/reference", ROLE_TERMINAL, ROUTE_REPEATABLE | ROUTE_SPOKEN,
        ROUTE_SAMPLE_BODY, "position ppi device format", handle_transaction_reference},
    {HTTP_POST, "/v1/transactions/{}/samples", ROLE_TERMINAL,
        ROUTE_RECORDED | ROUTE_REPEATABLE | ROUTE_SPOKEN, ROUTE_SAMPLE_BODY,
        "position ppi device attack_detection_result", handle_transaction_sample},
    {HTTP_POST, "/v1/transactions/{}/captures", ROLE_TERMINAL,
        ROUTE_RECORDED | ROUTE_REPEATABLE | ROUTE_SPOKEN, ROUTE_SMALL_BODY, "", handle_transaction_capture},
    {HTTP_POST, "/v1/transactions/{}/missing_fingers", ROLE_TERMINAL, ROUTE_REPEATABLE | ROUTE_SPOKEN,
        ROUTE_SMALL_BODY, "", handle_transaction_missing_fingers},
    {HTTP_POST, "/v1/transactions/{}/decision", ROLE_TERMINAL, ROUTE_REPEATABLE | ROUTE_SPOKEN,
        ROUTE_SMALL_BODY, "", handle_transaction_decision},
    {HTTP_POST, "/v1/transactions/{}/exception", ROLE_TERMINAL, ROUTE_REPEATABLE | ROUTE_SPOKEN,
        ROUTE_SMALL_BODY, "", handle_transaction_exception},
    {HTTP_GET, "/v1/transactions/{}/receipt", ROLE_TERMINAL | ROLE_SUPERVISOR | ROLE_AUDITOR, 0,
        ROUTE_NO_BODY, "justification", handle_transaction_receipt},
    {HTTP_GET, "/v1/transactions/{}/evidence", ROLE_TERMINAL | ROLE_SUPERVISOR,
        ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_NO_BODY, "recipient justification",
        handle_transaction_evidence},

    {HTTP_GET, "/v1/referrals", REFERRAL_VIEWERS, 0, ROUTE_NO_BODY, "limit after", handle_referral_list},
    {HTTP_GET, "/v1/referrals/{}", REFERRAL_VIEWERS, 0, ROUTE_NO_BODY, "", handle_referral_show},
    {HTTP_POST, "/v1/referrals/{}/seat", VERIFIERS, ROUTE_RECORDED | ROUTE_REPEATABLE, ROUTE_NO_BODY, "",
        handle_referral_take},
    {HTTP_DELETE, "/v1/referrals/{}/seat", VERIFIERS, ROUTE_RECORDED | ROUTE_REPEATABLE, ROUTE_NO_BODY, "",
        handle_referral_give_back},
    {HTTP_POST, "/v1/referrals/{}/hand_over", VERIFIERS, ROUTE_RECORDED | ROUTE_REPEATABLE, ROUTE_SMALL_BODY,
        "", handle_referral_hand_over},
    {HTTP_POST, "/v1/referrals/{}/freed_seat", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SMALL_BODY, "", handle_referral_free_seat},
    {HTTP_GET, "/v1/referrals/{}/probe", REFERRAL_VIEWERS, ROUTE_RECORDED, ROUTE_NO_BODY, "finger number",
        handle_referral_probe},
    {HTTP_POST, "/v1/referrals/{}/probe_judgement", VERIFIERS, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SMALL_BODY, "", handle_referral_judge_probe},
    {HTTP_GET, "/v1/referrals/{}/reference", REFERRAL_VIEWERS, ROUTE_RECORDED, ROUTE_NO_BODY,
        "candidate finger number", handle_referral_reference},
    {HTTP_GET, "/v1/referrals/{}/comparison", REFERRAL_VIEWERS, ROUTE_RECORDED | ROUTE_SPOKEN, ROUTE_NO_BODY,
        "candidate finger number reference_finger", handle_referral_comparison},
    {HTTP_POST, "/v1/referrals/{}/verdict", VERIFIERS, ROUTE_RECORDED | ROUTE_REPEATABLE, ROUTE_SMALL_BODY,
        "", handle_referral_verdict},
    {HTTP_POST, "/v1/referrals/{}/override", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SMALL_BODY, "", handle_referral_override},
    {HTTP_POST, "/v1/referrals/{}/correction", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SMALL_BODY, "", handle_referral_correction},
    {HTTP_POST, "/v1/referrals/{}/report", REFERRAL_VIEWERS, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SMALL_BODY, "", handle_referral_report},
    {HTTP_POST, "/v1/referrals/{}/protection_claim", REFERRAL_VIEWERS, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_NO_BODY, "", handle_referral_protection_claim},

    {HTTP_POST, "/v1/redress", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_REPEATABLE, ROUTE_SMALL_BODY, "",
        handle_redress_record},
    {HTTP_GET, "/v1/redress/{}", ROLE_SUPERVISOR, ROUTE_JUSTIFIED, ROUTE_NO_BODY, "recipient justification",
        handle_redress_show},
    {HTTP_DELETE, "/v1/redress/{}", ROLE_SUPERVISOR, ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_NO_BODY,
        "justification", handle_redress_remove},
    {HTTP_POST, "/v1/redress/{}/samples", ROLE_SUPERVISOR, ROUTE_RECORDED | ROUTE_REPEATABLE,
        ROUTE_SAMPLE_BODY, "position ppi", handle_redress_sample},

    {HTTP_POST, "/v1/state/accept", ROLE_SUPERVISOR, ROUTE_LOCKED_TOO | ROUTE_RECORDED, ROUTE_SMALL_BODY, "",
        handle_state_accept},

    {HTTP_GET, "/v1/notice", ROLE_ANY, ROUTE_SPOKEN, ROUTE_NO_BODY, "purpose language", handle_notice},
    {HTTP_GET, "/v1/policy", ROLE_ANY, 0, ROUTE_NO_BODY, "", handle_policy_show},
    {HTTP_GET, "/v1/policy/proposal", ROLE_SUPERVISOR | ROLE_AUDITOR | ROLE_ADMINISTRATOR, 0, ROUTE_NO_BODY,
        "", handle_proposal_show},
    {HTTP_POST, "/v1/policy/proposals", ROLE_SUPERVISOR | ROLE_ADMINISTRATOR,
        ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_POLICY_BODY, "justification", handle_proposal_make},
    {HTTP_POST, "/v1/policy/proposals/{}/approval", ROLE_SUPERVISOR, ROUTE_JUSTIFIED | ROUTE_RECORDED,
        ROUTE_NO_BODY, "justification", handle_proposal_approve},
    {HTTP_DELETE, "/v1/policy/proposals/{}", ROLE_SUPERVISOR | ROLE_ADMINISTRATOR,
        ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_NO_BODY, "justification", handle_proposal_withdraw},

    {HTTP_GET, "/v1/watchlist",
        ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR | ROLE_ADMINISTRATOR, 0, ROUTE_NO_BODY,
        "limit after identity justification", handle_watchlist_show},
    {HTTP_POST, "/v1/watchlist/imports", ROLE_SUPERVISOR, 0, ROUTE_SMALL_BODY, "", handle_import_begin},
    {HTTP_GET, "/v1/watchlist/imports", ROLE_SUPERVISOR, 0, ROUTE_NO_BODY, "limit after", handle_import_show},
    {HTTP_POST, "/v1/watchlist/imports/{}/entries", ROLE_SUPERVISOR, 0, ROUTE_ENTRY_BODY, "",
        handle_import_entry},
    {HTTP_POST, "/v1/watchlist/imports/{}/commit", ROLE_SUPERVISOR, ROUTE_RECORDED, ROUTE_SMALL_BODY, "",
        handle_import_commit},
    {HTTP_DELETE, "/v1/watchlist/imports/{}", ROLE_SUPERVISOR, 0, ROUTE_NO_BODY, "", handle_import_cancel},
    {HTTP_POST, "/v1/watchlist/check", LOG_READERS, 0, ROUTE_SMALL_BODY, "limit after",
        handle_watchlist_check},
    {HTTP_GET, "/v1/watchlist/duplicates", ROLE_SUPERVISOR, 0, ROUTE_NO_BODY, "limit after progress",
        handle_watchlist_duplicates},
    {HTTP_GET, "/v1/watchlist/{}", ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR, 0,
        ROUTE_NO_BODY, "identity justification", handle_watchlist_entry},
    {HTTP_DELETE, "/v1/watchlist/{}", ROLE_SUPERVISOR, ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_NO_BODY,
        "justification", handle_watchlist_erase},

    {HTTP_GET, "/v1/figures", LOG_READERS, 0, ROUTE_NO_BODY, "month justification", handle_figures},
    {HTTP_GET, "/v1/log/entries", LOG_READERS, 0, ROUTE_NO_BODY,
        "limit after order event since until officer purpose decision transaction justification",
        handle_log_entries},
    {HTTP_GET, "/v1/log/holds", LOG_READERS, 0, ROUTE_NO_BODY, "", handle_holds_show},
    {HTTP_POST, "/v1/log/holds", LOG_READERS, ROUTE_RECORDED, ROUTE_SMALL_BODY, "", handle_hold_place},
    {HTTP_DELETE, "/v1/log/holds/{}", LOG_READERS, ROUTE_JUSTIFIED | ROUTE_RECORDED, ROUTE_NO_BODY,
        "justification", handle_hold_lift},
    {HTTP_GET, "/v1/log/entries/{}/receipt", LOG_READERS, 0, ROUTE_NO_BODY, "justification",
        handle_log_receipt},
    {HTTP_GET, "/v1/log/files/{*}", LOG_READERS, 0, ROUTE_NO_BODY, "size withhold justification",
        handle_log_file},
};
const size_t route_count = sizeof routes / sizeof routes[0];

/* Pattern against path; the part that "{}" or "{*}" stands for becomes the parameter. */
static bool path_matches(const char *pattern, const char *path, const char **parameter, size_t *size)
{
    for (;;) {
        if (strncmp(pattern, "{*}", 3) == 0) {
            *parameter = path;
            *size = strlen(path);
            return *size > 0;
        }
        if (strncmp(pattern, "{}", 2) == 0) {
            *parameter = path;
            *size = strcspn(path, "/");
            if (*size == 0)
                return false;
            pattern += 2;
            path += *size;
            continue;
        }
        if (*pattern != *path)
            return false;
        if (*pattern == '\0')
            return true;
        pattern++;
        path++;
    }
}

const struct route *routes_find(struct http_request *request, int *status)
{
    *status = 404;
    for (size_t i = 0; i < route_count; i++) {
        const char *parameter = NULL;
        size_t size = 0;
        if (!path_matches(routes[i].path, request->path, &parameter, &size))
            continue;
        if (routes[i].method != request->method) {
            *status = 405;
            continue;
        }
        request->parameter = parameter;
        request->parameter_size = size;
        *status = 0;
        return &routes[i];
    }
    return NULL;
}

/* The methods that the path does take. */
static void say_allowed(struct http_request *request)
{
    char methods[64] = "";
    size_t used = 0;
    for (enum http_method method = 0; method < HTTP_OTHER; method++) {
        struct http_request asked = {.method = method};
        int status;
        memcpy(asked.path, request->path, sizeof asked.path);
        if (routes_find(&asked, &status) != NULL)
            used += (size_t)snprintf(methods + used, sizeof methods - used, "%s%s%s", used > 0 ? ", " : "",
                http_method_name(method), method == HTTP_GET ? ", HEAD" : "");
    }
    http_request_add_header(request, "allow", methods);
}

static enum reason not_found(struct http_request *request, int status, struct failure *failure)
{
    if (status != 405)
        return failure_set(failure, REASON_ROUTE_NOT_FOUND, NULL, NULL);
    say_allowed(request);
    return failure_set(failure, REASON_BAD_REQUEST, "method", "this resource does not take that one");
}

static size_t body_limit_of(const struct kordond *kordond, const struct route *route)
{
    size_t sample_bytes = kordond->configuration->api.sample_bytes;
    switch (route->body) {
    case ROUTE_NO_BODY:
        return 0;
    case ROUTE_SMALL_BODY:
        return SMALL_BODY_BYTES;
    case ROUTE_POLICY_BODY:
        return DOCUMENT_BYTES_MAX;
    case ROUTE_SAMPLE_BODY:
        return sample_bytes;
    case ROUTE_ENTRY_BODY:
        return list_import_body_limit(sample_bytes);
    }
    return 0;
}

static bool holds_harm(const char *text, struct text_harm *harm)
{
    return text_find_harm((struct text){text, strlen(text)}, harm);
}

/* Whether the word is one of those that words holds, divided by blanks. */
static bool holds_word(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, word, size) == 0)
            return true;
        at += length;
    }
    return false;
}

/* What is said in the query is logged and shown as what stands in bodies. What a route does not take is refused: a misspelt "position"
 * would have the finger recorded as unknown. */
static enum reason check_query(
    const struct route *route, const struct http_request *request, struct failure *failure)
{
    for (size_t i = 0; i < request->query_count; i++) {
        struct text_harm harm;
        char why[TEXT_HARM_WHY_SIZE];
        bool in_name = holds_harm(request->query[i].name, &harm);
        if (in_name || holds_harm(request->query[i].value, &harm))
            return failure_set(failure, REASON_BAD_REQUEST, in_name ? "query" : request->query[i].name, "%s",
                text_harm_why(&harm, why));
        if (!holds_word(route->query, request->query[i].name))
            return failure_set(failure, REASON_BAD_REQUEST, request->query[i].name,
                "this resource does not take that parameter");
    }
    return REASON_DONE;
}

static bool has_key(const struct http_request *request)
{
    return http_request_header(request, HTTP_IDEMPOTENCY_KEY) != NULL && request->method != HTTP_GET;
}

static enum reason check_roles(struct kordond *kordond, const struct route *route,
    const struct http_request *request, struct failure *failure)
{
    char needed[128];
    const struct principal *principal = &request->principal;
    if (route->roles == ROUTE_NO_ROLE || (route->roles & principal->roles) != 0)
        return REASON_DONE;
    const struct denial denial = {
        .principal = principal, .method = http_method_name(request->method), .route = route->path};
    evidence_note_denial(&kordond->evidence, &denial);
    if (principal->objection != NULL)
        return failure_set(failure, REASON_NOT_PERMITTED, principal->name,
            N_("has no role, since it was given roles that exclude each other, %s"), principal->objection);
    return failure_set(failure, REASON_NOT_PERMITTED, principal->name, N_("needs one of the roles: %s"),
        principal_roles_text(route->roles, needed, sizeof needed));
}

/* What the route takes beside its body, and what it must be told. */
static enum reason check_question(
    const struct route *route, const struct http_request *request, struct failure *failure)
{
    TRY(check_query(route, request, failure));
    if ((route->traits & ROUTE_REPEATABLE) == 0 && has_key(request))
        return failure_set(failure, REASON_BAD_REQUEST, "Idempotency-Key", "not taken here");
    const char *justification = http_request_query(request, "justification");
    if ((route->traits & ROUTE_JUSTIFIED) != 0 && (justification == NULL || justification[0] == '\0'))
        return failure_set(
            failure, REASON_BAD_REQUEST, "justification", N_("say why, in the query: this is logged"));
    return REASON_DONE;
}

enum reason routes_admit(
    void *data, struct http_request *request, size_t *body_limit, int *status, struct failure *failure)
{
    struct kordond *kordond = data;
    const struct route *route = routes_find(request, status);
    if (route == NULL)
        return not_found(request, *status, failure);
    request->route = route;
    request->spoken = (route->traits & ROUTE_SPOKEN) != 0;
    TRY(check_roles(kordond, route, request, failure));
    if (kordond->guard.locked.reason != REASON_DONE && (route->traits & ROUTE_LOCKED_TOO) == 0) {
        *status = 503;
        *failure = kordond->guard.locked;
        return failure->reason;
    }
    TRY(check_question(route, request, failure));
    if ((route->traits & ROUTE_RECORDED) != 0 && quota_spend_entry(&kordond->quota, &request->principal,
                                                     uv_now(&kordond->loop), failure) != REASON_DONE)
        return failure->reason;
    *body_limit = body_limit_of(kordond, route);
    request->keep_free = memory_kept();
    request->body_assured = route->body == ROUTE_ENTRY_BODY ? 0 : SAMPLE_BYTES_ASSURED;
    return REASON_DONE;
}

void routes_handle(void *data, struct http_request *request)
{
    const struct route *route = request->route;
    if (!has_key(request) || repeated_request_begin(data, request))
        route->handle(data, request);
}

void routes_refuse(void *data, struct http_request *request, int status, const struct failure *failure)
{
    (void)data;
    reply_failure_as(request, status != 0 ? status : reason_http_status(failure->reason), failure);
}

/* The one place where every answer's status passes. */
void routes_answered(void *data, int status)
{
    struct kordond *kordond = data;
    metric_add(&kordond->metrics, METRIC_REQUESTS, 1);
    if (status >= 500)
        metric_add(&kordond->metrics, METRIC_REQUESTS_FAILED, 1);
    else if (status >= 400)
        metric_add(&kordond->metrics, METRIC_REQUESTS_REFUSED, 1);
}

char *routes_turn_away(void *data, const struct failure *failure, size_t *size)
{
    (void)data;
    return reply_text_of(reply_failure_json(failure), size);
}
