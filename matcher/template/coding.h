/* coding.h: how minutiae and ridge flow lie in a packed template's bits; template.h describes the layout around
 * them. Private to the packed template. No state: any thread may call.
 */
#ifndef KORDON_MATCHER_TEMPLATE_CODING_H
#define KORDON_MATCHER_TEMPLATE_CODING_H

#include "matcher/template/bits.h"
#include "matcher/template/template.h"

/* --- Minutiae --- */

/* Bytes that count minutiae take whose lowest quality is lowest_quality, in an image of that size. */
size_t matcher_template_minutiae_bytes(
    uint32_t width, uint32_t height, uint32_t count, uint32_t lowest_quality);

/* content's minutiae must be valid and in the packed order. */
void matcher_template_code_minutiae(struct bit_writer *writer, const struct template_content *content);

/* What is wrong with the minutiae of a view whose header is valid and whose bytes hold them, or NULL. */
const char *matcher_template_minutiae_fault(const struct template_view *view);

/* Negative where a comes before b in the packed order. */
int matcher_template_minutia_order(const struct template_minutia *a, const struct template_minutia *b);

bool matcher_template_minutia_is_valid(
    const struct template_minutia *minutia, uint32_t width, uint32_t height);

/* --- Ridge flow --- */

void matcher_template_code_flow(struct bit_writer *writer, const struct template_flow *flow);

/* What is wrong with the ridge flow of a view whose header is valid, or NULL. */
const char *matcher_template_flow_fault(const struct template_view *view);

#endif
