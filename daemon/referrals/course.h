/* course.h: a referral as it is kept, sealed, in the state: its case and the course it took; JSON. Any thread. */
#ifndef KORDON_DAEMON_REFERRALS_COURSE_H
#define KORDON_DAEMON_REFERRALS_COURSE_H

#include "daemon/referrals/referral.h"

/* Malloc'd, with a zero byte behind it that size does not count; to be wiped, since it tells of somebody. NULL without memory. */
char *referral_course_text(
    const struct referral_case *of, const struct referral_course *course, size_t *size);

/* Reads all of it back. BAD_JSON, BAD_VALUE (what is missing, unknown, or contradicts itself), NO_MEMORY; then both are zeroed. */
enum reason referral_course_read(const char *text, size_t size, struct referral_case *of,
    struct referral_course *course, struct failure *failure);

#endif
