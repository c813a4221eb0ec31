"""A readmission: one to one against the other state's reference, under its case number, and evidence that proves itself to who is handed it."""

import hashlib
import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import ALL_ROLES, KORDONCTL, NOBODY, OPENING, Client, as_user, policy_file, preset, reachable, user_name, with_purpose  # noqa: E402  pylint: disable=wrong-import-position

READMISSION = {**OPENING, "kind": "verification", "purpose": "readmission", "legal_basis": "Readmission agreement art. 6",
               "case_number": "MD-2026/114"}
WHY = f"recipient={quote('Border Police of Moldova')}&justification={quote('their request of 3 March')}"


@pytest.fixture(name="daemon")
def fixture_daemon(daemon_of, tmp_path):
    policy = with_purpose(preset("demonstration"), "readmission", nature="readmission", comparisons="verification", categories="none")
    return daemon_of(policy__first=policy_file(tmp_path, policy))


def decided(client, fingers):
    transaction = client.post("/v1/transactions", READMISSION).json["transaction"]
    client.put(f"/v1/transactions/{transaction}/reference?position=right_index", fingers[1, 1])
    client.sample(transaction, fingers[1, 2])
    assert client.decide(transaction).json["result"]["decision"] == "match"
    return transaction


def disclosures(client):
    return [each for each in client.log() if each["head"]["event"] == "disclosure"]


@pytest.mark.parametrize("change, refused", [({"case_number": ""}, (422, "BAD_VALUE", "case_number")),
                                             ({"kind": "identification"}, (403, "COMPARISON_NOT_PERMITTED", "kind")),
                                             ({"kind": "both"}, (403, "COMPARISON_NOT_PERMITTED", "kind"))])
def test_L3_a_readmission_is_one_to_one_under_a_case_number(daemon, change, refused):
    answer = daemon.client().post("/v1/transactions", {**READMISSION, **change})
    assert (answer.status, answer.reason, answer.json["subject"]) == refused


def test_L2_evidence_is_handed_over_once_it_is_recorded_and_proves_itself(daemon, fingers, tmp_path):
    client = daemon.client()
    transaction = decided(client, fingers)
    daemon.stop()
    daemon.start()  # memory knows it no more: the log does
    client = daemon.client()
    answer = client.get(f"/v1/transactions/{transaction}/evidence?{WHY}")
    assert answer.status == 200, answer
    summary = answer.json["summary"]
    assert (summary["case_number"], summary["decision"], summary["purpose"]) == ("MD-2026/114", "match", "readmission")
    assert "answer" not in summary
    record, = disclosures(client)
    assert record["head"]["seq"] == answer.json["disclosure"]
    body = record["body"]
    assert (body["transaction"], body["recipients"], body["justification"], body["case_number"], body["legal_basis"]) == \
        (transaction, ["Border Police of Moldova"], "their request of 3 March", "MD-2026/114", READMISSION["legal_basis"])
    receipt = tmp_path / "evidence"
    receipt.write_text(answer.json["receipt"])
    with open(daemon.configuration, encoding="utf-8") as stream:
        state = [line.split("=")[1].strip() for line in stream if line.startswith("directory")][0]
    key = os.path.join(os.path.dirname(daemon.configuration), state, "log.vkey")
    judged = subprocess.run([KORDONCTL, "--json", "log", "verify-receipt", receipt, "--vkey", key], capture_output=True, text=True,
                            check=True, cwd=tmp_path)
    proven = json.loads(judged.stdout)
    assert proven["valid"] and proven["body"]["case_number"] == "MD-2026/114" and proven["body"]["decision"] == "match"


def test_L2_evidence_names_the_reference_by_what_the_other_state_knows_it_by(daemon, fingers, tmp_path):
    """An officer who gives the traveller's own print as the reference gets a match that the other state sees through."""
    client = daemon.client()
    transaction = client.post("/v1/transactions", READMISSION).json["transaction"]
    for position, given in (("right_index", (1, 1)), ("right_thumb", (2, 1))):
        assert client.put(f"/v1/transactions/{transaction}/reference?position={position}", fingers[given]).status == 200
    client.sample(transaction, fingers[1, 2])
    client.decide(transaction)
    wanted = [{"position": position, "sha256": hashlib.sha256(fingers[given]).hexdigest()}
              for position, given in (("right_index", (1, 1)), ("right_thumb", (2, 1)))]
    assert client.get(f"/v1/transactions/{transaction}/evidence?{WHY}").json["summary"]["reference_files"] == wanted
    key = f"{daemon.folder}/state/log.vkey"
    for arguments in (("transaction", "evidence", transaction, "--recipient", "Moldova", "--justification", "request 3", "--out", tmp_path / "e"),
                      ("log", "verify-receipt", tmp_path / "e", "--vkey", key)):
        told = subprocess.run([KORDONCTL, "--config", daemon.configuration, *arguments], capture_output=True, text=True, check=True).stdout
        for file in wanted:
            assert f"{file['position']}: the file's SHA-256 is {file['sha256']}\n" in told, told
    assert daemon.ctl_ok("log", "verify-receipt", tmp_path / "e", "--vkey", key)["body"]["reference_files"] == wanted
    # Of no other purpose, and of no sample: it would find again who matched nothing.
    other = client.open(kind="verification")
    client.put(f"/v1/transactions/{other}/reference?position=right_index", fingers[3, 1])
    client.sample(other, fingers[4, 1])
    assert client.decide(other).json["result"]["decision"] == "no_match"
    log = json.dumps(client.log())
    assert wanted[0]["sha256"] in log
    for kept_out in ((3, 1), (4, 1), (1, 2)):
        assert hashlib.sha256(fingers[kept_out]).hexdigest() not in log


def test_L2_nothing_is_handed_over_without_recipient_and_reason(daemon, fingers):
    client = daemon.client()
    transaction = decided(client, fingers)
    for query in ("recipient=x", "justification=x", "recipient=&justification=x", "recipient=x&justification="):
        answer = client.get(f"/v1/transactions/{transaction}/evidence?{query}")
        assert (answer.status, answer.reason) == (400, "BAD_REQUEST")
    assert disclosures(client) == []


def test_M5_only_of_a_decided_readmission(daemon, fingers):
    client = daemon.client()
    other = client.open(kind="verification")
    client.put(f"/v1/transactions/{other}/reference?position=right_index", fingers[1, 1])
    client.sample(other, fingers[1, 2])
    client.decide(other)
    given_up = client.post("/v1/transactions", READMISSION).json["transaction"]
    client.delete(f"/v1/transactions/{given_up}")
    for transaction in (other, given_up):
        answer = client.get(f"/v1/transactions/{transaction}/evidence?{WHY}")
        assert (answer.status, answer.reason) == (409, "TRANSACTION_STATE")
    assert client.get(f"/v1/transactions/{'0' * 32}/evidence?{WHY}").status == 404
    assert disclosures(client) == []


def test_kordonctl_hands_over_and_says_what(daemon, fingers, tmp_path):
    transaction = decided(daemon.client(), fingers)
    said = daemon.ctl_ok("transaction", "evidence", transaction, "--recipient", "Moldova", "--justification", "request 3", "--out", tmp_path / "e")
    assert said["summary"]["case_number"] == "MD-2026/114"
    assert (tmp_path / "e").read_text() == said["receipt"]
    assert daemon.ctl("transaction", "evidence", transaction, "--recipient", "Moldova", "--out", tmp_path / "f").returncode == 64


def test_P6_a_terminal_hands_over_a_receipt_that_has_no_place_in_the_log(daemon_of, fingers, tmp_path):
    """Which entry it is, and so how many there are, is for who may read the log; the receipt proves itself all the same."""
    policy = with_purpose(preset("demonstration"), "readmission", nature="readmission", comparisons="verification", categories="none")
    roles = {**{role: f"user:{user_name()}" for role in ALL_ROLES}, "terminal": "user:nobody"}
    daemon = daemon_of(policy__first=policy_file(tmp_path, policy), roles=roles)
    reachable(daemon.folder)

    def terminal():
        client = Client(daemon.socket)
        transaction = decided(client, fingers)
        return [client.get(f"/v1/transactions/{transaction}/evidence?{WHY}").json, client.get(f"/v1/transactions/{transaction}/receipt").body.decode()]
    evidence, receipt = as_user(NOBODY, terminal)
    assert set(evidence) == {"transaction", "recipient", "summary", "receipt"} and evidence["receipt"] == receipt
    assert (evidence["summary"]["decision"], evidence["summary"]["case_number"]) == ("match", "MD-2026/114")
    (tmp_path / "r").write_text(receipt)
    proven = daemon.ctl_ok("log", "verify-receipt", tmp_path / "r", "--vkey", f"{daemon.folder}/state/log.vkey")
    end, = [each["body"] for each in daemon.client().log() if each["body"].get("transaction") == evidence["transaction"] and "told" in each["body"]]
    assert (proven["id"], proven["receipt_number"]) == (evidence["transaction"], end["receipt_number"])
    (tmp_path / "r").write_text(receipt.replace("\ntime 1", "\ntime 2"))
    assert daemon.ctl_refused("log", "verify-receipt", tmp_path / "r", "--vkey", f"{daemon.folder}/state/log.vkey")[0] == "SIGNATURE_BROKEN"
    cleared = daemon.client().get(f"/v1/transactions/{evidence['transaction']}/evidence?{WHY}").json
    assert cleared["receipt"].startswith("c2sp.org/tlog-proof@v1\n") and cleared["disclosure"] > 0
