// An answer as text that stands alone, with its quotes as footnotes, and as a file.

import { missingOf } from "./pieces.js";
import { date } from "./words.js";

const FIRST = 60; // characters of a quote that an address holds
const absolute = (url) => new URL(url, location.origin).href;
const line = (text) => text.replace(/\s*\n\s*/g, " ");
const markdown = (text) =>
  line(text)
    .replace(/[\\`*_{}[\]<>#|~&!]/g, "\\$&")
    .replace(/^(\d+)(?=[.)])/, "$1\\")
    .replace(/^[-+]/, "\\$&");

function quoted({ language, quote }) {
  return language === "fr" ? `«\u00a0${line(quote)}\u00a0»` : `“${line(quote)}”`;
}

/** A question as it stands alone, without what was said before it. */
function understood({ question, standalone_question: standalone }) {
  return standalone === question ? question : `${question} (${standalone})`;
}

/** The question, the answer with its markers, and a line for each quote. */
export function plain(reply) {
  const asked = understood(reply);
  const notes = reply.citations.map(
    (each) =>
      `[${each.marker}] ${quoted(each)}\n` +
      `    ${line(each.title)}, ${date(each.published)}. ${absolute(each.url)}`,
  );
  return [asked, reply.answer, notes.join("\n")].filter(Boolean).join("\n\n") + "\n";
}

/** The same with footnotes as Markdown has them. */
export function asMarkdown(reply) {
  const sentences = reply.sentences.map(
    ({ text, citations }) => markdown(text) + citations.map((each) => `[^${each}]`).join(""),
  );
  const answer = reply.sentences.length
    ? [...sentences, markdown(missingOf(reply))].filter(Boolean).join(" ")
    : markdown(reply.answer);
  const notes = reply.citations.map(
    (each) =>
      `[^${each.marker}]: ${markdown(quoted(each))} ` +
      `[${markdown(each.title)}](${absolute(each.url)}), ${date(each.published)}.`,
  );
  const parts = [`**${markdown(understood(reply))}**`, answer, notes.join("\n")];
  return parts.filter(Boolean).join("\n\n") + "\n";
}

/** The address that asks a question. */
export function questionUrl(question, language) {
  const query = new URLSearchParams({ q: question });
  if (language !== "auto") query.set("language", language);
  return absolute(`/?${query}`);
}

/** The address of a quote, with its first words: they find it again in an article that changed. */
export function quoteUrl(url, quote) {
  const whole = new URL(url, location.origin);
  whole.searchParams.set("words", [...quote].slice(0, FIRST).join(""));
  return whole.href;
}

/** Puts text into the clipboard; whether it could. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // the clipboard is only there over HTTPS and on localhost
  }
}

function copyBySelection(text) {
  const held = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  held?.focus();
  return copied;
}

/** Saves a conversation as a file. */
export function download(replies) {
  const at = new Date().toISOString();
  const told = JSON.stringify({ exported: at, replies }, null, 2);
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(new Blob([told], { type: "application/json" }));
  anchor.download = `euaiqa-${at.slice(0, 10)}.json`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}
