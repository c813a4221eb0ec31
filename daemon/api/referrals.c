/* referrals.c: the matches that people verify, newest first, a page at a time, and each for itself: to each viewer as far as he may know. */
#include <string.h>

#include "base/language.h"
#include "daemon/api/page.h"
#include "daemon/api/referral_call.h"
#include "daemon/api/referral_json.h"
#include "daemon/api/routes.h"

/* A page on its way: rows behind the one that is named, if any. */
struct listing {
    const struct principal *viewer;
    const struct referrals *referrals;
    struct page page;
    int64_t now_ms;
    bool begun, more;
    uint64_t count;
    const char *last;
    struct json_writer rows;
};

static void add_row(struct listing *listing, const struct referral *referral)
{
    struct referral_view view;
    if (!referral_view_make(&referral->of, &referral->course, listing->viewer, listing->now_ms, &view))
        return;
    if (!listing->begun) {
        listing->begun = strcmp(referral->of.id, listing->page.after) == 0;
    } else if (listing->count == listing->page.limit) {
        listing->more = true;
    } else {
        listing->count++;
        listing->last = referral->of.id;
        json_append_value(&listing->rows, referral_row_json(listing->referrals, &view));
    }
}

void handle_referral_list(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct listing listing = {
        .viewer = &request->principal, .referrals = &kordond->referrals, .now_ms = store_now_ms()};
    if (page_parse(request, &listing.page, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    listing.begun = listing.page.after == NULL;
    json_writer_array(&listing.rows);
    for (const struct referral_match *match = kordond->referrals.newest; match != NULL && !listing.more;
         match = match->next)
        for (size_t i = 0; i < match->count; i++)
            add_row(&listing, &match->referrals[i]);
    json_t *rows = json_writer_end(&listing.rows);
    if (!listing.begun) {
        json_decref(rows);
        reply_refuse(request, REASON_REFERRAL_NOT_FOUND, "after", N_("begin with the first page again"));
        return;
    }
    struct json_writer answer;
    json_writer_object(&answer);
    page_write(&answer, "referrals", rows, listing.more ? listing.last : NULL);
    reply_json(request, 200, json_writer_end(&answer));
}

void handle_referral_show(struct kordond *kordond, struct http_request *request)
{
    struct referral_view view;
    struct failure failure = {0};
    char id[REFERRAL_ID_SIZE];
    const struct referral *referral = NULL;
    if (path_referral(request, id, &failure) == REASON_DONE)
        referral = referral_look_up(kordond, &request->principal, id, &view);
    if (referral == NULL)
        reply_refuse(request, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    else
        reply_json(request, 200, referral_json(&kordond->referrals, referral, &view));
    memory_wipe(&view, sizeof view);
}
