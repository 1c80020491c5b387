"""Measures Crossplay and JaxMARL on the same work, in turns, and prints both side by side; scripts/compare calls it.

For each piece of work the peer compiles and warms up in a process of its own. Then every round runs ours
(`crossplay bench`, whose own warm-up is not counted) and the peer, until there are enough rounds or the time is up.
"""

import argparse
import dataclasses
import fnmatch
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time

import work

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent


class Problem(Exception):
    """One sentence that names what is wrong and says what to do."""


def arguments():
    names = ", ".join(row.name for row in work.all_work())
    parser = argparse.ArgumentParser(prog="scripts/compare", description=f"Rows: {names}.")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="rows, also as patterns such as 'train-*'")
    parser.add_argument("--rounds", type=int, metavar="COUNT", help="most rounds of a row (default: 5; quick: 2)")
    parser.add_argument("--seconds", type=float, default=300, help="most seconds of a row (default: 300)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write everything measured to FILE")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that all works, measures nothing")
    options = parser.parse_args()
    options.rounds = (2 if options.quick else 5) if options.rounds is None else options.rounds
    if options.rounds < 1 or options.seconds <= 0:
        raise Problem("--rounds and --seconds are positive")
    if options.json and not options.json.resolve().parent.is_dir():
        raise Problem(f"--json: there is no folder {options.json.resolve().parent}; make it first")
    return options


def chosen(options):
    rows = work.all_work()
    patterns = options.only or (work.QUICK if options.quick else ["*"])
    for pattern in patterns:
        if not fnmatch.filter([row.name for row in rows], pattern):
            raise Problem(f"no row is called {pattern}; there are {', '.join(row.name for row in rows)}")
    rows = [row for row in rows if any(fnmatch.fnmatch(row.name, pattern) for pattern in patterns)]
    return [work.tiny(row) for row in rows] if options.quick else rows


def peer_python():
    """The Python of a virtual environment with the peer, which is installed unless CROSSPLAY_PEER_VENV names one."""
    if given := os.environ.get("CROSSPLAY_PEER_VENV"):
        python = pathlib.Path(given) / "bin" / "python"
        if not python.exists():
            raise Problem(f"there is no {python}; unset CROSSPLAY_PEER_VENV to install the peer")
        return python
    folder = ROOT / ".build" / "compare"
    installed = folder / "installed.txt"
    requirements = HERE / "requirements.txt"
    if not installed.exists() or installed.read_text() != requirements.read_text():
        if sys.version_info < (3, 11):
            raise Problem(f"JaxMARL needs Python 3.11 or later and python3 is {platform.python_version()}; install one")
        print(f"compare: installing the peer in {folder}", file=sys.stderr)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        for command in ([sys.executable, "-m", "venv", "--clear", folder], pip):
            if subprocess.run(command, stdout=sys.stderr).returncode != 0:
                raise Problem(f"the peer could not be installed in {folder}; what pip said is above")
        installed.write_text(requirements.read_text())
    return folder / "bin" / "python"


def crossplay_binary():
    """The program that CROSSPLAY_BINARY names, or a release build of this checkout."""
    if given := os.environ.get("CROSSPLAY_BINARY"):
        if not shutil.which(given):
            raise Problem(f"there is no program {given}; unset CROSSPLAY_BINARY to build it")
        return given
    build = ["swift", "build", "--package-path", ROOT, "-c", "release"]
    if subprocess.run([*build, "--product", "crossplay"], stdout=sys.stderr).returncode != 0:
        raise Problem("crossplay does not build; what the compiler said is above")
    folder = subprocess.run([*build, "--show-bin-path"], stdout=subprocess.PIPE, text=True, check=True)
    return pathlib.Path(folder.stdout.strip()) / "crossplay"


class Ours:
    """`crossplay bench` on one piece of work; a process per call."""

    def __init__(self, row, binary):
        self.command = [binary, "bench", row.kind, "--environment", row.environment["name"], "--json"]
        self.command += ["--repetitions", str(row.repetitions)]
        for override in row.overrides():
            self.command += ["--set", override]
        self.repetitions = row.repetitions

    def measure(self, seconds):
        """(env steps per second of every repetition, what the program said of itself)"""
        try:
            done = subprocess.run(self.command, stdout=subprocess.PIPE, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        if done.returncode != 0:
            raise Problem("crossplay bench failed; what it said is above")
        result = json.loads(done.stdout)
        rate = result["env_steps_per_second"]
        # One or three repetitions: these are all of them.
        return [rate["median"]] if self.repetitions == 1 else [rate[key] for key in ("min", "median", "max")], result


class Peer:
    """peer.py on one piece of work, compiled once; a process that waits between calls."""

    def __init__(self, row, python, quick):
        environment = os.environ.copy()
        # Without this flag a batch of seeds can hang on two cores.
        flag = "--xla_cpu_enable_concurrency_optimized_scheduler=false"
        environment["XLA_FLAGS"] = f"{environment.get('XLA_FLAGS', '')} {flag}".strip()
        environment.setdefault("JAX_PLATFORMS", "cpu")
        if quick:
            environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # compiles sooner
        self.repetitions = row.repetitions
        command = [python, "-W", "ignore", HERE / "peer.py", json.dumps(dataclasses.asdict(row))]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def answer(self, seconds):
        """The next answer; the process does not outlive the time."""
        expired = threading.Event()
        timer = threading.Timer(seconds, lambda: (expired.set(), self.process.kill()))
        timer.daemon = True
        timer.start()
        try:
            line = self.process.stdout.readline()
        finally:
            timer.cancel()
        if line:
            return json.loads(line)
        if expired.is_set():
            raise TimeoutError
        raise Problem("the peer failed; what it said is above")

    def measure(self, seconds):
        """Env steps per second of every repetition."""
        try:
            print(self.repetitions, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise Problem("the peer stopped; what it said is above") from None
        return self.answer(seconds)["env_steps_per_second"]


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def measure(row, python, binary, options):
    """Both sides of one row in turns. A round that does not finish in the row's time does not count."""
    begun = time.monotonic()
    rounds = []

    def left():
        return max(begun + options.seconds - time.monotonic(), 0.01)

    with Peer(row, python, options.quick) as peer:
        ours = Ours(row, binary)
        try:
            ready = peer.answer(left())
            longest = 0.0
            while len(rounds) < options.rounds and longest < left():
                round_begun = time.monotonic()
                our_rates, said = ours.measure(left())
                rounds.append({"ours": our_rates, "peer": peer.measure(left()), "said": said})
                longest = max(longest, time.monotonic() - round_begun)
        except TimeoutError:
            if not rounds:
                raise Problem(f"no round finished in {options.seconds:g} s; raise --seconds") from None
    rates = {side: [rate for one in rounds for rate in one[side]] for side in ("ours", "peer")}
    ratios = [statistics.median(one["ours"]) / statistics.median(one["peer"]) for one in rounds]
    said = rounds[0]["said"]
    return {
        **dataclasses.asdict(row),
        "description": row.description(),
        "rounds": len(rounds),
        "ours": {
            "env_steps_per_second": spread(rates["ours"]),
            "repetitions": rates["ours"],
            "warm_up_seconds": max(one["said"]["warm_up_seconds"] for one in rounds),
            **{key: said[key] for key in ("device", "driver", "commit")},
        },
        "peer": {"env_steps_per_second": spread(rates["peer"]), "repetitions": rates["peer"], **ready},
        "ratio": spread(ratios) | {"rounds": ratios},
    }


def magnitude(values):
    """Median (least to most), in one unit."""
    unit, divisor = next((u for u in (("M", 1e6), ("k", 1e3)) if values["median"] >= u[1]), ("", 1))
    median, least, most = (f"{values[key] / divisor:.3g}" for key in ("median", "min", "max"))
    return f"{median} {unit} ({least} to {most})".replace("  ", " ")


def table_line(result):
    ratio = result["ratio"]
    ours, peer = result["ours"], result["peer"]
    warm_up = f"{ours['warm_up_seconds']:.1f} / {peer['compile_seconds'] + peer['warm_up_seconds']:.1f}"
    cells = (
        result["description"],
        magnitude(ours["env_steps_per_second"]),
        magnitude(peer["env_steps_per_second"]),
        f"**{ratio['median']:.3g}** ({ratio['min']:.3g} to {ratio['max']:.3g})",
        warm_up,
        str(result["rounds"]),
    )
    return f"| {' | '.join(cells)} |"


TABLE_HEAD = """\
| work | ours, env steps/s | JaxMARL, env steps/s | ratio | start-up s, ours / JaxMARL | rounds |
| --- | --- | --- | --- | --- | --- |"""


def caption(result, cores, quick):
    ours, peer = result["ours"], result["peer"]
    versions = ", ".join(f"{name} {number}" for name, number in peer["versions"].items())
    text = (
        f"Ours: {ours['device']}, {ours['driver']}, commit {ours['commit']}. Peer: {versions} on {peer['device']}. "
        f"{cores} cores. One env step is one joint move of one environment, auto-reset included; several runs are "
        "summed; 64 x 256 are environments per run and rollout steps. Median (least to most) of all repetitions; "
        "ratios are those of the medians of each round, in which one side follows the other. Start-up is apart: ours "
        "the longest of the rounds, JaxMARL's compilation and first repetition."
    )
    return ("Tiny sizes: no measurement of speed. " if quick else "") + text


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def write_json(path, document):
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(document, indent=2) + "\n")
    temporary.replace(path)


def main():
    options = arguments()
    rows = chosen(options)
    python, binary = peer_python(), crossplay_binary()
    results, failed = [], False
    for row in rows:
        print(f"compare: {row.name}", file=sys.stderr, flush=True)
        try:
            result = measure(row, python, binary, options)
        except Problem as problem:
            print(f"compare: {row.name}: {problem}", file=sys.stderr)
            failed = True
            continue
        if not results:
            print(caption(result, cores(), options.quick), TABLE_HEAD, sep="\n\n")
        print(table_line(result), flush=True)
        results.append(result)
        if options.json:
            document = {"quick": options.quick, "cores": cores(), "machine": platform.machine(), "rows": results}
            write_json(options.json, document)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        print(f"compare: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
