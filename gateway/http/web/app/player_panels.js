// The boxes of a player's page, each with what the report has in it.

import { area, band, columns, donut, figure, keys, rates } from "./charts.js";
import { el } from "./dom.js";
import { NONE, day, listed, month, number, percent, signed, t } from "./i18n.js";
import { panel, table } from "./page.js";
import { runningHours, weeks } from "./scales.js";

export const ROLES = ["CIVILIAN", "SHERIFF", "MAFIA", "DON"];
const LATEST_ROUND = 7;

const hoursOf = (duration) => Number.parseFloat(duration ?? "0") / 3600;
const resultWords = () => [t("wins"), t("losses"), t("draws")];
const countsOf = (tally) => [Number(tally.wins), Number(tally.losses), Number(tally.draws)];

/** The five figures. */
export function cards(tally) {
  const games = Number(tally.sessions);
  const interval = tally.winInterval;
  const share = (count) => t("share-of-games", { share: percent(count / games) });
  const shown = [
    [t("games"), number(games), t("drawn", { count: Number(tally.draws) })],
    [t("wins"), number(Number(tally.wins)), share(Number(tally.wins))],
    [t("losses"), number(Number(tally.losses)), share(Number(tally.losses))],
    [t("win-rate"), percent(tally.winRate, 1), interval ? t("interval", { low: percent(interval.low), high: percent(interval.high) }) : t("none-decided")],
    [t("play-time"), t("hours", { hours: number(hoursOf(tally.playTime)) }), t("a-game", { minutes: number((hoursOf(tally.playTime) * 60) / games) })],
  ];
  const none = [...[t("games"), t("wins"), t("losses")].map((label) => [label, "0"]), [t("win-rate"), NONE], [t("play-time"), NONE]];
  const card = ([label, value, note]) => el("div", { class: "card" }, el("dt", {}, label), el("dd", {}, el("b", {}, value), el("span", { class: "note" }, note ?? t("no-games"))));
  return el("dl", { class: "cards" }, (games ? shown : none).map(card));
}

/** The ring of results. */
export function results(tally) {
  const counts = countsOf(tally);
  const words = resultWords();
  const told = counts.map((count, index) => `${words[index]}: ${number(count)}`);
  const spoken = t("ring", { counts: listed(told), rate: percent(tally.winRate) });
  const key = keys(words.map((word, index) => [word, ["win", "loss", "draw"][index], number(counts[index])]));
  const rows = words.map((word, index) => [word, number(counts[index])]);
  const chart = figure(spoken, donut(counts, percent(tally.winRate), t("win-rate").toLowerCase()), [[[t("result")], [t("games"), true]], rows], key);
  chart.classList.add("ring-figure");
  return panel(t("results"), { class: "third" }, chart);
}

/** The columns of the latest weeks. */
export function weekly(lines) {
  const shown = weeks(lines, Date.now());
  const note = t("weeks-from", { first: day(shown[0].start), last: day(shown.at(-1).start) });
  const totals = [0, 1, 2].map((index) => shown.reduce((sum, { counts }) => sum + counts[index], 0));
  const words = resultWords();
  const spoken = t("columns-weeks", { note, counts: listed(words.map((word, index) => `${word}: ${number(totals[index])}`)) });
  const labels = shown.flatMap(({ start }, index) => (new Date(start).getUTCDate() <= 7 && index < shown.length - 1 ? [[index, month(new Date(start))]] : []));
  const played = shown.filter(({ counts }) => counts.some(Boolean));
  const rows = played.map(({ start, counts }) => [day(start), ...counts.map((count) => number(count))]);
  const head = [[t("week-of")], ...words.map((word) => [word, true])];
  if (!played.length) return panel(t("games-per-week"), { class: "two-thirds", note }, el("p", { class: "none" }, t("no-games-weeks")));
  const chart = figure(spoken, columns(shown, { months: labels, height: 190 }), [head, rows], keys(words.map((word, index) => [word, ["win", "loss", "draw"][index]])));
  return panel(t("games-per-week"), { class: "two-thirds", note }, chart);
}

/** The rates of the roles. */
export function roles({ roles: tallies }) {
  const items = ROLES.map((role) => {
    const tally = tallies.find((each) => each.role === `ROLE_${role}`)?.tally;
    const decided = tally?.winRate !== undefined;
    const counts = decided ? t("of", { wins: number(Number(tally.wins)), games: number(Number(tally.wins) + Number(tally.losses)) }) : tally ? t("none-decided") : t("not-played");
    return { label: t(`role.${role}`), rate: tally?.winRate, low: tally?.winInterval?.low, high: tally?.winInterval?.high, baseline: tally?.clubWinRate, counts };
  });
  const spoken = t("rates-by-role", { rates: listed(items.map(({ label, rate, counts }) => `${label}: ${percent(rate)} (${counts})`)) });
  const head = [[t("role")], [t("win-rate"), true], [t("interval-95"), true], [t("club-rate"), true]];
  const rows = items.map(({ label, rate, low, high, baseline }) => [label, percent(rate), low === undefined ? NONE : `${percent(low)} – ${percent(high)}`, percent(baseline)]);
  const key = keys([[t("interval-95"), "interval"], [t("club-rate"), "mark"]]);
  return panel(t("win-rate-by-role"), { class: "half" }, figure(spoken, rates(items), [head, rows], key));
}

/** What the games in each role came to. */
export function roleTable({ roles: entries }) {
  const rows = ROLES.map((role) => {
    const entry = entries.find((each) => each.role === `ROLE_${role}`);
    if (!entry) return [t(`role.${role}`), NONE, NONE, NONE, NONE];
    const { tally } = entry;
    return [t(`role.${role}`), number(Number(tally.sessions)), number(Number(tally.wins)), signed(tally.winsAboveClub), number(entry.points, 2)];
  });
  const head = [[t("role")], [t("games"), true], [t("wins"), true], [t("above-club"), true], [t("points"), true]];
  return panel(t("results-by-role"), { class: "half" }, table(t("results-by-role"), head, rows));
}

/** The rating over the latest games. */
export function rating(now, changes, place) {
  const series = changes.map((change) => [Date.parse(change.startTime), change.ratingAfter, change.deviationAfter]).reverse();
  const parts = [`${number(now.rating)} ± ${number(now.deviation)}`, now.provisional && t("provisional"), place && t("rank", place), now.peak && t("peak", { rating: number(now.peak.rating) })];
  const note = parts.filter(Boolean).join("  ·  ");
  if (!series.length) return panel(t("rating"), { class: "whole", note }, el("p", { class: "none" }, t("games-hidden")));
  const spoken = t("line-rating", { count: series.length, first: number(series[0][1]), last: number(series.at(-1)[1]), deviation: number(series.at(-1)[2]) });
  const rows = changes.map((change) => [day(change.startTime), number(change.ratingAfter), number(change.deviationAfter)]);
  const chart = figure(spoken, band(series), [[[t("date")], [t("rating"), true], [t("deviation"), true]], rows]);
  return panel(t("rating"), { class: "whole", note }, chart);
}

/** The hours played. */
export function hours(tally, lines) {
  const known = lines.reduce((sum, { seconds, result }) => sum + (result === "RESULT_VOID" ? 0 : seconds / 3600), 0);
  const series = runningHours(lines, Math.max(0, hoursOf(tally.playTime) - known));
  if (!series.length) return panel(t("hours-played"), { class: "half" }, el("p", { class: "none" }, t("games-hidden")));
  const spoken = t("area-hours", { first: day(series[0][0]), last: day(series.at(-1)[0]), hours: number(series.at(-1)[1], 1) });
  const rows = series.map(([when, value]) => [day(when), number(value, 1)]);
  return panel(t("hours-played"), { class: "half" }, figure(spoken, area(series), [[[t("until-day")], [t("hours-head"), true]], rows]));
}

/** How and when the player's games ended for them. */
export function endings({ endings: told }) {
  const name = t("how-games-ended");
  if (!told.length) return panel(name, { class: "half" }, el("p", { class: "none" }, t("no-endings")));
  const count = (fates, round) => told.filter((each) => fates.includes(each.fate.replace("FATE_", "")) && (round === undefined || Math.min(each.round, LATEST_ROUND) === round)).reduce((sum, each) => sum + Number(each.count), 0);
  const rounds = [0, 1, 2, 3, 4, 5, 6, LATEST_ROUND].filter((round) => round || count(["VOTED_OUT", "KILLED"], 0));
  const last = rounds.findLast((round) => count(["VOTED_OUT", "KILLED"], round)) ?? 1;
  const stacks = rounds.filter((round) => round <= last).map((round) => ({
    label: round === 0 ? "?" : `${number(round)}${round === LATEST_ROUND ? "+" : ""}`,
    counts: [count(["VOTED_OUT"], round), count(["KILLED"], round), 0],
  }));
  stacks.push({ label: t("removed"), counts: [0, 0, count(["REMOVED_BY_FOULS", "REMOVED_BY_JUDGE"])], share: 2 });
  stacks.push({ label: t("survived"), counts: [0, 0, count(["SURVIVED"])], share: 2 });
  const words = [t("voted-out"), t("killed"), t("other")];
  const rows = stacks.map(({ label, counts }) => [label, ...counts.map((each) => number(each))]);
  const spoken = t("columns-endings", { counts: listed(rows.map(([label, voted, killed, other]) => `${label}: ${listed([voted, killed, other])}`)) });
  const chart = figure(spoken, columns(stacks, { height: 158 }), [[[t("round")], ...words.map((word) => [word, true])], rows], keys(words.map((word, index) => [word, ["win", "loss", "draw"][index]])));
  return panel(name, { class: "half" }, chart);
}

/** What the points are made of. */
export function points({ points: of }) {
  const rows = (of?.entries ?? []).map((entry) => [t(`points.${entry.reason.replace("POINTS_REASON_", "")}`), number(entry.points, 2)]);
  rows.push([el("b", {}, t("total")), el("b", {}, number(of?.total ?? 0, 2))]);
  return panel(t("points"), { class: "half" }, table(t("points"), [[t("for")], [t("points"), true]], rows));
}

/** What the player did at the table. */
export function atTable({ play, form }) {
  const hits = (of) => (of && Number(of.count) ? t("of", { wins: number(Number(of.hits)), games: number(Number(of.count)) }) : NONE);
  const moves = (play?.bestMoves ?? []).map(Number);
  const run = form?.currentRun ?? 0;
  const killed = play?.firstKillRate === undefined ? NONE : t("as-red", { count: number(Number(play.firstKills)), share: percent(play.firstKillRate) });
  const rows = [
    [t("first-night"), killed],
    [t("best-moves"), moves.some(Boolean) ? moves.toReversed().map((count) => number(count)).join(" · ") : NONE],
    [t("sheriff-checks"), hits(play?.sheriffChecks)],
    [t("don-checks"), hits(play?.donChecks)],
    [t("votes-black"), hits(play?.votes)],
    [t("fouls"), play?.foulsPerGame === undefined ? NONE : number(play.foulsPerGame, 2)],
    [t("current-run"), run ? t(run > 0 ? "run-wins" : "run-losses", { count: Math.abs(run) }) : NONE],
    [t("longest-runs"), `${number(form?.longestWins ?? 0)} · ${number(form?.longestLosses ?? 0)}`],
  ];
  return panel(t("at-table"), { class: "half" }, table(t("at-table"), [[t("what")], [t("how-often"), true]], rows));
}
