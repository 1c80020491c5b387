// Games step by step: the board as each seat sees it, and what every policy makes of it.
import {apiAddress, attempt, choice, fill, get, h, link, number, Problem, seatText} from "/dom.js";

const modes = [["sampled", "sampled, as in training"], ["greedy", "greedy"], ["greedy-random-tie", "greedy, random ties"], ["temperature=0.5", "temperature 0.5"]];

/** Folders of policies, and the runs in them, asked for once. */
const players = new Map();
export function runsOf(id) {
  if (!players.has(id)) players.set(id, get("runs", {id}).catch((error) => { players.delete(id); throw error; }));
  return players.get(id);
}

export async function folders() {
  const all = await get("folders");
  return [...all.trainings.filter((training) => training.playing > 0), ...all.policies]
    .map((each) => [each.id, each.path]);
}

export const seatList = (text) => (text ?? "").split(",").filter(Boolean).map(decodeURIComponent);

/** A policy's folder, its run, and its checkpoint where that is not the last. */
const policyOf = (seat) => seat.match(/^(.*?):(\d+)(?:@(\d+))?$/);

/** Selects for one seat: a folder and a run of it. `value` is `ID:RUN`, `ID:RUN@UPDATE`, `you` or `random`; others come first. */
export function seatChooser(label, list, value, others, onchange) {
  const [, folder, run, update] = policyOf(value) ?? [null, value, null, null];
  const at = update == null ? "" : `@${update}`;
  const box = h("fieldset", {}, h("legend", {}, label));
  async function show(id, wanted) {
    const known = others.some(([key]) => key === id);
    const children = [choice("Who", [...others, ...list], id, (next) => { show(next, null).then((full) => onchange(full)); })];
    const checkpoint = id === folder ? at : "";
    let full = id;
    if (!known) {
      const {runs} = await runsOf(id);
      if (!runs.length) throw new Problem(`${id} has no checkpoint yet`);
      const chosen = runs.some((each) => `${each.index}` === `${wanted}`) ? wanted : runs[0].index;
      full = `${id}:${chosen}${checkpoint}`;
      children.push(choice("Run", runs.map((each) => [each.index, `${each.index}: ${each.name}${each.diverged ? " (diverged)" : ""}`]), chosen,
        (next) => onchange(`${id}:${next}${checkpoint}`)));
      if (checkpoint) children.push(h("p", {class: "faint"}, `after update ${update}`));
    }
    fill(box, h("legend", {}, label), h("div", {class: "controls", style: "margin:0"}, children));
    return full;
  }
  return {box, ready: show(folder, run)};
}

export async function gamesPage(place, query, onLeave) {
  const recorded = query.get("recorded");
  const list = await folders();
  if (!list.length && !recorded) {
    fill(place, h("h1", {}, "Games"), h("p", {class: "note"}, "There is no trained policy below the folders that are served."));
    return;
  }
  let seats = seatList(query.get("seats"));
  const shown = h("div");
  const controls = h("div");
  const mode = query.get("mode") ?? "greedy";
  const seed = Number(query.get("seed") ?? 0);
  const which = Number(query.get("game") ?? 1);

  if (!recorded) {
    if (!seats.length) seats = [`${list[0][0]}:${(await runsOf(list[0][0])).runs[0]?.index ?? 0}`];
    const {agents} = await runsOf(seats.map((seat) => policyOf(seat)?.[1]).find(Boolean) ?? list[0][0]);
    while (seats.length < agents) seats.push(seats.at(-1));
    seats.length = agents;
    const next = [...seats];
    let [nextMode, nextSeed, nextGame] = [mode, seed, which];
    const go = () => { location.hash = link("games", {seats: seatText(next), mode: nextMode, seed: nextSeed, game: nextGame}); };
    const choosers = seats.map((seat, i) => seatChooser(`Seat ${i}`, list, seat, [["random", "random actions"]], (value) => { next[i] = value; }));
    await Promise.all(choosers.map((chooser) => chooser.ready));
    fill(controls, h("details", {open: !query.has("seats")}, h("summary", {}, "Who plays"),
      h("form", {onsubmit: (event) => { event.preventDefault(); go(); }},
        h("div", {class: "controls"}, choosers.map((chooser) => chooser.box)),
        h("div", {class: "controls"},
          choice("Mode of play", modes.some(([key]) => key === mode) ? modes : [[mode, mode], ...modes], mode, (value) => { nextMode = value; }),
          h("label", {}, "Seed", h("input", {type: "number", min: "0", step: "1", value: `${seed}`, onchange: (event) => { nextSeed = event.target.value; }})),
          h("label", {}, "Game of this seed", h("input", {type: "number", min: "1", max: "20", value: `${which}`, onchange: (event) => { nextGame = event.target.value; }})),
          h("button", {class: "main", type: "submit"}, "Play this game")))));
  }
  fill(place, h("h1", {}, recorded ? "A recorded game" : "Games"), controls, shown);
  shown.append(h("p", {class: "faint", role: "status"}, "Playing the game … the first one takes a few seconds."));
  await attempt(shown, async () => {
    const game = await get("game", recorded ? {recorded} : {seats: seatText(seats), mode, seed, game: which});
    showGame(shown, game, Number(query.get("step") ?? 0), onLeave);
  });
}

function showGame(place, game, first, onLeave) {
  const last = game.steps.length;
  let step = Math.max(0, Math.min(last, first));
  let view = "all";
  let timer = null;
  const pictures = new Map();

  function picture(at, seen) {
    const key = `${at} ${seen}`;
    if (!pictures.has(key)) {
      pictures.set(key, fetch(apiAddress("picture", {key: game.key, step: at, view: seen})).then(async (response) => {
        if (!response.ok) throw new Problem((await response.json()).error);
        return response.text();
      }));
      if (pictures.size > 400) pictures.delete(pictures.keys().next().value);
    }
    return pictures.get(key);
  }

  const board = h("div", {class: "board"});
  const position = h("output", {}, "");
  const slider = h("input", {type: "range", min: 0, max: last, value: step, "aria-label": "step", oninput: () => go(Number(slider.value))});
  const seatsPanel = h("div");
  const rewards = h("p", {"aria-live": "polite"});
  const button = (text, name, onclick) => h("button", {type: "button", title: name, "aria-label": name, onclick}, text);
  const start = button("|◀", "first step (Home)", () => go(0));
  const back = button("◀", "step back (left arrow)", () => go(step - 1));
  const play = button("▶ play", "play or pause (space)", () => toggle());
  const forward = button("▶", "step forward (right arrow)", () => go(step + 1));
  const end = button("▶|", "last step (End)", () => go(last));

  function toggle() {
    if (timer !== null) { clearInterval(timer); timer = null; play.textContent = "▶ play"; return; }
    if (step >= last) go(0);
    play.textContent = "❚❚ pause";
    timer = setInterval(() => { if (step >= last) toggle(); else go(step + 1); }, 700);
  }

  const total = (until) => game.steps.slice(0, until).reduce((sum, each) => sum + each.rewards.reduce((a, b) => a + b, 0) / each.rewards.length, 0);

  async function draw() {
    const wanted = `${step} ${view}`;
    slider.value = step;
    position.textContent = `step ${step} of ${last}`;
    start.disabled = back.disabled = step === 0;
    end.disabled = forward.disabled = step === last;
    const done = step > 0 ? game.steps[step - 1] : null;
    fill(rewards,
      done ? `The last step: ${done.actions.flatMap((name, seat) => done.chose[seat] || !done.chose.includes(true) ? [`seat ${seat} ${name}`] : []).join(", ")}. ` : "The game begins. ",
      done ? h("strong", {}, `Reward ${[...new Set(done.rewards.map((value) => number(value)))].join(", ")}`) : null,
      done ? `, ${number(total(step))} so far.` : null,
      step === last && game.episode_return != null
        ? h("div", {}, h("strong", {}, `The game is over: return ${number(game.episode_return)}`),
          Object.entries(game.outcomes).map(([name, value]) => `, ${name.replaceAll("_", " ")} ${number(value)}`).join(""), ".")
        : null);
    drawSeats();
    try {
      const text = await picture(step, view);
      if (wanted !== `${step} ${view}`) return;
      board.innerHTML = text;
    } catch (error) {
      fill(board, h("p", {class: "note", role: "alert"}, `${error.message} `));
      return;
    }
    for (const near of [step + 1, step - 1, step + 2]) if (near >= 0 && near <= last) picture(near, view).catch(() => {});
  }

  function drawSeats() {
    const now = game.steps[step];
    fill(seatsPanel, ...game.seats.map((seat, i) => {
      const decision = now?.decisions[i];
      const taken = now?.actions[i];
      return h("section", {class: "card", style: "margin-bottom:12px"},
        h("h3", {}, `Seat ${i}: ${seat.kind === "person" ? "a person" : seat.name}`),
        h("div", {class: "faint small"}, [seat.folder, seat.update != null ? `update ${seat.update}` : null].filter(Boolean).join(", ")),
        !now ? h("p", {class: "small"}, "The game is over.")
        : !now.chose[i] ? h("p", {class: "small faint"}, `No choice: ${taken}.`)
        : [decision.value != null ? h("p", {class: "small"}, "Value of its critic: ", h("strong", {}, number(decision.value))) : null,
          h("ul", {class: "bars", "aria-label": `legal actions of seat ${i}`}, decision.likeliest.map((each) => h("li",
            {class: each.name === taken ? "chosen" : ""},
            h("span", {}, each.name, each.name === taken ? " ✓" : ""),
            each.probability == null ? h("span") : h("span", {class: "bar", "aria-hidden": "true"}, h("span", {style: `width:${100 * each.probability}%`})),
            h("span", {class: "number"}, each.probability == null ? "" : `${number(100 * each.probability, 3)} %`)))),
          decision.legal > decision.likeliest.length ? h("p", {class: "small faint"}, `and ${decision.legal - decision.likeliest.length} less likely ones`) : null]);
    }));
  }

  function go(wanted) {
    step = Math.max(0, Math.min(last, wanted));
    draw();
  }

  const views = h("div", {class: "actions", role: "group", "aria-label": "whose view"});
  function drawViews() {
    const all = [["all", game.hides_from_seats ? "all of it" : "the board"], ...game.seats.map((_, i) => [`${i}`, `what seat ${i} sees`])];
    fill(views, ...all.map(([key, text]) => h("button", {type: "button", "aria-pressed": `${view === key}`, onclick: () => { view = key; drawViews(); draw(); }}, text)));
  }

  const keys = (event) => {
    if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {ArrowLeft: () => go(step - 1), ArrowRight: () => go(step + 1), Home: () => go(0), End: () => go(last)};
    if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "SUMMARY") { event.preventDefault(); toggle(); }
    if (event.key in moves) { event.preventDefault(); moves[event.key](); }
  };
  addEventListener("keydown", keys);
  onLeave(() => { removeEventListener("keydown", keys); clearInterval(timer); });

  drawViews();
  fill(place,
    h("p", {}, `${game.environment}, ${game.mode} play, seed ${game.seed}, game ${game.game}. `,
      game.episode_return != null ? h("strong", {}, `Return ${number(game.episode_return)}`) : null, ` in ${last} steps.`,
      game.exports_hanab_live ? [" ", h("a", {href: apiAddress("hanab-live", {key: game.key}), download: "hanab-live.json"}, "Export as a replay of hanab.live")] : null),
    h("div", {class: "controls", role: "group", "aria-label": "steps"}, start, back, play, forward, end, position),
    slider, views,
    h("div", {class: "split"}, h("div", {}, board, rewards), h("div", {}, h("h2", {style: "margin-top:0"}, "What the policies make of it"), seatsPanel,
      h("p", {class: "faint small"}, "Probabilities are of the policy's softmax over its legal actions; the value is of its critic, discounted as in training."))));
  draw();
}
