"""JaxMARL's Hanabi, Overcooked and OvercookedV2: they have a policy's observations and actions as they are."""

import numpy


class JaxMARL:
    """The game of a policy in JaxMARL.

        game = JaxMARL(policy)
        scores = game.play([Player(policy, batch=500), Player(policy, batch=500)], seed=0)
    """

    def __init__(self, policy):
        import jax
        import jaxmarl

        environment = policy.description["environment"]
        make = {"hanabi": self._hanabi, "overcooked": self._overcooked, "overcooked_v2": self._overcooked_v2}
        if environment["name"] not in make:
            raise ValueError(f"the policy plays {environment['name']}, which JaxMARL does not have")
        self.jax = jax
        self.policy = policy
        self.environment = jaxmarl.make(environment["name"], **make[environment["name"]](environment["parameters"]))
        self._reset = jax.jit(jax.vmap(self.environment.reset))
        self._step = jax.jit(jax.vmap(self.environment.step_env))
        self._split = jax.jit(lambda keys: jax.numpy.moveaxis(jax.vmap(jax.random.split)(keys), 1, 0))
        legal = getattr(self.environment, "get_legal_moves", None)
        self._legal = legal and jax.jit(jax.vmap(legal))

    @staticmethod
    def _hanabi(game):
        if game.get("knowledge") != "v0":
            raise ValueError("JaxMARL's Hanabi has the observations of knowledge: v0; the policy was trained with others")
        return {
            "num_agents": game["players"], "num_colors": game["colors"], "num_ranks": game["ranks"],
            "hand_size": game["hand_size"], "max_info_tokens": game["information_tokens"],
            "max_life_tokens": game["life_tokens"], "num_cards_of_rank": numpy.asarray(game["card_counts"]),
        }

    @staticmethod
    def _overcooked(game):
        from jaxmarl.environments.overcooked import overcooked_layouts

        if "layout" not in game or game["start_cells"] != "jaxmarl" or game["start_directions"] != "random":
            raise ValueError(
                "JaxMARL's Overcooked has named layouts, start_cells: jaxmarl and start_directions: random; "
                "the policy was trained with others")
        return {
            "layout": overcooked_layouts[game["layout"]], "max_steps": game["max_steps"],
            "random_reset": game["random_reset"],
        }

    @staticmethod
    def _overcooked_v2(game):
        if "layout" not in game or game["start_directions"] != "up" or game["initial_states"]:
            raise ValueError(
                "JaxMARL's OvercookedV2 has named layouts, start_directions: up and no initial_states here; "
                "the policy was trained with others")
        from jaxmarl.environments.overcooked_v2.overcooked import ObservationType

        same = (
            "layout", "max_steps", "random_agent_positions", "random_reset", "start_cooking_interaction",
            "negative_rewards", "sample_recipe_on_delivery", "indicate_successful_delivery", "op_ingredient_permutations",
        )
        return {
            **{name: game[name] for name in same}, "agent_view_size": game["agent_view_size"] or None,
            "observation_type": ObservationType(game["observation_type"]),
        }

    def play(self, players, seed):
        """Returns of one batch of games, with one `Player` of that batch per seat."""
        batch, seats = players[0].batch, self.environment.agents
        keys = self.jax.random.split(self.jax.random.PRNGKey(seed), batch)
        keys, reset_keys = self._split(keys)
        observations, states = self._reset(reset_keys)
        score, going = numpy.zeros(batch), numpy.ones(batch, bool)
        everything = numpy.ones((batch, self.policy.actions), bool)
        while going.any():
            legal = self._legal(states) if self._legal else {}
            chosen = {}
            for seat, player in zip(seats, players):
                seen = numpy.asarray(observations[seat], numpy.float32).reshape(batch, -1)
                mask = numpy.asarray(legal[seat]) > 0 if legal else everything
                # Games that have ended go on without being counted; anything is legal there.
                chosen[seat] = player.act(seen, numpy.where(going[:, None], mask, True)).astype(numpy.int32)
            keys, step_keys = self._split(keys)
            observations, states, rewards, dones, _ = self._step(step_keys, states, chosen)
            # All seats earn the same.
            score += numpy.where(going, numpy.asarray(rewards[seats[0]]), 0)
            going &= ~numpy.asarray(dones["__all__"])
        for player in players:
            player.end(numpy.ones(batch, bool))
        return score
