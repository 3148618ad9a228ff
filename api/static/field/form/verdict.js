/** What the law says of a survey, on this phone: advice, no decision; and the server's result beside it. */

import { explain } from "../law/explain.js";
import { assess } from "../law/law.js";
import { lawOn } from "../law/rules.js";
import { me, outcomeToday, word } from "../store/me.js";
import { h } from "../ui/dom.js";
import { capital, label, language, t, today, whole } from "../ui/words.js";
import { collectFacts, surveyFacts } from "./facts.js";

/** @import { Answers, Form, Record } from "../types.js" */

const kept = new Map();

function lawFor(on, path) {
  const key = `${me.law.release} ${on} ${path.join()}`;
  if (!kept.has(key)) kept.set(key, lawOn(me.law.law, on, path));
  return kept.get(key);
}

/**
 * {assessment, reasons} of the checked answers of a survey; null where there is no law here yet.
 * @param {Form} form
 * @param {Answers} values
 * @param {string} draftId
 */
export function judge(form, values, draftId) {
  if (!me.law?.law) return null;
  const village = me.villages.get(values.area_code);
  const house = me.households.get(values.household ?? draftId);
  // The law asks about the place as it was when the household was approved.
  const entry = house?.village_code === values.area_code ? house?.entry : null;
  const path = entry?.path ?? village?.path ?? [values.area_code].filter(Boolean);
  const law = lawFor(values.visited_on ?? today(), path);
  const more = {
    area: entry?.area_facts ?? village?.area_facts,
    records: house?.status_records,
    acts: house?.case_facts,
    envelopeId: draftId,
  };
  const told = Object.entries(collectFacts(surveyFacts(form, values), more));
  // A newer form tells more than the law in force asks for.
  const known = Object.fromEntries(told.filter(([name]) => Object.hasOwn(law.document.facts, name)));
  const assessment = assess(known, law);
  return { assessment, reasons: explain(assessment, law, language()) };
}

/** What a record keeps of the result that was shown. */
export function brief({ assessment }) {
  const names = [
    "outcome",
    "house_class",
    "programme",
    "works_kind",
    "release",
    "engine_version",
    "on",
    "missing_facts",
  ];
  const seen = me.may.amounts ? [...names, "amount_vnd"] : names;
  return Object.fromEntries(seen.map((name) => [name, assessment[name]]));
}

/** The result with its reasons and what is missing; `lead` makes a link of a missing fact. */
export function verdictNode({ assessment, reasons }, name, lead) {
  const isAmount = ({ role, code }) => role === "amount" || code === "amount" || code === "if_started";
  const allowed = reasons.filter((one) => me.may.amounts || !isAmount(one));
  const missing = allowed.filter((one) => one.role === "missing");
  const aside = allowed.filter((one) => ASIDE.includes(one.role));
  const shown = allowed.filter((one) => one.role !== "missing" && !aside.includes(one));
  return h(
    "section",
    { class: "result", "aria-labelledby": "verdict" },
    h(
      "div",
      { class: "card" },
      h(
        "h2",
        { id: "verdict" },
        t("Kết quả đối chiếu tiêu chí", "Result of the criteria"),
        h("small", {}, t("chưa phải quyết định hỗ trợ", "not a decision on support")),
      ),
      h("small", {}, name),
      h(
        "p",
        { class: "big" },
        capital(word(`house_class.${assessment.house_class}`, assessment.house_class)),
      ),
      h(
        "p",
        { class: "outcome" },
        h("span", { class: `dot ${outcomeToday(assessment)}`, "aria-hidden": "true" }),
        capital(word(`outcome.${outcomeToday(assessment)}`, assessment.outcome)),
        amountOf(assessment),
      ),
      programmeOf(assessment),
      shown.map(reasonNode),
    ),
    missing.length
      ? h(
          "div",
          { class: "card missing" },
          h("h2", {}, t("Còn thiếu", "Missing")),
          h(
            "ul",
            {},
            missing.map((one) =>
              h("li", {}, lead(one.code, label(me.law.law.facts[one.code]?.labels) || one.text)),
            ),
          ),
        )
      : null,
    aside.length
      ? h(
          "details",
          { class: "card" },
          h(
            "summary",
            {},
            t(`Chương trình khác đã xét (${aside.length})`, `Other programmes considered (${aside.length})`),
          ),
          aside.map(reasonNode),
        )
      : null,
    h(
      "p",
      { class: "small" },
      t(
        `Tính trên máy theo bản luật ${assessment.release.slice(0, 8)}; máy chủ sẽ đối chiếu lại khi nhận.`,
        `Worked out on this phone by law release ${assessment.release.slice(0, 8)}; the server does it again on receipt.`,
      ),
    ),
  );
}

function programmeOf({ programme }) {
  const known = me.law.law.programmes.find((one) => one.id === programme);
  return known ? h("p", {}, label(known.title)) : null;
}

/** The amount as of today: that of a house begun today, where no start is known yet. */
function amountOf({ amount_vnd: first, if_started: later }) {
  const amount = later.filter(([from]) => from <= today()).pop()?.[2] ?? first;
  return me.may.amounts && amount ? h("b", {}, ` · ${whole(amount)} đồng`) : null;
}

/** Reasons of programmes that do not (or not yet) apply: there to be read, not in the way. */
const ASIDE = ["not_met", "unknown"];
const TONES = {
  not_met: "unmet",
  excludes: "unmet",
  unknown: "unknown",
  doubt: "unknown",
  provisional: "unknown",
  lapse: "unknown",
};

function reasonNode(one) {
  const unsure =
    one.citation && !one.verified
      ? t(" (chưa kiểm chứng với văn bản gốc)", " (not confirmed with the document)")
      : "";
  return h(
    "div",
    { class: `law ${TONES[one.role] ?? ""}` },
    one.text,
    one.citation ? h("small", {}, one.citation + unsure) : null,
  );
}

/**
 * The phone's result and the server's side by side, with why they may differ; null while the server has none.
 * @param {Record} record
 */
export function comparison(record) {
  const mine = record.assessment;
  const house = me.households.get(record.receipt?.household_id ?? record.household_id ?? record.id);
  const isAbout = house && house.envelope_id === record.id && house.version === record.version;
  if (!mine || !isAbout) return null;
  const isSame = ["outcome", "house_class", "programme"].every(
    (name) => (mine[name] ?? null) === (house[name] ?? null),
  );
  const text = (one) =>
    [`house_class.${one.house_class}`, `outcome.${one.outcome}`].map((code) => word(code)).join("; ");
  if (isSame)
    return h(
      "p",
      {},
      t("Máy chủ đối chiếu ra cùng kết quả: ", "The server found the same: "),
      h("b", {}, text(house)),
    );
  const why =
    mine.release === house.release
      ? t(
          "Máy chủ biết thêm điều máy này chưa có: danh sách công nhận, hồ sơ, hoặc bản ghi khác của hộ.",
          "The server knows what this phone did not: an official list, the case, or another record of the household.",
        )
      : t(
          `Hai bản luật khác nhau: máy ${mine.release.slice(0, 8)}, máy chủ ${String(house.release).slice(0, 8)}.`,
          `Two releases of the law: phone ${mine.release.slice(0, 8)}, server ${String(house.release).slice(0, 8)}.`,
        );
  return h(
    "div",
    { class: "problem warn" },
    h("b", {}, t("Máy chủ ra kết quả khác", "The server found something else")),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, t("Trên máy", "Phone")),
      h("dd", {}, text(mine)),
      h("dt", {}, t("Máy chủ", "Server")),
      h("dd", {}, text(house)),
    ),
    h("p", {}, why),
  );
}
