"""The demonstration, whole, with the programs of this build: under the address sanitizer it shows no error and no leak."""

import os
import re
import subprocess

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")


def run_demo(state):
    environment = {**os.environ, "KORDON_DEMO_DIR": str(state)}
    return subprocess.run([f"{SOURCE}/tools/demo/demo.sh", BUILD, str(state)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=environment, check=False)


def shape(line):
    """A line without what may be another each time: ids, times, keys, places in the log."""
    line = re.sub(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}|\+[0-9a-f]{8}\+\S+", "...", line.strip())
    return re.sub(r"^tampered/\S* byte \d+|(?<=entry )\d+|(?<=журналу )\d+|\d+(?= entries)", "...", line)


def shown_on_the_first_page():
    """What README.md says that the demonstration says; commands are shortened there, and lines that are left out are counted in brackets."""
    with open(f"{SOURCE}/README.md", encoding="utf-8") as stream:
        page = stream.read().split("From `./run demo`")[1].split("\n## ")[0]
    lines = [line.strip() for line in page.splitlines() if line.startswith("    ")]
    return [line for line in lines if not line.startswith(("$ ", "(and "))]


def test_demo_holds_in_every_step_and_leaves_its_state(tmp_path):
    state = tmp_path / "demo"
    outcome = run_demo(state)
    assert outcome.returncode == 0, outcome.stdout[-4000:] + outcome.stderr[-2000:]
    said = outcome.stdout + outcome.stderr
    assert "AddressSanitizer" not in said and "LeakSanitizer" not in said and "runtime error" not in said
    for name in ("kordon.conf", "kordon.db", "log.vkey"):
        assert (state / name).exists(), name
    for guided in ("Press the finger a little more firmly", "Посуньте палець угору", "REFERRAL to the protection officer", "it serves TLS 1.3"):
        assert guided in said, said[-4000:]
    lines, shown = {shape(line) for line in said.splitlines()}, shown_on_the_first_page()
    assert len(shown) > 40 and [line for line in shown if shape(line) not in lines] == []
    again = run_demo(state)
    assert again.returncode == 0, again.stdout[-4000:] + again.stderr[-2000:]


def test_demo_does_not_replace_what_is_not_its_own(tmp_path):
    state = tmp_path / "mine"
    state.mkdir()
    (state / "letter").write_text("keep me")
    outcome = run_demo(state)
    assert outcome.returncode != 0
    assert (state / "letter").read_text() == "keep me"
