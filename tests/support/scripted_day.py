"""A day that a page of docs/scenarios tells, played at a post over TLS, and read by an auditor from the log's export alone."""

import datetime
import math
import re
import subprocess

from certificates import TlsClient, free_port, settings_of
from kordond import KORDONCTL, SOURCE
from test_tls_tools import Made, done

LAW = "Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017"
TRAVELLER = {"kind": "identification", "purpose": "border_check", "legal_basis": LAW, "officer": "boris", "traveller_group": "foreigner",
             "age_band": "18_and_over"}
BLOCK = re.compile(r"^```(text|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def moved(text, by):
    """With each day in it so much later."""
    return re.sub(r"\d{4}-\d\d-\d\d", lambda found: str(datetime.date.fromisoformat(found.group()) + by), text)


class Desks:
    """Who is at a post, and where: each has a certificate that kordonctl made, by which he is registered. staff: {name: (kind, roles)}."""

    def __init__(self, folder, staff):
        self.made, self.port = Made(folder), free_port()
        self.server = self.made.issue("DNS:localhost", usage="server")
        self.staff = staff
        self.pairs = {name: self.made.issue(f"DNS:{name}.example") for name in staff}

    def settings(self):
        """Of the configuration."""
        known = {}
        for name, (kind, roles) in self.staff.items():
            known |= {f"{kind} {name}__proof": f"certificate:post-ca/DNS:{name}.example", f"{kind} {name}__roles": roles}
        return {"tls__address": f"127.0.0.1:{self.port}", "tls__certificate": self.server[0], "tls__key": self.server[1],
                "client_authority post-ca__certificate": self.made.certificate, "client_authority post-ca__revocation_list": self.made.list, **known}

    def client(self, name):
        return TlsClient(self.port, settings_of(self.made, self.pairs[name]))

    def command(self, name, *arguments):
        """What kordonctl is called with at that person's desk."""
        certificate, key = self.pairs[name]
        return ["--server", f"https://localhost:{self.port}", "--certificate", certificate, "--key", key, "--authority", self.made.certificate,
                *map(str, arguments)]

    def ctl(self, name, *arguments):
        return done(*self.command(name, *arguments))


class Hours:
    """The clock of a day that comes so many days after one at 15:30; it is kordond's alone."""

    def __init__(self, clock, days):
        self.clock, self.days = clock, days
        self.before = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).replace(hour=15, minute=30, second=0, microsecond=0)
        self.date = (self.before + datetime.timedelta(days=days)).date()

    def at(self, hour, minute, days=None):
        """The clock is set to that time; as it is written. days: behind the first; the day's own otherwise."""
        moment = self.before.replace(hour=hour, minute=minute) + datetime.timedelta(days=self.days if days is None else days)
        self.clock.set(math.ceil((moment - datetime.datetime.now(datetime.timezone.utc)).total_seconds()))
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Page:
    """What a page tells: each hour's lines, and what the auditor types in the evening. written: the day on it."""

    def __init__(self, name, written):
        with open(f"{SOURCE}/docs/scenarios/{name}.md", encoding="ascii") as page:
            blocks = BLOCK.findall(page.read())
        self.told, (self.commands,) = [text for kind, text in blocks if kind == "text"], [text for kind, text in blocks if kind == "sh"]
        self.written = written

    def comparable(self, told, day):
        """The lines as if that day were the page's, and its first entry as far behind the log's beginning; how long the machine took, how good a
        print is, and what is drawn by chance is another thing each time."""
        first = int(told.split()[0])
        told = re.sub(r"^\d+", lambda found: str(int(found.group()) - first), told, flags=re.MULTILINE)
        told = moved(told, self.written - day)
        told = re.sub(r"(\d\d):\d\d:\d\d(\.\d+)?", r"\1", told)
        return re.sub(r"quality \d+|\d+\.\d MiB|case [0-9a-f]{16}", "", told).splitlines()

    def audited(self, folder, day):
        """What the page's commands print, where nothing but the export and the verifier key is."""
        return [subprocess.run([KORDONCTL, *command.split()[1:]], cwd=folder, env={}, capture_output=True, text=True, check=False)
                for command in moved(self.commands, day - self.written).splitlines()]
