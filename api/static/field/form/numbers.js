// How people here write a number, as the server reads it (survey/spelling.py).

/** Beyond this numbers are no longer exact. */
export const GREATEST = 2 ** 53;
const FRACTION = /^[+-]?[0-9]*[.,]?[0-9]+$/;
const THOUSANDS = /^([+-]?[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?$/;
/** A lone mark with exactly three digits after it: thousands or a fraction. */
export const TWO_WAYS = /^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$/;

/**
 * The number a text means as an answer of a kind; the text where it means none or two, null where it is empty.
 *
 * @param {string} typed
 * @param {string} kind
 */
export function numberOf(typed, kind) {
  const text = typed.trim();
  const found = meaning(text.replace(/\s/g, " "), kind);
  const fits = found !== null && Math.abs(found) <= GREATEST;
  if (fits && (kind !== "integer" || Number.isInteger(found))) return found + 0;
  return text || null;
}

/** @param {string} text @param {string} kind */
function meaning(text, kind) {
  const grouped = THOUSANDS.exec(text);
  if (grouped && (kind === "integer" || !FRACTION.test(text))) {
    return Number(`${grouped[1].replace(/[., ]/g, "")}.${grouped[3] ?? 0}`);
  }
  return grouped || !FRACTION.test(text) ? null : Number(text.replace(",", "."));
}

/**
 * A number as `numberOf` reads it back: 42,5; a fourth digit where three would read in two ways.
 *
 * @param {number} value
 */
export function numberText(value) {
  const text = String(value);
  return (TWO_WAYS.test(text) ? `${text}0` : text).replace(".", ",");
}
