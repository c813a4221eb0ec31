#include "daemon/service_manager.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/say.h"
#include "base/text.h"
#include "daemon/kordond.h"

static void tell(const char *message)
{
    int result = sd_notify(0, message);
    if (result < 0)
        say(SAY_WARNING, "the service manager can't be told %.*s: %s", (int)strcspn(message, "=\n"), message,
            strerror(-result));
}

#define STATUS_SIZE 900

static const char *status_of(const struct mode *mode, char text[static STATUS_SIZE])
{
    char line[700], names[DEGRADED_NAMES_SIZE];
    if (mode->word == MODE_ARMED)
        snprintf(text, STATUS_SIZE, "armed, from %u %s on", mode->armed_from_fingers,
            counted(mode->armed_from_fingers, "finger", "fingers"));
    else
        snprintf(text, STATUS_SIZE, "%s: %s", mode->word == MODE_LOCKED ? "locked" : "not armed",
            failure_line(&mode->why, line, sizeof line));
    degraded_names(&mode->degraded, names);
    size_t used = strlen(text);
    snprintf(text + used, STATUS_SIZE - used, "%s%s", names[0] != '\0' ? "; degraded: " : "", names);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* To systemd, and to whoever reads the journal. What locks the state is said where it is found. */
static void tell_status(const struct service_manager *manager, const char *before)
{
    const struct kordond *kordond = manager->kordond;
    char text[STATUS_SIZE], message[STATUS_SIZE + 32];
    snprintf(message, sizeof message, "%sSTATUS=%s", before, status_of(&kordond->mode, text));
    tell(message);
    if (kordond->guard.locked.reason == REASON_DONE)
        say(kordond->mode.word == MODE_ARMED ? SAY_NOTICE : SAY_WARNING, "identification: %s", text);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
    const struct service_manager *manager = (struct service_manager *)listener;
    if (event->type == EVENT_MODE && manager->kordond->server != NULL)
        tell_status(manager, "");
}

static void on_watchdog(uv_timer_t *timer)
{
    (void)timer;
    tell("WATCHDOG=1");
}

static void start_watchdog(struct service_manager *manager)
{
    uint64_t patience_us;
    if (sd_watchdog_enabled(0, &patience_us) <= 0)
        return;
    uint64_t period_ms = patience_us / 2000;
    uv_timer_start(&manager->watchdog, on_watchdog, 0, period_ms > 0 ? period_ms : 1);
}

void service_manager_init(struct service_manager *manager, struct kordond *kordond)
{
    manager->kordond = kordond;
    manager->listener.told = on_event;
    uv_timer_init(&kordond->loop, &manager->watchdog);
    events_subscribe(&kordond->events, &manager->listener);
}

void service_manager_serving(struct service_manager *manager)
{
    tell_status(manager, "READY=1\n");
    start_watchdog(manager);
}

void service_manager_reloading(void)
{
    char message[64];
    /* Its time shows systemd which READY belongs to which reload. */
    snprintf(message, sizeof message, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, uv_hrtime() / 1000);
    tell(message);
}

void service_manager_reloaded(void)
{
    tell("READY=1");
}

void service_manager_stopping(void)
{
    tell("STOPPING=1");
}
