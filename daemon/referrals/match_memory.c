#include "daemon/referrals/match_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "daemon/referrals/referrals.h"

struct match_block {
    struct match_block *next;
    struct referral_match matches[MATCH_BLOCK];
};

/* Wiped where it was used, or touched by this for the first time. */
static void add_spare(struct match_memory *memory, struct referral_match *match)
{
    memory_wipe(match, sizeof *match);
    match->next = memory->spare;
    memory->spare = match;
    memory->spare_count++;
}

static enum reason add_block(struct match_memory *memory, struct failure *failure)
{
    struct match_block *block = malloc(sizeof *block);
    if (block == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    block->next = memory->blocks;
    memory->blocks = block;
    for (size_t i = 0; i < MATCH_BLOCK; i++)
        add_spare(memory, &block->matches[i]);
    return REASON_DONE;
}

enum reason match_memory_look(struct match_memory *memory, uint32_t more, struct failure *failure)
{
    while (memory->spare_count < (size_t)MATCH_SPARE + more)
        TRY(add_block(memory, failure));
    return REASON_DONE;
}

enum reason match_memory_take(
    struct match_memory *memory, struct referral_match **match, struct failure *failure)
{
    *match = NULL;
    if (memory->spare_count == 0)
        TRY(add_block(memory, failure));
    *match = memory->spare;
    memory->spare = (*match)->next;
    memory->spare_count--;
    (*match)->next = NULL;
    return REASON_DONE;
}

void match_memory_give_back(struct match_memory *memory, struct referral_match *match)
{
    for (size_t i = 0; i < match->count; i++)
        log_readers_finish(&match->referrals[i].readers);
    add_spare(memory, match);
}

void match_memory_finish(struct match_memory *memory)
{
    while (memory->blocks != NULL) {
        struct match_block *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
    *memory = (struct match_memory){0};
}
