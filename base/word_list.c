#include "base/word_list.h"

#include <stdio.h>
#include <string.h>

/* Kept free for it behind each word: which one is the last that has room is only known with the next. */
#define MORE_BYTES (sizeof " and 4294967295 more")

void word_list_add(struct word_list *list, const char *word)
{
    const size_t room = list->room != 0 ? list->room : sizeof list->text;
    const char *between = list->used > 0 ? ", " : "";
    if (list->more == 0 && list->used + strlen(between) + strlen(word) + MORE_BYTES <= room) {
        list->used += (size_t)snprintf(list->text + list->used, room - list->used, "%s%s", between, word);
        return;
    }
    list->more++;
    snprintf(
        list->text + list->used, room - list->used, "%s%u more", list->used > 0 ? " and " : "", list->more);
}
