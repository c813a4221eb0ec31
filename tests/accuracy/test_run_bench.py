"""./run bench: what it can't measure it skips, visibly, and it overwrites nothing with less than a whole table."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{SOURCE}/lab")

import figures  # noqa: E402  pylint: disable=wrong-import-position
import tables  # noqa: E402  pylint: disable=wrong-import-position
import terminals  # noqa: E402  pylint: disable=wrong-import-position
import terminals_post  # noqa: E402  pylint: disable=wrong-import-position


def documents():
    contents = []
    for name in ("docs/accuracy.md", "docs/performance.md", "README.md"):
        with open(f"{SOURCE}/{name}", "rb") as stream:
            contents.append(stream.read())
    return contents


def run_bench(build, *parts, **environment):
    everything = {key: value for key, value in os.environ.items() if key != "KORDON_DATA"}
    return subprocess.run(["/usr/bin/python3", f"{SOURCE}/lab/run_bench.py", str(build), *parts],
                          env={**everything, **environment}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("part", ["accuracy", "speed", "search", "peers", "plots"])
def test_Q4_without_real_prints_nothing_is_overwritten(tmp_path, part):
    before = documents()
    outcome = run_bench(tmp_path, part)
    assert outcome.returncode == 0, outcome.stderr
    assert f"{part}: SKIPPED" in outcome.stdout
    assert documents() == before


def test_Q4_with_some_sets_only_nothing_is_overwritten(tmp_path):
    """The tables' means are over all sets: they are not written of fewer."""
    os.makedirs(tmp_path / "data/fvc2002/db1_b")
    before = documents()
    outcome = run_bench(tmp_path, "accuracy", KORDON_DATA=str(tmp_path / "data"))
    assert "accuracy: SKIPPED" in outcome.stdout and "missing" in outcome.stdout
    assert documents() == before


def test_Q4_a_failing_measurement_is_told(tmp_path):
    for name in figures.SETS:
        os.makedirs(tmp_path / "data" / name)
    before = documents()
    for program in ("tools/bench/kordon-bench", "lab/kordon-lab"):
        (tmp_path / program).parent.mkdir(parents=True)
        (tmp_path / program).symlink_to("/bin/false")
    outcome = run_bench(tmp_path, "accuracy", KORDON_DATA=str(tmp_path / "data"))
    assert outcome.returncode == 1
    assert "accuracy: FAILED" in outcome.stdout
    assert documents() == before


def test_figures_go_between_their_marks(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("a\n<!-- figures: one -->\nold\n<!-- end -->\nb\n<!-- figures: two -->\n<!-- end -->\n", encoding="utf-8")
    figures.replace(str(path), "one", "new\n")
    figures.replace(str(path), "two", "2")
    assert path.read_text(encoding="utf-8") == ("a\n<!-- figures: one -->\nnew\n<!-- end -->\nb\n<!-- figures: two -->\n2\n"
                                                "<!-- end -->\n")
    with pytest.raises(figures.Failed):
        figures.replace(str(path), "three", "3")


def test_every_figure_has_its_place():
    with open(f"{SOURCE}/lab/run_bench.py", encoding="utf-8") as stream:
        program = stream.read()
    for document, path in (("ACCURACY", "docs/accuracy.md"), ("PERFORMANCE", "docs/performance.md"),
                           ("README", "README.md")):
        with open(f"{SOURCE}/{path}", encoding="utf-8") as stream:
            text = stream.read()
        names = [part.split('"')[1] for part in program.split(f"replace({document}, ")[1:]]
        assert names
        for name in names:
            assert text.count(f"<!-- figures: {name} -->") == 1, name


def test_peers_do_the_same_work_on_synthetic_prints(tmp_path):
    """mindtct and bozorth3 through libfprint, turn by turn with ours. No time is judged here."""
    build = os.environ["KORDON_BUILD_DIR"]
    subprocess.run([f"{build}/tools/synth/kordon-synth", "--fingers", "4", "--impressions", "2", "--seed", "4",
                    "--out", str(tmp_path / "prints")], check=True)
    program = f"{build}/lab/peers/kordon-peers"
    outcome = subprocess.run([program, str(tmp_path / "prints"), "500"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    figure = json.loads(outcome.stdout)
    assert figure["images"] == 8 and figure["pairs"] == 12
    assert all(figure[key] > 0 for key in ("kordon_ms", "mindtct_ms", "kordon_us", "bozorth3_us"))
    refused = subprocess.run([program, str(tmp_path), "500"], capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "no prints" in refused.stderr


def test_Q4_what_officers_wait_for_is_measured_over_tls_and_at_the_socket(tmp_path, monkeypatch):
    """On a small list, with every result checked. No time is judged here."""
    for module in (terminals_post, terminals):
        monkeypatch.setattr(module, "TRAVELLERS", 2)
        monkeypatch.setattr(module, "LISTED", 1)
    post = terminals_post.Post(os.environ["KORDON_BUILD_DIR"], str(tmp_path), terminals=2, people=20)
    with post:
        rows = asyncio.run(terminals.measure(post, (1, 2), pairs=1, checks=2, rate=100))
        monkeypatch.setattr(terminals, "LISTED", 2)
        with pytest.raises(figures.Failed, match="traveller 1"):
            asyncio.run(terminals.measure(post, (1,), pairs=1, checks=2, rate=100))
    assert [(row["terminals"], row["rate"], row["tls"]["checks"], row["unix"]["checks"]) for row in rows] == [
        (1, None, 2, 2), (2, None, 2, 2), (2, 100, 2, 2)]
    assert post.process.returncode == 0
    assert all(0 < row[way]["sample_p50_ms"] < row[way]["p95_ms"] for row in rows for way in terminals.WAYS)
    assert len(tables.terminals(rows).splitlines()) == 2 + len(rows)


def test_P6_the_table_says_of_each_run_what_was_found():
    """Of a time: the ends over all deciles, and the verdict."""
    def judged(verdict, texts):
        return {"transactions": 4000, "load": 0.4, "texts": texts, "counts": 0, "accuracy": 0.512, "classifier": verdict,
                "times": {"decision": {"verdict": verdict, "bounds": [(-0.1, 0.05), (0.0, 0.15)]}}}
    lines = tables.discreet({"as it is": judged("equal", 0), "planted": judged("found", 3)}).splitlines()
    assert "| texts that differ | 0 | 3 |" in lines and "| right guesses of the classifier | 51.2 %: equal | 51.2 %: found |" in lines
    assert "| decision, ms | -0.10 to +0.15: equal | -0.10 to +0.15: found |" in lines
