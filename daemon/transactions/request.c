#include "daemon/transactions/request.h"

#include <string.h>

const char *transaction_kind_name(enum transaction_kind kind)
{
    switch (kind) {
    case TRANSACTION_IDENTIFICATION:
        return "identification";
    case TRANSACTION_VERIFICATION:
        return "verification";
    case TRANSACTION_BOTH:
        return "both";
    }
    return "?";
}

static const struct {
    const char *name;
    uint32_t lowest; /* years */
} age_bands[AGE_BAND_COUNT] = {
    [AGE_UNKNOWN] = {"unknown", 0},
    [AGE_UNDER_6] = {"under_6", 0},
    [AGE_6_TO_11] = {"6_to_11", 6},
    [AGE_12_TO_17] = {"12_to_17", 12},
    [AGE_18_AND_OVER] = {"18_and_over", 18},
};

const char *age_band_name(enum age_band band)
{
    return (unsigned)band < AGE_BAND_COUNT ? age_bands[band].name : "?";
}

uint32_t age_band_lowest(enum age_band band)
{
    return (unsigned)band < AGE_BAND_COUNT ? age_bands[band].lowest : 0;
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
