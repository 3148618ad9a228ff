/** A list of people or rows inside a form: each row a line that opens, thirty of them stay quick. */

import { button, h } from "./dom.js";
import { findHouseholds, me } from "./me.js";
import { label, t } from "./words.js";

/** The widget of a roster; `node` makes the element of a column. */
export function rosterWidget(question, value, part, node) {
  const rows = (value ?? []).map((row) => ({ ...row }));
  const list = h("ol", { class: "roster" });
  const keep = () => part.tell(rows.length ? rows.map(clean) : null);
  const view = { question, rows, list, keep, part, node };
  list.replaceChildren(...rows.map((row) => line(view, row)));
  return h("div", {}, list, adders(view));
}

const clean = (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));

const householdColumn = (question) => question.columns.find((column) => column.kind === "household");

function adders(view) {
  const { question, part } = view;
  const add = button(t("Thêm dòng", "Add a row"), () => addRow(view, {}, true));
  if (!householdColumn(question)) return h("div", { class: "beside" }, add);
  const missing = () => findHouseholds("", part.ctx.isWaiting).filter((one) => !view.rows.some((row) => row[householdColumn(question).code] === one.id));
  const all = button(t("Thêm các hộ đang chờ việc này", "Add the households this waits for"), () => {
    for (const one of missing()) addRow(view, { [householdColumn(question).code]: one.id }, false);
  });
  return h("div", { class: "beside" }, missing().length ? all : null, add);
}

function addRow(view, row, isOpen) {
  if (view.rows.length >= view.question.max_rows) return;
  view.rows.push(row);
  const made = line(view, row, isOpen);
  view.list.append(made);
  view.keep();
  if (isOpen) made.querySelector("input, button.btn, textarea")?.focus();
}

function line(view, row, isOpen = false) {
  const title = h("b", {});
  const about = h("small", {});
  const body = h("div", { class: "row-body" });
  const refresh = () => {
    const [name, rest] = summary(view.question, row);
    title.textContent = name || t("(chưa ghi)", "(nothing yet)");
    about.textContent = rest;
  };
  const made = h("details", { open: isOpen }, h("summary", {}, h("span", {}, title, about)), body);
  const item = h("li", {}, made);
  const fill = () => made.open && !body.childElementCount && body.append(...columns(view, row, refresh), remover(view, row, item));
  made.addEventListener("toggle", fill);
  refresh();
  fill();
  return item;
}

function columns(view, row, refresh) {
  const place = view.rows.indexOf(row);
  const change = (column, value) => {
    row[column.code] = value;
    refresh();
    view.keep();
  };
  const ctx = { ...view.part.ctx, change, values: () => row };
  return view.question.columns.map((column) => view.node(column, row[column.code], ctx, `${view.part.path}[${place}].${column.code}`));
}

function remover(view, row, item) {
  return button(
    t("Bỏ dòng này", "Remove this row"),
    () => {
      view.rows.splice(view.rows.indexOf(row), 1);
      item.remove();
      view.keep();
    },
    "danger",
  );
}

/** A row in two lines: its first answer, then the others. */
function summary(question, row) {
  const told = question.columns.filter((column) => row[column.code] !== null && row[column.code] !== undefined && row[column.code] !== "");
  const [first, ...rest] = told.map((column) => shown(column, row[column.code]));
  return [first, rest.join(" · ")];
}

function shown(column, value) {
  if (column.kind === "household") return me.households.get(value)?.head_name ?? value;
  if (column.kind === "choice") return label(column.choices.find((one) => one.code === value)?.labels) || value;
  if (column.kind === "boolean") return `${label(column.labels)}: ${value ? t("có", "yes") : t("không", "no")}`;
  return ["integer", "decimal"].includes(column.kind) && column.unit !== "year" ? `${label(column.labels)}: ${value}` : String(value);
}

