// Written answers and translations: what the reader wants, kept in this browser, and what their buttons do.

import {find} from "../page/dom.js";
import {own, stored, storeForAll} from "../page/storage.js";

const KEPT = own("dalil-writer-options");
const numberOf = (element) => Number(element.closest(".turn").id.slice("turn-".length));

function kept() {
  try {
    return JSON.parse(stored(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export class Writer {
  #boxes = [...document.querySelectorAll("[data-option]")];
  #server;
  #renew;

  acts = {
    "stop-writing": (button) => this.#server.tell("stop", {number: numberOf(button)}),
    translate: (button) => this.#translate(button),
    "to-citation": (link, event) => {
      event.preventDefault();
      const citation = find(link.getAttribute("href"));
      citation?.scrollIntoView({block: "center"});
      citation?.focus({preventScroll: true});
    },
  };

  // `renew` has the conversation shown as the server has it. Without a writer there are no boxes.
  constructor({server, renew}) {
    this.#server = server;
    this.#renew = renew;
    const options = kept();
    for (const box of this.#boxes) {
      box.checked = options[box.dataset.option] ?? box.checked;
      box.addEventListener("change", () => storeForAll(KEPT, JSON.stringify(this.options)));
    }
  }

  get options() {
    return Object.fromEntries(this.#boxes.map((box) => [box.dataset.option, box.checked]));
  }

  async #translate(button) {
    button.disabled = true;
    const citation = Number(button.dataset.citation);
    const translated = await this.#server.tell("translate", {number: numberOf(button), citation});
    button.disabled = false;
    if (translated !== null) this.#renew();
  }
}
