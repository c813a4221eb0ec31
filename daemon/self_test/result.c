#include "daemon/self_test/result.h"

#include <stdio.h>

const char *self_test_outcome_name(enum self_test_outcome outcome)
{
    switch (outcome) {
    case SELF_TEST_NONE:
        return "none";
    case SELF_TEST_PASSED:
        return CODE_("self_test", "passed");
    case SELF_TEST_FAILS:
        return CODE_("self_test", "failed");
    case SELF_TEST_INCOMPLETE:
        return CODE_("self_test", "incomplete");
    }
    return "none";
}

const char *self_test_trigger_name(enum self_test_trigger trigger)
{
    switch (trigger) {
    case SELF_TEST_AT_START:
        return "start";
    case SELF_TEST_WHEN_DUE:
        return "due";
    case SELF_TEST_ON_DEMAND:
        return "demand";
    }
    return "start";
}

static json_t *prints_json(const struct self_test_result *result)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < result->set->print_count; i++) {
        const struct self_test_print_found *found = &result->prints[i];
        struct json_writer row;
        json_writer_object(&row);
        json_write_text(&row, "print", result->set->prints[i].name);
        json_write_boolean(&row, "enrolled", found->enrolled);
        if (found->enrolled)
            json_write_integer(&row, "quality", found->quality);
        json_write_integer(&row, "took_ms", found->took_ms);
        json_append_value(&list, json_writer_end(&row));
    }
    return json_writer_end(&list);
}

static json_t *pairs_json(const struct self_test_result *result)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < result->set->pair_count; i++) {
        const struct self_test_pair *pair = &result->set->pairs[i];
        const struct self_test_pair_found *found = &result->pairs[i];
        struct json_writer row;
        json_writer_object(&row);
        json_write_text(&row, "probe", result->set->prints[pair->probe].name);
        json_write_text(&row, "reference", result->set->prints[pair->reference].name);
        json_write_boolean(&row, "mated", pair->mated);
        json_write_integer(&row, "proven", pair->proven);
        if (found->compared)
            json_write_integer(&row, "score", found->score);
        json_write_boolean(&row, "passed", found->passed);
        json_write_integer(&row, "took_ms", found->took_ms);
        json_append_value(&list, json_writer_end(&row));
    }
    return json_writer_end(&list);
}

void self_test_result_add(struct json_writer *object, const struct self_test_result *result)
{
    char target[32]; /* the log's JSON has no fractions */
    json_write_text(object, "result", self_test_outcome_name(result->outcome));
    if (result->why.reason != REASON_DONE) {
        json_write_text(object, "reason", reason_name(result->why.reason));
        json_write_text(object, "detail", result->why.detail);
    }
    json_write_text(object, "trigger", self_test_trigger_name(result->trigger));
    json_write_integer(object, "took_ms", result->took_ms);
    json_write_text(object, "kernels", matcher_kernel_level());
    json_write_integer(object, "threads", result->threads);
    json_write_integer(object, "calibration", matcher_calibration_version());
    json_write_text(object, "prints_sha256", result->set->hash);
    snprintf(target, sizeof target, "%.9g", result->target_fmr);
    json_write_text(object, "target_fmr", target);
    if (result->threshold_known)
        json_write_integer(object, "threshold", result->threshold);
    json_write_value(object, "prints", prints_json(result));
    json_write_value(object, "pairs", pairs_json(result));
}
