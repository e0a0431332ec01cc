// Who is logged in, where users are: the name below their conversations, and the button that logs them out.

import {find, notify, root} from "./dom.js";

export function showAccount() {
  const part = find("#history .account");
  part.querySelector("bdi").textContent = root.dataset.userName ?? "";
  part.hidden = !root.dataset.userName;
}

export async function logOut(language) {
  // Where the answer leads to is of no interest: the page is loaded anew.
  const request = {method: "POST", redirect: "manual"};
  const answer = await fetch(new URL("logout", document.baseURI), request).catch(() => null);
  if (answer) location.reload();
  else notify(language.say("out_of_reach"));
}
