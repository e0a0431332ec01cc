// What is done inside the document that the reading pane shows: find a text in it, go to a heading, ask about it.

import {find} from "../page/dom.js";

const PAUSE = 250; // milliseconds without another letter after which it is searched for
const AROUND = 20; // places before and after the one that is shown that are marked too
const MAX_LENGTH = 200; // characters that a question about a selection has of it
const ARABIC = /\p{Script=Arabic}/u;

export class Inside {
  #server;
  #language;
  #reader;
  #pane = find("#reader");
  #box = find("#find-in-document");
  #places = []; // where the text stands, as [start, end, check]
  #total = 0;
  #at = 0;
  #asked = 0;
  #timer;

  // What its buttons do.
  acts = {
    "found-before": () => this.#go(this.#at - 1),
    "found-after": () => this.#go(this.#at + 1),
    "to-heading": (button) => this.#reader.goTo(Number(button.dataset.first), button.textContent),
    "ask-about": () => this.#askAbout(),
  };

  // `ask` is given a question that the reader may go on writing.
  constructor({server, language, reader, ask}) {
    this.#server = server;
    this.#language = language;
    this.#reader = reader;
    this.ask = ask;
    this.#box.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), PAUSE);
    });
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      if (this.#places.length) this.#go(this.#at + (event.shiftKey ? -1 : 1));
      else this.#find();
    });
    // Another document: nothing is searched for in it.
    reader.opened = () => this.#clear();
  }

  #clear() {
    this.#asked++;
    this.#box.value = "";
    this.#places = [];
    this.#say();
  }

  async #find() {
    const number = ++this.#asked;
    const text = this.#box.value.trim();
    const document = this.#reader.document;
    const found = text ? await this.#server.tell("find", {document, text}) : {places: [], total: 0};
    if (!found || number !== this.#asked) return;
    this.#places = found.places;
    this.#total = found.total;
    this.#at = 0;
    this.#say();
    if (found.total) this.#go(0);
    else if (!text) this.#reader.back();
  }

  // Shows a place, counted round at either end.
  #go(place) {
    const count = this.#places.length;
    if (!count) return;
    this.#at = (place + count) % count;
    this.#say();
    const first = Math.max(this.#at - AROUND, 0);
    const near = this.#places.slice(first, this.#at + AROUND).map(([start, end, check], number) => {
      return {name: `found-${first + number}`, start, end, check, quoted: true, found: true};
    });
    const name = `found-${this.#at}`;
    const marks = [
      ...near.filter((mark) => mark.name === name),
      ...near.filter((mark) => mark.name !== name),
    ];
    this.#reader.showFound(name, marks);
  }

  #say() {
    const count = this.#places.length;
    const total = count < this.#total ? `${count}+` : count;
    this.#pane.querySelector(".found").textContent = this.#box.value.trim()
      ? `${count ? this.#at + 1 : 0} / ${total}`
      : "";
    for (const act of ["found-before", "found-after"]) {
      this.#pane.querySelector(`[data-act=${act}]`).hidden = count < 2;
    }
  }

  // About what is selected in the document, or the heading that was gone to, or else about the document.
  #askAbout() {
    const selection = getSelection();
    const isInside =
      selection.anchorNode && this.#pane.querySelector(".scroll").contains(selection.anchorNode);
    const selected = isInside ? selection.toString() : "";
    const text = (selected.trim() || this.#reader.heading || this.#pane.querySelector("h2").textContent)
      .replace(/\s+/g, " ")
      .slice(0, MAX_LENGTH);
    const language = ARABIC.test(text) ? "ar" : "en";
    this.ask(this.#language.sayIn(language, "about_text").replace("{number}", text));
  }
}
