// What the charts show and where their axes are labelled; as report_service/document/figures.py reckons it.

export const WEEK_MS = 7 * 24 * 3600 * 1000;
const WEEKS_SHOWN = 26;

/** Return whole, evenly spaced values from 0 to at least `highest`. */
export function wholeTicks(highest) {
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].find((each) => highest <= 4 * each) ?? Math.ceil(highest / 4);
  return Array.from({ length: Math.max(2, Math.ceil(highest / step)) + 1 }, (_, index) => index * step);
}

/** Return evenly spaced round values that reach from `low` to `high`. */
export function ticks(low, high, most = 5) {
  const power = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-9) / most));
  const steps = [1, 2, 2.5, 5, 10, 20].map((factor) => factor * power);
  const step = steps.find((each) => Math.ceil(high / each) - Math.floor(low / each) <= most);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Return the first days of months within a stretch, every so many that there are at most `most`. */
export function months(first, last, most) {
  const begin = new Date(first);
  const found = [];
  for (let date = new Date(begin.getFullYear(), begin.getMonth() + 1, 1); date <= last; date = new Date(date.getFullYear(), date.getMonth() + 1, 1)) {
    found.push(date);
  }
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => found.length <= most * each) ?? 240;
  return found.filter((date) => (date.getFullYear() * 12 + date.getMonth()) % step === 0);
}

/** Return the Monday, in UTC, of the week of a moment. */
export function monday(moment) {
  const date = new Date(moment);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return midnight - ((date.getUTCDay() + 6) % 7) * 24 * 3600 * 1000;
}

/** Return the latest weeks up to that of `now`, each with the counts of its games: {start, counts}. */
export function weeks(games, now) {
  const last = monday(now);
  const found = Array.from({ length: WEEKS_SHOWN }, (_, index) => ({ start: last - (WEEKS_SHOWN - 1 - index) * WEEK_MS, counts: [0, 0, 0] }));
  const byStart = new Map(found.map((week) => [week.start, week]));
  for (const { start, result } of games) {
    const kind = ["RESULT_WIN", "RESULT_LOSS", "RESULT_DRAW"].indexOf(result);
    const week = byStart.get(monday(start));
    if (week && kind >= 0) week.counts[kind] += 1;
  }
  return found;
}

/** Return the hours played up to the end of each week with games, [[time, hours]], counted on from those `before`. */
export function runningHours(games, before) {
  const lengths = new Map();
  for (const { start, seconds, result } of games) {
    if (result !== "RESULT_VOID") lengths.set(monday(start), (lengths.get(monday(start)) ?? 0) + seconds / 3600);
  }
  let hours = before;
  const found = [];
  for (const [start, length] of [...lengths].sort(([one], [other]) => one - other)) {
    if (!found.length || start > found.at(-1)[0]) found.push([start, hours]);
    hours += length;
    found.push([start + WEEK_MS, hours]);
  }
  return found;
}
