#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

#define MANDATORY                                                                                            \
    "[state]\nmachine_key = file:machine.key\n[log]\norigin = border.example/post-7\nunit = Пост 7\n"

static struct configuration configuration;
static struct failure failure;

static enum reason parse(const char *text)
{
    memset(&failure, 0, sizeof failure);
    return config_parse(
        "/etc/kordon/kordon.conf", (const uint8_t *)text, strlen(text), &configuration, &failure);
}

/* Refused at that line, with those words. */
static void assert_refused(const char *text, unsigned line, const char *words)
{
    char subject[64];
    snprintf(subject, sizeof subject, "/etc/kordon/kordon.conf:%u", line);
    assert_int_equal(parse(text), REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, subject);
    if (strstr(failure.detail, words) == NULL)
        fail_msg("'%s' does not say '%s'", failure.detail, words);
    assert_string_equal(configuration.log.origin, "");
}

/* The mandatory keys alone give a configuration whose other keys have the table's defaults. */
static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(MANDATORY), REASON_DONE);
    assert_string_equal(configuration.state.directory, "/var/lib/kordon");
    assert_string_equal(configuration.log.unit, "Пост 7");
    assert_int_equal(configuration.api.socket_mode, 0660);
    assert_int_equal(configuration.scanner.capture_timeout_ms, 15000);
    assert_true(configuration.scanner.enabled);
    assert_true(configuration.identification.target_fpir == 0.001);
    assert_string_equal(configuration.policy.first, "");
    for (int i = 0; i < ROLE_COUNT; i++)
        assert_int_equal(configuration.roles[i].count, 0);
    assert_string_equal(configuration.file, "/etc/kordon/kordon.conf");
}

/* What decided once and does so no more is not passed over in silence: it says where it stands now. */
static void test_P1_what_the_policy_says_is_refused_here(void **state)
{
    (void)state;
    static const char *const keys[] = {"[policy]\npurposes = border_check\n",
        "[policy]\nprotection_purposes = protection_check\n", "[policy]\nminimum_age = 18\n",
        "[scanner]\nattempts = 3\n"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, MANDATORY "%s", keys[i]);
        assert_refused(text, 7, "stands in the policy now");
    }
    assert_refused(MANDATORY "[scanner]\nminimum_age = 3\n", 7, "unknown key");
}

/* The first policy is a preset by its name, or a file. */
static void test_P8_a_preset_or_a_path(void **state)
{
    (void)state;
    assert_int_equal(parse(MANDATORY "[policy]\nfirst = ukraine\n"), REASON_DONE);
    assert_string_equal(configuration.policy.first, "ukraine");
    assert_int_equal(parse(MANDATORY "[policy]\nfirst = post.policy\n"), REASON_DONE);
    assert_string_equal(configuration.policy.first, "/etc/kordon/post.policy");
}

/* Relative paths start from the file's folder, also that of the key. */
static void test_paths(void **state)
{
    (void)state;
    assert_int_equal(parse(MANDATORY "[api]\nsocket = run/api.sock\n"), REASON_DONE);
    assert_string_equal(configuration.api.socket, "/etc/kordon/run/api.sock");
    assert_string_equal(configuration.state.machine_key, "file:/etc/kordon/machine.key");
    assert_string_equal(config_machine_key_path(&configuration), "/etc/kordon/machine.key");
    assert_refused(MANDATORY "[api]\nsocket =\n", 7, "names no path");
    assert_refused(MANDATORY
        "[api]\nsocket = /1234567890123456789012345678901234567890123456789012345678901234"
        "567890123456789012345678901234567890123456789\n",
        7, "longer than 107");
    assert_refused("[state]\nmachine_key = /etc/machine.key\n", 2, "file:PATH");
}

/* T7: roles are given to named users and groups only, and a mistyped grant gives nothing to anybody. */
static void test_T7_roles(void **state)
{
    (void)state;
    assert_int_equal(
        parse(MANDATORY "[roles]\nterminal = user:anna , group:first-line\nauditor =\n"), REASON_DONE);
    assert_int_equal(configuration.roles[0].count, 2);
    assert_string_equal(configuration.roles[0].principals[0], "user:anna");
    assert_string_equal(configuration.roles[0].principals[1], "group:first-line");
    assert_int_equal(configuration.roles[3].count, 0);
    assert_string_equal(role_name(ROLE_AUDITOR), "auditor");
    assert_refused(MANDATORY "[roles]\nterminal = anna\n", 7, "user:NAME");
    assert_refused(MANDATORY "[roles]\nterminal = user:\n", 7, "user:NAME");
    assert_refused(MANDATORY "[roles]\nterminal = user:a, , user:b\n", 7, "empty");
    assert_refused(MANDATORY "[roles]\nterminal = user:a b\n", 7, "user:NAME");
    assert_refused(MANDATORY
        "[roles]\nterminal = user:a,user:a,user:a,user:a,user:a,user:a,user:a,user:a,user:a,"
        "user:a,user:a,user:a,user:a,user:a,user:a,user:a,user:a\n",
        7, "more than 16");
}

/* T7, L3: the register: each person and device has a name of his own, roles that there are, and proofs of a known form. */
static void test_T7_persons_and_devices(void **state)
{
    (void)state;
    const struct config_holder *anna = &configuration.persons.list[0].holder,
                               *boris = &configuration.persons.list[1].holder,
                               *lane = &configuration.devices.list[0].holder;
    assert_int_equal(parse(MANDATORY), REASON_DONE);
    assert_true(config_is_demonstration(&configuration));
    assert_int_equal(
        parse(MANDATORY "[person anna]\nroles = supervisor , examiner\n"
                        "proof = user:anna, certificate:post-ca/email:anna@border.example\n"
                        "full_name = Анна К.\n[device lane-3]\nproof = certificate:post-ca/DNS:lane-3\n"
                        "[person boris]\n[client_authority post-ca]\ncertificate = ca.pem\n"),
        REASON_DONE);
    assert_false(config_is_demonstration(&configuration));
    assert_int_equal(configuration.persons.count, 2);
    assert_string_equal(anna->item.name, "anna");
    assert_int_equal(anna->item.line, 6);
    assert_int_equal(anna->roles, ROLE_SUPERVISOR | ROLE_EXAMINER);
    assert_int_equal(anna->proofs.count, 2);
    assert_string_equal(anna->proofs.proofs[1], "certificate:post-ca/email:anna@border.example");
    assert_string_equal(configuration.persons.list[0].full_name, "Анна К.");
    assert_string_equal(boris->item.name, "boris");
    assert_int_equal(boris->roles, 0);
    assert_int_equal(boris->proofs.count, 0);
    assert_int_equal(lane->roles, ROLE_TERMINAL);
    assert_string_equal(configuration.authorities.list[0].certificate, "/etc/kordon/ca.pem");
    assert_int_equal(parse(MANDATORY "[persons]\ndemonstration = yes\n[person anna]\n"), REASON_DONE);
    assert_true(config_is_demonstration(&configuration));
}

static void test_T7_a_register_that_holds_a_mistake_is_refused(void **state)
{
    (void)state;
    char text[65536], *end = text + snprintf(text, sizeof text, "%s", MANDATORY);
    assert_refused(MANDATORY "[person anna]\n[device anna]\n[person anna]\n", 8, "stands in line 6 already");
    assert_refused(MANDATORY "[person]\n", 6, "[person NAME]");
    assert_refused(MANDATORY "[person ]\n", 6, "[person NAME]");
    assert_refused(MANDATORY "[person an na]\n", 6, "[person NAME]");
    assert_refused(MANDATORY "[person a/b]\n", 6, "[person NAME]");
    assert_refused(MANDATORY "[person a234567890123456789012345678901b]\n", 6, "up to 31");
    assert_refused(MANDATORY "[people anna]\n", 6, "unknown section [people anna]");
    assert_refused(MANDATORY "[log anna]\n", 6, "unknown section [log anna]");
    assert_refused(MANDATORY "[person anna]\nroles = chief\n", 7, "'chief' is no role");
    assert_refused(MANDATORY "[device lane]\nroles = auditor\n", 7, "a device can't be auditor");
    assert_refused(MANDATORY "[person anna]\nroles =\nroles =\n", 8, "given twice");
    assert_refused(MANDATORY "[person anna]\nrole = auditor\n", 7, "unknown key role in [person anna]");
    assert_refused(MANDATORY "[client_authority ca]\nrevocation_list = /r\n[person a]\n", 6,
        "[client_authority ca] certificate is missing");
    assert_refused(MANDATORY "[client_authority ca]\n", 6, "certificate is missing");
    static const char *const bad_proofs[] = {"anna", "group:border", "user:", "certificate:ca",
        "certificate:ca/lane", "certificate:/DNS:lane", "certificate:ca/DNS:", "certificate:ca/IP:1",
        "certificate:c a/DNS:x", "user:a, user:b, user:c, user:d, user:e"};
    for (size_t i = 0; i < sizeof bad_proofs / sizeof bad_proofs[0]; i++) {
        char one[256];
        snprintf(one, sizeof one, MANDATORY "[person anna]\nproof = %s\n", bad_proofs[i]);
        assert_refused(one, 7, "proof");
    }
    for (unsigned i = 0; i <= CONFIG_PERSONS_MAX; i++) {
        if (i == CONFIG_PERSONS_MAX)
            assert_int_equal(parse(text), REASON_DONE);
        end += snprintf(end, (size_t)(text + sizeof text - end), "[person p%u]\n", i);
    }
    assert_refused(text, 6 + CONFIG_PERSONS_MAX, "more than 256");
}

static void test_values_out_of_range(void **state)
{
    (void)state;
    assert_int_equal(parse(MANDATORY "[policy]\nminimum_quality = 100\n"), REASON_DONE);
    assert_int_equal(configuration.policy.minimum_quality, 100);
    assert_refused(MANDATORY "[policy]\nminimum_quality = 101\n", 7, "from 0 to 100");
    assert_refused(MANDATORY "[policy]\nminimum_quality = -1\n", 7, "whole number");
    assert_refused(MANDATORY "[policy]\nminimum_quality = 99999999999999999999999\n", 7, "from 0 to 100");
    assert_refused(MANDATORY "[scanner]\nenabled = true\n", 7, "yes or no");
    assert_refused(MANDATORY "[api]\nsocket_mode = 0680\n", 7, "octal");
    assert_refused(MANDATORY "[api]\nsocket_mode = 1777\n", 7, "from 0000 to 0777");
    assert_refused(MANDATORY "[identification]\ntarget_fpir = 0\n", 7, "between 0 and 1");
    assert_refused(MANDATORY "[identification]\ntarget_fpir = 1\n", 7, "between 0 and 1");
    assert_refused(MANDATORY "[identification]\ntarget_fpir = nan\n", 7, "such as 0.001");
    assert_refused(MANDATORY "[identification]\ntarget_fpir = 1e-3x\n", 7, "such as 0.001");
    assert_int_equal(parse(MANDATORY "[identification]\ntarget_fpir = 1e-4\n"), REASON_DONE);
}

static void test_unknown_repeated_missing(void **state)
{
    (void)state;
    assert_refused(MANDATORY "[scanner]\nattempt = 3\n", 7, "unknown key attempt in [scanner]");
    assert_refused("# one\n\n[scaner]\n", 3, "unknown section [scaner]");
    assert_refused(MANDATORY "unit = other\n", 6, "unit is given twice");
    assert_refused("unit = other\n", 1, "before any section");
    assert_int_equal(
        parse("[state]\nmachine_key = file:/k\n[log]\norigin = a/b\n"), REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, "/etc/kordon/kordon.conf");
    assert_string_equal(failure.detail, "[log] unit is missing");
    assert_int_equal(parse(""), REASON_CONFIGURATION_BAD);
}

static void test_malformed_lines(void **state)
{
    (void)state;
    assert_refused("[state\n", 1, "not a section");
    assert_refused("[state] directory = /tmp\n", 1, "behind a section");
    assert_refused("[state]\n\ndirectory\n", 3, "neither [section] nor key = value");
    assert_refused("[state]\ndirectory = /a\n  continued\n", 3, "first column");
    assert_refused("[log]\nunit = \xff\n", 2, "UTF-8");
    assert_refused("[log]\nunit = \xed\xa0\x80\n", 2, "UTF-8");
    assert_refused("[log]\nunit = \xc0\xaf\n", 2, "UTF-8");
    assert_refused("[log]\nunit = a\033[2J\n", 2, "UTF-8");
    assert_refused("[log]\norigin = a b\n", 2, "letters, digits");
    const char zero[] = "[log]\nunit = a\0b\n";
    assert_int_equal(config_parse("f", (const uint8_t *)zero, sizeof zero - 1, &configuration, &failure),
        REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, "f:2");
}

/* A line of 198 bytes is the longest; one more is refused, not cut. */
static void test_long_lines(void **state)
{
    (void)state;
    char text[512];
    for (int length = 198; length <= 199; length++) {
        int used = snprintf(text, sizeof text, MANDATORY "[state]\ndirectory = /");
        int line_start = (int)(strrchr(text, '\n') + 1 - text);
        memset(text + used, 'd', (size_t)(line_start + length - used));
        snprintf(text + line_start + length, sizeof text - (size_t)(line_start + length), "\n");
        if (length == 198)
            assert_int_equal(parse(text), REASON_DONE);
        else
            assert_refused(text, 7, "longer than 198");
    }
}

/* An anchor that names one of the state's files is refused, however its path is written; also where the folder is still to be made. */
static void test_L7_an_anchor_over_a_file_of_the_state_is_refused(void **state)
{
    (void)state;
    char base[] = "/tmp/kordon-config-test.XXXXXX", text[1024], path[128];
    static const struct {
        const char *directory, *anchor;
        bool refused;
    } places[] = {{"state", "state/kordon.db", true}, {"state", "state/kordon.db-wal", true},
        {"state", "other/../state/log.vkey", true}, {"state", "link/kordon.db", true},
        {"link", "state/kordon.db", true}, {"state", "machine.key", true}, {"state", "state/anchor", false},
        {"state", "other/kordon.db", false}, {"to_come", "to_come/kordon.db", true},
        {"to_come/", "to_come/kordon.db", true}, {"to_come", "to_come/anchor", false}};
    assert_non_null(mkdtemp(base));
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", base, i == 0 ? "state" : "other");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    snprintf(path, sizeof path, "%s/link", base);
    assert_int_equal(symlink("state", path), 0);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(text, sizeof text,
            "[state]\nmachine_key = file:%s/machine.key\ndirectory = %s/%s\n"
            "[log]\norigin = border.example/post-7\nunit = Post 7\nanchor = %s/%s\n",
            base, base, places[i].directory, base, places[i].anchor);
        enum reason reason = parse(text);
        if (reason != (places[i].refused ? REASON_CONFIGURATION_BAD : REASON_DONE))
            fail_msg("%s in %s: %s %s", places[i].anchor, places[i].directory, reason_name(reason),
                failure.detail);
        if (places[i].refused)
            assert_non_null(strstr(failure.detail, "anchor names"));
    }
    unlink(path);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", base, i == 0 ? "state" : "other");
        rmdir(path);
    }
    rmdir(base);
}

/* F8: the class of a sensor is that of its driver or of the device that a terminal names; what is not registered is not known. */
static void test_F8_sensors_are_found_by_driver_and_device(void **state)
{
    (void)state;
    assert_int_equal(
        parse(MANDATORY "[sensor plate]\ndevice = lane 3\nfap = 45\narea_mm = 40.6x38.1\nppi = 500\n"
                        "attack_detection = x\n[sensor uru]\ndriver = uru4000\nfap = 20\n[sensor gate]\n"),
        REASON_DONE);
    const struct config_sensor *plate = config_find_sensor(&configuration, "", "lane 3");
    assert_string_equal(plate->item.name, "plate");
    assert_true(config_sensor_detects_attacks(plate));
    const struct config_sensor *uru = config_find_sensor(&configuration, "uru4000", "");
    assert_int_equal(uru->fap, 20);
    assert_false(config_sensor_detects_attacks(uru));
    assert_string_equal(config_find_sensor(&configuration, "", "gate")->item.name, "gate");
    assert_null(config_find_sensor(&configuration, "", ""));
    assert_null(config_find_sensor(&configuration, "other", "plate"));
}

static void test_F8_a_sensor_without_a_class_or_registered_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse(MANDATORY "[sensor a]\nfap = 15\n"), REASON_CONFIGURATION_BAD);
    assert_int_equal(parse(MANDATORY "[sensor a]\nfap = 40\n"), REASON_DONE); /* policies know it, too */
    assert_int_equal(parse(MANDATORY "[sensor a]\nfap = 70\n"), REASON_CONFIGURATION_BAD);
    assert_int_equal(
        parse(MANDATORY "[sensor a]\ndriver = d\n[sensor b]\ndriver = d\n"), REASON_CONFIGURATION_BAD);
    assert_int_equal(parse(MANDATORY "[sensor a]\n[sensor b]\ndevice = a\n"), REASON_CONFIGURATION_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_P1_what_the_policy_says_is_refused_here),
        cmocka_unit_test(test_P8_a_preset_or_a_path),
        cmocka_unit_test(test_L7_an_anchor_over_a_file_of_the_state_is_refused),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_T7_roles),
        cmocka_unit_test(test_T7_persons_and_devices),
        cmocka_unit_test(test_T7_a_register_that_holds_a_mistake_is_refused),
        cmocka_unit_test(test_values_out_of_range),
        cmocka_unit_test(test_unknown_repeated_missing),
        cmocka_unit_test(test_malformed_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_F8_sensors_are_found_by_driver_and_device),
        cmocka_unit_test(test_F8_a_sensor_without_a_class_or_registered_twice_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
