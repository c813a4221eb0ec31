#include "daemon/referrals/seen.h"

#include <string.h>

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

/* His place; where he has none yet, that of who looked longest ago. */
static struct referral_shown *shown_to(struct referral_seen *seen, const struct referral_person *person)
{
    uint32_t place = find(seen, person);
    if (place == REFERRAL_SEEN_MAX) {
        place = seen->next;
        seen->next = (seen->next + 1) % REFERRAL_SEEN_MAX;
        memcpy(seen->people[place].identity, person->identity, sizeof seen->people[place].identity);
        seen->people[place].shown = (struct referral_shown){0};
    }
    return &seen->people[place].shown;
}

static void replace(struct referral_shown *shown, uint64_t candidate)
{
    shown->replaced |= shown->references & candidate;
    shown->references &= ~candidate;
}

/* Whoever was shown what the list had of the candidate before was not shown this. */
static void note_entry(struct referral_seen *seen, uint32_t number, const uint8_t entry[static DIGEST_BYTES])
{
    uint8_t *before = seen->entries[number - 1];
    if (memcmp(before, entry, DIGEST_BYTES) == 0)
        return;
    memcpy(before, entry, DIGEST_BYTES);
    for (size_t i = 0; i < REFERRAL_SEEN_MAX; i++)
        replace(&seen->people[i].shown, UINT64_C(1) << (number - 1));
}

static void note_reference(struct referral_seen *seen, struct referral_shown *shown, uint32_t number,
    const struct referral_showing *showing)
{
    const uint64_t candidate = UINT64_C(1) << (number - 1);
    if (showing->kind == SHOWN_TO_BE_NONE) {
        shown->gone |= candidate;
        shown->replaced &= ~candidate;
        return;
    }
    note_entry(seen, number, showing->entry);
    shown->references |= candidate;
    shown->replaced &= ~candidate;
}

void referral_seen_note(struct referral_seen *seen, const struct referral_person *person,
    const struct referral_looking *looking, const struct referral_showing *showing)
{
    if (looking->look == REFERRAL_LOOK_COMPARISON || showing->kind == SHOWN_NOTHING)
        return;
    struct referral_shown *shown = shown_to(seen, person);
    if (looking->look == REFERRAL_LOOK_PROBE)
        shown->probe = true;
    else if (looking->candidate >= 1 && looking->candidate <= MATCHER_CANDIDATES_MAX)
        note_reference(seen, shown, looking->candidate, showing);
}

struct referral_shown referral_seen_by(const struct referral_seen *seen, const struct referral_person *person,
    const struct referral_standing *standings, size_t count)
{
    const uint32_t place = find(seen, person);
    if (place == REFERRAL_SEEN_MAX)
        return (struct referral_shown){0};
    struct referral_shown shown = seen->people[place].shown;
    for (size_t i = 0; i < count; i++) {
        if (!standings[i].entry_known)
            continue;
        shown.gone &= ~(UINT64_C(1) << i);
        if (memcmp(standings[i].entry, seen->entries[i], DIGEST_BYTES) != 0)
            replace(&shown, UINT64_C(1) << i);
    }
    return shown;
}
