#include "daemon/referrals/view.h"

#include <string.h>

/* Of a free seat nothing, of another's who has it; all of the viewer's own, and of each when all verdicts are given. */
static void show_seat(
    const struct referral_seat *seat, bool own, bool opened, struct referral_seat_view *view)
{
    view->held = seat->phase != SEAT_FREE;
    view->own = own;
    view->registered = view->held && seat->holder.registered;
    memcpy(view->holder, seat->holder.name, sizeof view->holder);
    view->told = view->held && (own || opened);
    if (!view->told)
        return;
    memcpy(&view->seat, seat, sizeof view->seat);
    memset(view->seat.judgement_salt, 0, sizeof view->seat.judgement_salt);
    memset(view->seat.verdict_salt, 0, sizeof view->seat.verdict_salt);
}

static void show_seats(
    const struct referral_course *course, const struct referral_person *viewer, struct referral_view *view)
{
    const struct referral_seat *own = referral_seat_of(course, viewer);
    bool any_free = false;
    view->seat_count = course->rules.examiners;
    for (size_t i = 0; i < course->rules.examiners; i++) {
        const struct referral_seat *seat = &course->seats[i];
        show_seat(seat, seat == own, referral_state_is_opened(course->state), &view->seats[i]);
        any_free = any_free || seat->phase == SEAT_FREE;
    }
    view->second_deferred =
        any_free && own != NULL && own->phase == SEAT_DONE && !referral_state_is_opened(course->state);
}

bool referral_view_make(const struct referral_case *of, const struct referral_course *course,
    const struct principal *viewer, int64_t now_ms, struct referral_view *view)
{
    const struct referral_person person = referral_person_of(viewer);
    memset(view, 0, sizeof *view);
    if (!referral_is_told_to(of, course, viewer, now_ms))
        return false;
    view->of = of;
    view->state = referral_state_shown(course->state);
    view->route = course->route;
    view->immediate = referral_is_immediate(of->categories);
    view->overdue = referral_is_overdue(of, course, now_ms);
    view->protection_claimed = course->protection_claimed;
    view->probe_closed = course->probe_closed;
    /* When the match's probe is erased follows from a silent referral, too: who may not know of one is told when his own is closed (P6). */
    view->erasure_told = referral_may_know_of_all(of, &person, viewer->roles);
    view->probe_erased = view->erasure_told && course->probe_erased;
    view->due_ms = referral_due_ms(of, course);
    view->reports = course->reports;
    view->sight = referral_sight_of(course, &person, viewer->roles);
    view->outcome = course->outcome;
    view->candidate = referral_outcome_candidate(course);
    view->outcome_ms = course->outcome_ms;
    view->overridden = course->overridden;
    view->corrected = course->corrected;
    show_seats(course, &person, view);
    return true;
}
