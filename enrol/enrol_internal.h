/* enrol_internal.h: what enrol's files share. */
#ifndef KORDON_ENROL_ENROL_INTERNAL_H
#define KORDON_ENROL_ENROL_INTERNAL_H

#include "enrol/enrol.h"

#define ENROL_SAMPLE "sample"
#define ENROL_RECORD "fingerprint record"

/* Adds a note; where there is no more room, the last one says that there were more. */
void enrol_note(struct enrolment *enrolment, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next of the enrolment's fingers, with memory for its template. Reason: TOO_LARGE (it holds ENROL_FINGERS_MAX),
 * and those of locked memory. */
enum reason enrol_next_finger(struct enrolment *enrolment, enum finger_position position,
    struct locked_template **finger, struct failure *failure);

/* Whether two resolutions are one within what rounding to whole pixels per centimetre or metre makes of it. */
bool enrol_ppi_agree(uint32_t one, uint32_t other);

/* What is said to be the resolution must be one that can be: BAD_VALUE. */
enum reason enrol_check_ppi(uint32_t ppi, struct failure *failure);

/* Wipes the templates, keeps report and notes. */
void enrol_drop_fingers(struct enrolment *enrolment);

/* An interchange record, of a format with a header, and a card's minutiae. */
enum reason enrol_record(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure);
enum reason enrol_card(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure);

/* An image file. */
enum reason enrol_image(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure);

#endif
