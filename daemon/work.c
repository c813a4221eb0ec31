#include "daemon/work.h"

#include <stddef.h>

void work_begin(struct work *work)
{
    work->count++;
}

void work_end(struct work *work)
{
    work->count--;
    if (work->ended != NULL)
        work->ended(work->data);
}
