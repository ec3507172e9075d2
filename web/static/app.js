// The chat page: sends questions, shows the answers as they stream in, keeps the turns.

import * as conversations from "./conversations.js";
import { events } from "./events.js";
import * as judge from "./judge.js";
import * as keep from "./keep.js";
import * as pane from "./pane.js";
import { clone, slot, troubleOf, update } from "./pieces.js";
import * as preview from "./preview.js";
import * as share from "./share.js";
import { TurnView } from "./turn.js";
import { counted, filled, words } from "./words.js";

const MAX_HISTORY = 20; // turns that the server takes
const SUGGEST = 2000; // ms between looks whether questions can be suggested
const SUGGESTED = 4; // and then no more come
const LOOKS = 90; // at most: a cold start takes a minute or two to make some

const [form, box, language, send, stop, whole, turns, status, spoken, editing] = [
  "ask", "question", "language", "send", "stop", "whole", "turns", "status", "spoken", "editing",
].map((id) => document.getElementById(id));

let views = []; // the turns, in order
let asking = null; // the AbortController of the question being answered
let replacing = null; // the turn whose question is being changed
let eager = false; // a question waits in the box until the server is ready

/** What was said before a question; the turn that its answer replaces is as if it were not. */
function history(replaced) {
  const said = views
    .filter((view) => view.reply && view !== replaced)
    .flatMap(({ reply }) => [
      { role: "user", content: reply.question },
      { role: "assistant", content: reply.answer },
    ]);
  return said.slice(-MAX_HISTORY);
}

/** Tells what goes on, to screen readers too where it is worth an interruption. */
function say(text, aloud = true) {
  if (status.textContent !== text) status.textContent = text;
  if (aloud) spoken.textContent = text;
}

/** Shows what belongs to the state: asking or not, begun or not. */
function arrange() {
  const held = document.activeElement;
  const busy = asking !== null;
  const begun = turns.childElementCount > 0;
  document.body.classList.toggle("busy", busy);
  stop.hidden = !busy;
  send.hidden = busy;
  whole.hidden = busy || !views.length;
  for (const id of ["welcome", "read"]) document.getElementById(id)?.toggleAttribute("hidden", begun);
  const suggested = document.getElementById("suggestions");
  suggested.hidden = begun || !suggested.querySelector("li");
  document.querySelectorAll("main > .trouble").forEach((node) => begun && node.remove());
  document.querySelectorAll(".done").forEach((node) => (node.textContent = ""));
  box.rows = begun ? 1 : 2;
  box.placeholder = begun ? words.follow_up : words.placeholder;
  // Who was on what is hidden now goes on beside it; to the box would open a phone's keyboard.
  if (held !== document.body && !held.checkVisibility()) {
    (busy ? stop : send).focus({ preventScroll: true });
  }
}

function begin(question, choice) {
  const view = new TurnView(question, choice);
  views.push(view);
  return view;
}

function forget(view) {
  const held = view.node.contains(document.activeElement);
  view.node.remove();
  if (held) send.focus({ preventScroll: true });
  views = views.filter((each) => each !== view);
}

/** Asks a question; its answer, once it is there, takes the place of the turn `replaced`. */
async function ask(question, replaced = null) {
  pane.close();
  preview.hide();
  edit(null);
  const view = begin(question, language.value);
  view.replaced = replaced;
  replaced?.node.setAttribute("hidden", "");
  turns.append(view.node);
  asking = new AbortController();
  arrange();
  say(words.searching);
  view.node.scrollIntoView({ block: "start" });
  try {
    const problem = await answer(view, asking.signal);
    if (problem) fail(problem, view);
  } catch (error) {
    if (error.name === "AbortError") stopped(view);
    else fail({ type: view.reply ? "internal" : "network" }, view);
  }
  asking = null;
  replaced?.node.removeAttribute("hidden"); // if it is still there
  view.over();
  arrange();
}

function stopped(view) {
  if (!views.includes(view)) return say(""); // another conversation is shown by now
  say(view.proven ? words.stopped : words.stopped_early);
}

/** Shows an answer as it streams in; returns a problem document if there is none. */
async function answer(view, signal) {
  const { question, replaced } = view;
  const earlier = history(replaced);
  const response = await fetch("/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question, language: view.language, history: earlier, stream: true }),
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
        // Kept before it is drawn: nothing that fails then may lose it.
        view.reply = { ...data, asked_in: view.language };
        keep.add(view.reply, replaced?.reply);
        view.done(view.reply);
        if (replaced) forget(replaced);
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

function fail(problem, view) {
  say("");
  view.over();
  view.node.querySelector(".tool[data-do=again]").hidden = true; // it stands beside the reason
  const trouble = troubleOf(problem);
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = words.again;
  again.addEventListener("click", () => askAgain(view));
  trouble.append(again);
  view.node.append(trouble);
}

/** Asks a turn's question again; the last turn, or one without an answer, is replaced. */
function askAgain(view) {
  if (asking) return say(words.stop_first);
  const replaced = view.reply && view === views.at(-1) ? view : null;
  if (!view.reply) forget(view);
  ask(view.question, replaced ?? view.replaced);
}

function submit() {
  const question = box.value.trim();
  if (!question) return;
  if (asking) return say(words.stop_first);
  eager = form.dataset.ready === "no";
  if (eager) return say(words.loading);
  const replaced = replacing;
  box.value = "";
  box.style.height = "";
  if (replaced && !replaced.reply) forget(replaced);
  ask(question, replaced?.reply ? replaced : replaced?.replaced);
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

function quoteUrlOf(node) {
  return share.quoteUrl(slot(node, "open").href, slot(node, "quote").textContent);
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
      // A follow-up as it was understood: what it leaned on does not come with a link.
      return copied(
        share.questionUrl(view.reply?.standalone_question ?? view.question, view.language),
      );
    case "quote":
      return copied(quoteUrlOf(button.closest(".quote")));
    case "up":
    case "down":
      told.textContent = (await judge.judge(view, button)) ? words.judged : words.not_judged;
      return;
    case "edit":
      return edit(view);
    case "again":
      return askAgain(view);
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
    const view = begin(reply.question, reply.asked_in ?? "auto");
    try {
      view.done(reply); // before it is in the page: what is old is not spoken
      turns.append(view.node);
    } catch {
      forget(view); // kept by another version of this page
    }
  }
  if (form.dataset.ready === "yes") say("");
  arrange();
  views.at(-1)?.node.scrollIntoView({ block: "start" });
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
    if (eager) submit();
    // The list of articles, or what is missing, comes with the page; words typed stay.
    else if (!box.value && !turns.childElementCount) location.reload();
  }
}

/** Shows questions that the articles answer as the server makes them. */
async function suggest() {
  const list = document.querySelector("[data-slot=suggestions]");
  for (let looks = 0; looks < LOOKS && list.childElementCount < SUGGESTED; ) {
    await new Promise((resolve) => setTimeout(resolve, SUGGEST));
    if (document.hidden || turns.childElementCount) continue;
    looks++;
    const response = await fetch("/suggestions").catch(() => null);
    const { suggestions = [] } = response?.ok ? await response.json() : {};
    update(list, suggestions.map(suggestionOf));
    arrange();
  }
}

function suggestionOf(question) {
  const node = clone("t-suggestion");
  const anchor = node.querySelector("a");
  const { pathname, search } = new URL(share.questionUrl(question, "auto"));
  anchor.href = pathname + search;
  anchor.textContent = question;
  return node;
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
  slot(view.node, "said-done").textContent = kept ? words.noted : words.not_judged;
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
  box.focus();
});
document.getElementById("export").addEventListener("click", () => {
  share.download(views.map((view) => view.reply).filter(Boolean));
});
document.getElementById("print").addEventListener("click", () => print());
document.getElementById("suggestions").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || asking) return;
  event.preventDefault();
  ask(link.textContent);
});

keep.watch(() => !asking && show());
addEventListener("pagehide", () => keep.draft(box.value));

pane.watch(turns);
preview.watch(turns);
conversations.watch(() => {
  show();
  box.focus();
});
document.getElementById("keys").hidden = false;
if ("atOnce" in form.dataset) {
  // A link to a question begins a conversation, and a reload does not ask it again.
  keep.open();
  window.history.replaceState(null, "", "/");
  const other = document.querySelector(".language");
  other.href = other.search.replace(/q=[^&]*&?|language=[^&]*&?/g, "");
  submit();
} else {
  box.value ||= keep.draft();
  if (turns.childElementCount) arrange(); // the answer to a form that was sent before this ran
  else show();
}
untilReady();
suggest();
