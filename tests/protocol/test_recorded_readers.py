"""Recorded real readers ($KORDON_DATA/drivers, replayed by umockdev) deliver their image into a transaction."""

import os
import shutil
import signal
import subprocess

import pytest

from kordond import KORDOND, PATIENCE, Kordond, wait_until
from test_scanner import DRIVERS, recorded_readers, replay_arguments


class ReplayedKordond(Kordond):
    """kordond below umockdev-run, which shows it and its children one recorded reader."""

    def replay(self, reader):
        folder = f"{DRIVERS}/{reader}"
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.log = open(f"{self.folder}/kordond.err", "ab")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["umockdev-run", "-d", f"{folder}/device", *replay_arguments(folder), "--", KORDOND, "--config",
             self.configuration],
            stdout=subprocess.PIPE, stderr=self.log,
            env={**os.environ, "FP_DEVICE_EMULATION": "1", "ASAN_OPTIONS": sanitizer})
        line = self.process.stdout.readline().decode()
        assert line.startswith("kordond: ready"), line + self.errors()
        return self

    def signal(self, number):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as stream:
            for child in stream.read().split():
                with open(f"/proc/{child}/comm", encoding="ascii") as name:
                    if name.read().strip() == "kordond":
                        os.kill(int(child), number)


@pytest.mark.skipif(not recorded_readers(), reason="no recorded readers: KORDON_DATA names no folder with drivers/")
@pytest.mark.skipif(shutil.which("umockdev-run") is None, reason="umockdev is not installed")
@pytest.mark.parametrize("reader", recorded_readers() or ["none"])
def test_recorded_reader_delivers_into_a_transaction(reader, tmp_path):
    daemon = ReplayedKordond(tmp_path, scanner__enabled="yes").init().replay(reader)
    try:
        client = daemon.client()
        wait_until(lambda: any(scanner["state"] == "ready" for scanner in client.get("/v1/scanners").json["scanners"]))
        transaction = client.open(kind="verification")
        answer = client.post(f"/v1/transactions/{transaction}/captures", b'{"position":"right_index","timeout_ms":20000}')
        # These sensors are small: a picture may well be refused as too poor, but it has arrived and was judged.
        assert answer.status == 200 or answer.reason in ("SAMPLE_TOO_POOR", "SAMPLE_TOO_SMALL"), answer
        if answer.status == 200:
            sample, = answer.json["samples"]
            assert reader in sample["device"], sample
        client.close()
        # Not asked to end: umockdev's preloaded library keeps the mask of signals that it restores for all threads alike, so two of them that
        # open files at once may leave the loop's thread with all signals blocked.
        daemon.signal(signal.SIGKILL)
        daemon.process.wait(timeout=PATIENCE)
    finally:
        daemon.kill()
