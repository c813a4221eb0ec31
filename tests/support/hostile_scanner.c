/* hostile_scanner.c: a kordon-scanner that was taken over. The name it is started by says what it does wrong:
 * "reader-..." as the reader's child, "watcher-..." as the watcher; the other role is then played honestly.
 * It has no sandbox: what it can do is what the parent must stand. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scanner/protocol.h"

#define READER_ID       "hostile-1"
#define OTHER_READER_ID "hostile-2"

static const char *program;

static void send_bytes(const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t count = write(SCANNER_SOCKET, next, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            exit(0);
        next += count;
        size -= (size_t)count;
    }
}

static void send_raw(uint32_t size, uint8_t type, const void *payload, size_t payload_size)
{
    uint8_t header[SCANNER_HEADER_BYTES] = {
        (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size, type};
    send_bytes(header, sizeof header);
    send_bytes(payload, payload_size);
}

static void send_message(const struct scanner_message *message)
{
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    if (scanner_message_write(message, &writer, NULL) != REASON_DONE)
        exit(3);
    send_bytes(bytes, writer.used);
}

static void send_simple(enum scanner_message_type type)
{
    send_message(&(struct scanner_message){.type = type});
}

static void send_frame(void)
{
    static uint8_t pixels[64 * 64];
    send_message(
        &(struct scanner_message){.type = SCANNER_MESSAGE_FRAME, .frame = {64, 64, 500, false, pixels}});
    send_bytes(pixels, sizeof pixels);
}

static void hello(enum scanner_role role)
{
    send_message(&(struct scanner_message){
        .type = SCANNER_MESSAGE_HELLO, .hello = {.version = SCANNER_PROTOCOL_VERSION, .role = role}});
}

static void device(const char *id)
{
    struct scanner_message message = {.type = SCANNER_MESSAGE_DEVICE,
        .device = {.name = "Hostile reader", .driver = "hostile", .scan_type = SCANNER_SCAN_PRESS}};
    snprintf(message.device.id, sizeof message.device.id, "%s", id);
    send_message(&message);
}

/* The next message from the parent, or the end of this process. */
static struct scanner_message receive(void)
{
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    size_t used = 0, wanted = SCANNER_HEADER_BYTES;
    enum scanner_message_type type = SCANNER_MESSAGE_NONE;
    size_t size = 0;
    while (used < wanted) {
        ssize_t count = read(SCANNER_SOCKET, bytes + used, wanted - used);
        if (count <= 0)
            exit(0);
        used += (size_t)count;
        if (used == SCANNER_HEADER_BYTES && wanted == used) {
            if (scanner_header_parse(bytes, SCANNER_SENDER_PARENT, &type, &size, NULL) != REASON_DONE)
                exit(4);
            wanted += size;
        }
    }
    struct scanner_message message;
    if (scanner_message_parse(type, bytes + SCANNER_HEADER_BYTES, size, &message, NULL) != REASON_DONE)
        exit(4);
    return message;
}

static void wait_for(enum scanner_message_type type)
{
    for (;;) {
        struct scanner_message message = receive();
        if (message.type == type)
            return;
        if (message.type == SCANNER_MESSAGE_STOP)
            exit(0);
    }
}

static void sleep_for_ever(void)
{
    for (;;)
        pause();
}

static void open_reader(void)
{
    hello(SCANNER_ROLE_READER);
    wait_for(SCANNER_MESSAGE_OPEN);
    send_simple(SCANNER_MESSAGE_OPENED);
}

static void await_capture(void)
{
    open_reader();
    wait_for(SCANNER_MESSAGE_CAPTURE);
}

/* --- as the reader --- */

static void exits_at_once(void)
{
    exit(0);
}

static void says_nothing(void)
{
    sleep_for_ever();
}

static void never_opens(void)
{
    hello(SCANNER_ROLE_READER);
    sleep_for_ever();
}

static void sends_garbage(void)
{
    uint8_t garbage[4096];
    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (uint8_t)(i * 167 + 13);
    send_bytes(garbage, sizeof garbage);
    sleep_for_ever();
}

static void is_another_version(void)
{
    send_message(&(struct scanner_message){
        .type = SCANNER_MESSAGE_HELLO, .hello = {.version = 99, .role = SCANNER_ROLE_READER}});
    sleep_for_ever();
}

static void is_another_role(void)
{
    hello(SCANNER_ROLE_WATCHER);
    sleep_for_ever();
}

static void greets_twice(void)
{
    hello(SCANNER_ROLE_READER);
    hello(SCANNER_ROLE_READER);
    sleep_for_ever();
}

static void lists_as_reader(void)
{
    open_reader();
    device("hostile-2");
    sleep_for_ever();
}

static void sends_frame_unasked(void)
{
    open_reader();
    send_frame();
    sleep_for_ever();
}

static void claims_endless_length(void)
{
    await_capture();
    send_raw(UINT32_MAX, SCANNER_MESSAGE_FRAME, "", 0);
    sleep_for_ever();
}

static void claims_absurd_sides(void)
{
    await_capture();
    const uint8_t head[SCANNER_FRAME_HEAD + 4] = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 244, 0};
    send_raw(sizeof head, SCANNER_MESSAGE_FRAME, head, sizeof head);
    sleep_for_ever();
}

static void lies_about_pixels(void)
{
    await_capture();
    const uint8_t head[SCANNER_FRAME_HEAD + 4] = {0, 0, 0, 64, 0, 0, 0, 64, 0, 0, 1, 244, 0};
    send_raw(sizeof head, SCANNER_MESSAGE_FRAME, head, sizeof head);
    sleep_for_ever();
}

static void stops_in_the_frame(void)
{
    await_capture();
    const uint8_t head[SCANNER_FRAME_HEAD] = {0, 0, 0, 64, 0, 0, 0, 64, 0, 0, 1, 244, 0};
    send_raw(SCANNER_FRAME_HEAD + 64 * 64, SCANNER_MESSAGE_FRAME, head, sizeof head);
    sleep_for_ever();
}

static void sends_endless_frames(void)
{
    await_capture();
    for (;;)
        send_frame();
}

static void floods_with_fingers(void)
{
    await_capture();
    for (uint8_t i = 0;; i++)
        send_message(&(struct scanner_message){.type = SCANNER_MESSAGE_FINGER, .finger = i % 4});
}

static void hangs_in_capture(void)
{
    await_capture();
    sleep_for_ever();
}

static void answers_no_ping_asked(void)
{
    await_capture();
    send_message(&(struct scanner_message){.type = SCANNER_MESSAGE_ALIVE, .alive = 12345});
    sleep_for_ever();
}

static void ignores_cancel(void)
{
    await_capture();
    for (;;) {
        struct scanner_message message = receive();
        if (message.type == SCANNER_MESSAGE_PING)
            send_message(&(struct scanner_message){.type = SCANNER_MESSAGE_ALIVE, .alive = message.ping});
    }
}

static void answers_cancel_with_a_frame(void)
{
    await_capture();
    wait_for(SCANNER_MESSAGE_CANCEL);
    send_frame();
    wait_for(SCANNER_MESSAGE_STOP);
    exit(0);
}

static void cancels_unasked(void)
{
    await_capture();
    send_simple(SCANNER_MESSAGE_CANCELLED);
    sleep_for_ever();
}

static void dies_in_capture(void)
{
    await_capture();
    kill(getpid(), SIGKILL);
}

static void breaks_its_sandbox(void)
{
    await_capture();
    kill(getpid(), SIGSYS);
}

static void speaks_as_kordond(void)
{
    open_reader();
    send_simple(SCANNER_MESSAGE_STOP);
    sleep_for_ever();
}

static void forges_text(void)
{
    open_reader();
    send_raw(7, SCANNER_MESSAGE_FAILED, "\0\5a\nb\nc", 7);
    sleep_for_ever();
}

static void fails_twice(void)
{
    open_reader();
    send_message(&(struct scanner_message){
        .type = SCANNER_MESSAGE_FAILED, .failed = {.fault = SCANNER_FAULT_DEVICE, .text = "smoke"}});
    for (;;)
        send_frame();
}

static void never_stops(void)
{
    open_reader();
    sleep_for_ever();
}

static void is_honest(void)
{
    await_capture();
    for (;;) {
        send_frame();
        wait_for(SCANNER_MESSAGE_CAPTURE);
    }
}

/* --- as the watcher --- */

static void watches_honestly(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    send_simple(SCANNER_MESSAGE_ENUMERATED);
    wait_for(SCANNER_MESSAGE_STOP);
    exit(0);
}

static void lists_twice(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    device(READER_ID);
    sleep_for_ever();
}

static void lists_endlessly(void)
{
    hello(SCANNER_ROLE_WATCHER);
    for (unsigned i = 0;; i++) {
        char id[32];
        snprintf(id, sizeof id, "hostile-%u", i);
        device(id);
    }
}

static void loses_what_was_not_there(void)
{
    hello(SCANNER_ROLE_WATCHER);
    send_message(&(struct scanner_message){.type = SCANNER_MESSAGE_DEVICE_GONE, .device_gone = {"nobody"}});
    sleep_for_ever();
}

static void lists_and_loses_endlessly(void)
{
    hello(SCANNER_ROLE_WATCHER);
    for (;;) {
        device(READER_ID);
        send_message(
            &(struct scanner_message){.type = SCANNER_MESSAGE_DEVICE_GONE, .device_gone = {READER_ID}});
    }
}

static void never_enumerates(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    sleep_for_ever();
}

static void enumerates_twice(void)
{
    hello(SCANNER_ROLE_WATCHER);
    send_simple(SCANNER_MESSAGE_ENUMERATED);
    send_simple(SCANNER_MESSAGE_ENUMERATED);
    sleep_for_ever();
}

static void fails_in_its_own_words(void)
{
    hello(SCANNER_ROLE_WATCHER);
    send_message(&(struct scanner_message){
        .type = SCANNER_MESSAGE_FAILED, .failed = {.fault = SCANNER_FAULT_DEVICE, .text = "smoke"}});
    exit(1);
}

/* All readers are known, then nobody looks any more. */
static void goes_blind(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    send_simple(SCANNER_MESSAGE_ENUMERATED);
    exit(1);
}

/* Until the test makes a file of that name beside this program. */
static void wait_for_file(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.%s", program, name);
    while (access(path, F_OK) != 0)
        usleep(5000);
}

/* Unplugged and plugged in again when the test says so. */
static void plugs_again(const char *id)
{
    send_simple(SCANNER_MESSAGE_ENUMERATED);
    wait_for_file("unplug");
    struct scanner_message gone = {.type = SCANNER_MESSAGE_DEVICE_GONE};
    snprintf(gone.device_gone.id, sizeof gone.device_gone.id, "%s", id);
    send_message(&gone);
    wait_for_file("plug");
    device(id);
    wait_for(SCANNER_MESSAGE_STOP);
    exit(0);
}

static void hot_plugs(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    plugs_again(READER_ID);
}

static void hot_plugs_another(void)
{
    hello(SCANNER_ROLE_WATCHER);
    device(READER_ID);
    device(OTHER_READER_ID);
    plugs_again(OTHER_READER_ID);
}

/* Of no use until it was plugged in again. */
static void works_once_replugged(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.plug", program);
    if (access(path, F_OK) == 0)
        is_honest();
    ignores_cancel();
}

static const struct {
    const char *name;
    void (*watch)(void);
    void (*read)(void);
} behaviours[] = {
    {"reader-exits-at-once", watches_honestly, exits_at_once},
    {"reader-says-nothing", watches_honestly, says_nothing},
    {"reader-never-opens", watches_honestly, never_opens},
    {"reader-sends-garbage", watches_honestly, sends_garbage},
    {"reader-is-another-version", watches_honestly, is_another_version},
    {"reader-is-another-role", watches_honestly, is_another_role},
    {"reader-greets-twice", watches_honestly, greets_twice},
    {"reader-lists-as-reader", watches_honestly, lists_as_reader},
    {"reader-sends-frame-unasked", watches_honestly, sends_frame_unasked},
    {"reader-claims-endless-length", watches_honestly, claims_endless_length},
    {"reader-claims-absurd-sides", watches_honestly, claims_absurd_sides},
    {"reader-lies-about-pixels", watches_honestly, lies_about_pixels},
    {"reader-stops-in-the-frame", watches_honestly, stops_in_the_frame},
    {"reader-sends-endless-frames", watches_honestly, sends_endless_frames},
    {"reader-floods-with-fingers", watches_honestly, floods_with_fingers},
    {"reader-hangs-in-capture", watches_honestly, hangs_in_capture},
    {"reader-answers-no-ping-asked", watches_honestly, answers_no_ping_asked},
    {"reader-ignores-cancel", watches_honestly, ignores_cancel},
    {"reader-answers-cancel-with-a-frame", watches_honestly, answers_cancel_with_a_frame},
    {"reader-cancels-unasked", watches_honestly, cancels_unasked},
    {"reader-dies-in-capture", watches_honestly, dies_in_capture},
    {"reader-breaks-its-sandbox", watches_honestly, breaks_its_sandbox},
    {"reader-speaks-as-kordond", watches_honestly, speaks_as_kordond},
    {"reader-forges-text", watches_honestly, forges_text},
    {"reader-fails-twice", watches_honestly, fails_twice},
    {"reader-never-stops", watches_honestly, never_stops},
    {"reader-is-honest", watches_honestly, is_honest},
    {"watcher-exits-at-once", exits_at_once, is_honest},
    {"watcher-says-nothing", says_nothing, is_honest},
    {"watcher-sends-garbage", sends_garbage, is_honest},
    {"watcher-lists-twice", lists_twice, is_honest},
    {"watcher-lists-endlessly", lists_endlessly, is_honest},
    {"watcher-loses-what-was-not-there", loses_what_was_not_there, is_honest},
    {"watcher-lists-and-loses-endlessly", lists_and_loses_endlessly, is_honest},
    {"watcher-never-enumerates", never_enumerates, is_honest},
    {"watcher-enumerates-twice", enumerates_twice, is_honest},
    {"watcher-fails-in-its-own-words", fails_in_its_own_words, is_honest},
    {"watcher-goes-blind", goes_blind, is_honest},
    {"unplugged-in-capture", hot_plugs, ignores_cancel},
    {"replugged", hot_plugs, is_honest},
    {"replugged-in-capture", hot_plugs, works_once_replugged},
    {"another-replugged-in-capture", hot_plugs_another, answers_cancel_with_a_frame},
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    program = argv[0];
    const char *name = strrchr(argv[0], '/');
    name = name != NULL ? name + 1 : argv[0];
    bool watches = argc == 2 && strcmp(argv[1], "watch") == 0;
    for (size_t i = 0; i < sizeof behaviours / sizeof behaviours[0]; i++)
        if (strcmp(behaviours[i].name, name) == 0)
            (watches ? behaviours[i].watch : behaviours[i].read)();
    return 5;
}
