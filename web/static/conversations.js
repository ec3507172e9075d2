// The list of conversations that this browser keeps: open one, delete one, delete all.

import * as keep from "./keep.js";
import { clone, fill, part, slot } from "./pieces.js";
import { counted, filled, moment, words } from "./words.js";

const dialog = document.getElementById("conversations");
const opener = document.getElementById("history");

function draw() {
  const kept = keep.all();
  slot(dialog, "list").replaceChildren(...kept.map(row));
  part(dialog, "none").hidden = kept.length > 0;
  const all = dialog.querySelector("[data-do=delete-all]");
  all.hidden = kept.length === 0;
  all.textContent = words.delete_all;
  delete all.dataset.sure;
}

function row({ id, changed, replies }) {
  const title = replies[0].question;
  const about = `${moment(changed)} · ${counted(words.questions, replies.length)}`;
  const node = fill(clone("t-conversation"), { title, about });
  node.dataset.id = id;
  const label = filled(words.delete_one, { title });
  node.querySelector("[data-do=delete]").setAttribute("aria-label", label);
  return node;
}

/** What each button does; `show` lets the page show the tab's conversation. */
export function watch(show) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    draw();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const id = button?.closest("li")?.dataset.id;
    switch (button?.dataset.do) {
      case "open":
        keep.open(id);
        dialog.close();
        return show();
      case "new":
        keep.open();
        dialog.close();
        return show();
      case "delete":
        if (!confirmed(button, words.sure_one)) return;
        keep.remove(id);
        return removed(id, show);
      case "delete-all":
        if (!confirmed(button, words.sure)) return;
        keep.removeAll();
        return removed(keep.shown(), show);
      case "close":
        return dialog.close();
    }
    if (beside(event)) dialog.close();
  });
}

/** Whether a button was pressed once before: nothing brings back what it deletes. */
function confirmed(button, question) {
  if (button.dataset.sure) return true;
  button.dataset.sure = "yes";
  button.textContent = question;
  return false;
}

function beside({ clientX, clientY, detail }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  // A click that a key made has no place.
  return detail && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}

function removed(id, show) {
  draw();
  dialog.querySelector("button").focus();
  if (id !== keep.shown()) return;
  keep.open();
  show();
}
