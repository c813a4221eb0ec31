"""A crossing point for measuring imports: its configuration, a long list of records, and kordonctl with and without kordond."""

import json
import os
import pwd
import subprocess
import time

from figures import Failed

PRINTS = 40  # that the list's records are made of, again and again


class Post:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.ctl, self.daemon = f"{build}/tools/kordonctl/kordonctl", f"{build}/daemon/kordond"

    def run(self, *command):
        outcome = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if outcome.returncode != 0:
            raise Failed(f"{command[0]}: {outcome.stderr.strip()[-300:]}")

    def make_list(self, people):
        """The manifest's path, and the paths of its files as often as they are read."""
        self.run(f"{self.build}/tools/synth/kordon-synth", "-n", PRINTS, "-m", 1, "-s", 5, "-o", f"{self.folder}/prints")
        self.run(f"{self.build}/tools/bench/kordon-bench", "templates", "--set", f"{self.folder}/prints", "--ppi", 500, "--out",
                 f"{self.folder}/records")
        names = sorted(os.listdir(f"{self.folder}/records"))
        entries = [{"case_number": f"CASE-{i}", "name": f"Person {i}", "category": "missing_person", "action": "inform",
                    "instruction": "Take the person to the protection desk.", "purposes": ["border_check"],
                    "legal_basis": "Search Act art. 3", "authority": "National Police", "entered": "2026-01-31",
                    "expires": "2099-01-31",
                    "fingers": [{"position": position, "file": f"records/{names[(i * step + step) % PRINTS]}"}
                                for position, step in (("right_index", 1), ("left_index", 7))]} for i in range(people)]
        path = f"{self.folder}/manifest.json"
        with open(path, "w", encoding="ascii") as stream:
            json.dump({"list": "bench", "version": 1, "entries": entries}, stream)
        return path, [f"{self.folder}/{finger['file']}" for each in entries for finger in each["fingers"]]

    def configure(self, name):
        """A new state; gives its configuration."""
        place = f"{self.folder}/{name}"
        os.makedirs(f"{place}/state", mode=0o700)
        user = pwd.getpwuid(os.getuid()).pw_name
        with open(f"{place}/kordon.conf", "w", encoding="ascii") as stream:
            stream.write(f"[state]\ndirectory = {place}/state\nmachine_key = file:{place}/machine.key\n"
                         f"[log]\norigin = bench.example/post\nunit = bench\n[api]\nsocket = {place}/s\n"
                         f"[roles]\nsupervisor = user:{user}\n[scanner]\nenabled = no\n")
        self.run(self.ctl, "--config", f"{place}/kordon.conf", "init")
        return f"{place}/kordon.conf"

    def timed_import(self, configuration, manifest):
        started = time.monotonic()
        self.run(self.ctl, "--config", configuration, "watchlist", "import", manifest)
        return time.monotonic() - started

    def import_alone(self, manifest):
        return self.timed_import(self.configure("alone"), manifest)

    def import_served(self, manifest):
        configuration = self.configure("served")
        with subprocess.Popen([self.daemon, "--config", configuration], stdout=subprocess.PIPE) as daemon:
            if not daemon.stdout.readline().startswith(b"kordond: ready"):
                raise Failed("kordond does not start")
            try:
                return self.timed_import(configuration, manifest)
            finally:
                daemon.terminate()
