#include "daemon/api/list_json.h"

#include "daemon/api/recorded.h"
#include "daemon/sample_report.h"
#include "json/writer.h"
#include "list/describe.h"

json_t *import_json(const struct list_import *import)
{
    struct list_import_state state = list_import_state(import);
    struct json_writer json;
    json_writer_over(&json, list_change_progress(state.change));
    json_write_text(&json, "import", state.id);
    json_write_text(&json, "owner", state.owner);
    json_write_text(&json, "state", state.state);
    json_write_boolean(&json, "dry_run", state.change->request.dry_run);
    return json_writer_end(&json);
}

static json_t *finger_json(const struct list_entry *entry, size_t index)
{
    const struct enrolment *enrolment = &entry->enrolments[index];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "position", finger_position_name(entry->read.entry.fingers[index].position));
    json_write_integer(&json, "minutiae", enrolment->fingers[0].report.minutiae_count);
    json_write_boolean(&json, "searchable", enrolment->count > 0);
    sample_report_add(&json, enrolment->count > 0 ? &enrolment->fingers[0].report : &enrolment->report);
    return json_writer_end(&json);
}

static json_t *fingers_json(const struct list_entry *entry)
{
    struct json_writer fingers;
    json_writer_array(&fingers);
    for (size_t i = 0; i < entry->read.entry.finger_count; i++)
        json_append_value(&fingers, finger_json(entry, i));
    return json_writer_end(&fingers);
}

static json_t *array_or_empty(json_t *array)
{
    return array != NULL ? json_incref(array) : json_array();
}

json_t *import_added_json(const struct list_outcome *outcome)
{
    struct json_writer json;
    json_writer_over(&json, list_change_progress(list_import_state(outcome->import).change));
    json_write_value(&json, "faults", array_or_empty(outcome->findings->faults));
    json_write_value(&json, "notes", array_or_empty(outcome->findings->notes));
    if (outcome->entry != NULL)
        json_write_value(&json, "fingers", fingers_json(outcome->entry));
    return json_writer_end(&json);
}

json_t *list_changed_json(const struct kordond *kordond, const struct list_outcome *outcome)
{
    struct json_writer json;
    json_writer_over(&json, outcome->set == NULL      ? json_object()
                            : outcome->change != NULL ? list_change_answer(outcome->change, outcome->set)
                                                      : list_set_answer(outcome->set));
    if (outcome->recorded != NULL) {
        recorded_write(&json, true, outcome->recorded); /* to supervisors alone */
        json_write_value(&json, "thresholds", list_thresholds_json(&kordond->list));
        json_write_text(&json, "mode", mode_name(kordond->mode.word));
    }
    return json_writer_end(&json);
}

static json_t *threshold_json(const struct list *list, uint32_t fingers)
{
    matcher_score threshold = 0;
    struct failure failure = {0};
    struct json_writer json;
    bool reachable = list_threshold(list, fingers, &threshold, &failure) == REASON_DONE;
    json_writer_object(&json);
    json_write_integer(&json, "fingers", fingers);
    json_write_boolean(&json, "reachable", reachable);
    if (reachable)
        json_write_integer(&json, "threshold", threshold);
    else
        json_write_text(
            &json, "why", failure.detail[0] != '\0' ? failure.detail : reason_text(failure.reason));
    return json_writer_end(&json);
}

json_t *list_thresholds_json(const struct list *list)
{
    struct json_writer thresholds;
    json_writer_array(&thresholds);
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++)
        json_append_value(&thresholds, threshold_json(list, fingers));
    return json_writer_end(&thresholds);
}
