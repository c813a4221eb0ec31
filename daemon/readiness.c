#include "daemon/readiness.h"

#include "base/language.h"
#include "policy/fingers.h"
#include "policy/sensor.h"

/* Where swapped fingers are compared, too, somebody may be found all the same; but that nobody was could never be said. fingers: as many as
 * are asked for of a traveller who has all of them. */
static enum reason check_fingers(
    const struct list *list, const struct policy_purpose *purpose, uint32_t fingers, struct failure *failure)
{
    const struct reference_view view = opened_list_view(list->set, purpose->name);
    enum finger_position there[FINGER_POSITION_COUNT];
    const size_t count = policy_fingers_there(purpose, NULL, 0, there);
    struct word_list asked = {0};
    /* A demonstration asks for any finger: nobody knows which one it gets. */
    const uint32_t positions = list->policy->policy->demonstration
                                   ? 1u << FINGER_UNKNOWN
                                   : policy_fingers_asked(there, count, fingers);
    if (reference_view_reach(&view, positions, false).claimed > 0)
        return REASON_DONE;
    for (size_t i = 0; i < count && i < fingers; i++)
        word_list_add(&asked, finger_position_name(there[i]));
    return failure_set(failure, REASON_NO_COMMON_FINGER, "watchlist",
        N_("none of the %u people has a finger that is asked for first for %s: %s"), view.subjects,
        purpose->name, asked.text);
}

static enum reason no_sensor(
    const struct policy_purpose *purpose, const struct policy_sensor_need *need, struct failure *failure)
{
    const enum reason reason = REASON_SENSOR_NOT_PERMITTED;
    if (need->fap == 0)
        return failure_set(failure, reason, "sensor",
            N_("%s asks for presentation attack detection, and no registered sensor of this post has it"),
            purpose->name);
    if (!need->attack_detection)
        return failure_set(failure, reason, "sensor",
            N_("%s asks for FAP %u at least, and no registered sensor of this post has it"), purpose->name,
            need->fap);
    return failure_set(failure, reason, "sensor",
        N_("%s asks for FAP %u at least with presentation attack detection, and no registered sensor of this "
           "post has both"),
        purpose->name, need->fap);
}

static enum reason check_sensors(
    const struct list *list, const struct policy_purpose *purpose, struct failure *failure)
{
    const struct policy_sensor_need need = policy_sensor_need(purpose, POLICY_IDENTIFICATION);
    struct word_list names = {0};
    if (need.fap == 0 && !need.attack_detection)
        return REASON_DONE;
    config_add_permitted_sensors(list->configuration, &need, &names);
    return names.text[0] != '\0' ? REASON_DONE : no_sensor(purpose, &need, failure);
}

static enum reason find_fingers(
    const struct list *list, const struct policy_purpose *purpose, uint32_t *fingers, struct failure *failure)
{
    const double target = list->configuration->identification.target_fpir;
    const uint32_t people = opened_list_view(list->set, purpose->name).subjects;
    enum reason reason = REASON_THRESHOLD_UNREACHABLE;
    matcher_score threshold;
    for (*fingers = purpose->fingers_needed; *fingers <= purpose->finger_count; ++*fingers) {
        reason = matcher_identification_threshold(target, people, *fingers, &threshold, failure);
        if (reason == REASON_DONE)
            return reason;
    }
    return reason;
}

enum reason readiness_check(const struct list *list, const struct policy_purpose *purpose, int64_t now_ms,
    uint32_t *fingers, struct failure *failure)
{
    enum reason reason = list_check_somebody(list, purpose->name, failure);
    if (reason == REASON_DONE)
        reason = find_fingers(list, purpose, fingers, failure);
    if (reason == REASON_DONE)
        reason = check_sensors(list, purpose, failure);
    /* That nobody is searched for says more than how old such a list is. */
    if (reason == REASON_DONE)
        reason = list_check_age(list, purpose->name, now_ms, failure);
    /* Last, since a traveller whose own fingers are named is judged by those: nothing else is then against the purpose. */
    if (reason == REASON_DONE)
        reason = check_fingers(list, purpose, *fingers, failure);
    if (reason != REASON_DONE)
        *fingers = 0;
    return reason;
}
