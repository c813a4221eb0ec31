"""The tables of docs/accuracy.md and docs/performance.md, from the JSON of kordon-bench and kordon-lab."""

import re

from figures import BEST_OPEN_ENGINE, Failed, mean, table


def percent(rate, digits=2):
    return f"{100 * rate:.{digits}f}"


def bounds(rate, digits=2):
    """"0.36 (0.00-1.07)", per cent; a bound by the rule of three is marked."""
    return (f"{percent(rate['rate'], digits)} ({percent(rate['low'], digits)}-{percent(rate['high'], digits)}"
            + ("†" if rate.get("bounds") == "rule of three" else "") + ")")


def at_fmr(figures, fmr):
    return next(entry["fnmr"] for entry in figures["at_fmr"] if abs(entry["fmr"] - fmr) < fmr / 100 + 1e-12)


def three_rates(measured):
    """EER, FMR1000, ZeroFMR, per cent."""
    verification = measured["verification"]
    return [100 * rate["rate"] for rate in (verification["eer"], at_fmr(verification, 1e-3), at_fmr(verification, 0))]


def accuracy(report):
    """Each set's three rates against the best open engine's."""
    rows, ours, best = [], [], []
    for measured in report["sets"]:
        rates, peer = three_rates(measured), BEST_OPEN_ENGINE.get(measured["set"])
        ours.append(rates)
        best.append(peer or (0, 0, 0))
        rows.append([measured["set"], measured["prints"]["fingers"], measured["prints"]["images"],
                     measured["prints"]["failed_images"], measured["pairs"]["mated"], measured["pairs"]["non_mated"],
                     " / ".join(f"{rate:.2f}" for rate in rates),
                     " / ".join(f"{rate:.2f}" for rate in peer) if peer else "not measured"])
    means, peers = [mean(column) for column in zip(*ours)], [mean(column) for column in zip(*best)]
    rows.append(["**mean**", "", "", "", "", "", "**" + " / ".join(f"{rate:.2f}" for rate in means) + "**",
                 " / ".join(f"{rate:.2f}" for rate in peers)])
    text = table(["set", "fingers", "images", "failed", "mated pairs", "non-mated pairs", "kordon, %",
                  "best open engine, %"], rows)
    if all(measured["set"] in BEST_OPEN_ENGINE for measured in report["sets"]):
        better = sum(our < peer for rates, peers_ in zip(ours, best) for our, peer in zip(rates, peers_))
        text += (f"\n\nkordon's figure is the lower one in {better} of {3 * len(ours)} comparisons; the mean EER is "
                 f"{means[0] / peers[0]:.2f} times the best open engine's.")
    return text + f" Calibration {report['calibration']}."


def summary(report):
    """The README's two sentences."""
    means = [mean(column) for column in zip(*map(three_rates, report["sets"]))]
    peers = [mean(column) for column in zip(*(BEST_OPEN_ENGINE[measured["set"]] for measured in report["sets"]))]
    times = [measured["extraction_ms"]["median"] for measured in report["sets"]]
    compared = [measured["comparison_us"] for measured in report["sets"]]
    return (f"Mean equal error rate over seven public sets {means[0]:.2f} % (best open engine on each: {peers[0]:.2f} %), false "
            f"non-match rate {means[1]:.2f} % ({peers[1]:.2f} %) at\na false match rate of 0.1 %. A template takes {min(times):.0f} "
            f"to {max(times):.0f} ms, a comparison {min(compared):.0f} to {max(compared):.0f} µs, by set.")


def confidence(report):
    rows = []
    for measured in report["sets"]:
        verification = measured["verification"]
        rows.append([measured["set"], bounds(verification["eer"])]
                    + [bounds(at_fmr(verification, fmr)) for fmr in (1e-2, 1e-3, 1e-4, 0)])
    rows.append(["mean", bounds(report["means"]["eer"])]
                + [bounds(at_fmr(report["means"], fmr)) for fmr in (1e-2, 1e-3, 1e-4, 0)])
    return table(["set", "EER %", "FNMR % at FMR 1 %", "0.1 %", "0.01 %", "0"], rows)


def calibration(report):
    """Claimed against observed FMR, and what FNMR goes with it, the sets pooled."""
    rows = []
    for index, score in enumerate((10, 20, 30, 40, 50, 60)):
        entries = [measured["verification"]["at_score"][index] for measured in report["sets"]]
        errors = sum(entry["fmr"]["errors"] for entry in entries)
        trials = sum(entry["fmr"]["trials"] for entry in entries)
        misses = mean([entry["fnmr"]["rate"] for entry in entries])
        highest = max(entries, key=lambda entry: entry["fmr"]["rate"])
        claimed = entries[0]["claimed_fmr"]
        rows.append([score, f"{100 * claimed:.4g}", f"{100 * errors / trials:.3g}" if errors else f"< {300 / trials:.2g}†",
                     f"{errors} of {trials:,}", f"{errors / trials / claimed:.2f}" if errors else "",
                     f"{100 * highest['fmr']['rate']:.3g}", percent(misses)])
    return table(["score", "claimed FMR %", "observed FMR %, pooled", "pairs", "observed / claimed", "highest set's FMR %",
                  "mean FNMR %"], rows)


FIT_ROW = re.compile(r"^(\S+)" + r"\s+([\d.]+)" * 6 + "$")


def weights_left_out(text):
    """kordon-lab fit's table of templates with ridge flow: fitted on all sets; each set measured by weights fitted on the others."""
    part = text.split("minutiae only", 1)[0].splitlines()
    rows = [match.groups() for match in map(FIT_ROW.match, part) if match]
    if not rows or rows[-1][0] != "mean":
        raise Failed("kordon-lab fit: its table was not understood")
    return table(["set", "fitted on all, %", "set left out, %"], [[row[0], " / ".join(row[1:4]), " / ".join(row[4:])] for row in rows])


def identification(report):
    rows = []
    for measured in report["sets"]:
        found = measured["identification"]
        for entry in found["open_set"]:
            star = "" if entry["vouched_for"] else "*"
            rows.append([measured["set"], found["list_fingers"], f"{100 * entry['target_fpir']:g} %",
                         f"{entry['threshold']}{star}", bounds(entry["fpir"]), bounds(entry["fnir"]),
                         bounds(found["closed_set_not_first"]) if entry is found["open_set"][0] else ""])
    return table(["set", "N", "target FPIR", "threshold", "FPIR %", "FNIR %", "not first %"], rows)


def minex(report, density):
    least = min(report["sets"], key=lambda measured: measured["pairs"]["distinct_non_mated_scores"])
    lines = [f"Distinct non-mated scores: {least['pairs']['distinct_non_mated_scores']:,} on the set with the fewest "
             f"({least['set']}, {least['pairs']['non_mated']:,} pairs); 512 are asked for.", "",
             f"Minutiae density map, {density['minutiae']:,} minutiae of {density['images']:,} images: "
             + ("**a grid shows.**" if density["grid"] else "no grid shows."), ""]
    rows = []
    for finding in density["folds"] + density["spectrum"]:
        kind = "folding" if finding in density["folds"] else "map's spectrum" if finding["axis"] == "+" else "margin's spectrum"
        rows.append([kind, finding["axis"].replace("+", "any direction"), f"{finding['period_px']:.2f}",
                     f"{100 * finding['contrast']:.1f}", f"{finding['statistic']:.1f}", f"{finding['bound']:.1f}",
                     "a grid" if finding["grid"] else "does not show" if finding["statistic"] > finding["bound"] else "nothing"])
    return "\n".join(lines) + "\n" + table(["test", "axis", "period, px", "contrast %", "statistic", "bound of chance", "verdict"],
                                           rows)


def quality(curves):
    """FNMR of what is left when the poorest are rejected."""
    columns = (0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
    rejected = curves["rejected"]
    index = [min(range(len(rejected)), key=lambda i, share=share: abs(rejected[i] - share)) for share in columns]
    part = curves["at_start_fnmr"]
    rows = [["/".join(entry["set"].split("/")[-2:]), *(percent(entry["fnmr"][i]) for i in index), f"{entry['gain']:.2f}"]
            for entry in part["sets"]]
    rows.append(["mean", *(percent(part["mean"][i]) for i in index), f"{part['mean_gain']:.2f}"])
    return table(["set", *(f"{100 * share:g} % rejected" for share in columns), "gain"], rows)


def foreign(figures):
    """figures: set -> way -> kordon-bench accuracy's JSON; each cell EER / FMR1000 / ZeroFMR, per cent."""
    keys, ways = ("EER", "FMR1000", "ZeroFMR"), list(next(iter(figures.values())))
    rows = [[name, *(" / ".join(f"{of_set[way][key]:.2f}" for key in keys) for way in ways)] for name, of_set in figures.items()]
    rows.append(["mean", *(" / ".join(f"{mean([of_set[way][key] for of_set in figures.values()]):.2f}" for key in keys)
                           for way in ways)])
    return table(["set", *ways], rows)


def speed(report):
    rows = []
    for measured in report["sets"]:
        prints, times = measured["prints"], measured["extraction_ms"]
        rows.append([measured["set"], f"{prints['width_most']}x{prints['height_most']}", f"{times['median']:.1f}",
                     f"{times['p95']:.1f}", f"{measured['comparison_us']:.0f}", f"{measured['minutiae']['median']:.0f}",
                     f"{measured['template_bytes']['median']:.0f} ({measured['template_bytes']['p5']:.0f}-"
                     f"{measured['template_bytes']['p95']:.0f})"])
    return table(["set", "px at 500 ppi", "template, ms", "95 %, ms", "1:1, µs", "minutiae", "bytes a template (5-95 %)"], rows)


def search(figures):
    rows = [[f"{figure['templates']:,}", figure["fingers"], figure["threads"], f"{figure['templates_per_second_per_core'] / 1e6:.2f}",
             f"{figure['p50_ms']:.1f}", f"{figure['p95_ms']:.1f}", f"{figure['bytes_per_template']:.0f}",
             f"{figure['memory_bytes'] / 1e6:.0f}", f"{figure['survivors']:.0f}",
             f"{100 * figure['fnir_lost']:.3f} (≤ {100 * figure['fnir_lost_bound']:.3f}) of {figure['mated_pairs']:,}"]
            for figure in figures]
    return table(["people", "fingers", "threads", "million templates/s/core", "median, ms", "95 %, ms", "bytes a template",
                  "memory, MB", "people compared finely", "FNIR lost %, of mated searches"], rows)


# Measured earlier, on the same images and one core of another machine: template of a 388x374 image, ms; a comparison, µs, on
# the set where it was fastest and where it was slowest.
EARLIER = {"mindtct + bozorth3": (22, 600, 2800), "SourceAFIS": (31, 80, 210), "FingerJetFX": (10.5, None, None),
           "OpenAFIS": (None, 17, 290)}


def peers(figures):
    """Measured side by side; then what the earlier figures of the others come to on this machine."""
    rows = [[figure["set"], figure["images"], f"{figure['kordon_ms']:.1f}", f"{figure['mindtct_ms']:.1f}",
             f"{figure['mindtct_ms'] / figure['kordon_ms']:.1f}", figure["pairs"], f"{figure['kordon_us']:.1f}",
             f"{figure['bozorth3_us']:.0f}", f"{figure['bozorth3_us'] / figure['kordon_us']:.1f}"] for figure in figures]
    measured = table(["set", "images", "kordon template, ms", "mindtct, ms", "ratio", "pairs", "kordon 1:1, µs", "bozorth3, µs",
                      "ratio"], rows)
    first = next(figure for figure in figures if figure["set"] == "fvc2002/db1_b")
    machine = first["mindtct_ms"] / EARLIER["mindtct + bozorth3"][0]
    ours = [choose(figure["kordon_us"] for figure in figures) for choose in (min, max)]
    others = [["kordon", "", f"{first['kordon_ms']:.1f}", "", f"{ours[0]:.0f}-{ours[1]:.0f}"]]
    for engine, (template, fastest, slowest) in EARLIER.items():
        others.append([engine, template or "", f"{template * machine:.1f}" if template else "",
                       f"{fastest}-{slowest}" if fastest else "",
                       f"{fastest * machine:.0f}-{slowest * machine:.0f}" if fastest else ""])
    return (measured + "\n\nThe others are not in Debian. They were measured earlier on the same images, on one core of another machine, "
            "mindtct among them:\nits time there and here says how fast this machine is, and so what to expect of them (an estimate, not a "
            "measurement):\n\n"
            + table(["engine", "template of 388x374 px then, ms", "here, ms", "1:1 by set then, µs", "here, µs"], others))


JOURNAL_ROWS = [
    ("an entry alone, durable and with its receipt", "append_us", "µs"), ("99 % of them", "append_p99_us", "µs"),
    ("an entry in groups of 256", "append_in_groups_us", "µs"), ("start, left in order", "start_ms", "ms"),
    ("start after a kill", "start_after_kill_ms", "ms"), ("the list's summary", "summary_us", "µs"),
    ("the whole list's alerts, 1,000 people", "list_page_ms", "ms"), ("an erasure from it", "erase_ms", "ms"),
    ("one entry shown", "show_us", "µs"), ("export", "export_s", "s"), ("verification of the export", "verify_export_s", "s"),
    ("verification in place", "verify_in_place_s", "s"), ("the second to the first", "verify_in_place_to_export", "times"),
]


LIST_ROWS = [
    ("an import into an empty state", "import_s", "s"), ("sealing and hashing the same bytes", "import_sealing_alone_s", "s"),
    ("the first to the second", "import_to_sealing", "times"), ("the next version, in which everybody stays", "import_next_s", "s"),
    ("of that: rows sealed and staged", "import_next_stage_s", "s"), ("proven again by opening them", "import_next_prove_s", "s"),
    ("the journal's turn, in which it is installed", "import_next_commit_s", "s"),
    ("the old list swept, the file cut", "import_next_sweep_s", "s"), ("the file with one list", "list_mib", "MiB"),
    ("with the next version in its place", "list_next_mib", "MiB"), ("the first page after a change", "page_first_ms", "ms"),
    ("a page of 100", "page_ms", "ms"), ("one entry", "entry_ms", "ms"), ("an erasure", "erase_ms", "ms"),
]


def rows_of_runs(runs, rows):
    def shown(value, unit):
        return f"{value:,.2f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
    return table(["what", *(each["name"] for each in runs)],
                 [[label, *(shown(each[key], unit) for each in runs)] for label, key, unit in rows])


def journal(runs):
    """runs: one dictionary of kordon-bench-journal each, with "name"."""
    return rows_of_runs(runs, JOURNAL_ROWS)


def import_(figures):
    rows = [("without kordond", "alone_s", "s"), ("through kordond", "served_s", "s"), ("reading the files", "reading_s", "s"),
            ("sealing and hashing as many bytes", "sealing_s", "s"), ("the import without kordond to the two", "ratio", "times"),
            ("that through kordond", "served_ratio", "times")]
    return table(["what", "100,000 people with 2 records"], [[label, f"{figures[key]:.1f} {unit}"] for label, key, unit in rows])


def terminals(figures):
    """Each cell: over TLS / at the unix socket; last the ratio of the 95 % figures."""
    def both(figure, key, digits=0):
        return " / ".join(f"{figure[way][key]:,.{digits}f}" for way in ("tls", "unix"))
    rows = [[figure["terminals"], f"{figure['rate']} a second" if figure["rate"] else "one at a time", figure["tls"]["checks"],
             both(figure, "p50_ms"), both(figure, "p95_ms"), both(figure, "p99_ms"), f"{figure['tls']['p95_ms'] / figure['unix']['p95_ms']:.2f}",
             both(figure, "sample_p50_ms"), both(figure, "processor_ms", 1), both(figure, "connecting_p50_ms", 1)] for figure in figures]
    return table(["terminals", "travellers", "of each way", "median, ms", "95 %, ms", "99 %, ms", "TLS to unix, 95 %", "of that the last finger, median, ms",
                  "kordond's processor time a traveller, ms", "a new connection's first answer, median, ms"], rows)


def discreet(figures):
    """A row for each thing that might tell; a column for each run. Of times the widest interval's ends over all deciles."""
    def time(judged, name):
        bounds = judged["times"][name]["bounds"]
        return f"{min(low for low, _ in bounds):+.2f} to {max(high for _, high in bounds):+.2f}: {judged['times'][name]['verdict']}"
    runs = figures.values()
    rows = [["transactions", *(f"{judged['transactions']:,}" for judged in runs)],
            ["processes that waited to run meanwhile (load average)", *(f"{judged['load']:.0f}" for judged in runs)],
            ["texts that differ", *(judged["texts"] for judged in runs)],
            ["counts that differ", *(judged["counts"] for judged in runs)],
            ["right guesses of the classifier", *(f"{percent(judged['accuracy'], 1)} %: {judged['classifier']}" for judged in runs)],
            *([f"{name}, ms", *(time(judged, name) for judged in runs)] for name in next(iter(runs))["times"])]
    return table(["", *figures], rows)


def lists(runs):
    """The same, of a long list."""
    return rows_of_runs(runs, LIST_ROWS)
