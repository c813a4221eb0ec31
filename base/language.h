/* language.h: the languages in which people read what kordon says, and its sentences in them.
 *
 * A sentence is written in English in the code, and that English text is what it is found by. Its translation stands in po/uk.po
 * (gettext's format, checked by gettext's msgfmt when kordon is built) and is built into the programs: what an officer reads depends on
 * no file and on no locale of the machine. (glibc's own gettext() can't serve here: a bare machine has no uk_UA.UTF-8, and since glibc 2.39 it
 * translates nothing in C.UTF-8.) A program of English is never translated: codes, members of JSON, the log. Pure but for language_of_locale(), which reads the environment; any thread.
 */
#ifndef KORDON_BASE_LANGUAGE_H
#define KORDON_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* The first one is taken where nobody asks for one that is here. */
enum language { LANGUAGE_ENGLISH, LANGUAGE_UKRAINIAN, LANGUAGE_COUNT };

/* Mark what the translator's tool finds (po/README.md); the program translates where it shows it. CODE_() marks a code that people are shown in
 * words, and says of what it is one: two codes of one name may need two words. */
#define N_(text)        text
#define CODE_(of, code) code

/* "en", "uk" (BCP 47); constant. */
const char *language_tag(enum language language);

/* The language of that tag; false, and *language stays, where there is none. */
bool language_parse(const char *tag, enum language *language);

/* The sentence in that language; text itself where there is no translation, and in English. "" stays "". */
const char *language_text(enum language language, const char *text) __attribute__((format_arg(2)));

/* The same for a sentence in which figures or names stand already: "give a day from today to 2027-02-25" is found by "give a day from
 * today to %s", and sentences before a colon or between semicolons each by itself. What fills the gaps stays, but that figures are written as the
 * language does it (figure.h), and so does what stands in quotes: whoever puts a person's own words into a sentence puts them in quotes. In told, constant, or text itself. */
const char *language_told(enum language language, const char *text, char *told, size_t size);

/* A code in words: language_code(LANGUAGE_UKRAINIAN, "finger", "right_thumb"); code itself as above. */
const char *language_code(enum language language, const char *of, const char *code);

/* That of the environment, as gettext reads it: LC_ALL, LC_MESSAGES or LANG, and LANGUAGE where that one is not C or POSIX. */
enum language language_of_locale(void);

/* --- What an HTTP client wants to read (Accept-Language, RFC 9110 12.5.4) */

/* Zeroed at first. */
struct language_wish {
    int quality[LANGUAGE_COUNT]; /* in thousandths, and one more: 0 is unsaid */
    int place[LANGUAGE_COUNT];   /* which of those listed it was, from 1 on */
    int any;                     /* the quality of "*" */
    int listed;
    bool malformed;
};

/* One header line more. Nothing of a request depends on it but words, so that a malformed one is no reason to refuse it: it is English then. */
void language_wish_add(struct language_wish *wish, struct text value);

/* The wished one; of two that are wished alike the one listed first. */
enum language language_wished(const struct language_wish *wish);

#endif
