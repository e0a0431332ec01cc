// The place beside the chat, which one pane has at a time: a document, or the list of documents.

import {find, root} from "./dom.js";

// What lies behind a pane that is a sheet.
const BEHIND = ["#skip", "#top", "#welcome", "#log", "#composer"];

export class Side {
  #narrow = matchMedia("(max-width: 56rem)");
  #shown = null;

  constructor() {
    this.#narrow.addEventListener("change", () => {
      if (this.#shown) this.#fit(this.#shown);
    });
  }

  // Another pane makes room.
  show(pane) {
    if (this.#shown && this.#shown !== pane) this.hide(this.#shown);
    this.#shown = pane;
    pane.hidden = false;
    root.dataset.reading = "";
    this.#fit(pane);
  }

  hide(pane) {
    if (this.#shown !== pane) return;
    this.#shown = null;
    pane.hidden = true;
    delete root.dataset.reading;
    this.#fit(pane);
  }

  shows(pane) {
    return this.#shown === pane;
  }

  // Whether the pane lies over the chat, since there is no room beside it.
  isSheet(pane) {
    return this.#narrow.matches && this.shows(pane);
  }

  // Nothing behind a sheet can be reached.
  #fit(pane) {
    const sheet = this.isSheet(pane);
    for (const selector of BEHIND) find(selector)?.toggleAttribute("inert", sheet);
    pane.setAttribute("role", sheet ? "dialog" : "complementary");
    if (sheet) pane.setAttribute("aria-modal", "true");
    else pane.removeAttribute("aria-modal");
  }
}
