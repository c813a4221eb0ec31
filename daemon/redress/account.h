/* account.h: what the log says of a case of redress: never its number, and nothing of a finger but which one it is. */
#ifndef KORDON_DAEMON_REDRESS_ACCOUNT_H
#define KORDON_DAEMON_REDRESS_ACCOUNT_H

#include "daemon/evidence.h"
#include "daemon/redress/case.h"

/* The body of an entry about that, without the case. principal NULL: kordond itself. why NULL: nobody says. Loop's thread. NULL without memory. */
json_t *redress_account_begin(
    const struct evidence *evidence, const struct principal *principal, const char *what, const char *why);

/* Says which case it is; adds members. Any thread. */
void redress_account_case(struct json_writer *body, const struct redress_case *of);

#endif
