"""Policies for tests: a preset in which something is another way."""

from kordond import preset


def changed(folder, *changes, base="demonstration"):
    """The path of a policy that is the preset with each text of a pair (old, new) replaced wherever it stands; a triple (purpose, old, new)
    replaces in that purpose's section alone."""
    text = preset(base)
    for *purpose, old, new in changes:
        start = text.index(f"[purpose {purpose[0]}]") if purpose else 0
        end = text.find("\n[purpose ", start) if purpose else -1
        end = len(text) if end < 0 else end
        assert old in text[start:end], old
        text = text[:start] + text[start:end].replace(old, new) + text[end:]
    path = f"{folder}/{base}.policy"
    with open(path, "w", encoding="ascii") as stream:
        stream.write(text)
    return path
