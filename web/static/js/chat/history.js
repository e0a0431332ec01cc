// The pane that lists the reader's conversations: searched, opened again, renamed, deleted.

import {ask} from "../page/dialog.js";
import {find, notify} from "../page/dom.js";
import {fold} from "../page/fold.js";

const nameOf = ({name, first}) => name || first;

export class History {
  #language;
  #side;
  #archive;
  #current; // gives the id of the conversation that is shown
  #open; // opens a conversation by its id
  #pane = find("#history");
  #box = find("#find-conversation");
  #list = this.#pane.querySelector("ul");
  #listed = 0; // counts what was asked to be listed: an older list that comes later is dropped

  // What its buttons do.
  acts = {
    conversations: () => {
      if (this.#isOpen) this.#close();
      else this.#show();
    },
    "close-history": () => this.#close(),
    "open-conversation": async (button) => {
      await this.#open(button.closest("li").dataset.id);
      if (this.#side.isSheet(this.#pane)) this.#close();
      else this.renew();
    },
    "rename-conversation": (button) => this.#rename(button.closest("li")),
    "delete-conversation": (button) => this.#delete(button.closest("li")),
  };

  constructor({language, side, archive, current, open}) {
    this.#language = language;
    this.#side = side;
    this.#archive = archive;
    this.#current = current;
    this.#open = open;
    this.#box.addEventListener("input", () => this.renew());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !this.#isOpen) return;
      if (find("dialog[open], :popover-open")) return;
      event.preventDefault();
      this.#close();
    });
  }

  // Beside a sheet is out of it.
  leave(target) {
    if (this.#side.isSheet(this.#pane) && !target.closest("#history, dialog, [data-act]")) this.#close();
  }

  // Lists what there is now, in the page's language.
  async renew() {
    if (!this.#isOpen) return;
    const number = ++this.#listed;
    const wanted = fold(this.#box.value).trim();
    const all = await this.#archive.list();
    if (number !== this.#listed) return;
    const found = all.filter((about) => `${fold(nameOf(about))}\n${about.words}`.includes(wanted));
    this.#list.replaceChildren(...found.map((about) => this.#item(about)));
    const none = this.#pane.querySelector(".none");
    none.hidden = found.length > 0;
    none.textContent = this.#language.say(all.length ? "no_such_conversation" : "no_conversations");
  }

  get #isOpen() {
    return this.#side.shows(this.#pane);
  }

  #show() {
    this.#side.show(this.#pane);
    this.#box.value = "";
    this.renew();
    this.#focus();
  }

  #close() {
    this.#side.hide(this.#pane);
    find("[data-act=conversations]").focus();
  }

  #item(about) {
    const item = find("#conversation-item").content.cloneNode(true).querySelector("li");
    item.dataset.id = about.id;
    const name = item.querySelector("bdi");
    name.textContent = nameOf(about);
    if (about.id === this.#current()) item.setAttribute("aria-current", "true");
    const when = new Date(about.updated).toLocaleString(this.#language.name, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    item.querySelector(".when").textContent = when;
    const turns = this.#language.say("questions_asked").replace("{number}", about.turns);
    item.querySelector(".turns").textContent = turns;
    for (const button of item.querySelectorAll("[data-title]")) {
      button.title = `${this.#language.say(button.dataset.title)}: ${nameOf(about)}`;
      button.setAttribute("aria-label", button.title);
    }
    return item;
  }

  #rename(item) {
    const title = this.#language.say("rename");
    const named = this.#language.say("conversation_title");
    const value = item.querySelector("bdi").textContent;
    const {id} = item.dataset;
    const act = (name) => this.#change(item, "rename", name.trim());
    // The list is a new one by then.
    ask({title, value, named, label: title}, act, () => {
      this.#list.querySelector(`[data-id="${id}"] [data-act=rename-conversation]`)?.focus();
    });
  }

  #delete(item) {
    const title = this.#language.say("delete_conversation");
    const about = item.querySelector("bdi").textContent;
    const act = () => this.#change(item, "delete");
    ask({title, about, label: this.#language.say("delete")}, act, () => this.#focus());
  }

  async #change(item, act, ...more) {
    await this.#archive[act](item.dataset.id, ...more);
    await this.renew();
    notify(this.#language.say(act === "delete" ? "deleted" : "renamed"));
    return {};
  }

  #focus() {
    this.#pane.querySelector("h2").focus({preventScroll: true});
  }
}
