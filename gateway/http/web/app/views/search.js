// Players that a search has found.

import { call } from "../api.js";
import { el, replace } from "../dom.js";
import { t } from "../i18n.js";
import { action, announce, filled, heading, player } from "../page.js";
import { searchForm } from "../search_form.js";

const PAGE = 30;

/** Draw it. */
export async function view({ query, signal }) {
  const search = query.get("q") ?? "";
  const place = el("div", {});
  filled(place, () => found(search, signal));
  return [
    el("div", { class: "hero" }, el("div", { class: "page" }, heading(t("found")), searchForm(search))),
    el("div", { class: "page" }, place),
  ];
}

async function found(search, signal) {
  const items = [];
  const body = el("div", {});
  const add = async (pageToken) => {
    const query = { search, pageToken, pageSize: PAGE };
    const { users, nextPageToken } = await call("GET", "/v1/users", { query, signal });
    items.push(...users.map(item));
    const more = nextPageToken && action(t("more"), () => add(nextPageToken), { class: "quiet" });
    replace(body, items.length ? [el("ul", { class: "people" }, items), more] : el("p", {}, t("nobody-found")));
    announce(t("found-count", { count: items.length }));
  };
  await add("");
  return body;
}

function item({ username, displayName, city, club }) {
  const told = [`@${username}`, city, club].filter(Boolean);
  const parts = told.map((text, number) => [number ? " · " : "", el("bdi", {}, text)]);
  return el("li", {}, player(username, displayName), el("span", { class: "note" }, parts));
}
