"""What the documents show is there: each member of what the second line writes in docs/formats.md, by which a match's entries are verified and a state is
recovered, and each command that a newcomer is told to type."""

import functools
import re
import subprocess

import pytest
from test_structure import BUILD, read

FORMATS = "docs/formats.md"
ENTRIES, SEALED = ("## The log's entries", "## Tree, checkpoint"), ("## Sealed records and keys", "## Scanner messages")
# what writes them: the part of the document that names their members
WRITERS = {
    **dict.fromkeys(["daemon/evidence.c", "daemon/manual_record.c", "daemon/redress/account.c", "daemon/referrals/account.c", "daemon/retention/run.c",
                     "daemon/transactions/cleared.c", "daemon/transactions/decision.c", "daemon/transactions/deletion.c", "daemon/transactions/ending.c",
                     "daemon/transactions/exception.c", "daemon/transactions/identification.c", "daemon/transactions/postponed.c",
                     "daemon/transactions/sample.c", "daemon/transactions/sensor.c", "daemon/transactions/traveller_record.c",
                     "daemon/transactions/verification.c"], ENTRIES),
    **dict.fromkeys(["daemon/redress/case.c", "daemon/referrals/course.c", "daemon/transactions/referral_opening.c",
                     "daemon/transactions/referral_rules.c"], SEALED),
}
KEY = re.compile(r"\b(?:json_)?write_\w+\(\s*&?\w+,\s*\"(\w+)\"")


def members(source):
    return set(KEY.findall(read(source)))


def named(part):
    begin, end = part
    text = read(FORMATS)
    found = text[text.index(begin):text.index(end)]
    return set(re.findall(r"`(\w+)`", found)) | set(re.findall(r'"(\w+)":', found))


@pytest.mark.parametrize("source", WRITERS)
def test_L6_each_member_that_is_written_is_in_the_formats(source):
    assert len(members(source)) > 4
    assert members(source) - named(WRITERS[source]) == set()


def test_a_member_that_is_not_named_would_be_seen():
    assert members("daemon/referrals/account.c") - named(("### Redaction", "### What a verdict says")) != set()


@functools.cache
def help_of(*words):
    return subprocess.run([f"{BUILD}/tools/kordonctl/kordonctl", *words], capture_output=True, text=True, check=True).stdout


def unknown(line):
    """Of a line that is typed, the command or the options that kordonctl does not have."""
    typed = re.sub(r" #.*", "", re.sub(r"--(config|server|certificate|key|authority) \S+", "", line)).replace("--json", "")
    words = typed.split()[1:]
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?) ", help_of("help"), re.M)
    command = next((name for name in (" ".join(words[:2]), words[0]) if name in commands), None)
    if command is None:
        return [typed]
    return [option for option in re.findall(r" --([a-z-]+)", typed) if f"--{option}" not in help_of(*command.split(), "--help")]


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_each_command_that_is_shown_can_be_typed(document):
    lines = re.findall(r"^ {4}(kordonctl [a-z-].*)$", read(document), re.M)
    assert len(lines) > 10
    assert [(line, unknown(line)) for line in lines if unknown(line)] == []


def test_a_command_that_is_not_there_would_be_seen():
    assert unknown("kordonctl referral refuse 4f1d...") and unknown("kordonctl referral list --verdict hit") == ["verdict"]


def shown_helps():
    """Of each program, and of each of kordonctl's commands."""
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?) ", help_of("help"), re.M)
    yield "kordonctl", help_of("help")
    yield from ((command, help_of(*command.split(), "--help")) for command in commands)
    for program in ("daemon/kordond", "tools/bench/kordon-bench", "tools/synth/kordon-synth"):
        yield program, subprocess.run([f"{BUILD}/{program}", "--help"], capture_output=True, text=True, check=True).stdout


def test_help_is_as_wide_as_a_terminal():
    """A line that a terminal breaks is broken within words, and stands under what it does not belong to."""
    shown = dict(shown_helps())
    assert len(shown) > 40
    assert [(name, line) for name, text in shown.items() for line in text.splitlines() if len(line) > 79] == []
