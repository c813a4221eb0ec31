/* verifier_key.h: which verifier key this machine's log is judged by.
 *
 * log.vkey in the state directory is a copy for convenience: whoever writes that directory can replace it. It judges nothing where
 * anything better is at hand.
 */
#ifndef KORDON_TOOLS_KORDONCTL_VERIFIER_KEY_H
#define KORDON_TOOLS_KORDONCTL_VERIFIER_KEY_H

#include <stdbool.h>

#include "tools/kordonctl/kordonctl.h"

/* What a report says of a key that nothing but the state directory vouches for. */
#define VERIFIER_KEY_UNPROVEN "it came from the state directory: compare it with the one you were given"

/* The key named with --vkey; or else the one that kordond says or the open store proves; or else the configured copy, which
 * lies where others do not write; and only then the state directory's, with *unproven set. Copies that are another key than the
 * proven one are said on standard error. *line: malloc'd, without a newline. */
enum reason verifier_key_find(
    const struct session *session, char **line, bool *unproven, struct failure *failure);

/* The verifier key in a file: one line, without its newline; malloc'd. */
enum reason verifier_key_read(const char *path, char **line, struct failure *failure);

#endif
