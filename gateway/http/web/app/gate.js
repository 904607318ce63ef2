// Views that are for who is signed in.

import { username } from "./api.js";

/** Return the caller's username; of a visitor go to the sign-in and return null. */
export function own() {
  const name = username();
  if (!name) location.replace(`#/sign-in?${new URLSearchParams({ next: location.hash.slice(1) })}`);
  return name;
}
