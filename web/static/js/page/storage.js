// What the browser keeps: in cookies what the server goes by too, in its storage what only the page needs.
// A browser may store nothing: then it lasts as long as the page.

import {root} from "./dom.js";

export function setCookie(name, value) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs HTTPS, which a chat rarely has.
  document.cookie = `${name}=${value}; path=${new URL(".", document.baseURI).pathname}; max-age=31536000; samesite=strict`;
}

// A cookie's value; empty if there is none.
export function cookie(name) {
  const cookies = document.cookie.split("; ");
  return cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

// What this tab stored under a name, or else what any tab did last.
export function stored(name) {
  try {
    return sessionStorage.getItem(name) ?? localStorage.getItem(name);
  } catch {
    return null;
  }
}

// What this tab alone stored; null if it stored nothing.
export function storedForTab(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

export function storeForTab(name, text) {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    // Full, or forbidden.
  }
}

// What is one user's, of several who log in with one browser.
export const own = (name) => `${name}${root.dataset.user ?? ""}`;

export function forget(name) {
  for (const storage of ["sessionStorage", "localStorage"]) {
    try {
      window[storage].removeItem(name);
    } catch {
      // Forbidden.
    }
  }
}

// For the tabs that are opened later too.
export function storeForAll(name, text) {
  storeForTab(name, text);
  try {
    localStorage.setItem(name, text);
  } catch {
    // Full, or forbidden.
  }
}
