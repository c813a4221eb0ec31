/* redress_letter.h: what a traveller is given of his case: its number, what it is for, until when, whom to ask (H6). One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_REDRESS_LETTER_H
#define KORDON_TOOLS_KORDONCTL_REDRESS_LETTER_H

#include <jansson.h>

#include "base/language.h"

/* The letter of a case, as the API answers who made it, with the fingers that are kept by now; malloc'd, to be wiped; NULL without memory. It names neither entry nor referral. */
char *redress_letter(const json_t *made, enum language language);

#endif
