/* referral_parts.h: what the commands about referrals share. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_REFERRAL_PARTS_H
#define KORDON_TOOLS_KORDONCTL_REFERRAL_PARTS_H

#include <stdbool.h>

#include "tools/kordonctl/kordonctl.h"

#define REFERRAL_PATH_SIZE 256
#define REFERRAL_ID_DIGITS 32

/* BAD_ARGUMENT, of that name, for what is no id: a transaction's, with an s behind it where the referral is silent. */
enum reason referral_id_check(const char *name, const char *id, struct failure *failure);

/* Of an id that can be one, or of its beginning as it is typed: whether the traveller was told of no match. */
bool referral_is_silent(const char *id);

/* The path of a part ("", "/seat", ...) of the referral that the command line names (referral_find()). */
void referral_path(const struct session *session, const char *part, char path[static REFERRAL_PATH_SIZE]);

/* Whether people have to decide it yet. */
bool referral_waits(const json_t *referral);

/* That it is overdue or can't wait; "" of any other. */
const char *referral_standing(const json_t *referral);

/* One line of a list: all of it, for whatever reads the lines. */
void referral_print_row(const json_t *row);

/* A referral as who asks is shown it, and what he can do next. One that he may not see any more is said so. */
void referral_print(const json_t *referral);

#endif
