/** The end of a form: what the law says (advice, no decision), what is wrong or missing, and finishing. */

import { go } from "../router.js";
import * as drafts from "../store/drafts.js";
import { me, villageName } from "../store/me.js";
import * as queue from "../store/queue.js";
import { keepSending } from "../store/sync.js";
import { ask, button, card, h, notice, say } from "../ui/dom.js";
import { label, rightNow, t, today } from "../ui/words.js";
import { isWorking } from "./attach.js";
import { check } from "./check.js";
import { doubts } from "./doubts.js";
import { inWords } from "./in_words.js";
import { POOR_M } from "./position.js";
import { asked, questionsOf } from "./relevance.js";
import { brief, judge, verdictNode } from "./verdict.js";

/** @import { Answers, Draft, Fault, Form, FormContext } from "../types.js" */

/**
 * The page as {parts, done}: its elements, and the button that finishes.
 * @param {FormContext} ctx
 */
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
    doubtsNode(ctx, checked.values),
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

/** @param {Draft} draft */
const isInterview = (draft) => draft.kind === "survey" && draft.answers.visit === "interviewed";

/** @param {FormContext} ctx */
const nameOf = ({ draft }) =>
  draft.answers.head_name || me.households.get(draft.answers.household)?.head_name || "";

/**
 * @param {FormContext} ctx
 * @param {string} fact
 * @param {string} text
 */
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

/**
 * Which answers the result rested on: a first answer to something else is no change.
 * @param {FormContext} ctx
 */
function noteSeen({ draft, save }) {
  const seen = [...new Set([...(draft.seen ?? []), ...Object.keys(draft.answers)])];
  if (seen.length === draft.seen?.length) return;
  draft.seen = seen;
  save();
}

/**
 * Faults of what is asked; a poor fix without its reason is one too.
 * @param {FormContext} ctx
 * @param {Fault[]} faults
 * @returns {Fault[]}
 */
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

/**
 * More votes than voters, which the server would not take.
 * @param {Form} form
 * @param {Answers} answers
 * @returns {Fault[]}
 */
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

/**
 * @param {FormContext} ctx
 * @param {Fault[]} faults
 */
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

/**
 * What can hardly be true: to be looked at once more, and saved all the same.
 * @param {FormContext} ctx
 * @param {Answers} values
 */
function doubtsNode(ctx, values) {
  const found = doubts(ctx.form, values, values.visited_on ?? today());
  if (!found.length) return null;
  const named = ({ labels, row }) => (row ? `${label(labels)} (${row})` : label(labels));
  const line = (one) =>
    h(
      "li",
      {},
      button(named(one), () => ctx.jump(one.question), "as-link"),
    );
  return h(
    "div",
    { class: "problem warn" },
    h("b", {}, t("Hỏi lại (vẫn lưu được)", "Ask again (it can be saved all the same)")),
    h("ul", { class: "plain" }, found.map(line)),
  );
}

/**
 * @param {FormContext} ctx
 * @param {string[]} codes
 */
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

/**
 * What was recorded, to be read once more: open for an act, folded below the result of a survey.
 * @param {FormContext} ctx
 */
function answersNode(ctx) {
  const { form, draft } = ctx;
  /** @type {[any, any][]} */
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

/** @param {FormContext} ctx */
function photosNote({ draft }) {
  const isHouse = isInterview(draft) || me.acts[draft.form]?.building;
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

/**
 * @param {FormContext} ctx
 * @param {any} verdict
 */
async function finish(ctx, verdict) {
  if (isWorking()) return say(t("Đang lưu ảnh, chờ một chút…", "A photo is being kept, one moment…"), "warn");
  const { draft, form } = ctx;
  await drafts.settled();
  const finished = Object.assign(draft, { taking: null, payload: payloadOf(ctx), captured_at: rightNow() });
  const about = {
    title: nameOf(ctx) || label(form.labels),
    labels: form.labels,
    household_id: draft.answers.household ?? null,
    village: villageName(draft.answers.area_code ?? me.households.get(draft.answers.household)?.village_code),
    changes: draft.changes,
    assessment: verdict ? brief(verdict) : null,
  };
  const key = await queue.finish(finished, about);
  await ctx.leave();
  keepSending();
  return go(`#/record/${key}`);
}

/**
 * The answers that are asked.
 * @param {FormContext} ctx
 */
function payloadOf({ form, draft }) {
  const answers = filled(draft.answers);
  const shown = questionsOf(form).filter(
    (one) => asked(one, draft.answers) !== false && answers[one.code] !== undefined,
  );
  return Object.fromEntries(shown.map((one) => [one.code, answers[one.code]]));
}

/** @param {FormContext} ctx */
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
