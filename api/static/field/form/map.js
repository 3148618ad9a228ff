/** A map without a network: the village's boundary and its houses; the cross in the middle marks the place. */

import { me } from "../store/me.js";
import { beside, button, dialog, h } from "../ui/dom.js";
import { t, whole } from "../ui/words.js";
import { M_PER_DEGREE, metres, rings } from "./geometry.js";

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Ask for a place: [lon, lat], or null. */
export function placeOnMap({ village, start, self }) {
  const view = { village, self, centre: centreOf(village, start), perPixel: 1.2 };
  const label = t(
    "Bản đồ: kéo, hoặc dùng phím mũi tên, để dấu chữ thập nằm đúng ngôi nhà",
    "Map: drag, or use the arrow keys, until the cross is on the house",
  );
  const canvas = h("canvas", { tabindex: "0", role: "application", "aria-label": label });
  const scale = h("small", { class: "ruler" });
  const redraw = () => (ruler(scale, view.perPixel), draw(canvas, view));
  const zoom = (by) => ((view.perPixel = Math.min(60, Math.max(0.15, view.perPixel * by))), redraw());
  listen(canvas, view, redraw, zoom);
  const title = t("Kéo bản đồ để dấu + nằm đúng ngôi nhà", "Drag the map until the cross is on the house");
  const asked = dialog("map", title, (close) => [
    h("div", { class: "canvas" }, canvas, scale),
    beside(
      button(t("Gần lại", "Closer"), () => zoom(0.6)),
      button(t("Xa ra", "Farther"), () => zoom(1.7)),
    ),
    beside(
      button(t("Thôi", "Cancel"), () => close(null)),
      button(t("Đặt ở đây", "Place here"), () => close(view.centre), "main"),
    ),
  ]);
  fit(canvas, view);
  redraw();
  return asked;
}

function ruler(scale, perPixel) {
  const most = 140 * perPixel;
  const unit = 10 ** Math.floor(Math.log10(most));
  const length = unit * ([5, 2].find((times) => times * unit <= most) ?? 1);
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

function draw(canvas, view) {
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
