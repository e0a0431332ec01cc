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
  find("#said").textContent = "";
  requestAnimationFrame(() => {
    find("#said").textContent = text;
  });
}
