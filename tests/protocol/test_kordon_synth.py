"""kordon-synth from outside: what it writes, that the same seed writes the same bytes, and what it refuses."""

import os
import subprocess

import pytest
from PIL import Image

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")


def synth(*options):
    return subprocess.run([f"{BUILD}/tools/synth/kordon-synth", *map(str, options)], capture_output=True, text=True,
                          check=False)


def read_all(folder):
    return {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))}


def test_writes_each_impression_with_its_resolution(tmp_path):
    outcome = synth("--fingers", 2, "--impressions", 3, "--seed", 5, "--out", tmp_path / "new")
    assert (outcome.returncode, outcome.stderr, outcome.stdout) == (0, "", "")
    files = read_all(tmp_path / "new")
    assert list(files) == ["1_1.png", "1_2.png", "1_3.png", "2_1.png", "2_2.png", "2_3.png"]
    assert len(set(files.values())) == 6
    for name in files:
        with Image.open(tmp_path / "new" / name) as image:
            assert (image.size, image.mode) == ((388, 374), "L")
            assert [round(ppi) for ppi in image.info["dpi"]] == [500, 500]


def test_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path):
    for folder, seed, fingers in (("a", 5, 1), ("b", 5, 2), ("c", 6, 1)):
        assert synth("-n", fingers, "-m", 1, "-s", seed, "-o", tmp_path / folder).returncode == 0
    assert read_all(tmp_path / "a")["1_1.png"] == read_all(tmp_path / "b")["1_1.png"]
    assert read_all(tmp_path / "a")["1_1.png"] != read_all(tmp_path / "c")["1_1.png"]


def test_strain_changes_the_impressions(tmp_path):
    for folder, strain in (("a", 100), ("b", 300)):
        assert synth("-n", 1, "-m", 1, "-t", strain, "-o", tmp_path / folder).returncode == 0
    assert read_all(tmp_path / "a")["1_1.png"] != read_all(tmp_path / "b")["1_1.png"]


@pytest.mark.parametrize("fault", [["--moisture", -200], ["--moisture", 200], ["--smear", 12], ["--offset", 150]])
def test_faults_change_the_impressions(tmp_path, fault):
    for folder, options in (("a", []), ("b", fault)):
        assert synth("-n", 1, "-m", 1, *options, "-o", tmp_path / folder).returncode == 0
    assert read_all(tmp_path / "a")["1_1.png"] != read_all(tmp_path / "b")["1_1.png"]


def test_size_and_sheet(tmp_path):
    outcome = synth("-n", 2, "-m", 3, "-w", 200, "-h", 300, "--out", tmp_path, "--sheet", tmp_path / "sheet.png")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    with Image.open(tmp_path / "2_3.png") as image:
        assert image.size == (200, 300)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (200, 450)


@pytest.mark.parametrize("options, words", [
    ([], "--out: nothing to write"),
    (["--fingers", "0", "--out", "x"], "--fingers 0: argument not usable"),
    (["--fingers", "-1", "--out", "x"], "--fingers -1: argument not usable"),
    (["--fingers", "ten", "--out", "x"], "--fingers ten: argument not usable"),
    (["--fingers", "99999999999999999999", "--out", "x"], "argument not usable"),
    (["--impressions", "1001", "--out", "x"], "--impressions 1001: argument not usable"),
    (["--seed", "18446744073709551616", "--out", "x"], "argument not usable"),
    (["--width", "95", "--out", "x"], "--width 95: argument not usable; give a number from 96 to 2000"),
    (["--height", "2001", "--out", "x"], "--height 2001: argument not usable"),
    (["--strain", "401", "--out", "x"], "--strain 401: argument not usable; give a number from 0 to 400"),
    (["--moisture", "-301", "--out", "x"], "--moisture 301: argument not usable; give a number from 0 to 300"),
    (["--moisture", "--5", "--out", "x"], "argument not usable"),
    (["--smear", "41", "--out", "x"], "--smear 41: argument not usable"),
    (["--offset", "401", "--out", "x"], "--offset 401: argument not usable"),
    (["--out", "x", "more"], "more: argument not usable"),
    (["--fingers", "1000", "--sheet", "x"], "--sheet: argument not usable"),
    (["--colour"], "--colour"),
])
def test_refuses_options_with_exit_64_and_writes_nothing(tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    outcome = synth(*options)
    assert outcome.returncode == 64
    assert words in outcome.stderr
    assert os.listdir(tmp_path) == []


def test_overwrites_nothing(tmp_path):
    (tmp_path / "1_1.png").write_text("mine")
    outcome = synth("-n", 1, "-m", 1, "--out", tmp_path)
    assert outcome.returncode == 64
    assert f"{tmp_path}/1_1.png: the output exists already" in outcome.stderr
    assert (tmp_path / "1_1.png").read_text() == "mine"


@pytest.mark.parametrize("place, status, words", [
    ("missing/deeper", 66, "no such file"),
    ("file", 64, "it is not a directory"),
    ("file/deeper", 66, "no such file"),
])
def test_refuses_a_place_it_cannot_write_in(tmp_path, place, status, words):
    (tmp_path / "file").write_text("mine")
    outcome = synth("-n", 1, "-m", 1, "--out", tmp_path / place)
    assert outcome.returncode == status
    assert words in outcome.stderr and str(tmp_path) in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
