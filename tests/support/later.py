"""Time goes by at a post while it runs (later.c)."""

import os

from kordond import BUILD


class Later:
    """Days go by at the post, while it runs."""

    def __init__(self, folder):
        self.path = f"{folder}/later"
        self.seconds = 0
        checks = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {"LD_PRELOAD": f"{BUILD}/tests/later.so", "KORDON_TEST_LATER": self.path,
                            "ASAN_OPTIONS": f"{checks}:verify_asan_link_order=0".lstrip(":")}

    def go_by(self, seconds):
        self.seconds += seconds
        with open(f"{self.path}.new", "w", encoding="ascii") as stream:
            stream.write(f"{self.seconds}\n")
        os.rename(f"{self.path}.new", self.path)
