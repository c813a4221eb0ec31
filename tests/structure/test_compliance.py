"""docs/compliance.md is what a lawyer reads: what it names is there, and what is not built says who answers for it."""

import re
import subprocess

import pytest
import yaml
from test_structure import SOURCE, tracked

# The duties of the sections on people, minimisation and availability.
OWED = [f"P{i}" for i in range(1, 9)] + [f"M{i}" for i in range(1, 9)] + [f"A{i}" for i in range(1, 10)]


def read(name):
    with open(f"{SOURCE}/{name}", encoding="utf-8") as stream:
        return stream.read()


def rows(name, columns):
    """The rows of the page's tables, without their heads."""
    found = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in read(name).splitlines() if line.startswith("| ")]
    return [row for row in found if len(row) == columns and row[0] not in ("ID", "principle")]


def missing(text, tests, files):
    """Tests and files of tests that are named and are not there."""
    named = set(re.findall(r"`([^`\s]+)`", text))
    return sorted([name for name in named if name.startswith("test_") and name not in tests] +
                  [name for name in named if name.startswith("tests/") and name not in files])


@pytest.fixture(name="tests", scope="module")
def fixture_tests():
    found = subprocess.run(["git", "-C", SOURCE, "grep", "-hoE", r"(def|static void) test_\w+", "--", "tests"], capture_output=True, text=True, check=True)
    return {line.split()[-1] for line in found.stdout.splitlines()}


def test_each_test_that_is_named_exists(tests):
    text, files = read("docs/compliance.md"), set(tracked("tests/*"))
    assert missing(text, tests, files) == []
    # And one that is not there would be found.
    assert missing("`test_Q99_nothing`; `tests/none.py`; `test_M3_dates`", tests, files) == ["test_Q99_nothing", "tests/none.py"]


@pytest.mark.parametrize("duty", OWED)
def test_each_duty_to_people_has_its_test_or_somebody_who_answers(duty):
    (row,) = [each for each in rows("docs/compliance.md", 3) if each[0] == duty]
    assert "`test" in row[2] or "the authority answers for" in row[1].lower(), row


def test_M7_each_principle_says_what_is_done_and_who_answers():
    listed = rows("docs/principles.md", 3)
    assert len(listed) >= 13 and all(all(cell for cell in row) for row in listed), listed


def test_M5_no_answer_holds_a_sample_or_a_template():
    """Bytes are answered of the log's files, and to those who verify a match of one finger at a time; no member of an answer is a picture or template (the protocol's tests hold each answer against
    this description, which lets no other member pass)."""
    contract = yaml.safe_load(read("docs/openapi.yaml"))
    answers = [(path, kind) for path, item in contract["paths"].items() for what in item.values() if isinstance(what, dict)
               for answer in what.get("responses", {}).values() for kind in answer.get("content", {})]
    assert {path for path, kind in answers if kind not in ("application/json", "text/plain", "text/event-stream")} == {
        "/v1/log/files/{path}", "/v1/referrals/{referral}/probe", "/v1/referrals/{referral}/reference"}
    members = set(re.findall(r"^\s+([a-z_]+): \{", read("docs/openapi.yaml"), re.MULTILINE))
    assert {"candidates", "quality"} <= members
    assert not {name for name in members if re.fullmatch(r"(image|picture|pixels?|template|sample)(_bytes|_data|_base64)?", name)}
