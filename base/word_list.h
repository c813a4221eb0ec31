/* word_list.h: "citizen, foreigner, crew": words that may be said, for whoever said another. Values; any thread. */
#ifndef KORDON_BASE_WORD_LIST_H
#define KORDON_BASE_WORD_LIST_H

#include <stddef.h>

#define WORD_LIST_SIZE 288

/* Zeroed: empty. */
struct word_list {
    char text[WORD_LIST_SIZE]; /* ends with a zero byte */
    size_t used;
};

/* Leaves out what does not fit, and all behind it. */
void word_list_add(struct word_list *list, const char *word);

#endif
