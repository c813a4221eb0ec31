"""What is said of a sample's quality: to the terminal that may capture again, in the log, and at the list's gate."""

import io
import os
import subprocess
import sys

import pytest
from PIL import Image

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, entry, prints  # noqa: E402  pylint: disable=wrong-import-position


def blank():
    stream = io.BytesIO()
    Image.new("L", (388, 374), 255).save(stream, "PNG", dpi=(500, 500))
    return stream.getvalue()


@pytest.fixture(name="smeared", scope="session")
def fixture_smeared(tmp_path_factory):
    """Prints of fingers that slid while they were captured; the same fingers as in fingers."""
    return prints(tmp_path_factory.mktemp("smeared"), fingers=3, impressions=1, options=("--smear", "14"))


def bodies(client, event, transaction):
    return [each["body"] for each in client.log() if each["head"]["event"] == event
            and each["body"].get("transaction") == transaction]


def test_Q1_quality_and_flaws_travel_with_the_sample(daemon_of, smeared):
    client = daemon_of(policy__minimum_quality="0", identification__require_armed="no").client()
    transaction = client.open(kind="identification")
    taken = client.sample(transaction, smeared[1, 1])
    assert taken.status == 200, taken
    sample, = taken.json["samples"]
    assert sample["flaws"] == ["smeared"] and 0 <= sample["quality"] < 45
    assert "again" not in taken.json
    body, = bodies(client, "collection", transaction)
    assert (body["quality"], body["flaws"]) == (sample["quality"], ["smeared"])
    assert 0 <= sample["alteration"] <= 100 and body["alteration"] == sample["alteration"]


def test_Q3_a_poor_capture_is_asked_for_again_in_the_same_transaction(daemon_of, smeared, fingers):
    client = daemon_of(policy__minimum_quality="40", identification__require_armed="no").client()
    transaction = client.open(kind="identification")
    poor = client.sample(transaction, smeared[1, 1]).json
    again = poor["again"]
    assert again["flaws"] == ["smeared"] and "still" in again["advice"] and again["quality"] < 40
    better = client.sample(transaction, fingers[1, 1]).json
    assert better["transaction"] == transaction and "again" not in better
    sample, = better["samples"]
    assert sample["flaws"] == [] and sample["quality"] > again["quality"]
    # A worse one after it does not take its place.
    kept = client.sample(transaction, smeared[1, 1]).json["samples"]
    assert kept == [sample]


def test_Q1_nothing_on_the_reader_says_so(daemon_of):
    client = daemon_of(identification__require_armed="no").client()
    transaction = client.open(kind="identification")
    refused = client.sample(transaction, blank())
    assert (refused.status, refused.reason) == (422, "SAMPLE_TOO_POOR")
    assert "Place the finger" in refused.json["detail"]
    again = client.get(f"/v1/transactions/{transaction}").json["again"]
    assert (again["quality"], again["flaws"]) == (0, ["no_finger"])
    assert "again" not in client.decide(transaction).json
    body, = bodies(client, "consultation", transaction)
    assert (body["decision"], body["flaws"]) == ("inconclusive", ["no_finger"])


def test_Q2_a_poor_image_is_refused_for_the_list(daemon_of, smeared, fingers):
    client = daemon_of(policy__minimum_quality="40", identification__require_armed="no").client()
    begun = client.post("/v1/watchlist/imports", {"list": "l", "version": 1}).json["import"]
    refused = client.post(f"/v1/watchlist/imports/{begun}/entries", entry(smeared[1, 1], 1))
    assert (refused.status, refused.reason) == (422, "SAMPLE_TOO_POOR"), refused
    assert "40 is asked for" in refused.json["detail"]
    taken = client.post(f"/v1/watchlist/imports/{begun}/entries", entry(fingers[1, 1], 1))
    assert taken.status == 200 and taken.json["fingers"][0]["flaws"] == []


def test_Q1_the_officer_reads_what_to_do(daemon_of, tmp_path):
    daemon = daemon_of(identification__require_armed="no")
    (tmp_path / "blank.png").write_bytes(blank())
    outcome = subprocess.run([KORDONCTL, "--config", daemon.configuration, "identify", "--image", tmp_path / "blank.png"],
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 2 and "Place the finger" in outcome.stderr, outcome
