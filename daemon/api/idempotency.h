/* idempotency.h: requests that may come again, by the key that their sender gave them, and what was answered.
 *
 * A client that lost its connection, or waited in vain, sends the same request with the same Idempotency-Key: it is done once, and
 * answered as it was. A key is its principal's own, and belongs to one request: method, path, query and body. Answers lie in memory,
 * only so many for each principal, so that none can fill it (A9). What ended a transaction is answered by the log as well, as long as
 * that has it (recall.h). Where nothing was done no answer is kept: it may be done yet. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_IDEMPOTENCY_H
#define KORDON_DAEMON_API_IDEMPOTENCY_H

#include "daemon/kordond.h"
#include "daemon/transactions/secrets.h"

#define IDEMPOTENCY_EACH       64          /* requests of one principal that are remembered */
#define IDEMPOTENCY_EACH_BYTES (256 << 10) /* of their answers */
#define IDEMPOTENCY_ALL        2048        /* of all principals */

struct call;

/* A request with a key. */
struct repeatable {
    struct idempotency *idempotency;
    struct repeatable *next;
    struct principal principal;
    struct request_mark mark;
    int status;                      /* of the answer; 0: none yet */
    enum language language;          /* of the answer */
    char headers[HTTP_HEADERS_SIZE]; /* of the answer; its text: JSON */
    char *text;
    size_t size;
    struct call *call; /* the step that will answer; NULL: none was begun, or it has */
};

/* In its owner's struct. */
struct idempotency {
    struct repeatable *newest;
    uint32_t count;
};

/* Becomes the house's. */
void idempotency_init(struct idempotency *idempotency, struct kordond *kordond);

/* Wipes and frees all of them. No request with a key may be under way any more. */
void idempotency_finish(struct idempotency *idempotency);

/* The request of that principal with that key; *repeatable is new where it has no status and no call. IDEMPOTENCY_KEY_REUSED where the
 * key was another request's; BUSY where so many of this principal are under way; NO_MEMORY. */
enum reason idempotency_take(struct idempotency *idempotency, const struct principal *principal,
    const struct request_mark *mark, struct repeatable **repeatable, struct failure *failure);

/* It was answered so, in repeatable->language, which is told to whoever repeats it; text is copied. Where there is no memory for that, it is forgotten. */
void idempotency_answered(struct repeatable *repeatable, int status, const char *text, size_t size);

/* It was not done: it begins when it is sent again. */
void idempotency_forget(struct repeatable *repeatable);

#endif
