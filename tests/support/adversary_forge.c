/* adversary_forge.c: a history made up, with every hash right: SHA-256 needs no key. */
#include <stdio.h>
#include <string.h>

#include "tests/support/adversary.h"

static bool has_tree_row(sqlite3 *database)
{
    return adversary_number(
               database, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'tree'") > 0;
}

static bool write_bytes(
    sqlite3 *database, const char *sql, int64_t a, int64_t b, const void *bytes, size_t size)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int64(statement, 1, a);
    sqlite3_bind_int64(statement, 2, b);
    sqlite3_bind_blob(statement, 3, bytes, (int)size, SQLITE_STATIC);
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return done;
}

static bool write_tree_row(
    sqlite3 *database, const struct adversary_world *world, const struct merkle_edge *edge)
{
    uint8_t root[DIGEST_BYTES];
    if (!has_tree_row(database))
        return true;
    merkle_edge_root(edge, world->digest, root, NULL);
    return write_bytes(
        database, "UPDATE tree SET size = ?1 + ?2, root = ?3", (int64_t)edge->size, 0, root, DIGEST_BYTES);
}

/* A head like any other, of a body that nobody can ask for. */
static size_t make_head(
    const struct adversary_world *world, uint64_t seq, const char *event, char head[static 256])
{
    return (size_t)snprintf(head, 256,
        "{\"commit\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"event\":\"%s\",\"key\":\"%02x%02x%"
        "02x%02x\","
        "\"seq\":%llu,\"t\":1764000000000,\"v\":1}",
        event, world->verifier.id[0], world->verifier.id[1], world->verifier.id[2], world->verifier.id[3],
        (unsigned long long)seq);
}

/* What is made up: one head of the past, with the nodes above it below a level (the peaks may stay the true ones), and
 * heads behind the true ones. */
struct forgery {
    uint64_t seq; /* UINT64_MAX: none of the past */
    unsigned levels;
    size_t heads;
};

static bool write_node(
    sqlite3 *database, const struct forgery *forgery, const struct merkle_stored_node *node, bool new)
{
    const char *sql = new ? "INSERT INTO node VALUES (?1, ?2, ?3)"
                          : "UPDATE node SET hash = ?3 WHERE level = ?1 AND place = ?2";
    if (!new && (node->level >= forgery->levels || forgery->seq == UINT64_MAX ||
                    node->index != forgery->seq >> node->level))
        return true;
    return write_bytes(database, sql, node->level, (int64_t)node->index, node->hash, DIGEST_BYTES);
}

static bool forge(sqlite3 *database, const struct adversary_world *world, const struct forgery *forgery)
{
    struct merkle_edge edge = {0};
    bool done = true;
    while (done && edge.size < world->truth.size + forgery->heads) {
        struct merkle_stored_node nodes[MERKLE_LEVELS_MAX];
        uint64_t seq = edge.size;
        bool new = seq >= world->truth.size;
        char head[256];
        uint8_t leaf[DIGEST_BYTES];
        size_t count, size = make_head(world, seq, "consultation", head);
        if (new || seq == forgery->seq) {
            merkle_leaf(world->digest, head, size, leaf, NULL);
            done = write_bytes(
                database, "INSERT OR REPLACE INTO entry VALUES (?1 + ?2, ?3)", (int64_t)seq, 0, head, size);
        } else {
            memcpy(leaf, world->truth.leaves[seq], DIGEST_BYTES);
        }
        merkle_edge_append(&edge, world->digest, leaf, nodes, &count, NULL);
        for (size_t i = 0; i < count; i++)
            done = done && write_node(database, forgery, &nodes[i], new);
    }
    bool whole = forgery->heads > 0 || forgery->levels >= MERKLE_LEVELS_MAX;
    return done && (!whole || write_tree_row(database, world, &edge));
}

bool adversary_forge_tail(sqlite3 *database, const struct adversary_world *world, size_t heads)
{
    struct forgery forgery = {.seq = UINT64_MAX, .heads = heads};
    return forge(database, world, &forgery);
}

bool adversary_forge_bodies(sqlite3 *database, size_t heads)
{
    return adversary_sql(database,
        "INSERT INTO body SELECT seq + %d, wrapped, sealed FROM body ORDER BY seq DESC LIMIT %d", (int)heads,
        (int)heads);
}

static sqlite3 *begin(struct adversary_case *work)
{
    sqlite3 *database = adversary_database(work);
    if (database != NULL)
        adversary_drop_triggers(database);
    return database;
}

static bool end(struct adversary_case *work, sqlite3 *database, bool done)
{
    if (database != NULL && work->turn % 2 == 0)
        adversary_restore_triggers(work, database);
    sqlite3_close(database);
    return done;
}

static bool forge_tail(struct adversary_case *work)
{
    sqlite3 *database = begin(work);
    size_t heads = 1 + adversary_below(work, 5);
    bool bodies = adversary_below(work, 2) == 0;
    bool done = database != NULL && adversary_forge_tail(database, work->world, heads);
    if (done && bodies)
        adversary_forge_bodies(database, heads);
    adversary_said(work, "%zu heads forged, %s bodies", heads, bodies ? "with" : "without");
    return end(work, database, done);
}

static bool forge_past(struct adversary_case *work)
{
    sqlite3 *database = begin(work);
    struct forgery forgery = {.seq = adversary_below(work, work->world->truth.size),
        .levels = adversary_below(work, 3) == 0 ? MERKLE_LEVELS_MAX : (unsigned)adversary_below(work, 6)};
    bool done = database != NULL && forge(database, work->world, &forgery);
    adversary_said(work, "head %llu rewritten with nodes below level %u", (unsigned long long)forgery.seq,
        forgery.levels);
    return end(work, database, done);
}

static bool forge_another_history(struct adversary_case *work)
{
    sqlite3 *database = begin(work);
    struct forgery forgery = {.seq = adversary_below(work, work->world->truth.size),
        .levels = MERKLE_LEVELS_MAX,
        .heads = 1 + adversary_below(work, 5)};
    bool done = database != NULL && forge(database, work->world, &forgery);
    adversary_said(work, "head %llu rewritten and %zu more", (unsigned long long)forgery.seq, forgery.heads);
    return end(work, database, done);
}

/* Rows that the next appends would make, there before them. */
static bool forge_future(struct adversary_case *work)
{
    static const char *const texts[] = {"INSERT INTO entry SELECT max(seq) + %d, head FROM entry",
        "INSERT INTO body SELECT max(seq) + %d, wrapped, sealed FROM body",
        "INSERT INTO node SELECT 0, max(place) + %d, hash FROM node WHERE level = 0",
        "INSERT INTO node SELECT 1, max(place) + %d, hash FROM node WHERE level = 1"};
    sqlite3 *database = begin(work);
    int ahead = 1 + (int)adversary_below(work, 3);
    size_t which = work->turn / 2 % (sizeof texts / sizeof texts[0]);
    char sql[128] = "";
    const char *at = strstr(texts[which], "%d");
    adversary_join(sql, sizeof sql, "%.*s%d%s", (int)(at - texts[which]), texts[which], ahead, at + 2);
    bool done = database != NULL && adversary_sql(database, "%s", sql);
    adversary_said(work, "%s", sql);
    return end(work, database, done);
}

const struct adversary_kind adversary_forge_kinds[] = {
    {"a tail forged", forge_tail, false},
    {"the past forged", forge_past, false},
    {"another history forged", forge_another_history, false},
    {"the future forged", forge_future, false},
};
const size_t adversary_forge_kind_count = sizeof adversary_forge_kinds / sizeof adversary_forge_kinds[0];
