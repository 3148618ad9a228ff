/** The households of the assignment: their list with its search, and one with what can be recorded about it. */

import { findHouseholds, me, outcomeToday, villageName, word } from "../store/me.js";
import * as queue from "../store/queue.js";
import { button, card, chip, empty, h, link, notice, screen } from "../ui/dom.js";
import { capital, day, label, number, whole, t } from "../ui/words.js";
import { recordRow } from "./list_rows.js";

/** @import { Household, Record } from "../types.js" */

const SHOWN = 60;
let typed = "";
let village = "";

/** Show the list with its search. */
export function showHouseholds() {
  const view = { more: SHOWN };
  const input = h("input", { type: "search", id: "find", autocomplete: "off", value: typed });
  const choose = h(
    "select",
    { id: "village" },
    h("option", { value: "" }, t("Mọi thôn", "All villages")),
    villages().map((one) => h("option", { value: one.code }, villageName(one.code))),
  );
  choose.value = village;
  const list = h("div", { class: "list" });
  const paint = () => list.replaceChildren(...rowsOf(view, paint));
  input.addEventListener("input", () => ((typed = input.value), (view.more = SHOWN), paint()));
  choose.addEventListener("change", () => ((village = choose.value), (view.more = SHOWN), paint()));
  const filters = h(
    "div",
    { class: "filters" },
    h("label", { for: "find" }, t("Tìm chủ hộ, thôn", "Find a head, a village"), input),
    h("label", { for: "village" }, t("Thôn", "Village"), choose),
  );
  screen({
    title: t("Hộ trong thôn", "Households"),
    about: t(
      `${whole(me.assignment.households.length)} hộ trên máy`,
      `${whole(me.assignment.households.length)} households on this phone`,
    ),
    back: "#/home",
    main: [filters, list],
    footer: [link(t("Khảo sát hộ mới", "Survey a new household"), "#/act/household", "main")],
  });
  paint();
}

const villages = () =>
  me.assignment.villages.filter((one) =>
    me.assignment.households.some((house) => house.village_code === one.code),
  );

function rowsOf(view, paint) {
  const found = findHouseholds(typed, (one) => !village || one.village_code === village);
  if (!found.length)
    return [
      empty(
        t("Không tìm thấy hộ nào", "No household found"),
        me.assignment.households.length
          ? t("Thử gõ ngắn hơn, hoặc khảo sát hộ mới.", "Type less, or survey a new household.")
          : t(
              "Danh sách hộ đến cùng lần tải về. Hộ chưa có trong danh sách vẫn khảo sát được.",
              "Households come with the assignment. Others can be surveyed all the same.",
            ),
      ),
    ];
  const rows = found.slice(0, view.more).map(rowOf);
  const left = found.length - view.more;
  return left > 0
    ? [
        ...rows,
        button(
          t(`Hiện thêm (còn ${whole(left)})`, `Show more (${whole(left)} left)`),
          () => ((view.more += 200), paint()),
          "full",
        ),
      ]
    : rows;
}

/** @param {Household} one */
function rowOf(one) {
  const state = one.case
    ? word(`case_state.${one.case.state}`, one.case.state)
    : word(`outcome.${outcomeToday(one)}`, t("chưa khảo sát", "not surveyed"));
  return h(
    "a",
    { class: "task", href: `#/household/${one.id}` },
    h("span", { class: `dot ${outcomeToday(one)}`, "aria-hidden": "true" }),
    h(
      "span",
      { class: "texts" },
      h("b", {}, one.head_name || t("(chưa có tên)", "(no name)")),
      h("small", {}, `${villageName(one.village_code)} · ${state}`),
    ),
  );
}

// --- one household

/** Show a household of the assignment. */
export async function showHousehold(id) {
  const one = me.households.get(id);
  if (!one) {
    screen({
      title: t("Hộ không có trên máy", "Not on this phone"),
      back: "#/households",
      main: notice(
        "warn",
        t("Hộ này không nằm trong danh sách đã tải", "This household is not on the list here"),
        t("Tải lại danh sách khi có mạng.", "Fetch the list again when there is a signal."),
      ),
    });
    return;
  }
  const mine = (await queue.records()).filter(
    (record) =>
      record.household_id === id ||
      record.id === id ||
      record.draft?.is_about === id ||
      (record.draft?.answers?.households ?? []).some((row) => row.household === id),
  );
  screen({
    title: one.head_name || t("(chưa có tên)", "(no name)"),
    about: [
      villageName(one.village_code),
      one.people ? t(`${one.people} khẩu`, `${one.people} people`) : null,
    ]
      .filter(Boolean)
      .join(" · "),
    back: "#/households",
    main: [standing(one), open(one), nextActs(one), records(mine), place(one)],
    footer: [
      link(
        one.outcome === "not_assessed" ? t("Khảo sát", "Survey") : t("Khảo sát lại", "Survey again"),
        `#/act/household/${id}`,
        one.next?.length ? "" : "main",
      ),
    ],
  });
}

/** @param {Household} one */
function standing(one) {
  /** @type {any[]} */
  const lines = [
    [
      t("Đối chiếu tiêu chí", "Criteria"),
      capital(word(`outcome.${outcomeToday(one)}`, t("chưa khảo sát", "not surveyed"))),
    ],
    one.house_class ? [t("Nhà", "House"), capital(word(`house_class.${one.house_class}`))] : null,
    one.case
      ? [
          t("Hồ sơ", "Case"),
          [
            capital(word(`case_state.${one.case.state}`, one.case.state)),
            one.case.since ? t(`từ ${day(one.case.since)}`, `since ${day(one.case.since)}`) : null,
          ]
            .filter(Boolean)
            .join(", "),
        ]
      : [t("Hồ sơ", "Case"), t("Chưa có", "None yet")],
    one.case?.works_kind
      ? [t("Hình thức", "Works"), capital(word(`works_kind.${one.case.works_kind}`))]
      : null,
    one.amount_vnd
      ? [t("Mức hỗ trợ theo tiêu chí", "Amount by the criteria"), `${whole(one.amount_vnd)} đồng`]
      : null,
    one.captured_at ? [t("Khảo sát gần nhất", "Surveyed last"), day(one.captured_at)] : null,
  ].filter(Boolean);
  const note = one.case
    ? null
    : h(
        "p",
        { class: "small" },
        t(
          "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ.",
          "The result of the criteria, not a decision on support.",
        ),
      );
  return card(
    h(
      "dl",
      { class: "facts" },
      lines.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    note,
  );
}

/** @param {Household} one */
function open(one) {
  const all = [...(one.case?.obstacles ?? []), ...(one.case?.objections ?? [])];
  if (!all.length) return null;
  return card(
    h("h2", {}, t("Đang vướng", "Open")),
    h(
      "ul",
      {},
      all.map((each) =>
        h(
          "li",
          {},
          [
            capital(
              word(
                `obstacle_kind.${each.kind}`,
                word(`objection_kind.${each.kind}`, t("phản ánh", "objection")),
              ),
            ),
            t(`từ ${day(each.since)}`, `since ${day(each.since)}`),
            each.due ? t(`hạn ${day(each.due)}`, `due ${day(each.due)}`) : null,
          ]
            .filter(Boolean)
            .join(", "),
        ),
      ),
    ),
  );
}

/** @param {Household} one */
function nextActs(one) {
  const acts = (one.next ?? []).filter((kind) => me.forms[kind]);
  if (!acts.length || !me.may.record) return null;
  return card(
    h("h2", {}, t("Ghi việc", "Record")),
    h(
      "div",
      { class: "grid-2" },
      acts.map((kind) => link(label(me.forms[kind].labels), `#/act/${kind}/${one.id}`)),
    ),
  );
}

/** @param {Record[]} mine */
function records(mine) {
  if (!mine.length) return null;
  return h(
    "section",
    { class: "list" },
    h("h2", {}, t("Bản ghi trên máy này", "Records on this phone")),
    mine.map(recordRow),
  );
}

/** @param {Household} one */
function place(one) {
  if (one.lon === null || one.lon === undefined)
    return empty(
      t("Chưa có vị trí", "No position yet"),
      t("Lấy vị trí khi khảo sát.", "Take it with the survey."),
    );
  const where = `${number(one.lat, 5)}; ${number(one.lon, 5)}`;
  return card(
    h("h2", {}, t("Vị trí", "Position")),
    h("p", {}, where, " ", one.accuracy_m ? chip(`± ${whole(one.accuracy_m)} m`) : null),
    h(
      "a",
      { class: "btn", href: `geo:${one.lat},${one.lon}?q=${one.lat},${one.lon}` },
      t("Mở trong ứng dụng bản đồ", "Open in a maps app"),
    ),
  );
}
