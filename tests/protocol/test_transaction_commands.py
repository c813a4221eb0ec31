"""kordonctl and GET /v1/transactions: transactions listed, shown and proven; exceptions; what an officer is asked at a terminal."""

import datetime
import json
import os
import pty
import re
import signal
import subprocess
import sys

import pytest
from PIL import Image

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, NOBODY, OPENING, PATIENCE, Client, Kordond, as_user, policy_file, post_policy, reachable, wait_until  # noqa: E402  pylint: disable=wrong-import-position


def test_own_transactions_are_listed_page_by_page_newest_first(daemon_of):
    daemon = daemon_of()
    client = daemon.client()
    opened = [client.open(kind="verification") for _ in range(3)]
    assert [each["transaction"] for each in client.rows("/v1/transactions", "transactions", limit=1)] == opened[::-1]
    assert client.get(f"/v1/transactions?after={'0' * 32}").reason == "TRANSACTION_NOT_FOUND"
    listed = daemon.ctl_ok("transaction", "list")["transactions"]
    assert [each["state"] for each in listed] == ["open"] * 3


def listed_in(daemon, locale):
    told = subprocess.run([KORDONCTL, "--config", daemon.configuration, "transaction", "list"], capture_output=True, text=True, check=True,
                          env={**os.environ, "LC_ALL": locale}).stdout
    return [re.split(r" {2,}", line) for line in told.splitlines()]


def test_H4_the_list_is_in_the_officer_s_language_one_column_a_word(daemon):
    assert listed_in(daemon, "C") == [["no transaction that kordond's memory knows and you are shown"]]
    assert listed_in(daemon, "uk_UA.UTF-8") == [["немає перевірок, які пам’ятає kordond і які Вам показують"]]
    excepted = daemon.ctl_ok("verify", "--exception", "impossible:worn_fingers")["transaction"]
    opened = daemon.client().open(kind="verification")
    rows = {row[0]: row[2:] for row in listed_in(daemon, "uk_UA.UTF-8")}
    assert rows == {opened: ["відкрито", "верифікація", "-", "border_check"],
                    excepted: ["завершено без порівняння", "верифікація", "-", "border_check"]}
    assert [row[2:] for row in listed_in(daemon, "C")] == [["open", "verification", "-", "border_check"], ["excepted", "verification", "-", "border_check"]]


def test_T7_another_terminal_s_transactions_are_not_listed(daemon_of):
    daemon = daemon_of(roles={"terminal": "user:root, user:nobody", "supervisor": "user:root"})
    reachable(daemon.folder)
    mine = daemon.client().open(kind="verification")

    def other():
        client = Client(daemon.socket)
        return [client.open(kind="verification"), [each["transaction"] for each in client.rows("/v1/transactions", "transactions")]]
    theirs, seen = as_user(NOBODY, other)
    assert seen == [theirs]
    assert [each["transaction"] for each in daemon.client().rows("/v1/transactions", "transactions")] == [theirs, mine]


def test_L4_a_supervisor_s_look_at_others_transactions_is_recorded_before(daemon_of):
    daemon = daemon_of(roles={"terminal": "user:root, user:nobody", "supervisor": "user:root", "auditor": "user:root"})
    reachable(daemon.folder)

    def looks():
        return [each["body"].get("justification") for each in daemon.ctl_ok("log", "show")["entries"] if each["body"].get("read") == "transactions"]
    mine = daemon.client().open(kind="verification")
    assert daemon.client().get("/v1/transactions").json["transactions"][0]["transaction"] == mine
    assert looks() == []
    as_user(NOBODY, lambda: Client(daemon.socket).open(kind="verification"))
    assert len(daemon.ctl_ok("transaction", "list", "--justification", "complaint 12")["transactions"]) == 2
    assert looks() == ["complaint 12"]


def test_P2_an_exception_that_is_recorded_exits_0(daemon, tmp_path):
    said = daemon.ctl_ok("verify", "--exception", "impossible:worn_fingers", "--receipt", tmp_path / "receipt")
    assert said["exception"]["kind"] == "impossible" and said["state"] == "excepted"
    assert (tmp_path / "receipt").read_text().startswith("c2sp.org/tlog-proof@v1\n")
    shown = daemon.ctl_ok("transaction", "show", said["transaction"])
    assert shown["exception"] == said["exception"]
    receipt = daemon.ctl_ok("transaction", "receipt", said["transaction"], "--out", tmp_path / "again")
    assert receipt == {"written": str(tmp_path / "again")}
    words = subprocess.run([KORDONCTL, "--config", daemon.configuration, "transaction", "show", said["transaction"]],
                           capture_output=True, text=True, check=True).stdout
    assert "worn_fingers" in words and "must not count against him" in words
    assert daemon.ctl("identify", "--exception", "impossible:emergency").returncode == 65
    assert daemon.ctl("identify", "--exception", "not_applicable").returncode == 77
    assert daemon.ctl("identify", "--due", "2026-12-31").returncode == 64


def test_L1_an_end_is_told_with_its_time_and_again_behind_a_restart(daemon):
    """The answer, the list, and what the log tells when memory has forgotten it."""
    ended = daemon.client().post("/v1/transactions", {**OPENING, "kind": "verification", "exception": {"kind": "impossible", "reason": "disability"}}).json
    listed = next(iter(daemon.client().rows("/v1/transactions", "transactions")))
    assert listed["time_ms"] == ended["exception"]["time_ms"] and "decision" not in listed
    entry = next(each for each in daemon.ctl_ok("log", "show")["entries"] if each["body"].get("transaction") == ended["transaction"])
    assert entry["body"]["exception"]["reason"] == "disability" and entry["head"]["t"] == ended["exception"]["time_ms"]
    daemon.stop()
    daemon.start()
    assert daemon.client().get(f"/v1/transactions/{ended['transaction']}").json["exception"] == ended["exception"]


def test_P2_a_word_that_is_none_is_refused_with_those_that_are(daemon):
    client = daemon.client()
    for wrong, right in (({"traveller_group": "tourist"}, "crew"), ({"age_band": "old"}, "12_to_17"),
                         ({"exception": {"kind": "nothing"}}, "temporarily_impossible"),
                         ({"exception": {"kind": "impossible", "reason": "tired"}}, "worn_fingers"),
                         ({"exception": {"kind": "impossible", "reason": "emergency"}}, "disability")):
        refused = client.post("/v1/transactions", {**OPENING, "kind": "verification", **wrong})
        assert refused.status == 422 and right in refused.json["detail"], refused.json


def test_P2_the_document_is_read_from_a_file_not_from_the_command_line(daemon, tmp_path):
    document = tmp_path / "document"
    document.write_text("UKR:AB 99 88\n")
    due = (datetime.date.today() + datetime.timedelta(days=9)).isoformat()
    daemon.ctl_ok("verify", "--exception", "temporarily_impossible:swollen", "--due", due, "--document", document)
    opened = daemon.client().post("/v1/transactions", {**OPENING, "kind": "verification", "document": {"issuer": "UKR", "number": "AB9988"}})
    assert opened.json["capture_due"]["reason"] == "swollen"
    document.write_text("no colon\n")
    assert daemon.ctl("verify", "--exception", "impossible:worn_fingers", "--document", document).returncode == 65


@pytest.mark.parametrize("piped, status", (("UKR:AB 99 88\n", 0), ("UKR:AB 99 88", 0), ("no colon\n", 65), ("", 65), ("UKR:" + "9" * 300, 65)))
def test_P2_the_document_is_read_from_a_pipe(daemon, piped, status):
    assert daemon.ctl("verify", "--exception", "impossible:worn_fingers", "--document", "-", input=piped).returncode == status


def test_P2_the_document_is_read_from_a_terminal(daemon):
    ours, theirs = pty.openpty()
    os.write(ours, b"UKR:AB 99 88\n")
    told = daemon.ctl("verify", "--exception", "impossible:worn_fingers", "--document", "-", stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert told.returncode == 0, told


@pytest.fixture(name="registered")
def fixture_registered(daemon_of):
    """A post that is no demonstration, by Ukraine's rules, with Boris as its officer."""
    return daemon_of(roles={"terminal": "user:root"}, policy__first="ukraine", **{"person boris__full_name": "Boris"})


def at_a_terminal(daemon, typed, *arguments, **environment):
    """kordonctl with a terminal as standard input, on which all of that is typed."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    with subprocess.Popen([KORDONCTL, "--config", daemon.configuration, "--json", *arguments], stdin=theirs, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}) as program:
        out, said = program.communicate(timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)
    return program.returncode, out, said


def ended(daemon):
    """The body of the last transaction's end."""
    return [each["body"] for each in daemon.client().log() if each["head"]["event"] == "consultation"][-1]


def test_P3_an_officer_says_which_fingers_are_missing(daemon_of, fingers, tmp_path):
    daemon = daemon_of(identification__require_armed="no")
    (tmp_path / "print.png").write_bytes(fingers[1, 1])
    said = daemon.ctl("identify", "--finger", "right_thumb", "--image", tmp_path / "print.png", "--missing-fingers", "right_index,right_middle")
    assert said.returncode == 2, said  # there is no list
    assert ended(daemon)["missing_fingers"] == ["right_index", "right_middle"]
    assert daemon.ctl_refused("identify", "--missing-fingers", "index")[0] == "BAD_VALUE"


def test_P3_where_no_finger_comes_the_officer_is_asked_whether_it_is_missing(tmp_path):
    """Asked of each; the next one serves. When the last is missing, too, he is told that it is an exception."""
    with open(post_policy(tmp_path), encoding="ascii") as stream:
        policy = policy_file(tmp_path, re.sub(r"\nfingers = .*(\n .*)*", "\nfingers = right_index, right_middle", stream.read()))
    daemon = Kordond(tmp_path, roles={}, environment={"FP_VIRTUAL_IMAGE": f"{tmp_path}/finger"}, scanner__enabled="yes",
                     scanner__capture_timeout_ms="1000", identification__require_armed="no", policy__first=policy,
                     **{"person boris__roles": "terminal, supervisor", "person boris__proof": "user:root"}).init().start()
    try:
        wait_until(lambda: [each["state"] for each in daemon.client().get("/v1/scanners").json["scanners"]] == ["ready"])
        code, out, said = at_a_terminal(daemon, "foreigner\n18_and_over\n\n\nyes\nno\nperhaps\nyes\n", "identify", "--officer", "boris")
        assert code == 65 and json.loads(out)["error"]["reason"] == "BAD_VALUE" and "exception of kind impossible" in out, (out, said)
        asked = re.findall("(right_[a-z]+): no finger came. Is it missing", said)
        assert asked == ["right_index"] + ["right_middle"] * 3, said
        assert (ended(daemon)["missing_fingers"], ended(daemon)["why"]) == (["right_index"], "CAPTURE_CANCELLED")
        # A bandage is seen, and said, before the first finger: nobody waits for one that can't come.
        code, out, said = at_a_terminal(daemon, "foreigner\n18_and_over\n?\nnose\n2, left_ring\n\nyes\n", "identify", "--officer", "boris")
        assert said.count("   2  right_index\n") == 2 and "it is none of these" in said
        assert re.findall("(right_[a-z]+): no finger came. Is it missing", said) == ["right_middle"], said
        assert ended(daemon)["missing_fingers"] == ["right_index", "left_ring"]
    finally:
        daemon.stop()


def test_P1_an_officer_is_asked_and_a_script_is_told_what_is_missing(daemon_of):
    """Outside of a demonstration nothing is presumed."""
    daemon = daemon_of(roles={"terminal": "user:root"}, **{"person boris__full_name": "Boris"})
    for given, missing in (((), "--traveller-group"), (("--traveller-group", "crew"), "--age-band")):
        outcome = daemon.ctl("verify", "--officer", "boris", "--exception", "unchecked:emergency", *given, stdin=subprocess.DEVNULL)
        assert outcome.returncode == 64 and missing in outcome.stderr + outcome.stdout, outcome
    code, out, said = at_a_terminal(daemon, "tourist\ncrew\n18_and_over\nUKR:AB 1\n", "verify", "--officer", "boris",
                                    "--exception", "unchecked:emergency")
    assert code == 0, said
    answer = json.loads(out)
    assert (answer["traveller_group"], answer["age_band"]) == ("crew", "18_and_over") and "presumed" not in answer
    assert "it is none of these" in said


@pytest.mark.parametrize("typed, environment", [
    ("0\n8\n5\n4\n\n", {}), ("екіпаж\nчлен екіпажу\n18 років і старше\n\n", {"LC_ALL": "uk_UA.UTF-8"})])
def test_P1_an_officer_answers_by_a_number_or_in_words(registered, typed, environment):
    code, out, said = at_a_terminal(registered, typed, "verify", "--officer", "boris", "--exception", "unchecked:emergency", **environment)
    assert code == 0, said
    assert (json.loads(out)["traveller_group"], json.loads(out)["age_band"]) == ("crew", "18_and_over")


@pytest.mark.parametrize("group, age, reason", [("foreigner", "12_to_17", "under_age"), ("diplomat", "18_and_over", "diplomat")])
def test_P2_an_officer_is_offered_the_record_that_no_fingerprints_are_taken(registered, group, age, reason):
    def answer(typed):
        return at_a_terminal(registered, typed, "identify", "--officer", "boris", "--traveller-group", group, "--age-band", age)
    code, _, said = answer("\n\nno\n")
    assert code == 77 and "Record that no fingerprints are taken" in said
    assert registered.ctl_ok("transaction", "list")["transactions"] == []
    code, out, said = answer("\n\nperhaps\nyes\n")
    assert code == 0, said
    assert json.loads(out)["exception"]["kind"] == "not_applicable" and json.loads(out)["exception"]["reason"] == reason
    # A script is asked nothing.
    outcome = registered.ctl("identify", "--officer", "boris", "--traveller-group", group, "--age-band", age, stdin=subprocess.DEVNULL)
    assert outcome.returncode == 77 and "Record that" not in outcome.stderr


def test_P3_worn_fingers_are_offered_the_way_without_fingerprints(daemon_of, tmp_path):
    """Without it they end as an inconclusive case that asks for one capture more."""
    daemon = daemon_of(roles={"terminal": "user:root"}, identification__require_armed="no", **{"person boris__full_name": "Boris"})
    Image.new("L", (388, 374), 255).save(tmp_path / "blank.png", dpi=(500, 500))
    submit = ("identify", "--officer", "boris", "--traveller-group", "foreigner", "--age-band", "18_and_over",
              "--finger", "right_index", "--image", tmp_path / "blank.png")
    code, out, said = at_a_terminal(daemon, "\nyes\n1\n", *submit)
    assert code == 0 and "No finger gave a usable picture" in said, said
    assert (json.loads(out)["exception"]["kind"], json.loads(out)["exception"]["reason"]) == ("impossible", "worn_fingers")
    code, out, said = at_a_terminal(daemon, "\nno\n", *submit)
    assert code == 2 and json.loads(out)["result"]["decision"] == "inconclusive", said


def test_P2_day_and_document_of_what_is_put_off_are_asked_for(registered):
    due = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    code, out, said = at_a_terminal(registered, f"{due}\n\nUKR:AB 1\n", "identify", "--officer", "boris", "--traveller-group", "foreigner",
                                    "--age-band", "18_and_over", "--exception", "temporarily_impossible:bandaged")
    assert code == 0, said
    assert json.loads(out)["exception"]["due"] == due


@pytest.mark.parametrize("exception, told", [
    ("impossible", "a reason is needed: one of fingers_missing, "), ("unchecked:other", "the reason other has to be said in words"),
    ("unchecked:emergency:flood", "it goes with the reason other only")])
def test_P2_what_an_exception_lacks_is_told(daemon, exception, told):
    outcome = daemon.ctl("verify", "--exception", exception)
    assert outcome.returncode == 65 and told in outcome.stderr


def test_M1_an_interrupted_capture_leaves_no_transaction_open(tmp_path):
    """Ctrl-C, or a closed terminal: nothing waits for the end of the transaction's time."""
    reader = f"{tmp_path}/finger"
    daemon = Kordond(tmp_path, environment={"FP_VIRTUAL_IMAGE": reader}, scanner__enabled="yes", identification__require_armed="no").init().start()
    try:
        wait_until(lambda: [each["state"] for each in daemon.client().get("/v1/scanners").json["scanners"]] == ["ready"])
        for number in (signal.SIGINT, signal.SIGHUP):
            with subprocess.Popen([KORDONCTL, "--config", daemon.configuration, "identify"], stderr=subprocess.PIPE, text=True,
                                  preexec_fn=lambda number=number: signal.signal(number, signal.SIG_DFL)) as program:
                assert "Place the finger" in program.stderr.readline()
                program.send_signal(number)
                said = program.communicate(timeout=PATIENCE)[1]
            assert program.returncode == 75 and "the capture was cancelled" in said
            assert {each["state"] for each in daemon.ctl_ok("transaction", "list")["transactions"]} == {"cancelled"}
    finally:
        daemon.stop()


@pytest.mark.parametrize("given, told", [
    (("--age-band", "12_to_17"), "для border_check політика встановлює вік 18; у разі сумніву особу вважають малою дитиною"),
    (("--age-band", "18_and_over", "--exception", "temporarily_impossible:bandaged", "--due", "2020-01-01"), "відкладене знаходять за документом"),
    (("--age-band", "adult"), "допустиме одне з: unknown, under_6")])
def test_H4_the_detail_of_a_refusal_is_ukrainian_too(registered, given, told):
    """An English half-sentence with the figure in it is the one that an officer needs."""
    outcome = registered.ctl("identify", "--officer", "boris", "--traveller-group", "foreigner", *given, stdin=subprocess.DEVNULL,
                             env={**os.environ, "LC_ALL": "uk_UA.UTF-8"})
    assert outcome.returncode in (65, 77) and told in outcome.stderr, outcome
