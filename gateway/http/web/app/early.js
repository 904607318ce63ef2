// Runs before the first paint, so that nobody sees the other colours or hears the other language first.
{
  const root = document.documentElement;
  let kept = {};
  try {
    kept = { theme: localStorage.getItem("dossier.theme"), language: localStorage.getItem("dossier.language") };
  } catch {
    // No storage: the browser's own wishes hold.
  }
  if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;
  const wanted = [kept.language, ...navigator.languages].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  root.lang = wanted.find((tag) => tag === "en" || tag === "ru") ?? "en";
}
