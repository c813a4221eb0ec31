"""What travellers, terminals and lists bring through the one door: what a file says of itself is honoured or contradicted aloud."""

import os
import struct
import sys
import zlib

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import entry  # noqa: E402  pylint: disable=wrong-import-position

RIGHT_INDEX, LEFT_INDEX, LEFT_THUMB = 2, 7, 6
ISO_HEADER = 24


def joined(*views):
    """One record of several single-view records, each with the finger's code that it is to have."""
    body = b"".join(bytes((position,)) + record[ISO_HEADER + 1:] for record, position in views)
    head = bytearray(views[0][0][:ISO_HEADER])
    head[8:12] = struct.pack(">I", ISO_HEADER + len(body))
    head[22] = len(views)
    return bytes(head) + body


def said(image, ppi):
    """The PNG with another resolution in it (0: none)."""
    at = image.index(b"pHYs") - 4
    rest = image[:at], image[at + 21:]
    if ppi == 0:
        return b"".join(rest)
    content = b"pHYs" + struct.pack(">IIB", round(ppi / 0.0254), round(ppi / 0.0254), 1)
    return rest[0] + struct.pack(">I", 9) + content + struct.pack(">I", zlib.crc32(content)) + rest[1]


def put_reference(client, reference, query=""):
    transaction = client.open(kind="verification")
    return transaction, client.put(f"/v1/transactions/{transaction}/reference{query}", reference)


def decide(client, transaction, image, position):
    assert client.sample(transaction, image, position).status == 200
    return client.decide(transaction).json["result"]["decision"]


def test_F10_all_fingers_of_a_record_become_references(client, fingers, records):
    record = joined((records[1, 1], LEFT_INDEX), (records[2, 1], RIGHT_INDEX))
    for finger, position in ((1, "left_index"), (2, "right_index")):
        transaction, answer = put_reference(client, record, f"?position={position}")
        assert answer.json["references"] == 2, answer
        assert decide(client, transaction, fingers[finger, 2], position) == "match"


def test_F10_a_finger_that_the_record_does_not_hold_is_refused(client, records):
    record = joined((records[1, 1], LEFT_INDEX), (records[2, 1], LEFT_THUMB))
    transaction, answer = put_reference(client, record, "?position=right_index")
    assert answer.reason == "BAD_VALUE"
    assert "it holds left_thumb, left_index, not right_index" in answer.json["detail"]
    assert client.get(f"/v1/transactions/{transaction}").json["references"] == 0


def test_F10_more_references_than_there_is_room_for_are_refused(client, records):
    record = joined(*((records[1, 1], code) for code in range(1, 8)))
    transaction, answer = put_reference(client, record)
    assert answer.json["references"] == 7
    again = client.put(f"/v1/transactions/{transaction}/reference", record)
    assert again.reason == "TRANSACTION_STATE" and "7 fingers" in again.json["detail"]
    assert client.get(f"/v1/transactions/{transaction}").json["references"] == 7


def test_F10_an_entry_gets_the_finger_it_claims(client, fingers, records):
    record = joined((records[1, 1], LEFT_INDEX), (records[2, 1], RIGHT_INDEX))
    client.import_list([entry(record, 1, "right_index")])
    assert client.identify(fingers[2, 2], "right_index").json["result"]["decision"] == "match"
    assert client.identify(fingers[1, 2], "right_index").json["result"]["decision"] != "match"


def test_F10_notes_reach_the_terminal(client, fingers, records):
    padded = bytearray(records[1, 1] + bytes(300))
    padded[8:12] = struct.pack(">I", 99)
    transaction, answer = put_reference(client, bytes(padded), "?position=right_index")
    assert answer.json["notes"] == [f"its header says a length of 99 bytes, its views end at {len(records[1, 1])}"]
    answer = client.sample(transaction, said(fingers[1, 2], 1000), ppi=500)
    assert answer.json["notes"] == ["the file says 1000 ppi, it is read at the 500 ppi that were given"]
    assert "notes" not in client.sample(transaction, fingers[1, 3]).json


def test_F10_notes_reach_the_officer(daemon, fingers, tmp_path):
    image = tmp_path / "lies.png"
    image.write_bytes(said(fingers[1, 1], 1000))
    outcome = daemon.ctl("verify", "--reference", str(image), "--reference-ppi", "500", "--finger", "right_index",
                         "--image", str(image), "--ppi", "500")
    assert outcome.returncode == 0
    assert outcome.stderr.count(f"{image}: the file says 1000 ppi") == 2


def test_F10_a_resolution_that_cannot_be_says_what_to_do(daemon, fingers, tmp_path):
    image = tmp_path / "seventy-two.png"
    for ppi, words in ((72, "the file says 72 ppi"), (0, "the file does not say it")):
        image.write_bytes(said(fingers[1, 1], ppi))
        outcome = daemon.ctl("verify", "--reference", str(image), "--finger", "right_index", "--image", str(image))
        assert outcome.returncode == 65 and words in outcome.stderr and "--ppi N" in outcome.stderr


def test_Q10_a_resolution_that_the_ridges_contradict_is_refused(client, fingers):
    transaction = client.open(kind="verification")
    for query in ({}, {"ppi": 300}):
        image = fingers[1, 1] if query else said(fingers[1, 1], 300)
        answer = client.sample(transaction, image, **query)
        assert answer.reason == "RESOLUTION_IMPLAUSIBLE" and "mm apart" in answer.json["detail"]
    assert client.get(f"/v1/transactions/{transaction}").json["samples"] == []


def test_F10_an_empty_file_is_called_that(client):
    transaction = client.open(kind="verification")
    for path in ("samples?position=right_index", "reference"):
        send = client.post if path.startswith("samples") else client.put
        answer = send(f"/v1/transactions/{transaction}/{path}", b"")
        assert answer.reason == "TRUNCATED" and "an empty file" in answer.json["detail"]


def test_F10_a_text_that_turns_the_line_is_refused(client):
    for text, name in (("desk \u202eevif", "U+202E"), ("one\u2028two", "U+2028"), ("a\u0085b", "U+0085"), ("x\u200by", "U+200B")):
        answer = client.post("/v1/transactions", f'{{"kind": "identification", "purpose": "border_check", "legal_basis": "law", '
                             f'"justification": "check", "officer": "{text}", "age_band": "18_and_over"}}'.encode())
        assert answer.status == 422 and answer.json["subject"] == "officer" and name in answer.json["detail"], answer


def test_F10_a_query_that_turns_the_line_is_refused(client):
    """Bytes that are no text would be missing from the log entry that they are to be in."""
    for text, name in (("%E2%80%AE", "U+202E"), ("a%C3", "byte 0xC3"), ("a%1Bb", "U+001B")):
        answer = client.get(f"/v1/log/entries?limit=1&justification={text}")
        assert answer.reason == "BAD_REQUEST" and answer.json["subject"] == "justification" and name in answer.json["detail"], answer
    assert client.get("/v1/log/entries?limit=1&%E2%80%AE=1").reason == "BAD_REQUEST"
