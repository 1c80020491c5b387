// A seat for a person: play any seat against any policies; scores of people beside those of policies.
import {apiAddress, attempt, choice, estimate, fill, get, h, link, number, post, seatText, table} from "/dom.js";
import {folders, runsOf, seatChooser} from "/games.js";

export async function seatPage(place, query, onLeave) {
  const list = await folders();
  const scores = h("div");
  const game = h("div");
  const setup = h("div");
  fill(place, h("h1", {}, "Your seat"), setup, game, scores);
  if (!list.length) {
    fill(setup, h("p", {class: "note"}, "There is no trained policy below the folders that are served."));
  } else {
    let mode = "greedy";
    let seats = [];
    async function arrange(folder, seat) {
      const {agents, runs} = await runsOf(folder);
      seats = Array.from({length: agents}, (_, i) => i === seat ? "you" : `${folder}:${runs[0]?.index ?? 0}`);
      const chooser = (i) => seatChooser(`Seat ${i}`, list, seats[i], [["random", "random actions"]], (value) => { seats[i] = value; });
      const choosers = seats.map((each, i) => each === "you" ? null : chooser(i));
      await Promise.all(choosers.filter(Boolean).map((each) => each.ready));
      fill(setup,
        h("p", {}, "Play with policies that were trained here. Your game is recorded, and your score stands beside theirs below."),
        h("form", {onsubmit: (event) => { event.preventDefault(); begin(); }},
          h("div", {class: "controls"},
            choice("Policies of", list, folder, (next) => attempt(setup, () => arrange(next, 0))),
            choice("You sit in", seats.map((_, i) => [i, `seat ${i}`]), seat, (next) => attempt(setup, () => arrange(folder, Number(next)))),
            choice("They play", [["greedy", "greedy"], ["sampled", "sampled, as in training"]], mode, (next) => { mode = next; })),
          h("div", {class: "controls"}, choosers.filter(Boolean).map((each) => each.box)),
          h("button", {class: "main", type: "submit"}, "Begin a game")));
    }
    async function begin() {
      fill(game, h("p", {class: "faint", role: "status"}, "The cards are dealt …"));
      await attempt(game, async () => {
        const {key, state} = await post("sit", {seats: seatText(seats), mode});
        play(game, key, state, () => showScores(scores));
      });
    }
    const wanted = query.get("folder");
    await attempt(setup, () => arrange(list.some(([id]) => id === wanted) ? wanted : list[0][0], 0));
  }
  await showScores(scores);
  onLeave(() => {});
}

function play(place, key, first, onEnd) {
  let state = first;
  const log = [];
  const board = h("div", {class: "board"});
  const said = h("p", {role: "status", "aria-live": "polite"});
  const actions = h("div", {class: "actions", role: "group", "aria-label": "your actions"});
  const history = h("ol", {class: "log"});
  let isBusy = false;

  async function draw() {
    log.push(...state.moves);
    const own = state.seat;
    const tell = (move) => move.actions.flatMap((name, seat) => name === null ? [] : [`${seat === own ? "you" : `seat ${seat}`}: ${name}`]).join("; ")
      + (move.rewards[own] ? ` – reward ${number(move.rewards[own])}` : "");
    fill(history, ...log.filter((move) => move.actions.some((name) => name !== null)).slice(-100).map((move) => h("li", {value: move.step + 1}, tell(move))));
    history.scrollTop = history.scrollHeight;
    const others = state.moves.flatMap((move) => move.actions.flatMap((name, seat) => name === null || seat === own ? [] : [`seat ${seat} did: ${name}`]));
    fill(said,
      state.is_over
        ? h("strong", {}, `The game is over: return ${number(state.episode_return)}.`)
        : h("span", {}, others.length ? `${others.slice(-4).join("; ")}. ` : "", "Your move."),
      ` Reward so far: ${number(state.reward_sum)}.`,
      state.saved ? [" ", h("a", {href: link("games", {recorded: state.saved})}, "Look at the recorded game")] : null);
    fill(actions, ...actionButtons());
    try {
      const response = await fetch(apiAddress("picture", {key, step: state.step, view: own}));
      if (!response.ok) throw new Error((await response.json()).error);
      board.innerHTML = await response.text();
    } catch (error) {
      fill(board, h("p", {class: "note", role: "alert"}, error.message));
    }
    if (state.is_over) onEnd();
  }

  /** A button per action, with a key for the first nine; a list where there are many. */
  function actionButtons() {
    if (state.legal.length > 40) {
      const select = h("select", {"aria-label": "your action"}, state.legal.map((each) => h("option", {value: each.action}, each.name)));
      return [select, h("button", {class: "main", type: "button", onclick: () => act(Number(select.value))}, "Do it")];
    }
    return state.legal.map((each, i) => h("button", {type: "button", "data-action": each.action, title: i < 9 ? `key ${i + 1}` : null, onclick: () => act(each.action)},
      i < 9 ? h("span", {class: "faint small"}, `${i + 1} `) : null, each.name));
  }

  async function act(action) {
    if (isBusy || state.is_over) return;
    isBusy = true;
    actions.setAttribute("aria-busy", "true");
    try {
      const answer = await post("act", {key, step: state.step, action});
      state = answer.state;
      await draw();
      actions.querySelector("button, select")?.focus({preventScroll: true});
    } catch (error) {
      fill(said, h("span", {class: "bad"}, error.message));
    } finally {
      isBusy = false;
      actions.removeAttribute("aria-busy");
    }
  }

  board.tabIndex = 0;
  board.setAttribute("aria-label", "the board as you see it; number keys 1 to 9 act");
  place.onkeydown = (event) => {
    if (event.target.tagName === "SELECT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = "123456789".indexOf(event.key);
    if (event.key.length === 1 && index >= 0 && state.legal[index] && state.legal.length <= 40) { event.preventDefault(); act(state.legal[index].action); }
  };
  fill(place, h("h2", {}, `${state.environment}: you are in seat ${state.seat}`),
    h("div", {class: "split"}, h("div", {}, board), h("div", {}, said, actions, h("h3", {}, "So far"), history)));
  draw().then(() => actions.querySelector("button, select")?.focus({preventScroll: true}));
}

async function showScores(place) {
  await attempt(place, async () => {
    const scores = await get("scores");
    if (!scores.games.length) {
      fill(place, h("h2", {}, "Scores"), h("p", {class: "faint"}, `Nobody has played yet; games are recorded in ${scores.folder}.`));
      return;
    }
    const estimated = (each) => each ? estimate(each.mean, each.standard_error) : "–";
    fill(place,
      h("h2", {}, "Scores of people beside those of policies"),
      table("Mean return per game ± standard error. SP and XP are those of the first partner's configuration in the same mode, where its training was evaluated.",
        ["Game", "Partners", "Mode", "Games", "You with them", "They alone (SP)", "They with strangers (XP)"],
        scores.scores.map((score) => [score.environment, score.partners.join("; "), score.mode, `${score.games}`,
          h("strong", {}, estimate(score.mean, score.standard_error)), estimated(score.self_play), estimated(score.cross_play)]), [3, 4, 5, 6], "stack"),
      h("h2", {}, "Recorded games"),
      table("", ["When", "Game", "Seats", "Steps", "Return", ""], scores.games.map((game) => [
        game.date.replace("T", " ").replace("Z", " UTC"), game.environment.split(" ")[0],
        game.seats.map((seat) => seat.kind === "person" ? "you" : seat.name).join(" / "), `${game.steps}`, number(game.episode_return),
        h("a", {href: link("games", {recorded: game.name})}, "step through")]), [3, 4], "stack"));
  });
}
