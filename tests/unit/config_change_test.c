#include "tests/unit/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

#define MANDATORY "[state]\nmachine_key = file:/k\n[log]\norigin = a/b\nunit = Post 7\n"

static struct configuration *parsed(const char *text)
{
    struct configuration *configuration = calloc(1, sizeof *configuration);
    struct failure failure = {0};
    assert_non_null(configuration);
    if (config_parse("/k.conf", (const uint8_t *)text, strlen(text), configuration, &failure) != REASON_DONE)
        fail_msg("%s: %s", failure.subject, failure.detail);
    return configuration;
}

/* Another value for each key, none of them the default. */
static const char everything[] =
    "[state]\ndirectory = /other\nmachine_key = file:/other.key\n"
    "[log]\norigin = c/d\nunit = Post 8\nanchor = /var/anchor\nanchor_first = no\nverifier_key = /v\n"
    "clock_gap_days = 8\n"
    "[api]\nsocket = /s\nsocket_mode = 0600\nconnections = 9\nsample_bytes = 70000\n"
    "connections_each = 3\nconnections_without_role = 2\nevent_streams_each = 4\ntransactions = 5\n"
    "transactions_each = 6\nentries_each = 7\nevent_stream_patience = 8\n"
    "[tls]\ncertificate = a.pem\nkey = a.key\ngrace_hours = 1\n"
    "[roles]\nterminal = user:a\nexaminer = user:b\nprotection_officer = user:g\nsupervisor = "
    "user:c\nauditor = user:d\n"
    "administrator = user:e, group:f\n"
    "[persons]\ndemonstration = yes\n"
    "[scanner]\nenabled = no\nprogram = /p\ncapture_timeout_ms = 2000\n"
    "[identification]\ntarget_fpir = 0.25\nthreads = 3\ncandidates = 4\nfinger_swaps = no\nrequire_armed = "
    "no\n"
    "first_stage = no\n"
    "[verification]\ntarget_fmr = 0.5\n"
    "[self_test]\ninterval_hours = 8\n"
    "[policy]\nfirst = ees\nminimum_quality = "
    "20\n"
    "transaction_timeout_ms = 20000\n";

/* A8: what a reload changes is what the table lets it: afterwards the others still differ, and are named. */
static void test_A8_only_what_may_change_is_taken_over(void **state)
{
    (void)state;
    struct configuration *in_force = parsed(MANDATORY), *wanted = parsed(everything);
    struct config_change before[CONFIG_CHANGES_MAX], after[CONFIG_CHANGES_MAX];
    size_t count = config_changes(in_force, wanted, before), reloads = 0, left = 0;
    for (size_t i = 0; i < count; i++)
        reloads += before[i].reloads;
    config_apply(in_force, wanted);
    left = config_changes(in_force, wanted, after);
    assert_true(reloads > 0 && left > 0);
    assert_int_equal(left, count - reloads);
    for (size_t i = 0; i < left; i++)
        assert_false(after[i].reloads);
    assert_string_equal(in_force->state.directory, "/var/lib/kordon");
    assert_string_equal(in_force->roles[5].principals[1], "group:f");
    assert_int_equal(in_force->policy.minimum_quality, 20);
    free(in_force);
    free(wanted);
}

/* Every key that the example file names is compared: none can be changed unseen. */
static void test_A8_no_key_changes_unseen(void **state)
{
    (void)state;
    struct configuration *one = parsed(MANDATORY), *other = parsed(everything);
    struct config_change changes[CONFIG_CHANGES_MAX];
    /* Alone it is refused: it needs an authority and persons. */
    snprintf(other->tls.address, sizeof other->tls.address, "192.0.2.7:8443");
    size_t count = config_changes(one, other, changes), keys = 0, size = 0;
    char *example = NULL;
    FILE *stream = open_memstream(&example, &size);
    config_describe(stream);
    fclose(stream);
    bool named = false;
    for (const char *line = example; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (line[0] == '[' || strncmp(line, "#[", 2) == 0)
            named = line[0] == '#';
        keys += !named && line[0] != '\0' && line[0] != '\n' && line[0] != '[' && strncmp(line, "# ", 2) != 0;
    }
    assert_int_equal(count, keys);
    assert_int_equal(config_changes(one, one, changes), 0);
    free(example);
    free(one);
    free(other);
}

static void test_values_read_as_in_the_file(void **state)
{
    (void)state;
    struct configuration *configuration = parsed(everything);
    static const struct {
        struct config_change key;
        const char *value;
    } cases[] = {{{"log", "unit", "", false}, "Post 8"}, {{"api", "socket_mode", "", false}, "0600"},
        {{"api", "connections", "", false}, "9"}, {{"roles", "administrator", "", true}, "user:e, group:f"},
        {{"roles", "nobody", "", true}, ""}, {{"identification", "target_fpir", "", false}, "0.25"},
        {{"scanner", "enabled", "", false}, "no"}, {{"policy", "first", "", false}, "ees"}};
    char text[CONFIG_VALUE_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(config_value(configuration, &cases[i].key, text), cases[i].value);
    free(configuration);
}

#define PERSONS                                                                                              \
    MANDATORY "[person anna]\nroles = supervisor, examiner\nproof = user:anna\n[device lane-3]\n"            \
              "[person boris]\n[client_authority post-ca]\ncertificate = /ca.pem\n"

/* A8, T7: who was added to the register, left out of it, or may something else, is said by name; the order of sections is nothing. */
static void test_A8_changed_persons_are_named(void **state)
{
    (void)state;
    struct configuration *in_force = parsed(PERSONS);
    struct configuration *wanted =
        parsed(MANDATORY "[person clara]\nfull_name = Clara K\n[person anna]\nroles = auditor\n"
                         "proof = user:anna\n[device lane-3]\nroles = terminal\n");
    static const struct {
        const char *name, *before, *after;
    } expected[] = {
        {"[person anna]", "roles = examiner, supervisor; proof = user:anna",
            "roles = auditor; proof = user:anna"},
        {"[person boris]", "", NULL},
        {"[person clara]", NULL, "full_name = Clara K"},
        {"[client_authority post-ca]", "certificate = /ca.pem; no_revocation_list = no", NULL},
    };
    struct config_change changes[CONFIG_CHANGES_MAX];
    char name[CONFIG_CHANGE_NAME_SIZE], text[CONFIG_VALUE_SIZE];
    assert_int_equal(config_changes(in_force, wanted, changes), 4);
    for (size_t i = 0; i < 4; i++) {
        const char *values[] = {expected[i].before, expected[i].after};
        assert_string_equal(config_change_name(&changes[i], name), expected[i].name);
        assert_true(changes[i].reloads);
        for (size_t j = 0; j < 2; j++) {
            const char *value = config_value(j == 0 ? in_force : wanted, &changes[i], text);
            assert_true((value == NULL) == (values[j] == NULL));
            if (value != NULL)
                assert_string_equal(value, values[j]);
        }
    }
    config_apply(in_force, wanted);
    assert_int_equal(config_changes(in_force, wanted, changes), 0);
    assert_int_equal(in_force->persons.count, 2);
    assert_int_equal(in_force->authorities.count, 0);
    assert_string_equal(in_force->persons.list[0].holder.item.name, "clara");
    free(in_force);
    free(wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A8_only_what_may_change_is_taken_over),
        cmocka_unit_test(test_A8_no_key_changes_unseen),
        cmocka_unit_test(test_A8_changed_persons_are_named),
        cmocka_unit_test(test_values_read_as_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
