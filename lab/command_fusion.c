/* command_fusion.c: `fusion`: one finger against two fused, whether fused scores keep their scale, and swaps. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lab/fusion.h"
#include "lab/lab.h"

static void print_rate(const char *what, const struct bounded_rate *rate)
{
    printf("  %-58s %6.2f %% (%.2f-%.2f%s)  %zu of %zu\n", what, rate->rate * 100, rate->low * 100,
        rate->high * 100, rate->rule_of_three ? ", 3 / trials" : "", rate->errors, rate->trials);
}

static void print_text(const char *folder, const struct fusion_rates *rates)
{
    printf("%s: %u fingers, %u %s, %u pairs of fingers\n", folder, rates->fingers, rates->people,
        rates->virtual_people ? "virtual people of any two fingers" : "people", rates->duos);
    printf(" False non-matches where the observed FMR is at most 0.01 %%:\n");
    char line[96];
    snprintf(line, sizeof line, "one finger, from score %d", rates->single_threshold);
    print_rate(line, &rates->single_fnmr);
    for (int kind = 0; kind < FUSION_MEETINGS; kind++) {
        if (rates->fmr[kind][0].trials == 0)
            continue;
        snprintf(line, sizeof line, "two, from %d (%s)", rates->threshold[kind], fusion_meeting_names[kind]);
        print_rate(line, &rates->fnmr[kind]);
    }
    print_rate("two, from score 40", &rates->fnmr40);
    printf(" Fused scores of different people, observed FMR to claim:\n");
    for (int kind = 0; kind < FUSION_MEETINGS; kind++)
        for (int c = 0; c < FUSION_CHECKS; c++) {
            const struct bounded_rate *rate = &rates->fmr[kind][c];
            double claim = matcher_score_fmr(fusion_checks[c]);
            if (rate->trials > 0)
                printf("  %-36s %d: %5.2f (%.2f-%.2f)  %zu of %zu\n", fusion_meeting_names[kind],
                    fusion_checks[c], rate->rate / claim, rate->low / claim, rate->high / claim, rate->errors,
                    rate->trials);
        }
    printf(" Swaps tolerated, from score 40:\n");
    print_rate("in order, but said to be swapped", &rates->said_in_order);
    print_rate("swapped and not found", &rates->missed_swapped);
    print_rate("swapped, found, but not said to be", &rates->unsaid_swapped);
}

static json_t *rate_json(const struct bounded_rate *rate)
{
    return json_pack("{s:f, s:f, s:f, s:I, s:I}", "rate", rate->rate, "low", rate->low, "high", rate->high,
        "errors", (json_int_t)rate->errors, "trials", (json_int_t)rate->trials);
}

static void print_json(const char *folder, const struct fusion_rates *rates)
{
    json_t *meetings = json_array();
    for (int kind = 0; kind < FUSION_MEETINGS; kind++) {
        json_t *fmr = json_array();
        for (int c = 0; c < FUSION_CHECKS; c++)
            json_array_append_new(fmr, rate_json(&rates->fmr[kind][c]));
        json_array_append_new(meetings,
            json_pack("{s:s, s:i, s:o, s:o}", "meeting", fusion_meeting_names[kind], "threshold",
                (int)rates->threshold[kind], "fnmr", rate_json(&rates->fnmr[kind]), "fmr_at_20_30_40", fmr));
    }
    json_t *root = json_pack("{s:s, s:b, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "set", folder,
        "virtual", (int)rates->virtual_people, "people", (int)rates->people, "fingers", (int)rates->fingers,
        "calibration", (int)matcher_calibration_version(), "one_finger", rate_json(&rates->single_fnmr),
        "two_fingers", meetings, "two_fingers_at_40", rate_json(&rates->fnmr40), "in_order_said_swapped",
        rate_json(&rates->said_in_order), "swapped_not_found", rate_json(&rates->missed_swapped),
        "swapped_not_said", rate_json(&rates->unsaid_swapped));
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(root);
}

int lab_fusion(const struct measure_options *options)
{
    struct failure failure = {0};
    struct print_set set;
    struct pair_list list = {0};
    struct fusion_rates rates;
    enum reason reason = print_set_read(&set, options->sets[0], options->ppis[0], options->threads, &failure);
    if (reason != REASON_DONE)
        return measure_fail(&failure);
    reason = pair_list_all(&list, &set, &failure);
    if (reason == REASON_DONE)
        reason = pair_list_compare(&list, &set, options->threads, &failure);
    if (reason == REASON_DONE)
        reason = fusion_measure(&rates, &set, &list, &failure);
    if (reason == REASON_DONE && options->json)
        print_json(options->sets[0], &rates);
    else if (reason == REASON_DONE)
        print_text(options->sets[0], &rates);
    pair_list_finish(&list);
    print_set_finish(&set);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
