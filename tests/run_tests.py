#!/usr/bin/python3
"""Runs every suite and prints one line for each, what failed, and "N passed, N failed" at the end.

The suites: unit tests and the fuzz targets' stored inputs under ASan and UBSan; the unit tests as users get them
(optimised, no sanitizer); then pytest: structure, the whole programs under ASan and UBSan, kordond's threads under TSan, and
what only the ordinary build can show. A case is one TAP line or one pytest item.
"""

import concurrent.futures
import functools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CAP_IPC_LOCK = 14
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={SOURCE}/tests/support/lsan.supp:print_suppressions=0",
    "TSAN_OPTIONS": "halt_on_error=1",
}
SAYING = threading.Lock()


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def reasons_of_skipping(said):
    """{case: why} of what a unit test's program printed: cmocka has no word for "skipped" that meson understands, so such a case says "# skipped: why" before
    it passes. One that is skipped in part says so as well."""
    found, why = {}, []
    for line in (said or "").splitlines():
        if line.startswith("# skipped: "):
            why.append(line.removeprefix("# skipped: "))
        elif line.startswith(("ok ", "not ok ")):
            if why and line.startswith("ok "):
                found[line.removeprefix("ok ")] = "; ".join(why)
            why = []
    return found


def read_junit(path):
    """The counts, the failed cases' names and a line for each skipped one of a JUnit file; a file that is missing or empty is a failed case."""
    totals, failures, skipped = Totals(), [], []
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        totals.failed = 1
        return totals, [f"no usable report: {error}"], skipped
    reasons = {(suite.get("name"), case): why for suite in root.iter("testsuite") for case, why in reasons_of_skipping(suite.findtext("system-out")).items()}
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}: {case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            totals.failed += 1
            failures.append(name)
        elif case.find("skipped") is not None or (case.get("classname"), case.get("name")) in reasons:
            why = reasons.get((case.get("classname"), case.get("name"))) or case.find("skipped").get("message") or case.findtext("system-out") or ""
            totals.skipped += 1
            skipped.append(f"    skipped: {name}: {why.strip()}")
        else:
            totals.passed += 1
    if totals.passed + totals.failed + totals.skipped == 0:
        totals.failed = 1
        failures.append("the suite ran no case")
    return totals, failures, skipped


def run(title, command, report, log, settings=None):
    """Runs one suite; its output goes to a file and is shown where something failed. All that is said of it is said at once: others may run beside it."""
    started = time.monotonic()
    environment = {**os.environ, **SANITIZER_ENVIRONMENT, **(settings or {})}
    if os.path.exists(report):
        os.unlink(report)
    with open(log, "wb") as stream:
        status = subprocess.run(command, cwd=SOURCE, env=environment, stdout=stream, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, check=False).returncode
    totals, failures, lines = read_junit(report)
    if status != 0 and totals.failed == 0:
        totals.failed = 1
        failures.append(f"exit status {status}")
    lines.append(f"{title}: {totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped ({time.monotonic() - started:.0f} s)")
    lines += [f"    FAILED {name}" for name in failures]
    if failures:
        with open(log, errors="replace") as stream:
            lines += ["    ---- the end of its output ----", *("    " + line for line in stream.read().splitlines()[-80:])]
    with SAYING:
        print("\n".join(lines), flush=True)
    return totals


def meson(title, build, suites):
    base = "suite-" + "-".join(suites)
    command = ["/usr/bin/meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", "--logbase", base]
    for suite in suites:
        command += ["--suite", suite]
    return run(title, command, f"{SOURCE}/{build}/meson-logs/{base}.junit.xml", f"{SOURCE}/{build}/meson-logs/{base}.out")


def pytest(title, what, build, workers=1):
    """what: a folder, a file or one test below tests/. With more than one worker, cases run side by side, each on posts of its own."""
    name = what.replace("/", "-")
    report, log = f"{SOURCE}/{build}/pytest-{name}.xml", f"{SOURCE}/{build}/pytest-{name}.out"
    settings = {"KORDON_BUILD_DIR": f"{SOURCE}/{build}", "KORDON_PRINTS_BUILD": f"{SOURCE}/build"}
    return run(title, ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", f"--junitxml={report}",
                       *(["-n", str(workers)] if workers > 1 else []), f"tests/{what}"], report, log, settings)


MEMLOCK_MIB, ROOM_MIB = 64, 1024  # what the tests lock and write at most
# The longest suite is for this many processors, and as many of the others run at a time; more of them would only share the memory and the disk with each other.
WORKERS = max(1, min(4, len(os.sched_getaffinity(0))))
# Tests of programs wait a third of their time: for the disk, for what kordond does once a second, for a program that starts.
PROGRAM_WORKERS = WORKERS + (WORKERS + 1) // 2


def hints():
    """What this machine lacks, and what to do about it."""
    found = []
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    with open("/proc/self/status", encoding="ascii") as stream:
        capabilities = next(int(line.split()[1], 16) for line in stream if line.startswith("CapEff:"))
    if limit != resource.RLIM_INFINITY and limit < MEMLOCK_MIB << 20 and not capabilities >> CAP_IPC_LOCK & 1:
        found.append(f"only {limit >> 20} MiB of memory may be locked here, and tests with lists need {MEMLOCK_MIB}: "
                     f"ulimit -l {MEMLOCK_MIB << 10}, or run them as root")
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < ROOM_MIB << 20:
        found.append(f"{folder} has {free >> 20} MiB of free space, tests need {ROOM_MIB}: free some, or set TMPDIR to another place")
    return found


# These use all processors by themselves, one after the other.
WHOLE_MACHINE = (
    functools.partial(meson, "unit and parsers (address and undefined behaviour sanitizers)", "build-asan", ["unit", "fuzz"]),
    functools.partial(meson, "unit as users get it", "build", ["unit"]),
    functools.partial(pytest, "programs (sanitized)", "protocol", "build-asan", PROGRAM_WORKERS),
)
# Each of these uses one processor or less, has its own posts and folders, and stands beside others; the longest begin.
SIDE_BY_SIDE = (
    functools.partial(pytest, "accuracy and speed-bound programs (as users get them)", "accuracy", "build"),
    functools.partial(pytest, "list changes' threads (thread sanitizer)", "protocol/test_list_change.py", "build-tsan"),
    functools.partial(pytest, "structure", "structure", "build"),
    functools.partial(pytest, "what a no-match leaves, as users get it", "protocol/test_no_hit_memory.py", "build"),
    functools.partial(pytest, "kordond's threads (thread sanitizer)", "protocol/test_transactions.py", "build-tsan"),
    functools.partial(pytest, "200 terminals and 3,000 transactions, as users get it", "protocol/test_terminals.py", "build"),
    functools.partial(pytest, "a reload's thread (thread sanitizer)", "protocol/test_reload.py", "build-tsan"),
    functools.partial(pytest, "what a match leaves when it was decided, as users get it", "protocol/test_probe_erasure.py", "build"),
    functools.partial(pytest, "what a no-match over the network leaves, as users get it", "protocol/test_no_hit_tls.py", "build"),
    functools.partial(pytest, "the network under attack within bounds, as users get it", "protocol/test_tls_hostile.py", "build"),
    functools.partial(pytest, "core dumps, as users get it", "protocol/test_memory.py", "build"),
    functools.partial(pytest, "a limit of locked memory, as users get it",
                      "protocol/test_list_change.py::test_A8_a_list_too_large_for_locked_memory_leaves_the_old_one", "build"),
)


def main():
    if not os.environ.get("KORDON_DATA"):
        print("KORDON_DATA is not set: the tests on real fingerprints are skipped")
    lacking = hints()
    for hint in lacking:
        print(hint)
    totals = Totals()
    for part in WHOLE_MACHINE:
        totals.add(part())
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for each in [pool.submit(part) for part in SIDE_BY_SIDE]:
            totals.add(each.result())
    for hint in lacking if totals.failed else []:
        print(f"some of this may be because {hint}")
    print(f"{totals.passed} passed, {totals.failed} failed")
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())
