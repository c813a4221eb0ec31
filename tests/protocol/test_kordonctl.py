"""kordonctl from outside: exit codes, one-line errors, --json; and with state of its own, what it does without kordond."""

import base64
import json
import os
import pwd
import shutil
import subprocess

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")
KORDONCTL = f"{BUILD}/tools/kordonctl/kordonctl"
USER = pwd.getpwuid(os.getuid()).pw_name

pytestmark = pytest.mark.skipif(not os.path.exists(KORDONCTL), reason="kordonctl is not built")


class Site:
    """A crossing point's folder with its configuration, and no kordond."""

    def __init__(self, folder, roles=("supervisor", "auditor")):
        self.folder = folder
        self.config = folder / "kordon.conf"
        grants = "".join(f"{role} = user:{USER}\n" for role in roles)
        self.config.write_text(
            "[state]\ndirectory = state\nmachine_key = file:keys/machine.key\n[log]\norigin = test.example/post-1\n"
            f"unit = Post 1\n[api]\nsocket = api.sock\n[roles]\n{grants}")

    def run(self, *arguments):
        return subprocess.run([KORDONCTL, "--config", self.config, *map(str, arguments)], capture_output=True, text=True,
                              check=False)

    def ok(self, *arguments):
        outcome = self.run(*arguments)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout


def refused(outcome, code, *words):
    """That exit code, and one line on standard error that says all those words."""
    assert outcome.returncode == code, outcome.stderr
    assert outcome.stderr.startswith("kordonctl: ") and outcome.stderr.count("\n") == 1, outcome.stderr
    for word in words:
        assert word in outcome.stderr


def faulty(outcome, *words):
    """A list that is refused for one fault: a line of its own says those words, the last one how many there are."""
    assert outcome.returncode == 65, outcome.stderr
    fault, total = outcome.stderr.splitlines()
    assert fault.startswith("kordonctl: ") and "nothing was changed: 1 fault in 1 entry; mend" in total, outcome.stderr
    for word in words:
        assert word in fault


@pytest.fixture(scope="module")
def prints(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prints")
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "-n", "3", "-m", "1", "-s", "9", "-o", folder], check=True)
    return folder


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    made.ok("init")
    return made


def entry(number):
    return {"case_number": f"CASE-{number}-XYZZY", "name": f"Unwritten Name {number}", "category": "missing_person",
            "action": "call the second line", "instruction": "ask whether the person is safe", "purposes": ["border_check"],
            "legal_basis": "test", "authority": "test", "entered": "2026-01-31", "expires": "2036-01-31",
            "fingers": [{"position": "right_index", "file": f"{number}_1.png", "ppi": 500}]}


def manifest(prints, path, change=None, version=1, count=3):
    entries = [entry(number + 1) for number in range(count)]
    if change:
        change(entries)
    content = {"list": "test", "version": version, "entries": entries}
    for name in os.listdir(prints):
        shutil.copy(prints / name, path)
    (path / "manifest.json").write_text(json.dumps(content))
    return path / "manifest.json"


# --- The command line

@pytest.mark.parametrize("arguments", [
    (), ("nosuch",), ("--nosuch",), ("watchlist",), ("watchlist", "import"), ("log", "show", "1", "2"), ("identify", "--nosuch"),
    ("identify", "--image"), ("identify", "--finger", "toe"), ("identify", "--ppi", "x"), ("status", "--image", "x")])
def test_usage_errors_are_one_line_and_64(arguments):
    refused(subprocess.run([KORDONCTL, *arguments], capture_output=True, text=True, check=False), 64)


def test_help_exits_0():
    for arguments in (["--help"], ["identify", "--help"], ["log", "verify", "--help"]):
        outcome = subprocess.run([KORDONCTL, *arguments], capture_output=True, text=True, check=False)
        assert (outcome.returncode, outcome.stderr) == (0, "") and outcome.stdout


def test_configuration_errors_name_file_and_line(tmp_path):
    site = Site(tmp_path)
    refused(subprocess.run([KORDONCTL, "--config", tmp_path / "none", "status"], capture_output=True, text=True, check=False),
            78, str(tmp_path / "none"))
    site.config.write_text("[state]\nnosuch = 1\n")
    refused(site.run("status"), 78, f"{site.config}:2", "nosuch")


@pytest.mark.parametrize("command", [("status",), ("scanners",), ("identify", "--image", "x.png"),
                                     ("verify", "--reference", "x.iso")])
def test_without_kordond_its_commands_say_69(site, command):
    refused(site.run(*command), 69, "kordond does not answer")
    failure = json.loads(site.run("--json", *command).stdout)["error"]
    assert failure["reason"] == "DAEMON_NOT_REACHABLE" and failure["exit_code"] == 69


# --- init

def test_init_leaves_key_state_and_verifier_key(tmp_path):
    site = Site(tmp_path)
    answer = json.loads(site.ok("--json", "init"))
    line = (tmp_path / "state/log.vkey").read_text()
    assert line == answer["verifier_key"] + "\n" and line.startswith("test.example/post-1+")
    assert (tmp_path / "keys/machine.key").stat().st_mode & 0o777 == 0o600
    refused(site.run("init"), 75)


def test_T5_a_lost_key_is_never_replaced(site):
    (site.folder / "keys/machine.key").unlink()
    refused(site.run("init"), 78, "the key is missing")
    assert not (site.folder / "keys/machine.key").exists()
    refused(site.run("watchlist", "list"), 78, "the key is missing")


def test_T5_a_key_that_others_may_read_is_refused(site):
    (site.folder / "keys/machine.key").chmod(0o644)
    refused(site.run("log", "verify"), 78, "readable by others")


def test_T7_without_the_role_nothing_is_opened(tmp_path):
    site = Site(tmp_path, roles=("terminal",))
    site.ok("init")
    refused(site.run("watchlist", "list"), 77, "[roles]")


# --- watchlist

def test_import_list_show_erase(site, prints, tmp_path):
    site.ok("watchlist", "import", manifest(prints, tmp_path))
    listed = json.loads(site.ok("--json", "watchlist", "list"))
    assert (listed["list"]["version"], listed["list"]["entries"], len(listed["entries"])) == (1, 3, 3)
    assert "name" not in listed["entries"][0]
    identifier = listed["entries"][0]["entry"]
    assert json.loads(site.ok("--json", "watchlist", "show", identifier))["category"] == "missing_person"
    refused(site.run("watchlist", "erase", identifier), 64, "--justification")
    refused(site.run("watchlist", "erase", "zz", "--justification", "x"), 64)
    site.ok("watchlist", "erase", identifier, "--justification", "found safe")
    refused(site.run("watchlist", "show", identifier), 66)
    assert len(json.loads(site.ok("--json", "watchlist", "list"))["entries"]) == 2
    assert json.loads(site.ok("--json", "watchlist", "check")) == {
        "entries": 2, "found": 0, "problems": [], "not_permitted": {"found": 0, "entries": []}, "next": None}


def test_identities_are_shown_through_kordond_only(site):
    refused(site.run("watchlist", "list", "--identity"), 64, "--justification")
    refused(site.run("watchlist", "list", "--identity", "--justification", "why"), 69)


def test_T1_nothing_of_a_person_is_readable_in_the_state(site, prints, tmp_path):
    path = manifest(prints, tmp_path)
    assert b"XYZZY" in path.read_bytes()
    site.ok("watchlist", "import", path)
    for file in (site.folder / "state").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"XYZZY" not in content and b"Unwritten Name" not in content, file


BAD_ENTRIES = {
    "unknown key": lambda entries: entries[1].update(nosuch=1),
    "no name": lambda entries: entries[1].pop("name"),
    "category": lambda entries: entries[1].update(category="nosuch"),
    "impossible date": lambda entries: entries[1].update(expires="2027-02-30"),
    "missing file": lambda entries: entries[1]["fingers"][0].update(file="none.png"),
    "file elsewhere": lambda entries: entries[1]["fingers"][0].update(file="../../etc/passwd"),
    "no fingers": lambda entries: entries[1].update(fingers=[]),
    "no image": lambda entries: entries[1]["fingers"][0].update(file="manifest.json"),
}


@pytest.mark.parametrize("what", sorted(BAD_ENTRIES))
def test_one_bad_entry_imports_nothing(site, prints, tmp_path, what):
    outcome = site.run("watchlist", "import", manifest(prints, tmp_path, BAD_ENTRIES[what]))
    faulty(outcome, "entry 2 (case CASE-2-XYZZY)")
    assert "Unwritten" not in outcome.stderr
    assert json.loads(site.ok("--json", "watchlist", "list"))["list"]["version"] == 0


def test_Q2_a_sample_too_poor_is_not_enrolled(site, prints, tmp_path):
    white = tmp_path / "white.png"
    # A white picture of 300x300: a real PNG without a fingerprint.
    subprocess.run(["/usr/bin/python3", "-c", "import sys; sys.path.insert(0, sys.argv[1]); import virtual_finger; "
                    "virtual_finger.write_png(sys.argv[2], 300, 300, b'\\xff' * 90000)", f"{SOURCE}/tests/support", white],
                   check=True)
    path = manifest(prints, tmp_path, lambda entries: entries[2]["fingers"][0].update(file="white.png"))
    faulty(site.run("watchlist", "import", path), "entry 3", "white.png")


def test_an_older_list_is_refused(site, prints, tmp_path):
    site.ok("watchlist", "import", manifest(prints, tmp_path, version=2))
    refused(site.run("watchlist", "import", manifest(prints, tmp_path, version=2)), 75)


# --- log

def flip(path, position=-1):
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(bytes(data))


def test_log_verify_show_export_prove(site, tmp_path):
    assert json.loads(site.ok("--json", "log", "verify"))["valid"] is True
    shown = json.loads(site.ok("--json", "log", "show", "0"))
    assert shown["entries"][0]["head"]["seq"] == 0
    refused(site.run("log", "show", "999"), 66)
    site.ok("log", "export", tmp_path / "export")
    refused(site.run("log", "export", tmp_path / "export"), 64, "exists already")
    alone = subprocess.run([KORDONCTL, "--json", "log", "verify", tmp_path / "export"], capture_output=True, text=True,
                           check=False)
    assert json.loads(alone.stdout)["verifier_key_came_with_the_export"] is True
    site.ok("log", "prove", "0", "--out", tmp_path / "receipt")
    assert json.loads(site.ok("--json", "log", "verify-receipt", tmp_path / "receipt"))["seq"] == 0
    refused(site.run("log", "prove", "0", "--out", tmp_path / "receipt"), 64)


def test_L7_flipped_bytes_are_found(site, tmp_path):
    site.ok("log", "export", tmp_path / "export")
    for file in sorted(path for path in (tmp_path / "export").rglob("*") if path.is_file() and path.name != "log.vkey"):
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(tmp_path / "export", tmp_path / "copy")
        flip(tmp_path / "copy" / file.relative_to(tmp_path / "export"), -5)
        outcome = site.run("log", "verify", tmp_path / "copy", "--vkey", site.folder / "state/log.vkey")
        refused(outcome, 1)


def test_L7_a_rolled_back_log_is_found_by_an_older_checkpoint(site, tmp_path):
    shutil.copytree(site.folder / "state", tmp_path / "before")
    site.ok("log", "show", "0")
    site.ok("log", "checkpoint", "--out", tmp_path / "checkpoint")
    site.ok("log", "verify", "--old", tmp_path / "checkpoint")
    shutil.rmtree(site.folder / "state")
    shutil.copytree(tmp_path / "before", site.folder / "state")
    site.ok("log", "verify")
    refused(site.run("log", "verify", "--old", tmp_path / "checkpoint"), 1)


def test_L10_the_verdict_says_what_it_saw(site, tmp_path):
    """Only where every body was seen does it say that every entry is as it was signed."""
    assert "every one as it was signed" in site.ok("log", "verify")
    for _ in range(3):
        site.ok("log", "show", "0")
    site.ok("log", "export", tmp_path / "export", "--withhold", "access")
    said = site.ok("log", "verify", tmp_path / "export")
    assert "every one" not in said
    assert "6 heads and 2 bodies" in said and "withheld        4 bodies" in said and "access" in said
    verdict = json.loads(site.ok("--json", "log", "verify", tmp_path / "export"))
    assert {key: verdict[key] for key in ("valid", "size", "bodies", "withheld", "erased", "unproven", "beyond", "problems",
                                          "withheld_events")} == {
        "valid": True, "size": 6, "bodies": 2, "withheld": 4, "erased": 0, "unproven": 0, "beyond": 0, "problems": 0,
        "withheld_events": "access"}
    shown = json.loads(site.ok("--json", "log", "show", "5"))["entries"][0]["body"]
    assert (shown["withheld_events"], shown["read"], shown["program"], shown["actor_uid"]) == ("access", "files", "kordonctl", os.getuid())


def test_L10_entries_behind_the_last_signature_are_counted(site, tmp_path):
    site.ok("log", "export", tmp_path / "export")
    (tmp_path / "export/tile/entries/000.p/9").write_bytes(b"not signed yet")
    said = site.ok("log", "verify", tmp_path / "export")
    assert "every one" not in said and "beyond          6 entries" in said
    assert json.loads(site.ok("--json", "log", "verify", tmp_path / "export"))["beyond"] == 6


def test_L10_a_body_forged_among_withheld_ones_is_found(site, tmp_path):
    """An export that shows one body of an event whose bodies are withheld is believed by nobody, whoever made it."""
    site.ok("log", "export", tmp_path / "whole")
    site.ok("log", "export", tmp_path / "redacted", "--withhold", "access")
    key = ("--vkey", site.folder / "state/log.vkey")
    bodies = (tmp_path / "redacted/bodies/000.p/4").read_bytes()
    whole = (tmp_path / "whole/bodies/000.p/3").read_bytes()
    assert bodies.endswith(bytes(8))
    (tmp_path / "redacted/bodies/000.p/4").write_bytes(whole + bytes(4))  # shows entry 2 again
    refused(site.run("log", "verify", tmp_path / "redacted", *key), 1, "entry 2", "shown")
    (tmp_path / "redacted/bodies/000.p/4").write_bytes(bodies)
    site.ok("log", "verify", tmp_path / "redacted", *key)
    redaction = tmp_path / "redacted/redaction"
    signed = redaction.read_text()
    redaction.write_text(signed.replace("2-3", "1-3"))
    refused(site.run("log", "verify", tmp_path / "redacted", *key), 1, "redaction", "not signed by")
    redaction.unlink()
    (tmp_path / "redacted/redacted.json").write_text('{"withheld": [2, 3]}')
    refused(site.run("log", "verify", tmp_path / "redacted", *key), 1, "entry 2", "gone")


@pytest.mark.parametrize("events", ["nosuch", "access,access", "access,", ",", "Access", "erasure"])
def test_unknown_events_are_not_withheld(site, tmp_path, events):
    refused(site.run("log", "export", tmp_path / "export", "--withhold", events), 64, "--withhold")
    assert not (tmp_path / "export").exists()


def test_L4_what_is_refused_is_not_logged_as_done(site, tmp_path):
    before = site.ok("log", "checkpoint")
    refused(site.run("log", "export", tmp_path), 64, str(tmp_path))
    refused(site.run("log", "export", tmp_path / "export", "--withhold", "nosuch"), 64, "--withhold")
    assert site.ok("log", "checkpoint") == before


def test_L7_all_broken_entries_are_listed(site, tmp_path):
    for _ in range(4):
        site.ok("log", "show", "0")
    site.ok("log", "export", tmp_path / "export")
    bodies = tmp_path / "export/bodies/000.p/7"
    content = bytearray(bodies.read_bytes())
    starts, at = [], 0
    while at < len(content):
        starts.append(at)
        at += 4 + int.from_bytes(content[at:at + 4], "big")
    for seq in (1, 2, 4):
        content[starts[seq] + 40] ^= 1
    bodies.write_bytes(bytes(content))
    one = site.run("log", "verify", tmp_path / "export")
    refused(one, 1, "entry 1")
    assert one.stdout == ""
    every = site.run("log", "verify", tmp_path / "export", "--all")
    refused(every, 1, "entry 1")
    assert every.stderr == one.stderr
    lines = every.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["entry 1", "entry 2", "entry 4"]
    assert lines[3].startswith("problems        3;") and "7 heads read, 4 bodies" in lines[3]
    outcome = site.run("--json", "log", "verify", tmp_path / "export", "--all")
    refused(outcome, 1, "entry 1")
    verdict = json.loads(outcome.stdout)
    assert verdict["valid"] is False and verdict["problems"] == 3
    assert [found["entry"] for found in verdict["found"]] == [1, 2, 4]
    assert verdict["error"]["reason"] == "ENTRY_BROKEN" and verdict["error"]["subject"] == "entry 1"
    assert site.ok("log", "verify", "--all") and json.loads(site.ok("--json", "log", "verify", "--all"))["found"] == []


def test_a_wrong_path_is_no_broken_log(site, tmp_path):
    """Exit 66 and what is expected there; a log with its checkpoint missing is one, though."""
    key = ("--vkey", site.folder / "state/log.vkey")
    (tmp_path / "empty").mkdir()
    for path in ("typo", "empty", "kordon.conf"):
        for options in ((), key, ("--all", *key)):
            outcome = site.run("log", "verify", tmp_path / path, *options)
            refused(outcome, 66, str(tmp_path / path), "checkpoint and tile/")
            assert "evidence" not in outcome.stderr
    site.ok("log", "export", tmp_path / "export")
    (tmp_path / "export/log.vkey").unlink()
    refused(site.run("log", "verify", tmp_path / "export"), 66, "--vkey")
    (tmp_path / "export/checkpoint").unlink()
    refused(site.run("log", "verify", tmp_path / "export", *key), 1, "checkpoint", "a part of the log is missing")


def test_a_receipt_with_a_changed_body_is_refused(site, tmp_path):
    text = site.ok("log", "prove", "0")
    lines = text.split("\n")
    extra = bytearray(base64.b64decode(lines[1].removeprefix("extra ")))
    extra[-3] ^= 1
    lines[1] = "extra " + base64.b64encode(bytes(extra)).decode()
    (tmp_path / "forged").write_text("\n".join(lines))
    refused(site.run("log", "verify-receipt", tmp_path / "forged"), 1)
    (tmp_path / "empty").write_text("")
    refused(site.run("log", "verify-receipt", tmp_path / "empty"), 65)
