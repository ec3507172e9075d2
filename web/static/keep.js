// The conversations, in this browser and nowhere else. Each has its own entry, and a tab only
// adds to it, so that two tabs lose nothing of each other's; storage may be full or forbidden:
// the page works without.

const NAME = "euaiqa-conversation-";
const OPEN = "euaiqa-open"; // which one this tab shows
const DRAFT = "euaiqa-draft";
const MOST = 100;

function read(storage, name) {
  try {
    return storage().getItem(name);
  } catch {
    return null;
  }
}

function entry(id) {
  try {
    const { changed, replies } = JSON.parse(read(() => localStorage, NAME + id));
    const whole = replies.length && replies.every((each) => typeof each.question === "string");
    const dated = Number.isFinite(changed) && Number.isFinite(new Date(changed).getTime());
    return whole && dated ? { id, changed, replies } : null;
  } catch {
    return null; // nothing is there, or another version of this page wrote it
  }
}

function ids() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(NAME));
    return names.map((name) => name.slice(NAME.length));
  } catch {
    return [];
  }
}

/** All that are kept, the last changed first: `{id, changed, replies}`. */
export function all() {
  return ids()
    .map(entry)
    .filter(Boolean)
    .sort((a, b) => b.changed - a.changed);
}

/** Which conversation this tab shows; null where none was begun. */
export function shown() {
  return read(() => sessionStorage, OPEN);
}

/** The replies of this tab's conversation. */
export function current() {
  const id = shown();
  return (id && entry(id)?.replies) || [];
}

/** Lets this tab show a conversation; without one, a new one begins. */
export function open(id = crypto.getRandomValues(new Uint32Array(2)).join("-")) {
  try {
    sessionStorage.setItem(OPEN, id);
  } catch {}
  return id;
}

/**
 * Adds a reply to this tab's conversation, in the place of `replaced` if one is given; the
 * oldest conversations make room where needed.
 */
export function add(reply, replaced = null) {
  const id = shown() ?? open();
  const gone = JSON.stringify(replaced);
  const before = (entry(id)?.replies ?? []).filter((each) => JSON.stringify(each) !== gone);
  const others = all().filter((each) => each.id !== id);
  while (others.length >= MOST) remove(others.pop().id);
  const kept = JSON.stringify({ changed: Date.now(), replies: [...before, reply] });
  for (;;) {
    try {
      return localStorage.setItem(NAME + id, kept);
    } catch {
      if (!others.length) return;
      remove(others.pop().id);
    }
  }
}

/** Calls back when another tab has changed or deleted this tab's conversation. */
export function watch(changed) {
  addEventListener("storage", ({ key }) => key === NAME + shown() && changed());
}

export function remove(id) {
  try {
    localStorage.removeItem(NAME + id);
  } catch {}
}

/** Deletes all, those that cannot be read too. */
export function removeAll() {
  ids().forEach(remove);
}

/** What is typed and not asked yet, in this tab; with words it is set, without told and forgotten. */
export function draft(words) {
  try {
    if (words !== undefined) return sessionStorage.setItem(DRAFT, words);
    const kept = sessionStorage.getItem(DRAFT) ?? "";
    sessionStorage.removeItem(DRAFT);
    return kept;
  } catch {
    return "";
  }
}
