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


def test_H6_no_case_made_anew_gives_anybody_more_fingers_to_try(post):
    """Neither to another supervisor, nor behind the end of the case before: the count is the referral's. Another match that people verify has its own."""
    referral = post.judged()
    first = post.recorded(referral)
    assert give(post, "sofia", first["number"], WANTED) == "FINGER_LIKE_ENTRY"
    second = post.recorded(referral, "marta", replace=True)
    assert second["refused"] == 1 and give(post, "marta", second["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.done("marta", "DELETE", f"/v1/redress/{second['number']}?justification=he+asked+for+it")
    post.crash()
    third = post.recorded(referral)
    assert third["refused"] == 2 and give(post, "sofia", third["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.done("sofia", "DELETE", f"/v1/redress/{third['number']}?justification=he+asked+for+it")
    fourth = post.recorded(referral, "marta")
    for name, finger in (("marta", WANTED), ("sofia", TRAVELLER)):  # which are not even compared
        assert fourth["refused"] == 3 and give(post, name, fourth["number"], finger) == "REDRESS_STATE"
    other = post.recorded(post.judged())
    assert other["refused"] == 0 and give(post, "sofia", other["number"], TRAVELLER) is None and post.told() == "no_match"
    assert [body.get("replaced") for body in post.log() if body.get("what") == "redress recorded"] == [None, [first["case"]], None, None, None]


def test_H6_a_case_serves_until_a_finger_is_kept_for_the_one_that_takes_its_place(post, tmp_path):
    """What kordond alone refuses costs nobody the case that he has."""
    referral = post.judged()
    first = post.recorded(referral)
    post.keep(first["number"])
    second = post.recorded(referral, "marta", replace=True)
    assert (second["serving"], second.get("replaced")) == (first["case"], None)
    assert give(post, "marta", second["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.crash()
    shown = post.done("sofia", "GET", f"/v1/redress/{first['number']}?justification=why")
    assert (shown["state"], shown["refused"]) == ("counts", 1) and post.told() == "no_match"
    third = post.recorded(referral, replace=True)
    assert (third["serving"], third["replaced"]) == (first["case"], [second["case"]])
    post.crash()
    assert post.keep(third["number"])["replaced"] == [first["case"]] and "replaced" not in post.keep(third["number"])
    for number in (first["number"], second["number"]):
        assert post.why_not("sofia", "GET", f"/v1/redress/{number}?justification=why") == "REDRESS_NOT_FOUND"
    assert post.told() == "no_match"
    last = post.recorded(referral, "marta", replace=True, consent=False)  # which is to have none
    assert (last.get("serving"), last["replaced"]) == (None, [third["case"]]) and post.told() == "match"
    assert course_of(post, referral, tmp_path)["proof"] == "whole"


def course_of(post, referral, tmp_path):
    """What an auditor's export proves of it."""
    reachable(str(tmp_path))
    tmp_path.chmod(0o777)
    export = tmp_path / "export"
    post.command("auditor", "export", export, of="log")
    told, _ = post.command("auditor", "referrals", export, "--json", "--vkey", export / "log.vkey", of="log")
    course, = [each for each in json.loads(told)["referrals"] if each["referral"] == referral]
    return course


def test_H6_an_auditor_is_told_of_refused_fingers_and_proves_the_course(post, tmp_path):
    made = post.recorded(post.judged())
    assert give(post, "sofia", made["number"], WANTED) == "FINGER_LIKE_ENTRY"
    post.keep(made["number"])
    course = course_of(post, made["referral"], tmp_path)
    assert course["proof"] == "whole", course
    assert [step["what"] for step in course["steps"] if step["what"].startswith("redress")] == ["redress recorded", REFUSED, "redress finger kept"]
