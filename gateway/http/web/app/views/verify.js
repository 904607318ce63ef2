// Tells whoever holds a report whether this club made it: by its number, by its file's SHA-256, or by the file itself.

import { call } from "../api.js";
import { el } from "../dom.js";
import { field, form } from "../forms.js";
import { day, moment, t } from "../i18n.js";
import { announce, failure, heading, panel } from "../page.js";
import { formatOf } from "../report_words.js";

const DIGEST = /[0-9a-f]{64}/;
const NUMBER = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Draw it. `code`: a number or a digest, or a text with one in it, such as the address on a report. */
export async function view({ parts: [code], signal }) {
  return el(
    "div",
    { class: "page medium" },
    heading(t("verify")),
    code && (await verdict(code.toLowerCase(), signal)),
    panel(t("verify-ask"), {}, el("p", {}, t("verify-words")), wish(), crypto.subtle && file()),
  );
}

async function verdict(code, signal) {
  const [sha256, reportId] = [DIGEST, NUMBER].map((pattern) => pattern.exec(code)?.[0]);
  const query = sha256 ? { sha256 } : { reportId };
  const { issued, report } = sha256 || reportId ? await call("GET", "/v1/reports:verify", { query, signal }) : {};
  const words = t(`verify-${sha256 ? "file" : "number"}-${issued ? "known" : "unknown"}`);
  announce(words);
  if (!issued) return panel(t("verify-unknown"), { class: "verdict" }, el("p", {}, words), el("code", {}, code));
  return panel(t("verify-known"), { class: "verdict known" }, el("p", {}, words), facts(report));
}

function facts(report) {
  const items = [
    [t("what-report"), t(`report.${report.kind.replace("KIND_", "")}`)],
    report.username && [t("of-player"), el("a", { href: `#/players/${report.username}` }, `@${report.username}`)],
    report.gameId ? [t("game"), el("code", {}, report.gameId)] : [t("games"), games(report)],
    [t("issued-at"), moment(report.issueTime)],
    [t("file-head"), formatOf(report)],
    [t("report-number"), el("code", {}, report.reportId)],
    ["SHA-256", el("code", {}, report.sha256)],
  ];
  return el("dl", { class: "facts plain" }, items.filter(Boolean).map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

/** Return which games a report covers. */
function games({ season, gameKind, startTime, endTime }) {
  const kind = gameKind !== "GAME_KIND_UNSPECIFIED" && t(`kind.${gameKind.replace("GAME_KIND_", "")}`);
  const parts = [season, kind, startTime && t("from", { day: day(startTime) }), endTime && t("before", { day: day(endTime) })];
  return parts.filter(Boolean).join(", ") || t("all-games");
}

function wish() {
  const send = ({ code }) => look(code);
  return form(t("verify-ask"), { submit: t("verify-ask"), send }, field("code", t("verify-code"), { autocomplete: "off", autocapitalize: "none", spellcheck: "false" }));
}

function file() {
  const compare = async ({ target }) => {
    const [held] = target.files;
    if (!held) return;
    chosen.querySelector(".alert")?.remove();
    try {
      const digest = await crypto.subtle.digest("SHA-256", await held.arrayBuffer());
      look(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""));
    } catch (error) {
      chosen.append(failure(error));
    }
  };
  const chosen = field("file", t("verify-file"), { kind: "file", hint: t("verify-file-hint") });
  chosen.addEventListener("change", compare);
  return chosen;
}

function look(code) {
  const address = `#/verify/${encodeURIComponent(code.trim())}`;
  if (location.hash === address) dispatchEvent(new Event("hashchange"));
  else if (code.trim()) location.hash = address;
}
