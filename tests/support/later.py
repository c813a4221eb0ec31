"""Time goes by at a post while it runs (moved_clock.c)."""

from kordond import Clock


class Later(Clock):
    """Days go by at the post, while it runs: by the clock, and by how long the machine has run."""

    def __init__(self, folder):
        super().__init__(folder, moved=("REALTIME", "BOOTTIME"))
        self.seconds = 0

    def go_by(self, seconds):
        self.seconds += seconds
        self.set(self.seconds)
