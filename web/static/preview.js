// What a marker stands for, beside it: the quote, its article and date, on hover and on focus.

const preview = document.getElementById("preview");
const AWAY = 120; // ms to get from the marker into the preview
let shown = null; // the marker it belongs to
let leaving = 0;

/** Lets the markers inside a node show their quotes. */
export function watch(node) {
  for (const type of ["mouseover", "focusin"]) {
    node.addEventListener(type, (event) => {
      const marker = event.target.closest(".marker");
      // A finger's tap opens the source at once; a focus that a click gave is no wish to read.
      if (marker && (type === "mouseover" || marker.matches(":focus-visible"))) show(marker);
    });
  }
  node.addEventListener("mouseout", (event) => leave(event.target.closest(".marker")));
  node.addEventListener("focusout", (event) => event.target === shown && hide());
  node.addEventListener("click", hide, { capture: true });
  preview.addEventListener("mouseenter", () => clearTimeout(leaving));
  preview.addEventListener("mouseleave", () => leave(shown));
  // The focus may have scrolled to its marker; what the reader scrolls away from is gone.
  addEventListener("scroll", () => shown && (shown.matches(":focus") ? place() : hide()), {
    passive: true,
    capture: true,
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

export function hide() {
  clearTimeout(leaving);
  if (!shown) return;
  shown.removeAttribute("aria-describedby");
  shown = null;
  preview.hidePopover();
}

function leave(marker) {
  if (!marker || marker !== shown || marker === document.activeElement) return;
  clearTimeout(leaving);
  leaving = setTimeout(hide, AWAY);
}

function show(marker) {
  clearTimeout(leaving);
  if (marker === shown) return;
  hide();
  const quotes = marker.closest(".turn").querySelectorAll(".quote");
  const quote = [...quotes].find((each) => each.querySelector("a").href === marker.href);
  if (!quote) return;
  preview.replaceChildren(
    quote.querySelector("blockquote").cloneNode(true),
    ...[...quote.querySelectorAll("cite, .date")].map((each) => each.cloneNode(true)),
  );
  shown = marker;
  marker.setAttribute("aria-describedby", preview.id);
  preview.showPopover();
  place();
}

/** Above the marker where there is room, else below it; never outside the window. */
function place() {
  const { left, top, bottom, width } = shown.getClientRects()[0];
  const box = preview.getBoundingClientRect();
  const middle = left + width / 2 - box.width / 2;
  const above = top - box.height - 8;
  const x = Math.max(8, Math.min(middle, document.documentElement.clientWidth - box.width - 8));
  preview.style.left = `${x}px`;
  preview.style.top = `${above >= 8 ? above : bottom + 8}px`;
}
