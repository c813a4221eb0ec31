/* identification.h: one traveller against the alerts that the purpose may see: threshold, search, decision.
 * Loop's thread; the search itself runs in the search pool.
 */
#ifndef KORDON_DAEMON_IDENTIFICATION_H
#define KORDON_DAEMON_IDENTIFICATION_H

#include <jansson.h>

#include "daemon/decision.h"
#include "daemon/search_pool.h"

struct kordond;

/* In the owner's struct; zeroed before the start. Must stay until done(). */
struct identification {
    void (*done)(struct identification *identification);
    void *data;
    /* output */
    enum decision decision;
    struct failure why; /* of an inconclusive one */
    matcher_score threshold;
    bool threshold_known;
    /* private */
    struct kordond *kordond;
    struct reference_set *set; /* held from start to finish */
    struct search search;
};

/* Whether a search for this purpose with that many fingers could reach the target now. DONE and the
 * threshold; LIST_MISSING, THRESHOLD_UNREACHABLE, or why the list could not be opened. any_finger: a probe's
 * position is not known, so every reference of a subject is a chance for a false match. */
enum reason identification_threshold(const struct kordond *kordond, const char *purpose, uint32_t fingers,
    bool any_finger, matcher_score *threshold, struct failure *failure);

/* probes stay valid until done(), which may be called before this returns. */
void identification_start(struct kordond *kordond, struct identification *identification, const char *purpose,
    const struct locked_template *probes, size_t probe_count);

/* What the answer says, and what the log says (candidates only for a match). New objects. */
json_t *identification_result(const struct identification *identification);
json_t *identification_evidence(const struct identification *identification);

/* Lets go of the list. */
void identification_finish(struct identification *identification);

#endif
