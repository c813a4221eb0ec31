"""kordond ends, as by a cut of power, right behind the disk's word that a write of its state is durable (kill_after_sync.c)."""

import os

from kordond import BUILD

LIBRARY = f"{BUILD}/tests/libkill_after_sync.so"


class SuddenEnd:
    """environment: of the kordond that ends so."""

    def __init__(self, folder):
        self.path = f"{folder}/now"
        checks = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {"LD_PRELOAD": LIBRARY, "KORDON_TEST_KILL": self.path, "ASAN_OPTIONS": f"{checks}:verify_asan_link_order=0".lstrip(":")}

    def at(self, number):
        """At that write from here on, the first is 1."""
        with open(self.path, "w", encoding="ascii") as stream:
            stream.write(str(number))

    def not_now(self):
        os.unlink(self.path)
