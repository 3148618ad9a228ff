/** Where we stand: the best of several fixes, with its accuracy while it is being found. */

import { localIso } from "./words.js";

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
  return { kind, distance_m: Math.round(found.distance_m), uncertainty_m: Math.round(village.uncertainty_m || 0) };
}
