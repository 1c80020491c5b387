"""One piece of work on JaxMARL, for compare.py: compiles it, runs it once, then repeats it as often as asked.

`peer.py WORK`, WORK a JSON object of `work.Work`. Prints one JSON object when it is ready, and one per line of stdin,
which holds a number of repetitions.
"""

import json
import os
import sys
import time
from importlib.metadata import version

ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print, some on import, is no answer

import jax
import jax.numpy as jnp

from ippo import IPPO, legal_moves, make_environment


class RandomPlay:
    """Random legal actions; the observations and legal moves of all seats are made at every step."""

    def __init__(self, work):
        self.environment = make_environment(work["environment"])
        self.N, self.T = work["environments"], work["rollout_length"]

    def start(self, seed):
        key, games_key = jax.random.split(jax.random.PRNGKey(seed))
        observations, games = jax.vmap(self.environment.reset)(jax.random.split(games_key, self.N))
        return key, games, observations, jnp.float32(0)

    def actions(self, key, games):
        seats = self.environment.agents
        legal = legal_moves(self.environment, games)
        count = self.environment.action_space(seats[0]).n
        logits = {seat: jnp.zeros((self.N, count)) if legal is None else jnp.log(legal[seat]) for seat in seats}
        keys = jax.random.split(key, len(seats))
        return {seat: jax.random.categorical(key, logits[seat]) for seat, key in zip(seats, keys)}

    def update(self, carry):
        # The observations are part of what is carried on, so that none of them can be left out.
        def step(carry, _):
            key, games, _, total = carry
            key, action_key, step_key = jax.random.split(key, 3)
            actions = self.actions(action_key, games)
            observations, games, rewards, _, _ = jax.vmap(self.environment.step)(
                jax.random.split(step_key, self.N), games, actions
            )
            return (key, games, observations, total + rewards[self.environment.agents[0]].sum()), None

        carry, _ = jax.lax.scan(step, carry, None, self.T)
        return carry, {"rewards": carry[-1]}


def prepare(work):
    """The state at the start, and the function of it that is one repetition."""
    if work["kind"] == "environment":
        learner = RandomPlay(work)
        one = learner.update
    else:
        learner = IPPO(work)
        one = learner.update if work["kind"] == "train" else lambda run: learner.rollout(run)[:2]
    if work["seeds"] == 1:
        return jax.jit(learner.start)(0), one
    return jax.jit(jax.vmap(learner.start))(jnp.arange(work["seeds"])), jax.vmap(one)


def check(metrics):
    """An update that is not one would be no peer."""
    if not jnp.isfinite(metrics["loss"]).all():
        raise SystemExit("peer: the loss is not finite")
    if metrics["first_ratio_deviation"].max() > 1e-3:
        raise SystemExit("peer: probability ratios of the first minibatch differ from 1")


def main():
    work = json.loads(sys.argv[1])
    state, one = prepare(work)
    begun = time.perf_counter()
    one = jax.jit(one).lower(state).compile()
    compiled = time.perf_counter()
    state, results = jax.block_until_ready(one(state))
    ready = {"compile_seconds": compiled - begun, "warm_up_seconds": time.perf_counter() - compiled}
    if work["kind"] == "train":
        check(results)
    versions = {name: version(name) for name in ("jaxmarl", "jax", "jaxlib", "flax", "optax", "distrax")}
    print(json.dumps(ready | {"versions": versions, "device": jax.devices()[0].device_kind}), file=ANSWERS)
    env_steps = work["seeds"] * work["environments"] * work["rollout_length"]
    for line in sys.stdin:
        rates = []
        for _ in range(int(line)):
            results = None  # frees a rollout before the next
            begun = time.perf_counter()
            state, results = jax.block_until_ready(one(state))
            rates.append(env_steps / (time.perf_counter() - begun))
        print(json.dumps({"env_steps_per_second": rates}), file=ANSWERS)


if __name__ == "__main__":
    main()
