// Asks for a report, and lists those that there are.

import { call } from "../api.js";
import { el, replace } from "../dom.js";
import { field, form } from "../forms.js";
import { own } from "../gate.js";
import { language, languageName, moment, t } from "../i18n.js";
import { action, announce, filled, heading, panel, table } from "../page.js";
import { formatOf, nameOf, stateOf } from "../report_words.js";

const LOCALES = ["ar", "de", "en", "ru", "uk"];

/** Draw it. */
export async function view({ query, signal }) {
  const name = own();
  if (!name) return [];
  const { seasons } = await call("GET", "/v1/seasons", { signal });
  const place = el("div", {});
  filled(place, () => list(signal));
  return el(
    "div",
    { class: "page medium" },
    heading(t("reports")),
    panel(t("ask-report"), {}, wish(query.get("of") ?? name, name, seasons)),
    panel(t("my-reports"), {}, place),
  );
}

function wish(of, name, seasons) {
  const kinds = [["KIND_PLAYER_REPORT", t("report.PLAYER_REPORT")], ["KIND_SEASON_REPORT", t("report.SEASON_REPORT")]];
  const formats = [["FORMAT_PDF", t("format.PDF")], ["FORMAT_JSON", t("format.JSON")], ["FORMAT_CSV", t("format.CSV")]];
  const send = async ({ kind, username, season, format, locale, includeEmail }) => {
    const body = { kind, season, format, locale };
    if (kind === "KIND_PLAYER_REPORT") Object.assign(body, { username: username.trim(), includeEmail });
    const { report } = await call("POST", "/v1/reports", { body });
    location.hash = `#/reports/${report.reportId}`;
  };
  const parts = {
    kind: field("kind", t("what-report"), { kind: "select", options: kinds }),
    username: field("username", t("of-player"), { value: of, autocapitalize: "none", spellcheck: "false", hint: t("of-player-hint") }),
    season: field("season", t("season"), { kind: "select", options: [["", t("all-games")], ...seasons.map(({ season }) => [season, season])] }),
    format: field("format", t("file-type"), { kind: "select", options: formats }),
    locale: field("locale", t("report-language"), { kind: "select", options: LOCALES.map((tag) => [tag, languageName(tag)]), value: language() }),
    includeEmail: field("includeEmail", t("with-email"), { kind: "checkbox" }),
  };
  const made = form(t("ask-report"), { submit: t("ask"), send }, ...Object.values(parts));
  const fit = () => {
    const { kind, username } = Object.fromEntries(new FormData(made));
    parts.username.hidden = kind !== "KIND_PLAYER_REPORT";
    parts.includeEmail.hidden = parts.username.hidden || username.trim() !== name;
    if (parts.includeEmail.hidden) parts.includeEmail.querySelector("input").checked = false;
  };
  made.addEventListener("input", fit);
  fit();
  return made;
}

async function list(signal) {
  const reports = [];
  const body = el("div", {});
  const draw = (nextPageToken) => {
    const more = nextPageToken && action(t("more"), () => add(nextPageToken), { class: "quiet" });
    const rows = reports.map((report) => row(report, () => remove(report, nextPageToken)));
    const head = [[t("report-head")], [t("state")], [t("asked-for")], [t("file-head")], [t("delete")]];
    replace(body, rows.length ? [table(t("my-reports"), head, rows, { class: "stacked" }), more] : el("p", { class: "none" }, t("no-reports")));
  };
  const add = async (pageToken) => {
    const answer = await call("GET", "/v1/reports", { query: { pageToken, pageSize: 20 }, signal });
    reports.push(...answer.reports);
    draw(answer.nextPageToken);
  };
  const remove = async (report, nextPageToken) => {
    await call("DELETE", `/v1/reports/${report.reportId}`);
    reports.splice(reports.indexOf(report), 1);
    draw(nextPageToken);
    announce(t("report-deleted"));
    body.querySelector("button, a")?.focus();
  };
  await add("");
  return body;
}

function row(report, remove) {
  const state = report.state.replace("STATE_", "").toLowerCase();
  return [
    el("a", { href: `#/reports/${report.reportId}` }, nameOf(report)),
    el("span", { class: `state ${state}` }, stateOf(report)),
    moment(report.createTime),
    formatOf(report),
    action(t("delete"), remove, { class: "quiet", "aria-label": `${t("delete")}: ${nameOf(report)}, ${moment(report.createTime)}` }),
  ];
}
