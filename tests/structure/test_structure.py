"""What keeps the house in order: who may include whom, what the matcher may hold, what words may not appear."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("KORDON_BUILD_DIR", f"{SOURCE}/build")

# folder -> whose public headers it may include (DESIGN: dependencies point one way)
MAY_INCLUDE = {
    "base": set(),
    "policy": {"base"},
    "json": {"base"},
    "matcher": {"base"},
    "sample": {"base"},
    "enrol": {"base", "matcher", "sample"},
    "crypto": {"base"},
    "config": {"base", "policy"},
    "log": {"base", "json", "crypto"},
    "store": {"base", "json", "crypto", "log"},
    "list": {"base", "policy", "json", "matcher", "enrol", "crypto", "log", "store"},
    "retention": {"base", "policy", "json", "crypto", "log", "store"},
    "scanner": {"base"},
    "daemon": {"base", "policy", "json", "matcher", "sample", "enrol", "crypto", "log", "config", "store", "list", "retention", "scanner"},
    "packaging": {"config"},
    "tools": {"base", "policy", "json", "matcher", "sample", "enrol", "crypto", "log", "config", "store", "list", "retention"},
    "lab": {"base", "matcher", "sample", "enrol", "tools"},  # of tools what it measures with
}
# kordond's rooms: each is a folder of daemon/, or some files of its root that stand between them. Room -> those it may include: never one
# that comes later, so that what happens below is told to whoever asked for it by a waiter or an event, and never by a call upwards.
DAEMON_ROOMS = {
    "core": set(),
    "threads": {"core"},
    "scanners": set(),
    "search": {"core", "threads", "scanners"},
    "ground": {"core", "threads", "scanners", "search"},
    "retention": {"core", "threads", "ground"},
    "list": {"core", "threads", "scanners", "search", "ground"},
    "self_test": {"core", "search", "ground"},
    "mode": {"core", "threads", "scanners", "ground", "list", "self_test"},
    "transactions": {"core", "threads", "scanners", "search", "ground", "list", "self_test", "mode"},
    "redress": {"core", "threads", "search", "ground", "transactions"},
    "referrals": {"core", "threads", "ground", "retention", "list", "transactions", "redress"},
    "http": {"core"},
    "house": {"core", "threads", "scanners", "search", "ground", "retention", "list", "self_test", "mode", "transactions", "redress", "referrals", "http"},
    "api": {"core", "threads", "scanners", "search", "ground", "retention", "list", "self_test", "mode", "transactions", "redress", "referrals", "http", "house"},
    "whole": {"core", "search", "ground", "list", "house", "api"},
}
DAEMON_ROOT_FILES = {
    "metrics": "core", "principal": "core", "accounts": "core", "register": "core", "quota": "core", "work": "core", "workers": "core",
    "sample_report": "ground", "events": "ground", "evidence": "ground", "places": "ground", "guard": "ground",
    "memory_need": "ground", "faults": "ground", "note_sweep": "ground", "policy_in_force": "ground",
    "mode": "mode", "degraded": "mode", "degraded_log": "mode", "suspension": "mode", "suspension_clock": "mode",
    "suspension_document": "mode", "storage_gaps": "mode",
    "readiness": "mode", "second_line": "mode",
    "kordond": "house", "loop": "house", "network": "house", "revocation_marks": "house", "lifecycle": "house", "loaded_configuration": "house", "reload": "house", "service_manager": "house", "start": "house", "acceptance": "house", "manual_record": "house",
    "policy_change": "house", "standing": "house", "policy_step": "house", "policy_step_internal": "house",
    "main": "whole", "process": "whole", "check_memory": "whole",
}

# library header prefix -> the only folders (or files) that may know it
LIBRARY_USERS = {
    "uv.h": ("daemon/",),
    "libwebsockets.h": ("daemon/http/server_lws",),
    "http_parser.h": ("daemon/http/head_parser.c",),
    "jansson.h": ("json/", "log/", "store/", "list/", "retention/", "daemon/", "tools/", "lab/"),
    "sqlite3.h": ("store/",),  # not log/: auditors link that alone
    "openssl/": ("crypto/", "daemon/http/tls_", "tools/kordonctl/tls_"),
    "fprint": ("scanner/", "lab/peers/"),
    "libfprint": ("scanner/",),
    "glib": ("scanner/",),
    "gio": ("scanner/",),
    "ini.h": ("config/", "policy/"),
    "png.h": ("sample/",),
    "jpeglib.h": ("sample/",),
    "curl/": ("tools/",),
    "lapacke.h": ("lab/discriminant",),
    "seccomp.h": ("scanner/",),
    "systemd/": ("daemon/service_manager",),
}
# Of these folders only some headers in the root are public: the protocol that daemon and scanner both parse.
PUBLIC = {"scanner": {"scanner/protocol.h"}}

# Private headers -> who else may include them: the laboratory derives the figures that the matcher holds, kordon-bench measures its
# parts, and both see its inside through one header; what both measure alike is the tools' common code.
MEASURE = ("lab/", "tools/bench/", "tools/measure/")
PRIVATE_USERS = {
    "matcher/laboratory_internal.h": MEASURE,
    "tools/measure/command_line.h": MEASURE,
    "tools/measure/evaluation.h": MEASURE,
    "tools/measure/measure.h": MEASURE,
    "tools/measure/penetration.h": MEASURE,
    "tools/measure/quality.h": MEASURE,
}


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=SOURCE, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\n") if name and os.path.exists(f"{SOURCE}/{name}")]


def read(name):
    with open(f"{SOURCE}/{name}", encoding="utf-8") as stream:
        return stream.read()


def code_files():
    return [name for name in tracked("*.c", "*.h") if name.split("/")[0] in MAY_INCLUDE]


def is_private(header):
    if header.startswith("daemon/"):
        return header.endswith("_internal.h")
    return header.count("/") > 1 or header.endswith("_internal.h") or header not in PUBLIC.get(header.split("/")[0], {header})


def test_includes_point_one_way():
    wrong = []
    for name in code_files():
        folder = name.split("/")[0]
        for included in re.findall(r'#include "([^"]+)"', read(name)):
            target = included.split("/")[0]
            if target == folder:
                continue
            if target not in MAY_INCLUDE[folder]:
                wrong.append(f"{name} includes {included}")
            elif is_private(included) and not name.startswith(PRIVATE_USERS.get(included, ("none",))):
                wrong.append(f"{name} includes the private {included}")
    assert wrong == [], "\n".join(map(str, wrong))


def room_of(name):
    parts = name.split("/")
    return parts[1] if len(parts) == 3 else DAEMON_ROOT_FILES[parts[1].split(".")[0]]


def test_rooms_of_the_daemon_are_used_one_way():
    wrong = []
    for name in tracked("daemon/*.c", "daemon/*.h"):
        for included in re.findall(r'#include "(daemon/[^"]+)"', read(name)):
            room, target = room_of(name), room_of(included)
            if target != room and (target not in DAEMON_ROOMS[room] or included.endswith("_internal.h")):
                wrong.append(f"{name} of {room} includes {included} of {target}")
    assert wrong == [], "\n".join(wrong)


def test_no_circle_among_headers():
    headers = {name: set(re.findall(r'#include "([^"]+)"', read(name))) for name in code_files() if name.endswith(".h")}
    left = dict(headers)
    while True:
        free = {name for name, included in left.items() if not included & left.keys()}
        if not free:
            break
        left = {name: included for name, included in left.items() if name not in free}
    assert sorted(left) == []


def test_the_matchers_root_holds_its_faces_only():
    """Its code lies in a folder a subject; who looks for what the matcher offers finds that and nothing else."""
    assert [name for name in tracked("matcher/*.c") if name.count("/") == 1] == []
    private = [name for name in tracked("matcher/*.h") if name.count("/") == 1 and is_private(name)]
    assert private == ["matcher/laboratory_internal.h"]


# The matcher's folders, each below those that may know it.
MATCHER_ORDER = ("processor", "geometry", "template", "quality", "extract", "codec", "decision", "compare", "signature", "search")


def test_the_matchers_folders_know_each_other_one_way():
    inside = [name for name in tracked("matcher/*.c", "matcher/*.h") if name.count("/") == 2]
    assert {name.split("/")[1] for name in inside} == set(MATCHER_ORDER)
    wrong = []
    for name in inside:
        folder = MATCHER_ORDER.index(name.split("/")[1])
        wrong += [f"{name} includes {included}" for included in re.findall(r'#include "matcher/(\w+)/', read(name))
                  if MATCHER_ORDER.index(included) > folder]
    listed = re.findall(r"^  '(\w+)/\w+\.c',$", read("matcher/meson.build").split("comparison_steps")[0], re.M)
    assert list(dict.fromkeys(listed)) == [folder for folder in MATCHER_ORDER if folder in listed]
    assert wrong == [], "\n".join(wrong)


def test_tools_common_code_knows_no_tool():
    """What the tools share lies below all of them."""
    common = [name for name in code_files() if name.startswith("tools/measure/")]
    wrong = [f"{name} includes {included}" for name in common for included in re.findall(r'#include "(tools/[^"]+)"', read(name))
             if not included.startswith("tools/measure/")]
    assert common and wrong == [], "\n".join(wrong)


def test_only_the_named_folders_know_a_library():
    wrong = []
    for name in code_files():
        for included in re.findall(r"#include <([^>]+)>", read(name)):
            for prefix, users in LIBRARY_USERS.items():
                if included.startswith(prefix) and not name.startswith(users):
                    wrong.append(f"{name} includes <{included}>")
    assert wrong == [], "\n".join(map(str, wrong))


def test_only_the_laboratory_needs_lapack():
    """Who builds the programs that are installed is not asked for it."""
    wrong = [name for name in tracked("*meson.build") if "lapack" in read(name) and not name.startswith("lab/")]
    wrong += re.findall(r'^(\w+)_packages="[^"]*lapack', read("run"), re.M)
    assert wrong == ["lab"]
    assert re.search(r"option\('lab', type: 'feature', value: 'disabled'", read("meson_options.txt"))


@pytest.mark.parametrize("header", [name for name in tracked("*.h") if name.split("/")[0] in MAY_INCLUDE])
def test_header_compiles_alone(header):
    flags = subprocess.run(["pkg-config", "--cflags", "libuv", "libfprint-2", "jansson", "libwebsockets"],
                           capture_output=True, text=True, check=True).stdout.split()
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/alone.c", "w", encoding="utf-8") as stream:
            stream.write(f'#include "{header}"\n')
        outcome = subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                                  f"-I{SOURCE}", *flags, f"{folder}/alone.c"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_matcher_holds_nothing():
    """The matcher library has no writable data and calls nothing that reads, writes, allocates, locks or asks the time."""
    library = f"{BUILD}/matcher/libmatcher.a"
    symbols = subprocess.run(["nm", "--format=posix", library], capture_output=True, text=True, check=True).stdout
    defined, undefined, writable = set(), set(), []
    for line in symbols.splitlines():
        parts = line.split()
        if len(parts) < 2 or parts[0].endswith(":"):
            continue
        name, kind = parts[0], parts[1]
        if kind == "U":
            undefined.add(name)
        else:
            defined.add(name)
        # .data.rel.ro holds constant tables of pointers: nm says d, the section is read-only after start.
        if kind in "BbCDG":
            writable.append(name)
    assert writable == []
    allowed = re.compile(
        r"^(mem(cpy|set|move|cmp)|str(len|cmp|ncmp)|__(mem|str)\w+_chk|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail"
        r"|(sqrt|exp|exp2|log|log2|log10|log1p|expm1|sin|cos|sincos|tan|atan|atan2|acos|asin|pow|hypot|floor|ceil|lround|lrint|fabs|rint|round|tgamma|lgamma|erf|erfc)f?"
        r"|qsort|__cpu_\w+|__popcountdi2|failure_\w+|reason_\w+|bytes_\w+|finger_\w+|guidance_\w+)$")
    assert sorted(name for name in undefined - defined if not allowed.match(name)) == []


def test_the_matchers_symbols_carry_its_name():
    """No name of its inside can meet another one in a program that links it: what is not static begins with matcher_."""
    shown = subprocess.run(["nm", "--extern-only", "--defined-only", "--format=posix", f"{BUILD}/matcher/libmatcher.a"],
                           capture_output=True, text=True, check=True).stdout
    names = {line.split()[0] for line in shown.splitlines() if len(line.split()) > 1}
    assert "matcher_compare" in names
    assert sorted(name for name in names if not name.startswith("matcher_")) == []


def symbols_by_file(library):
    """Object file -> (symbols it defines for others, symbols it takes from elsewhere)."""
    shown = subprocess.run(["nm", "--format=posix", library], capture_output=True, text=True, check=True).stdout
    files, current = {}, None
    for line in shown.splitlines():
        member = re.search(r"(\w+)\.c\.o\]?:$", line)
        if member:
            current = files.setdefault(member.group(1), (set(), set()))
            continue
        parts = line.split()
        if len(parts) >= 2 and current is not None:
            current[parts[1] == "U"].add(parts[0]) if parts[1] in "TRDBU" else None
    return files


@pytest.mark.parametrize("folder", ["policy", "json", "store", "log", "retention", "daemon/threads", "daemon/scanners", "daemon/search", "daemon/list",
                                    "daemon/transactions", "daemon/redress", "daemon/referrals", "daemon/http", "daemon/api"])
def test_calls_go_one_way(folder):
    """No circle among a room's files: the order in which its meson.build lists them is the order of calls."""
    sources = re.search(r"static_library\(.*?include_directories", read(f"{folder}/meson.build"), re.S).group(0)
    order = re.findall(r"'(\w+)\.c'", sources)
    name = re.search(r"static_library\('(\w+)'", sources).group(1)
    files = symbols_by_file(f"{BUILD}/{folder}/lib{name}.a")
    assert sorted(order) == sorted(files)
    home = {symbol: file for file, (defined, _) in files.items() for symbol in defined}
    wrong = [f"{file}.c calls {symbol}() of {home[symbol]}.c" for file, (_, taken) in files.items() for symbol in sorted(taken)
             if symbol in home and order.index(home[symbol]) > order.index(file)]
    assert wrong == [], "\n".join(wrong)


BANNED_CALLS = ("strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "atoi", "atol", "atof", "alloca", "assert",
                "system", "popen", "tmpnam", "mktemp", "rand", "srand", "abort", "signal", "longjmp",
                "skip")  # cmocka's, which meson takes for a failure: print "# skipped: why" and return
# where a banned call has a reason
CALL_REASONS = {("longjmp", "sample/"): "libpng and libjpeg report errors that way", ("skip", "base/"): "another one: text.c's own"}


def test_banned_calls():
    wrong = []
    for name in code_files():
        text = re.sub(r"/\*.*?\*/", "", read(name), flags=re.S)
        text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
        for call in BANNED_CALLS:
            if re.search(rf"(?<![\w.>]){call}\s*\(", text):
                if not any(call == banned and name.startswith(place) for banned, place in CALL_REASONS):
                    wrong.append(f"{name} calls {call}()")
    assert wrong == [], "\n".join(map(str, wrong))


# jansson's calls that json/ has in a form with an error that sticks, and the places that use them as they are
UNCHECKED_JSON = re.compile(r"\bjson_(object_set\w*|array_append\w*|array_insert\w*|v?pack\w*|load\w*)\s*\(")
WRITES_JSON_ITSELF = ("json/", "tools/bench/", "lab/")


def test_json_is_read_and_written_through_its_room():
    wrong = [f"{name} calls {call.group(0)})" for name in code_files() if not name.startswith(WRITES_JSON_ITSELF)
             for call in UNCHECKED_JSON.finditer(read(name))]
    assert wrong == [], "\n".join(wrong)


def test_kordond_speaks_to_the_operator_in_one_way():
    """Lines, levels and what is never said are base/say.h's: nothing else of the daemon writes to standard error."""
    wrong = [name for name in code_files() if name.startswith("daemon/") and re.search(r"\b(stderr|perror)\b", read(name))]
    assert wrong == [], "\n".join(wrong)


def test_no_erased_body_is_shown_by_a_way_of_its_own():
    """retention/reading.h asks whether a body was erased and put back. What erases asks itself, as does the verifier; measurements show nobody."""
    asks_itself = ("daemon/retention/", "tools/kordonctl/log_source.c", "tools/bench/")
    wrong = [f"{name} calls {call})" for name in code_files() if name.startswith(("daemon/", "tools/"))
             and name.endswith(".c") and not name.startswith(asks_itself)
             for call in re.findall(r"\b(?:journal_(?:read|search|receipt|render)|log_source_store)\s*\(", re.sub(r"/\*.*?\*/", "", read(name), flags=re.S))]
    assert wrong == [], "\n".join(wrong)


def test_statements_are_run_by_their_room():
    """schema.c compares what two connections hold, without a store; database.c closes what was prepared."""
    wrong = [f"{name} calls {call})" for name in code_files() if name.startswith("store/") and name != "store/statement.c"
             for call in re.findall(r"\bsqlite3_(?:prepare|bind|step|reset|finalize)\w*\s*\(", read(name))
             if name != "store/schema.c" and (name, call) != ("store/database.c", "sqlite3_finalize(")]
    assert wrong == [], "\n".join(wrong)


def test_kinds_of_identities_are_spelled_in_one_place():
    """base/identity.h has them. What an auditor proves by (log/course_*.c) has words of its own, which do not follow where kordond's change."""
    spelled = re.compile(r'"(?:person|device|user|uid|group|certificate):["%]')
    wrong = [f"{name}: {found}" for name in code_files() if name != "base/identity.h" and not name.startswith("log/course_")
             for found in spelled.findall(re.sub(r"/\*.*?\*/", "", read(name), flags=re.S))]
    assert wrong == [], "\n".join(wrong)


def test_no_library_call_ends_the_process():
    """exit() belongs to main(): a folder's library returns a reason instead."""
    wrong = [name for name in code_files() if name.endswith(".c") and not name.endswith("main.c")
             and not name.startswith(("tools/", "lab/")) and re.search(r"(?<!\w)_?exit\s*\(", re.sub(r"/\*.*?\*/", "", read(name), flags=re.S))]
    assert [name for name in wrong if not name.startswith("scanner/")] == []


# An absolute path of more than its first folder: what stands before it ends nothing that it goes on.
ABSOLUTE_PATH = re.compile(r"(?<![\w.~/%}>*)\]$#+\\-])(/[A-Za-z][\w.-]*)(/[\w.-]*)")
# Where every machine has its own, and what of the API and of tests looks like a path; any other is somebody's home or workplace.
FOLDERS_OF_ANY_MACHINE = {"/bin", "/dev", "/etc", "/media", "/proc", "/run", "/sys", "/usr", "/var"}
NO_FOLDERS = {"/v1", "/healthz", "/absolute", "/nonexistent-kordon"}
UNFINISHED = re.compile(r"\bissue [0-9]+\b|\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b(?!X)")


def strange_paths(text):
    """In /tmp only what says that it is kordon's."""
    return [folder + rest for folder, rest in ABSOLUTE_PATH.findall(text)
            if folder not in FOLDERS_OF_ANY_MACHINE | NO_FOLDERS and not (folder == "/tmp" and rest.startswith("/kordon"))]


@pytest.mark.parametrize("place", ["home/ann", "root/x", "Users/Ann", "workplace/kordon", "mnt/disk", "tmp/x"])
@pytest.mark.parametrize("before", ["", " ", '"', "`", "file:", "DIR=", "(", ",", "-I "])
def test_a_path_of_somebodys_machine_is_seen(place, before):
    assert strange_paths(f"{before}/{place}/file") == [f"/{place}"]


def test_the_project_speaks_of_itself_alone():
    wrong = []
    for name in tracked():
        if name.endswith((".png", ".iso", ".jpg", ".gitignore")) or "/fuzz_" in name:
            continue
        try:
            text = re.sub(r'base64,[^"]*', "", read(name))  # pictures within drawings
        except UnicodeDecodeError:
            continue
        wrong += [f"{name}: {found}" for found in UNFINISHED.findall(text) + strange_paths(text)]
    assert wrong == [], "\n".join(wrong)


def test_files_stay_of_a_size_one_can_hold_in_mind():
    assert [f"{name}: {read(name).count(chr(10))} lines" for name in tracked("*.c", "*.h", "*.py")
            if read(name).count("\n") > 600] == []


def test_the_example_terminal_is_short_and_needs_nothing_beside_python():
    with open(f"{SOURCE}/docs/example-terminal/terminal.py", encoding="ascii") as stream:
        text = stream.read()
    assert text.count("\n") <= 150 and max(map(len, text.split("\n"))) <= 150
    imported = {name for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))
                for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])}
    assert {"http.client", "ssl"} <= imported
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)


def test_public_headers_document_each_function():
    """Each function of a public header stands below a comment: its own block's, or that of the block just above."""
    wrong = []
    for name in tracked("*.h"):
        if name.split("/")[0] not in MAY_INCLUDE or is_private(name):
            continue
        before = ""
        for block in re.split(r"\n\s*\n", read(name)):
            has_function = re.search(r"^\w[\w\s*]*\b\w+\([^;{]*\)[^;{]*;", block, flags=re.M)
            if has_function and "/*" not in before + block:
                wrong.append(f"{name}: {has_function.group(0).splitlines()[0]}")
            before = block
    assert wrong == [], "\n".join(map(str, wrong))


def test_lint():
    outcome = subprocess.run([f"{SOURCE}/tests/structure/lint.sh", BUILD, "quick"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("program, folder", [("kordon-bench", "bench"), ("kordon-synth", "synth")])
def test_man_page_has_the_options_and_commands_of_the_help(program, folder):
    """And no others; argp says the help's own two itself."""
    shown = subprocess.run([f"{BUILD}/tools/{folder}/{program}", "--help"], capture_output=True, text=True, check=True).stdout
    page = read(f"docs/{program}.1")
    assert set(re.findall(r"^\.It .*Fl -([a-z-]+)", page, re.M)) | set(re.findall(r", Fl -([a-z-]+)", page)) == \
        set(re.findall(r"--([a-z-]+)", re.sub(r".*--(help|usage).*", "", shown))) - {"usage", "help"}
    commands = re.findall(r"^  ([a-z-]+) +[a-z]", shown.split("Commands:")[1], re.M) if "Commands:" in shown else []
    assert sorted(re.findall(r"^\.It Cm ([a-z-]+)$", page, re.M)) == sorted(commands)


def text_of_man(lines):
    """What a manual page's lines say, without its macros' names and quotes."""
    return re.sub(r'^\.[BI][RI]? |"', "", lines, flags=re.M).replace("\\-", "-")


def test_man_page_of_kordonctl_has_each_command_with_its_options():
    """Below each command those that it takes; and of each option what --help says of it."""
    def shown(*words):
        return subprocess.run([f"{BUILD}/tools/kordonctl/kordonctl", *words], capture_output=True, text=True, check=True).stdout

    def options(text):
        return {name: " ".join(told.split()) for name, told in
                re.findall(r"^ {2,6}(?:-\w, )?--([a-z-]+)(?:=\S+)?((?: .*| *\n {29}.*)(?:\n {20}.*)*)", text, re.M)}

    everywhere = options(shown("init", "--help"))
    assert set(everywhere) == {"config", "json", "help", "version", "server", "certificate", "key", "authority"}
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?) ", shown("help"), re.M)
    helps = {command: {name: told for name, told in options(shown(*command.split(), "--help")).items() if told != everywhere.get(name)}
             for command in commands}
    sections = dict(re.findall(r"^\.SH ([A-Z ]+)\n(.*?)(?=^\.SH|\Z)", read("docs/kordonctl.1"), re.M | re.S))

    taken = {command: set() for command in commands}
    described = set()
    for item in sections["COMMANDS"].split(".TP\n")[1:]:
        text = text_of_man(item)
        command = max((name for name in commands if re.match(rf"{name}(?![\w-])", text)), key=len)
        described.add(command)
        taken[command] |= {name for line in re.findall(r"^Takes (.*)\.$", text, re.M) for name in re.findall("--([a-z-]+)", line)}
    assert described == set(commands)
    assert taken == {command: set(takes) for command, takes in helps.items()}

    told = {}
    for item in sections["OPTIONS"].replace(".PP\n", ".TP\n").split(".TP\n"):
        found = re.match(r"--([a-z-]+)[^\n]*\n(.*)", text_of_man(item), re.S)
        if found is not None:
            told[found.group(1)] = " ".join(found.group(2).split())
    assert set(everywhere) <= set(told)
    own = {name: f"{text}." for takes in helps.values() for name, text in takes.items()}
    assert {name: text for name, text in told.items() if name not in everywhere or name in own} == own


def api_description():
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(read("docs/openapi.yaml"))


def operations():
    """(METHOD, path with {} for each parameter) -> operation."""
    return {(verb.upper(), re.sub(r"\{[^}]*\}", "{}", path)): operation for path, item in api_description()["paths"].items()
            for verb, operation in item.items() if verb != "parameters"}


def test_api_description_has_every_route():
    """Each route of the table stands in docs/openapi.yaml with its roles, and no other; what else it names is a case of one of them."""
    table = read("daemon/api/routes.c").split("const struct route routes[] = {")[1].split("\n};")[0].replace("{*}", "{}")
    words = {name: [role.lower() for role in re.findall(r"ROLE_(\w+)", text)]
             for name, text in re.findall(r"#define (\w+) +\((ROLE_.*)\)", read("daemon/api/routes.h"))}
    words["ROLE_ANY"] = [name.lower() for name in re.findall(r"^    ROLE_(\w+) = ", read("base/role.h"), re.M)]
    described = operations()
    rows = re.findall(r'\{HTTP_(\w+),\s*"([^"]+)",\s*([^,]+),\s*([^,]+),\s*ROUTE_\w+,\s*"([^"]*)",', table)
    assert len(rows) == table.count("{HTTP_")
    shared = api_description()["components"]["parameters"]
    for method, path, roles, traits, query in rows:
        operation = described[method, path]
        wanted = words[roles] if roles in words else [word.lower() for word in re.findall(r"ROLE_(\w+)", roles) if roles != "ROUTE_NO_ROLE"]
        assert sorted(operation.get("x-roles", [])) == sorted(wanted), path
        assert operation.get("x-locked-too", False) == ("ROUTE_LOCKED_TOO" in traits), path
        # One row renders the log's files and the statement of what is withheld, which stand apart there.
        taken = described["GET", "/v1/log/files/redaction"] if path == "/v1/log/files/{}" else operation
        parameters = [shared[parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter for parameter in taken.get("parameters", [])]
        assert sorted(query.split()) == sorted(parameter["name"] for parameter in parameters if parameter["in"] == "query"), path
        assert any(parameter.get("name") == "justification" and parameter.get("required") for parameter in operation.get("parameters", [])) == \
            ("ROUTE_JUSTIFIED" in traits), path
        assert ({"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", [])) == ("ROUTE_REPEATABLE" in traits), path
    assert described.keys() - {(method, path) for method, path, _, _, _ in rows} == {("GET", "/v1/log/files/redaction")}


def test_api_description_has_every_state_and_event_of_a_reader():
    """Each word that the program can say, in its order: a client that trusts the description refuses any other."""
    schemas = api_description()["components"]["schemas"]
    assert schemas["TransactionState"]["enum"] == re.findall(r'^    STATE\(\w+, CODE_\("state", "(\w+)"\)\)', read("daemon/transactions/states.h"), re.M)
    pool = read("daemon/scanners/pool.c")
    assert schemas["ScannerState"]["enum"] == re.findall(r'\[SCANNER_STATE_\w+\] = "(\w+)"', pool)
    assert schemas["ScannerEvent"]["properties"]["event"]["enum"] == re.findall(r'\[SCANNER_EVENT_\w+\] = "(\w+)"', pool)


def test_api_description_has_every_guidance():
    codes = re.findall(r'\bCODE\([\s\\]*[A-Z_]+,[\s\\]*"(\w+)"', read("base/guidance.h"))
    assert len(codes) == read("base/guidance.h").count("CODE(")
    assert api_description()["components"]["schemas"]["Guidance"]["properties"]["code"]["enum"] == codes


def test_api_description_has_every_reason_under_its_status():
    """A reason stands under the status of its class; under 503 also what locks kordond or disarms it."""
    description = api_description()
    classes = dict(re.findall(r"^    CLASS\((\w+), \d+, (\d+)\)", read("base/failure.h"), re.M))
    status_of = {name: classes[kind] for name, kind in re.findall(r"^    REASON\((\w+), (\w+),", read("base/failure.h"), re.M)}
    schemas = description["components"]["schemas"]
    assert schemas["Reason"]["enum"] == [name for name in status_of if name != "DONE"]

    def resolve(part):
        while "$ref" in part:
            found = description
            for step in part["$ref"].split("/")[1:]:
                found = found[step]
            part = found
        return part

    def reasons(schema):
        schema = resolve(schema)
        return set(schema.get("enum", [])).union(*map(reasons, schema.get("anyOf", [])))
    wrong, seen = [], set()
    for (method, path), operation in operations().items():
        for status, response in operation["responses"].items():
            if status < "400":
                continue
            schema = resolve(response)["content"]["application/json"]["schema"]
            listed = reasons(schema["allOf"][1]["properties"]["reason"])
            assert listed, (method, path, status)
            seen |= listed
            wrong += [(method, path, status, name) for name in listed if status not in (status_of[name], "413", "503")]
    assert wrong == []
    never = {"BAD_ARGUMENT", "COURSE_BROKEN", "OUTPUT_EXISTS", "STATE_EXISTS", "CONFIGURATION_BAD", "DAEMON_NOT_REACHABLE", "SERVER_NOT_REACHABLE", "SERVER_UNPROVEN",
             "CERTIFICATE_REFUSED", "ROUTE_NOT_FOUND", "LIST_STALE", "DONE"}
    assert set(status_of) - seen == never


def test_the_linter_of_the_api_description_finds_what_is_wrong(tmp_path):
    """A reference to nothing, an example that its schema refuses, an operation without an id: each is found, and the description has none."""
    def judge():
        return subprocess.run([tmp_path / "tests/structure/lint_openapi.sh", f"{BUILD}"], capture_output=True, text=True, check=False)
    shutil.copytree(f"{SOURCE}/tests/structure", tmp_path / "tests/structure", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    whole = read("docs/openapi.yaml")
    (tmp_path / "docs/openapi.yaml").write_text(whole)
    outcome = judge()
    if outcome.returncode == 77:
        pytest.skip(outcome.stderr.strip())
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    for old, new in (("schemas/Health'", "schemas/Nothing'"), ("armed_from_fingers: 2}", "armed_from_fingers: many}"),
                     ("      operationId: getHealth\n", "")):
        assert old in whole
        (tmp_path / "docs/openapi.yaml").write_text(whole.replace(old, new, 1))
        outcome = judge()
        assert outcome.returncode == 1, (new, outcome.stdout)
