"""Q5: a month's figures without anything personal: from kordond, from the state and from an export they are the same."""

import datetime
import json
import subprocess

import pytest

from kordond import KORDONCTL, entry
from test_policy_list import blank


def this_month():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")


@pytest.fixture(name="busy")
def fixture_busy(daemon_of, fingers):
    """A post at which seven crossed, one was found, five of them under an exception."""
    daemon = daemon_of(log__clock_gap_days=3650)
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1, expires="2999-12-31")]).status == 200
    for _ in range(6):
        assert client.identify(fingers[2, 1]).json["result"]["decision"] == "no_match"
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    for _ in range(5):
        excepted = client.post("/v1/transactions", {"kind": "identification", "purpose": "border_check", "legal_basis": "law", "officer": "o-17",
                                                    "traveller_group": "foreigner", "age_band": "18_and_over",
                                                    "exception": {"kind": "impossible", "reason": "worn_fingers"}})
        assert excepted.status == 201
    return daemon


def test_Q5_a_month_in_figures(busy):
    client, month = busy.client(), this_month()
    told = client.get(f"/v1/figures?month={month}&justification=monthly+report").json
    looked = client.log()[-2]
    assert (looked["head"]["event"], looked["body"]["read"], looked["body"]["month"], looked["body"]["justification"]) == \
        ("access", "figures", month, "monthly report")
    purpose, = told["purposes"]
    assert purpose["purpose"] == "border_check" and purpose["transactions"] is None
    assert purpose["decisions"] == {"identification: no_match": "withheld", "identification: match": "<5"}
    assert purpose["exceptions"] == {"impossible: worn_fingers": 5}
    assert sum(purpose["quality"].values()) == 7 if all(isinstance(n, int) for n in purpose["quality"].values()) else True
    assert purpose["attempt"] == {"1": 7} and purpose["attack_detection"] == {"not known": 7} and purpose["sensor"] == {"class not known": 7}
    assert (told["self_tests"]["passed"], told["self_tests"]["failed"]) == (1, 0)
    assert told["self_tests"]["mated_lowest"] > 60 > told["self_tests"]["non_mated_highest"]
    assert (told["unseen"], told["suppressed_below"]) == (0, 5)
    # Nothing of anybody is in it.
    text = json.dumps(told)
    for hidden in ("o-17", "foreigner", "18_and_over", "right_index", "user:"):
        assert hidden not in text
    for wrong in ("", "?month=2026-13", "?month=2026-11-01", "?month="):
        assert (client.get(f"/v1/figures{wrong}").status, client.get(f"/v1/figures{wrong}").reason) == (400, "BAD_REQUEST")
    assert client.get("/v1/figures?month=2020-02").json["purposes"] == []


def test_Q5_what_was_captured_and_not_taken_is_counted(daemon_of):
    """Attempts that were refused for their quality, whatever became of the traveller, and nobody who had few of them."""
    client = daemon_of(identification__require_armed="no").client()
    for attempts in (3, 3, 0):
        transaction = client.open()
        for _ in range(attempts):
            assert client.sample(transaction, blank()).reason == "SAMPLE_TOO_POOR"
        ended = client.post(f"/v1/transactions/{transaction}/exception", {"kind": "impossible", "reason": "worn_fingers"})
        assert ended.json["state"] == "excepted"
    said = [each["body"].get("refused_captures") for each in client.log() if each["head"]["event"] == "consultation"]
    assert said == [{"SAMPLE_TOO_POOR": 3}, {"SAMPLE_TOO_POOR": 3}, None]
    purpose, = client.get(f"/v1/figures?month={this_month()}").json["purposes"]
    assert purpose["refused_captures"] == {"SAMPLE_TOO_POOR": 6}


def without_size(figures):
    return {name: value for name, value in figures.items() if name != "size"}


def test_Q5_an_auditor_computes_the_same_from_the_export_alone(busy, tmp_path):
    month = this_month()
    told = without_size(busy.ctl_ok("figures", "--month", month))
    export, redacted = tmp_path / "export", tmp_path / "redacted"
    busy.ctl_ok("log", "export", export)
    busy.ctl_ok("log", "export", redacted, "--withhold", "collection")

    def computed(*arguments):
        """With no configuration: nothing but the export."""
        outcome = subprocess.run([KORDONCTL, "--config", tmp_path / "none", "--json", "figures", "--month", month, *map(str, arguments)],
                                 capture_output=True, text=True, check=False)
        return outcome.returncode, json.loads(outcome.stdout)
    status, figures = computed(export)
    assert status == 0 and without_size(figures) == told
    # What an export does not show is said to be uncounted, and is no 0.
    status, figures = computed(redacted)
    assert status == 0 and figures["unseen"] == 7 and figures["entries"] == told["entries"]
    assert figures["purposes"][0]["quality"] == {} and figures["purposes"][0]["decisions"] == told["purposes"][0]["decisions"]
    # Of one that was altered nothing is told.
    bundle = next((export / "bodies").rglob("*.p/*"))
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    status, answer = computed(export)
    assert status == 1 and answer["error"]["reason"] == "ENTRY_BROKEN" and "purposes" not in answer
    # Without kordond the state says the same, and that somebody looked.
    busy.stop()
    assert without_size(busy.ctl_ok("figures", "--month", month)) == told
    client = busy.start().client()
    assert [each["body"]["read"] for each in client.log() if each["body"].get("program") == "kordonctl"] == ["figures"]


def test_Q5_figures_in_words(busy):
    month = this_month()
    shown = subprocess.run([KORDONCTL, "--config", busy.configuration, "figures", "--month", month], capture_output=True, text=True, check=True).stdout
    assert shown.startswith(f"{month}: ") and "\n    identification: match " in shown and " <5\n" in shown
    assert busy.ctl_refused("figures")[0] == "BAD_ARGUMENT"
    assert busy.ctl_refused("figures", "--month", "november")[0] == "BAD_ARGUMENT"
