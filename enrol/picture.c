/* picture.c: a picture, from a file or from a scanner, as a template. */
#include "enrol/enrol_internal.h"
#include "enrol/inverted.h"
#include "sample/sample.h"

static bool is_possible_ppi(uint32_t ppi)
{
    return ppi >= MATCHER_PPI_MIN && ppi <= MATCHER_PPI_MAX;
}

/* What can't be a sample is refused before memory for it is taken. */
static enum reason check_picture(const struct matcher_sample *sample, struct failure *failure)
{
    if (sample->width > MATCHER_SAMPLE_SIDE_MAX || sample->height > MATCHER_SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, ENROL_SAMPLE, "%u x %u px, at most %d a side",
            sample->width, sample->height, MATCHER_SAMPLE_SIDE_MAX);
    return enrol_check_ppi(sample->ppi, failure);
}

/* --- Resolution of a file */

/* Many programs write 72 or 96 ppi into files that they know nothing about: what can't be says nothing. */
static enum reason ppi_of_file(const struct sample_image *image, uint32_t *ppi, struct failure *failure)
{
    *ppi = image->ppi;
    if (image->ppi == 0)
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, ENROL_SAMPLE, N_("the file does not say it"));
    if (image->other_ppi != 0 && !enrol_ppi_agree(image->ppi, image->other_ppi))
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, ENROL_SAMPLE,
            N_("the file says two different ones, %u and %u ppi"), image->ppi, image->other_ppi);
    if (!is_possible_ppi(image->ppi))
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, ENROL_SAMPLE,
            "the file says %u ppi, possible are %d to %d", image->ppi, MATCHER_PPI_MIN, MATCHER_PPI_MAX);
    return REASON_DONE;
}

/* What is given wins over the file; where that says something else that could be, it is contradicted aloud. */
static void note_ppi(const struct sample_image *image, uint32_t ppi, struct enrolment *enrolment)
{
    const uint32_t said[] = {image->ppi, image->other_ppi};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (is_possible_ppi(said[i]) && !enrol_ppi_agree(said[i], ppi)) {
            enrol_note(
                enrolment, "the file says %u ppi, it is read at the %u ppi that were given", said[i], ppi);
            return;
        }
}

static void note_doubt(const struct matcher_sample_report *report, uint32_t ppi, struct enrolment *enrolment)
{
    unsigned hundredths = (report->ridge_period_um + 5u) / 10;
    enrol_note(enrolment,
        "at %u ppi its ridges are %u.%02u mm apart, as few people's are: check its resolution, about %u ppi "
        "would fit",
        ppi, hundredths / 100, hundredths % 100, matcher_fitting_ppi(report, ppi));
}

/* --- Several fingers */

/* Of extraction's pieces of fingerprint only the largest is used. Of 1,000 real prints of single fingers one has another piece
 * of more than 10 mm2: a print in two parts, of 120 and 51 mm2. */
#define OTHER_PIECE_TOLD  20 /* mm2 */
#define OTHER_FINGER      50 /* mm2 */
#define OTHER_FINGER_PART 2  /* and at least one in so many of the largest piece */

static enum reason check_pieces(
    const struct matcher_sample_report *report, struct enrolment *enrolment, struct failure *failure)
{
    uint32_t other = report->other_area_mm2;
    if (other >= OTHER_FINGER && other * OTHER_FINGER_PART >= report->area_mm2)
        return failure_set(failure, REASON_SEVERAL_FINGERS, ENROL_SAMPLE,
            N_("beside %u mm2 of fingerprint there is another piece of %u mm2"), report->area_mm2, other);
    if (other >= OTHER_PIECE_TOLD)
        enrol_note(enrolment,
            "beside %u mm2 of fingerprint there is another piece of %u mm2, which is not used",
            report->area_mm2, other);
    return REASON_DONE;
}

/* --- Template */

#define WORKSPACE_STEP ((size_t)256 << 10)

size_t enrol_workspace_size(uint32_t width, uint32_t height, uint32_t ppi)
{
    size_t needed = matcher_extract_workspace_size(width, height, ppi);
    return (needed + WORKSPACE_STEP - 1) / WORKSPACE_STEP * WORKSPACE_STEP;
}

static enum reason extract(const struct matcher_sample *sample, struct enrolment *enrolment,
    struct locked_template *finger, struct failure *failure)
{
    struct locked_memory scratch;
    size_t size = enrol_workspace_size(sample->width, sample->height, sample->ppi);
    TRY(locked_memory_init(&scratch, size, failure));
    enum reason reason = matcher_extract(sample, (struct matcher_workspace){scratch.bytes, scratch.size},
        locked_template_get(finger), &enrolment->report, failure);
    locked_memory_finish(&scratch);
    return reason;
}

static enum reason keep_picture(
    const struct matcher_sample *sample, struct kept_picture *picture, struct failure *failure)
{
    TRY(sample_encode_locked_png(
        sample->pixels, sample->width, sample->height, sample->ppi, &picture->png, failure));
    picture->width = sample->width;
    picture->height = sample->height;
    picture->ppi = sample->ppi;
    return REASON_DONE;
}

static enum reason enrol_pixels(const struct matcher_sample *sample, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct locked_template *finger;
    enum reason reason = check_picture(sample, failure);
    if (reason == REASON_DONE)
        reason = enrol_next_finger(enrolment, claim->position, &finger, failure);
    if (reason == REASON_DONE)
        reason = extract(sample, enrolment, finger, failure);
    if (reason == REASON_DONE)
        reason = check_pieces(&enrolment->report, enrolment, failure);
    /* Q2: what is too poor to be found again is refused before it enters a list. */
    if (reason == REASON_DONE)
        reason = matcher_sample_check(&enrolment->report, claim->least_quality, failure);
    if (reason == REASON_DONE && claim->keeps_picture)
        reason = keep_picture(sample, &finger->picture, failure);
    if (reason != REASON_DONE)
        return reason;
    finger->report = enrolment->report;
    finger->resolution_doubtful = matcher_resolution_is_doubtful(&enrolment->report);
    if (finger->resolution_doubtful)
        note_doubt(&enrolment->report, sample->ppi, enrolment);
    return REASON_DONE;
}

/* The matcher takes dark ridges. Whether it was a negative. */
static bool make_positive(struct sample_image *image)
{
    bool inverted = picture_is_inverted(image->pixels, image->width, image->height);
    if (inverted)
        picture_invert(image->pixels, image->width, image->height);
    return inverted;
}

static enum reason enrol_decoded(struct sample_image *image, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    uint32_t ppi = claim->ppi;
    enum reason reason = REASON_DONE;
    if (ppi != 0)
        note_ppi(image, ppi, enrolment);
    else
        reason = ppi_of_file(image, &ppi, failure);
    if (reason != REASON_DONE)
        return reason;
    if (make_positive(image))
        enrol_note(enrolment, "its ridges are bright on dark: it was taken as a negative and inverted");
    const struct matcher_sample sample = {.pixels = image->pixels,
        .width = image->width,
        .height = image->height,
        .stride = image->width,
        .ppi = ppi};
    return enrol_pixels(&sample, claim, enrolment, failure);
}

enum reason enrol_image(const uint8_t *bytes, size_t size, const struct enrol_claim *claim,
    struct enrolment *enrolment, struct failure *failure)
{
    struct sample_image image;
    enum reason reason = sample_decode(bytes, size, ENROL_SAMPLE, &image, failure);
    if (reason == REASON_DONE)
        reason = enrol_decoded(&image, claim, enrolment, failure);
    sample_image_finish(&image);
    return reason;
}

enum reason enrol_picture(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi,
    const struct enrol_claim *claim, struct enrolment *enrolment, struct failure *failure)
{
    *enrolment = (struct enrolment){0};
    const struct matcher_sample sample = {
        .pixels = pixels, .width = width, .height = height, .stride = width, .ppi = ppi};
    enum reason reason = ppi != 0 ? enrol_pixels(&sample, claim, enrolment, failure)
                                  : failure_set(failure, REASON_RESOLUTION_UNKNOWN, ENROL_SAMPLE,
                                        N_("the scanner does not say it"));
    if (reason != REASON_DONE)
        enrol_drop_fingers(enrolment);
    return reason;
}

/* --- The picture of a listed finger */

/* What a side has at the matcher's resolution where it was read at that one. */
static uint32_t side_at(uint32_t side, uint32_t ppi)
{
    return (side * MATCHER_PPI + ppi / 2) / ppi;
}

/* A list's owner may have given another one than the file says; the template was made by the one that held. */
static uint32_t ppi_of_original(const struct sample_image *image, const struct matcher_template_summary *made)
{
    if (made->width == 0 || (is_possible_ppi(image->ppi) && side_at(image->width, image->ppi) == made->width))
        return image->ppi;
    return (image->width * MATCHER_PPI + made->width / 2u) / made->width;
}

enum reason enrol_picture_of_original(const uint8_t *original, size_t size,
    const struct matcher_template_summary *made, struct kept_picture *picture, struct failure *failure)
{
    struct sample_image image;
    *picture = (struct kept_picture){0};
    if (!sample_is_picture(original, size))
        return REASON_DONE;
    TRY(sample_decode(original, size, ENROL_SAMPLE, &image, failure));
    make_positive(&image);
    const struct matcher_sample sample = {.pixels = image.pixels,
        .width = image.width,
        .height = image.height,
        .stride = image.width,
        .ppi = ppi_of_original(&image, made)};
    enum reason reason = keep_picture(&sample, picture, failure);
    sample_image_finish(&image);
    return reason;
}
