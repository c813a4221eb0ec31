"""kordonctl's and kordond's command lines: the configuration that is meant, help and version, and what is checked before work is done."""

import json
import os
import re
import shutil
import subprocess
import tempfile

import pytest

from kordond import KORDONCTL, KORDOND, Kordond, entry, user_name

pytestmark = pytest.mark.skipif(not os.path.exists(KORDOND), reason="kordond is not built")


def run(program, *arguments, **options):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, **options)


# --- The configuration

@pytest.fixture(name="site")
def fixture_site(tmp_path):
    """A configuration whose paths are relative, in a folder of its own."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "kordon.conf").write_text(
        "[state]\ndirectory = state\nmachine_key = file:machine.key\n[log]\norigin = test.example/post-1\nunit = Post 1\n"
        f"[api]\nsocket = api.sock\n[scanner]\nenabled = no\n[roles]\nsupervisor = user:{user_name()}\nauditor = user:{user_name()}\n")
    return folder


@pytest.mark.parametrize("where, given", [("site", "kordon.conf"), (".", "site/kordon.conf"), ("elsewhere", "../site/kordon.conf"),
                                          ("elsewhere", "link.conf")])
def test_A7_a_relative_configuration_means_the_same_to_both_wherever_they_are_started(site, where, given):
    elsewhere = site.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "link.conf").symlink_to(site / "kordon.conf")
    outcome = run(KORDONCTL, "--config", given, "--json", "init", cwd=site.parent / where)
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["state"] == str(site / "state")
    assert sorted(os.listdir(site)) == ["kordon.conf", "machine.key", "state"] and os.listdir(elsewhere) == ["link.conf"]
    with subprocess.Popen([KORDOND, "--config", given], cwd=site.parent / where, stdout=subprocess.PIPE, text=True) as kordond:
        assert kordond.stdout.readline().startswith(f"kordond: ready at {site}/api.sock")
        assert run(KORDONCTL, "--config", given, "status", cwd=site.parent / where).returncode == 0
        kordond.terminate()
    assert kordond.returncode == 0


@pytest.mark.skipif(os.path.exists("/etc/kordon/kordon.conf"), reason="there is a configuration on this machine")
@pytest.mark.parametrize("program, arguments", [(KORDONCTL, ["status"]), (KORDOND, []), (KORDOND, ["--check-config"])])
def test_A7_without_config_both_want_the_same_file_and_say_how_to_name_another(program, arguments):
    outcome = run(program, *arguments)
    assert outcome.returncode == 78 and outcome.stderr.count("\n") == 1
    assert "/etc/kordon/kordon.conf: " in outcome.stderr and "name it with --config" in outcome.stderr


# --- About the programs

@pytest.mark.parametrize("program", [KORDONCTL, KORDOND])
def test_version_is_one_line_with_name_and_number(program):
    outcome = run(program, "--version")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert re.fullmatch(rf"{os.path.basename(program)} \d+\.\d+\.\d+( [0-9a-f]+)?\n", outcome.stdout)


def commands():
    return re.findall(r"^  ([a-z]+(?: [a-z-]+)?) ", run(KORDONCTL, "help").stdout, re.M)


def test_help_of_each_command_in_either_form():
    assert len(commands()) > 15 and "log verify-receipt" in commands()
    assert run(KORDONCTL, "help").stdout == run(KORDONCTL, "--help").stdout
    for command in commands():
        asked = run(KORDONCTL, *command.split(), "--help")
        assert asked.returncode == 0 and asked.stderr == "" and f"kordonctl {command}" in asked.stdout
        assert run(KORDONCTL, "help", *command.split()).stdout == asked.stdout
        assert run(KORDONCTL, *command.split(), "--version").stdout == run(KORDONCTL, "--version").stdout


@pytest.mark.parametrize("arguments", [("help", "nosuch"), ("help", "log", "nosuch"), ("help", "status", "more")])
def test_help_of_no_command_is_refused(arguments):
    outcome = run(KORDONCTL, *arguments)
    assert outcome.returncode == 64 and outcome.stderr.count("\n") == 1 and outcome.stdout == ""


@pytest.mark.parametrize("group", ["referral", "redress", "log", "tls"])
def test_help_of_a_group_lists_its_commands_alone(group):
    shown = run(KORDONCTL, "help", group)
    assert shown.returncode == 0 and run(KORDONCTL, group, "--help").stdout == shown.stdout
    assert re.findall(r"^  ([a-z]+(?: [a-z-]+)?) ", shown.stdout, re.M) == [name for name in commands() if name.startswith(f"{group} ")]


@pytest.mark.parametrize("given, names, meant", [
    (["referral", "tak", "4f"], "referral tak: ", "perhaps kordonctl referral take is meant"),
    (["refferal", "list"], "refferal: ", "perhaps kordonctl referral is meant"),
    (["take", "4f"], "take: ", "perhaps kordonctl referral take is meant"),
    (["referral"], "referral: ", "say which: list, show, take, "),
    (["referral", "xyz"], "referral xyz: ", "there are list, show, take, "),
    (["nosuch"], "nosuch: ", "see kordonctl help"),
    (["referral", "hand-over", "4f"], "referral hand-over: ", "PERSON is missing: write kordonctl referral hand-over ID PERSON"),
    (["referral", "hand-over"], "referral hand-over: ", "ID is missing: write kordonctl referral hand-over ID PERSON"),
    (["referral", "show", "4f", "more"], "more: ", "one argument too many: write kordonctl referral show ID"),
    (["referral", "judge", "4f", "--resaon", "x"], "--resaon: ", "perhaps --reason is meant"),
    (["referral", "judge", "4f", "--reason"], "--reason: ", "its value is missing: write --reason TEXT"),
    (["referral", "judge", "4f", "--reason", ""], "--reason: ", "the value is empty"),
    (["referral", "judge", "4f", "--reason", "a", "--reason", "b"], "--reason: ", "it is given twice"),
    (["referral", "show", "4f", "--reason=secret"], "--reason: ", "it means nothing to kordonctl referral show"),
    (["referral", "list", "--json=1"], "--json: ", "it takes no value"),
    (["--reason", "x", "referral", "list"], "--reason: ", "it stands behind the command"),
    (["identify", "--re", "x"], "--re: ", "several options begin so"),
    (["identify", "--ppi", "500"], "--ppi: ", "it does nothing without --image"),
    (["identify", "--device", "x", "--finger", "right_index"], "--device: ", "it does nothing without --image"),
    (["identify", "--scanner", "x", "--image", "a.png"], "--scanner: ", "it does nothing with --image"),
    (["verify", "--reference-ppi", "500"], "--reference-ppi: ", "it does nothing without --reference"),
    (["identify", "--zzz=secret"], "--zzz: ", "no such option")])
def test_H4_what_is_not_understood_is_named_with_what_to_write(given, names, meant):
    outcome = run(KORDONCTL, *given, env={**os.environ, "LC_ALL": "C"})
    assert (outcome.returncode, outcome.stdout, outcome.stderr.count("\n")) == (64, "", 1)
    assert outcome.stderr.startswith(f"kordonctl: {names}") and meant in outcome.stderr and "secret" not in outcome.stderr


def test_H4_what_is_not_understood_is_said_in_ukrainian():
    told = run(KORDONCTL, "referral", "hand-over", "4f", env={**os.environ, "LC_ALL": "uk_UA.UTF-8"}).stderr
    assert "бракує PERSON: напишіть kordonctl referral hand-over ID PERSON" in told


# --- Before the comparison

@pytest.fixture(name="listed")
def fixture_listed(daemon, fingers):
    assert daemon.client().import_list([entry(fingers[number, 1], number) for number in (4, 5)]).status == 200
    return daemon


def entries(daemon):
    return daemon.ctl_ok("log", "show", "--from", "0", "--count", "1000")["size"]


@pytest.mark.parametrize("place, code, word", [
    ("there", 64, "exists already"), ("dangling", 64, "exists already"), ("no/such/folder", 66, "no/such/folder"),
    ("folder/", 64, "folder/"), ("there/below", 66, "there/below")])
@pytest.mark.parametrize("command", [("identify", "--receipt"), ("log", "checkpoint", "--out"), ("log", "prove", "0", "--out")])
def test_L4_where_the_output_cannot_go_is_said_before_anything_is_done(listed, fingers, tmp_path, command, place, code, word):
    (tmp_path / "1.png").write_bytes(fingers[1, 1])
    (tmp_path / "there").write_text("kept")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    image = ("--image", tmp_path / "1.png", "--ppi", "500") if command[0] == "identify" else ()
    before = entries(listed)
    reason, status, _ = listed.ctl_refused(*command, f"{tmp_path}/{place}", *image)
    assert status == code and word in listed.ctl(*command, f"{tmp_path}/{place}", *image).stderr, reason
    assert entries(listed) == before + 1  # the look at them
    assert (tmp_path / "there").read_text() == "kept" and sorted(os.listdir(tmp_path)) == ["1.png", "dangling", "folder", "there"]


def test_L4_a_folder_that_may_not_be_written_is_said_before_anything_else(tmp_path):
    nobody = {"user": 65534} if os.getuid() == 0 else {}
    program = shutil.copy(KORDONCTL, tempfile.mkdtemp())  # where nobody can reach it
    os.chmod(os.path.dirname(program), 0o755)
    outcome = run(program, "--config", tmp_path / "none", "identify", "--receipt", "/receipt", **nobody)
    shutil.rmtree(os.path.dirname(program))
    assert outcome.returncode == 77 and outcome.stderr.startswith("kordonctl: /receipt: not permitted"), outcome.stderr


def test_L4_a_receipt_in_the_working_folder(listed, fingers, tmp_path):
    (tmp_path / "1.png").write_bytes(fingers[1, 1])
    outcome = listed.ctl("identify", "--receipt", "receipt", "--image", "1.png", "--ppi", "500", cwd=tmp_path)
    assert outcome.returncode == 1, outcome.stderr
    assert sorted(os.listdir(tmp_path)) == ["1.png", "receipt"]


# --- Which image is of which finger

FINGERS = ("right_index", "left_thumb")


def order(text, images):
    """f and i: the next --finger, the next --image."""
    given, fingers, files = [], iter((*FINGERS, "unknown")), iter(images)
    for kind in text:
        given += ["--finger", next(fingers)] if kind == "f" else ["--image", next(files)]
    return given


@pytest.fixture(name="images")
def fixture_images(fingers, tmp_path):
    for number in (1, 2, 3):
        (tmp_path / f"{number}.png").write_bytes(fingers[number, 1])
    return [tmp_path / f"{number}.png" for number in (1, 2, 3)]


def qualities(daemon, *arguments):
    """{position: quality}, of which one tells which image it was."""
    outcome = daemon.ctl("identify", "--ppi", "500", *arguments)
    assert outcome.returncode in (1, 2), outcome.stderr
    return {sample["position"]: sample["quality"] for sample in json.loads(outcome.stdout)["samples"]}


@pytest.mark.parametrize("text", ["fifi", "ifif", "ffii", "iiff"])
def test_F1_each_image_is_of_the_finger_that_it_is_given_with(listed, images, text):
    alone = {finger: qualities(listed, "--finger", finger, "--image", image)[finger] for finger, image in zip(FINGERS, images)}
    assert alone[FINGERS[0]] != alone[FINGERS[1]]
    assert qualities(listed, *order(text, images)) == alone


@pytest.mark.parametrize("text, word", [("fiif", "not certain"), ("iffi", "not certain"), ("ffi", "--finger"), ("fif", "--finger"),
                                        ("fii", "--image"), ("ifi", "--image")])
def test_F1_an_image_whose_finger_is_not_certain_is_refused(site, images, text, word):
    outcome = run(KORDONCTL, "--config", site / "kordon.conf", "identify", *order(text, images))
    assert outcome.returncode == 64 and word in outcome.stderr and outcome.stderr.count("\n") == 1


# --- Files

def test_A5_a_manifest_behind_a_link_is_refused_with_what_to_do(site, tmp_path):
    run(KORDONCTL, "--config", site / "kordon.conf", "init")
    (tmp_path / "list").mkdir()
    (tmp_path / "list/manifest.json").write_text('{"list":"test","version":1,"entries":[]}')
    (tmp_path / "manifest.json").symlink_to("list/manifest.json")
    outcome = run(KORDONCTL, "--config", site / "kordon.conf", "watchlist", "import", "--allow-empty", tmp_path / "manifest.json")
    assert outcome.returncode != 0 and outcome.stderr.count("\n") == 1
    assert f"{tmp_path}/manifest.json: " in outcome.stderr and "symbolic link: name the file that it leads to" in outcome.stderr
    direct = run(KORDONCTL, "--config", site / "kordon.conf", "watchlist", "import", "--allow-empty", tmp_path / "list/manifest.json")
    assert direct.returncode == 0, direct.stderr


@pytest.mark.parametrize("program", ["missing", "folder", "plain"])
def test_F3_a_scanner_program_that_cannot_run_is_named_by_the_check_and_at_the_start(tmp_path, program):
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    kordond = Kordond(tmp_path / "k", scanner__enabled="yes", scanner__program=f"{tmp_path}/{program}").init()
    checked = run(KORDOND, "--config", kordond.configuration, "--check-config")
    assert checked.returncode == 78 and f"{tmp_path}/{program}: " in checked.stderr and "enabled = no" in checked.stderr
    kordond.start()
    try:
        assert checked.stderr in kordond.errors()
    finally:
        kordond.stop()
    shutil.rmtree(tmp_path / "k")


def test_F3_where_no_readers_are_wanted_their_program_need_not_be_there(tmp_path):
    kordond = Kordond(tmp_path / "k", scanner__enabled="no", scanner__program=f"{tmp_path}/missing").init()
    checked = run(KORDOND, "--config", kordond.configuration, "--check-config")
    assert checked.returncode == 0 and checked.stderr == "", checked.stderr


@pytest.mark.parametrize("first, status, said", [("ukrain", 66, "ukraine, ees, protection"), ("no.policy", 66, "ukraine, ees, protection"),
                                                 ("bad.policy", 65, "bad.policy:2"), ("demonstration", 65, "demonstration")])
def test_F3_a_policy_to_begin_with_that_is_none_is_named_by_the_check(tmp_path, first, status, said):
    """Before kordonctl init meets it; a post that runs needs it no more, and starts."""
    (tmp_path / "bad.policy").write_text("[policy]\nnme = x\n")
    kordond = Kordond(tmp_path / "k", scanner__enabled="no", roles={"terminal": f"user:{user_name()}"}, policy__first="ukraine",
                      **{"person boris__full_name": "Boris"}).init()
    with open(kordond.configuration, encoding="utf-8") as stream:
        text = stream.read()
    wrong = f"{tmp_path}/{first}" if "." in first else first
    with open(kordond.configuration, "w", encoding="utf-8") as stream:
        stream.write(text.replace("first = ukraine\n", f"first = {wrong}\n"))
    checked = run(KORDOND, "--config", kordond.configuration, "--check-config")
    assert (checked.returncode, checked.stdout) == (status, "") and said in checked.stderr, checked
    kordond.start()
    kordond.stop()


@pytest.mark.parametrize("first", ["", "ukraine"])
def test_F3_before_there_is_a_state_the_check_says_what_comes_next(tmp_path, first):
    """A key that was never made is not lost; one that is missing beside a state is."""
    kordond = Kordond(tmp_path / "k", scanner__enabled="no", roles={"terminal": f"user:{user_name()}"}, policy__first=first or "ukraine", **{"person boris__full_name": "Boris"})
    if first == "":
        with open(kordond.configuration, encoding="utf-8") as stream:
            text = stream.read()
        with open(kordond.configuration, "w", encoding="utf-8") as stream:
            stream.write(text.replace("first = ukraine\n", ""))
    checked = run(KORDOND, "--config", kordond.configuration, "--check-config")
    assert checked.returncode == 0 and "kordonctl init" in checked.stdout and "locked:" not in checked.stdout, checked
    assert ("[policy] first is missing" in checked.stdout) == (first == "")
    if first == "":
        return
    kordond.init()
    os.unlink(f"{kordond.folder}/machine.key")
    checked = run(KORDOND, "--config", kordond.configuration, "--check-config")
    assert "the key is missing" in checked.stdout and "kordonctl init" not in checked.stdout, checked
