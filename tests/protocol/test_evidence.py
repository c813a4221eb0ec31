"""Nothing is shown before it is recorded, and every end of a transaction is recorded as what it was."""

import base64
import hashlib
import io
import json
import signal
import struct
import subprocess
import time

import pytest
from PIL import Image

from kordond import KORDONCTL, PATIENCE, Kordond, entry, user_name


DAY = 86400


def clock_day(ahead):
    """The day since 1970 that a clock so many seconds ahead shows."""
    return int(time.time() + ahead) // DAY


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


def root_of(leaves):
    """RFC 6962, written down a second time."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def bundle(path, form):
    """The pieces of a bundle whose lengths have that form."""
    with open(path, "rb") as stream:
        content = stream.read()
    pieces, at, width = [], 0, struct.calcsize(form)
    while at < len(content):
        size, = struct.unpack_from(form, content, at)
        pieces.append(content[at + width:at + width + size])
        at += width + size
    return pieces


def holds_by_openssl(folder, text, name, signature_line, verifier_key):
    """The note's signature, checked by another program."""
    dash, signer, encoded = signature_line.split(" ")
    key_name, key_id, key = verifier_key.split("+", 2)
    signature, key = base64.b64decode(encoded), base64.b64decode(key)
    assert (dash, signer, key_name) == ("\u2014", name, name)
    assert signature[:4].hex() == key_id == hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex()
    (folder / "text").write_bytes(text)
    (folder / "signature").write_bytes(signature[4:])
    (folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key[1:])
    outcome = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.der", "-keyform", "DER", "-rawin",
                              "-in", folder / "text", "-sigfile", folder / "signature"], capture_output=True, check=False)
    return outcome.returncode == 0


def kordonctl(daemon, *arguments):
    outcome = subprocess.run([KORDONCTL, "--config", daemon.configuration, *map(str, arguments)], capture_output=True, text=True,
                             check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def test_L10_a_redacted_export_through_kordond(daemon, tmp_path):
    """Root, list, absence of bodies and signature are recomputed here without any of kordon's code."""
    client = daemon.client()
    for _ in range(3):
        client.log()
    export = tmp_path / "export"
    kordonctl(daemon, "log", "export", export, "--withhold", "access,start")
    text, _, signatures = (export / "redaction").read_text(encoding="utf-8").rpartition("\n\n")
    header, origin, size, root, rule, *listed = text.split("\n")
    assert (header, origin, rule) == ("kordon-redaction/v1", "kordon.example/test", "events start,access")
    verifier_key = (export / "log.vkey").read_text().strip()
    assert holds_by_openssl(tmp_path, f"{text}\n".encode(), origin, signatures.strip(), verifier_key)
    assert not holds_by_openssl(tmp_path, f"{text}0\n".encode(), origin, signatures.strip(), verifier_key)
    heads = bundle(export / f"tile/entries/000.p/{size}", ">H")
    bodies = bundle(export / f"bodies/000.p/{size}", ">I")
    assert len(heads) == len(bodies) == int(size)
    assert base64.b64decode(root) == root_of([hashlib.sha256(b"\0" + head).digest() for head in heads])
    withheld = [seq for seq, head in enumerate(heads) if json.loads(head)["event"] in ("access", "start")]
    said = []
    for line in listed:
        first, _, last = line.partition("-")
        said += range(int(first), int(last or first) + 1)
    assert said == withheld and len(said) >= 4
    assert [seq for seq, body in enumerate(bodies) if body == b""] == withheld
    verdict = json.loads(kordonctl(daemon, "--json", "log", "verify", export))
    assert (verdict["size"], verdict["withheld"], verdict["bodies"]) == (int(size), len(withheld), int(size) - len(withheld))
    asked = [body for body in events(client, "access") if body.get("file") == "redaction"]
    assert [body["withheld_events"] for body in asked] == ["start,access"]


def test_L10_the_redaction_of_a_tree_over_http(client):
    size = client.get("/v1/status").json["log"]["size"]
    answer = client.get(f"/v1/log/files/redaction?size={size}&withhold=access%2Cstart")
    assert answer.status == 200, answer
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.body.decode().split("\n")[2:5:2] == [str(size), "events start,access"]
    for query, status in (("", 404), ("?withhold=consultation", 400), ("?withhold=access,decision", 400), ("?withhold=consultation,decision", 404), (f"?size={size}", 404), ("?withhold=", 400), ("?withhold=nosuch", 400),
                          ("?withhold=access,access", 400), ("?withhold=access&size=999999", 404), ("?withhold=access&size=x", 400)):
        assert client.get(f"/v1/log/files/redaction{query}").status == status, query


@pytest.mark.parametrize("events", ["consultation", "decision", "access,decision"])
def test_P6_what_comes_of_transactions_is_withheld_as_a_whole(daemon, tmp_path, events):
    """A choice among these bodies would say something of discreet alerts."""
    reason, status, detail = daemon.ctl_refused("log", "export", tmp_path / "export", "--withhold", events)
    assert (reason, status) == ("BAD_ARGUMENT", 64) and "together" in detail
    assert not (tmp_path / "export").exists()


def test_P6_what_comes_of_transactions_is_handed_out_a_day_later(daemon_of, clock, fingers, tmp_path):
    """Heads alone would tell somebody who is not cleared that a match is being worked on: without these bodies he gets the log as it was at the
    beginning of yesterday, whoever hands it out and whatever was done since; with them, whoever may read it gets all of it."""
    noon = DAY - int(time.time()) % DAY + DAY // 2  # of tomorrow: no midnight comes while the test runs
    clock.set(noon)
    post = daemon_of(environment=clock.environment)
    client = post.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    matches = "consultation,decision,access"
    sizes = []
    for day in range(3):
        clock.set(noon + day * DAY)
        assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
        sizes.append(client.get("/v1/status").json["log"]["size"])
        if day == 0:
            reason, _, detail = post.ctl_refused("log", "export", tmp_path / "none", "--withhold", matches)
            assert reason == "ENTRY_NOT_FOUND" and "yesterday at 00:00 UTC" in detail, (reason, detail)
    export = tmp_path / "export"
    kordonctl(post, "log", "export", export, "--withhold", matches)
    verdict = json.loads(kordonctl(post, "--json", "log", "verify", export))
    assert verdict["valid"] and verdict["withheld_events"] == matches and verdict["withheld"] > 0, verdict
    assert sizes[0] <= verdict["size"] < sizes[1], (verdict, sizes)
    heads = [json.loads(head) for bundled in sorted((export / "tile/entries").glob("*.p/*")) for head in bundle(bundled, ">H")]
    assert len(heads) == verdict["size"] and "consultation" in [head["event"] for head in heads]
    today = clock_day(noon) * DAY * 1000
    assert max(head["t"] for head in heads) < today + DAY * 1000
    for size, status in ((verdict["size"], 200), (verdict["size"] + 1, 404), (sizes[2], 404)):
        for path in ("redaction", "checkpoint"):
            assert client.get(f"/v1/log/files/{path}?size={size}&withhold=consultation%2Cdecision").status == status, (path, size)
    kordonctl(post, "log", "export", tmp_path / "whole")
    assert json.loads(kordonctl(post, "--json", "log", "verify", tmp_path / "whole"))["size"] > sizes[2]
    post.stop()
    reason, _, detail = post.ctl_refused("log", "export", tmp_path / "again", "--withhold", matches)
    assert reason == "STATE_UNREADABLE" and "start it" in detail


def test_L4_only_readers_of_the_log_get_a_redaction(daemon_of):
    client = daemon_of(roles={"terminal": f"user:{user_name()}"}).client()
    assert client.get("/v1/log/files/redaction?withhold=access").status == 403


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
