// What every view is made of: its heading, what it says aloud, and how it waits and fails.

import { el, replace } from "./dom.js";
import { sentence } from "./errors.js";
import { t } from "./i18n.js";

/** Say something to who cannot see it change. */
export function announce(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  // The same text twice would be said once.
  requestAnimationFrame(() => {
    status.textContent = text;
  });
}

/** Name the page in the window's title. */
export function title(text) {
  document.title = text ? `${text} · Dossier` : "Dossier";
}

/** Return the heading of a view, which takes the focus when the view opens. */
export function heading(text, props = {}) {
  title(text);
  return el("h1", { tabindex: "-1", ...props }, el("bdi", {}, text));
}

/** Return a box with a heading of its own. */
export function panel(name, props, ...children) {
  const id = `panel-${++panels}`;
  const { note, ...rest } = props;
  const head = el("div", { class: "panel-head" }, el("h2", { id }, name), note && el("p", { class: "note" }, note));
  return el("section", { ...rest, class: `panel ${rest.class ?? ""}`.trim(), "aria-labelledby": id }, head, ...children);
}
let panels = 0;

/** Return a box that says how something failed. `lead` says first what that means. */
export function failure(error, again, lead) {
  if (!("reason" in error)) console.error(error);
  const button = again && el("button", { type: "button", on: { click: again } }, t("try-again"));
  return el("div", { class: "alert", role: "alert" }, el("p", {}, [lead, sentence(error)].filter(Boolean).join(" ")), button);
}

/** Return a button; while its listener works it cannot be pressed again, and a failure is shown beside it. */
export function action(label, work, props = {}) {
  const button = el("button", { type: "button", ...props }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    button.parentElement?.querySelector(":scope > .alert")?.remove();
    try {
      await work();
    } catch (error) {
      button.after(failure(error));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return button;
}

/** Fill a place with what a promise gives; say that it is under way, and how it fails. */
export async function filled(place, load) {
  place.setAttribute("aria-busy", "true");
  try {
    replace(place, await load());
  } catch (error) {
    if (error.name !== "AbortError") replace(place, failure(error, () => filled(place, load)));
  } finally {
    place.removeAttribute("aria-busy");
  }
  return place;
}

/**
 * Return a table; `columns` are [label, is it a number], `rows` lists of cells, the first of each its head. One of the class
 * "stacked" has a line for each cell on a phone, and says by its roles that it is a table all the same.
 */
export function table(caption, columns, rows, props = {}) {
  const kind = (number) => (columns[number][1] ? "number" : undefined);
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    el(
      "table",
      { role: "table", ...props },
      el("caption", { class: "visually-hidden" }, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map(([label], number) => el("th", { scope: "col", role: "columnheader", class: kind(number) }, label)))),
      el("tbody", { role: "rowgroup" }, rows.map((cells) => el("tr", { role: "row" }, cells.map((cell, number) => line(cell, columns[number][0], number, kind(number)))))),
    ),
  );
}

function line(cell, label, number, kind) {
  if (number === 0) return el("th", { scope: "row", role: "rowheader", class: kind }, cell);
  return el("td", { role: "cell", class: kind, "data-label": label }, cell);
}

/** Return a player's picture, which says nothing beside the name. */
export function avatar(username, size, props = {}) {
  const drawn = size > 64 ? 256 : size > 32 ? 128 : 64;
  const src = `/v1/users/${username}/avatar?size=${drawn}`;
  return el("img", { src, alt: "", width: size, height: size, class: "avatar", loading: "lazy", decoding: "async", ...props });
}

/** Return a link to a player, with the picture. */
export function player(username, displayName) {
  const named = el("span", {}, el("bdi", {}, displayName || username));
  return el("a", { class: "player", href: `#/players/${username}` }, avatar(username, 32), named);
}
