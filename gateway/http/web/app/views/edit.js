// The caller's own profile and picture, to change.

import { call } from "../api.js";
import { drawBar } from "../bar.js";
import { cropper } from "../crop.js";
import { el } from "../dom.js";
import { field, form } from "../forms.js";
import { own } from "../gate.js";
import { languageName, t } from "../i18n.js";
import { announce, heading, panel } from "../page.js";

const GENDERS = ["UNSPECIFIED", "FEMALE", "MALE", "DIVERSE"];
// Those that the report speaks.
const LOCALES = ["ar", "de", "en", "ru", "uk"];

/** Draw it. */
export async function view({ signal }) {
  const name = own();
  if (!name) return [];
  const read = () => call("GET", `/v1/users/${name}`, { signal });
  const { user } = await read();
  const changed = async () => {
    drawBar();
    // Another picture is another version of the profile, of which the form below sends its changes.
    user.etag = (await read()).user.etag;
  };
  return el(
    "div",
    { class: "page medium" },
    heading(t("edit-profile")),
    panel(t("picture"), {}, cropper(name, user, changed)),
    panel(t("profile"), {}, profile(user)),
    el("p", {}, el("a", { href: `#/players/${name}` }, t("to-profile"))),
  );
}

function profile(user) {
  const send = async (body) => {
    const answer = await call("PATCH", `/v1/users/${user.username}`, { query: { etag: user.etag }, body });
    user.etag = answer.user.etag;
    announce(t("saved"));
    note.textContent = t("saved");
  };
  const note = el("span", { class: "note" });
  const genders = GENDERS.map((gender) => [`GENDER_${gender}`, t(`gender.${gender}`)]);
  const known = LOCALES.includes(user.locale) || !user.locale ? LOCALES : [...LOCALES, user.locale];
  const locales = [["", t("no-preference")], ...known.map((tag) => [tag, languageName(tag)])];
  return form(
    t("profile"),
    { submit: t("save"), send, after: [note] },
    field("displayName", t("display-name"), { value: user.displayName, autocomplete: "name", maxlength: 200 }),
    field("gender", t("gender"), { kind: "select", options: genders, value: user.gender }),
    field("city", t("city"), { value: user.city, autocomplete: "address-level2", maxlength: 100 }),
    field("club", t("club-of"), { value: user.club, autocomplete: "organization", maxlength: 100 }),
    field("about", t("about"), { kind: "area", value: user.about, maxlength: 2000 }),
    field("locale", t("report-language"), { kind: "select", options: locales, value: user.locale, hint: t("report-language-hint") }),
  );
}
