// What alone is asked: its conditions as chips over the question box, and the menu in which they are chosen.

import {announce, find, root} from "../page/dom.js";
import {own, storedForTab, storeForTab} from "../page/storage.js";

const KEPT = own("dalil-scope");
const LISTS = ["document", "folder", "type", "tag"];
const DATE = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/;
const WIDEST = 384; // pixels, as in chat.css
const SOON = 200; // milliseconds after the last letter

const same =
  ([key, value]) =>
  (other) =>
    other[0] === key && other[1] === value;

// Whether a scope can have it as a date: a year, a month or a day, as index.scope reads it.
function isDate(text) {
  const digits = text.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) % 16));
  const parts = DATE.exec(digits)?.slice(1);
  if (!parts) return false;
  const [year, month, day] = parts.map((part) => Number(part ?? 1));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

export class Scope {
  #server;
  #language;
  #collection;
  #conditions = [];
  #chips = find("#scope .chips");
  #menu = find("#narrow");
  #search = find("#find-in-scope");
  #dates = [...this.#menu.querySelectorAll("[data-date]")];
  #asked = 0;
  #typing = null;

  // What its buttons do.
  acts = {
    "ask-within": (button) => this.#askWithin(button.dataset.id),
    "leave-scope": (button) => this.#leave([button.dataset.key, button.dataset.value]),
    "leave-all": () => this.#leaveAll(),
    "choose-scope": (button) => this.#toggle([button.dataset.key, button.dataset.value]),
  };

  // `collection` gives the id of the one that is asked.
  constructor({server, language, collection}) {
    this.#server = server;
    this.#language = language;
    this.#collection = collection;
    this.#menu.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") this.#open();
    });
    // A search box takes the first Escape for itself.
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      this.#menu.hidePopover();
    });
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#load(), SOON);
    });
    for (const box of this.#dates) box.addEventListener("change", () => this.#date(box));
  }

  // Pairs of a key and a value.
  get conditions() {
    return this.#conditions;
  }

  set conditions(conditions) {
    this.#conditions = conditions;
    storeForTab(KEPT, JSON.stringify(conditions));
    this.#show();
  }

  // As this tab left it; null if it left nothing.
  get kept() {
    try {
      return JSON.parse(storedForTab(KEPT));
    } catch {
      return null;
    }
  }

  // In another language.
  renew() {
    this.#show();
  }

  #label([key, value]) {
    const shown = key === "document" ? value.slice(value.lastIndexOf("/") + 1) : value;
    return this.#language.say(`within_${key}`).replace("{value}", () => shown);
  }

  #show() {
    const chips = this.#conditions.map((condition) => {
      const chip = find("#chip").content.firstElementChild.cloneNode(true);
      const button = chip.querySelector("button");
      chip.querySelector("bdi").textContent = this.#label(condition);
      [button.dataset.key, button.dataset.value] = condition;
      button.title = `${this.#language.say("leave_scope")}: ${this.#label(condition)}`;
      button.setAttribute("aria-label", button.title);
      return chip;
    });
    this.#chips.replaceChildren(...chips);
    this.#chips.hidden = chips.length === 0;
    find("[data-act=leave-all]").hidden = chips.length < 2;
    for (const button of this.#menu.querySelectorAll("[data-act=choose-scope]")) this.#press(button);
    this.#place();
  }

  // Above the chips, which are more with every choice.
  #place() {
    const box = find("#scope").getBoundingClientRect();
    const start = root.dir === "rtl" ? innerWidth - box.right : box.left;
    this.#menu.style.insetBlockEnd = `${innerHeight - box.top + 4}px`;
    this.#menu.style.insetInlineStart = `${Math.max(8, Math.min(start, innerWidth - WIDEST - 8))}px`;
    this.#menu.style.setProperty("--room", `${box.top - 12}px`);
  }

  #press(button) {
    const isChosen = this.#conditions.some(same([button.dataset.key, button.dataset.value]));
    button.setAttribute("aria-pressed", String(isChosen));
  }

  #tell() {
    const labels = this.#conditions.map((condition) => this.#label(condition));
    announce(`${this.#language.say("within")}: ${labels.join(root.dir === "rtl" ? "، " : ", ") || "–"}`);
  }

  #toggle(condition) {
    const rest = this.#conditions.filter((other) => !same(condition)(other));
    this.conditions = rest.length < this.#conditions.length ? rest : [...rest, condition];
    this.#tell();
  }

  #leave(condition) {
    const place = this.#conditions.findIndex(same(condition));
    this.#toggle(condition);
    const left = this.#chips.querySelectorAll("button");
    (left[Math.min(place, left.length - 1)] ?? find("[popovertarget=narrow]")).focus();
  }

  #leaveAll() {
    this.conditions = [];
    this.#tell();
    find("[popovertarget=narrow]").focus();
  }

  async #askWithin(id) {
    const about = {document: id, collection: this.#collection()};
    const value = await this.#server.tell("refer", about);
    if (!value || value === true) return;
    if (!this.#conditions.some(same(["document", value]))) this.#toggle(["document", value]);
    find("#question").focus({preventScroll: true});
  }

  #date(box) {
    const value = box.value.trim();
    const isRead = !value || isDate(value);
    box.setAttribute("aria-invalid", String(!isRead));
    this.#tellWrongDate();
    if (isRead) {
      const rest = this.#conditions.filter(([key]) => key !== box.dataset.date);
      this.conditions = value ? [...rest, [box.dataset.date, value]] : rest;
      this.#tell();
    }
    // The menu is lower with every row of chips below it.
    this.#menu.querySelector("[data-list=date]").scrollIntoView({block: "nearest"});
  }

  // What a date that can't be read should be.
  #tellWrongDate() {
    const wrong = this.#dates.find((box) => box.getAttribute("aria-invalid") === "true")?.value.trim();
    const isolated = `\u2068${wrong}\u2069`;
    find("#date-trouble").textContent = wrong
      ? this.#language.say("scope_date").replace("{name}", () => isolated)
      : "";
  }

  #open() {
    this.#place();
    this.#search.value = "";
    for (const box of this.#dates) {
      box.value = this.#conditions.find(([key]) => key === box.dataset.date)?.[1] ?? "";
      box.setAttribute("aria-invalid", "false");
    }
    this.#tellWrongDate();
    this.#load();
  }

  async #load() {
    const number = ++this.#asked;
    const about = {collection: this.#collection(), find: this.#search.value};
    const choices = await this.#server.tell("choices", about);
    if (!choices || number !== this.#asked) return;
    for (const key of LISTS) {
      const part = this.#menu.querySelector(`[data-list=${key}]`);
      const shown = choices[key].map(([value, label]) => {
        const button = find("#choice").content.firstElementChild.cloneNode(true);
        [button.dataset.key, button.dataset.value] = [key, value];
        button.querySelector("bdi").textContent = label;
        this.#press(button);
        return button;
      });
      part.querySelector("div").replaceChildren(...shown);
      part.hidden = shown.length === 0 && !(key === "document" && this.#search.value);
    }
    this.#menu.querySelector("[data-list=date]").hidden = !choices.is_dated;
    const undated = this.#language.say("scope_undated").replace("{number}", choices.undated);
    find("#undated").textContent = choices.undated ? undated : "";
  }
}
