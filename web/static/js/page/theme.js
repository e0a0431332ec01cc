// The page's appearance: light, dark, or the system's.

import {announce, find, root} from "./dom.js";
import {setCookie} from "./storage.js";

const NEXT = {system: "light", light: "dark", dark: "system"};

const message = () => `theme_${root.dataset.theme}`;

// Names the present appearance on the button that changes it; `Language.fill` puts it into words.
export function labelTheme() {
  find("[data-act=theme]").dataset.title = message();
}

export function switchTheme(language) {
  root.dataset.theme = NEXT[root.dataset.theme];
  setCookie("dalil-theme", root.dataset.theme);
  labelTheme();
  language.fill();
  announce(language.say(message()));
}
