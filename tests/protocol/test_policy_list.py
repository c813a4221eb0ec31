"""What the policy says of the list, the sensors and the fingers: the set searched is the set permitted."""

import io
import json
import sqlite3
import subprocess

import pytest
from PIL import Image

from kordond import KORDONCTL, OPENING, Kordond, entry, wait_until
from policies import changed
from test_degraded import DAY, FAR, degraded
from test_list_change import fixture_files, listed, write_manifest  # noqa: F401  pylint: disable=unused-import
from test_sensors import SENSORS

VICTIM = {"category": "trafficking_victim", "purposes": ["border_check", "protection_check"]}
NOT_SHOWN = "the policy shows trafficking_victim to none of the purposes that it is listed for"


def blank():
    stream = io.BytesIO()
    Image.new("L", (388, 374), 255).save(stream, "PNG", dpi=(500, 500))
    return stream.getvalue()


def last_body(client, transaction):
    return [each["body"] for each in client.log() if each["head"]["event"] == "consultation" and each["body"].get("transaction") == transaction][-1]


def test_P8_a_victim_is_found_for_protection_and_leaves_no_trace_in_enforcement(daemon_of, fingers):
    """The answers of the check of those who cross are the same whether a victim is on the list or not."""
    wanted = entry(fingers[2, 1], 2, category="wanted_for_arrest", **FAR)
    answers = []
    for entries in ([wanted], [wanted, entry(fingers[1, 1], 1, **VICTIM, **FAR)]):
        client = daemon_of().client()
        assert client.import_list(entries).status == 200
        result = client.identify(fingers[1, 2]).json["result"]
        assert (result["decision"], result["identification"]["visible"], result["identification"]["searched"]) == ("no_match", 1, 1)
        answers.append(result["identification"])
    assert answers[0] == answers[1]
    found = client.identify(fingers[1, 2], purpose="protection_check").json["result"]
    assert (found["decision"], found["identification"]["visible"]) == ("match", 1)
    assert [each["category"] for each in found["identification"]["candidates"]] == ["trafficking_victim"]


def test_P8_whoever_brings_an_entry_that_nobody_may_see_is_told(daemon_of, files, tmp_path):
    """With kordond and without it, also where nothing is installed."""
    path = write_manifest(files, [listed(1, category="wanted_for_arrest"), listed(2, category="trafficking_victim", files={"right_index": ("2.png", 500)})])
    for state, option in ((daemon_of(), "--dry-run"), (Kordond(tmp_path / "alone").init(), "--dry-run")):
        outcome = state.ctl("watchlist", "import", path, option)
        assert outcome.returncode == 0, outcome
        answer = json.loads(outcome.stdout)
        assert (answer["searchable"], answer["not_permitted"], answer["undeclared"]) == (1, 1, 0)
        assert "entry 2 (case CASE-2), purposes" in outcome.stderr and NOT_SHOWN in outcome.stderr
        assert [note["entry"] for note in answer["notes"] if NOT_SHOWN in note["text"]] == [2]


def test_P8_whoever_brings_an_entry_that_some_of_its_purposes_may_not_see_is_told_which(daemon_of, fingers):
    """It is taken all the same, and searched for the others: no fault."""
    client = daemon_of().client()
    number = client.post("/v1/watchlist/imports", {"list": "test list", "version": 1}).json["import"]
    wanted = entry(fingers[2, 1], 2, category="wanted_for_arrest", purposes=["border_check", "elsewhere"], **FAR)
    told = [client.post(f"/v1/watchlist/imports/{number}/entries", each).json["notes"]
            for each in (entry(fingers[1, 1], 1, **VICTIM, **FAR), wanted)]
    assert [note["text"] for note in told[0] if note["field"] == "purposes"] == [
        "not searched for border_check: the policy does not show trafficking_victim to them"]
    assert not [note for note in told[1] if note["field"] == "purposes"]
    done = client.post(f"/v1/watchlist/imports/{number}/commit").json
    assert (done["searchable"], done["not_permitted"]) == (2, 0)


def test_P8_the_check_of_the_list_names_whom_nobody_may_search_for(daemon_of, fingers):
    """By kordond, and without it by the policy in the state; of a list that is not whole nothing is said."""
    post = daemon_of()
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], 1, category="trafficking_victim", **FAR), entry(fingers[2, 1], 2, **VICTIM, **FAR)]).status == 200
    hidden, = [each["entry"] for each in client.get("/v1/watchlist").json["entries"] if each["purposes"] == ["border_check"]]
    expected = {"found": 1, "entries": [hidden]}
    assert client.post("/v1/watchlist/check").json["not_permitted"] == expected
    post.stop()
    checked = post.ctl_ok("watchlist", "check")
    assert (checked["found"], checked["not_permitted"]) == (0, expected)
    words = subprocess.run([KORDONCTL, "--config", post.configuration, "watchlist", "check"], capture_output=True, text=True, check=True).stdout
    assert "1 of them are searched for by nobody" in words and hidden in words
    connection = sqlite3.connect(f"{post.folder}/state/kordon.db")
    with connection:
        connection.execute("UPDATE alert SET templates = zeroblob(length(templates))")
    connection.close()
    checked = json.loads(post.ctl("watchlist", "check").stdout)
    assert checked["found"] > 0 and checked["not_permitted"] is None


def test_A4_a_list_too_old_for_one_purpose_is_searched_for_others(daemon_of, clock, fingers, tmp_path):
    policy = changed(tmp_path, ("border_check", "list_warning_days = 3650", "list_warning_days = 5"), ("border_check", "list_limit_days = 3650", "list_limit_days = 10"))
    client = daemon_of(environment=clock.environment, log__clock_gap_days=3650, identification__require_armed="no", policy__first=policy).client()
    assert client.import_list([entry(fingers[1, 1], purposes=["border_check", "missing_person_check"], **FAR)]).status == 200
    clock.set(11 * DAY)
    wait_until(lambda: {"list_too_old", "list_stale"} == set(degraded(client)))
    assert "for border_check: " in degraded(client)["list_too_old"]["detail"]
    assert client.get("/readyz").status == 200
    result = client.identify(fingers[1, 2]).json["result"]
    assert (result["decision"], result["why"]) == ("inconclusive", "LIST_TOO_OLD")
    assert client.identify(fingers[1, 2], purpose="missing_person_check").json["result"]["decision"] == "match"


@pytest.mark.parametrize("change", [("identification_fap = 0", "identification_fap = 45"), ("attack_detection_required = no", "attack_detection_required = yes")])
def test_F8_Q8_a_sensor_that_the_policy_does_not_permit_is_refused_with_those_that_it_does(tmp_path, fingers, change):
    post = Kordond(tmp_path, identification__require_armed="no", policy__first=changed(tmp_path, change))
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write(SENSORS)
    post.init().start()
    client = post.client()
    transaction = client.open()
    for device in ("lane%204", "lane%205"):
        refused = client.sample(transaction, fingers[1, 1], device=device)
        assert refused.reason == "SENSOR_NOT_PERMITTED" and refused.json["detail"].endswith("these of this post will do: plate"), refused
    required = change[0].startswith("attack_detection")
    found = {"attack_detection_result": "bona_fide_presentation"} if required else {}
    if required:  # what nobody reports was not found
        refused = client.sample(transaction, fingers[1, 1], device="lane%203")
        assert (refused.status, refused.reason) == (403, "SENSOR_NOT_PERMITTED") and "none is reported" in refused.json["detail"], refused
        assert client.get(f"/v1/transactions/{transaction}").json["samples"] == []
    assert client.sample(transaction, fingers[1, 1], device="lane%203", **found).status == 200
    client.close()
    post.stop()


def test_Q3_as_many_fingers_as_the_policy_needs_are_compared(daemon_of, fingers, tmp_path):
    client = daemon_of(policy__first=changed(tmp_path, ("fingers_needed = 1", "fingers_needed = 2"))).client()
    assert client.import_list([entry(fingers[1, 1], **FAR)]).status == 200
    too_few = client.post("/v1/transactions", {**OPENING, "fingers": ["right_index"]})
    assert too_few.reason == "BAD_VALUE" and "missing_fingers" in too_few.json["detail"]
    transaction = client.open(fingers=["right_middle", "right_index"])
    assert client.get(f"/v1/transactions/{transaction}").json["next_finger"] == "right_index"  # the policy's order
    assert client.sample(transaction, fingers[1, 2]).status == 200
    early = client.decide(transaction)
    assert early.reason == "TRANSACTION_STATE" and "1 of 2" in early.json["detail"] and "right_middle" in early.json["detail"]
    assert client.sample(transaction, fingers[2, 2], "right_middle").status == 200
    assert client.decide(transaction).json["result"]["decision"] == "match"
    assert last_body(client, transaction)["fingers_needed"] == 2
    # Of somebody who has no other finger: fewer are compared, and the entry tells how many.
    rest = [f"{hand}_{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")]
    rest.remove("right_index")
    transaction = client.open(fingers=["right_index"], missing_fingers=rest)
    assert client.sample(transaction, fingers[1, 2]).status == 200
    assert client.decide(transaction).json["result"]["decision"] == "match"
    body = last_body(client, transaction)
    assert (body["fingers_needed"], body["fingers"], body["missing_fingers"]) == (1, ["right_index"], rest)


ALL_FINGERS = [f"{hand}_{finger}" for hand in ("right", "left") for finger in ("thumb", "index", "middle", "ring", "little")]


def test_P3_a_finger_that_turns_out_to_be_missing_is_replaced_by_the_next(daemon_of, fingers):
    """Seen when the hand is on the glass: the same transaction goes on with the policy's next finger, and its entry says so."""
    client = daemon_of().client()
    assert client.import_list([entry(fingers[1, 1], **FAR)]).status == 200
    transaction = client.open(fingers=["right_index"])
    place = f"/v1/transactions/{transaction}/missing_fingers"
    said = client.post(place, {"fingers": ["right_index"]})
    assert (said.status, said.json["next_finger"], said.json["missing_fingers"]) == (200, "right_middle", ["right_index"]), said
    assert said.json["guidance"]["position"] == "right_middle" and said.json["attempts_left"] == 3
    assert client.sample(transaction, fingers[2, 1], "right_index").reason == "BAD_REQUEST"
    assert client.sample(transaction, fingers[1, 2], "right_middle").status == 200
    for wrong in (["right_middle"], ["unknown"], ["thumb"], [], "right_thumb", ALL_FINGERS + ["unknown"]):
        refused = client.post(place, {"fingers": wrong})
        assert (refused.status, refused.reason) == (422, "BAD_VALUE"), (wrong, refused)
    known = client.get(f"/v1/transactions/{transaction}").json
    assert (known["next_finger"], known["guidance"]["code"], known["missing_fingers"]) == (None, "enough", ["right_index"])
    assert client.decide(transaction).json["result"]["decision"] == "match"
    body = last_body(client, transaction)
    assert (body["fingers_needed"], body["fingers"], body["missing_fingers"]) == (1, ["right_middle"], ["right_index"])
    assert client.post(place, {"fingers": ["right_thumb"]}).reason == "TRANSACTION_STATE"


def test_P3_where_every_finger_is_missing_it_is_an_exception(daemon_of):
    client = daemon_of(identification__require_armed="no").client()
    transaction = client.open()
    place = f"/v1/transactions/{transaction}/missing_fingers"
    refused = client.post(place, {"fingers": ALL_FINGERS})
    assert (refused.status, refused.reason) == (422, "BAD_VALUE") and "exception of kind impossible" in refused.json["detail"]
    assert "missing_fingers" not in client.get(f"/v1/transactions/{transaction}").json
    headers = {"Idempotency-Key": "m-1"}
    first = client.request("POST", place, {"fingers": ["left_thumb"]}, headers)
    assert first.json["missing_fingers"] == ["left_thumb"]
    client.post(place, {"fingers": ["left_index"]})
    assert client.request("POST", place, {"fingers": ["left_thumb"]}, headers).json == first.json  # as it was answered
    ended = client.post(f"/v1/transactions/{transaction}/exception", {"kind": "impossible", "reason": "fingers_missing"})
    assert ended.json["state"] == "excepted" and set(last_body(client, transaction)["missing_fingers"]) == {"left_thumb", "left_index"}


def test_P4_attempts_are_the_purposes_and_worn_fingers_lead_to_the_other_procedure(daemon_of, tmp_path):
    policy = changed(tmp_path, ("border_check", "attempts = 3", "attempts = 1"))
    client = daemon_of(identification__require_armed="no", policy__first=policy).client()
    for purpose, left in (("border_check", 1), ("missing_person_check", 3)):
        assert client.get(f"/v1/transactions/{client.open(purpose=purpose)}").json["attempts_left"] == left
    transaction = client.open(fingers=["right_index", "right_middle"])
    for position, code in (("right_index", "next_finger"), ("right_middle", "no_finger")):
        assert client.sample(transaction, blank(), position).reason == "SAMPLE_TOO_POOR"
        assert client.get(f"/v1/transactions/{transaction}").json["guidance"]["code"] == code
    assert client.sample(transaction, blank()).reason == "ATTEMPTS_EXHAUSTED"
    ended = client.post(f"/v1/transactions/{transaction}/exception", {"kind": "impossible", "reason": "worn_fingers"})
    assert ended.json["state"] == "excepted", ended
