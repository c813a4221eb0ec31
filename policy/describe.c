/* describe.c: the table of keys as a part of the manual page. */
#include <stdio.h>

#include "policy/keys_internal.h"

/* roff takes a dash as a hyphen. */
static void print_roff(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\')
            fputc('\\', stream);
        fputc(*text, stream);
    }
}

/* What the value may be. */
static void print_range(FILE *stream, const struct policy_key *key)
{
    const char *divider = "";
    if (key->type == POLICY_KEY_NUMBER)
        fprintf(stream, "a whole number from %u to %u", (unsigned)key->minimum, (unsigned)key->maximum);
    else if (key->type == POLICY_KEY_SWITCH)
        fputs("yes or no", stream);
    else if (key->type == POLICY_KEY_SENSOR)
        fputs("0, 10, 20, 30, 40, 45, 50 or 60", stream);
    else if (key->type == POLICY_KEY_NAME)
        fprintf(stream, "up to %d letters, digits and \\-_.", POLICY_NAME_SIZE - 1);
    else if (key->type == POLICY_KEY_FINGERS)
        fputs("a list of right_thumb, right_index ... left_little", stream);
    else if (key->type > POLICY_KEY_FINGERS) {
        fputs("none, or a list of ", stream);
        for (uint32_t bit = 1; bit != 0; bit <<= 1) {
            if (policy_word_name(key->type, bit) == NULL)
                continue;
            fprintf(stream, "%s%s", divider, policy_word_name(key->type, bit));
            divider = ", ";
        }
    } else
        fputs(key->type == POLICY_KEY_NATURE ? "one word" : "a text", stream);
}

void policy_describe_manual(FILE *stream)
{
    for (size_t i = 0; i < policy_key_count; i++) {
        const struct policy_key *key = &policy_keys[i];
        if (i == 0 || key->of_purpose != policy_keys[i - 1].of_purpose)
            fprintf(stream, ".SS [%s]\n", key->of_purpose ? "purpose NAME" : "policy");
        fprintf(stream, ".TP\n.B %s\n", key->name);
        print_roff(stream, key->help);
        fputs("\n.br\n(", stream);
        print_range(stream, key);
        fputs(key->optional ? "; may be left out" : "; mandatory", stream);
        if (key->optional && key->type == POLICY_KEY_NUMBER)
            fprintf(stream, ": %u", (unsigned)key->fallback);
        fputs(")\n", stream);
    }
}
