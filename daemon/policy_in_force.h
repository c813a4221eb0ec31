/* policy_in_force.h: the policy by which kordond decides who may ask what about whom.
 *
 * It lies in the state, proven: kordonctl init or state upgrade put it there, and approved changes replace it. It is read before anybody is
 * served. Rooms are given a pointer to it and read through that at each use; they keep no purpose over a turn of the loop, since another
 * policy may have taken its place by then. Loop's thread.
 */
#ifndef KORDON_DAEMON_POLICY_IN_FORCE_H
#define KORDON_DAEMON_POLICY_IN_FORCE_H

#include "crypto/digest.h"
#include "log/entry.h"
#include "policy/policy.h"
#include "store/store.h"

/* Zeroed: none was read, because the state could not be proven; then nothing is asked. */
struct policy_in_force {
    struct policy *policy;
    char hash[DIGEST_HEX_SIZE]; /* SHA-256 of the text, by which it is named */
    char *text;                 /* malloc'd, with a zero byte behind it; as it was approved */
    size_t size;
};

/* The policy of the state, which store's entries name from now on. DOCUMENT_NOT_FOUND says what puts one there; POLICY_BAD where it can't be
 * read, or is a demonstration's and the configuration (demonstration) is none; STATE_UNPROVEN. Zeroed unless DONE. */
enum reason policy_in_force_read(
    struct policy_in_force *in_force, struct store *store, bool demonstration, struct failure *failure);

/* Puts next in its place, and takes it over. */
void policy_in_force_replace(struct policy_in_force *in_force, struct policy_in_force *next);

/* How entries name it. */
struct log_policy policy_in_force_named(const struct policy_in_force *in_force);

/* Takes a zeroed one. */
void policy_in_force_finish(struct policy_in_force *in_force);

#endif
