// The list of evaluations, and one: its matrix as a heat map, sweep figures, summary.
import {apiAddress, choice, estimate, facts, fill, get, getBytes, h, link, number, seatText, table} from "/dom.js";
import {HeatMap} from "/heatmap.js";

export async function evaluationsPage(place) {
  const folders = await get("folders");
  fill(place, h("h1", {}, "Cross-play"),
    folders.evaluations.length
      ? table("", ["Evaluation", "Runs", "Games per team", "Update", "Modes"], folders.evaluations.map((each) => [
        h("span", {}, h("a", {href: link("evaluation", {id: each.id})}, each.path),
          each.configuration ? h("div", {class: "faint small"}, each.configuration) : null),
        each.problem ? h("span", {class: "bad small"}, each.problem) : `${each.runs}`,
        each.problem ? "" : `${each.games}`, each.problem ? "" : `${each.update}`, (each.modes ?? []).join(", "),
      ]), [1, 2, 3], "wide stack")
      : h("p", {class: "note"}, `No evaluation lies below ${folders.folders.join(", ")}: crossplay evaluate FOLDER writes one.`));
}

/** What rows and columns can be sorted by. */
const orders = [
  ["configuration", "configuration, then seed"], ["self", "self-play, best first"], ["cross", "cross-play as a row, best first"],
  ["seed", "seed, then configuration"],
];

export async function evaluationPage(place, query) {
  const id = query.get("id");
  const evaluation = await get("evaluation", {id});
  const count = evaluation.runs.length;
  const groups = [...new Map(evaluation.runs.map((run) => [run.configuration, run.label])).entries()];
  let mode = evaluation.modes.includes(query.get("mode")) ? query.get("mode") : evaluation.modes[0];
  let order = "configuration";
  const chosen = new Set(groups.map(([configuration]) => configuration));
  const matrices = new Map();

  async function load(wanted) {
    if (!matrices.has(wanted)) {
      const bytes = await getBytes("matrix", {id, mode: wanted});
      const cells = count * count;
      matrices.set(wanted, {
        means: new Float32Array(bytes, 0, cells), errors: new Float32Array(bytes, 4 * cells, cells),
        games: new Uint32Array(bytes, 8 * cells, cells),
      });
    }
    return matrices.get(wanted);
  }

  const readout = h("div", {class: "readout", role: "status", "aria-live": "polite"});
  const frame = h("div", {class: "matrixframe"});
  const summary = h("div");
  const map = new HeatMap(frame, {
    read(row, column) {
      if (row === null) {
        fill(readout, h("span", {class: "faint"},
          "Point at a cell, or focus the matrix and use the arrow keys; a click or Enter opens games of the team."));
        return;
      }
      const {means, errors, games} = matrices.get(mode);
      const at = row * count + column;
      const [a, b] = [evaluation.runs[row], evaluation.runs[column]];
      const played = !Number.isNaN(means[at]);
      fill(readout,
        h("div", {}, row === column ? h("strong", {}, "self-play") : h("strong", {}, "cross-play"), ` in ${mode} play: `,
          played ? h("strong", {}, `${estimate(means[at], errors[at])} points per game`) : "not played",
          played ? h("span", {class: "faint"}, `, ± standard error over ${games[at]} games`) : null),
        h("div", {class: "small"}, `seat 0: ${a.name}`, a.diverged ? h("span", {class: "bad"}, " (diverged)") : null),
        h("div", {class: "small"}, `seat ${evaluation.seats > 2 ? "1 and on" : "1"}: ${b.name}`, b.diverged ? h("span", {class: "bad"}, " (diverged)") : null));
    },
    open(row, column) {
      const [a, b] = [evaluation.runs[row], evaluation.runs[column]];
      if (a.run == null || b.run == null) {
        readout.append(h("div", {class: "bad small"}, "The policies of this team are not below the folders that are served, or their checkpoint is no longer there."));
        return;
      }
      const seats = [a, ...Array(Math.max(0, evaluation.seats - 1)).fill(b)]
        .map((run) => `${run.training}:${run.run}${run.update == null ? "" : `@${run.update}`}`);
      location.hash = link("games", {seats: seatText(seats), mode, seed: evaluation.seed});
    },
  });

  function ordered(matrix) {
    const places = evaluation.runs.map((_, i) => i).filter((i) => chosen.has(evaluation.runs[i].configuration));
    const self = (i) => { const value = matrix.means[i * count + i]; return Number.isNaN(value) ? -Infinity : value; };
    const row = new Map(order !== "cross" ? [] : places.map((i) => {
      let [sum, played] = [0, 0];
      for (const j of places) {
        const value = matrix.means[i * count + j];
        if (j !== i && !Number.isNaN(value)) { sum += value; played++; }
      }
      return [i, played ? sum / played : -Infinity];
    }));
    const seed = (i) => evaluation.runs[i].seed;
    if (order === "self") places.sort((a, b) => self(b) - self(a) || a - b);
    if (order === "cross") places.sort((a, b) => row.get(b) - row.get(a) || a - b);
    if (order === "seed") places.sort((a, b) => seed(a) - seed(b) || a - b);
    return places;
  }

  async function draw() {
    const matrix = await load(mode);
    const places = ordered(matrix);
    // Group labels make sense only where runs of a group stand together.
    map.draw({
      places, count, values: matrix.means,
      labels: evaluation.runs.map((run) => run.label), names: evaluation.runs.map((run) => run.name),
      isGrouped: order === "configuration", swept: evaluation.swept,
      label: `cross-play matrix of ${places.length} runs, ${mode} play`,
    });
    const rows = evaluation.rows.filter((row) => row.mode === mode);
    fill(summary, table(
      `Mean return per game ± standard error, ${mode} play. SP: a run with itself, error over runs; XP: teams of different seeds of one configuration, error by bootstrap over seeds.`,
      [evaluation.swept, "runs", "SP", "XP", "SP − XP", "ties in XP"],
      rows.map((row) => [row.label, `${row.runs}`, estimate(row.self_play?.mean, row.self_play?.standard_error),
        estimate(row.cross_play?.mean, row.cross_play?.standard_error), estimate(row.gap?.mean, row.gap?.standard_error),
        row.tie_rate == null ? "–" : `${number(100 * row.tie_rate, 3)} %`]), [1, 2, 3, 4, 5], "stack"));
  }

  const filter = h("fieldset", {}, h("legend", {}, `Show ${evaluation.swept}`),
    h("div", {class: "choices"}, groups.map(([configuration, label]) => h("label", {},
      h("input", {type: "checkbox", checked: true, onchange: (event) => {
        if (event.target.checked) chosen.add(configuration); else chosen.delete(configuration);
        draw();
      }}), ` ${label}`))),
    groups.length > 3 ? h("div", {class: "actions", style: "margin-bottom:0"},
      ...[["all", true], ["none", false]].map(([text, value]) => h("button", {type: "button", onclick: () => {
        chosen.clear();
        if (value) for (const [configuration] of groups) chosen.add(configuration);
        for (const box of filter.querySelectorAll("input")) box.checked = value;
        draw();
      }}, text))) : null);

  await draw();
  fill(place,
    h("p", {class: "small"}, h("a", {href: link("crossplay")}, "Cross-play"), " / ", evaluation.path),
    h("h1", {}, `Cross-play of ${evaluation.configuration}`),
    h("p", {}, `${count} runs, ${evaluation.games} games per team of ${evaluation.seats}. `,
      "The run of a row sits in seat 0, that of a column in the other", evaluation.seats > 2 ? " seats" : " seat", "; the diagonal is self-play."),
    h("div", {class: "controls"},
      choice("Mode of play", evaluation.modes.map((each) => [each, each]), mode, (value) => { mode = value; draw(); }),
      choice("Order", orders, order, (value) => { order = value; draw(); }), groups.length > 1 ? filter : null),
    readout, frame,
    h("h2", {}, "Self-play and cross-play"), summary,
    h("h2", {}, `Over the ${evaluation.swept}`),
    h("figure", {}, h("img", {src: apiAddress("sweep", {id, figure: "sweep"}), alt: "Self-play and cross-play over the swept value, with bands of one standard error", loading: "lazy"}),
      h("figcaption", {}, "Self-play (circles) and cross-play over all teams of different seeds (squares); bands and bars are ±1 standard error.")),
    h("figure", {}, h("img", {src: apiAddress("sweep", {id, figure: "gap"}), alt: "Self-play minus cross-play over the swept value", loading: "lazy"}),
      h("figcaption", {}, "SP − XP: what a run loses with a partner that was trained from another seed.")),
    h("details", {}, h("summary", {}, "Provenance"), facts(evaluation.facts)));
  map.fit();
}
