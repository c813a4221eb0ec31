/* laboratory_internal.h: what of the matcher's inside those see who derive its figures (lab/) and measure its parts
 * (kordon-bench): the steps and the evidence of a comparison, the calibration in force, quality's terms, signatures and
 * their kernels, templates unpacked. Nothing of it is promised to anybody else.
 */
#ifndef KORDON_MATCHER_LABORATORY_INTERNAL_H
#define KORDON_MATCHER_LABORATORY_INTERNAL_H

#include "matcher/compare/comparison.h"
#include "matcher/compare/score_weights.h"
#include "matcher/decision/decision.h"
#include "matcher/quality/quality.h"
#include "matcher/signature/forms.h"
#include "matcher/signature/signature.h"
#include "matcher/template/template.h"

#endif
