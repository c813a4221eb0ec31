/* Who was shown which prints: each for himself, and who is forgotten is asked to look again. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/seen.h"
#include "tests/unit/referral_made.h"

static struct referral_person person(unsigned number)
{
    char name[24];
    snprintf(name, sizeof name, "examiner%u", number);
    const struct principal principal = made_person(name, ROLE_EXAMINER);
    return referral_person_of(&principal);
}

static bool has_seen(const struct referral_seen *seen, unsigned number, bool probe, bool reference)
{
    const struct referral_person who = person(number);
    const struct referral_shown shown = referral_seen_by(seen, &who, NULL, 0);
    return shown.probe == probe && shown.references == (reference ? 1 : 0);
}

static void note(struct referral_seen *seen, unsigned number, enum referral_look look)
{
    const struct referral_person who = person(number);
    const struct referral_looking looking = {.look = look, .candidate = look != REFERRAL_LOOK_PROBE};
    referral_seen_note(seen, &who, &looking, &(struct referral_showing){.kind = SHOWN_PRINT});
}

static void test_H3_a_look_counts_for_who_looked_and_for_what_he_was_shown(void **state)
{
    (void)state;
    struct referral_seen seen = {0};
    assert_true(has_seen(&seen, 1, false, false));
    note(&seen, 1, REFERRAL_LOOK_COMPARISON);
    assert_true(has_seen(&seen, 1, false, false));
    note(&seen, 1, REFERRAL_LOOK_PROBE);
    note(&seen, 2, REFERRAL_LOOK_REFERENCE);
    assert_true(has_seen(&seen, 1, true, false));
    assert_true(has_seen(&seen, 2, false, true));
    note(&seen, 1, REFERRAL_LOOK_REFERENCE);
    assert_true(has_seen(&seen, 1, true, true));
    const struct referral_person nobody = {0};
    assert_false(referral_seen_by(&seen, &nobody, NULL, 0).probe);
}

/* Which of the candidates; a number that no candidate has is none of theirs. */
static void test_H3_a_look_at_a_reference_counts_for_its_candidate(void **state)
{
    (void)state;
    struct referral_seen seen = {0};
    const struct referral_person who = person(1);
    static const uint32_t numbers[] = {2, 64, 0, 65, UINT32_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct referral_looking looking = {.look = REFERRAL_LOOK_REFERENCE, .candidate = numbers[i]};
        referral_seen_note(&seen, &who, &looking, &(struct referral_showing){.kind = SHOWN_PRINT});
    }
    assert_true(referral_seen_by(&seen, &who, NULL, 0).references == (UINT64_C(1) << 63 | 2));
}

/* Where too many look the one who did so first is asked again; nobody has what another one saw. */
static void test_H3_who_is_forgotten_has_seen_nothing(void **state)
{
    (void)state;
    struct referral_seen seen = {0};
    for (unsigned i = 0; i < REFERRAL_SEEN_MAX; i++)
        note(&seen, i, REFERRAL_LOOK_PROBE);
    note(&seen, 0, REFERRAL_LOOK_PROBE);
    assert_true(has_seen(&seen, 0, true, false));
    note(&seen, REFERRAL_SEEN_MAX, REFERRAL_LOOK_REFERENCE);
    assert_true(has_seen(&seen, 0, false, false));
    assert_true(has_seen(&seen, REFERRAL_SEEN_MAX, false, true));
    for (unsigned i = 1; i < REFERRAL_SEEN_MAX; i++)
        assert_true(has_seen(&seen, i, true, false));
}

/* That candidate's reference, of an entry whose digest is that byte throughout; what came of it. */
static void note_entry(struct referral_seen *seen, unsigned number, uint32_t candidate, uint8_t entry,
    enum referral_showing_kind kind)
{
    const struct referral_person who = person(number);
    const struct referral_looking looking = {.look = REFERRAL_LOOK_REFERENCE, .candidate = candidate};
    struct referral_showing showing = {.kind = kind};
    memset(showing.entry, entry, sizeof showing.entry);
    referral_seen_note(seen, &who, &looking, &showing);
}

/* By a list that has both candidates, by those digests; 0: no more. */
static void assert_shown(const struct referral_seen *seen, unsigned number, uint8_t first, uint8_t second,
    struct referral_shown expected)
{
    const struct referral_person who = person(number);
    const uint8_t entries[] = {first, second};
    struct referral_standing standings[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        standings[i].entry_known = entries[i] != 0;
        memset(standings[i].entry, entries[i], sizeof standings[i].entry);
    }
    const struct referral_shown shown = referral_seen_by(seen, &who, standings, 2);
    assert_int_equal(shown.references, expected.references);
    assert_int_equal(shown.replaced, expected.replaced);
    assert_int_equal(shown.gone, expected.gone);
}

/* A look is at what was shown: what the list has now instead nobody has seen yet, and what it has no more stays seen. */
static void test_H3_a_look_counts_for_the_entry_that_was_shown(void **state)
{
    (void)state;
    struct referral_seen seen = {0};
    note_entry(&seen, 1, 1, 'a', SHOWN_PRINT);
    note_entry(&seen, 1, 2, 'b', SHOWN_PRINT);
    assert_shown(&seen, 1, 'a', 'b', (struct referral_shown){.references = 3});
    assert_shown(&seen, 1, 'c', 'b', (struct referral_shown){.references = 2, .replaced = 1});
    assert_shown(&seen, 1, 0, 'b', (struct referral_shown){.references = 3});
    note_entry(&seen, 2, 1, 'c', SHOWN_PRINT); /* another one's look is at what the list has by then */
    assert_shown(&seen, 2, 'c', 'b', (struct referral_shown){.references = 1});
    assert_shown(&seen, 1, 'c', 'b', (struct referral_shown){.references = 2, .replaced = 1});
    assert_shown(&seen, 1, 0, 'b', (struct referral_shown){.references = 2, .replaced = 1});
    note_entry(&seen, 1, 1, 0, SHOWN_TO_BE_NONE);
    assert_shown(&seen, 1, 0, 'b', (struct referral_shown){.references = 2, .gone = 1});
    note_entry(&seen, 1, 1, 'c', SHOWN_PRINT);
    assert_shown(&seen, 1, 'c', 'b', (struct referral_shown){.references = 3});
}

/* Nor is anything seen of who is gone, or by a look of which nothing came. */
static void test_H3_who_is_told_that_there_is_none_was_shown_none(void **state)
{
    (void)state;
    struct referral_seen seen = {0};
    note_entry(&seen, 1, 1, 0, SHOWN_TO_BE_NONE);
    assert_shown(&seen, 1, 0, 'b', (struct referral_shown){.gone = 1});
    assert_shown(&seen, 1, 'a', 'b', (struct referral_shown){0}); /* he is on the list again */
    note_entry(&seen, 1, 2, 0, SHOWN_NOTHING);
    assert_shown(&seen, 1, 0, 'b', (struct referral_shown){.gone = 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H3_a_look_counts_for_the_entry_that_was_shown),
        cmocka_unit_test(test_H3_who_is_told_that_there_is_none_was_shown_none),
        cmocka_unit_test(test_H3_a_look_counts_for_who_looked_and_for_what_he_was_shown),
        cmocka_unit_test(test_H3_a_look_at_a_reference_counts_for_its_candidate),
        cmocka_unit_test(test_H3_who_is_forgotten_has_seen_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
