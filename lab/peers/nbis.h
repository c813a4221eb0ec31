/* nbis.h: mindtct and bozorth3 as Debian ships them, inside libfprint, through its public functions alone.
 *
 * mindtct is fp_image_detect_minutiae(). bozorth3 can be reached by an identification on libfprint's virtual
 * image reader only: its time is what a long list of candidates takes longer than a short one.
 *
 * Thread rule: one struct nbis in a process; all functions from the thread that opened it.
 */
#ifndef KORDON_LAB_PEERS_NBIS_H
#define KORDON_LAB_PEERS_NBIS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct nbis;
struct nbis_print; /* an enrolled finger: NBIS_COPIES templates of one image */

/* libfprint's virtual reader enrols this many images; an identification compares with each of them. */
#define NBIS_COPIES 5

/* 8-bit gray pixels, ridges dark, row by row. */
struct nbis_image {
    const uint8_t *pixels;
    uint32_t width, height;
};

/* Opens the virtual reader, whose socket is made in folder (an own, empty one). Reason: DEVICE_ABSENT where
 * libfprint was built without it, FILE_ERROR. nbis_close() takes NULL. */
enum reason nbis_open(struct nbis **nbis, const char *folder, struct failure *failure);
void nbis_close(struct nbis *nbis);

/* Milliseconds of processor time that mindtct takes for an image; negative where it finds no minutiae. */
double nbis_detect(const struct nbis_image *image);

/* The image as an enrolled finger; NULL where libfprint will not have it. nbis_print_free() takes NULL. */
struct nbis_print *nbis_enroll(struct nbis *nbis, const struct nbis_image *image);
void nbis_print_free(struct nbis_print *print);

/* Milliseconds of processor time of an identification: mindtct for the probe, then bozorth3 with each copy of
 * each print until one matches. Negative where it failed or one did match. */
double nbis_identify(
    struct nbis *nbis, const struct nbis_image *probe, struct nbis_print *const *prints, uint32_t count);

#endif
