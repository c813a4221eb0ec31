"""What sensor took a sample stands in its entry, as the configuration registers it (F8), with its presentation attack detection (Q8)."""

import pytest

from kordond import Kordond

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
