// Starts the page: words, session, the bar, and a view for each address.

import { resume, session } from "./api.js";
import { drawBar } from "./bar.js";
import { el, replace } from "./dom.js";
import { loadWords, t } from "./i18n.js";
import { failure, heading } from "./page.js";
import { ROUTES } from "./routes.js";

const main = document.getElementById("main");
let leaving = new AbortController();
let shown = "";

async function show({ keepFocus = false } = {}) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  const moved = shown !== path;
  shown = path;
  main.setAttribute("aria-busy", "true");
  try {
    const view = await viewOf(path, new URLSearchParams(query), signal);
    if (signal.aborted) return;
    replace(main, view);
  } catch (error) {
    if (signal.aborted) return;
    replace(main, el("div", { class: "page medium" }, heading(t("not-shown")), failure(error, () => show())));
  }
  main.removeAttribute("aria-busy");
  drawBar();
  if (keepFocus || !moved) return;
  scrollTo(0, 0);
  (main.querySelector("h1") ?? main).focus({ preventScroll: true });
}

async function viewOf(path, query, signal) {
  for (const [pattern, load] of ROUTES) {
    const found = pattern.exec(path);
    if (found) return (await load()).view({ parts: found.slice(1).map(decodeURIComponent), query, signal });
  }
  location.replace("#/");
  return [];
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => show());
session.addEventListener("change", () => drawBar());
session.addEventListener("ended", () => show({ keepFocus: true }));
addEventListener("dossier-language", () => show({ keepFocus: true }));
await Promise.all([loadWords(), resume()]);
drawBar();
await show({ keepFocus: true });
