/* codec.h: templates from and to the records and cards of others. Words and units as in matcher.h.
 *
 * Thread rule: a workspace belongs to one call at a time; everything const may be shared by any number of threads.
 */
#ifndef KORDON_MATCHER_CODEC_H
#define KORDON_MATCHER_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/finger.h"
#include "matcher/template.h"
#include "matcher/workspace.h"

enum matcher_format {
    MATCHER_FORMAT_UNKNOWN,
    MATCHER_FORMAT_ISO_19794_2_2005, /* "FMR\0" " 20\0" */
    MATCHER_FORMAT_ANSI_378_2004,    /* "FMR\0" " 20\0" with the CBEFF product id of ANSI's header */
    /* Minutiae of one finger without any header, as smart cards hold them: the caller says that it is one */
    MATCHER_FORMAT_ISO_19794_2_2005_CARD_NORMAL,
    MATCHER_FORMAT_ISO_19794_2_2005_CARD_COMPACT,
};

/* The names by which outsiders declare a format: "iso-19794-2-2005", "ansi-378-2004",
 * "iso-19794-2-2005-card-normal", "iso-19794-2-2005-card-compact". UNKNOWN for other names; NULL for UNKNOWN. */
enum matcher_format matcher_format_parse(const char *name);
const char *matcher_format_name(enum matcher_format format);
bool matcher_format_is_card(enum matcher_format format);

/* The format that the bytes claim by their magic and header, without checking them further. Formats that are
 * recognised but not supported (ISO/IEC 39794-2, 19794-2:2011, ANSI 378-2009) give MATCHER_FORMAT_UNKNOWN and
 * their name in failure with UNSUPPORTED_FORMAT; anything else gives BAD_FORMAT. failure may be NULL. */
enum matcher_format matcher_format_detect(const uint8_t *bytes, size_t size, struct failure *failure);

/* Both steps below at once, for a record of which only one view (from 0) is wanted; position (may be NULL) gets its
 * finger. The bytes are hostile. Reading costs ridge flow: templates so made are marked foreign. */
enum reason matcher_decode(const uint8_t *bytes, size_t size, uint32_t view,
    struct matcher_workspace workspace, struct matcher_template *template, enum finger_position *position,
    struct failure *failure);

/* What a record says of one of its finger views: quality 0-100 (0 also where it is not known). */
struct matcher_record_view {
    enum finger_position position;
    uint8_t quality;
    uint8_t minutiae_count;
    uint32_t offset; /* private */
};

/* A record's table of contents. */
#define MATCHER_RECORD_VIEWS_MAX 255
struct matcher_record {
    enum matcher_format format;
    size_t size; /* bytes: what stands behind them is padding */
    uint32_t
        claimed_size; /* what its header says: not size, nor that with its padding, where the header is wrong */
    uint32_t ppi;     /* the resolution by which it is read */
    uint32_t header_ppi; /* the one that its header says; 0 where that can't be */
    uint32_t view_count; /* 1..MATCHER_RECORD_VIEWS_MAX */
    struct matcher_record_view views[MATCHER_RECORD_VIEWS_MAX];
    uint8_t layout; /* private, as is said_ppi */
    uint32_t said_ppi;
};

/* Reads all of a record: one that is broken anywhere is not trusted anywhere. Zeroes, 0xff and white space behind it are
 * padding; a wrong length in its header does not matter where the rest can be read in one way only. ppi: wins over what
 * the header says; 0: that holds. Reasons: TRUNCATED, OVERLONG, BAD_VALUE, BAD_FORMAT, UNSUPPORTED_FORMAT, TOO_LARGE,
 * RESOLUTION_UNKNOWN (the header says one that can't be), WORKSPACE_TOO_SMALL. */
enum reason matcher_record_read(const uint8_t *bytes, size_t size, uint32_t ppi,
    struct matcher_workspace workspace, struct matcher_record *record, struct failure *failure);

/* One view (from 0) of a record that was so read from these bytes as a template, marked foreign. Reasons:
 * ENTRY_NOT_FOUND (no such view) and those of matcher_record_read(). */
enum reason matcher_record_template(const uint8_t *bytes, size_t size, const struct matcher_record *record,
    uint32_t view, struct matcher_workspace workspace, struct matcher_template *template,
    struct failure *failure);

/* Bytes of workspace that reading records needs; what comparison needs is enough, too. */
size_t matcher_decode_workspace_size(void);

/* A template as a record of one view in the given format. *written <= capacity; TOO_LARGE where capacity is
 * too small. */
enum reason matcher_encode(const struct matcher_template *template, enum matcher_format format,
    enum finger_position position, uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure);

/* The minutiae of a card (one of the two CARD formats), which carry neither size nor quality, as a template marked
 * foreign. Coordinates count from the upper left corner. The bytes are hostile: reasons TRUNCATED (not a whole
 * number of minutiae, or none), TOO_LARGE, BAD_VALUE, UNSUPPORTED_FORMAT (not a card's). */
enum reason matcher_decode_card(const uint8_t *bytes, size_t size, enum matcher_format format,
    struct matcher_workspace workspace, struct matcher_template *template, struct failure *failure);

/* The order in which a card wants its minutiae (it says so by ISO/IEC 7816-11); QUALITY, best first, where it says
 * nothing. POLAR: by distance from their centre of mass, then angle. */
enum matcher_card_order {
    MATCHER_CARD_ORDER_QUALITY,
    MATCHER_CARD_ORDER_X_Y,
    MATCHER_CARD_ORDER_Y_X,
    MATCHER_CARD_ORDER_ANGLE,
    MATCHER_CARD_ORDER_POLAR,
};

/* What a card takes. minutiae_max 0 stands for MATCHER_CARD_MINUTIAE_DEFAULT, what the standard recommends where a
 * card says nothing; of more minutiae the best are kept. */
#define MATCHER_CARD_MINUTIAE_DEFAULT 60
struct matcher_card {
    enum matcher_format format;
    enum matcher_card_order order;
    bool descending;
    uint8_t minutiae_max;
};

/* A template as a card's minutiae. Compact ones reach 25.5 mm: a larger print is moved into that, and what still
 * does not fit is left out. Reasons: TOO_LARGE where capacity is too small, BAD_VALUE without any minutiae,
 * UNSUPPORTED_FORMAT. */
enum reason matcher_encode_card(const struct matcher_template *template, const struct matcher_card *wanted,
    uint8_t *bytes, size_t capacity, size_t *written, struct failure *failure);

#endif
