/* report_markdown.c: the evaluation report for people. Rates are per cent here. */
#include "tools/bench/report.h"

/* Points of a curve that are told; what is left out lies between two that differ little. */
#define DET_ROWS 12

/* "0.357 (1/280; 0.000-1.071)"; an upper bound by the rule of three is marked. */
static void write_rate(const struct bounded_rate *rate, FILE *out)
{
    fprintf(out, " %.3f (%zu/%zu; %.3f-%.3f%s) |", 100 * rate->rate, rate->errors, rate->trials,
        100 * rate->low, 100 * rate->high, rate->rule_of_three ? " R3" : "");
}

static void write_header(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "# Technology evaluation of kordon's fingerprint comparison\n\n"
        "In the manner of ISO/IEC 19795-1: stored samples, compared offline.\n\n"
        "| | |\n|---|---|\n| engine | kordon " KORDON_VERSION " |\n| calibration | version %u |\n"
        "| machine | %s |\n| system | %s |\n| day | %s |\n| fingers used in a decision | 1 |\n\n",
        matcher_calibration_version(), report->machine, report->system, report->date);
}

static void write_range(uint32_t least, uint32_t most, FILE *out)
{
    if (least == most)
        fprintf(out, "%u", least);
    else
        fprintf(out, "%u-%u", least, most);
}

static void write_sets(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "## Prints and pairs\n\n"
        "FTA: images from which no template could be made. FTE: fingers without any template. A comparison "
        "with a failed image scores 0 and is counted, so that false non-match rates below include failures "
        "to acquire.\n\n"
        "| set | fingers | impressions | images | ppi | px at 500 ppi | FTA | FTE | mated pairs | non-mated "
        "pairs | of pairs of fingers | distinct non-mated scores |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < report->set_count; i++) {
        const struct set_report *set = &report->sets[i];
        fprintf(out, "| %s | %u | ", set->name, set->fingers);
        write_range(set->impressions_least, set->impressions_most, out);
        fprintf(out, " | %u | %u | ", set->images, set->ppi);
        write_range(set->width_least, set->width_most, out);
        fprintf(out, " x ");
        write_range(set->height_least, set->height_most, out);
        fprintf(out, " | %u | %u | %zu | %zu | %zu | %zu |\n", set->failed_images, set->failed_fingers,
            set->mated, set->non_mated, set->finger_pairs, set->distinct_non_mated_scores);
    }
}

static void write_verification(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "\n## Verification\n\n"
        "Per cent (errors/trials; 95 %% bounds). FNMR is the lowest at a threshold of the set's own where "
        "its "
        "FMR is at most what the column says; at FMR 0, no false match was seen.\n\n"
        "| set | EER | FNMR at FMR 1 %% | FNMR at FMR 0.1 %% | FNMR at FMR 0.01 %% | FNMR at FMR 0 |\n"
        "|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < report->set_count; i++) {
        fprintf(out, "| %s |", report->sets[i].name);
        write_rate(&report->sets[i].verification.eer, out);
        for (int f = 0; f < EVALUATION_FMRS; f++)
            write_rate(&report->sets[i].verification.fnmr_at_fmr[f], out);
        fprintf(out, "\n");
    }
    const struct mean_rates *means = &report->means;
    fprintf(out, "| mean | %.3f (%.3f-%.3f) |", 100 * means->eer.rate, 100 * means->eer.low,
        100 * means->eer.high);
    for (int f = 0; f < EVALUATION_FMRS; f++)
        fprintf(out, " %.3f (%.3f-%.3f) |", 100 * means->fnmr_at_fmr[f].rate, 100 * means->fnmr_at_fmr[f].low,
            100 * means->fnmr_at_fmr[f].high);
    fprintf(out, "\n");
}

static void write_scores(const struct evaluation_report *report, FILE *out)
{
    fprintf(out, "\n## Verification at calibrated scores\n\n"
                 "A score s claims FMR = 10^(-s/10), the same on every set.\n\n"
                 "| set | score | claimed FMR | FMR | FNMR |\n|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < report->set_count; i++)
        for (int s = 0; s < EVALUATION_SCORES; s++) {
            const struct verification_rates *rates = &report->sets[i].verification;
            fprintf(out, "| %s | %d | %.4g |", s == 0 ? report->sets[i].name : "", (int)evaluation_scores[s],
                100 * matcher_score_fmr(evaluation_scores[s]));
            write_rate(&rates->fmr_at_score[s], out);
            write_rate(&rates->fnmr_at_score[s], out);
            fprintf(out, "\n");
        }
}

static void write_identification(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "\n## Identification\n\n"
        "One impression of each finger is the list, in turn each impression number; all other prints search "
        "it, with one finger. N: fingers in the list besides the probe's own. The threshold is the one that "
        "kordon derives for N and the target FPIR; a star: rarer than the calibration vouches for, the "
        "highest score stands for it. No watchlist's version applies: the lists are the sets'. Closed set: "
        "searches whose mate did not stand first.\n\n"
        "| set | N | target FPIR | threshold | FPIR | FNIR | not first |\n|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < report->set_count; i++)
        for (int t = 0; t < EVALUATION_FPIRS; t++) {
            const struct identification_rates *rates = &report->sets[i].identification;
            fprintf(out, "| %s | %u | %g %% | %d%s |", t == 0 ? report->sets[i].name : "",
                rates->list_fingers, 100 * rates->open[t].target, (int)rates->open[t].threshold,
                rates->open[t].reachable ? "" : "*");
            write_rate(&rates->open[t].fpir, out);
            write_rate(&rates->open[t].fnir, out);
            if (t == 0)
                write_rate(&rates->not_first, out);
            else
                fprintf(out, " |");
            fprintf(out, "\n");
        }
}

static void write_det(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "\n## Detection error trade-off\n\n"
        "Points at which FNMR changes, from the lowest mated score to the first threshold without a "
        "false match; at most %d a set.\n\n"
        "| set | score | FMR %% | FNMR %% |\n|---|---|---|---|\n",
        DET_ROWS);
    for (uint32_t i = 0; i < report->set_count; i++) {
        const struct set_report *set = &report->sets[i];
        size_t rows = set->det_count < DET_ROWS ? set->det_count : DET_ROWS;
        for (size_t row = 0; row < rows; row++) {
            size_t point = rows < 2 ? 0 : row * (set->det_count - 1) / (rows - 1);
            fprintf(out, "| %s | %.2f | %.4f | %.3f |\n", row == 0 ? set->name : "", set->det[point].score,
                100 * set->det[point].fmr, 100 * set->det[point].fnmr);
        }
    }
}

static void write_spread(const struct spread *spread, int digits, FILE *out)
{
    fprintf(out, " %.*f (%.*f-%.*f) |", digits, spread->median, digits, spread->p5, digits, spread->p95);
}

static void write_samples(const struct evaluation_report *report, FILE *out)
{
    fprintf(out,
        "\n## Quality, templates, times\n\n"
        "Median (5 %% - 95 %%). Times are a thread's processor time, without decoding the image; the "
        "comparison's is the median over blocks of 64 pairs.\n\n"
        "| set | quality | minutiae | bytes a template | extraction, ms | comparison, us |\n"
        "|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < report->set_count; i++) {
        const struct set_report *set = &report->sets[i];
        fprintf(out, "| %s |", set->name);
        write_spread(&set->quality, 0, out);
        write_spread(&set->minutiae, 0, out);
        write_spread(&set->template_bytes, 0, out);
        write_spread(&set->extraction_milliseconds, 1, out);
        fprintf(out, " %.1f |\n", set->comparison_microseconds);
    }
}

static void write_method(FILE *out)
{
    fprintf(out,
        "\n## How the figures were made\n\n"
        "- Pairs: every two prints of a set once, the first name as the probe. Mated: same finger. "
        "Non-mated: different fingers, also of one person. No print is compared across sets.\n"
        "- Bounds: 95 %%, %d draws of as many fingers as the set has, with replacement, all their "
        "comparisons "
        "with them; fixed seed. Where no error was seen (R3): 3 / trials, which takes comparisons that share "
        "fingers for independent and so is too narrow. Identification draws the probes' fingers only.\n"
        "- EER: half-way between the two rates where they come nearest. Means: each set counts the same.\n"
        "- The same command on the same prints gives the same rates and bounds; times and the day differ.\n",
        EVALUATION_REPLICATES);
    fprintf(out,
        "\n## What these figures can't tell\n\n"
        "- Rates below about 3 / trials, and below 3 / pairs of fingers where fingers resemble each other.\n"
        "- Other sensors, populations, ages, climates, and habituation: nobody chose these fingers to stand "
        "for travellers.\n"
        "- FPIR and FNIR with long lists: those here have as many fingers as a set. FPIR grows with N, as "
        "the threshold has to.\n"
        "- Failure to enrol and to acquire as a sensor's own software would count them: samples that were "
        "refused at capture are not in the sets.\n"
        "- Presentation attacks and altered fingers, unless a set was made of them.\n"
        "- Sets on which weights, parameters or the calibration were fitted flatter the engine; "
        "docs/accuracy.md says which those are and what leaving each out gives.\n");
}

void report_write_markdown(const struct evaluation_report *report, FILE *out)
{
    write_header(report, out);
    write_sets(report, out);
    write_verification(report, out);
    write_scores(report, out);
    write_identification(report, out);
    write_det(report, out);
    write_samples(report, out);
    write_method(out);
}
