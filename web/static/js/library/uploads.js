// Files on their way into a collection: sending this tab's, and showing how far they and others' are.

import {announce, fill, root} from "../page/dom.js";
import {own, stored, storeForTab} from "../page/storage.js";

const SENT = own("dalil-uploads"); // where this tab keeps which files it sent
const MAX_SENT = 5;
const BETWEEN_LOOKS = 1000; // milliseconds
const TRIES = 3;

// A connection that breaks off is tried again some times. What doesn't arrive is named by the server, which knows
// what should have come.
async function send(batch, number, file, tries = TRIES) {
  const request = {method: "POST", body: file, headers: {"X-Batch": batch, "X-Number": number}};
  const answer = await fetch(new URL("library/upload", document.baseURI), request).catch(() => null);
  if (answer ? answer.status !== 429 : tries === 0) return;
  const seconds = Number(answer?.headers.get("Retry-After") ?? 1);
  await new Promise((after) => setTimeout(after, 1000 * seconds));
  await send(batch, number, file, answer ? tries : tries - 1);
}

// The batches that this tab sent, as {batch, collection}.
function sent() {
  try {
    return JSON.parse(stored(SENT) ?? "[]");
  } catch {
    return [];
  }
}

export class Uploads {
  #list;
  #call;
  #changed;
  #collection = null; // whose files are shown
  #refused = new WeakMap(); // of places: what the server said of files that it takes none of, by language

  // `list` is where they are shown; `call` asks the server; `changed` is told when files have come in.
  constructor({list, call, changed}) {
    this.#list = list;
    this.#call = call;
    this.#changed = changed;
  }

  // Those that this tab sent before it was loaded again.
  resume() {
    for (const {batch, collection} of sent()) this.watch(collection, batch);
  }

  // Sends files into a collection; gives the server's refusal, if there is one.
  async send(files, collection) {
    const begun = await this.#call("begin", {files: files.map(({name, size}) => ({name, size}))});
    if (begun.error) return begun.error;
    const {batch} = begun;
    if (begun.refused) {
      this.watch(collection, batch, begun.refused);
      return null;
    }
    this.#begin(batch, collection);
    for (const number of begun.accepted) await send(batch, number, files[number]);
    await this.#call("finish", {batch});
    return null;
  }

  // Has the server fetch a web page into a collection; gives its answer, or its refusal.
  async fetch(act, more, collection) {
    const begun = await this.#call(act, more);
    if (begun.batch) this.#begin(begun.batch, collection);
    return begun;
  }

  // What is under way is known to this tab when it is loaded again.
  #begin(batch, collection) {
    storeForTab(SENT, JSON.stringify([...sent(), {batch, collection}].slice(-MAX_SENT)));
    this.watch(collection, batch);
  }

  // Shows how far files are until they are done: this tab's by their batch, others' by their collection. Of refused
  // ones the server keeps nothing, so that what it said of them is given.
  watch(collection, batch = null, refused = null) {
    // Of files that all came in there is nothing more to know when the next ones of this tab are on their way.
    const complete = `[data-done=complete][data-collection="${collection}"]`;
    if (batch) for (const done of this.#list.querySelectorAll(complete)) done.remove();
    const place = document.createElement("div");
    place.dataset.collection = collection;
    if (batch) place.dataset.batch = batch;
    place.hidden = collection !== this.#collection;
    if (refused) this.#refused.set(place, refused);
    this.#list.prepend(place);
    const look = async () => {
      const {done, said, complete} = await this.#look(place);
      if (!done) {
        setTimeout(look, BETWEEN_LOOKS);
        return;
      }
      if (said) {
        place.dataset.done = complete ? "complete" : "";
        announce(said);
      } else {
        place.remove();
      }
      this.#changed();
    };
    look();
  }

  isWatching(collection) {
    return this.#list.querySelector(`:scope > [data-collection="${collection}"]:not([data-done])`) !== null;
  }

  // Shows those of one collection.
  show(collection) {
    this.#collection = collection;
    for (const place of this.#list.querySelectorAll(":scope > div")) {
      place.hidden = place.dataset.collection !== collection;
    }
  }

  // Takes a report away.
  dismiss(button) {
    button.closest("[data-done]").remove();
  }

  // In another language.
  renew() {
    for (const place of this.#list.querySelectorAll("[data-done]")) this.#look(place);
  }

  async #look(place) {
    const {batch, collection} = place.dataset;
    const refused = this.#refused.get(place)?.[root.dataset.language];
    const progress = refused ?? (await this.#call("progress", {batch, collection}));
    if (progress.error) return {done: false};
    fill(place, progress.shown);
    return progress;
  }
}
