/* traveller.h: what an officer must say of a traveller before anything may be asked about him: to which group he belongs, and how old he
 * is at least. Values; any thread.
 */
#ifndef KORDON_POLICY_TRAVELLER_H
#define KORDON_POLICY_TRAVELLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/word_list.h"

/* Groups for whom the law makes a difference at a border. UNSAID is no group: nobody has it by default. */
enum traveller_group {
    TRAVELLER_GROUP_UNSAID,
    TRAVELLER_CITIZEN,
    TRAVELLER_FOREIGNER,
    TRAVELLER_STATELESS_PERSON,
    TRAVELLER_PROTECTION_CLAIMANT, /* asks for asylum or other protection */
    TRAVELLER_CREW,                /* of ships, aircraft, trains and lorries, where agreements name them */
    TRAVELLER_DIPLOMAT,
    TRAVELLER_INTERNATIONAL_OFFICIAL, /* of an international organisation */
    TRAVELLER_GROUP_COUNT
};

/* "unsaid", "citizen", "foreigner", ...; "?" for what is no group. Constant. */
const char *traveller_group_name(enum traveller_group group);

/* False where no group has that name; "unsaid" is none. */
bool traveller_group_parse(const char *name, enum traveller_group *group);

/* Adds the groups' names. */
void traveller_group_list(struct word_list *list);

enum age_band { AGE_UNKNOWN, AGE_UNDER_6, AGE_6_TO_11, AGE_12_TO_17, AGE_18_AND_OVER, AGE_BAND_COUNT };

/* The band's name in the API and the log; constant. */
const char *age_band_name(enum age_band band);

/* False where no band has that name. */
bool age_band_parse(const char *name, enum age_band *band);

/* Adds the bands' names. */
void age_band_list(struct word_list *list);

/* The lowest age in years that the band may mean; doubt counts as a small child (P1). */
uint32_t age_band_lowest(enum age_band band);

/* Whether the band may be a child's: comparison scores are not validated for children, whose fingers grow. */
bool age_band_may_be_child(enum age_band band);

#endif
