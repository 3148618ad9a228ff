/** Where we stand: the best of several fixes with live accuracy, words about the village, placing by hand. */

import { button, h, notice } from "./dom.js";
import { me, villageName } from "./me.js";
import { hour, localIso, number, whole, t } from "./words.js";

/** Above this a fix is weak, above the second it needs a reason. Metres. */
export const WEAK_M = 20;
export const POOR_M = 50;
const GOOD_ENOUGH_M = 6;
const ENOUGH_FIXES = 4;

/**
 * Watch for fixes; `onChange({best, fixes, error})` after each. Stops by itself when the fix is good.
 * Returns how to stop.
 */
export function watchFixes(onChange) {
  const seen = { best: null, fixes: 0, error: null, done: false };
  const watch = navigator.geolocation.watchPosition(
    (position) => {
      seen.fixes += 1;
      seen.error = null;
      if (!seen.best || position.coords.accuracy <= seen.best.accuracy_m) seen.best = pointOf(position);
      if (seen.best.accuracy_m <= GOOD_ENOUGH_M && seen.fixes >= ENOUGH_FIXES) stop();
      onChange({ ...seen });
    },
    (error) => {
      seen.error = error.code;
      onChange({ ...seen });
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: 30000 },
  );
  const stop = () => {
    seen.done = true;
    navigator.geolocation.clearWatch(watch);
  };
  return stop;
}

function pointOf(position) {
  const { longitude, latitude, accuracy } = position.coords;
  const mocked = position.mocked ?? position.coords.mocked;
  return {
    lon: round(longitude, 7),
    lat: round(latitude, 7),
    accuracy_m: round(accuracy, 1),
    captured_at: localIso(new Date(position.timestamp)),
    source: "gnss",
    ...(typeof mocked === "boolean" ? { mock: mocked } : {}),
  };
}

/** A point a person placed on the map. */
export const placedByHand = (lon, lat) => ({
  lon: round(lon, 7),
  lat: round(lat, 7),
  captured_at: localIso(new Date()),
  source: "manual",
});

const round = (value, digits) => Number(value.toFixed(digits));

// --- plane geometry over a village: metres, good to a few per mille

/** Metres in a degree of latitude. */
export const M_PER_DEGREE = 111195;

/** Metres between two [lon, lat]. */
export function distanceM(a, b) {
  const [x, y] = metres(a, b);
  return Math.hypot(x, y);
}

/** b as metres east and north of a. */
export function metres([lon, lat], [lon2, lat2]) {
  return [(lon2 - lon) * M_PER_DEGREE * Math.cos((lat * Math.PI) / 180), (lat2 - lat) * M_PER_DEGREE];
}

/** The rings of a GeoJSON Polygon or MultiPolygon. */
export function rings(boundary) {
  if (!boundary) return [];
  const parts = boundary.type === "MultiPolygon" ? boundary.coordinates : [boundary.coordinates];
  return parts.flat();
}

/** How a point lies to a boundary: {inside, distance_m} to its nearest edge; null without a boundary. */
export function toBoundary(point, boundary) {
  const all = rings(boundary);
  if (!all.length) return null;
  let inside = false;
  let nearest = Infinity;
  for (const ring of all) {
    const local = ring.map((corner) => metres(point, corner));
    for (let at = 1; at < local.length; at += 1) {
      const [a, b] = [local[at - 1], local[at]];
      nearest = Math.min(nearest, toSegment(a, b));
      if (a[1] > 0 !== b[1] > 0 && a[0] + (-a[1] * (b[0] - a[0])) / (b[1] - a[1]) > 0) inside = !inside;
    }
  }
  return { inside, distance_m: nearest };
}

function toSegment([ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + along * dx, ay + along * dy);
}

/** "inside", "near" (nobody can tell) or "outside" of a village, with metres; null when its boundary is not known. */
export function placeIn(point, village) {
  const found = toBoundary([point.lon, point.lat], village?.boundary);
  if (!found) return null;
  const doubt = (village.uncertainty_m || 0) + (point.accuracy_m || 0);
  const kind = found.distance_m <= doubt ? "near" : found.inside ? "inside" : "outside";
  return {
    kind,
    distance_m: Math.round(found.distance_m),
    uncertainty_m: Math.round(village.uncertainty_m || 0),
  };
}

// --- Taking a position: live accuracy, the best of several fixes, words about the village, placing by hand

/** The widget of a point question. A weak fix is warned of, a poor one asks for its reason. */
export function pointWidget(question, value, { id, tell, ctx }) {
  const state = { value: value ?? null, live: null, stop: null };
  const box = h("div", { class: "point" });
  const view = { state, box, id, ctx, tell: (point) => tell((state.value = point)) };
  box.addEventListener("leave", () => state.stop?.());
  ctx.onClose?.(() => state.stop?.());
  draw(view);
  return box;
}

function draw(view) {
  const { state, id } = view;
  const parts = state.stop ? watching(view) : resting(view);
  view.box.replaceChildren(...[parts].flat().filter(Boolean));
  if (state.stop) return;
  const label = state.value ? t("Lấy lại vị trí", "Take it again") : t("Lấy vị trí", "Take the position");
  const start = button(label, () => begin(view), state.value ? "" : "main", { id });
  const manual = button(t("Đặt tay trên bản đồ", "Place on the map"), () => byHand(view));
  view.box.append(h("div", { class: "beside" }, start, manual));
}

function begin(view) {
  if (!navigator.geolocation) return byHand(view);
  view.state.live = { best: null, fixes: 0, error: null };
  view.state.stop = watchFixes((seen) => {
    view.state.live = seen;
    if (seen.done) return accept(view);
    return view.state.stop && draw(view);
  });
  return draw(view);
}

function watching(view) {
  const { best, fixes, error } = view.state.live;
  const take = button(t("Dùng vị trí này", "Use this position"), () => accept(view), "main");
  take.disabled = !best;
  return [
    h(
      "p",
      { class: `fix ${best ? tone(best) : ""}`, role: "status" },
      best
        ? h("b", {}, `± ${whole(best.accuracy_m)} m`)
        : h("b", {}, t("Đang tìm vị trí…", "Looking for the position…")),
      h("small", {}, t(`lần đo thứ ${fixes}, giữ lần tốt nhất`, `fix ${fixes}, the best is kept`)),
    ),
    best && best.accuracy_m > WEAK_M
      ? h(
          "p",
          { class: "small" },
          t(
            "Đứng ra chỗ thoáng, chờ thêm cho sai số dưới 20 m.",
            "Stand in the open and wait for less than 20 m.",
          ),
        )
      : null,
    error ? notice("warn", errorText(error)) : null,
    h(
      "div",
      { class: "beside" },
      take,
      button(t("Thôi", "Stop"), () => halt(view)),
      error ? button(t("Đặt tay trên bản đồ", "Place on the map"), () => (halt(view), byHand(view))) : null,
    ),
  ];
}

const tone = ({ accuracy_m: accuracy }) => (accuracy > POOR_M ? "bad" : accuracy > WEAK_M ? "warn" : "ok");

function errorText(code) {
  if (code === 1)
    return t(
      "Ứng dụng chưa được phép dùng vị trí. Mở cài đặt của trình duyệt để cho phép, hoặc đặt tay trên bản đồ.",
      "The app may not use the position. Allow it in the browser's settings, or place it by hand.",
    );
  return t(
    "Chưa bắt được tín hiệu. Ra chỗ thoáng và chờ, hoặc đặt tay trên bản đồ.",
    "No fix yet. Stand in the open and wait, or place it by hand.",
  );
}

function halt(view) {
  view.state.stop?.();
  view.state.stop = null;
  draw(view);
}

function accept(view) {
  const { best } = view.state.live;
  view.state.stop?.();
  view.state.stop = null;
  if (best) view.tell(best);
  draw(view);
}

async function byHand(view) {
  const village = me.villages.get(view.ctx.values().area_code) ?? me.assignment.villages[0];
  const placed = await placeOnMap({ village, start: view.state.value, self: view.ctx.values().household });
  if (placed) view.tell(placed);
  draw(view);
}

function resting(view) {
  const point = view.state.value;
  if (!point) return null;
  const where = `${number(point.lat, 5)}; ${number(point.lon, 5)}`;
  const how =
    point.source === "manual"
      ? t("đặt tay trên bản đồ", "placed by hand")
      : point.accuracy_m !== undefined
        ? `± ${whole(point.accuracy_m)} m`
        : "";
  const at = point.captured_at ? t(`lúc ${hour(point.captured_at)}`, `at ${hour(point.captured_at)}`) : "";
  return [
    h(
      "p",
      { class: `fix ${point.source === "manual" ? "" : tone(point)}`, role: "status" },
      h("b", {}, how),
      h("small", {}, [where, at].filter(Boolean).join(" · ")),
    ),
    areaWords(point, view.ctx.values().area_code),
    point.accuracy_m > WEAK_M && point.accuracy_m <= POOR_M
      ? notice(
          "warn",
          t("Sai số trên 20 m", "More than 20 m off"),
          t(
            "Nếu được, đứng trước nhà, chỗ thoáng, rồi lấy lại.",
            "If you can, stand in front of the house in the open and take it again.",
          ),
        )
      : null,
    point.accuracy_m > POOR_M ? reason(view) : null,
  ];
}

/** Words about the village the point lies in. Inside the boundary's uncertainty nobody is alarmed. */
function areaWords(point, code) {
  const found = placeIn(point, me.villages.get(code));
  if (!found || found.kind === "inside")
    return found
      ? h("p", { class: "small" }, t(`Trong ranh ${villageName(code)}.`, `Inside ${villageName(code)}.`))
      : null;
  const known = t(
    `ranh trên máy chính xác tới ${found.uncertainty_m} m`,
    `the boundary here is known to ${found.uncertainty_m} m`,
  );
  if (found.kind === "near")
    return h(
      "p",
      { class: "small" },
      t(`Sát ranh ${villageName(code)} (${known}).`, `At the boundary of ${villageName(code)} (${known}).`),
    );
  return notice(
    "warn",
    t(
      `Ngoài ranh ${villageName(code)} khoảng ${whole(found.distance_m)} m`,
      `About ${whole(found.distance_m)} m outside ${villageName(code)}`,
    ),
    t(`Kiểm tra thôn đã chọn hoặc vị trí (${known}).`, `Check the village or the position (${known}).`),
  );
}

function reason(view) {
  const input = h("input", {
    type: "text",
    id: `${view.id}-why`,
    maxlength: "120",
    value: view.ctx.remark("accuracy") ?? "",
    "data-remark": "accuracy",
  });
  input.addEventListener("input", () => view.ctx.setRemark("accuracy", input.value.trim() || null));
  return h(
    "div",
    { class: "problem warn" },
    h(
      "label",
      { for: input.id },
      h(
        "b",
        {},
        t("Sai số trên 50 m: vì sao không lấy được tốt hơn?", "More than 50 m off: why not better?"),
      ),
    ),
    input,
  );
}

// --- A map without a network: the village's boundary and its houses; the crosshair in the middle marks the place

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Ask for a place; the point marked as placed by hand, or null. */
export function placeOnMap({ village, start, self }) {
  return new Promise((resolve) => {
    const view = { village, self, centre: centreOf(village, start), perPixel: 1.2 };
    const canvas = h("canvas", {
      tabindex: "0",
      role: "application",
      "aria-label": t(
        "Bản đồ: kéo, hoặc dùng phím mũi tên, để dấu chữ thập nằm đúng ngôi nhà",
        "Map: drag, or use the arrow keys, until the cross is on the house",
      ),
    });
    const close = (answer) => (box.close(), box.remove(), resolve(answer));
    const scale = h("small", { class: "ruler" });
    const redraw = () => (ruler(scale, view.perPixel), drawMap(canvas, view));
    const zoom = (by) => ((view.perPixel = Math.min(60, Math.max(0.15, view.perPixel * by))), redraw());
    const box = h(
      "dialog",
      { class: "map", "aria-label": t("Đặt vị trí", "Place the position") },
      h("h2", {}, t("Kéo bản đồ để dấu + nằm đúng ngôi nhà", "Drag the map until the cross is on the house")),
      h("div", { class: "canvas" }, canvas, scale),
      h(
        "div",
        { class: "beside" },
        button(t("Gần lại", "Closer"), () => zoom(0.6)),
        button(t("Xa ra", "Farther"), () => zoom(1.7)),
      ),
      h(
        "div",
        { class: "beside" },
        button(t("Thôi", "Cancel"), () => close(null)),
        button(t("Đặt ở đây", "Place here"), () => close(placedByHand(...view.centre)), "main"),
      ),
    );
    box.addEventListener("cancel", () => close(null));
    listen(canvas, view, redraw, zoom);
    document.body.append(box);
    box.showModal();
    fit(canvas, view);
    redraw();
  });
}

function ruler(scale, perPixel) {
  const most = 140 * perPixel;
  const unit = 10 ** Math.floor(Math.log10(most));
  const length = unit * [5, 2, 1].find((times) => times * unit <= most);
  scale.textContent = `${whole(length)} m`;
  scale.style.width = `${length / perPixel}px`;
}

/** Where to begin: the point before, else the village's point, else its boundary, else any house. */
function centreOf(village, start) {
  if (start) return [start.lon, start.lat];
  if (village?.point)
    return (
      village.point.coordinates ?? [
        village.point.lon ?? village.point[0],
        village.point.lat ?? village.point[1],
      ]
    );
  const ring = rings(village?.boundary)[0];
  if (ring) return [mean(ring.map((one) => one[0])), mean(ring.map((one) => one[1]))];
  const house = me.assignment.households.find((one) => one.lon);
  return house ? [house.lon, house.lat] : [105.83, 22.15];
}

const mean = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;

function fit(canvas, view) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const spans = rings(view.village?.boundary)
    .flat()
    .map((corner) => Math.max(...metres(view.centre, corner).map(Math.abs)));
  if (spans.length)
    view.perPixel = Math.max(
      0.5,
      (2.2 * Math.max(...spans)) / Math.min(canvas.clientWidth, canvas.clientHeight),
    );
}

function listen(canvas, view, redraw, zoom) {
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    shift(view, from[0] - event.clientX, event.clientY - from[1]);
    from = [event.clientX, event.clientY];
    redraw();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (from = null));
  canvas.addEventListener("wheel", (event) => (event.preventDefault(), zoom(event.deltaY > 0 ? 1.2 : 0.8)), {
    passive: false,
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key in STEP)
      (shift(view, ...STEP[event.key].map((part) => part * 8)), event.preventDefault(), redraw());
    if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 0.6 : 1.7);
  });
}

function shift(view, east, north) {
  const [lon, lat] = view.centre;
  const across = M_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  view.centre = [lon + (east * view.perPixel) / across, lat + (north * view.perPixel) / M_PER_DEGREE];
}

function drawMap(canvas, view) {
  const ratio = window.devicePixelRatio || 1;
  const pen = canvas.getContext("2d");
  const colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
  const at = (lonLat) => {
    const [x, y] = metres(view.centre, lonLat);
    return [canvas.width / 2 + (x / view.perPixel) * ratio, canvas.height / 2 - (y / view.perPixel) * ratio];
  };
  pen.clearRect(0, 0, canvas.width, canvas.height);
  drawBoundary(pen, view.village, at, colour, ratio);
  drawHouses(pen, view, at, colour, ratio, canvas);
  cross(pen, canvas, colour, ratio);
}

function drawBoundary(pen, village, at, colour, ratio) {
  pen.beginPath();
  for (const ring of rings(village?.boundary))
    ring.forEach((corner, index) => (index ? pen.lineTo(...at(corner)) : pen.moveTo(...at(corner))));
  pen.fillStyle = colour("--accent-soft");
  pen.fill("evenodd");
  pen.strokeStyle = colour("--accent");
  pen.lineWidth = 2 * ratio;
  pen.stroke();
}

function drawHouses(pen, view, at, colour, ratio, canvas) {
  pen.font = `${12 * ratio}px system-ui`;
  for (const one of me.assignment.households) {
    if (one.lon === null || one.lon === undefined || one.id === view.self) continue;
    const [x, y] = at([one.lon, one.lat]);
    if (x < 0 || y < 0 || x > canvas.width || y > canvas.height) continue;
    pen.beginPath();
    pen.arc(x, y, 5 * ratio, 0, 7);
    pen.fillStyle = colour("--handed-over");
    pen.fill();
    pen.fillStyle = colour("--ink");
    if (view.perPixel < 3) pen.fillText(one.head_name ?? "", x + 8 * ratio, y + 4 * ratio);
  }
}

function cross(pen, canvas, colour, ratio) {
  const [x, y, arm] = [canvas.width / 2, canvas.height / 2, 16 * ratio];
  pen.strokeStyle = colour("--bad");
  pen.lineWidth = 3 * ratio;
  pen.beginPath();
  pen.moveTo(x - arm, y);
  pen.lineTo(x + arm, y);
  pen.moveTo(x, y - arm);
  pen.lineTo(x, y + arm);
  pen.stroke();
}
