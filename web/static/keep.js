// The conversations, in this browser and nowhere else. Each has its own entry, so that two
// tabs do not overwrite each other's; storage may be full or forbidden: the page works without.

const NAME = "euaiqa-conversation-";
const OPEN = "euaiqa-open"; // which one this tab shows
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
    const kept = JSON.parse(read(() => localStorage, NAME + id));
    return Array.isArray(kept?.replies) && kept.replies.length ? { id, ...kept } : null;
  } catch {
    return null; // another version of this page wrote it
  }
}

/** All that are kept, the last changed first: `{id, changed, replies}`. */
export function all() {
  let names = [];
  try {
    names = Object.keys(localStorage).filter((name) => name.startsWith(NAME));
  } catch {}
  return names
    .map((name) => entry(name.slice(NAME.length)))
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

/** Keeps the replies of this tab's conversation; the oldest others make room where needed. */
export function save(replies) {
  const id = shown() ?? open();
  if (!replies.length) return remove(id);
  const others = all().filter((each) => each.id !== id);
  while (others.length >= MOST) remove(others.pop().id);
  const kept = JSON.stringify({ changed: Date.now(), replies });
  for (;;) {
    try {
      return localStorage.setItem(NAME + id, kept);
    } catch {
      if (!others.length) return;
      remove(others.pop().id);
    }
  }
}

export function remove(id) {
  try {
    localStorage.removeItem(NAME + id);
  } catch {}
}
