#include "daemon/api/idempotency.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"

static void clear_answer(struct repeatable *repeatable)
{
    if (repeatable->text != NULL)
        memory_wipe(repeatable->text, repeatable->size);
    free(repeatable->text);
    repeatable->text = NULL;
    repeatable->size = 0;
}

static void drop(struct idempotency *idempotency, struct repeatable *repeatable)
{
    struct repeatable **place = &idempotency->newest;
    while (*place != repeatable)
        place = &(*place)->next;
    *place = repeatable->next;
    idempotency->count--;
    clear_answer(repeatable);
    free(repeatable);
}

void idempotency_forget(struct repeatable *repeatable)
{
    drop(repeatable->idempotency, repeatable);
}

void idempotency_init(struct idempotency *idempotency, struct kordond *kordond)
{
    *idempotency = (struct idempotency){0};
    kordond->idempotency = idempotency;
}

void idempotency_finish(struct idempotency *idempotency)
{
    while (idempotency->newest != NULL)
        drop(idempotency, idempotency->newest);
}

/* --- Bounds */

/* What one principal, or everybody (NULL), is remembered for. */
struct holding {
    uint32_t count;
    size_t bytes;
    struct repeatable *oldest; /* answered one; NULL: all are under way */
};

static struct holding holding_of(const struct idempotency *idempotency, const struct principal *principal)
{
    struct holding holding = {0};
    for (struct repeatable *each = idempotency->newest; each != NULL; each = each->next) {
        if (principal != NULL && !principal_is(&each->principal, principal))
            continue;
        holding.count++;
        holding.bytes += each->size;
        if (each->status != 0)
            holding.oldest = each;
    }
    return holding;
}

/* Room for one more of this principal: his own oldest goes first, and then whoever's. */
static enum reason make_room(
    struct idempotency *idempotency, const struct principal *principal, struct failure *failure)
{
    struct holding own = holding_of(idempotency, principal);
    if (own.count >= IDEMPOTENCY_EACH && own.oldest == NULL)
        return failure_set(failure, REASON_BUSY, "Idempotency-Key", "%u requests are under way", own.count);
    if (own.count >= IDEMPOTENCY_EACH)
        drop(idempotency, own.oldest);
    struct holding all = holding_of(idempotency, NULL);
    if (all.count < IDEMPOTENCY_ALL)
        return REASON_DONE;
    if (all.oldest == NULL)
        return failure_set(failure, REASON_BUSY, "Idempotency-Key", "%u requests are under way", all.count);
    drop(idempotency, all.oldest);
    return REASON_DONE;
}

/* --- Requests */

static struct repeatable *find(
    const struct idempotency *idempotency, const struct principal *principal, const struct request_mark *mark)
{
    for (struct repeatable *each = idempotency->newest; each != NULL; each = each->next)
        if (principal_is(&each->principal, principal) && strcmp(each->mark.key, mark->key) == 0)
            return each;
    return NULL;
}

static enum reason add(struct idempotency *idempotency, const struct principal *principal,
    const struct request_mark *mark, struct repeatable **repeatable, struct failure *failure)
{
    TRY(make_room(idempotency, principal, failure));
    struct repeatable *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "Idempotency-Key", NULL);
    made->idempotency = idempotency;
    made->principal = *principal;
    made->mark = *mark;
    made->next = idempotency->newest;
    idempotency->newest = made;
    idempotency->count++;
    *repeatable = made;
    return REASON_DONE;
}

enum reason idempotency_take(struct idempotency *idempotency, const struct principal *principal,
    const struct request_mark *mark, struct repeatable **repeatable, struct failure *failure)
{
    *repeatable = find(idempotency, principal, mark);
    if (*repeatable == NULL)
        return add(idempotency, principal, mark, repeatable, failure);
    if (request_mark_is(&(*repeatable)->mark, mark))
        return REASON_DONE;
    *repeatable = NULL;
    return failure_set(failure, REASON_IDEMPOTENCY_KEY_REUSED, "Idempotency-Key", NULL);
}

void idempotency_answered(struct repeatable *repeatable, int status, const char *text, size_t size)
{
    struct idempotency *idempotency = repeatable->idempotency;
    repeatable->call = NULL;
    repeatable->text = size <= IDEMPOTENCY_EACH_BYTES ? malloc(size) : NULL;
    if (repeatable->text == NULL) {
        idempotency_forget(repeatable);
        return;
    }
    memcpy(repeatable->text, text, size);
    repeatable->size = size;
    struct holding own = holding_of(idempotency, &repeatable->principal);
    while (own.bytes > IDEMPOTENCY_EACH_BYTES && own.oldest != NULL) {
        drop(idempotency, own.oldest);
        own = holding_of(idempotency, &repeatable->principal);
    }
    repeatable->status = status; /* not before: it does not give way to itself */
}
