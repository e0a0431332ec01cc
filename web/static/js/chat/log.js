// The conversation as it is shown. Gradio renders it; here new turns come into view, and states that arrive in
// another order are put right.

import {find} from "../page/dom.js";

const BETWEEN_REFRESHES = 250; // milliseconds
// Milliseconds until what doesn't arrive is asked for again, then twice as many, and so on. Gradio's client loses
// the answer of an event that it sends while the server closes the stream of the one before. The next event opens a
// stream again, and what was lost comes through it too.
const PATIENCE = 2000;

export class Log {
  #server;
  #settled;
  #emptied;
  #seen = "";
  #changes = 0; // of the newest state that was shown
  #lastRefresh = -BETWEEN_REFRESHES;
  #nextRefresh = null;
  #refreshes = 0;
  #refreshed = 0; // the number of the last refresh that arrived
  #following = null;

  // Calls `settled` when a newer state is shown in which nothing is being searched for any more, and `emptied` when
  // the first page is shown in place of turns.
  constructor(element, server, {settled, emptied}) {
    this.#server = server;
    this.#settled = settled;
    this.#emptied = emptied;
    // The conversation isn't there yet: Gradio puts it into the frame later.
    const watched = {childList: true, subtree: true, attributeFilter: ["data-changes", "data-refreshed"]};
    new MutationObserver(() => this.#look()).observe(element, watched);
  }

  // Has the conversation shown as the server has it: soon, and once for all that ask for it meanwhile. Many answers
  // that arrive in another order ask for it many times, and a server that has too much to do would be asked again
  // for each of its refusals.
  refresh(patience = PATIENCE) {
    const wait = Math.max(0, this.#lastRefresh + BETWEEN_REFRESHES - performance.now());
    this.#nextRefresh ??= setTimeout(() => {
      this.#nextRefresh = null;
      this.#lastRefresh = performance.now();
      const number = ++this.#refreshes;
      this.#server.render(number);
      setTimeout(() => {
        // A later refresh looks after itself.
        if (this.#refreshed < number && this.#refreshes === number) this.refresh(2 * patience);
      }, patience);
    }, wait);
  }

  // Looks after a question that was submitted, until nothing is waited for any more.
  follow(patience = PATIENCE, before = this.#changes) {
    clearTimeout(this.#following);
    this.#following = setTimeout(() => {
      const isPending = find("#log :is(.searching, .writing)") !== null;
      if (this.#changes > before && !isPending) return;
      this.refresh();
      this.follow(2 * patience, before);
    }, patience);
  }

  // A server that was started anew counts from the beginning.
  restart() {
    this.#changes = 0;
  }

  #look() {
    const turns = document.querySelectorAll(".turn");
    const welcome = find("#welcome");
    const isEmptied = welcome.hidden && turns.length === 0;
    welcome.hidden = turns.length > 0;
    if (isEmptied) this.#emptied();
    find("[data-act=new]").hidden = turns.length === 0;
    find("[popovertarget=exports]").hidden = find(".turn .actions") === null;
    this.#bringIntoView(turns);
    const state = find("#changes")?.dataset;
    const changes = Number(state?.changes ?? 0);
    this.#refreshed = Number(state?.refreshed ?? 0);
    // Of two questions on their way at once the older state may come last: the server is asked again.
    if (changes < this.#changes) this.refresh();
    else if (changes > this.#changes && !find(".searching")) this.#settled();
    this.#changes = Math.max(this.#changes, changes);
  }

  // A new turn, and its reply when it comes; one said in another language stays where it is.
  #bringIntoView(turns) {
    const last = turns[turns.length - 1];
    const state = `${turns.length} ${Boolean(last?.querySelector(".searching"))}`;
    const isReading = Boolean(document.activeElement?.closest("#reader"));
    if (last && state !== this.#seen && !isReading) last.scrollIntoView();
    this.#seen = state;
  }
}
