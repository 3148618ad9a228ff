/** The end of a form: what the law says (advice, no decision), what is wrong or missing, and finishing. */

import { go } from "./app.js";
import { isWorking } from "./attach.js";
import { check } from "./check.js";
import { ask, button, card, h, notice, say } from "./dom.js";
import * as drafts from "./drafts.js";
import { explain } from "./explain.js";
import { collectFacts, surveyFacts } from "./facts.js";
import { assess } from "./law.js";
import { me, villageName, word } from "./me.js";
import { POOR_M } from "./position.js";
import { inWords } from "./questions.js";
import * as queue from "./queue.js";
import { asked, questionsOf } from "./relevance.js";
import { lawOn } from "./rules.js";
import { keepSending } from "./sync.js";
import { capital, label, language, localIso, whole, t, today } from "./words.js";

/** The page as {parts, done}: its elements, and the button that finishes. */
export function ending(ctx) {
  const checked = check(ctx.form, filled(ctx.draft.answers), me.texts);
  const visible = visibleFaults(ctx, checked.faults);
  const verdict = isInterview(ctx.draft) ? judged(ctx, checked) : null;
  const parts = [
    faultsNode(ctx, visible),
    verdict ? verdictNode(verdict, nameOf(ctx), (fact, text) => toQuestion(ctx, fact, text)) : null,
    me.law || !isInterview(ctx.draft)
      ? null
      : notice(
          "warn",
          t("Chưa có bản luật trên máy", "No law on this phone yet"),
          t("Máy chủ sẽ đối chiếu khi nhận bản ghi.", "The server assesses the record on receipt."),
        ),
    missingNode(ctx, checked.missing),
    photosNote(ctx),
    answersNode(ctx),
    discarder(ctx),
  ];
  return { parts, done: finisher(ctx, visible, verdict) };
}

/** The answers without rows that were begun and left empty. */
function filled(answers) {
  const rows = (value) => value.filter((row) => Object.keys(row).length);
  return Object.fromEntries(
    Object.entries(answers).map(([code, value]) => [code, Array.isArray(value) ? rows(value) : value]),
  );
}

const isInterview = (draft) => draft.kind === "survey" && draft.answers.visit === "interviewed";

const nameOf = ({ draft }) =>
  draft.answers.head_name || me.households.get(draft.answers.household)?.head_name || "";

function toQuestion(ctx, fact, text) {
  const question = questionsOf(ctx.form).find(
    (one) => one.fact === fact && asked(one, ctx.draft.answers) !== false,
  );
  return question ? button(text, () => ctx.jump(question.code), "as-link") : text;
}

/** The result, noted as seen: what is changed from now on is flagged. */
function judged(ctx, checked) {
  try {
    const verdict = judge(ctx.form, checked.values, ctx.draft.id);
    if (verdict) noteSeen(ctx);
    return verdict;
  } catch (error) {
    console.error(error);
    return null;
  }
}

/** Which answers the result rested on: a first answer to something else is no change. */
function noteSeen({ draft, save }) {
  const seen = [...new Set([...(draft.seen ?? []), ...Object.keys(draft.answers)])];
  if (seen.length === draft.seen?.length) return;
  Object.assign(draft, { seen, result_seen_at: draft.result_seen_at ?? Date.now() });
  save();
}

/** Faults of what is asked; a poor fix without its reason is one too. */
function visibleFaults({ form, draft }, faults) {
  const hidden = new Set(
    questionsOf(form)
      .filter((one) => asked(one, draft.answers) === false)
      .map((one) => one.code),
  );
  const shown = faults.filter((one) => !hidden.has(one.question.split(/[.[]/)[0]));
  const isUnexplained = questionsOf(form).some(
    (one) =>
      one.kind === "point" && draft.answers[one.code]?.accuracy_m > POOR_M && !draft.answers[one.code].reason,
  );
  const why = {
    question: "point",
    vi: "Sai số vị trí trên 50 m: ghi lý do",
    en: "The position is more than 50 m off: say why",
  };
  return [...shown, ...(isUnexplained ? [why] : []), ...tooManyVotes(form, draft.answers)];
}

/** More votes than voters, which the server would not take. */
function tooManyVotes(form, { present, households }) {
  if (form.code !== "meeting" || !Number.isInteger(present)) return [];
  const votes = (row) => (row.votes_for ?? 0) + (row.votes_against ?? 0);
  return (households ?? []).flatMap((row, at) =>
    votes(row) > present
      ? {
          question: `households[${at}].votes_for`,
          vi: `Hộ thứ ${at + 1}: ${votes(row)} phiếu, chỉ có ${present} người biểu quyết`,
          en: `Household ${at + 1}: ${votes(row)} votes of ${present} voters`,
        }
      : [],
  );
}

function faultsNode(ctx, faults) {
  if (!faults.length) return null;
  const line = (one) =>
    h(
      "li",
      {},
      button(t(one.vi, one.en), () => ctx.jump(one.question), "as-link"),
    );
  return h(
    "div",
    { class: "problem bad", role: "alert" },
    h("b", {}, t("Cần sửa trước khi lưu", "To mend before saving")),
    h("ul", { class: "plain" }, faults.map(line)),
  );
}

function missingNode(ctx, codes) {
  if (!codes.length) return null;
  const named = (code) => label(questionsOf(ctx.form).find((one) => one.code === code)?.labels) || code;
  const line = (code) =>
    h(
      "li",
      {},
      button(named(code), () => ctx.jump(code), "as-link"),
    );
  return h(
    "div",
    { class: "problem warn" },
    h("b", {}, t("Chưa trả lời (vẫn lưu được)", "Not answered (it can be saved all the same)")),
    h("ul", { class: "plain" }, codes.map(line)),
  );
}

/** What was recorded, to be read once more: open for an act, folded below the result of a survey. */
function answersNode(ctx) {
  const { form, draft } = ctx;
  const told = Object.entries(payloadOf(ctx)).map(([code, value]) => [
    questionsOf(form).find((one) => one.code === code),
    value,
  ]);
  const line = ([question, value]) => [
    h(
      "dt",
      {},
      button(label(question.labels), () => ctx.jump(question.code), "as-link"),
    ),
    h("dd", {}, inWords(question, value)),
  ];
  return h(
    "details",
    { class: "card", open: !isInterview(draft) },
    h("summary", {}, t(`Đã ghi ${told.length} câu`, `${told.length} answers recorded`)),
    h("dl", { class: "facts" }, told.map(line)),
  );
}

function photosNote({ draft }) {
  const isHouse = isInterview(draft) || ["stage", "completion"].includes(draft.form);
  return isHouse && !draft.photos.length
    ? notice(
        "warn",
        t("Chưa có ảnh nào", "No photo yet"),
        t("Chụp ít nhất mặt trước nhà.", "Take at least the front of the house."),
      )
    : null;
}

function finisher(ctx, faults, verdict) {
  const done = button(t("Hoàn tất và lưu", "Finish and save"), () => finish(ctx, verdict), "main");
  done.disabled = faults.length > 0;
  return done;
}

async function finish(ctx, verdict) {
  if (isWorking()) return say(t("Đang lưu ảnh, chờ một chút…", "A photo is being kept, one moment…"), "warn");
  const { draft, form } = ctx;
  await drafts.settled();
  draft.taking = null;
  draft.payload = payloadOf(ctx);
  draft.captured_at = localIso(new Date());
  const about = {
    title: nameOf(ctx) || label(form.labels),
    labels: form.labels,
    household_id: draft.answers.household ?? null,
    village: villageName(draft.answers.area_code ?? me.households.get(draft.answers.household)?.village_code),
    changes: draft.changes,
    assessment: verdict ? brief(verdict) : null,
  };
  const key = await queue.finish(draft, about);
  await ctx.leave();
  keepSending();
  return go(`#/record/${key}`);
}

/** The answers that are asked. */
function payloadOf({ form, draft }) {
  const answers = filled(draft.answers);
  const shown = questionsOf(form).filter(
    (one) => asked(one, draft.answers) !== false && answers[one.code] !== undefined,
  );
  return Object.fromEntries(shown.map((one) => [one.code, answers[one.code]]));
}

function discarder({ draft, leave }) {
  const away = async () => {
    const sure = await ask(
      t("Bỏ bản đang ghi này?", "Throw this draft away?"),
      t(
        "Câu trả lời và ảnh của bản này sẽ mất. Bản đã gửi trước đó không bị ảnh hưởng.",
        "Its answers and photos will be gone. What was sent before is not touched.",
      ),
      t("Bỏ bản này", "Throw away"),
      t("Giữ lại", "Keep"),
    );
    if (!sure) return;
    await drafts.discard(draft, await queue.unneeded({ id: draft.id, photos: draft.photos }));
    await leave();
    go("#/home");
  };
  return card(button(t("Bỏ bản đang ghi", "Throw this draft away"), away, "danger"));
}

// --- what the law says

const kept = new Map();

function lawFor(on, path) {
  const key = `${me.law.release} ${on} ${path.join()}`;
  if (!kept.has(key)) kept.set(key, lawOn(me.law.law, on, path));
  return kept.get(key);
}

/** {assessment, reasons} of the checked answers of a survey; null where there is no law here yet. */
export function judge(form, values, draftId) {
  if (!me.law?.law) return null;
  const village = me.villages.get(values.area_code);
  const house = me.households.get(values.household ?? draftId);
  const law = lawFor(values.visited_on ?? today(), village?.path ?? [values.area_code].filter(Boolean));
  const more = {
    area: village?.area_facts,
    records: house?.status_records,
    acts: house?.case_facts,
    envelopeId: draftId,
  };
  const assessment = assess(collectFacts(surveyFacts(form, values), more), law);
  return { assessment, reasons: explain(assessment, law, language()) };
}

function brief({ assessment }) {
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

function verdictNode({ assessment, reasons }, name, lead) {
  const allowed = reasons.filter((one) => me.may.amounts || (one.role !== "amount" && one.code !== "amount"));
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
        h("span", { class: `dot ${assessment.outcome}`, "aria-hidden": "true" }),
        capital(word(`outcome.${assessment.outcome}`, assessment.outcome)),
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

function amountOf({ amount_vnd: amount }) {
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

/** The phone's result and the server's side by side, with why they may differ; null while the server has none. */
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
