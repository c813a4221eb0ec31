/* nbis.c: libfprint's side; see nbis.h. */
#include "lab/peers/nbis.h"

#include <errno.h>
#include <fprint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define VIRTUAL_DRIVER "virtual_image"

struct nbis {
    FpContext *context;
    FpDevice *device;
    int socket; /* to the reader, as its finger */
};

struct nbis_print {
    FpPrint *print;
};

/* All threads of the process: libfprint runs mindtct in one of its own. */
static double processor_milliseconds(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
        return 0;
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

/* --- The reader and its finger --- */

static FpDevice *find_reader(FpContext *context)
{
    GPtrArray *devices = fp_context_get_devices(context);
    for (guint i = 0; i < devices->len; i++) {
        FpDevice *device = g_ptr_array_index(devices, i);
        if (g_strcmp0(fp_device_get_driver(device), VIRTUAL_DRIVER) == 0)
            return device;
    }
    return NULL;
}

static enum reason connect_finger(struct nbis *nbis, const char *path, struct failure *failure)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return failure_set(failure, REASON_TOO_LARGE, path, "as a socket's path");
    memcpy(address.sun_path, path, strlen(path) + 1);
    nbis->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (nbis->socket < 0 || connect(nbis->socket, (struct sockaddr *)&address, sizeof address) != 0)
        return failure_set_errno(failure, errno, path, "connect");
    return REASON_DONE;
}

enum reason nbis_open(struct nbis **opened, const char *folder, struct failure *failure)
{
    struct nbis *nbis = g_new0(struct nbis, 1);
    g_autofree char *path = g_build_filename(folder, "finger.sock", NULL);
    g_autoptr(GError) error = NULL;
    enum reason reason = REASON_DONE;
    nbis->socket = -1;
    g_setenv("FP_VIRTUAL_IMAGE", path, TRUE);
    nbis->context = fp_context_new();
    nbis->device = find_reader(nbis->context);
    if (nbis->device == NULL)
        reason = failure_set(
            failure, REASON_UNSUPPORTED_FORMAT, VIRTUAL_DRIVER, "this libfprint does not have it");
    else if (!fp_device_open_sync(nbis->device, NULL, &error))
        reason = failure_set(failure, REASON_FILE_ERROR, VIRTUAL_DRIVER, "%s", error->message);
    else
        reason = connect_finger(nbis, path, failure);
    if (reason != REASON_DONE) {
        nbis_close(nbis);
        return reason;
    }
    *opened = nbis;
    return REASON_DONE;
}

void nbis_close(struct nbis *nbis)
{
    if (nbis == NULL)
        return;
    if (nbis->socket >= 0)
        close(nbis->socket);
    if (nbis->device != NULL && fp_device_is_open(nbis->device))
        fp_device_close_sync(nbis->device, NULL, NULL);
    g_clear_object(&nbis->context);
    g_free(nbis);
}

/* A finger put on and lifted, written by a thread: an image does not fit into a socket's buffer. */
struct touch {
    int socket;
    struct nbis_image image;
};

static gpointer write_touch(gpointer data)
{
    const struct touch *touch = data;
    const int32_t head[2] = {(int32_t)touch->image.width, (int32_t)touch->image.height};
    const struct {
        const void *bytes;
        size_t size;
    } parts[2] = {
        {head, sizeof head}, {touch->image.pixels, (size_t)touch->image.width * touch->image.height}};
    for (int i = 0; i < 2; i++)
        for (size_t done = 0; done < parts[i].size;) {
            ssize_t count =
                send(touch->socket, (const char *)parts[i].bytes + done, parts[i].size - done, MSG_NOSIGNAL);
            if (count <= 0)
                return NULL;
            done += (size_t)count;
        }
    return NULL;
}

/* --- mindtct --- */

static void detection_done(GObject *image, GAsyncResult *result, gpointer data)
{
    int *outcome = data;
    *outcome = fp_image_detect_minutiae_finish(FP_IMAGE(image), result, NULL) ? 1 : -1;
}

double nbis_detect(const struct nbis_image *image)
{
    g_autoptr(FpImage) copy = fp_image_new((gint)image->width, (gint)image->height);
    gsize size;
    /* libfprint's drivers fill a new image in place; from outside it is const, and there is no other way in. */
    guchar *pixels = (guchar *)(uintptr_t)fp_image_get_data(copy, &size);
    if (size < (gsize)image->width * image->height)
        return -1;
    memcpy(pixels, image->pixels, (size_t)image->width * image->height);
    int outcome = 0;
    double start = processor_milliseconds();
    fp_image_detect_minutiae(copy, NULL, detection_done, &outcome);
    while (outcome == 0)
        g_main_context_iteration(NULL, TRUE);
    double milliseconds = processor_milliseconds() - start;
    GPtrArray *minutiae = fp_image_get_minutiae(copy);
    return outcome > 0 && minutiae != NULL && minutiae->len > 0 ? milliseconds : -1;
}

/* --- bozorth3 --- */

/* The images of an enrolment, one a stage; a finger that is refused too often is given up. */
struct enrolment {
    struct touch touch;
    GThread *writer;
    GCancellable *cancellable;
    int touches;
};

#define TOUCHES_MAX (2 * NBIS_COPIES)

static void touch_again(struct enrolment *enrolment)
{
    if (enrolment->writer != NULL)
        g_thread_join(enrolment->writer);
    enrolment->writer = NULL;
    if (++enrolment->touches > TOUCHES_MAX)
        g_cancellable_cancel(enrolment->cancellable);
    else
        enrolment->writer = g_thread_new("finger", write_touch, &enrolment->touch);
}

static void stage_done(FpDevice *device, gint completed, FpPrint *print, gpointer data, GError *error)
{
    (void)print;
    (void)error;
    if (completed < fp_device_get_nr_enroll_stages(device))
        touch_again(data);
}

struct nbis_print *nbis_enroll(struct nbis *nbis, const struct nbis_image *image)
{
    struct enrolment enrolment = {.touch = {nbis->socket, *image}, .cancellable = g_cancellable_new()};
    touch_again(&enrolment);
    FpPrint *print = fp_device_enroll_sync(
        nbis->device, fp_print_new(nbis->device), enrolment.cancellable, stage_done, &enrolment, NULL);
    if (enrolment.writer != NULL)
        g_thread_join(enrolment.writer);
    g_object_unref(enrolment.cancellable);
    if (print == NULL)
        return NULL;
    struct nbis_print *enrolled = g_new0(struct nbis_print, 1);
    enrolled->print = print;
    return enrolled;
}

void nbis_print_free(struct nbis_print *print)
{
    if (print == NULL)
        return;
    g_object_unref(print->print);
    g_free(print);
}

double nbis_identify(
    struct nbis *nbis, const struct nbis_image *probe, struct nbis_print *const *prints, uint32_t count)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    g_autoptr(FpPrint) match = NULL;
    g_autoptr(FpPrint) scanned = NULL;
    for (uint32_t i = 0; i < count; i++)
        g_ptr_array_add(list, prints[i]->print);
    struct touch touch = {nbis->socket, *probe};
    double start = processor_milliseconds();
    GThread *writer = g_thread_new("finger", write_touch, &touch);
    gboolean done = fp_device_identify_sync(nbis->device, list, NULL, NULL, NULL, &match, &scanned, NULL);
    g_thread_join(writer);
    return done && match == NULL ? processor_milliseconds() - start : -1;
}
