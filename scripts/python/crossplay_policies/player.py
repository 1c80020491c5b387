"""One seat of one or more games: chooses actions and carries hidden states."""

import numpy


class Player:
    """Plays a policy in one seat of `batch` games.

    `mode` is "sampled", "greedy" (ties go to the lowest action) or "temperature=T", which samples from logits / T.
    """

    def __init__(self, policy, mode="sampled", batch=1, seed=0):
        self.policy = policy
        self.batch = batch
        self.random = numpy.random.default_rng(seed)
        self.temperature = 1.0
        self.greedy = mode == "greedy"
        if mode.startswith("temperature="):
            self.temperature = float(mode.split("=", 1)[1])
            if not self.temperature > 0:
                raise ValueError(f"{mode}: the temperature must be above 0")
        elif mode not in ("sampled", "greedy"):
            raise ValueError(f"mode {mode}: expected sampled, greedy or temperature=T")
        self.hidden_states = policy.initial_state(batch)

    @property
    def remembers(self):
        """Whether the policy is recurrent, and has to see every env step."""
        return self.hidden_states is not None

    def act(self, observations, legal_masks):
        """Actions (batch) on observations (batch, D) with legal masks (batch, K).

        Every env step counts, also those in which the seat is not on turn: call this for all of them, since a recurrent
        policy remembers what it sees then.
        """
        logits, _, self.hidden_states = self.policy.step(observations, self.hidden_states)
        legal = numpy.asarray(legal_masks, bool)
        if legal.shape != logits.shape or not legal.any(axis=1).all():
            raise ValueError(f"legal masks need the shape {logits.shape} and a legal action in every row")
        scores = numpy.where(legal, logits / self.temperature, -numpy.inf)
        if not self.greedy:
            # The largest of logits with Gumbel noise is a sample of their softmax.
            scores = scores + self.random.gumbel(size=scores.shape)
        return scores.argmax(axis=1)

    def end(self, dones):
        """Forgets what happened in games that ended; dones (batch)."""
        if self.hidden_states is not None:
            self.hidden_states = numpy.where(numpy.asarray(dones, bool)[:, None], 0, self.hidden_states)
