// What to say of a failed call.

import { has, language, t } from "./i18n.js";

/** Return a sentence for people: in English the server's own, else ours by the error's reason. */
export function sentence(error) {
  const key = `error.${error.reason}`;
  if (has(key) && (language() !== "en" || !error.message)) return t(key);
  return error.message || t("error.unknown");
}

/** Return what a field must be, in the reader's language where we know the field. */
export function violation(violated) {
  const key = `rule.${fieldOf(violated)}`;
  return has(key) ? t(key) : t("rule.other", { rule: violated.description });
}

/** Return the name of the field that a violation is about. */
export function fieldOf(violated) {
  const last = violated.field.split(".").at(-1).replace(/\[\d+\]$/, "");
  return last.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
