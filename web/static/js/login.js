// The page that asks for a name and a password. What was typed stays when it was wrong.

import {find} from "./page/dom.js";
import {Language} from "./page/language.js";

const language = new Language(JSON.parse(find("#words").textContent));
const trouble = find("#login .trouble");

// What the server's refusal is in the page's language.
function refusal(answer) {
  if (!answer) return language.say("out_of_reach");
  if (answer.status !== 429) return language.say("wrong_login");
  const seconds = answer.headers.get("Retry-After");
  const form = new Intl.PluralRules(language.name).select(Number(seconds));
  const said = language.say(`too_many_${form}`) ?? language.say("too_many");
  return said.replace("{number}", seconds);
}

async function logIn(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  trouble.textContent = "";
  const request = {method: "POST", body: new URLSearchParams(new FormData(form))};
  const answer = await fetch(new URL("login", document.baseURI), request).catch(() => null);
  button.disabled = false;
  if (answer?.ok) {
    location.reload();
    return;
  }
  trouble.textContent = refusal(answer);
  find("#password").select();
}

language.fill();
find("[data-act=language]").addEventListener("click", () => {
  language.switch();
  trouble.textContent = "";
});
find("#login form").addEventListener("submit", (event) => {
  event.preventDefault();
  logIn(event.target);
});
