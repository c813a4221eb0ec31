#include "tools/kordonctl/referral_table.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/kordonctl/client.h"
#include "tools/kordonctl/referral_parts.h"

#define CELL_SIZE     96
#define LINE_SIZE     (COLUMN_COUNT * 2 * CELL_SIZE) /* cells are padded to twice their size at most */
#define DIGITS_SHOWN  8                              /* of an id, where so many tell it from the others */
#define DECIDED_SHOWN 10 /* behind what waits; more of them would push that off the screen */

/* In the order in which they stand. */
enum column {
    COLUMN_ID,
    COLUMN_SINCE,
    COLUMN_DUE,
    COLUMN_STANDING,
    COLUMN_SEATS,
    COLUMN_DO,
    COLUMN_ROUTE,
    COLUMN_COUNT,
};

#define COLUMN_GAP 2

/* From the first on those that are left out where the terminal is too narrow: what is acted on stays. */
static const enum column left_out[] = {COLUMN_ROUTE, COLUMN_SINCE};

struct table {
    const json_t *const *rows;
    size_t count, shown;
    size_t digits; /* of an id that are shown */
    int widths[COLUMN_COUNT];
    bool hidden[COLUMN_COUNT];
};

struct cells {
    char of[COLUMN_COUNT][CELL_SIZE];
};

/* --- A row ----------------------------------------------------------------------------------------------------- */

static void write_id(const json_t *row, size_t digits, char cell[static CELL_SIZE])
{
    const char *id = text_of(row, "referral");
    snprintf(cell, CELL_SIZE, "%.*s%s", (int)digits, id,
        strlen(id) > REFERRAL_ID_DIGITS && digits < REFERRAL_ID_DIGITS ? id + REFERRAL_ID_DIGITS : "");
}

/* The year is today's, or it is decided long ago. */
static void write_time(const json_t *row, const char *key, char cell[static CELL_SIZE])
{
    const time_t seconds = (time_t)(number_of(row, key) / 1000);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL || strftime(cell, CELL_SIZE, "%m-%d %H:%M", &parts) == 0)
        snprintf(cell, CELL_SIZE, "-");
}

static void write_seats(const json_t *row, char cell[static CELL_SIZE])
{
    const long long vacant = number_of(row, "free_seats");
    if (json_is_true(json_object_get(row, "own")))
        snprintf(cell, CELL_SIZE, "%s", _("yours"));
    else if (vacant > 0)
        snprintf(cell, CELL_SIZE, _("free: %lld"), vacant);
    else if (json_object_get(row, "free_seats") != NULL) /* an older kordond does not say */
        snprintf(cell, CELL_SIZE, "%s", _("taken"));
}

/* The command that goes on with it; "" where others do. */
static const char *what_to_do(const json_t *row)
{
    const bool own = json_is_true(json_object_get(row, "own"));
    if (strcmp(text_of(row, "state"), "disagreed") == 0)
        return own ? "" : "override";
    if (own)
        return "show";
    if (number_of(row, "free_seats") > 0)
        return "take";
    if (json_is_true(json_object_get(row, "holder_gone")))
        return "free";
    return json_is_true(json_object_get(row, "overdue")) ? "override" : "";
}

static void write_row(const json_t *row, size_t digits, struct cells *cells)
{
    const char *standing = referral_standing(row);
    *cells = (struct cells){0};
    write_id(row, digits, cells->of[COLUMN_ID]);
    write_time(row, "time_ms", cells->of[COLUMN_SINCE]);
    snprintf(cells->of[COLUMN_STANDING], CELL_SIZE, "%s",
        standing[0] != '\0' ? standing : code_in_words("referral_state", text_of(row, "state")));
    snprintf(
        cells->of[COLUMN_ROUTE], CELL_SIZE, "%s", code_in_words("referral_route", text_of(row, "route")));
    if (!referral_waits(row))
        return;
    write_time(row, "due_ms", cells->of[COLUMN_DUE]);
    write_seats(row, cells->of[COLUMN_SEATS]);
    snprintf(cells->of[COLUMN_DO], CELL_SIZE, "%s", what_to_do(row));
}

static void write_heads(struct cells *cells)
{
    const char *const heads[COLUMN_COUNT] = {[COLUMN_ID] = _("id"),
        [COLUMN_SINCE] = _("since (UTC)"),
        [COLUMN_DUE] = _("decide by"),
        [COLUMN_STANDING] = _("how it stands"),
        [COLUMN_SEATS] = _("seats"),
        [COLUMN_DO] = _("to do"),
        [COLUMN_ROUTE] = _("for whom")};
    for (int i = 0; i < COLUMN_COUNT; i++)
        snprintf(cells->of[i], CELL_SIZE, "%s", heads[i]);
}

/* --- All of them ----------------------------------------------------------------------------------------------- */

static size_t same_digits(const char *one, const char *other)
{
    size_t same = 0;
    while (same < REFERRAL_ID_DIGITS && one[same] == other[same] && one[same] != '\0')
        same++;
    return same;
}

/* As many as tell each from all others, but a silent one from its transaction's other referral: that has no s behind it. */
static size_t digits_needed(const struct table *table)
{
    size_t needed = DIGITS_SHOWN;
    for (size_t i = 0; i < table->count; i++)
        for (size_t k = 0; k < i; k++) {
            const size_t same =
                same_digits(text_of(table->rows[i], "referral"), text_of(table->rows[k], "referral"));
            if (same >= needed && same < REFERRAL_ID_DIGITS)
                needed = same + 1;
        }
    return needed;
}

static void widen(struct table *table, const struct cells *cells)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        const int width = width_of(cells->of[i]);
        table->widths[i] = width > table->widths[i] ? width : table->widths[i];
    }
}

static int width_of_all(const struct table *table)
{
    int width = -COLUMN_GAP;
    for (int i = 0; i < COLUMN_COUNT; i++)
        width += table->hidden[i] ? 0 : table->widths[i] + COLUMN_GAP;
    return width;
}

static void measure(struct table *table)
{
    struct cells cells;
    write_heads(&cells);
    widen(table, &cells);
    table->digits = digits_needed(table);
    for (size_t i = 0; i < table->shown; i++) {
        write_row(table->rows[i], table->digits, &cells);
        widen(table, &cells);
    }
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (width_of_all(table) > terminal_width())
            table->hidden[left_out[i]] = true;
}

/* No blanks behind the last cell: they would break a full line. */
static void print_cells(const struct table *table, const struct cells *cells)
{
    char line[LINE_SIZE] = "", cell[2 * CELL_SIZE];
    size_t used = 0, shown = 0;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        if (table->hidden[i])
            continue;
        used += (size_t)snprintf(line + used, sizeof line - used, "%s",
            padded(cells->of[i], table->widths[i] + COLUMN_GAP, cell, sizeof cell));
        shown = cells->of[i][0] != '\0' ? used - strlen(cell) + strlen(cells->of[i]) : shown;
    }
    line[shown] = '\0';
    print_line("%s", line);
}

void referral_table_print(const json_t *const *rows, size_t count)
{
    size_t waiting = 0;
    while (waiting < count && referral_waits(rows[waiting]))
        waiting++;
    struct table table = {.rows = rows, .count = count, .shown = count};
    if (count - waiting > DECIDED_SHOWN)
        table.shown = waiting + DECIDED_SHOWN;
    struct cells cells;
    measure(&table);
    write_heads(&cells);
    print_cells(&table, &cells);
    for (size_t i = 0; i < table.shown; i++) {
        write_row(rows[i], table.digits, &cells);
        print_cells(&table, &cells);
    }
    if (table.shown < count)
        print_line(
            _("and %zu decided before: kordonctl referral list | less shows all"), count - table.shown);
    if (waiting > 0)
        print_line("%s", _("go on with: kordonctl referral, what is to do, and the id, as they stand here"));
}
