// What the page tells its server, through Gradio, for its conversation and in its language.

import {announce, find} from "./dom.js";

export class Server {
  #functions;
  #trigger;
  #language;
  // The conversation's name. Known to nobody else: whoever knows it could read the conversation.
  #conversation = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

  constructor({functions, trigger, language}) {
    this.#functions = functions;
    this.#trigger = trigger;
    this.#language = language;
  }

  get #about() {
    return {conversation: this.#conversation, language: this.#language.name};
  }

  // Calls one of the server's functions; undefined if it doesn't respond.
  call(name, more = {}) {
    return this.#functions[name]({...this.#about, ...more});
  }

  // The same; if it doesn't respond the page says so, and the answer is null.
  async tell(name, more = {}) {
    const answer = await this.call(name, more);
    const failed = answer === undefined;
    find("#trouble").hidden = !failed;
    if (failed) announce(this.#language.say("out_of_reach"));
    return failed ? null : (answer ?? true);
  }

  // Has a question searched for that `begin` gave a number, and the conversation shown with it; `options` is what
  // is to be made of its answer.
  submit(number, options) {
    this.#trigger("submit", {...this.#about, number, ...options});
  }

  // Has the conversation shown as the server has it, with the number of this wish.
  render(refreshed) {
    this.#trigger("change", {...this.#about, refreshed});
  }
}
