// The conversation: asking, judging, starting anew, keeping it in this browser, saving it as a file.

import {answerAsText, copy} from "../page/clipboard.js";
import {find, notify} from "../page/dom.js";
import {placeBelow} from "../page/menu.js";
import {forget, own, stored, storeForAll, storeForTab} from "../page/storage.js";
import {Composer} from "./composer.js";
import {Log} from "./log.js";

// As `web.calls.chat_calls.FORGOTTEN`: the server was started anew, and doesn't know the conversation any more.
const FORGOTTEN = -1;
// Which conversation a tab shows; a new tab begins with that of the last one.
const CURRENT = own("dalil-current");
// Where versions before this one kept the only conversation.
const OLDER = "dalil-conversation";
const ASKED = own("dalil-question"); // one that has no answer yet

const numberOf = (element) => Number(element.closest(".turn").id.slice("turn-".length));

export class Conversation {
  #server;
  #language;
  #reader;
  #library;
  #writer;
  #scope;
  #log;
  #composer = new Composer((question) => this.#ask({question}));
  #archive;
  #kept = ""; // the conversation as the server gave it to be kept
  #about = {id: "", revision: 0}; // as what it is kept
  #last = ""; // the id of the one before
  #askedToKeep = 0;
  #saving = Promise.resolve();
  #restored; // when what was kept has been taken up again

  // What its buttons do.
  acts = {
    example: (button) => this.#ask({question: button.textContent}),
    alone: (button) => this.#ask({number: numberOf(button)}),
    judge: (button) => this.#judge(button),
    new: () => this.#clear(),
    last: () => this.open(this.#last),
    "ask-everything": (button) => {
      this.#scope.conditions = [];
      this.#ask({question: button.closest(".turn").querySelector(".question").textContent});
    },
    export: (button) => this.#export(button),
    "copy-answer": (button) => copy(answerAsText(button.closest(".turn")), button, this.#language),
    "to-the-question": (_, event) => {
      event.preventDefault();
      this.#composer.focus();
    },
  };

  // `library` is null where the chat asks one index.
  constructor({element, server, language, reader, library, archive, writer, scope}) {
    this.#server = server;
    this.#language = language;
    this.#reader = reader;
    this.#library = library;
    this.#writer = writer;
    this.#scope = scope;
    this.#archive = archive;
    this.#log = new Log(element, server, {settled: () => this.#keep(), emptied: () => library?.suggest()});
    find("#exports").addEventListener("beforetoggle", (event) => {
      placeBelow(event.target, find("[popovertarget=exports]"));
    });
    this.#restored = this.#restore();
  }

  // A question that the reader may change before it is asked.
  begin(question) {
    this.#composer.begin(question);
  }

  enable() {
    this.#composer.enable();
  }

  // The id of the conversation that is shown; empty until something was answered.
  get current() {
    return this.#about.id;
  }

  // Shows one that was kept in place of this one.
  async open(id) {
    const kept = await this.#archive.get(id);
    if (!kept || (await this.#server.tell("clear")) === null) return;
    this.#reader.close();
    await this.#takeUp(kept);
    this.#scope.conditions = await this.#scopeOf(kept.text);
    this.#composer.focus();
  }

  // What the last question of a kept conversation was asked within.
  async #scopeOf(text) {
    const within = JSON.parse(text).turns.at(-1)?.within;
    return (within && (await this.#server.call("conditions", {within}))) || [];
  }

  // In another language.
  renew() {
    this.#log.refresh();
  }

  // A question, or the number of one that is to be searched for as it stands.
  async #ask(asked) {
    await Promise.all([this.#restored, this.#library?.ready]);
    if (asked.question) storeForTab(ASKED, asked.question);
    let number = await this.#begin(asked);
    if (number === FORGOTTEN && (await this.#server.tell("restore", {kept: this.#kept})) !== null) {
      this.#log.restart();
      number = await this.#begin(asked);
    }
    if (number === null || number === FORGOTTEN) {
      this.#composer.giveBack(asked.question);
      return;
    }
    this.#server.submit(number, this.#writer.options);
    this.#log.follow();
  }

  #begin(asked) {
    const collection = this.#library?.current ?? "";
    const within = this.#scope.conditions;
    return this.#server.tell("begin", {collection, within, has_turns: Boolean(this.#kept), ...asked});
  }

  async #judge(button) {
    const {verdict} = button.dataset;
    const said = await this.#server.tell("judge", {number: numberOf(button), verdict});
    if (said === null) return;
    notify(said);
    this.#log.refresh();
  }

  async #export(button) {
    find("#exports").hidePopover();
    const title = (await this.#archive.get(this.#about.id))?.name ?? "";
    const file = await this.#server.tell("export", {format: button.dataset.format, title});
    if (file === null) return;
    const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0"));
    // The browser puts something else for what the system's file names can't have.
    link.download = `${title || `dalil-${day.join("-")}`}.${file.ending}`;
    link.click();
    URL.revokeObjectURL(link.href);
    notify(this.#language.say("saved"));
  }

  async #clear() {
    if ((await this.#server.tell("clear")) === null) return;
    this.#reader.close();
    if (this.current) this.#last = this.current;
    this.#kept = "";
    this.#scope.conditions = [];
    this.#become({id: "", revision: 0});
    find("#last").hidden = !this.#last;
    this.#log.refresh();
    this.#composer.focus();
  }

  #become(about) {
    this.#about = about;
    storeForAll(CURRENT, about.id);
  }

  async #keep() {
    const number = ++this.#askedToKeep;
    await this.#restored;
    const text = await this.#server.call("keep");
    if (text === undefined || number !== this.#askedToKeep) return;
    storeForTab(ASKED, "");
    if (!text || text === this.#kept) return;
    this.#kept = text;
    // One after the other: the next one has to know as what this one was kept.
    this.#saving = this.#saving.then(() => this.#save(text));
  }

  async #save(text) {
    const shown = this.#about;
    const about = await this.#archive.save(shown, text);
    // By now another conversation may be shown.
    if (shown === this.#about) this.#become(about);
  }

  async #restore() {
    // Of a question that had no answer yet only its words are left.
    this.#composer.giveBack(stored(ASKED));
    await this.#keepOlder();
    const kept = await this.#archive.get(stored(CURRENT) ?? "");
    if (kept) await this.#takeUp(kept);
    this.#scope.conditions = this.#scope.kept ?? (kept ? await this.#scopeOf(kept.text) : []);
  }

  async #keepOlder() {
    const text = stored(OLDER);
    if (!text) return;
    try {
      this.#become(await this.#archive.save(this.#about, text));
    } catch {
      // It isn't a conversation.
    }
    forget(OLDER);
  }

  async #takeUp({id, revision, text}) {
    const taken = await this.#server.tell("restore", {kept: text});
    if (taken === null) {
      // It can still be taken up when Dalil responds again.
      this.#last = id;
      find("#last").hidden = false;
      return;
    }
    if (taken) {
      this.#kept = text;
      this.#become({id, revision});
    }
    this.#log.refresh();
  }
}
