/** Words in the officer's language, Vietnamese first; days, numbers and sizes the Vietnamese way. */

const KEPT = "nhavung.lang";
let lang = localStorage.getItem(KEPT) === "en" ? "en" : "vi";

/** The language in use: "vi" or "en". */
export const language = () => lang;

/** Choose the language and remember it on this phone. */
export function setLanguage(chosen) {
  lang = chosen === "en" ? "en" : "vi";
  localStorage.setItem(KEPT, lang);
  document.documentElement.lang = lang;
}

/** The text in the language in use. */
export const t = (vi, en) => (lang === "en" ? en : vi);

/** The label of something that carries {vi, en}. */
export const label = (texts) => (texts ? texts[lang] || texts.vi || "" : "");

/** A number with Vietnamese separators: 1.234,5. */
export function number(value, digits = 1) {
  return Number(value).toLocaleString("vi-VN", { maximumFractionDigits: digits });
}

/** A whole number with Vietnamese separators. */
export const whole = (value) => number(value, 0);

/** A count of bytes as people read it: 250 kB, 1,2 MB. */
export function bytes(count) {
  if (count < 1e6) return `${whole(count / 1e3)} kB`;
  return count < 1e9 ? `${number(count / 1e6)} MB` : `${number(count / 1e9)} GB`;
}

/** An ISO day or moment as dd/mm/yyyy. */
export function day(iso) {
  const [year, month, date] = String(iso).slice(0, 10).split("-");
  return date ? `${date}/${month}/${year}` : String(iso);
}

/** A moment (ISO text or milliseconds) as HH:MM of this phone's clock. */
export function hour(moment) {
  const at = new Date(moment);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** A moment as "10:42 15/05/2025" of this phone's clock. */
export const when = (moment) => `${hour(moment)} ${day(localIso(new Date(moment)))}`;

/** The working day as YYYY-MM-DD: the one the server pins, else today by this phone's clock. */
export const today = () => pinned ?? localIso(new Date()).slice(0, 10);

let pinned = null;

/** Work as on this day, which the server pins for a demonstration; null: as the phone's clock says. */
export const workOn = (iso) => (pinned = iso);

/** This moment as ISO 8601, on the pinned day where there is one: as the server's clock says it too. */
export function rightNow() {
  const moment = localIso(new Date());
  return pinned ? pinned + moment.slice(10) : moment;
}

/** The pinned day, or null. */
export const pinnedDay = () => pinned;

/** A moment as ISO 8601 with this phone's offset, to the second. */
export function localIso(at) {
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return new Date(at.getTime() + offset * 60000).toISOString().slice(0, 19) + zone;
}

/** Whole days between a moment and now. */
export const daysSince = (moment) => Math.floor((Date.now() - new Date(moment).getTime()) / 864e5);

const pad = (part) => String(part).padStart(2, "0");

/** A text that begins with a capital letter. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const MARKS = /[\u0300-\u036f]/g;

/** Text for searching: lower case, no marks, đ as d. */
export function folded(text) {
  return String(text).normalize("NFD").replace(MARKS, "").replace(/đ/gi, "d").toLowerCase().trim();
}
