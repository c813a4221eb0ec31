"""What sensor took a sample stands in its entry, as the configuration registers it (F8), with its presentation attack detection (Q8)."""

import threading

import pytest

from kordond import Kordond, wait_until, entry
from policies import changed
from test_policy_change import another, approve, policy_of, propose
from virtual_finger import VirtualFinger, read_png

SENSORS = """
[sensor plate]
device = lane 3
fap = 45
area_mm = 40.6x38.1
ppi = 500
attack_detection = multispectral

[sensor plain]
device = lane 4
fap = 20
"""


@pytest.fixture(name="client")
def fixture_client(tmp_path):
    daemon = Kordond(tmp_path, identification__require_armed="no")
    with open(daemon.configuration, "a", encoding="ascii") as stream:
        stream.write(SENSORS)
    daemon.init().start()
    client = daemon.client()
    yield client
    client.close()
    daemon.stop()


def collection(client, image, **query):
    transaction = client.open(kind="identification")
    taken = client.sample(transaction, image, **query)
    assert taken.status == 200, taken
    body, = [each["body"] for each in client.log() if each["head"]["event"] == "collection" and each["body"]["transaction"] == transaction]
    return {key: value for key, value in body.items() if key.startswith(("sensor", "presentation", "attack"))}


def test_F8_Q8_the_class_of_the_sensor_and_what_it_detects_stand_in_the_entry(client, fingers):
    plate = {"sensor": "plate", "sensor_fap": 45, "sensor_area_mm": "40.6x38.1", "sensor_ppi": 500,
             "presentation_attack_detection": "multispectral"}
    assert collection(client, fingers[1, 1], device="lane%203") == {**plate, "attack_detection_result": "not_reported"}
    for result in ("bona_fide_presentation", "presentation_attack", "inconclusive"):
        assert collection(client, fingers[1, 1], device="lane%203", attack_detection_result=result) == {**plate, "attack_detection_result": result}
    assert collection(client, fingers[1, 1], device="lane%204") == {
        "sensor": "plain", "sensor_fap": 20, "presentation_attack_detection": "none in this sensor"}


def test_Q8_of_a_sensor_that_nobody_registered_nothing_is_claimed(client, fingers):
    assert collection(client, fingers[1, 1], device="lane%205") == {"presentation_attack_detection": "not known"}
    assert collection(client, fingers[1, 1]) == {"presentation_attack_detection": "not known"}


@pytest.mark.parametrize("query", [{"device": "lane%204", "attack_detection_result": "bona_fide_presentation"},
                                   {"device": "lane%205", "attack_detection_result": "bona_fide_presentation"},
                                   {"device": "lane%203", "attack_detection_result": "none"}])
def test_Q8_a_result_that_nobody_can_have_found_is_refused(client, fingers, query):
    transaction = client.open(kind="identification")
    refused = client.sample(transaction, fingers[1, 1], **query)
    assert (refused.status, refused.reason) == (400, "BAD_REQUEST"), refused
    assert client.get(f"/v1/transactions/{transaction}").json["samples"] == []


IMITATION = {"device": "lane%203", "attack_detection_result": "presentation_attack"}
GENUINE = {"device": "lane%203", "attack_detection_result": "bona_fide_presentation"}


def decided(client, image, *takes, reference=None):
    transaction = client.open(kind="both" if reference else "identification", fingers=["right_index"])
    if reference:
        assert client.put(f"/v1/transactions/{transaction}/reference?position=right_index", reference).status == 200
    for take in takes:
        taken = client.sample(transaction, image, **take)
        assert taken.status == 200, taken
    asked_for = taken.json["next_finger"]
    return asked_for, client.decide(transaction).json["result"]


def test_Q10_an_imitation_clears_nobody_and_proves_nobody(client, fingers):
    """Neither is a no-match said of whom it hides, nor is who shows the cast of another's finger that other; an alert is told all the same."""
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    asked_for, result = decided(client, fingers[4, 1], IMITATION)
    assert (asked_for, result["decision"], result["why"]) == ("right_index", "inconclusive", "PRESENTATION_ATTACK")
    assert result["identification"]["decision"] == "inconclusive"
    _, result = decided(client, fingers[4, 1], IMITATION, reference=fingers[4, 2])
    assert (result["decision"], result["verification"]["decision"], result["verification"]["why"]) == (
        "inconclusive", "inconclusive", "PRESENTATION_ATTACK")
    _, result = decided(client, fingers[1, 2], IMITATION, reference=fingers[1, 3])
    assert (result["decision"], result["verification"]["decision"]) == ("match", "inconclusive")
    body = [each["body"] for each in client.log() if each["head"]["event"] == "consultation"][1]
    assert (body["decision"], body["why"], body["verification"]["decision"]) == ("inconclusive", "PRESENTATION_ATTACK", "inconclusive")
    assert "score" not in body["verification"]


@pytest.mark.parametrize("takes", [(IMITATION, GENUINE), (GENUINE, IMITATION), (IMITATION, {"device": "lane%203"})])
def test_Q8_a_finger_takes_the_place_of_its_imitation(client, fingers, takes):
    """Nobody is worse off for a sensor that was mistaken once."""
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    asked_for, result = decided(client, fingers[4, 1], *takes, reference=fingers[4, 2])
    assert (asked_for, result["decision"], result["verification"]["decision"]) == (None, "no_match", "match")


def test_Q8_where_detection_is_required_a_sensor_that_cannot_tell_clears_nobody(daemon_of, fingers, tmp_path):
    """Nor is he accused by it: an alert is told, a finger that the sensor can tell takes its place."""
    policy = changed(tmp_path, ("attack_detection_required = no", "attack_detection_required = yes"))
    client = daemon_of(identification__require_armed="no", policy__first=policy, **{
        "sensor plate__device": "lane 3", "sensor plate__attack_detection": "multispectral"}).client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    unsure = {"device": "lane%203", "attack_detection_result": "inconclusive"}
    asked_for, result = decided(client, fingers[4, 1], unsure, reference=fingers[4, 2])
    assert (asked_for, result["decision"], result["why"]) == ("right_index", "inconclusive", "SAMPLE_TOO_POOR")
    assert result["verification"]["decision"] == "inconclusive"
    _, result = decided(client, fingers[1, 2], unsure)
    assert result["decision"] == "match"
    asked_for, result = decided(client, fingers[4, 1], unsure, GENUINE, reference=fingers[4, 2])
    assert (asked_for, result["decision"], result["verification"]["decision"]) == (None, "no_match", "match")


def test_Q8_a_policy_that_comes_to_require_detection_is_asked_before_the_comparison(daemon_of, fingers):
    """Of a sample of which no result was reported, and of one of which it was inconclusive."""
    post = daemon_of(identification__require_armed="no", **{
        "sensor plate__device": "lane 3", "sensor plate__attack_detection": "multispectral"})
    client = post.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    opened = []
    for found in ({}, {"attack_detection_result": "inconclusive"}):
        opened.append(client.open(kind="identification", fingers=["right_index"]))
        assert client.sample(opened[-1], fingers[4, 1], device="lane%203", **found).status == 200
    text = another(policy_of(client), 2, (b"attack_detection_required = no", b"attack_detection_required = yes"))
    assert approve(client, propose(client, text)["hash"]).status == 200
    whys = [client.decide(transaction).json["result"]["why"] for transaction in opened]
    assert whys == ["SENSOR_NOT_PERMITTED", "SAMPLE_TOO_POOR"]


@pytest.mark.parametrize("registered, recorded", [
    ({}, {"presentation_attack_detection": "none in this sensor"}),
    ({"sensor here__driver": "virtual_image", "sensor here__fap": "20"},
     {"sensor": "here", "sensor_fap": 20, "presentation_attack_detection": "none in this sensor"}),
    ({"sensor here__driver": "virtual_image", "sensor here__attack_detection": "multispectral"},
     {"sensor": "here", "presentation_attack_detection": "multispectral", "attack_detection_result": "not_reported"}),
], ids=["nobody registered it", "of a class", "detects attacks"])
def test_F8_Q8_of_a_reader_at_this_machine_stands_what_is_known(tmp_path, fingers, registered, recorded):
    """libfprint gives pictures and nothing else: no result is made up, whatever the sensor could find."""
    post = Kordond(tmp_path, environment={"FP_VIRTUAL_IMAGE": f"{tmp_path}/finger"}, scanner__enabled="yes", identification__require_armed="no",
                   policy__minimum_quality="1", **registered).init().start()
    (tmp_path / "print.png").write_bytes(fingers[1, 1])
    try:
        client, other = post.client(), post.client()
        wait_until(lambda: [each["state"] for each in client.get("/v1/scanners").json["scanners"]] == ["ready"])
        transaction = client.open(kind="identification")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(other.post(f"/v1/transactions/{transaction}/captures", {"position": "right_index"})))
        thread.start()
        wait_until(lambda: client.get("/v1/scanners").json["scanners"][0]["finger_needed"])
        with VirtualFinger(f"{tmp_path}/finger") as hand:
            hand.image(*read_png(tmp_path / "print.png"))
            thread.join()
        assert answers[0].status == 200, answers
        body, = [each["body"] for each in client.log() if each["head"]["event"] == "collection"]
        assert {key: value for key, value in body.items() if key.startswith(("sensor", "presentation", "attack_detection"))} == recorded
    finally:
        post.stop()
