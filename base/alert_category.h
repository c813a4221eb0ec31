/* alert_category.h: the categories of alerts, named as the manifest, the policy, the API and the log name them. Any thread. */
#ifndef KORDON_BASE_ALERT_CATEGORY_H
#define KORDON_BASE_ALERT_CATEGORY_H

#include <stdbool.h>

#include "base/language.h"

/* id, name, protection, discreet. Protection alerts come first because they are first (P5). What is discreet is checked without the
 * person's knowledge, so the first line never learns of it (P6). */
#define ALERT_CATEGORIES(CATEGORY)                                                                           \
    CATEGORY(MISSING_PERSON, CODE_("category", "missing_person"), true, false)                               \
    CATEGORY(CHILD_AT_RISK_OF_ABDUCTION, CODE_("category", "child_at_risk_of_abduction"), true, false)       \
    CATEGORY(                                                                                                \
        TO_BE_PREVENTED_FROM_TRAVELLING, CODE_("category", "to_be_prevented_from_travelling"), true, false)  \
    CATEGORY(TRAFFICKING_VICTIM, CODE_("category", "trafficking_victim"), true, false)                       \
    CATEGORY(WANTED_FOR_ARREST, CODE_("category", "wanted_for_arrest"), false, false)                        \
    CATEGORY(REFUSAL_OF_ENTRY, CODE_("category", "refusal_of_entry"), false, false)                          \
    CATEGORY(JUDICIAL_PROCEDURE, CODE_("category", "judicial_procedure"), false, false)                      \
    CATEGORY(DISCREET_CHECK, CODE_("category", "discreet_check"), false, true)                               \
    CATEGORY(INQUIRY_CHECK, CODE_("category", "inquiry_check"), false, true)                                 \
    CATEGORY(SPECIFIC_CHECK, CODE_("category", "specific_check"), false, true)

enum alert_category {
#define ALERT_CATEGORY_ENUM(category, name, protection, discreet) ALERT_CATEGORY_##category,
    ALERT_CATEGORIES(ALERT_CATEGORY_ENUM)
#undef ALERT_CATEGORY_ENUM
        ALERT_CATEGORY_COUNT
};

/* "" for what is no category. */
const char *alert_category_name(enum alert_category category);

/* False where no category has that name. */
bool alert_category_parse(const char *name, enum alert_category *category);

bool alert_category_is_protection(enum alert_category category);
bool alert_category_is_discreet(enum alert_category category);

#endif
