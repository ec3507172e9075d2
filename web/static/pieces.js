// The small pieces of an answer, from the server's own partials kept in <template>.
// Data is only ever set as text or as an address that was checked, never as HTML.

import { date, filled, languageName, words } from "./words.js";

export const clone = (id) =>
  document.getElementById(id).content.firstElementChild.cloneNode(true);
export const slot = (node, name) => node.querySelector(`[data-slot="${name}"]`);
export const part = (node, name) => node.querySelector(`[data-part="${name}"]`);

export function fill(node, texts) {
  for (const [name, text] of Object.entries(texts)) slot(node, name).textContent = text;
  return node;
}

const STATES = ["aria-current", "aria-describedby"]; // of markers whose quote is shown

function alike(shown, node) {
  const copy = shown.cloneNode(true);
  for (const name of STATES) {
    copy.querySelectorAll(`[${name}]`).forEach((each) => each.removeAttribute(name));
  }
  return copy.isEqualNode(node);
}

/** Shows nodes in a list; those already there stay: a reader may be on one of their links. */
export function update(list, nodes) {
  nodes.forEach((node, i) => {
    const shown = list.children[i];
    if (!shown) list.append(node);
    else if (!alike(shown, node)) shown.replaceWith(node);
  });
  while (list.childElementCount > nodes.length) list.lastElementChild.remove();
}

// An answer links to this site's articles and nowhere else.
function link(anchor, url) {
  if (url.startsWith("/sources/")) anchor.href = url;
}

function passageUrl({ document: id, start, end }) {
  const path = id.split("/").map(encodeURIComponent).join("/");
  return `/sources/${path}?start=${start}&end=${end}#quote`;
}

function markerOf(citation) {
  const marker = clone("t-marker");
  marker.textContent = `[${citation.marker}]`;
  const name = filled(words.source, citation);
  marker.setAttribute("aria-label", `${name} ${words.beside}`);
  link(marker, citation.url);
  return marker;
}

export function sentenceOf(sentence, citations) {
  const node = fill(clone("t-sentence"), { text: sentence.text });
  for (const number of sentence.citations) {
    const citation = citations.find((each) => each.marker === number);
    if (citation) slot(node, "markers").append(markerOf(citation));
    // Of one citation: a sentence that tells a disagreement quotes two, and is none itself.
    if (sentence.support !== "extractive" || sentence.citations.length > 1) continue;
    part(node, "extract").hidden = false;
    if (citation) slot(node, "text").lang = citation.language;
  }
  return node;
}

/** What a partial answer says after its last sentence and markers. */
export function missingOf({ status, answer, sentences }) {
  if (status !== "partial") return "";
  let end = 0;
  for (const { text } of sentences) {
    const start = answer.indexOf(text, end);
    if (start < 0) return "";
    end = start + text.length;
  }
  return answer.slice(end).replace(/^(?:\s*\[\d{1,3}\])*\s*/, "");
}

export function quoteOf(citation) {
  const node = fill(clone("t-quote"), {
    number: citation.marker,
    quote: citation.quote,
    title: citation.title,
    date: date(citation.published),
    gloss: citation.gloss ?? "",
  });
  part(node, "gloss").hidden = !citation.gloss;
  slot(node, "gloss").lang = citation.language === "fr" ? "en" : "fr";
  slot(node, "quote").lang = citation.language;
  slot(node, "title").lang = citation.language;
  link(slot(node, "open"), citation.url);
  slot(node, "from").dataset.url = new URL(citation.url, location.origin).href;
  node.querySelector("[data-do=quote]").hidden = false;
  return node;
}

/** A passage's text before the sentence that matches the question, it, and after it. */
function partsOf({ text, start, match }) {
  if (!match) return [text, "", ""];
  const points = [...text]; // the offsets count code points, strings UTF-16 units
  const [from, to] = [match.start - start, match.end - start];
  return [points.slice(0, from), points.slice(from, to), points.slice(to)].map((each) =>
    each.join(""),
  );
}

export function passageOf(passage) {
  const [before, match, after] = partsOf(passage);
  const node = fill(clone("t-passage"), {
    title: passage.title,
    date: date(passage.published),
    code: languageName(passage.language),
    before,
    match,
    after,
  });
  for (const name of ["text", "title"]) slot(node, name).lang = passage.language;
  link(slot(node, "open"), passageUrl(passage));
  return node;
}

export function disagreementOf(disagreement, citations) {
  const node = fill(clone("t-disagreement"), { subject: disagreement.subject });
  for (const value of disagreement.values) {
    const told = fill(clone("t-value"), { value: value.value });
    const citation = citations.find((each) => each.marker === value.citation);
    if (citation) {
      fill(told, {
        said: citation.quote,
        title: citation.title,
        date: date(citation.published),
      });
      slot(told, "markers").append(markerOf(citation));
      for (const name of ["value", "said", "title"]) slot(told, name).lang = citation.language;
    }
    slot(node, "values").append(told);
  }
  return node;
}

/** What went wrong and what to do: `problem` is a problem document. */
export function troubleOf(problem) {
  const kind = (problem.type ?? "").split(":").pop();
  const told = words.errors[kind] ?? words.errors.internal;
  const node = fill(clone("t-trouble"), { title: told.title, advice: told.advice });
  if (kind === "unavailable") {
    const detail = slot(node, "detail");
    detail.textContent = [problem.detail, problem.hint].filter(Boolean).join(" — ");
    detail.hidden = false;
  }
  return node;
}
