// What readers say of an answer, sent where the operator keeps it.

import { part } from "./pieces.js";

/** Sends a verdict on a reply, `up` or `down`, with a note; whether it was kept. */
async function send(reply, verdict, note = "") {
  const { question, standalone_question, language, status, answer } = reply;
  const { model, encoder, index_version } = reply;
  const citations = reply.citations.map(({ document, start, end, quote }) => ({
    document,
    start,
    end,
    quote,
  }));
  const judged = { question, standalone_question, language, status, answer, citations };
  try {
    const response = await fetch("/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ verdict, note, ...judged, model, encoder, index_version }),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** Keeps a verdict and asks for a note on it; whether it was kept. */
export async function judge(view, button) {
  const form = part(view.node, "note");
  if (button.getAttribute("aria-pressed") === "true") return true;
  const kept = await send(view.reply, button.dataset.do, form.elements.note.value);
  if (!kept) return false;
  for (const each of view.node.querySelectorAll("[aria-pressed]")) {
    each.setAttribute("aria-pressed", each === button);
  }
  form.hidden = false;
  form.elements.note.focus();
  return true;
}

/** Sends the note on the verdict that was given; the later of two counts. */
export async function note(view, form) {
  const pressed = view.node.querySelector("[aria-pressed=true]");
  const kept = await send(view.reply, pressed.dataset.do, form.elements.note.value);
  form.hidden = kept;
  if (kept) pressed.focus();
  return kept;
}
