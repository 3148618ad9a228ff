/** A task, a draft or a record as a row of a list. */

import { chip, h } from "../ui/dom.js";
import { day, label, t } from "../ui/words.js";

/** @import { Record } from "../types.js" */

const SIGNS = {
  survey: "KS",
  visit: "ĐT",
  registration: "ĐK",
  resubmission: "BS",
  start: "KC",
  stage: "TĐ",
  completion: "NT",
  handover: "BG",
  obstacle: "VM",
  meeting: "HT",
  posting: "NY",
  correction: "BS",
  household: "KS",
};

/** The two letters before a task or a record of this kind. */
export const signOf = (kind, otherwise = "GH") => SIGNS[kind] ?? otherwise;

/**
 * A row that leads somewhere.
 * @param {{sign: string, title: string, about: string, mark: Element | null, href: string}} told
 */
export function listRow({ sign, title, about, mark, href }) {
  return h(
    "a",
    { class: "task", href },
    h("span", { class: "tag", "aria-hidden": "true" }, sign),
    h("span", { class: "texts" }, h("b", {}, title), h("small", {}, about)),
    mark,
  );
}

/**
 * A record as a row.
 * @param {Record} one
 */
export function recordRow(one) {
  const about = [
    label(one.labels) || one.form || t("Bản ghi", "Record"),
    one.village,
    one.captured_at ? day(one.captured_at) : null,
    one.version > 1 ? t(`phiên bản ${one.version}`, `version ${one.version}`) : null,
  ]
    .filter(Boolean)
    .join(" · ");
  return listRow({
    sign: signOf(one.form),
    title: one.title || t("Bản ghi không đọc được", "Unreadable record"),
    about,
    mark: stateChip(one),
    href: `#/record/${one.key}`,
  });
}

/**
 * @param {Record} one
 * @returns {[string, string]}
 */
function stateOf(one) {
  const left = (one.photos ?? []).length - (one.stored ?? []).length;
  const waits = one.receipt?.state === "waiting";
  const back = one.back?.state;
  /** @type {Object<string, [string, string]>} */
  const texts = {
    ready: [t("Chưa gửi", "Not sent"), "warn"],
    sending: [t("Đang gửi", "Sending"), "accent"],
    photos: [t(`Còn ${left} ảnh`, `${left} photos to go`), "warn"],
    sent: waits
      ? [t("Đã nhận, chờ xem", "Received, in review"), "accent"]
      : [t("Có biên nhận", "Receipt kept"), "ok"],
    returned: [
      back === "corrected"
        ? t("Đã được người khác sửa", "Corrected by somebody")
        : back === "set_aside"
          ? t("Trả lại", "Returned")
          : t("Cần sửa", "To mend"),
      "bad",
    ],
    refused: [t("Chưa nhận", "Not accepted"), "bad"],
    conflict: [t("Người khác đã sửa", "Somebody changed it"), "bad"],
    broken: [t("Không đọc được", "Cannot be read"), "bad"],
  };
  return texts[one.state];
}

/**
 * The state as a small mark with its word.
 * @param {Record} one
 */
export const stateChip = (one) => chip(...stateOf(one));
