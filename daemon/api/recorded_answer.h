/* recorded_answer.h: an answer from memory that tells somebody of what is not his: that he looks is recorded before (L4). What is read on
 * the reading thread has state_reading.h. Loop's thread. */
#ifndef KORDON_DAEMON_API_RECORDED_ANSWER_H
#define KORDON_DAEMON_API_RECORDED_ANSWER_H

#include "daemon/kordond.h"

/* Answers the request, whose client is still there. What the recording waited for may have changed what there is to tell. */
typedef void recorded_answer(struct kordond *kordond, struct http_request *request);

/* Calls answer when the entry with that body (taken over; NULL: there was no memory to make it) is durable; where it can't be, the request is
 * answered with the reason. It counts among the entries that the principal may cause (A9). */
void answer_when_recorded(
    struct kordond *kordond, struct http_request *request, json_t *body, recorded_answer *answer);

#endif
