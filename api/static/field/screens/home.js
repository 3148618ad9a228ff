/** Việc cần làm: what waits on this phone, what is half done, what came back, what is to do next. */

import { go } from "../router.js";
import * as drafts from "../store/drafts.js";
import { me, villageName } from "../store/me.js";
import * as queue from "../store/queue.js";
import { syncNow } from "../store/sync.js";
import { button, chip, empty, h, link, notice, refill, screen } from "../ui/dom.js";
import { day, daysSince, hour, label, pinnedDay, whole, t, today } from "../ui/words.js";
import { listRow, recordRow, signOf, stateChip } from "./list_rows.js";
import { unsentBox } from "./unsent.js";

/** @import { Draft, Record, Task } from "../types.js" */

const SHOWN = 60;

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

/**
 * Whether nothing on this phone has corrected a record since.
 * @param {Record} one
 * @param {Record[]} records
 */
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

/** @param {Draft} one */
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
  return listRow({
    sign: signOf(one.form),
    title: name || label(form?.labels) || one.form,
    about,
    mark: chip(one.base_version ? t("đang sửa", "correcting") : t("ghi dở", "draft"), "warn"),
    href: `#/form/${one.id}`,
  });
}

/**
 * @param {Task} task
 * @param {Record[]} records
 */
function taskRow(task, records) {
  const house = me.households.get(task.household_id);
  const place = villageName(task.village_code);
  const title = house ? house.head_name || t("(chưa có tên)", "(no name)") : place || label(task.text);
  const count = task.count ? t(`${task.count} hộ`, `${task.count} households`) : null;
  const about = [house ? place : null, label(task.text) || task.text, count].filter(Boolean).join(" · ");
  return listRow({
    sign: signOf(task.kind, "VC"),
    title,
    about,
    mark: taskMark(task, records),
    href: hrefOf(task),
  });
}

/**
 * @param {Task} task
 * @param {Record[]} records
 */
function taskMark(task, records) {
  const mine = records.find((one) => isOf(one, task));
  if (mine) return stateChip(mine);
  if (!task.due) return null;
  const late = Math.round((Date.parse(today()) - Date.parse(task.due)) / 864e5);
  if (late > 0) return chip(t(`trễ ${late} ngày`, `${late} days late`), "warn");
  return chip(late === 0 ? t("hôm nay", "today") : day(task.due).slice(0, 5));
}

/**
 * @param {Record} one
 * @param {Task} task
 */
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

/** @param {Task} task */
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
