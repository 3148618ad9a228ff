/** One text for equal content, letter for letter as the server writes it, so that content hashes can be compared. */

/** The canonical JSON of a value: sorted keys, no spaces. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return typeof value === "number" ? numeral(value) : JSON.stringify(well(value));
}

/** Numbers as the server writes them after reading them: below 0,0001 with an exponent of two digits. */
function numeral(value) {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return isSmall ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
}

/** Text without half characters, which no database keeps. */
const well = (value) => (typeof value === "string" && value.toWellFormed ? value.toWellFormed() : value);
