// The pages and which one is shown: the address behind # names it.
import {attempt, h} from "/dom.js";
import {trainingsPage, trainingPage} from "/trainings.js";
import {evaluationsPage, evaluationPage} from "/crossplay.js";
import {gamesPage} from "/games.js";
import {seatPage} from "/seat.js";

const pages = {
  trainings: [trainingsPage, "trainings", "Trainings"], training: [trainingPage, "trainings", "Training"],
  crossplay: [evaluationsPage, "crossplay", "Cross-play"], evaluation: [evaluationPage, "crossplay", "Cross-play matrix"],
  games: [gamesPage, "games", "Games"], seat: [seatPage, "seat", "Your seat"],
};

let leave = null;
let shown = null;

async function show() {
  const [, name, query] = location.hash.match(/^#\/([a-z]*)(?:\?(.*))?$/) ?? [null, "trainings", ""];
  const [page, section, title] = pages[name] ?? pages.trainings;
  const main = document.getElementById("main");
  if (leave) leave();
  leave = null;
  const place = h("div", {"data-page": name});
  main.replaceChildren(place);
  document.title = `${title} – Crossplay`;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (shown !== null && shown !== name) main.focus();
  shown = name;
  // A page says how it is left: what it listens to ends then, also where it is left while it loads.
  let ends = [];
  let isLeft = false;
  leave = () => { isLeft = true; for (const end of ends) end(); };
  const onLeave = (end) => { if (isLeft) end(); else ends.push(end); };
  place.append(h("p", {class: "faint", role: "status"}, "Loading …"));
  await attempt(place, () => page(place, new URLSearchParams(query ?? ""), onLeave));
  place.dataset.ready = "true";
}

addEventListener("hashchange", show);
show();
