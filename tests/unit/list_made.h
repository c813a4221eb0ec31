/* list_made.h: a short list in memory as a source of opened lists: some of it searched on TODAY, some not, each for another reason. */
#ifndef KORDON_TESTS_UNIT_LIST_MADE_H
#define KORDON_TESTS_UNIT_LIST_MADE_H

#include "tests/unit/unit.h"

#include <stdio.h>

#include "base/day.h"
#include "list/opened_list.h"
#include "tests/unit/matcher_prints.h"

#define TODAY   "2026-06-15"
#define ONE(id) (&(struct watchlist_ids){&(id), 1})

/* A list in memory, given as a source. */
struct listed {
    const char *entered, *expires;
    const char *purposes[2];
    enum finger_position positions[2]; /* FINGER_POSITION_COUNT: no finger */
    bool unsearchable;
    enum alert_category category; /* missing_person where none is said */
};

struct made_list {
    const struct listed *rows;
    size_t count, purposes_more; /* further purposes of the list's own, one an entry */
    struct matcher_template templates[8];
};

static inline int32_t day(const char *text)
{
    int32_t number = 0;
    assert_true(day_parse(text, &number));
    return number;
}

static inline struct watchlist_id id_of(size_t number)
{
    struct watchlist_id id = {{(uint8_t)(number >> 8), (uint8_t)number, 1}};
    return id;
}

static inline enum reason load(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    (void)parts;
    const struct made_list *list = source->staged;
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < list->count && reason == REASON_DONE; i++) {
        const struct listed *row = &list->rows[i];
        char own[32];
        snprintf(own, sizeof own, "purpose_%zu", i);
        struct watchlist_entry entry = {.id = id_of(i),
            .category = row->category,
            .action = "inform the desk",
            .instruction = "quietly",
            .entered = row->entered,
            .expires = row->expires};
        for (size_t k = 0; k < 2 && row->purposes[k] != NULL; k++)
            entry.purposes[entry.purpose_count++] = row->purposes[k];
        if (i < list->purposes_more)
            entry.purposes[entry.purpose_count++] = own;
        for (size_t k = 0; k < 2 && row->positions[k] != FINGER_POSITION_COUNT; k++) {
            const struct matcher_template *template = &list->templates[(i + k) % 8];
            entry.fingers[entry.finger_count++] = (struct watchlist_finger){.position = row->positions[k],
                .template_bytes = template->bytes,
                .template_size = row->unsearchable ? 0 : template->size};
        }
        reason = each(context, &entry, failure);
    }
    return reason;
}

#define ALL_CATEGORIES ((1u << ALERT_CATEGORY_COUNT) - 1)
static const struct list_purposes declared = {.names = {"border_check", "missing_person_check"},
    .categories = {ALL_CATEGORIES, ALL_CATEGORIES},
    .count = 2};

static inline struct reference_options options_on(const char *today)
{
    return (struct reference_options){
        .purposes = &declared, .day = day(today), .threads = 1, .scan_shares = 2};
}

static inline struct reference_source source_of(struct made_list *list)
{
    for (uint32_t i = 0; i < 8; i++)
        list->templates[i] = prints_pack(prints_make(i + 1, 20));
    return (struct reference_source){.load = load,
        .staged = list,
        .summary = {.list_version = 3, .entry_count = list->count, .generation = 5}};
}

/* Held, as by the daemon. */
static inline struct opened_list *build(struct made_list *list, const char *today)
{
    struct reference_source source = source_of(list);
    struct reference_options options = options_on(today);
    struct opened_list *set;
    struct failure failure = {0};
    assert_int_equal(opened_list_build(&source, &options, &set, &failure), REASON_DONE);
    return opened_list_hold(set);
}

static inline void let_go(struct opened_list *set)
{
    if (opened_list_release(set))
        opened_list_destroy(set);
}

#define NONE FINGER_POSITION_COUNT
#define RI   FINGER_RIGHT_INDEX
#define RM   FINGER_RIGHT_MIDDLE
static const struct listed mixed[] = {
    {"2026-01-01", "2026-06-15", {"border_check"}, {RI, RM}, false},   /* its last day */
    {"2026-01-01", "2026-06-14", {"border_check"}, {RI, NONE}, false}, /* expired */
    {"2026-06-15", "2027-06-14", {"border_check", "missing_person_check"}, {RM, NONE},
        false},                                                                /* its first day */
    {"2026-06-16", "2027-06-14", {"border_check"}, {RI, NONE}, false},         /* tomorrow */
    {"2026-01-01", "2027-01-01", {"criminal_proceedings"}, {RI, NONE}, false}, /* not declared */
    {"2026-01-01", "2027-01-01", {"border_check"}, {RI, NONE}, true},          /* too poor */
    {"2026-01-01", "2027-01-01", {"missing_person_check"}, {FINGER_UNKNOWN, NONE}, false},
};
#define MIXED (sizeof mixed / sizeof mixed[0])

#endif
