// The dots of a map: one numbered sign a house, drawn on a canvas; where they would overlap they step aside.
"use strict";

(() => {
  const DOT = 13; // radius in px of a dot with its number
  const SMALL = 5; // radius when the houses stand too close for numbers
  const GAP = 7; // px between dots that stepped aside
  const ASIDE = 36; // px a dot may step aside and still be taken for where its house is
  const FEW = 20; // dots, a village: they always keep their numbers, a line leads to where the house is
  const SPREAD_UP_TO = 150; // dots; more of them are zoomed into instead
  const FONT = "700 13px system-ui, sans-serif";

  /** One dot: a house in the shape and colour of its state, or a white pill where several share one point. */
  const Dot = L.CircleMarker.extend({
    initialize(latlng, group, options) {
      L.CircleMarker.prototype.initialize.call(this, latlng, options);
      this.group = group;
      this.setSize(true);
    },
    /** The dot stands `offset` px beside its point where it would lie on another one. */
    _project() {
      this._anchor = this._map.latLngToLayerPoint(this._latlng);
      this._point = this._anchor.add(this.offset);
      this._updateBounds();
    },
    setSize(numbered) {
      this.numbered = numbered;
      this.offset = L.point(0, 0);
      const several = this.group.houses.length > 1;
      this.high = numbered ? DOT : SMALL;
      this.wide = numbered && several ? Math.max(DOT, 7 + 4 * this.group.label.length) : this.high;
    },
    _updateBounds() {
      const reach = L.point(this.wide + 8, this.high + 8);
      this._pxBounds = new L.Bounds(this._point.subtract(reach), this._point.add(reach)).extend(this._anchor);
    },
    _containsPoint(point, slack = 9) {
      const away = point.subtract(this._point);
      return Math.abs(away.x) <= this.wide + slack && Math.abs(away.y) <= this.high + slack;
    },
    _updatePath() {
      if (this._renderer._drawing && !this._empty()) paint(this._renderer._ctx, this);
    },
  });

  /** The page's ink: dark on the light map, light on the dark one. */
  function inkOf(dot) {
    return getComputedStyle(dot._map.getContainer()).color;
  }

  function paint(ctx, dot) {
    const { houses, label, chosen } = dot.group;
    const look = houses[0].look;
    ctx.save();
    if (dot.offset.x || dot.offset.y) paintLeader(ctx, dot);
    ctx.translate(dot._point.x, dot._point.y);
    if (houses.length > 1) paintPill(ctx, dot);
    else paintShape(ctx, look, dot.high);
    if (houses.some((house) => house.flags.length)) paintRing(ctx, dot, inkOf(dot), 2.5, 2);
    if (chosen) paintRing(ctx, dot, "#1667c9", 4, 5);
    if (dot.numbered) {
      ctx.fillStyle = houses.length > 1 ? "#17242d" : look.ink;
      ctx.font = FONT;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(label, 0, 1);
    }
    ctx.restore();
  }

  /** The line from a dot that had to step aside to the point where its house stands. */
  function paintLeader(ctx, layer) {
    const { _point: dot, _anchor: point } = layer;
    ctx.strokeStyle = ctx.fillStyle = inkOf(layer);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(dot.x, dot.y);
    ctx.lineTo(point.x, point.y);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(point.x, point.y, 3, 0, 2 * Math.PI);
    ctx.fill();
  }

  function paintShape(ctx, look, radius) {
    ctx.save();
    ctx.scale(radius, radius);
    ctx.lineWidth = 1.8 / radius;
    if (look.dashed) ctx.setLineDash([0.3, 0.2]);
    ctx.fillStyle = look.fill;
    ctx.strokeStyle = look.line;
    ctx.fill(look.path);
    ctx.stroke(look.path);
    ctx.restore();
  }

  function paintPill(ctx, dot) {
    pill(ctx, dot.wide, dot.high);
    ctx.fillStyle = "#ffffff";
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#17242d";
    ctx.stroke();
  }

  function paintRing(ctx, dot, colour, width, away) {
    pill(ctx, dot.wide + away, dot.high + away);
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }

  function pill(ctx, wide, high) {
    ctx.beginPath();
    ctx.roundRect(-wide, -high, 2 * wide, 2 * high, high);
  }

  /** Houses at one point make one group; its label is their numbers, or how many they are. */
  function groupsOf(houses) {
    const groups = new Map();
    for (const house of houses) {
      if (house.lat === null) continue;
      const key = `${house.lat},${house.lon}`;
      if (!groups.has(key)) groups.set(key, { latlng: [house.lat, house.lon], houses: [], chosen: false });
      groups.get(key).houses.push(house);
      house.group = groups.get(key);
    }
    for (const group of groups.values()) {
      const numbers = group.houses.map((house) => house.number);
      group.label = numbers.length < 4 ? numbers.join(", ") : `${numbers[0]} … ${numbers.at(-1)}`;
    }
    return [...groups.values()];
  }

  /** Gives each dot its size and place at this zoom: with a number where that can be read, small in a crowd. */
  function arrange(map, groups) {
    for (const group of groups) group.dot.setSize(true);
    const numbered = groups.length <= SPREAD_UP_TO ? spread(map, groups) : roomy(map, groups);
    if (!numbered) for (const group of groups) group.dot.setSize(false);
  }

  /** True while nearly all dots stand apart at this zoom. */
  function roomy(map, groups) {
    const cells = new Set();
    for (const group of groups) {
      const { x, y } = map.project(group.latlng);
      cells.add(`${Math.round(x / (2 * DOT))},${Math.round(y / (2 * DOT))}`);
    }
    return cells.size >= 0.85 * groups.length;
  }

  /** Dots that would overlap step aside, a little at a time; false when too many would have to go too far. */
  function spread(map, groups) {
    const dots = groups.map((group) => group.dot);
    const home = dots.map((dot) => map.project(dot._latlng));
    // A first nudge in ever other directions, so that dots at nearly one place make a rosette and not a long line.
    const at = home.map((point, i) => point.add(L.point(3 * Math.cos(2.4 * i), 3 * Math.sin(2.4 * i))));
    for (let round = 0; round < 60; round += 1) if (!push(dots, at)) break;
    const offsets = at.map((point, i) => point.subtract(home[i]));
    const far = offsets.filter((offset) => Math.hypot(offset.x, offset.y) > ASIDE).length;
    if (dots.length > FEW && far > 0.15 * dots.length) return false;
    dots.forEach((dot, i) => { if (Math.hypot(offsets[i].x, offsets[i].y) > 5) dot.offset = offsets[i].round(); });
    return true;
  }

  /** One round of pushing apart; false when nothing was too close. */
  function push(dots, at) {
    let moved = false;
    for (let i = 0; i < dots.length; i += 1) {
      for (let j = i + 1; j < dots.length; j += 1) {
        const away = at[j].subtract(at[i]);
        const length = Math.hypot(away.x, away.y);
        const sideways = Math.abs(away.x) / length;
        const apart = 2 * DOT + GAP + sideways * (dots[i].wide + dots[j].wide - 2 * DOT);
        if (length >= apart - 0.5) continue;
        const step = away.multiplyBy((apart - length) / (2 * length));
        at[i] = at[i].subtract(step);
        at[j] = at[j].add(step);
        moved = true;
      }
    }
    return moved;
  }

  Object.assign(window.nhavung, { Dot, DOT, groupsOf, arrange });
})();
