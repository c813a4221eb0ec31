#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alert_category.h"
#include "base/failure.h"
#include "base/figure.h"
#include "base/finger.h"
#include "base/guidance.h"
#include "base/language.h"
#include "base/sentence_gaps.h"

/* How often a sentence was looked for in a text. */
static unsigned long matches;
bool __real_sentence_gaps_match(const char *sentence, const char *text, struct sentence_gaps *gaps);
bool __wrap_sentence_gaps_match(const char *sentence, const char *text, struct sentence_gaps *gaps);

bool __wrap_sentence_gaps_match(const char *sentence, const char *text, struct sentence_gaps *gaps)
{
    matches++;
    return __real_sentence_gaps_match(sentence, text, gaps);
}

/* --- Sentences */

/* Whatever is refused, and whatever a finger should do, an officer reads in Ukrainian. */
static void test_H4_every_reason_and_all_guidance_have_their_ukrainian(void **state)
{
    (void)state;
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        const char *text = reason_text((enum reason)reason), *remedy = reason_remedy((enum reason)reason);
        assert_string_not_equal(language_text(LANGUAGE_UKRAINIAN, text), text);
        if (remedy[0] != '\0')
            assert_string_not_equal(language_text(LANGUAGE_UKRAINIAN, remedy), remedy);
    }
    for (int code = 1; code < GUIDANCE_COUNT; code++) {
        const char *text = guidance_text((enum guidance)code);
        assert_string_not_equal(language_text(LANGUAGE_UKRAINIAN, text), text);
    }
}

/* --- Sentences with figures and names in them */

static const char *told(const char *text)
{
    static char room[512];
    return language_told(LANGUAGE_UKRAINIAN, text, room, sizeof room);
}

static void test_H4_a_detail_with_figures_in_it_is_told_in_ukrainian(void **state)
{
    (void)state;
    assert_string_equal(
        told("give a day from today to 2027-02-25"), "вкажіть день від сьогодні до 2027-02-25");
    assert_string_equal(told("FAP 45 at least is asked for, and its class is not known; no registered sensor "
                             "of this post will do"),
        "потрібен щонайменше FAP 45, а клас сканера невідомий; жоден зареєстрований сканер цього поста не "
        "підходить");
    assert_string_equal(told("the policy's age for border_check is 18; doubt counts as a small child"),
        "для border_check політика встановлює вік 18; у разі сумніву особу вважають малою дитиною");
    assert_string_equal(told("the reader was removed: This device has been removed."),
        "сканер від’єднано: This device has been removed.");
}

static void test_what_is_no_sentence_of_ours_stays_as_it_is(void **state)
{
    (void)state;
    const char *const texts[] = {
        "", "power cut", "give a day from today to ", "10 % of 20: %s", "open: No such file or directory"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_ptr_equal(told(texts[i]), texts[i]);
    char small[8];
    const char *text = "give a day from today to 2027-02-25";
    assert_ptr_equal(language_told(LANGUAGE_UKRAINIAN, text, small, sizeof small), text);
    assert_ptr_equal(language_told(LANGUAGE_ENGLISH, text, small, sizeof small), text);
    assert_ptr_equal(language_told(LANGUAGE_COUNT, text, small, sizeof small), text);
}

static void test_gaps_are_filled_in_the_translations_order(void **state)
{
    (void)state;
    char room[64];
    struct sentence_gaps gaps;
    assert_true(sentence_gaps_match("%u of %s, 100 %% of it", "7 of a: b, 100 % of it", &gaps));
    assert_true(sentence_gaps_fill("%2$s: %1$u (100 %%)", &gaps, room, sizeof room));
    assert_string_equal(room, "a: b: 7 (100 %)");
    assert_false(sentence_gaps_fill("%3$s", &gaps, room, sizeof room));
    assert_false(sentence_gaps_fill("%2$s: %1$u (100 %%)", &gaps, room, 10));
    assert_false(sentence_gaps_match("%u of %s, 100 %% of it", "7 of a, 100 % of it, nearly", &gaps));
    assert_false(sentence_gaps_match("%u of %s", "7 of a; another", &gaps));
    assert_false(sentence_gaps_match("of %s", "of ", &gaps));
    assert_false(sentence_gaps_match("no gap", "no gap", &gaps));
    assert_int_equal(sentence_gaps_letters("%u of %s, 100 %% of it"), 6);
    assert_int_equal(sentence_gaps_letters("no gap"), 0);
}

/* "the policy's age is %u" is no place for what somebody wrote. */
static void test_a_figures_gap_takes_a_figure_only(void **state)
{
    (void)state;
    struct sentence_gaps gaps;
    assert_true(sentence_gaps_match("%u of %.1f", "7 of -1.5", &gaps));
    assert_false(sentence_gaps_match("%u of them", "all of them", &gaps));
    assert_false(sentence_gaps_match("%lld of them", "7 8 of them", &gaps));
    assert_false(sentence_gaps_match("up to %d", "up to 7 or more", &gaps));
    assert_false(sentence_gaps_match("up to %.0f", "up to here", &gaps));
    const char *own = "try again: some people"; /* "%s %s: %lld people" is a sentence, too */
    assert_string_equal(told(own), "повторіть спробу: some people");
}

/* What a person wrote stands in quotes, and is nobody's to change, whatever it holds and where it was cut off. */
static void test_what_stands_in_quotes_stays(void **state)
{
    (void)state;
    assert_string_equal(
        told("by anna until 12:00: \"power cut; try again\""), "хто: anna, до 12:00: «power cut; try again»");
    assert_string_equal(told("by anna until 12:00: \"try again: \"try again\"; try again\"; try again"),
        "хто: anna, до 12:00: «try again: \"try again\"; try again»; повторіть спробу");
    const char *const cut = "by anna until 12:00: \"try again; try again";
    assert_ptr_equal(told(cut), cut);
}

/* A figure's gap alone: what fills another one may be a version or an address. */
static void test_H4_a_decimal_mark_is_the_language_s(void **state)
{
    (void)state;
    char text[FIGURE_SIZE];
    assert_string_equal(figure_format_tenths(LANGUAGE_ENGLISH, 11.46, text), "11.5");
    assert_string_equal(figure_format_tenths(LANGUAGE_UKRAINIAN, 11.46, text), "11,5");
    assert_string_equal(figure_format_tenths(LANGUAGE_UKRAINIAN, -0.25, text), "-0,2");
    assert_string_equal(figure_format_tenths(LANGUAGE_COUNT, 3, text), "3.0");
    assert_string_equal(told("of a day's 2,000 searches 2.5 at most are expected to end with a false match"),
        "із 2\u00a0000 пошуків за день щонайбільше 2,5 мають закінчитися хибним збігом");
    assert_string_equal(told("give a day from today to 2.5"), "вкажіть день від сьогодні до 2.5");
}

/* Of a figure that is divided otherwise nobody knows that it is one. */
static void test_H4_figures_are_divided_as_the_language_does_it(void **state)
{
    (void)state;
    char text[FIGURE_SIZE];
    static const struct {
        uint64_t figure;
        const char *english, *ukrainian;
    } figures[] = {{0, "0", "0"}, {999, "999", "999"}, {1000, "1,000", "1\u00a0000"},
        {50000000000, "50,000,000,000", "50\u00a0000\u00a0000\u00a0000"},
        {UINT64_MAX, "18,446,744,073,709,551,615",
            "18\u00a0446\u00a0744\u00a0073\u00a0709\u00a0551\u00a0615"}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const struct text english = {figures[i].english, strlen(figures[i].english)};
        assert_string_equal(figure_format(LANGUAGE_ENGLISH, figures[i].figure, text), figures[i].english);
        assert_string_equal(figure_format(LANGUAGE_UKRAINIAN, figures[i].figure, text), figures[i].ukrainian);
        assert_int_equal(figure_translate(LANGUAGE_UKRAINIAN, english, text), figures[i].figure >= 1000);
        assert_string_equal(text, figures[i].ukrainian);
    }
    const char *const none[] = {"", ",", "1,00", "1000", "01,0000", "1,,000", "1,000,", ",100,000", "2,500.5",
        "1,2,3", "a,100", "118,446,744,073,709,551,615"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(figure_translate(LANGUAGE_UKRAINIAN, (struct text){none[i], strlen(none[i])}, text));
    assert_string_equal(told("give a day from today to 10,000"), "вкажіть день від сьогодні до 10\u00a0000");
    assert_string_equal(told("by anna until 12:00: \"10,000\""), "хто: anna, до 12:00: «10,000»");
}

/* Two ways to divide it at each of forty places, and no room at the end for any of them. */
static void test_A9_a_hostile_sentence_costs_no_more_than_its_length(void **state)
{
    (void)state;
    char hostile[1536] = "", room[600];
    for (int i = 0; i < 40; i++)
        strcat(hostile, "try again: its state is 7 people; ");
    matches = 0;
    assert_ptr_equal(language_told(LANGUAGE_UKRAINIAN, hostile, room, sizeof room), hostile);
    const unsigned long for_one_text = 150; /* sentences with gaps, and some more */
    assert_true(matches > 0);
    assert_in_range(matches, 1, for_one_text * 40 * 2);
}

static void test_codes_are_words_of_what_they_are_codes_of(void **state)
{
    (void)state;
    for (int finger = 0; finger < FINGER_POSITION_COUNT; finger++) {
        const char *code = finger_position_name((enum finger_position)finger);
        assert_string_not_equal(language_code(LANGUAGE_UKRAINIAN, "finger", code), code);
    }
    for (int category = 0; category < ALERT_CATEGORY_COUNT; category++) {
        const char *code = alert_category_name((enum alert_category)category);
        assert_string_not_equal(language_code(LANGUAGE_UKRAINIAN, "category", code), code);
    }
    assert_string_equal(
        language_code(LANGUAGE_UKRAINIAN, "finger", "right_index"), "вказівний палець правої руки");
    assert_string_not_equal(language_code(LANGUAGE_UKRAINIAN, "finger", "unknown"),
        language_code(LANGUAGE_UKRAINIAN, "age_band", "unknown"));
    assert_string_equal(language_code(LANGUAGE_ENGLISH, "finger", "right_index"), "right_index");
}

/* What is no sentence of the program is said as it is; the empty one is not the catalogue's head. */
static void test_what_has_no_translation_stays(void **state)
{
    (void)state;
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_string_equal(language_text(LANGUAGE_UKRAINIAN, ""), "");
    assert_string_equal(language_text(LANGUAGE_UKRAINIAN, "of an officer"), "of an officer");
    assert_string_equal(language_text(LANGUAGE_UKRAINIAN, longest), longest);
    assert_string_equal(language_code(LANGUAGE_UKRAINIAN, "finger", longest), longest);
    assert_string_equal(language_code(LANGUAGE_UKRAINIAN, "", ""), "");
    assert_string_equal(language_text(LANGUAGE_ENGLISH, "try again"), "try again");
    assert_string_equal(language_text(LANGUAGE_COUNT, "try again"), "try again");
    assert_string_equal(language_tag(LANGUAGE_UKRAINIAN), "uk");
    assert_string_equal(language_tag(LANGUAGE_COUNT), "en");
    enum language language = LANGUAGE_ENGLISH;
    assert_true(language_parse("uk", &language) && language == LANGUAGE_UKRAINIAN);
    assert_false(language_parse("uk-UA", &language) || language_parse("", &language));
    assert_int_equal(language, LANGUAGE_UKRAINIAN);
}

/* --- What a client wants to read */

static enum language accepted(const char *value)
{
    struct language_wish wish = {0};
    language_wish_add(&wish, (struct text){value, strlen(value)});
    return language_wished(&wish);
}

static void test_the_wished_language_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum language language;
    } rows[] = {
        {"", LANGUAGE_ENGLISH},
        {"uk", LANGUAGE_UKRAINIAN},
        {"UK-ua", LANGUAGE_UKRAINIAN},
        {"uk-Cyrl-UA-x-1a", LANGUAGE_UKRAINIAN},
        {"uk,en", LANGUAGE_UKRAINIAN},
        {"en,uk", LANGUAGE_ENGLISH},
        {"en;q=0.8, uk", LANGUAGE_UKRAINIAN},
        {"en;q=0.8, uk;q=0.9", LANGUAGE_UKRAINIAN},
        {"en;q=0.9,uk;q=0.899", LANGUAGE_ENGLISH},
        {"uk;q=0", LANGUAGE_ENGLISH},
        {"uk;q=0.000", LANGUAGE_ENGLISH},
        {"uk;q=0.001", LANGUAGE_UKRAINIAN},
        {"uk;q=1.000", LANGUAGE_UKRAINIAN},
        {"uk ; Q=0.5\t,\t pl", LANGUAGE_UKRAINIAN},
        {"pl, de;q=0.7, uk;q=0.1", LANGUAGE_UKRAINIAN},
        {"pl, de;q=0.7", LANGUAGE_ENGLISH},
        {"*", LANGUAGE_ENGLISH},
        {"*, uk", LANGUAGE_UKRAINIAN},
        {"en;q=0, *", LANGUAGE_UKRAINIAN},
        {"*;q=0.9, uk;q=0.1", LANGUAGE_ENGLISH},
        {"uk, *;q=0", LANGUAGE_UKRAINIAN},
        {",, uk ,", LANGUAGE_UKRAINIAN},
        {"ukr", LANGUAGE_ENGLISH}, /* BCP 47 has it as "uk" */
        {"u", LANGUAGE_ENGLISH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (accepted(rows[i].value) != rows[i].language)
            fail_msg("\"%s\"", rows[i].value);
}

/* What two readers might understand differently is not guessed at: each of these would otherwise have been Ukrainian. */
static void test_malformed_ones_are_english(void **state)
{
    (void)state;
    static const char *const rows[] = {"uk;", "uk;q", "uk;q=", "uk;q=2", "uk;q=1.001", "uk;q=0.1234",
        "uk;q=.5", "uk;q=-0", "uk;q=0,5", "uk;q=0.5;q=0.9", "uk;level=1", "uk en", "uk-", "uk--UA", "-uk",
        "uk_UA", "uk-abcdefghi", "uk,\"en\"", "uk, q=1", "*-UA, uk", "uk;q=0.5x", "\xd1\x83\xd0\xba, uk",
        "uk, 1a", "abcdefghi, uk", "uk;\xff"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (accepted(rows[i]) != LANGUAGE_ENGLISH)
            fail_msg("\"%s\"", rows[i]);
}

/* RFC 9110 5.3: two lines are one list. */
static void test_lines_add_up(void **state)
{
    (void)state;
    struct language_wish wish = {0};
    language_wish_add(&wish, (struct text){"en;q=0.1", 8});
    language_wish_add(&wish, (struct text){"uk;q=0.2", 8});
    assert_int_equal(language_wished(&wish), LANGUAGE_UKRAINIAN);
    language_wish_add(&wish, (struct text){";", 1});
    assert_int_equal(language_wished(&wish), LANGUAGE_ENGLISH);
}

/* --- The environment */

static enum language of_locale(const char *all, const char *messages, const char *lang, const char *list)
{
    const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"};
    const char *const values[] = {all, messages, lang, list};
    for (size_t i = 0; i < 4; i++) {
        if (values[i] != NULL)
            setenv(names[i], values[i], 1);
        else
            unsetenv(names[i]);
    }
    return language_of_locale();
}

/* No locale need be installed for any of these. */
static void test_the_locale_says_the_language(void **state)
{
    (void)state;
    assert_int_equal(of_locale(NULL, NULL, "uk_UA.UTF-8", NULL), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale(NULL, NULL, "uk_UA.utf8", NULL), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale(NULL, NULL, "uk", NULL), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale("", "uk_UA.UTF-8", "en_GB.UTF-8", NULL), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale("en_GB.UTF-8", "uk_UA.UTF-8", "uk_UA.UTF-8", NULL), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale(NULL, NULL, "en_GB.UTF-8", "pl:uk:en"), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale(NULL, NULL, "uk_UA.UTF-8", "en:uk"), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale(NULL, NULL, "uk_UA.UTF-8@x", "::uk_UA"), LANGUAGE_UKRAINIAN);
    assert_int_equal(of_locale(NULL, NULL, NULL, "uk"), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale("C", NULL, "uk_UA.UTF-8", "uk"), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale("C.UTF-8", NULL, NULL, "uk"), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale("POSIX", NULL, NULL, "uk"), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale(NULL, NULL, "uk_UA.KOI8-U", NULL), LANGUAGE_ENGLISH);
    assert_int_equal(of_locale(NULL, NULL, "pl_PL.UTF-8", NULL), LANGUAGE_ENGLISH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H4_every_reason_and_all_guidance_have_their_ukrainian),
        cmocka_unit_test(test_H4_a_detail_with_figures_in_it_is_told_in_ukrainian),
        cmocka_unit_test(test_what_is_no_sentence_of_ours_stays_as_it_is),
        cmocka_unit_test(test_gaps_are_filled_in_the_translations_order),
        cmocka_unit_test(test_a_figures_gap_takes_a_figure_only),
        cmocka_unit_test(test_what_stands_in_quotes_stays),
        cmocka_unit_test(test_H4_a_decimal_mark_is_the_language_s),
        cmocka_unit_test(test_H4_figures_are_divided_as_the_language_does_it),
        cmocka_unit_test(test_A9_a_hostile_sentence_costs_no_more_than_its_length),
        cmocka_unit_test(test_codes_are_words_of_what_they_are_codes_of),
        cmocka_unit_test(test_what_has_no_translation_stays),
        cmocka_unit_test(test_the_wished_language_is_taken),
        cmocka_unit_test(test_malformed_ones_are_english),
        cmocka_unit_test(test_lines_add_up),
        cmocka_unit_test(test_the_locale_says_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
