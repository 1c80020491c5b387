"""Compares mean returns of policies in other implementations with `crossplay evaluate`; scripts/check-peers calls it."""

import argparse
import csv
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


# Every peer: a function that plays games of two policies, (count) returns.


def play_learning_environment(policies, mode, count):
    from hanabi_learning_environment import rl_env

    game = LearningEnvironment(policies[0])
    environment = rl_env.HanabiEnv(game.configuration(seed=1))
    players = [Player(policy, mode, seed=seat) for seat, policy in enumerate(policies)]
    return numpy.array([game.play(environment, players) for _ in range(count)])


def in_batches(play, policies, mode, count, most):
    """Returns of `count` games, at most `most` side by side."""
    batch = min(count, most)
    players = [Player(policy, mode, batch, seed=seat) for seat, policy in enumerate(policies)]
    return numpy.concatenate([play(players, number) for number in range(math.ceil(count / batch))])[:count]


def play_jaxmarl(policies, mode, count):
    return in_batches(JaxMARL(policies[0]).play, policies, mode, count, 1000)


def play_overcooked_ai(policies, mode, count):
    game, random = OvercookedAI(policies[0]), numpy.random.default_rng(1)
    return in_batches(lambda players, _: game.play(players, random, players[0].batch), policies, mode, count, 250)


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


def peers(policy):
    """The peers that have the game of a policy: their names and how they play."""
    found = []
    for name, game, play in PEERS.get(policy.description["environment"]["name"], []):
        try:
            game(policy)
        except ValueError as reason:
            print(f"not in {name}: {reason}", file=sys.stderr)
        else:
            found.append((name, play))
    return found


def evaluated(folder, games, modes):
    """What `crossplay evaluate` says: {(mode, name in seat 0, name in seat 1): (mean, standard error)}."""
    crossplay("evaluate", folder, "--games", games, "--mode", ",".join(modes), "--no-symmetry", "--across")
    with open(folder / "evaluation" / "matrix.csv", newline="") as file:
        return {
            (row["mode"], row["seat_0"], row["seat_1"]): (float(row["mean_return"]), float(row["standard_error"]))
            for row in csv.DictReader(file)
        }


def check(source, folder, games, modes):
    """Lines of the table for one folder, and whether all agree."""
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
    ours = evaluated(folder, games, modes)
    name = pathlib.Path(place).name
    lines, agree = [], True
    for peer, play in peers(policies[0]):
        for team in ([0, 0], [0, 1]):
            members = [policies[seat] for seat in team]
            names = [policy.description["run"]["name"] for policy in members]
            for mode in modes:
                start = time.monotonic()
                scores = play(members, mode, games)
                seconds = time.monotonic() - start
                mean, error = scores.mean(), scores.std(ddof=1) / math.sqrt(len(scores))
                here, here_error = ours[(mode, *names)]
                distance = mean - here
                both = math.hypot(error, here_error)
                errors = 0.0 if distance == 0 else distance / both if both else math.inf
                agree &= abs(errors) <= MOST_STANDARD_ERRORS
                lines.append(
                    f"| {name} | {peer} | {' + '.join(names)} | {mode} | {here:.4g} ± {here_error:.2g} "
                    f"| {mean:.4g} ± {error:.2g} | {errors:+.1f} |")
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
    lines, agree = [], True
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        for number, source in enumerate(options.folders or train(temporary)):
            place = temporary / f"policies-{number}"
            more, same = check(source, place, options.games, options.modes.split(","))
            lines += more
            agree &= same
    head = ["| training | peer | seats | mode | here | there | standard errors apart |", "| --- | --- | --- | --- | --- | --- | --- |"]
    table = "\n".join(head + lines) + "\n"
    print(table, end="")
    if options.output:
        pathlib.Path(options.output).write_text(table)
    return 0 if agree and lines else 1


if __name__ == "__main__":
    sys.exit(main())
