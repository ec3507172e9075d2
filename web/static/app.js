// The chat page: sends questions, shows the answers as they stream in, keeps the turns.

import { events } from "./events.js";
import * as pane from "./pane.js";
import { TurnView, troubleOf } from "./render.js";
import { counted, filled, words } from "./words.js";

const MAX_HISTORY = 20; // turns that the server takes
const MAX_KEPT = 10; // answers that a reload brings back
const KEPT = "euaiqa-replies";

const [form, box, language, send, stop, clear, turns, status] = [
  "ask", "question", "language", "send", "stop", "clear", "turns", "status",
].map((id) => document.getElementById(id));

const replies = restore();
let asking = null; // the AbortController of the question being answered

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function keep(reply) {
  replies.push(reply);
  try {
    // This tab only, and gone with it: switching the language or reloading loses nothing.
    sessionStorage.setItem(KEPT, JSON.stringify(replies.slice(-MAX_KEPT)));
  } catch {
    // Storage may be full or forbidden; the page works without.
  }
}

function history() {
  const said = replies.flatMap(({ question, answer }) => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  return said.slice(-MAX_HISTORY);
}

/** Tells what goes on; what the page shows anyway is told to screen readers only. */
function say(text, { seen = true } = {}) {
  status.textContent = text;
  status.classList.toggle("unseen", !seen);
}

function busy(yes) {
  document.body.classList.toggle("busy", yes);
  stop.hidden = !yes;
  send.hidden = yes;
  clear.hidden = yes || turns.childElementCount === 0;
}

function begin(question) {
  for (const id of ["welcome", "read"]) document.getElementById(id)?.setAttribute("hidden", "");
  document.querySelectorAll("main > .trouble").forEach((node) => node.remove());
  const view = new TurnView(question);
  turns.append(view.node);
  box.rows = 1;
  box.placeholder = words.follow_up;
  return view;
}

async function ask(question) {
  pane.close();
  const view = begin(question);
  asking = new AbortController();
  busy(true);
  say(words.searching);
  view.node.scrollIntoView({ block: "start" });
  try {
    const problem = await answer(question, view, asking.signal);
    if (problem) fail(problem, view, question);
  } catch (error) {
    if (error.name === "AbortError") say(words.stopped);
    else fail({ type: "network" }, view, question);
  }
  view.over();
  asking = null;
  busy(false);
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
        waiting(data);
        break;
      case "passages":
        view.passages(data.passages);
        say(counted(words.reading, data.passages.length));
        break;
      case "token":
        view.token(data.text);
        break;
      case "sentence":
        view.sentence(data);
        say(words.checking);
        break;
      case "done":
        view.done(data);
        keep(data);
        say(words.ready, { seen: false });
        return null;
      case "error":
        return data;
    }
  }
  return { type: "network" }; // the stream broke off
}

/** Tells the place in the line: `waiting, place 2`. */
function waiting(comment) {
  const place = /^waiting, place (\d+)$/.exec(comment);
  if (place) say(filled(words.waiting, { place: place[1] }));
}

function fail(problem, view, question) {
  say("");
  view.over();
  const trouble = troubleOf(problem);
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = words.again;
  again.addEventListener("click", () => {
    if (asking) return;
    view.node.remove();
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
clear.addEventListener("click", () => {
  sessionStorage.removeItem(KEPT);
  location.assign("/");
});

pane.watch(turns);
document.getElementById("keys").hidden = false;
try {
  for (const reply of replies) begin(reply.question).done(reply);
} catch {
  sessionStorage.removeItem(KEPT); // kept by another version of this page
}
busy(false);
untilReady();
