#include "daemon/list/turn.h"

void list_turn_wait(struct kordond *kordond, struct list_turn *turn, void (*begin)(struct list_turn *turn))
{
    struct list_turn **last = &kordond->list_turn;
    while (*last != NULL)
        last = &(*last)->next;
    *last = turn;
    turn->next = NULL;
    turn->begin = begin;
    if (kordond->list_turn == turn)
        begin(turn);
}

void list_turn_end(struct kordond *kordond)
{
    kordond->list_turn = kordond->list_turn->next;
    if (kordond->list_turn != NULL)
        kordond->list_turn->begin(kordond->list_turn);
}
