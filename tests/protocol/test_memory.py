"""T1: what the list says of a person is in no core dump of kordond, whatever was just done with it."""

import os
import shutil
import subprocess

import pytest

from kordond import entry

NAME, CASE = "Zlatoslava Vyhadana-Unikalna", "CASE-UNIQUE-775533"


@pytest.mark.skipif(shutil.which("gcore") is None, reason="gdb is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="kordond lets only root look into it")
@pytest.mark.skipif("asan" in os.environ.get("KORDON_BUILD_DIR", ""),
                    reason="the address sanitizer keeps freed memory on purpose")
def test_T1_no_identity_in_a_core_dump(daemon, fingers, tmp_path):
    client = daemon.client()
    assert client.import_list([entry(fingers[1, 1], 1, name=NAME, case_number=CASE)]).status == 200
    assert client.identify(fingers[1, 2]).json["result"]["decision"] == "match"
    client.close()
    dumped = subprocess.run(["gcore", "-o", str(tmp_path / "core"), str(daemon.process.pid)], capture_output=True,
                            text=True, check=False)
    assert dumped.returncode == 0, dumped.stderr
    with open(tmp_path / f"core.{daemon.process.pid}", "rb") as stream:
        core = stream.read()
    assert b"kordon.example/test" in core  # the dump is a real one
    assert NAME.encode() not in core
    assert CASE.encode() not in core
