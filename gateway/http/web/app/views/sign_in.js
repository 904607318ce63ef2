// Signs somebody in.

import { open } from "../api.js";
import { device } from "../device.js";
import { el } from "../dom.js";
import { field, form, password } from "../forms.js";
import { t } from "../i18n.js";
import { announce, heading } from "../page.js";

/** Draw it. */
export async function view({ query }) {
  const send = async ({ username, password: secret }) => {
    const name = username.trim();
    await open("/v1/auth:signIn", { username: name, password: secret, deviceName: device() }, name);
    announce(t("signed-in"));
    const next = query.get("next") ?? "";
    location.hash = next.startsWith("/") ? `#${next}` : `#/players/${name}`;
  };
  return el(
    "div",
    { class: "page narrow" },
    heading(t("sign-in")),
    form(
      t("sign-in"),
      { submit: t("sign-in"), send },
      field("username", t("username"), { autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true }),
      password("password", t("password")),
    ),
    el("p", {}, t("no-account"), " ", el("a", { href: "#/sign-up" }, t("sign-up"))),
  );
}
