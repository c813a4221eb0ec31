#include "tests/unit/unit.h"

#include "enrol/enrol.h"
#include "tests/unit/made_record.h"

struct fixture {
    struct made_record record;
    struct enrol_claim claim;
    struct enrolment enrolment;
    struct failure failure;
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    fixture = (struct fixture){.claim = {.records = true}};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    enrolment_finish(&fixture.enrolment);
    return 0;
}

static enum reason enrol(const struct made_view *views, size_t count)
{
    enrolment_finish(&fixture.enrolment);
    fixture.failure = (struct failure){0};
    made_record_init(&fixture.record, MADE_ISO, MADE_RECORD_PPCM, views, count);
    return enrol_file(
        fixture.record.bytes, fixture.record.size, &fixture.claim, &fixture.enrolment, &fixture.failure);
}

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < fixture.enrolment.note_count; i++)
        if (strstr(fixture.enrolment.notes[i], words) != NULL)
            return true;
    return false;
}

static const struct made_view two_fingers[] = {{FINGER_LEFT_INDEX, 50, 20}, {FINGER_LEFT_THUMB, 60, 30}};

/* F10: of a record with several fingers a list entry gets the one that it claims, and hears of the others. */
static void test_F10_entry_gets_the_finger_it_claims(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        fixture.claim.position = two_fingers[i].position;
        assert_int_equal(enrol(two_fingers, 2), REASON_DONE);
        assert_true(fixture.enrolment.was_record);
        assert_int_equal(fixture.enrolment.count, 1);
        assert_int_equal(fixture.enrolment.fingers[0].position, two_fingers[i].position);
        assert_int_equal(fixture.enrolment.fingers[0].report.minutiae_count, two_fingers[i].minutiae);
        assert_int_equal(fixture.enrolment.fingers[0].report.quality, two_fingers[i].quality);
        assert_true(is_noted(finger_position_name(two_fingers[1 - i].position)));
    }
}

/* F10: as a reference all fingers of a record are taken. */
static void test_F10_reference_gets_all_fingers(void **state)
{
    (void)state;
    fixture.claim.all_fingers = true;
    for (int claimed = 0; claimed < 2; claimed++) {
        fixture.claim.position = claimed ? FINGER_LEFT_THUMB : FINGER_UNKNOWN;
        assert_int_equal(enrol(two_fingers, 2), REASON_DONE);
        assert_int_equal(fixture.enrolment.count, 2);
        for (int i = 0; i < 2; i++)
            assert_int_equal(fixture.enrolment.fingers[i].position, two_fingers[i].position);
        assert_int_equal(fixture.enrolment.note_count, 0);
    }
}

/* F10: a finger that the record doesn't hold is refused with what it does hold, at both doors. */
static void test_F10_claim_that_the_record_denies_is_refused(void **state)
{
    (void)state;
    fixture.claim.position = FINGER_RIGHT_INDEX;
    for (int all = 0; all < 2; all++) {
        fixture.claim.all_fingers = all == 1;
        assert_int_equal(enrol(two_fingers, 2), REASON_BAD_VALUE);
        assert_int_equal(fixture.enrolment.count, 0);
        assert_non_null(strstr(fixture.failure.detail, "it holds left_thumb, left_index, not right_index"));
    }
}

/* F10: a list entry that doesn't say which of several fingers is meant is refused. */
static void test_F10_several_fingers_without_a_claim_are_refused(void **state)
{
    (void)state;
    assert_int_equal(enrol(two_fingers, 2), REASON_BAD_VALUE);
    assert_non_null(strstr(fixture.failure.detail, "left_thumb, left_index: say which finger"));
    assert_int_equal(enrol(two_fingers, 1), REASON_DONE);
    assert_int_equal(fixture.enrolment.fingers[0].position, FINGER_LEFT_INDEX);
}

/* F10: a single view that doesn't say its finger is of the one claimed; of several nobody knows which one is. */
static void test_F10_unnamed_views(void **state)
{
    (void)state;
    const struct made_view unnamed[] = {
        {FINGER_UNKNOWN, 50, 20}, {FINGER_UNKNOWN, 50, 20}, {FINGER_LEFT_LITTLE, 50, 20}};
    fixture.claim.position = FINGER_RIGHT_INDEX;
    for (int all = 0; all < 2; all++) {
        fixture.claim.all_fingers = all == 1;
        assert_int_equal(enrol(unnamed, 1), REASON_DONE);
        assert_int_equal(fixture.enrolment.fingers[0].position, FINGER_RIGHT_INDEX);
        assert_int_equal(enrol(unnamed, 2), REASON_BAD_VALUE);
        assert_non_null(strstr(fixture.failure.detail, "2 views of unnamed fingers"));
        assert_non_null(strstr(fixture.failure.detail, "right_index"));
        assert_int_equal(enrol(unnamed, 3), REASON_BAD_VALUE);
    }
    fixture.claim.position = FINGER_UNKNOWN;
    assert_int_equal(enrol(unnamed, 3), REASON_DONE);
    assert_int_equal(fixture.enrolment.count, 3);
}

/* F10: of several views of one finger the best is used, and that is said. */
static void test_F10_best_view_of_a_finger_is_used(void **state)
{
    (void)state;
    const struct made_view views[] = {
        {FINGER_LEFT_INDEX, 50, 20}, {FINGER_LEFT_INDEX, 70, 21}, {FINGER_LEFT_INDEX, 70, 22}};
    for (int all = 0; all < 2; all++) {
        fixture.claim.all_fingers = all == 1;
        assert_int_equal(enrol(views, 3), REASON_DONE);
        assert_int_equal(fixture.enrolment.count, 1);
        assert_int_equal(fixture.enrolment.fingers[0].report.minutiae_count, 22);
        assert_true(is_noted("of 3 views of left_index the best is used"));
    }
}

/* Q10: as few minutiae as make an image too poor make a record too poor; another finger of it doesn't suffer. */
static void test_Q10_record_with_too_few_minutiae_is_refused(void **state)
{
    (void)state;
    const struct made_view views[] = {{FINGER_LEFT_INDEX, 90, 3}, {FINGER_LEFT_THUMB, 60, 30}};
    assert_int_equal(enrol(views, 1), REASON_SAMPLE_TOO_POOR);
    assert_non_null(strstr(fixture.failure.detail, "left_index holds 3 minutiae"));
    fixture.claim.all_fingers = true;
    assert_int_equal(enrol(views, 1), REASON_SAMPLE_TOO_POOR);
    assert_non_null(strstr(fixture.failure.detail, "3 minutiae"));
    assert_int_equal(enrol(views, 2), REASON_DONE);
    assert_int_equal(fixture.enrolment.count, 1);
    assert_int_equal(fixture.enrolment.fingers[0].position, FINGER_LEFT_THUMB);
    assert_true(is_noted("left_index holds 3 minutiae"));
    fixture.claim.position = FINGER_LEFT_INDEX;
    assert_int_equal(enrol(views, 2), REASON_SAMPLE_TOO_POOR);
    assert_int_equal(fixture.enrolment.count, 0);
}

/* F10: more fingers than a person has are refused, none left out. */
static void test_F10_more_than_ten_fingers_are_refused(void **state)
{
    (void)state;
    struct made_view views[ENROL_FINGERS_MAX + 1];
    for (int i = 0; i <= ENROL_FINGERS_MAX; i++)
        views[i] = (struct made_view){i < FINGER_POSITION_COUNT ? (enum finger_position)i : 0, 50, 20};
    fixture.claim.all_fingers = true;
    assert_int_equal(enrol(views, ENROL_FINGERS_MAX), REASON_DONE);
    assert_int_equal(fixture.enrolment.count, ENROL_FINGERS_MAX);
    assert_int_equal(enrol(views, ENROL_FINGERS_MAX + 1), REASON_TOO_LARGE);
    assert_int_equal(fixture.enrolment.count, 0);
}

/* F10: a resolution that is given wins over the header's, aloud; one that can't be is called the giver's. */
static void test_F10_given_resolution_wins_over_the_header(void **state)
{
    (void)state;
    fixture.claim.ppi = 1000;
    assert_int_equal(enrol(two_fingers, 1), REASON_DONE);
    assert_true(is_noted("its header says 500 ppi, it is read at the 1000 ppi"));
    fixture.claim.ppi = 500;
    assert_int_equal(enrol(two_fingers, 1), REASON_DONE);
    assert_int_equal(fixture.enrolment.note_count, 0);
    fixture.claim.ppi = 72;
    assert_int_equal(enrol(two_fingers, 1), REASON_BAD_VALUE);
    assert_non_null(strstr(fixture.failure.detail, "72 ppi were given"));
}

/* Ten compact minutiae of a card. */
static const uint8_t card[] = {10, 20, 0x41, 30, 40, 0x52, 50, 60, 0x83, 70, 80, 0x44, 90, 100, 0x85, 110,
    120, 0x46, 13, 24, 0x41, 33, 44, 0x52, 53, 64, 0x83, 73, 84, 0x44};

/* F10: a card's minutiae are taken as the sender says; the status that a reader leaves behind them is told apart from them. */
static void test_F10_card_with_its_status(void **state)
{
    (void)state;
    uint8_t answer[sizeof card + 2];
    memcpy(answer, card, sizeof card);
    memcpy(answer + sizeof card, "\x90\0", 2);
    fixture.claim.format = MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT;
    fixture.claim.position = FINGER_RIGHT_THUMB;
    for (int status = 0; status < 2; status++) {
        assert_int_equal(enrol_file(answer, sizeof card + 2 * (size_t)status, &fixture.claim,
                             &fixture.enrolment, &fixture.failure),
            REASON_DONE);
        assert_int_equal(fixture.enrolment.count, 1);
        assert_int_equal(fixture.enrolment.fingers[0].position, FINGER_RIGHT_THUMB);
        assert_int_equal(fixture.enrolment.fingers[0].report.minutiae_count, 10);
        assert_int_equal(is_noted("90 00"), status == 1);
        enrolment_finish(&fixture.enrolment);
    }
    answer[sizeof card] = 0x6a;
    assert_int_equal(enrol_file(answer, sizeof answer, &fixture.claim, &fixture.enrolment, &fixture.failure),
        REASON_TRUNCATED);
    assert_int_equal(
        enrol_file(card, 9, &fixture.claim, &fixture.enrolment, &fixture.failure), REASON_SAMPLE_TOO_POOR);
}

/* F10: a record with a header is no card's minutiae, whatever is said of it. */
static void test_F10_record_said_to_be_a_cards_is_refused(void **state)
{
    (void)state;
    fixture.claim.format = MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT;
    assert_int_equal(enrol(two_fingers, 1), REASON_BAD_FORMAT);
    assert_non_null(strstr(fixture.failure.detail, "record with a header"));
}

/* The workspace that is lent serves record after record, and holds nothing of them afterwards. */
static void test_lent_workspace_is_used_and_wiped(void **state)
{
    (void)state;
    struct locked_memory lent;
    assert_int_equal(locked_memory_init(&lent, matcher_decode_workspace_size(), NULL), REASON_DONE);
    fixture.claim.workspace = (struct matcher_workspace){lent.bytes, lent.size};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(enrol(two_fingers, 1), REASON_DONE);
        for (size_t k = 0; k < lent.size; k++)
            assert_int_equal(((const uint8_t *)lent.bytes)[k], 0);
    }
    locked_memory_finish(&lent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_F10_entry_gets_the_finger_it_claims, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_reference_gets_all_fingers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_claim_that_the_record_denies_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_F10_several_fingers_without_a_claim_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_unnamed_views, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_best_view_of_a_finger_is_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q10_record_with_too_few_minutiae_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_more_than_ten_fingers_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_given_resolution_wins_over_the_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_card_with_its_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_F10_record_said_to_be_a_cards_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lent_workspace_is_used_and_wiped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
