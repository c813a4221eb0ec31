#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static size_t encode(uint32_t code_point, char *text)
{
    size_t more = code_point < 0x80 ? 0 : code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
    static const uint8_t firsts[] = {0, 0xc0, 0xe0, 0xf0};
    text[0] = (char)(firsts[more] | code_point >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        text[i] = (char)(0x80 | (code_point >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

/* F10: every character that could change how a line reads is found in the midst of a text, with its place and name. */
static void test_F10_harmful_characters_are_found(void **state)
{
    (void)state;
    static const uint32_t ranges[][2] = {{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xd800, 0xdfff},
        {0xfdd0, 0xfdef}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0x1fffe, 0x1ffff},
        {0xe0000, 0xe007f}, {0x10fffe, 0x10ffff}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        for (uint32_t code_point = ranges[i][0]; code_point <= ranges[i][1]; code_point++) {
            char text[16] = "ab", name[TEXT_HARM_NAME_SIZE], expected[TEXT_HARM_NAME_SIZE];
            size_t size = encode(code_point, text + 2);
            text[2 + size] = 'c';
            struct text_harm harm = {0};
            if (!text_find_harm((struct text){text, size + 3}, &harm))
                fail_msg("U+%04X is not found", code_point);
            assert_int_equal(harm.offset, 2);
            assert_int_equal(harm.size, size);
            assert_int_equal(harm.code_point, code_point);
            snprintf(expected, sizeof expected, "U+%04X", code_point);
            assert_string_equal(text_harm_name(&harm, name), expected);
        }
}

/* Names and addresses in the world's scripts are harmless, with the joiners that some are written with. */
static void test_F10_texts_of_all_scripts_are_harmless(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "Ivanenko, O'Neil & Co. (2)", "Іваненко Євгенія", "Žižek ß Ł",
        "محمد", "می\u200cخواهم", "क्\u200dष", "ශ්\u200dරී", "ന്\u200d", "王小明 葛\xf3\xa0\x84\x80", "김철수",
        "ยายไอ๊", "שלום", "Nguyễn", "\u00a0", "👍"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text_harm harm = {0};
        if (text_find_harm((struct text){texts[i], strlen(texts[i])}, &harm))
            fail_msg("%s: U+%04X at %zu", texts[i], harm.code_point, harm.offset);
    }
}

/* F10: joiners where no letter wants them make two texts that look alike. */
static void test_F10_joiners_elsewhere_are_found(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a\u200cb", "\u200dab", "Іван\u200c", "123\u200d4", "می\u200c\u200cم"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text_harm harm = {0};
        assert_true(text_find_harm((struct text){texts[i], strlen(texts[i])}, &harm));
        assert_int_equal(harm.size, 3);
    }
}

/* F10: what is no UTF-8 is found: cut, overlong, beyond the end, a byte that continues nothing. */
static void test_F10_malformed_texts_are_found(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\xc3", "a\xe2\x80", "a\xc0\xaf", "a\xe0\x80\xaf",
        "a\xf0\x80\x80\xaf", "a\xf4\x90\x80\x80", "a\xf5\x80\x80\x80", "a\x80", "a\xff", "a\xc3(",
        "a\xe2\x28\xa1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text_harm harm = {0};
        char name[TEXT_HARM_NAME_SIZE];
        assert_true(text_find_harm((struct text){texts[i], strlen(texts[i])}, &harm));
        assert_true(harm.malformed);
        assert_int_equal(harm.offset, 1);
        assert_int_equal(harm.size, 1);
        assert_memory_equal(text_harm_name(&harm, name), "byte 0x", 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F10_harmful_characters_are_found),
        cmocka_unit_test(test_F10_texts_of_all_scripts_are_harmless),
        cmocka_unit_test(test_F10_joiners_elsewhere_are_found),
        cmocka_unit_test(test_F10_malformed_texts_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
