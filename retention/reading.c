#include "retention/reading.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "json/parse.h"
#include "log/tile_path.h"

enum reason retention_read(struct store *store, const struct retention_basis *basis, uint64_t seq,
    json_t **entry, struct failure *failure)
{
    TRY(journal_read(store, seq, entry, failure));
    const struct retention_entry asked = retention_entry_of(*entry);
    enum reason reason = retention_check_gone(basis, &asked, failure);
    if (reason == REASON_DONE)
        return REASON_DONE;
    json_decref(*entry);
    *entry = NULL;
    return reason;
}

enum reason retention_read_one(struct store *store, uint64_t seq, json_t **entry, struct failure *failure)
{
    struct retention_basis *basis;
    *entry = NULL;
    TRY(retention_basis_read(store, &basis, failure));
    enum reason reason = retention_read(store, basis, seq, entry, failure);
    free(basis);
    return reason;
}

enum reason retention_search(struct store *store, struct journal_search *search, struct failure *failure)
{
    struct retention_basis *basis;
    search->entries = NULL;
    /* Read before the entries: what it says is gone stays gone. */
    TRY(retention_basis_read(store, &basis, failure));
    enum reason reason = journal_search(store, search, failure);
    for (size_t i = 0; i < json_array_size(search->entries) && reason == REASON_DONE; i++) {
        const struct retention_entry entry = retention_entry_of(json_array_get(search->entries, i));
        reason = retention_check_gone(basis, &entry, failure);
    }
    free(basis);
    return reason;
}

enum reason retention_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure)
{
    json_t *entry;
    *text = NULL;
    TRY(retention_read_one(store, seq, &entry, failure));
    json_decref(entry);
    return journal_receipt(store, seq, text, failure);
}

/* --- A bundle of bodies --------------------------------------------------------------------------------------- */

/* What its head says of it is not proven here: whatever a rule would take is read anew, proven. What can't be read as a body passes: whoever gets the
 * file sees that it is none. */
static enum reason check_body(struct store *store, const struct retention_basis *basis, uint64_t seq,
    const uint8_t *salted, size_t size, struct failure *failure)
{
    struct retention_entry asked = {.seq = seq, .event = ""};
    json_t *body, *entry = NULL;
    if (salted == NULL || size <= COMMIT_SALT_BYTES)
        return REASON_DONE;
    enum reason reason = json_parse(salted + COMMIT_SALT_BYTES, size - COMMIT_SALT_BYTES, &body, NULL);
    if (reason == REASON_NO_MEMORY)
        failure_set(failure, reason, "log entry", NULL);
    asked.body = body;
    if (reason == REASON_DONE && retention_check_gone(basis, &asked, NULL) != REASON_DONE)
        reason = retention_read(store, basis, seq, &entry, failure);
    json_decref(entry);
    json_decref(body);
    return reason == REASON_BAD_JSON ? REASON_DONE : reason;
}

static enum reason check_bundle(struct store *store, const struct retention_basis *basis,
    const struct tile_name *name, struct bytes_reader bodies, struct failure *failure)
{
    const uint64_t first = name->index * TILE_WIDTH;
    enum reason reason = REASON_DONE;
    for (unsigned i = 0;
         i < name->width && reason == REASON_DONE && retention_looked_behind(basis, first + i); i++) {
        const size_t size = bytes_read_u32be(&bodies);
        reason = check_body(store, basis, first + i, bytes_read_direct(&bodies, size), size, failure);
    }
    return reason;
}

static enum reason render_bodies(struct store *store, uint64_t size, uint32_t withheld,
    const struct tile_name *name, uint8_t **bytes, size_t *bytes_size, struct failure *failure)
{
    char path[TILE_PATH_SIZE];
    struct retention_basis *basis;
    struct bytes_reader bodies;
    TRY(retention_basis_read(store, &basis, failure));
    enum reason reason =
        journal_render(store, size, withheld, tile_path_format(name, path), bytes, bytes_size, failure);
    if (reason == REASON_DONE) {
        bytes_reader_init(&bodies, *bytes, *bytes_size);
        reason = check_bundle(store, basis, name, bodies, failure);
    }
    free(basis);
    if (reason == REASON_DONE || *bytes == NULL)
        return reason;
    memory_wipe(*bytes, *bytes_size);
    free(*bytes);
    *bytes = NULL;
    *bytes_size = 0;
    return reason;
}

enum reason retention_render(struct store *store, uint64_t size, uint32_t withheld, const char *path,
    uint8_t **bytes, size_t *bytes_size, struct failure *failure)
{
    struct tile_name name;
    *bytes = NULL;
    *bytes_size = 0;
    if (tile_path_parse(path, &name) && name.kind == TILE_BODIES)
        return render_bodies(store, size, withheld, &name, bytes, bytes_size, failure);
    return journal_render(store, size, withheld, path, bytes, bytes_size, failure);
}
