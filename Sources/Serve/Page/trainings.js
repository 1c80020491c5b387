// The list of trainings, and one training: progress, learning curves, runs, configuration and provenance.
import {ago, choice, estimate, facts, fill, get, h, link, listen, magnitude, seatText, table} from "/dom.js";
import {chart, sample} from "/chart.js";

const state = (training) =>
  training.problem ? h("span", {class: "tag bad"}, "cannot be read")
  : training.progress >= 1 ? h("span", {class: "tag good"}, "finished")
  : training.is_active ? h("span", {class: "tag good"}, "training now")
  : h("span", {class: "tag faint"}, "stopped");

const percent = (training) => `${Math.floor(training.progress * 100)}\u00a0%`;

export async function trainingsPage(place, query, onLeave) {
  const list = h("div");
  let timer = null;
  async function draw() {
    const folders = await get("folders");
    const rows = folders.trainings.map((training) => [
      h("span", {}, h("a", {href: link("training", {id: training.id})}, training.path), " ",
        training.name && training.name !== training.path.split("/").at(-1) ? h("span", {class: "faint small"}, training.name) : null),
      training.problem ? h("span", {class: "bad small"}, training.problem) : training.environment,
      training.problem ? "" : `${training.runs}: ${training.configurations} × ${training.seeds} seeds`,
      training.problem ? "" : h("span", {}, h("progress", {max: 1, value: training.progress, "aria-label": `${training.path}: progress`}),
        `\u00a0${percent(training)}`, h("div", {class: "faint small"}, `update ${training.update} of ${training.updates}`)),
      training.problem ? "" : magnitude(training.env_steps),
      h("span", {}, state(training), training.diverged ? h("div", {class: "bad small"}, `${training.diverged} diverged`) : null,
        training.seconds_ago != null ? h("div", {class: "faint small"}, ago(training.seconds_ago)) : null),
      training.evaluation ? h("a", {href: link("evaluation", {id: training.evaluation})}, "matrix") : h("span", {class: "faint"}, "–"),
    ]);
    fill(list,
      ...(folders.is_incomplete ? [h("p", {class: "note"}, "There are more folders than are looked into; name the ones to show.")] : []),
      rows.length
        ? table("", ["Training", "Game", "Runs", "Progress", "Env steps per run", "State", "Cross-play"], rows, [4], "wide stack")
        : h("p", {class: "note"}, `No training lies below ${folders.folders.join(", ")}: crossplay train writes one.`),
      h("p", {class: "faint small"}, folders.program));
  }
  await draw();
  fill(place, h("h1", {}, "Trainings"), list);
  onLeave(listen(() => { if (timer === null) timer = setTimeout(async () => { timer = null; await draw().catch(() => {}); }, 1000); }));
  onLeave(() => clearTimeout(timer));
}

export async function trainingPage(place, query, onLeave) {
  const id = query.get("id");
  const hidden = new Set();
  let configuration = query.get("configuration");
  let details = await get("training", {id});
  let curves = await get("curves", {id, configuration});

  const head = h("div");
  const plots = h("div");
  const runs = h("div");

  function drawHead() {
    const {summary} = details;
    fill(head,
      h("p", {class: "small"}, h("a", {href: link("trainings")}, "Trainings"), " / ", summary.path),
      h("h1", {}, summary.name ?? summary.path),
      h("p", {}, state(summary), " ", h("progress", {max: 1, value: summary.progress, "aria-label": "progress"}), ` ${percent(summary)}, `,
        `update ${summary.update} of ${summary.updates}, ${magnitude(summary.env_steps)} env steps per run. `,
        `${summary.runs} runs: ${summary.configurations} configurations × ${summary.seeds} seeds. `,
        summary.environment, ". ",
        summary.evaluation ? h("a", {href: link("evaluation", {id: summary.evaluation})}, "Cross-play matrix") : null),
      ...details.remarks.map((text) => h("p", {class: "note"}, text)));
  }

  function drawPlots() {
    const shown = curves.curves.map((curve, index) => ({...curve, index})).filter((curve) => !hidden.has(curve.name));
    const configurations = [...new Set(details.runs.map((run) => run.configuration))];
    fill(plots,
      h("h2", {}, "Learning curves"),
      h("p", {class: "faint small"}, configuration
        ? `Every seed of ${configuration}.`
        : "Mean over the seeds of each configuration; bands are ±1 standard error over seeds. Actions are sampled; returns are the game's own, without shaping."),
      h("div", {class: "controls"}, choice("Show", [["", "all configurations: means"], ...configurations.map((name) => [name, `every seed of ${name}`])],
        configuration ?? "", async (value) => { configuration = value || null; hidden.clear(); curves = await get("curves", {id, configuration}); drawPlots(); })),
      curves.curves.length > 1 ? h("p", {class: "small", style: "margin-bottom:0"}, `${curves.legend}:`) : null,
      h("ul", {class: "legend"}, curves.curves.map((curve, index) => h("li", {}, h("button", {
        "aria-pressed": `${!hidden.has(curve.name)}`,
        title: "show or hide this curve",
        onclick: () => { if (!hidden.delete(curve.name)) hidden.add(curve.name); drawPlots(); },
      }, sample(index), curve.name, curve.diverged ? h("span", {class: "bad"}, ` (${curve.diverged} diverged)`) : null)))),
      h("div", {class: "cards"}, curves.quantities.map((quantity, place) => h("section", {class: "card", "aria-label": quantity.title},
        h("h3", {}, quantity.title),
        chart({title: quantity.title, xTitle: "env steps per run", limit: curves.last_env_steps,
          curves: shown.map((curve) => ({name: curve.name, style: curve.index, x: curve.env_steps, y: curve.means[place], error: curve.errors[place]}))})))),
      h("details", {}, h("summary", {}, "The last values as a table"),
        table("At the last point of every curve: mean ± standard error over runs.",
          [curves.legend, "env steps", ...curves.quantities.map((quantity) => quantity.title)],
          curves.curves.map((curve) => [curve.name, magnitude(curve.env_steps.at(-1) ?? 0),
            ...curves.quantities.map((_, i) => estimate(curve.means[i].at(-1), curve.errors[i].at(-1)))]),
          [1, ...curves.quantities.map((_, i) => i + 2)])));
  }

  function drawRuns() {
    const open = runs.querySelector("details")?.open ?? false;
    fill(runs, h("details", {open}, h("summary", {}, `Runs (${details.runs.length})`),
      table("", ["Run", "Seed", "Update", "State", "Games"], details.runs.slice(0, 1000).map((run) => [
        run.name, `${run.seed}`, `${run.update}`,
        run.diverged ? h("span", {class: "bad"}, `diverged in update ${run.diverged}`) : "",
        run.plays ? h("a", {href: link("games", {seats: seatText([`${id}:${run.index}`])})}, "watch it play") : h("span", {class: "faint"}, "no checkpoint yet"),
      ]), [1, 2], "stack")));
  }

  drawHead();
  drawPlots();
  drawRuns();
  fill(place, head, plots, runs,
    h("details", {}, h("summary", {}, "Configuration"), h("pre", {}, details.configuration)),
    h("details", {open: true}, h("summary", {}, "Provenance"), facts(details.facts)));

  const news = document.getElementById("news");
  let timer = null;
  let isLeft = false;
  async function renew() {
    timer = null;
    const renewed = await Promise.all([get("training", {id}), get("curves", {id, configuration})]);
    if (isLeft) return;
    [details, curves] = renewed;
    // A curve that is being read with the keys stays.
    drawHead();
    drawRuns();
    if (!plots.contains(document.activeElement)) drawPlots();
    news.textContent = `update ${details.summary.update} of ${details.summary.updates}`;
  }
  onLeave(listen((changed) => { if ((!changed.length || changed.includes(id)) && timer === null) timer = setTimeout(() => renew().catch(() => {}), 500); }));
  onLeave(() => { isLeft = true; clearTimeout(timer); news.textContent = ""; });
}
