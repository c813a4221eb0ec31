"""The plots of docs/plots: SVG, the same bytes for the same figures. Colours after Okabe and Ito, told apart by line style too."""

import os
from math import log10

import matplotlib

matplotlib.use("svg")
# pylint: disable=wrong-import-position
import matplotlib.pyplot as pyplot

from figures import BEST_OPEN_ENGINE, mean
from tables import three_rates

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#999933"]
STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-", "--"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
matplotlib.rcParams.update({
    "svg.hashsalt": "kordon", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 10, "axes.grid": True,
    "grid.color": "#dddddd", "grid.linewidth": 0.6, "axes.axisbelow": True, "axes.titlesize": 11, "axes.titlelocation": "left",
    "legend.frameon": False, "legend.fontsize": 8.5, "figure.facecolor": "white", "savefig.facecolor": "white",
    "axes.spines.top": False, "axes.spines.right": False,
})


def write(figure, folder, name):
    os.makedirs(folder, exist_ok=True)
    figure.savefig(f"{folder}/{name}.svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    pyplot.close(figure)


def percent_ticks(axis, values):
    axis.set_major_locator(matplotlib.ticker.FixedLocator(values))
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{100 * value:g} %"))
    axis.set_minor_locator(matplotlib.ticker.NullLocator())


def det(report, folder):
    """FNMR over FMR, a step curve a set, as far down as its pairs can show; best open engines' EERs on the diagonal."""
    figure, axes = pyplot.subplots(figsize=(7.6, 5.4))
    left, bottom, right = 3e-6, 3e-4, 0.3
    flawless = 0
    for i, measured in enumerate(report["sets"]):
        colour, points = COLOURS[i % len(COLOURS)], measured["det"]
        mated, non_mated = measured["pairs"]["mated"], measured["pairs"]["non_mated"]
        name = f"{measured['set']} ({mated:,} + {non_mated:,} pairs)"
        if points[-1]["fnmr"] > 0:
            xs = [right] + [max(point["fmr"], 1 / non_mated) for point in points]
            ys = [max(fnmr, bottom) for fnmr in [points[0]["fnmr"]] + [point["fnmr"] for point in points]]
            axes.plot(xs, ys, color=colour, linestyle=STYLES[i % len(STYLES)], drawstyle="steps-pre", linewidth=1.8, label=name)
            axes.plot(xs[-1:], ys[-1:], color=colour, marker="<", markersize=6)
        else:
            # Beside each other where sets are of one size.
            axes.plot([3 / non_mated * 1.25**flawless], [3 / mated], color=colour, marker=MARKERS[i], linestyle="none", markersize=7,
                      fillstyle="none", markeredgewidth=1.5, label=name + ": no error")
            flawless += 1
        peer = BEST_OPEN_ENGINE.get(measured["set"])
        if peer:
            axes.plot([peer[0] / 100], [peer[0] / 100], color=colour, marker="x", markersize=8, markeredgewidth=2, linestyle="none")
    axes.plot([], [], color="#555555", marker="x", linestyle="none", markeredgewidth=2, label="best open engine's EER (set's colour)")
    axes.plot([], [], color="#555555", marker="<", linestyle="none", label="no false match left (drawn at 1 / pairs)")
    axes.plot([bottom, right], [bottom, right], color="#bbbbbb", linewidth=0.8)
    axes.set(xscale="log", yscale="log", xlim=(left, right), ylim=(bottom, right), xlabel="false match rate",
             ylabel="false non-match rate", title="Detection error trade-off. Open marks: no error at all, drawn at 3 / pairs")
    percent_ticks(axes.xaxis, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
    percent_ticks(axes.yaxis, [1e-3, 3e-3, 1e-2, 3e-2, 1e-1])
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    write(figure, folder, "det")


def accuracy(report, folder):
    """kordon and the best open engine side by side, three rates."""
    names = [measured["set"] for measured in report["sets"] if measured["set"] in BEST_OPEN_ENGINE]
    ours = [three_rates(measured) for measured in report["sets"] if measured["set"] in BEST_OPEN_ENGINE]
    peers = [BEST_OPEN_ENGINE[name] for name in names]
    if not names:
        return
    names, ours, peers = names + ["mean"], ours + [[mean(c) for c in zip(*ours)]], peers + [[mean(c) for c in zip(*peers)]]
    figure, panels = pyplot.subplots(1, 3, figsize=(9.4, 3.2), sharey=True)
    for column, (axes, title) in enumerate(zip(panels, ("EER", "FNMR at FMR 0.1 %", "FNMR at FMR 0"))):
        for row in range(len(names)):
            our, peer = ours[row][column], peers[row][column]
            axes.plot([our, peer], [row, row], color="#bbbbbb", linewidth=1.5, zorder=1)
            axes.plot([peer], [row], marker="x", color="#D55E00", markersize=7, markeredgewidth=2, linestyle="none",
                      label="best open engine" if row == 0 else None)
            axes.plot([our], [row], marker="o", color="#0072B2", markersize=7, linestyle="none", label="kordon" if row == 0 else None)
        axes.set(title=title, xlabel="per cent", yticks=range(len(names)), yticklabels=names)
        axes.set_xlim(left=-0.03 * axes.get_xlim()[1])
        axes.axhline(len(names) - 1.5, color="#888888", linewidth=0.8)
    panels[0].invert_yaxis()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", bbox_to_anchor=(0.5, -0.08), ncol=2)
    figure.tight_layout()
    write(figure, folder, "accuracy")


def calibration(report, folder):
    """Observed against claimed score; what lies below the diagonal is claimed too high."""
    figure, axes = pyplot.subplots(figsize=(7.6, 4.2))
    scores = (10, 20, 30, 40, 50, 60)
    for i, measured in enumerate(report["sets"]):
        points = [(score + (i - 3) * 0.35, entry["fmr"]) for score, entry in zip(scores, measured["verification"]["at_score"])
                  if entry["fmr"]["errors"] > 0]
        xs, ys = [x for x, _ in points], [-10 * log10(rate["rate"]) for _, rate in points]
        low = [y + 10 * log10(rate["high"]) for y, (_, rate) in zip(ys, points)]
        high = [min(-10 * log10(rate["low"]), 75) - y if rate["low"] > 0 else 75 - y for y, (_, rate) in zip(ys, points)]
        axes.errorbar(xs, ys, yerr=[low, high], color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)], linestyle="none",
                      elinewidth=1, label=measured["set"])
    axes.plot([0, 60], [0, 60], color="#555555", linewidth=1, label="as claimed")
    axes.set(xlim=(5, 45), ylim=(0, 60), xticks=scores[:4], xlabel="claimed score", ylabel="-10 log10 of the observed FMR",
             title="Calibration: non-mated pairs at or above a score; 95 % bounds over fingers")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    write(figure, folder, "calibration")


def reject(curves, folder):
    """FNMR of the pairs left when the samples of least quality are rejected."""
    figure, axes = pyplot.subplots(figsize=(7.6, 4.2))
    rejected, part = [100 * share for share in curves["rejected"]], curves["at_start_fnmr"]
    for i, entry in enumerate(part["sets"]):
        axes.plot(rejected, [100 * value for value in entry["fnmr"]], color=COLOURS[i % len(COLOURS)], linewidth=1,
                  linestyle=STYLES[i % len(STYLES)], label="/".join(entry["set"].split("/")[-2:]))
    axes.plot(rejected, [100 * value for value in part["mean"]], color="#000000", linewidth=3, label="mean of the sets")
    start = 100 * curves["start_fnmr"]
    axes.axhline(start, color="#888888", linewidth=0.8)
    best = [mean(values) for values in zip(*(entry["best"] for entry in part["sets"]))]
    axes.plot(rejected, [100 * value for value in best], color="#888888", linewidth=1.5, linestyle=":",
              label="mean, if quality knew the errors")
    axes.set(xlim=(0, max(rejected)), ylim=(0, None), xlabel="samples rejected for low quality, per cent",
             ylabel="false non-match rate, per cent",
             title=f"Error versus reject. Threshold of each set where FNMR is {start:g} % with all samples")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
    write(figure, folder, "error-versus-reject")


def people_label(value, _):
    return f"{value / 1e6:g} M" if value >= 1e6 else f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


def speed(figures, folder):
    """Time of a search and its rate over the number of people."""
    figure, (times, rates) = pyplot.subplots(1, 2, figsize=(9.4, 3.6))
    for i, fingers in enumerate(sorted({entry["fingers"] for entry in figures})):
        own = sorted((entry for entry in figures if entry["fingers"] == fingers), key=lambda entry: entry["templates"])
        people = [entry["templates"] for entry in own]
        name = f"{fingers} finger" + ("s" if fingers > 1 else "")
        times.plot(people, [entry["p95_ms"] for entry in own], color=COLOURS[i], marker=MARKERS[i], linestyle=STYLES[i],
                   label=f"{name}, 95 % of searches")
        times.plot(people, [entry["p50_ms"] for entry in own], color=COLOURS[i], marker=MARKERS[i], fillstyle="none",
                   linestyle=":", label=f"{name}, median")
        if i == 0:
            line = [own[-1]["p50_ms"] * n / people[-1] for n in people]
            times.plot(people, line, color="#aaaaaa", linewidth=1, label="proportional to N")
        rates.plot(people, [entry["templates_per_second_per_core"] / 1e6 for entry in own], color=COLOURS[i], marker=MARKERS[i],
                   linestyle=STYLES[i], label=name)
    threads = max(entry["threads"] for entry in figures)
    times.set(xscale="log", yscale="log", xlabel="people in the list, N", ylabel="time of a search, ms",
              title=f"Time of a search, {threads} threads")
    rates.axhline(2, color="#888888", linewidth=1, linestyle="--", label="goal: 2")
    rates.set(xscale="log", xlabel="people in the list, N", ylabel="million templates / s / core", title="Rate", ylim=(0, None))
    for axes in (times, rates):
        axes.xaxis.set_major_locator(matplotlib.ticker.FixedLocator(sorted({entry["templates"] for entry in figures})))
        axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(people_label))
        axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    times.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    handles, labels = times.get_legend_handles_labels()
    figure.tight_layout()
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.06, 0.02), ncol=2)
    rates.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncol=3)
    write(figure, folder, "search-speed")


def density(figures, pixels, folder):
    """pixels: rows of the 368x368 map, 0-255, 255 = no minutia."""
    figure, axes = pyplot.subplots(figsize=(5.4, 5.6))
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, interpolation="none")
    axes.grid(False)
    axes.set(xlabel="x, px at 500 ppi", ylabel="y, px at 500 ppi",
             title=f"{figures['minutiae']:,} minutiae of {figures['images']:,} images, darker: more in a pixel")
    write(figure, folder, "minutiae-density")
