"""Accuracy on fingerprints: real sets where $KORDON_DATA names them, and kordon-synth's own everywhere."""

import json
import os
import subprocess

import pytest

BUILD = os.environ["KORDON_BUILD_DIR"]
BENCH = f"{BUILD}/tools/bench/kordon-bench"
LAB = f"{BUILD}/lab/kordon-lab"
DATA = os.environ.get("KORDON_DATA")
needs_real_prints = pytest.mark.skipif(not DATA, reason="KORDON_DATA is not set: no real fingerprints here")

# folder below $KORDON_DATA -> its sensor's resolution, ppi
REAL_SETS = {
    "fvc2002/db1_b": 500,
    "fvc2002/db2_b": 569,
    "fvc2002/db3_b": 500,
    "fvc2002/db4_b": 500,
    "fvc2004/db1_b": 500,
    "fvc2004/db3_b": 512,
    "neurotech/uareu": 500,
}
# Per cent; two to three times what docs/accuracy.md says. A change that brings the means above has broken something, long before the
# best open engine's are reached (3.64 and 11.45).
MEAN_BOUNDS = {"EER": 0.5, "FMR1000": 1.0, "ZeroFMR": 1.5}


def accuracy(folder, ppi):
    outcome = subprocess.run([BENCH, "accuracy", "--set", folder, "--ppi", str(ppi), "--json"],
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


@needs_real_prints
def test_Q4_mean_error_rates_on_real_sets():
    """All mated pairs and all pairs of different fingers of each set; a failed extraction scores 0."""
    figures = {name: accuracy(f"{DATA}/{name}", ppi) for name, ppi in REAL_SETS.items()}
    for name, figure in figures.items():
        assert figure["mated"] == (280 if name.startswith("fvc") else 1820), name
        print(f"{name}: EER {figure['EER']:.2f} FMR1000 {figure['FMR1000']:.2f} ZeroFMR {figure['ZeroFMR']:.2f}")
    for rate, bound in MEAN_BOUNDS.items():
        assert sum(figure[rate] for figure in figures.values()) / len(figures) <= bound, rate


@needs_real_prints
@pytest.mark.parametrize("name", REAL_SETS)
def test_F4_distinct_non_mated_scores(name):
    """MINEX III criterion 7, on every set, however small."""
    assert accuracy(f"{DATA}/{name}", REAL_SETS[name])["distinct_non_mated_scores"] >= 512


# The least that rejecting by quality must gain of what a value that knew the errors would: 0.5 is measured.
MEAN_QUALITY_GAIN_BOUND = 0.35
NOTABLE_ALTERATION = 85


@needs_real_prints
def test_Q1_quality_predicts_errors_on_real_sets():
    """Error versus reject: without the poorest fifth of the pairs well over half of the errors are gone."""
    arguments = [word for name, ppi in REAL_SETS.items() for word in ("--set", f"{DATA}/{name}", "--ppi", str(ppi))]
    outcome = subprocess.run([BENCH, "quality", "--json", *arguments], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    figures = json.loads(outcome.stdout)
    curves = figures["at_start_fnmr"]
    print(f"mean gain {curves['mean_gain']:.2f}")
    assert curves["mean_gain"] >= MEAN_QUALITY_GAIN_BOUND
    assert curves["mean"][20] <= 0.5 * curves["mean"][0] and curves["mean"][50] <= curves["mean"][20]
    assert all(curve["fnmr"][20] <= curve["fnmr"][0] for curve in curves["sets"])
    # Real prints are mostly good, and hardly any looks altered.
    samples = figures["samples"]
    assert sum(not sample["flaws"] for sample in samples) >= 0.8 * len(samples)
    assert sum(sample["alteration"] > NOTABLE_ALTERATION for sample in samples) <= 0.05 * len(samples)


def density(*sets):
    arguments = [word for folder, ppi in sets for word in ("--set", folder, "--ppi", str(ppi))]
    outcome = subprocess.run([LAB, "density", "--json", *arguments], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


@needs_real_prints
def test_F3_no_grid_in_the_minutiae_density_of_real_sets():
    """MINEX III criterion 5: a map of 368x368 px over all sets, and over the largest alone."""
    assert not density(*[(f"{DATA}/{name}", ppi) for name, ppi in REAL_SETS.items()])["grid"]
    assert not density((f"{DATA}/neurotech/uareu", 500))["grid"]


def test_F3_no_grid_in_the_minutiae_density_of_synthetic_prints(tmp_path):
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "60", "--impressions", "2", "--seed", "5",
                    "--out", str(tmp_path / "prints")], check=True)
    found = density((str(tmp_path / "prints"), 500))
    assert found["minutiae"] >= 2000
    assert not found["grid"]


def test_Q4_report_of_synthetic_prints(tmp_path):
    """Counts, bounds and thresholds of a technology evaluation: as a text and as JSON, the same figures twice."""
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "6", "--impressions", "3", "--seed", "3",
                    "--out", str(tmp_path / "prints")], check=True)
    command = [BENCH, "report", "--set", str(tmp_path / "prints"), "--ppi", "500", "--out", str(tmp_path / "report.md"), "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    again = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    [measured], [repeated] = report["sets"], again["sets"]
    assert measured["prints"]["fingers"] == 6 and measured["prints"]["images"] == 18
    assert measured["pairs"]["mated"] == 18 and measured["pairs"]["non_mated"] == 135
    assert measured["pairs"]["non_mated_finger_pairs"] == 15
    assert measured["verification"] == repeated["verification"]
    assert measured["identification"] == repeated["identification"]
    for rate in (measured["verification"]["eer"], measured["identification"]["closed_set_not_first"]):
        assert 0 <= rate["low"] <= rate["rate"] <= rate["high"] <= 1
    text = (tmp_path / "report.md").read_text()
    for word in ("FTA", "FTE", "EER", "FPIR", "FNIR", "threshold", "Detection error trade-off", "95 %", "can't tell"):
        assert word in text, word


def test_Q4_report_refuses_what_it_cannot_compare(tmp_path):
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "1", "--impressions", "2", "--seed", "3",
                    "--out", str(tmp_path / "prints")], check=True)
    outcome = subprocess.run([BENCH, "report", "--set", str(tmp_path / "prints"), "--ppi", "500", "--out",
                              str(tmp_path / "report.md")], capture_output=True, text=True, check=False)
    assert outcome.returncode != 0 and "both are needed" in outcome.stderr
    assert not (tmp_path / "report.md").exists()


@pytest.mark.parametrize("program, command", [(BENCH, "templates"), (BENCH, "scores"), (BENCH, "accuracy"), (LAB, "fusion")])
def test_a_second_set_is_refused_where_only_one_would_be_measured(tmp_path, program, command):
    outcome = subprocess.run([program, command, "--set", str(tmp_path), "--set", str(tmp_path), "--out", str(tmp_path / "out")],
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 64 and f"{command} takes one set" in outcome.stderr


def test_F3_too_few_minutiae_are_no_verdict(tmp_path):
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "1", "--impressions", "1", "--seed", "5",
                    "--out", str(tmp_path / "prints")], check=True)
    outcome = subprocess.run([LAB, "density", "--set", str(tmp_path / "prints"), "--ppi", "500"],
                             capture_output=True, text=True, check=False)
    assert outcome.returncode != 0 and "minutiae" in outcome.stderr


def test_synthetic_mated_pairs_match_and_others_do_not(tmp_path):
    """kordon-synth's prints stand for real ones in every test: they must tell fingers apart as real ones do."""
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "20", "--impressions", "4", "--seed", "11",
                    "--out", str(tmp_path / "prints")], check=True)
    figure = accuracy(str(tmp_path / "prints"), 500)
    assert figure["failed_extractions"] == 0
    assert figure["mated"] == 20 * 6 and figure["non_mated"] == 190 * 16
    assert figure["EER"] <= 2.0


def test_scores_are_the_same_with_any_number_of_threads(tmp_path):
    """Every pair's score, to the last digit that is written."""
    subprocess.run([f"{BUILD}/tools/synth/kordon-synth", "--fingers", "6", "--impressions", "3", "--seed", "7",
                    "--out", str(tmp_path / "prints")], check=True)
    written = set()
    for threads in ("1", "2", "5"):
        out = tmp_path / f"scores-{threads}"
        subprocess.run([BENCH, "scores", "--set", str(tmp_path / "prints"), "--ppi", "500", "--threads", threads,
                        "--out", str(out)], check=True, capture_output=True)
        written.add(out.read_text())
    assert len(written) == 1
    assert len(written.pop().splitlines()) == 18 * 17 // 2
