/** Searching a village or a household: letter for letter first, then without marks. */

import { button, h } from "./dom.js";
import { findHouseholds, findVillages, me, villageName } from "./me.js";
import { number, t } from "./words.js";

const SHOWN = 40;

/** Ask for a village; its code, or null. */
export const pickVillage = () => pick(t("Chọn thôn", "Choose a village"), t("Tên thôn, xã", "Village, commune"), villages);

/** Ask for a household among those that fit; its id, or null. */
export const pickHousehold = (fits) => pick(t("Chọn hộ", "Choose a household"), t("Tên chủ hộ, thôn", "Head, village"), (typed) => householdRows(typed, fits));

/** Villages as rows: [code, name, what stands below], and how many there are. */
function villages(typed) {
  const { total, shown } = findVillages(typed, SHOWN);
  return { total, rows: shown.map((one) => [one.code, one.name, one.commune_name]) };
}

function householdRows(typed, fits) {
  const found = findHouseholds(typed, fits);
  const rows = found.slice(0, SHOWN).map((one) => [one.id, one.head_name ?? t("(chưa có tên)", "(no name)"), villageName(one.village_code)]);
  return { total: found.length, rows };
}

function pick(title, asked, search) {
  return new Promise((resolve) => {
    const box = h("dialog", { class: "pick", "aria-label": title });
    const close = (answer) => (box.close(), box.remove(), resolve(answer));
    const input = h("input", { type: "search", id: "pick", autocomplete: "off", placeholder: asked });
    const list = h("div", { class: "options", role: "group", "aria-label": title });
    const note = h("p", { class: "small", role: "status" });
    const show = () => {
      const { total, rows } = search(input.value);
      list.replaceChildren(...rows.map(([code, name, below]) => option(name, below, () => close(code))));
      note.textContent = total > rows.length ? t(`Đang hiện ${rows.length} trên ${number(total, 0)}; gõ thêm để tìm.`, `${rows.length} of ${number(total, 0)} shown; type more to search.`) : total ? "" : nothing();
    };
    input.addEventListener("input", show);
    box.append(h("div", { class: "pick-head" }, h("label", { for: "pick" }, h("h2", {}, title)), button(t("Đóng", "Close"), () => close(null))), input, note, list);
    box.addEventListener("cancel", () => close(null));
    document.body.append(box);
    show();
    box.showModal();
    input.focus();
  });
}

function nothing() {
  const isEmpty = !me.assignment.villages.length;
  return isEmpty
    ? t("Chưa tải danh sách về máy. Ghi tên thôn ở ô bên dưới.", "No list was fetched yet. Write the village's name in the field below.")
    : t("Không tìm thấy.", "Nothing found.");
}

const option = (name, below, choose) => h("button", { type: "button", class: "option", onclick: choose }, h("b", {}, name), h("small", {}, below));
