"""./run mutations takes minutes and is no part of ./run test: that it can still take each protection out is looked at here."""

import os
import sys

from test_structure import SOURCE, read, tracked

sys.path.insert(0, os.path.join(SOURCE, "tests"))
import mutations  # noqa: E402  pylint: disable=wrong-import-position


def test_each_protection_is_found_where_it_is_taken_out():
    """Exactly once: else it is not known which one goes."""
    found = {name: read(path).count(old) for name, (path, old, *_) in mutations.PROTECTIONS.items()}
    assert {name: count for name, count in found.items() if count != 1} == {}


def test_each_protection_has_a_test_that_is_built():
    lists = "".join(read(name) for name in tracked("*meson.build"))
    assert [name for name, (*_, test, _) in mutations.PROTECTIONS.items() if f"'name': '{test}'" not in lists] == []
