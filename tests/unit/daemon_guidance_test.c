#include "tests/unit/unit.h"

#include "daemon/scanners/pool.h"
#include "daemon/transactions/guidance.h"

/* Finger down and finger up, on a reader that it is laid on and on one that it is drawn over. */
static void test_P3_what_a_reader_tells_of_the_finger_is_guidance(void **state)
{
    (void)state;
    static const struct {
        enum scanner_scan_type type;
        bool needed, present;
        enum guidance guidance;
    } cases[] = {
        {SCANNER_SCAN_PRESS, true, false, GUIDANCE_PLACE_FINGER},
        {SCANNER_SCAN_PRESS, true, true, GUIDANCE_HOLD_STILL},
        {SCANNER_SCAN_PRESS, false, true, GUIDANCE_LIFT_FINGER},
        {SCANNER_SCAN_PRESS, false, false, GUIDANCE_NONE},
        {SCANNER_SCAN_SWIPE, true, false, GUIDANCE_SWIPE_FINGER},
        {SCANNER_SCAN_SWIPE, true, true, GUIDANCE_SWIPE_FINGER},
        {SCANNER_SCAN_SWIPE, false, true, GUIDANCE_LIFT_FINGER},
        {SCANNER_SCAN_SWIPE, false, false, GUIDANCE_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct scanner_info info = {
            .scan_type = cases[i].type, .finger_needed = cases[i].needed, .finger_present = cases[i].present};
        assert_int_equal(guidance_of_reader(&info), cases[i].guidance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P3_what_a_reader_tells_of_the_finger_is_guidance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
