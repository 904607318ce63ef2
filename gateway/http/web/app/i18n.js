// The words of the page in the reader's language, and numbers and dates as it writes them.

import { remember } from "./store.js";

export const LANGUAGES = { en: "English", ru: "Русский" };
export const NONE = "–";
let messages = {};
let fallback = {};
let rules;

/** Which language the page speaks. */
export function language() {
  return document.documentElement.lang;
}

/** Load the words of the language that the document names. */
export async function loadWords() {
  const [own, english] = await Promise.all([import(`./messages/${language()}.js`), import("./messages/en.js")]);
  messages = own.default;
  fallback = english.default;
  rules = new Intl.PluralRules(language());
}

/** Speak another language from now on. */
export async function choose(tag) {
  remember("language", tag);
  document.documentElement.lang = tag;
  await loadWords();
}

/** Return a text with values in its places; of one with several forms, that for `count`. */
export function t(key, values = {}) {
  let text = messages[key] ?? fallback[key] ?? key;
  if (typeof text === "object") text = text[rules.select(Math.abs(values.count))] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value);
  });
}

/** Return whether there is a text in the reader's language. */
export function has(key) {
  return key in messages;
}

const made = new Map();

function format(kind, options) {
  const key = JSON.stringify([language(), kind.name, options]);
  if (!made.has(key)) made.set(key, new kind(language() === "en" ? "en-GB" : language(), options));
  return made.get(key);
}

/** Return a number with so many decimals. */
export function number(value, digits = 0) {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return format(Intl.NumberFormat, fixed).format(value);
}

/** Return a number with its sign. */
export function signed(value, digits = 1) {
  if (value === undefined || value === null) return NONE;
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero" };
  return format(Intl.NumberFormat, fixed).format(value);
}

/** Return a share of one as a percentage. */
export function percent(value, digits = 0) {
  if (value === undefined || value === null) return NONE;
  const fixed = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return format(Intl.NumberFormat, fixed).format(value);
}

/** Return bytes in the unit that suits. */
export function bytes(value) {
  const [amount, unit] = value < 1e6 ? [value / 1000, "kilobyte"] : [value / 1e6, "megabyte"];
  return format(Intl.NumberFormat, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
}

/** Return the day of a moment. */
export function day(moment) {
  return format(Intl.DateTimeFormat, { day: "numeric", month: "short", year: "numeric" }).format(new Date(moment));
}

/** Return day and time of a moment. */
export function moment(of) {
  const parts = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
  return format(Intl.DateTimeFormat, parts).format(new Date(of));
}

/** Return the short name of a month; of a January its year. */
export function month(date) {
  if (date.getMonth() === 0) return String(date.getFullYear());
  return format(Intl.DateTimeFormat, { month: "short" }).format(date);
}

/** Return what a language is called in the reader's. */
export function languageName(tag) {
  return format(Intl.DisplayNames, { type: "language" }).of(tag);
}

/** Return texts as a list in a sentence. */
export function listed(texts) {
  return texts.join(", ");
}
