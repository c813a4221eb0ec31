/* made_print.h: fingerprints made directly as templates, for searches among more people than any collection
 * of prints has. Private to the tool.
 *
 * A print comes from its number alone, on every machine the same: pattern type, ridge flow, contact area,
 * number, places, directions, types and qualities of minutiae follow the distributions measured on 1,000
 * impressions of seven sensors. What is not modelled: ridge period over the finger, clusters of false
 * minutiae, and the likeness of the fingers of one hand. No state: any thread.
 */
#ifndef KORDON_TOOLS_BENCH_MADE_PRINT_H
#define KORDON_TOOLS_BENCH_MADE_PRINT_H

#include "base/failure.h"
#include "matcher/matcher.h"

/* The print of that number. */
enum reason made_print(uint64_t number, struct matcher_template *template, struct failure *failure);

/* Another impression of it: turned by up to 25 degrees, moved, bent, with a contact area of its own; a fifth
 * of the minutiae lost, others added, all a little off. impression >= 1 numbers them. */
enum reason made_impression(
    uint64_t number, uint32_t impression, struct matcher_template *template, struct failure *failure);

#endif
