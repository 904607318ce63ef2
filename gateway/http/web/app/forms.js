// Forms whose mistakes stand beside the fields that they are about.

import { el } from "./dom.js";
import { fieldOf, sentence, violation } from "./errors.js";
import { t } from "./i18n.js";

let made = 0;

/** Return a field. `kind`: an input's type, "area", or "select" with `options` of [value, label]. */
export function field(name, label, { kind = "text", value = "", hint, options = [], ...props } = {}) {
  const id = `field-${++made}-${name}`;
  const told = { id, name, "aria-describedby": hint ? `${id}-hint` : undefined, ...props };
  return el(
    "div",
    { class: kind === "checkbox" ? "field check" : "field", "data-field": name },
    el("label", { for: id }, label),
    control(kind, value, options, told),
    hint && el("p", { class: "hint", id: `${id}-hint` }, hint),
    el("p", { class: "error", id: `${id}-error`, hidden: true }),
  );
}

function control(kind, value, options, props) {
  if (kind === "area") {
    const area = el("textarea", { rows: 5, ...props });
    area.value = value;
    return area;
  }
  if (kind === "select") {
    const select = el("select", props, options.map(([key, word]) => el("option", { value: key }, word)));
    if (options.some(([key]) => key === value)) select.value = value;
    return select;
  }
  const input = el("input", { type: kind, ...props });
  if (kind === "checkbox") input.checked = Boolean(value);
  else input.value = value;
  return input;
}

/** Return a form that gives the values of its fields to `send`, once at a time. */
export function form(label, { submit, send, danger = false, after = [] }, ...fields) {
  const alert = el("div", { class: "alert", role: "alert", hidden: true });
  const button = el("button", { type: "submit", class: danger ? "danger" : "primary" }, submit);
  const row = el("div", { class: "row" }, button, ...after);
  const made = el("form", { novalidate: true, "aria-label": label, class: "stack" }, alert, ...fields, row);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    clear(made, alert);
    try {
      await send(values(made), made);
    } catch (error) {
      show(made, alert, error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return made;
}

function values(of) {
  const found = Object.fromEntries(new FormData(of));
  for (const box of of.querySelectorAll("input[type=checkbox]")) found[box.name] = box.checked;
  return found;
}

function clear(of, alert) {
  alert.hidden = true;
  for (const holder of of.querySelectorAll("[data-field]")) mark(holder, "");
}

function show(of, alert, error) {
  if (!("reason" in error)) console.error(error);
  const rest = [];
  let first = null;
  for (const violated of error.violations ?? []) {
    const holder = of.querySelector(`[data-field="${CSS.escape(fieldOf(violated))}"]`);
    if (holder) first ??= mark(holder, violation(violated));
    else rest.push(violation(violated));
  }
  const beside = byReason(of, error);
  first ??= beside;
  if (!first || rest.length) {
    alert.textContent = [sentence(error), ...rest].join(" ");
    alert.hidden = false;
  }
  first?.focus();
}

/** Mark the field that an error is about by its reason alone. */
function byReason(of, error) {
  const about = { USERNAME_TAKEN: ["username"], PASSWORD_TOO_COMMON: ["password", "newPassword"] }[error.reason] ?? [];
  for (const name of about) {
    const holder = of.querySelector(`[data-field="${name}"]`);
    if (holder) return mark(holder, sentence(error));
  }
  return null;
}

function mark(holder, text) {
  const input = holder.querySelector("input, select, textarea");
  const error = holder.querySelector(".error");
  error.textContent = text;
  error.hidden = !text;
  input.toggleAttribute("aria-invalid", Boolean(text));
  if (text) input.setAttribute("aria-invalid", "true");
  const hint = holder.querySelector(".hint")?.id;
  const described = [text && error.id, hint].filter(Boolean).join(" ");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
  return input;
}

/** Return a password field. */
export function password(name, label, { fresh = false, hint } = {}) {
  const autocomplete = fresh ? "new-password" : "current-password";
  return field(name, label, { kind: "password", autocomplete, required: true, hint: fresh ? t("password-hint") : hint });
}
