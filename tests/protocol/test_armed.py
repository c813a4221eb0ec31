"""A8, F8: armed is said for the policy in force: its purposes, their fingers and the sensors that it asks for; nothing is not armed."""

import re
import subprocess

import pytest

from kordond import KORDONCTL, OPENING, entry, policy_file, preset, wait_until, with_purpose
from policies import changed
from test_nobody_searched import gauge
from test_policy import approve
from test_reload import change, reload

ANYBODY = {"expires": "2099-01-31"}
NO_CLASS = ("identification_fap = 45", "identification_fap = 0")


def armed(client):
    """What mode, /readyz and metrics say, which is the same: fewest fingers, or why not."""
    status, ready = client.get("/v1/status").json, client.get("/readyz")
    fingers = status.get("armed_from_fingers", 0)
    assert (status["mode"] == "armed", ready.status == 200, gauge(client, "kordon_armed")) == (fingers > 0, fingers > 0, fingers > 0)
    assert gauge(client, "kordon_armed_from_fingers") == ready.json.get("armed_from_fingers", 0) == fingers
    assert fingers > 0 or ready.reason == status["why"]
    return fingers or status["why"]


def purposes(client):
    """{purpose: fewest fingers, why not, or None where it does not search the list}"""
    told = {}
    for row in client.get("/v1/status").json["purposes"]:
        assert row["identification"] == ("why" in row or "armed_from_fingers" in row), row
        assert ("why" in row) == ("remedy" in row), row
        told[row["purpose"]] = row.get("armed_from_fingers", row.get("why"))
    return told


def status_in_words(post):
    return subprocess.run([KORDONCTL, "--config", post.configuration, "status"], capture_output=True, text=True, check=True).stdout


def last_mode(client):
    body = [each["body"] for each in client.log() if each["head"]["event"] == "mode" and "mode" in each["body"]][-1]
    return body["mode"], body.get("reason")


def test_F8_armed_moves_with_the_policy_and_with_the_sensors_that_are_registered(daemon_of, fingers):
    post = daemon_of()
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], **ANYBODY)]).status == 200
    nobody = {"protection_check": "NOBODY_SEARCHED", "missing_person_check": "NOBODY_SEARCHED"}
    assert (armed(client), purposes(client)) == (1, {"border_check": 1, **nobody})
    text = preset("demonstration").replace("version = 1", "version = 2").replace("fingers_needed = 1", "fingers_needed = 2")
    approve(client, text)
    assert (armed(client), purposes(client)["border_check"]) == (2, 2)
    approve(client, text.replace("version = 2", "version = 3").replace("identification_fap = 0", "identification_fap = 45"))
    assert (armed(client), purposes(client)) == ("SENSOR_NOT_PERMITTED", {"border_check": "SENSOR_NOT_PERMITTED", **nobody})
    wait_until(lambda: last_mode(client) == ("identification_refused", "SENSOR_NOT_PERMITTED"))
    refused = client.post("/v1/transactions", OPENING)
    assert (refused.status, refused.reason) == (403, "SENSOR_NOT_PERMITTED") and "border_check asks for FAP 45" in refused.json["detail"]
    assert "border_check: 1 people\n                  not armed, SENSOR_NOT_PERMITTED: border_check asks for FAP 45" in status_in_words(post)
    with open(post.configuration, "a", encoding="ascii") as stream:
        stream.write("[sensor plate]\ndevice = lane 3\nfap = 45\n")
    reload(post)
    assert armed(client) == 2
    wait_until(lambda: last_mode(client) == ("armed", None))
    change(post, ("fap = 45\n", "fap = 20\n"))
    reload(post)
    assert armed(client) == "SENSOR_NOT_PERMITTED"


def test_A8_a_list_without_a_finger_that_the_policy_takes_is_not_armed(daemon_of, fingers, tmp_path):
    """The policy takes the right hand's fingers; the list that fits it arms the post for the purposes that see somebody in it."""
    client = daemon_of(policy__first=changed(tmp_path, NO_CLASS, base="ees")).client()
    assert armed(client) == "LIST_MISSING"
    assert client.import_list([entry(fingers[1, 1], position="left_thumb", **ANYBODY)]).status == 200
    assert (armed(client), purposes(client)["border_check"]) == ("NO_COMMON_FINGER", "NO_COMMON_FINGER")
    assert client.import_list([entry(fingers[1, 1], position="left_thumb", **ANYBODY), entry(fingers[2, 1], 2, **ANYBODY)], version=2).status == 200
    assert (armed(client), purposes(client)) == (
        2, {"border_check": 2, "second_line_check": "NOBODY_SEARCHED", "protection_check": "NOBODY_SEARCHED"})


def test_A8_a_list_without_a_finger_that_is_asked_for_is_not_armed(daemon_of, fingers, tmp_path):
    """border_check asks for two of the four that it takes, in its order: of a list of ring fingers a traveller who has all of them is not
    asked for one, and that he is not found would mean nothing."""
    client = daemon_of(policy__first=changed(tmp_path, NO_CLASS, base="ees")).client()
    assert client.import_list([entry(fingers[1, 1], position="right_ring", **ANYBODY)]).status == 200
    assert (armed(client), purposes(client)["border_check"]) == ("NO_COMMON_FINGER", "NO_COMMON_FINGER")
    border, = (row for row in client.get("/v1/status").json["purposes"] if row["purpose"] == "border_check")
    assert "right_index, right_middle" in border["detail"] and "right_ring" not in border["detail"]
    said = {**OPENING, "legal_basis": "Regulation (EU) 2017/2226, Articles 16, 17 and 23"}
    refused = client.post("/v1/transactions", said)
    assert (refused.status, refused.reason) == (422, "NO_COMMON_FINGER"), refused
    assert "policy" in refused.json["remedy"], refused
    assert client.post("/v1/transactions", {**said, "fingers": ["right_ring", "right_middle"]}).status == 201, "whoever gives that finger is searched for"
    assert client.post("/v1/transactions", {**said, "missing_fingers": ["right_index"]}).status == 201
    assert client.post("/v1/transactions", {**said, "fingers": ["right_index", "right_middle"]}).reason == "NO_COMMON_FINGER"
    assert client.import_list([entry(fingers[1, 1], position="right_middle", **ANYBODY)], version=2).status == 200
    assert (armed(client), purposes(client)["border_check"]) == (2, 2)
    assert client.post("/v1/transactions", said).status == 201


def test_Q3_as_many_fingers_are_asked_for_as_reach_the_target(daemon_of, fingers, tmp_path):
    """The policy needs one; with one the target is not reached, and the search would come to nothing."""
    policy = changed(tmp_path, NO_CLASS, ("border_check", "fingers_needed = 2", "fingers_needed = 1"), base="ees")
    client = daemon_of(policy__first=policy, identification__target_fpir="0.0000005").client()
    both = [entry(fingers[1, 1])["fingers"][0], entry(fingers[2, 1], position="right_middle")["fingers"][0]]
    assert client.import_list([entry(fingers[1, 1], fingers=both, **ANYBODY)]).status == 200
    assert armed(client) == 2
    transaction = client.open(legal_basis="Regulation (EU) 2017/2226, Articles 16, 17 and 23")
    assert client.sample(transaction, fingers[1, 2]).status == 200
    guidance = client.get(f"/v1/transactions/{transaction}").json["guidance"]
    assert (guidance["code"], guidance["position"]) == ("place_finger", "right_middle"), guidance
    assert client.sample(transaction, fingers[2, 2], "right_middle").status == 200
    assert client.decide(transaction).json["result"]["decision"] == "match"


def test_A8_a_purpose_is_refused_for_what_is_against_it_and_shuts_no_other_out(daemon_of, fingers, tmp_path):
    """What status says of each purpose is what an opening for it is answered."""
    sensor = changed(tmp_path, ("border_check", *NO_CLASS[::-1]))
    client = daemon_of(policy__first=sensor).client()
    listed = entry(fingers[1, 1], purposes=["border_check", "protection_check"], **ANYBODY)
    assert client.import_list([listed]).status == 200
    told = {"border_check": "SENSOR_NOT_PERMITTED", "protection_check": 1, "missing_person_check": "NOBODY_SEARCHED"}
    assert (armed(client), purposes(client)) == (1, told)
    for purpose, why in told.items():
        answer = client.post("/v1/transactions", {**OPENING, "purpose": purpose})
        assert answer.status == 201 if why == 1 else answer.reason == why, (purpose, answer)


def test_A8_a_purpose_that_compares_one_to_one_alone_is_nothing_to_arm(daemon_of, fingers, tmp_path):
    """Where all are so, nothing is armed."""
    text = with_purpose(preset("demonstration"), "document_check", comparisons="verification", categories="none")
    client = daemon_of(policy__first=policy_file(tmp_path, text)).client()
    assert client.import_list([entry(fingers[1, 1], **ANYBODY)]).status == 200
    assert (armed(client), purposes(client)) == (1, {
        "border_check": 1, "protection_check": "NOBODY_SEARCHED", "missing_person_check": "NOBODY_SEARCHED", "document_check": None})
    one_to_one = re.sub(r"(?m)^categories = .*(\n .*)*", "categories = none", text.replace("= identification, verification", "= verification"))
    approve(client, one_to_one.replace("version = 1", "version = 2"))
    assert armed(client) == "COMPARISON_NOT_PERMITTED"
    assert set(purposes(client).values()) == {None}


def test_A8_whose_fingers_are_missing_is_told_before_any_is_taken_that_no_search_would_come_of_it(daemon_of, fingers, tmp_path):
    """Armed is said of a traveller who has all of his fingers; of one who has not, and of those that a terminal names, it is asked again."""
    policy = changed(tmp_path, NO_CLASS, ("border_check", "fingers_needed = 2", "fingers_needed = 1"), base="ees")
    client = daemon_of(policy__first=policy, identification__target_fpir="0.0000005").client()
    assert client.import_list([entry(fingers[1, 1], **ANYBODY)]).status == 200
    assert armed(client) == 2

    def opened(**said):
        answer = client.post("/v1/transactions", {**OPENING, "legal_basis": "Regulation (EU) 2017/2226, Articles 16, 17 and 23", **said})
        return answer.reason if answer.status != 201 else 201

    assert opened(missing_fingers=["right_index"]) == opened(fingers=["right_middle", "right_ring"]) == "NO_COMMON_FINGER"
    assert opened(missing_fingers=["right_middle", "right_ring", "right_little"]) == "THRESHOLD_UNREACHABLE"
    assert opened(missing_fingers=["right_middle"]) == opened(fingers=["right_index", "right_ring"]) == 201


@pytest.mark.parametrize("listed, missing, reason", [("right_middle", ["right_middle"], "NO_COMMON_FINGER"),
                                                     ("right_index", ["right_middle", "right_ring", "right_little"], "THRESHOLD_UNREACHABLE")])
def test_A8_a_finger_that_turns_out_to_be_missing_is_asked_for_as_at_the_opening(daemon_of, fingers, tmp_path, listed, missing, reason):
    """What is refused before a finger is taken is refused behind it: no search that could find nobody goes on, and what was asked for stays."""
    policy = changed(tmp_path, NO_CLASS, ("border_check", "fingers_needed = 2", "fingers_needed = 1"), base="ees")
    client = daemon_of(policy__first=policy, identification__target_fpir="0.0000005").client()
    assert client.import_list([entry(fingers[1, 1], position=listed, **ANYBODY)]).status == 200
    transaction = client.open(legal_basis="Regulation (EU) 2017/2226, Articles 16, 17 and 23")
    assert client.sample(transaction, fingers[2, 1]).status == 200

    def missed(names):
        answer = client.post(f"/v1/transactions/{transaction}/missing_fingers", {"fingers": names})
        return answer.reason if answer.status != 200 else (answer.json["next_finger"], answer.json["missing_fingers"])

    assert missed(missing) == reason
    now = client.get(f"/v1/transactions/{transaction}").json
    assert now["next_finger"] == "right_middle" and "missing_fingers" not in now
    assert missed(["right_ring"]) == ("right_middle", ["right_ring"])
    assert client.sample(transaction, fingers[1, 2], "right_middle").status == 200
    assert client.decide(transaction).json["result"]["decision"] in ("match", "no_match"), "it was searched"
