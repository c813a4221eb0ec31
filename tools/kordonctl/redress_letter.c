#include "tools/kordonctl/redress_letter.h"

#include <stdio.h>

#include "base/day.h"
#include "tools/kordonctl/client.h"

/* Of who consents, and of whom no finger is kept (yet), it says only what holds whichever way that goes on. */
static const char *kept(enum language language, const json_t *of)
{
    if (json_array_size(json_object_get(of, "fingers")) > 0)
        return language_text(language,
            "With your consent templates of your fingerprints are kept for this purpose alone. With this "
            "document you are not taken for that person again where each finger that is taken is among them "
            "and "
            "is clearly yours, unless what is known of him changes. Else show the number, which shortens the "
            "check. You can withdraw your consent at any time: they are erased then.");
    if (json_is_true(json_object_get(of, "consent")))
        return language_text(language,
            "You consented to have templates of your fingerprints kept for this purpose alone. While none is "
            "kept, you can be taken for that person again: show the number then, which shortens the check. "
            "You can withdraw your consent at any time: what is kept is erased then.");
    return language_text(language,
        "Nothing of your fingerprints is kept. You can be taken for that person again: show "
        "the number then, which shortens the check.");
}

char *redress_letter(const json_t *made, enum language language)
{
    char since[DAY_TEXT_SIZE], *letter = NULL;
    const int printed = asprintf(&letter, "%s\n\n    %s\n\n%s %s\n%s %s\n\n%s\n\n%s\n\n%s\n\n%s\n\n    %s\n",
        language_text(language, "Your case number"), text_of(made, "number"),
        language_text(language, "Given on:"), day_format(day_of_ms(number_of(made, "since_ms")), since),
        language_text(language, "It counts until:"), text_of(made, "until"),
        language_text(language,
            "A comparison of fingerprints took you for another person. People looked at the prints and found "
            "that you are not that person."),
        language_text(language,
            "Show this number together with your document when your fingerprints are taken: those who check "
            "see by it what was found. The number stands nowhere else. If you lose it, ask for a new one."),
        kept(language, made),
        language_text(language,
            "You may ask what is kept about your case, and ask for it to be corrected or erased. Turn to:"),
        text_of(made, "unit"));
    return printed >= 0 ? letter : NULL;
}
