/* turn.c: changes of the list follow one another. */
#include "daemon/list/list.h"

void list_turn_wait(struct list *list, struct list_turn *turn, void (*begin)(struct list_turn *turn))
{
    struct list_turn **last = &list->turn;
    while (*last != NULL)
        last = &(*last)->next;
    *last = turn;
    turn->next = NULL;
    turn->begin = begin;
    if (list->turn == turn)
        begin(turn);
}

void list_turn_end(struct list *list)
{
    list->turn = list->turn->next;
    if (list->turn != NULL)
        list->turn->begin(list->turn);
}
