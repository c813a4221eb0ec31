/* referral_parts.h: what the commands about referrals share. One thread. */
#ifndef KORDON_TOOLS_KORDONCTL_REFERRAL_PARTS_H
#define KORDON_TOOLS_KORDONCTL_REFERRAL_PARTS_H

#include <stdbool.h>

#include "tools/kordonctl/kordonctl.h"

#define REFERRAL_PATH_SIZE 256
#define REFERRAL_ID_DIGITS 32

/* BAD_ARGUMENT, of that name, for what is no id: a transaction's, with an s behind it where the referral is silent. */
enum reason referral_id_check(const char *name, const char *id, struct failure *failure);

/* Of an id that can be one: whether the traveller was told of no match. */
bool referral_is_silent(const char *id);

/* The path of a part ("", "/seat", ...) of the referral that the command line names. BAD_ARGUMENT for what is no id. */
enum reason referral_path(const struct session *session, const char *part,
    char path[static REFERRAL_PATH_SIZE], struct failure *failure);

/* One line of a list. */
void referral_print_row(const json_t *row);

/* A referral as who asks is shown it, and what he can do next. One that he may not see any more is said so. */
void referral_print(const json_t *referral);

#endif
