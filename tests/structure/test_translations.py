"""What officers and travellers read is there in Ukrainian: a sentence that is added without its translation fails here (po/README.md)."""

import re
import subprocess

import pytest
from test_structure import SOURCE, tracked

CATALOGUE = f"{SOURCE}/po/uk.po"


@pytest.fixture(name="template", scope="module")
def fixture_template(tmp_path_factory):
    """All sentences that the code marks."""
    template = tmp_path_factory.mktemp("po") / "kordon.pot"
    subprocess.run([f"{SOURCE}/po/extract.sh", template], check=True)
    return template


def compared(catalogue, template):
    """What msgcmp finds: sentences without a translation, doubtful ones, translations of none."""
    return subprocess.run(["msgcmp", catalogue, template], capture_output=True, text=True, check=False).stderr


def test_H4_every_sentence_has_its_ukrainian_and_none_is_left_over(template):
    assert compared(CATALOGUE, template) == ""


def test_a_sentence_without_translation_would_be_seen(template, tmp_path):
    more, fewer = tmp_path / "more.pot", tmp_path / "fewer.po"
    more.write_text(template.read_text() + '\nmsgid "a sentence that nobody has translated"\nmsgstr ""\n')
    assert "is used but not defined" in compared(CATALOGUE, more)
    with open(CATALOGUE, encoding="utf-8") as stream:
        text = stream.read()
    fewer.write_text(re.sub(r'msgid "try again"\nmsgstr ".*"', 'msgid "try again"\nmsgstr ""', text))
    assert "untranslated" in compared(fewer, template)
    fewer.write_text(text.replace('msgid "try again"', '#, fuzzy\nmsgid "try again"'))
    assert "needs to be reviewed" in compared(fewer, template)
    fewer.write_text(text + '\nmsgid "of an older kordon"\nmsgstr "старе"\n')
    assert "not used" in compared(fewer, template)


def test_every_file_that_marks_a_sentence_is_looked_through():
    marks = re.compile(r"""(?<![\w#])(N_|CODE_|_)\(\s*"|language_text\([^;"]*,\s*"|\bREASON\(""")
    with open(f"{SOURCE}/po/POTFILES", encoding="utf-8") as stream:
        listed = stream.read().split()
    marking = []
    for name in tracked("*.c", "*.h"):
        with open(f"{SOURCE}/{name}", encoding="utf-8") as stream:
            if not name.startswith("tests/") and marks.search(stream.read()):
                marking.append(name)
    assert sorted(listed) == sorted(marking) and listed == sorted(listed)


def test_the_catalogue_is_written_as_its_tools_write_it():
    """So that a merge of two changes is a merge of their sentences."""
    with open(CATALOGUE, encoding="utf-8") as stream:
        text = stream.read()
    again = subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", "--no-location", CATALOGUE], capture_output=True, text=True, check=True)
    assert again.stdout == text


def test_H4_whatever_is_refused_at_the_second_line_is_marked():
    """Examiners and supervisors read these: there is no sentence among them that a translator would not find. (What is wrong with a kept course
    or case goes to the service's own messages.)"""
    call = re.compile(r"\b(?:failure_set|referral_refuse_state|referral_not_permitted|reply_refuse|json_fields_refuse)\([^;]*;")
    marked = re.compile(r'N_\((?:\s*"(?:[^"\\\n]|\\.)*")+\s*\)')
    found, calls = [], 0
    for name in set(tracked("daemon/referrals/*.c", "daemon/api/referral*.c", "daemon/redress/*.c", "daemon/api/redress*.c", "tools/kordonctl/command_redress.c",
                             "tools/kordonctl/command_referral*.c")) - {"daemon/referrals/course.c", "daemon/redress/case.c"}:
        with open(f"{SOURCE}/{name}", encoding="utf-8") as stream:
            for statement in call.findall(stream.read()):
                calls += 1
                found += [(name, literal) for literal in re.findall(r'"[^"\n]* [^"\n]*"', re.sub(r'"[^" \n]*"', "", marked.sub("", statement)))]
    assert calls > 40 and found == []
