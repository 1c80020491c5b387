"""Compares mean returns of policies in other implementations with `crossplay evaluate`; scripts/check-peers calls it."""

import argparse
import csv
import functools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parent / "python"))
from crossplay_policies import Player, Policy  # noqa: E402
from crossplay_policies.hanabi import LearningEnvironment  # noqa: E402
from crossplay_policies.jaxmarl import JaxMARL  # noqa: E402
from crossplay_policies.overcooked import OvercookedAI  # noqa: E402

MOST_STANDARD_ERRORS = 4
NETWORKS = {"": "{trunk: [64], actor: [64], critic: [64]}", "-gru": "{trunk: [64], gru: 64, actor: [64], critic: [64]}"}
TRAININGS = {
    "hanabi": ("{name: hanabi, preset: mini}", 400_000, ""),
    "hanabi-plausible": ("{name: hanabi, preset: mini, knowledge: plausible}", 400_000, ""),
    "hanabi-minimal": ("{name: hanabi, preset: mini, observation: minimal}", 400_000, ""),
    "overcooked": (
        "{name: overcooked, layout: cramped_room, max_steps: 100}", 800_000,
        "learning_rate: 0.001\nanneal_learning_rate: true\n",
    ),
}


def crossplay(*arguments):
    subprocess.run([os.environ["CROSSPLAY"], *map(str, arguments)], check=True, stdout=sys.stderr)


def train(folder):
    """Two seeds of every network on every game; the folders."""
    folders = []
    for game, (environment, steps, more) in TRAININGS.items():
        for kind, network in NETWORKS.items():
            place = folder / f"{game}{kind}"
            place.with_suffix(".yaml").write_text(
                f"environment: {environment}\nseeds: 2\nenvironments: 64\ntotal_env_steps: {steps}\n{more}network: {network}\n")
            crossplay("train", place.with_suffix(".yaml"), "--output", place)
            folders.append(str(place))
    return folders


# Every peer: a function that plays games of two policies in the peer's game, (count) returns.


def play_learning_environment(game, policies, mode, count):
    from hanabi_learning_environment import rl_env

    environment = rl_env.HanabiEnv(game.configuration(seed=1))
    players = [Player(policy, mode, seed=seat) for seat, policy in enumerate(policies)]
    return numpy.array([game.play(environment, players) for _ in range(count)])


def in_batches(play, policies, mode, count, most):
    """Returns of `count` games, at most `most` side by side."""
    batch = min(count, most)
    players = [Player(policy, mode, batch, seed=seat) for seat, policy in enumerate(policies)]
    return numpy.concatenate([play(players, number) for number in range(math.ceil(count / batch))])[:count]


def play_jaxmarl(game, policies, mode, count):
    return in_batches(game.play, policies, mode, count, 1000)


def play_overcooked_ai(game, policies, mode, count):
    random = numpy.random.default_rng(1)
    return in_batches(lambda players, _: game.play(players, random, players[0].batch), policies, mode, count, 1000)


PEERS = {
    "hanabi": [
        ("hanabi-learning-environment 0.0.4", LearningEnvironment, play_learning_environment),
        ("JaxMARL 0.2.0", JaxMARL, play_jaxmarl),
    ],
    "overcooked": [
        ("overcooked_ai 1.1.0", OvercookedAI, play_overcooked_ai), ("JaxMARL 0.2.0", JaxMARL, play_jaxmarl),
    ],
    "overcooked_v2": [("JaxMARL 0.2.0", JaxMARL, play_jaxmarl)],
}


def peers(policy, games):
    """The peers that have the game of a policy: their names and how they play it.

    `games` holds what was made for policies of the same game before: JAX compiles for minutes.
    """
    found = []
    environment = policy.description["environment"]
    for name, game, play in PEERS.get(environment["name"], []):
        key = name, json.dumps(environment, sort_keys=True)
        try:
            games[key] = games.get(key) or game(policy)
        except ValueError as reason:
            print(f"not in {name}: {reason}", file=sys.stderr)
        else:
            found.append((name, functools.partial(play, games[key])))
    return found


def evaluated(folders, output, games, modes):
    """What `crossplay evaluate` says: {(mode, name in seat 0, name in seat 1): (mean, standard error)}."""
    crossplay(
        "evaluate", *folders, "--games", games, "--mode", ",".join(modes), "--no-symmetry", "--across", "--output", output)
    with open(output / "matrix.csv", newline="") as file:
        return {
            (row["mode"], row["seat_0"], row["seat_1"]): (float(row["mean_return"]), float(row["standard_error"]))
            for row in csv.DictReader(file)
        }


def line(name, names, mode, here, scores):
    """One line of a table, and whether the mean of `scores` agrees with `here`, a mean and its standard error."""
    mean, error = scores.mean(), scores.std(ddof=1) / math.sqrt(len(scores))
    distance, both = mean - here[0], math.hypot(error, here[1])
    errors = 0.0 if distance == 0 else distance / both if both else math.inf
    text = (
        f"| {name} | {' + '.join(names)} | {mode} | {here[0]:.4g} ± {here[1]:.2g} | {mean:.4g} ± {error:.2g} "
        f"| {errors:+.1f} |")
    return text, abs(errors) <= MOST_STANDARD_ERRORS


def finish(header, lines, output):
    """Prints a table and writes it to a file where one was asked for."""
    rule = "|".join([""] + [" --- "] * header.count(" | ") + [" --- ", ""])
    table = "\n".join([header, rule] + lines) + "\n"
    print(table, end="")
    if output:
        pathlib.Path(output).write_text(table)


def check(source, folder, count, modes, games):
    """Lines of the table for one folder, `count` games each, and whether all agree; `games` are those of `peers`."""
    place, _, numbers = source.partition(":")
    if not numbers and not (pathlib.Path(place) / "config.yaml").exists():
        crossplay("export", place, "--output", folder)
    else:
        for number in numbers.split(",") if numbers else ["0", "1"]:
            crossplay("export", place, "--run", number, "--output", folder)
    policies = [Policy.load(path.parent) for path in sorted(folder.glob("*/policy.safetensors"))]
    if len(policies) != 2:
        raise ValueError(f"{place} holds {len(policies)} policies; name two of its runs, as in {place}:0,1")
    policies.sort(key=lambda policy: policy.description["run"]["index"])
    if policies[0].description["agents"] != 2:
        raise ValueError(f"{place} is a game of {policies[0].description['agents']} seats; games of two are compared")
    ours = evaluated([folder], folder / "evaluation", count, modes)
    name = pathlib.Path(place).name
    lines, agree = [], True
    for peer, play in peers(policies[0], games):
        for team in ([0, 0], [0, 1]):
            members = [policies[seat] for seat in team]
            names = [policy.description["run"]["name"] for policy in members]
            for mode in modes:
                start = time.monotonic()
                scores = play(members, mode, count)
                seconds = time.monotonic() - start
                text, same = line(f"{name} | {peer}", names, mode, ours[(mode, *names)], scores)
                lines.append(text)
                agree &= same
                print(f"{lines[-1]} {seconds:.0f} s", file=sys.stderr, flush=True)
    return lines, agree


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--games", type=int, default=4000)
    parser.add_argument("--modes", default="sampled,greedy")
    parser.add_argument("--output")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    lines, agree, games = [], True, {}
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        for number, source in enumerate(options.folders or train(temporary)):
            place = temporary / f"policies-{number}"
            more, same = check(source, place, options.games, options.modes.split(","), games)
            lines += more
            agree &= same
    finish("| training | peer | seats | mode | here | there | standard errors apart |", lines, options.output)
    return 0 if agree and lines else 1


if __name__ == "__main__":
    sys.exit(main())
