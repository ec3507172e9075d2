// The chat page: sends questions, shows the answers as they stream in, keeps the turns.

import * as conversations from "./conversations.js";
import { events } from "./events.js";
import * as judge from "./judge.js";
import * as keep from "./keep.js";
import * as pane from "./pane.js";
import { clone, part, slot, troubleOf } from "./pieces.js";
import * as preview from "./preview.js";
import * as share from "./share.js";
import { TurnView } from "./turn.js";
import { counted, filled, words } from "./words.js";

const MAX_HISTORY = 20; // turns that the server takes
const SUGGEST = 2000; // ms between looks whether questions can be suggested
const LOOKS = 90; // at most: a cold start takes a minute or two to make some

const [form, box, language, send, stop, whole, turns, status, spoken, editing] = [
  "ask", "question", "language", "send", "stop", "whole", "turns", "status", "spoken", "editing",
].map((id) => document.getElementById(id));

let views = []; // the turns, in order
let asking = null; // the AbortController of the question being answered
let replacing = null; // the turn whose question is being changed

const replies = () => views.map((view) => view.reply).filter(Boolean);

function history() {
  const said = replies().flatMap(({ question, answer }) => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  return said.slice(-MAX_HISTORY);
}

/** Tells what goes on, to screen readers too where it is worth an interruption. */
function say(text, aloud = true) {
  if (status.textContent !== text) status.textContent = text;
  if (aloud) spoken.textContent = text;
}

function arrange() {
  const busy = asking !== null;
  const begun = views.length > 0;
  document.body.classList.toggle("busy", busy);
  stop.hidden = !busy;
  send.hidden = busy;
  whole.hidden = busy || !begun;
  for (const id of ["welcome", "read"]) document.getElementById(id)?.toggleAttribute("hidden", begun);
  const suggested = document.getElementById("suggestions");
  suggested.hidden = begun || !suggested.querySelector("li");
  document.querySelectorAll("main > .trouble").forEach((node) => begun && node.remove());
  box.rows = begun ? 1 : 2;
  if (begun) box.placeholder = words.follow_up;
}

function begin(question) {
  const view = new TurnView(question);
  views.push(view);
  turns.append(view.node);
  return view;
}

function forget(view) {
  view.node.remove();
  views = views.filter((each) => each !== view);
}

async function ask(question) {
  pane.close();
  preview.hide();
  if (replacing) forget(replacing);
  edit(null);
  const view = begin(question);
  asking = new AbortController();
  arrange();
  say(words.searching);
  view.node.scrollIntoView({ block: "start" });
  try {
    const problem = await answer(question, view, asking.signal);
    if (problem) fail(problem, view, question);
  } catch (error) {
    if (error.name === "AbortError") say(views.includes(view) ? words.stopped : "");
    else fail({ type: "network" }, view, question);
  }
  asking = null;
  view.over();
  arrange();
}

/** Shows an answer as it streams in; returns a problem document if there is none. */
async function answer(question, view, signal) {
  const response = await fetch("/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question, language: language.value, history: history(), stream: true }),
    signal,
  });
  if (!response.ok) return response.json();
  for await (const { name, data } of events(response.body)) {
    switch (name) {
      case "comment":
        comment(data, view);
        break;
      case "passages":
        view.passages(data.passages);
        say(counted(words.reading, data.passages.length));
        break;
      case "token":
        view.token(data.text);
        say(view.checking ? words.checking : words.writing, false);
        break;
      case "sentence":
        view.sentence(data);
        break;
      case "done":
        view.done(data);
        keep.save(replies());
        finished(data);
        return null;
      case "error":
        return data;
    }
  }
  return { type: "network" }; // the stream broke off
}

function finished({ status: how, answer: told, sentences }) {
  say("");
  spoken.textContent = how === "refused" ? told : counted(words.proven, sentences.length);
}

/** What the stream tells beside the contract: a place in the line, words that are dropped. */
function comment(text, view) {
  const [, place] = /^waiting, place (\d+)$/.exec(text) ?? [];
  if (place) say(filled(words.waiting, { place }));
  const [, dropped] = /^dropped (".*")$/.exec(text) ?? [];
  if (dropped) view.dropped(JSON.parse(dropped));
}

function fail(problem, view, question) {
  say("");
  view.over();
  view.node.querySelector(".tool[data-do=again]").hidden = true; // it stands beside the reason
  const trouble = troubleOf(problem);
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = words.again;
  again.addEventListener("click", () => {
    if (asking) return;
    forget(view);
    ask(question);
  });
  trouble.append(again);
  view.node.append(trouble);
}

function submit() {
  const question = box.value.trim();
  if (!question || asking) return;
  box.value = "";
  box.style.height = "";
  ask(question);
}

function fit() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

/** Puts a turn's question into the box; the last turn is replaced by what is asked then. */
function edit(view) {
  replacing = view === views.at(-1) ? view : null;
  editing.hidden = !replacing;
  if (!view) return;
  box.value = view.question;
  fit();
  box.focus();
}

async function tool(button, view) {
  const told = slot(view.node, "said-done");
  const copied = async (text) => {
    told.textContent = (await share.copy(text)) ? words.copied : words.not_copied;
  };
  switch (button.dataset.do) {
    case "plain":
      return copied(share.plain(view.reply));
    case "markdown":
      return copied(share.asMarkdown(view.reply));
    case "link":
      return copied(share.questionUrl(view.question, language.value));
    case "quote":
      return copied(button.closest(".quote").querySelector("[data-slot=open]").href);
    case "up":
    case "down":
      told.textContent = (await judge.judge(view, button)) ? words.judged : words.not_judged;
      return;
    case "edit":
    case "again":
      if (asking) return void (told.textContent = words.stop_first);
      edit(view);
      if (button.dataset.do === "again") submit();
  }
}

/** Shows the conversation that this tab has open. */
function show() {
  asking?.abort();
  pane.close();
  edit(null);
  views = [];
  turns.replaceChildren();
  for (const reply of keep.current()) {
    try {
      begin(reply.question).done(reply);
    } catch {
      forget(views.at(-1)); // kept by another version of this page
    }
  }
  if (form.dataset.ready === "yes") say("");
  arrange();
  views.at(-1)?.node.scrollIntoView({ block: "start" });
  box.focus();
}

async function untilReady() {
  while (form.dataset.ready === "no") {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const response = await fetch("/health").catch(() => null);
    const problem = response && !response.ok ? await response.json() : null;
    const failed = problem?.type.endsWith(":unavailable");
    if (!response?.ok && !failed) continue;
    form.dataset.ready = "yes";
    say("");
    // The list of articles, or what is missing, comes with the page; words typed stay.
    if (!box.value && !asking) location.reload();
  }
}

/** Shows questions that the articles answer once the server has made some. */
async function suggest() {
  const list = document.querySelector("[data-slot=suggestions]");
  for (let look = 0; look < LOOKS && !list.querySelector("li"); look++) {
    await new Promise((resolve) => setTimeout(resolve, SUGGEST));
    if (document.hidden || views.length) continue;
    const response = await fetch("/suggestions").catch(() => null);
    const { suggestions = [] } = response?.ok ? await response.json() : {};
    for (const question of suggestions) {
      const node = clone("t-suggestion");
      const anchor = node.querySelector("a");
      anchor.textContent = question;
      anchor.href = share.questionUrl(question, "auto");
      list.append(node);
    }
    arrange();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
box.addEventListener("input", fit);
stop.addEventListener("click", () => {
  asking?.abort();
  box.focus();
});
turns.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  const view = button && views.find((each) => each.node.contains(button));
  if (view) tool(button, view);
});
turns.addEventListener("submit", async (event) => {
  event.preventDefault();
  const view = views.find((each) => each.node.contains(event.target));
  const kept = await judge.note(view, event.target);
  slot(view.node, "said-done").textContent = kept ? words.judged : words.not_judged;
});
document.getElementById("keep").addEventListener("click", () => {
  edit(null);
  box.value = "";
  fit();
  box.focus();
});
document.getElementById("clear").addEventListener("click", () => {
  keep.open();
  show();
});
document.getElementById("export").addEventListener("click", () => share.download(replies()));
document.getElementById("print").addEventListener("click", () => print());
document.getElementById("suggestions").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || asking) return;
  event.preventDefault();
  ask(link.textContent);
});

pane.watch(turns);
preview.watch(turns);
conversations.watch(show);
document.getElementById("keys").hidden = false;
if ("atOnce" in form.dataset) {
  // A link to a question begins a conversation, and a reload does not ask it again.
  keep.open();
  window.history.replaceState(null, "", "/");
  const other = document.querySelector(".language");
  other.href = other.search.replace(/q=[^&]*&?|language=[^&]*&?/g, "");
  submit();
} else {
  const typed = box.value;
  show();
  box.value = typed;
}
untilReady();
suggest();
