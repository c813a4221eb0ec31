/* state_directory.h: a temporary state directory with a machine key, and a small list in it. */
#ifndef KORDON_TESTS_SUPPORT_STATE_DIRECTORY_H
#define KORDON_TESTS_SUPPORT_STATE_DIRECTORY_H

#include "crypto/key_provider.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/watchlist.h"

#define STATE_NAME "Olena Vyhadana-Testova" /* in every entry: must be readable in no file */
#define STATE_CASE "CASE-7731-UNIQUE"

struct state_directory {
    char path[64], key_uri[128];
    struct key_provider *provider;
    struct store_options options; /* of directory and provider; a test may set more before it reopens */
    struct store *store;
    struct failure failure;
    bool anchored; /* the anchor lies in the directory itself: faults and cuts meet it there */
    char anchor[96];
};

/* Makes key and state and opens it for writing. Fail the running test where they can't. */
void state_directory_init(struct state_directory *state);
void state_directory_init_anchored(struct state_directory *state);
void state_directory_init_in(struct state_directory *state, const char *parent); /* below another folder */
void state_directory_finish(struct state_directory *state);

/* cmocka's set-up and tear-down of a test on a directory of its own, which its state points to. */
int state_directory_set_up(void **state);
int state_directory_tear_down(void **state);

/* Closes and opens again; the reason of opening, or why the store is held. */
enum reason state_directory_reopen(struct state_directory *state);

/* Opens a reading store beside; the caller closes it. */
enum reason state_directory_open_reader(struct state_directory *state, struct store **reader);

/* The log as it is, read by such a store: an array of its entries, as journal_read() gives them; the caller's. */
json_t *state_directory_log(struct state_directory *state);

/* Whether an entry's event is that one. */
bool state_directory_entry_is(const json_t *entry, enum log_event event);

/* Appends one entry and gives its seq. */
uint64_t state_directory_append(struct state_directory *state, const char *transaction);

/* Imports a list of count entries with one or two fingers each. */
enum reason state_directory_import(struct state_directory *state, uint64_t version, size_t count);

/* The same in two steps. The import is the store's again where staging fails, and in any case after installing. */
enum reason state_directory_stage(
    struct state_directory *state, uint64_t version, size_t count, struct watchlist_import **import);
void state_directory_cancel(struct state_directory *state, struct watchlist_import *import);
enum reason state_directory_install(struct state_directory *state, struct watchlist_import *import);

/* Keeps a copy of the database as it is now; SQL of the calls below finds it as "old". */
void state_directory_keep(struct state_directory *state);

/* Runs SQL on the closed database, as somebody who owns the file could; the triggers that forbid it are put back after it. */
void state_directory_tamper(struct state_directory *state, const char *sql);

/* The same with everything left as the SQL leaves it. */
void state_directory_change_schema(struct state_directory *state, const char *sql);

/* The same under the open store. */
void state_directory_tamper_beside(struct state_directory *state, const char *sql);

/* The number that SQL gives, asked beside the open store; nothing is moved or written by it. */
int64_t state_directory_ask(struct state_directory *state, const char *sql);

#endif
