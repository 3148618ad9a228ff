/** Việc cần làm: what waits on this phone, what is half done, what came back, what is to do next. */

import { go } from "../app.js";
import { beside, button, chip, empty, h, link, notice, refill, say, screen } from "../dom.js";
import * as drafts from "../drafts.js";
import { me, villageName } from "../me.js";
import * as queue from "../queue.js";
import { state, syncNow } from "../sync.js";
import { bytes, day, daysSince, hour, label, pinnedDay, whole, t, today } from "../words.js";
import { handOver } from "./hand_over.js";
import { isLate, sendingText, stateChip } from "./records.js";

const SHOWN = 60;
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

/** Show the tasks; kept up to date while records are sent. */
export async function showHome() {
  const view = { more: SHOWN };
  const shown = screen({
    title: t("Việc cần làm", "To do"),
    about: aboutText(),
    main: [],
    footer: [
      link(t("Hộ trong thôn", "Households"), "#/households"),
      link(t("Ghi mới", "New record"), "#/act", "main"),
    ],
  });
  shown.heading.parentElement.after(h("a", { class: "gear", href: "#/settings" }, t("Cài đặt", "Settings")));
  view.main = shown.main;
  await paint(view);
  const repaint = () => (shown.aside.replaceChildren(aboutText()), paint(view));
  const stop = queue.watch(repaint);
  for (const name of ["online", "offline"]) window.addEventListener(name, repaint);
  return () => {
    stop();
    for (const name of ["online", "offline"]) window.removeEventListener(name, repaint);
  };
}

function aboutText() {
  const posts = me.account?.posts ?? [];
  const where = posts.map((one) => one.area_name).join(", ");
  return [where, syncText()].filter(Boolean).join(" · ");
}

function syncText() {
  const at = me.assignment.synced_at;
  if (!at) return t("chưa tải danh sách", "no list fetched yet");
  const days = daysSince(at);
  const isOld = navigator.onLine
    ? t("cập nhật", "up to date")
    : t("ngoại tuyến, danh sách", "offline, list of");
  return days >= 1 ? `${isOld} ${t(`${days} ngày trước`, `${days} days ago`)}` : `${isOld} ${hour(at)}`;
}

async function paint(view) {
  const [records, half] = await Promise.all([queue.records(), drafts.all()]);
  if (!view.main.isConnected) return;
  const waiting = queue.unsent(records);
  const back = records.filter(
    (one) => ["returned", "conflict", "refused", "broken"].includes(one.state) && isNewest(one, records),
  );
  const tasks = me.assignment.tasks.filter(
    (task) => task.kind !== "correction" || !back.some((one) => one.id === task.envelope_id),
  );
  const parts = [
    pinnedBand(),
    unsentBox(waiting),
    half.length ? section(t("Đang ghi dở", "Half done"), half.map(draftRow)) : null,
    back.length ? section(t("Cần sửa", "To mend"), back.map(recordRow)) : null,
    tasks.length
      ? section(
          t(`Việc được giao (${whole(tasks.length)})`, `Assigned (${whole(tasks.length)})`),
          tasks.slice(0, view.more).map((task) => taskRow(task, records)),
          more(view, tasks),
        )
      : null,
    !tasks.length && !half.length && !back.length ? nothing() : null,
    records.length
      ? link(
          t(
            `Mọi bản ghi trên máy (${whole(records.length)})`,
            `All records on this phone (${whole(records.length)})`,
          ),
          "#/queue",
          "full",
        )
      : null,
  ];
  refill(view.main, ...parts.filter(Boolean));
}

/** Whether nothing on this phone has corrected a record since. */
const isNewest = (one, records) =>
  !records.some((other) => other.id === one.id && other.version > one.version);

function section(title, rows, after = null) {
  return h("section", { class: "list" }, h("h2", {}, title), rows, after);
}

function more(view, tasks) {
  if (tasks.length <= view.more) return null;
  return button(
    t(
      `Hiện thêm (còn ${whole(tasks.length - view.more)})`,
      `Show more (${whole(tasks.length - view.more)} left)`,
    ),
    () => ((view.more += 200), paint(view)),
    "full",
  );
}

function pinnedBand() {
  const on = pinnedDay();
  const text = t(`Ngày làm việc được cố định: ${day(on)}`, `The working day is pinned: ${day(on)}`);
  return on ? h("p", { class: "small", role: "note" }, text) : null;
}

/** What is not sent: how much, whether it is late, and the ways out. */
export function unsentBox(waiting) {
  if (!waiting.count) return null;
  const late = isLate(waiting);
  const size = `${bytes(waiting.bytes)}${waiting.photos ? ` · ${whole(waiting.photos)} ${t("ảnh", "photos")}` : ""}`;
  const lateText = late
    ? t(
        `Có bản ghi chưa gửi đã ${daysSince(waiting.since)} ngày. Tìm nơi có sóng, hoặc lưu ra tệp và giao lại.`,
        `Something has not been sent for ${daysSince(waiting.since)} days. Find a signal, or save to a file and hand it over.`,
      )
    : null;
  const needsSignIn = state.stopped?.why === "sign-in";
  return h(
    "section",
    { class: `unsent ${late ? "late" : ""}`, role: "status" },
    h(
      "div",
      { class: "texts" },
      h("b", {}, t(`${whole(waiting.count)} bản ghi chưa gửi`, `${whole(waiting.count)} records not sent`)),
      h("small", {}, `${sendingText(waiting)} · ${size}`),
      lateText ? h("p", {}, lateText) : null,
    ),
    beside(
      needsSignIn
        ? link(t("Đăng nhập lại", "Sign in again"), "#/settings", "main")
        : button(t("Gửi ngay", "Send now"), sendNow, ""),
      button(t("Lưu ra tệp", "Save to a file"), () => handOver(me.officer.id)),
    ),
  );
}

/** Send at once, and say what came of it. */
export async function sendNow() {
  if (!navigator.onLine)
    return say(t("Chưa có mạng; bản ghi tự gửi khi có mạng.", "No signal yet; records go by themselves then."), "warn");
  const before = queue.unsent(await queue.records()).count;
  await syncNow().catch((error) => console.warn(String(error)));
  const left = queue.unsent(await queue.records()).count;
  queue.changed();
  return say(
    t(`Đã gửi ${before - left} bản ghi, còn ${left}.`, `${before - left} records sent, ${left} left.`),
    left ? "warn" : "ok",
  );
}

function row({ sign, title, about, mark, href, onclick }) {
  return h(
    "a",
    { class: "task", href, onclick },
    h("span", { class: "tag", "aria-hidden": "true" }, sign),
    h("span", { class: "texts" }, h("b", {}, title), h("small", {}, about)),
    mark,
  );
}

function draftRow(one) {
  if (one.isUnreadable)
    return notice("bad", t("Một bản ghi dở không đọc được", "A draft cannot be read"), one.id);
  const form = me.forms[one.form];
  const name =
    one.answers.head_name ||
    me.households.get(one.answers.household)?.head_name ||
    villageName(one.answers.area_code);
  const about = [
    label(form?.labels) || one.form,
    name && one.saved_at
      ? t(
          `đã lưu ${hour(one.saved_at)} ${day(new Date(one.saved_at).toISOString())}`,
          `saved ${hour(one.saved_at)}`,
        )
      : null,
  ]
    .filter(Boolean)
    .join(" · ");
  return row({
    sign: SIGNS[one.form] ?? "GH",
    title: name || label(form?.labels) || one.form,
    about,
    mark: chip(one.base_version ? t("đang sửa", "correcting") : t("ghi dở", "draft"), "warn"),
    href: `#/form/${one.id}`,
  });
}

/** A record as a line. */
export function recordRow(one) {
  const about = [
    label(one.labels) || one.form || t("Bản ghi", "Record"),
    one.village,
    one.captured_at ? day(one.captured_at) : null,
    one.version > 1 ? t(`phiên bản ${one.version}`, `version ${one.version}`) : null,
  ]
    .filter(Boolean)
    .join(" · ");
  return row({
    sign: SIGNS[one.form] ?? "GH",
    title: one.title || t("Bản ghi không đọc được", "Unreadable record"),
    about,
    mark: stateChip(one),
    href: `#/record/${one.key}`,
  });
}

function taskRow(task, records) {
  const house = me.households.get(task.household_id);
  const place = villageName(task.village_code);
  const title = house ? house.head_name || t("(chưa có tên)", "(no name)") : place || label(task.text);
  const count = task.count ? t(`${task.count} hộ`, `${task.count} households`) : null;
  const about = [house ? place : null, label(task.text) || task.text, count].filter(Boolean).join(" · ");
  return row({
    sign: SIGNS[task.kind] ?? "VC",
    title,
    about,
    mark: taskMark(task, records),
    href: hrefOf(task),
  });
}

function taskMark(task, records) {
  const mine = records.find((one) => isOf(one, task));
  if (mine) return stateChip(mine);
  if (!task.due) return null;
  const late = Math.round((Date.parse(today()) - Date.parse(task.due)) / 864e5);
  if (late > 0) return chip(t(`trễ ${late} ngày`, `${late} days late`), "warn");
  return chip(late === 0 ? t("hôm nay", "today") : day(task.due).slice(0, 5));
}

function isOf(one, task) {
  const kinds = { visit: "household", survey: "household" };
  const subject = one.draft?.is_about ?? one.household_id;
  const about = task.household_id ?? task.village_code;
  const isNewer =
    !me.assignment.synced_at ||
    queue.UNSENT.includes(one.state) ||
    (one.sent_at ?? 0) > me.assignment.synced_at;
  return one.form === (kinds[task.kind] ?? task.kind) && subject === about && isNewer;
}

function hrefOf(task) {
  if (task.kind === "correction") return `#/record/${queue.keyOf(task.envelope_id, task.version)}`;
  if (task.kind === "meeting" || task.kind === "posting") return `#/act/${task.kind}/${task.village_code}`;
  return `#/household/${task.household_id}`;
}

function nothing() {
  const isFetched = me.assignment.synced_at;
  if (isFetched)
    return empty(
      t("Không còn việc nào được giao", "Nothing assigned is left"),
      t(
        "Việc mới hiện ở đây sau lần tải danh sách tới. Vẫn có thể khảo sát hộ mới.",
        "New tasks come with the next fetch. You can still survey a new household.",
      ),
    );
  return empty(
    t("Chưa tải danh sách về máy", "No list on this phone yet"),
    t(
      "Tải một lần khi có mạng, rồi làm việc cả tuần không cần mạng.",
      "Fetch once while there is a signal, then work a week without one.",
    ),
    button(t("Tải danh sách", "Fetch"), fetchFirst, "main"),
  );
}

async function fetchFirst() {
  await syncNow().catch(() => {});
  go("#/home");
}
