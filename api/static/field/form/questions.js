/** Questions on the screen by their kind: each widget tells its value as soon as it changes. */

import { findHouseholds, findVillages, me, villageName, word } from "../store/me.js";
import { beside, button, dialog, h } from "../ui/dom.js";
import { capital, day, label, localIso, whole, t } from "../ui/words.js";
import { check } from "./check.js";
import { summary, UNITS } from "./in_words.js";
import { numberOf, numberText } from "./numbers.js";
import { pointWidget } from "./position.js";

const GROUPED = new Set(["choice", "boolean", "roster", "point", "area", "household", "reference"]);

/**
 * The element of one question. `ctx`: {draft, form, values, change(code, value)}; `path` names it uniquely.
 * The element has `.refresh(value)` and `.fault(text)`.
 */
export function questionNode(question, value, ctx, path = question.code) {
  const id = `q-${path.replace(/[^\w-]/g, "-")}`;
  const fault = h("span", { class: "fault", id: `${id}-fault` });
  const say = (text) => {
    fault.textContent = text ?? "";
    node.classList.toggle("wrong", Boolean(text));
  };
  const tell = (changed) => {
    say(null);
    ctx.change(question, changed, path);
  };
  const judge = (given) => say(given === null || given === undefined ? null : faultText(question, given));
  const widget = WIDGETS[question.kind](question, value, { id, tell, judge, ctx, path });
  const texts = [heading(question), hint(question)];
  const node = GROUPED.has(question.kind)
    ? h(
        "fieldset",
        { class: "q", "aria-describedby": `${id}-fault` },
        h("legend", {}, ...texts),
        widget,
        fault,
      )
    : h("div", { class: "q" }, h("label", { for: id }, ...texts), widget, fault);
  node.dataset.q = path;
  node.fault = say;
  return node;
}

function heading(question) {
  const must = question.required || question.expected;
  const unit = UNITS[question.unit] ? ` (${UNITS[question.unit]})` : "";
  return h(
    "span",
    { class: "asked" },
    label(question.labels) + unit,
    must ? h("i", { class: "must" }, t("cần có", "needed")) : null,
  );
}

const hint = (question) =>
  label(question.hints) ? h("small", { class: "hint" }, label(question.hints)) : null;

function faultText(question, value) {
  const alone = { sections: [{ questions: [{ ...question, when: null }] }], checks: [] };
  const { faults } = check(alone, { [question.code]: value }, me.texts);
  return faults.length ? t(faults[0].vi, faults[0].en) : null;
}

const WIDGETS = {
  text: textWidget,
  integer: numberWidget,
  decimal: numberWidget,
  boolean: (question, value, part) => tiles(YES_NO(), value, part),
  choice: (question, value, part) =>
    tiles(
      question.choices.map(({ code, labels }) => [code, capital(label(labels))]),
      value,
      part,
    ),
  date: dateWidget,
  datetime: momentWidget,
  area: areaWidget,
  household: householdWidget,
  reference: referenceWidget,
  point: pointWidget,
  roster: (question, value, part) => rosterWidget(question, value, part, questionNode),
};

const YES_NO = () => [
  [true, t("Có", "Yes")],
  [false, t("Không", "No")],
];

function textWidget(question, value, { id, tell, judge }) {
  const isLong = question.max_length >= 500;
  const attributes = {
    id,
    maxlength: question.max_length,
    "aria-describedby": `${id}-fault`,
    autocomplete: "off",
  };
  if (question.pattern?.startsWith("[0-9]") || question.code === "phone") attributes.inputmode = "numeric";
  const input = h(isLong ? "textarea" : "input", {
    ...attributes,
    ...(isLong ? { rows: 4 } : { type: "text" }),
  });
  input.value = value ?? "";
  input.addEventListener("input", () => tell(input.value || null));
  input.addEventListener("change", () => judge(input.value || null));
  return input;
}

function numberWidget(question, value, { id, tell, judge }) {
  const mode = question.kind === "integer" ? "numeric" : "decimal";
  const input = h("input", {
    id,
    type: "text",
    inputmode: mode,
    autocomplete: "off",
    "aria-describedby": `${id}-fault`,
  });
  input.value = value === null || value === undefined ? "" : numberText(value);
  input.addEventListener("input", () => tell(numberOf(input.value, question.kind)));
  input.addEventListener("change", () => judge(numberOf(input.value, question.kind)));
  return input;
}

function tiles(options, value, { id, tell }) {
  const made = options.map(([code, text]) => {
    const input = h("input", { type: "radio", name: id, checked: code === value });
    input.addEventListener("change", () => tell(mark(input, code)));
    input.addEventListener("click", () => input.dataset.on === "yes" && tell(mark(input, null)));
    input.addEventListener(
      "keydown",
      (event) => ["Delete", "Backspace"].includes(event.key) && tell(mark(input, null)),
    );
    if (code === value) input.dataset.on = "yes";
    return h("label", { class: "tile" }, input, h("span", {}, text));
  });
  const inputs = made.map((tile) => tile.firstChild);
  const mark = (chosen, code) => {
    for (const one of inputs) delete one.dataset.on;
    chosen.checked = code !== null;
    // A click follows every change: the mark is set after it.
    if (code !== null) setTimeout(() => (chosen.dataset.on = "yes"));
    return code;
  };
  return h("div", { class: "choices" }, made);
}

function dateWidget(question, value, { id, tell, judge }) {
  const range = { min: question.minimum, max: question.maximum };
  const input = h("input", { id, type: "date", ...range, "aria-describedby": `${id}-fault` });
  input.value = value ?? "";
  input.addEventListener("input", () => tell(input.value || null));
  input.addEventListener("change", () => judge(input.value || null));
  return input;
}

function momentWidget(question, value, { id, tell }) {
  const input = h("input", { id, type: "datetime-local" });
  input.value = (value ?? "").slice(0, 16);
  input.addEventListener("input", () => tell(input.value ? localIso(new Date(input.value)) : null));
  return input;
}

function areaWidget(question, value, { id, tell }) {
  const shown = h("b", {}, value ? villageName(value) : "");
  const choose = async () => {
    const chosen = await pickVillage();
    if (!chosen) return;
    shown.textContent = villageName(chosen);
    open.textContent = t("Đổi thôn", "Change village");
    tell(chosen);
  };
  const open = button(
    value ? t("Đổi thôn", "Change village") : t("Chọn thôn", "Choose a village"),
    choose,
    "",
    { id },
  );
  return h("div", { class: "chosen" }, shown, open);
}

function householdWidget(question, value, { id, tell, ctx }) {
  const nameOf = (one) => (one ? `${one.head_name ?? t("(chưa có tên)", "(no name)")}` : "");
  const shown = h(
    "b",
    {},
    value
      ? nameOf(me.households.get(value)) ||
          t("Hộ không có trong danh sách tải về", "A household not on the list here")
      : "",
  );
  if (ctx.isFixed?.(question)) return h("div", { class: "chosen" }, shown);
  const choose = async () => {
    const chosen = await pickHousehold(ctx.isNear);
    if (!chosen) return;
    shown.textContent = nameOf(me.households.get(chosen));
    tell(chosen);
  };
  return h("div", { class: "chosen" }, shown, button(t("Chọn hộ", "Choose a household"), choose, "", { id }));
}

function referenceWidget(question, value, part) {
  const household = me.households.get(part.ctx.values().household);
  const open = [...(household?.case?.obstacles ?? []), ...(household?.case?.objections ?? [])];
  if (!open.length)
    return h(
      "p",
      { class: "small" },
      t("Không có việc nào đang mở của hộ này trên máy.", "Nothing open of this household is on this phone."),
    );
  return tiles(
    open.map((one) => [one.act_id, `${word(`obstacle_kind.${one.kind}`, one.kind)} · ${day(one.since)}`]),
    value,
    part,
  );
}

// --- lists: thirty rows stay quick

function rosterWidget(question, value, part, node) {
  const rows = (value ?? []).map((row) => ({ ...row }));
  const list = h("ol", { class: "roster" });
  const keep = () => part.tell(rows.length ? rows.map(clean) : null);
  const view = { question, rows, list, keep, part, node };
  list.replaceChildren(...rows.map((row) => line(view, row)));
  return h("div", {}, list, adders(view));
}

const clean = (row) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));

const householdColumn = (question) => question.columns.find((column) => column.kind === "household");

function adders(view) {
  const { question, part } = view;
  const add = button(t("Thêm dòng", "Add a row"), () => addRow(view, {}, true));
  if (!householdColumn(question)) return beside(add);
  const missing = () =>
    findHouseholds("", part.ctx.isWaiting).filter(
      (one) => !view.rows.some((row) => row[householdColumn(question).code] === one.id),
    );
  const all = button(t("Thêm các hộ đang chờ việc này", "Add the households this waits for"), () => {
    for (const one of missing()) addRow(view, { [householdColumn(question).code]: one.id }, false);
  });
  return beside(missing().length ? all : null, add);
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
  const fill = () =>
    made.open &&
    !body.childElementCount &&
    body.append(...columns(view, row, refresh), remover(view, row));
  made.addEventListener("toggle", fill);
  refresh();
  fill();
  return h("li", {}, made);
}

function columns(view, row, refresh) {
  const place = view.rows.indexOf(row);
  const change = (column, value) => {
    row[column.code] = value;
    refresh();
    view.keep();
  };
  const ctx = { ...view.part.ctx, change, values: () => row };
  return view.question.columns.map((column) =>
    view.node(column, row[column.code], ctx, `${view.part.path}[${place}].${column.code}`),
  );
}

function remover(view, row) {
  return button(
    t("Bỏ dòng này", "Remove this row"),
    () => {
      const at = view.rows.indexOf(row);
      view.rows.splice(at, 1);
      // All lines anew: their fields are named by their place.
      view.list.replaceChildren(...view.rows.map((one) => line(view, one)));
      view.keep();
      const next = view.list.children[at]?.querySelector("summary");
      (next ?? view.list.nextElementSibling.lastElementChild).focus();
    },
    "danger",
  );
}

// --- choosing a village or a household

const SHOWN = 40;

const pickVillage = () =>
  pick(t("Chọn thôn", "Choose a village"), t("Tên thôn, xã", "Village, commune"), villages);

const pickHousehold = (fits) =>
  pick(t("Chọn hộ", "Choose a household"), t("Tên chủ hộ, thôn", "Head, village"), (typed) =>
    householdRows(typed, fits),
  );

function villages(typed) {
  const { total, shown } = findVillages(typed, SHOWN);
  return { total, rows: shown.map((one) => [one.code, one.name, one.commune_name]) };
}

function householdRows(typed, fits) {
  const found = findHouseholds(typed, fits);
  const rows = found
    .slice(0, SHOWN)
    .map((one) => [one.id, one.head_name ?? t("(chưa có tên)", "(no name)"), whereAndHow(one)]);
  return { total: found.length, rows };
}

const whereAndHow = (one) =>
  [villageName(one.village_code), one.case && word(`case_state.${one.case.state}`)].filter(Boolean).join(" · ");

function pick(title, asked, search) {
  const input = h("input", {
    type: "search",
    id: "pick",
    autocomplete: "off",
    placeholder: asked,
    "aria-label": asked,
  });
  const list = h("div", { class: "options", role: "group", "aria-label": title });
  const note = h("p", { class: "small", role: "status" });
  const answer = dialog("pick", title, (close) => {
    const show = () => {
      const { total, rows } = search(input.value);
      list.replaceChildren(...rows.map(([code, name, below]) => option(name, below, () => close(code))));
      const more = t(
        `Đang hiện ${rows.length} trên ${whole(total)}; gõ thêm để tìm.`,
        `${rows.length} of ${whole(total)} shown; type more to search.`,
      );
      note.textContent = total > rows.length ? more : total ? "" : nothing();
    };
    input.addEventListener("input", show);
    show();
    return [button(t("Đóng", "Close"), () => close(null)), input, note, list];
  });
  input.focus();
  return answer;
}

function nothing() {
  const isEmpty = !me.assignment.villages.length;
  return isEmpty
    ? t(
        "Chưa tải danh sách về máy. Ghi tên thôn ở ô bên dưới.",
        "No list was fetched yet. Write the village's name in the field below.",
      )
    : t("Không tìm thấy.", "Nothing found.");
}

const option = (name, below, choose) =>
  h("button", { type: "button", class: "option", onclick: choose }, h("b", {}, name), h("small", {}, below));
