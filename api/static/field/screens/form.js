/** Filling in a form, section by section. Every change is saved at once; a killed app comes back to the same question. */

import { attachments } from "../form/attach.js";
import { ending } from "../form/ending.js";
import { questionNode } from "../form/questions.js";
import { asked } from "../form/relevance.js";
import { go } from "../router.js";
import * as drafts from "../store/drafts.js";
import { me } from "../store/me.js";
import { button, h, notice, screen } from "../ui/dom.js";
import { hour, label, t } from "../ui/words.js";

/** @import { Draft, Form, FormContext, Household } from "../types.js" */

const PHOTOS = "@photos";
const END = "@end";
const SLOW_SAVE_MS = 300;

/** Show a draft where it was left. */
export async function showForm(id) {
  const draft = await drafts.load(id);
  const form = draft && me.forms[draft.form];
  if (!form) return gone(draft);
  await drafts.rememberOpen(`#/form/${id}`);
  const view = { draft, form, closers: [], pages: null };
  view.page = draft.at?.page ?? pageOf(form, draft.at?.question) ?? pagesOf(view)[0].code;
  paint(view, draft.at?.question);
  return () => stop(view);
}

function stop(view) {
  view.closers.forEach((close) => close());
  drafts.rememberOpen(null);
}

async function gone(draft) {
  await drafts.rememberOpen(null);
  if (!draft) return go("#/home");
  screen({
    title: t("Chưa có phiếu này trên máy", "This form is not on this phone"),
    back: "#/home",
    main: notice(
      "warn",
      t(
        "Bản ghi vẫn còn; cần có mạng để tải phiếu",
        "The record is kept; a signal is needed to fetch its form",
      ),
      t("Mở Cài đặt và bấm Tải lại danh sách.", "Open Settings and fetch the lists again."),
    ),
  });
  return null;
}

/** @param {{form: Form, draft: Draft}} view */
function pagesOf({ form, draft }) {
  const sections = form.sections.filter((one) => one.questions.some((question) => isShown(question, draft)));
  const photos = { code: PHOTOS, labels: { vi: "Ảnh và chữ ký", en: "Photos and signatures" } };
  return [...sections, photos, { code: END, labels: { vi: "Xem lại và lưu", en: "Review and save" } }];
}

/**
 * The page on which a question (or a row of one) is asked; undefined where none is.
 * @param {Form} form
 * @param {string | null | undefined} path
 */
function pageOf(form, path) {
  const code = path?.split(/[.[]/)[0];
  return form.sections.find((section) => section.questions.some((one) => one.code === code))?.code;
}

const isShown = (question, draft) => asked(question, draft.answers) !== false;

/**
 * @param {Draft} draft
 * @param {Form} form
 */
function titleOf(draft, form) {
  const name = draft.answers.head_name || me.households.get(draft.answers.household)?.head_name;
  return name || label(form.labels);
}

/**
 * @param {any} view
 * @param {string | null | undefined} focusOn The question to come back to.
 */
function paint(view, focusOn = null) {
  const { draft, form } = view;
  view.closers.splice(0).forEach((close) => close());
  const pages = pagesOf(view);
  const at = Math.max(
    0,
    pages.findIndex((one) => one.code === view.page),
  );
  const page = pages[at];
  view.page = page.code;
  const saved = h("span", { class: "saved", role: "status" }, draft.saved_at ? savedText(draft) : "");
  view.saved = saved;
  const place = t(`phần ${at + 1} trên ${pages.length}`, `part ${at + 1} of ${pages.length}`);
  const shown = screen({
    title: label(page.labels),
    back: "#/home",
    main: body(view, page),
    footer: footer(view, pages, at),
  });
  shown.aside.replaceChildren(`${titleOf(draft, form)} · ${place} · `, saved);
  shown.main.addEventListener("focusin", (event) => noteQuestion(view, event.target));
  if (focusOn) returnTo(shown.main, focusOn);
  else note(view, null);
}

const savedText = (draft) => t(`đã lưu ${hour(draft.saved_at)}`, `saved ${hour(draft.saved_at)}`);

function body(view, page) {
  const ctx = contextOf(view);
  if (page.code === PHOTOS) return attachments(ctx);
  if (page.code === END) {
    const { parts, done } = ending(ctx);
    view.done = done;
    return parts;
  }
  const nodes = page.questions.map((question) => {
    const node = questionNode(question, view.draft.answers[question.code], ctx);
    node.hidden = !isShown(question, view.draft);
    return [question, node];
  });
  view.nodes = nodes;
  return [returnedNote(view.draft), ...nodes.map(([, node]) => node)];
}

function returnedNote(draft) {
  if (!draft.asked_for) return null;
  return notice("warn", t("Đang sửa bản ghi đã gửi", "Correcting a record that was sent"), draft.asked_for);
}

function footer(view, pages, at) {
  const to = (index) => () => {
    view.page = pages[index].code;
    paint(view);
  };
  const before = at > 0 ? button(t("Trước", "Back"), to(at - 1)) : null;
  // The pages are asked for anew: an answer may have opened or closed one.
  const next = () => {
    const fresh = pagesOf(view);
    const here = fresh.findIndex((one) => one.code === view.page);
    view.page = fresh[Math.min(here + 1, fresh.length - 1)].code;
    paint(view);
  };
  return [before, at < pages.length - 1 ? button(t("Tiếp", "Next"), next, "main") : view.done];
}

/** @returns {FormContext} */
function contextOf(view) {
  const { draft, form } = view;
  return {
    draft,
    form,
    values: () => draft.answers,
    change: (question, value) => changeAnswer(view, question, value),
    save: () => save(view),
    onClose: (close) => view.closers.push(close),
    isFixed: (question) =>
      question.code === "household" && Boolean(draft.is_about) && draft.is_about === draft.answers.household,
    isNear: (one) => isNear(draft, one),
    isWaiting: (one) => isNear(draft, one) && (one.next ?? []).includes(draft.form),
    jump: (path) => jump(view, path),
    leave: () => drafts.rememberOpen(null),
  };
}

/**
 * Whether a household lies where an act is done. What was recorded before may not have reached the server yet.
 * @param {Draft} draft
 * @param {Household} one
 */
function isNear(draft, one) {
  const area = draft.kind === "act" && draft.answers.area_code;
  return !area || one.village_code === area || (me.villages.get(one.village_code)?.path ?? []).includes(area);
}

function changeAnswer(view, question, value) {
  const { draft } = view;
  if (value === null || value === undefined) delete draft.answers[question.code];
  else draft.answers[question.code] = value;
  noteChange(draft, question.code);
  afterPaint(() => showWhatHangsOn(view, question));
  const isWithin = draft.at?.question?.startsWith(`${question.code}[`);
  if (!isWithin) draft.at = { page: view.page, question: question.code };
  return save(view);
}

/** A slow phone answers a touch at once: what the touch opens or closes follows a frame later. */
const afterPaint = (act) => requestAnimationFrame(() => setTimeout(act));

function showWhatHangsOn(view, question) {
  for (const [one, node] of view.nodes ?? [])
    if (one.when && question.code in one.when.kinds) node.hidden = !isShown(one, view.draft);
}

/**
 * Answers changed after a result that rested on them was seen are kept in order: which, and when.
 * @param {Draft} draft
 * @param {string} code
 */
function noteChange(draft, code) {
  if (!draft.seen?.includes(code)) return;
  const last = draft.changes.at(-1);
  if (last?.code === code) last.at = Date.now();
  else draft.changes.push({ code, at: Date.now() });
}

/** Written at once. The line above says so only where it changes: every change of the screen is drawn anew. */
async function save(view) {
  const say = (text) => view.saved.textContent !== text && (view.saved.textContent = text);
  const late = setTimeout(() => say(t("đang lưu…", "saving…")), SLOW_SAVE_MS);
  try {
    await drafts.save(view.draft);
    say(savedText(view.draft));
  } catch (error) {
    say("");
    const main = document.getElementById("main");
    if (main && !document.getElementById("not-saved")) {
      const box = notice(
        "bad",
        t("Chưa lưu được: máy hết chỗ?", "Not saved: is the phone full?"),
        t(
          "Xóa bớt ảnh, tệp khác trên máy rồi sửa lại câu này. Đừng đóng ứng dụng.",
          "Free some room on the phone, then change this answer again. Do not close the app.",
        ),
        h("small", {}, String(error)),
      );
      box.id = "not-saved";
      main.prepend(box);
    }
  } finally {
    clearTimeout(late);
  }
}

function noteQuestion(view, target) {
  const path = target.closest("[data-q]")?.dataset.q;
  if (path && view.draft.at?.question !== path) note(view, path);
}

function note(view, question) {
  view.draft.at = { page: view.page, question };
  drafts.save(view.draft).catch(() => {});
}

/** Back to the question somebody was at, opened if it stands in a list. */
function returnTo(main, path) {
  const top = path.split("[")[0];
  const node =
    main.querySelector(`[data-q="${CSS.escape(path)}"]`) ??
    opened(main, path) ??
    main.querySelector(`[data-q="${CSS.escape(top)}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  (node.querySelector("input:checked") ?? node.querySelector("input, textarea, button, select"))?.focus({
    preventScroll: true,
  });
}

function opened(main, path) {
  const [, top, index] = /^([^[]+)\[(\d+)\]/.exec(path) ?? [];
  const row =
    top && main.querySelectorAll(`[data-q="${CSS.escape(top)}"] .roster > li > details`)[Number(index)];
  if (!row) return null;
  row.open = true;
  row.dispatchEvent(new Event("toggle"));
  return main.querySelector(`[data-q="${CSS.escape(path)}"]`);
}

function jump(view, path) {
  view.page = pageOf(view.form, path) ?? pagesOf(view)[0].code;
  paint(view, path);
}
