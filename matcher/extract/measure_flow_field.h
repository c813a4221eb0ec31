/* measure_flow_field.h: the ridge flow as a whole: its cores and deltas, and what no finger grows. Private. */
#ifndef KORDON_MATCHER_EXTRACT_MEASURE_FLOW_FIELD_H
#define KORDON_MATCHER_EXTRACT_MEASURE_FLOW_FIELD_H

#include "matcher/extract/extraction.h"
#include "matcher/sample_measures.h"

/* mask, flow, clarity, minutiae -> core, core_edge, jumps, clear_jumps, bends, crowding. Uses scratch. */
void matcher_measure_flow_field(struct extraction *extraction, struct sample_measures *measures);

#endif
