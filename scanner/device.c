#include "scanner/child_internal.h"

#include <gusb.h>
#include <math.h>
#include <string.h>

/* libfprint 1.94 leaves the resolution of every image at zero. Without an entry here 500 ppi is assumed,
 * which its documentation gives for most drivers, and the frame says so. */
#define ASSUMED_PPI 500

/* A reader that is to serve a post belongs here, with its maker's figure. */
static const struct {
    const char *driver;
    uint32_t ppi;
} known_resolutions[] = {
    /* The driver enlarges the 128x128 pixels of a 500 ppi sensor twofold: ridges in its images are 19 px
       apart. */
    {"aes3500", 1000},
    /* The same with 112x112 pixels: 21 px. */
    {"vfs7552", 1000},
};

static void fill_in_resolution(FpDevice *device, FpImage *image, struct scanner_frame *frame)
{
    double stated = fp_image_get_ppmm(image) * 25.4;
    if (stated >= SCANNER_PPI_MIN && stated <= SCANNER_PPI_MAX) {
        frame->ppi = (uint32_t)lround(stated);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(known_resolutions); i++)
        if (g_strcmp0(known_resolutions[i].driver, fp_device_get_driver(device)) == 0) {
            frame->ppi = known_resolutions[i].ppi;
            return;
        }
    frame->ppi = ASSUMED_PPI;
    frame->ppi_assumed = true;
}

/* Where the reader is plugged in ("usb-01-04-04": bus and ports): the one name that two readers of one model
 * don't share and that is the same in every process and after a restart. "virtual" where there is no USB. */
static void describe_place(FpDevice *device, char *place, size_t size)
{
    g_autoptr(GUsbDevice) usb = NULL;
    g_object_get(device, "fpi-usb-device", &usb, NULL);
    g_strlcpy(place, usb != NULL ? g_usb_device_get_platform_id(usb) : "virtual", size);
    g_strdelimit(place, ":", '-');
}

static void describe_id(FpDevice *device, char *id, size_t size)
{
    char place[SCANNER_ID_SIZE];
    describe_place(device, place, sizeof place);
    g_autofree char *text = g_strdup_printf("%s-%s", fp_device_get_driver(device), place);
    scanner_text_copy(id, size, text);
}

/* Two readers can share an id only without USB, where one environment variable makes one device; a second one
 * is told apart by its place in the list. */
static void make_unique(FpDevice *device, GPtrArray *all, char *id, size_t size)
{
    guint before = 0;
    for (guint i = 0; i < all->len && g_ptr_array_index(all, i) != device; i++) {
        char other[SCANNER_ID_SIZE];
        describe_id(g_ptr_array_index(all, i), other, sizeof other);
        before += strcmp(other, id) == 0;
    }
    if (before == 0)
        return;
    g_autofree char *text = g_strdup_printf("%s-%u", id, before + 1);
    scanner_text_copy(id, size, text);
}

void device_describe(FpDevice *device, GPtrArray *all, struct scanner_message *message)
{
    *message = (struct scanner_message){.type = SCANNER_MESSAGE_DEVICE};
    describe_id(device, message->device.id, sizeof message->device.id);
    make_unique(device, all, message->device.id, sizeof message->device.id);
    const char *name = fp_device_get_name(device);
    scanner_text_copy(message->device.name, sizeof message->device.name, name != NULL ? name : "");
    scanner_text_copy(message->device.driver, sizeof message->device.driver, fp_device_get_driver(device));
    message->device.scan_type =
        fp_device_get_scan_type(device) == FP_SCAN_TYPE_SWIPE ? SCANNER_SCAN_SWIPE : SCANNER_SCAN_PRESS;
    if (!fp_device_has_feature(device, FP_DEVICE_FEATURE_CAPTURE))
        scanner_text_copy(message->device.refusal, sizeof message->device.refusal,
            "it compares on its own chip and gives no image");
}

FpDevice *device_find(GPtrArray *all, const char *id)
{
    for (guint i = 0; i < all->len; i++) {
        struct scanner_message message;
        device_describe(g_ptr_array_index(all, i), all, &message);
        if (strcmp(message.device.id, id) == 0)
            return g_ptr_array_index(all, i);
    }
    return NULL;
}

enum reason device_frame(
    FpDevice *device, FpImage *image, struct scanner_frame *frame, struct failure *failure)
{
    /* Flips and inverted colours need nothing here: libfprint undoes them itself before a capture completes.
     */
    gsize size = 0;
    *frame = (struct scanner_frame){
        .width = fp_image_get_width(image),
        .height = fp_image_get_height(image),
        .pixels = fp_image_get_data(image, &size),
    };
    fill_in_resolution(device, image, frame);
    if (frame->width < SCANNER_IMAGE_SIDE_MIN || frame->width > SCANNER_IMAGE_SIDE_MAX ||
        frame->height < SCANNER_IMAGE_SIDE_MIN || frame->height > SCANNER_IMAGE_SIDE_MAX ||
        size != (size_t)frame->width * frame->height)
        return failure_set(failure, REASON_BAD_VALUE, fp_device_get_driver(device),
            "an image of %u x %u pixels", frame->width, frame->height);
    return REASON_DONE;
}

static void wipe(const guchar *pixels, size_t size)
{
    /* The pixels are the library's, which gives them out as const and frees them as they are. */
    if (pixels != NULL)
        explicit_bzero((void *)(uintptr_t)pixels, size);
}

void device_wipe_image(FpImage *image)
{
    size_t size = (size_t)fp_image_get_width(image) * fp_image_get_height(image);
    wipe(fp_image_get_data(image, NULL), size);
    wipe(fp_image_get_binarized(image, NULL), size);
}
