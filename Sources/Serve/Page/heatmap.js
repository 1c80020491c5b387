// A matrix as a heat map on a canvas: 160,000 cells are one picture. Read with the mouse or with the arrow keys.
import {h, number} from "/dom.js";
import {ticks} from "/chart.js";

/** Viridis between nine anchors, as in the figures of crossplay report. */
const anchors = [
  [68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48],
  [253, 231, 37],
];

function color(value) {
  const position = Math.min(Math.max(value, 0), 1) * (anchors.length - 1);
  const index = Math.min(Math.floor(position), anchors.length - 2);
  const rest = position - index;
  return anchors[index].map((channel, i) => Math.round(channel * (1 - rest) + anchors[index + 1][i] * rest));
}

const ink = () => getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
const faint = () => getComputedStyle(document.documentElement).getPropertyValue("--faint").trim();

export class HeatMap {
  /** `read(row, column)` tells about a cell, or that there is none; `open(row, column)` is its click. */
  constructor(frame, {read, open}) {
    this.frame = frame;
    this.read = read;
    this.open = open;
    this.cursor = null;
    this.canvas = h("canvas", {tabindex: "0", role: "application"});
    frame.replaceChildren(this.canvas);
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => { if (document.activeElement !== this.canvas) this.move(null); });
    this.canvas.addEventListener("click", (event) => { this.point(event); if (this.cursor) this.choose(); });
    this.canvas.addEventListener("focus", () => { if (!this.cursor && this.data?.places.length) this.move([0, 0]); });
    this.canvas.addEventListener("blur", () => this.move(null));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.resizing = new ResizeObserver(() => this.fit());
    this.resizing.observe(frame);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  draw(data) {
    this.data = data;
    const {places, count, values} = data;
    let [low, high] = [Infinity, -Infinity];
    // One scale for all modes and orders would hide differences of one mode: the scale is that of what is shown.
    for (const row of places) for (const column of places) {
      const value = values[row * count + column];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.range = low > high ? [0, 1] : low === high ? [low - 0.5, high + 0.5] : [low, high];
    this.cursor = null;
    this.read(null, null);
    const size = places.length;
    this.picture = size ? new OffscreenCanvas(size, size) : null;
    if (size) {
      const context = this.picture.getContext("2d");
      const image = context.createImageData(size, size);
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
        const value = values[places[i] * count + places[j]];
        const at = 4 * (i * size + j);
        const [r, g, b] = Number.isNaN(value) ? [128, 128, 128] : color((value - this.range[0]) / (this.range[1] - this.range[0]));
        image.data.set([r, g, b, Number.isNaN(value) ? 60 : 255], at);
      }
      context.putImageData(image, 0, 0);
    }
    this.canvas.setAttribute("aria-label", `${data.label}; arrow keys move, Enter opens games`);
    this.fit();
  }

  /** As large as fits, in whole pixels per cell. */
  fit() {
    if (!this.data) return;
    const size = this.data.places.length;
    const width = this.frame.clientWidth - 8;
    if (width <= 0) return;
    this.ratio = devicePixelRatio || 1;
    const isNarrow = width < 600;
    this.left = isNarrow ? 44 : 92;
    this.top = isNarrow ? 34 : 40;
    const bar = isNarrow ? 0 : 130;
    const room = Math.min(width - this.left - bar - 8, 1000);
    this.cell = size ? Math.max(1, Math.min(44, Math.floor(room / size * this.ratio) / this.ratio)) : 1;
    // More cells than pixels: neighbours are mixed.
    if (size * this.cell > room) this.cell = room / size;
    this.side = Math.max(size * this.cell, 120);
    this.barAt = isNarrow ? null : this.left + size * this.cell + 24;
    const height = this.top + Math.max(size * this.cell, isNarrow ? 0 : 160) + (isNarrow ? 56 : 12);
    const wide = this.left + size * this.cell + bar + 8;
    this.canvas.width = Math.round(Math.max(wide, isNarrow ? width : wide) * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.canvas.style.width = `${this.canvas.width / this.ratio}px`;
    this.canvas.style.height = `${this.canvas.height / this.ratio}px`;
    this.paint();
  }

  paint() {
    if (!this.data || !this.cell) return;
    const context = this.canvas.getContext("2d");
    const {places, count, values, labels, isGrouped, swept} = this.data;
    const size = places.length;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.font = "12px system-ui, sans-serif";
    if (!size) {
      context.fillStyle = ink();
      context.fillText("no run is chosen", 8, 24);
      return;
    }
    context.imageSmoothingEnabled = this.cell * this.ratio < 1;
    context.drawImage(this.picture, this.left, this.top, size * this.cell, size * this.cell);
    context.fillStyle = faint();
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(`seat 1 →`, this.left, 8);
    context.fillText(this.left < 60 ? "0 ↓" : "seat 0 ↓", 0, 8);
    if (isGrouped) {
      // Brackets and values of the groups, as far as they have room.
      let start = 0;
      let [lastRow, lastColumn] = [-Infinity, -Infinity];
      while (start < size) {
        let end = start + 1;
        while (end < size && labels[places[end]] === labels[places[start]]) end++;
        const [from, to] = [start * this.cell, end * this.cell];
        const middle = (from + to) / 2;
        const text = labels[places[start]];
        context.strokeStyle = ink();
        context.lineWidth = 1;
        if (end < size) {
          context.globalAlpha = this.cell < 4 ? 0.4 : 0.8;
          context.beginPath();
          context.moveTo(this.left - 5, this.top + to); context.lineTo(this.left + size * this.cell, this.top + to);
          context.moveTo(this.left + to, this.top - 5); context.lineTo(this.left + to, this.top + size * this.cell);
          context.stroke();
          context.globalAlpha = 1;
        }
        context.fillStyle = ink();
        if (middle - lastRow >= 13) {
          context.textAlign = "right";
          context.fillText(this.clip(context, text, this.left - 12), this.left - 8, this.top + middle);
          lastRow = middle;
        }
        const width = context.measureText(this.clip(context, text, 90)).width;
        if (middle - width / 2 - lastColumn >= 6) {
          context.textAlign = "center";
          context.fillText(this.clip(context, text, 90), this.left + middle, this.top - 12);
          lastColumn = middle + width / 2;
        }
        start = end;
      }
      if (this.barAt !== null) {
        context.textAlign = "right";
        context.fillStyle = faint();
        context.fillText(swept, this.left + size * this.cell, 8);
      }
    }
    if (this.cell >= 34) {
      context.textAlign = "center";
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) {
        const value = values[places[i] * count + places[j]];
        if (Number.isNaN(value)) continue;
        const [r, g, b] = color((value - this.range[0]) / (this.range[1] - this.range[0]));
        context.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff";
        context.fillText(number(value, 3), this.left + (j + 0.5) * this.cell, this.top + (i + 0.5) * this.cell);
      }
    }
    this.paintScale(context, size * this.cell);
    if (this.cursor) {
      const [i, j] = this.cursor;
      const [x, y, side] = [this.left + j * this.cell, this.top + i * this.cell, this.cell];
      for (const [line, width, grow] of [["#000", 4, 1], ["#fff", 2, 1]]) {
        context.strokeStyle = line;
        context.lineWidth = width;
        context.strokeRect(x - grow, y - grow, side + 2 * grow, side + 2 * grow);
      }
    }
  }

  paintScale(context, side) {
    const [low, high] = this.range;
    const marks = ticks(low, high, this.barAt === null ? 3 : 5);
    context.fillStyle = faint();
    if (this.barAt === null) {
      const [x, y, width] = [this.left, this.top + side + 12, Math.max(side, 160)];
      for (let k = 0; k < width; k++) { context.fillStyle = `rgb(${color(k / width)})`; context.fillRect(x + k, y, 1.5, 10); }
      context.fillStyle = ink();
      context.textAlign = "center";
      for (const mark of marks) context.fillText(number(mark), x + width * (mark - low) / (high - low), y + 20);
      context.textAlign = "left";
      context.fillText("points per game", x, y + 36);
      return;
    }
    const height = Math.max(120, Math.min(side, 300));
    for (let k = 0; k < height; k++) {
      context.fillStyle = `rgb(${color(1 - k / height)})`;
      context.fillRect(this.barAt, this.top + k, 16, 1.5);
    }
    context.fillStyle = ink();
    context.textAlign = "left";
    for (const mark of marks) context.fillText(number(mark), this.barAt + 22, this.top + height * (high - mark) / (high - low));
    context.fillStyle = faint();
    context.fillText("points per game", this.barAt, this.top + height + 14);
  }

  clip(context, text, width) {
    let shown = text;
    while (shown.length > 1 && context.measureText(shown).width > width) shown = shown.slice(0, -1);
    return shown === text ? text : `${shown.slice(0, -1)}…`;
  }

  point(event) {
    if (!this.data) return;
    const bounds = this.canvas.getBoundingClientRect();
    const j = Math.floor((event.clientX - bounds.left - this.left) / this.cell);
    const i = Math.floor((event.clientY - bounds.top - this.top) / this.cell);
    const size = this.data.places.length;
    this.move(i >= 0 && j >= 0 && i < size && j < size ? [i, j] : null);
  }

  move(cursor) {
    if (`${cursor}` === `${this.cursor}`) return;
    this.cursor = cursor;
    this.paint();
    if (cursor) this.read(this.data.places[cursor[0]], this.data.places[cursor[1]]);
    else this.read(null, null);
  }

  choose() { this.open(this.data.places[this.cursor[0]], this.data.places[this.cursor[1]]); }

  key(event) {
    const size = this.data?.places.length ?? 0;
    const moves = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0],
      Home: [0, -size], End: [0, size],
    };
    if (event.key === "Enter" && this.cursor) { event.preventDefault(); this.choose(); }
    if (!(event.key in moves) || !size) return;
    event.preventDefault();
    const [i, j] = this.cursor ?? [0, 0];
    const [down, right] = moves[event.key];
    const within = (value) => Math.max(0, Math.min(size - 1, value));
    this.move([within(i + down), within(j + right)]);
  }
}
