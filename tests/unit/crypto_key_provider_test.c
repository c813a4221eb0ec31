#include "tests/unit/unit.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/key_provider.h"
#include "tests/support/log_vectors.h"

static struct failure failure;

struct fixture {
    char folder[64];
    char path[96];
    char uri[128];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kordon-key-test.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/machine.key", fixture->folder);
    snprintf(fixture->uri, sizeof fixture->uri, "file:%s", fixture->path);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    int outcome = rmdir(fixture->folder); /* fails where a temporary file was left */
    free(fixture);
    return outcome;
}

static void put(const struct fixture *fixture, const void *bytes, size_t size, mode_t mode)
{
    assert_int_equal(file_write(fixture->path, bytes, size, mode, &failure), REASON_DONE);
}

static void refuse_open(const struct fixture *fixture, enum reason reason)
{
    struct key_provider *provider;
    assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), reason);
    assert_null(provider);
}

/* The vectors' machine key, 00 01 .. 1f. */
static struct key_provider *open_vector_key(const struct fixture *fixture)
{
    uint8_t key[KEY_BYTES];
    for (uint8_t i = 0; i < KEY_BYTES; i++)
        key[i] = i;
    put(fixture, key, sizeof key, 0600);
    struct key_provider *provider;
    assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), REASON_DONE);
    return provider;
}

/* A new key: 32 bytes, 0600, other each time, and what it wraps it unwraps after a restart. */
static void test_T5_create_open_wrap_unwrap(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(key_provider_create(fixture->uri, &failure), REASON_DONE);
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_size, KEY_BYTES);
    for (size_t size = 1; size <= KEY_WRAPPABLE_MAX; size++) {
        uint8_t key[KEY_WRAPPABLE_MAX], back[KEY_WRAPPABLE_MAX], wrapped[WRAPPED_KEY_MAX];
        memset(key, (int)size, sizeof key);
        struct key_provider *provider;
        assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), REASON_DONE);
        assert_string_equal(key_provider_kind(provider), "file");
        assert_int_equal(
            key_provider_wrap(provider, "list-key 1", key, size, wrapped, &failure), REASON_DONE);
        key_provider_close(provider);
        assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), REASON_DONE);
        assert_int_equal(key_provider_unwrap(
                             provider, "list-key 1", wrapped, WRAPPED_KEY_SIZE(size), back, size, &failure),
            REASON_DONE);
        assert_memory_equal(key, back, size);
        key_provider_close(provider);
    }
}

/* The machine key is never overwritten, whatever is there. */
static void test_T5_create_never_overwrites(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "something", 9, 0600);
    assert_int_equal(key_provider_create(fixture->uri, &failure), REASON_OUTPUT_EXISTS);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(file_read(fixture->path, 100, &bytes, &size, &failure), REASON_DONE);
    assert_string_equal((char *)bytes, "something");
    free(bytes);
}

/* No key: locked, and no new one appears. */
static void test_T5_missing_key_stays_missing(void **state)
{
    struct fixture *fixture = *state;
    refuse_open(fixture, REASON_KEY_MISSING);
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_string_equal(failure.subject, fixture->path);
}

/* Every permission of group and others makes a key unsafe. */
static void test_T1_key_readable_by_others_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(key_provider_create(fixture->uri, &failure), REASON_DONE);
    static const mode_t unsafe[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0660, 0777};
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++) {
        assert_int_equal(chmod(fixture->path, unsafe[i]), 0);
        refuse_open(fixture, REASON_KEY_UNSAFE);
    }
    static const mode_t safe[] = {0600, 0400};
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
        assert_int_equal(chmod(fixture->path, safe[i]), 0);
        struct key_provider *provider;
        assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), REASON_DONE);
        key_provider_close(provider);
    }
}

static void test_T1_key_of_another_user_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(key_provider_create(fixture->uri, &failure), REASON_DONE);
    if (chown(fixture->path, 12345, (gid_t)-1) != 0) {
        print_message("# skipped: only root may give files away\n");
        return;
    }
    refuse_open(fixture, REASON_KEY_UNSAFE);
    assert_non_null(strstr(failure.detail, "12345"));
}

static void test_T5_damaged_keys_are_named(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t bytes[64] = {1};
    static const size_t sizes[] = {0, 1, 31, 33, 64};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put(fixture, bytes, sizes[i], 0600);
        refuse_open(fixture, REASON_BAD_FORMAT);
    }
    put(fixture, bytes + 1, 32, 0600);
    refuse_open(fixture, REASON_BAD_FORMAT); /* zeroes */
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(mkdir(fixture->path, 0700), 0);
    refuse_open(fixture, REASON_BAD_FORMAT);
    assert_int_equal(rmdir(fixture->path), 0);
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    refuse_open(fixture, REASON_BAD_FORMAT); /* and does not wait for a writer */
}

/* What names no key is refused without showing what may be a PIN. */
static void test_T5_unknown_providers_are_refused(void **state)
{
    (void)state;
    static const char *const uris[] = {"", "file", "files:/x", "pkcs11:object=key?pin-value=1234", "/etc/key",
        "File:/x", "file:relative/key", "file:"};
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct key_provider *provider;
        assert_int_equal(key_provider_open(uris[i], &provider, &failure), REASON_CONFIGURATION_BAD);
        assert_null(provider);
        assert_null(strstr(failure.detail, "1234"));
        assert_int_equal(key_provider_create(uris[i], &failure), REASON_CONFIGURATION_BAD);
    }
    key_provider_close(NULL);
}

/* Wrapped by another implementation, from the layout that the header describes. */
static void test_T2_wrapped_key_vector(void **state)
{
    struct fixture *fixture = *state;
    struct key_provider *provider = open_vector_key(fixture);
    uint8_t wrapped[WRAPPED_KEY_SIZE(KEY_BYTES)], key[KEY_BYTES];
    log_vectors_hex(
        "01a35fc2b3a8a23bce404142434445464748494a4bc2988c000219a124e5ed3d1db7493d7449f7606f830039144f7e74"
        "deab2ed3e461d5d5d6e36890538589cdd13c21549e",
        wrapped, sizeof wrapped);
    assert_int_equal(
        key_provider_unwrap(provider, "list-key 1", wrapped, sizeof wrapped, key, sizeof key, &failure),
        REASON_DONE);
    for (uint8_t i = 0; i < KEY_BYTES; i++)
        assert_int_equal(key[i], 0x20 + i);
    key_provider_close(provider);
}

static void refuse_unwrap(struct key_provider *provider, const char *context, const uint8_t *wrapped,
    size_t wrapped_size, size_t key_size, enum reason reason)
{
    uint8_t key[KEY_WRAPPABLE_MAX];
    memset(key, 0x77, sizeof key);
    assert_int_equal(
        key_provider_unwrap(provider, context, wrapped, wrapped_size, key, key_size, &failure), reason);
    for (size_t i = 0; i < key_size; i++)
        assert_int_equal(key[i], 0);
}

/* A wrapped key opens only under its context, whole, unaltered, and by its machine key. */
static void test_T2_altered_and_swapped_wrapped_keys(void **state)
{
    struct fixture *fixture = *state;
    struct key_provider *provider = open_vector_key(fixture);
    uint8_t wrapped[WRAPPED_KEY_SIZE(KEY_BYTES)], key[KEY_BYTES] = {7};
    assert_int_equal(
        key_provider_wrap(provider, "list-key 1", key, sizeof key, wrapped, &failure), REASON_DONE);
    refuse_unwrap(provider, "list-key 2", wrapped, sizeof wrapped, KEY_BYTES, REASON_SEAL_BROKEN);
    refuse_unwrap(provider, "log-seed", wrapped, sizeof wrapped, KEY_BYTES, REASON_SEAL_BROKEN);
    refuse_unwrap(provider, "list-key 1", wrapped, sizeof wrapped, KEY_BYTES - 1, REASON_SEAL_BROKEN);
    refuse_unwrap(provider, "list-key 1", wrapped, sizeof wrapped, KEY_BYTES + 1, REASON_SEAL_BROKEN);
    for (size_t size = 0; size < sizeof wrapped; size++)
        refuse_unwrap(provider, "list-key 1", wrapped, size, KEY_BYTES, REASON_SEAL_BROKEN);
    for (size_t bit = 0; bit < 8 * sizeof wrapped; bit++) {
        wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
        bool in_id = bit >= 8 && bit < 8 * (1 + KEY_PROVIDER_ID_BYTES);
        refuse_unwrap(provider, "list-key 1", wrapped, sizeof wrapped, KEY_BYTES,
            in_id ? REASON_KEY_WRONG : REASON_SEAL_BROKEN);
        wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    key_provider_close(provider);
}

/* After a re-installation made a new machine key, the old state is locked, and says so. */
static void test_T5_another_machine_key_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    struct key_provider *provider = open_vector_key(fixture);
    uint8_t wrapped[WRAPPED_KEY_SIZE(KEY_BYTES)], key[KEY_BYTES] = {7};
    assert_int_equal(
        key_provider_wrap(provider, "list-key 1", key, sizeof key, wrapped, &failure), REASON_DONE);
    key_provider_close(provider);
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(key_provider_create(fixture->uri, &failure), REASON_DONE);
    assert_int_equal(key_provider_open(fixture->uri, &provider, &failure), REASON_DONE);
    refuse_unwrap(provider, "list-key 1", wrapped, sizeof wrapped, KEY_BYTES, REASON_KEY_WRONG);
    key_provider_close(provider);
}

static void test_wrong_arguments_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct key_provider *provider = open_vector_key(fixture);
    uint8_t key[KEY_WRAPPABLE_MAX + 1] = {0}, wrapped[WRAPPED_KEY_MAX + 1];
    char context[KEY_CONTEXT_MAX + 2];
    memset(context, 'c', sizeof context);
    context[sizeof context - 1] = '\0';
    assert_int_equal(key_provider_wrap(provider, context, key, 32, wrapped, &failure), REASON_BAD_ARGUMENT);
    context[sizeof context - 2] = '\0';
    assert_int_equal(key_provider_wrap(provider, context, key, 32, wrapped, &failure), REASON_DONE);
    assert_int_equal(key_provider_wrap(provider, "", key, 32, wrapped, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(key_provider_wrap(provider, "c", key, 0, wrapped, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(
        key_provider_wrap(provider, "c", key, sizeof key, wrapped, &failure), REASON_BAD_ARGUMENT);
    key_provider_close(provider);
}

/* Where the disk takes only part of the key, there is none afterwards, and no temporary file (tear_down). */
static void test_T5_failed_creation_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t allowed = 0; allowed < KEY_BYTES; allowed += 8) {
        struct rlimit small = {.rlim_cur = allowed, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        enum reason reason = key_provider_create(fixture->uri, &failure);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_true(reason == REASON_FILE_ERROR || reason == REASON_DISK_FULL);
        refuse_open(fixture, REASON_KEY_MISSING);
    }
    char nowhere[160];
    snprintf(nowhere, sizeof nowhere, "file:%s/none/key", fixture->folder);
    assert_int_equal(key_provider_create(nowhere, &failure), REASON_FILE_NOT_FOUND);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_T5_create_open_wrap_unwrap),
        IN_FOLDER(test_T5_create_never_overwrites),
        IN_FOLDER(test_T5_missing_key_stays_missing),
        IN_FOLDER(test_T1_key_readable_by_others_is_refused),
        IN_FOLDER(test_T1_key_of_another_user_is_refused),
        IN_FOLDER(test_T5_damaged_keys_are_named),
        IN_FOLDER(test_T5_unknown_providers_are_refused),
        IN_FOLDER(test_T2_wrapped_key_vector),
        IN_FOLDER(test_T2_altered_and_swapped_wrapped_keys),
        IN_FOLDER(test_T5_another_machine_key_is_wrong),
        IN_FOLDER(test_wrong_arguments_are_refused),
        IN_FOLDER(test_T5_failed_creation_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
