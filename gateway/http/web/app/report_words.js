// What to say of a report, and its file.

import { download } from "./api.js";
import { el } from "./dom.js";
import { bytes, languageName, t } from "./i18n.js";

const EXTENSIONS = { FORMAT_PDF: "pdf", FORMAT_JSON: "json", FORMAT_CSV: "csv", FORMAT_UNSPECIFIED: "zip" };

/** Return what a report is, in a few words. */
export function nameOf({ kind, username, season }) {
  const of = { KIND_PLAYER_REPORT: username && `@${username}`, KIND_SEASON_REPORT: season }[kind];
  return [t(`report.${kind.replace("KIND_", "")}`), of].filter(Boolean).join(" · ");
}

/** Return its file type, language and size. */
export function formatOf({ format, kind, locale, sizeBytes }) {
  const type = kind === "KIND_ACCOUNT_EXPORT" ? "ZIP" : format.replace("FORMAT_", "");
  return [type, locale && languageName(locale), Number(sizeBytes) > 0 && bytes(Number(sizeBytes))].filter(Boolean).join(" · ");
}

/** Return its state in a word. */
export function stateOf({ state }) {
  return t(`state.${state.replace("STATE_", "")}`);
}

/** Return the file of a report that is ready. */
export async function fileOf(report, { signal } = {}) {
  const { blob, name } = await download(`/v1/reports/${report.reportId}:download`, { signal });
  return { blob, name: name || `dossier-${report.reportId.slice(0, 8)}.${EXTENSIONS[report.format] ?? "bin"}` };
}

/** Have the browser save a file. */
export function save({ blob, name }) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
