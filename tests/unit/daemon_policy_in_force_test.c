/* P8: by what kordond decides is what the state proves, and a policy that it can read; without one nobody is served, and who starts it is told
 * what to do. */
#include "daemon/policy_in_force.h"

#include <string.h>

#include "store/document.h"
#include "tests/support/state_directory.h"
#include "tests/unit/unit.h"

static void put(struct state_directory *state, const char *text)
{
    const struct document_change document = {.name = DOCUMENT_POLICY, .bytes = text, .size = strlen(text)};
    const struct journal_change change = {.documents = &document, .document_count = 1};
    const struct journal_change *const changes[] = {&change};
    struct journal_outcome outcome;
    struct log_draft draft = {LOG_EVENT_CONFIGURATION,
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "test")};
    assert_non_null(draft.body);
    assert_int_equal(
        journal_append_changing(state->store, &draft, changes, 1, &outcome, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

static enum reason read_policy(
    struct state_directory *state, bool demonstration, struct policy_in_force *in_force)
{
    state->failure = (struct failure){0};
    return policy_in_force_read(in_force, state->store, demonstration, &state->failure);
}

/* Nothing is in force, and the failure says this. */
static void assert_refused(
    struct state_directory *state, bool demonstration, enum reason reason, const char *words)
{
    struct policy_in_force in_force;
    assert_int_equal(read_policy(state, demonstration, &in_force), reason);
    assert_null(in_force.policy);
    assert_null(in_force.text);
    assert_string_equal(in_force.hash, "");
    assert_non_null(strstr(state->failure.detail, words));
}

static void test_P8_what_is_put_is_in_force(void **context)
{
    struct state_directory *state = *context;
    struct policy_in_force in_force;
    put(state, policy_preset("ukraine"));
    assert_int_equal(read_policy(state, false, &in_force), REASON_DONE);
    assert_string_equal(in_force.policy->name, "ukraine");
    assert_string_equal(in_force.text, policy_preset("ukraine"));
    assert_int_equal(strlen(in_force.hash), DIGEST_HEX_SIZE - 1);
    policy_in_force_finish(&in_force);
}

static void test_P8_without_a_policy_it_is_said_what_puts_one_there(void **context)
{
    assert_refused(*context, true, REASON_DOCUMENT_NOT_FOUND, "kordonctl init, which puts one there");
}

/* Another version of kordond may have taken it. */
static void test_P8_a_policy_that_cannot_be_read_is_not_in_force(void **context)
{
    static const char *const texts[] = {"rubbish", "[policy]\nname = x\n",
        "[policy]\nname = x\nversion = 1\nauthority = y\nweather = fair\n"};
    struct state_directory *state = *context;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put(state, texts[i]);
        assert_refused(state, true, REASON_POLICY_BAD, "start the kordond that took it");
        assert_non_null(strstr(state->failure.subject, "policy:"));
    }
    put(state, policy_preset(POLICY_PRESET_DEMONSTRATION));
    assert_refused(state, false, REASON_POLICY_BAD, "the configuration is no demonstration");
}

/* Who owns the file puts another one's bytes there, cuts it, or takes it out. */
static void test_L10_a_forged_policy_is_not_in_force(void **context)
{
    static const char *const forgeries[] = {
        "UPDATE document SET sealed = zeroblob(length(sealed)) WHERE name = 'policy'",
        "UPDATE document SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE name = 'policy'",
        "UPDATE document SET sealed = (SELECT sealed FROM old.document) WHERE name = 'policy'",
        "DELETE FROM document WHERE name = 'policy'"};
    for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        struct state_directory state;
        state_directory_init(&state);
        put(&state, policy_preset(POLICY_PRESET_DEMONSTRATION));
        state_directory_keep(&state);
        put(&state, policy_preset("ukraine"));
        state_directory_tamper(&state, forgeries[i]);
        enum reason reason = state_directory_reopen(&state);
        if (reason == REASON_DONE)
            assert_refused(&state, true, REASON_STATE_UNPROVEN, "");
        else
            assert_int_equal(reason, REASON_STATE_UNPROVEN);
        state_directory_finish(&state);
    }
    (void)context;
}

#define ON_A_STATE(test)                                                                                     \
    cmocka_unit_test_setup_teardown(test, state_directory_set_up, state_directory_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STATE(test_P8_what_is_put_is_in_force),
        ON_A_STATE(test_P8_without_a_policy_it_is_said_what_puts_one_there),
        ON_A_STATE(test_P8_a_policy_that_cannot_be_read_is_not_in_force),
        cmocka_unit_test(test_L10_a_forged_policy_is_not_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
