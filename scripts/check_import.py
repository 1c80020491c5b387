"""Trains policies in JaxMARL, imports them, and compares their games with ours here and there; scripts/check-peers calls it."""

import argparse
import json
import pathlib
import sys
import tempfile
import warnings

import jax
import numpy

from check_peers import crossplay, evaluated, finish, line, play_jaxmarl
from crossplay_policies import Policy
from crossplay_policies.jaxmarl import JaxMARL

sys.path.insert(0, str(pathlib.Path(__file__).parent / "compare.d"))
from ippo import IPPO  # noqa: E402
from jaxmarl.wrappers.baselines import save_params  # noqa: E402
from work import HANABI_IPPO, OVERCOOKED_IPPO, SHAPING  # noqa: E402

# By game: its keys, the network of ours, and what JaxMARL trains.
GAMES = {
    "hanabi": (
        {"name": "hanabi", "preset": "mini"}, "{trunk: [64], gru: 64, actor: [64], critic: [64]}",
        {
            "network": {"trunk": [128], "actor": [64], "critic": [64], "activation": "relu"},
            "learner": HANABI_IPPO | {"total_env_steps": 1_000_000},
        },
    ),
    "overcooked": (
        {"name": "overcooked", "layout": "cramped_room", "max_steps": 100},
        "{trunk: [64], actor: [64], critic: [64]}",
        {
            "shaping": SHAPING,
            "network": {"trunk": [], "actor": [64, 64], "critic": [64, 64], "activation": "tanh"},
            "learner": OVERCOOKED_IPPO | {"total_env_steps": 1_200_000, "learning_rate": 1e-3},
        },
    ),
}


class FlaxPolicy:
    """What JaxMARL trained, as a `Player` takes it: flax computes the logits."""

    def __init__(self, learner, parameters):
        network = learner.network
        output = f"Dense_{len(network.trunk) + len(network.actor)}"

        def step(observations):
            (_, _, values), state = network.apply(
                parameters, None, observations, None, None, capture_intermediates=True)
            return state["intermediates"][output]["__call__"][0], values

        self._step = jax.jit(step)

    def initial_state(self, batch):
        return None

    def step(self, observations, hidden_states=None):
        logits, values = self._step(observations)
        return numpy.asarray(logits), numpy.asarray(values), None


def train(work, environment):
    """The learner, its parameters after all updates, and observations of the last rollout (rows, D)."""
    learner = IPPO(work, environment)
    run = jax.jit(learner.start)(0)
    update = jax.jit(learner.update)
    for number in range(learner.total_updates):
        run, metrics = update(run)
        if number % 20 == 19 or number + 1 == learner.total_updates:
            mean = metrics["returns"] / numpy.maximum(metrics["episodes"], 1)
            print(f"JaxMARL: update {number + 1} of {learner.total_updates}, return {mean:.2f}", file=sys.stderr)
    _, transitions, _ = jax.jit(learner.rollout)(run)
    rows = numpy.asarray(transitions.observation, numpy.float32).reshape(-1, transitions.observation.shape[-1])
    return learner, run.parameters, rows[:: max(1, len(rows) // 256)]


def check(name, folder, count, modes):
    """Lines of the table for one game, and whether all agree."""
    environment, network, theirs = GAMES[name]
    rewards = environment | theirs.get("shaping", {})
    work = {"environment": rewards, "environments": 64, "rollout_length": 128} | theirs
    (folder / "ours.yaml").write_text(
        f"environment: {json.dumps(environment)}\nseeds: 1\nenvironments: 64\ntotal_env_steps: 400_000\n"
        f"learning_rate: 0.001\nnetwork: {network}\n")
    crossplay("train", folder / "ours.yaml", "--output", folder / "ours")
    crossplay("export", folder / "ours", "--output", folder / "exported")
    [place] = folder.glob("exported/*/policy.safetensors")
    ours = Policy.load(place.parent)
    game = JaxMARL(ours)

    learner, parameters, observations = train(work, game.environment)
    trained = FlaxPolicy(learner, parameters)
    save_params(parameters, folder / "weights.safetensors")
    logits, values, _ = trained.step(observations)
    numpy.savez(folder / "computed.npz", observations=observations, logits=logits, values=values)
    keys = [word for key, value in environment.items() if key != "name" for word in ("--set", f"environment.{key}={value}")]
    crossplay(
        "import", folder / "weights.safetensors", "--environment", name, *keys, "--network", json.dumps(work["network"]),
        "--examples", folder / "computed.npz", "--output", folder / "theirs")

    here = evaluated([folder / "ours", folder / "theirs"], folder / "both", count, modes)
    policies = {"ours": ours, "theirs": trained}
    full = {seat: next(key[1] for key in here if key[1].startswith(f"{seat}/")) for seat in policies}
    lines, agree = [], True
    for team in (("ours", "theirs"), ("theirs", "ours"), ("theirs", "theirs"), ("ours", "ours")):
        for mode in modes:
            scores = play_jaxmarl(game, [policies[seat] for seat in team], mode, count)
            text, same = line(name, team, mode, here[(mode, *(full[seat] for seat in team))], scores)
            lines.append(text)
            agree &= same
            print(text, file=sys.stderr, flush=True)
    return lines, agree


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--games", type=int, default=4000)
    parser.add_argument("--modes", default="sampled,greedy")
    parser.add_argument("--output")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    lines, agree = [], True
    with tempfile.TemporaryDirectory() as temporary:
        for name in GAMES:
            folder = pathlib.Path(temporary) / name
            folder.mkdir()
            more, same = check(name, folder, options.games, options.modes.split(","))
            lines += more
            agree &= same
    finish("| game | seats | mode | here | in JaxMARL | standard errors apart |", lines, options.output)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
