/* command_policy.c: the policy in force, and how two persons put another in its place. */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "store/store.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/policy_file.h"

#define PATH_SIZE          2048
#define APPROVE_TIMEOUT_MS 600000 /* the list is built for it before it is approved */

/* --- Shown -------------------------------------------------------------------------------------------------------- */

static void print_purposes(const struct policy *policy)
{
    for (size_t i = 0; i < policy->purpose_count; i++)
        print_line("%-15s %s", i == 0 ? "purposes" : "", policy->purposes[i].name);
}

static void print_policy(const struct policy *policy, const char *hash)
{
    print_line("%-15s %s, version %u%s", "policy", policy->name, (unsigned)policy->version,
        policy->demonstration ? " (for demonstrations only)" : "");
    print_line("%-15s %s", "authority", policy->authority);
    print_line("%-15s %s", "SHA-256", hash);
    print_purposes(policy);
}

static void print_proposed(const json_t *proposal)
{
    char moment[INSTANT_TEXT_SIZE];
    int64_t expires_ms = number_of(proposal, "expires_ms");
    print_line("%-15s %s, %s", "proposed by", text_of(proposal, "proposed_by"),
        instant_format(number_of(proposal, "proposed_ms"), moment));
    print_line("%-15s %s", "because", text_of(proposal, "justification"));
    print_line("%-15s %s%s", "may be approved", store_now_ms() < expires_ms ? "until " : "no more, since ",
        instant_format(expires_ms, moment));
}

/* A change's line stands under its section's, which is printed once. */
static void print_change(const json_t *change, const char **section)
{
    const char *purpose = json_string_value(json_object_get(change, "purpose"));
    const char *old = json_string_value(json_object_get(change, "old"));
    const char *new = json_string_value(json_object_get(change, "new"));
    const char *named = purpose != NULL ? purpose : "";
    if (*section == NULL || strcmp(*section, named) != 0) {
        if (purpose != NULL)
            print_line("[purpose %s]%s", purpose,
                old == NULL   ? " is new"
                : new == NULL ? " is taken away"
                              : "");
        else
            print_line("[policy]");
        *section = named;
    }
    print_line("  %-25s %s%s%s", text_of(change, "key"), old != NULL ? old : "",
        old != NULL && new != NULL ? " -> " : "", new != NULL ? new : "");
}

static void print_changes(const json_t *changes)
{
    const char *section = NULL;
    const json_t *change;
    size_t i;
    if (json_array_size(changes) == 0)
        print_line("nothing but comments differs");
    json_array_foreach(changes, i, change) print_change(change, &section);
}

/* --- Asked of kordond ---------------------------------------------------------------------------------------------- */

static bool is_given(const struct session *session, enum option_name option)
{
    return session_option(session, option, NULL) != NULL;
}

static enum reason print_shown(const json_t *shown, bool proposal, struct failure *failure)
{
    struct policy *policy;
    const char *text = text_of(shown, "text");
    TRY(policy_parse(proposal ? "proposal" : "policy in force", text, strlen(text), &policy, failure));
    print_policy(policy, text_of(shown, "hash"));
    if (proposal)
        print_proposed(shown);
    policy_destroy(policy);
    return REASON_DONE;
}

enum reason command_policy_show(struct session *session, struct failure *failure)
{
    bool proposal = is_given(session, OPTION_PROPOSAL);
    json_t *shown;
    TRY(client_get(session->client, proposal ? "/v1/policy/proposal" : "/v1/policy", &shown, failure));
    if (!is_given(session, OPTION_TEXT) && session->arguments.json)
        return print_json(shown, failure);
    /* The very bytes: their SHA-256 is what the policy is named by. */
    enum reason reason = is_given(session, OPTION_TEXT)
                             ? deliver_text(session, "text", text_of(shown, "text"), failure)
                             : print_shown(shown, proposal, failure);
    json_decref(shown);
    return reason;
}

enum reason command_policy_show_check(const struct session *session, struct failure *failure)
{
    if (is_given(session, OPTION_OUT) && !is_given(session, OPTION_TEXT))
        return failure_set(failure, REASON_BAD_ARGUMENT, "--out", "it takes the text: give --text too");
    return command_log_out_check(session, failure);
}

/* What can't be read by kordond can't be compared either, and is not approved. */
static enum reason check_readable(const json_t *proposal, struct failure *failure)
{
    const json_t *fault = json_object_get(proposal, "fault");
    if (fault == NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_POLICY_BAD, text_of(fault, "subject"), "%s", text_of(fault, "detail"));
}

enum reason command_policy_diff(struct session *session, struct failure *failure)
{
    json_t *proposal;
    TRY(client_get(session->client, "/v1/policy/proposal", &proposal, failure));
    if (session->arguments.json)
        return print_json(proposal, failure);
    enum reason reason = check_readable(proposal, failure);
    if (reason == REASON_DONE) {
        print_line("%-15s %s", "in force", text_of(proposal, "compared_with"));
        print_line("%-15s %s", "proposed", text_of(proposal, "hash"));
        print_proposed(proposal);
        print_changes(json_object_get(proposal, "changes"));
    }
    json_decref(proposal);
    return reason;
}

/* --- Changed ------------------------------------------------------------------------------------------------------- */

/* A proposal's hash is given whole; a part of it could be another's. */
static enum reason check_hash(const char *hash, struct failure *failure)
{
    uint8_t bytes[DIGEST_BYTES];
    if (strlen(hash) == DIGEST_HEX_SIZE - 1 && hex_parse(hash, bytes, DIGEST_BYTES))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, "HASH",
        "all %d characters of the proposal's SHA-256, as kordonctl policy diff shows it",
        DIGEST_HEX_SIZE - 1);
}

enum reason command_policy_check_act(const struct session *session, struct failure *failure)
{
    const char *because = session_option(session, OPTION_BECAUSE, "");
    if (because[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "--because", "say why: it stands in the log");
    return REASON_DONE;
}

enum reason command_policy_check_named_act(const struct session *session, struct failure *failure)
{
    TRY(check_hash(session->arguments.words[0], failure));
    return command_policy_check_act(session, failure);
}

static enum reason send_act(struct session *session, struct client_request *request, const char *path,
    json_t **answer, struct failure *failure)
{
    char whole[PATH_SIZE];
    snprintf(whole, sizeof whole, "%s", path);
    TRY(client_add_query(
        whole, sizeof whole, "justification", session_option(session, OPTION_BECAUSE, ""), failure));
    request->path = whole;
    request->timeout_ms = APPROVE_TIMEOUT_MS;
    return client_send_json(session->client, request, answer, failure);
}

static void print_recorded(const json_t *answer)
{
    if (json_object_get(answer, "seq") != NULL)
        print_line("recorded as entry %lld of the log", number_of(answer, "seq"));
    else
        print_line("recorded in the log");
}

enum reason command_policy_propose(struct session *session, struct failure *failure)
{
    struct policy_file file;
    json_t *answer = NULL;
    enum reason reason = policy_file_read(session->arguments.words[0], &file, failure);
    struct client_request request = {
        .method = "POST", .bytes = file.text, .size = file.size, .type = "application/octet-stream"};
    if (reason == REASON_DONE)
        reason = send_act(session, &request, "/v1/policy/proposals", &answer, failure);
    policy_file_finish(&file);
    if (reason != REASON_DONE)
        return reason;
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line(
        "%s, version %lld, is proposed; it changes:", text_of(answer, "name"), number_of(answer, "version"));
    print_changes(json_object_get(answer, "changes"));
    print_recorded(answer);
    print_line("Another person looks at it (kordonctl policy diff) and approves it:");
    print_line("  kordonctl policy approve %s --because TEXT", text_of(answer, "hash"));
    json_decref(answer);
    return REASON_DONE;
}

static enum reason act_on_proposal(
    struct session *session, const char *method, const char *verb, json_t **answer, struct failure *failure)
{
    char path[256];
    struct client_request request = {.method = method};
    snprintf(path, sizeof path, "/v1/policy/proposals/%s%s", session->arguments.words[0], verb);
    return send_act(session, &request, path, answer, failure);
}

enum reason command_policy_approve(struct session *session, struct failure *failure)
{
    json_t *answer;
    TRY(act_on_proposal(session, "POST", "/approval", &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line("%s, version %lld, is in force", text_of(answer, "name"), number_of(answer, "version"));
    print_recorded(answer);
    json_decref(answer);
    return REASON_DONE;
}

enum reason command_policy_withdraw(struct session *session, struct failure *failure)
{
    json_t *answer;
    TRY(act_on_proposal(session, "DELETE", "", &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    print_line("the proposal is withdrawn; what was in force is");
    print_recorded(answer);
    json_decref(answer);
    return REASON_DONE;
}

/* --- Checked without kordond ---------------------------------------------------------------------------------------- */

/* As kordond tells it of a proposal. */
static void add_change(void *context, const struct policy_change *change)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text_or_null(&json, "purpose", change->section[0] != '\0' ? change->section : NULL);
    json_write_text(&json, "key", change->key);
    json_write_text_or_null(&json, "old", change->old_value);
    json_write_text_or_null(&json, "new", change->new_value);
    json_append_value(context, json_writer_end(&json));
}

static json_t *checked_json(const struct policy_file *file, const struct policy_file *against)
{
    struct json_writer json, changes;
    json_writer_object(&json);
    json_write_text(&json, "name", file->policy->name);
    json_write_integer(&json, "version", file->policy->version);
    json_write_text(&json, "authority", file->policy->authority);
    json_write_text(&json, "hash", file->hash);
    if (against->policy != NULL) {
        json_writer_array(&changes);
        policy_compare(against->policy, file->policy, add_change, &changes);
        json_write_value(&json, "changes", json_writer_end(&changes));
    }
    return json_writer_end(&json);
}

static enum reason print_checked(const struct session *session, const struct policy_file *file,
    const struct policy_file *against, struct failure *failure)
{
    json_t *checked = checked_json(file, against);
    if (session->arguments.json || checked == NULL)
        return print_json(checked, failure);
    print_policy(file->policy, file->hash);
    if (against->policy != NULL) {
        print_line("%-15s %s, version %u:", "changes against", against->policy->name,
            (unsigned)against->policy->version);
        print_changes(json_object_get(checked, "changes"));
    }
    json_decref(checked);
    return REASON_DONE;
}

enum reason command_policy_check(struct session *session, struct failure *failure)
{
    const char *name = session_option(session, OPTION_AGAINST, NULL);
    struct policy_file file, against = {0};
    enum reason reason = policy_file_read(session->arguments.words[0], &file, failure);
    if (reason == REASON_DONE && name != NULL)
        reason = policy_file_read(name, &against, failure);
    if (reason == REASON_DONE)
        reason = print_checked(session, &file, &against, failure);
    policy_file_finish(&file);
    policy_file_finish(&against);
    return reason;
}
