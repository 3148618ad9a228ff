/** Finished records: where each stands in words, its receipt, why it came back, and what can be done about it. */

import * as photos from "../form/photos.js";
import { questionsOf } from "../form/relevance.js";
import { comparison } from "../form/verdict.js";
import { go } from "../router.js";
import * as drafts from "../store/drafts.js";
import { me } from "../store/me.js";
import * as queue from "../store/queue.js";
import * as kept from "../store/vault.js";
import { button, card, empty, h, notice, refill, screen } from "../ui/dom.js";
import { bytes, day, label, whole, t, when } from "../ui/words.js";
import { handOver } from "./hand_over.js";
import { recordRow, stateChip } from "./list_rows.js";
import { sendNow, unsentBox } from "./unsent.js";

/** @import { Fault, Record, Returned } from "../types.js" */

/** Show a record; kept up to date while it is sent. */
export async function showRecord(key) {
  const shown = screen({ title: t("Bản ghi", "Record"), back: "#/queue", main: [] });
  const paint = async () => {
    const one = await queue.record(key);
    if (!shown.main.isConnected) return;
    shown.heading.textContent = one?.title || t("Bản ghi", "Record");
    shown.aside.textContent = one
      ? [label(one.labels) || one.form, one.village, t(`phiên bản ${one.version}`, `version ${one.version}`)]
          .filter(Boolean)
          .join(" · ")
      : "";
    refill(shown.main, ...(one ? body(one) : [elsewhere()]).filter(Boolean));
  };
  await paint();
  return queue.watch(paint);
}

function elsewhere() {
  return notice(
    "warn",
    t("Bản ghi này không nằm trên máy này", "This record is not on this phone"),
    t(
      "Nó được ghi trên máy khác: sửa trên máy đó, hoặc mở hộ và khảo sát lại.",
      "It was made on another phone: mend it there, or open the household and survey it again.",
    ),
  );
}

/** @param {Record} one */
function body(one) {
  return [
    stateCard(one),
    back(one),
    conflict(one),
    comparison(one),
    changes(one),
    photoList(one),
    actions(one),
  ];
}

/** @param {Record} one */
function stateCard(one) {
  const text = stateText(one);
  const waits = one.state === "sent" && one.receipt?.state === "waiting";
  return card(
    h("p", {}, stateChip(one)),
    text ? h("p", {}, text) : null,
    waits ? faultList(one.receipt?.faults) : null,
    one.captured_at
      ? h(
          "p",
          { class: "small" },
          t(`Lưu trên máy ${when(one.saved_at)}`, `Saved here ${when(one.saved_at)}`),
        )
      : null,
  );
}

/** @param {Record} one */
function stateText(one) {
  if (one.state === "broken")
    return (
      label(one.reason?.message) ||
      t(
        "Bản ghi này trên máy bị hỏng. Nó không chặn bản ghi khác; hãy lưu riêng ra tệp cho quản trị xem.",
        "This record was damaged on the phone. It blocks no other; save it to a file for the administrator.",
      )
    );
  if (one.state === "sent")
    return t(
      `Biên nhận phiên bản ${one.version}, ${when(one.receipt?.received_at)}`,
      `Receipt for version ${one.version}, ${when(one.receipt?.received_at)}`,
    );
  if (one.reason) return [label(one.reason.message), label(one.reason.next)].filter(Boolean).join(" ");
  if (one.state === "ready") return t("Lưu an toàn trên máy, chưa gửi.", "Safe on this phone, not sent.");
  return one.state === "photos"
    ? t(
        "Máy chủ đã nhận phần chữ; ảnh chưa gửi hết, vẫn nằm trên máy.",
        "The server has the text; some photos are still only on this phone.",
      )
    : "";
}

/** @param {Fault[] | undefined} faults */
function faultList(faults) {
  if (!faults?.length) return null;
  return h(
    "ul",
    {},
    faults.map((one) => h("li", {}, t(one.vi, one.en))),
  );
}

/** @param {Record} one */
function back(one) {
  if (one.state !== "returned" || !one.back) return null;
  const { state, comment, faults, by, changed } = one.back;
  const title =
    state === "corrected"
      ? t(`${by ?? "Cán bộ khác"} đã sửa bản ghi này`, `${by ?? "Somebody"} corrected this record`)
      : comment
        ? t("Trả lại với ý kiến", "Returned with a comment")
        : t("Máy chủ đã giữ bản ghi, nhưng cần sửa", "The server keeps the record, but it needs mending");
  return notice(
    "warn",
    title,
    ...[
      comment ? h("p", { class: "typed" }, comment) : null,
      faultList(faults),
      changedTable(one, changed),
    ].filter(Boolean),
  );
}

/**
 * @param {Record} one
 * @param {Returned["changed"]} changed
 */
function changedTable(one, changed) {
  if (!changed?.length) return null;
  const rows = changed.map((each) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, questionName(one, each.question)),
      h("td", {}, shown(each.was)),
      h("td", {}, shown(each.now)),
    ),
  );
  const head = h(
    "tr",
    {},
    h("th", {}, t("Câu hỏi", "Question")),
    h("th", {}, t("Trước", "Was")),
    h("th", {}, t("Nay", "Now")),
  );
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows)));
}

/**
 * @param {Record} one
 * @param {string} code
 */
function questionName(one, code) {
  const form = one.form && me.forms[one.form];
  return label(form && questionsOf(form).find((each) => each.code === code)?.labels) || code;
}

function shown(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? t("có", "yes") : t("không", "no");
  return typeof value === "object"
    ? Array.isArray(value)
      ? t(`${value.length} dòng`, `${value.length} rows`)
      : "…"
    : String(value);
}

/**
 * Somebody changed it meanwhile: who, when, what, and the offer to go on from theirs.
 * @param {Record} one
 */
function conflict(one) {
  if (one.state !== "conflict") return null;
  const { who, when: at, changed, version } = one.reason?.details ?? {};
  const named = String(changed ?? "")
    .split(", ")
    .filter(Boolean)
    .map((code) => questionName(one, code))
    .join(", ");
  const facts = [
    [t("Ai", "Who"), who],
    [t("Lúc", "When"), at && at !== "…" ? when(at) : at],
    [t("Khác ở", "Differs in"), named],
  ].filter(([, value]) => value);
  return notice(
    "warn",
    t("Người khác đã sửa bản ghi này trước", "Somebody changed this record first"),
    h(
      "dl",
      { class: "facts" },
      facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    t(
      "Bản của anh/chị vẫn nguyên trên máy. Có thể gửi nó thành phiên bản sau bản của họ, sau khi xem lại.",
      "Yours is untouched on this phone. It can be sent as the version after theirs, once you have gone through it.",
    ),
    button(
      t("Sửa tiếp trên bản mới nhất", "Go on from the newest version"),
      () => rebase(one, version),
      "main",
    ),
  );
}

/**
 * @param {Record} one
 * @param {any} version
 */
async function rebase(one, version) {
  const id = await queue.correct(one, Math.max(Number(version) || 1, one.version));
  go(`#/form/${id}`);
}

/** @param {Record} one */
function changes(one) {
  if (!one.changes?.length) return null;
  const line = (each) => h("li", {}, `${questionName(one, each.code)}, ${when(each.at)}`);
  return card(
    h("h2", {}, t("Sửa sau khi xem kết quả", "Changed after the result was seen")),
    h("ol", {}, one.changes.map(line)),
  );
}

/** @param {Record} one */
function photoList(one) {
  if (!one.photos?.length) return null;
  const line = (photo) =>
    h(
      "li",
      {},
      `${photos.slotName(photo.slot)}, ${bytes(photo.size_bytes)}: `,
      h(
        "b",
        {},
        one.stored.includes(photo.sha256) ? t("máy chủ đã nhận", "received") : t("chưa gửi", "not sent"),
      ),
    );
  return card(h("h2", {}, t("Ảnh", "Photos")), h("ul", {}, one.photos.map(line)));
}

/** @param {Record} one */
function actions(one) {
  const isWaiting = ["ready", "photos", "refused", "sending"].includes(one.state);
  const mend =
    one.draft && one.state !== "conflict"
      ? button(
          one.state === "sent" ? t("Sửa thành phiên bản mới", "Correct as a new version") : t("Sửa", "Mend"),
          () => correct(one),
          ["refused", "returned"].includes(one.state) ? "main" : "",
        )
      : null;
  return h(
    "div",
    { class: "stack" },
    mend,
    isWaiting ? button(t("Gửi ngay", "Send now"), () => retry(one)) : null,
    one.state === "sent"
      ? null
      : button(t("Lưu riêng bản này ra tệp", "Save this one to a file"), () =>
          handOver(me.officer.id, [one.key]),
        ),
    one.captured_at
      ? h(
          "p",
          { class: "small" },
          t(
            `Mã bản ghi ${one.id}, lập ${day(one.captured_at)}`,
            `Record ${one.id}, made ${day(one.captured_at)}`,
          ),
        )
      : null,
  );
}

/** @param {Record} one */
async function correct(one) {
  const id = await queue.correct(one);
  const draft = await drafts.load(id);
  const why =
    one.back?.comment ||
    (one.back?.faults ?? one.receipt?.faults ?? []).map((each) => t(each.vi, each.en)).join(" ");
  if (why && draft && !draft.asked_for)
    await kept.put("draft", id, { ...draft, asked_for: why }, { saved_at: draft.saved_at });
  go(`#/form/${id}`);
}

/** @param {Record} one */
async function retry(one) {
  if (one.state === "refused")
    await queue.update(one, { state: one.receipt ? "photos" : "ready", next_at: 0 });
  await sendNow();
}

// --- Every record on this phone with its state in words

const SHOWN = 100;

/** Show the list; kept up to date while records are sent. */
export async function showQueue() {
  const view = { more: SHOWN };
  const shown = screen({ title: t("Bản ghi trên máy", "Records on this phone"), back: "#/home", main: [] });
  view.main = shown.main;
  view.aside = shown.aside;
  await paintQueue(view);
  return queue.watch(() => paintQueue(view));
}

// What needs somebody comes first, then what waits, then what is done.
const ORDER = ["ready", "sending", "photos", "sent"];
/** @param {Record} one */
const rank = (one) => ORDER.indexOf(one.state);

async function paintQueue(view) {
  const records = (await queue.records()).sort((a, b) => rank(a) - rank(b));
  if (!view.main.isConnected) return;
  const waiting = queue.unsent(records);
  view.aside.textContent = t(
    `${whole(waiting.count)} chưa gửi, ${whole(records.length - waiting.count)} đã gửi`,
    `${whole(waiting.count)} not sent, ${whole(records.length - waiting.count)} sent`,
  );
  const left = records.length - view.more;
  const parts = [
    unsentBox(waiting),
    h("div", { class: "list" }, records.slice(0, view.more).map(recordRow)),
    left > 0
      ? button(
          t(`Hiện thêm (còn ${whole(left)})`, `Show more (${whole(left)} left)`),
          () => ((view.more += 200), paintQueue(view)),
          "full",
        )
      : null,
    records.length
      ? null
      : empty(
          t("Chưa có bản ghi nào", "No records yet"),
          t(
            "Bản ghi hoàn tất nằm ở đây, từ lúc lưu trên máy đến khi có biên nhận.",
            "Finished records stand here, from being saved to their receipt.",
          ),
        ),
  ];
  refill(view.main, ...parts.filter(Boolean));
}
