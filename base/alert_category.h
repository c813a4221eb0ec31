/* alert_category.h: the categories of alerts, named as the manifest, the policy, the API and the log name them. Any thread. */
#ifndef KORDON_BASE_ALERT_CATEGORY_H
#define KORDON_BASE_ALERT_CATEGORY_H

#include <stdbool.h>

#include "base/language.h"

/* Protection alerts come first because they are first (P5). */
#define ALERT_CATEGORIES(CATEGORY)                                                                           \
    CATEGORY(MISSING_PERSON, CODE_("category", "missing_person"), true)                                      \
    CATEGORY(CHILD_AT_RISK_OF_ABDUCTION, CODE_("category", "child_at_risk_of_abduction"), true)              \
    CATEGORY(TO_BE_PREVENTED_FROM_TRAVELLING, CODE_("category", "to_be_prevented_from_travelling"), true)    \
    CATEGORY(TRAFFICKING_VICTIM, CODE_("category", "trafficking_victim"), true)                              \
    CATEGORY(WANTED_FOR_ARREST, CODE_("category", "wanted_for_arrest"), false)                               \
    CATEGORY(REFUSAL_OF_ENTRY, CODE_("category", "refusal_of_entry"), false)                                 \
    CATEGORY(JUDICIAL_PROCEDURE, CODE_("category", "judicial_procedure"), false)                             \
    CATEGORY(DISCREET_CHECK, CODE_("category", "discreet_check"), false)                                     \
    CATEGORY(INQUIRY_CHECK, CODE_("category", "inquiry_check"), false)                                       \
    CATEGORY(SPECIFIC_CHECK, CODE_("category", "specific_check"), false)

enum alert_category {
#define ALERT_CATEGORY_ENUM(category, name, protection) ALERT_CATEGORY_##category,
    ALERT_CATEGORIES(ALERT_CATEGORY_ENUM)
#undef ALERT_CATEGORY_ENUM
        ALERT_CATEGORY_COUNT
};

/* "" for what is no category. */
const char *alert_category_name(enum alert_category category);

/* False where no category has that name. */
bool alert_category_parse(const char *name, enum alert_category *category);

bool alert_category_is_protection(enum alert_category category);

#endif
