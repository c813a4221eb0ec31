/* listed_entry.h: a person of a list as the store takes it, with a right index; what a test is about it changes in what it is given. */
#ifndef KORDON_TESTS_SUPPORT_LISTED_ENTRY_H
#define KORDON_TESTS_SUPPORT_LISTED_ENTRY_H

#include "store/watchlist.h"

/* What is borrowed stays the caller's. The finger has no original. */
static inline struct watchlist_entry listed_entry(
    const char *case_number, const char *name, const uint8_t *template_bytes, size_t template_size)
{
    return (struct watchlist_entry){.category = ALERT_CATEGORY_MISSING_PERSON,
        .case_number = case_number,
        .name = name,
        .action = "tell the protection officer",
        .instruction = "do not separate from companions",
        .legal_basis = "law",
        .authority = "authority",
        .entered = "2026-01-31",
        .expires = "2099-01-31",
        .purposes = {"border_check"},
        .purpose_count = 1,
        .fingers = {{.position = FINGER_RIGHT_INDEX,
            .quality = 70,
            .template_bytes = template_bytes,
            .template_size = template_size}},
        .finger_count = 1};
}

#endif
