"""A list change is a job that can fail: with and without kordond it gives the same answers, and whatever fails leaves the list in force."""

import contextlib
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import (ALL_ROLES, KORDONCTL, PATIENCE, Clock, Kordond, as_user, entry, reachable, record_entry, user_name,  # noqa: E402  pylint: disable=wrong-import-position
                     wait_until)
from listener import Listener  # noqa: E402  pylint: disable=wrong-import-position

NOBODY = 65534
LARGE = 100000  # bytes, as a picture has, behind a record: it fills a disk without anything to extract


def listed(number, **changes):
    """A manifest's entry; files: {position: (name, ppi or None)}."""
    files = changes.pop("files", {"right_index": ("1.iso", None)})
    fingers = [{"position": position, "file": name, **({"ppi": ppi} if ppi else {})} for position, (name, ppi) in files.items()]
    return {"case_number": f"CASE-{number}", "name": f"Person {number}", "category": "missing_person", "action": "inform",
            "instruction": "Take the person to the protection desk.", "purposes": ["border_check"], "legal_basis": "Search Act art. 3",
            "authority": "National Police", "entered": "2026-01-31", "expires": "2036-01-31", "fingers": fingers, **changes}


def write_manifest(folder, entries, version=1, name="test list"):
    (folder / "manifest.json").write_text(json.dumps({"list": name, "version": version, "entries": entries}))
    return folder / "manifest.json"


@pytest.fixture(name="files")
def fixture_files(tmp_path, fingers, records):
    """A folder with sound files, and with what people bring instead."""
    folder = tmp_path / "files"
    folder.mkdir()
    for finger in range(1, 7):
        (folder / f"{finger}.png").write_bytes(fingers[finger, 1])
        (folder / f"{finger}.iso").write_bytes(records[finger, 1])
    picture, record = fingers[1, 1], records[1, 1]
    odd = {"empty.png": b"", "cut.png": picture[:5000], "text.png": b"not a picture", "zeroes.iso": bytes(400), "cut.iso": record[:100],
           "page.html": b"<!DOCTYPE html><html>404</html>", "base64.iso": b"Rk1SACAyMAAAAAFaAAABAAEAAMUAxQEAAAA=",
           "padded.iso": record + bytes(200), "large.iso": record + bytes(LARGE), "long.iso": record[:8] + (len(record) + 50).to_bytes(4, "big") + record[12:], "later.iso": b"FMR\x00030\x00" + bytes(60), "behind.png": picture + b"x" * 50}
    for name, content in odd.items():
        (folder / name).write_bytes(content)
    return folder


# What is wrong with some entries of a long list: every kind that a list has, at both doors.
ODDITIES = [
    {"files": {"right_index": ("missing.png", None)}}, {"files": {"right_index": ("empty.png", 500)}},
    {"files": {"right_index": ("cut.png", 500)}}, {"files": {"right_index": ("text.png", 500)}},
    {"files": {"right_index": ("zeroes.iso", None)}}, {"files": {"right_index": ("cut.iso", None)}},
    {"files": {"right_index": ("page.html", 500)}}, {"files": {"right_index": ("base64.iso", None)}},
    {"files": {"right_index": ("later.iso", None)}}, {"files": {"right_index": ("../files/1.png", 500)}},
    {"files": {"right_index": ("1.png", 10)}}, {"files": {"nose": ("1.png", 500)}}, {"files": {}},
    {"files": {"right_index": ("1.png", 500), "left_index": ("missing.png", 500)}}, {"name": ""}, {"category": "blacklist"},
    {"expires": "2025-01-01"}, {"entered": "2026-02-30"}, {"instruction": "a\nb"}, {"nosuch": 1}, {"purposes": []},
    {"case_number": "CASE-1"}, {"name": "", "expires": "never", "files": {"right_index": ("text.png", 500), "left_thumb": ("gone.png", None)}},
    {"case_number": "CASE-1", "files": {"right_index": ("missing.png", None)}},
]
SOUND = [
    {}, {"files": {"right_index": ("2.png", 500)}}, {"files": {"right_index": ("3.iso", None), "left_index": ("4.png", 500)}},
    {"files": {"right_index": ("padded.iso", None)}}, {"files": {"right_index": ("long.iso", None)}}, {"expires": "2026-02-01"}, {"entered": "2035-01-01"}, {"purposes": ["elsewhere"]},
    {"name": "Оксана Перевірена"},
]


def both_doors(daemon_of, tmp_path, path, *options):
    """(with kordond, without it): the answers of two fresh states to the same import."""
    daemon = daemon_of()
    alone = Kordond(tmp_path / "alone").init()
    return daemon, alone, daemon.ctl("watchlist", "import", path, *options), alone.ctl("watchlist", "import", path, *options)


def lines_of(outcome):
    return outcome.stderr.splitlines()


def sound(number):
    """One after the other; with pictures, which take their time, at first alone."""
    change = SOUND[number % len(SOUND)]
    if number < len(SOUND) or "files" not in change:
        return change
    return {**change, "files": {position: (name.replace(".png", ".iso"), None) for position, (name, _) in change["files"].items()}}


def test_F10_both_doors_find_the_same_faults(daemon_of, files, tmp_path):
    entries = [listed(number + 1, **ODDITIES[number // 2 % len(ODDITIES)] if number % 2 else sound(number // 2)) for number in range(300)]
    path = write_manifest(files, entries)
    daemon, alone, served, unserved = both_doors(daemon_of, tmp_path, path)
    assert (served.returncode, unserved.returncode) == (65, 65), (served, unserved)
    with_daemon, without = json.loads(served.stdout), json.loads(unserved.stdout)
    assert with_daemon["faults"] == without["faults"] and lines_of(served) == lines_of(unserved)
    assert {fault["entry"] for fault in without["faults"]} == set(range(2, 301, 2))
    assert all(fault["case_number"] == entries[fault["entry"] - 1]["case_number"] for fault in without["faults"])
    assert "in 150 entries" in without["error"]["detail"]
    for state in (daemon, alone):
        assert state.ctl_ok("watchlist", "list")["list"]["version"] == 0


def test_F10_both_doors_take_the_same_list(daemon_of, files, tmp_path):
    entries = [listed(number + 1, **sound(number)) for number in range(300)]
    daemon, alone, served, unserved = both_doors(daemon_of, tmp_path, write_manifest(files, entries))
    assert (served.returncode, unserved.returncode) == (0, 0), (served, unserved)
    with_daemon, without = json.loads(served.stdout), json.loads(unserved.stdout)
    only = {"seq", "receipt", "thresholds", "mode"}
    assert {key: value for key, value in with_daemon.items() if key not in only} == \
        {key: value for key, value in without.items() if key not in only}
    assert without["entries"] == 300 and without["expired"] == without["not_yet_valid"] == without["undeclared"] == 33
    assert without["notes"] and lines_of(served) == lines_of(unserved)
    shown = [state.ctl_ok("watchlist", "list") for state in (daemon, alone)]
    assert shown[0]["list"]["fingers"] == shown[1]["list"]["fingers"] == 334
    mine = [sorted(({**row, "entry": ""} for row in state["entries"]), key=lambda row: json.dumps(row, sort_keys=True)) for state in shown]
    assert mine[0] == mine[1]


def test_A5_all_faults_are_said_with_case_and_field(daemon_of, files, tmp_path):
    path = write_manifest(files, [listed(1), listed(2, files={"right_index": ("text.png", 500)}),
                                  listed(3, files={"left_thumb": ("gone.png", None)}), listed(4, expires="2020-01-01", name="")])
    _, _, served, unserved = both_doors(daemon_of, tmp_path, path)
    for outcome in (served, unserved):
        said = lines_of(outcome)
        assert any("entry 2 (case CASE-2), right_index, text.png: " in line for line in said), said
        assert any("entry 3 (case CASE-3), left_thumb, gone.png: no such file" in line for line in said), said
        assert any("entry 4 (case CASE-4), name: " in line for line in said), said
        assert any("entry 4 (case CASE-4), expires: " in line for line in said), said
        assert "4 faults in 3 entries" in said[-1], said


# --- Only when asked for

@pytest.mark.parametrize("served", [True, False])
def test_A5_empty_and_other_lists_only_when_asked_for(daemon_of, files, tmp_path, served):
    state = daemon_of() if served else Kordond(tmp_path / "alone").init()
    state.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)], version=3))
    assert state.ctl_refused("watchlist", "import", write_manifest(files, [], version=4))[0] == "LIST_EMPTY"
    assert state.ctl_refused("watchlist", "import", write_manifest(files, [listed(1)], version=4, name="other"))[0] == "LIST_OTHER"
    assert state.ctl_refused("watchlist", "import", write_manifest(files, [listed(1)], version=3))[0] == "LIST_VERSION_OLD"
    assert state.ctl_ok("watchlist", "list")["list"]["version"] == 3
    other = state.ctl_ok("watchlist", "import", write_manifest(files, [listed(1), listed(2)], name="other"), "--replace-list")
    assert (other["list"], other["version"], other["entries"]) == ("other", 1, 2)
    empty = state.ctl_ok("watchlist", "import", write_manifest(files, [], version=2, name="other"), "--allow-empty")
    assert (empty["version"], empty["entries"], empty["searchable"]) == (2, 0, 0)


@pytest.mark.parametrize("served", [True, False])
def test_A8_a_dry_run_changes_nothing(daemon_of, files, tmp_path, served):
    state = daemon_of() if served else Kordond(tmp_path / "alone").init()
    state.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    size = len(state.ctl_ok("log", "show", "--from", "0", "--count", "1000")["entries"])
    answer = state.ctl_ok("watchlist", "import", write_manifest(files, [listed(1), listed(2)], version=2), "--dry-run")
    assert answer["dry_run"] is True and answer["entries"] == 2 and "seq" not in answer
    assert state.ctl_ok("watchlist", "list")["list"]["version"] == 1
    events = [one["head"]["event"] for one in state.ctl_ok("log", "show", "--from", "0", "--count", "1000")["entries"][size:]]
    assert "alteration" not in events
    assert state.ctl_refused("watchlist", "import", write_manifest(files, [listed(1, name="")], version=2), "--dry-run")[1] == 65
    state.ctl_ok("watchlist", "import", write_manifest(files, [listed(1), listed(2)], version=2))


@pytest.mark.parametrize("served", [True, False])
def test_Q2_a_poor_print_may_be_listed_as_not_searchable(daemon_of, files, fingers, tmp_path, served):
    options = {"policy__minimum_quality": "100"}
    state = daemon_of(**options) if served else Kordond(tmp_path / "alone", **options).init()
    path = write_manifest(files, [listed(1, files={"right_index": ("1.png", 500)}),
                                  listed(2, files={"right_index": ("2.iso", None), "left_index": ("3.png", 500)})])
    reason, status, _ = state.ctl_refused("watchlist", "import", path)
    assert (reason, status) == ("MANIFEST_REFUSED", 65)
    answer = state.ctl_ok("watchlist", "import", path, "--list-poor-prints")
    assert (answer["entries"], answer["searchable"], answer["unsearchable"], answer["fingers_unsearchable"]) == (2, 1, 1, 2)
    assert [note["entry"] for note in answer["notes"]] == [1, 2] and "not searchable" in answer["notes"][0]["text"]
    if served:
        result = state.client().identify(fingers[1, 2]).json["result"]
        assert result["decision"] != "match"


@pytest.mark.parametrize("served", [True, False])
def test_F10_one_print_as_two_fingers_is_told(daemon_of, files, tmp_path, served):
    """Whatever the files are called: one of the two names is wrong. Another print of the hand, and the same one of another person, are none of it."""
    state = daemon_of() if served else Kordond(tmp_path / "alone").init()
    shutil.copy(files / "1.png", files / "again.png")
    path = write_manifest(files, [
        listed(1, files={"right_index": ("1.png", 500), "right_middle": ("2.png", 500), "right_ring": ("again.png", 500)}),
        listed(2, files={"left_index": ("1.png", 500), "left_middle": ("2.png", 500)})])
    answer = state.ctl_ok("watchlist", "import", path)
    told, = (note for note in answer["notes"] if "the same print" in note["text"])
    assert told["entry"] == 1 and told["field"].startswith("right_ring") and "right_index" in told["text"]
    assert (answer["entries"], answer["searchable"]) == (2, 2), "he is found by either"


@pytest.mark.parametrize("served", [True, False])
def test_T4_who_stays_on_the_list_keeps_the_local_id(daemon_of, files, tmp_path, served):
    state = daemon_of() if served else Kordond(tmp_path / "alone").init()

    def ids(version, *entries):
        state.ctl_ok("watchlist", "import", write_manifest(files, list(entries), version=version))
        return {row["expires"]: row["entry"] for row in state.ctl_ok("watchlist", "list")["entries"]}
    first = ids(1, listed(1, expires="2031-01-01"), listed(2, expires="2032-01-01"))
    second = ids(2, listed(2, expires="2032-01-01"), listed(3, expires="2033-01-01"))
    assert second["2032-01-01"] == first["2032-01-01"]
    assert second["2033-01-01"] not in first.values()


def test_M1_an_erasure_lowers_people_and_fingers(daemon_of, files, fingers):
    daemon = daemon_of()
    files_of = {"right_index": ("1.png", 500), "left_index": ("2.png", 500)}
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1, files=files_of), listed(2, files={"right_index": ("3.png", 500)})]))
    client = daemon.client()
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    for row in client.get("/v1/watchlist").json["entries"]:
        answer = client.delete(f"/v1/watchlist/{row['entry']}?justification=found")
        assert answer.status == 200, answer
        status = client.get("/v1/status").json["list"]
        left = answer.json["entries"]
        assert (status["entries"], answer.json["fingers"]) == (left, status["fingers"])
        if left == 1:
            assert answer.json["fingers"] in (1, 2)
    assert (status["entries"], status["fingers"]) == (0, 0)
    assert client.get("/readyz").status == 503


def test_M1_an_erasure_leaves_the_list_the_day_of_its_installation(daemon_of, files):
    daemon = daemon_of()
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1), listed(2)]))
    client = daemon.client()
    installed = client.get("/v1/status").json["list"]["installed_ms"]
    row = client.get("/v1/watchlist").json["entries"][0]["entry"]
    time.sleep(0.01)
    assert client.delete(f"/v1/watchlist/{row}?justification=found").status == 200
    for _ in range(2):
        client = daemon.client()
        said = [client.get(path).json["list"] for path in ("/v1/status", "/v1/watchlist")]
        assert [one["installed_ms"] for one in said] == [installed, installed] and [one["entries"] for one in said] == [1, 1]
        daemon.stop()
        daemon.start()


# --- Whose it is

def begin(client, **changes):
    return client.post("/v1/watchlist/imports", {"list": "test list", "version": 2, **changes})


def test_A9_nobody_ends_the_import_of_another_by_beginning_one(tmp_path, files, fingers):
    if os.getuid() != 0:
        pytest.skip("needs root, to be another user")
    import pwd  # pylint: disable=import-outside-toplevel
    other = pwd.getpwuid(NOBODY).pw_name
    roles = {role: f"user:{user_name()}" for role in ALL_ROLES}
    roles["supervisor"] += f", user:{other}"
    reachable(str(tmp_path))
    daemon = Kordond(tmp_path / "d", roles=roles)
    os.chmod(tmp_path / "d", 0o755)
    daemon.init().start()
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    client = daemon.client()
    number = begin(client).json["import"]
    assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[1, 1])).status == 200
    foreign = as_user(NOBODY, lambda: [answer.json for answer in (
        begin(daemon.client(), version=9), daemon.client().get("/v1/watchlist/imports"),
        daemon.client().post(f"/v1/watchlist/imports/{number}/commit"))])
    assert foreign[0]["reason"] == "BUSY" and user_name() in foreign[0]["detail"], foreign
    assert foreign[1]["imports"][0]["owner"] == f"user:{user_name()}" and foreign[1]["imports"][0]["entries"] == 1
    assert foreign[2]["reason"] == "IMPORT_NOT_FOUND"
    assert client.post(f"/v1/watchlist/imports/{number}/commit").status == 200
    number = begin(client, version=3).json["import"]
    assert as_user(NOBODY, lambda: daemon.client().delete(f"/v1/watchlist/imports/{number}").status) == 200
    assert client.post(f"/v1/watchlist/imports/{number}/commit").reason == "IMPORT_NOT_FOUND"
    daemon.stop()


def test_A5_a_refused_begin_leaves_the_import_under_way(client, fingers):
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    number = begin(client).json["import"]
    assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[2, 1], 2)).status == 200
    assert begin(client, version=1).reason == "BUSY"
    assert client.post(f"/v1/watchlist/imports/{number}/commit").json["version"] == 2


def test_A5_what_was_announced_must_have_come(client, fingers):
    number = begin(client, entries=2).json["import"]
    assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[2, 1], 2)).status == 200
    assert client.post(f"/v1/watchlist/imports/{number}/commit").reason == "CONFLICTING_IMPORT"


def test_A5_a_list_with_a_fault_is_not_installed(client, fingers):
    number = begin(client).json["import"]
    answer = client.post(f"/v1/watchlist/imports/{number}/entries",
                         {"entries": [entry(fingers[1, 1], 1), entry(b"no picture", 2), entry(fingers[2, 1], 3, name="")], "numbers": [7, 8, 9]})
    assert answer.status == 200 and [fault["entry"] for fault in answer.json["faults"]] == [8, 9], answer
    assert client.post(f"/v1/watchlist/imports/{number}/commit").reason == "MANIFEST_REFUSED"
    assert client.delete(f"/v1/watchlist/imports/{number}").status == 200
    assert client.get("/v1/watchlist/imports").json == {"imports": [], "next": None}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_A5_an_import_can_be_cancelled_by_command_and_by_interrupt(daemon_of, files, number):
    daemon = daemon_of()
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    begin(daemon.client())
    assert daemon.ctl_refused("watchlist", "import", write_manifest(files, [listed(1)], version=2))[0] == "BUSY"
    assert daemon.ctl_ok("watchlist", "cancel")["version"] == 2
    assert daemon.ctl_refused("watchlist", "cancel")[0] == "IMPORT_NOT_FOUND"
    path = write_manifest(files, [listed(number, files={"right_index": ("1.png", 500)}) for number in range(2000)], version=2)
    # Who runs the tests behind something else has it ignored, as kordonctl then would.
    running = subprocess.Popen([KORDONCTL, "--config", daemon.configuration, "watchlist", "import", path],  # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    client = daemon.client()
    wait_until(lambda: any(each["entries"] > 0 for each in client.get("/v1/watchlist/imports").json["imports"]))
    running.send_signal(number)
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 75 and "nothing was changed" in said, said
    assert client.get("/v1/watchlist/imports").json == {"imports": [], "next": None}
    assert client.get("/v1/status").json["list"]["version"] == 1
    shutil.rmtree(files)


def test_A9_an_import_that_rests_for_ten_minutes_is_ended(daemon_of, fingers, tmp_path):
    daemon = daemon_of()
    daemon.stop()
    clock = Clock(tmp_path, moved=("REALTIME", "BOOTTIME", "MONOTONIC"))
    daemon.environment = clock.environment
    daemon.start()
    assert begin(daemon.client()).status == 201
    clock.set(590)
    time.sleep(2.5)  # two looks at least
    number = daemon.client().get("/v1/watchlist/imports").json["imports"][0]["import"]
    assert daemon.client().post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[1, 1])).status == 200
    clock.set(1180)
    time.sleep(2.5)
    assert daemon.client().get("/v1/watchlist/imports").json["imports"] != []
    clock.set(1800)
    wait_until(lambda: daemon.client().get("/v1/watchlist/imports").json["imports"] == [])
    assert begin(daemon.client(), version=3).status == 201


def test_A5_progress_is_told_to_listeners(daemon_of, fingers):
    daemon = daemon_of()
    listener = Listener(daemon.socket)
    client = daemon.client()
    number = begin(client, entries=2, bytes=1000).json["import"]
    assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[1, 1], 1)).status == 200
    assert client.delete(f"/v1/watchlist/imports/{number}").status == 200
    told = []
    while not told or told[-1]["import"] is not None:
        name, data, _ = listener.event()
        told += [data] if name == "import" else []
    assert told[0]["state"] == "receiving" and told[0]["entries_announced"] == 2
    assert told[1]["entries"] == 1 and told[1]["finger_count"] == 1 and told[1]["bytes"] == len(fingers[1, 1])
    listener.close()


def read_terminal(terminal):
    """All that was written to it; it gives a few kilobytes at a time, and EIO at the end."""
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 1 << 16):
            shown += part
    os.close(terminal)
    return shown.decode()


@pytest.mark.parametrize("served", [True, False])
def test_A5_progress_is_a_bar_on_a_terminal_only(daemon_of, files, tmp_path, served):
    state = daemon_of() if served else Kordond(tmp_path / "alone").init()
    command = [KORDONCTL, "--config", state.configuration, "watchlist", "import", write_manifest(files, many(40, {"right_index": ("1.iso", None)})), "--dry-run"]
    terminal, end = pty.openpty()
    outcome = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, check=True)
    os.close(end)
    shown = read_terminal(terminal)
    assert "of 40 people" in shown and "MiB" in shown and shown.rstrip(" ").endswith("\r"), repr(shown)
    assert b"would be in force" in outcome.stdout
    assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True).stderr == b""


# --- Each step fails in turn: the list in force answers, nothing is left, a smaller list comes in afterwards

PICTURES = 400  # of some 100 KB each: more than 10 MB


def imports_in(daemon):
    """How many lists lie in the database, whole or in part."""
    with contextlib.closing(sqlite3.connect(f"file:{daemon.folder}/state/kordon.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(DISTINCT import) FROM alert").fetchone()[0]


def answers(daemon, fingers):
    """The list in force answers: finger 1 is on it, finger 5 is not."""
    client = daemon.client()
    found = [client.identify(fingers[finger, 2]).json["result"]["decision"] for finger in (1, 5)]
    client.close()
    return found == ["match", "no_match"]


def goes_on(daemon, files, fingers, version=9):
    """After a list change that failed."""
    assert answers(daemon, fingers)
    assert daemon.client().get("/v1/watchlist/imports").json == {"imports": [], "next": None}
    wait_until(lambda: imports_in(daemon) == 1)
    answer = daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1), listed(2, files={"right_index": ("2.iso", None)})], version))
    assert answer["entries"] == 2 and answers(daemon, fingers)
    wait_until(lambda: imports_in(daemon) == 1)


def many(count, files=None):
    return [listed(number, files=files or {"right_index": ("1.png", 500), "left_index": ("3.png", 500)}) for number in range(count)]


@pytest.mark.parametrize("announced", [True, False])
def test_A8_a_list_too_large_for_the_disk_leaves_the_old_one(small_disk, files, fingers, announced):
    daemon = Kordond(small_disk).init().start()
    try:
        daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
        if announced:
            reason, _, detail = daemon.ctl_refused("watchlist", "import", write_manifest(files, many(PICTURES), 2))
            assert reason == "DISK_FULL" and "free" in detail, detail
        else:
            client, large = daemon.client(), (files / "large.iso").read_bytes()
            number = begin(client).json["import"]
            for i in range(PICTURES):
                answer = client.post(f"/v1/watchlist/imports/{number}/entries", record_entry(large, i))
                if answer.status != 200:
                    break
            assert answer.reason == "DISK_FULL" and i > 5, (answer, i)
        goes_on(daemon, files, fingers)
        daemon.stop()
        daemon.start()
        assert answers(daemon, fingers)
        daemon.stop()
    finally:
        daemon.kill()


@pytest.mark.skipif("san" in os.path.basename(os.environ.get("KORDON_BUILD_DIR", "")),
                    reason="a sanitizer's stacks of worker threads take what the limit leaves to a list")
def test_A8_a_list_too_large_for_locked_memory_leaves_the_old_one(tmp_path, files, fingers):
    if shutil.which("setpriv") is None or os.getuid() != 0:
        pytest.skip("needs root, to give up a capability")
    daemon = Kordond(tmp_path / "d", identification__threads="1").init()
    daemon.prefix = ["prlimit", "--memlock=8388608:8388608", "setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"]
    daemon.start()
    try:
        daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
        large = write_manifest(files, many(4000, {"right_index": ("1.iso", None), "left_index": ("3.iso", None)}), 2)
        reason, _, detail = daemon.ctl_refused("watchlist", "import", large)
        assert reason == "MEMLOCK_LIMIT", detail
        goes_on(daemon, files, fingers)
        row = daemon.client().get("/v1/watchlist").json["entries"][0]["entry"]
        assert daemon.client().delete(f"/v1/watchlist/{row}?justification=found").status == 200
        assert daemon.client().get("/v1/status").json["mode"] == "armed"
        daemon.stop()
    finally:
        daemon.kill()


@pytest.mark.parametrize("how", ["kill", "stop", "client gone"])
def test_A5_an_import_that_is_cut_off_leaves_nothing_behind(daemon_of, files, fingers, how):
    daemon = daemon_of()
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    client = daemon.client()
    number = begin(client).json["import"]
    for i in range(5):
        assert client.post(f"/v1/watchlist/imports/{number}/entries", entry(fingers[2, 1], i)).status == 200
    assert imports_in(daemon) == 2 and answers(daemon, fingers)
    if how == "client gone":
        client.connection.request("POST", f"/v1/watchlist/imports/{number}/commit")
        client.close()  # what was asked for is done: the answer is in the log
        wait_until(lambda: daemon.client().get("/v1/status").json["list"]["version"] == 2)
        daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)], version=3))
    elif how == "kill":
        daemon.kill()
        daemon.start()
    else:
        daemon.stop()
        assert imports_in(daemon) == 1
        daemon.start()
    goes_on(daemon, files, fingers)


def test_A5_killed_while_it_is_installed_it_is_one_list_or_the_other(daemon_of, files, fingers, records):
    daemon = daemon_of()
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    for round_ in range(6):
        client = daemon.client()
        number = begin(client, version=2 + round_).json["import"]
        several = [record_entry(records[1, 1], i) for i in range(8)]
        assert client.post(f"/v1/watchlist/imports/{number}/entries", {"entries": several}).status == 200
        client.connection.request("POST", f"/v1/watchlist/imports/{number}/commit")
        time.sleep(0.002 * round_)
        daemon.kill()
        daemon.start()
        assert daemon.client().get("/v1/status").json["list"]["entries"] in (1, 8)
        assert answers(daemon, fingers)
    goes_on(daemon, files, fingers, version=20)


def test_A8_space_comes_back_when_a_short_list_follows(daemon_of, files):
    daemon = daemon_of()
    database = f"{daemon.folder}/state/kordon.db"
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)]))
    small = os.stat(database).st_size
    daemon.ctl_ok("watchlist", "import", write_manifest(files, many(120, {"right_index": ("large.iso", None)}), 2))
    wait_until(lambda: os.stat(database).st_size > 10 * small)
    daemon.ctl_ok("watchlist", "import", write_manifest(files, [listed(1)], 3))
    wait_until(lambda: os.stat(database).st_size + os.stat(database + "-wal").st_size < 2 * small + 200000)


# --- One change after the other

def body_of(records, count):
    """So many entries in one body."""
    return {"entries": [record_entry(records[number % 6 + 1, 1], number) for number in range(count)]}


def staged(client, body, version):
    number = begin(client, version=version).json["import"]
    answer = client.post(f"/v1/watchlist/imports/{number}/entries", body)
    assert answer.status == 200 and answer.json["faults"] == [], answer
    return f"/v1/watchlist/imports/{number}"


def repeat(action, until):
    """action of a client of its own, again and again beside this thread."""
    def run():
        while not until.is_set():
            action()
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_M1_who_is_erased_while_a_list_is_installed_is_not_searched_by_it(daemon_of, records):
    daemon = daemon_of()
    client, reading, erasing = daemon.client(), daemon.client(), [daemon.client() for _ in range(6)]
    body = body_of(records, 400)
    assert client.post(staged(client, body, 1) + "/commit").status == 200
    over = threading.Event()
    # What is read meanwhile keeps the thread busy that says what was installed.
    beside = repeat(lambda: reading.post("/v1/watchlist/check"), over)
    took, outcomes = 0, []
    for version in range(2, 26):
        ids = [row["entry"] for row in client.get("/v1/watchlist?limit=1000").json["entries"]]
        path = staged(client, body, version)
        began = time.monotonic()
        client.connection.request("POST", path + "/commit")
        if version > 2:  # at another moment each time
            time.sleep(took * (version % 8 + 2) / 10)
            for one, entry_id in zip(erasing, ids):
                one.connection.request("DELETE", f"/v1/watchlist/{entry_id}?justification=found")
        answer = client.connection.getresponse()
        outcomes.append(answer.status)
        assert answer.status == 200 or json.loads(answer.read())["reason"] == "CONFLICTING_IMPORT"
        answer.read()
        took = took or time.monotonic() - began
        for one in erasing if version > 2 else []:
            assert one.connection.getresponse().read() is not None
        status = client.get("/v1/status").json["list"]
        assert status["searchable"] == status["entries"] == len(client.get("/v1/watchlist?limit=1000").json["entries"])
    over.set()
    beside.join()
    assert 200 in outcomes


@pytest.mark.parametrize("step", ["begin", "entries", "commit", "cancel", "erase"])
def test_A8_a_second_signal_ends_each_step_of_a_list_change(daemon_of, records, step):
    daemon = daemon_of()
    body = body_of(records, 200)
    assert daemon.client().post(staged(daemon.client(), body, 1) + "/commit").status == 200
    for milliseconds in (0, 1, 2, 5, 10, 30):
        client = daemon.client()
        version = client.get("/v1/status").json["list"]["version"] + 1
        path = staged(client, body, version) if step in ("entries", "commit", "cancel") else ""
        requests = {"begin": ("POST", "/v1/watchlist/imports", {"list": "test list", "version": version}),
                    "entries": ("POST", path + "/entries", {"entries": [{**one, "case_number": one["case_number"] + "b"} for one in body["entries"]]}),
                    "commit": ("POST", path + "/commit", None), "cancel": ("DELETE", path, None),
                    "erase": ("DELETE", f"/v1/watchlist/{client.get('/v1/watchlist?limit=1').json['entries'][0]['entry']}?justification=found", None)}
        method, where, content = requests[step]
        client.connection.request(method, where, body=json.dumps(content) if content else None)
        time.sleep(milliseconds / 1000)
        daemon.signal(signal.SIGTERM)
        time.sleep(0.0005)
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() in (0, 1), daemon.errors()
        daemon.start()
        status = daemon.client().get("/v1/status").json
        assert status["mode"] == "armed" and status["list"]["searchable"] == status["list"]["entries"]
    wait_until(lambda: imports_in(daemon) == 1)
