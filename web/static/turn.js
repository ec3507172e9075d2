// One question and what comes of it, as it comes.

import {
  clone,
  disagreementOf,
  fill,
  missingOf,
  part,
  passageOf,
  quoteOf,
  sentenceOf,
  slot,
  update,
} from "./pieces.js";
import { seconds, words } from "./words.js";

const GONE = 4000; // ms that a dropped sentence stays to be seen
const ENDED = /[.!?…]["»”)\s\u00a0]*$/;
const FIRST = /^[\s\S]*?[.!?…]["»”)]*(?=\s|$)/;

export class TurnView {
  #draft = "";
  #citations = new Map();
  reply = null; // the whole reply, once it is there

  /** `language` is the choice for the answer: auto, fr or en. */
  constructor(question, language) {
    this.question = question;
    this.language = language;
    this.node = fill(clone("t-turn"), { question });
    this.node.setAttribute("aria-busy", "true");
  }

  /** Shows what was retrieved, before anything is written. */
  passages(passages) {
    part(this.node, "passages").hidden = passages.length === 0;
    part(this.node, "passages").open = true;
    slot(this.node, "count").textContent = passages.length;
    update(slot(this.node, "passages"), passages.map(passageOf));
  }

  token(text) {
    this.#draft += text;
    this.#showDraft();
  }

  /** Whether a sentence of the draft has ended, and is being checked. */
  get checking() {
    return ENDED.test(this.#draft);
  }

  /** A verified sentence replaces the provisional words up to its end. */
  sentence(sentence) {
    this.#cut(sentence.text);
    slot(this.node, "sentences").append(sentenceOf(sentence, sentence.quotes));
    for (const citation of sentence.quotes) this.#citations.set(citation.marker, citation);
    this.#showQuotes([...this.#citations.values()]);
  }

  /** Whether a sentence of the answer was proven. */
  get proven() {
    return this.#citations.size > 0;
  }

  /** Provisional words that are not told go, to be seen going. */
  dropped(text) {
    if (!text.trim()) return;
    this.#cut(text);
    const line = document.createElement("p");
    const words_ = document.createElement("del");
    words_.textContent = text;
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.lang = document.documentElement.lang;
    tag.textContent = words.left_out;
    line.append(words_, " ", tag);
    slot(this.node, "gone").append(line);
    setTimeout(() => line.remove(), GONE);
  }

  done(reply) {
    const { node } = this;
    const refused = reply.status === "refused";
    const all = part(node, "passages");
    this.reply = reply;
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
    // The quotes are what counts now; but a reader may be on one of the passages.
    all.open = refused || all.contains(document.activeElement);
  }

  /** Nothing more will come: unverified words go away. */
  over() {
    this.#draft = "";
    this.#showDraft();
    this.node.removeAttribute("aria-busy");
    if (!this.reply) part(this.node, "passages").open = false;
    part(this.node, "tools").hidden = false;
    for (const each of this.node.querySelectorAll("[data-of=reply]")) each.hidden = !this.reply;
  }

  // What follows a sentence in the draft is the beginning of the next one. A sentence that is
  // told in other words than those drafted stands for the first that was.
  #cut(text) {
    const found = this.#draft.indexOf(text);
    this.#draft =
      found < 0 ? this.#draft.replace(FIRST, "") : this.#draft.slice(found + text.length);
    this.#showDraft();
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
