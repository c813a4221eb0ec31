"""The demonstration, whole, with the programs of this build: under the address sanitizer it shows no error and no leak."""

import os
import subprocess

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")


def run_demo(state):
    environment = {**os.environ, "KORDON_DEMO_DIR": str(state)}
    return subprocess.run([f"{SOURCE}/tools/demo/demo.sh", BUILD, str(state)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=environment, check=False)


def test_demo_holds_in_every_step_and_leaves_its_state(tmp_path):
    state = tmp_path / "demo"
    outcome = run_demo(state)
    assert outcome.returncode == 0, outcome.stdout[-4000:] + outcome.stderr[-2000:]
    said = outcome.stdout + outcome.stderr
    assert "AddressSanitizer" not in said and "LeakSanitizer" not in said and "runtime error" not in said
    for name in ("kordon.conf", "kordon.db", "log.vkey"):
        assert (state / name).exists(), name
    for guided in ("Press the finger a little more firmly", "Посуньте палець угору", "REFERRAL to the second line", "it serves TLS 1.3"):
        assert guided in said, said[-4000:]
    again = run_demo(state)
    assert again.returncode == 0, again.stdout[-4000:] + again.stderr[-2000:]


def test_demo_does_not_replace_what_is_not_its_own(tmp_path):
    state = tmp_path / "mine"
    state.mkdir()
    (state / "letter").write_text("keep me")
    outcome = run_demo(state)
    assert outcome.returncode != 0
    assert (state / "letter").read_text() == "keep me"
