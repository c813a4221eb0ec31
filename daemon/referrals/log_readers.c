#include "daemon/referrals/log_readers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/language.h"
#include "daemon/evidence.h"
#include "log/entry.h"
#include "retention/reading.h"

#define PAGE 256 /* entries: so long whoever else wants to read waits at most */

/* --- Looked for ------------------------------------------------------------------------------------------------ */

/* Looks at people's acts and looks have a "what"; the match's own entry has none. */
static bool is_the_match(const json_t *entry, const char *transaction)
{
    const json_t *body = json_object_get(entry, "body");
    return log_entry_is(entry, LOG_EVENT_CONSULTATION) && log_says(body, "transaction", transaction) &&
           json_object_get(body, "what") == NULL;
}

static struct log_reader reader_of(const json_t *body)
{
    const char *proof = json_string_value(json_object_get(body, "actor_proof"));
    const json_t *uid = json_object_get(body, "actor_uid");
    char identity[PRINCIPAL_IDENTITY_SIZE];
    struct log_reader reader = {.person = referral_person_named(evidence_identity_of(body, identity))};
    if (json_is_integer(uid))
        snprintf(
            reader.proof, sizeof reader.proof, IDENTITY_UID "%" JSON_INTEGER_FORMAT, json_integer_value(uid));
    else if (proof != NULL)
        snprintf(reader.proof, sizeof reader.proof, "%s", proof);
    return reader;
}

static bool is_there(const struct log_readers *readers, const struct log_reader *reader)
{
    for (size_t i = 0; i < readers->count; i++)
        if (strcmp(readers->items[i].person.identity, reader->person.identity) == 0 &&
            strcmp(readers->items[i].proof, reader->proof) == 0)
            return true;
    return false;
}

/* Each once: who reads a log reads many pages of it. */
static enum reason add(struct log_readers *readers, const json_t *body, struct failure *failure)
{
    const struct log_reader reader = reader_of(body);
    if (is_there(readers, &reader))
        return REASON_DONE;
    struct log_reader *items = realloc(readers->items, (readers->count + 1) * sizeof *items);
    if (items == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    readers->items = items;
    readers->items[readers->count++] = reader;
    return REASON_DONE;
}

/* Nothing before this entry needs to be read. */
static bool is_last(const struct log_readers *readers, const json_t *head)
{
    const uint64_t size = readers->size > readers->origin.log_size ? readers->size : readers->origin.log_size;
    return json_integer_value(json_object_get(head, "seq")) <= (json_int_t)size;
}

static enum reason take(struct log_readers *readers, const json_t *entry, bool *last, struct failure *failure)
{
    const json_t *head = json_object_get(entry, "head"), *body = json_object_get(entry, "body");
    const bool shows =
        log_access_shows_referrals(body) || log_access_shows_result(body, readers->transaction);
    *last = is_last(readers, head);
    if (!json_is_object(body)) {
        readers->gone = readers->gone || log_entry_is(entry, LOG_EVENT_CONSULTATION);
        /* What was of a reading may have been of one that showed the match. */
        if (log_entry_is(entry, LOG_EVENT_ACCESS))
            readers->state = LOG_READERS_LOST;
    } else if (!shows && is_the_match(entry, readers->transaction)) {
        readers->state = LOG_READERS_KNOWN;
    }
    return shows ? add(readers, body, failure) : REASON_DONE;
}

/* Where the match was not met, though all was looked at, and its body can't be one of those that are erased, this is not the log that it was made in. */
static enum reason take_page(struct log_readers *readers, const json_t *entries, struct failure *failure)
{
    bool last = false;
    for (size_t i = 0; i < json_array_size(entries) && !log_readers_are_found(readers) && !last; i++)
        TRY(take(readers, json_array_get(entries, i), &last, failure));
    if (!log_readers_are_found(readers) && (last || !readers->search.more))
        readers->state = readers->size > 0 || readers->gone ? LOG_READERS_KNOWN : LOG_READERS_LOST;
    if (readers->state == LOG_READERS_KNOWN)
        readers->size = readers->search.size;
    return REASON_DONE;
}

/* What the id says counts where the log begins as it did then. */
static enum reason check_origin(
    struct log_readers *readers, struct store *store, uint64_t size, struct failure *failure)
{
    struct transaction_origin *origin = &readers->origin;
    uint8_t root[DIGEST_BYTES];
    if (origin->log_size >= size)
        origin->log_size = 0;
    if (origin->log_size == 0)
        return REASON_DONE;
    TRY(journal_root(store, origin->log_size, root, failure));
    if (transaction_log_mark(root) != origin->log_mark)
        origin->log_size = 0;
    return REASON_DONE;
}

static enum reason begin(struct log_readers *readers, struct store *store, struct failure *failure)
{
    uint64_t size;
    TRY(journal_newest_size(store, &size, failure));
    if (readers->size == 0)
        TRY(check_origin(readers, store, size, failure));
    readers->search = (struct journal_search){.newest_first = true, .limit = PAGE, .size = size};
    readers->state = size > 0 && readers->size == size ? LOG_READERS_KNOWN : LOG_READERS_LOOKED_FOR;
    return REASON_DONE;
}

bool log_readers_are_found(const struct log_readers *readers)
{
    return readers->state == LOG_READERS_KNOWN || readers->state == LOG_READERS_LOST;
}

enum reason log_readers_look(struct log_readers *readers, struct store *store, struct failure *failure)
{
    struct journal_search *search = &readers->search;
    if (readers->state == LOG_READERS_WANTED)
        TRY(begin(readers, store, failure));
    if (log_readers_are_found(readers))
        return REASON_DONE;
    search->more = false;
    enum reason reason = retention_search(store, search, failure);
    if (reason == REASON_DONE)
        reason = take_page(readers, search->entries, failure);
    json_decref(search->entries);
    search->entries = NULL;
    search->begins_behind = true;
    search->after = search->looked;
    return reason;
}

/* --- Kept ------------------------------------------------------------------------------------------------------ */

struct log_readers log_readers_of(const char *transaction, const struct transaction_origin *origin)
{
    struct log_readers readers = {.origin = *origin};
    snprintf(readers.transaction, sizeof readers.transaction, "%s", transaction);
    return readers;
}

enum reason log_readers_copy(
    struct log_readers *copy, const struct log_readers *readers, struct failure *failure)
{
    const size_t count = readers->state == LOG_READERS_KNOWN ? readers->count : 0;
    struct log_reader *items = count > 0 ? malloc(count * sizeof *items) : NULL;
    *copy = (struct log_readers){0};
    if (count > 0 && items == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    *copy = log_readers_of(readers->transaction, &readers->origin);
    if (readers->state == LOG_READERS_KNOWN)
        copy->size = readers->size;
    if (count > 0)
        memcpy(items, readers->items, count * sizeof *items);
    copy->items = items;
    copy->count = count;
    return REASON_DONE;
}

void log_readers_go_on(struct log_readers *readers)
{
    if (readers->state == LOG_READERS_KNOWN)
        readers->state = LOG_READERS_WANTED;
}

void log_readers_finish(struct log_readers *readers)
{
    free(readers->items);
    *readers = (struct log_readers){0};
}

/* --- Judged ---------------------------------------------------------------------------------------------------- */

/* now: as whom the register knows by what proved him then. */
static enum reason check_one(const struct log_reader *reader, const struct referral_person *now,
    const struct referral_person *person, struct failure *failure)
{
    const bool was_known = reader->person.registered || now == NULL;
    if (referral_person_is(&reader->person, person) || (now != NULL && referral_person_is(now, person)))
        return failure_set(failure, REASON_NOT_PERMITTED, "referral",
            N_("who has read the log since the match takes and frees no seat at it: another one can"));
    if ((was_known && !referral_persons_are_two(&reader->person, person)) ||
        (now != NULL && !referral_persons_are_two(now, person)))
        return failure_set(failure, REASON_NOT_PERMITTED, "referral",
            N_("nobody knows whether it is another person than one who has read the log since the match: "
               "register who reads the log, and whoever takes or frees a seat"));
    return REASON_DONE;
}

enum reason log_readers_check(const struct log_readers *readers, const struct staff_register *staff,
    const struct referral_person *person, struct failure *failure)
{
    if (readers->state == LOG_READERS_LOST)
        return failure_set(failure, REASON_REFERRAL_STATE, "referral",
            N_("who has read the log since the match is not known any more, so nobody takes a seat at it: "
               "have the traveller verified elsewhere, and a supervisor end it"));
    for (size_t i = 0; i < readers->count; i++) {
        const struct log_reader *reader = &readers->items[i];
        const struct register_proof *proof = register_find_proof(staff, reader->proof);
        const struct referral_person now = referral_person_named(proof != NULL ? proof->holder->name : "");
        TRY(check_one(reader, proof != NULL ? &now : NULL, person, failure));
    }
    return REASON_DONE;
}
