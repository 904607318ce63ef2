// What only the owner of an account sees: sessions, who sees what, password, export, deletion.

import { call, close } from "../api.js";
import { el, replace } from "../dom.js";
import { field, form, password } from "../forms.js";
import { own } from "../gate.js";
import { moment, t } from "../i18n.js";
import { action, announce, filled, heading, panel, table } from "../page.js";

const AUDIENCES = ["PUBLIC", "CLUB", "PRIVATE"];
const FIELDS = ["email", "gender", "city", "club", "about", "statistics", "games"];

/** Draw it. */
export async function view({ signal }) {
  const name = own();
  if (!name) return [];
  const { account } = await call("GET", "/v1/account", { signal });
  const sessions = el("div", {});
  filled(sessions, () => sessionList(sessions, signal));
  const email = account.email ? t(account.emailConfirmed ? "email-confirmed" : "email-open", { email: account.email }) : t("no-email");
  return el(
    "div",
    { class: "page medium" },
    heading(t("account")),
    el("p", { class: "note" }, `@${name} · `, el("bdi", {}, email)),
    panel(t("my-sessions"), {}, sessions),
    panel(t("visibility"), {}, el("p", { class: "note" }, t("visibility-words")), visibility(account.visibility)),
    panel(t("change-password"), {}, changePassword(name)),
    panel(t("export"), {}, el("p", {}, t("export-words")), action(t("export-ask"), exportAccount)),
    panel(t("delete-account"), { class: "danger-zone" }, deletion(name)),
  );
}

async function sessionList(place, signal) {
  const { sessions } = await call("GET", "/v1/auth/sessions", { signal });
  const again = async (told) => {
    await filled(place, () => sessionList(place, signal));
    announce(told);
    place.querySelector("button")?.focus();
  };
  const revoke = (session) => async () => {
    await call("POST", `/v1/auth/sessions/${session.sessionId}:revoke`, { body: {} });
    await again(t("session-ended"));
  };
  const rows = sessions.map((session) => {
    const device = el("bdi", {}, session.deviceName || t("unknown-device"));
    const label = `${t("end-session")}: ${session.deviceName || t("unknown-device")}`;
    const end = session.current ? el("span", { class: "tag" }, t("this-session")) : action(t("end-session"), revoke(session), { class: "quiet", "aria-label": label });
    return [device, moment(session.lastSeenTime), moment(session.createTime), end];
  });
  const everywhere = async () => {
    await close("/v1/auth:signOutEverywhere");
    location.hash = "#/";
  };
  const head = [[t("device")], [t("last-seen")], [t("signed-in-at")], [t("end-session")]];
  return [table(t("my-sessions"), head, rows, { class: "stacked" }), el("div", { class: "row" }, action(t("sign-out-everywhere"), everywhere, { class: "quiet" }))];
}

function visibility(now) {
  const note = el("span", { class: "note" });
  const send = async (chosen) => {
    await call("POST", "/v1/account:setVisibility", { body: { visibility: chosen } });
    note.textContent = t("saved");
    announce(t("saved"));
  };
  const options = AUDIENCES.map((audience) => [`AUDIENCE_${audience}`, t(`audience.${audience}`)]);
  const fields = FIELDS.map((name) => field(name, t(`sees.${name}`), { kind: "select", options, value: now[name] }));
  const made = form(t("visibility"), { submit: t("save"), send, after: [note] }, el("div", { class: "columns" }, fields));
  return made;
}

function changePassword(name) {
  const send = async ({ currentPassword, newPassword }, made) => {
    await call("POST", "/v1/auth:changePassword", { body: { currentPassword, newPassword } });
    made.reset();
    note.textContent = t("password-changed");
    announce(t("password-changed"));
  };
  const note = el("span", { class: "note" });
  // Password managers look for whose it is.
  const whose = el("input", { type: "text", autocomplete: "username", value: name, hidden: true, "aria-label": t("username") });
  return form(
    t("change-password"),
    { submit: t("change-password"), send, after: [note] },
    whose,
    password("currentPassword", t("current-password")),
    password("newPassword", t("new-password"), { fresh: true }),
  );
}

async function exportAccount() {
  const { report } = await call("POST", "/v1/account:export", { body: {} });
  location.hash = `#/reports/${report.reportId}`;
}

function deletion(name) {
  const place = el("div", {});
  const modes = [["DELETION_MODE_ANONYMISE_SEAT", t("mode.anonymise")], ["DELETION_MODE_ERASE", t("mode.erase")]];
  const send = async ({ password: secret, mode }) => {
    const { receipt } = await close(`/v1/users/${name}:delete`, { password: secret, mode });
    const done = el("p", { tabindex: "-1" }, t("deleted", { until: moment(receipt.purgeTime) }), " ", el("code", {}, receipt.receiptId));
    replace(place.closest(".page"), heading(t("account-deleted")), done);
    done.focus();
  };
  replace(
    place,
    el("p", {}, t("delete-words")),
    form(
      t("delete-account"),
      { submit: t("delete-account"), send, danger: true },
      field("mode", t("what-of-games"), { kind: "select", options: modes }),
      password("password", t("password")),
    ),
  );
  return place;
}
