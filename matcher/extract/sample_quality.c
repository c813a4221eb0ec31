#include "matcher/extract/sample_quality.h"

#include "matcher/parameters.h"

float mean_clarity(const struct extraction *extraction)
{
    const struct grid *mask = &extraction->mask;
    float cells = 0, sum = 0;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        cells += mask->at[i];
        sum += mask->at[i] * extraction->clarity.at[i];
    }
    return cells > 0 ? sum / cells : 0;
}

void measure_sample(const struct extraction *extraction, struct matcher_sample_report *report)
{
    const struct grid *mask = &extraction->mask;
    float cells = 0, side_mm = CELL * 25.4f / 500;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++)
        cells += mask->at[i];
    float area = cells * side_mm * side_mm;
    report->area_mm2 = (uint16_t)(area + 0.5f);
    float clarity =
        (mean_clarity(extraction) - QUALITY_LEAST_CLARITY) / (QUALITY_FULL_CLARITY - QUALITY_LEAST_CLARITY);
    clarity = clarity < 0 ? 0 : clarity > 1 ? 1 : clarity;
    float size = area / (area + QUALITY_HALF_AREA);
    report->quality = (uint8_t)(100 * clarity * size + 0.5f);
}
