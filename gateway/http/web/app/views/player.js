// A player: who they are, how they have played, their latest games. The charts are those of the printed report.

import { call, username as own } from "../api.js";
import { el } from "../dom.js";
import { day, t } from "../i18n.js";
import { avatar, heading } from "../page.js";
import { cards, atTable, endings, hours, points, rating, results, roles, roleTable, weekly } from "../player_panels.js";
import { company } from "../player_company.js";
import { recent } from "../player_games.js";

const PAGE = 200;

/** Draw it. */
export async function view({ parts: [name], signal }) {
  const at = `/v1/users/${encodeURIComponent(name)}`;
  const [{ user }, { stats }, games, { changes }, place] = await Promise.all([
    call("GET", at, { signal }),
    call("GET", `${at}/stats`, { signal }),
    call("GET", "/v1/games", { query: { username: name, pageSize: PAGE }, signal }).then((answer) => answer.games),
    call("GET", `${at}/ratingChanges`, { query: { pageSize: PAGE }, signal }),
    placeOf(name, signal),
  ]);
  const played = Number(stats.overall.sessions) > 0;
  const lines = games.map((game) => ({ ...seatOf(game, name), game })).filter((line) => line.role);
  return [
    hero(user),
    el(
      "div",
      { class: "page boxes" },
      cards(stats.overall),
      played && [results(stats.overall), weekly(lines), roles(stats), roleTable(stats)],
      stats.rating && rating(stats.rating, changes, place),
      played && [hours(stats.overall, lines), endings(stats), points(stats), atTable(stats)],
      lines.length > 0 && (await company(name, lines, signal)),
      recent(lines, changes, Number(stats.overall.sessions)),
    ),
  ];
}

/** Return which place of how many the player has, null when it is none. */
async function placeOf(name, signal) {
  try {
    const { standings, totalSize } = await call("GET", "/v1/standings", { query: { around: name, pageSize: 1 }, signal });
    const here = standings.find((standing) => standing.username === name);
    return here && { rank: Number(here.rank), total: Number(totalSize) };
  } catch (error) {
    if (error.reason === "NOT_ON_BOARD") return null;
    throw error;
  }
}

/** Return the player's part in a game. A seat whose player is not told is not theirs. */
function seatOf(game, name) {
  const seat = game.seats.find((each) => each.username === name) ?? {};
  return { ...seat, start: Date.parse(game.startTime), seconds: Number.parseFloat(game.duration) };
}

function hero(user) {
  const facts = [
    [t("city"), user.city],
    [t("club-of"), user.club],
    [t("member-since"), day(user.createTime)],
    [t("email"), user.email],
  ].filter(([, value]) => value);
  const gender = user.gender && user.gender !== "GENDER_UNSPECIFIED" && t(`gender.${user.gender.replace("GENDER_", "")}`);
  return el(
    "div",
    { class: "hero" },
    el(
      "div",
      { class: "page identity" },
      avatar(user.username, 128, { loading: "eager", id: "portrait" }),
      el(
        "div",
        {},
        heading(user.displayName || user.username, { class: "name" }),
        el("p", { class: "handle" }, `@${user.username}`, gender && ` · ${gender}`),
        el("dl", { class: "facts" }, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, el("bdi", {}, value))))),
      ),
      el("div", { class: "actions" }, links(user.username)),
    ),
    user.about && el("div", { class: "about" }, el("p", { class: "page", dir: "auto" }, user.about)),
  );
}

function links(name) {
  const report = el("a", { class: "button primary", href: `#/reports?${new URLSearchParams({ of: name })}` }, t("ask-report"));
  return [own() === name && el("a", { class: "button", href: "#/edit" }, t("edit-profile")), report];
}
