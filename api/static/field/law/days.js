// Days as the law counts them: whole days since 1970-01-01, without a clock and without time zones.

const DAY_MS = 86_400_000;
const WRITTEN = /^\d{4}-\d{2}-\d{2}$/;

/** The number of a day written YYYY-MM-DD; null for anything else, such as 2025-02-30. */
export function daysOf(text) {
  if (typeof text !== "string" || !WRITTEN.test(text) || text < "0001") return null;
  const days = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
  return Number.isFinite(days) && dayOf(days) === text ? days : null;
}

/** The day of a number, written YYYY-MM-DD. */
export function dayOf(days) {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** A day written YYYY-MM-DD as people here write it: dd/mm/yyyy. */
export function shownDay(text) {
  return text.split("-").reverse().join("/");
}
