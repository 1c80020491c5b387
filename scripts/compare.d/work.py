"""The pieces of work that scripts/compare measures, as both sides read them: keys are those of docs/configuration.md.

R runs (`seeds`), N environments per run, T rollout steps. One env step is one joint move of one environment.
"""

import dataclasses
import json

HANABI = {"name": "hanabi", "preset": "full", "players": 2}
OVERCOOKED = {"name": "overcooked", "layout": "cramped_room"}
OVERCOOKED_V2 = {
    "name": "overcooked_v2",
    "layout": "grounded_coord_simple",
    "agent_view_size": 2,
    "negative_rewards": True,
    "sample_recipe_on_delivery": True,
    "random_agent_positions": True,
}
GAMES = {"hanabi": "Hanabi", "overcooked": "Overcooked", "overcooked_v2": "OvercookedV2"}

IPPO = {
    "epochs": 4,
    "minibatches": 4,
    "gamma": 0.99,
    "gae_lambda": 0.95,
    "clip_epsilon": 0.2,
    "value_coefficient": 0.5,
    "entropy_coefficient": 0.01,
    "max_gradient_norm": 0.5,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-5,
}
HANABI_IPPO = IPPO | {"learning_rate": 5e-4, "anneal_learning_rate": False, "total_env_steps": 10_000_000_000}
OVERCOOKED_IPPO = IPPO | {"learning_rate": 2.5e-4, "anneal_learning_rate": True, "total_env_steps": 5_000_000}
SHAPING = {"shaping_weight": 1.0, "shaping_horizon": 2.5e6}


@dataclasses.dataclass(frozen=True)
class Work:
    """One row of the table."""

    name: str
    kind: str  # environment, inference or train, as in `crossplay bench`
    environment: dict  # its name and its own keys
    environments: int  # N
    seeds: int = 1  # R
    rollout_length: int = 128  # T; of kind environment: steps of the peer in one repetition
    network: dict = dataclasses.field(default_factory=dict)
    learner: dict = dataclasses.field(default_factory=dict)
    repetitions: int = 3  # of each side per round: 1 or 3, so that median, least and most are all there are

    def description(self):
        game = GAMES[self.environment["name"]]
        if self.kind == "environment":
            return f"environment: {game}, {self.environments:,} environments"
        widths = "-".join(str(width) for width in self.network["trunk"] or self.network["actor"])
        network = f"trunk {widths}" if self.network["trunk"] else f"separate {widths}"
        if self.network.get("gru"):
            network += f", GRU {self.network['gru']}"
        runs = f"{self.seeds} runs" if self.seeds > 1 else "1 run"
        return f"{self.kind}: {game}, {network}, {self.environments:,} x {self.rollout_length}, {runs}"

    def overrides(self):
        """Values for `--set` of `crossplay bench`."""
        values = {f"environment.{key}": value for key, value in self.environment.items() if key != "name"}
        values |= {"environments": self.environments, "seeds": self.seeds}
        if self.kind != "environment":
            values |= {"rollout_length": self.rollout_length, "network": self.network} | self.learner
        return [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in values.items()]


def shared_trunk(width):
    return {"trunk": [width], "actor": [width], "critic": [width], "activation": "relu"}


def separate(*widths):
    return {"trunk": [], "actor": list(widths), "critic": list(widths), "activation": "tanh"}


def all_work():
    rows = []
    # About 0.5 to 1 s per repetition of the peer, however many environments.
    for environment, steps in ((HANABI, 65_536), (OVERCOOKED, 524_288), (OVERCOOKED_V2, 65_536)):
        for count in (64, 1024, 4096):
            name = f"environment-{environment['name']}-{count}"
            rows.append(Work(name, "environment", environment, count, rollout_length=steps // count))
    for width in (512, 128):
        one = Work(
            f"hanabi-{width}", "train", HANABI, 1024, network=shared_trunk(width), learner=HANABI_IPPO, repetitions=1
        )
        # Eight runs share the 1,024 environments: eight times as many would take the peer minutes per update.
        rows += settings(one, eight_environments=128)
    recurrent = shared_trunk(128) | {"gru": 128}
    rows.append(
        Work(
            "train-hanabi-gru-128-4-runs",
            "train",
            HANABI,
            256,
            seeds=4,
            network=recurrent,
            learner=HANABI_IPPO,
            repetitions=1,
        )
    )
    kitchen = OVERCOOKED | SHAPING
    one = Work(
        "overcooked", "train", kitchen, 64, rollout_length=256, network=separate(64, 64), learner=OVERCOOKED_IPPO
    )
    rows += settings(one, eight_environments=64)
    # The numbers of the game itself, without JaxMARL's convolutions: the same network on both sides.
    kitchen = OVERCOOKED_V2 | SHAPING
    learner = OVERCOOKED_IPPO | {"max_gradient_norm": 0.25}
    one = Work(
        "train-overcooked_v2", "train", kitchen, 64, rollout_length=256, network=shared_trunk(128), learner=learner
    )
    recurrent = dataclasses.replace(
        one, name="train-overcooked_v2-gru-4-runs", seeds=4, network=shared_trunk(128) | {"gru": 128}, repetitions=1
    )
    rows += [one, recurrent]
    return rows


def settings(one, eight_environments):
    """Rollouts of one run, and training of one and of eight."""
    return [
        dataclasses.replace(one, name=f"inference-{one.name}", kind="inference"),
        dataclasses.replace(one, name=f"train-{one.name}"),
        dataclasses.replace(one, name=f"train-{one.name}-8-runs", seeds=8, environments=eight_environments),
    ]


# With --quick and without --only: every kind of work, both games, one run and several.
QUICK = (
    "environment-hanabi-64",
    "environment-overcooked-64",
    "inference-overcooked",
    "train-hanabi-128",
    "train-hanabi-gru-128-4-runs",
    "train-overcooked-8-runs",
    "train-overcooked_v2",
)


def tiny(row):
    """The same path through both sides, far too small to say anything about speed."""
    if row.kind == "environment":
        return dataclasses.replace(row, environments=row.environments // 16, rollout_length=16, repetitions=1)
    network = {key: [8] * len(value) if isinstance(value, list) else value for key, value in row.network.items()}
    network |= {"gru": 8} if "gru" in network else {}
    return dataclasses.replace(row, environments=4, rollout_length=8, network=network, repetitions=1)
