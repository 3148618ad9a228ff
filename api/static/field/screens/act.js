/** Beginning something new: a survey, or an act about a household or a village. */

import { questionsOf } from "../form/relevance.js";
import * as drafts from "../store/drafts.js";
import { me, villageName } from "../store/me.js";
import { card, h, notice, screen } from "../ui/dom.js";
import { label, t } from "../ui/words.js";

/** @import { Draft, Form, Household } from "../types.js" */

const NOT_CARRIED = ["visit", "training", "visited_on", "note", "household"];

const OF_VILLAGES = ["meeting", "posting"];
const IN_THE_FIELD = [
  ...OF_VILLAGES,
  "registration",
  "non_registration",
  "resubmission",
  "start",
  "stage",
  "completion",
  "handover",
  "head_change",
  "objection",
  "obstacle",
  "obstacle_end",
];

/** Begin the form `kind` about `subject` (a household or a village), or list what can be begun. */
export async function showAct(kind, subject) {
  if (!kind) return choose();
  const form = me.forms[kind];
  if (!form) return missing();
  const known = await openDraft(kind, subject);
  const draft = known ?? (kind === "household" ? survey(form, subject) : act(form, subject));
  if (!known) await drafts.save(draft);
  location.replace(`#/form/${draft.id}`);
  return null;
}

/**
 * @param {string} kind
 * @param {string | undefined} subject
 * @returns {Promise<Draft | null>}
 */
async function openDraft(kind, subject) {
  if (!subject) return null;
  return (
    (await drafts.all()).find(
      (one) => one.form === kind && one.is_about === subject && one.base_version === 0,
    ) ?? null
  );
}

/**
 * A survey: of a house nobody knows, or again of one we know, with what was answered last time.
 * @param {Form} form
 * @param {string | undefined} householdId
 */
function survey(form, householdId) {
  const house = me.households.get(householdId);
  if (!house) return drafts.begin(form, onlyVillage());
  const codes = new Set(questionsOf(form).map((one) => one.code));
  const before = Object.entries(house.answers ?? {}).filter(
    ([code]) => codes.has(code) && !NOT_CARRIED.includes(code),
  );
  const answers = { area_code: house.village_code, ...Object.fromEntries(before), household: house.id };
  const more = { is_about: house.id, asked_for: carried(form, house) };
  return drafts.begin(form, answers, more);
}

/**
 * @param {Form} form
 * @param {Household} house
 */
function carried(form, house) {
  const held = (house.withheld ?? []).map(
    (code) => label(questionsOf(form).find((one) => one.code === code)?.labels) || code,
  );
  const last = t(
    "Câu trả lời lần trước được điền sẵn; xem lại từng câu.",
    "The answers of last time are filled in; go through each.",
  );
  return held.length
    ? `${last} ${t("Máy chủ đã có, không tải về máy: ", "At the server, not on this phone: ")}${held.join(", ")}.`
    : last;
}

const onlyVillage = () => {
  const villages = me.assignment.villages.filter((one) => one.level !== "commune");
  return villages.length === 1 ? { area_code: villages[0].code } : {};
};

/**
 * @param {Form} form
 * @param {string | undefined} subject
 */
function act(form, subject) {
  const house = me.households.get(subject);
  if (house) return drafts.beginAct(form, aboutHouse(form, house), { is_about: house.id });
  const codes = new Set(questionsOf(form).map((one) => one.code));
  const answers = subject && codes.has("area_code") ? { area_code: subject } : {};
  return drafts.beginAct(form, answers, subject ? { is_about: subject } : {});
}

/**
 * @param {Form} form
 * @param {Household} house
 */
function aboutHouse(form, house) {
  const codes = new Set(questionsOf(form).map((one) => one.code));
  if (codes.has("household")) return { household: house.id };
  const area = codes.has("area_code") ? { area_code: house.village_code } : {};
  return codes.has("households") ? { ...area, households: [{ household: house.id }] } : area;
}

function missing() {
  screen({
    title: t("Chưa có phiếu trên máy", "No forms on this phone"),
    back: "#/home",
    main: notice(
      "warn",
      t(
        "Cần tải danh sách được giao một lần khi có mạng",
        "Fetch the assignment once while there is a signal",
      ),
      h("a", { class: "btn main", href: "#/settings" }, t("Mở Cài đặt", "Open settings")),
    ),
  });
}

function choose() {
  const villages = me.assignment.villages.filter((one) => one.level !== "commune");
  const forVillage = OF_VILLAGES.filter((kind) => me.forms[kind]);
  const others = IN_THE_FIELD.filter((kind) => me.forms[kind] && !OF_VILLAGES.includes(kind));
  screen({
    title: t("Ghi việc mới", "Record something new"),
    back: "#/home",
    main: [
      h(
        "a",
        { class: "btn main full", href: "#/act/household" },
        t("Khảo sát hộ chưa có trong danh sách", "Survey a household not on the list"),
      ),
      h(
        "a",
        { class: "btn full", href: "#/households" },
        t("Chọn hộ trong danh sách", "Choose a household on the list"),
      ),
      me.may.record
        ? card(
            h("h2", {}, t("Việc của thôn", "For a village")),
            forVillage.map((kind) =>
              h(
                "div",
                { class: "block" },
                h("b", {}, label(me.forms[kind].labels)),
                villages
                  .slice(0, 12)
                  .map((one) =>
                    h("a", { class: "btn full", href: `#/act/${kind}/${one.code}` }, villageName(one.code)),
                  ),
                villages.length > 12 || !villages.length
                  ? h("a", { class: "btn full", href: `#/act/${kind}` }, t("Thôn khác", "Another village"))
                  : null,
              ),
            ),
          )
        : null,
      me.may.record
        ? card(
            h("h2", {}, t("Việc của hộ, chọn hộ sau", "For a household chosen later")),
            others.map((kind) =>
              h("a", { class: "btn full", href: `#/act/${kind}` }, label(me.forms[kind].labels)),
            ),
          )
        : null,
    ],
  });
  return null;
}
