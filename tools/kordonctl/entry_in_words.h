/* entry_in_words.h: an entry of the log in one line, as somebody reads a day. */
#ifndef KORDON_TOOLS_KORDONCTL_ENTRY_IN_WORDS_H
#define KORDON_TOOLS_KORDONCTL_ENTRY_IN_WORDS_H

#include <jansson.h>
#include <stddef.h>

/* Why the entry has no body, for one that has none; returns text. */
const char *missing_body_in_words(const json_t *entry, char *text, size_t size);

/* Prints number, time, event and what its body says: who acted, about what, what came of it and why. entry: {"head", "body"}. */
void print_entry_in_words(const json_t *entry);

#endif
