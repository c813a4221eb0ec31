"""P6, H1: a silent match is seen by nobody whose traveller it is, and by somebody in any case: whoever a terminal names, and whoever goes meanwhile."""

import pytest

from doors import SocketDoor
from kordond import OPENING, wait_until
from test_referrals import SECRET, WANTED, fixture_post_behind  # noqa: F401  pylint: disable=unused-import
from test_second_line import change

NOBODY = 5  # a finger of somebody who is not on the list
ONE_VIEWER = {"sofia": "supervisor", "auditor": "auditor"}
TWO_VIEWERS = {"olena": "examiner", **ONE_VIEWER}


@pytest.fixture(name="post_of")
def fixture_post_of(post_behind, tmp_path):
    return lambda persons: post_behind(SocketDoor((*persons, "lane-1"), tmp_path), persons=persons)


def opening(post, officer, **changes):
    return post.ask("lane-1", "POST", "/v1/transactions", {**OPENING, "officer": officer, **changes})


def test_P6_who_is_all_that_would_see_a_match_is_named_as_no_officer(post_of):
    """The match would be seen by nobody. What is compared with no list goes on; and with one viewer more it is as for anybody."""
    post = post_of(ONE_VIEWER)
    status, refused = opening(post, "sofia")
    assert (status, refused["reason"]) == (409, "NO_SECOND_LINE") and "the officer whom it names" in refused["detail"], refused
    assert opening(post, "sofia", kind="both")[1]["reason"] == "NO_SECOND_LINE"
    assert opening(post, "sofia", kind="verification", document={"issuer": "UKR", "number": "FE123456"})[0] == 201
    assert opening(post, "ivan")[0] == opening(post, "auditor")[0] == 201  # neither sees matches
    assert opening(post, "whoever")[1]["reason"] == "OFFICER_NOT_REGISTERED"
    change(post.daemon, "[person ivan]\nroles = ", "[person ivan]\nproof = user:backup\nroles = examiner")
    assert opening(post, "sofia")[0] == opening(post, "ivan")[0] == 201


@pytest.mark.parametrize("finger", [SECRET, WANTED, NOBODY])
def test_P6_where_who_would_have_seen_a_match_has_gone_before_the_comparison_nothing_is_compared(post_of, finger):
    """Whoever the traveller is, the same is told."""
    post = post_of(TWO_VIEWERS)
    made = opening(post, "olena")[1]["transaction"]
    post.done("lane-1", "POST", f"/v1/transactions/{made}/samples?position=right_index", post.fingers[finger, 2])
    change(post.daemon, "roles = supervisor", "roles = terminal")
    result = post.done("lane-1", "POST", f"/v1/transactions/{made}/decision")["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "NO_SECOND_LINE")
    assert (result["identification"]["decision"], result["identification"]["why"]) == ("inconclusive", "NO_SECOND_LINE")
    assert result["identification"]["candidates"] == []
    change(post.daemon, "roles = terminal", "roles = supervisor")
    assert post.travel(WANTED, officer="olena")["result"]["decision"] == "match"


def test_H1_a_match_is_not_lost_where_who_saw_it_goes_before_he_looks(post_of):
    """Nobody is told of it meanwhile; it waits, also over a start, for the next one who may know of it."""
    post = post_of(TWO_VIEWERS)
    path = f"/v1/referrals/{post.travel(SECRET, officer='olena')['transaction']}s"
    change(post.daemon, "roles = supervisor", "roles = terminal")
    post.crash()
    assert post.why_not("olena", "GET", path) == "REFERRAL_NOT_FOUND"
    assert post.routes("olena") == {}
    assert opening(post, "olena")[1]["reason"] == "NO_SECOND_LINE"
    change(post.daemon, "roles = terminal", "roles = supervisor")
    wait_until(lambda: post.ask("sofia", "GET", path)[0] == 200)
    assert post.routes("sofia") == {path.rsplit("/", 1)[1]: "silent"}
    assert post.routes("olena") == {}


def test_P5_a_match_that_the_officer_alone_could_decide_is_seen_by_others(post_of):
    """He may be the only protection officer: he decides nothing of his own traveller, and the match, which is no silent one, waits before others' eyes."""
    post = post_of({"petro": "protection_officer", **TWO_VIEWERS})
    path = post.referred(WANTED, "protection_officer", traveller_group="protection_claimant", officer="petro")
    assert post.why_not("petro", "POST", f"{path}/seat") == "NOT_PERMITTED"
    assert all(path.rsplit("/", 1)[1] in post.routes(name) for name in ("petro", "olena", "sofia"))


def told_of(post, name):
    """What somebody who examines and reads the log is told of matches, by whatever tells of them without being asked for one."""
    entries = post.done(name, "GET", "/v1/log/entries?limit=1000")["entries"]
    metrics = post.done(name, "GET", "/metrics").splitlines()
    return {"status": post.done(name, "GET", "/v1/status")["referrals"], "list": post.routes(name),
            "metrics": [line for line in metrics if line.startswith("kordon_referral")],
            "withheld": [each["head"]["event"] for each in entries if each.get("withheld")],
            "export": post.ask(name, "GET", "/v1/log/files/bodies/000.p/1")[0]}


def test_P6_who_examines_and_reads_the_log_is_told_of_no_silent_match_of_his_own(post_of):
    """Nor by what is withheld from who could sit, nor by a place that is taken; of another's he is told as any examiner is."""
    post = post_of({**TWO_VIEWERS, "mykola": "examiner, supervisor"})
    before = told_of(post, "mykola")
    assert before["export"] == 200 and before["status"]["places"] == 1024
    post.travel(NOBODY, officer="mykola")
    assert told_of(post, "mykola") == before
    path = f"/v1/referrals/{post.travel(SECRET, officer='mykola')['transaction']}s"
    for _ in range(2):
        assert told_of(post, "mykola") == before
        wait_until(lambda: post.ask("olena", "GET", path)[0] == 200)
    post.judge("olena", path)
    assert told_of(post, "mykola") == before
    others = told_of(post, "sofia")
    assert (others["status"]["waiting"], others["status"]["places"]) == (1, 1023)
    post.travel(SECRET, officer="ivan")
    wait_until(lambda: len(post.routes("mykola")) == 1)
    after = told_of(post, "mykola")
    assert (after["status"]["waiting"], after["status"]["places"], after["export"], len(after["withheld"])) == (1, 1023, 409, 2)
