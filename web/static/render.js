// Builds what the page shows, from the server's own partials kept in <template>.
// Data is only ever set as text or as an address that was checked, never as HTML.

import { date, filled, seconds, words } from "./words.js";

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const slot = (node, name) => node.querySelector(`[data-slot="${name}"]`);
const part = (node, name) => node.querySelector(`[data-part="${name}"]`);

function fill(node, texts) {
  for (const [name, text] of Object.entries(texts)) slot(node, name).textContent = text;
  return node;
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
  marker.title = citation.quote;
  const name = filled(words.source, citation);
  marker.setAttribute("aria-label", `${name} ${words.beside}`);
  link(marker, citation.url);
  return marker;
}

function sentenceOf(sentence, citations) {
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
function missingOf({ status, answer, sentences }) {
  if (status !== "partial") return "";
  let end = 0;
  for (const { text } of sentences) {
    const start = answer.indexOf(text, end);
    if (start < 0) return "";
    end = start + text.length;
  }
  return answer.slice(end).replace(/^(?:\s*\[\d{1,3}\])*\s*/, "");
}

function quoteOf(citation) {
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
  return node;
}

/** Shows nodes in a list; those already there stay: a reader may be on one of their links. */
function update(list, nodes) {
  nodes.forEach((node, i) => {
    const shown = list.children[i];
    if (!shown) list.append(node);
    else if (!shown.isEqualNode(node)) shown.replaceWith(node);
  });
  while (list.childElementCount > nodes.length) list.lastElementChild.remove();
}

function passageOf(passage) {
  const node = fill(clone("t-passage"), { text: passage.text, title: passage.title });
  link(slot(node, "open"), passageUrl(passage));
  return node;
}

function disagreementOf(disagreement, citations) {
  const node = fill(clone("t-disagreement"), { subject: disagreement.subject });
  for (const value of disagreement.values) {
    const told = fill(clone("t-value"), { value: value.value });
    const citation = citations.find((each) => each.marker === value.citation);
    if (citation) {
      slot(told, "markers").append(markerOf(citation));
      slot(told, "value").lang = citation.language;
    }
    slot(node, "values").append(told, " ");
  }
  return node;
}

/** One question and what comes of it, as it comes. */
export class TurnView {
  #draft = "";
  #citations = new Map();

  constructor(question) {
    this.node = fill(clone("t-turn"), { question });
    this.node.setAttribute("aria-busy", "true");
  }

  passages(passages) {
    part(this.node, "passages").hidden = passages.length === 0;
    slot(this.node, "count").textContent = passages.length;
    slot(this.node, "passages").replaceChildren(...passages.map(passageOf));
  }

  token(text) {
    this.#draft += text;
    this.#showDraft();
  }

  sentence(sentence) {
    // The verified sentence replaces the provisional words up to its end; what follows is
    // the beginning of the next one.
    const found = this.#draft.indexOf(sentence.text);
    this.#draft = found < 0 ? "" : this.#draft.slice(found + sentence.text.length);
    this.#showDraft();
    slot(this.node, "sentences").append(sentenceOf(sentence, sentence.quotes));
    for (const citation of sentence.quotes) this.#citations.set(citation.marker, citation);
    this.#showQuotes([...this.#citations.values()]);
  }

  done(reply) {
    const { node } = this;
    const refused = reply.status === "refused";
    this.over();
    node.dataset.status = reply.status;
    node.querySelector(".answer").lang = reply.language;
    slot(node, "verdict").textContent = words[reply.status];
    slot(node, "time").textContent = seconds(reply.timings_ms.total);
    part(node, "verdict").hidden = false;
    slot(node, "standalone").textContent = reply.standalone_question;
    part(node, "standalone").hidden = reply.standalone_question === reply.question;
    const sentences = reply.sentences.map((each) => sentenceOf(each, reply.citations));
    if (refused) slot(node, "sentences").textContent = reply.answer;
    else update(slot(node, "sentences"), sentences);
    slot(node, "missing").textContent = missingOf(reply);
    this.#showQuotes(reply.citations);
    part(node, "disagreements").hidden = reply.disagreements.length === 0;
    slot(node, "disagreements").lang = reply.language;
    slot(node, "disagreements").replaceChildren(
      ...reply.disagreements.map((each) => disagreementOf(each, reply.citations)),
    );
    this.passages(reply.passages);
    slot(node, "passages-title").textContent = refused ? words.near : words.read;
    part(node, "near-note").hidden = !refused;
    part(node, "passages").open = refused;
  }

  /** Nothing more will come: unverified words go away. */
  over() {
    this.#draft = "";
    this.#showDraft();
    this.node.removeAttribute("aria-busy");
  }

  #showDraft() {
    slot(this.node, "draft").textContent = this.#draft;
    part(this.node, "draft").hidden = this.#draft.trim() === "";
  }

  #showQuotes(citations) {
    part(this.node, "quotes").hidden = citations.length === 0;
    update(slot(this.node, "quotes"), citations.map(quoteOf));
  }
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
