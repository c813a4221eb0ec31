#include "tools/kordonctl/enrol.h"

#include <stdlib.h>

#include "base/locked_memory.h"
#include "sample/sample.h"

#define WORKSPACE_ALIGNMENT 64

/* Workspaces hold biometric data: they are wiped before they are freed. */
static enum reason workspace_init(struct matcher_workspace *workspace, size_t size, struct failure *failure)
{
    workspace->size = (size + WORKSPACE_ALIGNMENT - 1) / WORKSPACE_ALIGNMENT * WORKSPACE_ALIGNMENT;
    workspace->memory = aligned_alloc(WORKSPACE_ALIGNMENT, workspace->size);
    if (workspace->memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "workspace", "%zu bytes", size);
    return REASON_DONE;
}

static void workspace_finish(struct matcher_workspace *workspace)
{
    memory_wipe(workspace->memory, workspace->size);
    free(workspace->memory);
}

static enum reason extract_image(const uint8_t *bytes, size_t size, uint32_t ppi, uint32_t least_quality,
    struct matcher_template *template, struct failure *failure)
{
    struct sample_image image;
    struct matcher_workspace workspace;
    enum reason reason = sample_decode(bytes, size, "sample", &image, failure);
    if (reason != REASON_DONE)
        return reason;
    /* What the manifest says wins: many tools write 72 or 96 ppi into files that they know nothing about. */
    if (ppi == 0)
        ppi = image.ppi;
    if (ppi == 0)
        reason = failure_set(
            failure, REASON_RESOLUTION_UNKNOWN, "ppi", "neither the file nor the manifest says it");
    if (reason != REASON_DONE)
        goto out;
    struct matcher_sample sample = {.pixels = image.pixels,
        .width = image.width,
        .height = image.height,
        .stride = image.width,
        .ppi = ppi};
    reason = workspace_init(
        &workspace, matcher_extract_workspace_size(sample.width, sample.height, sample.ppi), failure);
    if (reason != REASON_DONE)
        goto out;
    struct matcher_sample_report report;
    reason = matcher_extract(&sample, workspace, template, &report, failure);
    if (reason == REASON_DONE)
        reason = matcher_sample_check(&report, least_quality, failure);
    workspace_finish(&workspace);
out:
    sample_image_finish(&image);
    return reason;
}

/* The view of the position asked for; of a record with one view that one, unless it says another position. */
static enum reason decode_record(const uint8_t *bytes, size_t size, enum finger_position *position,
    struct matcher_template *template, struct failure *failure)
{
    struct matcher_workspace workspace;
    enum finger_position found = FINGER_UNKNOWN;
    uint32_t views = matcher_decode_view_count(bytes, size, failure);
    if (views == 0)
        return failure->reason;
    enum reason reason = workspace_init(&workspace, matcher_compare_workspace_size(), failure);
    if (reason != REASON_DONE)
        return reason;
    bool wanted = false;
    for (uint32_t view = 0; view < views && reason == REASON_DONE && !wanted; view++) {
        reason = matcher_decode(bytes, size, view, workspace, template, &found, failure);
        wanted = found == *position || *position == FINGER_UNKNOWN || (views == 1 && found == FINGER_UNKNOWN);
    }
    workspace_finish(&workspace);
    if (reason == REASON_DONE && !wanted)
        return failure_set(
            failure, REASON_BAD_VALUE, "position", "the record holds no %s", finger_position_name(*position));
    if (reason == REASON_DONE && *position == FINGER_UNKNOWN)
        *position = found;
    return reason;
}

enum reason enrol_finger(const uint8_t *bytes, size_t size, uint32_t ppi, enum finger_position *position,
    uint32_t least_quality, struct matcher_template *template, uint8_t *quality, struct failure *failure)
{
    struct failure unknown = {0};
    struct matcher_template_summary summary;
    enum reason reason;
    if (matcher_format_detect(bytes, size, &unknown) != MATCHER_FORMAT_UNKNOWN)
        reason = decode_record(bytes, size, position, template, failure);
    else if (unknown.reason == REASON_UNSUPPORTED_FORMAT)
        return failure_set(failure, unknown.reason, unknown.subject, "%s", unknown.detail);
    else
        reason = extract_image(bytes, size, ppi, least_quality, template, failure);
    if (reason != REASON_DONE)
        return reason;
    matcher_template_summarize(template->bytes, template->size, &summary);
    *quality = summary.quality;
    return REASON_DONE;
}
