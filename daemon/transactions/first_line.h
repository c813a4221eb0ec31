/* first_line.h: what the first line is told of what was found. Discreet alerts are checked without the person's knowledge: where one of
 * them matches, it is told what it would be told, had that alert not been in the list (P6).
 *
 * It is the one place where that is decided. Whatever is told anywhere but in the second line and in the log is made of it: a transaction's
 * result, lists, events, kept answers, metrics. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_FIRST_LINE_H
#define KORDON_DAEMON_TRANSACTIONS_FIRST_LINE_H

#include "daemon/transactions/result.h"

/* *told is what was found without the candidates of discreet alerts; without any other candidate it is what nobody found is. A new
 * outcome, the caller's to finish. Without memory for a candidate it is inconclusive, never a no-match. */
void first_line_view(const struct identification_outcome *found, struct identification_outcome *told);

#endif
