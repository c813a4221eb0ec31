/* Another policy: proposed by one person, approved by another, whole or not at all. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/document.h"
#include "store/policy_change.h"
#include "tests/support/state_directory.h"

#define FIRST  "[policy]\nversion = 1\n"
#define SECOND "[policy]\nversion = 2\n"
#define THIRD  "[policy]\nversion = 3\n"
#define NOW    ((int64_t)1795000000000)
#define DAY_MS ((int64_t)86400000)

static int set_up(void **state)
{
    struct state_directory *directory = calloc(1, sizeof *directory);
    if (directory == NULL)
        return -1;
    state_directory_init(directory);
    *state = directory;
    return 0;
}

static int tear_down(void **state)
{
    state_directory_finish(*state);
    free(*state);
    return 0;
}

static struct log_draft draft(void)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test");
    assert_non_null(body);
    return (struct log_draft){LOG_EVENT_CONFIGURATION, body};
}

static enum reason propose(struct state_directory *state, const char *text, const char *proposer)
{
    struct policy_proposal proposal = {.policy = {.text = (char *)(uintptr_t)text, .size = strlen(text)},
        .justification = "the law was changed",
        .proposed_ms = NOW};
    struct journal_outcome outcome;
    struct log_draft said = draft();
    snprintf(proposal.proposer, sizeof proposal.proposer, "%s", proposer);
    snprintf(proposal.proof, sizeof proposal.proof, "proof of %s", proposer);
    enum reason reason = policy_propose(state->store, &proposal, &said, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(said.body);
    return reason;
}

static enum reason approve(struct state_directory *state, struct policy_approval approval)
{
    struct journal_outcome outcome;
    struct log_draft said = draft();
    char proof[POLICY_PROOF_SIZE];
    snprintf(proof, sizeof proof, "proof of %s", approval.approver);
    if (approval.proof == NULL)
        approval.proof = proof;
    enum reason reason = policy_approve(state->store, &approval, &said, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(said.body);
    return reason;
}

static enum reason withdraw(struct state_directory *state, const char *hash)
{
    struct journal_outcome outcome;
    struct log_draft said = draft();
    enum reason reason = policy_withdraw(state->store, hash, &said, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(said.body);
    return reason;
}

static const char *hash_of(const char *text, char hash[static DIGEST_HEX_SIZE])
{
    assert_int_equal(policy_hash(text, strlen(text), hash, NULL), REASON_DONE);
    return hash;
}

static void assert_in_force(struct state_directory *state, const char *text)
{
    struct policy_text policy;
    assert_int_equal(policy_text_read(state->store, &policy, &state->failure),
        text != NULL ? REASON_DONE : REASON_DOCUMENT_NOT_FOUND);
    if (text != NULL)
        assert_string_equal(policy.text, text);
    policy_text_finish(&policy);
}

static void assert_proposed(struct state_directory *state, const char *text, const char *proposer)
{
    struct policy_proposal proposal;
    assert_int_equal(policy_proposal_read(state->store, &proposal, &state->failure),
        text != NULL ? REASON_DONE : REASON_DOCUMENT_NOT_FOUND);
    if (text != NULL) {
        assert_string_equal(proposal.policy.text, text);
        assert_string_equal(proposal.proposer, proposer);
        assert_int_equal(proposal.expires_ms, NOW + 14 * DAY_MS);
    }
    policy_proposal_finish(&proposal);
}

static json_t *last_body(struct state_directory *state)
{
    json_t *entry;
    assert_int_equal(
        journal_read(state->store, journal_size(state->store) - 1, &entry, &state->failure), REASON_DONE);
    json_t *body = json_incref(json_object_get(entry, "body"));
    json_decref(entry);
    return body;
}

static const char *said(json_t *body, const char *key)
{
    return json_string_value(json_object_get(body, key));
}

static void test_T7_a_policy_takes_two_persons(void **context)
{
    struct state_directory *state = *context;
    char first[DIGEST_HEX_SIZE], second[DIGEST_HEX_SIZE];
    assert_in_force(state, NULL);
    assert_int_equal(propose(state, FIRST, "person:anna"), REASON_DONE);
    assert_proposed(state, FIRST, "person:anna");
    struct policy_approval approval = {
        .hash = hash_of(FIRST, first), .approver = "person:anna", .now_ms = NOW + DAY_MS};
    uint64_t size = journal_size(state->store);
    assert_int_equal(approve(state, approval), REASON_SECOND_PERSON_NEEDED);
    approval.approver = "";
    assert_int_equal(approve(state, approval), REASON_SECOND_PERSON_NEEDED);
    assert_int_equal(journal_size(state->store), size);
    assert_in_force(state, NULL);
    approval.approver = "person:boris";
    assert_int_equal(approve(state, approval), REASON_DONE);
    assert_in_force(state, FIRST);
    assert_proposed(state, NULL, NULL);
    /* The log alone tells which policy came into force, by whom. */
    json_t *body = last_body(state);
    assert_string_equal(said(body, "proposal"), first);
    assert_string_equal(said(body, "proposed_by"), "person:anna");
    assert_string_equal(said(body, "proposed_because"), "the law was changed");
    assert_string_equal(said(json_object_get(body, "documents"), "policy"), first);
    assert_null(json_object_get(body, "same_person"));
    json_decref(body);
    assert_int_equal(propose(state, SECOND, "person:boris"), REASON_DONE);
    approval = (struct policy_approval){
        .hash = hash_of(SECOND, second), .in_force_hash = first, .approver = "person:anna", .now_ms = NOW};
    assert_int_equal(approve(state, approval), REASON_DONE);
    body = last_body(state);
    assert_string_equal(said(body, "replaced"), first);
    json_decref(body);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_in_force(state, SECOND);
}

/* The register was changed in between: he is somebody else now, by the same user or certificate. */
static void test_T7_another_name_makes_no_second_person(void **context)
{
    struct state_directory *state = *context;
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(propose(state, FIRST, "person:anna"), REASON_DONE);
    struct policy_approval approval = {.hash = hash_of(FIRST, hash),
        .approver = "person:hanna",
        .proof = "proof of person:anna",
        .now_ms = NOW};
    assert_int_equal(approve(state, approval), REASON_SECOND_PERSON_NEEDED);
    approval.proof = "";
    assert_int_equal(approve(state, approval), REASON_SECOND_PERSON_NEEDED);
    assert_in_force(state, NULL);
    approval.proof = "proof of person:hanna";
    assert_int_equal(approve(state, approval), REASON_DONE);
    json_t *body = last_body(state);
    assert_string_equal(said(body, "proposed_by_proof"), "proof of person:anna");
    json_decref(body);
}

static void test_T7_in_a_demonstration_one_person_may_and_the_entry_says_so(void **context)
{
    struct state_directory *state = *context;
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(propose(state, FIRST, "uid:0"), REASON_DONE);
    assert_int_equal(
        approve(state,
            (struct policy_approval){
                .hash = hash_of(FIRST, hash), .approver = "uid:0", .now_ms = NOW, .one_person_may = true}),
        REASON_DONE);
    json_t *body = last_body(state);
    assert_true(json_is_true(json_object_get(body, "same_person")));
    json_decref(body);
}

/* What is approved is the very text that was looked at. */
static void test_A8_what_was_changed_under_the_feet_is_not_approved(void **context)
{
    struct state_directory *state = *context;
    char first[DIGEST_HEX_SIZE], second[DIGEST_HEX_SIZE], third[DIGEST_HEX_SIZE];
    hash_of(FIRST, first), hash_of(SECOND, second), hash_of(THIRD, third);
    struct policy_approval approval = {.hash = first, .approver = "person:boris", .now_ms = NOW};
    assert_int_equal(approve(state, approval), REASON_DOCUMENT_NOT_FOUND);
    assert_int_equal(propose(state, FIRST, "person:anna"), REASON_DONE);
    assert_int_equal(propose(state, SECOND, "person:cyril"), REASON_DONE);
    json_t *body = last_body(state);
    assert_string_equal(said(body, "replaced"), first);
    json_decref(body);
    assert_int_equal(approve(state, approval), REASON_PROPOSAL_OTHER);
    assert_int_equal(withdraw(state, first), REASON_PROPOSAL_OTHER);
    approval.hash = second;
    approval.in_force_hash = third;
    assert_int_equal(approve(state, approval), REASON_POLICY_CHANGED);
    assert_in_force(state, NULL);
    assert_proposed(state, SECOND, "person:cyril");
    approval.in_force_hash = NULL;
    assert_int_equal(approve(state, approval), REASON_DONE);
    assert_int_equal(propose(state, THIRD, "person:anna"), REASON_DONE);
    approval = (struct policy_approval){.hash = third, .approver = "person:boris", .now_ms = NOW};
    assert_int_equal(approve(state, approval), REASON_POLICY_CHANGED);
    assert_in_force(state, SECOND);
}

static void test_T7_a_proposal_ends_after_fourteen_days(void **context)
{
    struct state_directory *state = *context;
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(propose(state, FIRST, "person:anna"), REASON_DONE);
    struct policy_approval approval = {
        .hash = hash_of(FIRST, hash), .approver = "person:boris", .now_ms = NOW + 14 * DAY_MS};
    assert_int_equal(approve(state, approval), REASON_PROPOSAL_EXPIRED);
    approval.now_ms = NOW - 1;
    assert_int_equal(approve(state, approval), REASON_PROPOSAL_EXPIRED);
    assert_in_force(state, NULL);
    approval.now_ms = NOW + 14 * DAY_MS - 1;
    assert_int_equal(approve(state, approval), REASON_DONE);
}

static void test_a_proposal_is_withdrawn_or_never_made(void **context)
{
    struct state_directory *state = *context;
    char hash[DIGEST_HEX_SIZE];
    assert_int_equal(propose(state, FIRST, ""), REASON_BAD_VALUE);
    assert_int_equal(propose(state, "", "person:anna"), REASON_BAD_VALUE);
    assert_int_equal(withdraw(state, hash_of(FIRST, hash)), REASON_DOCUMENT_NOT_FOUND);
    assert_int_equal(propose(state, FIRST, "person:anna"), REASON_DONE);
    assert_int_equal(withdraw(state, hash), REASON_DONE);
    assert_proposed(state, NULL, NULL);
    assert_in_force(state, NULL);
}

/* A state may begin with its policy: there is no moment without one. */
static void test_A8_a_state_begins_with_its_policy(void **context)
{
    struct state_directory *state = *context;
    char folder[128];
    snprintf(folder, sizeof folder, "%s/another", state->path);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct store_options options = state->options;
    options.directory = folder;
    const struct document_change document = {DOCUMENT_POLICY, FIRST, strlen(FIRST)};
    const struct journal_change change = {.documents = &document, .document_count = 1};
    struct log_draft first = draft();
    struct store *store;
    assert_int_equal(store_create(&options, "kordon.example/another",
                         &(struct store_beginning){&first, &change}, &state->failure),
        REASON_DONE);
    json_decref(first.body);
    assert_int_equal(store_open(&options, STORE_READ, &store, &state->failure), REASON_DONE);
    struct policy_text policy;
    assert_int_equal(policy_text_read(store, &policy, &state->failure), REASON_DONE);
    assert_string_equal(policy.text, FIRST);
    assert_int_equal(journal_size(store), 2);
    policy_text_finish(&policy);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_T7_a_policy_takes_two_persons),
        TEST(test_T7_another_name_makes_no_second_person),
        TEST(test_T7_in_a_demonstration_one_person_may_and_the_entry_says_so),
        TEST(test_A8_what_was_changed_under_the_feet_is_not_approved),
        TEST(test_T7_a_proposal_ends_after_fourteen_days),
        TEST(test_a_proposal_is_withdrawn_or_never_made),
        TEST(test_A8_a_state_begins_with_its_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
