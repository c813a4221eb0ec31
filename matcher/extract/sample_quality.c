#include "matcher/extract/sample_quality.h"

#include "matcher/parameters.h"

void measure_sample(const struct extraction *extraction, struct matcher_sample_report *report)
{
    const struct grid *mask = &extraction->mask;
    float cells = 0, clear = 0;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        float clarity = extraction->clarity.at[i];
        cells += mask->at[i];
        clear += mask->at[i] * clarity * clarity;
    }
    float pixels = cells * CELL * CELL, side_mm = 25.4f / 500;
    float area = pixels * side_mm * side_mm;
    report->area_mm2 = (uint16_t)(area + 0.5f);
    float clarity = cells > 0 ? clear / cells : 0;
    float size = area / (area + QUALITY_HALF_AREA);
    report->quality = (uint8_t)(100 * clarity * size + 0.5f);
}
