/* state_reading.h: reading the log, the list or a document of the state for a client, and where it tells of somebody before that the entry
 * that says who reads, durable.
 *
 * Each kind of reading embeds this struct as their first member. Loop's thread; job.run comes on the reading thread.
 */
#ifndef KORDON_DAEMON_API_STATE_READING_H
#define KORDON_DAEMON_API_STATE_READING_H

#include "daemon/api/call.h"
#include "daemon/threads/store_reader.h"

struct state_reading {
    struct reader_job job; /* first: the job is the reading; run and done are the caller's to set */
    struct call call;
    uint64_t recorded; /* the number of the entry about it, once that is durable */
    /* That entry says that bodies are withheld from him (LOG_WITHHELD): they are, though he gives back his seat meanwhile. */
    bool in_part;
    struct principal principal; /* who reads; zeroed where that is not recorded */
    /* private */
    struct journal_entry record;
    bool counted; /* of his share: to be given back */
};

/* A copy of wanted, size bytes that begin with a struct state_reading whose run and done are set; the caller's, to be freed in done(). NULL:
 * there was no memory, and the request is answered so. what: is read, for the failure. */
void *state_reading_new(struct http_request *request, const char *what, const void *wanted, size_t size);

/* Starts the reading, in memory that stays the caller's until done(). record: the body of the entry that must be durable
 * before anything is read, taken over; NULL: there was no memory to make it. Where it can't be recorded nothing is read, and done()
 * comes with the reason. BUSY where this principal reads so much at once already (A9). */
void state_reading_start_recorded(struct state_reading *reading, struct kordond *kordond,
    struct http_request *request, enum log_event event, json_t *record);

/* The same of what tells of nobody, and needs no record. */
void state_reading_start_unrecorded(
    struct state_reading *reading, struct kordond *kordond, struct http_request *request);

/* To be called in done(), when it has been answered, before the memory is freed. */
void state_reading_end(struct state_reading *reading);

#endif
