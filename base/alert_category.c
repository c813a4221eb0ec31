#include "base/alert_category.h"

#include <string.h>

static const struct category_row {
    const char *name;
    bool protection, discreet;
} category_rows[] = {
#define CATEGORY_ROW(category, name, protection, discreet) {name, protection, discreet},
    ALERT_CATEGORIES(CATEGORY_ROW)
#undef CATEGORY_ROW
};

const char *alert_category_name(enum alert_category category)
{
    return (unsigned)category < ALERT_CATEGORY_COUNT ? category_rows[category].name : "";
}

bool alert_category_parse(const char *name, enum alert_category *category)
{
    for (int i = 0; i < ALERT_CATEGORY_COUNT; i++) {
        if (strcmp(name, category_rows[i].name) == 0) {
            *category = (enum alert_category)i;
            return true;
        }
    }
    return false;
}

bool alert_category_is_protection(enum alert_category category)
{
    return (unsigned)category < ALERT_CATEGORY_COUNT && category_rows[category].protection;
}

bool alert_category_is_discreet(enum alert_category category)
{
    return (unsigned)category < ALERT_CATEGORY_COUNT && category_rows[category].discreet;
}
