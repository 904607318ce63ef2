// What this browser is called in the list of sessions.

const BROWSERS = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/YaBrowser\//, "Yandex"], [/Firefox\//, "Firefox"], [/Chrome\//, "Chrome"], [/Safari\//, "Safari"]];
const SYSTEMS = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"]];

/** Return browser and system, such as "Firefox, Android". */
export function device() {
  const first = (kinds) => kinds.find(([pattern]) => pattern.test(navigator.userAgent))?.[1];
  return [first(BROWSERS) ?? "Browser", first(SYSTEMS)].filter(Boolean).join(", ");
}
