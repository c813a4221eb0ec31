"""Fingers that are given for a case of redress, and refused: who tries them stays neither unseen nor unbounded (H6)."""

import json

from kordond import reachable
from test_redress import TRAVELLER, WANTED, fixture_post, fixture_post_of  # noqa: F401  pylint: disable=unused-import

REFUSED = "redress finger refused"


def give(post, name, number, finger, position="right_index"):
    """The reason why the finger is not kept; None: it is."""
    status, answer = post.ask(name, "POST", f"/v1/redress/{number}/samples?position={position}", post.fingers[finger, 2])
    return None if status == 200 else answer["reason"]


def acts(post, case):
    return [body["what"] for body in post.log() if body.get("case") == case and body["what"].startswith("redress")]


def test_H6_refused_fingers_are_in_the_log_and_the_third_is_the_last(post):
    """kordond is killed in between: the count is the state's, and whoever makes the case anew goes on from it."""
    referral = post.judged()
    made = post.recorded(referral)
    for position in ("right_index", "right_thumb"):
        assert give(post, "sofia", made["number"], WANTED, position) == "FINGER_LIKE_ENTRY"
    post.crash()
    assert post.done("sofia", "GET", f"/v1/redress/{made['number']}?justification=why")["refused"] == 2
    assert give(post, "marta", made["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.crash()
    for finger in (WANTED, TRAVELLER):  # which are not even compared
        assert give(post, "sofia", made["number"], finger) == "REDRESS_STATE"
    refused = [body for body in post.log() if body.get("what") == REFUSED]
    assert [(body["actor"], body["finger"], body["case"], body["referral"]) for body in refused] == [
        ("person:sofia", "right_index", made["case"], referral), ("person:sofia", "right_thumb", made["case"], referral),
        ("person:marta", "right_index", made["case"], referral)]
    kept, = [body for body in post.log() if body.get("what") == "redress recorded"]
    assert set(refused[0]) - set(kept) == {"finger"} and "score" not in str(refused)
    assert acts(post, made["case"]).count("redress finger kept") == 0 and post.told() == "match"


def test_H6_a_new_case_gives_who_made_the_one_before_no_more_fingers_to_try(post):
    """Another supervisor's takes fingers again. Each names the case whose place it takes."""
    referral = post.judged()
    first = post.recorded(referral)
    for _ in range(3):
        assert give(post, "sofia", first["number"], WANTED) == "FINGER_LIKE_ENTRY"
    second = post.recorded(referral, replace=True)
    assert second["refused"] == 3 and give(post, "sofia", second["number"], TRAVELLER) == "REDRESS_STATE"
    third = post.recorded(referral, "marta", replace=True)
    assert third["refused"] == 0 and give(post, "sofia", third["number"], TRAVELLER) is None
    assert post.told() == "no_match"
    assert [body.get("replaced") for body in post.log() if body.get("what") == "redress recorded"] == [None, first["case"], second["case"]]


def test_H6_an_auditor_is_told_of_refused_fingers_and_proves_the_course(post, tmp_path):
    made = post.recorded(post.judged())
    assert give(post, "sofia", made["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.keep(made["number"])
    reachable(str(tmp_path))
    tmp_path.chmod(0o777)
    export = tmp_path / "export"
    post.command("auditor", "export", export, of="log")
    told, _ = post.command("auditor", "referrals", export, "--json", "--vkey", export / "log.vkey", of="log")
    course, = [each for each in json.loads(told)["referrals"] if each["referral"] == made["referral"]]
    assert course["proof"] == "whole", course
    assert [step["what"] for step in course["steps"] if step["what"].startswith("redress")] == ["redress recorded", REFUSED, "redress finger kept"]
