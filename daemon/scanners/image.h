/* image.h: one captured sample, as it goes from the child's socket to the thread that extracts it.
 *
 * It is allocated once, read straight into, and handed on whole: pixels are in one place at a time. Owned by one thread
 * at a time; the functions touch only their argument.
 */
#ifndef KORDON_DAEMON_SCANNERS_IMAGE_H
#define KORDON_DAEMON_SCANNERS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/locked_memory.h"
#include "scanner/protocol.h"

struct scanner_image {
    uint32_t width, height; /* px, SCANNER_IMAGE_SIDE_MIN to _MAX */
    uint32_t ppi;           /* SCANNER_PPI_MIN to _MAX */
    bool ppi_assumed;       /* 500 for want of a better figure: libfprint states none for most readers */
    const uint8_t *pixels;  /* width * height, 8-bit gray, rows from the top, ridges dark */
    char scanner_id[SCANNER_ID_SIZE];
    char driver[SCANNER_DRIVER_SIZE];
    struct locked_memory memory; /* private: this struct and what follows */
    uint8_t payload[];           /* private: the message it came in */
};

/* Zeroed, in locked memory, with room for a message of payload_size bytes. NO_MEMORY, MEMLOCK_LIMIT; *image is NULL then. */
enum reason scanner_image_create(struct scanner_image **image, size_t payload_size, struct failure *failure);

/* Wipes and frees; takes NULL. */
void scanner_image_free(struct scanner_image *image);

#endif
