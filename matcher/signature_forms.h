/* signature_forms.h: the learned linear forms whose signs are a descriptor's bits. Private to signature.c. */
#ifndef KORDON_MATCHER_SIGNATURE_FORMS_H
#define KORDON_MATCHER_SIGNATURE_FORMS_H

#include <stdint.h>

/* A square grid of cells round the minutia, three values a cell, and room up to a whole number of vectors. */
#define SIGNATURE_GRID   7
#define SIGNATURE_VALUES 152

/* The bit is set where the sum of weights times values exceeds the threshold. */
struct signature_form {
    int32_t threshold;
    int16_t weights[SIGNATURE_VALUES];
};
extern const struct signature_form signature_forms[64];

#endif
