/* record.c: a whole record: which layout its header has, where it ends, and its views.
 *
 * Both formats begin with the same eight bytes and nothing in them says which one it is but the place of the length, which
 * writers get wrong in every way there is: too short, too long, zero, without the header, little-endian, ISO's four bytes in
 * ANSI's header; and they hand records out in fixed buffers. So a record with a right length is what its length says, and of
 * any other all layouts are tried: it is taken where exactly one of them fits to the end, or to padding.
 */
#include "matcher/codec/codec.h"

/* What stands behind magic and version. */
struct layout {
    const struct codec *(*codec)(void);
    uint8_t zero_bytes; /* that say that a longer length follows */
    uint8_t length_bytes;
    uint8_t product_bytes;
    bool is_standard;
};

static const struct layout layouts[] = {
    {matcher_codec_iso19794_2, 0, 4, 0, true},
    {matcher_codec_ansi378, 0, 2, 4, true},
    {matcher_codec_ansi378, 2, 4, 4, true},
    {matcher_codec_ansi378, 0, 4, 4, false},
};
#define LAYOUT_COUNT (sizeof layouts / sizeof layouts[0])

/* What reading by one layout came to. */
struct attempt {
    struct matcher_record record;
    struct failure failure; /* reason DONE: every view was read */
};

/* Where reading keeps what it reads; in the workspace because it is biometric data. */
struct record_scratch {
    struct template_content content;
    struct attempt attempts[LAYOUT_COUNT];
};

size_t matcher_decode_workspace_size(void)
{
    return sizeof(struct record_scratch);
}

static uint32_t read_length(struct bytes_reader *reader, const struct layout *layout)
{
    for (uint8_t i = 0; i < layout->zero_bytes; i++)
        if (bytes_read_u8(reader) != 0)
            reader->failed = true;
    uint32_t length = layout->length_bytes == 2 ? bytes_read_u16be(reader) : bytes_read_u32be(reader);
    bytes_skip(reader, layout->product_bytes);
    return length;
}

/* The reader then stands at the first view. */
static enum reason read_header(struct bytes_reader *reader, const struct layout *layout, uint32_t ppi,
    struct codec_header *header, struct failure *failure)
{
    bytes_skip(reader, CODEC_MAGIC_BYTES + CODEC_VERSION_BYTES);
    header->length = read_length(reader, layout);
    return matcher_codec_read_header_end(reader, layout->codec()->name, ppi, header, failure);
}

static enum reason read_views(struct bytes_reader *reader, const struct codec *codec,
    const struct codec_header *header, struct template_content *content, struct matcher_record *record,
    struct failure *failure)
{
    for (uint32_t i = 0; i < header->views; i++) {
        struct matcher_record_view *view = &record->views[i];
        view->offset = (uint32_t)(reader->size - bytes_left(reader));
        enum reason reason =
            matcher_codec_read_view(reader, codec, header, content, &view->position, failure);
        if (reason != REASON_DONE)
            return reason;
        view->quality = content->quality;
        view->minutiae_count = content->minutiae_count;
    }
    return REASON_DONE;
}

static void try_layout(const uint8_t *bytes, size_t size, uint32_t ppi, size_t index,
    struct template_content *content, struct attempt *attempt)
{
    const struct layout *layout = &layouts[index];
    struct bytes_reader reader;
    struct codec_header header = {0};
    bytes_reader_init(&reader, bytes, size);
    *attempt = (struct attempt){0};
    enum reason reason = read_header(&reader, layout, ppi, &header, &attempt->failure);
    struct matcher_record *record = &attempt->record;
    record->format = layout->codec()->format;
    record->layout = (uint8_t)index;
    record->claimed_size = header.length;
    record->said_ppi = ppi;
    record->ppi = ppi != 0 ? ppi : matcher_codec_ppi(header.ppcm_x);
    record->header_ppi = matcher_codec_ppi(header.said_ppcm);
    record->view_count = header.views;
    if (reason == REASON_DONE)
        read_views(&reader, layout->codec(), &header, content, record, &attempt->failure);
    record->size = reader.size - bytes_left(&reader);
}

static bool is_read(const struct attempt *attempt)
{
    return attempt->failure.reason == REASON_DONE;
}

static bool is_whole(const struct attempt *attempt, const uint8_t *bytes, size_t size)
{
    return is_read(attempt) && bytes_are_padding(bytes + attempt->record.size, size - attempt->record.size);
}

static bool length_fits(const struct attempt *attempt, size_t size)
{
    uint32_t claimed = attempt->record.claimed_size;
    return claimed == size || claimed == attempt->record.size;
}

/* A record as its standard wants it. */
static bool is_exact(const struct attempt *attempt, size_t size)
{
    return is_read(attempt) && attempt->record.size == size && attempt->record.claimed_size == size &&
           layouts[attempt->record.layout].is_standard;
}

/* --- Refusals */

static enum reason refuse_behind(const struct attempt *attempt, size_t size, struct failure *failure)
{
    const struct matcher_record *record = &attempt->record;
    return failure_set(failure, REASON_OVERLONG, layouts[record->layout].codec()->name,
        "its views end at byte %zu of %zu, and what follows is no padding; cut the file to %zu bytes",
        record->size, size, record->size);
}

static enum reason refuse_as(const struct attempt *attempt, size_t size, struct failure *failure)
{
    const struct failure cause = attempt->failure;
    uint32_t claimed = attempt->record.claimed_size;
    if (cause.reason == REASON_TRUNCATED && claimed > size)
        return failure_set(
            failure, cause.reason, cause.subject, "%zu bytes of %u: %s", size, claimed, cause.detail);
    return failure_set(failure, cause.reason, cause.subject, "%s", cause.detail);
}

/* The words are of the layout that comes nearest: one whose views could be read, then the one that the header claims. */
static enum reason refuse(
    const struct attempt *attempts, const uint8_t *bytes, size_t size, struct failure *failure)
{
    const struct attempt *nearest = NULL;
    enum matcher_format claimed = matcher_format_detect(bytes, size, NULL);
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        const struct attempt *attempt = &attempts[i];
        if (is_read(attempt) && (nearest == NULL || length_fits(attempt, size)))
            nearest = attempt;
    }
    if (nearest != NULL)
        return refuse_behind(nearest, size, failure);
    for (size_t i = 0; i < LAYOUT_COUNT; i++)
        if (attempts[i].record.format == claimed && (nearest == NULL || length_fits(&attempts[i], size)))
            nearest = &attempts[i];
    return refuse_as(nearest != NULL ? nearest : &attempts[0], size, failure);
}

/* --- The choice */

/* The only one that is whole; of several the only one whose length is right, too. NULL: none, or nobody can tell. */
static const struct attempt *only_whole(
    const struct attempt *attempts, const uint8_t *bytes, size_t size, uint32_t *whole)
{
    const struct attempt *last = NULL, *fitting = NULL;
    uint32_t fit = 0;
    *whole = 0;
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        if (!is_whole(&attempts[i], bytes, size))
            continue;
        last = &attempts[i];
        (*whole)++;
        if (length_fits(last, size)) {
            fitting = last;
            fit++;
        }
    }
    if (*whole == 1)
        return last;
    return fit == 1 ? fitting : NULL;
}

static const struct attempt *choose(
    const uint8_t *bytes, size_t size, uint32_t ppi, struct record_scratch *scratch, struct failure *failure)
{
    for (size_t i = 0; i < LAYOUT_COUNT; i++) {
        try_layout(bytes, size, ppi, i, &scratch->content, &scratch->attempts[i]);
        if (is_exact(&scratch->attempts[i], size))
            return &scratch->attempts[i];
    }
    uint32_t whole;
    const struct attempt *chosen = only_whole(scratch->attempts, bytes, size, &whole);
    if (chosen == NULL && whole > 1)
        failure_set(failure, REASON_BAD_FORMAT, "fingerprint record",
            "it can be read as ISO/IEC 19794-2:2005 and as ANSI/INCITS 378-2004, and its length fits neither "
            "alone; mend the length in its header");
    else if (chosen == NULL)
        refuse(scratch->attempts, bytes, size, failure);
    return chosen;
}

enum reason matcher_record_read(const uint8_t *bytes, size_t size, uint32_t ppi,
    struct matcher_workspace workspace, struct matcher_record *record, struct failure *failure)
{
    struct failure refused = {0};
    *record = (struct matcher_record){0};
    if (workspace.size < sizeof(struct record_scratch))
        return failure_set(failure, REASON_WORKSPACE_TOO_SMALL, "fingerprint record", NULL);
    const struct attempt *chosen = NULL;
    if (matcher_format_detect(bytes, size, &refused) != MATCHER_FORMAT_UNKNOWN)
        chosen = choose(bytes, size, ppi, workspace.memory, &refused);
    if (chosen == NULL)
        return failure_set(failure, refused.reason, refused.subject, "%s", refused.detail);
    *record = chosen->record;
    return REASON_DONE;
}

enum reason matcher_record_template(const uint8_t *bytes, size_t size, const struct matcher_record *record,
    uint32_t view, struct matcher_workspace workspace, struct matcher_template *template,
    struct failure *failure)
{
    template->size = 0;
    const struct layout *layout = &layouts[record->layout];
    const struct codec *codec = layout->codec();
    if (workspace.size < sizeof(struct record_scratch))
        return failure_set(failure, REASON_WORKSPACE_TOO_SMALL, "fingerprint record", NULL);
    if (view >= record->view_count)
        return failure_set(
            failure, REASON_ENTRY_NOT_FOUND, codec->name, "view %u of %u", view + 1, record->view_count);
    struct record_scratch *scratch = workspace.memory;
    struct bytes_reader reader;
    struct codec_header header = {0};
    enum finger_position position;
    bytes_reader_init(&reader, bytes, size);
    TRY(read_header(&reader, layout, record->said_ppi, &header, failure));
    bytes_reader_init(&reader, bytes, size);
    bytes_skip(&reader, record->views[view].offset);
    TRY(matcher_codec_read_view(&reader, codec, &header, &scratch->content, &position, failure));
    return matcher_template_pack(&scratch->content, template, failure);
}

enum reason matcher_decode(const uint8_t *bytes, size_t size, uint32_t view,
    struct matcher_workspace workspace, struct matcher_template *template, enum finger_position *position,
    struct failure *failure)
{
    struct matcher_record record;
    template->size = 0;
    if (position != NULL)
        *position = FINGER_UNKNOWN;
    enum reason reason = matcher_record_read(bytes, size, 0, workspace, &record, failure);
    if (reason == REASON_DONE)
        reason = matcher_record_template(bytes, size, &record, view, workspace, template, failure);
    if (reason == REASON_DONE && position != NULL)
        *position = record.views[view].position;
    return reason;
}
