/* reference_set.h: references of many people in one piece of memory, to be searched. Words and units as in matcher.h.
 *
 * Thread rule: built by one thread, but for the signatures (matcher_reference_set_prepare()), then shared unchanged.
 */
#ifndef KORDON_MATCHER_REFERENCE_SET_H
#define KORDON_MATCHER_REFERENCE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"

/* A set of references, built once in memory that the caller provides (locked, not dumped) and then shared,
 * unchanged, by all search threads. The struct is the handle; the bytes lie in memory. */
struct matcher_reference_set;

/* One reference to add. subject: the caller's number for the person, dense from 0; references of one subject
 * must be added one after another. bytes: a checked template; copied, or where it stays, the caller's for as long as
 * the set lives. */
struct matcher_reference {
    uint32_t subject;
    enum finger_position position;
    const uint8_t *bytes;
    size_t size;
    bool stays;
};

/* Bytes of memory for a set of count references with total_bytes of copied templates altogether: these templates
 * and all signatures. 0 where it does not fit. */
size_t matcher_reference_set_size(uint32_t count, size_t total_bytes);

/* Starts a set in memory (64-byte aligned, size from above); it is in the caller's memory and needs no
 * finish. Reason: WORKSPACE_TOO_SMALL. */
enum reason matcher_reference_set_init(void *memory, size_t size, uint32_t count, size_t total_bytes,
    struct matcher_reference_set **set, struct failure *failure);

/* Reasons: TOO_LARGE (more than it was made for, or closed), BAD_VALUE (order of subjects, position). */
enum reason matcher_reference_set_add(
    struct matcher_reference_set *set, const struct matcher_reference *reference, struct failure *failure);

/* No more references: arranges the set by finger position. */
void matcher_reference_set_close(struct matcher_reference_set *set);

/* Makes the first stage's signatures of one share of a closed set, some microseconds a reference. Shares
 * 0..MATCHER_PREPARE_SHARES-1 may be made by several threads at once; a staged search refuses a set of which
 * one is missing. */
#define MATCHER_PREPARE_SHARES 64
void matcher_reference_set_prepare(struct matcher_reference_set *set, uint32_t share);

/* Wipes a subject's signatures and the set's copies of its templates. The caller sees to it that nobody searches that subject
 * now or later; other subjects may be searched meanwhile. */
void matcher_reference_set_forget(struct matcher_reference_set *set, uint32_t subject);

uint32_t matcher_reference_set_subjects(const struct matcher_reference_set *set); /* people */

/* The subjects first..end-1. */
struct matcher_range {
    uint32_t first, end;
};

/* The references of a range's subjects; 0 for a range that is none. */
uint32_t matcher_reference_set_count_in(
    const struct matcher_reference_set *set, const struct matcher_range *range);

#endif
