// Small helpers: elements, requests, numbers.

/** An element: h("p", {class: "faint", onclick: f}, "text", otherElement). Texts are never read as HTML. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts children into an element in place of those that it has; null and false are nothing. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
}

/** An element of SVG. */
export function s(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** What the server says is wrong, as one sentence. */
export class Problem extends Error {}

async function answer(response) {
  if (response.ok) return response;
  let text = `the server answered ${response.status}`;
  try { text = (await response.json()).error ?? text; } catch { /* not JSON: the status says all */ }
  throw new Problem(text);
}

function address(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined));
  return `/api/${path}${query.size ? `?${query}` : ""}`;
}

async function request(path, parameters, options) {
  let response;
  try {
    response = await fetch(address(path, parameters), options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("crossplay serve does not answer; is it still running?");
  }
  return answer(response);
}

export const get = async (path, parameters = {}) => (await request(path, parameters, {})).json();
export const getBytes = async (path, parameters = {}) => (await request(path, parameters, {})).arrayBuffer();
export const post = async (path, body) => (await request(path, {}, {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
})).json();
export const apiAddress = address;

/** Runs `begin` of a page and shows a problem in its place. */
export async function attempt(place, begin) {
  try {
    await begin();
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    place.replaceChildren(h("p", {class: "note", role: "alert"}, `This cannot be shown: ${error.message}`));
  }
}

/** `1.5M`, `20k`. */
export function magnitude(value) {
  for (const [unit, name] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(4))}${name}`;
  }
  return `${Number(value.toPrecision(4))}`;
}

/** Four digits that count; a dash for what was not measured. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) return value.toExponential(2).replace("-", "−");
  return `${Number(value.toPrecision(digits))}`.replace("-", "−");
}

export const estimate = (mean, error) =>
  number(mean) + (error === null || error === undefined || Number.isNaN(error) ? "" : ` ± ${number(error, 2)}`);

export function ago(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

/** `#/games?seats=…` for links. */
export function link(page, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined));
  return `#/${page}${query.size ? `?${query}` : ""}`;
}

/** Who sits where, `ID:RUN`, `you` or `random`, as one text. */
export const seatText = (seats) => seats.map((seat) => encodeURIComponent(seat)).join(",");

/** A select with its label: choices are [value, text]. */
export function choice(label, choices, value, onchange) {
  const select = h("select", {onchange: () => onchange(select.value)},
    choices.map(([key, text]) => h("option", {value: key, selected: `${key}` === `${value}`}, text)));
  return h("label", {}, label, select);
}

/** A table: header texts, rows of cells; `numbers` are the columns that stand to the right. */
export function table(caption, header, rows, numbers = [], kind = "") {
  const side = (column) => numbers.includes(column) ? {class: "number"} : {};
  return h("div", {class: "table"}, h("table", {class: kind},
    caption ? h("caption", {}, caption) : null,
    h("thead", {}, h("tr", {}, header.map((text, column) => h("th", {scope: "col", ...side(column)}, text)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, column) =>
      h(column === 0 ? "th" : "td", {scope: column === 0 ? "row" : null, "data-name": header[column], ...side(column)}, cell)))))));
}

export const facts = (list) => h("div", {class: "table"}, h("table", {class: "facts"}, h("tbody", {},
  list.map((fact) => h("tr", {}, h("th", {scope: "row"}, fact.name), h("td", {}, fact.value))))));

/** News of trainings that go on, from one connection for the whole page: their ids, or none where any may have. */
const listeners = new Set();
let source = null;
export function listen(listener) {
  listeners.add(listener);
  if (!source) {
    source = new EventSource("/api/events");
    // The first news of a connection is that all may have changed before it.
    source.addEventListener("news", (event) => {
      const {trainings} = JSON.parse(event.data);
      for (const each of [...listeners]) each(trainings);
    });
  }
  return () => {
    listeners.delete(listener);
    if (!listeners.size) { source.close(); source = null; }
  };
}
