// Calls of the club's server. The access token lives in this module and nowhere else; the refresh token is a cookie that no
// script can read, and is exchanged by one tab at a time.

import { recall, remember } from "./store.js";

const LOCK = "dossier-session";
const AHEAD_MS = 30_000;
const WITH_COOKIE = { "x-dossier-session": "cookie" };
let access = null;
let refreshing = null;
/** Tells of "change", of whose it is, and of "ended", upon which what only its owner sees must go. */
export const session = new EventTarget();

/** A call that the server, or the way to it, has failed. */
export class ApiError extends Error {
  constructor(status, answer) {
    super(answer?.message ?? "");
    const details = answer?.details ?? [];
    this.status = status;
    this.reason = details.find((detail) => detail.reason)?.reason ?? (status ? "" : "OFFLINE");
    this.metadata = details.find((detail) => detail.reason)?.metadata ?? {};
    this.violations = details.flatMap((detail) => detail.fieldViolations ?? []);
  }
}

/** Whose session this is; null for nobody's. */
export function username() {
  return recall("user");
}

/** Call a method and return its answer. `query` and `body` are fields as JSON names them. */
export async function call(verb, path, { query, body, signal } = {}) {
  const response = await authorized(verb, path, { query, signal, ...json(body) });
  return response.json();
}

/** Send a file as it is. */
export async function upload(verb, path, blob) {
  const response = await authorized(verb, path, { body: blob, headers: { "content-type": blob.type } });
  return response.json();
}

/** Return a file and what the server calls it. */
export async function download(path, { signal } = {}) {
  const response = await authorized("GET", path, { signal });
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "");
  return { blob: await response.blob(), name: named ? decodeURIComponent(named[1]) : "" };
}

/** Yield the messages of a stream as they come. */
export async function* stream(path, { signal } = {}) {
  const response = await authorized("GET", path, { signal, headers: { accept: "application/x-ndjson" } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(offline);
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.error) throw new ApiError(503, message.error);
      yield message;
    }
  }
}

/** Sign in or up by a method that answers tokens; `name` is the account's. */
export async function open(path, body, name) {
  await locked(async () => accept(await tokens(path, body)));
  remember("user", name);
  session.dispatchEvent(new Event("change"));
}

/** End the session by a method that does so, and return its answer. */
export async function close(path, body = {}) {
  const { body: text, headers } = json(body);
  const response = await authorized("POST", path, { body: text, headers: { ...headers, ...WITH_COOKIE } });
  forget();
  return response.json();
}

/** Sign out. A session that had ended before is as good as ended now; any other failure leaves everything as it is. */
export async function signOut() {
  try {
    await close("/v1/auth:signOut");
  } catch (error) {
    if (error.status !== 401 && username()) throw error;
    forget();
  }
}

/** Take up the session of an earlier visit, if there is one. */
export async function resume() {
  if (!username()) return;
  try {
    await refresh();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

// Another tab has signed in or out.
addEventListener("storage", (event) => {
  if (event.key !== "dossier.user" && event.key !== null) return;
  access = null;
  session.dispatchEvent(new Event(username() && !event.oldValue ? "change" : "ended"));
});

async function authorized(verb, path, init) {
  if (username() && !(access && access.expires - Date.now() > AHEAD_MS)) await refresh();
  try {
    return await send(verb, path, init);
  } catch (error) {
    const dead = error.status === 401 && ["TOKEN_EXPIRED", "TOKEN_INVALID", "SESSION_ENDED"].includes(error.reason);
    if (!dead || !username()) throw error;
    await refresh();
    return send(verb, path, init);
  }
}

async function send(verb, path, { query, body, headers = {}, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) if (value) url.searchParams.set(name, value);
  const sent = new Headers(headers);
  if (access) sent.set("authorization", `Bearer ${access.token}`);
  const response = await fetch(url, { method: verb, body, headers: sent, signal }).catch(offline);
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
  return response;
}

function offline(error) {
  throw error.name === "AbortError" ? error : new ApiError(0, null);
}

function json(body) {
  return body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

function refresh() {
  refreshing ??= locked(exchange).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function exchange() {
  if (!username()) return;
  try {
    accept(await tokens("/v1/auth:refresh", {}));
  } catch (error) {
    // Without the cookie the request lacks its token, which makes it invalid.
    if (error.status === 401 || error.reason === "INVALID_REQUEST") forget();
    throw error;
  }
}

async function tokens(path, body) {
  access = null;
  const { body: text, headers } = json(body);
  const response = await send("POST", path, { body: text, headers: { ...headers, ...WITH_COOKIE } });
  return (await response.json()).tokens;
}

function accept({ accessToken, accessExpireTime }) {
  access = { token: accessToken, expires: Date.parse(accessExpireTime) };
}

function forget() {
  access = null;
  remember("user", null);
  session.dispatchEvent(new Event("change"));
}

// Browsers have locks on pages of HTTPS and of this machine, which are those that keep the cookie at all.
function locked(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}
