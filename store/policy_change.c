/* policy_change.c: the policy in force and the proposal of another, read, put, taken back, approved. */
#include "store/policy_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/parse.h"
#include "json/writer.h"
#include "store/document.h"

#define DAY_MS ((int64_t)86400 * 1000)

/* --- Reading ---------------------------------------------------------------------------------------------------- */

void policy_text_finish(struct policy_text *policy)
{
    document_finish(policy->text, policy->size);
    *policy = (struct policy_text){0};
}

void policy_proposal_finish(struct policy_proposal *proposal)
{
    policy_text_finish(&proposal->policy);
    *proposal = (struct policy_proposal){0};
}

static enum reason read_text(
    struct store *store, const char *name, struct policy_text *policy, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    *policy = (struct policy_text){0};
    TRY(document_read(store, name, &policy->text, &policy->size, digest, failure));
    hex_format(digest, DIGEST_BYTES, policy->hash);
    return REASON_DONE;
}

enum reason policy_text_read(struct store *store, struct policy_text *policy, struct failure *failure)
{
    return read_text(store, DOCUMENT_POLICY, policy, failure);
}

int64_t policy_proposal_expires_ms(int64_t proposed_ms)
{
    return proposed_ms + POLICY_PROPOSAL_DAYS * DAY_MS;
}

/* "" where it is not said. */
static void take_text(const json_t *said, const char *name, char *text, size_t size)
{
    const char *found = json_string_value(json_object_get(said, name));
    snprintf(text, size, "%s", found != NULL ? found : "");
}

/* Who proposed what, and when. The text is another document: between the two looks somebody may have proposed another one. */
static bool take_proposed(const json_t *said, struct policy_proposal *proposal)
{
    const char *proposer = json_string_value(json_object_get(said, "by"));
    const char *proof = json_string_value(json_object_get(said, "proof"));
    const char *justification = json_string_value(json_object_get(said, "justification"));
    const char *hash = json_string_value(json_object_get(said, "hash"));
    if (proposer == NULL || proof == NULL || justification == NULL || hash == NULL ||
        strcmp(hash, proposal->policy.hash) != 0)
        return false;
    snprintf(proposal->proposer, sizeof proposal->proposer, "%s", proposer);
    snprintf(proposal->proof, sizeof proposal->proof, "%s", proof);
    snprintf(proposal->justification, sizeof proposal->justification, "%s", justification);
    take_text(said, "certificate", proposal->certificate, sizeof proposal->certificate);
    take_text(said, "certificate_authority", proposal->certificate_authority,
        sizeof proposal->certificate_authority);
    proposal->certificate_until = json_integer_value(json_object_get(said, "certificate_until"));
    proposal->proposed_ms = json_integer_value(json_object_get(said, "ms"));
    proposal->expires_ms = policy_proposal_expires_ms(proposal->proposed_ms);
    return true;
}

static enum reason read_proposed(
    struct store *store, struct policy_proposal *proposal, struct failure *failure)
{
    char *bytes;
    size_t size;
    json_t *said = NULL;
    TRY(document_read(store, DOCUMENT_POLICY_PROPOSED, &bytes, &size, NULL, failure));
    enum reason reason = json_parse(bytes, size, &said, NULL);
    if (reason != REASON_DONE)
        reason = failure_set(failure, reason, DOCUMENT_POLICY_PROPOSED, NULL);
    else if (!take_proposed(said, proposal))
        reason = failure_set(
            failure, REASON_PROPOSAL_OTHER, proposal->policy.hash, "another one is being put in its place");
    json_decref(said);
    document_finish(bytes, size);
    return reason;
}

enum reason policy_proposal_read(
    struct store *store, struct policy_proposal *proposal, struct failure *failure)
{
    *proposal = (struct policy_proposal){0};
    enum reason reason = read_text(store, DOCUMENT_POLICY_PROPOSAL, &proposal->policy, failure);
    if (reason == REASON_DOCUMENT_NOT_FOUND)
        return failure_set(failure, reason, "policy", "none is proposed");
    if (reason == REASON_DONE)
        reason = read_proposed(store, proposal, failure);
    if (reason != REASON_DONE)
        policy_proposal_finish(proposal);
    return reason;
}

enum reason policy_hash(
    const void *text, size_t size, char hash[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct digest *digest;
    uint8_t bytes[DIGEST_BYTES];
    TRY(digest_create(&digest, failure));
    enum reason reason = digest_bytes(digest, text, size, bytes, failure);
    digest_destroy(digest);
    if (reason == REASON_DONE)
        hex_format(bytes, DIGEST_BYTES, hash);
    return reason;
}

/* The hash of what is there, "" where nothing is. */
static enum reason read_hash(
    struct store *store, const char *name, char hash[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct policy_text policy;
    struct failure why;
    enum reason reason = read_text(store, name, &policy, &why);
    snprintf(hash, DIGEST_HEX_SIZE, "%s", policy.hash);
    policy_text_finish(&policy);
    if (reason == REASON_DOCUMENT_NOT_FOUND)
        return REASON_DONE;
    if (reason != REASON_DONE && failure != NULL)
        *failure = why;
    return reason;
}

/* --- Commits ---------------------------------------------------------------------------------------------------- */

/* Appends the entry with what was added to its body, and with the documents. body: a writer's whole, NULL without memory. */
static enum reason commit(struct store *store, enum log_event event, json_t *body,
    const struct journal_change *change, struct journal_outcome *outcome, struct failure *failure)
{
    const struct log_draft draft = {event, body};
    *outcome = (struct journal_outcome){0};
    enum reason reason = body != NULL ? journal_append_changing(store, &draft, &change, 1, outcome, failure)
                                      : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    json_decref(body);
    return reason;
}

static void begin_body(struct json_writer *body, const struct log_draft *draft, const char *hash)
{
    json_writer_over(body, json_copy(draft->body));
    json_write_text(body, "proposal", hash);
}

static char *format_proposed(const struct policy_proposal *proposal, const char *hash)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_text(&writer, "hash", hash);
    json_write_text(&writer, "by", proposal->proposer);
    json_write_text(&writer, "proof", proposal->proof);
    if (proposal->certificate[0] != '\0') {
        json_write_text(&writer, "certificate", proposal->certificate);
        json_write_text(&writer, "certificate_authority", proposal->certificate_authority);
        json_write_integer(&writer, "certificate_until", proposal->certificate_until);
    }
    json_write_text(&writer, "justification", proposal->justification);
    json_write_integer(&writer, "ms", proposal->proposed_ms);
    json_t *said = json_writer_end(&writer);
    char *text = said != NULL ? json_dumps(said, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(said);
    return text;
}

enum reason policy_propose(struct store *store, const struct policy_proposal *proposal,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure)
{
    char hash[DIGEST_HEX_SIZE], before[DIGEST_HEX_SIZE];
    struct json_writer body;
    *outcome = (struct journal_outcome){0};
    if (proposal->proposer[0] == '\0' || proposal->proof[0] == '\0')
        return failure_set(failure, REASON_BAD_VALUE, "policy", "nobody proposes it");
    TRY(policy_hash(proposal->policy.text, proposal->policy.size, hash, failure));
    TRY(read_hash(store, DOCUMENT_POLICY_PROPOSAL, before, failure));
    char *proposed = format_proposed(proposal, hash);
    if (proposed == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
    const struct document_change documents[] = {
        {DOCUMENT_POLICY_PROPOSAL, proposal->policy.text, proposal->policy.size},
        {DOCUMENT_POLICY_PROPOSED, proposed, strlen(proposed)}};
    begin_body(&body, draft, hash);
    json_write_text_if(&body, "replaced", before[0] != '\0' ? before : NULL);
    enum reason reason = commit(store, draft->event, json_writer_end(&body),
        &(struct journal_change){.documents = documents, .document_count = 2}, outcome, failure);
    free(proposed);
    return reason;
}

static enum reason check_hash(
    const struct policy_proposal *proposal, const char *hash, struct failure *failure)
{
    return strcmp(proposal->policy.hash, hash) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_PROPOSAL_OTHER, hash, "proposed is %s", proposal->policy.hash);
}

enum reason policy_withdraw(struct store *store, const char *hash, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    static const struct document_change documents[] = {
        {.name = DOCUMENT_POLICY_PROPOSAL}, {.name = DOCUMENT_POLICY_PROPOSED}};
    struct policy_proposal proposal;
    struct json_writer body;
    *outcome = (struct journal_outcome){0};
    TRY(policy_proposal_read(store, &proposal, failure));
    enum reason reason = check_hash(&proposal, hash, failure);
    policy_proposal_finish(&proposal);
    if (reason != REASON_DONE)
        return reason;
    begin_body(&body, draft, hash);
    return commit(store, draft->event, json_writer_end(&body),
        &(struct journal_change){.documents = documents, .document_count = 2}, outcome, failure);
}

/* --- Approval ---------------------------------------------------------------------------------------------------- */

/* Two names of one human being are one person as long as one thing proves both. */
static bool is_same_person(const struct policy_proposal *proposal, const struct policy_approval *approval)
{
    return strcmp(approval->approver, proposal->proposer) == 0 ||
           strcmp(approval->proof, proposal->proof) == 0;
}

enum reason policy_check_approval(
    const struct policy_proposal *proposal, const struct policy_approval *approval, struct failure *failure)
{
    TRY(check_hash(proposal, approval->hash, failure));
    if (approval->now_ms >= proposal->expires_ms || approval->now_ms < proposal->proposed_ms)
        return failure_set(failure, REASON_PROPOSAL_EXPIRED, approval->hash,
            "it may be approved for %d days from when it was proposed", POLICY_PROPOSAL_DAYS);
    if (approval->approver[0] == '\0' || approval->proof[0] == '\0' ||
        (is_same_person(proposal, approval) && !approval->one_person_may))
        return failure_set(
            failure, REASON_SECOND_PERSON_NEEDED, approval->hash, "%s proposed it", proposal->proposer);
    return REASON_DONE;
}

static enum reason check_in_force(
    const char *hash, const struct policy_approval *approval, struct failure *failure)
{
    const char *compared = approval->in_force_hash != NULL ? approval->in_force_hash : "";
    return strcmp(hash, compared) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_POLICY_CHANGED, "policy", "in force is %s, no more %s",
                     hash[0] != '\0' ? hash : "none", compared[0] != '\0' ? compared : "none");
}

static enum reason put_in_force(struct store *store, const struct policy_proposal *proposal,
    const struct policy_approval *approval, const char *replaced, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    const struct document_change none = {0};
    const struct document_change documents[] = {
        {DOCUMENT_POLICY, proposal->policy.text, proposal->policy.size}, {.name = DOCUMENT_POLICY_PROPOSAL},
        {.name = DOCUMENT_POLICY_PROPOSED}, approval->follows != NULL ? *approval->follows : none};
    const size_t count = sizeof documents / sizeof documents[0] - (approval->follows == NULL);
    struct json_writer body;
    begin_body(&body, draft, proposal->policy.hash);
    json_write_text_if(&body, "replaced", replaced[0] != '\0' ? replaced : NULL);
    json_write_text(&body, "proposed_by", proposal->proposer);
    json_write_text(&body, "proposed_by_proof", proposal->proof);
    json_write_text(&body, "proposed_because", proposal->justification);
    json_write_integer(&body, "proposed_ms", proposal->proposed_ms);
    if (is_same_person(proposal, approval))
        json_write_boolean(&body, "same_person", true);
    return commit(store, draft->event, json_writer_end(&body),
        &(struct journal_change){.documents = documents, .document_count = count}, outcome, failure);
}

enum reason policy_approve(struct store *store, const struct policy_approval *approval,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure)
{
    struct policy_proposal proposal;
    char in_force[DIGEST_HEX_SIZE];
    *outcome = (struct journal_outcome){0};
    TRY(policy_proposal_read(store, &proposal, failure));
    enum reason reason = policy_check_approval(&proposal, approval, failure);
    if (reason == REASON_DONE)
        reason = read_hash(store, DOCUMENT_POLICY, in_force, failure);
    if (reason == REASON_DONE)
        reason = check_in_force(in_force, approval, failure);
    if (reason == REASON_DONE)
        reason = put_in_force(store, &proposal, approval, in_force, draft, outcome, failure);
    policy_proposal_finish(&proposal);
    return reason;
}
