// The source pane: an article beside the answer, at the words that prove it.

import { troubleOf } from "./render.js";
import { date, filled, languageName, words } from "./words.js";

const pane = document.getElementById("pane");
const slot = (name) => pane.querySelector(`[data-slot="${name}"]`);
const part = (name) => pane.querySelector(`[data-part="${name}"]`);

let stops = []; // the links to the quotes that may be gone through
let at = 0;
let opener = null; // where the focus goes back to
let loading = null; // the AbortController of the article being fetched

/** Lets links to articles inside a node open the pane; with a modifier key they stay links. */
export function watch(node) {
  node.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="/sources/"]');
    const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || elsewhere || event.altKey) return;
    event.preventDefault();
    open(link);
  });
}

export function close() {
  if (pane.hidden) return;
  loading?.abort();
  pane.hidden = true;
  document.body.classList.remove("beside");
  current(null);
  if (opener?.isConnected) opener.focus();
  opener = null;
}

function open(link) {
  opener = link;
  const quotes = [...(link.closest(".turn")?.querySelectorAll(".quotes [data-slot=open]") ?? [])];
  const found = quotes.findIndex((each) => each.href === link.href);
  stops = found < 0 ? [link] : quotes;
  pane.hidden = false;
  document.body.classList.add("beside");
  show(Math.max(found, 0));
}

async function show(place) {
  at = place;
  const link = stops[at];
  part("steps").hidden = stops.length < 2;
  slot("place").textContent = filled(words.place, { at: at + 1, all: stops.length });
  slot("place").hidden = stops.length < 2;
  current(link);
  loading?.abort();
  loading = new AbortController();
  try {
    const url = new URL(link.href);
    const headers = { Accept: "application/json" };
    const response = await fetch(url.pathname, { headers, signal: loading.signal });
    if (!response.ok) return fail(await response.json());
    draw(await response.json(), link, url.searchParams);
  } catch (error) {
    if (error.name !== "AbortError") fail({ type: "network" });
  }
}

function fail(problem) {
  for (const name of ["title", "from"]) slot(name).textContent = "";
  part("gloss").hidden = true;
  slot("text").replaceChildren(troubleOf(problem));
}

function draw({ language, published, text, title }, link, query) {
  slot("title").textContent = title;
  slot("title").href = link.href;
  slot("title").lang = language;
  slot("from").textContent = `${date(published)} · ${languageName(language)}`;
  const gloss = link.closest(".quote")?.querySelector(".gloss:not([hidden])");
  part("gloss").hidden = !gloss;
  part("gloss").replaceChildren(...(gloss?.cloneNode(true).childNodes ?? []));
  slot("text").lang = language;
  slot("text").replaceChildren(
    ...paragraphsOf(text, Number(query.get("start")), Number(query.get("end"))),
  );
  const mark = slot("text").querySelector("mark");
  mark?.focus({ preventScroll: true });
  mark?.scrollIntoView({ block: "center" });
}

/** The lines of an article that are not blank; what lies from `start` to `end` is marked. */
function paragraphsOf(text, start, end) {
  const points = [...text]; // the offsets count code points, strings UTF-16 units
  const from = points.slice(0, start).join("").length;
  const to = from + points.slice(start, end).join("").length;
  const lines = [...text.matchAll(/[^\r\n]*\S[^\r\n]*/g)];
  return lines.map(({ 0: line, index }) => {
    const node = document.createElement("p");
    const cut = (place) => Math.min(Math.max(place - index, 0), line.length);
    const [a, b] = [cut(from), cut(to)];
    node.append(line.slice(0, a));
    if (b > a) {
      const mark = document.createElement("mark");
      mark.tabIndex = -1;
      mark.append(line.slice(a, b));
      node.append(mark);
    }
    node.append(line.slice(b));
    return node;
  });
}

function current(link) {
  for (const each of document.querySelectorAll("#turns [aria-current]")) {
    each.removeAttribute("aria-current");
  }
  for (const each of link?.closest(".turn")?.querySelectorAll(".marker") ?? []) {
    if (each.href === link.href) each.setAttribute("aria-current", "true");
  }
}

function step(by) {
  if (stops.length > 1) show((at + by + stops.length) % stops.length);
}

slot("previous").addEventListener("click", () => step(-1));
slot("next").addEventListener("click", () => step(1));
slot("close").addEventListener("click", close);
pane.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) close();
});
