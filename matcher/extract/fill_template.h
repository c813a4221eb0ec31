/* fill_template.h: the last step: what extraction found as a template's content. Private. */
#ifndef KORDON_MATCHER_EXTRACT_FILL_TEMPLATE_H
#define KORDON_MATCHER_EXTRACT_FILL_TEMPLATE_H

#include "matcher/extract/extraction.h"

/* vortices, mask, flow, period -> content, all but its quality. */
void matcher_fill_template(struct extraction *extraction);

#endif
