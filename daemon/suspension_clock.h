/* suspension_clock.h: how long capture may be suspended (A3), whatever the clock does: at most six hours from the first beginning, and not
 * again before capture was on for as long as it was off. Pure; any thread.
 */
#ifndef KORDON_DAEMON_SUSPENSION_CLOCK_H
#define KORDON_DAEMON_SUSPENSION_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/boot.h"
#include "base/failure.h"
#include "daemon/principal.h"

#define SUSPENSION_MOST_MS (INT64_C(6) * 3600 * 1000)
#define SUSPENSION_REST_MS                                                                                   \
    (INT64_C(3600) * 1000) /* the least time between the end of one and another's own beginning */
#define SUSPENSION_REASON_SIZE 256

/* A moment by both clocks: the one on the wall, which may be set, and the one that counts since the boot, asleep or not. */
struct suspension_moment {
    int64_t wall_ms; /* UTC */
    int64_t boot_ms;
    char boot[BOOT_ID_SIZE]; /* which boot; "": not known */
    bool believed;           /* the wall's clock can be right, by what the log says of it */
};

/* One suspension, or several that count as one. Zeroed: there was none. */
struct suspension_record {
    struct suspension_moment first; /* when the first of them began: the six hours count from here */
    struct suspension_moment began; /* what is in force, or was last */
    int64_t since_ms; /* UTC: capture is off without a break; earlier than began where it was prolonged */
    int64_t lasts_ms; /* from began on */
    bool ended;
    struct suspension_moment end; /* where it has */
    char by[PRINCIPAL_NAME_SIZE];
    char reason[SUSPENSION_REASON_SIZE];
};

/* The moment that it is, by what the wall's clock says, which is believed or not. */
struct suspension_moment suspension_now(int64_t wall_ms, bool believed);

/* Time from one moment to a later one in ms, as the two clocks allow to say it: of the same boot, what was counted since it; of another
 * boot, what the wall's clock says, where it was believed at both. False where it can't be known, also where that one stands before. */
bool suspension_elapsed(
    const struct suspension_moment *from, const struct suspension_moment *to, int64_t *ms);

/* Whether capture is suspended by it now. What can't be known is no suspension: doubt gives capture back. */
bool suspension_holds(const struct suspension_record *record, const struct suspension_moment *now);

/* UTC at which it ends, where it holds. */
int64_t suspension_until_ms(const struct suspension_record *record, const struct suspension_moment *now);

/* Makes of the last one what a supervisor asks for: a suspension from now on for so long. One that is in force is prolonged or cut
 * short; one that begins too soon after the last counts as one with it. next: what is to be put in force; by and reason are the
 * caller's to fill in. SUSPENSION_TOO_LONG: it would end later than six hours from the first beginning. BAD_VALUE: it would end
 * before it begins. */
enum reason suspension_plan(const struct suspension_record *last, const struct suspension_moment *now,
    int64_t lasts_ms, struct suspension_record *next, struct failure *failure);

#endif
