// Opens an account.

import { open } from "../api.js";
import { device } from "../device.js";
import { el } from "../dom.js";
import { field, form, password } from "../forms.js";
import { t } from "../i18n.js";
import { announce, heading } from "../page.js";

/** Draw it. */
export async function view() {
  const send = async ({ username, displayName, email, password: secret }) => {
    const name = username.trim();
    const body = { username: name, displayName: displayName.trim(), email: email.trim(), password: secret, deviceName: device() };
    await open("/v1/auth:signUp", body, name);
    announce(t("signed-up"));
    location.hash = `#/players/${name}`;
  };
  return el(
    "div",
    { class: "page narrow" },
    heading(t("sign-up")),
    form(
      t("sign-up"),
      { submit: t("sign-up"), send },
      field("username", t("username"), {
        autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, hint: t("username-hint"),
      }),
      field("displayName", t("display-name"), { autocomplete: "name", hint: t("display-name-hint"), maxlength: 200 }),
      field("email", t("email"), { kind: "email", autocomplete: "email", hint: t("email-hint") }),
      password("password", t("password"), { fresh: true }),
    ),
    el("p", {}, t("have-account"), " ", el("a", { href: "#/sign-in" }, t("sign-in"))),
  );
}
