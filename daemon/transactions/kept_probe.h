/* kept_probe.h: what examiners need of a match, as bytes that are sealed and kept until it is decided (M2).
 *
 *     0   4  magic "KPRB"
 *     4   1  version, 1
 *     5   1  fingers, 1..COMPARISON_FINGERS_MAX
 *     6   4  size of the object
 *    10      the object, JSON: referral_opening.h's, all but the prints
 *            then for each finger
 *         1  position         1  quality, 0-100
 *         2  width, px        2  height, px       2  resolution, ppi    of the picture
 *         4  size of the template: 0 where there was no room
 *         4  size of the picture, PNG: likewise
 *            the template, the picture
 *
 * Integers are big-endian; nothing comes behind the last picture. Room goes to the object first, without the candidates' texts where those are
 * as large as they may be, then to all templates, then to the pictures, best quality first, of equal ones the
 * first finger's. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_KEPT_PROBE_H
#define KORDON_DAEMON_TRANSACTIONS_KEPT_PROBE_H

#include "daemon/transactions/referral_opening.h"
#include "store/probe_slot.h"

/* That one takes at most. */
#define KEPT_PROBE_BYTES PROBE_SLOT_BYTES

/* Writes opening, whose prints may lie anywhere, into content: caller's, of KEPT_PROBE_BYTES. *size of them are written. TOO_LARGE where
 * not even the object has room, NO_MEMORY. */
enum reason kept_probe_pack(const struct referral_opening *opening, struct locked_memory *content,
    size_t *size, struct failure *failure);

/* Reads what was packed. content is taken over, whatever comes of it: the opening's prints lie in it. The bytes are hostile: BAD_FORMAT, BAD_JSON,
 * BAD_VALUE, TEMPLATE_CORRUPT, TRUNCATED, OVERLONG, NO_MEMORY; *opening is NULL then. */
enum reason kept_probe_read(
    struct locked_memory *content, size_t size, struct referral_opening **opening, struct failure *failure);

#endif
