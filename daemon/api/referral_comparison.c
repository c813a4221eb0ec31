#include "daemon/api/referral_comparison.h"

#include "base/language.h"
#include "daemon/api/redress_json.h"
#include "daemon/api/referral_json.h"
#include "daemon/transactions/score_meaning.h"
#include "matcher/explain.h"

/* --- A print --------------------------------------------------------------------------------------------------- */

static const char *minutia_kind_name(enum matcher_minutia_kind kind)
{
    static const char *const names[] = {[MATCHER_MINUTIA_OTHER] = "other",
        [MATCHER_MINUTIA_ENDING] = "ending",
        [MATCHER_MINUTIA_BIFURCATION] = "bifurcation"};
    return names[kind];
}

/* Sixteenths of a pixel are more than enough, and short in JSON. */
static double coordinate(float pixels)
{
    return (double)(int32_t)(pixels * 16 + 0.5F) / 16;
}

static json_t *minutiae_json(const uint8_t *template_bytes, uint32_t ppi)
{
    struct matcher_minutia minutiae[MATCHER_MINUTIAE_MAX];
    uint32_t count = matcher_list_minutiae(template_bytes, ppi, minutiae);
    struct json_writer list;
    json_writer_array(&list);
    for (uint32_t i = 0; i < count; i++) {
        struct json_writer json;
        json_writer_object(&json);
        json_write_real(&json, "x", coordinate(minutiae[i].x));
        json_write_real(&json, "y", coordinate(minutiae[i].y));
        json_write_integer(&json, "direction", minutiae[i].direction);
        json_write_integer(&json, "quality", minutiae[i].quality);
        json_write_text(&json, "kind", minutia_kind_name(minutiae[i].kind));
        json_append_value(&list, json_writer_end(&json));
    }
    memory_wipe(minutiae, sizeof minutiae);
    return json_writer_end(&list);
}

struct shown_print {
    enum finger_position position;
    uint32_t number; /* of the fingers at that position; 0: not told */
    uint8_t quality;
    bool picture; /* there is one to look at */
    uint32_t width, height, ppi;
    const uint8_t *template_bytes; /* NULL: it is not searched */
};

/* Without a picture minutiae lie as at the resolution that all are compared at. */
static json_t *print_json(const struct shown_print *print)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "position", finger_position_name(print->position));
    json_write_integer_if(&json, "number", print->number);
    json_write_integer(&json, "quality", print->quality);
    json_write_boolean(&json, "has_picture", print->picture);
    json_write_integer(&json, "ppi", print->ppi);
    if (print->picture) {
        json_write_integer(&json, "width", print->width);
        json_write_integer(&json, "height", print->height);
    }
    if (print->template_bytes != NULL)
        json_write_value(&json, "minutiae", minutiae_json(print->template_bytes, print->ppi));
    return json_writer_end(&json);
}

enum reason reference_picture(
    const struct watchlist_finger *finger, struct kept_picture *picture, struct failure *failure)
{
    struct matcher_template_summary made = {0};
    *picture = (struct kept_picture){0};
    if (finger->original_bytes == NULL)
        return REASON_DONE;
    if (finger->template_size > 0)
        matcher_template_summarize(finger->template_bytes, finger->template_size, &made);
    return enrol_picture_of_original(finger->original_bytes, finger->original_size, &made, picture, failure);
}

json_t *reference_json(
    const struct watchlist_finger *finger, uint32_t number, const struct kept_picture *picture)
{
    bool has_picture = picture->png.bytes != NULL;
    const struct shown_print print = {.position = finger->position,
        .number = number,
        .quality = finger->quality,
        .picture = has_picture,
        .width = picture->width,
        .height = picture->height,
        .ppi = has_picture ? picture->ppi : MATCHER_PPI,
        .template_bytes = finger->template_size > 0 ? finger->template_bytes : NULL};
    return print_json(&print);
}

static json_t *probe_json(const struct referral_finger *finger)
{
    const struct shown_print print = {.position = finger->position,
        .quality = finger->quality,
        .picture = finger->png.size > 0,
        .width = finger->width,
        .height = finger->height,
        .ppi = finger->ppi,
        .template_bytes = finger->template.bytes};
    return print_json(&print);
}

/* --- Two of them ----------------------------------------------------------------------------------------------- */

struct comparing {
    const struct referral_comparison *wanted;
    struct matcher_workspace workspace;
    const struct watchlist_finger *reference; /* that agrees best */
    uint32_t number;                          /* of it, among those at its position */
    struct matcher_explanation explanation, tried;
    json_t *json;
};

static void try_finger(struct comparing *comparing, const struct watchlist_finger *finger)
{
    const struct referral_comparison *wanted = comparing->wanted;
    if (finger->template_size == 0 || (wanted->reference_given && finger->position != wanted->reference))
        return;
    matcher_explain(
        wanted->probe->template.bytes, finger->template_bytes, comparing->workspace, &comparing->tried);
    bool better = comparing->tried.score > comparing->explanation.score ||
                  (comparing->tried.score == comparing->explanation.score &&
                      finger->position == wanted->probe->position);
    if (comparing->reference != NULL && !better)
        return;
    comparing->reference = finger;
    comparing->explanation = comparing->tried;
}

static json_t *pairs_json(const struct matcher_explanation *explanation)
{
    struct json_writer pairs;
    json_writer_array(&pairs);
    for (uint32_t i = 0; i < explanation->count; i++) {
        struct json_writer json;
        json_writer_object(&json);
        json_write_integer(&json, "probe", explanation->pairs[i].probe);
        json_write_integer(&json, "reference", explanation->pairs[i].reference);
        json_append_value(&pairs, json_writer_end(&json));
    }
    return json_writer_end(&pairs);
}

/* Of all fingers together, since that is what was searched with. */
static void write_meaning(struct json_writer *json, const struct referral_comparison *wanted)
{
    char text[SCORE_MEANING_SIZE];
    const struct identification_outcome *search = &wanted->opening->identification;
    const struct identification_candidate *candidate = &search->candidates[wanted->rank - 1];
    const struct scored_search scored = {.score = candidate->score,
        .fingers = candidate->fingers,
        .people = search->searched,
        .target_fpir = search->target_fpir,
        .a_day = wanted->searches_a_day};
    json_write_text(json, "meaning", score_meaning(&scored, text));
}

static json_t *comparison_json(const struct comparing *comparing, const struct kept_picture *picture)
{
    const struct referral_comparison *wanted = comparing->wanted;
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "candidate", wanted->number);
    json_write_value(&json, "alert",
        referral_candidate_json(wanted->opening, wanted->rank, wanted->since, wanted->score_shown));
    json_write_value(&json, "probe", probe_json(wanted->probe));
    json_write_value(&json, "reference", reference_json(comparing->reference, comparing->number, picture));
    json_write_value(&json, "pairs", pairs_json(&comparing->explanation));
    json_write_integer(&json, "turn", comparing->explanation.turn);
    if (wanted->score_shown) {
        json_write_integer(&json, "score", comparing->explanation.score);
        write_meaning(&json, wanted);
    }
    return json_writer_end(&json);
}

static uint32_t number_of(const struct watchlist_entry *entry, const struct watchlist_finger *finger)
{
    uint32_t number = 1;
    for (const struct watchlist_finger *each = entry->fingers; each < finger; each++)
        number += each->position == finger->position;
    return number;
}

static enum reason compare_with(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct comparing *comparing = context;
    struct kept_picture picture;
    for (size_t i = 0; i < entry->finger_count; i++)
        try_finger(comparing, &entry->fingers[i]);
    if (comparing->reference == NULL)
        return failure_set(failure, REASON_BAD_VALUE, "reference_finger",
            N_("the candidate has none there that could be compared"));
    comparing->number = number_of(entry, comparing->reference);
    TRY(reference_picture(comparing->reference, &picture, failure));
    comparing->json = comparison_json(comparing, &picture);
    comparing->reference = NULL; /* it was the list's */
    kept_picture_finish(&picture);
    return comparing->json != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
}

/* Behind the reading of the list: a look into the state can't lie within another one. */
static enum reason add_redress(
    struct store *store, const struct referral_comparison *comparison, json_t **json, struct failure *failure)
{
    struct json_writer added;
    json_writer_over(&added, *json);
    json_write_value(&added, "redress", redress_told_json(store, comparison->opening, comparison->rank));
    *json = json_writer_end(&added);
    return *json != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
}

enum reason referral_compare(
    struct store *store, const struct referral_comparison *comparison, json_t **json, struct failure *failure)
{
    const struct watchlist_id *id = &comparison->opening->identification.candidates[comparison->rank - 1].id;
    struct comparing comparing = {.wanted = comparison};
    struct locked_memory workspace;
    if (comparison->probe->template.size == 0)
        return failure_set(
            failure, REASON_PROBE_NOT_KEPT, "finger", N_("there was no room for its template"));
    TRY(locked_memory_init(&workspace, matcher_compare_workspace_size(), failure));
    comparing.workspace = (struct matcher_workspace){workspace.bytes, workspace.size};
    enum reason reason = watchlist_read(
        store, id, WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS, compare_with, &comparing, failure);
    locked_memory_finish(&workspace);
    if (reason == REASON_DONE && redress_was_shown(comparison->opening))
        reason = add_redress(store, comparison, &comparing.json, failure);
    if (reason != REASON_DONE)
        json_decref(comparing.json);
    else
        *json = comparing.json;
    return reason;
}
