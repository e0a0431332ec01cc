// Finding and filling elements.

export const root = document.documentElement;

export const find = (selector) => document.querySelector(selector);

// Whether there is a mouse or the like. On a touch screen a focused text field opens the keyboard, over the page.
export const hasPointer = () => matchMedia("(hover: hover)").matches;

const filled = new WeakMap();

// Fills an element with HTML. What is shown already isn't made anew: it may be about to be clicked.
export function fill(element, html) {
  if (filled.get(element) === html) return;
  filled.set(element, html);
  element.innerHTML = html;
}

// Says a text to readers who listen. Emptied first: the same sentence twice would not be said again.
export function announce(text) {
  hide();
  find("#said").textContent = "";
  requestAnimationFrame(() => {
    find("#said").textContent = text;
  });
}

// Milliseconds for which a text is shown: at least, and for each of its letters.
const SHOWN = 4000;
const SHOWN_PER_LETTER = 70;
let hiding;

// Says a text to all readers: what nothing else on the page shows. The same words are heard and seen.
export function notify(text) {
  announce(text);
  find("#said").classList.remove("unseen");
  hiding = setTimeout(hide, Math.max(SHOWN, SHOWN_PER_LETTER * text.length));
}

function hide() {
  clearTimeout(hiding);
  find("#said").classList.add("unseen");
}
