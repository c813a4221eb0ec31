"""What meson install puts on a machine, and that it works there as it stands."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from kordond import BUILD, PATIENCE, SOURCE, Kordond, user_name, wait_until

FILES = """
bin/kordonctl
etc/kordon/kordon.conf
lib/systemd/system/kordond.service
lib/sysusers.d/kordon.conf
lib/tmpfiles.d/kordon.conf
lib/udev/rules.d/71-kordon-readers.rules
libexec/kordon/kordon-scanner
sbin/kordond
share/bash-completion/completions/kordonctl
share/bash-completion/completions/kordond
share/doc/kordon/kordon.conf
share/kordon/policies/demonstration.policy
share/kordon/policies/ees.policy
share/kordon/policies/protection.policy
share/kordon/policies/ukraine.policy
share/man/man1/kordonctl.1
share/man/man5/kordon-policy.5
share/man/man5/kordon.conf.5
share/man/man8/kordond.8
""".split()
READERS_HWDB = "/usr/lib/udev/hwdb.d/60-autosuspend-libfprint-2.hwdb"
ON_THE_CHIP = {"elanmoc", "egismoc", "fpcmoc", "focaltech_moc", "goodixmoc", "realtek", "synaptics"}  # they give no image


def install(folder):
    outcome = subprocess.run(["/usr/bin/meson", "install", "-C", BUILD, "--no-rebuild"], env={**os.environ, "DESTDIR": str(folder)},
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.fixture(name="installed", scope="module")
def fixture_installed(tmp_path_factory):
    """The prefix below the changed root."""
    folder = tmp_path_factory.mktemp("root")
    install(folder)
    prefix = next(name for name, folders, _ in os.walk(folder) if "sbin" in folders)
    return prefix


def read(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def need(program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def test_the_installed_files_are_these(installed):
    found = [os.path.relpath(f"{folder}/{name}", installed) for folder, _, names in os.walk(installed) for name in names]
    assert sorted(found) == FILES


def test_A8_an_edited_configuration_is_not_written_over(tmp_path):
    install(tmp_path)
    path = next(f"{folder}/kordon.conf" for folder, _, _ in os.walk(tmp_path) if folder.endswith("etc/kordon"))
    with open(path, "a", encoding="ascii") as stream:
        stream.write("# the post's own\n")
    install(tmp_path)
    assert read(path).endswith("# the post's own\n")


def test_the_sample_is_valid_as_it_stands_and_knows_this_prefix(installed, tmp_path):
    """As it stands: only the changed root is put before the path of the program that must be there."""
    text, prefix = read(f"{installed}/etc/kordon/kordon.conf"), installed[installed.index("root0") + len("root0"):]
    text, count = re.subn(f"^#?program = {prefix}/libexec/kordon/kordon-scanner$", f"program = {installed}/libexec/kordon/kordon-scanner",
                          text, flags=re.MULTILINE)
    assert count == 1, text
    sample = tmp_path / "kordon.conf"
    sample.write_text(text, encoding="ascii")
    checked = subprocess.run([f"{installed}/sbin/kordond", "--config", sample, "--check-config"], capture_output=True, text=True,
                             check=False)
    assert checked.returncode == 0 and "valid" in checked.stdout, checked


def test_the_installed_kordond_serves_with_the_sample(installed, tmp_path):
    """The sample with its places below a folder of ours, and with somebody who may ask."""
    post = Kordond(tmp_path)
    text = read(f"{installed}/etc/kordon/kordon.conf")
    for key, value in {"directory": f"{tmp_path}/state", "machine_key": f"file:{tmp_path}/machine.key", "socket": f"{tmp_path}/s",
                       "program": f"{installed}/libexec/kordon/kordon-scanner", "administrator": f"user:{user_name()}"}.items():
        text, count = re.subn(f"^#?{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert count == 1, key
    with open(post.configuration, "w", encoding="ascii") as stream:
        stream.write(text)
    subprocess.run([f"{installed}/bin/kordonctl", "--config", post.configuration, "init"], capture_output=True, check=True)
    process = subprocess.Popen([f"{installed}/sbin/kordond", "--config", post.configuration], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        assert process.stdout.readline().startswith(b"kordond: ready")
        client = post.client()
        assert client.get("/healthz").status == 200
        assert client.get("/v1/status").json["roles"] == ["administrator"]
        wait_until(lambda: client.get("/v1/scanners").status == 200)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_unit_is_one_for_systemd(installed, tmp_path):
    need("systemd-analyze")
    unit = read(f"{installed}/lib/systemd/system/kordond.service")
    program = re.search("^ExecStart=([^ ]*)", unit, re.MULTILINE).group(1)
    assert f"{installed}/sbin/kordond".endswith(program)
    path = tmp_path / "kordond.service"
    path.write_text(unit.replace(program, f"{installed}/sbin/kordond"), encoding="ascii")
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "kordond.service" not in checked.stderr, checked.stderr


def test_user_and_groups_of_the_unit_and_the_rules_are_made(installed, tmp_path):
    need("systemd-sysusers")
    (tmp_path / "etc").mkdir()
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", f"{installed}/lib/sysusers.d/kordon.conf"], check=True, capture_output=True)
    groups = {line.split(":")[0]: line.strip().split(":")[3] for line in read(tmp_path / "etc/group").splitlines()}
    assert groups == {"kordon": "", "kordon-readers": "kordon"}
    unit, rules = read(f"{installed}/lib/systemd/system/kordond.service"), read(f"{installed}/lib/udev/rules.d/71-kordon-readers.rules")
    assert "\nUser=kordon\nGroup=kordon\nSupplementaryGroups=kordon-readers\n" in unit
    assert set(re.findall('GROUP="([^"]*)"', rules)) == {"kordon-readers"}
    if os.getuid() != 0:
        pytest.skip("needs root, to make folders of other users")
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={tmp_path}", f"{installed}/lib/tmpfiles.d/kordon.conf"], check=True,
                   capture_output=True)
    user = next(int(line.split(":")[2]) for line in read(tmp_path / "etc/passwd").splitlines() if line.startswith("kordon:"))
    keys = re.search("^machine_key = file:(.*)/machine.key$", read(f"{installed}/etc/kordon/kordon.conf"), re.MULTILINE).group(1)
    for folder in (keys, "/var/lib/kordon"):
        status = os.stat(f"{tmp_path}{folder}")
        assert (status.st_uid, oct(status.st_mode & 0o777)) == (user, "0o700"), folder


def test_the_rules_name_every_reader_that_gives_images(installed):
    if not os.path.exists(READERS_HWDB):
        pytest.skip("libfprint's list of readers is not installed")
    rules = read(f"{installed}/lib/udev/rules.d/71-kordon-readers.rules")
    allowed = {(vendor, product) for vendor, products in re.findall('idVendor}=="(.*?)", ATTR{idProduct}=="(.*?)"', rules)
               for product in products.split("|")}
    wanted, refused = set(), set()
    for driver, lines in re.findall(r"# Supported by libfprint driver (\w+)\n((?:usb:.*\n)+)", read(READERS_HWDB)):
        readers = {(vendor.lower(), product.lower()) for vendor, product in re.findall("usb:v(....)p(....)", lines)}
        (refused if driver in ON_THE_CHIP else wanted).update(readers)
    assert wanted and refused
    assert allowed - wanted == set() and wanted - allowed == set()


def test_the_manual_names_every_option(installed):
    page = read(f"{installed}/share/man/man8/kordond.8").replace("\\-", "-")
    shown = subprocess.run([f"{installed}/sbin/kordond", "--help"], capture_output=True, text=True, check=True).stdout
    options = set(re.findall("--[a-z-]+", shown))
    assert "--check-config" in options
    assert [option for option in options if option not in page] == []


def complete(installed, *words):
    """What bash offers for the last word."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1"; printf "%s\\n" "${COMPREPLY[@]}"')
    outcome = subprocess.run(["bash", "-c", script, "bash", f"{installed}/share/bash-completion/completions/{words[0]}", *words],
                             env={**os.environ, "PATH": f"{installed}/bin:{installed}/sbin:{os.environ['PATH']}"}, cwd=SOURCE,
                             capture_output=True, text=True, check=True)
    return outcome.stdout.split()


@pytest.mark.parametrize("words, offered", [
    (("kordonctl", "wa"), ["watchlist"]),
    (("kordonctl", "watchlist", "e"), ["erase"]),
    (("kordonctl", "--json", "log", "ver"), ["verify", "verify-receipt"]),
    (("kordonctl", "--config", "x", "status", "--js"), ["--json"]),
    (("kordonctl", "--config", "=", "x", "state", "acc"), ["accept"]),
    (("kordonctl", "state", "accept", ""), ["anchor", "clock"]),
    (("kordonctl", "referral", "verdict", "4f1d", ""), ["hit", "false_positive", "inconclusive"]),
    (("kordonctl", "referral", "judge", "4f1d", "l"), ["limited"]),
    (("kordonctl", "identify", "--finger", "left_"), [f"left_{name}" for name in ("thumb", "index", "middle", "ring", "little")]),
    (("kordonctl", "identify", "--finger", "=", "right_i"), ["right_index"]),
    (("kordonctl", "identify", "--age-band", "6"), ["6_to_11"]),
    (("kordonctl", "watchlist", "import", "--dry"), ["--dry-run"]),
    (("kordonctl", "watchlist", "import", "READ"), ["README.md"]),
    (("kordonctl", "verify", "--reference", "LIC"), ["LICENSE"]),
    (("kordond", "--check"), ["--check-config"]),
    (("kordond", "--config", "READ"), ["README.md"]),
])
def test_bash_completes(installed, words, offered):
    assert complete(installed, *words) == offered


def test_bash_offers_every_command(installed):
    shown = subprocess.run([f"{installed}/bin/kordonctl", "--help"], capture_output=True, text=True, check=True).stdout
    first = {line[2:20].split()[0] for line in shown.splitlines() if re.match("  [a-z]", line)}
    assert set(complete(installed, "kordonctl", "")) == first and "identify" in first
