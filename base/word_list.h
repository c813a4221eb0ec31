/* word_list.h: "citizen, foreigner, crew": words one after the other, for people. What has no room is counted: "citizen, foreigner and
 * 3 more", so that a list that was cut never looks whole. Values; any thread. */
#ifndef KORDON_BASE_WORD_LIST_H
#define KORDON_BASE_WORD_LIST_H

#include <stddef.h>

#define WORD_LIST_SIZE 288

/* Zeroed: empty. */
struct word_list {
    size_t room;               /* bytes that the text may take, with its zero byte; 0: WORD_LIST_SIZE */
    char text[WORD_LIST_SIZE]; /* ends with a zero byte */
    size_t used;               /* by the words that have room */
    unsigned more;             /* words that have none */
};

/* Words come in their order: behind one that has no room none is shown. */
void word_list_add(struct word_list *list, const char *word);

#endif
