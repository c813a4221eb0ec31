"""References and list entries that come as interchange records or as a card's minutiae, through a running kordond."""

import os
import subprocess
import sys

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, entry  # noqa: E402  pylint: disable=wrong-import-position

ISO_HEADER, ISO_VIEW, ISO_MINUTIA = 24, 4, 6
MICROMETRES_A_PIXEL = 50.8  # at 500 ppi


def card_of(record, compact):
    """The minutiae of a record as a card holds them, in the record's order, written here a second time."""
    card = b""
    for i in range(record[ISO_HEADER + 3]):
        at = ISO_HEADER + ISO_VIEW + ISO_MINUTIA * i
        kind, x = divmod(int.from_bytes(record[at:at + 2], "big"), 1 << 14)
        y = int.from_bytes(record[at + 2:at + 4], "big") & 0x3fff
        step = 100 if compact else 10  # micrometres
        x, y = round(x * MICROMETRES_A_PIXEL / step), round(y * MICROMETRES_A_PIXEL / step)
        if compact:
            card += bytes((x, y, kind << 6 | round(record[at + 4] / 4) % 64))
        else:
            card += (kind << 14 | x).to_bytes(2, "big") + y.to_bytes(2, "big") + record[at + 4:at + 5]
    return card


def verify(client, reference, sample, query=""):
    transaction = client.open(kind="verification")
    answer = client.put(f"/v1/transactions/{transaction}/reference?position=right_index{query}", reference)
    assert answer.status == 200, answer
    assert client.sample(transaction, sample).status == 200
    return client.decide(transaction).json["result"]["decision"]


def test_Q10_unusable_reference_is_no_no_match(client, fingers):
    """A record in which next to nothing stands tells nobody from anybody: refused, or inconclusive."""
    view = bytes((2, 0, 70, 2)) + bytes.fromhex("4064 0064 20 46 40c8 00c8 80 46") + b"\0\0"
    record = b"FMR\0 20\0" + (24 + len(view)).to_bytes(4, "big") + bytes.fromhex("0000 0140 0190 00c5 00c5 01 00") + view
    transaction = client.open(kind="verification")
    answer = client.put(f"/v1/transactions/{transaction}/reference?position=right_index", record)
    if answer.status == 200:
        assert client.sample(transaction, fingers[1, 2]).status == 200
        result = client.decide(transaction).json["result"]
        assert (result["decision"], result["why"]) == ("inconclusive", "SAMPLE_TOO_POOR"), result
        assert result["failure"]["subject"] == "reference"
    else:
        assert answer.status == 422 and answer.reason in ("SAMPLE_TOO_POOR", "TEMPLATE_CORRUPT", "BAD_VALUE"), answer


def test_F1_verification_against_records_and_cards(client, fingers, records):
    for finger, decision in ((1, "match"), (2, "no_match")):
        record = records[finger, 1]
        assert verify(client, record, fingers[1, 2]) == decision
        assert verify(client, record, fingers[1, 2], "&format=iso-19794-2-2005") == decision
        for size in ("compact", "normal"):
            card = card_of(record, size == "compact")
            assert verify(client, card, fingers[1, 2], f"&format=iso-19794-2-2005-card-{size}") == decision


def test_F1_declared_format_must_be_so(client, records):
    transaction = client.open(kind="verification")
    record, reference = records[1, 1], f"/v1/transactions/{transaction}/reference?format="
    assert client.put(reference + "ansi-378-2004", record).reason == "BAD_FORMAT"
    assert client.put(reference + "iso-19794-2-2005", card_of(record, True)).reason == "BAD_FORMAT"
    assert client.put(reference + "iso-19794-2-2005-card-compact", b"\x01\x02\x43\x01").reason == "TRUNCATED"
    assert client.put(reference + "iso-19794-2-2005-card-compact", b"\x01\x02\xc3").reason == "BAD_VALUE"
    assert client.put(reference + "no-format", record).reason == "BAD_REQUEST"
    assert client.post(f"/v1/transactions/{transaction}/samples?format=ansi-378-2004", record).reason == "BAD_REQUEST"
    # Without being told, a card's minutiae are nothing that kordond knows.
    assert client.put(reference[:-len("?format=")], card_of(record, True)).status == 422


def test_F2_unsupported_record_is_refused_by_name(client):
    transaction = client.open(kind="verification")
    later = bytes.fromhex("6206a00480020003")
    answer = client.put(f"/v1/transactions/{transaction}/reference", later)
    assert answer.reason == "UNSUPPORTED_FORMAT" and "39794-2" in str(answer.json)


def test_F1_list_of_records_is_searched(client, fingers, records):
    client.import_list([entry(records[1, 1], 1), entry(records[2, 1], 2)])
    found = client.identify(fingers[1, 2]).json["result"]
    assert found["decision"] == "match"


def test_F1_kordonctl_verifies_a_card(daemon, fingers, records, tmp_path):
    (tmp_path / "card").write_bytes(card_of(records[1, 1], True))
    (tmp_path / "sample.png").write_bytes(fingers[1, 2])
    arguments = [KORDONCTL, "--config", daemon.configuration, "verify", "--reference", tmp_path / "card", "--image",
                 tmp_path / "sample.png", "--ppi", "500"]
    told = subprocess.run([*arguments, "--reference-format", "iso-19794-2-2005-card-compact"], capture_output=True,
                          text=True, check=False)
    assert told.returncode == 0 and "MATCH" in told.stdout, told
    assert subprocess.run(arguments, capture_output=True, check=False).returncode not in (0, 1)
