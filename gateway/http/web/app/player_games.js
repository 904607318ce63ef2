// The latest games of a player.

import { el, replace } from "./dom.js";
import { NONE, moment, number, signed, t } from "./i18n.js";
import { panel, table } from "./page.js";

const SHOWN = 15;

/** Return the box with them. */
export function recent(lines, changes, total) {
  if (!lines.length) return panel(t("recent-games"), { class: "whole" }, el("p", { class: "none" }, t(total ? "games-private" : "games-appear")));
  const change = new Map(changes.map(({ gameId, ratingBefore, ratingAfter }) => [gameId, ratingAfter - ratingBefore]));
  const place = el("div", {});
  const draw = (count) => {
    const rows = lines.slice(0, count).map((line) => row(line, change.get(line.game.gameId)));
    const more = lines.length > count && el("button", { type: "button", class: "quiet", on: { click: () => draw(count + 50) } }, t("more"));
    replace(place, table(t("recent-games"), head(), rows, { class: "lines" }), more);
  };
  draw(SHOWN);
  return panel(t("recent-games"), { class: "whole", note: t("games-count", { count: Math.max(total, lines.length) }) }, place);
}

function head() {
  return [[t("date")], [t("seat"), true], [t("role")], [t("result")], [t("left-game")], [t("points"), true], [t("rating"), true], [t("length"), true]];
}

function row({ game, seatNumber, role, result, fate, fateRound, points, seconds }, change) {
  const ended = result.replace("RESULT_", "");
  return [
    moment(game.startTime),
    number(seatNumber),
    t(`role.${role.replace("ROLE_", "")}`),
    el("span", { class: `result ${ended.toLowerCase()}` }, t(`result.${ended}`)),
    fateOf(fate, fateRound),
    number((points ?? []).reduce((sum, entry) => sum + entry.points, 0), 2),
    signed(change, 0),
    t("minutes", { minutes: number(seconds / 60) }),
  ];
}

function fateOf(fate, round) {
  const kind = fate?.replace("FATE_", "");
  if (!kind || kind === "UNSPECIFIED") return NONE;
  return round && kind !== "SURVIVED" ? t("fate-round", { fate: t(`fate.${kind}`), round }) : t(`fate.${kind}`);
}
