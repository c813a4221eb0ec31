/* deletion.h: what a transaction held of a traveller's fingers and has wiped (M1): counted where it is wiped, said in the entry of its end,
 * which signs it. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_DELETION_H
#define KORDON_DAEMON_TRANSACTIONS_DELETION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "enrol/enrol.h"

struct deletion {
    uint32_t images;     /* pictures and files of samples and references */
    uint32_t templates;  /* of samples */
    uint32_t references; /* templates of references */
    uint32_t pictures;   /* of samples, that were kept beside their templates */
    bool sealed;         /* a match: what those need who verify it is sealed until they have decided (M2) */
};

/* Wipes them with the pictures that lie beside them; adds to the templates that *wiped counts, and to deletion's pictures. */
void deletion_wipe_templates(
    struct locked_template *templates, size_t count, uint32_t *wiped, struct deletion *deletion);

/* The statement: {"images", "templates", "references", "pictures", "kept": "none" or "sealed"}. For when nothing is left alone. NULL without memory. */
json_t *deletion_json(const struct deletion *deletion);

#endif
