#include "daemon/api/list_json.h"

#include "daemon/sample_report.h"
#include "list/describe.h"

json_t *import_json(const struct list_import *import)
{
    struct list_import_state state = list_import_state(import);
    json_t *json = list_change_progress(state.change);
    json_object_set_new(json, "import", json_string(state.id));
    json_object_set_new(json, "owner", json_string(state.owner));
    json_object_set_new(json, "state", json_string(state.state));
    json_object_set_new(json, "dry_run", json_boolean(state.change->request.dry_run));
    return json;
}

static json_t *finger_json(const struct list_entry *entry, size_t index)
{
    const struct enrolment *enrolment = &entry->enrolments[index];
    json_t *json = json_pack("{s:s, s:i, s:b}", "position",
        finger_position_name(entry->read.entry.fingers[index].position), "minutiae",
        (int)enrolment->fingers[0].report.minutiae_count, "searchable", (int)(enrolment->count > 0));
    sample_report_add(json, enrolment->count > 0 ? &enrolment->fingers[0].report : &enrolment->report);
    return json;
}

static json_t *array_or_empty(json_t *array)
{
    return array != NULL ? json_incref(array) : json_array();
}

json_t *import_added_json(const struct list_outcome *outcome)
{
    json_t *json = list_change_progress(list_import_state(outcome->import).change);
    json_object_set_new(json, "faults", array_or_empty(outcome->findings->faults));
    json_object_set_new(json, "notes", array_or_empty(outcome->findings->notes));
    if (outcome->entry == NULL)
        return json;
    json_t *fingers = json_array();
    for (size_t i = 0; i < outcome->entry->read.entry.finger_count; i++)
        json_array_append_new(fingers, finger_json(outcome->entry, i));
    json_object_set_new(json, "fingers", fingers);
    return json;
}

json_t *list_changed_json(const struct kordond *kordond, const struct list_outcome *outcome)
{
    json_t *json = outcome->set == NULL      ? json_object()
                   : outcome->change != NULL ? list_change_answer(outcome->change, outcome->set)
                                             : list_set_answer(outcome->set);
    if (outcome->recorded == NULL)
        return json;
    const char *receipt = outcome->recorded->receipt;
    json_object_set_new(json, "seq", json_integer((json_int_t)outcome->recorded->seq));
    json_object_set_new(json, "receipt", json_string(receipt != NULL ? receipt : ""));
    json_object_set_new(json, "thresholds", list_thresholds_json(&kordond->list));
    json_object_set_new(json, "mode", json_string(mode_name(kordond->mode.word)));
    return json;
}

json_t *list_thresholds_json(const struct list *list)
{
    json_t *thresholds = json_array();
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++) {
        matcher_score threshold = 0;
        struct failure failure = {0};
        bool reachable = list_threshold(list, fingers, &threshold, &failure) == REASON_DONE;
        json_t *row = json_pack("{s:i, s:b}", "fingers", (int)fingers, "reachable", (int)reachable);
        if (reachable)
            json_object_set_new(row, "threshold", json_integer(threshold));
        else
            json_object_set_new(row, "why",
                json_string(failure.detail[0] != '\0' ? failure.detail : reason_text(failure.reason)));
        json_array_append_new(thresholds, row);
    }
    return thresholds;
}
