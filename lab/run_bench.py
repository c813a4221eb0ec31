#!/usr/bin/python3
"""./run bench: measures accuracy and speed, and writes the tables of docs/accuracy.md and docs/performance.md and docs/plots.

usage: run_bench.py BUILD [accuracy] [calibration] [speed] [search] [journal] [import] [terminals] [discreet] [peers] [plots]
                    [--sizes N,N,..] [--threads N] [--people N] [--pairs N] [--sought N]

Without a part's name: all of them. What a part measured stays in BUILD/bench/*.json; `plots` draws from there. A part that
needs real fingerprints is skipped, and said to be, where $KORDON_DATA does not name them; a part that fails writes nothing.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time

import decision_tables
import discreet
import import_post
import tables
import terminals
import terminals_post
from figures import SETS, Failed, command, load, measure, replace, run, save, set_arguments

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ACCURACY, PERFORMANCE, PLOTS = f"{SOURCE}/docs/accuracy.md", f"{SOURCE}/docs/performance.md", f"{SOURCE}/docs/plots"
README = f"{SOURCE}/README.md"
# people, fingers and probes of the searches whose speed is measured; the acceptance's own have as many probes as the sets give
SEARCHES = [(10000, 1, 200), (100000, 1, 200), (1000000, 1, None), (2000000, 1, 100), (10000, 2, 100), (100000, 2, 100),
            (1000000, 2, 100)]


class Skipped(Exception):
    """A part that can't be measured here; its tables stay as they are."""


def real_prints():
    data = os.environ.get("KORDON_DATA")
    if not data:
        raise Skipped("KORDON_DATA is not set: no real fingerprints here")
    missing = [name for name in SETS if not os.path.isdir(f"{data}/{name}")]
    if missing:
        raise Skipped(f"{data} does not have all sets the tables are about: {', '.join(missing)} missing")
    return data


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as stream:
        for line in stream:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def machine():
    return (f"Measured on {processor()}, {os.cpu_count()} processors, Linux {platform.release().split('-')[0]}, "
            "gcc -O2 with -O3 for the matcher.")


def report_of(options, data):
    """The evaluation of all sets; one thread, so that its times are those of an undisturbed core."""
    report = measure(options.build, "report", "--threads", "1", *set_arguments(data))
    save(options.build, "report", report)
    return report


def foreign_of(options, data):
    """Accuracy where templates went through an interchange format, or are another extractor's of the same prints."""
    figures = {}
    for name, ppi in SETS.items():
        own, records = set_arguments(data, [name]), f"{data}/templates/iso/{name}"
        if not os.path.isdir(records):
            continue
        ways = {
            "kordon's own": own,
            "kordon's, references as ISO records": [*own, "--exchange", "iso-19794-2-2005"],
            "as compact card records": [*own, "--exchange", "iso-19794-2-2005-card-compact"],
            "other extractor's references": [*own, "--references", records],
            "all the other extractor's": ["--set", records, "--ppi", str(ppi)],
        }
        figures[name] = {way: measure(options.build, "accuracy", "--threads", str(options.threads), *arguments)
                         for way, arguments in ways.items()}
    return figures


def error_rates(options, data):
    report = report_of(options, data)
    replace(ACCURACY, "accuracy", tables.accuracy(report))
    replace(ACCURACY, "confidence", tables.confidence(report))
    replace(ACCURACY, "calibration", tables.calibration(report))
    replace(ACCURACY, "identification", tables.identification(report))


def weights_left_out(options, data):
    _, progress = run(command(options.build, "fit", "--threads", str(options.threads), *set_arguments(data)))
    replace(ACCURACY, "weights-left-out", tables.weights_left_out(progress))


def quality(options, data):
    figures = measure(options.build, "quality", "--threads", str(options.threads), *set_arguments(data))
    figures.pop("samples", None)  # figures of single prints: not ours to keep
    save(options.build, "quality", figures)
    replace(ACCURACY, "quality", tables.quality(figures))


def foreign(options, data):
    figures = foreign_of(options, data)
    if figures:
        replace(ACCURACY, "foreign", tables.foreign(figures))


def minex(options, data):
    density = measure(options.build, "density", "--threads", str(options.threads), "--out", f"{options.build}/bench/density.pgm",
                      *set_arguments(data))
    save(options.build, "density", density)
    replace(ACCURACY, "minex", tables.minex(load(options.build, "report"), density))


def accuracy(options):
    """Its steps don't need each other, but for the report: one that fails is told and the others go on."""
    data, failures = real_prints(), []
    for step in (error_rates, weights_left_out, quality, foreign, minex):
        started = time.monotonic()
        try:
            step(options, data)
            print(f"  {step.__name__.replace('_', ' ')}: {time.monotonic() - started:.0f} s", flush=True)
        except Failed as error:
            print(f"  {step.__name__.replace('_', ' ')}: FAILED: {error}", flush=True)
            failures.append(step.__name__)
    if failures:
        raise Failed(", ".join(failures))


def calibration(options):
    """What the calibration claims of sets it was not derived from, and what two fingers give."""
    data = real_prints()
    records = [argument for name, ppi in SETS.items() if os.path.isdir(f"{data}/templates/iso/{name}")
               for argument in ("--set", f"{data}/templates/iso/{name}", "--ppi", str(ppi))]
    calibrated = measure(options.build, "calibrate", "--threads", str(options.threads), *set_arguments(data), *records)
    fused = {name: measure(options.build, "fusion", "--threads", str(options.threads), *set_arguments(data, [name]))
             for name in SETS if os.path.isdir(f"{data}/{name}")}
    replace(ACCURACY, "left-out", decision_tables.left_out(calibrated["with_flow"]))
    replace(ACCURACY, "left-out-minutiae", decision_tables.left_out(calibrated["minutiae_only"]))
    replace(ACCURACY, "fusion", decision_tables.fusion(fused))
    replace(ACCURACY, "fused-scale", decision_tables.fused_scale(fused))


def speed(options):
    """After accuracy in the same run its times are taken; alone it measures them anew."""
    data = real_prints()
    report = load(options.build, "report") if "accuracy" in options.done else report_of(options, data)
    replace(PERFORMANCE, "machine", machine())
    replace(PERFORMANCE, "speed", tables.speed(report))
    replace(README, "summary", tables.summary(report))


def search(options):
    data, figures = real_prints(), []
    sizes = [(int(size), fingers, 50) for size in options.sizes.split(",") for fingers in (1, 2)] if options.sizes else SEARCHES
    for people, fingers, probes in sizes:
        started = time.monotonic()
        limit = ["--probes", str(probes)] if probes else []
        figures.append(measure(options.build, "search", "--templates", str(people), "--fingers", str(fingers), "--threads",
                               str(options.threads), *limit, *set_arguments(data)))
        print(f"  {people:,} people, {fingers} finger{'s' if fingers > 1 else ''}: {time.monotonic() - started:.0f} s", flush=True)
    save(options.build, "search", figures)
    replace(PERFORMANCE, "search", tables.search(figures))


def peers(options):
    data = real_prints()
    program = f"{options.build}/lab/peers/kordon-peers"
    figures = []
    for name, ppi in SETS.items():
        print(f"  {name}", flush=True)
        figures.append({**json.loads(run([program, f"{data}/{name}", str(ppi)])[0]), "set": name})
    save(options.build, "peers", figures)
    replace(PERFORMANCE, "peers", tables.peers(figures))


def journal(options):
    """What the state costs by its log's length, on whatever disk TMPDIR lies."""
    program, runs = f"{options.build}/tools/bench/kordon-bench-journal", []
    for name, arguments in (("10,000 entries", ["--entries", "10000"]), ("1,000,000 entries", ["--entries", "1000000"]),
                            ("10,000 entries, anchored first", ["--entries", "10000", "--anchor"]),
                            ("100,000 people with 2 fingers", ["--entries", "100", "--people", "100000"])):
        with tempfile.TemporaryDirectory(prefix="kordon-bench.") as folder:
            runs.append({**json.loads(run([program, "--dir", f"{folder}/state", *arguments])[0]), "name": name})
        print(f"  {name}", flush=True)
    save(options.build, "journal", runs)
    replace(PERFORMANCE, "journal", tables.journal(runs[:-1]))
    replace(PERFORMANCE, "lists", tables.lists(runs[-1:]))


def read_all(paths):
    """Seconds of opening, reading and closing each."""
    started = time.monotonic()
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        while os.read(descriptor, 1 << 16):
            pass
        os.close(descriptor)
    return time.monotonic() - started


def import_(options):
    """A list of records through both doors of kordonctl, beside reading its files and sealing as many bytes."""
    with tempfile.TemporaryDirectory(prefix="kordon-bench.") as folder:
        post = import_post.Post(options.build, folder)
        manifest, files = post.make_list(people=100000)
        figures = {"reading_s": read_all(files), "alone_s": post.import_alone(manifest), "served_s": post.import_served(manifest)}
        lists = json.loads(run([f"{options.build}/tools/bench/kordon-bench-journal", "--dir", f"{folder}/sealing", "--entries", "100",
                                "--people", "100000"])[0])
    figures["sealing_s"] = lists["import_sealing_alone_s"]
    figures["ratio"] = figures["alone_s"] / (figures["reading_s"] + figures["sealing_s"])
    figures["served_ratio"] = figures["served_s"] / (figures["reading_s"] + figures["sealing_s"])
    save(options.build, "import", figures)
    replace(PERFORMANCE, "import", tables.import_(figures))


def terminals_(options):
    """From the last finger lifted to the answer, over TLS and at the unix socket."""
    counts = (1, 20, 200)
    with tempfile.TemporaryDirectory(prefix="kordon-bench.") as folder:
        post = terminals_post.Post(options.build, folder, counts[-1], options.people)
        print(f"  a post with {options.people:,} people on its list", flush=True)
        with post:
            figures = asyncio.run(terminals.measure(post, counts, options.pairs, checks=20, rate=2))
    save(options.build, "terminals", {"people": options.people, "load": os.getloadavg()[2], "rows": figures})
    replace(PERFORMANCE, "terminals", tables.terminals(figures))


def discreet_(options):
    """What the first line could find out of an alert that it must not learn of."""
    if os.getuid() != 0:
        raise Skipped("needs root, to be several users")
    figures = discreet.measure(options.build, 1000, options.sought, max(10, options.sought // 4))
    save(options.build, "discreet", figures)
    replace(PERFORMANCE, "discreet", tables.discreet(figures))


def read_map(path):
    """A portable gray map's rows."""
    with open(path, "rb") as stream:
        magic, size, _, pixels = stream.read().split(b"\n", 3)
    width, height = map(int, size.split())
    if magic != b"P5" or len(pixels) != width * height:
        raise Failed(f"{path}: not the density map")
    return [list(pixels[row * width:(row + 1) * width]) for row in range(height)]


def plots(options):
    measured = {name: load(options.build, name) for name in ("report", "quality", "search", "density")}
    if all(figures is None for figures in measured.values()):
        raise Skipped("nothing was measured yet that could be drawn")
    import plots as draw  # only here: measuring needs no plotting library
    for name, function in (("report", draw.det), ("report", draw.accuracy), ("report", draw.calibration), ("quality", draw.reject),
                           ("search", draw.speed)):
        if measured[name] is not None:
            function(measured[name], PLOTS)
    if measured["density"] is not None:
        draw.density(measured["density"], read_map(f"{options.build}/bench/density.pgm"), PLOTS)


PARTS = {"accuracy": accuracy, "calibration": calibration, "speed": speed, "search": search, "journal": journal, "import": import_,
         "terminals": terminals_, "discreet": discreet_, "peers": peers, "plots": plots}


def main():
    parser = argparse.ArgumentParser(description="kordon's measurements")
    parser.add_argument("build")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--sizes", help="numbers of people to search, separated by commas")
    parser.add_argument("--people", type=int, default=100000, help="terminals: how many are on the list (default: 100000)")
    parser.add_argument("--pairs", type=int, default=5, help="terminals: blocks over TLS and at the unix socket, for each row (default: 5)")
    parser.add_argument("--sought", type=int, default=2000, help="discreet: travellers sought in secret, beside as many others (default: 2000)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of a search (default: one a processor)")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: no such part")
    os.makedirs(f"{options.build}/bench", exist_ok=True)
    options.done, failed = [], []
    for name, part in PARTS.items():
        if options.parts and name not in options.parts:
            continue
        started = time.monotonic()
        print(f"{name} ...", flush=True)
        try:
            part(options)
            options.done.append(name)
            print(f"{name}: done in {time.monotonic() - started:.0f} s", flush=True)
        except Skipped as reason:
            print(f"{name}: SKIPPED: {reason}; nothing was overwritten", flush=True)
        except (Failed, OSError) as error:
            print(f"{name}: FAILED: {error}; nothing more of it was written", flush=True)
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
