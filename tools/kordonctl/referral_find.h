/* referral_find.h: which referral is meant by what somebody types of its id. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_REFERRAL_FIND_H
#define KORDON_TOOLS_KORDONCTL_REFERRAL_FIND_H

#include "tools/kordonctl/kordonctl.h"

#define REFERRAL_DIGITS_LEAST 6 /* of its beginning that are typed */

/* Whether it can be an id or the beginning of one, with an s behind it where the referral is silent: BAD_ARGUMENT of that name. */
enum reason referral_find_check(const char *name, const char *written, struct failure *failure);

/* Puts the whole id in the place of the command's first word, where that is the beginning of one that who asks is shown: kordond is asked. A whole
 * id stays as it is. BAD_ARGUMENT where it is none or several begin so, REFERRAL_NOT_FOUND. */
enum reason referral_find(struct session *session, struct failure *failure);

#endif
