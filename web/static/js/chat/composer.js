// The box that questions are typed in.

import {find, hasPointer} from "../page/dom.js";

export class Composer {
  #form = find("#composer");
  #box = find("#question");

  // Calls `ask` with every question that is sent off.
  constructor(ask) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = this.#box.value;
      // A double click, or Enter in an empty box, asks nothing.
      if (!question.trim()) {
        this.focus();
        return;
      }
      this.#box.value = "";
      // A focused box opens a touch screen's keyboard, over the answer.
      if (hasPointer()) this.focus();
      else this.#box.blur();
      ask(question);
    });
    this.#box.addEventListener("keydown", (event) => {
      // Enter that ends a word of an input method isn't the end of the question.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
  }

  // What was typed before anybody listened would be lost: until then nothing can be.
  enable() {
    this.#box.disabled = false;
    if (hasPointer()) this.focus();
  }

  focus() {
    this.#box.focus({preventScroll: true});
  }

  // A question to be sent off, or to be gone on with.
  begin(question) {
    this.#box.value = question;
    this.focus();
  }

  // A question that wasn't answered comes back, unless another one is being typed.
  giveBack(question) {
    if (question && !this.#box.value) this.#box.value = question;
  }
}
