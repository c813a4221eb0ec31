/* notice.h: what a traveller is told about the fingerprints that are taken of him: why, by what law, what is done with them, what is kept and
 * for how long, what a match means, what rights he has and whom he turns to (H4); for children in words of their own.
 *
 * It says what the policy in force says of the purpose. Sentences are translated (base/language.h); what differs stands in them as names in
 * braces, which are filled in once and never read again. Pure; any thread.
 */
#ifndef KORDON_POLICY_NOTICE_H
#define KORDON_POLICY_NOTICE_H

#include "base/language.h"
#include "policy/policy.h"

/* For whom the words are. */
enum notice_reader { NOTICE_FOR_ANYBODY, NOTICE_FOR_CHILDREN };

struct notice {
    const struct policy *policy;
    const struct policy_purpose *purpose;
    const char *unit; /* the crossing point; "": the authority alone is named */
    enum language language;
};

/* Whether children are among those whose fingerprints are taken. */
bool notice_is_for_children(const struct policy_purpose *purpose);

/* Paragraphs in UTF-8, divided by empty lines and ended by a newline; *text: malloc'd. NO_MEMORY. */
enum reason notice_write(
    const struct notice *notice, enum notice_reader reader, char **text, struct failure *failure);

#endif
