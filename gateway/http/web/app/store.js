// What the browser remembers between visits. None of it is a secret, and the page works without it.

/** Return what was kept under a name, null for nothing. */
export function recall(name) {
  try {
    return localStorage.getItem(`dossier.${name}`);
  } catch {
    return null;
  }
}

/** Keep a text under a name, or forget it when it is null. */
export function remember(name, text) {
  try {
    if (text === null) localStorage.removeItem(`dossier.${name}`);
    else localStorage.setItem(`dossier.${name}`, text);
  } catch {
    // A browser that keeps nothing.
  }
}
