// One plain answer by the kind of its question: its normal form, or the number of what is wrong with it
// (survey/questionnaire/fields.py). Empty text is no answer.

import { daysOf } from "../law/days.js";
import { GREATEST, TWO_WAYS } from "./numbers.js";

// What the server takes for blank; "\s" here would be a slightly different set.
const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const OUTER_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, "g");
const INNER_SIGNS = new RegExp(`[${BLANK}.\\-]`, "g");
const UNKEEPABLE = /[\p{Cs}\0]/u;
const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;
const UUID = /^[0-9a-f]{32}$/i;
const WRONG_TYPE = { number: 4005 };

/**
 * {value} of an answer, null when it is empty; or {number, details, got} of what is wrong with it. `number` is
 * 4005 wrong type, 4006 range, 4007 choice, 4010 length, 4011 characters, 4012 pattern or 4014 two readings.
 */
export function readPlain(question, given) {
  const { kind } = question;
  if (kind === "boolean") return typeof given === "boolean" ? { value: given } : WRONG_TYPE;
  if (kind === "integer" || kind === "decimal") return readNumber(question, given);
  if (typeof given !== "string") return WRONG_TYPE;
  if (UNKEEPABLE.test(given)) return { number: 4011 };
  const text = given.normalize("NFC").replace(OUTER_BLANKS, "");
  return text ? { got: text, ...TEXTS[kind](question, text) } : { value: null };
}

function readNumber(question, given) {
  const fits = question.kind === "integer" ? Number.isInteger(given) : Number.isFinite(given);
  if (fits && Math.abs(given) <= GREATEST) return inRange(question, given + 0);
  if (typeof given !== "string" || !TWO_WAYS.test(given) || question.private) return WRONG_TYPE;
  const details = { thousands: given.replace(/[.,]/, ""), fraction: `${given.replace(".", ",")}0` };
  return { number: 4014, details };
}

/** Numbers, or days as text: both ends belong to the range. */
function inRange({ minimum, maximum, unit }, value) {
  if ((minimum === null || value >= minimum) && (maximum === null || value <= maximum)) return { value };
  const details = {
    minimum: minimum ?? "…",
    maximum: maximum ?? "…",
    unit: [null, "year", "person"].includes(unit) ? "" : ` ${unit}`,
  };
  return { number: 4006, details, got: value };
}

const TEXTS = {
  text: readText,
  choice: readChoice,
  date: (question, text) => (daysOf(text) === null ? WRONG_TYPE : inRange(question, text)),
  datetime: (question, text) => orWrong(momentOf(text)),
  area: ({ pattern }, text) => orWrong(matches(pattern, text) ? text : null),
  household: (question, text) => orWrong(uuidOf(text)),
  reference: (question, text) => orWrong(uuidOf(text)),
};

function orWrong(value) {
  return value === null ? WRONG_TYPE : { value };
}

/** Text of limited length; with a pattern, blanks, dots and dashes inside are taken out first. */
function readText({ pattern, hints, max_length: limit }, given) {
  const text = pattern ? given.replace(INNER_SIGNS, "") : given;
  const { length } = [...text];
  if (limit !== null && length > limit) return { number: 4010, details: { length, limit } };
  if (!text) return { value: null };
  if (pattern && !matches(pattern, text)) {
    return { number: 4012, details: { expected_vi: hints.vi ?? pattern, expected_en: hints.en ?? pattern } };
  }
  return { value: text };
}

function readChoice({ choices }, text) {
  if (choices.some(({ code }) => code === text)) return { value: text };
  const list = (lang) => choices.map(({ code, labels }) => `${labels[lang] ?? code} (${code})`).join(", ");
  return { number: 4007, details: { choices_vi: list("vi"), choices_en: list("en") } };
}

function matches(pattern, text) {
  return new RegExp(`^(?:${pattern})$`, "u").test(text);
}

/** A moment with its time zone, in the zone it came in; null for anything else. */
function momentOf(text) {
  const [, day, time, seconds = ":00", fraction = "", zone] = MOMENT.exec(text) ?? [];
  if (!day || daysOf(day) === null || (fraction && !seconds)) return null;
  if (`${time}${seconds}` > "23:59:59" || time.slice(3) > "59" || seconds > ":59") return null;
  const offset = zone === "Z" || zone === "-00:00" ? "+00:00" : zone;
  if (offset.slice(1) > "23:59" || offset.slice(4) > "59") return null;
  const micro = fraction.slice(0, 6).padEnd(6, "0");
  return `${day}T${time}${seconds}${Number(micro) ? `.${micro}` : ""}${offset}`;
}

/** A UUID in lower case; braces, dashes and a prefix are taken away as on the server. */
function uuidOf(text) {
  const bare = text.replaceAll("urn:", "").replaceAll("uuid:", "");
  const digits = bare.replace(/^[{}]+|[{}]+$/g, "").replaceAll("-", "").toLowerCase();
  return UUID.test(digits) ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : null;
}
