"""Overcooked in overcooked_ai: its states and actions in those of a policy, and back."""

import numpy

# JaxMARL's kitchens: W counter, O onions, B plates, P pot, X goal, 0 and 1 where the cooks start.
KITCHENS = {
    "cramped_room": ["WWPWW", "O0 1O", "W   W", "WBWXW"],
    "asymm_advantages": ["WWWWWWWWW", "O WXWOW X", "W   P   W", "W 0 P1  W", "WWWBWBWWW"],
    "coord_ring": ["WWWPW", "W 0 P", "B1W W", "O   W", "WOXWW"],
    "forced_coord": ["WWWPW", "O W1P", "O0W W", "B W W", "WWWXW"],
    "counter_circuit": ["WWWPPWWW", "W 0    W", "B WWWW X", "W     1W", "WWWOOWWW"],
}


class OvercookedAI:
    """The kitchen of a policy in overcooked_ai.

        game = OvercookedAI(policy)
        score = game.play([Player(policy), Player(policy)], random=numpy.random.default_rng(0))

    overcooked_ai 1.1 starts to cook by an interact with empty hands, which it also takes with fewer than three onions; the
    policy's kitchens start by themselves at the third. Interacts that would start a pot are left out, and full pots
    are started here.
    """

    # up, down, right, left, stay, interact
    ACTIONS = [(0, -1), (0, 1), (1, 0), (-1, 0), (0, 0), "interact"]
    DIRECTIONS = ACTIONS[:4]
    EMPTY_COUNTER = 11

    def __init__(self, policy):
        environment = policy.description["environment"]
        if environment["name"] != "overcooked":
            raise ValueError(f"the policy plays {environment['name']}, not overcooked")
        from overcooked_ai_py.mdp import overcooked_mdp

        self.game = environment["parameters"]
        if self.game.get("random_reset") or self.game.get("start_cells", "jaxmarl") != "jaxmarl":
            raise ValueError("only kitchens with start_cells: jaxmarl and without random_reset are played in overcooked_ai")
        self.policy = policy
        self.states = overcooked_mdp
        rows = self.game.get("grid") or KITCHENS[self.game["layout"]]
        rows = rows.splitlines() if isinstance(rows, str) else rows
        letters = rows if "S" in "".join(rows) else [row.translate(str.maketrans("WXB01", "XSD12")) for row in rows]
        self.kitchen = overcooked_mdp.OvercookedGridworld.from_grid(
            letters, {"start_all_orders": [{"ingredients": ["onion"] * 3}]})

    def start(self, random):
        """The state in which a game begins; cooks look anywhere, or north where `start_directions` says so."""
        turned = self.game["start_directions"] == "random"
        directions = [self.DIRECTIONS[random.integers(4) if turned else 0] for _ in range(2)]
        players = [
            self.states.PlayerState(position, direction)
            for position, direction in zip(self.kitchen.start_player_positions, directions)
        ]
        return self.states.OvercookedState(
            players, {}, all_orders=self.kitchen.start_all_orders, bonus_orders=[], timestep=0)

    def features(self, state):
        """(2, D): overcooked_ai orders (x, y, channel) and leaves the counter's bit under what lies on it."""
        encoded = self.kitchen.lossless_state_encoding(state, horizon=self.game["max_steps"])
        features = numpy.asarray(encoded, numpy.float32).transpose(0, 2, 1, 3)
        for x, y in state.objects:
            features[:, y, x, self.EMPTY_COUNTER] = 0
        return features.reshape(2, -1)

    def _distinct(self, states):
        """The different ones of some states at the same time, and the place of each among them."""

        def thing(item):
            return item and (
                item.name, item.position, tuple(getattr(item, "ingredients", ())), getattr(item, "_cooking_tick", None))

        distinct, places = {}, []
        for state in states:
            cooks = tuple((cook.position, cook.orientation, thing(cook.held_object)) for cook in state.players)
            key = cooks, frozenset(map(thing, state.objects.values()))
            places.append(distinct.setdefault(key, (len(distinct), state))[0])
        return [state for _, state in distinct.values()], numpy.array(places)

    def actions(self, state, chosen):
        """overcooked_ai's actions for two numbers of a policy's."""
        return [self._action(player, state, action) for player, action in zip(state.players, chosen)]

    def _action(self, player, state, number):
        action = self.ACTIONS[int(number)]
        if action == "interact" and not player.has_object():
            ahead = tuple(numpy.add(player.position, player.orientation).tolist())
            if ahead in state.objects and state.objects[ahead].name == "soup" and state.objects[ahead].is_idle:
                return self.ACTIONS[4]
        return action

    def step(self, state, chosen):
        """The next state and the reward that both cooks get."""
        state, info = self.kitchen.get_state_transition(state, self.actions(state, chosen))
        for soup in state.objects.values():
            if soup.name == "soup" and soup.is_idle and len(soup.ingredients) == 3:
                # The step in which the third onion falls in is the first one of cooking.
                soup.begin_cooking()
                soup.cook()
        return state, float(sum(info["sparse_reward_by_agent"]))

    def play(self, players, random, batch=1):
        """Returns of `batch` games side by side, with one `Player` of that batch per cook.

        What comes next depends on the state alone, so games in equal states share one, which is encoded once.
        """
        states, places = self._distinct([self.start(random) for _ in range(batch)])
        score = numpy.zeros(batch)
        legal = numpy.ones((batch, self.policy.actions), bool)
        for _ in range(self.game["max_steps"]):
            features = numpy.stack([self.features(state) for state in states], axis=1)[:, places]
            chosen = numpy.stack([player.act(seen, legal) for player, seen in zip(players, features)], axis=1)
            moves, places = numpy.unique(numpy.column_stack([places, chosen]), axis=0, return_inverse=True)
            places = places.reshape(-1)
            nexts = [self.step(states[place], actions) for place, *actions in moves]
            score += numpy.array([reward for _, reward in nexts])[places]
            states, merged = self._distinct([state for state, _ in nexts])
            places = merged[places]
        for player in players:
            player.end(numpy.ones(batch, bool))
        return score
