/* label_places.h: where the numbers of marks go, so that none lies on another or on a mark. Pure; any thread. */
#ifndef KORDON_TOOLS_KORDONCTL_LABEL_PLACES_H
#define KORDON_TOOLS_KORDONCTL_LABEL_PLACES_H

#include <stddef.h>

#include "tools/kordonctl/drawing.h"

struct label {
    struct place mark;
    struct place tip; /* where the short line ends that tells its direction */
    struct area box;  /* of its width and height; labels_place() says where */
};

/* Each beside its mark and not on a tip, further off where others are in the way, within that area, which holds all marks. The same labels get the
 * same places. Where there is too little room a label lies on a tip, where there is none at all on others. radius: of the marks. */
void labels_place(struct label *labels, size_t count, struct area within, int radius);

/* Where the line from a mark to its label begins and ends. */
struct place label_leader_begin(const struct label *label, int radius);
struct place label_leader_end(const struct label *label);

#endif
