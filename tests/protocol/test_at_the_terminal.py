"""What stands on an officer's terminal is what kordonctl says, and Ctrl-C ends what he sees."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import threading

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDONCTL, PATIENCE, entry  # noqa: E402  pylint: disable=wrong-import-position
from relay import Relay  # noqa: E402  pylint: disable=wrong-import-position

HARM = "\x1b[2J\x9b31m\u202e\x07"


def harmful(value, key=""):
    """The answer with what steers a terminal in each of its texts; what kordonctl can't do without stays."""
    if isinstance(value, dict):
        return {name: harmful(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [harmful(each, key) for each in value]
    return value + HARM if isinstance(value, str) and key not in ("transaction", "decision", "hash") else value


def on_a_terminal(configuration, *arguments, typed=""):
    """All that a terminal is shown by kordonctl, which has it as all three of its streams."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    shown = b""
    with subprocess.Popen([KORDONCTL, "--config", configuration, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        with contextlib.suppress(OSError):
            while part := os.read(ours, 1 << 16):
                shown += part
        program.wait(timeout=PATIENCE)
    os.close(ours)
    return program.returncode, shown.decode(errors="surrogateescape")


def test_no_answer_steers_the_terminal(daemon_of, fingers, tmp_path):
    """Whoever stands between, or took kordond's place, writes what the officer sees; he must not write over it."""
    daemon = daemon_of(roles={role: "user:root" for role in ("terminal", "supervisor", "auditor")})
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1])]).status == 200
    found = client.identify(fingers[1, 2]).json["transaction"]
    (tmp_path / "print.png").write_bytes(fingers[1, 3])
    put_off = {"capture_due": {"since": "2026-01-01", "due": "2026-02-02", "reason": "other"}, "capture_due_unknown": "unread"}
    identify = ("identify", "--finger", "right_index", "--image", tmp_path / "print.png")
    commands = [("status",), ("scanners",), ("mode", "show"), ("transaction", "list"), ("transaction", "show", found), ("policy", "show"),
                ("policy", "show", "--text"), ("policy", "diff"), ("notice", "border_check"), ("selftest",), ("log", "show"), ("log", "show", "--brief"),
                ("log", "holds"), ("figures",), ("watchlist", "list"), ("watchlist", "check"), ("transaction", "receipt", found), identify,
                ("verify", "--exception", "impossible:worn_fingers"), ("transaction", "show", "0" * 32), ("mode", "resume"), ("identify",)]

    def change(method, path, answer):
        return harmful({**answer, **put_off} if (method, path) == ("POST", "/v1/transactions") else answer)
    with Relay(daemon, change) as relay:
        seen = [on_a_terminal(relay.configuration, *command) for command in commands]
    for command, (_, shown) in zip(commands, seen):
        assert shown.strip() and not set(shown) & set("\x1b\x9b\u202e\x07"), (command, shown)
    assert "put off on 2026-01-01?[2J" in seen[commands.index(identify)][1]
    assert sum("<U+202E>" in shown for _, shown in seen) > len(commands) // 2


def test_L1_ctrl_c_at_a_question_leaves_nothing(daemon_of):
    """A terminal's own Ctrl-C, before anything is opened."""
    daemon = daemon_of(roles={"terminal": "user:root"}, **{"person boris__full_name": "Boris"})
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(KORDONCTL, [KORDONCTL, "--config", str(daemon.configuration), "identify", "--officer", "boris", "--traveller-group", "crew", "--age-band", "18_and_over"])
    shown = b""
    while not shown.endswith(b"their names): "):
        shown += os.read(terminal, 1 << 16)
    os.write(terminal, b"\x03")
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 1 << 16):
            shown += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 75 and b"the capture was cancelled" in shown, shown
    assert daemon.ctl_ok("transaction", "list")["transactions"] == []


def test_L1_ctrl_c_behind_the_last_picture_leaves_no_comparison(daemon_of, fingers, tmp_path):
    """The officer believes that he cancelled: a decision that was recorded then would be one that nobody asked for. It comes while kordond
    answers the request of that number, counted from the opening."""
    daemon = daemon_of(identification__require_armed="no")
    (tmp_path / "print.png").write_bytes(fingers[1, 1])
    asked = []
    for at in ("/v1/transactions", "/samples", "/samples of the last one"):
        del asked[:]
        held, program = threading.Event(), []

        def change(_, path, answer, at=at, held=held, program=program):
            asked.append(path)
            samples = sum("/samples" in each for each in asked)
            if path == "/v1/transactions" == at or ("/samples" in path and samples == (1 if at == "/samples" else 2)):
                assert held.wait(60)
                program[0].send_signal(signal.SIGINT)
            return answer
        with Relay(daemon, change) as relay:
            program.append(subprocess.Popen(  # pylint: disable=consider-using-with
                [KORDONCTL, "--config", relay.configuration, "identify", "--finger", "right_index", "--image", tmp_path / "print.png",
                 "--finger", "right_middle", "--image", tmp_path / "print.png"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)))
            held.set()
            out, said = program[0].communicate(timeout=PATIENCE)
        assert (program[0].returncode, out) == (75, "") and "the capture was cancelled" in said, (at, said)
        assert not any("/decision" in path for path in asked), asked
        assert daemon.ctl_ok("transaction", "list")["transactions"][0]["state"] == "cancelled"
    ends = [each["body"] for each in daemon.client().log() if each["head"]["event"] == "consultation"]
    assert [each["why"] for each in ends] == ["CAPTURE_CANCELLED"] * 3


def test_A9_what_kordond_has_no_time_for_is_asked_again_under_its_key(daemon_of, fingers, tmp_path):
    """Something else may be on its way for a moment, which nobody who types a command can know; what lasts is told as it is."""
    daemon = daemon_of(roles={role: "user:root" for role in ("terminal", "supervisor")})
    assert daemon.client().import_list([entry(fingers[1, 1])]).status == 200
    (tmp_path / "print.png").write_bytes(fingers[1, 2])
    busy = (503, {"reason": "BUSY", "exit_code": 69, "subject": "transaction", "detail": "another one ends", "remedy": "try again"})
    keys, refused = [], []

    def refuse(method, path, headers):
        if (method, path) != ("POST", "/v1/transactions"):
            return None
        keys.append(headers["Idempotency-Key"])
        return refused.pop() if refused else None
    with Relay(daemon, lambda method, path, answer: answer, refuse) as relay:
        command = [KORDONCTL, "--config", relay.configuration, "identify", "--finger", "right_index", "--image", str(tmp_path / "print.png")]
        refused += [busy]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        assert outcome.returncode == 0 and len(keys) == 2 and len(set(keys)) == 1, outcome
        refused += 4 * [busy]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 69 and "another one ends" in outcome.stderr and not refused, outcome
