/* report_json.c: the evaluation report for programs. Rates are fractions of 1, not per cent. */
#include "tools/bench/report.h"

static json_t *rate_json(const struct bounded_rate *rate)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I, s:f, s:s}", "rate", rate->rate, "low", rate->low, "high",
        rate->high, "errors", (json_int_t)rate->errors, "trials", (json_int_t)rate->trials, "score",
        rate->score, "bounds", rate->rule_of_three ? "rule of three" : "bootstrap over fingers");
}

static json_t *spread_json(const struct spread *spread)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "least", spread->least, "p5", spread->p5, "median",
        spread->median, "p95", spread->p95, "most", spread->most);
}

static json_t *at_fmrs_json(const struct bounded_rate rates[EVALUATION_FMRS])
{
    json_t *array = json_array();
    for (int i = 0; i < EVALUATION_FMRS; i++)
        json_array_append_new(
            array, json_pack("{s:f, s:o}", "fmr", evaluation_fmrs[i], "fnmr", rate_json(&rates[i])));
    return array;
}

static json_t *verification_json(const struct verification_rates *rates)
{
    json_t *at_scores = json_array();
    for (int i = 0; i < EVALUATION_SCORES; i++)
        json_array_append_new(
            at_scores, json_pack("{s:i, s:f, s:o, s:o}", "score", (int)evaluation_scores[i], "claimed_fmr",
                           matcher_score_fmr(evaluation_scores[i]), "fmr", rate_json(&rates->fmr_at_score[i]),
                           "fnmr", rate_json(&rates->fnmr_at_score[i])));
    return json_pack("{s:o, s:o, s:o}", "eer", rate_json(&rates->eer), "at_fmr",
        at_fmrs_json(rates->fnmr_at_fmr), "at_score", at_scores);
}

static json_t *identification_json(const struct identification_rates *rates)
{
    json_t *open = json_array();
    for (int i = 0; i < EVALUATION_FPIRS; i++)
        json_array_append_new(
            open, json_pack("{s:f, s:i, s:b, s:o, s:o}", "target_fpir", rates->open[i].target, "threshold",
                      (int)rates->open[i].threshold, "vouched_for", rates->open[i].reachable, "fpir",
                      rate_json(&rates->open[i].fpir), "fnir", rate_json(&rates->open[i].fnir)));
    return json_pack("{s:i, s:I, s:I, s:i, s:o, s:o}", "list_fingers", (int)rates->list_fingers,
        "non_mated_searches", (json_int_t)rates->non_mated_searches, "mated_searches",
        (json_int_t)rates->mated_searches, "fingers_used", 1, "open_set", open, "closed_set_not_first",
        rate_json(&rates->not_first));
}

static json_t *det_json(const struct set_report *set)
{
    json_t *points = json_array();
    for (size_t i = 0; i < set->det_count; i++)
        json_array_append_new(points, json_pack("{s:f, s:f, s:f}", "fmr", set->det[i].fmr, "fnmr",
                                          set->det[i].fnmr, "score", set->det[i].score));
    return points;
}

static json_t *set_json(const struct set_report *set)
{
    json_t *prints = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "fingers",
        (int)set->fingers, "impressions_least", (int)set->impressions_least, "impressions_most",
        (int)set->impressions_most, "images", (int)set->images, "ppi", (int)set->ppi, "width_least",
        (int)set->width_least, "width_most", (int)set->width_most, "height_least", (int)set->height_least,
        "height_most", (int)set->height_most, "failed_images", (int)set->failed_images);
    json_object_set_new(prints, "failed_fingers", json_integer(set->failed_fingers));
    json_t *pairs = json_pack("{s:I, s:I, s:I, s:I}", "mated", (json_int_t)set->mated, "non_mated",
        (json_int_t)set->non_mated, "non_mated_finger_pairs", (json_int_t)set->finger_pairs,
        "distinct_non_mated_scores", (json_int_t)set->distinct_non_mated_scores);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o}", "set", set->name, "prints",
        prints, "pairs", pairs, "verification", verification_json(&set->verification), "identification",
        identification_json(&set->identification), "quality", spread_json(&set->quality), "minutiae",
        spread_json(&set->minutiae), "template_bytes", spread_json(&set->template_bytes), "extraction_ms",
        spread_json(&set->extraction_milliseconds), "comparison_us", set->comparison_microseconds, "det",
        det_json(set));
}

json_t *report_json(const struct evaluation_report *report)
{
    json_t *sets = json_array();
    for (uint32_t i = 0; i < report->set_count; i++)
        json_array_append_new(sets, set_json(&report->sets[i]));
    json_t *means = json_pack("{s:o, s:o}", "eer", rate_json(&report->means.eer), "at_fmr",
        at_fmrs_json(report->means.fnmr_at_fmr));
    return json_pack("{s:s, s:i, s:s, s:s, s:s, s:i, s:o, s:o}", "engine", "kordon " KORDON_VERSION,
        "calibration", (int)matcher_calibration_version(), "date", report->date, "machine", report->machine,
        "system", report->system, "bootstrap_replicates", EVALUATION_REPLICATES, "sets", sets, "means",
        means);
}
