#include "daemon/referrals/seen.h"

#include <string.h>

#include "matcher/search.h"

_Static_assert(MATCHER_CANDIDATES_MAX <= 64, "a bit for each candidate");

/* Its place among them; REFERRAL_SEEN_MAX where he is none of them. */
static uint32_t find(const struct referral_seen *seen, const struct referral_person *person)
{
    uint32_t i = 0;
    while (i < REFERRAL_SEEN_MAX &&
           (seen->people[i].identity[0] == '\0' || strcmp(seen->people[i].identity, person->identity) != 0))
        i++;
    return i;
}

void referral_seen_note(
    struct referral_seen *seen, const struct referral_person *person, const struct referral_looking *looking)
{
    uint32_t place = find(seen, person);
    if (looking->look == REFERRAL_LOOK_COMPARISON)
        return;
    if (place == REFERRAL_SEEN_MAX) {
        place = seen->next;
        seen->next = (seen->next + 1) % REFERRAL_SEEN_MAX;
        memcpy(seen->people[place].identity, person->identity, sizeof seen->people[place].identity);
        seen->people[place].shown = (struct referral_shown){0};
    }
    if (looking->look == REFERRAL_LOOK_PROBE)
        seen->people[place].shown.probe = true;
    else if (looking->candidate >= 1 && looking->candidate <= MATCHER_CANDIDATES_MAX)
        seen->people[place].shown.references |= UINT64_C(1) << (looking->candidate - 1);
}

struct referral_shown referral_seen_by(const struct referral_seen *seen, const struct referral_person *person)
{
    const uint32_t place = find(seen, person);
    return place < REFERRAL_SEEN_MAX ? seen->people[place].shown : (struct referral_shown){0};
}
