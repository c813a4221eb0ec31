/* import_daemon.c: an import through kordond, which enrols; kordonctl reads the files and finds by itself what is wrong with entries that
 * can't be sent. Two threads send what the main one has read, so that kordond has always something to do. */
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "crypto/base64.h"
#include "json/memory.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/import.h"

#define BATCH_ENTRIES 64
#define BATCH_BYTES   (256u << 10) /* of files; a larger entry goes alone */

#define SENDERS   2   /* as many batches as kordond takes at once */
#define TRIES_MAX 100 /* of 50 ms, for memory that another batch has */

struct sending;

/* A thread with a connection of its own. */
struct sender {
    struct sending *sending;
    struct client *client;
    pthread_t thread;
    bool started;
    json_t *body;                  /* to be sent; NULL: nothing */
    struct list_findings findings; /* that kordond told */
};

struct sending {
    struct import_run *run;
    char path[256]; /* of the import */
    struct json_writer entries, numbers;
    size_t count, bytes; /* entries, and bytes of the files in them */
    struct sender senders[SENDERS];
    pthread_mutex_t lock; /* over the senders' bodies and what follows */
    pthread_cond_t changed;
    bool over; /* nothing more comes */
    enum reason reason;
    struct failure failure; /* the first */
};

/* --- One entry, as it is sent */

static void count_fault(void *context, const char *field, const struct failure *failure)
{
    (void)field;
    (void)failure;
    ++*(size_t *)context;
}

/* Puts the file's bytes into the finger; false where they can't be had: list_entry_read() will say why. */
static bool add_data(
    struct sending *sending, json_t *finger, const struct manifest_finger *read, size_t *bytes)
{
    char path[PATH_MAX];
    uint8_t *file;
    size_t size;
    if (snprintf(path, sizeof path, "%s%s", sending->run->folder, read->file) >= (int)sizeof path ||
        file_read(path, sending->run->rules.file_bytes_max, &file, &size, NULL) != REASON_DONE)
        return false;
    char *text = malloc(BASE64_LENGTH(size) + 1);
    bool done = text != NULL && size > 0;
    if (text != NULL) {
        struct json_writer writer;
        json_writer_over(&writer, json_incref(finger));
        base64_encode(file, size, text);
        json_write_text(&writer, "data", text);
        done = json_writer_close(&writer, path, NULL) == REASON_DONE && done;
    }
    json_text_free(text);
    memory_wipe(file, size);
    free(file);
    *bytes += size;
    return done;
}

/* An entry that can be sent, with what is counted of it. */
struct sendable {
    json_t *entry; /* owned; NULL: something of it can't be sent */
    const char *case_number;
    size_t fingers, bytes;
};

static void make_sendable(struct sending *sending, json_t *object, struct sendable *sendable)
{
    size_t faults = 0;
    const struct json_faults counting = {count_fault, &faults};
    struct manifest_entry read;
    *sendable = (struct sendable){0};
    if (manifest_entry_parse(object, MANIFEST_WITH_FILES, &counting, &read) == REASON_DONE)
        sendable->entry = json_deep_copy(object);
    bool whole = sendable->entry != NULL;
    json_t *fingers = json_object_get(sendable->entry, "fingers");
    for (size_t i = 0; i < read.entry.finger_count && whole; i++)
        whole = add_data(sending, json_array_get(fingers, i), &read.fingers[i], &sendable->bytes);
    sendable->case_number = read.entry.case_number;
    sendable->fingers = read.entry.finger_count;
    manifest_entry_finish(&read);
    if (!whole) {
        json_decref(sendable->entry);
        sendable->entry = NULL;
    }
}

/* An entry with a fault that shows without kordond: all that is wrong with it is found here. */
static enum reason judge_here(struct sending *sending, size_t index, struct failure *failure)
{
    struct import_run *run = sending->run;
    const struct list_source source = import_source(run, index);
    struct list_entry *entry;
    bool sound;
    TRY(list_entry_read(&source, &run->rules, &entry, failure));
    enum reason reason = list_change_take(&run->change, entry, true, &sound, failure);
    list_entry_destroy(entry);
    return reason;
}

/* --- Senders */

/* The next body, or NULL at the end. */
static json_t *next_body(struct sender *sender)
{
    struct sending *sending = sender->sending;
    pthread_mutex_lock(&sending->lock);
    while (sender->body == NULL && !sending->over)
        pthread_cond_wait(&sending->changed, &sending->lock);
    json_t *body = sender->body;
    pthread_mutex_unlock(&sending->lock);
    return body;
}

static void note_outcome(struct sender *sender, enum reason reason, const struct failure *failure)
{
    struct sending *sending = sender->sending;
    pthread_mutex_lock(&sending->lock);
    sender->body = NULL;
    if (reason != REASON_DONE && sending->reason == REASON_DONE) {
        sending->reason = reason;
        sending->failure = *failure;
    }
    pthread_cond_broadcast(&sending->changed);
    pthread_mutex_unlock(&sending->lock);
}

static bool is_alone(const struct sender *sender)
{
    struct sending *sending = sender->sending;
    bool alone = true;
    pthread_mutex_lock(&sending->lock);
    for (size_t i = 0; i < SENDERS; i++)
        alone = alone && (&sending->senders[i] == sender || sending->senders[i].body == NULL);
    pthread_mutex_unlock(&sending->lock);
    return alone;
}

/* Where kordond can't lock memory for two batches, one waits for the other; not for ever, because both may wait. Takes body. */
static enum reason send_body(struct sender *sender, json_t *body, json_t **answer, struct failure *failure)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    char path[sizeof sender->sending->path + 16];
    snprintf(path, sizeof path, "%s/entries", sender->sending->path);
    for (int tries = 0;; tries++) {
        bool alone = is_alone(sender) || tries == TRIES_MAX;
        enum reason reason =
            client_put_json(sender->client, "POST", path, json_incref(body), answer, failure);
        if (reason != REASON_MEMLOCK_LIMIT || alone) {
            json_decref(body);
            return reason;
        }
        nanosleep(&pause, NULL);
    }
}

static void *sender_main(void *argument)
{
    struct sender *sender = argument;
    for (json_t *body; (body = next_body(sender)) != NULL;) {
        struct failure failure = {0};
        json_t *answer = NULL;
        enum reason reason = send_body(sender, body, &answer, &failure);
        list_findings_add_json(
            &sender->findings, json_object_get(answer, "faults"), json_object_get(answer, "notes"));
        json_decref(answer);
        note_outcome(sender, reason, &failure);
    }
    return NULL;
}

static enum reason start_senders(struct sending *sending, struct failure *failure)
{
    for (size_t i = 0; i < SENDERS; i++) {
        struct sender *sender = &sending->senders[i];
        sender->sending = sending;
        enum reason reason = session_connect(sending->run->session, &sender->client, failure);
        if (reason != REASON_DONE)
            return reason;
        int error = pthread_create(&sender->thread, NULL, sender_main, sender);
        if (error != 0)
            return failure_set(failure, REASON_SYSTEM_ERROR, "import", "pthread_create: error %d", error);
        sender->started = true;
    }
    return REASON_DONE;
}

/* What was handed over is sent to its end; what kordond told joins what was found here. */
static enum reason end_senders(struct sending *sending, struct failure *failure)
{
    pthread_mutex_lock(&sending->lock);
    sending->over = true;
    pthread_cond_broadcast(&sending->changed);
    pthread_mutex_unlock(&sending->lock);
    for (size_t i = 0; i < SENDERS; i++) {
        struct sender *sender = &sending->senders[i];
        if (sender->started)
            pthread_join(sender->thread, NULL);
        client_close(sender->client);
        list_findings_add(&sending->run->change.findings, &sender->findings);
        list_findings_finish(&sender->findings);
    }
    if (sending->reason != REASON_DONE)
        *failure = sending->failure;
    return sending->reason;
}

/* --- Batches */

/* A sender that has nothing to do; lock held. */
static struct sender *find_idle(struct sending *sending)
{
    for (size_t i = 0; i < SENDERS; i++)
        if (sending->senders[i].body == NULL)
            return &sending->senders[i];
    return NULL;
}

/* Hands body over when a sender is free; the reason for which one failed before. */
static enum reason hand_over(struct sending *sending, json_t *body, struct failure *failure)
{
    struct sender *idle;
    pthread_mutex_lock(&sending->lock);
    while ((idle = find_idle(sending)) == NULL)
        pthread_cond_wait(&sending->changed, &sending->lock);
    enum reason reason = sending->reason;
    if (reason == REASON_DONE)
        idle->body = body;
    else
        *failure = sending->failure;
    pthread_cond_broadcast(&sending->changed);
    pthread_mutex_unlock(&sending->lock);
    if (reason != REASON_DONE)
        json_decref(body);
    return reason;
}

static void begin_batch(struct sending *sending)
{
    json_writer_array(&sending->entries);
    json_writer_array(&sending->numbers);
    sending->count = sending->bytes = 0;
}

static enum reason send_batch(struct sending *sending, struct failure *failure)
{
    if (sending->count == 0)
        return REASON_DONE;
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_value(&writer, "entries", json_writer_end(&sending->entries));
    json_write_value(&writer, "numbers", json_writer_end(&sending->numbers));
    begin_batch(sending);
    json_t *body = json_writer_end(&writer);
    if (body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    progress_show(&sending->run->progress, &sending->run->change);
    return hand_over(sending, body, failure);
}

static enum reason send_entry(struct sending *sending, size_t index, struct failure *failure)
{
    struct import_run *run = sending->run;
    struct sendable sendable;
    bool before = false;
    make_sendable(sending, manifest_entry_object(&run->manifest, index), &sendable);
    enum reason reason = REASON_DONE;
    if (sendable.entry != NULL)
        reason = list_change_pass(
            &run->change, sendable.case_number, sendable.fingers, sendable.bytes, &before, failure);
    if (reason == REASON_DONE && (sendable.entry == NULL || before))
        reason = judge_here(sending, index, failure);
    else if (reason == REASON_DONE && sending->bytes > 0 && sending->bytes + sendable.bytes > BATCH_BYTES)
        reason = send_batch(sending, failure);
    if (reason == REASON_DONE && sendable.entry != NULL && !before) {
        json_append_value(&sending->entries, sendable.entry); /* the sender's, from the hand-over on */
        sendable.entry = NULL;
        json_append_integer(&sending->numbers, (int64_t)index + 1);
        sending->count++;
        sending->bytes += sendable.bytes;
        if (sending->count == BATCH_ENTRIES || sending->bytes >= BATCH_BYTES)
            reason = send_batch(sending, failure);
    }
    json_decref(sendable.entry);
    return reason;
}

static enum reason send_all(struct sending *sending, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < sending->run->manifest.count && reason == REASON_DONE; i++) {
        reason = import_check_going(failure);
        if (reason == REASON_DONE)
            reason = send_entry(sending, i, failure);
    }
    return reason == REASON_DONE ? send_batch(sending, failure) : reason;
}

/* --- The whole */

static enum reason begin(struct sending *sending, struct failure *failure)
{
    const struct list_request *request = &sending->run->change.request;
    struct json_writer writer;
    json_t *answer;
    json_writer_object(&writer);
    json_write_text(&writer, "list", request->list_name);
    json_write_integer(&writer, "version", (int64_t)request->list_version);
    json_write_integer(&writer, "entries", (int64_t)request->entries);
    json_write_integer(&writer, "bytes", (int64_t)request->bytes);
    json_write_boolean(&writer, "allow_empty", request->allow_empty);
    json_write_boolean(&writer, "replace_list", request->replace_list);
    json_write_boolean(&writer, "list_poor_prints", request->list_poor_prints);
    json_write_boolean(&writer, "dry_run", request->dry_run);
    TRY(client_put_json(sending->run->session->client, "POST", "/v1/watchlist/imports",
        json_writer_end(&writer), &answer, failure));
    const char *id = json_string_value(json_object_get(answer, "import"));
    snprintf(sending->path, sizeof sending->path, "/v1/watchlist/imports/%.128s", id != NULL ? id : "");
    json_decref(answer);
    return REASON_DONE;
}

static enum reason commit(struct sending *sending, struct failure *failure)
{
    struct import_run *run = sending->run;
    char path[sizeof sending->path + 16];
    snprintf(path, sizeof path, "%s/commit", sending->path);
    struct json_writer writer;
    progress_say(&run->progress, "kordond builds and checks the whole list ...");
    json_writer_object(&writer);
    json_write_text(
        &writer, "justification", session_option(run->session, OPTION_JUSTIFICATION, IMPORT_JUSTIFICATION));
    return client_put_json(
        run->session->client, "POST", path, json_writer_end(&writer), &run->answer, failure);
}

/* Nothing of it stays, and the next one need not wait. */
static void cancel(struct sending *sending)
{
    struct failure ignored;
    struct client_request request = {.method = "DELETE", .path = sending->path};
    client_send_json(sending->run->session->client, &request, NULL, &ignored);
}

static enum reason send_list(struct sending *sending, struct failure *failure)
{
    struct failure other = {0};
    enum reason reason = start_senders(sending, failure);
    if (reason == REASON_DONE)
        reason = send_all(sending, failure);
    enum reason sent = end_senders(sending, &other);
    if (reason == REASON_DONE && sent != REASON_DONE)
        *failure = other;
    return reason == REASON_DONE ? sent : reason;
}

enum reason import_through_daemon(struct import_run *run, struct failure *failure)
{
    struct sending sending = {
        .run = run, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    begin_batch(&sending);
    enum reason reason = begin(&sending, failure);
    if (reason == REASON_DONE) {
        reason = send_list(&sending, failure);
        if (reason == REASON_DONE)
            reason = list_change_check(&run->change, failure);
        if (reason == REASON_DONE)
            reason = commit(&sending, failure);
        if (reason != REASON_DONE)
            cancel(&sending);
    }
    json_decref(json_writer_end(&sending.entries));
    json_decref(json_writer_end(&sending.numbers));
    return reason;
}
