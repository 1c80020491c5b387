"""Independent PPO on JaxMARL's environments, the peer of scripts/compare: one network plays all seats.

Axes: N environments, A seats, T rollout steps, D observation features, K actions, H width of the GRU. Rows are (A x N),
seats outermost. Every method is a pure function of its arguments for one run; `jax.vmap` over states makes a batch of
runs. What depends on the GRU (`hidden`) is None for a feed-forward network.
"""

import functools
from typing import Any, NamedTuple

import distrax
import flax.linen as nn
import jax
import jax.numpy as jnp
import jaxmarl
import numpy as np
import optax
from flax.linen.initializers import constant, orthogonal
from jaxmarl.environments.overcooked import overcooked_layouts
from jaxmarl.wrappers.baselines import LogWrapper


def make_environment(keys):
    """JaxMARL's environment for the keys of `environment` in docs/configuration.md that scripts/compare uses."""
    if keys["name"] == "hanabi":
        assert keys["preset"] == "full"
        return jaxmarl.make("hanabi", num_agents=keys["players"])
    if keys["name"] == "overcooked_v2":
        own = {key: value for key, value in keys.items() if key != "name" and not key.startswith("shaping_")}
        return jaxmarl.make("overcooked_v2", **own)
    return jaxmarl.make("overcooked", layout=overcooked_layouts[keys["layout"]])


def legal_moves(environment, state):
    """What each seat may do, {seat: (N, K)}; None where everything is legal."""
    if not hasattr(environment, "get_legal_moves"):
        return None
    return jax.vmap(environment.get_legal_moves)(state)


class Recurrence(nn.Module):
    """A GRU over time, whose hidden state is 0 where an episode begins: (rows, H), (T, rows, …) -> both."""

    width: int

    @functools.partial(nn.scan, variable_broadcast="params", split_rngs={"params": False})
    @nn.compact
    def __call__(self, hidden, step):
        features, begins = step
        return nn.GRUCell(self.width)(jnp.where(begins[:, None], 0.0, hidden), features)


class ActorCritic(nn.Module):
    """Logits of a policy (K) and a value; actor and critic share the trunk, which may be empty, and the GRU behind it."""

    actions: int
    trunk: tuple
    gru: int | None
    actor: tuple
    critic: tuple
    activation: str

    @nn.compact
    def __call__(self, hidden_state, observation, begins, legal):
        """(rows, H); (rows, D), (rows), (rows, K) or None of one step, or the same of T steps."""
        def dense(x, width, scale):
            return nn.Dense(width, kernel_init=orthogonal(scale), bias_init=constant(0.0))(x)

        def hidden(x, widths, scale):
            for width in widths:
                x = getattr(nn, self.activation)(dense(x, width, scale))
            return x

        features = hidden(observation.astype(jnp.float32), self.trunk, np.sqrt(2))
        if self.gru and observation.ndim == 2:
            hidden_state, features = Recurrence(self.gru)(hidden_state, (features[None], begins[None]))
            features = features[0]
        elif self.gru:
            hidden_state, features = Recurrence(self.gru)(hidden_state, (features, begins))
        head_scale = 2.0 if self.trunk else np.sqrt(2)
        logits = dense(hidden(features, self.actor, head_scale), self.actions, 0.01)
        value = dense(hidden(features, self.critic, head_scale), 1, 1.0)
        if legal is not None:
            logits = logits - (1 - legal) * 1e10
        return hidden_state, distrax.Categorical(logits=logits), value.squeeze(-1)


class Run(NamedTuple):
    """All that one run carries from update to update."""

    parameters: Any
    optimizer: Any
    games: Any  # of N environments
    observation: jax.Array  # (A x N, D)
    begins: jax.Array  # (A x N): whether the observation is the first of an episode
    hidden: jax.Array | None  # (A x N, H)
    key: jax.Array
    updates: jax.Array


class Transition(NamedTuple):
    """What the learner needs of T steps; every field is (T, A x N, …)."""

    observation: jax.Array
    begins: jax.Array
    legal: jax.Array | None
    action: jax.Array
    log_probability: jax.Array
    value: jax.Array
    reward: jax.Array
    done: jax.Array


class IPPO:
    def __init__(self, work, environment=None):
        """`environment` is one of JaxMARL's; None for the one that `work` names."""
        self.__dict__.update(work["learner"])
        self.N, self.T = work["environments"], work["rollout_length"]
        self.environment = LogWrapper(environment or make_environment(work["environment"]))
        self.seats = self.environment.agents
        self.shaping_weight = work["environment"].get("shaping_weight", 0.0)
        self.shaping_horizon = work["environment"].get("shaping_horizon", 1.0)
        self.total_updates = self.total_env_steps // (self.N * self.T)
        self.network = ActorCritic(
            self.environment.action_space(self.seats[0]).n,
            tuple(work["network"]["trunk"]),
            work["network"].get("gru"),
            *(tuple(work["network"][part]) for part in ("actor", "critic")),
            work["network"]["activation"],
        )
        self.optimizer = optax.chain(
            optax.clip_by_global_norm(self.max_gradient_norm),
            optax.adam(self.rate, b1=self.adam_beta1, b2=self.adam_beta2, eps=self.adam_epsilon),
        )

    def rate(self, steps):
        """The learning rate after that many optimizer steps, constant within an update."""
        if not self.anneal_learning_rate:
            return self.learning_rate
        return self.learning_rate * (1 - steps // (self.epochs * self.minibatches) / self.total_updates)

    def rows(self, by_seat):
        """{seat: (N, …)} -> (A x N, …)"""
        return jnp.concatenate([by_seat[seat] for seat in self.seats])

    def flat(self, observations):
        """{seat: (N, …)} -> (A x N, D)"""
        return self.rows(observations).reshape(len(self.seats) * self.N, -1)

    def legal(self, games):
        moves = legal_moves(self.environment, games.env_state)
        return None if moves is None else self.rows(moves)

    def start(self, seed):
        key, network_key, games_key = jax.random.split(jax.random.PRNGKey(seed), 3)
        observations, games = jax.vmap(self.environment.reset)(jax.random.split(games_key, self.N))
        observation = self.flat(observations)
        begins = jnp.ones(len(observation), bool)
        hidden = jnp.zeros((len(observation), self.network.gru)) if self.network.gru else None
        parameters = self.network.init(network_key, hidden, observation, begins, self.legal(games))
        optimizer = self.optimizer.init(parameters)
        return Run(parameters, optimizer, games, observation, begins, hidden, key, jnp.int32(0))

    def rollout(self, run):
        """T steps of N environments with auto-reset: (run, transitions, (sum of returns, count) of ended episodes)."""
        env_steps = run.updates * self.N * self.T
        shaping = self.shaping_weight * jnp.maximum(0.0, 1.0 - env_steps / self.shaping_horizon)

        def step(run, _):
            key, action_key, step_key = jax.random.split(run.key, 3)
            legal = self.legal(run.games)
            hidden, policy, value = self.network.apply(run.parameters, run.hidden, run.observation, run.begins, legal)
            action = policy.sample(seed=action_key)
            moves = dict(zip(self.seats, action.reshape(len(self.seats), self.N)))
            observations, games, rewards, dones, info = jax.vmap(self.environment.step)(
                jax.random.split(step_key, self.N), run.games, moves
            )
            reward = self.rows(rewards)
            if "shaped_reward" in info:
                reward = reward + shaping * self.rows(info["shaped_reward"])
            done = self.rows(dones)
            transition = Transition(
                run.observation, run.begins, legal, action, policy.log_prob(action), value, reward, done
            )
            ended = info["returned_episode"][:, 0]
            returns = info["returned_episode_returns"][:, 0]
            run = run._replace(games=games, observation=self.flat(observations), begins=done, hidden=hidden, key=key)
            return run, (transition, jnp.stack([(returns * ended).sum(), ended.sum()]))

        run, (transitions, finished) = jax.lax.scan(step, run, None, self.T)
        return run, transitions, finished.sum(0)

    def advantages(self, transitions, last_value):
        """Generalized advantage estimation, backwards over T; both results are (T, A x N)."""

        def step(carry, t):
            advantage, next_value = carry
            delta = t.reward + self.gamma * next_value * (1 - t.done) - t.value
            advantage = delta + self.gamma * self.gae_lambda * (1 - t.done) * advantage
            return (advantage, t.value), advantage

        start = (jnp.zeros_like(last_value), last_value)
        _, advantages = jax.lax.scan(step, start, transitions, reverse=True)
        return advantages, advantages + transitions.value

    def loss(self, parameters, batch):
        hidden, (t, advantage, target) = batch
        _, policy, value = self.network.apply(parameters, hidden, t.observation, t.begins, t.legal)
        clipped_value = t.value + jnp.clip(value - t.value, -self.clip_epsilon, self.clip_epsilon)
        value_loss = 0.5 * jnp.maximum((value - target) ** 2, (clipped_value - target) ** 2).mean()
        ratio = jnp.exp(policy.log_prob(t.action) - t.log_probability)
        clipped_ratio = jnp.clip(ratio, 1 - self.clip_epsilon, 1 + self.clip_epsilon)
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
        actor_loss = -jnp.minimum(ratio * advantage, clipped_ratio * advantage).mean()
        entropy = policy.entropy().mean()
        total = actor_loss + self.value_coefficient * value_loss - self.entropy_coefficient * entropy
        return total, jnp.abs(ratio - 1).max()

    def improve(self, run, hidden, experience):
        """Epochs of minibatches, each of whole sequences of randomly chosen rows and the hidden state before them."""

        def minibatch(carry, batch):
            parameters, optimizer = carry
            (loss, deviation), gradients = jax.value_and_grad(self.loss, has_aux=True)(parameters, batch)
            updates, optimizer = self.optimizer.update(gradients, optimizer, parameters)
            return (optax.apply_updates(parameters, updates), optimizer), (loss, deviation)

        def split(x, order):  # (T, A x N, …) -> (minibatches, T, rows of one, …)
            x = jnp.take(x, order, axis=1)
            return jnp.swapaxes(x.reshape(self.T, self.minibatches, -1, *x.shape[2:]), 0, 1)

        def epoch(carry, key):
            order = jax.random.permutation(key, len(self.seats) * self.N)
            start = None if hidden is None else hidden[order].reshape(self.minibatches, -1, hidden.shape[-1])
            return jax.lax.scan(minibatch, carry, (start, jax.tree.map(lambda x: split(x, order), experience)))

        key, epochs_key = jax.random.split(run.key)
        (parameters, optimizer), (losses, deviations) = jax.lax.scan(
            epoch, (run.parameters, run.optimizer), jax.random.split(epochs_key, self.epochs)
        )
        run = run._replace(parameters=parameters, optimizer=optimizer, key=key, updates=run.updates + 1)
        return run, losses.mean(), deviations[0, 0]

    def update(self, run):
        before = run.hidden
        run, transitions, (returns, episodes) = self.rollout(run)
        legal = self.legal(run.games)
        _, _, last_value = self.network.apply(run.parameters, run.hidden, run.observation, run.begins, legal)
        advantages, targets = self.advantages(transitions, last_value)
        run, loss, deviation = self.improve(run, before, (transitions, advantages, targets))
        return run, {"loss": loss, "first_ratio_deviation": deviation, "episodes": episodes, "returns": returns}
