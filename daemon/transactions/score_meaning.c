#include "daemon/transactions/score_meaning.h"

#include <math.h>
#include <stdio.h>

#include "base/figure.h"
#include "base/language.h"

#define FIGURE_MOST 1e18 /* as a whole number; rarer is vouched for by nobody */

/* Two digits of it: a rate is not known better. Downwards, so that no false match seems rarer than is vouched for. */
static const char *rounded_down(double figure, char text[static FIGURE_SIZE])
{
    figure = fmin(figure, FIGURE_MOST);
    double step = figure >= 100 ? pow(10, floor(log10(figure)) - 1) : 1;
    /* the little more is for what should be a whole number of steps and lost its last bit */
    return figure_format(LANGUAGE_ENGLISH, (uint64_t)(floor(figure / step + 1e-9) * step), text);
}

/* To tenths, upwards. */
static double rounded_up(double figure)
{
    double tenths = ceil(figure * 10 - 1e-9);
    return tenths > 0 ? tenths / 10 : 0;
}

const char *score_meaning(const struct scored_search *search, char text[static SCORE_MEANING_SIZE])
{
    const struct matcher_meaning meaning =
        matcher_score_meaning(search->score, search->fingers, search->people);
    char comparisons[FIGURE_SIZE], searches[FIGURE_SIZE], people[FIGURE_SIZE], a_day[FIGURE_SIZE];
    int used = snprintf(text, SCORE_MEANING_SIZE,
        N_("of %s comparisons of two different people at most one scores as high"),
        rounded_down(meaning.comparisons, comparisons));
    used += snprintf(text + used, SCORE_MEANING_SIZE - (size_t)used, "; ");
    used += snprintf(text + used, SCORE_MEANING_SIZE - (size_t)used,
        N_("of %s searches among %s people for somebody who is none of them at most one finds somebody so "
           "alike"),
        rounded_down(meaning.searches, searches), figure_format(LANGUAGE_ENGLISH, search->people, people));
    used += snprintf(text + used, SCORE_MEANING_SIZE - (size_t)used, "; ");
    snprintf(text + used, SCORE_MEANING_SIZE - (size_t)used,
        N_("of a day's %s searches %.1f at most are expected to end with a false match"),
        figure_format(LANGUAGE_ENGLISH, search->a_day, a_day),
        rounded_up(matcher_expected_false_matches(search->target_fpir, search->a_day)));
    return text;
}
