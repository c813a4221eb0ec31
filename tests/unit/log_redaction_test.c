/* The redaction has one spelling, is by the log's key, and is signed for nothing but the log's own tree. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/note.h"
#include "log/entry.h"
#include "log/redaction.h"
#include "tests/support/memory_log.h"

#define ORIGIN   "kordon.example/post-7"
#define ACCESS   LOG_EVENT_BIT(LOG_EVENT_ACCESS)
#define LISTED   (ACCESS | REDACTION_OF_MATCHES)
#define TEXT_MAX 2048

struct fixture {
    struct memory_log log;
    char root[BASE64_LENGTH(DIGEST_BYTES) + 1];
    struct failure failure;
};

/* Ten entries: consultations at 0, 1, 2, 4; accesses at 5 and 9; the others are of other events. */
static int set_up(void **state)
{
    static const char *const events[] = {"consultation", "consultation", "consultation", "start",
        "consultation", "access", "stop", "start", "fault", "access"};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    memory_log_init(&fixture->log, ORIGIN);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        memory_log_append_event(&fixture->log, events[i], "{}");
    memory_log_sign(&fixture->log);
    struct checkpoint checkpoint;
    if (checkpoint_parse(fixture->log.checkpoint, strlen(fixture->log.checkpoint), &checkpoint, NULL) !=
        REASON_DONE)
        return -1;
    base64_encode(checkpoint.root, DIGEST_BYTES, fixture->root);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    memory_log_finish(&fixture->log);
    free(fixture);
    return 0;
}

static char *made(struct fixture *fixture, uint32_t events)
{
    char *note;
    assert_int_equal(log_redaction_make(memory_log_source(&fixture->log), fixture->log.key, events, &note,
                         &fixture->failure),
        REASON_DONE);
    return note;
}

static enum reason refused(struct fixture *fixture, struct log_source source)
{
    char *note;
    enum reason reason = log_redaction_make(source, fixture->log.key, LISTED, &note, &fixture->failure);
    assert_null(note);
    return reason;
}

static enum reason verify(struct fixture *fixture, const char *note, size_t size)
{
    struct redaction redaction;
    enum reason reason =
        redaction_verify(note, size, log_key_verifier(fixture->log.key), &redaction, &fixture->failure);
    assert_true(reason == REASON_DONE || redaction.ranges.items == NULL);
    redaction_finish(&redaction);
    return reason;
}

/* The text is the one that the format describes, whatever the order in which events are asked for. */
static void test_L10_redaction_says_exactly_this(void **state)
{
    struct fixture *fixture = *state;
    char expected[TEXT_MAX];
    snprintf(expected, sizeof expected,
        "kordon-redaction/v1\n" ORIGIN "\n10\n%s\nevents consultation,decision,access\n0-2\n4-5\n9\n\n",
        fixture->root);
    char *note = made(fixture, LISTED);
    assert_memory_equal(note, expected, strlen(expected));
    struct redaction redaction;
    assert_int_equal(redaction_verify(note, strlen(note), log_key_verifier(fixture->log.key), &redaction,
                         &fixture->failure),
        REASON_DONE);
    static const bool listed[] = {true, true, true, false, true, true, false, false, false, true, false};
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
        assert_int_equal(redaction_lists(&redaction, i), listed[i]);
    assert_int_equal(redaction.tree.size, 10);
    redaction_finish(&redaction);
    free(note);
}

/* Events of which the log has none: a statement that nothing is withheld; and the log without entries. */
static void test_L10_redaction_of_nothing(void **state)
{
    struct fixture *fixture = *state;
    char *note = made(fixture, LOG_EVENT_BIT(LOG_EVENT_MODE));
    assert_non_null(strstr(note, "\nevents mode\n\n"));
    assert_int_equal(verify(fixture, note, strlen(note)), REASON_DONE);
    free(note);
    fixture->log.count = 0;
    uint8_t empty[DIGEST_BYTES];
    assert_int_equal(digest_bytes(fixture->log.digest, NULL, 0, empty, NULL), REASON_DONE);
    assert_int_equal(
        checkpoint_sign(fixture->log.key, 0, empty, fixture->log.checkpoint, NULL, NULL), REASON_DONE);
    fixture->log.signed_size = 0;
    note = made(fixture, LISTED);
    assert_int_equal(verify(fixture, note, strlen(note)), REASON_DONE);
    free(note);
}

/* One spelling: every other one is refused, though it is signed by the right key. */
static void test_L10_redaction_has_one_spelling(void **state)
{
    static const char *const lists[] = {"10\n", "9", "9\n\n", "\n", "0-0\n", "1-0\n", "00\n", "01\n",
        "0-10\n", "1\n0\n", "1\n1\n", "0\n1\n", "0-1\n2\n", "0-1\n1-3\n", "0-3\n2\n", "0 -1\n", "0- 1\n",
        " 0\n", "0 \n", "+1\n", "-1\n", "0-\n", "0-1-2\n", "0,2\n", "0x1\n", "a\n", "18446744073709551615\n",
        "18446744073709551616\n", "0\r\n"};
    static const char *const rules[] = {"events access,consultation", "events ", "events", "event access",
        "events access,", "events ,access", "events access,access", "events nosuch", "events access ",
        "Events access", "", "events consultation, access"};
    struct fixture *fixture = *state;
    char text[TEXT_MAX];
#define BEGINNING "kordon-redaction/v1\n" ORIGIN "\n10\n"
    snprintf(text, sizeof text, BEGINNING "%s\nevents consultation,access\n0\n2-4\n", fixture->root);
    char *note = memory_log_note(&fixture->log, text);
    assert_int_equal(verify(fixture, note, strlen(note)), REASON_DONE);
    free(note);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        snprintf(text, sizeof text, BEGINNING "%s\nevents consultation,access\n%s", fixture->root, lists[i]);
        note = memory_log_note(&fixture->log, text);
        if (verify(fixture, note, strlen(note)) != REASON_LOG_BROKEN)
            fail_msg("list %zu was taken: %s", i, lists[i]);
        free(note);
    }
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        snprintf(text, sizeof text, BEGINNING "%s\n%s\n0\n", fixture->root, rules[i]);
        note = memory_log_note(&fixture->log, text);
        if (verify(fixture, note, strlen(note)) != REASON_LOG_BROKEN)
            fail_msg("rule %zu was taken: %s", i, rules[i]);
        free(note);
    }
}

/* The lines before the rule; %s is the root. */
static void test_L10_redaction_has_one_beginning(void **state)
{
    static const char *const beginnings[] = {"kordon-redaction/v2\n" ORIGIN "\n10\n%s\n",
        "kordon-redaction/v1 \n" ORIGIN "\n10\n%s\n", ORIGIN "\n10\n%s\n", "kordon-redaction/v1\n\n10\n%s\n",
        "kordon-redaction/v1\nkordon-x\n10\n%s\n", "kordon-redaction/v1\nkordon.example/post-8\n10\n%s\n",
        "kordon-redaction/v1\n" ORIGIN "\n010\n%s\n", "kordon-redaction/v1\n" ORIGIN "\n\n%s\n",
        "kordon-redaction/v1\n" ORIGIN "\n9007199254740992\n%s\n",
        "kordon-redaction/v1\n" ORIGIN "\n10\n%.40s\n", "kordon-redaction/v1\n" ORIGIN "\n10\n%s=\n"};
    struct fixture *fixture = *state;
    char text[TEXT_MAX];
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        const char *root = strstr(beginnings[i], "%");
        snprintf(text, sizeof text,
            "%.*s%.*s%s"
            "events access\n5\n",
            (int)(root - beginnings[i]), beginnings[i], root[1] == '.' ? 40 : 44, fixture->root,
            strchr(root, 's') + 1);
        char *note = memory_log_note(&fixture->log, text);
        if (verify(fixture, note, strlen(note)) != REASON_LOG_BROKEN)
            fail_msg("beginning %zu was taken: %s", i, beginnings[i]);
        free(note);
    }
}

/* No byte of it can be changed, and nothing added or cut. */
static void test_L10_changed_redaction_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char *note = made(fixture, LISTED);
    size_t size = strlen(note);
    for (size_t i = 0; i < size; i++) {
        note[i] ^= 1;
        assert_int_not_equal(verify(fixture, note, size), REASON_DONE);
        note[i] ^= 1;
        assert_int_not_equal(verify(fixture, note, i), REASON_DONE);
    }
    assert_int_equal(verify(fixture, note, size), REASON_DONE);
    assert_int_not_equal(verify(fixture, note, size + 1), REASON_DONE);
    free(note);
}

/* Another key of the same name can't withhold anything of this log; nor can a witness's. */
static void test_L10_redaction_by_another_key_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct memory_log *other = calloc(1, sizeof *other);
    assert_non_null(other);
    assert_int_equal(digest_create(&other->digest, NULL), REASON_DONE);
    assert_int_equal(log_key_generate(ORIGIN, &other->key, NULL), REASON_DONE);
    char *right = made(fixture, LISTED);
    *(strstr(right, "\n\n") + 1) = '\0';
    char *note = memory_log_note(other, right);
    assert_int_equal(verify(fixture, note, strlen(note)), REASON_SIGNATURE_BROKEN);
    assert_string_equal(fixture->failure.subject, "redaction");
    struct verifier_key witness = *log_key_verifier(fixture->log.key);
    struct redaction redaction;
    witness.type = VERIFIER_KEY_WITNESS;
    assert_int_equal(
        redaction_verify(note, strlen(note), &witness, &redaction, &fixture->failure), REASON_BAD_ARGUMENT);
    free(note);
    free(right);
    memory_log_finish(other);
    free(other);
}

/* Neither can be taken for the other. */
static void test_L10_redaction_is_no_checkpoint(void **state)
{
    struct fixture *fixture = *state;
    struct checkpoint checkpoint;
    char *note = made(fixture, LISTED);
    assert_int_equal(checkpoint_verify(note, strlen(note), log_key_verifier(fixture->log.key), &checkpoint,
                         &fixture->failure),
        REASON_CHECKPOINT_BROKEN);
    free(note);
    assert_int_equal(
        verify(fixture, fixture->log.checkpoint, strlen(fixture->log.checkpoint)), REASON_LOG_BROKEN);
    struct log_key *key;
    assert_int_equal(log_key_generate("kordon-redaction/v1", &key, &fixture->failure), REASON_BAD_VALUE);
}

/* What the source says is signed only where it is the tree that the key has signed before. */
static void test_L10_nothing_unauthenticated_is_signed(void **state)
{
    struct fixture *fixture = *state;
    struct log_source source = memory_log_source(&fixture->log);
    char *head = fixture->log.heads[3];
    *(strstr(head, "start") + 4) = 'x'; /* an event that nobody withholds, as any other would be */
    assert_int_equal(refused(fixture, source), REASON_LOG_BROKEN);
    *(strstr(head, "starx") + 4) = 't';
    *strstr(head, "\"seq\":3") = '\'';
    assert_int_equal(refused(fixture, source), REASON_ENTRY_BROKEN);
    *strchr(head, '\'') = '"';
    *(strstr(head, "\"seq\":3") + 6) = '4';
    assert_int_equal(refused(fixture, source), REASON_ENTRY_BROKEN);
    *(strstr(head, "\"seq\":4") + 6) = '3';
    fixture->log.checkpoint[strlen(ORIGIN) + 2] = '1'; /* of 11 entries, it says */
    assert_int_equal(refused(fixture, source), REASON_SIGNATURE_BROKEN);
    fixture->log.checkpoint[strlen(ORIGIN) + 2] = '0';
    free(made(fixture, LISTED));
}

/* A valid checkpoint of another tree: the heads are not its. */
static void test_L10_redaction_needs_the_checkpoints_tree(void **state)
{
    struct fixture *fixture = *state;
    uint8_t root[DIGEST_BYTES] = {1};
    assert_int_equal(
        checkpoint_sign(fixture->log.key, 10, root, fixture->log.checkpoint, NULL, NULL), REASON_DONE);
    assert_int_equal(refused(fixture, memory_log_source(&fixture->log)), REASON_LOG_BROKEN);
    memory_log_sign(&fixture->log);
    char *note;
    assert_int_equal(log_redaction_make(memory_log_source(&fixture->log), fixture->log.key, 0, &note, NULL),
        REASON_BAD_ARGUMENT);
    assert_int_equal(log_redaction_make(memory_log_source(&fixture->log), fixture->log.key,
                         UINT32_C(1) << LOG_EVENT_COUNT, &note, NULL),
        REASON_BAD_ARGUMENT);
}

/* What comes of transactions is withheld as a whole. */
static void test_P6_no_choice_among_matches_is_signed(void **state)
{
    struct fixture *fixture = *state;
    static const enum log_event events[] = {LOG_EVENT_CONSULTATION, LOG_EVENT_DECISION};
    char *note;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        assert_int_equal(log_redaction_make(memory_log_source(&fixture->log), fixture->log.key,
                             ACCESS | LOG_EVENT_BIT(events[i]), &note, NULL),
            REASON_BAD_ARGUMENT);
    free(made(fixture, REDACTION_OF_MATCHES));
}

/* Names of events, as people write them. */
static void test_L10_events_by_name(void **state)
{
    (void)state;
    uint32_t events;
    char text[LOG_EVENTS_TEXT_SIZE];
    static const char *const wrong[] = {
        "", ",", "access,", ",access", "access,access", "acces", "accessx", "Access"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        events = 7;
        assert_int_equal(log_events_parse(wrong[i], strlen(wrong[i]), &events, NULL), REASON_BAD_ARGUMENT);
        assert_int_equal(events, 0);
    }
    assert_int_equal(log_events_parse("access,decision,consultation", 28, &events, NULL), REASON_DONE);
    assert_int_equal(events, LISTED);
    assert_string_equal(log_events_format(events, text), "consultation,decision,access");
    log_events_format(LOG_EVENT_BIT(LOG_EVENT_COUNT) - 1, text);
    assert_int_equal(log_events_parse(text, strlen(text), &events, NULL), REASON_DONE);
    assert_int_equal(events, LOG_EVENT_BIT(LOG_EVENT_COUNT) - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_L10_redaction_says_exactly_this),
        TEST(test_L10_redaction_of_nothing),
        TEST(test_L10_redaction_has_one_spelling),
        TEST(test_L10_redaction_has_one_beginning),
        TEST(test_L10_changed_redaction_is_refused),
        TEST(test_L10_redaction_by_another_key_is_refused),
        TEST(test_L10_redaction_is_no_checkpoint),
        TEST(test_L10_nothing_unauthenticated_is_signed),
        TEST(test_L10_redaction_needs_the_checkpoints_tree),
        TEST(test_P6_no_choice_among_matches_is_signed),
        TEST(test_L10_events_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
