/* course.h: what people made of each match, from the log's entries alone: whether its course is one that the rules allow (H1 to H6, M2).
 *
 * Read from bodies by who has an export and nothing else of the post. What is looked for: a match before all else; persons known to be two, of whom none
 * has the transaction; the probe judged before the reference is seen; each verdict committed to before any is opened, and opened to what was committed
 * to; an outcome that follows from the verdicts; the probe erased after it. A log whose signatures hold may still tell of a course that breaks them:
 * then it was not kordond that acted as it should. Formats: docs/formats.md.
 *
 * A judgement of the probe, or a verdict, of somebody who had asked for no look at it breaks a rule from the first act on that says that kordond asks for
 * looks; before it is remarked. What was seen by who looked nobody can tell: an entry says that it was asked for. From the first act on that says whose references
 * its giver was shown, or opens that, a hit must rest on one, and a false positive on each; of an older one nobody knows.
 *
 * What can't be seen is no "yes" and no "no": of a course that a body which is not there may belong to nothing is proven. A struct belongs to one thread at a time.
 */
#ifndef KORDON_LOG_COURSE_H
#define KORDON_LOG_COURSE_H

#include <jansson.h>

#include "log/entry_head.h"

struct log_courses;

/* NO_MEMORY, CRYPTO_FAILED: *courses is NULL then. */
enum reason log_courses_create(struct log_courses **courses, struct failure *failure);
void log_courses_destroy(struct log_courses *courses); /* takes NULL */

/* The next entry of the log, of any event; size 0: its body is not there to be seen. As log_verify()'s body() is told it. What goes wrong comes back from
 * log_courses_end(). */
void log_courses_add(
    struct log_courses *courses, const struct entry_head *head, const uint8_t *body, size_t size);

/* How many referrals there are, and how far they are: each is open, disagreed or has an outcome; and it is proven, or unseen, or broken. */
struct log_course_counts {
    uint64_t referrals;
    uint64_t open, disagreed, decided;
    uint64_t unseen; /* a body that is not there may belong to their courses */
    uint64_t broken; /* their courses break a rule */
    uint64_t
        remarked; /* somebody judged without having looked, which breaks none: proven, unseen or broken as well */
};

/* When all entries were told. DONE where no course breaks a rule; COURSE_BROKEN names the first entry that does, with why; NO_MEMORY, CRYPTO_FAILED:
 * nothing is known. */
enum reason log_courses_end(
    struct log_courses *courses, struct log_course_counts *counts, struct failure *failure);

/* Tells each break, in the entries' order: failure is COURSE_BROKEN. Behind log_courses_end(). */
void log_courses_tell_breaks(const struct log_courses *courses,
    void (*told)(void *context, bool seq_known, uint64_t seq, const struct failure *failure), void *context);

/* All courses, as `kordonctl log referrals --json` tells them: new array; NULL without memory. Behind log_courses_end(). */
json_t *log_courses_json(const struct log_courses *courses);

#endif
