"""The tables of docs/accuracy.md on calibration with sets left out, and on fused fingers."""

from figures import table
from tables import percent

CHECKS = (20, 30, 40)


def left_out(calibrated):
    """Each set against a calibration from the others: observed to claimed, with bounds and verdict."""
    rows = []
    for row in calibrated["left_out"]:
        checks = {check["score"]: check for check in row["checks"]}
        cells = [f"{check['ratio']:.2f} ({check['low']:.2f}-{check['high']:.{0 if check['high'] >= 10 else 2}f}), "
                 f"{check['false_matches']} of {check['expected']:.1f}: {check['verdict']}"
                 for check in (checks[score] for score in CHECKS)]
        rows.append([("records of " if row["records"] else "") + row["set"], *cells, percent(row["fnmr30"]), percent(row["fnmr40"])])
    return table(["set left out", "at 20", "at 30", "at 40", "FNMR % at 30", "at 40"], rows)


def rate(measured):
    return (f"{percent(measured['rate'])} ({percent(measured['low'])}-{percent(measured['high'])}), "
            f"{measured['errors']} of {measured['trials']:,}")


def fusion(figures):
    """One finger against two, each at the lowest score with an observed FMR of at most 0.01 %."""
    rows = []
    for name, measured in figures.items():
        meeting = next(entry for entry in measured["two_fingers"] if entry["meeting"] == "any positions")
        rows.append([name, "virtual" if measured["virtual"] else measured["people"], rate(measured["one_finger"]),
                     rate(meeting["fnmr"]), rate(measured["two_fingers_at_40"]), rate(measured["swapped_not_found"]),
                     measured["in_order_said_swapped"]["errors"]])
    return table(["set", "people", "one finger, FNMR % at FMR 0.01 %", "two fingers", "two fingers at score 40",
                  "swapped, not found at 40, %", "in order, said swapped"], rows)


def fused_scale(figures):
    """Observed FMR of fused scores as a multiple of the claim."""
    rows = []
    for name, measured in figures.items():
        for meeting in measured["two_fingers"]:
            if meeting["fmr_at_20_30_40"][0]["trials"] == 0:
                continue
            cells = [f"{entry['rate'] / claim:.2f} ({entry['low'] / claim:.2f}-{entry['high'] / claim:.2f})"
                     for entry, claim in zip(meeting["fmr_at_20_30_40"], (1e-2, 1e-3, 1e-4))]
            rows.append([name, meeting["meeting"], f"{meeting['fmr_at_20_30_40'][0]['trials']:,}", *cells])
    return table(["set", "fingers meet", "comparisons", "at 20", "at 30", "at 40"], rows)
