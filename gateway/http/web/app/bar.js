// The bar above and the line below every view: where to go, who is signed in, language and colours.

import { session, signOut, username } from "./api.js";
import { el, replace } from "./dom.js";
import { LANGUAGES, choose, language, t } from "./i18n.js";
import { action, avatar, failure } from "./page.js";
import { recall, remember } from "./store.js";

/** Draw both anew. Focus that is on one of their parts stays there, or is on the first when that part is gone. */
export function drawBar() {
  const focused = document.activeElement?.id;
  const own = username();
  document.getElementById("skip").textContent = t("skip");
  replace(
    document.getElementById("bar"),
    el("a", { class: "brand", href: "#/", id: "brand" }, el("img", { src: "/icon.svg", alt: "", width: 24, height: 24 }), "Dossier"),
    el("nav", { "aria-label": t("navigation") }, el("ul", {}, links(own).map((link) => el("li", {}, link)))),
  );
  replace(document.getElementById("foot"), languages(), colours(), verification(), plainText());
  if (focused) document.getElementById(document.getElementById(focused) ? focused : "brand").focus({ preventScroll: true });
}

function links(own) {
  const first = link("/", t("players"));
  if (!own) return [first, link("/sign-in", t("sign-in")), link("/sign-up", t("sign-up"))];
  const profile = link(`/players/${own}`, el("span", { class: "own" }, avatar(own, 24, { loading: "eager" }), el("span", {}, own)));
  return [first, link("/reports", t("reports")), link("/account", t("account")), profile, leave()];
}

function link(path, label) {
  const here = (location.hash.slice(1) || "/").split("?")[0] === path;
  return el("a", { href: `#${path}`, id: `nav-${path.replaceAll("/", "-")}`, "aria-current": here && "page" }, label);
}

function leave() {
  const work = async () => {
    try {
      await signOut();
    } catch (error) {
      drawBar();
      document.getElementById("bar").append(failure(error, null, t("still-signed-in")));
      return;
    }
    if (location.hash.length > 2) location.hash = "#/";
    else session.dispatchEvent(new Event("ended"));
  };
  return action(t("sign-out"), work, { class: "link", id: "sign-out" });
}

function languages() {
  const speak = async (event) => {
    await choose(event.target.value);
    dispatchEvent(new Event("dossier-language"));
  };
  const options = Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag }, name));
  const select = el("select", { id: "language", on: { change: speak } }, options);
  select.value = language();
  return el("div", { class: "choice" }, el("label", { for: "language" }, t("language")), select);
}

function colours() {
  const paint = (event) => {
    const theme = event.target.value;
    remember("theme", theme || null);
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  const options = ["", "light", "dark"].map((theme) => el("option", { value: theme }, t(`theme.${theme}`)));
  const select = el("select", { id: "theme", on: { change: paint } }, options);
  select.value = recall("theme") ?? "";
  return el("div", { class: "choice" }, el("label", { for: "theme" }, t("theme")), select);
}

function verification() {
  return el("a", { href: "#/verify", id: "foot-verify" }, t("verify"));
}

/** Warn where a browser keeps no cookie of ours. */
function plainText() {
  return !isSecureContext && el("p", { class: "note" }, t("insecure"));
}
