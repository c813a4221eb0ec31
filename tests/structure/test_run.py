"""./run installs what is missing or too old, or says in one line why it can't; in a folder without sources, where all it can do then is fail to build."""

import os
import re
import shutil
import subprocess

import pytest

from test_structure import SOURCE, read

NEEDED = "bash dirname cat mktemp tail head paste rm sed env dpkg cp".split()
BUILD_FAILED = 70  # the packages are there

# Stand-ins over a folder with a file for each package that is installed, and one in new/ for each that apt-get could bring.
PROGRAMS = {
    "dpkg-query": 'for name; do :; done; [ -f "$PACKAGES/$name" ] && echo "installed $(cat "$PACKAGES/$name")"',
    "apt-get": 'echo "$*" >>"$PACKAGES/asked"; [ ! -f "$PACKAGES/fails" ] || { echo "E: no network"; exit 100; }; '
               'for name; do [ ! -f "$PACKAGES/new/$name" ] || cp "$PACKAGES/new/$name" "$PACKAGES/$name"; done',
    "id": 'echo "${USER_ID:-0}"',
}


@pytest.fixture(name="machine")
def fixture_machine(tmp_path):
    """All packages are installed, and new enough."""
    for folder in ("packages/new", "bin", "project"):
        (tmp_path / folder).mkdir(parents=True)
    for name, lines in PROGRAMS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    for name in NEEDED:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    shutil.copy(f"{SOURCE}/run", tmp_path / "project/run")
    packages = read("run").split('build_packages="')[1].split('"')[0].split()
    for package in packages:
        (tmp_path / "packages" / package.split(">=")[0]).write_text("3.0.21-1~deb12u1")
    return tmp_path


def run(machine, **environment):
    environment = {"PATH": f"{machine}/bin", "PACKAGES": f"{machine}/packages", **environment}
    return subprocess.run([f"{machine}/project/run", "build"], env=environment, capture_output=True, text=True, check=False)


def test_what_is_there_is_not_asked_for(machine):
    assert run(machine).returncode == BUILD_FAILED
    assert not (machine / "packages/asked").exists()


@pytest.mark.parametrize("package, old", [("libssl-dev", "3.0.19-1~deb12u1"), ("libssl-dev", None), ("gcc", None)])
def test_what_is_missing_or_too_old_is_installed(machine, package, old):
    installed = machine / "packages" / package
    installed.rename(machine / "packages/new" / package)
    if old is not None:
        installed.write_text(old)
    outcome = run(machine)
    assert outcome.returncode == BUILD_FAILED and package in outcome.stdout.splitlines()[0]
    assert (machine / "packages/asked").read_text().splitlines()[1].split()[-1] == package


def one_line(outcome, status):
    assert outcome.returncode == status and outcome.stderr.count("\n") == 1 and outcome.stderr.startswith("run: "), outcome
    return outcome.stderr


def test_where_apt_has_nothing_newer_it_is_said_what_to_do(machine):
    (machine / "packages/libssl-dev").write_text("3.0.19-1~deb12u1")
    line = one_line(run(machine), 69)
    assert "libssl-dev>=3.0.21" in line and "bookworm-security" in line


def test_nothing_can_be_installed_without_root_and_without_sudo(machine):
    os.remove(machine / "packages/gcc")
    line = one_line(run(machine, USER_ID="1000"), 77)
    assert "gcc" in line and "root" in line
    assert not (machine / "packages/asked").exists()


def test_nothing_can_be_installed_without_apt(machine):
    os.remove(machine / "packages/gcc")
    os.remove(machine / "bin/apt-get")
    assert "gcc" in one_line(run(machine), 69)


def test_what_apt_says_against_it_is_shown(machine):
    os.remove(machine / "packages/gcc")
    (machine / "packages/fails").touch()
    outcome = run(machine)
    assert outcome.returncode == 69 and outcome.stderr == "E: no network\nrun: apt-get could not install: gcc\n"


def test_each_action_of_the_store_is_a_part_of_the_long_tests():
    """One that no part names would be tried by none."""
    named = re.findall(r"'([^']+)'", read("store/meson.build").split("store_actions = [")[1].split("]")[0])
    there = re.findall(r'\{"([^"]+)", "', read("tests/support/store_actions.c").split("store_actions[STORE_ACTIONS] = {")[1].split("};")[0])
    assert named == there and there
