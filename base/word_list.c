#include "base/word_list.h"

#include <stdio.h>
#include <string.h>

void word_list_add(struct word_list *list, const char *word)
{
    const char *between = list->used > 0 ? ", " : "";
    if (list->used + strlen(between) + strlen(word) >= sizeof list->text) {
        list->used = sizeof list->text;
        return;
    }
    list->used +=
        (size_t)snprintf(list->text + list->used, sizeof list->text - list->used, "%s%s", between, word);
}
