// One report: its stages as they come, then a preview and the file.

import { ApiError, call, stream } from "../api.js";
import { el, replace } from "../dom.js";
import { own } from "../gate.js";
import { moment, t } from "../i18n.js";
import { action, announce, failure, heading, panel } from "../page.js";
import { fileOf, formatOf, nameOf, save, stateOf } from "../report_words.js";

const STAGES = ["QUEUED", "RENDERING", "READY"];
const FINAL = ["STATE_READY", "STATE_FAILED", "STATE_CANCELLED"];
const AGAIN_MS = 1000;
const TRIES = 5;

/** Draw it. */
export async function view({ parts: [id], signal }) {
  if (!own()) return [];
  const at = `/v1/reports/${encodeURIComponent(id)}`;
  const { report } = await call("GET", at, { signal });
  const place = el("div", { class: "stack" });
  const draw = (now) => {
    const focused = place.contains(document.activeElement);
    replace(place, stages(now), facts(now), FINAL.includes(now.state) ? outcome(now, signal) : cancel(at));
    // What had the focus is gone.
    if (focused) (place.querySelector("button") ?? document.querySelector("h1")).focus();
  };
  draw(report);
  if (!FINAL.includes(report.state)) watch(at, report.state, draw, signal).catch((error) => signal.aborted || place.append(failure(error)));
  return el("div", { class: "page medium" }, heading(nameOf(report)), place, el("p", {}, el("a", { href: "#/reports" }, t("to-reports"))));
}

async function watch(at, known, draw, signal) {
  let state = known;
  for (let tries = 0; tries < TRIES && !FINAL.includes(state); tries += 1) {
    try {
      for await (const { report } of stream(`${at}:watch`, { signal })) {
        if (report.state === state) continue;
        state = report.state;
        draw(report);
        announce(stateOf(report));
      }
    } catch (error) {
      if (!(error instanceof ApiError) || ![0, 503].includes(error.status) || tries === TRIES - 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function stages({ state }) {
  const now = state.replace("STATE_", "");
  if (!STAGES.includes(now)) return el("p", { class: `state ${now.toLowerCase()}` }, t(`state.${now}`));
  const items = STAGES.map((stage, index) => {
    const passed = index < STAGES.indexOf(now) || now === "READY";
    const props = { class: passed ? "done" : undefined, "aria-current": stage === now ? "step" : undefined };
    return el("li", props, t(`state.${stage}`));
  });
  return el("ol", { class: "stages", "aria-label": t("stages") }, items);
}

function facts(report) {
  const items = [
    [t("asked-for"), moment(report.createTime)],
    [t("file-head"), formatOf(report)],
    report.expireTime && [t("kept-until"), moment(report.expireTime)],
    report.sha256 && ["SHA-256", el("code", {}, report.sha256)],
  ];
  return el("dl", { class: "facts plain" }, items.filter(Boolean).map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

function cancel(at) {
  return el("div", { class: "row" }, action(t("cancel"), () => call("POST", `${at}:cancel`, { body: {} }), { class: "quiet" }));
}

function outcome(report, signal) {
  if (report.state === "STATE_CANCELLED") return [];
  if (report.state === "STATE_FAILED") return el("p", { class: "alert" }, t(`failure.${report.failureReason.replace("FAILURE_REASON_", "")}`));
  let file;
  const get = () => (file ??= fileOf(report, { signal }));
  const buttons = el("div", { class: "row" }, action(t("download"), async () => save(await get()), { class: "primary" }));
  if (report.format !== "FORMAT_PDF") return buttons;
  if (!navigator.pdfViewerEnabled) return [buttons, el("p", { class: "note" }, t("no-preview"))];
  const place = el("div", { class: "preview" });
  const show = action(t("preview"), async () => preview(place, await get(), signal), {});
  buttons.append(show);
  return [buttons, place];
}

function preview(place, { blob, name }, signal) {
  const url = URL.createObjectURL(new Blob([blob], { type: "application/pdf" }));
  signal.addEventListener("abort", () => URL.revokeObjectURL(url));
  replace(place, panel(t("preview"), {}, el("iframe", { src: url, title: name })));
  place.scrollIntoView({ block: "nearest" });
}
