/* pace.h: when a decision goes on its way to the log and is told: at the end of a step of time that is the same for all.
 *
 * A comparison takes longer where it finds somebody, by a tenth of a millisecond or two, and so does the record of it, by some hundredths, which
 * whoever asks often enough can measure. The first line must not learn of a discreet alert (P6), so that what is ready waits for the end of a step in
 * which nearly all are ready. How long the first step is follows from what the latest took, whatever they came to (Askarov, Zhang, Myers: Predictive
 * black-box mitigation of timing channels, 2010); what is later than that waits for the end of a further one. It is lengthened at once and shortened
 * only where much shorter will do: a step that went to and fro would tell of those that moved it. Pure; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_PACE_H
#define KORDON_DAEMON_TRANSACTIONS_PACE_H

#include <stdint.h>

#define PACE_LATEST        256 /* by which the step is judged */
#define PACE_GRID_MS       5   /* a step is a multiple of it */
#define PACE_STAYS_MS      10  /* a step is not shortened by less, nor by less than a quarter */
#define PACE_LATER_ALLOWED 3   /* of the latest, such as may have taken longer than a step */
#define PACE_LATER_STEP_MS                                                                                   \
    250 /* a further step; and the first is no longer than half of the latest took and this */

/* Zeroed: there was none yet. */
struct pace {
    uint32_t took_ms[PACE_LATEST];
    uint64_t count;   /* of all there were */
    uint64_t step_ms; /* zero before the first */
};

/* One was ready so long after it was begun. */
void pace_note(struct pace *pace, uint64_t took_ms);

/* The first one. */
uint64_t pace_step_ms(const struct pace *pace);

/* How long after it was begun it goes on. */
uint64_t pace_told_after_ms(const struct pace *pace, uint64_t took_ms);

#endif
