/* list_state.c: what the list's rows add up to, compared with the proven state.
 *
 * A row that was swapped, changed, left out or put back does not open or does not add up. The state that names the sum is
 * sealed and written with the log entry that records the change: one cannot be put back without the other.
 */
#include <stdlib.h>
#include <string.h>

#include "json/writer.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"

/* --- The sum over the rows ---------------------------------------------------------------------------------------- */

bool list_read_mark(sqlite3_stmt *statement, struct list_mark *mark)
{
    size_t size;
    const void *id = statement_column(statement, 0, WATCHLIST_ID_BYTES, WATCHLIST_ID_BYTES, &size);
    if (id == NULL)
        return false;
    memcpy(mark->id, id, WATCHLIST_ID_BYTES);
    for (int i = 0; i < LIST_ROW_TAGS; i++) {
        const uint8_t *bytes =
            statement_column(statement, 1 + i, LIST_TAG_BYTES, sealed_size(SEALED_BODY_MAX), &size);
        if (bytes == NULL)
            return false;
        memcpy(mark->tags[i], bytes + size - LIST_TAG_BYTES, LIST_TAG_BYTES);
    }
    return true;
}

static void add_mark(struct digest *digest, const struct list_mark *mark, struct list_sum *sum)
{
    digest_add(digest, mark, sizeof *mark);
    sum->count++;
}

bool list_add_row(struct digest *digest, sqlite3_stmt *statement, struct list_sum *sum)
{
    struct list_mark mark;
    if (!list_read_mark(statement, &mark))
        return false;
    add_mark(digest, &mark, sum);
    return true;
}

static enum reason add_rows(struct store *store, struct statement *rows, const struct watchlist_ids *without,
    struct list_sum *whole, struct list_sum *rest, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && statement_next(rows)) {
        struct list_mark mark;
        if (!list_read_mark(rows->row, &mark)) {
            reason = failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
            break;
        }
        add_mark(store->root_digest, &mark, whole);
        struct watchlist_id id;
        memcpy(id.bytes, mark.id, WATCHLIST_ID_BYTES);
        if (without != NULL && !watchlist_ids_have(without, &id))
            add_mark(store->digest, &mark, rest);
    }
    return statement_end(rows, reason);
}

enum reason list_add_up(struct store *store, uint64_t import, const struct watchlist_ids *without,
    struct list_sum *whole, struct list_sum *rest, struct failure *failure)
{
    struct list_sum unused;
    struct failure ended;
    struct statement rows;
    if (rest == NULL)
        rest = &unused;
    *whole = *rest = (struct list_sum){0};
    statement_begin(&rows, &store->database, STATEMENT_ALERT_ALL, failure);
    statement_bind_integer(&rows, 1, (int64_t)import);
    digest_begin(store->root_digest);
    digest_begin(store->digest);
    enum reason reason = add_rows(store, &rows, without, whole, rest, failure);
    enum reason end = digest_end(store->root_digest, whole->root, reason == REASON_DONE ? failure : &ended);
    if (reason == REASON_DONE)
        reason = end;
    end = digest_end(store->digest, rest->root, reason == REASON_DONE ? failure : &ended);
    return reason == REASON_DONE ? end : reason;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(((const struct list_mark *)a)->id, ((const struct list_mark *)b)->id, WATCHLIST_ID_BYTES);
}

enum reason list_add_up_marks(struct store *store, struct list_mark *marks, uint64_t count,
    struct list_sum *sum, struct failure *failure)
{
    *sum = (struct list_sum){0};
    if (count > 0)
        qsort(marks, count, sizeof *marks, compare_ids);
    digest_begin(store->root_digest);
    for (uint64_t i = 0; i < count; i++)
        add_mark(store->root_digest, &marks[i], sum);
    return digest_end(store->root_digest, sum->root, failure);
}

enum reason list_check(const struct list_state *state, const struct list_sum *sum, struct failure *failure)
{
    if (state->generation == 0)
        return sum->count == 0
                   ? REASON_DONE
                   : failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist",
                         "%llu rows where no list was ever installed", (unsigned long long)sum->count);
    if (sum->count != state->entry_count)
        return failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist",
            "%llu rows where the installed list has %llu", (unsigned long long)sum->count,
            (unsigned long long)state->entry_count);
    if (!equal_in_constant_time(sum->root, state->root, DIGEST_BYTES))
        return failure_set(failure, REASON_SEAL_BROKEN, "watchlist",
            "its rows are not those that were installed: swapped, changed or put back");
    return REASON_DONE;
}

static enum reason describe(const struct list_state *state, json_t *body, struct failure *failure)
{
    char root[DIGEST_HEX_SIZE];
    hex_format(state->root, DIGEST_BYTES, root);
    struct json_writer writer;
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "list", state->list_name);
    json_write_integer(&writer, "list_version", (int64_t)state->list_version);
    json_write_integer(&writer, "list_generation", (int64_t)state->generation);
    json_write_integer(&writer, "list_entries", (int64_t)state->entry_count);
    json_write_integer(&writer, "list_fingers", (int64_t)state->finger_count);
    json_write_text(&writer, "list_root", root);
    return json_writer_close(&writer, "log entry", failure);
}

enum reason list_state_change(struct list_state *state, uint64_t seq, json_t *body, struct failure *failure)
{
    state->generation++;
    state->change_seq = seq;
    return describe(state, body, failure);
}

enum reason list_check_successor(
    const struct list_state *now, const struct list_state *to_be, bool replace_list, struct failure *failure)
{
    if (now->generation == 0)
        return REASON_DONE;
    if (strcmp(now->list_name, to_be->list_name) != 0)
        return replace_list ? REASON_DONE
                            : failure_set(failure, REASON_LIST_OTHER, to_be->list_name, "installed is %s",
                                  now->list_name);
    if (to_be->list_version > now->list_version)
        return REASON_DONE;
    return failure_set(failure, REASON_LIST_VERSION_OLD, to_be->list_name, "version %llu, installed is %llu",
        (unsigned long long)to_be->list_version, (unsigned long long)now->list_version);
}
