/* vocabulary.c: the names of events and categories, each list once (journal.h, watchlist.h), and ids as text. */
#include <string.h>

#include "crypto/digest.h"
#include "store/journal.h"
#include "store/watchlist.h"

const char *journal_event_name(enum journal_event event)
{
    static const char *const names[] = {
#define EVENT_NAME(event, name) name,
        JOURNAL_EVENTS(EVENT_NAME)
#undef EVENT_NAME
    };
    return (unsigned)event < JOURNAL_EVENT_COUNT ? names[event] : "";
}

static const struct category_row {
    const char *name;
    bool protection;
} category_rows[] = {
#define CATEGORY_ROW(category, name, protection) {name, protection},
    WATCHLIST_CATEGORIES(CATEGORY_ROW)
#undef CATEGORY_ROW
};

const char *watchlist_category_name(enum watchlist_category category)
{
    return (unsigned)category < WATCHLIST_CATEGORY_COUNT ? category_rows[category].name : "";
}

bool watchlist_category_parse(const char *name, enum watchlist_category *category)
{
    for (size_t i = 0; i < WATCHLIST_CATEGORY_COUNT; i++) {
        if (strcmp(name, category_rows[i].name) == 0) {
            *category = (enum watchlist_category)i;
            return true;
        }
    }
    return false;
}

bool watchlist_category_is_protection(enum watchlist_category category)
{
    return (unsigned)category < WATCHLIST_CATEGORY_COUNT && category_rows[category].protection;
}

void watchlist_id_format(const struct watchlist_id *id, char text[static WATCHLIST_ID_TEXT_SIZE])
{
    hex_format(id->bytes, WATCHLIST_ID_BYTES, text);
}

bool watchlist_id_parse(const char *text, struct watchlist_id *id)
{
    *id = (struct watchlist_id){0};
    return strlen(text) == 2 * WATCHLIST_ID_BYTES && hex_parse(text, id->bytes, WATCHLIST_ID_BYTES);
}
