// The conversation: asking, judging, starting anew, keeping it in this browser, saving it as a file.

import {answerAsText, copy} from "../page/clipboard.js";
import {announce, find} from "../page/dom.js";
import {stored, storeForAll, storeForTab} from "../page/storage.js";
import {Composer} from "./composer.js";
import {Log} from "./log.js";

// As `web.server.chat_calls.FORGOTTEN`: the server was started anew, and doesn't know the conversation any more.
const FORGOTTEN = -1;
const KEPT = "dalil-conversation";
const ASKED = "dalil-question"; // one that has no answer yet

const numberOf = (element) => Number(element.closest(".turn").id.slice("turn-".length));

export class Conversation {
  #server;
  #language;
  #reader;
  #library;
  #writer;
  #log;
  #composer = new Composer((question) => this.#ask({question}));
  #kept = ""; // the conversation as the server gave it to be kept
  #last = ""; // the one before
  #askedToKeep = 0;
  #restored; // when what was kept has been taken up again

  // What its buttons do.
  acts = {
    example: (button) => this.#ask({question: button.textContent}),
    alone: (button) => this.#ask({number: numberOf(button)}),
    judge: (button) => this.#judge(button),
    new: () => this.#clear(),
    last: () => this.#back(),
    export: () => this.#export(),
    "copy-answer": (button) => copy(answerAsText(button.closest(".turn")), button, this.#language),
    "to-the-question": (_, event) => {
      event.preventDefault();
      this.#composer.focus();
    },
  };

  // `library` is null where the chat asks one index.
  constructor({element, server, language, reader, library, writer}) {
    this.#server = server;
    this.#language = language;
    this.#reader = reader;
    this.#library = library;
    this.#writer = writer;
    this.#log = new Log(element, server, () => this.#keep());
    this.#restored = this.#restore();
  }

  enable() {
    this.#composer.enable();
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
    if (number === null || number === FORGOTTEN) this.#composer.giveBack(asked.question);
    else this.#server.submit(number, this.#writer.wishes);
  }

  #begin(asked) {
    const collection = this.#library?.current ?? "";
    return this.#server.tell("begin", {collection, has_turns: Boolean(this.#kept), ...asked});
  }

  async #judge(button) {
    const {verdict} = button.dataset;
    const said = await this.#server.tell("judge", {number: numberOf(button), verdict});
    if (said === null) return;
    announce(said);
    this.#log.refresh();
  }

  async #export() {
    const text = await this.#server.tell("export");
    if (text === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "text/markdown"}));
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0"));
    link.download = `dalil-${day.join("-")}.md`;
    link.click();
    URL.revokeObjectURL(link.href);
    announce(this.#language.say("saved"));
  }

  async #clear() {
    if ((await this.#server.tell("clear")) === null) return;
    this.#reader.close();
    [this.#last, this.#kept] = [this.#kept, ""];
    find("#last").hidden = !this.#last;
    this.#log.refresh();
    this.#composer.focus();
  }

  async #back() {
    if ((await this.#server.tell("restore", {kept: this.#last})) === null) return;
    this.#log.refresh();
    this.#composer.focus();
  }

  async #keep() {
    const number = ++this.#askedToKeep;
    await this.#restored;
    const text = await this.#server.call("keep");
    if (text === undefined || number !== this.#askedToKeep) return;
    this.#kept = text;
    storeForAll(KEPT, text);
    storeForTab(ASKED, "");
  }

  async #restore() {
    // Of a question that had no answer yet only its words are left.
    this.#composer.giveBack(stored(ASKED));
    const kept = stored(KEPT);
    if (!kept) return;
    const taken = await this.#server.tell("restore", {kept});
    if (taken === null) {
      // The next answer is kept in its place: here it can still be taken up.
      this.#last = kept;
      find("#last").hidden = false;
      return;
    }
    if (taken) this.#kept = kept;
    this.#log.refresh();
  }
}
