/* parameters.h: every tunable by which a sample is judged, with its unit and its reason; what is measured of it is
 * extraction's. Private to the matcher folder.
 */
#ifndef KORDON_MATCHER_QUALITY_PARAMETERS_H
#define KORDON_MATCHER_QUALITY_PARAMETERS_H

/* --- Quality */

/* Half of what any number of minutiae, or any distance of the core from the border (px), can add to quality. */
#define QUALITY_HALF_MINUTIAE  40.0f
#define QUALITY_HALF_CORE_EDGE 60.0f
/* A smeared print shows more minutiae than a still one, and false ones; sets of willing people hold too few of
 * them to weigh that. From prints blurred on purpose: what a smear from .. to these values takes of the quality. */
#define QUALITY_SMEAR_FROM 2.0f
#define QUALITY_SMEAR_TO   5.0f
#define QUALITY_SMEAR_COST 45.0f
/* From the ends of the scale on which the value no longer runs straight. */
#define QUALITY_END 20.0f
/* mm2 and mean clarity below which no comparison means anything; noise reaches a clarity of 0.55. */
#define QUALITY_LEAST_AREA    15
#define QUALITY_LEAST_CLARITY 0.6f
/* Mean length of the flow below which the ridges agree with nothing around them: smooth noise reaches 0.45 however
 * clear it looks, of some 700 poor and good prints none is below 0.95. */
#define QUALITY_LEAST_COHERENCE 0.6f

/* --- Flaws: bounds that none to 6 of a hundred real prints of seven sensors exceed, in each of which the flaw is
 * plain to see; what they are of says flaws.c */

#define FLAW_AREA       80.0f /* mm2: a third of a finger's pad */
#define FLAW_OFF_CENTRE 0.35f
#define FLAW_CUT_SHARE  0.10f /* what lies aside but whole on a large reader is well placed */
#define FLAW_WET        (-0.14f)
#define FLAW_FLOODED    0.40f
#define FLAW_DRY        0.42f
#define FLAW_CONTRAST   30.0f /* gray levels */
#define FLAW_UNCLEAR    0.45f
/* Smearing: logistic regression of prints blurred over 8 to 14 px against still ones; without the set that is
 * judged it finds 93 % of the blurred where 1 % of the still ones are taken for it. */
#define FLAW_SMEAR_BIAS       5.5f
#define FLAW_SMEAR_ANISOTROPY 13.8f
#define FLAW_SMEAR_COHERENCE  (-35.2f)
#define FLAW_SMEAR_CORE       (-12.1f)
#define FLAW_SMEAR_CLARITY    53.6f
#define FLAW_SMEARED          2.0f

/* --- Signs of alteration: logistic regression on the square roots of four measures, of real prints altered in an
 * image editor's way (a patch rotated, two triangles exchanged, a patch burnt, scars, a half mirrored, a patch of
 * another finger) against all unaltered ones; each set weighs the same. docs/accuracy.md has the rates. */

#define ALTERATION_BIAS        (-4.67f)
#define ALTERATION_JUMPS       17.17f
#define ALTERATION_CLEAR_JUMPS 28.97f
#define ALTERATION_BENDS       (-4.06f)
#define ALTERATION_CROWDING    2.63f

#endif
