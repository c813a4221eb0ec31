#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample/sample.h"

struct kind_case {
    const char *bytes;
    size_t size;
    const char *name;   /* that the refusal must begin with */
    const char *advice; /* a word of what it must say to do */
};

#define CASE(bytes, name, advice)                                                                            \
    {                                                                                                        \
        bytes, sizeof bytes - 1, name, advice                                                                \
    }

static const struct kind_case cases[] = {
    CASE("\0\0\0\x0cjP  \r\n\x87\n\0\0", "a JPEG 2000 picture", "PNG"),
    CASE("\xff\x4f\xff\x51\0\0", "a JPEG 2000 codestream", "PNG"),
    CASE("\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", "PNG"),
    CASE("\xff\x0a\x01\x02", "a JPEG XL codestream", "PNG"),
    CASE("\xff\xa0\xff\xa8\0\0", "a WSQ picture", "PNG"),
    CASE("II*\0\x08\0\0\0", "a TIFF picture", "PNG"),
    CASE("MM\0*\0\0\0\x08", "a TIFF picture", "PNG"),
    CASE("GIF89a", "a GIF picture", "PNG"),
    CASE("RIFF\0\0\0\0WEBPVP8 ", "a WebP picture", "PNG"),
    CASE("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0", "a BMP picture", "PNG"),
    CASE("P5\n388 374\n255\n\xfd\xfb", "a PGM, PBM or PPM picture", "PNG"),
    CASE("P4 8 8\n\1\2", "a PGM, PBM or PPM picture", "PNG"),
    CASE("\0\0\0\x1c"
         "ftypavif\0\0\0\0",
        "an AVIF picture", "PNG"),
    CASE("\0\0\0\x18"
         "ftypheic\0\0\0\0",
        "a HEIC picture", "PNG"),
    CASE("\0\0\0\x18"
         "ftypmif1\0\0\0\0",
        "a HEIF picture", "PNG"),
    CASE("\0\0\0\x18"
         "ftypisom\0\0\0\0",
        "a film", "picture"),
    CASE("\x89PNG\n\x1a\n\0\0\0\rIHDR", "a PNG picture that was damaged", "again"),
    CASE("\xef\xbf\xbdPNG\r\n\x1a\n\0", "bytes that were taken for text", "again"),
    CASE("FMR\0 20\0\0\0\0\x1a", "an ISO/IEC 19794-2 or ANSI/INCITS 378 record (a template)", "picture"),
    CASE("FMR", "the beginning of a fingerprint record", "again"),
    CASE("FIR\0"
         "010\0",
        "an ISO/IEC 19794-4 finger image record", "take"),
    CASE("1.001:127\x1d", "an ANSI/NIST-ITL file", "take"),
    CASE("1.01:129\x1d", "an ANSI/NIST-ITL file", "take"),
    CASE("c\x10\x7f\x61\x0d\x02\x01\0S\x08"
         "12345678",
        "data group 3 (DG3", "passport"),
    CASE("c\x82\x10\0\x7f\x61\x82\x0f\xf8\x02", "data group 3 (DG3", "passport"), /* cut off */
    CASE("u\x05\x7f\x61\x02\x02\0", "data group 2 (DG2", "fingerprints"),
    CASE("w\x04\x30\x02\5\0", "the security object (EF.SOD)", "passport"),
    CASE("`\x07\x5f\x01\x04"
         "0107\0\0",
        "the table of contents (EF.COM)", "passport"),
    CASE("\x7f\x2e\x03\x81\x01\x05", "a card's biometric data (tag 7F2E)", "--reference-format"),
    CASE("\0\0\0\x0c"
         "FMR\0 20\0\0\0\0\x1a",
        "a fingerprint record behind other bytes", "cut off"),
    CASE("\r\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture behind other bytes", "cut off"),
    CASE("%PDF-1.7\n", "a PDF document", "take"),
    CASE("PK\3\4\x14\0", "a ZIP archive or an office document", "take"),
    CASE("\x1f\x8b\x08\0\0", "a gzip file", "unpack"),
    CASE("\xd0\xcf\x11\xe0\xa1\xb1", "an old office document", "take"),
    CASE("-----BEGIN CERTIFICATE-----\n", "text in PEM armour", "decode"),
    CASE("<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>", "an SVG drawing", "PNG"),
    CASE("\n<!DOCTYPE HTML><title>404</title>", "a web page (HTML)", "download"),
    CASE("<HTML><body>", "a web page (HTML)", "download"),
    CASE("<?xml version=\"1.0\"?><BIR xmlns=\"http://standards.iso.org/\">", "a CBEFF record (BIR) in XML",
        "take"),
    CASE("<itl:NISTBiometricInformationExchangePackage>", "an ANSI/NIST-ITL transaction in XML", "take"),
    CASE("<f:x xmlns:f=\"http://standards.iso.org/iso-iec/39794/-4\">", "an ISO/IEC 39794 record in XML",
        "19794"),
    CASE("<?xml version=\"1.0\"?><a/>", "an XML document", "take"),
    CASE("\xef\xbb\xbf{\"picture\": \"x\"}", "JSON", "take"),
    CASE("\xff\xfe{\0\"\0", "text in UTF-16", "take"),
    CASE("464d5200203230000000019200000184", "hexadecimal text of an ISO/IEC 19794-2", "xxd"),
    CASE("0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0", "hexadecimal text of a PNG", "xxd"),
    CASE("Rk1SACAyMAAAAAGSAAABhAF2\n", "base64 text of an ISO/IEC 19794-2", "base64 -d"),
    CASE("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "base64 text of a PNG picture", "base64 -d"),
    CASE("/9j/4AAQSkZJRgABAQEBLAEsAAD_-w", "base64 text of a JPEG picture", "base64 -d"),
    CASE("hello, border", "text", "take"),
    CASE("\0\0\0\0\0\0\0\0", "a file of only zeroes", "again"),
    CASE("\xff\xff\xff\xff", "a file of only 0xff", "again"),
    CASE("\x81\x02\x03\x04\x05\x06\x07\x90\0", "what may be a card's answer", "--reference-format"),
    CASE("\x81\x02\x03\x84\x05\x06\x87\x18\x09\x0a\x8b\x0c", "what may be a card's minutiae",
        "--reference-format"),
};

static void refuse(const void *bytes, size_t size, bool records, enum reason reason, struct failure *failure)
{
    uint8_t *exact = malloc(size > 0 ? size : 1); /* so that ASan sees reads beyond it */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    *failure = (struct failure){0};
    assert_string_equal(
        reason_name(sample_refuse(exact, size, records, "a.bin", failure)), reason_name(reason));
    assert_string_equal(failure->subject, "a.bin");
    free(exact);
}

/* F10: each kind of file is called by its name, with what is read here and what to do. */
static void test_F10_refusal_names_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int records = 0; records < 2; records++) {
            struct failure failure;
            bool is_guess =
                strstr(cases[i].name, "damaged") != NULL || strstr(cases[i].name, "taken for") != NULL ||
                strstr(cases[i].name, "beginning") != NULL || strstr(cases[i].name, "may be") != NULL ||
                strstr(cases[i].name, "of only") != NULL || strstr(cases[i].name, "behind") != NULL;
            refuse(cases[i].bytes, cases[i].size, records == 1,
                is_guess ? REASON_BAD_FORMAT : REASON_UNSUPPORTED_FORMAT, &failure);
            if (strncmp(failure.detail, cases[i].name, strlen(cases[i].name)) != 0)
                fail_msg("%s: %s", cases[i].name, failure.detail);
            assert_non_null(strstr(failure.detail, "PNG and JPEG pictures"));
            assert_true((strstr(failure.detail, "ANSI/INCITS 378-2004") != NULL) == (records == 1));
            const char *advice = strrchr(failure.detail, ';');
            assert_non_null(advice);
            assert_non_null(strstr(failure.detail, cases[i].advice));
            assert_true(strlen(failure.detail) + 1 < sizeof failure.detail);
        }
}

/* F10: raw pixels are known by their size alone, an empty file by its having none, and what is nothing is said to be that. */
static void test_F10_bytes_without_a_name(void **state)
{
    (void)state;
    struct failure failure;
    uint8_t *pixels = malloc(256 * 360);
    assert_non_null(pixels);
    for (size_t i = 0; i < 256 * 360; i++)
        pixels[i] = (uint8_t)(i * 7 % 251);
    refuse(pixels, 256 * 360, false, REASON_BAD_FORMAT, &failure);
    assert_non_null(strstr(failure.detail, "raw pixels"));
    refuse(pixels, 256 * 360 - 1, false, REASON_BAD_FORMAT, &failure);
    assert_non_null(strstr(failure.detail, "92159 bytes"));
    free(pixels);
    refuse("", 0, true, REASON_TRUNCATED, &failure);
    assert_non_null(strstr(failure.detail, "an empty file"));
    refuse("`\x06\x5f\x01\x04"
           "0107\1\2",
        11, true, REASON_BAD_FORMAT, &failure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F10_refusal_names_the_file),
        cmocka_unit_test(test_F10_bytes_without_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
