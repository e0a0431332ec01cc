// The dialog in which the page asks for a name, or whether something is to be deleted.

import {find} from "./dom.js";

// Asks a question. `act` is given the name that was typed and gives what the server answers: an `error` is shown in
// the dialog, which stays; of anything else `done` is told when it has closed. Without a `value` no name is asked for;
// `named` says what it is the name of.
export function ask({title, about = "", value = null, named = "", label}, act, done = () => {}) {
  const dialog = find("#asking");
  const part = (selector) => dialog.querySelector(selector);
  const name = find("#asking-name");
  find("#asking-title").textContent = title;
  part(".about").textContent = about;
  part(".about").dir = "auto";
  part(".do").textContent = label;
  part(".trouble").textContent = "";
  part(".named").hidden = value === null;
  name.value = value ?? "";
  part("label").textContent = named;
  part("form").onsubmit = async (event) => {
    event.preventDefault();
    const answer = await act(name.value);
    if (answer.error) {
      part(".trouble").textContent = answer.error;
      return;
    }
    dialog.close();
    done(answer);
  };
  dialog.showModal();
  if (value === null) part("[data-act=cancel-asking]").focus();
  else name.select();
}

// The same for a yes or no: gives which it was.
export function confirmed(question) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = async () => {
      answer = true;
      return {};
    };
    ask(question, yes);
    find("#asking").addEventListener("close", () => resolve(answer), {once: true});
  });
}

// Closes the dialog of a button, without an answer.
export function cancel(button) {
  button.closest("dialog").close();
}
