/** One household: where its case stands, what can be recorded now, what this phone recorded. */

import { chip, card, empty, h, link, notice, screen } from "../dom.js";
import { me, villageName, word } from "../me.js";
import * as queue from "../queue.js";
import { capital, day, label, number, t } from "../words.js";
import { recordRow } from "./home.js";

/** Show a household of the assignment. */
export async function show(id) {
  const one = me.households.get(id);
  if (!one) {
    screen({ title: t("Hộ không có trên máy", "Not on this phone"), back: "#/households", main: notice("warn", t("Hộ này không nằm trong danh sách đã tải", "This household is not on the list here"), t("Tải lại danh sách khi có mạng.", "Fetch the list again when there is a signal.")) });
    return;
  }
  const mine = (await queue.records()).filter((record) => record.household_id === id || record.id === id || record.draft?.is_about === id || (record.draft?.answers?.households ?? []).some((row) => row.household === id));
  screen({
    title: one.head_name || t("(chưa có tên)", "(no name)"),
    about: [villageName(one.village_code), one.people ? t(`${one.people} khẩu`, `${one.people} people`) : null].filter(Boolean).join(" · "),
    back: "#/households",
    main: [standing(one), open(one), nextActs(one), records(mine), place(one)],
    footer: [link(one.outcome === "not_assessed" ? t("Khảo sát", "Survey") : t("Khảo sát lại", "Survey again"), `#/act/household/${id}`, one.next?.length ? "" : "main")],
  });
}

function standing(one) {
  const lines = [
    [t("Đối chiếu tiêu chí", "Criteria"), capital(word(`outcome.${one.outcome}`, t("chưa khảo sát", "not surveyed")))],
    one.house_class ? [t("Nhà", "House"), capital(word(`house_class.${one.house_class}`))] : null,
    one.case ? [t("Hồ sơ", "Case"), [capital(word(`case_state.${one.case.state}`, one.case.state)), one.case.since ? t(`từ ${day(one.case.since)}`, `since ${day(one.case.since)}`) : null].filter(Boolean).join(", ")] : [t("Hồ sơ", "Case"), t("Chưa có", "None yet")],
    one.case?.works_kind ? [t("Hình thức", "Works"), capital(word(`works_kind.${one.case.works_kind}`))] : null,
    one.amount_vnd ? [t("Mức hỗ trợ theo tiêu chí", "Amount by the criteria"), `${number(one.amount_vnd, 0)} đồng`] : null,
    one.captured_at ? [t("Khảo sát gần nhất", "Surveyed last"), day(one.captured_at)] : null,
  ].filter(Boolean);
  const note = one.case ? null : h("p", { class: "small" }, t("Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ.", "The result of the criteria, not a decision on support."));
  return card(h("dl", { class: "facts" }, lines.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])), note);
}

/** Obstacles and objections nobody has settled. */
function open(one) {
  const all = [...(one.case?.obstacles ?? []), ...(one.case?.objections ?? [])];
  if (!all.length) return null;
  return card(h("h2", {}, t("Đang vướng", "Open")), h("ul", {}, all.map((each) => h("li", {}, [capital(word(`obstacle_kind.${each.kind}`, word(`objection_kind.${each.kind}`, t("phản ánh", "objection")))), t(`từ ${day(each.since)}`, `since ${day(each.since)}`), each.due ? t(`hạn ${day(each.due)}`, `due ${day(each.due)}`) : null].filter(Boolean).join(", ")))));
}

function nextActs(one) {
  const acts = (one.next ?? []).filter((kind) => me.forms[kind]);
  if (!acts.length || !me.may.record) return null;
  return card(h("h2", {}, t("Ghi việc", "Record")), h("div", { class: "grid-2" }, acts.map((kind) => link(label(me.forms[kind].labels), `#/act/${kind}/${one.id}`))));
}

function records(mine) {
  if (!mine.length) return null;
  return h("section", { class: "list" }, h("h2", {}, t("Bản ghi trên máy này", "Records on this phone")), mine.map(recordRow));
}

function place(one) {
  if (one.lon === null || one.lon === undefined) return empty(t("Chưa có vị trí", "No position yet"), t("Lấy vị trí khi khảo sát.", "Take it with the survey."));
  const where = `${number(one.lat, 5)}; ${number(one.lon, 5)}`;
  return card(h("h2", {}, t("Vị trí", "Position")), h("p", {}, where, " ", one.accuracy_m ? chip(`± ${number(one.accuracy_m, 0)} m`) : null), h("a", { class: "btn", href: `geo:${one.lat},${one.lon}?q=${one.lat},${one.lon}` }, t("Mở trong ứng dụng bản đồ", "Open in a maps app")));
}
