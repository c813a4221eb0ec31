"""What run_bench.py and its tables and plots share: the sets, the open engines' figures, the measuring programs, and documents' markers."""

import json
import os
import re
import subprocess

# folder below $KORDON_DATA -> its sensor's resolution, ppi
SETS = {
    "fvc2002/db1_b": 500, "fvc2002/db2_b": 569, "fvc2002/db3_b": 500, "fvc2002/db4_b": 500,
    "fvc2004/db1_b": 500, "fvc2004/db3_b": 512, "neurotech/uareu": 500,
}
# The best that any of four open chains (mindtct + bozorth3, SourceAFIS, FingerJetFX + bozorth3, FingerJetFX + OpenAFIS)
# reached on the same images and pairs, per cent: EER, FMR1000, ZeroFMR; each figure the best of its own.
BEST_OPEN_ENGINE = {
    "fvc2002/db1_b": (1.93, 4.29, 6.07), "fvc2002/db2_b": (1.51, 3.57, 3.57), "fvc2002/db3_b": (8.99, 27.50, 31.79),
    "fvc2002/db4_b": (2.01, 9.64, 14.64), "fvc2004/db1_b": (6.62, 22.50, 23.57), "fvc2004/db3_b": (3.50, 9.29, 14.64),
    "neurotech/uareu": (0.91, 3.35, 6.92),
}


class Failed(Exception):
    """A part of the measurements could not be made; nothing of it is written."""


def set_arguments(data, names=None):
    """--set and --ppi for either program, of the sets that are there."""
    arguments = []
    for name in names or SETS:
        if os.path.isdir(f"{data}/{name}"):
            arguments += ["--set", f"{data}/{name}", "--ppi", str(SETS[name])]
    return arguments


def run(command):
    """A program's standard output and standard error."""
    outcome = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if outcome.returncode != 0:
        lines = outcome.stderr.strip().splitlines() or ["no message"]
        raise Failed(f"{os.path.basename(command[0])} {command[1] if len(command) > 1 else ''}: status "
                     f"{outcome.returncode}: {lines[0]}")
    return outcome.stdout, outcome.stderr


# What kordon-lab does; the other commands are kordon-bench's.
LAB_COMMANDS = {"calibrate", "fusion", "density", "fit", "fit-quality", "fit-signature"}


def command(build, name, *arguments):
    """A command of kordon-bench or kordon-lab, to be run."""
    return [f"{build}/lab/kordon-lab" if name in LAB_COMMANDS else f"{build}/tools/bench/kordon-bench", name, *arguments]


def measure(build, name, *arguments):
    """One command's JSON."""
    return json.loads(run([*command(build, name, *arguments), "--json"])[0])


def save(build, name, value):
    """Measured values stay in BUILD/bench, so that plots can be drawn again without measuring."""
    os.makedirs(f"{build}/bench", exist_ok=True)
    with open(f"{build}/bench/{name}.json", "w", encoding="utf-8") as stream:
        json.dump(value, stream, indent=1)


def load(build, name):
    """What save() stored; None where it was not measured yet."""
    try:
        with open(f"{build}/bench/{name}.json", encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def replace(path, name, text):
    """Puts text between <!-- figures: NAME --> and <!-- end --> of a document."""
    with open(path, encoding="utf-8") as stream:
        document = stream.read()
    pattern = re.compile(rf"(<!-- figures: {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
    changed, count = pattern.subn(lambda match: match.group(1) + text.strip("\n") + "\n" + match.group(2), document)
    if count != 1:
        raise Failed(f"{path}: {count} places for the figures '{name}' where one is needed")
    temporary = f"{path}.new"
    with open(temporary, "w", encoding="utf-8") as stream:
        stream.write(changed)
    os.replace(temporary, path)


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def mean(values):
    return sum(values) / len(values)
