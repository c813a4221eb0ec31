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

static void test_M3_every_field_is_read(void **state)
{
    (void)state;
    struct manifest manifest;
    struct failure failure = {0};
    assert_int_equal(parse(MANIFEST(ENTRY(FINGERS)), &manifest, &failure), REASON_DONE);
    assert_string_equal(manifest.list, "national");
    assert_int_equal(manifest.version, 7);
    assert_int_equal(manifest.count, 1);
    struct manifest_entry entry;
    assert_int_equal(manifest_entry(&manifest, 0, &entry, &failure), REASON_DONE);
    assert_string_equal(entry.entry.case_number, "C-1");
    assert_string_equal(entry.entry.name, "Person One");
    assert_int_equal(entry.entry.category, WATCHLIST_CATEGORY_MISSING_PERSON);
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

/* The form sent over HTTP carries the file's bytes. */
static void test_entry_with_data(void **state)
{
    (void)state;
    const char *text = ENTRY("\"fingers\":[{\"position\":\"left_thumb\",\"data\":\"aGVsbG8=\"}]");
    json_t *object = json_loads(text, 0, NULL);
    struct manifest_entry entry;
    struct failure failure = {0};
    assert_int_equal(
        manifest_entry_parse(object, MANIFEST_WITH_DATA, "entry", &entry, &failure), REASON_DONE);
    assert_int_equal(entry.fingers[0].data_size, 5);
    assert_memory_equal(entry.fingers[0].data.bytes, "hello", 5);
    manifest_entry_finish(&entry);
    assert_int_equal(manifest_entry_parse(object, MANIFEST_WITH_FILES, "entry", &entry, &failure),
        REASON_MANIFEST_REFUSED);
    json_decref(object);
}

struct refusal {
    const char *text;
    enum reason reason;
    const char *subject, *key; /* the detail begins with the key */
};

/* Whatever is wrong is named by entry and key. */
static void test_every_refusal_names_entry_and_key(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {"", REASON_BAD_JSON, "list.json", "line 1"},
        {"[]", REASON_MANIFEST_REFUSED, "list.json", "manifest"},
        {"{\"list\":\"x\",\"list\":\"y\",\"version\":1,\"entries\":[]}", REASON_BAD_JSON, "list.json",
            "line"},
        {"{\"version\":1,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list.json", "list"},
        {"{\"list\":\"x\",\"version\":0,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list.json", "version"},
        {"{\"list\":\"x\",\"version\":1.5,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list.json", "version"},
        {"{\"list\":\"x\",\"version\":1,\"entries\":{}}", REASON_MANIFEST_REFUSED, "list.json", "entries"},
        {"{\"list\":\"x\",\"version\":1,\"entries\":[],\"y\":1}", REASON_MANIFEST_REFUSED, "list.json",
            "keys"},
        {"{\"list\":\"a\\nb\",\"version\":1,\"entries\":[]}", REASON_MANIFEST_REFUSED, "list.json", "list"},
        {MANIFEST("3"), REASON_MANIFEST_REFUSED, "entry 1", "entry"},
        {MANIFEST(ENTRY(FINGERS) "," ENTRY(FINGERS)), REASON_MANIFEST_REFUSED, "entry 2", "case_number"},
        {MANIFEST(ENTRY("\"fingers\":[]")), REASON_MANIFEST_REFUSED, "entry 1", "fingers"},
        {MANIFEST(ENTRY(FINGERS ",\"colour\":\"x\"")), REASON_MANIFEST_REFUSED, "entry 1", "keys"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"nose\",\"file\":\"a\"}]")), REASON_MANIFEST_REFUSED,
            "entry 1", "position"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"../a\"}]")),
            REASON_MANIFEST_REFUSED, "entry 1", "file"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a/../../b\"}]")),
            REASON_MANIFEST_REFUSED, "entry 1", "file"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"/etc/passwd\"}]")),
            REASON_MANIFEST_REFUSED, "entry 1", "file"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a\",\"ppi\":-1}]")),
            REASON_MANIFEST_REFUSED, "entry 1", "ppi"},
        {MANIFEST(ENTRY("\"fingers\":[{\"position\":\"left_ring\",\"file\":\"a\"},{\"position\":"
                        "\"left_ring\",\"file\":\"b\"}]")),
            REASON_MANIFEST_REFUSED, "entry 1", "position"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct manifest manifest;
        struct failure failure = {0};
        assert_int_equal(parse(refusals[i].text, &manifest, &failure), refusals[i].reason);
        assert_string_equal(failure.subject, refusals[i].subject);
        if (strncmp(failure.detail, refusals[i].key, strlen(refusals[i].key)) != 0)
            fail_msg("%s: %s", refusals[i].text, failure.detail);
        assert_null(manifest.root);
    }
}

/* Dates that no calendar has, and an expiry before the entry. */
static void test_M3_dates(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"2026-02-29", "2027-01-01"}, {"2026-13-01", "2027-01-01"},
        {"2026-00-01", "2027-01-01"}, {"2026-1-01", "2027-01-01"}, {"26-01-2026", "2027-01-01"},
        {"2026-04-31", "2027-01-01"}, {"2027-01-02", "2027-01-01"}, {"2026/01/01", "2027-01-01"},
        {"1900-02-29", "2027-01-01"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
            "{\"list\":\"x\",\"version\":1,\"entries\":[{\"case_number\":\"C\",\"name\":\"N\",\"category\":"
            "\"missing_person\",\"action\":\"a\",\"instruction\":\"i\",\"purposes\":[\"p\"],\"legal_basis\":"
            "\"l\",\"authority\":\"a\",\"entered\":\"%s\",\"expires\":\"%s\"," FINGERS "}]}",
            bad[i][0], bad[i][1]);
        struct manifest manifest;
        struct failure failure = {0};
        if (parse(text, &manifest, &failure) != REASON_MANIFEST_REFUSED)
            fail_msg("%s to %s was taken", bad[i][0], bad[i][1]);
    }
}

static void test_P5_categories(void **state)
{
    (void)state;
    for (int i = 0; i < WATCHLIST_CATEGORY_COUNT; i++) {
        enum watchlist_category category;
        assert_true(watchlist_category_parse(watchlist_category_name((enum watchlist_category)i), &category));
        assert_int_equal(category, i);
    }
    enum watchlist_category category;
    assert_false(watchlist_category_parse("blacklist", &category));
    assert_true(watchlist_category_is_protection(WATCHLIST_CATEGORY_MISSING_PERSON));
    assert_false(watchlist_category_is_protection(WATCHLIST_CATEGORY_WANTED_FOR_ARREST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M3_every_field_is_read),
        cmocka_unit_test(test_entry_with_data),
        cmocka_unit_test(test_every_refusal_names_entry_and_key),
        cmocka_unit_test(test_M3_dates),
        cmocka_unit_test(test_P5_categories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
