"""Who may sit at a referral, and who may read of it: nobody judges who has seen or read what he is to find by himself (H2, H3, H5)."""

import pytest

from doors import SocketDoor
from kordond import wait_until
from test_referrals import PERSONS, fixture_post_behind  # noqa: F401  pylint: disable=unused-import

SMALL_POST = {**PERSONS, "mykola": "examiner, supervisor"}  # he runs the shift, and examines
LOOK = "finger=right_index"


@pytest.fixture(name="post")
def fixture_post(post_behind, tmp_path):
    return post_behind(SocketDoor((*SMALL_POST, "lane-1"), tmp_path), persons=SMALL_POST)


def entries(post, name, query=""):
    return post.done(name, "GET", f"/v1/log/entries?limit=1000{query}")["entries"]


def about(found, transaction):
    return [each for each in found if each["body"] and each["body"].get("transaction") == transaction]


def test_H5_what_the_log_says_of_an_open_match_is_withheld_from_who_may_judge_it(post):
    """A supervisor who examines is shown none of its bodies, by no way, and may sit; afterwards he reads all of them, as others do all the time."""
    path = post.referred()
    made = path.rsplit("/", 1)[1]
    post.judge("olena", path)
    post.done("olena", "DELETE", f"{path}/seat")
    told = about(entries(post, "auditor"), made)
    assert [each["body"].get("what") for each in told] == [None, None, "referral taken", "probe judged", "referral given back"]
    assert all("withheld" not in each for each in told)
    numbers = {each["head"]["seq"] for each in told}
    seen = entries(post, "mykola")
    assert {each["head"]["seq"] for each in seen if each.get("withheld")} == numbers
    assert not about(seen, made) and all(each["body"] is None for each in seen if each.get("withheld"))
    for query in (f"&transaction={made}", "&officer=person:olena", "&decision=match"):
        assert not numbers & {each["head"]["seq"] for each in entries(post, "mykola", query)}, query
        assert numbers & {each["head"]["seq"] for each in entries(post, "auditor", query)}, query
    for way in (f"log/entries/{min(numbers)}/receipt", f"transactions/{made}/receipt", "log/files/bodies/000.p/1"):
        assert post.why_not("mykola", "GET", f"/v1/{way}") == "REFERRAL_STATE", way
        post.done("auditor", "GET", f"/v1/{way}")
    for name in ("mykola", "taras"):
        post.judge(name, path)
        post.verdict(name, path)
    assert len(about(entries(post, "mykola"), made)) == len(about(entries(post, "auditor"), made)) > len(numbers)
    post.done("mykola", "GET", f"/v1/transactions/{made}/receipt")
    readings = [each["body"] for each in entries(post, "auditor") if each["body"].get("read") == "entries"]
    assert {(body["actor"], body.get("withheld")) for body in readings} == {("person:mykola", "open referrals"), ("person:auditor", None)}


@pytest.mark.parametrize("way", ["log/entries", "log/entries/0/receipt", "referrals/{}/probe?finger=right_index", "log/files/checkpoint"])
def test_H5_who_saw_or_read_of_it_before_he_became_an_examiner_takes_no_seat(post, way):
    """A supervisor of yesterday: what he knows of a match that is open he knows in his next role. At the next match he may sit."""
    path = post.referred()
    post.done("sofia", "GET", "/v1/" + way.format(path.rsplit("/", 1)[1]))
    post.daemon.stop()
    with open(post.daemon.configuration, encoding="ascii") as stream:
        text = stream.read()
    assert text.count("roles = supervisor\n") == 1
    with open(post.daemon.configuration, "w", encoding="ascii") as stream:
        stream.write(text.replace("roles = supervisor\n", "roles = examiner\n"))
    post.daemon.start()
    assert post.why_not("sofia", "POST", f"{path}/seat") == "NOT_PERMITTED"
    post.done("olena", "POST", f"{path}/seat")
    assert post.why_not("olena", "POST", f"{path}/hand_over", {"to": "sofia"}) == "NOT_PERMITTED"
    again = f"/v1/referrals/{post.travel()['transaction']}"
    wait_until(lambda: post.ask("olena", "GET", again)[0] == 200)
    post.judge("sofia", again)
