/* matcher.h: from a fingerprint's pixels to a template, from two templates to a calibrated score, from a
 * probe and a reference set to a candidate list. The public face of the matcher folder.
 *
 * A pure library: no input or output, no clock, no threads of its own, no writable globals. The same input
 * gives the same output on every processor and with any number of threads.
 *
 * Glossary (ISO/IEC 2382-37): a *sample* is a captured image; a *template* is what extraction keeps of it;
 * the *probe* is the template searched or verified, the *reference* the one compared against. A *subject* is
 * one enrolled person, with up to ten references.
 *
 * Units, the same in all of the folder: positions in pixels at 500 ppi from the upper left corner, x to the
 * right, y down; directions in 1/256 turns, counted counter-clockwise from the positive x axis as the eye
 * sees the picture (ISO/IEC 19794-2's convention); resolutions in pixels per inch (ppi); quality 0-100, 100
 * best.
 *
 * Thread rule: a workspace belongs to one call at a time. Everything const may be shared by any number of
 * threads.
 */
#ifndef KORDON_MATCHER_MATCHER_H
#define KORDON_MATCHER_MATCHER_H

#include "matcher/codec.h"
#include "matcher/compare.h"
#include "matcher/decision.h"
#include "matcher/explain.h"
#include "matcher/extract.h"
#include "matcher/quality.h"
#include "matcher/reference_set.h"
#include "matcher/sample_measures.h"
#include "matcher/search.h"
#include "matcher/template.h"
#include "matcher/workspace.h"

#endif
