#include "daemon/loop.h"

static void on_turn(uv_prepare_t *prepare)
{
    struct loop_watch *watch = prepare->data;
    uint64_t now = uv_hrtime(), waited = uv_metrics_idle_time(prepare->loop);
    if (watch->turn_began_ns != 0) {
        uint64_t busy = now - watch->turn_began_ns - (waited - watch->waited_ns);
        if (busy > watch->longest_block_ns)
            watch->longest_block_ns = busy;
    }
    watch->turn_began_ns = now;
    watch->waited_ns = waited;
}

enum reason loop_init(uv_loop_t *loop, struct loop_watch *watch, struct failure *failure)
{
    int error = uv_loop_init(loop);
    if (error != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "loop", "uv_loop_init: %s", uv_strerror(error));
    uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(loop, &watch->turn);
    watch->turn.data = watch;
    uv_prepare_start(&watch->turn, on_turn);
    uv_unref((uv_handle_t *)&watch->turn);
    return REASON_DONE;
}
