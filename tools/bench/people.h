/* people.h: many made people with some known ones hidden among them, as a reference set to search, and other
 * impressions of the known ones as probes. Private to the tool.
 *
 * The known ones come from sets of real prints where some are given: every impression of a finger is the
 * reference of a person of its own, and also a probe that should find the other impressions; with several
 * fingers a person's are neighbouring fingers of the set, so that it need not be a real person. Without sets
 * they are made people and impressions of them. Thread rule: built by one call, then only read.
 */
#ifndef KORDON_TOOLS_BENCH_PEOPLE_H
#define KORDON_TOOLS_BENCH_PEOPLE_H

#include "tools/bench/bench.h"

#define PEOPLE_FINGERS_MAX 2

/* The positions of a person's fingers, in their order. */
extern const enum finger_position people_positions[PEOPLE_FINGERS_MAX];

/* Prints of one identity at one time. */
struct known_person {
    uint32_t identity;
    uint32_t subject; /* as whom it is in the set; PEOPLE_NOT_ENROLLED for probes only */
    const struct matcher_template *prints[PEOPLE_FINGERS_MAX];
};
#define PEOPLE_NOT_ENROLLED UINT32_MAX

struct people {
    uint32_t fingers;
    void *memory; /* the reference set's */
    size_t size;
    struct matcher_reference_set *set;
    double fill_seconds, prepare_seconds; /* wall; of copying in, of making signatures */
    struct known_person *enrolled, *probes;
    uint32_t enrolled_count, probe_count;
    /* private: what the templates of the known ones lie in */
    struct print_set sets[MEASURE_SETS_MAX];
    struct matcher_template *made;
};

/* count people of options->fingers fingers each, known ones among them at even distances. */
enum reason people_make(
    struct people *people, const struct measure_options *options, struct failure *failure);
void people_finish(struct people *people);

/* The subjects of an identity but for one: up to capacity ranges of one subject each, in their order. */
uint32_t people_mates(const struct people *people, const struct known_person *probe,
    struct matcher_range *ranges, uint32_t capacity);

#endif
