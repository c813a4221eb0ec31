"""What a case of redress rests on (H6)."""

from kordond import wait_until
from test_redress import LISTED, TRAVELLER, WANTED, fixture_post, fixture_post_of  # noqa: F401  pylint: disable=unused-import


def verified(post, referral):
    """It is known, and two examiners find a false positive."""
    path = f"/v1/referrals/{referral}"
    wait_until(lambda: post.ask("sofia", "GET", path)[0] == 200)
    for name in ("olena", "taras"):
        post.done(name, "POST", f"{path}/seat")
        post.done(name, "POST", f"{path}/probe_judgement", {"judgement": "usable"})
        post.done(name, "POST", f"{path}/verdict", {"verdict": "false_positive", "reason": "why"})
    return referral


def test_H6_what_was_changed_before_people_compared_with_it_clears_nobody(post):
    """The score is one with what the machine compared with; a list that says the same again changes nothing."""
    same = post.travel()["transaction"]
    post.install(LISTED)
    post.recorded(verified(post, same))
    changed = post.travel()["transaction"]
    post.install({**LISTED, "instruction": "Arrest."})
    status, answer = post.ask("sofia", "POST", "/v1/redress", post.asked(verified(post, changed)))
    assert (status, answer["reason"]) == (409, "REDRESS_STATE") and "changed or erased" in answer["detail"], answer
    post.crash()
    assert "changed or erased" in post.ask("sofia", "POST", "/v1/redress", post.asked(changed))[1]["detail"]
    post.install_prints(post.fingers[WANTED, 1])
    gone = post.travel(finger=WANTED)["transaction"]
    post.install_prints(post.fingers[TRAVELLER, 3])
    assert "changed or erased" in post.ask("sofia", "POST", "/v1/redress", post.asked(verified(post, gone)))[1]["detail"]
