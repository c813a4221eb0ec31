#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "store/manifest.h"

#define ENTRY(fields)                                                                                        \
    "{\"case_number\":\"C-1\",\"name\":\"Person One\",\"category\":\"missing_person\",\"action\":\"a\","     \
    "\"instruction\":\"i\",\"purposes\":[\"border_check\"],\"legal_basis\":\"l\",\"authority\":\"au\","      \
    "\"entered\":\"2026-01-31\",\"expires\":\"2027-02-28\"," fields "}"
#define FINGERS         "\"fingers\":[{\"position\":\"right_index\",\"file\":\"a/1.png\",\"ppi\":500}]"
#define MANIFEST(entry) "{\"list\":\"national\",\"version\":7,\"entries\":[" entry "]}"

static enum reason parse(const char *text, struct manifest *manifest, struct failure *failure)
{
    return manifest_parse("list.json", (const uint8_t *)text, strlen(text), manifest, failure);
}

/* What an entry was found to have, as "field: why\n" a fault. */
struct faults {
    char text[2048];
    size_t count;
};

static void note(void *context, const char *field, const struct failure *failure)
{
    struct faults *faults = context;
    size_t used = strlen(faults->text);
    snprintf(faults->text + used, sizeof faults->text - used, "%s: %s\n", field, failure->detail);
    faults->count++;
}

static enum reason parse_entry(
    json_t *object, enum manifest_form form, struct manifest_entry *entry, struct faults *faults)
{
    const struct json_faults sink = {note, faults};
    *faults = (struct faults){0};
    return manifest_entry_parse(object, form, &sink, entry);
}

static void test_M3_every_field_is_read(void **state)
{
    (void)state;
    struct manifest manifest;
    struct failure failure = {0};
    struct faults faults;
    assert_int_equal(parse(MANIFEST(ENTRY(FINGERS)), &manifest, &failure), REASON_DONE);
    assert_string_equal(manifest.list, "national");
    assert_int_equal(manifest.version, 7);
    assert_int_equal(manifest.count, 1);
    struct manifest_entry entry;
    assert_int_equal(
        parse_entry(manifest_entry_object(&manifest, 0), MANIFEST_WITH_FILES, &entry, &faults), REASON_DONE);
    assert_string_equal(entry.entry.case_number, "C-1");
    assert_string_equal(entry.entry.name, "Person One");
    assert_int_equal(entry.entry.category, ALERT_CATEGORY_MISSING_PERSON);
    assert_string_equal(entry.entry.expires, "2027-02-28");
    assert_int_equal(entry.entry.purpose_count, 1);
    assert_string_equal(entry.entry.purposes[0], "border_check");
    assert_int_equal(entry.entry.finger_count, 1);
    assert_int_equal(entry.entry.fingers[0].position, FINGER_RIGHT_INDEX);
    assert_string_equal(entry.fingers[0].file, "a/1.png");
    assert_int_equal(entry.fingers[0].ppi, 500);
    manifest_entry_finish(&entry);
    manifest_finish(&manifest);
}

/* The form sent over HTTP carries the file's bytes, and may say what the file is called. */
static void test_entry_with_data(void **state)
{
    (void)state;
    const char *text =
        ENTRY("\"fingers\":[{\"position\":\"left_thumb\",\"data\":\"aGVsbG8=\",\"file\":\"x.png\"}]");
    json_t *object = json_loads(text, 0, NULL);
    struct manifest_entry entry;
    struct faults faults;
    assert_int_equal(parse_entry(object, MANIFEST_WITH_DATA, &entry, &faults), REASON_DONE);
    assert_int_equal(entry.fingers[0].data_size, 5);
    assert_memory_equal(entry.fingers[0].data.bytes, "hello", 5);
    assert_string_equal(entry.fingers[0].file, "x.png");
    manifest_entry_finish(&entry);
    assert_int_equal(parse_entry(object, MANIFEST_WITH_FILES, &entry, &faults), REASON_MANIFEST_REFUSED);
    assert_string_equal(faults.text, "fingers[0].keys: there is no \"data\" here\n");
    manifest_entry_finish(&entry);
    json_decref(object);
}

struct refusal {
    const char *text;
    enum reason reason;
    const char *detail; /* begins so */
};

static void test_every_refusal_of_the_root_names_the_key(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {"", REASON_BAD_JSON, "line 1"},
        {"[]", REASON_MANIFEST_REFUSED, "manifest"},
        {"{\"list\":\"x\",\"list\":\"y\",\"version\":1,\"entries\":[]}", REASON_BAD_JSON, "line"},
        {"{\"version\":1,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list"},
        {"{\"list\":\"x\",\"version\":0,\"entries\":[]}", REASON_MANIFEST_REFUSED, "version"},
        {"{\"list\":\"x\",\"version\":1.5,\"entries\":[]}", REASON_MANIFEST_REFUSED, "version"},
        {"{\"list\":\"x\",\"version\":1,\"entries\":{}}", REASON_MANIFEST_REFUSED, "entries"},
        {"{\"list\":\"x\",\"version\":1,\"entries\":[],\"y\":1}", REASON_MANIFEST_REFUSED, "keys"},
        {"{\"list\":\"a\\nb\",\"version\":1,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list"},
        {"{\"list\":\"\xcf\xee\"}", REASON_BAD_JSON, "line 1: it is not UTF-8: save it as UTF-8"},
        {"\xff\xfe{\0", REASON_BAD_JSON, "it begins with the byte order mark of UTF-16: save it as UTF-8"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct manifest manifest;
        struct failure failure = {0};
        assert_int_equal(parse(refusals[i].text, &manifest, &failure), refusals[i].reason);
        assert_string_equal(failure.subject, "list.json");
        if (strncmp(failure.detail, refusals[i].detail, strlen(refusals[i].detail)) != 0)
            fail_msg("%s: %s", refusals[i].text, failure.detail);
        assert_null(manifest.root);
    }
}

/* Editors of some systems write it before the text. */
static void test_F10_byte_order_mark_is_skipped(void **state)
{
    (void)state;
    struct manifest manifest;
    struct failure failure = {0};
    assert_int_equal(parse("\xef\xbb\xbf" MANIFEST(ENTRY(FINGERS)), &manifest, &failure), REASON_DONE);
    assert_int_equal(manifest.count, 1);
    manifest_finish(&manifest);
}

static const struct refusal entry_refusals[] = {
    {"3", REASON_MANIFEST_REFUSED, "entry: an object is needed\n"},
    {ENTRY("\"fingers\":[]"), REASON_MANIFEST_REFUSED, "fingers: a list of at least one is needed\n"},
    {ENTRY(FINGERS ",\"colour\":\"x\""), REASON_MANIFEST_REFUSED, "keys: there is no \"colour\" here\n"},
    {ENTRY("\"fingers\":[{\"position\":\"nose\",\"file\":\"a\"}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].position: not a finger: right_thumb to right_little, left_thumb to left_little, or "
        "unknown\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"../a\"}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].file: it must lie in the manifest's folder\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a/../../b\"}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].file: it must lie in the manifest's folder\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"/etc/passwd\"}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].file: it must lie in the manifest's folder\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a\\\\b\"}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].file: write / between folder and file, not \\\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a\",\"ppi\":-1}]"), REASON_MANIFEST_REFUSED,
        "fingers[0].ppi: a whole number from 1 to 10000 is needed\n"},
    {ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a\"},{\"position\":\"left_ring\",\"file\":"
           "\"b\"}]"),
        REASON_MANIFEST_REFUSED, "fingers[1].position: the same finger twice\n"},
};

static void test_every_refusal_of_an_entry_names_the_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof entry_refusals / sizeof entry_refusals[0]; i++) {
        json_t *object = json_loads(entry_refusals[i].text, JSON_DECODE_ANY, NULL);
        struct manifest_entry entry;
        struct faults faults;
        assert_int_equal(parse_entry(object, MANIFEST_WITH_FILES, &entry, &faults), entry_refusals[i].reason);
        assert_string_equal(faults.text, entry_refusals[i].detail);
        manifest_entry_finish(&entry);
        json_decref(object);
    }
}

/* A long list must not take as many tries as it has faults. */
static void test_A5_all_faults_of_an_entry_in_one_pass(void **state)
{
    (void)state;
    json_t *object =
        json_loads("{\"case_number\":\"C-9\",\"name\":\"\",\"category\":\"blacklist\",\"action\":7,"
                   "\"instruction\":\"i\",\"purposes\":[],\"authority\":\"a\",\"entered\":\"2026-13-01\","
                   "\"expires\":\"2027-01-01\",\"fingers\":[{\"position\":\"nose\",\"file\":\"/x\"},7]}",
            0, NULL);
    struct manifest_entry entry;
    struct faults faults;
    assert_int_equal(parse_entry(object, MANIFEST_WITH_FILES, &entry, &faults), REASON_MANIFEST_REFUSED);
    assert_string_equal(faults.text,
        "name: it is empty\n"
        "category: it is none of: missing_person, child_at_risk_of_abduction, "
        "to_be_prevented_from_travelling, trafficking_victim, wanted_for_arrest, "
        "refusal_of_entry, judicial_procedure, discreet_check, inquiry_check, specific_check\n"
        "action: a text is needed\n"
        "legal_basis: it is missing\n"
        "entered: not a date of the form YYYY-MM-DD\n"
        "purposes: a list of at least one is needed\n"
        "fingers[0].position: not a finger: right_thumb to right_little, left_thumb to left_little, or "
        "unknown\n"
        "fingers[0].file: it must lie in the manifest's folder\n"
        "fingers[1]: an object is needed\n");
    assert_string_equal(entry.entry.case_number, "C-9"); /* so that the entry can be named */
    manifest_entry_finish(&entry);
    json_decref(object);
}

/* Dates that no calendar has, and an expiry before the entry. */
static void test_M3_dates(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"2026-02-29", "2027-01-01"}, {"2026-13-01", "2027-01-01"},
        {"2026-00-01", "2027-01-01"}, {"2026-1-01", "2027-01-01"}, {"26-01-2026", "2027-01-01"},
        {"2026-04-31", "2027-01-01"}, {"2027-01-02", "2027-01-01"}, {"2026/01/01", "2027-01-01"},
        {"1900-02-29", "2027-01-01"}, {"0000-01-01", "2027-01-01"}};
    json_t *object = json_loads(ENTRY(FINGERS), 0, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct manifest_entry entry;
        struct faults faults;
        json_object_set_new(object, "entered", json_string(bad[i][0]));
        json_object_set_new(object, "expires", json_string(bad[i][1]));
        if (parse_entry(object, MANIFEST_WITH_FILES, &entry, &faults) != REASON_MANIFEST_REFUSED)
            fail_msg("%s to %s was taken", bad[i][0], bad[i][1]);
        manifest_entry_finish(&entry);
    }
    json_decref(object);
}

static void test_P5_categories(void **state)
{
    (void)state;
    for (int i = 0; i < ALERT_CATEGORY_COUNT; i++) {
        enum alert_category category;
        assert_true(alert_category_parse(alert_category_name((enum alert_category)i), &category));
        assert_int_equal(category, i);
    }
    enum alert_category category;
    assert_false(alert_category_parse("blacklist", &category));
    assert_true(alert_category_is_protection(ALERT_CATEGORY_MISSING_PERSON));
    assert_false(alert_category_is_protection(ALERT_CATEGORY_WANTED_FOR_ARREST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M3_every_field_is_read),
        cmocka_unit_test(test_entry_with_data),
        cmocka_unit_test(test_every_refusal_of_the_root_names_the_key),
        cmocka_unit_test(test_F10_byte_order_mark_is_skipped),
        cmocka_unit_test(test_every_refusal_of_an_entry_names_the_key),
        cmocka_unit_test(test_A5_all_faults_of_an_entry_in_one_pass),
        cmocka_unit_test(test_M3_dates),
        cmocka_unit_test(test_P5_categories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
