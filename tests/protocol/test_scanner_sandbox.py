"""What a kordon-scanner that was taken over can still do, tried from inside its sandbox (tests/support/sandbox_probe.c)."""

import ctypes
import os
import signal
import subprocess

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")
# landlock_create_ruleset, asked for its version; the number is the same on every architecture
HAS_LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def probe(act, *path):
    """What the act came to, or the signal that ended the process."""
    outcome = subprocess.run([f"{BUILD}/tests/sandbox_probe", act, *map(str, path)], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert outcome.returncode <= 0, outcome.stderr
    return outcome.stdout.strip() if outcome.returncode == 0 else signal.Signals(-outcome.returncode).name


@pytest.fixture(name="secret")
def fixture_secret(tmp_path):
    path = tmp_path / "machine.key"
    path.write_text("secret", encoding="ascii")
    return path


@pytest.mark.skipif(not HAS_LANDLOCK, reason="this kernel has no Landlock")
def test_no_file_can_be_read(secret):
    assert probe("reads", secret) == "EACCES"
    assert probe("reads", "/etc/passwd") == "EACCES"
    assert probe("reads", "/proc/self/maps") == "EACCES"
    assert probe("reads", "/sys") == "allowed"


def test_no_file_can_be_made_or_changed(secret, tmp_path):
    assert probe("creates", tmp_path / "new") in ("EPERM", "EACCES")
    assert not (tmp_path / "new").exists()
    assert probe("deletes", secret) in ("EPERM", "EACCES")
    assert secret.read_text(encoding="ascii") == "secret"
    if HAS_LANDLOCK:
        assert probe("overwrites", secret) == "EACCES"
    assert probe("raises-limit") == "EPERM"


@pytest.mark.parametrize("act", ["executes", "forks", "traces", "connects-inet", "connects-inet6"])
def test_what_only_an_attacker_does_ends_the_process(act):
    assert probe(act, "/bin/true") == "SIGSYS"


@pytest.mark.parametrize("act", ["connects-unix", "maps-code", "types-into-terminal", "signals-parent"])
def test_what_a_library_might_try_is_refused(act):
    assert probe(act) == "EPERM"


def test_threads_are_allowed():
    assert probe("starts-thread") == "allowed"
