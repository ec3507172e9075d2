// The source pane: an article beside the answer, at the words that prove it.

import { troubleOf } from "./pieces.js";
import { date, filled, languageName, words } from "./words.js";

const pane = document.getElementById("pane");
const slot = (name) => pane.querySelector(`[data-slot="${name}"]`);
const part = (name) => pane.querySelector(`[data-part="${name}"]`);

let stops = []; // the links to the quotes that may be gone through
let at = 0;
let opener = null; // where the focus goes back to
let loading = null; // the AbortController of the article being fetched
const sheet = matchMedia("(width < 64rem)"); // it covers the page then, see style.css

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
  const held = pane.contains(document.activeElement);
  loading?.abort();
  pane.hidden = true;
  if (history.state?.pane) history.back();
  document.body.classList.remove("beside");
  cover();
  current(null);
  if (held && opener?.isConnected) opener.focus();
  opener = null;
}

/** What a sheet covers cannot be reached. */
function cover() {
  for (const node of document.querySelectorAll("body > :not(main), main > :not(#pane)")) {
    node.inert = sheet.matches && !pane.hidden;
  }
}

function open(link) {
  opener = link;
  const quotes = [...(link.closest(".turn")?.querySelectorAll(".quotes [data-slot=open]") ?? [])];
  const found = quotes.findIndex((each) => each.href === link.href);
  stops = found < 0 ? [link] : quotes;
  // On a phone, Back leaves the sheet, not the page.
  if (pane.hidden && sheet.matches) history.pushState({ pane: true }, "");
  pane.hidden = false;
  document.body.classList.add("beside");
  cover();
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
  slot("title").removeAttribute("href");
  part("gloss").hidden = true;
  part("changed").hidden = true;
  slot("text").replaceChildren(troubleOf(problem));
}

function draw({ boilerplate, language, published, text, title }, link, query) {
  slot("title").textContent = title;
  slot("title").href = link.href;
  slot("title").lang = language;
  slot("from").textContent = `${date(published)} · ${languageName(language)}`;
  const gloss = link.closest(".quote")?.querySelector(".gloss:not([hidden])");
  part("gloss").hidden = !gloss;
  part("gloss").replaceChildren(...(gloss?.cloneNode(true).childNodes ?? []));
  slot("text").lang = language;
  const place = { start: Number(query.get("start")), end: Number(query.get("end")) };
  const quote = found(text, place, quoteOf(link));
  part("changed").hidden = quote !== null;
  const lines = paragraphsOf(text, quote ?? { start: 0, end: 0 }, boilerplate);
  // The title stands above already.
  if (lines[0]?.textContent.trim() === title && !lines[0].querySelector("mark")) lines.shift();
  slot("text").replaceChildren(...lines);
  const mark = slot("text").querySelector("mark");
  mark?.focus({ preventScroll: true });
  mark?.scrollIntoView({ block: "center" });
}

/** The words that a link promises to mark. */
function quoteOf(link) {
  const quote = link.closest(".turn").querySelectorAll(".quote");
  const named = [...quote].find((each) => each.querySelector("a").href === link.href);
  const shown = named ?? link.closest(".passage");
  return shown.querySelector("blockquote, [data-slot=text]").textContent;
}

/** Where a quote stands: an answer that was kept may be older than its article. */
function found(text, place, quote) {
  const points = [...text];
  if (points.slice(place.start, place.end).join("") === quote) return place;
  const at = text.indexOf(quote);
  if (at < 0) return null;
  const start = [...text.slice(0, at)].length;
  return { start, end: start + [...quote].length };
}

/** Where each of a text's code points lies in a string, which counts UTF-16 units. */
function placesOf(text) {
  const places = [0];
  for (const point of text) places.push(places.at(-1) + point.length);
  return places;
}

/** The lines of an article that are not blank, with its quote marked and boilerplate greyed. */
function paragraphsOf(text, quote, boilerplate) {
  const places = placesOf(text);
  const unit = ({ start, end }) => ({ from: places[start], to: places[end] });
  const mark = unit(quote);
  const asides = boilerplate.map(unit);
  const edges = [mark, ...asides].flatMap(({ from, to }) => [from, to]).sort((a, b) => a - b);
  return [...text.matchAll(/[^\r\n]*\S[^\r\n]*/g)].map(({ 0: line, index }) => {
    const end = index + line.length;
    const cuts = [index, ...edges.filter((edge) => edge > index && edge < end), end];
    const node = document.createElement("p");
    const inside = (at) => ({ from, to }) => from <= at && at < to;
    cuts.slice(1).forEach((to, i) => {
      const from = cuts[i];
      if (from === to) return;
      const piece = document.createElement(inside(from)(mark) ? "mark" : "span");
      if (piece.localName === "mark") piece.tabIndex = -1;
      if (asides.some(inside(from))) piece.className = "aside";
      piece.textContent = text.slice(from, to);
      node.append(piece);
    });
    if ([...node.children].every((each) => each.className)) node.className = "aside";
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
  if (stops.length < 2) return;
  show((at + by + stops.length) % stops.length);
  const markers = stops[at].closest(".turn").querySelectorAll(".answer .marker");
  opener = [...markers].find((each) => each.href === stops[at].href) ?? opener;
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
  const inDialog = document.querySelector("dialog[open]"); // whose own key it is
  if (event.key === "Escape" && !event.isComposing && !inDialog) close();
});
sheet.addEventListener("change", cover);
addEventListener("popstate", close);
