"""Nothing is shown before it is recorded, and every end of a transaction is recorded as what it was."""

import io
import signal
import time

import pytest
from PIL import Image

from kordond import PATIENCE, Kordond, entry


def events(client, event):
    return [each["body"] for each in client.log() if each["head"]["event"] == event]


def blank():
    stream = io.BytesIO()
    Image.new("L", (388, 374), 255).save(stream, "PNG", dpi=(500, 500))
    return stream.getvalue()


def test_only_poor_samples_end_inconclusive_never_no_match(client, fingers):
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    transaction = client.open(kind="identification")
    refused = client.sample(transaction, blank())
    assert (refused.status, refused.reason) == (422, "SAMPLE_TOO_POOR"), refused
    decided = client.decide(transaction)
    assert decided.status == 200, decided
    assert decided.json["result"]["decision"] == "inconclusive"
    assert decided.json["result"]["why"] == "SAMPLE_TOO_POOR"
    body = [each for each in events(client, "consultation") if each.get("transaction") == transaction][-1]
    assert (body["decision"], body["why"], body["attempts"]) == ("inconclusive", "SAMPLE_TOO_POOR", 1)


def test_L4_reading_bodies_is_logged(client):
    size = client.get("/v1/status").json["log"]["size"]
    width = f".p/{size}" if size < 256 else ""
    answer = client.get(f"/v1/log/files/bodies/000{width}?size={size}")
    assert answer.status == 200, answer
    assert [body["file"] for body in events(client, "access") if "file" in body][-1].startswith("bodies/")


def test_given_resolution_wins_over_the_files(daemon, fingers):
    """Many programs write 72 ppi into files that they know nothing about."""
    client = daemon.client()
    stream = io.BytesIO()
    Image.open(io.BytesIO(fingers[1, 1])).save(stream, "PNG", dpi=(72, 72))
    assert client.import_list([entry(stream.getvalue(), 1)]).status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"


@pytest.mark.parametrize("change", [{"entered": "2029-99-99"}, {"expires": "2020-01-01"}, {"name": "two\nlines"},
                                    {"fingers": []}, {"colour": "red"}])
def test_M3_an_entry_over_http_is_as_strict_as_a_manifest(client, fingers, change):
    begun = client.post("/v1/watchlist/imports", {"list": "l", "version": 1}).json["import"]
    answer = client.post(f"/v1/watchlist/imports/{begun}/entries", entry(fingers[1, 1], 1, **change))
    assert (answer.status, answer.reason) == (422, "MANIFEST_REFUSED"), answer


def test_expired_entry_is_not_searched(daemon, fingers):
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1, entered="2025-01-01", expires="2026-01-01"),
                               entry(fingers[2, 1], 2)]).status == 200
    result = client.identify(fingers[1, 2]).json["result"]
    assert result["decision"] == "no_match" and result["identification"]["searched"] == 1


def test_stop_at_any_moment_of_the_start(tmp_path):
    daemon = Kordond(tmp_path).init()
    for wait in range(0, 40, 4):
        daemon.start(wait=False)
        time.sleep(wait / 1000)
        daemon.signal(signal.SIGTERM)
        status = daemon.process.wait(timeout=PATIENCE)
        assert status in (0, -signal.SIGTERM), (wait, status, daemon.errors())
        daemon.process.stdout.close()
        daemon.log.close()
        daemon.process = None


def test_second_signal_during_searches_does_not_crash(daemon_of, fingers):
    daemon = daemon_of()
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1)]).status == 200
    clients = [daemon.client() for _ in range(20)]
    for each in clients:
        transaction = each.open()
        each.sample(transaction, fingers[1, 2])
        each.connection.request("POST", f"/v1/transactions/{transaction}/decision", body=b"")
    daemon.signal(signal.SIGTERM)
    time.sleep(0.003)
    daemon.signal(signal.SIGTERM)
    # The second one may come when all is closed already, and then meets the system's own handling.
    assert daemon.wait() in (0, 1, -signal.SIGTERM), daemon.errors()
