"""Fixtures of the tests of a running kordond."""

import os
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/support")
from kordond import KORDOND, KORDONCTL, PRINTS_BUILD, Clock, Kordond, own_temporary_folder, prints  # noqa: E402  pylint: disable=wrong-import-position

# Whoever started the tests may have had the terminal's hanging up ignored, which programs inherit: then none could be asked to end by it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

TEMPORARY = own_temporary_folder()


@pytest.fixture(name="daemon_of")
def fixture_daemon_of(tmp_path_factory):
    """Makes running daemons with the given options; each must end in order."""
    if not (os.path.exists(KORDOND) and os.path.exists(KORDONCTL)):
        pytest.skip("kordond or kordonctl is not built")
    made = []

    def make(**options):
        daemon = Kordond(tmp_path_factory.mktemp("d"), **options).init()
        made.append(daemon)
        return daemon.start()
    yield make
    failures = []
    for daemon in made:
        try:
            daemon.stop()
        except AssertionError as error:
            failures.append(str(error))
            daemon.kill()
    assert failures == []


@pytest.fixture(name="daemon")
def fixture_daemon(daemon_of):
    return daemon_of()


@pytest.fixture(name="client")
def fixture_client(daemon):
    return daemon.client()


@pytest.fixture(name="clock")
def fixture_clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture(name="fingers", scope="session")
def fixture_fingers(tmp_path_factory):
    """{(finger, impression): PNG bytes}; the first three are listed by the tests, the others never are."""
    return prints(tmp_path_factory.mktemp("prints"), fingers=6, impressions=3)


@pytest.fixture(name="records", scope="session")
def fixture_records(fingers, tmp_path_factory):
    """{(finger, impression): ISO/IEC 19794-2:2005 record} of the prints."""
    images, made = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("records")
    for (finger, impression), image in fingers.items():
        (images / f"{finger}_{impression}.png").write_bytes(image)
    subprocess.run([f"{PRINTS_BUILD}/tools/bench/kordon-bench", "templates", "--set", images, "--ppi", "500", "--out", made],
                   capture_output=True, check=True)
    return {tuple(map(int, path.stem.split("_"))): path.read_bytes() for path in made.iterdir()}


@pytest.fixture(name="small_disk")
def fixture_small_disk(tmp_path):
    """A folder on a file system of 12 MB; what runs on it must have ended."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", folder], check=False, capture_output=True).returncode != 0:
        pytest.skip("needs root, to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
