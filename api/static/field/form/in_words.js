/** Answers as people read them: a row of a list, a whole record. */

import { me, villageName } from "../store/me.js";
import { day, label, number, t, whole } from "../ui/words.js";

/** Units as they are written. */
export const UNITS = { m2: "m²", VND: "đồng", m: "m" };

/** A row of a list: its first answer, and the others in one line. */
export function summary(question, row) {
  const told = question.columns.filter(
    (column) => row[column.code] !== null && row[column.code] !== undefined && row[column.code] !== "",
  );
  const [first, ...rest] = told.map((column) => shown(column, row[column.code]));
  return [first, rest.join(" · ")];
}

const amount = ({ unit }, value) =>
  unit === "year" || typeof value !== "number" ? String(value) : `${number(value)} ${UNITS[unit] ?? ""}`.trim();

/** An answer as a person reads it. */
export function inWords(question, value) {
  const rows = (one) => summary(question, one).filter(Boolean).join(" · ");
  const said = {
    roster: () => value.map(rows).join("; "),
    boolean: () => (value ? t("có", "yes") : t("không", "no")),
    area: () => villageName(value),
    date: () => day(value),
    integer: () => amount(question, value),
    decimal: () => amount(question, value),
    point: () => [value.source === "manual" ? t("đặt tay", "by hand") : `± ${whole(value.accuracy_m ?? 0)} m`, value.reason]
      .filter(Boolean)
      .join(" · "),
  }[question.kind];
  return said ? said() : shown(question, value);
}

function shown(column, value) {
  if (column.kind === "household")
    return me.households.get(value)?.head_name ?? t("(chưa có tên)", "(no name)");
  if (column.kind === "choice")
    return label(column.choices.find((one) => one.code === value)?.labels) || value;
  if (column.kind === "boolean")
    return `${label(column.labels)}: ${value ? t("có", "yes") : t("không", "no")}`;
  return ["integer", "decimal"].includes(column.kind) && column.unit !== "year"
    ? `${label(column.labels)}: ${value}`
    : String(value);
}
