#include "policy/traveller.h"

#include <string.h>

#include "base/language.h"

static const char *const group_names[TRAVELLER_GROUP_COUNT] = {
    [TRAVELLER_GROUP_UNSAID] = CODE_("traveller_group", "unsaid"),
    [TRAVELLER_CITIZEN] = CODE_("traveller_group", "citizen"),
    [TRAVELLER_FOREIGNER] = CODE_("traveller_group", "foreigner"),
    [TRAVELLER_STATELESS_PERSON] = CODE_("traveller_group", "stateless_person"),
    [TRAVELLER_PROTECTION_CLAIMANT] = CODE_("traveller_group", "protection_claimant"),
    [TRAVELLER_CREW] = CODE_("traveller_group", "crew"),
    [TRAVELLER_DIPLOMAT] = CODE_("traveller_group", "diplomat"),
    [TRAVELLER_INTERNATIONAL_OFFICIAL] = CODE_("traveller_group", "international_official"),
};

const char *traveller_group_name(enum traveller_group group)
{
    return (unsigned)group < TRAVELLER_GROUP_COUNT ? group_names[group] : "?";
}

bool traveller_group_parse(const char *name, enum traveller_group *group)
{
    for (int i = TRAVELLER_GROUP_UNSAID + 1; i < TRAVELLER_GROUP_COUNT; i++) {
        if (strcmp(name, group_names[i]) == 0) {
            *group = (enum traveller_group)i;
            return true;
        }
    }
    return false;
}

void traveller_group_list(struct word_list *list)
{
    for (int i = TRAVELLER_GROUP_UNSAID + 1; i < TRAVELLER_GROUP_COUNT; i++)
        word_list_add(list, group_names[i]);
}

static const struct {
    const char *name;
    uint32_t lowest; /* years */
} age_bands[AGE_BAND_COUNT] = {
    [AGE_UNKNOWN] = {CODE_("age_band", "unknown"), 0},
    [AGE_UNDER_6] = {CODE_("age_band", "under_6"), 0},
    [AGE_6_TO_11] = {CODE_("age_band", "6_to_11"), 6},
    [AGE_12_TO_17] = {CODE_("age_band", "12_to_17"), 12},
    [AGE_18_AND_OVER] = {CODE_("age_band", "18_and_over"), 18},
};

const char *age_band_name(enum age_band band)
{
    return (unsigned)band < AGE_BAND_COUNT ? age_bands[band].name : "?";
}

bool age_band_parse(const char *name, enum age_band *band)
{
    for (int i = 0; i < AGE_BAND_COUNT; i++) {
        if (strcmp(name, age_bands[i].name) == 0) {
            *band = (enum age_band)i;
            return true;
        }
    }
    return false;
}

void age_band_list(struct word_list *list)
{
    for (int i = 0; i < AGE_BAND_COUNT; i++)
        word_list_add(list, age_bands[i].name);
}

uint32_t age_band_lowest(enum age_band band)
{
    return (unsigned)band < AGE_BAND_COUNT ? age_bands[band].lowest : 0;
}

bool age_band_may_be_child(enum age_band band)
{
    return age_band_lowest(band) < 18;
}
