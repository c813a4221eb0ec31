/* slot_forms: what of a match is kept in a state, as it lies there, and what its key opens: for looking for it afterwards.
 *
 * usage: slot_forms STATE KEY FOLDER CONTENT
 *
 * STATE is a state's folder, also one that kordond has open, in which one slot keeps something; KEY is its machine key ("file:..."). Into FOLDER
 * go slot_sealed, slot_key_wrapped and slot_key (find_leftovers looks for them), into the file CONTENT what is sealed there.
 *
 * Exit status: 0; 2: no slot keeps anything; 1: whatever else, also where the slot does not open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/bytes.h"
#include "base/file.h"
#include "store/probe_slot_internal.h"

struct found {
    uint32_t slot;
    size_t count;
};

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "slot_forms: %s\n", what);
    exit(1);
}

static void need(enum reason reason, const struct failure *failure)
{
    char line[600];
    require(reason == REASON_DONE, failure_line(failure, line, sizeof line));
}

static void write_form(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    require(file_write(path, bytes, size, 0600, NULL) == REASON_DONE, path);
}

static enum reason note(void *context, uint32_t slot, struct failure *failure)
{
    struct found *found = context;
    (void)failure;
    found->slot = slot;
    found->count++;
    return REASON_DONE;
}

/* The key as kordond takes it from there; probe_slot.c says where it lies, and what it is bound to. */
static void write_sealed(const struct store *store, uint32_t slot, const char *folder)
{
    struct sealed_place place = {.table = "probe_slot", .column = "sealed", .epoch = KEY_EPOCH, .version = 1};
    struct failure failure = {0};
    struct bytes_writer writer;
    uint8_t key[KEY_BYTES];
    sqlite3_stmt *row;
    memcpy(place.database, store->proven.database_id, SEALED_ID_BYTES);
    bytes_writer_init(&writer, place.id, sizeof place.id);
    bytes_write_u32be(&writer, slot);
    require(sqlite3_prepare_v2(store->database.connection, "SELECT sealed FROM probe_slot WHERE slot = ?", -1,
                &row, NULL) == SQLITE_OK &&
                sqlite3_bind_int64(row, 1, slot) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW,
        "the slot is not there");
    const uint8_t *sealed = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);
    require(sealed != NULL && size > SEALED_WRAPPED_KEY_BYTES, "the slot is empty");
    need(sealed_record_unwrap_key(
             store->sealer, store->keys->body, &place, sealed, SEALED_WRAPPED_KEY_BYTES, key, &failure),
        &failure);
    write_form(folder, "slot_key", key, sizeof key);
    write_form(folder, "slot_key_wrapped", sealed, SEALED_WRAPPED_KEY_BYTES);
    write_form(folder, "slot_sealed", sealed + SEALED_WRAPPED_KEY_BYTES, size - SEALED_WRAPPED_KEY_BYTES);
    sqlite3_finalize(row);
}

static void write_content(struct store *store, uint32_t slot, const char *path)
{
    struct locked_memory content;
    struct failure failure = {0};
    uint8_t salt[PROBE_SALT_BYTES];
    size_t size;
    need(probe_slot_read(store, slot, &content, &size, salt, &failure), &failure);
    need(file_write(path, content.bytes, size, 0600, &failure), &failure);
    locked_memory_finish(&content);
}

int main(int argc, char **argv)
{
    struct key_provider *provider;
    struct store *store;
    struct failure failure = {0};
    struct found found = {0};
    require(argc == 5, "usage: slot_forms STATE KEY FOLDER CONTENT");
    need(key_provider_open(argv[2], &provider, &failure), &failure);
    const struct store_options options = {.directory = argv[1], .provider = provider};
    need(store_open(&options, STORE_READ, &store, &failure), &failure);
    need(probe_slots_each(store, note, &found, &failure), &failure);
    require(found.count <= 1, "more than one slot keeps something");
    if (found.count == 1) {
        write_sealed(store, found.slot, argv[3]);
        write_content(store, found.slot, argv[4]);
    }
    store_close(store);
    key_provider_close(provider);
    return found.count == 1 ? 0 : 2;
}
