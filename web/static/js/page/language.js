// The page's language, and its messages in it.

import {find, root} from "./dom.js";
import {setCookie} from "./storage.js";

export class Language {
  #messages; // by language and name

  constructor(messages) {
    this.#messages = messages;
    // Gradio writes the browser's language there, whenever it has loaded its own words.
    new MutationObserver(() => {
      if (root.lang !== this.name) root.lang = this.name;
    }).observe(root, {attributeFilter: ["lang"]});
  }

  // "ar" or "en".
  get name() {
    return root.dataset.language;
  }

  get #other() {
    return this.name === "ar" ? "en" : "ar";
  }

  say(message) {
    return this.#messages[this.name][message];
  }

  sayIn(language, message) {
    return this.#messages[language][message];
  }

  switch() {
    root.dataset.language = this.#other;
    setCookie("dalil-language", this.name);
    this.fill();
  }

  // Inserts the messages, wherever an element names one.
  fill() {
    root.lang = this.name;
    root.dir = this.name === "ar" ? "rtl" : "ltr";
    for (const element of document.querySelectorAll("[data-say]")) {
      element.textContent = this.say(element.dataset.say);
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", this.say(element.dataset.label));
    }
    for (const element of document.querySelectorAll("[data-title]")) {
      element.title = this.say(element.dataset.title);
      element.setAttribute("aria-label", element.title);
    }
    for (const element of document.querySelectorAll("[data-placeholder]")) {
      element.placeholder = this.say(element.dataset.placeholder);
    }
    const button = find("[data-act=language]");
    button.textContent = this.#messages[this.#other].this_language;
    button.lang = this.#other;
  }
}
