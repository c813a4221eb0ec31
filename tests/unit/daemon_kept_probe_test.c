/* M2: what is kept of a match for those who verify it. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/transactions/kept_probe.h"
#include "json/memory.h"
#include "sample/sample.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/matcher_prints.h"
#include "tests/unit/outcome_made.h"

#define WIDTH  388
#define HEIGHT 120

struct fixture {
    struct matcher_template templates[COMPARISON_FINGERS_MAX];
    struct locked_memory plain, noise; /* a picture that compresses, and one that does not */
    struct identification_candidate candidates[MATCHER_CANDIDATES_MAX];
    char text[WATCHLIST_TEXT_MAX + 1];
    struct referral_opening opening; /* borrows all of it */
    struct locked_memory content;
    size_t size;
    struct failure failure;
};

static void draw(struct locked_memory *png, bool noisy)
{
    uint8_t *pixels = calloc(WIDTH, HEIGHT);
    assert_non_null(pixels);
    uint32_t state = 1;
    for (unsigned i = 0; noisy && i < WIDTH * HEIGHT; i++) {
        state = state * 1664525u + 1013904223u;
        pixels[i] = (uint8_t)(state >> 24);
    }
    assert_int_equal(sample_encode_locked_png(pixels, WIDTH, HEIGHT, 500, png, NULL), REASON_DONE);
    free(pixels);
}

static void put_finger(struct fixture *fixture, enum finger_position position, uint8_t quality, bool noisy)
{
    const size_t at = fixture->opening.finger_count++;
    const struct locked_memory *png = noisy ? &fixture->noise : &fixture->plain;
    fixture->templates[at] = prints_pack(prints_make((uint32_t)at + 1, 40));
    fixture->opening.fingers[at] = (struct referral_finger){.position = position,
        .quality = quality,
        .width = WIDTH,
        .height = HEIGHT,
        .ppi = 500,
        .template = {fixture->templates[at].bytes, fixture->templates[at].size},
        .png = {png->bytes, png->size}};
}

static void put_candidates(struct fixture *fixture, uint32_t count, char *text)
{
    for (uint32_t i = 0; i < count; i++) {
        struct identification_candidate *candidate = &fixture->candidates[i];
        *candidate = made_candidate(i, ALERT_CATEGORY_WANTED_FOR_ARREST);
        candidate->fingers = 2;
        candidate->swapped = i % 2;
        candidate->action = candidate->instruction = text;
    }
    fixture->opening.identification = made_outcome(fixture->candidates, count);
    fixture->opening.identification.searched -= 10;
    fixture->opening.identification.other_people = 10;
    fixture->opening.identification.staged = true;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    *state = fixture;
    draw(&fixture->plain, false);
    draw(&fixture->noise, true);
    fixture->opening = (struct referral_opening){.transaction = "00112233445566778899aabbccddeeff",
        .time_ms = 1795700000000,
        .purpose = "border_check",
        .legal_basis = "Border Act art. 7",
        .owner = "device:lane-3",
        .officer = "o-17",
        .traveller_group = TRAVELLER_CREW,
        .age_band = AGE_18_AND_OVER,
        .document = true,
        .told = DECISION_NO_MATCH,
        .rules = {.examiners = 2, .minutes = 30, .probe_retention_days = 3, .retention_days = 90}};
    put_finger(fixture, FINGER_RIGHT_INDEX, 70, false);
    put_finger(fixture, FINGER_LEFT_INDEX, 80, false);
    put_candidates(fixture, 3, strcpy(fixture->text, "stop; \"quote\" \xc3\xa4"));
    assert_int_equal(locked_memory_init(&fixture->content, KEPT_PROBE_BYTES, NULL), REASON_DONE);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    failing_memory_set(-1);
    locked_memory_finish(&fixture->plain);
    locked_memory_finish(&fixture->noise);
    locked_memory_finish(&fixture->content);
    free(fixture);
    return 0;
}

static void pack(struct fixture *fixture)
{
    assert_int_equal(kept_probe_pack(&fixture->opening, &fixture->content, &fixture->size, &fixture->failure),
        REASON_DONE);
}

/* A copy of so many of the packed bytes is read. */
static enum reason read_some(struct fixture *fixture, size_t size, struct referral_opening **opening)
{
    struct locked_memory copy;
    assert_int_equal(locked_memory_init(&copy, size > 0 ? size : 1, NULL), REASON_DONE);
    memcpy(copy.bytes, fixture->content.bytes, size);
    enum reason reason = kept_probe_read(&copy, size, opening, &fixture->failure);
    assert_null(copy.bytes);
    assert_true((*opening == NULL) == (reason != REASON_DONE));
    return reason;
}

static struct referral_opening *read_back(struct fixture *fixture)
{
    struct referral_opening *opening;
    pack(fixture);
    assert_int_equal(read_some(fixture, fixture->size, &opening), REASON_DONE);
    return opening;
}

static void assert_same_bytes(const struct referral_bytes *one, const struct referral_bytes *other)
{
    assert_int_equal(one->size, other->size);
    assert_memory_equal(one->bytes, other->bytes, one->size);
}

static void test_M2_what_is_read_is_what_was_packed(void **state)
{
    struct fixture *fixture = *state;
    const struct referral_opening *packed = &fixture->opening;
    struct referral_opening *read = read_back(fixture);
    assert_string_equal(read->transaction, packed->transaction);
    assert_true(read->time_ms == packed->time_ms);
    assert_string_equal(read->purpose, packed->purpose);
    assert_string_equal(read->legal_basis, packed->legal_basis);
    assert_string_equal(read->owner, packed->owner);
    assert_string_equal(read->officer, packed->officer);
    assert_int_equal(read->traveller_group, packed->traveller_group);
    assert_int_equal(read->age_band, packed->age_band);
    assert_true(read->document);
    assert_int_equal(read->told, packed->told);
    assert_int_equal(read->rules.examiners, packed->rules.examiners);
    assert_int_equal(read->rules.minutes, packed->rules.minutes);
    assert_int_equal(read->rules.probe_retention_days, packed->rules.probe_retention_days);
    assert_int_equal(read->rules.retention_days, packed->rules.retention_days);
    assert_int_equal(read->finger_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(read->fingers[i].position, packed->fingers[i].position);
        assert_int_equal(read->fingers[i].quality, packed->fingers[i].quality);
        assert_int_equal(read->fingers[i].width, WIDTH);
        assert_int_equal(read->fingers[i].height, HEIGHT);
        assert_int_equal(read->fingers[i].ppi, 500);
        assert_same_bytes(&read->fingers[i].template, &packed->fingers[i].template);
        assert_same_bytes(&read->fingers[i].png, &packed->fingers[i].png);
    }
    referral_opening_destroy(read);
}

static void test_M2_the_search_is_read_as_it_was_packed(void **state)
{
    struct fixture *fixture = *state;
    const struct identification_outcome *packed = &fixture->opening.identification;
    struct referral_opening *opening = read_back(fixture);
    const struct identification_outcome *read = &opening->identification;
    assert_int_equal(read->decision, DECISION_MATCH);
    assert_true(read->target_fpir == packed->target_fpir);
    assert_int_equal(read->threshold, packed->threshold);
    assert_string_equal(read->list_name, packed->list_name);
    assert_int_equal(read->list_version, packed->list_version);
    assert_int_equal(read->visible, packed->visible);
    assert_int_equal(read->searched, packed->searched);
    assert_int_equal(read->other_people, packed->other_people);
    assert_true(read->staged);
    assert_int_equal(read->candidate_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_memory_equal(
            &read->candidates[i].id, &packed->candidates[i].id, sizeof packed->candidates[i].id);
        assert_int_equal(read->candidates[i].score, packed->candidates[i].score);
        assert_int_equal(read->candidates[i].swapped, packed->candidates[i].swapped);
        assert_int_equal(read->candidates[i].category, packed->candidates[i].category);
        assert_true(read->candidates[i].false_match_rate == packed->candidates[i].false_match_rate);
        assert_string_equal(read->candidates[i].instruction, packed->candidates[i].instruction);
    }
    referral_opening_destroy(opening);
}

/* The largest search there can be, with texts as long as they may be: nobody is left out, the texts are. */
static void test_M2_texts_give_way_to_the_prints(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->text, '"', WATCHLIST_TEXT_MAX);
    put_candidates(fixture, MATCHER_CANDIDATES_MAX, fixture->text);
    struct referral_opening *read = read_back(fixture);
    assert_int_equal(read->identification.candidate_count, MATCHER_CANDIDATES_MAX);
    for (uint32_t i = 0; i < MATCHER_CANDIDATES_MAX; i++) {
        assert_null(read->identification.candidates[i].action);
        assert_null(read->identification.candidates[i].instruction);
    }
    assert_true(read->fingers[1].png.size > 0);
    referral_opening_destroy(read);
}

/* Of ten pictures that nothing compresses the best ones are kept, and every template. */
static void test_M2_the_best_pictures_have_room_first(void **state)
{
    struct fixture *fixture = *state;
    fixture->opening.finger_count = 0;
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++)
        put_finger(
            fixture, (enum finger_position)(FINGER_RIGHT_THUMB + i), (uint8_t)(10 * (i * 7 % 10)), true);
    struct referral_opening *read = read_back(fixture);
    assert_true(referral_opening_has_picture(read));
    const size_t kept = (KEPT_PROBE_BYTES - 12000) / fixture->noise.size;
    assert_true(kept >= 2 && kept < COMPARISON_FINGERS_MAX);
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++) {
        assert_int_equal(read->fingers[i].png.size > 0, read->fingers[i].quality >= 100 - 10 * kept);
        assert_true(read->fingers[i].template.size > 0);
    }
    referral_opening_destroy(read);
}

static void test_M2_of_equal_pictures_the_first_fingers_have_room(void **state)
{
    struct fixture *fixture = *state;
    fixture->opening.finger_count = 0;
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++)
        put_finger(fixture, (enum finger_position)(FINGER_RIGHT_THUMB + i), 50, true);
    struct referral_opening *read = read_back(fixture);
    const size_t kept = (KEPT_PROBE_BYTES - 12000) / fixture->noise.size;
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++)
        assert_int_equal(read->fingers[i].png.size > 0, i < kept);
    referral_opening_destroy(read);
}

static void test_every_cut_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct referral_opening *opening;
    pack(fixture);
    const size_t locked = locked_memory_total();
    for (size_t size = 0; size < fixture->size; size += size < 2000 ? 1 : 97) {
        const enum reason reason = read_some(fixture, size, &opening);
        assert_true(reason == REASON_TRUNCATED || reason == REASON_BAD_FORMAT);
    }
    assert_int_equal(locked_memory_total(), locked);
    assert_int_equal(read_some(fixture, fixture->size + 1, &opening), REASON_OVERLONG);
}

/* Changed bytes are refused or are another opening: never more than there is. */
static void test_changed_bytes_are_refused_or_read(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *bytes = fixture->content.bytes;
    unsigned refused = 0;
    pack(fixture);
    for (size_t at = 0; at < 2500 && at < fixture->size; at++) {
        struct referral_opening *opening;
        bytes[at] ^= 0x41;
        refused += read_some(fixture, fixture->size, &opening) != REASON_DONE;
        referral_opening_destroy(opening);
        bytes[at] ^= 0x41;
    }
    assert_true(refused > 1000);
}

static void test_a_finger_that_comes_twice_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct referral_opening *opening;
    fixture->opening.fingers[1].position = FINGER_RIGHT_INDEX;
    pack(fixture);
    assert_int_equal(read_some(fixture, fixture->size, &opening), REASON_BAD_VALUE);
    fixture->opening.fingers[0].position = fixture->opening.fingers[1].position = FINGER_UNKNOWN;
    referral_opening_destroy(read_back(fixture));
}

/* The prints go at once, what was asked stays. */
static void test_M1_dropped_prints_are_gone(void **state)
{
    struct fixture *fixture = *state;
    const size_t locked = locked_memory_total();
    struct referral_opening *read = read_back(fixture);
    assert_true(locked_memory_total() > locked);
    referral_opening_drop_prints(read);
    assert_int_equal(locked_memory_total(), locked);
    assert_null(read->fingers[0].png.bytes);
    assert_null(read->fingers[1].template.bytes);
    assert_string_equal(read->purpose, "border_check");
    referral_opening_destroy(read);
}

/* Every allocation of the writer fails once, and the reader's own: said so, and nothing stays locked. */
static void test_want_of_memory_is_no_damage(void **state)
{
    struct fixture *fixture = *state;
    const size_t locked = locked_memory_total();
    bool failed = true;
    for (long successes = 0; failed; successes++) {
        failing_memory_set(successes);
        enum reason reason =
            kept_probe_pack(&fixture->opening, &fixture->content, &fixture->size, &fixture->failure);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        /* texts are tried a second time */
        assert_true(reason == REASON_DONE || (failed && reason == REASON_NO_MEMORY));
        assert_int_equal(fixture->size > 0, reason == REASON_DONE);
    }
    struct referral_opening *opening;
    struct locked_memory copy;
    assert_int_equal(locked_memory_init(&copy, KEPT_PROBE_BYTES, NULL), REASON_DONE);
    memcpy(copy.bytes, fixture->content.bytes, fixture->size);
    failing_memory_set(0);
    assert_int_equal(kept_probe_read(&copy, fixture->size, &opening, &fixture->failure), REASON_NO_MEMORY);
    failing_memory_set(-1);
    assert_null(opening);
    assert_int_equal(locked_memory_total(), locked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_M2_what_is_read_is_what_was_packed),
        TEST(test_M2_the_search_is_read_as_it_was_packed),
        TEST(test_M2_texts_give_way_to_the_prints),
        TEST(test_M2_the_best_pictures_have_room_first),
        TEST(test_M2_of_equal_pictures_the_first_fingers_have_room),
        TEST(test_every_cut_is_refused),
        TEST(test_changed_bytes_are_refused_or_read),
        TEST(test_a_finger_that_comes_twice_is_refused),
        TEST(test_M1_dropped_prints_are_gone),
        TEST(test_want_of_memory_is_no_damage),
    };
    json_memory_wipe_when_freed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
