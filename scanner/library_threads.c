/* library_threads.c: libfprint looks for minutiae on a thread of GLib's pool, which then waits for other work: pieces of the picture would
 * lie on its stack for hours. The function by which it asks for that thread is replaced by one of the same name in this program,
 * which the linker finds first: what is run is the same, and then the stack below it is wiped. */
#include "base/locked_memory.h"
#include "scanner/child_internal.h"

#include <dlfcn.h>

#define WORK        "kordon-work"
#define STACK_WIPED ((size_t)1 << 20) /* of the 8 MiB that such a thread has */

struct work {
    GTaskThreadFunc run;
};

static void run_and_wipe(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const struct work *work = g_object_get_data(G_OBJECT(task), WORK);
    work->run(task, source, data, cancellable);
    stack_wipe(STACK_WIPED);
}

__attribute__((visibility("default"), used)) void g_task_run_in_thread(GTask *task, GTaskThreadFunc run)
{
    union {
        void *symbol;
        void (*call)(GTask *task, GTaskThreadFunc run);
    } library = {.symbol = dlsym(RTLD_NEXT, "g_task_run_in_thread")};
    if (library.symbol == NULL)
        g_error("GLib has no g_task_run_in_thread"); /* ends the process */
    struct work *work = g_new(struct work, 1);
    work->run = run;
    g_object_set_data_full(G_OBJECT(task), WORK, work, g_free);
    library.call(task, run_and_wipe);
}
