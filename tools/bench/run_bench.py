#!/usr/bin/python3
"""./run bench: accuracy on every set of $KORDON_DATA, and speed of extraction, comparison and search, as Markdown.

usage: run_bench.py BUILD [--templates N]
"""

import argparse
import json
import os
import platform
import subprocess
import sys

# folder below $KORDON_DATA -> its sensor's resolution, ppi
SETS = {
    "fvc2002/db1_b": 500, "fvc2002/db2_b": 569, "fvc2002/db3_b": 500, "fvc2002/db4_b": 500,
    "fvc2004/db1_b": 500, "fvc2004/db3_b": 512, "neurotech/uareu": 500,
}


def bench(build, *arguments):
    outcome = subprocess.run([f"{build}/tools/bench/kordon-bench", *arguments, "--json"], stdout=subprocess.PIPE,
                             text=True, check=False)
    if outcome.returncode != 0:
        sys.exit(f"run_bench: kordon-bench {arguments[0]} failed with status {outcome.returncode}")
    return json.loads(outcome.stdout)


def processor():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as stream:
        for line in stream:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def accuracy_table(build, data):
    print("| set | images | EER % | FMR100 % | FMR1000 % | ZeroFMR % | template, ms | 1:1, us |")
    print("|---|---|---|---|---|---|---|---|")
    rates = []
    for name, ppi in SETS.items():
        if not os.path.isdir(f"{data}/{name}"):
            continue
        figure = bench(build, "accuracy", "--set", f"{data}/{name}", "--ppi", str(ppi))
        rates.append(figure["EER"])
        print(f"| {name} | {figure['images']} | {figure['EER']:.2f} | {figure['FMR100']:.2f} | {figure['FMR1000']:.2f} "
              f"| {figure['ZeroFMR']:.2f} | {figure['extraction_ms']:.1f} | {figure['comparison_us']:.0f} |", flush=True)
    if rates:
        print(f"| mean | | {sum(rates) / len(rates):.2f} | | | | | |")


def search_table(build, templates):
    print("| references | templates/s | p50, ms | p95, ms | bytes a template | FNIR lost |")
    print("|---|---|---|---|---|---|")
    figure = bench(build, "search", "--templates", str(templates), "--threads", str(os.cpu_count()))
    print(f"| {figure['templates']} | {figure['templates_per_second']:.0f} | {figure['p50_ms']:.0f} | {figure['p95_ms']:.0f} "
          f"| {figure['bytes_per_template']:.0f} | {figure['fnir_lost']:.4f} |")


def main():
    parser = argparse.ArgumentParser(description="kordon's measurements")
    parser.add_argument("build")
    parser.add_argument("--templates", type=int, default=20000, help="references of the search (default 20000)")
    options = parser.parse_args()
    print(f"Machine: {processor()}, {os.cpu_count()} processors, Linux {platform.release()}\n")
    data = os.environ.get("KORDON_DATA")
    if data:
        accuracy_table(options.build, data)
    else:
        print("KORDON_DATA is not set: no accuracy on real fingerprints.")
    print()
    search_table(options.build, options.templates)


if __name__ == "__main__":
    main()
