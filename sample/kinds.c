/* kinds.c: files that are no picture that is read, by their magic or their shape: what they are, and what to do. A person who
 * brings one knows what he has, but not always what that is called: the more kinds have a row here, the fewer are left alone
 * with "not the expected format".
 */
#include "sample/kinds.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "sample/sample.h"

#define CONVERT  "convert it to PNG"
#define DECODE   "decode it to PNG without further loss"
#define TAKE_OUT "take the print's picture out of it, as PNG or JPEG"
#define UNPACK   "unpack it"
#define AGAIN    "get it again, as bytes and not as text"
#define PASSPORT "passport chips give prints by other doors only; give the picture or record inside"
#define EXPORT   "have the picture, or an ISO/IEC 19794-2:2005 record, exported instead"

/* --- Shapes */

static bool is_netpbm(const uint8_t *bytes, size_t size)
{
    return size > 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
           (bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == ' ' || bytes[2] == '\t' || bytes[2] == '#');
}

/* Two letters are little: the four reserved bytes are zero, too. */
static bool is_bmp(const uint8_t *bytes, size_t size)
{
    return size > 14 && memcmp(bytes + 6, "\0\0\0", 4) == 0;
}

static bool is_only(const uint8_t *bytes, size_t size, uint8_t value)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* What a protocol or an exporter puts before a file: a length, a name. */
#define BEFORE_MOST 256

static bool has_within(const uint8_t *bytes, size_t size, const char *magic, size_t magic_size)
{
    for (size_t at = 1; at <= BEFORE_MOST && at + magic_size <= size; at++)
        if (memcmp(bytes + at, magic, magic_size) == 0)
            return true;
    return false;
}

static bool has_record_within(const uint8_t *bytes, size_t size)
{
    return has_within(bytes, size, "FMR\0", 4);
}

static bool has_picture_within(const uint8_t *bytes, size_t size)
{
    return has_within(bytes, size, "\x89PNG\r\n\x1a\n", 8) || has_within(bytes, size, "\xff\xd8\xff\xe0", 4);
}

static bool is_zeroes(const uint8_t *bytes, size_t size)
{
    return is_only(bytes, size, 0);
}

static bool is_ones(const uint8_t *bytes, size_t size)
{
    return is_only(bytes, size, 0xff);
}

/* A value in BER whose length is that of the file, but for padding; or in it at once a group of biometric templates. */
static bool is_ber(const uint8_t *bytes, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    uint8_t tag = bytes_read_u8(&reader);
    if ((tag & 0x1f) == 0x1f)
        bytes_skip(&reader, 1);
    uint32_t length = bytes_read_u8(&reader);
    for (uint32_t more = length > 0x80 && length <= 0x84 ? length & 0x7f : 0, i = 0; i < more; i++)
        length = (i == 0 ? 0 : length << 8) | bytes_read_u8(&reader);
    size_t left = bytes_left(&reader), content = size - left;
    if (reader.failed)
        return false;
    bool has_group = left >= 2 && memcmp(bytes + content, "\x7f\x61", 2) == 0;
    return has_group ||
           (length > 0 && length <= left && bytes_are_padding(bytes + content + length, left - length));
}

/* Pictures of readers, without any header: a size of theirs, a byte a pixel. */
static bool is_raw_pixels(const uint8_t *bytes, size_t size)
{
    static const uint16_t sides[][2] = {{96, 96}, {128, 128}, {160, 160}, {192, 192}, {200, 200}, {248, 292},
        {252, 324}, {256, 256}, {256, 288}, {256, 324}, {256, 360}, {256, 400}, {260, 300}, {264, 324},
        {280, 320}, {288, 352}, {288, 384}, {296, 560}, {300, 300}, {300, 400}, {300, 480}, {320, 240},
        {320, 400}, {320, 480}, {326, 357}, {352, 544}, {355, 390}, {355, 391}, {388, 374}, {400, 400},
        {400, 500}, {416, 416}, {500, 500}, {500, 550}, {512, 512}, {600, 600}, {640, 480}, {640, 640},
        {750, 800}, {800, 600}, {800, 750}, {800, 800}, {1000, 1000}, {1024, 1024}, {1600, 1500}};
    (void)bytes;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        if (size == (size_t)sides[i][0] * sides[i][1])
            return true;
    return false;
}

static bool is_card_answer(const uint8_t *bytes, size_t size)
{
    return size > 4 && size < 8192 && bytes[size - 2] == 0x90 && bytes[size - 1] == 0x00;
}

/* As few and as many minutiae as cards hold, of three bytes or five. */
static bool is_card_minutiae(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    return size >= 12 && size <= 640 && (size % 3 == 0 || size % 5 == 0);
}

/* --- The table: the first row that fits says it. All that a row has must fit. */

struct kind {
    const char *name, *advice;
    size_t offset;
    const char *magic;
    size_t magic_size;   /* 0: none */
    kind_shape shape;    /* NULL: none */
    const char *needle;  /* in markup; NULL: none */
    kind_decoder decode; /* of text that stands for bytes; NULL: it doesn't */
    bool is_guess;       /* its bytes are no known format, but hint at what happened */
};

#define MAGIC(offset, magic) offset, magic, sizeof(magic) - 1, NULL, NULL, NULL
#define BER(tag)             0, tag, sizeof(tag) - 1, is_ber, NULL, NULL
#define MARKUP(needle)       0, "", 0, NULL, needle, NULL
#define SHAPE(shape)         0, "", 0, shape, NULL, NULL
#define TEXT(shape, decode)  0, "", 0, shape, NULL, decode
#define DAMAGED(magic)       0, magic, sizeof(magic) - 1, NULL, NULL, NULL, true
#define GUESS(shape)         0, "", 0, shape, NULL, NULL, true

static const struct kind kinds[] = {
    /* pictures */
    {"a PNG picture", "", MAGIC(0, "\x89PNG\r\n\x1a\n")}, /* named where a text stands for it */
    {"a JPEG picture", "", MAGIC(0, "\xff\xd8\xff")},
    {"a JPEG 2000 picture", DECODE, MAGIC(0, "\0\0\0\x0cjP  \r\n\x87\n")},
    {"a JPEG 2000 codestream", DECODE, MAGIC(0, "\xff\x4f\xff\x51")},
    {"a JPEG XL picture", CONVERT, MAGIC(0, "\0\0\0\x0cJXL \r\n\x87\n")},
    {"a JPEG XL codestream", CONVERT, MAGIC(0, "\xff\x0a")},
    {"a JPEG-LS picture", CONVERT, MAGIC(0, "\xff\xd8\xf7")},
    {"a WSQ picture", DECODE, MAGIC(0, "\xff\xa0\xff")},
    {"a TIFF picture", CONVERT, MAGIC(0, "II*\0")},
    {"a TIFF picture", CONVERT, MAGIC(0, "MM\0*")},
    {"a BigTIFF picture", CONVERT, MAGIC(0, "II+\0")},
    {"a BigTIFF picture", CONVERT, MAGIC(0, "MM\0+")},
    {"a GIF picture", CONVERT, MAGIC(0, "GIF8")},
    {"a WebP picture", CONVERT, MAGIC(8, "WEBP")},
    {"a BMP picture", CONVERT, 0, "BM", 2, is_bmp, NULL, NULL},
    {"a PGM, PBM or PPM picture", CONVERT, SHAPE(is_netpbm)},
    {"an AVIF picture", CONVERT, MAGIC(4, "ftypavi")},
    {"a HEIC picture", CONVERT, MAGIC(4, "ftyphe")},
    {"a HEIF picture", CONVERT, MAGIC(4, "ftypmif1")},
    {"a HEIF picture", CONVERT, MAGIC(4, "ftypmsf1")},
    {"a film (MP4)", TAKE_OUT, MAGIC(4, "ftyp")},
    {"a Photoshop picture", CONVERT, MAGIC(0, "8BPS")},
    {"an icon file (ICO)", CONVERT, MAGIC(0, "\0\0\1\0")},
    {"a DICOM picture", CONVERT, MAGIC(128, "DICM")},
    {"a PNG picture that was damaged on its way", AGAIN, DAMAGED("\x89PNG")},
    {"a PNG picture that was damaged on its way", AGAIN, DAMAGED("\xc2\x89PNG")},
    {"bytes that were taken for text on their way", AGAIN, DAMAGED("\xef\xbf\xbd")},
    /* records */
    {"an ISO/IEC 19794-2 or ANSI/INCITS 378 record (a template)",
        "a sample must be a picture; of records only version 20 is read", MAGIC(0, "FMR\0")},
    {"the beginning of a fingerprint record that was damaged on its way", AGAIN, DAMAGED("FMR")},
    {"an ISO/IEC 19794-4 finger image record (FIR)", TAKE_OUT, MAGIC(0, "FIR\0")},
    {"an ISO/IEC 19794-5 face record", "fingerprints are wanted", MAGIC(0, "FAC\0")},
    {"an ISO/IEC 19794-6 iris record", "fingerprints are wanted", MAGIC(0, "IIR\0")},
    {"an ANSI/NIST-ITL file", TAKE_OUT, MAGIC(0, "1.001:")},
    {"an ANSI/NIST-ITL file", TAKE_OUT, MAGIC(0, "1.01:")},
    {"data group 3 (DG3, fingerprints) of an eMRTD (passport)", PASSPORT, BER("\x63")},
    {"data group 2 (DG2, the face) of an eMRTD (passport)", "fingerprints are wanted", BER("\x75")},
    {"data group 4 (DG4, the irises) of an eMRTD (passport)", "fingerprints are wanted", BER("\x76")},
    {"data group 1 (DG1, the machine readable zone) of an eMRTD (passport)", "fingerprints are wanted",
        BER("\x61")},
    {"the security object (EF.SOD) of an eMRTD (passport)", PASSPORT, BER("\x77")},
    {"the table of contents (EF.COM) of an eMRTD (passport)", PASSPORT, BER("\x60")},
    {"data group 14 (DG14) of an eMRTD (passport)", PASSPORT, BER("\x6e")},
    {"data group 15 (DG15) of an eMRTD (passport)", PASSPORT, BER("\x6f")},
    {"an ISO/IEC 39794 record", EXPORT, BER("\x62")},
    {"an ISO/IEC 39794 record", EXPORT, BER("\x64")},
    {"a group of a card's biometric templates (CBEFF, tag 7F61)", TAKE_OUT, BER("\x7f\x61")},
    {"a card's biometric template (CBEFF, tag 7F60)", TAKE_OUT, BER("\x7f\x60")},
    {"a card's biometric data (tag 7F2E)",
        "take the minutiae out of it and name their format (--reference-format)", BER("\x7f\x2e")},
    {"a certificate or signed data (DER)", TAKE_OUT, BER("\x30")},
    {"a fingerprint record behind other bytes", "cut off what stands before \"FMR\"",
        GUESS(has_record_within)},
    {"a picture behind other bytes", "cut off what stands before it", GUESS(has_picture_within)},
    /* documents and archives */
    {"a PDF document", TAKE_OUT, MAGIC(0, "%PDF")},
    {"a PostScript document", TAKE_OUT, MAGIC(0, "%!PS")},
    {"a ZIP archive or an office document", TAKE_OUT, MAGIC(0, "PK\3\4")},
    {"an empty ZIP archive", TAKE_OUT, MAGIC(0, "PK\5\6")},
    {"an old office document", TAKE_OUT, MAGIC(0, "\xd0\xcf\x11\xe0")},
    {"a gzip file", UNPACK, MAGIC(0, "\x1f\x8b")},
    {"a bzip2 file", UNPACK, MAGIC(0, "BZh")},
    {"an xz file", UNPACK,
        MAGIC(0, "\xfd"
                 "7zXZ\0")},
    {"a Zstandard file", UNPACK, MAGIC(0, "\x28\xb5\x2f\xfd")},
    {"a 7-Zip archive", UNPACK, MAGIC(0, "7z\xbc\xaf\x27\x1c")},
    {"a RAR archive", UNPACK, MAGIC(0, "Rar!")},
    {"a tar archive", UNPACK, MAGIC(257, "ustar")},
    {"an SQLite database", EXPORT, MAGIC(0, "SQLite format 3")},
    {"text in PEM armour", "decode it: it is base64 between two lines", MAGIC(0, "-----BEGIN ")},
    {"an SVG drawing", CONVERT, MARKUP("<svg")},
    {"a web page (HTML)", "it may be an error's page: download the file again", MARKUP("<html")},
    {"a web page (HTML)", "it may be an error's page: download the file again", MARKUP("<!doctype html")},
    {"an ANSI/NIST-ITL transaction in XML", TAKE_OUT, MARKUP("nistbiometricinformationexchange")},
    {"an ANSI/NIST-ITL transaction in XML", TAKE_OUT, MARKUP("biometrics.nist.gov")},
    {"an ISO/IEC 39794 record in XML", EXPORT, MARKUP("39794")},
    {"a CBEFF record (BIR) in XML", TAKE_OUT, MARKUP("<bir")},
    {"a CBEFF record (BIR) in XML", TAKE_OUT, MARKUP(":bir")},
    {"a CBEFF record (BIR) in XML", TAKE_OUT, MARKUP("cbeff")},
    {"an XML document", TAKE_OUT, MARKUP("<")},
    {"text in UTF-16", TAKE_OUT, MAGIC(0, "\xff\xfe")},
    {"text in UTF-16", TAKE_OUT, MAGIC(0, "\xfe\xff")},
    {"JSON", TAKE_OUT, SHAPE(kind_is_json)},
    {"hexadecimal text", "decode it to bytes: xxd -r -p", TEXT(kind_is_hex, kind_decode_hex)},
    {"base64 text", "decode it: base64 -d", TEXT(kind_is_base64, kind_decode_base64)},
    {"text", TAKE_OUT, SHAPE(kind_is_text)},
    /* bytes that say nothing */
    {"a file of only zeroes", "get it again from its source", GUESS(is_zeroes)},
    {"a file of only 0xff", "get it again from its source", GUESS(is_ones)},
    {"what may be raw pixels, by its size", "save them as PNG, with width, height and ppi",
        GUESS(is_raw_pixels)},
    {"what may be a card's answer, with its status 90 00",
        "cut off the status, and as a reference name its format (--reference-format)", GUESS(is_card_answer)},
    {"what may be a card's minutiae, which have no header",
        "as a reference name their format (--reference-format)", GUESS(is_card_minutiae)},
};

static bool fits(const struct kind *kind, const uint8_t *bytes, size_t size)
{
    if (kind->magic_size > 0 && (size < kind->offset + kind->magic_size ||
                                    memcmp(bytes + kind->offset, kind->magic, kind->magic_size) != 0))
        return false;
    if (kind->needle != NULL && !kind_is_markup(bytes, size, kind->needle))
        return false;
    return kind->shape == NULL || kind->shape(bytes, size);
}

static const struct kind *find_kind(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (fits(&kinds[i], bytes, size))
            return &kinds[i];
    return NULL;
}

/* What a text stands for, by the magic of its first bytes; NULL where that says nothing. */
static const char *name_within(const struct kind *text, const uint8_t *bytes, size_t size)
{
    uint8_t head[KIND_HEAD_BYTES];
    size_t count = text->decode(bytes, size, head);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].magic_size >= 3 && kinds[i].shape == NULL && fits(&kinds[i], head, count))
            return kinds[i].name;
    return NULL;
}

enum reason sample_refuse(
    const uint8_t *bytes, size_t size, bool records, const char *subject, struct failure *failure)
{
    const char *read =
        records ? "PNG and JPEG pictures and records of ISO/IEC 19794-2:2005 and ANSI/INCITS 378-2004"
                : "PNG and JPEG pictures";
    if (size == 0)
        return failure_set(
            failure, REASON_TRUNCATED, subject, "an empty file, 0 bytes; here %s are read", read);
    const struct kind *kind = find_kind(bytes, size);
    if (kind == NULL)
        return failure_set(failure, REASON_BAD_FORMAT, subject,
            "nothing that is known, %zu bytes; here %s are read", size, read);
    const char *within = kind->decode != NULL ? name_within(kind, bytes, size) : NULL;
    return failure_set(failure, kind->is_guess ? REASON_BAD_FORMAT : REASON_UNSUPPORTED_FORMAT, subject,
        "%s%s%s; here %s are read; %s", kind->name, within != NULL ? " of " : "",
        within != NULL ? within : "", read, kind->advice);
}
