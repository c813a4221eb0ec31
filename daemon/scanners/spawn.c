#include "daemon/scanners/spawn_internal.h"

#include <stdio.h>
#include <stdlib.h>

/* What simulated readers and sanitizers need, where it is set; no setting of kordond's own. */
static const char *const inherited[] = {"FP_VIRTUAL_IMAGE", "FP_VIRTUAL_DEVICE", "FP_DEVICE_EMULATION",
    "UMOCKDEV_DIR", "LD_PRELOAD", "LD_LIBRARY_PATH", "G_MESSAGES_DEBUG", "ASAN_OPTIONS", "UBSAN_OPTIONS",
    "LSAN_OPTIONS", "TSAN_OPTIONS"};

/* GLib is to look for no desktop's services. */
static const struct {
    const char *name, *value;
} fixed[] = {{"GIO_USE_VFS", "local"}, {"GSETTINGS_BACKEND", "memory"}, {"LC_ALL", "C.UTF-8"}};

#define INHERITED_COUNT (sizeof inherited / sizeof inherited[0])
#define FIXED_COUNT     (sizeof fixed / sizeof fixed[0])

struct environment {
    char text[INHERITED_COUNT + FIXED_COUNT][512];
    char *variables[INHERITED_COUNT + FIXED_COUNT + 1];
    size_t count;
};

/* A value too long for its place is left out: cut, it would name another socket or folder. */
static void add(struct environment *environment, const char *name, const char *value)
{
    char *text = environment->text[environment->count];
    size_t size = sizeof environment->text[0];
    int length = snprintf(text, size, "%s=%s", name, value);
    if (length > 0 && (size_t)length < size)
        environment->variables[environment->count++] = text;
}

static void make_environment(struct environment *environment)
{
    environment->count = 0;
    for (size_t i = 0; i < INHERITED_COUNT; i++) {
        const char *value = getenv(inherited[i]);
        if (value != NULL)
            add(environment, inherited[i], value);
    }
    for (size_t i = 0; i < FIXED_COUNT; i++)
        add(environment, fixed[i].name, fixed[i].value);
    environment->variables[environment->count] = NULL;
}

int scanner_spawn(struct scanner_process *process, uv_exit_cb on_exit)
{
    char program[4096];
    snprintf(program, sizeof program, "%s", process->options->program);
    char role[8];
    snprintf(role, sizeof role, "%s", process->role == SCANNER_ROLE_WATCHER ? "watch" : "read");
    char *arguments[] = {program, role, NULL};
    struct environment environment;
    make_environment(&environment);
    uv_stdio_container_t descriptors[SCANNER_SOCKET + 1] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
            .data.stream = (uv_stream_t *)&process->socket},
    };
    if (process->options->log_descriptor > 0)
        descriptors[2] =
            (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = process->options->log_descriptor};
    const uv_process_options_t options = {
        .exit_cb = on_exit,
        .file = program,
        .args = arguments,
        .env = environment.variables,
        .stdio_count = SCANNER_SOCKET + 1,
        .stdio = descriptors,
    };
    return uv_spawn(process->loop, &process->child, &options);
}
