"""Games of JaxMARL as files that `crossplay verify` replays; scripts/record-traces calls it.

    {"format": 2, "env", "source", "config", "derived", "episodes": [{"seed", "initial", "reset", "steps", "return"}]}

A step holds the actions, and what came of them: reward, end, state, observations and, in Hanabi, legal actions. Observations
are sparse: `i` and `v` are the features that are not 0 and their values; in Hanabi `one` are those that are 1.
"""

import argparse
import ast
import gzip
import importlib.metadata
import json
import warnings

import jax
import numpy


def number(value):
    """A float32 as the shortest number that reads back the same."""
    return float(str(numpy.float32(value)))


def sparse(observations, lists_ones):
    """{seat: {"one", "i", "v"}}"""
    seats = {}
    for seat, values in observations.items():
        flat = numpy.asarray(values).ravel()
        ones = numpy.flatnonzero(flat == 1) if lists_ones else numpy.array([], int)
        others = numpy.setdiff1d(numpy.flatnonzero(flat), ones)
        kind = int if flat.dtype.kind == "u" else number
        seats[seat] = {"i": others.tolist(), "v": [kind(value) for value in flat[others]]}
        if lists_ones:
            seats[seat]["one"] = ones.tolist()
    return seats


class Hanabi:
    name = "hanabi"

    def __init__(self, parameters):
        from jaxmarl.environments.hanabi.hanabi import HanabiEnv

        if "num_cards_of_rank" in parameters:
            parameters["num_cards_of_rank"] = numpy.array(parameters["num_cards_of_rank"])
        self.game = HanabiEnv(**parameters)
        self.config = {
            "players": self.game.num_agents, "colors": self.game.num_colors, "ranks": self.game.num_ranks,
            "hand_size": self.game.hand_size, "max_info_tokens": self.game.max_info_tokens,
            "max_life_tokens": self.game.max_life_tokens, "cards_per_rank": self.game.num_cards_of_rank.tolist(),
        }
        self.derived = {"num_actions": int(self.game.num_moves), "obs_size": int(self.game.obs_size)}

    def cards(self, one_hot):
        """[colour, rank] or None for every card of (…, colours, ranks)."""
        flat = numpy.asarray(one_hot).reshape(-1, self.game.num_colors * self.game.num_ranks)
        return [list(divmod(int(card.argmax()), self.game.num_ranks)) if card.any() else None for card in flat]

    def state(self, state):
        game, array = self.game, numpy.asarray
        size = game.hand_size

        def hands(items):
            return [items[seat * size:(seat + 1) * size] for seat in range(game.num_agents)]

        def hinted(revealed):
            return [int(slot.argmax()) if slot.any() else -1 for slot in array(revealed).reshape(game.num_agents * size, -1)]

        masks = array(state.card_knowledge).reshape(game.num_agents * size, -1) > 0
        return {
            "step": int(state.step), "cur": int(array(state.cur_player_idx).argmax()),
            "life": int(array(state.life_tokens).sum()), "info": int(array(state.info_tokens).sum()),
            "fireworks": array(state.fireworks).sum(axis=1).astype(int).tolist(), "deck_left": int(array(state.deck).sum()),
            "hands": hands(self.cards(state.player_hands)),
            "discard": [card for card in self.cards(state.discard_pile) if card],
            "know": hands([f"{sum(1 << int(kind) for kind in numpy.flatnonzero(mask)):x}" for mask in masks]),
            "hint": hands([list(pair) for pair in zip(hinted(state.colors_revealed), hinted(state.ranks_revealed))]),
            "last_round": int(state.last_round_count), "score": int(state.score), "terminal": bool(state.terminal),
            "out_of_lives": bool(state.out_of_lives), "bombed": bool(state.bombed),
        }

    def view(self, observations, state):
        legal = {seat: numpy.flatnonzero(moves).tolist() for seat, moves in self.game.get_legal_moves(state).items()}
        return {"obs": sparse(observations, lists_ones=True), "legal": legal}

    def choose(self, state, view, generator):
        """Mostly a card that fits, which the player knows by looking at it; else any legal move."""
        seat = int(numpy.asarray(state.cur_player_idx).argmax())
        moves = view["legal"][f"agent_{seat}"]
        heights = numpy.asarray(state.fireworks).sum(axis=1)
        hand = self.cards(state.player_hands[seat])
        fitting = [self.game.hand_size + slot for slot, card in enumerate(hand) if card and heights[card[0]] == card[1]]
        use = fitting if fitting and generator.random() < 0.4 else moves
        return seat, int(generator.choice(use))

    def episode(self, seed):
        generator = numpy.random.default_rng(seed)
        pairs = [[color, rank] for color in range(self.game.num_colors)
                 for rank, copies in enumerate(self.game.num_cards_of_rank) for _ in range(copies)]
        deck = generator.permutation(pairs)
        observations, state = self.game.reset_from_deck_of_pairs(deck)
        view = self.view(observations, state)
        episode = {"seed": seed, "initial": {"deck": deck.tolist(), "state": self.state(state)}, "reset": view, "steps": []}
        while not bool(state.terminal):
            seat, action = self.choose(state, view, generator)
            joint = {f"agent_{place}": action if place == seat else self.derived["num_actions"] - 1
                     for place in range(self.game.num_agents)}
            observations, state, rewards, dones, _ = self.game.step_env(jax.random.PRNGKey(0), state, joint)
            view = self.view(observations, state)
            episode["steps"].append({
                "player": seat, "action": action, "reward": number(rewards["__all__"]), "done": bool(dones["__all__"]),
                "state": self.state(state), **view})
        episode["return"] = sum(step["reward"] for step in episode["steps"])
        return episode


class Overcooked:
    name = "overcooked"
    ITEMS = (3, 5, 9)  # onion, plate, dish
    MOVES = ((0, -1), (0, 1), (1, 0), (-1, 0))  # by number of the action and of the direction
    INTERACT = 5

    def __init__(self, parameters):
        from jaxmarl.environments.overcooked import Overcooked, overcooked_layouts

        layout = parameters.pop("layout", "cramped_room")
        self.layout = overcooked_layouts[layout]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.game = Overcooked(layout=self.layout, **parameters)
        self.config = {"layout": layout, "random_reset": self.game.random_reset, "max_steps": self.game.max_steps}
        rows = [[" "] * self.game.width for _ in range(self.game.height)]
        for letter, key in (("W", "wall_idx"), ("X", "goal_idx"), ("B", "plate_pile_idx"), ("O", "onion_pile_idx"),
                            ("P", "pot_idx")):
            for cell in numpy.asarray(self.layout[key]).tolist():
                rows[cell // self.game.width][cell % self.game.width] = letter
        for cook, cell in enumerate(numpy.asarray(self.layout["agent_idx"]).tolist()):
            rows[cell // self.game.width][cell % self.game.width] = str(cook)
        self.derived = {"grid_with_agents": ["".join(row) for row in rows]}

    def state(self, state):
        padding = (state.maze_map.shape[0] - self.game.height) // 2
        cells = numpy.asarray(state.maze_map)[padding:padding + self.game.height, padding:padding + self.game.width]
        items = [[int(x), int(y), int(cells[y, x, 0])] for y, x in numpy.argwhere(numpy.isin(cells[..., 0], self.ITEMS))]
        pots = numpy.asarray(state.pot_pos).tolist()
        return {
            "step": int(state.step), "pos": numpy.asarray(state.agent_pos).tolist(),
            "dir": numpy.asarray(state.agent_dir_idx).tolist(), "inv": numpy.asarray(state.agent_inv).astype(int).tolist(),
            "pots": [[x, y, int(cells[y, x, 2])] for x, y in pots], "items": items,
        }

    def targets(self, state, held):
        """Where a cook goes next: with empty hands to the onions, or to the plates while a soup cooks."""
        pots = {(x, y): status for x, y, status in state["pots"]}
        cooking = any(status < 20 for status in pots.values())
        key = {1: "plate_pile_idx" if cooking else "onion_pile_idx", 9: "goal_idx"}.get(held)
        if key:
            return [divmod(cell, self.game.width)[::-1] for cell in numpy.asarray(self.layout[key]).tolist()]
        return [place for place, status in pots.items() if (status >= 21 if held == 3 else status == 0)]

    def choose(self, state, cook, generator):
        """The first step of a shortest way to a target, to use it; now and then anything."""
        targets = self.targets(state, state["inv"][cook])
        if not targets or generator.random() < 0.15:
            return int(generator.integers(6))
        grid, start = self.derived["grid_with_agents"], tuple(state["pos"][cook])
        ways, seen = [(start, None)], {start}
        for place, first in ways:
            for move, (dx, dy) in enumerate(self.MOVES):
                cell = (place[0] + dx, place[1] + dy)
                if cell in targets:
                    turned = first is None and state["dir"][cook] == move
                    return self.INTERACT if turned else move if first is None else first
                if grid[cell[1]][cell[0]] in " 01" and cell not in seen:
                    seen.add(cell)
                    ways.append((cell, move if first is None else first))
        return int(generator.integers(6))

    def episode(self, seed):
        generator = numpy.random.default_rng(seed)
        observations, state = self.game.reset(jax.random.PRNGKey(seed))
        episode = {"seed": seed, "initial": {"state": self.state(state)},
                   "reset": {"obs": sparse(observations, lists_ones=False)}, "steps": []}
        done = False
        while not done:
            now = self.state(state)
            actions = [self.choose(now, cook, generator) for cook in range(2)]
            observations, state, rewards, dones, information = self.game.step_env(
                jax.random.PRNGKey(0), state, {f"agent_{cook}": action for cook, action in enumerate(actions)})
            done = bool(dones["__all__"])
            episode["steps"].append({
                "actions": actions, "reward": [number(rewards[f"agent_{cook}"]) for cook in range(2)],
                "shaped": [number(information["shaped_reward"][f"agent_{cook}"]) for cook in range(2)], "done": done,
                "state": self.state(state), "obs": sparse(observations, lists_ones=False)})
        episode["return"] = sum(step["reward"][0] for step in episode["steps"])
        return episode


def value(text):
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def main():
    parser = argparse.ArgumentParser(prog="scripts/record-traces")
    parser.add_argument("game", choices=[Hanabi.name, Overcooked.name])
    parser.add_argument("file")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--episodes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    parameters = {key: value(text) for key, _, text in (item.partition("=") for item in arguments.set)}
    game = {Hanabi.name: Hanabi, Overcooked.name: Overcooked}[arguments.game](parameters)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("jaxmarl", "jax"))
    recording = {
        "format": 2, "env": game.name, "source": versions, "config": game.config, "derived": game.derived,
        "episodes": [game.episode(arguments.seed + number) for number in range(arguments.episodes)],
    }
    text = json.dumps(recording, separators=(",", ":"))
    with open(arguments.file, "wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        packed.write(text.encode())


main()
