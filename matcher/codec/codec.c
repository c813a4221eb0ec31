/* codec.c: the public face of the interchange codecs: the table, detection and encoding; record.c decodes. */
#include "matcher/codec/codec.h"

#include <string.h>

static const struct codec *(*const codecs[])(void) = {matcher_codec_iso19794_2, matcher_codec_ansi378};
#define CODEC_COUNT (sizeof codecs / sizeof codecs[0])

static const struct codec *codec_of(enum matcher_format format)
{
    for (size_t i = 0; i < CODEC_COUNT; i++)
        if (codecs[i]()->format == format)
            return codecs[i]();
    return NULL;
}

/* --- Names --- */

static const struct format_name {
    enum matcher_format format;
    const char *name;
} format_names[] = {
    {MATCHER_FORMAT_ISO_19794_2_2005, "iso-19794-2-2005"},
    {MATCHER_FORMAT_ANSI_378_2004, "ansi-378-2004"},
    {MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL, "iso-19794-2-2005-card-normal"},
    {MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT, "iso-19794-2-2005-card-compact"},
};
#define FORMAT_NAME_COUNT (sizeof format_names / sizeof format_names[0])

enum matcher_format matcher_format_parse(const char *name)
{
    for (size_t i = 0; i < FORMAT_NAME_COUNT; i++)
        if (strcmp(format_names[i].name, name) == 0)
            return format_names[i].format;
    return MATCHER_FORMAT_UNKNOWN;
}

const char *matcher_format_name(enum matcher_format format)
{
    for (size_t i = 0; i < FORMAT_NAME_COUNT; i++)
        if (format_names[i].format == format)
            return format_names[i].name;
    return NULL;
}

bool matcher_format_is_card(enum matcher_format format)
{
    return format == MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL ||
           format == MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT;
}

/* --- Detection --- */

static bool begins_with(const uint8_t *bytes, size_t size, const char *prefix, size_t prefix_size)
{
    return size >= prefix_size && memcmp(bytes, prefix, prefix_size) == 0;
}

/* ISO/IEC 39794-2 in DER or BER: a constructed value of application tag 2 whose length is exactly the rest,
 * and in it, first, the version block (context tag 0). */
static bool is_iso39794_asn1(const uint8_t *bytes, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    if (bytes_read_u8(&reader) != 0x62)
        return false;
    uint32_t length = bytes_read_u8(&reader);
    if (length > 0x80 && length <= 0x84) {
        uint32_t length_bytes = length & 0x7f;
        length = 0;
        for (uint32_t i = 0; i < length_bytes; i++)
            length = length << 8 | bytes_read_u8(&reader);
    }
    return !reader.failed && length == bytes_left(&reader) && bytes_read_u8(&reader) == 0xa0;
}

static bool contains(const uint8_t *bytes, size_t size, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    return false;
}

/* ISO/IEC 39794-2 in XML: its namespace or root element near the beginning. */
static bool is_iso39794_xml(const uint8_t *bytes, size_t size)
{
    static const char *const marks[] = {"39794/-2", "fingerMinutiaDataBlock"};
    size_t near = size < 1024 ? size : 1024;
    size_t start = begins_with(bytes, size, "\xef\xbb\xbf", 3) ? 3 : 0;
    if (start >= size || bytes[start] != '<')
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (contains(bytes, near, marks[i]))
            return true;
    return false;
}

/* 19794-2:2011 and 378-2009 share magic and version "030". In the ISO record the first representation's
 * length stands at offset 15, behind the certification flag (0 or 1), and fits into the record. */
static const char *name_of_version_030(const uint8_t *bytes, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    bytes_skip(&reader, 14);
    bool flag_is_boolean = bytes_read_u8(&reader) <= 1;
    uint32_t representation = bytes_read_u32be(&reader);
    bool is_iso = !reader.failed && flag_is_boolean && representation >= 4 && representation <= size - 15;
    return is_iso ? "ISO/IEC 19794-2:2011" : "ANSI/INCITS 378-2009";
}

static const char *unsupported_name(const uint8_t *bytes, size_t size)
{
    if (begins_with(bytes, size,
            "FMR\0"
            "030",
            8))
        return name_of_version_030(bytes, size);
    if (begins_with(bytes, size,
            "FMR\0"
            "035",
            8))
        return "ANSI/INCITS 378-2009 amendment 1";
    if (is_iso39794_asn1(bytes, size) || is_iso39794_xml(bytes, size))
        return "ISO/IEC 39794-2";
    return NULL;
}

/* Both formats begin with the same eight bytes. The length tells them apart: ISO's has 32 bits, and no record
 * reaches the 64 kB that would set its upper half; ANSI's has 16 bits, or 16 zero bits and then 32. */
static enum matcher_format format_of_version_20(const uint8_t *bytes, size_t size)
{
    struct bytes_reader reader;
    bytes_reader_init(&reader, bytes, size);
    bytes_skip(&reader, CODEC_MAGIC_BYTES + CODEC_VERSION_BYTES);
    struct bytes_reader long_form = reader;
    if (bytes_read_u32be(&reader) == size)
        return MATCHER_FORMAT_ISO_19794_2_2005;
    if (bytes_read_u16be(&long_form) != 0)
        return MATCHER_FORMAT_ANSI_378_2004;
    uint32_t length = bytes_read_u32be(&long_form);
    return !long_form.failed && length == size ? MATCHER_FORMAT_ANSI_378_2004
                                               : MATCHER_FORMAT_ISO_19794_2_2005;
}

enum matcher_format matcher_format_detect(const uint8_t *bytes, size_t size, struct failure *failure)
{
    if (begins_with(bytes, size, "FMR\0 20", 8))
        return format_of_version_20(bytes, size);
    if (begins_with(bytes, size,
            "FMR\0"
            "020",
            8))
        return MATCHER_FORMAT_ANSI_378_2004;
    const char *name = unsupported_name(bytes, size);
    if (name != NULL)
        failure_set(failure, REASON_UNSUPPORTED_FORMAT, "fingerprint record",
            "%s; here ISO/IEC 19794-2:2005 and ANSI/INCITS 378-2004 are read: have it written as one of them",
            name);
    else
        failure_set(failure, REASON_BAD_FORMAT, "fingerprint record", "no known magic in its first bytes");
    return MATCHER_FORMAT_UNKNOWN;
}

/* --- Encoding --- */

enum reason matcher_encode(const struct matcher_template *template, enum matcher_format format,
    enum finger_position position, uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure)
{
    *written = 0;
    const struct codec *codec = codec_of(format);
    if (codec == NULL)
        return failure_set(
            failure, REASON_UNSUPPORTED_FORMAT, "fingerprint record", "format %d", (int)format);
    struct template_view view = matcher_template_view(template->bytes);
    size_t record_size = codec->header_size + matcher_codec_view_size(view.minutiae_count);
    if (record_size > capacity)
        return failure_set(
            failure, REASON_TOO_LARGE, codec->name, "%zu bytes into %zu", record_size, capacity);

    struct codec_header header = {
        .width = view.width,
        .height = view.height,
        .ppcm_x = CODEC_PPCM_500,
        .ppcm_y = CODEC_PPCM_500,
        .views = 1,
    };
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, capacity);
    codec->write_header(&writer, &header, record_size);
    matcher_codec_write_view(&writer, codec, &view, position);
    if (writer.failed || writer.used != record_size)
        return failure_set(failure, REASON_INTERNAL_ERROR, codec->name, "record size");
    *written = writer.used;
    return REASON_DONE;
}
