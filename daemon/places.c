#include "daemon/places.h"

#include "crypto/random.h"

#define GOES_ON_BELOW 243 /* of 256 */
#define MORE_MAX      512

enum reason places_draw(uint32_t *more, struct failure *failure)
{
    uint8_t drawn[MORE_MAX];
    *more = 0;
    TRY(random_bytes(drawn, sizeof drawn, failure));
    while (*more < MORE_MAX && drawn[*more] < GOES_ON_BELOW)
        ++*more;
    return REASON_DONE;
}

bool places_are_due(const struct places *places, uint64_t now_ms)
{
    return !places->judged || now_ms - places->judged_ms >= PLACES_JUDGED_MS;
}

void places_judge(struct places *places, uint32_t left, uint32_t more, uint64_t now_ms)
{
    const uint32_t least = places->closed ? 3 * PLACES_SPAN : 2 * PLACES_SPAN;
    places->closed = left < least + more;
    places->few = left < (places->few ? PLACES_FEW + PLACES_SPAN : PLACES_FEW);
    places->judged = true;
    places->judged_ms = now_ms;
}
