"""Hanabi in hanabi-learning-environment: its observations and moves in those of a policy, and back.

It has the features of `knowledge: plausible` (or `observation: minimal`), and no action for seats that wait; the fractions of
`knowledge: v0` are computed from fireworks and discards.
"""

import numpy


class LearningEnvironment:
    """The game of a policy in hanabi-learning-environment.

        game = LearningEnvironment(policy)
        environment = rl_env.HanabiEnv(game.configuration(seed=0))
        score = game.play(environment, [Player(policy), Player(policy)])
    """

    def __init__(self, policy):
        environment = policy.description["environment"]
        if environment["name"] != "hanabi":
            raise ValueError(f"the policy plays {environment['name']}, not hanabi")
        self.policy = policy
        self.game = environment["parameters"]
        self.colors, self.ranks = self.game["colors"], self.game["ranks"]
        self.counts = self.game["card_counts"]
        if not (2 <= self.colors <= 5 and 2 <= self.ranks <= 5):
            raise ValueError(
                f"hanabi-learning-environment has 2 to 5 colors and ranks; the policy plays {self.colors} and {self.ranks}")
        usual = [3] + [2] * (self.ranks - 2) + [1]
        if list(self.counts) != usual:
            raise ValueError(f"hanabi-learning-environment has {usual} cards of a color; the policy plays {self.counts}")
        self.minimal = self.game.get("observation") == "minimal"
        self.sections = {section["name"]: section for section in policy.description["observation"]}

    def configuration(self, seed):
        """What `rl_env.HanabiEnv` is made with."""
        return {
            "players": self.game["players"], "colors": self.colors, "ranks": self.ranks,
            "hand_size": self.game["hand_size"], "max_information_tokens": self.game["information_tokens"],
            "max_life_tokens": self.game["life_tokens"], "observation_type": 0 if self.minimal else 1, "seed": seed,
            "random_start_player": False,
        }

    def features(self, vector):
        """Features of a policy (D) from one player's `vectorized` observation."""
        features = numpy.asarray(vector, numpy.float32).copy()
        if len(features) != self.policy.features:
            raise ValueError(f"an observation has {len(features)} features; the policy needs {self.policy.features}")
        if self.game.get("knowledge") == "v0":
            left = self._copies_left(features)
            for name, section in self.sections.items():
                if name.startswith("knowledge_") and name.endswith("_cards"):
                    place = slice(section["offset"], section["offset"] + section["count"])
                    weights = features[place] * left
                    features[place] = weights / max(weights.sum(), 1)
        return features

    def legal_mask(self, legal_moves, on_turn):
        """The mask of a policy (K) from `legal_moves_as_int`; seats that wait have the no-op alone."""
        mask = numpy.zeros(self.policy.actions, bool)
        mask[list(legal_moves) if on_turn else -1] = True
        return mask

    def play(self, environment, players):
        """One game of `rl_env.HanabiEnv`, one `Player` per seat: its return, 0 where all lives were lost."""
        seen = environment.reset()
        score, done = 0.0, False
        while not done:
            on_turn = seen["current_player"]
            for seat, player in enumerate(players):
                own = seen["player_observations"][seat]
                if seat != on_turn and not player.remembers:
                    continue
                mask = self.legal_mask(own["legal_moves_as_int"], seat == on_turn)
                action = int(player.act(self.features(own["vectorized"])[None], mask[None])[0])
                if seat == on_turn:
                    move = action
            seen, reward, done, _ = environment.step(move)
            score += reward
        for player in players:
            player.end([True])
        return score

    def _copies_left(self, features):
        """Copies of every card that are neither played nor discarded, (colors * ranks)."""
        def section(name, *shape):
            found = self.sections[name]
            return features[found["offset"]:found["offset"] + found["count"]].reshape(shape)

        left = numpy.tile(numpy.asarray(self.counts, numpy.float32), (self.colors, 1))
        discards = section("discards", self.colors, sum(self.counts))
        ends = numpy.cumsum([0] + list(self.counts))
        for rank in range(self.ranks):
            left[:, rank] -= discards[:, ends[rank]:ends[rank + 1]].sum(axis=1)
        for color, highest in enumerate(section("fireworks", self.colors, self.ranks)):
            if highest.any():
                left[color, : int(highest.argmax()) + 1] -= 1
        return left.reshape(-1)
