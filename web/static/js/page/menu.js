// Menus, which the browser opens below the button that names them.

import {root} from "./dom.js";

const NARROWEST = 240; // pixels, as in library.css

// Places a menu below its button, at the button's side, within the window.
export function placeBelow(menu, button) {
  const box = button.getBoundingClientRect();
  const start = root.dir === "rtl" ? innerWidth - box.right : box.left;
  menu.style.insetBlockStart = `${box.bottom + 4}px`;
  menu.style.insetInlineStart = `${Math.max(8, Math.min(start, innerWidth - NARROWEST - 24))}px`;
}
