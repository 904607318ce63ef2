// The first view: search and leaderboard.

import { call, username } from "../api.js";
import { el, replace } from "../dom.js";
import { field } from "../forms.js";
import { day, number, percent, signed, t } from "../i18n.js";
import { action, announce, filled, heading, panel, player, table } from "../page.js";
import { searchForm } from "../search_form.js";

const BOARDS = ["RATING", "WIN_RATE", "POINTS", "POINTS_PER_GAME", "WINS_ABOVE_CLUB"];
const KINDS = ["CLUB", "TOURNAMENT", "ELITE"];
const PAGE = 20;

/** Draw it. */
export async function view({ signal }) {
  const { seasons } = await call("GET", "/v1/seasons", { signal });
  const place = el("div", { class: "board" });
  const wish = { board: "BOARD_RATING", season: "", kind: "", minimumSessions: "" };
  const draw = (more = {}) => filled(place, () => board(place, { ...wish, ...more }, signal));
  const chosen = choices(seasons, (name, value) => {
    wish[name] = value;
    return draw().then(() => announce(t("board-changed")));
  });
  const own = username() && action(t("around-me"), () => draw({ around: username() }), { class: "quiet" });
  draw();
  return [
    el("div", { class: "hero" }, el("div", { class: "page" }, heading(t("club")), el("p", {}, t("club-words")), searchForm(""))),
    el("div", { class: "page" }, panel(t("leaderboard"), {}, el("div", { class: "filters" }, chosen, own), place)),
  ];
}

function choices(seasons, change) {
  const every = [["", t("all")]];
  const boards = BOARDS.map((name) => [`BOARD_${name}`, t(`board.${name}`)]);
  const listed = seasons.map(({ season, lastTime }) => [season, `${season} (${t("until", { day: day(lastTime) })})`]);
  const kinds = KINDS.map((name) => [`GAME_KIND_${name}`, t(`kind.${name}`)]);
  const least = ["", "10", "30", "100"].map((count) => [count, count ? t("games-or-more", { count: Number(count) }) : t("all")]);
  const fields = [
    field("board", t("ordered-by"), { kind: "select", options: boards, value: "BOARD_RATING" }),
    field("season", t("season"), { kind: "select", options: [...every, ...listed] }),
    field("kind", t("kind"), { kind: "select", options: [...every, ...kinds] }),
    field("minimumSessions", t("least-games"), { kind: "select", options: least }),
  ];
  for (const holder of fields) holder.addEventListener("change", ({ target }) => change(target.name, target.value));
  return fields;
}

async function board(place, wish, signal) {
  const rows = [];
  const body = el("div", {});
  const add = async (pageToken) => {
    const query = { ...wish, pageSize: PAGE, pageToken, around: pageToken ? "" : wish.around };
    const { standings, nextPageToken, totalSize } = await call("GET", "/v1/standings", { query, signal });
    rows.push(...standings.map((standing) => row(wish.board, standing)));
    const more = nextPageToken && action(t("more"), () => add(nextPageToken), { class: "quiet" });
    const told = el("p", { class: "note" }, t("players-on-board", { count: Number(totalSize) }));
    replace(body, rows.length ? [table(t("leaderboard"), columns(wish.board), rows), told, more] : el("p", {}, t("nobody")));
  };
  await add("");
  return body;
}

function columns(name) {
  const value = t(`board.${name.replace("BOARD_", "")}`);
  return [[t("place"), true], [t("player")], [value, true], [t("games"), true], [t("wins"), true], [t("losses"), true]];
}

function row(name, { rank, username: of, displayName, value, sessions, wins, losses }) {
  const shown = {
    BOARD_RATING: number,
    BOARD_WIN_RATE: (rate) => percent(rate, 1),
    BOARD_WINS_ABOVE_CLUB: (wins_) => signed(wins_, 1),
  }[name] ?? ((points) => number(points, 2));
  const mine = of === username() ? el("span", { class: "tag" }, t("you")) : null;
  const counts = [sessions, wins, losses].map((count) => number(Number(count)));
  return [number(Number(rank)), [player(of, displayName), mine], shown(value), ...counts];
}
