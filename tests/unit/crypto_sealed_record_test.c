#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/aead_internal.h"
#include "crypto/random.h"
#include "crypto/sealed_record.h"
#include "tests/support/log_vectors.h"

static struct failure failure;

static const char body_text[] = "{\"doc\":\"X123\",\"match\":false,\"score\":17}";
#define BODY_SIZE (sizeof body_text - 1)

struct fixture {
    struct sealer *sealer;
    uint8_t key[KEY_BYTES];
    struct sealed_place place;
    uint8_t sealed[SEALED_PADDING + SEALED_OVERHEAD];
    uint8_t wrapped[SEALED_WRAPPED_KEY_BYTES];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (fixture == NULL || sealer_create(&fixture->sealer, &failure) != REASON_DONE)
        return -1;
    fixture->place = (struct sealed_place){.table = "watchlist", .column = "alert", .epoch = 3, .version = 7};
    for (uint8_t i = 0; i < 32; i++)
        fixture->key[i] = i;
    for (uint8_t i = 0; i < 16; i++) {
        fixture->place.database[i] = i;
        fixture->place.id[i] = (uint8_t)(0x20 + i);
    }
    assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &fixture->place, body_text, BODY_SIZE,
                         fixture->sealed, sizeof fixture->sealed, &failure),
        REASON_DONE);
    assert_int_equal(sealed_record_wrap_key(fixture->sealer, fixture->key, &fixture->place, fixture->key,
                         fixture->wrapped, &failure),
        REASON_DONE);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    sealer_destroy(fixture->sealer);
    free(fixture);
    return 0;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return any == 0;
}

/* Opening must be refused with SEAL_BROKEN, and nothing readable may remain. */
static void refuse(struct fixture *fixture, const uint8_t *key, const struct sealed_place *place,
    const uint8_t *sealed, size_t size)
{
    uint8_t room[2 * SEALED_PADDING];
    size_t body_size = 99;
    memset(room, 0, sizeof room);
    assert_int_equal(sealed_record_open(
                         fixture->sealer, key, place, sealed, size, room, sizeof room, &body_size, &failure),
        REASON_SEAL_BROKEN);
    assert_int_equal(body_size, 0);
    assert_true(is_zero(room, sizeof room));
}

static void refuse_place(struct fixture *fixture, const struct sealed_place *place)
{
    refuse(fixture, fixture->key, place, fixture->sealed, sizeof fixture->sealed);
    uint8_t key[KEY_BYTES];
    memset(key, 0x77, sizeof key);
    assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, place, fixture->wrapped,
                         sizeof fixture->wrapped, key, &failure),
        REASON_SEAL_BROKEN);
    assert_true(is_zero(key, sizeof key));
}

/* Records sealed by another implementation of AES-256-GCM, from the layout that the header describes. */
static void test_T2_layout_vectors(void **state)
{
    struct fixture *fixture = *state;
    static const char row[] = "000102030405060708090a0b3c20b274a6c7f839d570a5b893c55a00e2a2e45cd241391d541480"
                              "a93f1a63dd73758cc69ef66f98"
                              "74a47fed88872838ee59608d5ad6a3da3f972a1918e3f5eef03cc67ad3d126611c54aa6eef8f0e"
                              "e8388ac96276635368fdfd9ecc"
                              "78f0b98dcbf859e6a441c81a9e1c3eb24875217fba6762abe3c5259a4dff57cd82e66e0ebb5200"
                              "c6b4d7cb5308e148a13dda4cc2"
                              "36f4e3353511934a8c5fe877fad2e9ee93979e15e9ffcc7ea763ddfadf8086bb9dceca228bab73"
                              "bc65dfc0c771c5b7f3134c8afa"
                              "0dddd6c93756d3e6ba41d984e17ef8763d00baf171919ac741488ffa4323d4afe62003255247b8"
                              "08b5117c51a893b9759d3089a5"
                              "176b67738b9c42a659da22d7c25a6c4171da1c96b044ab37";
    static const char key[] =
        "000102030405060708090a0b6723f438e1c0e43ca568bda09dc45642b3e7b507c44e694b005edfbe21543e"
        "8da4eaef7310093379b432ba0cff9cdb70";
    uint8_t sealed[SEALED_PADDING + SEALED_OVERHEAD], room[SEALED_PADDING], record_key[KEY_BYTES];
    size_t size;
    log_vectors_hex(row, sealed, sizeof sealed);
    assert_int_equal(sealed_record_open(fixture->sealer, fixture->key, &fixture->place, sealed, sizeof sealed,
                         room, sizeof room, &size, &failure),
        REASON_DONE);
    assert_int_equal(size, BODY_SIZE);
    assert_memory_equal(room, body_text, size);
    log_vectors_hex(key, sealed, SEALED_WRAPPED_KEY_BYTES);
    assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, &fixture->place, sealed,
                         SEALED_WRAPPED_KEY_BYTES, record_key, &failure),
        REASON_DONE);
    for (uint8_t i = 0; i < KEY_BYTES; i++)
        assert_int_equal(record_key[i], 0x20 + i);
}

/* The cipher itself: the same body under other associated data, without padding. */
static void test_T2_cipher_vector(void **state)
{
    struct fixture *fixture = *state;
    static const char associated_hex[] =
        "6b6f72646f6e2f726f772f76310074656d706c61746500000102030405060708090a0b0c0d0e0f"
        "000000000000002a000000030000000000000007";
    uint8_t sealed[AEAD_OVERHEAD + BODY_SIZE], associated[59], plain[BODY_SIZE];
    log_vectors_hex(
        "000102030405060708090a0b3c20b274a6c7f839d570a5b893c55a00e2a2e45cd241391d541480a93f1a63dd73758cc6"
        "9ef66fed0ac964fc5b911affb5e158bb20e68f",
        sealed, sizeof sealed);
    log_vectors_hex(associated_hex, associated, sizeof associated);
    struct aead aead;
    bool opened;
    assert_int_equal(aead_init(&aead, &failure), REASON_DONE);
    assert_int_equal(aead_open(&aead, fixture->key, (struct aead_piece){associated, sizeof associated},
                         sealed, sizeof sealed, plain, &opened, &failure),
        REASON_DONE);
    assert_true(opened);
    assert_memory_equal(plain, body_text, BODY_SIZE);
    aead_finish(&aead);
}

/* Sizes from nothing to several steps come back, and show only their step of 256. */
static void test_T1_sizes_and_padding(void **state)
{
    struct fixture *fixture = *state;
    static const size_t sizes[] = {0, 1, 251, 252, 253, 255, 256, 257, 508, 509, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = sizes[i], opened_size, sealed_bytes = sealed_size(size);
        assert_int_equal(sealed_bytes, (size + 4 + 255) / 256 * 256 + 28);
        uint8_t *body = malloc(size + 1), *sealed = malloc(sealed_bytes),
                *room = malloc(sealed_room(sealed_bytes));
        assert_true(body != NULL && sealed != NULL && room != NULL);
        assert_int_equal(random_bytes(body, size, &failure), REASON_DONE);
        assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &fixture->place,
                             size > 0 ? body : NULL, size, sealed, sealed_bytes, &failure),
            REASON_DONE);
        assert_int_equal(sealed_record_open(fixture->sealer, fixture->key, &fixture->place, sealed,
                             sealed_bytes, room, sealed_room(sealed_bytes), &opened_size, &failure),
            REASON_DONE);
        assert_int_equal(opened_size, size);
        assert_memory_equal(room, body, size);
        free(body);
        free(sealed);
        free(room);
    }
    assert_int_equal(sealed_size(SEALED_BODY_MAX + 1), 0);
    assert_int_equal(sealed_room(0), 0);
    assert_int_equal(sealed_room(28), 0);
    assert_int_equal(sealed_room(283), 0);
    assert_int_equal(sealed_room(284), 256);
    assert_int_equal(sealed_room(285), 0);
    assert_int_equal(sealed_room(sealed_size(SEALED_BODY_MAX) + 256), 0);
    assert_int_equal(sealed_room(SIZE_MAX), 0);
}

/* Every part of the place counts, for the data and for the wrapped key: nothing opens elsewhere or later. */
static void test_T2_nothing_opens_in_another_place(void **state)
{
    struct fixture *fixture = *state;
    struct sealed_place place = fixture->place;
    place.table = "referral";
    refuse_place(fixture, &place);
    place = fixture->place;
    place.column = "identity";
    refuse_place(fixture, &place);
    place = fixture->place;
    place.epoch++;
    refuse_place(fixture, &place);
    place = fixture->place;
    place.version--;
    refuse_place(fixture, &place);
    for (size_t i = 0; i < SEALED_ID_BYTES; i++) {
        place = fixture->place;
        place.id[i] ^= 1;
        refuse_place(fixture, &place);
        place = fixture->place;
        place.database[i] ^= 0x80;
        refuse_place(fixture, &place);
    }
    /* Letters that move from one name to the other make another place. */
    place = fixture->place;
    place.table = "watchlistalert";
    place.column = "x";
    refuse_place(fixture, &place);
    place.table = "watchlis";
    place.column = "talert";
    refuse_place(fixture, &place);
    assert_string_equal(failure.subject, "watchlis.talert 202122232425262728292a2b2c2d2e2f");
}

/* Two rows' contents exchanged, and an older version of a row put back over the newer one. */
static void test_T2_swapped_and_rolled_back_rows(void **state)
{
    struct fixture *fixture = *state;
    struct sealed_place other = fixture->place;
    other.id[0] ^= 0xff;
    uint8_t sealed[sizeof fixture->sealed];
    assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &other, body_text, BODY_SIZE, sealed,
                         sizeof sealed, &failure),
        REASON_DONE);
    refuse(fixture, fixture->key, &fixture->place, sealed, sizeof sealed);
    refuse(fixture, fixture->key, &other, fixture->sealed, sizeof fixture->sealed);
    struct sealed_place newer = fixture->place;
    newer.version++;
    refuse(fixture, fixture->key, &newer, fixture->sealed, sizeof fixture->sealed);
}

/* Data is no wrapped key and a wrapped key no data, even of the right size. */
static void test_T2_kinds_are_kept_apart(void **state)
{
    struct fixture *fixture = *state;
    struct aead aead;
    uint8_t key[KEY_BYTES], forged[SEALED_WRAPPED_KEY_BYTES], associated[73];
    static const char associated_hex[] =
        "6b6f72646f6e2f726f772f76310077617463686c69737400616c657274000001020304050607"
        "08090a0b0c0d0e0f202122232425262728292a2b2c2d2e2f000000030000000000000007";
    log_vectors_hex(associated_hex, associated, sizeof associated);
    const struct aead_piece piece = {fixture->key, KEY_BYTES};
    assert_int_equal(aead_init(&aead, &failure), REASON_DONE);
    assert_int_equal(aead_seal(&aead, fixture->key, (struct aead_piece){associated, sizeof associated},
                         &piece, 1, forged, &failure),
        REASON_DONE);
    aead_finish(&aead);
    assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, &fixture->place, forged,
                         sizeof forged, key, &failure),
        REASON_SEAL_BROKEN);
}

/* Each bit of nonce, ciphertext and tag, and each shorter or longer form. */
static void test_T2_no_change_opens(void **state)
{
    struct fixture *fixture = *state;
    for (size_t bit = 0; bit < 8 * sizeof fixture->sealed; bit++) {
        fixture->sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        refuse(fixture, fixture->key, &fixture->place, fixture->sealed, sizeof fixture->sealed);
        fixture->sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    /* A cut tag must not be taken as a shorter one. */
    for (size_t size = 0; size < sizeof fixture->sealed; size++)
        refuse(fixture, fixture->key, &fixture->place, fixture->sealed, size);
    uint8_t longer[sizeof fixture->sealed + SEALED_PADDING] = {0};
    memcpy(longer, fixture->sealed, sizeof fixture->sealed);
    refuse(fixture, fixture->key, &fixture->place, longer, sizeof longer);
    for (size_t bit = 0; bit < 8 * KEY_BYTES; bit++) {
        uint8_t key[KEY_BYTES];
        memcpy(key, fixture->key, sizeof key);
        key[bit / 8] ^= (uint8_t)(1U << bit % 8);
        refuse(fixture, key, &fixture->place, fixture->sealed, sizeof fixture->sealed);
    }
}

static void test_T2_no_changed_wrapped_key_opens(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[KEY_BYTES];
    assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, &fixture->place,
                         fixture->wrapped, sizeof fixture->wrapped, key, &failure),
        REASON_DONE);
    assert_memory_equal(key, fixture->key, sizeof key);
    for (size_t bit = 0; bit < 8 * sizeof fixture->wrapped; bit++) {
        fixture->wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, &fixture->place,
                             fixture->wrapped, sizeof fixture->wrapped, key, &failure),
            REASON_SEAL_BROKEN);
        assert_true(is_zero(key, sizeof key));
        fixture->wrapped[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (size_t size = 0; size < sizeof fixture->wrapped; size++)
        assert_int_equal(sealed_record_unwrap_key(fixture->sealer, fixture->key, &fixture->place,
                             fixture->wrapped, size, key, &failure),
            REASON_SEAL_BROKEN);
}

/* The same body sealed twice looks different each time, and shows nothing of itself. */
static void test_T1_every_seal_is_fresh(void **state)
{
    struct fixture *fixture = *state;
    uint8_t again[sizeof fixture->sealed];
    assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &fixture->place, body_text, BODY_SIZE,
                         again, sizeof again, &failure),
        REASON_DONE);
    assert_memory_not_equal(again, fixture->sealed, AEAD_NONCE_BYTES);
    assert_memory_not_equal(again + AEAD_NONCE_BYTES, fixture->sealed + AEAD_NONCE_BYTES, BODY_SIZE);
    assert_null(memmem(again, sizeof again, "X123", 4));
}

static void test_wrong_arguments_are_refused(void **state)
{
    struct fixture *fixture = *state;
    uint8_t room[SEALED_PADDING];
    size_t size;
    assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &fixture->place, body_text, BODY_SIZE,
                         fixture->sealed, sizeof fixture->sealed - 1, &failure),
        REASON_BAD_ARGUMENT);
    assert_int_equal(sealed_record_seal(fixture->sealer, fixture->key, &fixture->place, body_text, SIZE_MAX,
                         fixture->sealed, SIZE_MAX, &failure),
        REASON_BAD_ARGUMENT);
    assert_int_equal(sealed_record_open(fixture->sealer, fixture->key, &fixture->place, fixture->sealed,
                         sizeof fixture->sealed, room, sizeof room - 1, &size, &failure),
        REASON_BAD_ARGUMENT);
    char name[SEALED_NAME_MAX + 2];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    struct sealed_place place = fixture->place;
    place.column = name;
    assert_int_equal(sealed_record_open(fixture->sealer, fixture->key, &place, fixture->sealed,
                         sizeof fixture->sealed, room, sizeof room, &size, &failure),
        REASON_BAD_ARGUMENT);
    place.column = "";
    assert_int_equal(sealed_record_wrap_key(
                         fixture->sealer, fixture->key, &place, fixture->key, fixture->wrapped, &failure),
        REASON_BAD_ARGUMENT);
    sealer_destroy(NULL);
}

#define WITH_RECORD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RECORD(test_T2_layout_vectors),
        WITH_RECORD(test_T2_cipher_vector),
        WITH_RECORD(test_T1_sizes_and_padding),
        WITH_RECORD(test_T2_nothing_opens_in_another_place),
        WITH_RECORD(test_T2_swapped_and_rolled_back_rows),
        WITH_RECORD(test_T2_kinds_are_kept_apart),
        WITH_RECORD(test_T2_no_change_opens),
        WITH_RECORD(test_T2_no_changed_wrapped_key_opens),
        WITH_RECORD(test_T1_every_seal_is_fresh),
        WITH_RECORD(test_wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
