// With whom, and against whom, a player sat most often in the latest games.

import { call } from "./api.js";
import { el } from "./dom.js";
import { number, percent, t } from "./i18n.js";
import { panel, player, table } from "./page.js";

const SHOWN = 5;
const RED = ["ROLE_CIVILIAN", "ROLE_SHERIFF"];
const COUNTED = ["RESULT_WIN", "RESULT_LOSS", "RESULT_DRAW"];

/** Return both boxes. */
export async function company(name, lines, signal) {
  const both = [true, false].map((together) => most(name, lines, together));
  const usernames = [...new Set(both.flat().map((who) => who.username))];
  const query = new URLSearchParams(usernames.map((username) => ["usernames", username]));
  const { users } = usernames.length ? await call("GET", `/v1/users:batchGet?${query}`, { signal }) : { users: [] };
  const names = new Map(users.map((user) => [user.username, user.displayName]));
  return [box(t("partners"), both[0], names), box(t("opponents"), both[1], names)];
}

function most(name, lines, together) {
  const found = new Map();
  for (const { game, role, result } of lines) {
    if (!COUNTED.includes(result)) continue;
    for (const seat of game.seats) {
      if (!seat.username || seat.username === name || (RED.includes(seat.role) === RED.includes(role)) !== together) continue;
      const who = found.get(seat.username) ?? { username: seat.username, games: 0, wins: 0, decided: 0 };
      who.games += 1;
      who.wins += result === "RESULT_WIN" ? 1 : 0;
      who.decided += result === "RESULT_DRAW" ? 0 : 1;
      found.set(seat.username, who);
    }
  }
  return [...found.values()].sort((one, other) => other.games - one.games || one.username.localeCompare(other.username)).slice(0, SHOWN);
}

function box(name, people, names) {
  if (!people.length) return panel(name, { class: "half" }, el("p", { class: "none" }, t("nobody-yet")));
  const rate = ({ wins, decided }) => percent(decided ? wins / decided : undefined);
  const rows = people.map((who) => [player(who.username, names.get(who.username)), number(who.games), number(who.wins), rate(who)]);
  return panel(name, { class: "half" }, table(name, [[t("player")], [t("games"), true], [t("wins"), true], [t("win-rate"), true]], rows));
}
