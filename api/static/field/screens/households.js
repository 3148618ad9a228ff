/** The households of the assignment: search letter for letter first, then without marks. */

import { button, empty, h, link, screen } from "../dom.js";
import { findHouseholds, me, villageName, word } from "../me.js";
import { number, t } from "../words.js";


const SHOWN = 60;
let typed = "";
let village = "";

/** Show the list with its search. */
export function show() {
  const view = { more: SHOWN };
  const input = h("input", { type: "search", id: "find", autocomplete: "off", value: typed });
  const choose = h("select", { id: "village" }, h("option", { value: "" }, t("Mọi thôn", "All villages")), villages().map((one) => h("option", { value: one.code }, villageName(one.code))));
  choose.value = village;
  const list = h("div", { class: "list" });
  const paint = () => list.replaceChildren(...rowsOf(view, paint));
  input.addEventListener("input", () => ((typed = input.value), (view.more = SHOWN), paint()));
  choose.addEventListener("change", () => ((village = choose.value), (view.more = SHOWN), paint()));
  const filters = h("div", { class: "filters" }, h("label", { for: "find" }, t("Tìm chủ hộ, thôn", "Find a head, a village"), input), h("label", { for: "village" }, t("Thôn", "Village"), choose));
  screen({
    title: t("Hộ trong thôn", "Households"),
    about: t(`${number(me.assignment.households.length, 0)} hộ trên máy`, `${number(me.assignment.households.length, 0)} households on this phone`),
    back: "#/home",
    main: [filters, list],
    footer: [link(t("Khảo sát hộ mới", "Survey a new household"), "#/act/household", "main")],
  });
  paint();
}

const villages = () => me.assignment.villages.filter((one) => me.assignment.households.some((house) => house.village_code === one.code));

function rowsOf(view, paint) {
  const found = findHouseholds(typed, (one) => !village || one.village_code === village);
  if (!found.length) return [empty(t("Không tìm thấy hộ nào", "No household found"), me.assignment.households.length ? t("Thử gõ ngắn hơn, hoặc khảo sát hộ mới.", "Type less, or survey a new household.") : t("Danh sách hộ đến cùng lần tải về. Hộ chưa có trong danh sách vẫn khảo sát được.", "Households come with the assignment. Others can be surveyed all the same."))];
  const rows = found.slice(0, view.more).map(rowOf);
  const left = found.length - view.more;
  return left > 0 ? [...rows, button(t(`Hiện thêm (còn ${number(left, 0)})`, `Show more (${number(left, 0)} left)`), () => ((view.more += 200), paint()), "full")] : rows;
}

function rowOf(one) {
  const state = one.case ? word(`case_state.${one.case.state}`, one.case.state) : word(`outcome.${one.outcome}`, t("chưa khảo sát", "not surveyed"));
  return h("a", { class: "task", href: `#/household/${one.id}` }, h("span", { class: `dot ${one.outcome}`, "aria-hidden": "true" }), h("span", { class: "texts" }, h("b", {}, one.head_name || t("(chưa có tên)", "(no name)")), h("small", {}, `${villageName(one.village_code)} · ${state}`)));
}
