#include "enrol/enrol_internal.h"

#include <stdarg.h>
#include <stdio.h>

#include "sample/sample.h"

void kept_picture_finish(struct kept_picture *picture)
{
    locked_memory_finish(&picture->png);
    *picture = (struct kept_picture){0};
}

void locked_template_finish(struct locked_template *template)
{
    locked_memory_finish(&template->memory);
    kept_picture_finish(&template->picture);
    *template = (struct locked_template){0};
}

bool locked_templates_are_doubtful(const struct locked_template *templates, size_t count)
{
    bool doubtful = false;
    for (size_t i = 0; i < count; i++)
        doubtful = doubtful || templates[i].resolution_doubtful;
    return doubtful;
}

void enrol_drop_fingers(struct enrolment *enrolment)
{
    for (size_t i = 0; i < ENROL_FINGERS_MAX; i++)
        locked_template_finish(&enrolment->fingers[i]);
    enrolment->count = 0;
}

void enrolment_finish(struct enrolment *enrolment)
{
    enrol_drop_fingers(enrolment);
    *enrolment = (struct enrolment){0};
}

void enrol_note(struct enrolment *enrolment, const char *format, ...)
{
    if (enrolment->note_count == ENROL_NOTES_MAX) {
        snprintf(enrolment->notes[ENROL_NOTES_MAX - 1], ENROL_NOTE_SIZE, "there is more to be said of it");
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(enrolment->notes[enrolment->note_count++], ENROL_NOTE_SIZE, format, arguments);
    va_end(arguments);
}

bool enrol_ppi_agree(uint32_t one, uint32_t other)
{
    return (one > other ? one - other : other - one) * 50 <= one;
}

enum reason enrol_check_ppi(uint32_t ppi, struct failure *failure)
{
    if (ppi >= MATCHER_PPI_MIN && ppi <= MATCHER_PPI_MAX)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_VALUE, ENROL_SAMPLE, "%u ppi were given, possible are %d to %d",
        ppi, MATCHER_PPI_MIN, MATCHER_PPI_MAX);
}

enum reason enrol_next_finger(struct enrolment *enrolment, enum finger_position position,
    struct locked_template **finger, struct failure *failure)
{
    if (enrolment->count == ENROL_FINGERS_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, ENROL_RECORD, "more than %d fingers", ENROL_FINGERS_MAX);
    struct locked_template *next = &enrolment->fingers[enrolment->count];
    TRY(locked_memory_init(&next->memory, sizeof(struct matcher_template), failure));
    next->position = position;
    enrolment->count++;
    *finger = next;
    return REASON_DONE;
}

/* Which of them it is, by its bytes; those that say nothing of themselves are a card's, as who brings them says. A record that
 * is known but not read is refused by its name, not as a picture that it isn't (F2). */
static enum reason enrol_any(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    if (!claim->records)
        return enrol_image(bytes, size, claim, enrolment, failure);
    if (matcher_format_is_card(claim->format))
        return enrol_card(bytes, size, claim, enrolment, failure);
    struct failure unknown = {0};
    if (matcher_format_detect(bytes, size, &unknown) != MATCHER_FORMAT_UNKNOWN)
        return enrol_record(bytes, size, claim, enrolment, failure);
    if (unknown.reason == REASON_UNSUPPORTED_FORMAT)
        return failure_set(failure, unknown.reason, ENROL_RECORD, "%s", unknown.detail);
    if (!sample_is_picture(bytes, size))
        return sample_refuse(bytes, size, true, ENROL_SAMPLE, failure);
    if (claim->format != MATCHER_FORMAT_UNKNOWN)
        return failure_set(failure, REASON_BAD_FORMAT, ENROL_RECORD, "it is a picture and no %s",
            matcher_format_name(claim->format));
    return enrol_image(bytes, size, claim, enrolment, failure);
}

enum reason enrol_file(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    *enrolment = (struct enrolment){0};
    enum reason reason = claim->ppi != 0 ? enrol_check_ppi(claim->ppi, failure) : REASON_DONE;
    if (reason == REASON_DONE)
        reason = enrol_any(bytes, size, claim, enrolment, failure);
    if (reason != REASON_DONE)
        enrol_drop_fingers(enrolment);
    return reason;
}
