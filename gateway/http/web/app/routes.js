// Which view is at which address. Each is loaded when it is first asked for.

export const ROUTES = [
  [/^\/$/, () => import("./views/home.js")],
  [/^\/search$/, () => import("./views/search.js")],
  [/^\/players\/([^/]+)$/, () => import("./views/player.js")],
  [/^\/sign-in$/, () => import("./views/sign_in.js")],
  [/^\/sign-up$/, () => import("./views/sign_up.js")],
  [/^\/edit$/, () => import("./views/edit.js")],
  [/^\/reports$/, () => import("./views/reports.js")],
  [/^\/reports\/([^/]+)$/, () => import("./views/report.js")],
  [/^\/verify$/, () => import("./views/verify.js")],
  [/^\/verify\/([^/]+)$/, () => import("./views/verify.js")],
  [/^\/account$/, () => import("./views/account.js")],
];
