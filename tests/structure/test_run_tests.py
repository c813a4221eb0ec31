"""What ./run test says of a unit test that had to be left out: skipped, by name, and why. meson itself counts it as passed."""

import os
import subprocess
import sys

import pytest

from test_structure import SOURCE

sys.path.insert(0, f"{SOURCE}/tests")
from run_tests import read_junit  # noqa: E402  pylint: disable=wrong-import-position

PROGRAM = """1..5
ok 1 - test_that_passes
# skipped: only root may give files away
ok 2 - test_that_is_left_out
# skipped: too little memory for 64 MB
# skipped: too little memory for 128 MB
ok 3 - test_that_is_left_out_in_part
# skipped: nothing here
not ok 4 - test_that_fails_behind_it
ok 5 - test_behind_it
"""
NOTHING = "1..0 # SKIP there are no records of other programs here\n"


@pytest.fixture(name="report")
def fixture_report(tmp_path):
    """What meson itself makes of two programs."""
    (tmp_path / "meson.build").write_text("project('p')\n" + "".join(
        f"test('{name}', find_program('./{name}.sh'), protocol: 'tap', suite: 'unit')\n" for name in ("some", "none")))
    for name, lines in (("some", PROGRAM), ("none", NOTHING)):
        (tmp_path / f"{name}.sh").write_text(f"#!/bin/sh\ncat <<'TEXT'\n{lines}TEXT\n")
        os.chmod(tmp_path / f"{name}.sh", 0o755)
    subprocess.run(["/usr/bin/meson", "setup", "b"], cwd=tmp_path, capture_output=True, check=True)
    subprocess.run(["/usr/bin/meson", "test", "-C", "b", "--logbase", "unit"], cwd=tmp_path, capture_output=True, check=False)
    return tmp_path / "b/meson-logs/unit.junit.xml"


def test_what_was_left_out_is_counted_as_skipped_and_says_why(report):
    totals, failures, skipped = read_junit(report)
    assert (totals.passed, totals.failed, totals.skipped) == (2, 1, 3), (failures, skipped)
    assert failures == ["p.some: 4 - test_that_fails_behind_it"]
    assert [line.strip() for line in skipped] == [
        "skipped: p.some: 2 - test_that_is_left_out: only root may give files away",
        "skipped: p.some: 3 - test_that_is_left_out_in_part: too little memory for 64 MB; too little memory for 128 MB",
        "skipped: p: none: 1..0 # SKIP there are no records of other programs here"]
