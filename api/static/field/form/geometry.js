/** Plane geometry over a village: metres, good to a few per mille. */

/** Metres in a degree of latitude. */
export const M_PER_DEGREE = 111195;

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

function toBoundary(point, boundary) {
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

/** How a point lies to a village's boundary; null where there is none. Inside its doubt the kind is "near". */
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
