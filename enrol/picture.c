/* picture.c: a picture, from a file or from a scanner, as a template. */
#include "enrol/enrol_internal.h"
#include "sample/sample.h"

/* What can't be a sample is refused before memory for it is taken. */
static enum reason check_picture(uint32_t width, uint32_t height, uint32_t ppi, struct failure *failure)
{
    if (ppi == 0)
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, ENROL_SAMPLE, NULL);
    if (width > MATCHER_SAMPLE_SIDE_MAX || height > MATCHER_SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, ENROL_SAMPLE, "%u x %u px, at most %d a side", width,
            height, MATCHER_SAMPLE_SIDE_MAX);
    if (ppi < MATCHER_PPI_MIN || ppi > MATCHER_PPI_MAX)
        return failure_set(failure, REASON_BAD_VALUE, ENROL_SAMPLE, "%u ppi, allowed are %d to %d", ppi,
            MATCHER_PPI_MIN, MATCHER_PPI_MAX);
    return REASON_DONE;
}

static enum reason extract(const struct matcher_sample *sample, struct enrolment *enrolment,
    struct locked_template *finger, struct failure *failure)
{
    struct locked_memory scratch;
    size_t size = matcher_extract_workspace_size(sample->width, sample->height, sample->ppi);
    enum reason reason = locked_memory_init(&scratch, size, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = matcher_extract(sample, (struct matcher_workspace){scratch.bytes, scratch.size},
        locked_template_get(finger), &enrolment->report, failure);
    locked_memory_finish(&scratch);
    return reason;
}

static enum reason enrol_pixels(const struct matcher_sample *sample, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct locked_template *finger;
    enum reason reason = check_picture(sample->width, sample->height, sample->ppi, failure);
    if (reason == REASON_DONE)
        reason = enrol_next_finger(enrolment, claim->position, &finger, failure);
    if (reason == REASON_DONE)
        reason = extract(sample, enrolment, finger, failure);
    /* Q2: what is too poor to be found again is refused before it enters a list. */
    if (reason == REASON_DONE)
        reason = matcher_sample_check(&enrolment->report, claim->least_quality, failure);
    if (reason == REASON_DONE)
        finger->report = enrolment->report;
    return reason;
}

enum reason enrol_image(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct sample_image image;
    enum reason reason = sample_decode(bytes, size, ENROL_SAMPLE, &image, failure);
    if (reason == REASON_DONE) {
        /* What is given wins over the file: many programs write 72 or 96 ppi into files that they know nothing about. */
        const struct matcher_sample sample = {.pixels = image.pixels,
            .width = image.width,
            .height = image.height,
            .stride = image.width,
            .ppi = claim->ppi != 0 ? claim->ppi : image.ppi};
        reason = enrol_pixels(&sample, claim, enrolment, failure);
    }
    sample_image_finish(&image);
    return reason;
}

enum reason enrol_picture(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct enrol_claim *claim, struct enrolment *enrolment, struct failure *failure)
{
    *enrolment = (struct enrolment){0};
    const struct matcher_sample sample = {
        .pixels = pixels, .width = width, .height = height, .stride = width, .ppi = ppi};
    enum reason reason = enrol_pixels(&sample, claim, enrolment, failure);
    if (reason != REASON_DONE)
        enrol_drop_fingers(enrolment);
    return reason;
}
