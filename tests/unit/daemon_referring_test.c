/* H1, H2, M1, M2: what is handed on of a match, and that nothing is of anything else. */
#include "daemon/transactions/referring.h"
#include "tests/unit/daemon_terminal.h"

static char action[] = "watch", instruction[] = "say nothing";
static struct identification_candidate candidate = {.score = 70,
    .fingers = 1,
    .false_match_rate = 1e-7,
    .category = ALERT_CATEGORY_DISCREET_CHECK,
    .action = action,
    .instruction = instruction};

struct fixture {
    struct transaction *transaction;
    struct transaction_result found, told;
    struct referring referring;
    struct referral_opening *heard;
    bool of_match;
    size_t locked; /* when nothing was packed yet */
};

static struct fixture fixture;

static void hear(void *data, struct referral_opening *opening, bool match)
{
    struct fixture *hearing = data;
    hearing->heard = opening;
    hearing->of_match = match;
}

static int set_up(void **state)
{
    int outcome = terminal_set_up(state);
    struct transaction *transaction = terminal_ready(1);
    terminal_picture(&transaction->probes[0].picture);
    fixture = (struct fixture){.transaction = transaction,
        .found = {.identified = true,
            .decision = DECISION_MATCH,
            .identification = {.decision = DECISION_MATCH,
                .target_fpir = 0.001,
                .threshold_known = true,
                .threshold = 60,
                .list_known = true,
                .list_name = "wanted",
                .list_version = 3,
                .fingers = 1,
                .visible = 5,
                .people_known = true,
                .searched = 5,
                .whole = true,
                .candidates = &candidate,
                .candidate_count = 1}},
        .told = {.identified = true, .decision = DECISION_NO_MATCH},
        .locked = locked_memory_total()};
    terminal->post.transactions.referred = hear;
    terminal->post.transactions.referred_data = &fixture;
    assert_int_equal(referring_begin(&fixture.referring, NULL), REASON_DONE);
    return outcome;
}

static int tear_down(void **state)
{
    referring_finish(&fixture.referring);
    referral_opening_destroy(fixture.heard);
    return terminal_tear_down(state);
}

static enum reason pack(void)
{
    struct failure failure;
    return referring_pack(&fixture.referring, fixture.transaction, &fixture.found, &fixture.told, &failure);
}

static void test_M2_a_match_is_kept_as_it_was_captured_and_told(void **state)
{
    (void)state;
    assert_int_equal(pack(), REASON_DONE);
    const struct referral_opening *opening = fixture.referring.opening;
    const struct locked_template *probe = &fixture.transaction->probes[0];
    assert_true(fixture.transaction->slot.size > 0);
    assert_ptr_equal(fixture.transaction->slot.content, opening->content.bytes);
    assert_string_equal(opening->transaction, fixture.transaction->id);
    assert_string_equal(opening->owner, "uid:1007");
    assert_string_equal(opening->officer, "o-17");
    assert_string_equal(opening->purpose, "border_check");
    assert_int_equal(opening->told, DECISION_NO_MATCH);
    assert_int_equal(opening->identification.candidate_count, 1);
    assert_string_equal(opening->identification.candidates[0].instruction, "say nothing");
    assert_int_equal(opening->finger_count, 1);
    assert_int_equal(opening->fingers[0].position, FINGER_RIGHT_INDEX);
    assert_int_equal(opening->fingers[0].png.size, probe->picture.png.size);
    assert_memory_equal(opening->fingers[0].png.bytes, probe->picture.png.bytes, probe->picture.png.size);
    assert_int_equal(opening->fingers[0].template.size, locked_template_get(probe)->size);
}

/* It is handed over once, by whom it is heard, and its prints lie in the slot alone. */
static void test_H1_a_durable_match_is_handed_on_without_its_prints(void **state)
{
    (void)state;
    assert_int_equal(pack(), REASON_DONE);
    fixture.transaction->slot.slot = 17;
    referring_hand_over(&fixture.referring, fixture.transaction);
    assert_non_null(fixture.heard);
    assert_true(fixture.of_match);
    assert_int_equal(fixture.heard->slot, 17);
    assert_null(fixture.heard->fingers[0].png.bytes);
    assert_string_equal(fixture.heard->transaction, fixture.transaction->id);
    assert_int_equal(locked_memory_total(), fixture.locked);
    struct referral_opening *first = fixture.heard;
    referring_hand_over(&fixture.referring, fixture.transaction);
    assert_ptr_equal(fixture.heard, first);
}

/* It is found in its slot by whoever looks. */
static void test_H1_a_match_that_nobody_hears_of_is_no_leak(void **state)
{
    (void)state;
    assert_int_equal(pack(), REASON_DONE);
    terminal->post.transactions.referred = NULL;
    referring_hand_over(&fixture.referring, fixture.transaction);
    assert_null(fixture.referring.opening);
    assert_int_equal(locked_memory_total(), fixture.locked);
}

static void assert_wiped(const struct locked_memory *memory)
{
    const uint8_t *bytes = memory->bytes;
    assert_true(memory->size > 0);
    for (size_t i = 0; i < memory->size; i++)
        assert_int_equal(bytes[i], 0);
}

static void test_M1_of_anything_but_a_match_nothing_is_kept(void **state)
{
    (void)state;
    for (int whole = 0; whole < 2; whole++) {
        referring_finish(&fixture.referring);
        assert_int_equal(referring_begin(&fixture.referring, NULL), REASON_DONE);
        fixture.found.identification.whole = whole;
        fixture.found.identification.candidate_count = 0;
        fixture.found.identification.decision = whole ? DECISION_NO_MATCH : DECISION_INCONCLUSIVE;
        assert_int_equal(pack(), REASON_DONE);
        assert_int_equal(fixture.transaction->slot.size, 0);
        assert_null(fixture.transaction->slot.content);
        assert_int_equal(fixture.referring.opening != NULL, whole);
        if (whole)
            assert_wiped(&fixture.referring.opening->content);
        referring_hand_over(&fixture.referring, fixture.transaction);
        /* P6: that there was a whole search is told, whatever it found; nothing of a print is. */
        assert_int_equal(fixture.heard != NULL, whole);
        assert_false(fixture.of_match);
        assert_true(fixture.heard == NULL || fixture.heard->content.bytes == NULL);
        referring_finish(&fixture.referring);
        assert_int_equal(locked_memory_total(), fixture.locked);
    }
}

/* P6: a match and none alike; by the rules, and the moment, by which people have time. */
static void test_H2_the_end_says_until_when_people_have_time_whatever_was_found(void **state)
{
    (void)state;
    for (int match = 0; match < 2; match++) {
        struct json_writer body;
        referring_finish(&fixture.referring);
        assert_int_equal(referring_begin(&fixture.referring, NULL), REASON_DONE);
        fixture.found.identification.candidate_count = (uint32_t)match;
        fixture.found.identification.decision = match ? DECISION_MATCH : DECISION_NO_MATCH;
        assert_int_equal(pack(), REASON_DONE);
        json_writer_object(&body);
        referring_write_due(&fixture.referring, &body);
        json_t *told = json_writer_end(&body);
        const struct referral_opening *opening = fixture.referring.opening;
        assert_true(opening->time_ms > 0 && opening->rules.minutes > 0);
        assert_int_equal(json_integer_value(json_object_get(told, "referral_due_ms")),
            opening->time_ms + opening->rules.minutes * 60000);
        json_decref(told);
    }
}

/* What could not be read again is not kept: then it must not be told either. */
static void test_H2_a_match_that_nobody_could_verify_is_refused(void **state)
{
    (void)state;
    memset(fixture.transaction->probes[0].picture.png.bytes, 0, 8);
    assert_int_equal(pack(), REASON_BAD_VALUE);
    assert_int_equal(fixture.transaction->slot.size, 0);
    referring_finish(&fixture.referring);
    assert_int_equal(locked_memory_total(), fixture.locked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_M2_a_match_is_kept_as_it_was_captured_and_told),
        TEST(test_H1_a_durable_match_is_handed_on_without_its_prints),
        TEST(test_H1_a_match_that_nobody_hears_of_is_no_leak),
        TEST(test_M1_of_anything_but_a_match_nothing_is_kept),
        TEST(test_H2_the_end_says_until_when_people_have_time_whatever_was_found),
        TEST(test_H2_a_match_that_nobody_could_verify_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
