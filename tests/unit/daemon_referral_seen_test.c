/* Who was shown which prints: each for himself, and who is forgotten is asked to look again. */
#include "tests/unit/unit.h"

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
    const struct referral_shown shown = referral_seen_by(seen, &who);
    return shown.probe == probe && shown.reference == reference;
}

static void note(struct referral_seen *seen, unsigned number, enum referral_look look)
{
    const struct referral_person who = person(number);
    referral_seen_note(seen, &who, look);
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
    assert_false(referral_seen_by(&seen, &nobody).probe);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H3_a_look_counts_for_who_looked_and_for_what_he_was_shown),
        cmocka_unit_test(test_H3_who_is_forgotten_has_seen_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
