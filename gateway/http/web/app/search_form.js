// The form that looks for players.

import { el } from "./dom.js";
import { t } from "./i18n.js";

/** Return it with what was looked for. */
export function searchForm(text) {
  const input = el("input", { type: "search", id: "search", name: "q", maxlength: 100, autocomplete: "off", enterkeyhint: "search" });
  input.value = text;
  const look = (event) => {
    event.preventDefault();
    location.hash = `#/search?${new URLSearchParams({ q: input.value.trim() })}`;
  };
  const button = el("button", { type: "submit", class: "primary" }, t("search"));
  return el(
    "form",
    { role: "search", class: "search", on: { submit: look } },
    el("label", { for: "search" }, t("search-label")),
    el("div", { class: "row" }, input, button),
  );
}
