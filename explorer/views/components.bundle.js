var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// explorer/views/animation/animation.js
var animation_exports = {};
__export(animation_exports, {
  render: () => render
});

// explorer/browser/shared.js
var afterPaint = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
var mark = (name, detail, then = null) => afterPaint(() => {
  performance.mark(`explorer:${name}`, { detail });
  then?.();
});
var found = /* @__PURE__ */ new Map();
var bokehModel = (name) => {
  let model = found.get(name);
  if (model?.document) return model;
  for (const doc of window.Bokeh?.documents ?? []) {
    model = doc.get_model_by_name(name);
    if (model) {
      found.set(name, model);
      return model;
    }
  }
  return null;
};
var plainArray = (array3) => array3 && new ({ float32: Float32Array, float64: Float64Array, uint8: Uint8Array }[array3.dtype] ?? array3.constructor)(
  array3.buffer,
  array3.byteOffset,
  array3.length
);
var decodePicture = async (bytes, type, exact2) => {
  if (exact2 || !window.ImageDecoder) return createImageBitmap(new Blob([bytes], { type }));
  const decoder = new ImageDecoder({ data: bytes, type });
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
};
var makeSoon = (draw, wait = 0) => {
  let parts = (
    /** @type {Set<string> | null} */
    null
  );
  return (part) => {
    if (parts) {
      parts.add(part);
      return;
    }
    parts = /* @__PURE__ */ new Set([part]);
    setTimeout(
      () => requestAnimationFrame(() => {
        const all = parts;
        parts = null;
        draw(all);
      }),
      wait
    );
  };
};
var element = (tag, attributes = {}, ...children2) => {
  const node = document.createElement(tag);
  for (const [key, value2] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value2);
    else if (value2 !== null && value2 !== void 0 && value2 !== false)
      node.setAttribute(key, value2 === true ? "" : value2);
  }
  node.append(...children2.filter((child) => child !== null));
  return node;
};
var readNumber = (text, { min = null, max = null, step = null } = {}) => {
  const typed = text.trim().replace("−", "-");
  if (!typed) return { value: null };
  if (!/^[+-]?(\d+[.,]?\d*|[.,]\d+)$/.test(typed))
    return { problem: `“${typed.slice(0, 20)}” is no number: write for example 0.25` };
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(typed))
    return { problem: `“${typed}” can be two numbers: write ${typed.replace(",", "")} or ${typed.replace(",", ".")}` };
  const value2 = Number(typed.replace(",", "."));
  if (Number(step) === 1 && !Number.isInteger(value2)) return { problem: `${typed} is no whole number` };
  if (min !== null && value2 < Number(min) || max !== null && value2 > Number(max))
    return {
      problem: max === null ? `${typed} is too small: ${min} or more` : min === null ? `${typed} is too large: ${max} at most` : `${typed} is not from ${min} to ${max}`
    };
  return { value: value2 };
};
var numberInput = ({ class: kind = "", min = null, max = null, step = null, ...attributes }) => {
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    role: "spinbutton",
    "aria-valuemin": min,
    "aria-valuemax": max,
    class: `number ${kind}`.trim(),
    ...attributes
  });
  const problem = element("span", { class: "number-problem", role: "alert" });
  const say = (text) => {
    input.setCustomValidity(text);
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    problem.textContent = text;
    if (text) input.after(problem);
    else problem.remove();
  };
  input.addEventListener("change", (event) => {
    const { value: value2, problem: why = "" } = readNumber(input.value, { min, max, step });
    say(why);
    if (why) {
      event.stopImmediatePropagation();
      return;
    }
    input.value = value2 === null ? "" : String(value2);
    if (value2 !== null) input.setAttribute("aria-valuenow", value2);
  });
  input.addEventListener("input", () => say(""));
  input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { value: value2 = null } = readNumber(input.value);
    const by = Number(step ?? 1), places = (String(by).split(".")[1] ?? "").length;
    const next = Math.min(
      Math.max((value2 ?? Number(min ?? 0)) + way * by, Number(min ?? -Infinity)),
      Number(max ?? Infinity)
    );
    input.value = String(Number(next.toFixed(Math.max(places, 1))));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return input;
};
var WHEEL = { line: 16, page: 400, half: 310, most: 400, pinch: 100, squeeze: 50 };
var wheelFactor = ({ deltaX, deltaY, deltaMode, ctrlKey }) => {
  if (!Number.isFinite(deltaY) || Math.abs(deltaX) > Math.abs(deltaY)) return 1;
  const pixels = -deltaY * [1, WHEEL.line, WHEEL.page][deltaMode];
  const within = (most) => Math.min(Math.max(pixels, -most), most);
  return ctrlKey ? Math.exp(within(WHEEL.squeeze) / WHEEL.pinch) : 2 ** (within(WHEEL.most) / WHEEL.half);
};
var MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
var longDate = (iso) => {
  const [year, month2, day2] = iso.split("-").map(Number);
  return `${day2} ${MONTHS[month2 - 1]} ${year}`;
};
var gapText = (share) => share > 0 ? `${share < 0.01 ? "< 1" : Math.round(100 * share)} % gap-filled` : "";
var status = { WAITING: 0, THERE: 1, ABSENT: 2, BROKEN: 3 };
var strokeOnDark = (context, colour, width, trace, dark = 2 * width) => {
  for (
    const [lineWidth, strokeStyle] of
    /** @type {const} */
    [
      [dark, "rgba(0,0,0,.6)"],
      [width, colour]
    ]
  ) {
    Object.assign(context, { lineWidth, strokeStyle });
    context.beginPath();
    trace();
    context.stroke();
  }
};
var traceArms = (context, x, y, from, to) => {
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1]
  ]) {
    context.moveTo(x + dx * from, y + dy * from);
    context.lineTo(x + dx * to, y + dy * to);
  }
};
var lightOf = (channel) => {
  const value2 = Number.parseInt(channel, 16) / 255;
  return value2 <= 0.04045 ? value2 / 12.92 : ((value2 + 0.055) / 1.055) ** 2.4;
};
var inkOn = (colour) => {
  const [, red = "0", green = "0", blue = "0"] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour) ?? [];
  return 0.2126 * lightOf(red) + 0.7152 * lightOf(green) + 0.0722 * lightOf(blue) > 0.18 ? "#10191f" : "#ffffff";
};
var pinText = ({ name }, i, count2) => [count2 > 1 ? String(i + 1) : "", name ?? ""].filter(Boolean).join(" ");
var drawWords = (context, text, x, y, size = 12) => {
  if (!text) return;
  context.font = `600 ${size}px system-ui, sans-serif`;
  Object.assign(context, { lineWidth: size / 4, lineJoin: "round", strokeStyle: "rgba(0,0,0,.65)", fillStyle: "#fff" });
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
};
var drawArms = (context, x, y, colour, { from, to, width = 2 }) => strokeOnDark(context, colour, width, () => traceArms(context, x, y, from, to));
var drawCross = (context, x, y, half, colour, reach = 11) => strokeOnDark(context, colour, 2, () => {
  traceArms(context, x, y, half + 1, half + reach);
  context.rect(x - half, y - half, 2 * half, 2 * half);
});
var tenMetre = (v) => Math.floor((v + 0.5) * 3 / 10);
var drawTenMetre = (context, pin, unit2, left2 = 0, top2 = 0) => {
  const edge = 10 / 3 * unit2;
  const x = (tenMetre(pin.col) * 10 / 3 - left2) * unit2, y = (tenMetre(pin.row) * 10 / 3 - top2) * unit2;
  strokeOnDark(context, "#fff", 1.25, () => context.rect(x, y, edge, edge), 3);
};
var fitCanvas = (canvas, width = canvas.clientWidth, height = canvas.clientHeight) => {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
};
var ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
  previous: "M11 3v10L4 8z",
  next: "M5 3v10l7-5z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  save: "M7 1h2v7h3l-4 4.5L4 8h3zM2 13h12v2H2z",
  loop: "M8 3a5 5 0 0 1 4.6 3H11v1.5h4V3.4h-1.4v1.5A6.5 6.5 0 0 0 1.6 7h1.5A5 5 0 0 1 8 3zm0 10a5 5 0 0 1-4.6-3H5V8.5H1v4.1h1.4v-1.5A6.5 6.5 0 0 0 14.4 9h-1.5A5 5 0 0 1 8 13z"
};
var svgElement = (tag, attributes = {}, ...children2) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value2] of Object.entries(attributes)) node.setAttribute(key, String(value2));
  node.append(...children2);
  return node;
};
var icon = (name) => svgElement(
  "svg",
  { viewBox: "0 0 16 16", width: 14, height: 14, fill: "currentColor", "aria-hidden": "true" },
  svgElement("path", { d: ICONS[name] })
);
var placeBeside = (box2, left2, top2, under = -Infinity) => {
  const { width, height } = box2.getBoundingClientRect();
  const beside = left2 + 18 + width < window.innerWidth ? left2 + 18 : left2 - 18 - width;
  const over = under - height - 4;
  box2.style.left = `${Math.max(4, beside)}px`;
  box2.style.top = `${over >= 4 ? over : Math.max(4, Math.min(top2 - height / 2, window.innerHeight - height - 6))}px`;
};
var choice = (label, options, chosen, act) => {
  const list = element(
    "select",
    { "aria-label": label, title: label },
    ...options.map(([value2, text]) => element("option", { value: value2, selected: value2 === chosen }, text))
  );
  list.addEventListener("change", () => act(list.value));
  return list;
};
var saveFile = (name, blob) => {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 6e4);
};
var focusedNode = () => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
};
var makeDrawer = (panel, name, page, signal, { changed = (_open) => {
}, shown }) => {
  const back = makeReturn(panel);
  const setOpen = (open) => {
    if (panel.hidden === !open) return;
    if (open) back.opened();
    else back.closed();
    panel.hidden = !open;
    changed(open);
    if (!open) return;
    page.emit("drawer", name);
    shown();
  };
  page.on(
    "drawer",
    (other) => {
      if (other !== name) setOpen(false);
    },
    signal
  );
  return setOpen;
};
var keepKeys = (panel, close) => {
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      event.preventDefault();
    }
    event.stopPropagation();
  });
  const outside = (event) => {
    if (!panel.isConnected) {
      window.removeEventListener("keydown", outside);
      return;
    }
    if (event.key !== "Escape" || event.defaultPrevented || isWriting(event) || !panel.getClientRects().length) return;
    close();
    event.preventDefault();
  };
  window.addEventListener("keydown", outside);
};
var focusWhenShown = (node, wanted = () => true, frames = 180) => {
  if (!node.isConnected || !wanted()) return;
  if (node.getClientRects().length) node.focus({ preventScroll: true });
  else if (frames) requestAnimationFrame(() => focusWhenShown(node, wanted, frames - 1));
};
var makeReturn = (panel) => {
  let from = null;
  const isFree = () => {
    const now = focusedNode();
    return !now || now === document.body || panel.contains(now);
  };
  return {
    opened() {
      from = focusedNode();
    },
    closed() {
      const wanted = from;
      from = null;
      if (wanted) focusWhenShown(wanted, isFree);
    }
  };
};
var keepFocus = (box2, draw) => {
  const controls = () => [...box2.querySelectorAll("button:not(:disabled), input, select, textarea, [tabindex='0']")];
  const nameOf = (node) => node.getAttribute("aria-label") ?? node.textContent;
  const at = controls().indexOf(box2.getRootNode().activeElement), had = at < 0 ? "" : nameOf(controls()[at]);
  draw();
  if (at < 0) return;
  const now = controls();
  (now.find((node) => nameOf(node) === had) ?? now[Math.min(at, now.length - 1)])?.focus({ preventScroll: true });
};
var EDITORS = "textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit], [type=reset], [type=color], [type=file], [type=image]), [role=textbox], [role=searchbox], [role=combobox], .cm-editor, .CodeMirror, .monaco-editor, .ace_editor";
var isEditor = (node) => node.nodeType === 1 && (node.isContentEditable || node.matches(EDITORS));
var isWriting = (event) => event.composedPath().some(isEditor);
var composes = (event) => event.isComposing || event.keyCode === 229;
var pageRoot = (el) => {
  for (let node = el; ; ) {
    const root2 = node.getRootNode();
    if (!(root2 instanceof ShadowRoot)) return node;
    node = root2.host;
    if ([...root2.children].some((child) => child.classList.contains("area-head"))) return node;
  }
};
var showPicture = (el) => pageRoot(el).shadowRoot?.querySelector(".area-planet")?.scrollIntoView({ block: "start" });
var mayTakeFocus = (node) => {
  const now = document.activeElement;
  return !now || now === document.body || inDocument(node).contains(now);
};
var inDocument = (node) => {
  while (node.getRootNode() instanceof ShadowRoot) node = node.getRootNode().host;
  return node;
};
var isOurKey = (event, el) => {
  if (event.defaultPrevented || composes(event)) return false;
  const root2 = pageRoot(el), path = event.composedPath();
  if (path.includes(root2)) return true;
  const nowhere = path[0] === document.body || path[0] === document.documentElement;
  return nowhere && Boolean(inDocument(root2).closest("main#page"));
};
var letterOf = ({ key, code, shiftKey }) => {
  if (key.length !== 1 || key === "?") return key;
  if (/[a-z0-9]/i.test(key)) return key.toLowerCase();
  const [, letter, digit] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code) ?? [];
  return letter?.toLowerCase() ?? (shiftKey ? key : digit ?? key);
};

// explorer/views/common/chip.js
var SIZE = 200;
var middleOfPixel = (place, pixels) => {
  const own = Math.min(pixels - 1, Math.max(0, Math.floor(place * pixels / SIZE)));
  return Math.floor((own + 0.5) * SIZE / pixels);
};

// explorer/views/common/picture_file.js
var FONT = "system-ui, sans-serif";
var wrapped = (context, text, most) => {
  const lines2 = [""];
  for (const word of text.split(" ")) {
    const longer = lines2.at(-1) ? `${lines2.at(-1)} ${word}` : word;
    if (context.measureText(longer).width > most && lines2.at(-1)) lines2.push(word);
    else lines2[lines2.length - 1] = longer;
  }
  return lines2;
};
var plate = (context, text, x, y, { size = 13, right: right2 = false } = {}) => {
  context.font = `600 ${size}px ${FONT}`;
  const wide = context.measureText(text).width + 14, left2 = right2 ? x - wide : x;
  context.fillStyle = "rgba(10,18,24,.72)";
  context.fillRect(left2, y, wide, size + 9);
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(text, left2 + 7, y + (size + 9) / 2 + 0.5);
  context.textBaseline = "alphabetic";
};
var drawBar = (context, metres, length, right2, bottom2) => {
  context.font = `600 11px ${FONT}`;
  context.textAlign = "center";
  for (const [line2, stroke2] of [
    [4, "rgba(0,0,0,.7)"],
    [2, "#fff"]
  ]) {
    Object.assign(context, { lineWidth: line2, strokeStyle: stroke2 });
    context.beginPath();
    context.moveTo(right2 - length, bottom2 - 6);
    context.lineTo(right2 - length, bottom2);
    context.lineTo(right2, bottom2);
    context.lineTo(right2, bottom2 - 6);
    context.stroke();
  }
  Object.assign(context, { lineWidth: 3, strokeStyle: "rgba(0,0,0,.7)", fillStyle: "#fff" });
  context.strokeText(`${metres} m`, right2 - length / 2, bottom2 - 8);
  context.fillText(`${metres} m`, right2 - length / 2, bottom2 - 8);
  context.textAlign = "left";
};
var drawNorth = (context, x, y) => {
  Object.assign(context, {
    fillStyle: "#fff",
    strokeStyle: "rgba(0,0,0,.7)",
    lineWidth: 3,
    font: `700 12px ${FONT}`,
    textAlign: "center"
  });
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + 5, y + 10);
  context.lineTo(x - 5, y + 10);
  context.closePath();
  context.stroke();
  context.fill();
  context.strokeText("N", x, y + 21);
  context.fillText("N", x, y + 21);
  context.textAlign = "left";
};
var drawLegend = (context, legend, x, y) => {
  const number5 = (value2, word) => value2 === null ? word : String(Number(value2.toPrecision(3)));
  context.font = `11px ${FONT}`;
  const wide = Math.max(150, context.measureText(legend.title).width);
  context.fillStyle = "rgba(10,18,24,.72)";
  context.fillRect(x, y, wide + 16, legend.colours.length > 1 ? 46 : 32);
  context.fillStyle = "#fff";
  context.fillText(legend.title, x + 8, y + 14);
  const colours = context.createLinearGradient(x + 8, 0, x + 8 + wide, 0);
  legend.colours.forEach((colour, i) => colours.addColorStop(i / Math.max(legend.colours.length - 1, 1), colour));
  context.fillStyle = colours;
  context.fillRect(x + 8, y + 19, wide, 8);
  if (legend.colours.length < 2) return;
  context.fillStyle = "#fff";
  context.fillText(number5(legend.low, "low"), x + 8, y + 40);
  context.textAlign = "right";
  context.fillText(number5(legend.high, "high"), x + 8 + wide, y + 40);
  context.textAlign = "left";
};
var makePicture = (width, height, footer, draw) => {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  context.font = `11px ${FONT}`;
  const lines2 = footer.flatMap((text) => wrapped(context, text, width - 16));
  canvas.width = Math.round(2 * width);
  canvas.height = Math.round(2 * (height + 8 + 15 * lines2.length));
  context.scale(2, 2);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, canvas.height);
  context.imageSmoothingEnabled = false;
  draw(context);
  Object.assign(context, { fillStyle: "#17262e", font: `11px ${FONT}`, textBaseline: "alphabetic" });
  lines2.forEach((line2, i) => context.fillText(line2, 8, height + 16 + 15 * i));
  return canvas;
};
var pictureOfSheet = ({ cells, columns }, footer) => {
  const edge = SIZE / 2, gap = 3, row = edge + 16;
  const rows = Math.ceil(cells.length / columns);
  const said = `Each picture 600 × 600 m, north up${cells.some((cell) => cell.note) ? "; ◦ partly gap-filled" : ""}`;
  return makePicture(columns * (edge + gap) + gap, rows * (row + gap) + gap, [...footer, said], (context) => {
    cells.forEach(({ canvas, text, note }, k) => {
      const x = gap + k % columns * (edge + gap), y = gap + Math.floor(k / columns) * (row + gap);
      context.drawImage(canvas, x, y, edge, edge);
      Object.assign(context, { fillStyle: "#17262e", font: `10px ${FONT}`, textAlign: "center" });
      context.fillText(note ? `${text} ◦` : text, x + edge / 2, y + edge + 11, edge);
      context.textAlign = "left";
    });
    if (cells.length) drawBar(context, 200, edge / 3, gap + edge - 5, gap + edge - 5);
  });
};
var download = (canvas, name) => canvas.toBlob((blob) => saveFile(name, blob), "image/png");

// explorer/views/common/draw.js
var HALF = (value2) => Math.round(Math.min(SIZE, Math.max(0, value2)) * 2) / 2;
var METRES = 3;
var MOST = { regions: 4, corners: 64 };
var TOOLS = {
  pin: {
    label: "Pin pixels",
    title: "Pin a pixel with a click, shift-click adds one; drag to pan (key P). By keys: P shows a cross, arrows move it, Enter pins, shift and Enter adds, Esc gives up",
    path: "M8 1a4.5 4.5 0 0 0-4.5 4.5C3.5 9 8 15 8 15s4.5-6 4.5-9.5A4.5 4.5 0 0 0 8 1zm0 6.2a1.8 1.8 0 1 1 0-3.6 1.8 1.8 0 0 1 0 3.6z"
  },
  box: {
    label: "Draw a box",
    title: "Draw a box by dragging (key B). By keys: arrows move it, shift and arrows size it, Enter sets it, Esc gives up",
    hint: "Drag a box · or arrows, shift + arrows, Enter",
    path: "M2 3h12v10H2zM3.5 4.5v7h9v-7z"
  },
  polygon: {
    label: "Draw a polygon",
    title: "Draw a polygon by clicking its corners (key G): a double click, Enter or a click on the first corner closes it, Backspace takes one back, Esc gives up. By keys: arrows move the cross, space sets a corner",
    hint: "Click the corners, a double click closes it · or arrows, space, Enter",
    path: "M8 1.2 14.8 6.4 12.2 14.2H3.8L1.2 6.4zM8 3.1 3 6.9l1.9 5.8h6.2L13 6.9z"
  }
};
var cornersOf = ({ kind, points }) => {
  if (kind !== "box") return points;
  const [[r0, c0], [r1, c1]] = points;
  return [
    [r0, c0],
    [r0, c1],
    [r1, c1],
    [r1, c0]
  ];
};
var edgesOf = (corners) => corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]]);
var boundsOf = (corners) => {
  const rows = corners.map(([row]) => row), cols = corners.map(([, col]) => col);
  return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...cols), right: Math.max(...cols) };
};
var crosses = (corners) => {
  const side = ([ar, ac], [br, bc], [pr, pc]) => Math.sign((br - ar) * (pc - ac) - (bc - ac) * (pr - ar));
  const edges = edgesOf(corners);
  return edges.some(
    ([a, b], i) => edges.some(([c, d], k) => k > i && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0)
  );
};
var measureOf = (corners) => {
  const { top: top2, bottom: bottom2, left: left2, right: right2 } = boundsOf(corners);
  const area = Math.abs(edgesOf(corners).reduce((sum, [[ar, ac], [br, bc]]) => sum + ac * br - bc * ar, 0)) / 2;
  const size = `${(right2 - left2) * METRES} × ${(bottom2 - top2) * METRES} m`;
  return crosses(corners) ? `${size}, edges cross` : `${size}, ${(area * METRES * METRES / 1e4).toFixed(2)} ha`;
};
var toEdge = ([row, col], [[ar, ac], [br, bc]]) => {
  const length = (br - ar) ** 2 + (bc - ac) ** 2;
  const t = length ? Math.min(1, Math.max(0, ((row - ar) * (br - ar) + (col - ac) * (bc - ac)) / length)) : 0;
  return Math.hypot(row - ar - t * (br - ar), col - ac - t * (bc - ac));
};
var strokeRegion = (context, corners, colour, place, { closed = true, width = 2, handles = false } = {}) => {
  context.beginPath();
  corners.map(place).forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
  if (closed) context.closePath();
  context.lineJoin = "round";
  for (const [line2, stroke2] of [
    [width + 2, "rgba(0,0,0,.6)"],
    [width, colour]
  ]) {
    context.lineWidth = line2;
    context.strokeStyle = stroke2;
    context.stroke();
  }
  if (!handles) return;
  for (const [x, y] of corners.map(place)) {
    context.fillStyle = "rgba(0,0,0,.6)";
    context.fillRect(x - 4, y - 4, 8, 8);
    context.fillStyle = "#fff";
    context.fillRect(x - 2.5, y - 2.5, 5, 5);
  }
};
var makeDrawing = ({ button: button2, onAdd: onAdd2, onMove, onRemove: onRemove2, onPin, onAim, middle, pixels, redraw, focus }) => {
  let aim = null;
  let tool = "pin", regions = [], draft = null, held = null, over = -1, told = 0, tapped = { time: 0, row: 0, col: 0 };
  const tags = element("div", { class: "tags" });
  const hint = element("div", { class: "hint", role: "status", hidden: true });
  const buttons = Object.entries(TOOLS).map(([name, { label, title, path }]) => {
    ICONS[name] = path;
    return button2(
      label,
      icon(name),
      () => {
        setTool(name);
        focus();
      },
      { title, "data-tool": name, "aria-pressed": String(name === tool) }
    );
  });
  const bar2 = element("div", { class: "tools", role: "group", "aria-label": "Pin, box or polygon" }, ...buttons);
  let timer = 0;
  const say = (text, passing = false) => {
    clearTimeout(timer);
    hint.textContent = text ?? "";
    hint.hidden = !text;
    if (passing) timer = setTimeout(() => say(""), 8e3);
  };
  const setTool = (name) => {
    draft = aim = null;
    tool = name;
    for (const item of buttons) item.setAttribute("aria-pressed", String(item.dataset.tool === name));
    say(TOOLS[name].hint);
    if (name !== "pin" && regions.length >= MOST.regions) {
      setTool("pin");
      say(`${MOST.regions} regions are the most: remove one first`, true);
    }
    redraw();
  };
  const finish = () => {
    const { kind, points } = draft;
    const corners = points.filter(([row, col], i) => !i || row !== points[i - 1][0] || col !== points[i - 1][1]);
    if (kind === "polygon" && corners.length < 3) {
      say("A polygon has three corners at least");
      return;
    }
    setTool("pin");
    onAdd2(kind, corners);
  };
  const box2 = ([row, col], [endRow, endCol]) => {
    const [r0, r1] = [row, endRow].map(Math.round).sort((a, b) => a - b), [c0, c1] = [col, endCol].map(Math.round).sort((a, b) => a - b);
    const top2 = Math.min(r0, SIZE - 1), left2 = Math.min(c0, SIZE - 1);
    return [
      [top2, left2],
      [Math.max(r1, top2 + 1), Math.max(c1, left2 + 1)]
    ];
  };
  const grab = (point, reach) => {
    for (let i = regions.length - 1; i >= 0; i--) {
      const corners = cornersOf(regions[i]);
      const corner2 = corners.findIndex(([row, col]) => Math.hypot(row - point[0], col - point[1]) <= reach);
      if (corner2 >= 0 || edgesOf(corners).some((edge) => toEdge(point, edge) <= reach * 0.7))
        return { index: i, corner: corner2 };
    }
    return null;
  };
  const hold = (index, corner2, point) => {
    held = { index, corner: corner2, point, shape: regions[index] };
  };
  const down = (point, reach) => {
    if (draft?.kind === "polygon") return false;
    const found2 = grab(point, reach);
    if (found2) hold(found2.index, found2.corner, point);
    else if (tool === "box") draft = { kind: "box", from: point, points: box2(point, point) };
    return Boolean(found2) || tool === "box";
  };
  const shifted = ({ kind, points }, corner2, rows, cols) => {
    if (corner2 < 0) {
      const { top: top2, bottom: bottom2, left: left2, right: right2 } = boundsOf(points);
      const step = (v, low, high) => Math.min(high, Math.max(low, kind === "box" ? Math.round(v) : HALF(Math.abs(v)) * Math.sign(v)));
      const r = step(rows, -top2, SIZE - bottom2), c = step(cols, -left2, SIZE - right2);
      return points.map(([row, col]) => [row + r, col + c]);
    }
    if (kind !== "box")
      return points.map(([row, col], i) => i === corner2 ? [HALF(row + rows), HALF(col + cols)] : [row, col]);
    const corners = cornersOf({ kind, points }), moved = corners[corner2];
    return box2(corners[(corner2 + 2) % 4], [HALF(moved[0] + rows), HALF(moved[1] + cols)]);
  };
  const put = (index, points, done) => {
    regions = regions.map(
      (region, i) => i === index ? { ...region, points, size: measureOf(cornersOf({ ...region, points })) } : region
    );
    redraw();
    if (!done && performance.now() - told < 120) return;
    told = performance.now();
    onMove(index, points, done);
  };
  const move = (point) => {
    if (held)
      put(held.index, shifted(held.shape, held.corner, point[0] - held.point[0], point[1] - held.point[1]), false);
    else if (draft?.from) {
      draft.points = box2(draft.from, point);
      redraw();
    }
  };
  const hover = (point, reach) => {
    const found2 = draft ? null : grab(point, reach);
    if (draft?.kind === "polygon") {
      draft.at = point.map(HALF);
      redraw();
    }
    if ((found2?.index ?? -1) !== over) {
      over = found2?.index ?? -1;
      redraw();
    }
    return Boolean(found2);
  };
  const up = (moved) => {
    if (held) {
      const { index } = held;
      held = null;
      if (moved) onMove(index, regions[index].points, true);
      return moved;
    }
    if (!draft?.from) return false;
    if (moved) finish();
    else {
      draft = null;
      redraw();
    }
    return true;
  };
  const click = (point, reach, time) => {
    if (tool !== "polygon") return tool === "box";
    const corner2 = point.map(HALF);
    const twice = time - tapped.time < 400 && Math.hypot(point[0] - tapped.row, point[1] - tapped.col) <= reach;
    tapped = { time, row: point[0], col: point[1] };
    const first = draft?.points[0];
    if (first && (twice || draft.points.length > 2 && Math.hypot(first[0] - point[0], first[1] - point[1]) <= reach))
      finish();
    else if (!draft) draft = { kind: "polygon", points: [corner2], at: null };
    else if (draft.points.length < MOST.corners) draft.points.push(corner2);
    else say(`${MOST.corners} corners are the most: Enter closes the polygon`);
    redraw();
    return true;
  };
  const cancel = () => {
    held = null;
    if (draft?.from) draft = null;
    redraw();
  };
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const takeAim = (point) => {
    aim = point.map((v) => middleOfPixel(v, pixels) + 0.5);
    if (tool === "polygon" && draft) draft.at = aim;
    onAim(aim);
    const keys = tool === "pin" ? "Enter pins, shift + Enter adds" : draft?.points.length > 2 ? "space sets a corner, Enter closes" : "space sets a corner";
    const [row, col] = aim.map((v) => Math.floor(v * pixels / SIZE));
    say(`Row ${row}, col ${col} · arrows move, with shift by 10 · ${keys} · Esc`);
    redraw();
  };
  const dropAim = () => {
    if (!aim) return;
    aim = null;
    say(TOOLS[tool].hint);
    redraw();
  };
  const corner = () => {
    const last = draft?.points.at(-1);
    if (last && last[0] === aim[0] && last[1] === aim[1]) return;
    if (!draft) draft = { kind: "polygon", points: [aim], at: null };
    else if (draft.points.length < MOST.corners) draft.points.push(aim);
    takeAim(aim);
  };
  const key = (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === "Escape" && aim && tool === "pin") dropAim();
    else if (event.key === "Escape" && (draft || tool !== "pin")) {
      if (draft) {
        draft = aim = null;
        redraw();
      } else setTool("pin");
    } else if (arrow && (aim || tool === "polygon")) {
      const step = (event.shiftKey ? 10 : 1) * SIZE / pixels, from = aim ?? middle();
      takeAim([from[0] + arrow[0] * step, from[1] + arrow[1] * step]);
    } else if (aim && tool === "pin" && event.key === "Enter")
      onPin({ row: Math.floor(aim[0]), col: Math.floor(aim[1]) }, event.shiftKey);
    else if (tool === "polygon" && event.key === " ") {
      aim ??= middle().map((v) => middleOfPixel(v, pixels) + 0.5);
      corner();
    } else if (event.key === "Enter" && draft) finish();
    else if (event.key === "Backspace" && draft?.kind === "polygon") {
      draft.points.pop();
      if (!draft.points.length) draft = null;
      redraw();
    } else if (tool === "box" && arrow) {
      const [row, col] = middle();
      draft ??= { kind: "box", points: box2([row - 10, col - 10], [row + 10, col + 10]) };
      const [[r0, c0], [r1, c1]] = draft.points, step = event.altKey ? 10 : 1;
      draft.points = event.shiftKey ? box2([r0, c0], [HALF(Math.max(r0 + 1, r1 + arrow[0] * step)), HALF(Math.max(c0 + 1, c1 + arrow[1] * step))]) : shifted(draft, -1, arrow[0] * step, arrow[1] * step);
      const { top: top2, bottom: bottom2, left: left2, right: right2 } = boundsOf(draft.points);
      say(`${measureOf(cornersOf(draft))} · rows ${top2} to ${bottom2 - 1}, cols ${left2} to ${right2 - 1} · Enter sets it`);
      redraw();
    } else return false;
    return true;
  };
  const shortcut = (letter) => {
    const name = { p: "pin", b: "box", g: "polygon" }[letter];
    const aimed = Boolean(aim);
    if (name) setTool(name);
    if (name === "pin" && !aimed) takeAim(middle());
    return Boolean(name);
  };
  const onTagKey = (event, index) => {
    const arrow = ARROWS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") onRemove2(index);
    else if (arrow) put(index, shifted(regions[index], -1, ...arrow.map((v) => v * (event.shiftKey ? 10 : 1))), true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const paint = (context, place, { letters = false, file = false } = {}) => {
    regions.forEach((region, i) => {
      strokeRegion(context, cornersOf(region), region.colour, place, {
        handles: !file && (i === over || i === held?.index)
      });
      const [x2, y2] = tagPlace(region, place);
      if (letters) plate(context, region.name ? `${region.letter} ${region.name}` : region.letter, x2, y2, { size: 10 });
    });
    if (file) return;
    if (aim) drawCross(context, ...place(aim), 5, "#fff", 16);
    if (!draft) return;
    const corners = draft.kind === "polygon" && draft.at ? [...draft.points, draft.at] : cornersOf(draft);
    strokeRegion(context, corners, "#fff", place, { closed: draft.kind === "box", handles: true });
    if (corners.length < 3) return;
    const text = measureOf(corners), [x, y] = place(corners.at(draft.kind === "box" ? 2 : -1));
    context.font = "600 12px system-ui, sans-serif";
    const wide = context.measureText(text).width + 10, most = context.canvas.clientWidth, deep = context.canvas.clientHeight;
    const left2 = Math.max(2, Math.min(x + 8, most - wide - 2)), top2 = Math.max(2, Math.min(y + 8, deep - 20));
    context.fillStyle = "rgba(10,18,24,.8)";
    context.fillRect(left2, top2, wide, 18);
    context.fillStyle = "#fff";
    context.textBaseline = "middle";
    context.fillText(text, left2 + 5, top2 + 9.5);
    context.textBaseline = "alphabetic";
  };
  const tagPlace = (region, place) => {
    const { top: top2, bottom: bottom2, left: left2 } = boundsOf(region.points);
    const [x, y] = place([top2, left2]);
    return y > 56 || x > 230 ? [x - 1, Math.max(y - 25, y > 0 ? 1 : -30)] : [x - 1, place([bottom2, left2])[1] + 2];
  };
  const layOut = (place, wide, high) => {
    regions.forEach((region, i) => {
      const [x, y] = tagPlace(region, place), tag = tags.children[i];
      tag.hidden = x < -20 || y < -20 || x > wide - 8 || y > high - 8;
      Object.assign(tag.style, { left: `${Math.max(0, Math.min(x, wide - 40))}px`, top: `${y}px` });
      tag.title = `Region ${region.letter}: ${region.size}. Drag to move it.`;
      tag.setAttribute(
        "aria-label",
        `Region ${region.letter} ${region.name}, ${region.size}; arrow keys move it, Delete removes it`
      );
    });
  };
  const set = (list, problem) => {
    if (problem) say(problem, true);
    else if (tool === "pin") say("");
    if (held) return;
    regions = list;
    const focused = [...tags.children].indexOf(tags.getRootNode().activeElement);
    tags.replaceChildren(
      ...list.map((region, i) => {
        const tag = element(
          "span",
          { class: "tag", tabindex: 0, role: "group", "data-region": i, onkeydown: (event) => onTagKey(event, i) },
          region.name ? `${region.letter} ${region.name}` : region.letter,
          button2(`Remove region ${region.letter}`, "×", () => onRemove2(i), {
            onkeydown: (event) => event.stopPropagation()
          })
        );
        tag.style.setProperty("--colour", region.colour);
        return tag;
      })
    );
    tags.children[focused]?.focus();
    redraw();
  };
  return {
    bar: bar2,
    tags,
    hint,
    down,
    move,
    hover,
    up,
    click,
    cancel,
    key,
    shortcut,
    paint,
    layOut,
    set,
    hold: (index, point) => hold(index, -1, point),
    dropAim,
    get tool() {
      return tool;
    },
    get regions() {
      return regions;
    },
    get drafting() {
      return Boolean(draft);
    }
  };
};

// explorer/views/common/land_cover.js
var percent = (share) => {
  const value2 = 100 * share;
  return `${value2 > 0 && value2 < 1 ? "< 1" : Math.round(value2)} %`;
};
var nothing = () => ({
  name: "",
  opacity: 1,
  title: "",
  credit: "",
  classes: [],
  missing: 0,
  problem: "",
  pixels: null,
  canvas: null
});
var coloured = (pixels, classes) => {
  const palette = [0, ...classes.map(({ colour }) => Number.parseInt(colour.slice(1), 16))];
  const found2 = new Uint8ClampedArray(4 * pixels.length);
  pixels.forEach((number5, i) => {
    const colour = palette[number5] ?? 0;
    found2.set([colour >> 16, colour >> 8 & 255, colour & 255, number5 ? 255 : 0], 4 * i);
  });
  return found2;
};
var readLandCover = (told) => {
  if (!told.pixels.byteLength)
    return { ...nothing(), name: told.name, opacity: told.opacity / 100, problem: told.problem };
  const pixels = new Uint16Array(told.pixels.slice(0));
  const canvas = element("canvas", { width: SIZE, height: SIZE });
  canvas.getContext("2d").putImageData(new ImageData(coloured(pixels, told.classes), SIZE, SIZE), 0, 0);
  return { ...told, opacity: told.opacity / 100, pixels, canvas };
};
var noLandCover = nothing;
var coverText = ({ name, pixels, classes }, { row, col }) => {
  if (!pixels) return "";
  return `${name}: ${classes[pixels[row * SIZE + col] - 1]?.title ?? "no class here"}`;
};
var makeCoverLegend = () => {
  const name = element("span");
  const list = element("ul");
  const note = element("p", { role: "status" });
  const el = element("details", { class: "cover-legend", hidden: true }, element("summary", {}, name), list, note);
  let chosen = false;
  el.firstChild.addEventListener("click", () => {
    chosen = true;
  });
  return {
    el,
    /**
     * @param {LandCover} cover
     * @param {boolean} roomy Whether there is room for all of it.
     */
    show(cover, roomy) {
      el.hidden = !cover.name;
      if (!chosen) el.open = roomy;
      name.textContent = cover.name;
      el.title = [cover.title, cover.credit].filter(Boolean).join(". ");
      list.hidden = !cover.classes.length;
      list.replaceChildren(
        ...cover.classes.map(({ title, colour, share }) => {
          const swatch = element("i", { "aria-hidden": "true" });
          swatch.style.background = colour;
          return element("li", {}, swatch, element("span", { title }, title), element("b", {}, percent(share)));
        })
      );
      note.textContent = cover.problem || (cover.missing > 0 ? `${percent(cover.missing)} without a class` : "");
      if (cover.problem) el.open = true;
    }
  };
};
var drawCoverLegend = (context, cover, x, y, most) => {
  if (!cover.pixels) return;
  const line2 = 16;
  const rows = cover.classes.slice(0, Math.max(1, Math.floor((most - 30) / line2) - 1));
  const more = cover.classes.length - rows.length;
  const texts = [
    ...rows.map(({ title, share }) => `${title}  ${percent(share)}`),
    ...more ? [`and ${more} more`] : [],
    ...cover.missing > 0 ? [`${percent(cover.missing)} without a class`] : []
  ];
  context.font = "11px system-ui, sans-serif";
  const wide = Math.max(...[cover.name, ...texts].map((text) => context.measureText(text).width));
  context.fillStyle = "rgba(10,18,24,.72)";
  context.fillRect(x, y, wide + 34, line2 * (texts.length + 1) + 8);
  context.fillStyle = "#fff";
  context.font = "600 11px system-ui, sans-serif";
  context.fillText(cover.name, x + 8, y + 15);
  context.font = "11px system-ui, sans-serif";
  texts.forEach((text, i) => {
    const top2 = y + 15 + line2 * (i + 1);
    if (i < rows.length) {
      context.fillStyle = rows[i].colour;
      context.fillRect(x + 8, top2 - 9, 11, 11);
    }
    context.fillStyle = "#fff";
    context.fillText(text, x + (i < rows.length ? 25 : 8), top2);
  });
};
var coverCredit = (cover) => cover.pixels ? `Over it, ${Math.round(100 * cover.opacity)} % opaque: ${cover.name} (${cover.title}). ${cover.credit}` : "";

// explorer/views/common/nearest_date.js
var MIDDLE = 15;
var DAY = 864e5;
var middleOfMonth = (month2) => Date.UTC(2018, month2, MIDDLE);
var nearestDate = (dates, states, time) => {
  let found2 = { index: -1, days: Infinity };
  dates.forEach((iso, index) => {
    const days = Math.abs(Math.round((Date.parse(`${iso}T00:00:00Z`) - time) / DAY));
    if (states[index] === status.THERE && days < found2.days) found2 = { index, days };
  });
  return found2;
};
var awayText = (days, month2) => days === 0 ? `mid-${MONTHS[month2]}` : `${days} day${days === 1 ? "" : "s"} from mid-${MONTHS[month2]}`;

// explorer/views/common/readout.js
var makeReadout = ({ el, ask, more = () => [] }) => {
  let asked = 0, under = null, last = (
    /** @type {any} */
    -1
  ), timer = 0, pending = null;
  const values = element("div");
  const degrees3 = (v, letters) => `${Math.abs(v).toFixed(5)}° ${letters[v < 0 ? 1 : 0]}`;
  return {
    // `place` has the chip's bounds (UTM) and corners (lon, lat), or is null; `index` says what is seen there, as the date's
    // position, -1 where there is no value to ask for; `pixels` are along the edge of that picture.
    show(pixel, place, index, pixels = SIZE) {
      clearTimeout(timer);
      pending = null;
      const same = pixel && under && pixel.row === under.row && pixel.col === under.col && index === last;
      under = pixel;
      last = index;
      if (!pixel || !place) {
        el.replaceChildren();
        return;
      }
      const { row, col } = pixel;
      const [ownRow, ownCol] = [row, col].map((v) => Math.floor((v + 0.5) * pixels / SIZE));
      const [left2, , right2, top2] = place.bounds, metres = (right2 - left2) / pixels, [nw, ne, sw, se] = place.corners;
      const x = (ownCol + 0.5) / pixels, y = (ownRow + 0.5) / pixels;
      const mix = (k) => (nw[k] * (1 - x) + ne[k] * x) * (1 - y) + (sw[k] * (1 - x) + se[k] * x) * y;
      if (!same) values.replaceChildren();
      el.replaceChildren(
        element("div", {}, `row ${ownRow}, col ${ownCol} · ${degrees3(mix(1), "NS")} ${degrees3(mix(0), "EW")}`),
        element(
          "div",
          {},
          `E ${(left2 + metres * (ownCol + 0.5)).toFixed(0)} N ${(top2 - metres * (ownRow + 0.5)).toFixed(0)} m (UTM ${place.zone})`
        ),
        values,
        ...more(pixel).map((line2) => element("div", {}, line2))
      );
      if (index < 0) return;
      pending = () => {
        pending = null;
        asked = performance.now();
        ask(row, col, index);
      };
      timer = setTimeout(pending, Math.max(30, 80 - (performance.now() - asked)));
    },
    // Something that is waited for more has just been asked of the server.
    later() {
      if (!pending) return;
      clearTimeout(timer);
      timer = setTimeout(pending, 150);
    },
    came({ row, col, index, text }) {
      if (under && row === under.row && col === under.col && index === last) values.replaceChildren(text);
    }
  };
};

// explorer/browser/ground_marks.js
var REACH = 9;
var inside = (rings, row, col) => {
  let found2 = false;
  for (const ring of rings)
    ring.forEach(([r1, c1], i) => {
      const [r0, c0] = ring[(i || ring.length) - 1];
      if (r0 > row !== r1 > row && col < (c1 - c0) * (row - r0) / (r1 - r0) + c0) found2 = !found2;
    });
  return found2;
};
var markAt = (marks, { row, col }, unit2) => {
  let best = null, least = REACH / unit2;
  for (const mark2 of marks) {
    const far = mark2.rings.length ? Infinity : Math.hypot(mark2.row - row - 0.5, mark2.col - col - 0.5);
    if (far <= least) {
      best = mark2;
      least = far;
    }
  }
  return best ?? marks.find(({ rings }) => rings.length && inside(rings, row + 0.5, col + 0.5)) ?? null;
};
var markText = (mark2) => mark2 ? [`${mark2.set}: ${mark2.title}`, mark2.date, mark2.id].filter(Boolean).join(" · ") : "";
var stroke = (context, colour, width, trace) => {
  for (const [style, wide] of [
    ["rgba(0,0,0,.6)", width + 2],
    [colour, width]
  ]) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.beginPath();
    trace();
    context.stroke();
  }
};
var drawOutline = (context, colour, rings, place) => {
  let [left2, right2] = [Infinity, -Infinity];
  context.lineJoin = "round";
  stroke(context, colour, 2, () => {
    for (const ring of rings) {
      ring.forEach((corner, i) => {
        const [x, y] = place(corner);
        left2 = Math.min(left2, x);
        right2 = Math.max(right2, x);
        if (i) context.lineTo(x, y);
        else context.moveTo(x, y);
      });
      context.closePath();
    }
  });
  return { left: left2, right: right2 };
};
var drawDiamond = (context, colour, x, y, half = 5) => {
  for (
    const [reach, fill] of
    /** @type {[number, string][]} */
    [
      [half + 3, "rgba(0,0,0,.65)"],
      [half + 1.5, "#fff"],
      [half, colour]
    ]
  ) {
    context.beginPath();
    context.moveTo(x, y - reach);
    context.lineTo(x + reach, y);
    context.lineTo(x, y + reach);
    context.lineTo(x - reach, y);
    context.closePath();
    context.fillStyle = fill;
    context.fill();
  }
};
var drawGround = (context, marks, place) => {
  for (const { rings, colour, title, row, col } of marks) {
    if (!rings.length) continue;
    const { left: left2, right: right2 } = drawOutline(context, colour, rings, place);
    context.font = "600 10px system-ui, sans-serif";
    const wide = context.measureText(title).width;
    const [x, y] = place([row, col]);
    if (wide < 0.9 * (right2 - left2)) drawWords(context, title, x - wide / 2, y + 4, 10);
  }
  for (const { rings, colour, row, col } of marks)
    if (!rings.length) {
      const [x, y] = place([row, col]);
      drawDiamond(context, colour, x, y);
    }
};

// explorer/views/common/stage.js
var ZOOM = { least: 1, most: 16, step: 1.25 };
var HIT = 10;
var makeStage = ({ name, panes: shows, swipes, onPick, onMovePin, onHover, onView, regions, button: button2 }) => {
  const view = { scale: 1, x: 0, y: 0 };
  let mode = "single", side = SIZE, width = SIZE, swipe = 0.5, pins = [], ground = [], pressed = null;
  const makePane = ({ label, pixels }) => {
    const canvas = element("canvas", {
      class: "image",
      width: pixels,
      height: pixels,
      role: "img",
      "aria-label": label
    });
    const cover2 = element("canvas", {
      class: "image cover",
      width: SIZE,
      height: SIZE,
      "aria-hidden": "true",
      hidden: true
    });
    const over = element("canvas", { class: "over" });
    const date3 = element("div", { class: "date" }), why = element("div", { class: "why" });
    return {
      canvas,
      cover: cover2,
      over,
      date: date3,
      why,
      pixels,
      box: element("div", { class: "pane" }, canvas, cover2, over, why, date3)
    };
  };
  const panes = shows.map(makePane);
  panes[1]?.date.classList.add("second");
  const handle = element("div", {
    class: "swipe",
    role: "slider",
    tabindex: 0,
    "aria-label": swipes,
    "aria-valuemin": 0,
    "aria-valuemax": 100
  });
  const scale = element("div", { class: "scale" }, element("span"));
  const north = element("div", { class: "north", "aria-hidden": "true" }, "N");
  const readout = element("div", { class: "readout" });
  const legends = element("div", { class: "legends" });
  const message = element("div", { class: "message", role: "status" });
  const zooms = element(
    "div",
    { class: "zooms", role: "group", "aria-label": "Zoom" },
    button2("Zoom in", "+", () => zoomAt(ZOOM.step ** 2)),
    button2("Zoom out", "−", () => zoomAt(ZOOM.step ** -2)),
    button2("Whole image", "⤢", () => reset(), { hidden: true })
  );
  const middle = () => [view.y + SIZE / view.scale / 2, view.x + SIZE / view.scale / 2];
  const drawing = makeDrawing({
    button: button2,
    ...regions,
    middle,
    pixels: shows[0].pixels,
    onPin: onPick,
    onAim: (point) => {
      follow(point);
      onHover({ row: Math.floor(point[0]), col: Math.floor(point[1]) }, 0);
    },
    redraw: () => drawOver(),
    focus: () => el.focus()
  });
  const el = element(
    "div",
    {
      class: "stage",
      tabindex: 0,
      role: "application",
      "aria-label": name
    },
    ...panes.map((pane) => pane.box),
    handle,
    drawing.tags,
    north,
    scale,
    readout,
    legends,
    element("div", { class: "instruments" }, zooms, drawing.bar),
    drawing.hint,
    message
  );
  const unit2 = () => side / SIZE * view.scale;
  const shown = (pane) => mode !== "single" || pane === panes[0];
  const place = ([row, col]) => [(col - view.x) * unit2(), (row - view.y) * unit2()];
  const paneAt = (event) => {
    const { left: left2, width: wide } = panes[1].box.getBoundingClientRect();
    return mode !== "single" && event.clientX > left2 + (mode === "swipe" ? swipe * wide : 0) ? 1 : 0;
  };
  const pointAt = (event) => {
    const pane = mode === "side" ? pressed?.pane ?? paneAt(event) : 0;
    const box2 = panes[pane].box.getBoundingClientRect();
    const at = (v, start) => Math.min(SIZE, Math.max(0, start + v / unit2()));
    return [at(event.clientY - box2.top, view.y), at(event.clientX - box2.left, view.x)];
  };
  const pixelAt = (event) => {
    const { pixels } = panes[mode === "single" ? 0 : pressed?.pane ?? paneAt(event)];
    const [row, col] = pointAt(event).map((v) => middleOfPixel(v, pixels));
    return { row, col };
  };
  const reach = (event) => (event.pointerType === "touch" ? 2 : 1) * (HIT - 2) / unit2();
  const pinAt = (event) => {
    const [row, col] = pointAt(event).map(Math.floor);
    let best = -1, least = HIT / unit2();
    pins.forEach((pin, i) => {
      const far = Math.hypot(pin.row - row, pin.col - col);
      if (far <= least) {
        best = i;
        least = far;
      }
    });
    return best;
  };
  const layOut = () => {
    const pane = mode === "side" ? width / 2 - 2 : width;
    panes.forEach(({ box: box2, canvas, cover: cover2 }, i) => {
      box2.hidden = !shown(panes[i]);
      Object.assign(box2.style, {
        width: `${pane}px`,
        height: `${side}px`,
        left: i && mode === "side" ? `${pane + 4}px` : "0"
      });
      const home = i && mode === "swipe" && !box2.hidden ? el : box2;
      if (panes[i].date.parentNode !== home) home.append(panes[i].date);
      box2.style.clipPath = i && mode === "swipe" ? `inset(0 0 0 ${swipe * 100}%)` : "";
      const full = side * view.scale;
      for (const one2 of [canvas, cover2])
        Object.assign(one2.style, {
          width: `${full}px`,
          height: `${full}px`,
          left: `${-view.x * unit2()}px`,
          top: `${-view.y * unit2()}px`
        });
    });
    handle.hidden = mode !== "swipe";
    handle.style.left = `${swipe * width}px`;
    handle.setAttribute("aria-valuenow", Math.round(swipe * 100));
    zooms.lastChild.hidden = view.scale === 1;
    onView();
    el.classList.toggle("zoomed", view.scale > 1);
    drawScale();
    drawOver();
  };
  const metresOfBar = () => [200, 100, 50, 20, 10, 5].find((m) => m / 3 * unit2() <= Math.min(side / 3.5, Math.max(side - 295, 60))) ?? 5;
  const drawScale = () => {
    const metres = metresOfBar();
    scale.style.width = `${metres / 3 * unit2()}px`;
    scale.firstChild.textContent = `${metres} m`;
  };
  const drawMarks = (context, how = {}) => {
    drawGround(context, ground, place);
    drawing.paint(context, place, how);
    pins.forEach((pin, i) => {
      const [x, y] = place([pin.row + 0.5, pin.col + 0.5]);
      drawCross(context, x, y, Math.max(unit2() / 2, 2), pin.colour);
      drawTenMetre(context, pin, unit2(), view.x, view.y);
      drawWords(context, pinText(pin, i, pins.length), x + 7, y - 6);
    });
  };
  const drawOver = () => {
    const across = mode === "side" ? width / 2 - 2 : width;
    for (const pane of panes)
      if (shown(pane)) drawMarks(fitCanvas(pane.over, across, side), { letters: pane === panes[1] && mode === "side" });
    el.classList.toggle("draws", drawing.tool !== "pin");
    drawing.layOut(place, across, side);
  };
  const bound = () => {
    const seen = SIZE / view.scale;
    const across = seen * (mode === "side" ? (width / 2 - 2) / side : width / side);
    view.x = Math.min(Math.max(view.x, 0), Math.max(0, SIZE - across));
    view.y = Math.min(Math.max(view.y, 0), SIZE - seen);
  };
  const zoomAt = (factor, event = null) => {
    const box2 = panes[0].box.getBoundingClientRect();
    const at = event ? { x: (event.clientX - box2.left) % (box2.width + 4), y: event.clientY - box2.top } : { x: box2.width / 2, y: box2.height / 2 };
    const ground2 = { x: view.x + at.x / unit2(), y: view.y + at.y / unit2() };
    view.scale = Math.min(ZOOM.most, Math.max(ZOOM.least, view.scale * factor));
    if (factor < 1 && view.scale < 1.02) view.scale = 1;
    view.x = ground2.x - at.x / unit2();
    view.y = ground2.y - at.y / unit2();
    bound();
    layOut();
  };
  const follow = ([row, col]) => {
    const seen = SIZE / view.scale, near = (v, start) => Math.min(Math.max(start, v + 8 - seen), v - 8);
    if (view.scale === 1) return;
    Object.assign(view, { x: near(col, view.x), y: near(row, view.y) });
    bound();
    layOut();
  };
  const lookAt = ({ scale: scale2, row, col, split = swipe }) => {
    Object.assign(view, { scale: scale2, x: col, y: row });
    swipe = split;
    bound();
    layOut();
  };
  const reset = () => lookAt({ scale: 1, row: 0, col: 0 });
  const OWN = "button, .swipe, .cover-legend";
  const inside2 = (event) => !event.target.closest(OWN);
  el.addEventListener(
    "wheel",
    (event) => {
      if (event.target.closest(".cover-legend")) return;
      event.preventDefault();
      const factor = wheelFactor(event);
      if (factor !== 1) zoomAt(factor, event);
    },
    { passive: false }
  );
  const hold = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault();
  for (const kind of ["touchstart", "touchmove"]) el.addEventListener(kind, hold, { passive: false });
  const fingers = /* @__PURE__ */ new Map();
  const pinch = () => {
    const [a, b] = [...fingers.values()];
    return { clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2, far: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1) };
  };
  const spread = (event) => {
    const before = pinch();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const now = pinch();
    zoomAt(now.far / before.far, before);
    view.x -= (now.clientX - before.clientX) / unit2();
    view.y -= (now.clientY - before.clientY) / unit2();
    bound();
    layOut();
  };
  el.addEventListener("pointerdown", (event) => {
    drawing.dropAim();
    if (event.pointerType === "touch" && inside2(event))
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      if (pressed) drawing.cancel();
      pressed = null;
      return;
    }
    if (!inside2(event) || event.button !== 0) return;
    const tag = event.target.closest(".tag"), pin = drawing.tool === "pin" && !tag ? pinAt(event) : -1;
    if (tag) drawing.hold(Number(tag.dataset.region), pointAt(event));
    const draws = Boolean(tag) || pin < 0 && drawing.down(pointAt(event), reach(event));
    pressed = {
      x: event.clientX,
      y: event.clientY,
      start: { ...view },
      pin,
      tag,
      draws,
      pane: paneAt(event),
      moved: false,
      add: event.shiftKey || event.ctrlKey || event.metaKey
    };
    el.setPointerCapture(event.pointerId);
  });
  el.addEventListener("pointermove", (event) => {
    if (fingers.size > 1) {
      if (fingers.has(event.pointerId)) spread(event);
      return;
    }
    const pixel = pixelAt(event);
    onHover(event.target.closest("button, .cover-legend") ? null : pixel, paneAt(event));
    if (!pressed)
      el.classList.toggle(
        "on-pin",
        drawing.hover(pointAt(event), reach(event)) || drawing.tool === "pin" && pinAt(event) >= 0
      );
    if (!pressed) return;
    const dx = event.clientX - pressed.x, dy = event.clientY - pressed.y;
    if (!pressed.moved && Math.hypot(dx, dy) < 4) return;
    pressed.moved = true;
    if (pressed.draws) drawing.move(pointAt(event));
    else if (pressed.pin >= 0) onMovePin(pressed.pin, pixel, false);
    else if (view.scale > 1) {
      view.x = pressed.start.x - dx / unit2();
      view.y = pressed.start.y - dy / unit2();
      bound();
      layOut();
    }
  });
  const release = (event) => {
    fingers.delete(event.pointerId);
    const was = pressed;
    pressed = null;
    if (was && event.type === "pointercancel") drawing.cancel();
    if (!was || event.type === "pointercancel") return;
    if (was.draws && drawing.up(was.moved) || was.tag) return;
    if (!was.moved) {
      if (drawing.click(pointAt(event), reach(event), event.timeStamp)) return;
      performance.mark("explorer:pixel-clicked");
      onPick(pixelAt(event), was.add);
    } else if (was.pin >= 0) onMovePin(was.pin, pixelAt(event), true);
  };
  el.addEventListener("pointerup", release);
  el.addEventListener("pointercancel", release);
  el.addEventListener("pointerleave", () => onHover(null, 0));
  el.addEventListener("keydown", (event) => {
    if (!event.target.closest(OWN) && drawing.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const act = {
      "+": () => zoomAt(ZOOM.step),
      "=": () => zoomAt(ZOOM.step),
      "-": () => zoomAt(1 / ZOOM.step),
      0: reset
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  });
  const setSwipe = (value2) => {
    swipe = Math.min(1, Math.max(0, value2));
    layOut();
  };
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box2 = el.getBoundingClientRect();
    setSwipe((event.clientX - box2.left) / box2.width);
  });
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (by) {
      setSwipe(swipe + by);
      event.preventDefault();
      event.stopPropagation();
    }
  });
  const paint = (which, frame, overlay = null) => {
    const { canvas, pixels } = panes[which];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, pixels, pixels);
    if (frame) context.drawImage(frame, 0, 0);
    if (frame && overlay) context.drawImage(overlay, 0, 0);
  };
  const setGround = (value2) => {
    ground = value2;
    drawOver();
  };
  let cover = noLandCover();
  const setCover = (value2) => {
    cover = value2;
    for (const pane of panes) {
      pane.cover.hidden = !cover.canvas;
      pane.cover.style.opacity = String(cover.opacity);
      const context = pane.cover.getContext("2d");
      context.clearRect(0, 0, SIZE, SIZE);
      if (cover.canvas) context.drawImage(cover.canvas, 0, 0);
    }
  };
  const fade = (frame, share) => {
    if (!frame) return;
    const context = panes[0].canvas.getContext("2d");
    context.globalAlpha = share;
    context.drawImage(frame, 0, 0);
    context.globalAlpha = 1;
  };
  const lack = (which, why, missing = Boolean(why)) => {
    const { box: box2, why: line2 } = panes[which];
    if (box2.classList.contains("missing") !== missing) box2.classList.toggle("missing", missing);
    if (line2.textContent !== why) line2.textContent = why;
  };
  const copy = (context) => {
    for (const pane of panes.filter(shown)) {
      const second2 = pane === panes[1], left2 = second2 && mode === "side" ? width / 2 + 2 : 0;
      context.save();
      context.beginPath();
      context.rect(
        left2 + (second2 && mode === "swipe" ? swipe * width : 0),
        0,
        mode === "side" ? width / 2 - 2 : width,
        side
      );
      context.clip();
      context.fillStyle = "#10191f";
      context.fillRect(left2, 0, width, side);
      context.translate(left2, 0);
      const full = side * view.scale;
      context.drawImage(pane.canvas, -view.x * unit2(), -view.y * unit2(), full, full);
      if (cover.canvas && !pane.box.classList.contains("missing")) {
        context.globalAlpha = cover.opacity;
        context.drawImage(cover.canvas, -view.x * unit2(), -view.y * unit2(), full, full);
        context.globalAlpha = 1;
      }
      drawMarks(context, { letters: true, file: true });
      if (pane.why.textContent) plate(context, pane.why.textContent, 8, side / 2);
      const right2 = second2 && mode === "swipe";
      context.restore();
      [...pane.date.childNodes].forEach(
        (node, k) => plate(context, node.textContent, right2 ? width - 40 : left2 + 8, 8 + 21 * k, { right: right2, size: k ? 10 : 13 })
      );
    }
    drawNorth(context, width - 18, 10);
    drawBar(context, metresOfBar(), metresOfBar() / 3 * unit2(), width - 10, side - 10);
    return { width, side };
  };
  return {
    el,
    message,
    readout,
    /** Where legends of what lies over the pictures stand. */
    legends,
    view,
    paint,
    setCover,
    setGround,
    /** What is said of the mark of the ground at a pixel. */
    groundText: (pixel) => markText(markAt(ground, pixel, unit2())),
    fade,
    reset,
    lookAt,
    drawing,
    lack,
    copy,
    dates: panes.map((pane) => pane.date),
    get size() {
      return { width, side };
    },
    get mode() {
      return mode;
    },
    /** Where one picture is swiped over the other, a share of the width. */
    get swipe() {
      return swipe;
    },
    setMode(value2) {
      mode = value2;
      bound();
      layOut();
    },
    setPins(value2) {
      pins = value2;
      drawOver();
    },
    resize(across, down) {
      side = Math.max(40, Math.floor(mode === "side" ? Math.min(across / 2 - 2, down - 116) : Math.min(across, down)));
      el.classList.toggle("beside", mode === "side");
      el.classList.toggle("compared", mode !== "single");
      width = mode === "side" ? side * 2 + 4 : side;
      Object.assign(el.style, { width: `${width}px`, height: `${side}px` });
      el.style.setProperty("--side", `${side}px`);
      layOut();
    }
  };
};

// explorer/views/common/talking.js
var bus = (model) => {
  const name = (kind) => `explorer:${model.bus}:${kind}`;
  return {
    emit: (kind, detail = void 0) => window.dispatchEvent(new CustomEvent(name(kind), { detail })),
    on: (kind, listener, signal = void 0) => window.addEventListener(name(kind), (event) => listener(event.detail), { signal })
  };
};
var BESIDE_FROM = 1251;
var mapBoxBeside = (model) => {
  const asked = { box: null };
  bus(model).emit("map-box", asked);
  return window.innerWidth >= BESIDE_FROM && asked.box?.width > 300 ? asked.box : null;
};
var listen = (model, handlers) => model.on("msg:custom", (data) => {
  window.dispatchEvent(new Event("explorer:told"));
  handlers[data.type]?.(data);
});
var makeChoices = (model, show) => {
  let said = 0, acknowledged = 0, told = (
    /** @type {T | null} */
    null
  ), timer = 0;
  const settle = () => {
    if (acknowledged < said) return;
    clearTimeout(timer);
    const data = told;
    told = null;
    if (data) show(data);
  };
  return {
    send(message) {
      model.send_msg(
        /** @type {any} */
        { ...message, number: ++said }
      );
      clearTimeout(timer);
      timer = setTimeout(() => {
        acknowledged = said;
        settle();
      }, 5e3);
    },
    told(data) {
      told = data;
      settle();
    },
    acknowledged({ number: number5 }) {
      acknowledged = Math.max(acknowledged, number5);
      settle();
    }
  };
};

// explorer/views/common/view_teller.js
var REST = 200;
var makeViewTeller = (seen, send) => {
  let timer = 0, told = "";
  return {
    /** The view may have changed. */
    later() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const view = seen(), text = JSON.stringify(view);
        if (text === told) return;
        told = text;
        send(view);
      }, REST);
    },
    /** What is in sight now is known on the other side. */
    known() {
      told = JSON.stringify(seen());
    },
    stop: () => clearTimeout(timer)
  };
};

// explorer/views/animation/dates.js
var DAY_MS = 864e5;
var WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
var LONG_MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December"
];
var two = (value2) => String(value2).padStart(2, "0");
var isoOf = (year, month2, day2) => `${year}-${two(month2)}-${two(day2)}`;
var timeOf = (iso) => Date.parse(`${iso}T00:00:00Z`);
var partsOf = (iso) => iso.split("-").map(Number);
var readDay = (text, shownYear) => {
  const parts = text.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
  const words = parts.filter((part) => /[a-z]/.test(part) && !/^(st|nd|rd|th|of)$/.test(part));
  const numbers2 = parts.filter((part) => /\d/.test(part));
  if (words.length > 1 || !parts.length || numbers2.some((one2) => one2.length > 8)) return null;
  const [only] = numbers2;
  if (numbers2.length === 1 && only.length === 8) numbers2.splice(0, 1, only.slice(0, 4), only.slice(4, 6), only.slice(6));
  const isYear = (one2) => one2.length === 4;
  const years = numbers2.filter(isYear), others = numbers2.filter((one2) => !isYear(one2)).map(Number);
  if (years.length > 1) return null;
  let year = years.length ? Number(years[0]) : shownYear, month2 = 0;
  if (words.length) {
    if (words[0].length < 3) return null;
    month2 = LONG_MONTHS.findIndex((name) => name.toLowerCase().startsWith(words[0])) + 1;
    if (!month2 && words[0] === "sept") month2 = 9;
    if (!month2 || others.length > 2) return null;
  } else {
    if (others.length < (years.length ? 1 : 2) || others.length > 3) return null;
    if (years.length && isYear(numbers2[0])) others.reverse();
    month2 = others.length === 1 ? others.shift() : others.splice(1, 1)[0];
  }
  const [day2 = 15, short2] = others;
  if (short2 !== void 0 && !years.length) year = 2e3 + short2;
  else if (short2 !== void 0) return null;
  const iso = isoOf(year, month2, day2);
  return new Date(timeOf(iso) || 0).toISOString().slice(0, 10) === iso ? iso : null;
};
var nearestDate2 = (dates, iso, may) => {
  let best = -1;
  dates.forEach((one2, i) => {
    if (may(i) && (best < 0 || Math.abs(timeOf(one2) - timeOf(iso)) < Math.abs(timeOf(dates[best]) - timeOf(iso))))
      best = i;
  });
  return best;
};
var weeksOf = (year, month2) => {
  const before = (new Date(Date.UTC(year, month2 - 1, 1)).getUTCDay() + 6) % 7, count2 = new Date(Date.UTC(year, month2, 0)).getUTCDate();
  const cells = [...new Array(before).fill(null), ...Array.from({ length: count2 }, (_, i) => i + 1)];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(7 * i, 7 * i + 7));
};
var makeDates = ({ now, may, described, go }) => {
  const input = element("input", {
    type: "text",
    class: "day",
    "aria-label": "Date",
    title: "Type a date: 2018-07-02, jul 18, 2 July 2018",
    maxlength: 40,
    spellcheck: "false",
    autocomplete: "off"
  });
  const said = element("output", { class: "date-said", role: "status", hidden: true });
  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  const sign2 = svgElement(
    "svg",
    { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", fill: "none", stroke: "currentColor" },
    svgElement("path", {
      d: "M2.500 3.500h11v10h-11zM2.500 6.500h11M5.500 1.500v3M10.500 1.500v3",
      "stroke-width": 1.4
    })
  );
  const toggle = element(
    "button",
    {
      type: "button",
      class: "open-calendar",
      title: "Calendar of the dates",
      "aria-label": "Calendar of the dates",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      onclick: () => panel.hidden ? open() : close()
    },
    sign2
  );
  const title = element("b", { "aria-live": "polite" });
  const turn = (text, arrow, by) => element("button", { type: "button", "aria-label": text, title: text, onclick: () => shift(by) }, arrow);
  const grid = element("table", { role: "grid", "aria-label": "Days" });
  const key = element(
    "p",
    { class: "calendar-key" },
    ...[
      ["there", "there"],
      ["filled", "gap-filled"],
      ["missing", "missing"]
    ].map(([kind, text]) => element("span", {}, element("i", { class: kind, "aria-hidden": "true" }), text))
  );
  const panel = element(
    "div",
    { class: "calendar", role: "dialog", "aria-label": "Calendar of the dates", popover: "manual", hidden: true },
    element(
      "header",
      {},
      turn("Year before", "«", -12),
      turn("Month before", "‹", -1),
      title,
      turn("Month after", "›", 1),
      turn("Year after", "»", 12)
    ),
    grid,
    key
  );
  const box2 = element("span", { class: "dates", role: "group", "aria-label": "Date" }, input, toggle, panel, said);
  let day2 = "";
  const ends = () => [now().dates[0], now().dates.at(-1)];
  const within = (iso) => {
    const [first, last] = ends();
    if (iso < first) return first;
    if (iso > last) return last;
    return iso;
  };
  const goTo = (iso) => {
    const { dates } = now();
    const i = nearestDate2(dates, iso, may);
    if (i < 0) {
      say("No date of this sample is there.");
      return;
    }
    const wanted = dates.indexOf(iso);
    const why = wanted >= 0 ? described(wanted).text : "the corpus has no such day";
    go(i);
    input.value = longDate(dates[i]);
    say(dates[i] === iso ? "" : `${longDate(iso)}: ${why}. The nearest that is there: ${longDate(dates[i])}.`);
  };
  const draw = () => {
    const { dates, index } = now();
    const [year, month2, current] = partsOf(day2), [first, last] = ends();
    const at = new Map(dates.map((iso, i) => [iso, i]));
    title.textContent = `${LONG_MONTHS[month2 - 1]} ${year}`;
    const cell = (number5) => {
      if (number5 === null) return element("td", {});
      const iso = isoOf(year, month2, number5), i = at.get(iso);
      const { kind, share, text } = i === void 0 ? { kind: "none", share: 0, text: "no acquisition" } : described(i);
      const mark2 = element("i", { class: kind, "aria-hidden": "true" });
      if (kind === "filled") mark2.style.setProperty("--share", `${Math.max(12, 100 * share)}%`);
      return element(
        "td",
        { role: "gridcell", "aria-selected": String(i === index) },
        element(
          "button",
          {
            type: "button",
            tabindex: number5 === current ? 0 : -1,
            class: i === void 0 ? "other" : "",
            disabled: iso < first || iso > last,
            "aria-label": `${number5} ${LONG_MONTHS[month2 - 1]} ${year}: ${text}`,
            title: text,
            onclick: () => {
              close();
              goTo(iso);
            }
          },
          String(number5),
          mark2
        )
      );
    };
    grid.replaceChildren(
      element("thead", {}, element("tr", {}, ...WEEKDAYS.map((name) => element("th", { scope: "col" }, name)))),
      element(
        "tbody",
        {},
        ...weeksOf(year, month2).map((week) => element("tr", { role: "row" }, ...week.map((number5) => cell(number5))))
      )
    );
  };
  const focusDay = () => grid.querySelector("button[tabindex='0']")?.focus({ preventScroll: true });
  const move = (iso) => {
    day2 = within(iso);
    draw();
  };
  const shift = (months) => {
    const [year, month2, number5] = partsOf(day2);
    const at = new Date(Date.UTC(year, month2 - 1 + months, 1));
    const most = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
    move(isoOf(at.getUTCFullYear(), at.getUTCMonth() + 1, Math.min(number5, most)));
  };
  const open = () => {
    const { dates, index } = now();
    if (!dates.length) return;
    say("");
    day2 = dates[index];
    panel.hidden = false;
    draw();
    panel.showPopover?.();
    const edge = toggle.getBoundingClientRect(), { width, height } = panel.getBoundingClientRect();
    panel.style.left = `${Math.max(8, Math.min(edge.left - width / 2, window.innerWidth - width - 8))}px`;
    panel.style.top = `${edge.top - height - 6 >= 8 ? edge.top - height - 6 : Math.min(edge.bottom + 6, window.innerHeight - height - 8)}px`;
    toggle.setAttribute("aria-expanded", "true");
    focusDay();
  };
  const close = () => {
    if (panel.hidden) return;
    panel.hidePopover?.();
    panel.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    toggle.focus({ preventScroll: true });
  };
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key], months = { PageUp: -1, PageDown: 1 }[event.key];
    if (event.key === "Escape") close();
    else if (event.ctrlKey || event.metaKey || event.altKey || !grid.contains(event.target)) return;
    else if (months) shift(event.shiftKey ? 12 * months : months);
    else if (days) move(new Date(timeOf(day2) + days * DAY_MS).toISOString().slice(0, 10));
    else if (event.key === "Home" || event.key === "End") {
      const weekday = (new Date(timeOf(day2)).getUTCDay() + 6) % 7;
      move(new Date(timeOf(day2) + (event.key === "Home" ? -weekday : 6 - weekday) * DAY_MS).toISOString().slice(0, 10));
    } else return;
    event.preventDefault();
    if (event.key !== "Escape") focusDay();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") {
      show();
      say("");
      input.select();
    } else if (event.key === "Enter" && input.value.trim() && now().dates.length) {
      const iso = readDay(input.value, partsOf(now().dates[now().index])[0]);
      if (iso) goTo(iso);
      else say(`“${input.value.trim().slice(0, 30)}” is no date: write 2018-07-02, jul 18 or 2 July 2018.`);
      input.select();
    }
  });
  input.addEventListener("blur", () => show());
  const show = () => {
    const { dates, index } = now();
    input.disabled = toggle.disabled = !dates.length;
    input.value = dates[index] ? longDate(dates[index]) : "";
  };
  let before = -1;
  return {
    box: box2,
    panel,
    /** The animation shows another date, or knows more of some. */
    show() {
      const { index } = now();
      if (index !== before && !said.hidden) say("");
      before = index;
      if (input.getRootNode().activeElement !== input) show();
      if (!panel.hidden) {
        const focused = grid.contains(grid.getRootNode().activeElement);
        draw();
        if (focused) focusDay();
      }
    },
    closeUnless(event) {
      if (!event.composedPath().some((node) => node === panel || node === toggle)) {
        panel.hidePopover?.();
        panel.hidden = true;
        toggle.setAttribute("aria-expanded", "false");
      }
    }
  };
};

// explorer/views/common/remember.js
var recall = (name) => {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
};
var remember = (name, text) => {
  try {
    localStorage.setItem(name, text);
  } catch {
  }
};

// explorer/views/animation/first_play.js
var VISITED = "rapidai4eo-visited";
var SPEED = 8;
var PAUSE = 1200;
var LOOKS = ["theme", "colours", "base", "draw", "level"];
var ARRIVED = globalThis.location?.search ?? "";
var asksForNothing = (search) => [...new URLSearchParams(search).keys()].every((key) => LOOKS.includes(key));
var yearUntil = (dates, ready, end) => {
  const year = dates[end].slice(0, 4);
  const all = dates.flatMap((iso, i) => iso.startsWith(year) && ready(i) ? [i] : []);
  const at = all.indexOf(end);
  return [...all.slice(at + 1), ...all.slice(0, at + 1)];
};
var momentOf = (order, ms) => {
  const position = Math.max(0, ms * SPEED / 1e3);
  const k = Math.min(Math.floor(position), order.length - 1);
  const over = position >= order.length - 1;
  return { index: order[k], next: over ? -1 : order[k + 1], share: over ? 0 : position - k, over };
};
var makeFirstPlay = ({ served, busy, ask, stop, own, signal }) => {
  const still2 = globalThis.matchMedia("(prefers-reduced-motion: reduce)");
  let wanted = served && asksForNothing(ARRIVED) && !recall(VISITED) && !still2.matches && !document.hidden;
  const ended = new AbortController();
  const end = () => {
    wanted = false;
    ended.abort();
    stop();
  };
  signal.addEventListener("abort", () => ended.abort());
  const listening = { signal: ended.signal, capture: true, passive: true };
  if (wanted) {
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"])
      window.addEventListener(kind, (event) => own(event) || setTimeout(end), listening);
    window.addEventListener("scroll", (event) => event.target === document && end(), listening);
    document.addEventListener("visibilitychange", () => document.hidden && end(), listening);
  }
  return {
    get wanted() {
      return wanted;
    },
    /** All dates are here. */
    ready() {
      if (!wanted) return;
      setTimeout(() => {
        if (!wanted || busy()) return;
        remember(VISITED, "1");
        ask();
      }, PAUSE);
    },
    /** The year has played, or something else is shown. */
    over() {
      wanted = false;
      ended.abort();
    }
  };
};

// explorer/views/animation/hints.js
var DONE = "rapidai4eo-hints";
var hintsFor = (touch) => touch ? [
  ["pixel", "Tap a pixel to see its two years."],
  ["fingers", "Two fingers move and zoom the picture and the map."],
  ["time", "Drag the timeline, or choose a class in the legend."]
] : [
  ["pixel", "Click a pixel to see its two years."],
  ["add", "Shift-click adds another pixel, up to eight."],
  ["time", "Drag the timeline, or choose a class in the legend."]
];
var goneHints = (text) => new Set(text.split(",").filter(Boolean));
var makeHints = ({ served }) => {
  const all = hintsFor(globalThis.matchMedia("(pointer: coarse)").matches);
  const gone = goneHints(recall(DONE));
  let said = "";
  const words = element("span", { role: "status" });
  const button2 = (text, title, onclick) => element("button", { type: "button", title, onclick }, text);
  const next = button2("Got it", "Do not show this hint again", () => {
    if (said) say("");
    else did(shown());
  });
  const none2 = button2("No more hints", "Show no hints any more", () => {
    said = "";
    for (const [name] of all) gone.add(name);
    keep();
  });
  const el = element("div", { class: "hints", role: "note", "aria-label": "Hint", hidden: true }, words, next, none2);
  const shown = () => served ? all.find(([name]) => !gone.has(name))?.[0] ?? "" : "";
  const draw = () => {
    const name = shown();
    const text = said || (all.find(([other]) => other === name)?.[1] ?? "");
    if (words.textContent !== text) words.textContent = text;
    next.hidden = none2.hidden = el.classList.contains("plays");
    el.hidden = !text;
  };
  const keep = () => {
    remember(DONE, [...gone].join());
    draw();
  };
  const did = (name) => {
    if (!name || gone.has(name)) return;
    gone.add(name);
    keep();
  };
  const say = (text, plays = false) => {
    said = text;
    el.classList.toggle("plays", plays);
    draw();
  };
  draw();
  return { el, did, say };
};

// explorer/views/common/combobox.js
var plainText = (text) => (text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").match(/[a-z0-9]+/g) ?? []).join(" ");
var entriesOf = (groups) => Object.entries(groups).flatMap(
  ([group2, entries]) => Object.entries(entries).map(([text, value2]) => {
    const cut = text.indexOf(": ");
    return {
      value: value2,
      text,
      short: cut < 0 ? text : text.slice(0, cut),
      title: cut < 0 ? "" : text.slice(cut + 2),
      group: group2.replace(/^indices: /, "")
    };
  })
);
var rankOf = (wanted, { value: value2, short: short2, title, group: group2 }) => {
  const name = plainText(short2), long = plainText(title), all = `${name} ${long} ${plainText(group2)}`;
  if (name === wanted || plainText(value2) === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (long.startsWith(wanted)) return 2;
  if (plainText(group2) === wanted) return 3;
  const words = all.split(" ");
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return 4;
  return all.includes(wanted) ? 5 : -1;
};
var entriesFound = (text, entries) => {
  const wanted = plainText(text.slice(0, 80));
  if (!wanted) return text.trim() ? [] : entries;
  return entries.map((entry, i) => ({ entry, i, rank: rankOf(wanted, entry) })).filter(({ rank }) => rank >= 0).sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ entry }) => entry);
};
var makeListField = (tag, id, field, box2) => {
  const input = element("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    ...field
  });
  const list = element(tag, { id, role: "listbox", popover: "manual", hidden: true, ...box2 });
  let at = -1;
  return {
    input,
    list,
    /** Which option is marked; -1 for none. */
    get at() {
      return at;
    },
    hide() {
      if (!list.hidden) list.hidePopover?.();
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    },
    /** In the browser's top layer, since the panel around it scrolls: `place` says where. */
    show(place) {
      const opens = list.hidden;
      list.hidden = false;
      place();
      if (opens) list.showPopover?.();
      input.setAttribute("aria-expanded", "true");
    },
    mark(options, index) {
      at = index;
      const nodes = [...options];
      nodes.forEach((node2, i) => node2.setAttribute("aria-selected", String(i === at)));
      const node = nodes[at];
      if (!node) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      input.setAttribute("aria-activedescendant", node.id);
      node.scrollIntoView({ block: "nearest" });
    }
  };
};
var makeCombobox = ({
  label,
  listed,
  placeholder = "",
  find: find2,
  draw,
  take,
  enter,
  most = 12,
  firstMarked = false,
  whole = false,
  wide: least = 260
}) => {
  const id = `list-${Math.random().toString(36).slice(2)}`;
  const field = makeListField(
    "ul",
    id,
    { placeholder, maxlength: 200, "aria-label": label },
    { class: "candidates", "aria-label": listed }
  );
  const { input, list } = field;
  const told = element("span", { class: "combo-told", role: "status" });
  const box2 = element("span", { class: "combo" }, input, list, told);
  let found2 = (
    /** @type {T[]} */
    []
  );
  const hide = () => {
    field.hide();
    told.textContent = "";
  };
  const mark2 = (index) => field.mark(list.children, index);
  const place = () => {
    const edge = input.getBoundingClientRect(), below = window.innerHeight - edge.bottom - 8, above = edge.top - 8, up = below < 190 && above > below, wide = Math.min(Math.max(edge.width, least), window.innerWidth - 16);
    Object.assign(list.style, {
      left: `${Math.max(8, Math.min(edge.left, window.innerWidth - wide - 8))}px`,
      width: `${wide}px`,
      maxHeight: `${Math.min(300, up ? above : below)}px`,
      top: up ? "auto" : `${edge.bottom + 2}px`,
      bottom: up ? `${window.innerHeight - edge.top + 2}px` : "auto"
    });
  };
  const choose = (one2) => {
    hide();
    take(one2);
  };
  const show = (text = input.value) => {
    found2 = find2(text).slice(0, most);
    if (!found2.length) {
      hide();
      told.textContent = text.trim() ? "nothing found" : "";
      return;
    }
    list.replaceChildren(
      ...found2.map(
        (one2, i) => element(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => choose(one2)
          },
          ...draw(one2)
        )
      )
    );
    field.show(place);
    list.scrollTop = 0;
    told.textContent = `${found2.length} in the list`;
    mark2(firstMarked && text.trim() ? 0 : -1);
  };
  const open = () => show(whole ? "" : input.value);
  input.addEventListener("input", () => show());
  input.addEventListener("blur", hide);
  if (whole)
    input.addEventListener("click", () => {
      if (list.hidden) open();
    });
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return;
    if (event.repeat && event.key === "Enter") {
      event.preventDefault();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (by) {
      event.preventDefault();
      if (list.hidden) open();
      const count2 = list.hidden ? 0 : list.children.length;
      if (!count2) return;
      const next = field.at < 0 ? by > 0 ? 0 : count2 - 1 : field.at + by;
      mark2(Math.abs(by) > 1 ? Math.min(count2 - 1, Math.max(0, next)) : (next + count2) % count2);
    } else if (event.key === "Escape" && !list.hidden) {
      hide();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter") {
      if (!list.hidden && field.at >= 0) {
        event.preventDefault();
        choose(found2[field.at]);
      } else enter(input.value.trim(), event);
    }
  });
  return {
    box: box2,
    input,
    hide,
    choose,
    /** Whether the list is shown. */
    get open() {
      return !list.hidden;
    }
  };
};
var drawEntry = ({ short: short2, title, group: group2 }) => [
  element("b", { class: title ? "" : "title" }, short2),
  title ? element("span", { class: "title" }, ` ${title}`) : "",
  element("small", {}, ` ${group2}`)
];
var makeMenuField = ({ label, listed, placeholder, take, unknown }) => {
  let entries = (
    /** @type {Entry[]} */
    []
  ), chosen = "";
  const textOf = (value2) => entries.find((entry) => entry.value === value2)?.text ?? "";
  const list = makeCombobox({
    label,
    listed,
    placeholder,
    find: (text) => entriesFound(text, entries),
    draw: drawEntry,
    take(entry) {
      list.input.value = entry.text;
      take(entry.value);
    },
    enter(text) {
      if (text !== textOf(chosen)) unknown(text);
    },
    most: Infinity,
    firstMarked: true,
    whole: true,
    wide: 440
  });
  list.input.addEventListener("focus", () => list.input.select());
  list.input.addEventListener("blur", () => {
    list.input.value = textOf(chosen);
  });
  return {
    box: list.box,
    input: list.input,
    /** What an entry is called; nothing for a value that none has. */
    textOf,
    /** Other entries, and which of them is chosen. */
    show(found2, value2) {
      entries = found2;
      chosen = value2;
      if (!list.open) list.input.value = textOf(chosen);
    }
  };
};

// explorer/views/animation/look.js
var makeLook = ({ send, button: button2, sendCover, fadeCover, sendGround }) => {
  const MODES = [
    ["natural", "Natural colour"],
    ["vivid", "Vivid: each band by itself"],
    ["frame", "Each date by itself"],
    ["range", "Reflectance range"]
  ];
  let entries = [], chosen = "";
  const list = makeMenuField({
    label: "Shown in the image",
    listed: "Composites, bands and indices",
    placeholder: "formula …",
    take: (value2) => send("composite", value2),
    unknown(text) {
      problem.textContent = `No composite, band or index is called “${text.slice(0, 40)}”.`;
    }
  });
  const formula = element("input", {
    type: "text",
    placeholder: "(nir - red) / (nir + red)",
    "aria-label": "Formula over band names: blue, green, red, nir",
    spellcheck: "false",
    maxlength: 200
  });
  const mode = element(
    "select",
    { "aria-label": "Stretch" },
    ...MODES.map(([value2, text]) => element("option", { value: value2 }, text))
  );
  const low = numberInput({ step: "0.01", "aria-label": "Lowest value of the range" });
  const high = numberInput({ step: "0.01", "aria-label": "Highest value of the range" });
  const gamma2 = element("input", { type: "range", min: 0.5, max: 2.5, step: 0.05, "aria-label": "Gamma" });
  const gammaText = element("output");
  const same = element("input", { type: "checkbox", "aria-label": "One stretch for Planet Fusion and Sentinel-2" });
  const layer = element(
    "select",
    { "aria-label": "Quality overlay", disabled: true },
    element("option", { value: "" }, "no quality layers")
  );
  layer.addEventListener("change", () => send("overlay", layer.value));
  const cover = element("select", { "aria-label": "Land cover over the pictures" });
  const opacity = element("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 5,
    "aria-label": "Opacity of the land cover"
  });
  const opacityText = element("output");
  const coverField = element("label", { class: "field", hidden: true }, "Land cover", cover);
  const opacityField = element("label", { class: "field", hidden: true }, "Opacity", opacity, opacityText);
  const ground = element("input", { type: "checkbox" });
  const groundField = element(
    "label",
    { class: "check", hidden: true, title: "Points and polygons that people saw on the ground of this sample" },
    ground,
    "What was seen on the ground"
  );
  ground.addEventListener("change", () => sendGround(ground.checked));
  const problem = element("div", { class: "problem", role: "alert" });
  const note = element("div", { class: "formula" });
  const range2 = element("div", { class: "row" }, element("label", {}, "from ", low), element("label", {}, "to ", high));
  const panel = element(
    "div",
    { class: "look-panel", hidden: true, role: "dialog", "aria-label": "Picture settings" },
    element("div", { class: "field" }, "Show", list.box),
    element("label", { class: "field" }, "or a formula", formula),
    note,
    element("label", { class: "field" }, "Stretch", mode),
    range2,
    element(
      "label",
      {
        class: "check",
        title: "Black and white mean the same reflectance in both panels, as long as both show the same"
      },
      same,
      "Same for both sensors"
    ),
    element("label", { class: "field" }, "Gamma", gamma2, gammaText),
    element("label", { class: "field" }, "Quality", layer),
    coverField,
    opacityField,
    groundField,
    problem
  );
  const toggle = button2("Picture settings", "More ▾", () => open(panel.hidden), {
    "aria-expanded": "false",
    "aria-haspopup": "dialog"
  });
  const legend = element("div", { class: "legend", hidden: true });
  const open = (value2) => {
    panel.hidden = !value2;
    toggle.setAttribute("aria-expanded", String(value2));
    if (value2) list.input.focus();
    else toggle.focus();
  };
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") open(false);
  });
  let covers = (
    /** @type {string[]} */
    []
  );
  const showOpacity = () => {
    opacityText.textContent = `${opacity.value} %`;
    opacityField.hidden = !cover.value;
  };
  const listCovers = (chosen2) => {
    coverField.hidden = !covers.length && !chosen2;
    const known = !chosen2 || covers.includes(chosen2) ? covers : [...covers, chosen2];
    cover.replaceChildren(
      element("option", { value: "" }, "not shown"),
      ...known.map((name) => element("option", { value: name }, name))
    );
    cover.value = chosen2;
  };
  cover.addEventListener("change", () => {
    showOpacity();
    sendCover(cover.value, Number(opacity.value));
  });
  opacity.addEventListener("input", () => {
    showOpacity();
    fadeCover(Number(opacity.value));
  });
  opacity.addEventListener("change", () => sendCover(cover.value, Number(opacity.value)));
  formula.addEventListener("change", () => {
    if (formula.value.trim()) send("composite", `expr:${formula.value.trim()}`);
  });
  let last = null;
  let shown = null;
  let own = true;
  let wish = "";
  const isComposite = (text) => !/^(band|index|expr):/.test(text);
  const isSettled = () => mode.value === "frame" || mode.value === "natural" && isComposite(last?.composite ?? "true");
  const stretch = () => {
    if (mode.value === "range" && [low, high].some((input) => input.matches("[aria-invalid]"))) return;
    const words = [mode.value === "range" ? `${Number(low.value)}-${Number(high.value)}` : mode.value];
    if (!own) words.push(`g${gamma2.value}`);
    if (same.checked && !same.disabled && !isSettled()) words.push("same");
    send("stretch", words.join(","));
  };
  mode.addEventListener("change", () => {
    range2.hidden = mode.value !== "range";
    if (mode.value === "range" && low.value === "") {
      low.value = "0";
      high.value = "0.3";
    }
    stretch();
  });
  for (const input of [low, high]) input.addEventListener("change", stretch);
  same.addEventListener("change", stretch);
  gamma2.addEventListener("input", () => {
    gammaText.textContent = gamma2.value;
  });
  gamma2.addEventListener("change", () => {
    own = false;
    stretch();
  });
  const digits = (size) => size >= 100 ? 0 : size >= 1 ? 2 : 3;
  const number5 = (value2) => value2 === null ? "" : value2.toFixed(digits(Math.abs(value2))).replace("-", "−");
  return {
    toggle,
    panel,
    legend,
    get layer() {
      return layer.value;
    },
    get title() {
      return (chosen ? list.textOf(chosen) : formula.value) || "picture";
    },
    get colours() {
      return shown;
    },
    layers(names, lacking = "") {
      const chosen2 = [wish, layer.value].find((name) => name && names.includes(name)) ?? "";
      if (names.length) wish = "";
      layer.disabled = !names.length;
      layer.title = lacking;
      layer.replaceChildren(
        element("option", { value: "" }, names.length ? "not shown" : lacking ? "cannot be read" : "no quality layers"),
        ...names.map((name) => element("option", { value: name }, name))
      );
      layer.value = chosen2;
      if (chosen2) send("overlay", chosen2);
    },
    covers(names) {
      covers = names;
      listCovers(cover.value);
    },
    /** Whether what was seen on the ground is drawn, and whether there is any. */
    setGround(shown2, there) {
      ground.checked = shown2;
      groundField.hidden = !there;
    },
    /** Which land cover is shown, and how opaque (percent). */
    setCover(name, percent4) {
      listCovers(name);
      opacity.value = String(percent4);
      showOpacity();
    },
    want(name) {
      wish = name;
      if (name === layer.value || name && ![...layer.options].some((option) => option.value === name)) return;
      layer.value = name;
      send("overlay", name);
    },
    menu(groups) {
      entries = entriesOf(groups);
      if (last) this.show(last);
    },
    show(data) {
      problem.textContent = data.problem ?? "";
      if (data.problem) {
        open(true);
        return;
      }
      last = data;
      chosen = data.composite.startsWith("expr:") ? "" : data.composite;
      list.show(entries, chosen);
      formula.value = data.composite.startsWith("expr:") ? data.composite.slice(5) : "";
      const [natural, vivid] = mode.options;
      natural.text = isComposite(data.composite) ? MODES[0][1] : "Fixed over time";
      vivid.hidden = !isComposite(data.composite) && data.mode !== "vivid";
      mode.value = data.mode;
      range2.hidden = data.mode !== "range";
      if (data.mode === "range") {
        low.value = data.low;
        high.value = data.high;
      }
      own = data.gamma === null;
      same.disabled = isSettled();
      same.checked = data.same || same.disabled && data.mode === "natural";
      const usual = isComposite(data.composite) && data.mode === "natural" ? 0.85 : /^(index|expr):/.test(data.composite) ? 1 : 1.25;
      gamma2.value = data.gamma ?? usual;
      gammaText.textContent = gamma2.value;
      toggle.setAttribute(
        "aria-pressed",
        String(!["true", "false"].includes(data.composite) || data.mode !== "natural" || !own || data.same)
      );
    },
    showFormula(text = "") {
      note.textContent = text && `= ${text}`;
    },
    showLegend(data) {
      shown = data;
      legend.hidden = !data;
      if (!data) return;
      const bar2 = element("i", {
        role: "img",
        "aria-label": `${data.title}, from ${number5(data.low)} to ${number5(data.high)}`
      });
      bar2.style.background = data.colours.length > 1 ? `linear-gradient(to right, ${data.colours.join(", ")})` : data.colours[0];
      legend.replaceChildren(element("span", {}, data.title), bar2);
      if (data.colours.length > 1)
        legend.append(
          element(
            "span",
            { class: "ends" },
            element("b", {}, data.low === null ? "low" : number5(data.low)),
            element("b", {}, data.high === null ? "high" : number5(data.high))
          )
        );
    }
  };
};

// explorer/views/animation/sheet.js
var makeSheet = ({ onDate }) => {
  const COLUMNS = { 12: 4, 24: 6, 48: 8 };
  const el = element("div", { class: "sheet", hidden: true });
  let cells = [], columns = 4;
  return {
    el,
    get cells() {
      return cells;
    },
    get columns() {
      return columns;
    },
    // `list` are the dates that can be shown, `picture` paints one onto a canvas, `note` says more of one.
    draw(count2, list, { dates, picture, note }) {
      el.hidden = !count2;
      cells = [];
      if (!count2) {
        el.replaceChildren();
        return;
      }
      const n = Math.min(count2, list.length);
      columns = COLUMNS[count2];
      cells = Array.from({ length: n }, (_, k) => list[Math.round(k * (list.length - 1) / Math.max(n - 1, 1))]).map(
        (index) => {
          const canvas = element("canvas", { width: SIZE, height: SIZE });
          picture(canvas.getContext("2d"), index);
          return { index, canvas, text: longDate(dates[index]), note: note(index) };
        }
      );
      el.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      el.replaceChildren(
        ...cells.map(
          ({ index, canvas, text, note: note2 }) => element(
            "button",
            {
              type: "button",
              title: note2 ? `${text}: ${note2}` : text,
              "aria-label": note2 ? `${text}, ${note2}` : text,
              class: note2 ? "filled" : null,
              onclick: () => onDate(index)
            },
            canvas,
            element("span", {}, count2 > 12 ? text.replace(/ 20/, " ’") : text)
          )
        )
      );
      if (!n) el.append(element("p", {}, "No date of this sample can be shown yet"));
    }
  };
};

// explorer/views/animation/shell_taken.js
var takeOver = async (show) => {
  const shell = window.explorerFirst;
  delete window.explorerFirst;
  if (!shell) return;
  const picture = await shell.picture;
  if (picture) show({ sample: shell.sample, index: shell.index, iso: shell.iso, picture });
  shell.leave();
};

// explorer/views/animation/timeline.js
var lackText = ({ dates, status: now, reasons }, i) => {
  if (now[i] === status.ABSENT) return `No chip on ${longDate(dates[i])}`;
  return now[i] === status.BROKEN ? `Chip of ${longDate(dates[i])} cannot be shown: ${reasons[i] ?? "broken"}` : "";
};
var earlyText = ({ playing, dates, settled, readyMarked, range: [from, to] }, here) => playing && !(settled && readyMarked) && dates.length ? `${here} of ${Math.min(to, dates.length - 1) - from + 1} dates ${here === 1 ? "is" : "are"} here; the others play as they come` : "";
var dateState = ({ status: now, reasons, gaps, gapsKnown, settled }, i) => {
  const share = gaps?.[i] ?? 0;
  if (now[i] === status.ABSENT) return { kind: "missing", share: 0, text: "missing: the corpus has no chip" };
  if (now[i] === status.BROKEN)
    return { kind: "missing", share: 0, text: `missing: its chip cannot be shown: ${reasons[i] ?? "broken"}` };
  if (now[i] !== status.THERE) return { kind: "waiting", share: 0, text: "loading" };
  if (share > 0) return { kind: "filled", share, text: `there, ${gapText(share)}` };
  const unknown = settled && !gapsKnown ? "; gap-filling: loading" : gaps ? ", all of it measured" : "";
  return { kind: "there", share: 0, text: `there${unknown}` };
};
var qualityText = (means, i) => Object.entries(means ?? {}).flatMap(
  ([name, values]) => values[i] === null || values[i] === void 0 ? [] : [`${name.replaceAll("_", " ")}: ${Number(values[i].toPrecision(3))} on average`]
);
var gapsText = (shares) => {
  if (shares.length < 2 || shares.some((share) => share === null || share === void 0))
    return shares.map(gapText).filter(Boolean).join(", ");
  const percents = shares.map((share) => gapText(share).replace(" gap-filled", "") || "0 %");
  return shares.some((share) => share > 0) ? `${percents.join(" and ")} gap-filled` : "";
};
var dateLabel = ({ dates, gaps, gapsKnown, settled }, index, minus = -1) => {
  if (!dates[index]) return [];
  const all = minus < 0 ? [index] : [index, minus];
  const filled = settled && !gapsKnown ? "gaps: loading" : gapsText(all.map((i) => gaps?.[i]));
  return [all.map((i) => longDate(dates[i])).join(" minus "), ...filled ? [element("small", {}, filled)] : []];
};
var handleByKey = ({ key, shiftKey }, { range: [from, to], index, other, dates }, compared) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key], last = dates.length - 1;
  if (key === "[") return { range: [from === index ? 0 : index, Math.max(to, index)] };
  if (key === "]") return { range: [Math.min(from, index), to === index ? last : index] };
  return shiftKey && by && compared ? { other: Math.min(last, Math.max(0, other + by)) } : null;
};
var makeTimeline = ({ onSeek, onCompare, onRange, root: root2 }) => {
  const el = element("canvas", {
    class: "timeline",
    tabindex: 0,
    role: "slider",
    "aria-label": "Acquisition date",
    "aria-valuemin": 0,
    "aria-keyshortcuts": "[ ] Shift+ArrowLeft Shift+ArrowRight"
  });
  const tip = element("div", { class: "tip", role: "tooltip", "aria-label": "Date at the pointer", hidden: true });
  const EDGE = 6;
  const contrast = window.matchMedia("(forced-colors: active)");
  let plain = contrast.matches;
  let last = null, drag = null, colours = null, width = 0, height = 0;
  const css = (name) => getComputedStyle(root2()).getPropertyValue(name).trim();
  const geometry = () => {
    const n = Math.max(last?.dates.length ?? 0, 1);
    const unit2 = (width - 2 * EDGE) / n;
    return { n, unit: unit2, at: (i) => EDGE + (i + 0.5) * unit2 };
  };
  const measure = () => {
    width = el.clientWidth;
    height = el.clientHeight;
  };
  const draw = (model) => {
    last = model;
    const high = contrast.matches;
    if (high !== plain) {
      plain = high;
      colours = null;
    }
    colours ??= {
      there: css("--date-there"),
      waiting: css("--date-waiting"),
      absent: css("--date-missing"),
      broken: css("--date-broken"),
      gap: css("--date-gap"),
      text: css("--muted"),
      now: css("--ink"),
      other: css("--focus"),
      change: css("--date-change")
    };
    if (!width) measure();
    const context = fitCanvas(el, width, height);
    const { n, unit: unit2, at } = geometry();
    if (!model.dates.length) return;
    const wide = Math.max(unit2 - 0.8, 0.7);
    for (let i = 0; i < n; i++) {
      const now = model.status[i], x = EDGE + i * unit2, plays = i >= model.range[0] && i <= model.range[1];
      const tall = now === status.ABSENT ? 3 : plays ? 10 : 5;
      context.fillStyle = {
        [status.THERE]: model.ready(i) ? colours.there : colours.waiting,
        [status.ABSENT]: colours.absent,
        [status.BROKEN]: colours.broken
      }[now] ?? colours.waiting;
      if (now === void 0 || now === status.WAITING)
        context.fillRect(x, 12, wide, 2);
      else context.fillRect(x, 18 - tall, wide, tall);
      const gap = model.gaps?.[i] ?? 0;
      if (gap > 0 && now === status.THERE) {
        const part = Math.max(2, tall * gap);
        context.clearRect(x, 18 - tall + part, wide, 1);
        context.fillStyle = colours.gap;
        context.fillRect(x, 18 - tall, wide, part);
      }
    }
    context.fillStyle = colours.text;
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "top";
    model.dates.forEach((iso, i) => {
      const [year, month2] = iso.split("-").map(Number);
      const before = i ? Number(model.dates[i - 1].split("-")[1]) : 0;
      if (month2 !== before && (month2 - 1) % 3 === 0) {
        context.fillRect(EDGE + i * unit2, 20, 1, 3);
        context.fillText(month2 === 1 ? String(year) : MONTHS[month2 - 1], EDGE + i * unit2 + 3, 20);
      }
    });
    for (const [i, way] of [
      [model.range[0], 1],
      [model.range[1], -1]
    ]) {
      const x = at(i) - way * unit2 / 2;
      context.fillStyle = colours.now;
      context.fillRect(x - 1, 6, 2, 14);
      context.fillRect(way > 0 ? x : x - 4, 6, 4, 2);
      context.fillRect(way > 0 ? x : x - 4, 18, 4, 2);
    }
    const cursor = (i, colour) => {
      context.fillStyle = colour;
      context.fillRect(at(i) - 1, 2, 2, 18);
      context.beginPath();
      context.moveTo(at(i) - 5, 0);
      context.lineTo(at(i) + 5, 0);
      context.lineTo(at(i), 6);
      context.fill();
    };
    if (model.change >= 0) {
      context.fillStyle = colours.change;
      context.beginPath();
      context.moveTo(at(model.change), 19);
      context.lineTo(at(model.change) + 5, 27);
      context.lineTo(at(model.change) - 5, 27);
      context.fill();
      context.fillRect(at(model.change) - 1, 6, 2, 14);
    }
    if (model.other >= 0) cursor(model.other, colours.other);
    cursor(model.index, colours.now);
    el.setAttribute("aria-valuemax", n - 1);
    el.setAttribute("aria-valuenow", model.index);
    el.setAttribute("aria-valuetext", model.dates[model.index] ?? "");
    el.setAttribute(
      "aria-description",
      [dateState(model, model.index).text, model.changeText].filter(Boolean).join(". ")
    );
  };
  const indexAt = (event) => {
    const { n, unit: unit2 } = geometry();
    return Math.min(n - 1, Math.max(0, Math.floor((event.clientX - el.getBoundingClientRect().left - EDGE) / unit2)));
  };
  const grabbed = (event) => {
    const { unit: unit2, at } = geometry();
    const x = event.clientX - el.getBoundingClientRect().left;
    const near = (place, reach) => Math.abs(x - place) <= reach;
    if (near(at(last.index), 5)) return "now";
    if (last.other >= 0 && near(at(last.other), 6)) return "other";
    if (near(at(last.range[0]) - unit2 / 2, last.range[0] ? 5 : 3)) return "from";
    if (near(at(last.range[1]) + unit2 / 2, last.range[1] < last.dates.length - 1 ? 5 : 3)) return "to";
    return event.altKey && last.other >= 0 ? "other" : "now";
  };
  const act = (event, settled) => {
    const index = indexAt(event);
    if (drag === "other") onCompare(index);
    else if (drag === "from") onRange([Math.min(index, last.range[1]), last.range[1]]);
    else if (drag === "to") onRange([last.range[0], Math.max(index, last.range[0])]);
    else onSeek(index, settled);
  };
  el.addEventListener("pointerdown", (event) => {
    if (!last?.dates.length) return;
    drag = grabbed(event);
    unpoint();
    el.setPointerCapture(event.pointerId);
    act(event, false);
  });
  el.addEventListener("pointermove", (event) => {
    if (drag) {
      act(event, false);
      return;
    }
    if (!last?.dates.length) return;
    point(indexAt(event), event);
  });
  const point = (i, { clientX }) => {
    const change = i === last.change || last.change >= 0 && Math.abs(i - last.change) * geometry().unit <= 5;
    tip.replaceChildren(
      element("b", {}, longDate(last.dates[i])),
      ...[dateState(last, i).text, ...qualityText(last.means, i), ...change ? [last.changeText] : []].map(
        (text) => element("div", {}, text)
      )
    );
    tip.hidden = false;
    const { top: top2 } = el.getBoundingClientRect();
    placeBeside(tip, clientX, top2, top2);
  };
  const unpoint = () => {
    tip.hidden = true;
  };
  el.addEventListener("pointerleave", unpoint);
  el.addEventListener("keydown", unpoint);
  el.addEventListener("pointerup", (event) => {
    if (drag) act(event, true);
    drag = null;
  });
  el.addEventListener("pointercancel", () => {
    drag = null;
  });
  return {
    el,
    tip,
    draw,
    measure,
    again: () => {
      colours = null;
      if (last) draw(last);
    }
  };
};

// explorer/views/animation/animation.js
var clearIcon = () => svgElement(
  "svg",
  { viewBox: "0 0 16 16", width: 15, height: 15, "aria-hidden": "true", fill: "none", stroke: "currentColor" },
  svgElement("path", {
    d: "M8 14.5C5 10.500 3.500 8 3.500 5.700a4.500 4.500 0 0 1 9 0c0 2.300-1.500 4.800-4.500 8.800zM6.300 4l3.400 3.400M9.700 4 6.300 7.400",
    "stroke-width": 1.3
  })
);
function render({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30];
  const SHEET = [12, 24, 48];
  const still2 = window.matchMedia("(prefers-reduced-motion: reduce)");
  const state = {
    ticket: -1,
    dates: [],
    times: [],
    frames: [],
    versions: [],
    status: [],
    reasons: {},
    gaps: null,
    gapsKnown: false,
    means: null,
    // of the quality layers
    lost: -1,
    // the date since which cover is lost, and what is said of it
    lostText: "",
    index: 0,
    other: -1,
    range: (
      /** @type {[number, number]} */
      [0, 0]
    ),
    shown: -1,
    playing: false,
    loop: true,
    speed: 10,
    pins: [],
    place: null,
    credit: "",
    overlays: [],
    legend: null,
    change: null,
    error: null,
    pending: 0,
    settled: false,
    firstMarked: false,
    readyMarked: false,
    sheet: 0,
    cover: noLandCover()
    // the map of land cover over the pictures
  };
  const button2 = (label, text, action, extra = {}) => element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text);
  const view = makeViewTeller(
    () => ({
      mode: look.value,
      other: compares() ? state.other : -1,
      scale: stage.view.scale,
      row: stage.view.y,
      col: stage.view.x,
      layer: looks.layer,
      split: stage.swipe
    }),
    (seen) => model.send_msg({ type: "view", ...seen })
  );
  const playback = makeViewTeller(
    () => ({
      first: state.range[0],
      last: state.range[1],
      speed: state.speed,
      loop: state.loop,
      running: state.playing && !year
    }),
    (now) => state.dates.length && model.send_msg({ type: "playback", ...now })
  );
  const stage = makeStage({
    name: "Planet Fusion image. Click to choose a pixel, or P and the arrow keys; B draws a box, G a polygon; without them arrows step through the dates, space plays; plus and minus zoom",
    panes: [
      { label: "Planet Fusion image", pixels: SIZE },
      { label: "Planet Fusion image of the compared date", pixels: SIZE }
    ],
    swipes: "Swipe between the two dates",
    button: button2,
    onView: view.later,
    onPick: (pixel, add) => {
      if (state.dates.length) {
        model.send_msg({ type: "pixel_clicked", ...pixel, add });
        readout.later();
        hints.did("pixel");
        if (add) hints.did("add");
      }
    },
    onMovePin: (i, pixel, done) => movePin(i, pixel, done),
    onHover: (pixel, pane) => {
      const index = pane ? state.other : state.index;
      readout.show(pixel, state.place, !state.playing && there(index) ? index : -1);
    },
    regions: {
      onAdd: (kind, points) => model.send_msg({ type: "draw", kind, points }),
      onMove: (region, points, done) => model.send_msg({ type: "reshape", region, points, done }),
      onRemove: (region) => model.send_msg({ type: "erase", region })
    }
  });
  const readout = makeReadout({
    el: stage.readout,
    ask: (row, col, index) => model.send_msg({ type: "under", row, col, index, ticket: state.ticket }),
    more: (pixel) => [coverText(state.cover, pixel), stage.groundText(pixel)]
  });
  const timeline = makeTimeline({
    root: () => root2,
    onSeek: (index, settled) => {
      setPlaying(false);
      seek(index, settled);
      if (settled) hints.did("time");
    },
    onCompare: (index) => {
      state.other = index;
      draw();
      askChange();
      view.later();
    },
    onRange: (range2) => {
      state.range = range2;
      restart();
      drawTimeline();
      tellRange();
      playback.later();
    }
  });
  const sheet = makeSheet({
    onDate: (index) => {
      look.value = "single";
      setLook("single");
      seek(index, true);
    }
  });
  const well = element("div", { class: "well" }, stage.el, sheet.el);
  const served = Boolean(inDocument(el).closest("main#page"));
  const hints = makeHints({ served });
  page.on("hint-done", (name) => hints.did(name), gone.signal);
  const firstPlay = makeFirstPlay({
    served,
    busy: () => look.value !== "single" || ["reviewing", "presenting"].some((name) => pageRoot(el).classList.contains(name)),
    ask: () => model.send_msg({ type: "telling", ticket: state.ticket }),
    stop: () => year && setPlaying(false),
    // The button pauses by its click, the timeline seeks.
    own: (event) => event.type === "pointerdown" && event.composedPath().includes(play),
    signal: gone.signal
  });
  const play = button2("Play", icon("play"), () => setPlaying(!state.playing), { class: "play" });
  const loop = button2("Loop", icon("loop"), () => setLoop(!state.loop), { "aria-pressed": "true" });
  const speed = choice(
    "Frames per second",
    SPEEDS.map((value2) => [String(value2), `${value2} /s`]),
    "10",
    (value2) => {
      state.speed = Number(value2);
      anchor();
      playback.later();
    }
  );
  const look = choice(
    "View",
    [
      ["single", "One date"],
      ["swipe", "Swipe two"],
      ["side", "Side by side"],
      ["difference", "Difference"],
      ...SHEET.map((n) => [`sheet-${n}`, `Sheet of ${n}`])
    ],
    "single",
    (value2) => setLook(value2)
  );
  const coverLegend = makeCoverLegend();
  const setCover = (cover) => {
    state.cover = cover;
    stage.setCover(cover);
    page.emit("land-cover", cover);
    if (state.sheet) drawSheet();
  };
  let ground = [];
  page.on("ask-ground", ({ take }) => take(ground), gone.signal);
  page.on("ask-land-cover", ({ take }) => take(state.cover), gone.signal);
  const looks = makeLook({
    button: button2,
    sendCover: (name, opacity) => model.send_msg({ type: "land_cover", name, opacity }),
    sendGround: (shown) => model.send_msg({ type: "ground", shown }),
    fadeCover: (percent4) => setCover({ ...state.cover, opacity: percent4 / 100 }),
    send: (type, value2) => {
      if (type === "overlay") view.later();
      if (type === "overlay" && !value2) {
        clearOverlays();
        showLegend();
        draw();
        if (state.sheet) drawSheet();
      } else if (type === "overlay") model.send_msg({ type, value: value2, ticket: state.ticket });
      else choices2.send({ type, value: value2 });
    }
  });
  const choices2 = makeChoices(model, (data) => {
    if (!data.problem)
      for (const item of composites) item.setAttribute("aria-pressed", String(item.dataset.value === data.composite));
    looks.show(data);
  });
  const clearOverlays = () => {
    for (const picture of state.overlays) picture?.close();
    Object.assign(state, { overlays: [], marks: null });
  };
  const showLegend = () => looks.showLegend(differs() && state.change?.legend || state.marks || state.legend);
  const early = element("div", { class: "hint", role: "status", hidden: true });
  stage.legends.append(looks.legend, coverLegend.el);
  stage.el.append(early);
  const composites = [
    ["true", "True colour"],
    ["false", "False colour (NIR)"]
  ].map(
    ([value2, text]) => button2(text, text, () => choices2.send({ type: "composite", value: value2 }), {
      "data-value": value2,
      "aria-pressed": "false"
    })
  );
  const dates = makeDates({
    now: () => state,
    may: (i) => there(i) || !state.settled,
    described: (i) => dateState(state, i),
    go: (index) => {
      setPlaying(false);
      seek(index, true);
    }
  });
  window.addEventListener("pointerdown", dates.closeUnless, { signal: gone.signal, capture: true });
  const clear = button2("Remove all pins but the last", clearIcon(), () => model.send_msg({ type: "clear" }), {
    hidden: true
  });
  const counts = element("span"), bar2 = element("progress", { max: 1, value: 0, "aria-label": "Dates read" }), progress = element("div", { class: "progress", role: "status" }, bar2, counts);
  const tellProgress = (text, share = null, title = "") => {
    counts.textContent = text;
    bar2.hidden = share === null;
    if (share !== null) bar2.value = share;
    progress.title = [text, title].filter(Boolean).join(". ");
  };
  const root2 = element(
    "div",
    { class: "stack" },
    element(
      "div",
      { class: "bar" },
      element("div", { class: "segments", role: "group", "aria-label": "Composite" }, ...composites, looks.toggle),
      look,
      button2("Save the picture as PNG", icon("save"), () => save(), { class: "save" }),
      looks.panel
    ),
    well,
    hints.el,
    timeline.el,
    element(
      "div",
      { class: "controls-room" },
      element(
        "div",
        { class: "controls" },
        button2("First date", icon("first"), () => seek(firstThere(), true), { class: "end" }),
        button2("Previous date", icon("previous"), () => step(-1)),
        play,
        button2("Next date", icon("next"), () => step(1)),
        button2("Last date", icon("last"), () => seek(lastThere(), true), { class: "end" }),
        dates.box,
        loop,
        clear,
        progress,
        speed
      )
    ),
    timeline.tip
  );
  el.append(root2);
  const there = (i) => state.status[i] === status.THERE;
  const tellRange = () => page.emit("range", { range: state.range, other: compares() ? state.other : -1 });
  page.on("ask-range", tellRange, gone.signal);
  const inRange = (i) => i >= state.range[0] && i <= state.range[1];
  const firstThere = () => Math.max(
    0,
    state.status.findIndex((_, i) => there(i) && inRange(i))
  );
  const lastThere = () => Math.max(
    0,
    state.status.findLastIndex((_, i) => there(i) && inRange(i))
  );
  const compares = () => stage.mode !== "single" || differs();
  const differs = () => look.value === "difference";
  const askChange = () => {
    if (differs() && (state.change?.first !== state.other || state.change?.second !== state.index) && there(state.index) && there(state.other)) {
      model.send_msg({ type: "difference", first: state.other, second: state.index, ticket: state.ticket });
    }
  };
  const draw = () => {
    const frame = state.frames[state.index];
    if (frame || !state.playing || state.shown < 0) {
      if (differs())
        stage.paint(
          0,
          state.change?.first === state.other && state.change.second === state.index ? state.change.picture : null
        );
      else stage.paint(0, frame, state.overlays[state.index]);
      state.shown = frame ? state.index : -1;
    }
    if (frame && !state.firstMarked) {
      state.firstMarked = true;
      mark(
        "first-frame",
        { sample: state.sample, index: state.index },
        () => model.send_msg({ type: "shown", ticket: state.ticket })
      );
    }
    stage.el.classList.toggle("differs", differs());
    stage.dates[0].replaceChildren(...dateLabel(state, state.index, differs() ? state.other : -1));
    if (compares() && !differs() && state.other >= 0) {
      stage.paint(1, state.frames[state.other], state.overlays[state.other]);
      stage.dates[1].replaceChildren(...dateLabel(state, state.other));
      stage.lack(1, lackOf(state.other));
    }
    showMessage();
    showEarly();
    drawTimeline();
  };
  const showEarly = () => {
    const text = earlyText(state, playable().length);
    if (early.textContent !== text) early.textContent = text;
    early.hidden = !text;
  };
  const gapOf = (index) => gapText(state.gaps?.[index]);
  const lackOf = (index) => lackText(state, index);
  const drawTimeline = () => {
    timeline.draw({
      dates: state.dates,
      status: state.status,
      reasons: state.reasons,
      gaps: state.gaps,
      gapsKnown: state.gapsKnown,
      settled: state.settled,
      means: state.means,
      index: state.index,
      range: state.range,
      other: compares() ? state.other : -1,
      change: state.lost,
      changeText: state.lostText,
      ready: (i) => Boolean(state.frames[i])
    });
    dates.show();
  };
  const showMessage = () => {
    const { message } = stage;
    let text = lackOf(state.index), retry = false;
    stage.lack(0, "", Boolean(text));
    if (state.error) {
      text = state.error;
      retry = true;
    } else if (!state.dates.length) text = "Click a sample on the map";
    else if (!text && !state.frames[state.index]) text = "Loading …";
    if (message.dataset.text === text) return;
    message.dataset.text = text;
    message.replaceChildren(text);
    message.hidden = !text;
    if (retry) message.append(button2("Try again", "Try again", () => model.send_msg({ type: "retry" })));
  };
  const drawSheet = () => {
    stage.el.hidden = Boolean(state.sheet);
    sheet.draw(state.sheet, playable(), {
      dates: state.dates,
      note: gapOf,
      picture: (context, i) => {
        context.drawImage(state.frames[i], 0, 0);
        if (state.overlays[i]) context.drawImage(state.overlays[i], 0, 0);
        if (state.cover.canvas) {
          context.globalAlpha = state.cover.opacity;
          context.drawImage(state.cover.canvas, 0, 0);
          context.globalAlpha = 1;
        }
        for (const region of stage.drawing.regions)
          strokeRegion(context, cornersOf(region), region.colour, ([row, col]) => [col, row], { width: 1.5 });
      }
    });
  };
  const save = () => {
    if (!state.dates.length) return;
    const shown = look.value === "single" ? "" : ` · ${look.selectedOptions[0].text}`;
    const what = `${state.sample} · Planet Fusion, ${looks.title}${shown}`;
    const over = coverCredit(state.cover);
    const footer = [what, ...over ? [over] : [], state.credit];
    if (state.sheet) {
      download(pictureOfSheet(sheet, footer), `${state.sample}_sheet.png`);
      return;
    }
    const { width, side } = stage.size;
    footer[0] = `${what} · UTM ${state.sample.slice(0, 3)}`;
    const picture = makePicture(width, side, footer, (context) => {
      stage.copy(context);
      if (looks.colours) drawLegend(context, looks.colours, 8, 56);
      const top2 = looks.colours ? 108 : 56;
      drawCoverLegend(context, state.cover, 8, top2, side - top2 - 30);
    });
    download(picture, `${state.sample}_${state.dates[state.index]}.png`);
  };
  const setLook = (value2) => {
    state.sheet = value2.startsWith("sheet-") ? Number(value2.slice(6)) : 0;
    if (state.sheet) setPlaying(false);
    stage.setMode(state.sheet || value2 === "difference" ? "single" : value2);
    if (differs()) setPlaying(false);
    showLegend();
    if (compares() && state.other < 0)
      state.other = state.index + 73 < state.dates.length ? state.index + 73 : Math.max(0, state.index - 73);
    fit();
    drawSheet();
    draw();
    askChange();
    view.later();
  };
  let lastMove = 0;
  const movePin = (i, pixel, done) => {
    state.pins = state.pins.map((pin, k) => k === i ? { ...pin, ...pixel } : pin);
    stage.setPins(state.pins);
    if (!done && performance.now() - lastMove < 20) return;
    lastMove = performance.now();
    model.send_msg({ type: "move", pin: i, ...pixel });
  };
  let lastSent = 0, sendTimer = 0, chosen = false;
  const tell = (settled) => {
    clearTimeout(sendTimer);
    const wait = settled ? 0 : (state.playing ? 1e3 : 100) - (performance.now() - lastSent);
    const send = () => {
      lastSent = performance.now();
      model.send_msg({ type: "date", index: state.index, settled, ticket: state.ticket, chosen });
    };
    if (wait <= 0) send();
    else sendTimer = setTimeout(send, wait);
  };
  const seek = (index, settled, byHand = true) => {
    if (!state.dates.length) return;
    chosen = byHand;
    state.index = Math.min(Math.max(index, 0), state.dates.length - 1);
    draw();
    page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] });
    tell(settled);
    if (settled) {
      anchor();
      askChange();
    }
  };
  const step = (direction) => {
    setPlaying(false);
    let i = state.index + direction;
    while (i >= 0 && i < state.dates.length && state.settled && !there(i)) i += direction;
    if (i >= 0 && i < state.dates.length) seek(i, true);
  };
  let start = 0, startIndex = 0;
  const anchor = () => {
    start = performance.now();
    startIndex = playable().indexOf(state.index);
  };
  const restart = () => {
    startIndex = -1;
  };
  const playable = () => state.frames.flatMap((frame, i) => frame && inRange(i) ? [i] : []);
  let year = (
    /** @type {number[] | null} */
    null
  );
  const playYear = (order) => {
    const begun = performance.now();
    const frame = (now) => {
      if (year !== order) return;
      const { index, next, share, over } = momentOf(order, now - begun);
      if (over) {
        seek(index, true, false);
        setPlaying(false);
        hints.say(`${longDate(state.dates[index])}: the clear date at which NDVI differs most.`);
        mark("year-played", { index });
        return;
      }
      if (index !== state.index) seek(index, false, false);
      stage.fade(state.frames[next], share);
      requestAnimationFrame(frame);
    };
    setPlaying(true, frame);
    year = order;
    hints.say(`The year ${state.dates[order[0]].slice(0, 4)}, once. A click, a key or scrolling stops it.`, true);
    mark("year-begun");
  };
  let playableCount = -1;
  const tick = (now) => {
    if (!state.playing) return;
    const list = playable();
    if (list.length > 1) {
      if (startIndex < 0 || list.length !== playableCount) {
        playableCount = list.length;
        start = now;
        startIndex = Math.max(
          0,
          list.findIndex((i) => i >= state.index)
        );
      }
      const position = startIndex + Math.floor((now - start) * state.speed / 1e3);
      if (position >= list.length && !state.loop) {
        seek(list[list.length - 1], true, false);
        setPlaying(false);
        return;
      }
      const index = list[position % list.length];
      if (index !== state.index) seek(index, false, false);
    }
    requestAnimationFrame(tick);
  };
  const setPlaying = (playing, frame = tick) => {
    if (playing === state.playing) return;
    state.playing = playing;
    if (frame === tick) firstPlay.over();
    if (year) {
      year = null;
      hints.say("");
    }
    play.replaceChildren(icon(playing ? "pause" : "play"));
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    play.title = playing ? "Pause (space)" : "Play (space)";
    if (playing) {
      if (!state.loop && state.index === lastThere()) seek(firstThere(), false, false);
      anchor();
      requestAnimationFrame(frame);
    } else tell(true);
    showEarly();
    playback.later();
  };
  const setLoop = (value2) => {
    state.loop = value2;
    loop.setAttribute("aria-pressed", String(value2));
    playback.later();
  };
  root2.addEventListener("keydown", (event) => {
    if (isWriting(event)) return;
    const held = handleByKey(event, state, compares());
    if (held) {
      Object.assign(state, held);
      restart();
      draw();
      tellRange();
      askChange();
      playback.later();
      view.later();
      event.preventDefault();
      return;
    }
    const act = {
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      Home: () => seek(firstThere(), true),
      End: () => seek(lastThere(), true)
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
    } else if (event.key === " " && !event.target.closest("button, summary")) {
      setPlaying(!state.playing);
      event.preventDefault();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !state.sheet && stage.drawing.shortcut(letterOf(event))) {
      stage.el.focus();
      event.preventDefault();
    }
  });
  page.on("run", (value2) => setPlaying(value2), gone.signal);
  page.on("key", ({ key }) => root2.dispatchEvent(new KeyboardEvent("keydown", { key })), gone.signal);
  page.on(
    "seek",
    ({ time, index, settled = true }) => {
      if (!state.times.length) return;
      setPlaying(false);
      if (index === void 0) {
        let best = Infinity;
        state.times.forEach((t, i) => {
          if (Math.abs(t - time) < best && (there(i) || !state.settled)) {
            best = Math.abs(t - time);
            index = i;
          }
        });
      }
      if (index !== void 0 && (settled || index !== state.index)) seek(index, settled);
    },
    gone.signal
  );
  page.on(
    "ask-picture",
    ({ time, take }) => {
      const expected = state.settled ? state.status : state.status.map((s) => s === status.WAITING ? status.THERE : s);
      const { index, days } = nearestDate(state.dates, expected, time);
      take({ index, days, iso: state.dates[index], picture: state.frames[index] ?? null, settled: state.settled });
    },
    gone.signal
  );
  const decode = async (bytes, index, paint, ticket) => {
    state.pending++;
    try {
      const frame = await decodePicture(bytes, "image/jpeg", index === state.index);
      if (ticket !== state.ticket || paint < (state.versions[index] ?? -1)) {
        frame.close();
        return;
      }
      state.frames[index]?.close();
      state.frames[index] = frame;
      state.versions[index] = paint;
      if (index === state.index || compares() && index === state.other) draw();
    } finally {
      state.pending--;
      if (state.pending === 0) {
        page.emit("pictures");
        drawTimeline();
        if (state.sheet) drawSheet();
        checkReady();
      }
    }
  };
  const checkReady = () => {
    if (state.settled && state.pending === 0 && !state.readyMarked && state.status.every((s, i) => s !== status.THERE || state.frames[i])) {
      state.readyMarked = true;
      mark("animation-ready", { sample: state.sample, frames: playable().length });
      showEarly();
      firstPlay.ready();
    }
  };
  listen(model, {
    open(data) {
      for (const frame of state.frames) frame?.close();
      Object.assign(state, {
        ticket: data.ticket,
        sample: data.sample,
        dates: data.dates,
        times: data.dates.map((iso) => Date.parse(`${iso}T10:30:00Z`)),
        frames: new Array(data.dates.length).fill(null),
        versions: [],
        status: new Array(data.dates.length).fill(0),
        reasons: {},
        gaps: null,
        gapsKnown: false,
        means: null,
        lost: -1,
        lostText: "",
        change: null,
        legend: null,
        index: data.index,
        shown: -1,
        credit: data.credit,
        error: null,
        settled: false,
        firstMarked: false,
        readyMarked: false
      });
      state.place = data.bounds && { bounds: data.bounds, corners: data.corners, zone: data.sample.slice(0, 3) };
      if (state.early?.sample === data.sample && state.early.index === data.index)
        state.frames[data.index] = state.early.picture;
      state.early = null;
      if (data.dates.length && (state.range[1] === 0 || state.range[1] >= data.dates.length))
        state.range = [0, Math.max(0, data.dates.length - 1)];
      clearOverlays();
      looks.layers([]);
      looks.want("");
      stage.reset();
      drawSheet();
      tellProgress("reading …", 0);
      setPlaying(false);
      draw();
      page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] });
      mark("sample-selected", { sample: data.sample });
    },
    frames(data) {
      if (data.ticket !== state.ticket) return;
      let offset = 0;
      data.indices.forEach((index, k) => {
        state.status[index] = status.THERE;
        decode(new Uint8Array(data.bytes, offset, data.sizes[k]), index, data.paint, data.ticket);
        offset += data.sizes[k];
      });
    },
    status(data) {
      if (data.ticket !== state.ticket) return;
      state.status = Array.from(new Uint8Array(data.status));
      Object.assign(state.reasons, data.reasons);
      state.settled = data.settled;
      const count2 = state.status.filter((s) => s === status.THERE).length;
      const lacking = state.status.filter((s) => s === status.ABSENT || s === status.BROKEN).length;
      if (!data.settled) tellProgress(`${data.done} / ${data.total}`, data.done / Math.max(data.total, 1));
      else
        tellProgress(
          lacking ? `${count2} of ${data.total} dates` : "",
          null,
          lacking ? `${lacking} dates are missing or broken` : ""
        );
      draw();
      if (data.settled) page.emit("pictures");
      checkReady();
    },
    under(data) {
      readout.came(data);
    },
    menu(data) {
      looks.menu(data.groups);
    },
    ground({ shown, marks }) {
      ground = shown ? marks : [];
      looks.setGround(shown, marks.length > 0);
      stage.setGround(ground);
      page.emit("ground", ground);
    },
    land_covers(data) {
      looks.covers(data.names);
    },
    land_cover(data) {
      looks.setCover(data.name, data.opacity);
      setCover(readLandCover(data));
      coverLegend.show(state.cover, stage.size.side >= 300);
      mark("land-cover", { name: data.name, classes: data.classes.length });
    },
    look: choices2.told,
    acknowledged: choices2.acknowledged,
    legend(data) {
      if (data.ticket !== state.ticket) return;
      state.legend = data.legend;
      looks.showFormula(data.legend?.formula);
      state.change = null;
      showLegend();
      askChange();
    },
    quality(data) {
      if (data.ticket !== state.ticket) return;
      state.gaps = data.gaps;
      state.gapsKnown = true;
      state.means = data.means;
      looks.layers(data.layers, data.problem);
      draw();
      askChange();
      if (state.sheet) drawSheet();
    },
    lost(data) {
      if (data.ticket !== state.ticket) return;
      Object.assign(state, { lost: data.index, lostText: data.text });
      drawTimeline();
    },
    view(data) {
      if (data.other >= 0) state.other = data.other;
      if (look.value !== data.mode) {
        look.value = data.mode;
        setLook(data.mode);
      } else {
        draw();
        askChange();
      }
      stage.lookAt(data);
      looks.want(data.layer);
      view.known();
    },
    playback(data) {
      Object.assign(state, { range: [data.first, data.last], speed: data.speed });
      speed.value = String(data.speed);
      setLoop(data.loop);
      restart();
      setPlaying(data.running && !still2.matches);
      drawTimeline();
      tellRange();
      playback.known();
    },
    async overlays(data) {
      if (data.ticket !== state.ticket || data.layer !== looks.layer) return;
      let offset = 0;
      const parts = data.sizes.map((size) => data.bytes.slice(offset, offset += size));
      const pictures = await Promise.all(
        parts.map((part) => createImageBitmap(new Blob([part], { type: "image/png" })))
      );
      if (data.ticket !== state.ticket || data.layer !== looks.layer) return;
      clearOverlays();
      data.indices.forEach((index, k) => {
        state.overlays[index] = pictures[k];
      });
      state.marks = data.legend;
      showLegend();
      draw();
      if (state.sheet) drawSheet();
    },
    async difference(data) {
      if (data.ticket !== state.ticket || !differs()) return;
      if (data.problem) {
        stage.message.replaceChildren(data.problem);
        stage.message.hidden = false;
        return;
      }
      const picture = await createImageBitmap(new Blob([data.image], { type: "image/png" }));
      if (data.first !== state.other || data.second !== state.index) return;
      state.change = { first: data.first, second: data.second, picture, legend: data.legend };
      showLegend();
      draw();
    },
    pins(data) {
      state.pins = data.pins;
      clear.hidden = data.pins.length < 2;
      stage.setPins(data.pins);
    },
    regions(data) {
      stage.drawing.set(data.regions, data.problem);
      if (state.sheet) drawSheet();
    },
    seek(data) {
      if (data.ticket === state.ticket) {
        setPlaying(false);
        seek(data.index, true, false);
      }
    },
    telling(data) {
      if (data.ticket !== state.ticket || !firstPlay.wanted || state.playing || data.index === null) return;
      const order = yearUntil(state.dates, (i) => Boolean(state.frames[i]), data.index);
      if (order.length > 1) playYear(state.frames[state.index] ? [state.index, ...order] : order);
    },
    error(data) {
      if (data.ticket === state.ticket) {
        state.error = data.text;
        page.emit("reading-failed", "pf");
        tellProgress("");
        draw();
      }
    }
  });
  const fit = () => {
    timeline.measure();
    stage.resize(well.clientWidth, well.clientHeight);
    drawTimeline();
  };
  const resized = new ResizeObserver(fit);
  resized.observe(well);
  model.on("remove", () => {
    view.stop();
    playback.stop();
    gone.abort();
    resized.disconnect();
    setPlaying(false);
  });
  takeOver((early2) => {
    if (!state.dates.length) {
      state.early = early2;
      stage.paint(0, early2.picture);
      stage.dates[0].textContent = longDate(early2.iso);
    }
  });
  view.known();
  playback.known();
  model.send_msg({ type: "ready" });
  mark("ready");
}

// explorer/views/dataset/dataset.js
var dataset_exports = {};
__export(dataset_exports, {
  render: () => render2
});
var COLOURS = ["--ink", "--muted", "--accent"];
function render2({ model, el }) {
  const stop = new AbortController();
  let ticket = 0;
  let active = (
    /** @type {string[]} */
    []
  );
  const button2 = (text, title, act, attributes = {}) => element("button", { type: "button", title, onclick: act, ...attributes }, text);
  const samples = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples counted" });
  const chips = element("span", { class: "chips", role: "group", "aria-label": "Active filters" });
  const close = button2("×", "Close", () => hide(), { class: "close", "aria-label": "Close what is in the dataset" });
  const head = element("header", {}, element("h2", {}, "Dataset"), samples, chips, close);
  const levels = element(
    "span",
    { class: "segments", role: "radiogroup", "aria-label": "Level of the classes" },
    ...[1, 2, 3].map(
      (level) => button2(String(level), `Classes of level ${level}`, () => model.send_msg({ type: "level", level }), {
        role: "radio",
        "aria-label": `Level ${level}`
      })
    )
  );
  const grid = element("div", { class: "figures" });
  const taken = element("div", { class: "figures" });
  const look = button2("Look at the imagery", "Dates there and missing, and gap-filled pixels, of some samples", () => {
    look.disabled = true;
    imageryText.textContent = "Looking …";
    model.send_msg({ type: "look" });
  });
  const imageryText = element("span", { class: "about", role: "status" });
  const python = element("pre", { tabindex: "0", role: "region", "aria-label": "The samples in Python" });
  const told = element("p", { class: "told", role: "status" });
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "What is in the dataset", hidden: true },
    head,
    element(
      "div",
      { class: "bar" },
      element("span", {}, "Level"),
      levels,
      element("span", { class: "about" }, "A bar of a class or country filters the map, and all figures with it.")
    ),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures" },
      grid,
      element("div", { class: "look" }, look, imageryText),
      taken,
      element("details", {}, element("summary", {}, "These samples in Python"), python)
    ),
    told
  );
  el.append(panel);
  const back = makeReturn(panel);
  const place = () => {
    const map2 = mapBoxBeside(model);
    panel.style.left = map2 ? `${map2.right + 12}px` : "";
  };
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal });
  const closeIt = () => {
    if (panel.hidden) return;
    back.closed();
    panel.hidden = true;
    for (const one2 of [grid, taken, chips]) one2.replaceChildren();
    for (const one2 of [samples, python, told, imageryText]) one2.textContent = "";
  };
  const hide = () => {
    closeIt();
    model.send_msg({ type: "closed" });
  };
  keepKeys(panel, hide);
  const rowsOf = (node) => [...node.querySelectorAll(".row[role=button]")];
  const choose = (row) => model.send_msg({ type: "filter", text: row.dataset.filter });
  const keys = (event) => {
    const row = event.target.closest?.(".row[role=button]");
    if (!row) return;
    if (event.key === "Enter" || event.key === " ") choose(row);
    else {
      const rows = rowsOf(event.currentTarget);
      const to = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
      if (!to) return;
      const next = rows[Math.min(Math.max(rows.indexOf(row) + to, 0), rows.length - 1)];
      for (const one2 of rows) one2.tabIndex = one2 === next ? 0 : -1;
      next.focus();
    }
    event.preventDefault();
  };
  const drawingOf = (one2) => {
    const svg2 = document.importNode(new DOMParser().parseFromString(one2.svg, "image/svg+xml").documentElement, true);
    svg2.addEventListener("click", (event) => {
      const row = (
        /** @type {Element} */
        event.target.closest(".row[role=button]")
      );
      if (row) choose(row);
    });
    svg2.addEventListener("keydown", keys);
    for (const row of rowsOf(svg2)) row.setAttribute("aria-pressed", String(active.includes(row.dataset.filter)));
    return svg2;
  };
  const saveDrawing = (one2) => {
    const colours = getComputedStyle(panel);
    const [ink, muted, accent] = COLOURS.map((name) => colours.getPropertyValue(name).trim());
    const style = `<style>svg{color:${ink};fill:${ink}}.bar,.cell{fill:${accent}}.hit{fill:none}.quiet{fill:${muted};font-size:11px}.small{font-size:9px}</style>`;
    saveFile(`${one2.name}.svg`, new Blob([one2.svg.replace(/(<svg[^>]*>)/, `$1${style}`)], { type: "image/svg+xml" }));
  };
  const figureOf = (one2) => element(
    "figure",
    { "aria-label": one2.title },
    element(
      "div",
      { class: "title" },
      element("h3", {}, one2.title),
      button2("SVG", `Save the drawing: ${one2.title}`, () => saveDrawing(one2), {
        "aria-label": `Save as SVG: ${one2.title}`
      }),
      button2("CSV", `Save the table: ${one2.title}`, () => model.send_msg({ type: "save", name: one2.name }), {
        "aria-label": `Save as CSV: ${one2.title}`
      })
    ),
    drawingOf(one2),
    element("figcaption", {}, `${one2.about}.`),
    element("code", {}, one2.python)
  );
  const focused = () => (
    /** @type {any} */
    el.getRootNode()?.activeElement?.dataset?.filter
  );
  listen(model, {
    busy() {
      panel.classList.add("busy");
    },
    figures(data) {
      const opening = panel.hidden;
      if (opening) back.opened();
      ticket = data.ticket;
      active = data.active;
      panel.hidden = false;
      panel.classList.remove("busy");
      place();
      const n = data.count.toLocaleString("en");
      samples.textContent = data.count === data.total ? `all ${n} samples` : `${n} of ${data.total.toLocaleString("en")} samples`;
      keepFocus(
        head,
        () => chips.replaceChildren(
          ...data.chips.map(
            (chip) => button2(
              `${chip.text} ×`,
              `Remove the filter: ${chip.text}`,
              () => model.send_msg({ type: "remove", name: chip.name })
            )
          )
        )
      );
      for (const one2 of levels.children) {
        const mine = one2.textContent === String(data.level);
        one2.setAttribute("aria-checked", String(mine));
        one2.tabIndex = mine ? 0 : -1;
      }
      const had = focused();
      grid.replaceChildren(...data.figures.map(figureOf));
      taken.replaceChildren();
      look.disabled = false;
      imageryText.textContent = "";
      python.textContent = data.python;
      told.textContent = "";
      if (had) {
        const row = rowsOf(grid).find((one2) => one2.dataset.filter === had) ?? rowsOf(grid)[0];
        row?.focus({ preventScroll: true });
      } else if (opening) close.focus({ preventScroll: true });
      mark("dataset-drawn", { ticket, count: data.count });
    },
    looking(data) {
      if (data.ticket === ticket) imageryText.textContent = `Looking: ${data.done} of ${data.total}`;
    },
    imagery(data) {
      if (data.ticket !== ticket) return;
      look.disabled = false;
      imageryText.textContent = data.text;
      taken.replaceChildren(...data.figures.map(figureOf));
      mark("dataset-imagery", { ticket });
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }));
    },
    hide: () => closeIt(),
    trouble(data) {
      told.textContent = data.text;
    }
  });
  model.on("remove", () => stop.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/embedding/embedding.js
var embedding_exports = {};
__export(embedding_exports, {
  render: () => render3
});
var REACH2 = 8;
var CLICK = 4;
var MARGIN = 1.06;
var REST2 = 300;
var STEP = 0.15;
var DEEPEST = 1e-5;
var TOOLS2 = { move: "Move", box: "Box", lasso: "Lasso" };
var TITLES = {
  move: "Drag to move, click to open a sample",
  box: "Drag a box around samples: only they are shown, everywhere",
  lasso: "Draw around samples: only they are shown, everywhere"
};
function render3({ model, el }) {
  const stop = new AbortController();
  const button2 = (text, title, act, attributes = {}) => element("button", { type: "button", title, onclick: act, ...attributes }, text);
  const menu = (name, label) => {
    const select2 = element("select", {
      "aria-label": label,
      onchange: () => model.send_msg({ type: "choose", name, value: select2.value })
    });
    return select2;
  };
  const tables = menu("table", "Features"), methods = menu("method", "Method"), colours = menu("by", "Colours");
  const samples = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples in colour" });
  const chips = element("span", { class: "chips", role: "group", "aria-label": "Active filters" });
  const close = button2("×", "Close", () => hide(), { class: "close", "aria-label": "Close the embedding map" });
  let tool = "move";
  const tools = element(
    "span",
    { class: "segments", role: "radiogroup", "aria-label": "What dragging does" },
    ...Object.entries(TOOLS2).map(
      ([name, text]) => button2(text, TITLES[name], () => setTool(name), { role: "radio", "data-tool": name })
    )
  );
  const setTool = (name) => {
    tool = name;
    for (const one2 of tools.children) {
      one2.setAttribute("aria-checked", String(one2.dataset.tool === name));
      one2.tabIndex = one2.dataset.tool === name ? 0 : -1;
    }
    canvas.classList.toggle("draw", name !== "move");
  };
  tools.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const names = Object.keys(TOOLS2);
    setTool(names[(names.indexOf(tool) + by + names.length) % names.length]);
    tools.querySelector("[aria-checked=true]").focus();
    event.preventDefault();
  });
  const canvas = element("canvas", {
    tabindex: "0",
    role: "application",
    "aria-label": "Embedding map: arrow keys move it, plus and minus zoom, 0 shows all, Enter opens the sample nearest to the middle"
  });
  const plot = element("div", { class: "plot" }, canvas);
  const key = element("ul", { class: "key", "aria-label": "Colours", tabindex: "0" });
  const about = element("p", { class: "about" });
  const told = element("p", { class: "told", role: "status" });
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Embedding map", hidden: true },
    element("header", {}, element("h2", {}, "Embedding map"), samples, chips, close),
    element(
      "div",
      { class: "bar" },
      element("label", {}, "Features", tables),
      element("label", {}, "Method", methods),
      element("label", {}, "Colours", colours),
      tools,
      element(
        "span",
        { class: "segments" },
        button2("−", "Zoom out", () => zoom2(0.5), { "aria-label": "Zoom out" }),
        button2("+", "Zoom in", () => zoom2(2), { "aria-label": "Zoom in" }),
        button2("All", "All samples in view (0)", () => goHome(), { "aria-label": "Show all samples" })
      ),
      button2("Filter by view", "Only the samples that are in view here are shown, everywhere", () => {
        const [x0, x1, y0, y1] = box2();
        model.send_msg({ type: "area", x: [x0, x1, x1, x0], y: [y0, y0, y1, y1] });
      })
    ),
    element("div", { class: "body" }, plot, key),
    about,
    told
  );
  el.append(panel);
  const back = makeReturn(panel);
  const putInPlace = () => {
    const map2 = mapBoxBeside(model);
    panel.style.left = map2 ? `${map2.right + 12}px` : "";
  };
  window.addEventListener("resize", () => !panel.hidden && putInPlace(), { signal: stop.signal });
  const closeIt = () => {
    if (panel.hidden) return;
    back.closed();
    panel.hidden = true;
    clearTimeout(resting);
    shown = state = marked = drag = null;
    for (const one2 of [chips, key]) one2.replaceChildren();
    for (const one2 of [samples, about, told]) one2.textContent = "";
    draw();
  };
  const hide = () => {
    closeIt();
    model.send_msg({ type: "closed" });
  };
  keepKeys(panel, () => drag ? endDrag() : hide());
  let state = (
    /** @type {any} */
    null
  );
  let marked = (
    /** @type {any} */
    null
  );
  let shown = (
    /** @type {{ canvas: HTMLCanvasElement, pixels: Uint8Array, box: number[] } | null} */
    null
  );
  let view = { x: 0, y: 0, width: 1 };
  let size = { width: 0, height: 0 };
  let told_place = { x: 0, y: 0, width: 0 };
  let number5 = 0;
  let waits = false, stale = false;
  let resting = 0;
  const unit2 = () => view.width / Math.max(size.width, 1);
  const box2 = () => {
    const half = unit2() * size.height / 2;
    return [view.x - view.width / 2, view.x + view.width / 2, view.y - half, view.y + half];
  };
  const home = () => {
    const [x0, x1, y0, y1] = state.home;
    const width = Math.max(x1 - x0, (y1 - y0) * size.width / Math.max(size.height, 1), 1e-6) * MARGIN;
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width };
  };
  const isHome = () => {
    const all = home();
    return near(view, all);
  };
  const near = (a, b) => Math.abs(a.width - b.width) < 2e-3 * b.width && Math.hypot(a.x - b.x, a.y - b.y) < 2e-3 * b.width;
  const ask = () => {
    if (!state || !size.width) return;
    if (waits) {
      stale = true;
      return;
    }
    waits = true;
    stale = false;
    number5++;
    const [x0, x1, y0, y1] = box2();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.round(size.width * ratio), height = Math.round(size.height * ratio);
    model.send_msg({ type: "view", frame: number5, x0, x1, y0, y1, width, height });
  };
  const tellPlace = () => {
    if (!state) return;
    told_place = isHome() ? { x: 0, y: 0, width: 0 } : { ...view };
    model.send_msg({ type: "placed", ...told_place });
  };
  const go = (to) => {
    if (!state) return;
    const all = home();
    const width = Math.min(Math.max(to.width, all.width * DEEPEST), all.width * 2);
    const clamp = (value2, middle) => Math.min(Math.max(value2, middle - all.width), middle + all.width);
    view = { x: clamp(to.x, all.x), y: clamp(to.y, all.y), width };
    draw();
    ask();
    clearTimeout(resting);
    resting = window.setTimeout(tellPlace, REST2);
  };
  const goHome = () => state && go(home());
  const zoom2 = (factor, x = size.width / 2, y = size.height / 2) => {
    const px = view.x + (x - size.width / 2) * unit2(), py = view.y - (y - size.height / 2) * unit2();
    const width = view.width / factor;
    const one2 = width / Math.max(size.width, 1);
    go({ x: px - (x - size.width / 2) * one2, y: py + (y - size.height / 2) * one2, width });
  };
  const sized = new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    const atHome = state && size.width && isHome();
    const first = state && !size.width;
    size = { width, height };
    if (!state || !width) return;
    if (atHome || first) view = startOf(state) ?? home();
    draw();
    ask();
  });
  sized.observe(plot);
  const startOf = (found2) => {
    const at2 = found2.place;
    return at2 ? { x: at2[0], y: at2[1], width: at2[2] } : null;
  };
  const toScreen = ([x, y]) => [size.width / 2 + (x - view.x) / unit2(), size.height / 2 - (y - view.y) / unit2()];
  const paint = () => {
    if (!shown || !state) return;
    const table = new Uint32Array(256);
    const bytes = new Uint8Array(table.buffer);
    for (const [i, colour] of state.palette.entries()) {
      const part = (at2) => Number.parseInt(colour.slice(at2, at2 + 2), 16);
      bytes.set([part(1), part(3), part(5), colour.length > 7 ? part(7) : 255], 4 * i);
    }
    const { width, height } = shown.canvas;
    const image = new ImageData(width, height);
    const into = new Uint32Array(image.data.buffer);
    for (let row = 0; row < height; row++) {
      const from = (height - 1 - row) * width;
      for (let i = 0; i < width; i++) into[row * width + i] = table[shown.pixels[from + i]];
    }
    shown.canvas.getContext("2d").putImageData(image, 0, 0);
  };
  const outline2 = (context, points, closed) => {
    if (points.length < 2) return;
    context.beginPath();
    for (const [i, [x, y]] of points.entries()) i ? context.lineTo(x, y) : context.moveTo(x, y);
    if (closed) context.closePath();
    const style = getComputedStyle(panel);
    for (const [colour, width, dash] of [
      [style.getPropertyValue("--panel"), 3.5, []],
      [style.getPropertyValue("--accent"), 1.8, closed ? [] : [5, 3]]
    ]) {
      context.strokeStyle = String(colour).trim();
      context.lineWidth = Number(width);
      context.setLineDash(
        /** @type {number[]} */
        dash
      );
      context.stroke();
    }
    context.setLineDash([]);
  };
  const draw = () => {
    if (!size.width) return;
    const context = fitCanvas(canvas, size.width, size.height);
    if (!state) return;
    if (shown) {
      const [left2, top2] = toScreen([shown.box[0], shown.box[3]]);
      const [right2, bottom2] = toScreen([shown.box[1], shown.box[2]]);
      context.imageSmoothingEnabled = false;
      context.drawImage(shown.canvas, left2, top2, right2 - left2, bottom2 - top2);
    }
    if (state.area.length) outline2(context, state.area.map(toScreen), true);
    if (drag?.line) outline2(context, drag.line, tool === "box");
    if (marked) {
      const [x, y] = toScreen(marked);
      const style = getComputedStyle(panel);
      for (const [colour, width] of [
        [style.getPropertyValue("--panel"), 5],
        [style.getPropertyValue("--ink"), 2.2]
      ]) {
        context.beginPath();
        context.arc(x, y, 8, 0, 2 * Math.PI);
        context.strokeStyle = String(colour).trim();
        context.lineWidth = Number(width);
        context.stroke();
      }
    }
  };
  let drag = (
    /** @type {any} */
    null
  );
  const at = (event) => {
    const place = canvas.getBoundingClientRect();
    return [event.clientX - place.left, event.clientY - place.top];
  };
  const toMap = ([x, y]) => [view.x + (x - size.width / 2) * unit2(), view.y - (y - size.height / 2) * unit2()];
  const endDrag = () => {
    drag = null;
    canvas.classList.remove("drag");
    draw();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !state || drag) return;
    canvas.setPointerCapture(event.pointerId);
    const from = at(event);
    drag = { id: event.pointerId, from, view: { ...view }, moved: false, line: tool === "move" ? null : [from] };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag || drag.id !== event.pointerId) return;
    const [x, y] = at(event);
    const [x0, y0] = drag.from;
    drag.moved ||= Math.hypot(x - x0, y - y0) > CLICK;
    if (!drag.moved) return;
    if (tool === "move") {
      canvas.classList.add("drag");
      go({ ...drag.view, x: drag.view.x - (x - x0) * unit2(), y: drag.view.y + (y - y0) * unit2() });
    } else {
      if (tool === "lasso") drag.line.length < 4e3 && drag.line.push([x, y]);
      else drag.line = [drag.from, [x, y0], [x, y], [x0, y]];
      draw();
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!drag || drag.id !== event.pointerId) return;
    const { moved, line: line2, from } = drag;
    endDrag();
    if (!moved) tap(from);
    else if (line2) {
      const points = line2.map(toMap);
      model.send_msg({ type: "area", x: points.map((one2) => one2[0]), y: points.map((one2) => one2[1]) });
    }
  });
  canvas.addEventListener("pointercancel", endDrag);
  const tap = (place, reach = REACH2) => {
    const [x, y] = toMap(place);
    model.send_msg({ type: "tap", x, y, reach: reach * unit2() });
  };
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const factor = wheelFactor(event);
      if (factor !== 1) zoom2(factor, ...at(event));
    },
    { passive: false }
  );
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state) return;
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [
      0,
      0
    ];
    const by = STEP * Math.min(size.width, size.height) * unit2();
    if (dx || dy) go({ ...view, x: view.x + dx * by, y: view.y + dy * by });
    else if (event.key === "+" || event.key === "=") zoom2(2);
    else if (event.key === "-") zoom2(0.5);
    else if (event.key === "0") goHome();
    else if (event.key === "Enter") tap([size.width / 2, size.height / 2], Math.max(size.width, size.height));
    else return;
    event.preventDefault();
  });
  const fill = (select2, choices2, chosen) => {
    select2.replaceChildren(
      ...choices2.map(
        (one2) => element(
          "option",
          { value: one2.value, disabled: Boolean(one2.off) },
          one2.off ? `${one2.text} (${one2.off})` : one2.text
        )
      )
    );
    select2.value = chosen;
  };
  const rowOf = (row) => {
    const swatch = element("i");
    swatch.style.background = row.colour;
    const parts = [swatch, element("span", { class: "name" }, row.text)];
    if (row.count !== null) parts.push(element("span", { class: "number" }, row.count.toLocaleString("en")));
    const inner = row.filter ? element(
      "button",
      {
        type: "button",
        title: row.text,
        "aria-pressed": String(row.on),
        onclick: () => model.send_msg({ type: "filter", text: row.filter })
      },
      ...parts
    ) : element("span", { class: "row" }, ...parts);
    return element("li", {}, inner);
  };
  const open = () => {
    back.opened();
    panel.hidden = false;
    putInPlace();
    canvas.focus({ preventScroll: true });
  };
  listen(model, {
    busy() {
      if (panel.hidden) {
        open();
        told.textContent = "Placing the samples. The first time takes some seconds …";
      }
      panel.classList.add("busy");
    },
    state(data) {
      const opening = !state;
      if (panel.hidden) open();
      const other = !state || state.table !== data.table || state.method !== data.method;
      state = data;
      panel.classList.remove("busy");
      if (opening) size = { width: plot.clientWidth, height: plot.clientHeight };
      const wanted = startOf(data);
      const known = told_place.width ? wanted && near(told_place, wanted) : !wanted;
      if (other || !known) {
        if (other) shown = null;
        view = wanted ?? home();
        told_place = wanted ?? { x: 0, y: 0, width: 0 };
      }
      const n = data.count.toLocaleString("en"), placed = data.placed.toLocaleString("en");
      samples.textContent = data.count === data.placed ? `all ${placed} samples` : `${n} of ${placed} samples in colour`;
      if (data.placed < data.total)
        samples.textContent += `; ${(data.total - data.placed).toLocaleString("en")} have no features`;
      fill(tables, data.tables, data.table);
      fill(methods, data.methods, data.method);
      fill(colours, data.colours, data.by);
      keepFocus(panel, () => {
        chips.replaceChildren(
          ...data.chips.map(
            (chip) => button2(
              `${chip.text} ×`,
              `Remove the filter: ${chip.text}`,
              () => model.send_msg({ type: "remove", name: chip.name })
            )
          )
        );
        key.replaceChildren(...data.key.map(rowOf));
      });
      about.textContent = data.about;
      told.textContent = "";
      waits = false;
      draw();
      ask();
    },
    picture(data) {
      if (data.frame !== number5 || !state) return;
      waits = false;
      const pixels = new Uint8Array(data.pixels);
      const into = document.createElement("canvas");
      into.width = data.width;
      into.height = data.height;
      shown = { canvas: into, pixels, box: data.box };
      paint();
      draw();
      mark("embedding-drawn", { number: number5 });
      if (stale) ask();
    },
    mark(data) {
      marked = data.place;
      draw();
    },
    hide: () => closeIt(),
    trouble(data) {
      if (panel.hidden) open();
      panel.classList.remove("busy");
      told.textContent = data.text;
    }
  });
  model.on("remove", () => {
    stop.abort();
    sized.disconnect();
    clearTimeout(resting);
  });
  setTool("move");
  model.send_msg({ type: "ready" });
}

// explorer/views/gallery/gallery.js
var gallery_exports = {};
__export(gallery_exports, {
  render: () => render4
});
var MOST_MARKED = 200;
var SIGNS = { correct: "✓", wrong: "✗", unsure: "?", disputed: "≠" };
var percent2 = (share) => `${share > 0 && share < 0.01 ? "< 1" : Math.round(100 * share)} %`;
function render4({ model, el }) {
  const stop = new AbortController();
  let state = null;
  let cells = (
    /** @type {any[]} */
    []
  );
  let urls = (
    /** @type {string[]} */
    []
  );
  const marked = /* @__PURE__ */ new Set();
  let at = 0, anchor = 0, goTo = "first", asked = 0, came = 0;
  const button2 = (text, title2, act, attributes = {}) => element("button", { type: "button", title: title2, onclick: act, ...attributes }, text);
  const send = (message) => {
    asked = performance.now();
    model.send_msg(message);
  };
  const title = element("h2"), count2 = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples on this page" }), source = element("span", { class: "source" });
  const select2 = (label, act) => {
    const list = element("select", { "aria-label": label, title: label });
    list.addEventListener("change", () => act(list.value));
    return list;
  };
  const sort = select2("Sort by", (value2) => send({ type: "sort", sort: value2, reverse: false }));
  const reverse = button2(
    "↓",
    "Reverse the order",
    () => send({ type: "sort", sort: state.sort, reverse: !state.reverse })
  );
  const shuffle2 = button2("↻", "", () => send({ type: "shuffle" }), { hidden: true });
  const date3 = select2("Date of the pictures", (value2) => send({ type: "date", value: value2 }));
  const composite = select2("What the pictures show", (value2) => send({ type: "composite", value: value2 }));
  const size = select2("Samples a page", (value2) => send({ type: "size", size: Number(value2) }));
  size.append(...[20, 50, 100, 200].map((n) => element("option", { value: n }, `${n} a page`)));
  const before = button2("‹", "Previous page", () => turn(-1), { "aria-label": "Previous page" });
  const next = button2("›", "Next page", () => turn(1), { "aria-label": "Next page" });
  const dock = button2("", "", () => setDocked(!docked), { class: "dock" });
  const close = button2("×", "Close the gallery", () => hide(), { class: "close", "aria-label": "Close the gallery" });
  const how = element("p", { class: "how" });
  const ask = (changes = {}) => send({
    type: "alike",
    of: "now",
    by: likeBy.value,
    label: likeLabel.value,
    count: Number(likeCount.value) || 100,
    middle: likeMiddle.hidden ? "" : likeMiddle.value,
    ids: [],
    ...changes
  });
  const likeOf = select2("Like what", (value2) => value2 !== "now" && ask({ of: value2 }));
  const likeBy = select2("Compared by", () => ask()), likeLabel = select2("Only with this label", () => ask()), likeCount = select2("How many", () => ask());
  const likeMiddle = select2("How several samples count", () => ask());
  likeMiddle.append(
    element("option", { value: "mean" }, "their mean"),
    element("option", { value: "medoid" }, "the middle one (medoid)")
  );
  likeMiddle.title = "Several samples count as their mean, or as the one of them that lies nearest to it (medoid)";
  const only = button2("Only these", "", () => {
    const on = only.getAttribute("aria-pressed") !== "true";
    model.send_msg({ type: "only", on });
    told.textContent = on ? "Map, table and dataset show only these. The filter above the map takes that back." : "Map, table and dataset show all again.";
  });
  const drawOnly = (on) => {
    only.setAttribute("aria-pressed", String(on));
    only.title = on ? "Map, table and dataset show only these samples; press to show the others again" : "Show only these samples on the map, in its table and in what is counted of the dataset";
  };
  const onMap = button2("On the map", "Close the gallery; rings on the map show where these samples are", () => {
    close_();
    model.send_msg({ type: "map" });
  });
  const likeBar = element(
    "div",
    { class: "bar like", role: "toolbar", "aria-label": "What is alike", hidden: true },
    likeOf,
    likeMiddle,
    element("span", { class: "group" }, element("span", { class: "word", "aria-hidden": "true" }, "by"), likeBy),
    likeLabel,
    likeCount,
    only,
    onMap
  );
  const fillLikes = (choices2) => {
    const first = state?.similar?.ofs[0];
    if (first) fill(likeOf, [first, ...choices2], first.value);
  };
  const grid = element("div", {
    class: "grid",
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": "Samples. Arrow keys move, Enter opens, space marks, Shift and arrows mark a range, Ctrl+A the page"
  });
  const nothing2 = element("p", { class: "nothing", hidden: true }, "No sample is in this set.");
  const told = element("p", { class: "told", role: "status" });
  const chosen = element("output", { class: "chosen", "aria-live": "polite" });
  const markPage = button2("Mark page", "Mark all samples of this page (Ctrl+A)", () => markAll());
  const clear = button2("Clear", "Take all marks away", () => {
    marked.clear();
    drawMarks();
  });
  const ids = () => [...marked];
  const table = button2("Table", "The marked samples as a table", () => model.send_msg({ type: "list", ids: ids() }));
  const review = button2(
    "Review",
    "Review the marked samples, in this order",
    () => model.send_msg({ type: "review", ids: ids() })
  );
  const alike = button2(
    "More like these",
    "What looks like the marked samples: like their mean",
    () => ask({ of: "marked", by: likeBy.value || "all", ids: ids() })
  );
  const saves = [
    ["csv", "CSV"],
    ["geojson", "GeoJSON"],
    ["gpkg", "GeoPackage"],
    ["parquet", "GeoParquet"]
  ].map(
    ([format2, name]) => button2(name, "", () => {
      told.textContent = `Writing ${name} …`;
      model.send_msg({ type: "save", format: format2, ids: ids() });
    })
  );
  const saveWhat = element("span");
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Gallery", hidden: true },
    element("header", {}, title, count2, source, dock, close),
    likeBar,
    element(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Pictures and order" },
      element("span", { class: "group" }, sort, reverse, shuffle2),
      element("span", { class: "group" }, date3, composite),
      element("span", { class: "group turn" }, size, before, next)
    ),
    how,
    element("div", { class: "scroll" }, grid, nothing2),
    element(
      "footer",
      {},
      chosen,
      markPage,
      clear,
      table,
      review,
      alike,
      element("span", { class: "save" }, saveWhat, ...saves)
    ),
    told
  );
  el.append(panel);
  const back = makeReturn(panel);
  let docked = false;
  const place = () => {
    panel.classList.toggle("docked", docked);
    const map2 = docked ? mapBoxBeside(model) : null;
    panel.classList.toggle("beside", Boolean(map2));
    panel.style.width = map2 ? `${Math.max(map2.right + 4, 330)}px` : "";
    dock.textContent = docked ? "Large" : "Dock";
    dock.title = docked ? "Give the gallery the whole page" : "Make room for the sample’s pictures";
  };
  const setDocked = (value2) => {
    docked = value2;
    place();
    cells[at]?.node.scrollIntoView({ block: "nearest" });
  };
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal });
  const hide = () => {
    close_();
    model.send_msg({ type: "closed" });
  };
  const close_ = () => {
    if (panel.hidden) return;
    back.closed();
    panel.hidden = true;
    docked = false;
    drop();
  };
  const drop = () => {
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  };
  const pages = () => Math.max(Math.ceil(state.count / state.size), 1);
  const turn = (by, then = "first") => {
    const wanted = state.page + by;
    if (wanted < 1 || wanted > pages()) return;
    goTo = then;
    send({ type: "page", page: wanted });
  };
  const fill = (list, choices2, value2) => {
    const said = JSON.stringify([choices2, value2]);
    if (list.said === said) return;
    list.said = said;
    const groups = /* @__PURE__ */ new Map();
    for (const one2 of choices2) {
      const option = element(
        "option",
        { value: one2.value, selected: one2.value === value2, disabled: Boolean(one2.off) },
        one2.off ? `${one2.text} (${one2.off})` : one2.text
      );
      if (!one2.group) groups.set(option, null);
      else groups.set(one2.group, [...groups.get(one2.group) ?? [], option]);
    }
    list.replaceChildren(
      ...[...groups].map(([group2, options]) => options ? element("optgroup", { label: group2 }, ...options) : group2)
    );
    list.value = value2;
  };
  const nameOf = (tile, more = "") => {
    const parts = [tile.id];
    if (tile.title) parts.push(tile.share === null ? tile.title : `${tile.title} ${percent2(tile.share)}`);
    if (tile.verdict) parts.push(`${tile.verdict} by ${tile.by}`);
    parts.push(more || state.date_shown);
    return parts.join(", ");
  };
  const makeTile = (tile, place2) => {
    const frame = element("span", { class: "frame waiting" });
    const bar2 = element("i", { class: "class" }), words = element("span", { class: "words" }), badge = element("b", { class: "badge", hidden: true }), filled = element("small", { class: "filled", hidden: true }), tick = element("span", { class: "tick", title: "Mark" }, element("span"));
    const node = element(
      "div",
      { class: "tile", role: "option", "aria-selected": "false", tabindex: "-1" },
      frame,
      bar2,
      words,
      element("span", { class: "id" }, tile.id),
      badge,
      filled,
      tick
    );
    const cell = { node, frame, bar: bar2, words, badge, filled, tile, why: "", share: 0 };
    tick.addEventListener("click", (event) => {
      event.stopPropagation();
      focusOn(place2);
      toggle(place2);
    });
    node.addEventListener("click", (event) => {
      if (event.shiftKey) {
        range2(place2);
        focusOn(place2);
      } else if (event.ctrlKey || event.metaKey) {
        focusOn(place2);
        toggle(place2);
      } else {
        focusOn(place2);
        open(place2);
      }
    });
    tellTile(cell, tile);
    return cell;
  };
  const tellTile = (cell, tile) => {
    cell.tile = tile;
    cell.bar.style.background = tile.colour || "transparent";
    cell.words.replaceChildren(
      element("span", { class: "title" }, tile.title),
      element("em", {}, tile.share === null ? "" : percent2(tile.share)),
      element("time", {}, state.date_shown)
    );
    cell.badge.hidden = !tile.verdict;
    cell.badge.className = `badge ${tile.verdict}`;
    cell.badge.textContent = SIGNS[tile.verdict] ?? (tile.verdict ? "•" : "");
    cell.badge.title = tile.verdict ? `${tile.verdict}, by ${tile.by}` : "";
    nameTile(cell);
  };
  const nameTile = (cell) => {
    const said = cell.why ? `${state.date_shown} ${cell.why}` : "";
    const gap = cell.share > 0 ? `, ${percent2(cell.share)} gap-filled` : "";
    cell.node.setAttribute("aria-label", nameOf(cell.tile, said) + gap);
    cell.node.title = nameOf(cell.tile, said) + gap;
  };
  const shownIds = () => cells.map(({ tile }) => tile.id).join();
  const drawSample = (id) => {
    for (const { node, tile } of cells) {
      node.classList.toggle("open", tile.id === id);
      if (tile.id === id) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
  };
  const drawMarks = () => {
    for (const { node, tile } of cells) node.setAttribute("aria-selected", String(marked.has(tile.id)));
    const n = marked.size;
    chosen.textContent = n ? `${n.toLocaleString("en")} marked` : "None marked";
    const hidden = Boolean(state?.hidden);
    const found2 = Boolean(state?.similar && state.count);
    table.disabled = alike.disabled = !n || hidden;
    review.disabled = !n && !found2 || hidden;
    review.textContent = !n && found2 ? `Review ${Math.min(state.count, MOST_MARKED)}` : "Review";
    review.dataset.title = !n && found2 ? "Review these samples, the nearest first" : "Review the marked samples, in this order";
    clear.disabled = !n;
    saveWhat.textContent = n ? "Download marked" : "Download all";
    for (const one2 of saves) one2.disabled = hidden || !state?.count;
    const why = hidden ? "Not while the review hides labels" : "";
    for (const one2 of [table, review, alike, ...saves]) one2.title = why || one2.dataset.title || one2.title;
  };
  const focusOn = (place2, focus = true) => {
    if (!cells.length) return;
    cells[at]?.node.setAttribute("tabindex", "-1");
    at = Math.min(Math.max(place2, 0), cells.length - 1);
    cells[at].node.setAttribute("tabindex", "0");
    if (!focus) return;
    cells[at].node.focus({ preventScroll: true });
    cells[at].node.scrollIntoView({ block: "nearest" });
  };
  const full = () => {
    told.textContent = `At most ${MOST_MARKED} samples are marked at once.`;
  };
  const put = (place2, on) => {
    const { id } = cells[place2].tile;
    if (!on) marked.delete(id);
    else if (marked.size >= MOST_MARKED && !marked.has(id)) return full();
    else marked.add(id);
  };
  const toggle = (place2) => {
    told.textContent = "";
    put(place2, !marked.has(cells[place2].tile.id));
    anchor = place2;
    drawMarks();
  };
  const range2 = (to) => {
    told.textContent = "";
    for (let i = Math.min(anchor, to); i <= Math.max(anchor, to); i++) put(i, true);
    drawMarks();
  };
  const markAll = () => {
    told.textContent = "";
    for (let i = 0; i < cells.length; i++) put(i, true);
    drawMarks();
  };
  const open = (place2) => {
    if (!docked) setDocked(true);
    model.send_msg({ type: "open", id: cells[place2].tile.id });
    if (panel.classList.contains("beside")) return;
    showPicture(el);
  };
  const columns = () => {
    const top2 = cells[0]?.node.offsetTop;
    const n = cells.findIndex(({ node }) => node.offsetTop !== top2);
    return n < 0 ? cells.length : n;
  };
  grid.addEventListener("focusin", (event) => {
    const place2 = cells.findIndex(({ node }) => node === event.target);
    if (place2 >= 0 && place2 !== at) focusOn(place2, false);
  });
  grid.addEventListener("keydown", (event) => {
    if (!cells.length || event.altKey) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
    const step = steps[event.key];
    if (step !== void 0) {
      const to = at + step;
      if (event.shiftKey) {
        if (!cells[to]) return;
        range2(to);
        focusOn(to);
      } else if (to >= cells.length && (step === 1 || at >= cells.length - (cells.length - 1) % columns() - 1)) {
        turn(1);
      } else if (to < 0) turn(-1, "last");
      else focusOn(to);
      if (!event.shiftKey) anchor = at;
    } else if (event.key === "Home") focusOn(0);
    else if (event.key === "End") focusOn(cells.length - 1);
    else if (event.key === "PageDown") turn(1);
    else if (event.key === "PageUp") turn(-1);
    else if (event.key === "Enter") open(at);
    else if (event.key === " ") toggle(at);
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) markAll();
    else return;
    event.preventDefault();
  });
  keepKeys(panel, hide);
  listen(model, {
    page(data) {
      const opening = panel.hidden, held = opening || grid.contains(el.getRootNode().activeElement);
      state = data;
      drop();
      came = 0;
      if (opening) {
        back.opened();
        asked = asked || performance.now();
        docked = false;
        goTo = "first";
      }
      panel.hidden = false;
      place();
      title.textContent = data.similar ? "More like this" : "Gallery";
      const first = (data.page - 1) * data.size;
      const range3 = `${(first + 1).toLocaleString("en")}–${(first + data.tiles.length).toLocaleString("en")}`;
      count2.textContent = data.count ? `${range3} of ${data.count.toLocaleString("en")}` : "0 samples";
      source.textContent = data.source;
      likeBar.hidden = !data.similar;
      nothing2.textContent = data.nothing || "No sample is in this set.";
      how.textContent = `By ${data.how} · ${data.composite_shown}, ${data.date_shown}`;
      told.textContent = "";
      keepFocus(panel.querySelector(".bar:not(.like)"), () => {
        if (data.similar) {
          fill(likeOf, data.similar.ofs, data.similar.ofs[0].value);
          fill(likeBy, data.similar.bys, data.similar.by);
          fill(likeLabel, data.similar.labels, data.similar.label);
          const counts = data.similar.counts.map((n) => ({
            value: String(n),
            text: `${n} samples`,
            group: "",
            off: ""
          }));
          fill(likeCount, counts, String(data.similar.count));
          likeMiddle.hidden = !data.similar.middle;
          likeMiddle.value = data.similar.middle || "mean";
          drawOnly(data.similar.only);
          only.disabled = !data.count;
        }
        fill(sort, data.sorts, data.sort);
        fill(date3, data.dates, data.date);
        fill(composite, data.composites, data.composite);
        size.value = String(data.size);
        reverse.textContent = data.reverse ? "↑" : "↓";
        reverse.setAttribute("aria-label", "Reverse the order");
        reverse.setAttribute("aria-pressed", String(data.reverse));
        shuffle2.hidden = data.sort !== "random" && data.sort !== "similarity";
        shuffle2.title = data.sort === "random" ? "Another random order" : "Compare with the sample that is open now";
        shuffle2.setAttribute("aria-label", shuffle2.title);
        before.disabled = data.page <= 1;
        next.disabled = data.page >= pages();
      });
      const again = !opening && cells.length > 0 && data.tiles.map(({ id }) => id).join() === shownIds();
      if (again)
        cells.forEach((cell, i) => {
          cell.why = "";
          cell.share = 0;
          cell.filled.hidden = true;
          tellTile(cell, data.tiles[i]);
        });
      else {
        cells = data.tiles.map(makeTile);
        grid.replaceChildren(...cells.map(({ node }) => node));
        panel.querySelector(".scroll").scrollTop = 0;
        at = 0;
        anchor = 0;
        focusOn(goTo === "last" ? cells.length - 1 : 0, held && cells.length > 0);
      }
      grid.hidden = !cells.length;
      nothing2.hidden = Boolean(cells.length);
      if (opening && !cells.length) close.focus({ preventScroll: true });
      goTo = "first";
      drawMarks();
      drawSample(data.sample);
      mark("gallery-page", { ticket: data.ticket, page: data.page, count: data.count, sort: data.sort });
    },
    pictures(data) {
      if (data.ticket !== state?.ticket) return;
      let begin = 0;
      const bytes = new Uint8Array(data.bytes);
      data.places.forEach((place2, i) => {
        const url = URL.createObjectURL(
          new Blob([bytes.subarray(begin, begin + data.sizes[i])], { type: "image/jpeg" })
        );
        begin += data.sizes[i];
        urls.push(url);
        const picture = element("img", { src: url, alt: "", decoding: "async", draggable: "false" });
        cells[place2].frame.className = "frame";
        cells[place2].frame.replaceChildren(picture);
      });
      for (const { place: place2, state: lack, why } of data.lacks) {
        const cell = cells[place2];
        cell.why = `${lack}: ${why}`;
        cell.frame.className = `frame lacks ${lack}`;
        cell.frame.replaceChildren(element("span", {}, element("b", {}, lack === "absent" ? "missing" : lack), why));
        nameTile(cell);
      }
      const before2 = came;
      came += data.places.length + data.lacks.length;
      if (!before2) mark("gallery-first", { ticket: data.ticket, after: performance.now() - asked });
      if (came === cells.length) mark("gallery-drawn", { ticket: data.ticket, after: performance.now() - asked });
    },
    filled(data) {
      if (data.ticket !== state?.ticket) return;
      data.places.forEach((place2, i) => {
        const cell = cells[place2];
        cell.share = data.shares[i];
        cell.filled.hidden = !(cell.share > 0);
        cell.filled.textContent = cell.share > 0 ? `${percent2(cell.share)} filled` : "";
        nameTile(cell);
      });
    },
    ended(data) {
      if (data.ticket === state?.ticket) mark("gallery-ended", { ticket: data.ticket });
    },
    tiles(data) {
      if (data.ticket !== state?.ticket) return;
      data.tiles.forEach((tile, i) => cells[i] && tellTile(cells[i], tile));
    },
    sample(data) {
      if (state) {
        state.sample = data.id;
        drawSample(data.id);
      }
    },
    likes({ choices: choices2, only: on }) {
      fillLikes(choices2);
      drawOnly(on);
    },
    hide: () => close_(),
    trouble(data) {
      told.textContent = data.text;
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }));
      told.textContent = `${data.name} was written.`;
    }
  });
  model.on("remove", () => {
    stop.abort();
    drop();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/judge/judge.js
var judge_exports = {};
__export(judge_exports, {
  render: () => render5
});

// explorer/browser/chart_marks.js
var DASHES = { solid: "none", dashed: "6 6", dotted: "2 4", dotdash: "2 4 6 4" };
var round = (v) => Math.round(v * 10) / 10;
var lines = ({ xs, ys, colour, dash, width, alpha }, at) => xs.map((times, i) => {
  let d = "", pen = false;
  for (let k = 0; k < times.length; k++) {
    const value2 = ys[i][k];
    if (Number.isFinite(value2)) d += `${pen ? "L" : "M"}${round(at.x(times[k]))},${round(at.y(value2))}`;
    pen = Number.isFinite(value2);
  }
  return [
    "path",
    {
      d,
      fill: "none",
      stroke: colour[i],
      "stroke-width": width?.[i] ?? 1.5,
      "stroke-opacity": alpha?.[i] ?? 1,
      "stroke-dasharray": DASHES[dash?.[i] ?? "solid"] ?? "none",
      "stroke-linejoin": "round"
    }
  ];
});
var areas = ({ xs, ys, colour }, at, { opacity }) => xs.map((times, i) => [
  "path",
  {
    d: `M${Array.from(times, (time, k) => `${round(at.x(time))},${round(at.y(ys[i][k]))}`).join("L")}Z`,
    fill: colour[i],
    "fill-opacity": opacity
  }
]);
var H = Math.sqrt(3);
var OUTLINES = {
  square: [-1, -1, 1, -1, 1, 1, -1, 1],
  diamond: [0, 1, 2 / 3, 0, 0, -1, -2 / 3, 0],
  triangle: [-1, H / 3, 1, H / 3, 0, H / 3 - H],
  inverted_triangle: [-1, -H / 3, 1, -H / 3, 0, H - H / 3],
  star: Array.from({ length: 10 }, (_, i) => [
    Math.sin(i * Math.PI / 5) * (i % 2 ? 0.4 : 1),
    -Math.cos(i * Math.PI / 5) * (i % 2 ? 0.4 : 1)
  ]).flat()
};
var outline = (sign2, radius) => {
  const corners = OUTLINES[sign2];
  if (!corners)
    return `m${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0`;
  let text = "", [x, y] = [0, 0];
  for (let i = 0; i < corners.length; i += 2) {
    const [nx, ny] = [radius * corners[i], radius * corners[i + 1]];
    text += `${i ? "l" : "m"}${(nx - x).toFixed(2)},${(ny - y).toFixed(2)}`;
    [x, y] = [nx, ny];
  }
  return `${text}z`;
};
var byLook = (count2, look, drawn) => {
  const paths = (
    /** @type {Map<string, Mark>} */
    /* @__PURE__ */ new Map()
  );
  for (let i = 0; i < count2; i++) {
    const attributes = look(i), key = Object.values(attributes).join();
    if (!paths.has(key)) paths.set(key, ["path", { ...attributes, d: "" }]);
    paths.get(key)[1].d += drawn(i);
  }
  return [...paths.values()];
};
var dots = ({ x, y, fill, edge, alpha, sign: sign2 = () => "circle" }, at, { radius, width }) => byLook(
  x.length,
  (i) => ({ fill: fill(i), stroke: edge(i), "stroke-width": width, opacity: alpha?.[i] ?? 1 }),
  (i) => `M${round(at.x(x[i]))},${round(at.y(y[i]))}${outline(sign2(i), radius)}`
);
var bars = ({ x0, x1, y0, y1, colour, alpha }, at, { width, opacity = 1, dash = "solid" }) => byLook(
  x0.length,
  (i) => ({
    fill: "none",
    stroke: colour(i),
    "stroke-width": width,
    "stroke-opacity": opacity * (alpha?.[i] ?? 1),
    "stroke-dasharray": DASHES[dash]
  }),
  (i) => `M${round(at.x(x0[i]))},${round(at.y(y0[i]))}L${round(at.x(x1[i]))},${round(at.y(y1[i]))}`
);
var labels = ({ x, y, text, colour }, at, { dx = 0, dy = 4 }) => text.map((words, i) => [
  "text",
  {
    x: round(at.x(x[i]) + dx),
    y: round(at.y(y[i]) + dy),
    fill: colour[i],
    "font-size": 12,
    "font-weight": 700
  },
  words
]);
var onFrame = (at) => ({ ...at, y: (share) => at.bottom - share * (at.bottom - at.top) });
var fitted = (values, before, { from = null, least }) => {
  let low = Infinity, high = -Infinity;
  for (const list of values)
    for (let i = 0; i < list.length; i++)
      if (Number.isFinite(list[i])) {
        if (list[i] < low) low = list[i];
        if (list[i] > high) high = list[i];
      }
  if (low > high) return null;
  const floor = from === null || low < from ? null : from;
  const span = high - (floor ?? low);
  const held = before && low >= before[0] && high <= before[1];
  if (held && Math.max(span, least / 1.2) >= 0.6 * (before[1] - before[0])) return null;
  const pad2 = Math.max(span * 0.08, (least - span) / 2);
  return [floor ?? low - pad2, high + pad2];
};
var moveApart = (places, { top: top2, bottom: bottom2 }, apart, beside) => {
  const rows = Math.max(1, 1 + Math.floor((bottom2 - top2) / apart)), columns = Math.max(1, Math.ceil(places.length / rows));
  const sorted = [...places].sort((a, b) => a.y - b.y);
  for (let column = 0; column < columns; column++) {
    const some = sorted.filter((_, k) => k % columns === column);
    some.forEach((place, k) => {
      place.x += column * beside;
      place.y = Math.max(place.y, top2, k ? some[k - 1].y + apart : -Infinity);
    });
    for (let k = some.length - 1, most = bottom2; k >= 0; most = some[k].y - apart, k--)
      some[k].y = Math.min(some[k].y, most);
  }
};
var numbers = ({ xs, ys, colour, ink, text }, at) => {
  const radius = 8;
  const ends = xs.flatMap((times, i) => {
    for (let k = times.length - 1; k >= 0; k--) {
      const x = at.x(times[k]);
      if (x <= at.right + 1 && x >= at.left && Number.isFinite(ys[i][k]))
        return [{ i, x: Math.min(x, at.right - radius), y: at.y(ys[i][k]) }];
    }
    return [];
  });
  moveApart(ends, { top: at.top + radius, bottom: at.bottom - radius }, 2 * radius + 1, -2 * radius - 1);
  return ends.flatMap(({ i, x, y }) => [
    ["circle", { cx: round(x), cy: round(y), r: radius, fill: colour[i], stroke: "var(--panel)", "stroke-width": 1.5 }],
    [
      "text",
      {
        x: round(x),
        y: round(y + 4.3),
        fill: ink[i],
        "font-size": 12,
        "font-weight": 700,
        "text-anchor": "middle"
      },
      text[i]
    ]
  ]);
};

// .venv/scripts/node_modules/d3-axis/dist/d3-axis.mjs
function identity(x) {
  return x;
}
var top = 1;
var right = 2;
var bottom = 3;
var left = 4;
var epsilon = 1e-6;
function translateX(x) {
  return "translate(" + x + ",0)";
}
function translateY(y) {
  return "translate(0," + y + ")";
}
function number(scale) {
  return (d) => +scale(d);
}
function center(scale, offset) {
  offset = Math.max(0, scale.bandwidth() - offset * 2) / 2;
  if (scale.round()) offset = Math.round(offset);
  return (d) => +scale(d) + offset;
}
function entering() {
  return !this.__axis;
}
function axis(orient, scale) {
  var tickArguments = [], tickValues = null, tickFormat2 = null, tickSizeInner = 6, tickSizeOuter = 6, tickPadding = 3, offset = typeof window !== "undefined" && window.devicePixelRatio > 1 ? 0 : 0.5, k = orient === top || orient === left ? -1 : 1, x = orient === left || orient === right ? "x" : "y", transform = orient === top || orient === bottom ? translateX : translateY;
  function axis2(context) {
    var values = tickValues == null ? scale.ticks ? scale.ticks.apply(scale, tickArguments) : scale.domain() : tickValues, format2 = tickFormat2 == null ? scale.tickFormat ? scale.tickFormat.apply(scale, tickArguments) : identity : tickFormat2, spacing = Math.max(tickSizeInner, 0) + tickPadding, range2 = scale.range(), range0 = +range2[0] + offset, range1 = +range2[range2.length - 1] + offset, position = (scale.bandwidth ? center : number)(scale.copy(), offset), selection2 = context.selection ? context.selection() : context, path = selection2.selectAll(".domain").data([null]), tick = selection2.selectAll(".tick").data(values, scale).order(), tickExit = tick.exit(), tickEnter = tick.enter().append("g").attr("class", "tick"), line2 = tick.select("line"), text = tick.select("text");
    path = path.merge(path.enter().insert("path", ".tick").attr("class", "domain").attr("stroke", "currentColor"));
    tick = tick.merge(tickEnter);
    line2 = line2.merge(tickEnter.append("line").attr("stroke", "currentColor").attr(x + "2", k * tickSizeInner));
    text = text.merge(tickEnter.append("text").attr("fill", "currentColor").attr(x, k * spacing).attr("dy", orient === top ? "0em" : orient === bottom ? "0.71em" : "0.32em"));
    if (context !== selection2) {
      path = path.transition(context);
      tick = tick.transition(context);
      line2 = line2.transition(context);
      text = text.transition(context);
      tickExit = tickExit.transition(context).attr("opacity", epsilon).attr("transform", function(d) {
        return isFinite(d = position(d)) ? transform(d + offset) : this.getAttribute("transform");
      });
      tickEnter.attr("opacity", epsilon).attr("transform", function(d) {
        var p = this.parentNode.__axis;
        return transform((p && isFinite(p = p(d)) ? p : position(d)) + offset);
      });
    }
    tickExit.remove();
    path.attr("d", orient === left || orient === right ? tickSizeOuter ? "M" + k * tickSizeOuter + "," + range0 + "H" + offset + "V" + range1 + "H" + k * tickSizeOuter : "M" + offset + "," + range0 + "V" + range1 : tickSizeOuter ? "M" + range0 + "," + k * tickSizeOuter + "V" + offset + "H" + range1 + "V" + k * tickSizeOuter : "M" + range0 + "," + offset + "H" + range1);
    tick.attr("opacity", 1).attr("transform", function(d) {
      return transform(position(d) + offset);
    });
    line2.attr(x + "2", k * tickSizeInner);
    text.attr(x, k * spacing).text(format2);
    selection2.filter(entering).attr("fill", "none").attr("font-size", 10).attr("font-family", "sans-serif").attr("text-anchor", orient === right ? "start" : orient === left ? "end" : "middle");
    selection2.each(function() {
      this.__axis = position;
    });
  }
  axis2.scale = function(_) {
    return arguments.length ? (scale = _, axis2) : scale;
  };
  axis2.ticks = function() {
    return tickArguments = Array.from(arguments), axis2;
  };
  axis2.tickArguments = function(_) {
    return arguments.length ? (tickArguments = _ == null ? [] : Array.from(_), axis2) : tickArguments.slice();
  };
  axis2.tickValues = function(_) {
    return arguments.length ? (tickValues = _ == null ? null : Array.from(_), axis2) : tickValues && tickValues.slice();
  };
  axis2.tickFormat = function(_) {
    return arguments.length ? (tickFormat2 = _, axis2) : tickFormat2;
  };
  axis2.tickSize = function(_) {
    return arguments.length ? (tickSizeInner = tickSizeOuter = +_, axis2) : tickSizeInner;
  };
  axis2.tickSizeInner = function(_) {
    return arguments.length ? (tickSizeInner = +_, axis2) : tickSizeInner;
  };
  axis2.tickSizeOuter = function(_) {
    return arguments.length ? (tickSizeOuter = +_, axis2) : tickSizeOuter;
  };
  axis2.tickPadding = function(_) {
    return arguments.length ? (tickPadding = +_, axis2) : tickPadding;
  };
  axis2.offset = function(_) {
    return arguments.length ? (offset = +_, axis2) : offset;
  };
  return axis2;
}
function axisBottom(scale) {
  return axis(bottom, scale);
}
function axisLeft(scale) {
  return axis(left, scale);
}

// .venv/scripts/node_modules/d3-color/dist/d3-color.mjs
function define(constructor, factory, prototype) {
  constructor.prototype = factory.prototype = prototype;
  prototype.constructor = constructor;
}
function extend(parent, definition) {
  var prototype = Object.create(parent.prototype);
  for (var key in definition) prototype[key] = definition[key];
  return prototype;
}
function Color() {
}
var darker = 0.7;
var brighter = 1 / darker;
var reI = "\\s*([+-]?\\d+)\\s*";
var reN = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*";
var reP = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*";
var reHex = /^#([0-9a-f]{3,8})$/;
var reRgbInteger = new RegExp(`^rgb\\(${reI},${reI},${reI}\\)$`);
var reRgbPercent = new RegExp(`^rgb\\(${reP},${reP},${reP}\\)$`);
var reRgbaInteger = new RegExp(`^rgba\\(${reI},${reI},${reI},${reN}\\)$`);
var reRgbaPercent = new RegExp(`^rgba\\(${reP},${reP},${reP},${reN}\\)$`);
var reHslPercent = new RegExp(`^hsl\\(${reN},${reP},${reP}\\)$`);
var reHslaPercent = new RegExp(`^hsla\\(${reN},${reP},${reP},${reN}\\)$`);
var named = {
  aliceblue: 15792383,
  antiquewhite: 16444375,
  aqua: 65535,
  aquamarine: 8388564,
  azure: 15794175,
  beige: 16119260,
  bisque: 16770244,
  black: 0,
  blanchedalmond: 16772045,
  blue: 255,
  blueviolet: 9055202,
  brown: 10824234,
  burlywood: 14596231,
  cadetblue: 6266528,
  chartreuse: 8388352,
  chocolate: 13789470,
  coral: 16744272,
  cornflowerblue: 6591981,
  cornsilk: 16775388,
  crimson: 14423100,
  cyan: 65535,
  darkblue: 139,
  darkcyan: 35723,
  darkgoldenrod: 12092939,
  darkgray: 11119017,
  darkgreen: 25600,
  darkgrey: 11119017,
  darkkhaki: 12433259,
  darkmagenta: 9109643,
  darkolivegreen: 5597999,
  darkorange: 16747520,
  darkorchid: 10040012,
  darkred: 9109504,
  darksalmon: 15308410,
  darkseagreen: 9419919,
  darkslateblue: 4734347,
  darkslategray: 3100495,
  darkslategrey: 3100495,
  darkturquoise: 52945,
  darkviolet: 9699539,
  deeppink: 16716947,
  deepskyblue: 49151,
  dimgray: 6908265,
  dimgrey: 6908265,
  dodgerblue: 2003199,
  firebrick: 11674146,
  floralwhite: 16775920,
  forestgreen: 2263842,
  fuchsia: 16711935,
  gainsboro: 14474460,
  ghostwhite: 16316671,
  gold: 16766720,
  goldenrod: 14329120,
  gray: 8421504,
  green: 32768,
  greenyellow: 11403055,
  grey: 8421504,
  honeydew: 15794160,
  hotpink: 16738740,
  indianred: 13458524,
  indigo: 4915330,
  ivory: 16777200,
  khaki: 15787660,
  lavender: 15132410,
  lavenderblush: 16773365,
  lawngreen: 8190976,
  lemonchiffon: 16775885,
  lightblue: 11393254,
  lightcoral: 15761536,
  lightcyan: 14745599,
  lightgoldenrodyellow: 16448210,
  lightgray: 13882323,
  lightgreen: 9498256,
  lightgrey: 13882323,
  lightpink: 16758465,
  lightsalmon: 16752762,
  lightseagreen: 2142890,
  lightskyblue: 8900346,
  lightslategray: 7833753,
  lightslategrey: 7833753,
  lightsteelblue: 11584734,
  lightyellow: 16777184,
  lime: 65280,
  limegreen: 3329330,
  linen: 16445670,
  magenta: 16711935,
  maroon: 8388608,
  mediumaquamarine: 6737322,
  mediumblue: 205,
  mediumorchid: 12211667,
  mediumpurple: 9662683,
  mediumseagreen: 3978097,
  mediumslateblue: 8087790,
  mediumspringgreen: 64154,
  mediumturquoise: 4772300,
  mediumvioletred: 13047173,
  midnightblue: 1644912,
  mintcream: 16121850,
  mistyrose: 16770273,
  moccasin: 16770229,
  navajowhite: 16768685,
  navy: 128,
  oldlace: 16643558,
  olive: 8421376,
  olivedrab: 7048739,
  orange: 16753920,
  orangered: 16729344,
  orchid: 14315734,
  palegoldenrod: 15657130,
  palegreen: 10025880,
  paleturquoise: 11529966,
  palevioletred: 14381203,
  papayawhip: 16773077,
  peachpuff: 16767673,
  peru: 13468991,
  pink: 16761035,
  plum: 14524637,
  powderblue: 11591910,
  purple: 8388736,
  rebeccapurple: 6697881,
  red: 16711680,
  rosybrown: 12357519,
  royalblue: 4286945,
  saddlebrown: 9127187,
  salmon: 16416882,
  sandybrown: 16032864,
  seagreen: 3050327,
  seashell: 16774638,
  sienna: 10506797,
  silver: 12632256,
  skyblue: 8900331,
  slateblue: 6970061,
  slategray: 7372944,
  slategrey: 7372944,
  snow: 16775930,
  springgreen: 65407,
  steelblue: 4620980,
  tan: 13808780,
  teal: 32896,
  thistle: 14204888,
  tomato: 16737095,
  turquoise: 4251856,
  violet: 15631086,
  wheat: 16113331,
  white: 16777215,
  whitesmoke: 16119285,
  yellow: 16776960,
  yellowgreen: 10145074
};
define(Color, color, {
  copy(channels) {
    return Object.assign(new this.constructor(), this, channels);
  },
  displayable() {
    return this.rgb().displayable();
  },
  hex: color_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: color_formatHex,
  formatHex8: color_formatHex8,
  formatHsl: color_formatHsl,
  formatRgb: color_formatRgb,
  toString: color_formatRgb
});
function color_formatHex() {
  return this.rgb().formatHex();
}
function color_formatHex8() {
  return this.rgb().formatHex8();
}
function color_formatHsl() {
  return hslConvert(this).formatHsl();
}
function color_formatRgb() {
  return this.rgb().formatRgb();
}
function color(format2) {
  var m, l;
  format2 = (format2 + "").trim().toLowerCase();
  return (m = reHex.exec(format2)) ? (l = m[1].length, m = parseInt(m[1], 16), l === 6 ? rgbn(m) : l === 3 ? new Rgb(m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, (m & 15) << 4 | m & 15, 1) : l === 8 ? rgba(m >> 24 & 255, m >> 16 & 255, m >> 8 & 255, (m & 255) / 255) : l === 4 ? rgba(m >> 12 & 15 | m >> 8 & 240, m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, ((m & 15) << 4 | m & 15) / 255) : null) : (m = reRgbInteger.exec(format2)) ? new Rgb(m[1], m[2], m[3], 1) : (m = reRgbPercent.exec(format2)) ? new Rgb(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, 1) : (m = reRgbaInteger.exec(format2)) ? rgba(m[1], m[2], m[3], m[4]) : (m = reRgbaPercent.exec(format2)) ? rgba(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, m[4]) : (m = reHslPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, 1) : (m = reHslaPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, m[4]) : named.hasOwnProperty(format2) ? rgbn(named[format2]) : format2 === "transparent" ? new Rgb(NaN, NaN, NaN, 0) : null;
}
function rgbn(n) {
  return new Rgb(n >> 16 & 255, n >> 8 & 255, n & 255, 1);
}
function rgba(r, g, b, a) {
  if (a <= 0) r = g = b = NaN;
  return new Rgb(r, g, b, a);
}
function rgbConvert(o) {
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Rgb();
  o = o.rgb();
  return new Rgb(o.r, o.g, o.b, o.opacity);
}
function rgb(r, g, b, opacity) {
  return arguments.length === 1 ? rgbConvert(r) : new Rgb(r, g, b, opacity == null ? 1 : opacity);
}
function Rgb(r, g, b, opacity) {
  this.r = +r;
  this.g = +g;
  this.b = +b;
  this.opacity = +opacity;
}
define(Rgb, rgb, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  rgb() {
    return this;
  },
  clamp() {
    return new Rgb(clampi(this.r), clampi(this.g), clampi(this.b), clampa(this.opacity));
  },
  displayable() {
    return -0.5 <= this.r && this.r < 255.5 && (-0.5 <= this.g && this.g < 255.5) && (-0.5 <= this.b && this.b < 255.5) && (0 <= this.opacity && this.opacity <= 1);
  },
  hex: rgb_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: rgb_formatHex,
  formatHex8: rgb_formatHex8,
  formatRgb: rgb_formatRgb,
  toString: rgb_formatRgb
}));
function rgb_formatHex() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}`;
}
function rgb_formatHex8() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}${hex((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
}
function rgb_formatRgb() {
  const a = clampa(this.opacity);
  return `${a === 1 ? "rgb(" : "rgba("}${clampi(this.r)}, ${clampi(this.g)}, ${clampi(this.b)}${a === 1 ? ")" : `, ${a})`}`;
}
function clampa(opacity) {
  return isNaN(opacity) ? 1 : Math.max(0, Math.min(1, opacity));
}
function clampi(value2) {
  return Math.max(0, Math.min(255, Math.round(value2) || 0));
}
function hex(value2) {
  value2 = clampi(value2);
  return (value2 < 16 ? "0" : "") + value2.toString(16);
}
function hsla(h, s, l, a) {
  if (a <= 0) h = s = l = NaN;
  else if (l <= 0 || l >= 1) h = s = NaN;
  else if (s <= 0) h = NaN;
  return new Hsl(h, s, l, a);
}
function hslConvert(o) {
  if (o instanceof Hsl) return new Hsl(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Hsl();
  if (o instanceof Hsl) return o;
  o = o.rgb();
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, min = Math.min(r, g, b), max = Math.max(r, g, b), h = NaN, s = max - min, l = (max + min) / 2;
  if (s) {
    if (r === max) h = (g - b) / s + (g < b) * 6;
    else if (g === max) h = (b - r) / s + 2;
    else h = (r - g) / s + 4;
    s /= l < 0.5 ? max + min : 2 - max - min;
    h *= 60;
  } else {
    s = l > 0 && l < 1 ? 0 : h;
  }
  return new Hsl(h, s, l, o.opacity);
}
function hsl(h, s, l, opacity) {
  return arguments.length === 1 ? hslConvert(h) : new Hsl(h, s, l, opacity == null ? 1 : opacity);
}
function Hsl(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Hsl, hsl, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = this.h % 360 + (this.h < 0) * 360, s = isNaN(h) || isNaN(this.s) ? 0 : this.s, l = this.l, m2 = l + (l < 0.5 ? l : 1 - l) * s, m1 = 2 * l - m2;
    return new Rgb(
      hsl2rgb(h >= 240 ? h - 240 : h + 120, m1, m2),
      hsl2rgb(h, m1, m2),
      hsl2rgb(h < 120 ? h + 240 : h - 120, m1, m2),
      this.opacity
    );
  },
  clamp() {
    return new Hsl(clamph(this.h), clampt(this.s), clampt(this.l), clampa(this.opacity));
  },
  displayable() {
    return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && (0 <= this.l && this.l <= 1) && (0 <= this.opacity && this.opacity <= 1);
  },
  formatHsl() {
    const a = clampa(this.opacity);
    return `${a === 1 ? "hsl(" : "hsla("}${clamph(this.h)}, ${clampt(this.s) * 100}%, ${clampt(this.l) * 100}%${a === 1 ? ")" : `, ${a})`}`;
  }
}));
function clamph(value2) {
  value2 = (value2 || 0) % 360;
  return value2 < 0 ? value2 + 360 : value2;
}
function clampt(value2) {
  return Math.max(0, Math.min(1, value2 || 0));
}
function hsl2rgb(h, m1, m2) {
  return (h < 60 ? m1 + (m2 - m1) * h / 60 : h < 180 ? m2 : h < 240 ? m1 + (m2 - m1) * (240 - h) / 60 : m1) * 255;
}
var radians = Math.PI / 180;
var degrees = 180 / Math.PI;
var K = 18;
var Xn = 0.96422;
var Yn = 1;
var Zn = 0.82521;
var t0 = 4 / 29;
var t1 = 6 / 29;
var t2 = 3 * t1 * t1;
var t3 = t1 * t1 * t1;
function labConvert(o) {
  if (o instanceof Lab) return new Lab(o.l, o.a, o.b, o.opacity);
  if (o instanceof Hcl) return hcl2lab(o);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = rgb2lrgb(o.r), g = rgb2lrgb(o.g), b = rgb2lrgb(o.b), y = xyz2lab((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Yn), x, z;
  if (r === g && g === b) x = z = y;
  else {
    x = xyz2lab((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Xn);
    z = xyz2lab((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Zn);
  }
  return new Lab(116 * y - 16, 500 * (x - y), 200 * (y - z), o.opacity);
}
function lab(l, a, b, opacity) {
  return arguments.length === 1 ? labConvert(l) : new Lab(l, a, b, opacity == null ? 1 : opacity);
}
function Lab(l, a, b, opacity) {
  this.l = +l;
  this.a = +a;
  this.b = +b;
  this.opacity = +opacity;
}
define(Lab, lab, extend(Color, {
  brighter(k) {
    return new Lab(this.l + K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  darker(k) {
    return new Lab(this.l - K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  rgb() {
    var y = (this.l + 16) / 116, x = isNaN(this.a) ? y : y + this.a / 500, z = isNaN(this.b) ? y : y - this.b / 200;
    x = Xn * lab2xyz(x);
    y = Yn * lab2xyz(y);
    z = Zn * lab2xyz(z);
    return new Rgb(
      lrgb2rgb(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
      lrgb2rgb(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
      lrgb2rgb(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
      this.opacity
    );
  }
}));
function xyz2lab(t) {
  return t > t3 ? Math.pow(t, 1 / 3) : t / t2 + t0;
}
function lab2xyz(t) {
  return t > t1 ? t * t * t : t2 * (t - t0);
}
function lrgb2rgb(x) {
  return 255 * (x <= 31308e-7 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055);
}
function rgb2lrgb(x) {
  return (x /= 255) <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
}
function hclConvert(o) {
  if (o instanceof Hcl) return new Hcl(o.h, o.c, o.l, o.opacity);
  if (!(o instanceof Lab)) o = labConvert(o);
  if (o.a === 0 && o.b === 0) return new Hcl(NaN, 0 < o.l && o.l < 100 ? 0 : NaN, o.l, o.opacity);
  var h = Math.atan2(o.b, o.a) * degrees;
  return new Hcl(h < 0 ? h + 360 : h, Math.sqrt(o.a * o.a + o.b * o.b), o.l, o.opacity);
}
function hcl(h, c, l, opacity) {
  return arguments.length === 1 ? hclConvert(h) : new Hcl(h, c, l, opacity == null ? 1 : opacity);
}
function Hcl(h, c, l, opacity) {
  this.h = +h;
  this.c = +c;
  this.l = +l;
  this.opacity = +opacity;
}
function hcl2lab(o) {
  if (isNaN(o.h)) return new Lab(o.l, 0, 0, o.opacity);
  var h = o.h * radians;
  return new Lab(o.l, Math.cos(h) * o.c, Math.sin(h) * o.c, o.opacity);
}
define(Hcl, hcl, extend(Color, {
  brighter(k) {
    return new Hcl(this.h, this.c, this.l + K * (k == null ? 1 : k), this.opacity);
  },
  darker(k) {
    return new Hcl(this.h, this.c, this.l - K * (k == null ? 1 : k), this.opacity);
  },
  rgb() {
    return hcl2lab(this).rgb();
  }
}));
var A = -0.14861;
var B = 1.78277;
var C = -0.29227;
var D = -0.90649;
var E = 1.97294;
var ED = E * D;
var EB = E * B;
var BC_DA = B * C - D * A;
function cubehelixConvert(o) {
  if (o instanceof Cubehelix) return new Cubehelix(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, l = (BC_DA * b + ED * r - EB * g) / (BC_DA + ED - EB), bl = b - l, k = (E * (g - l) - C * bl) / D, s = Math.sqrt(k * k + bl * bl) / (E * l * (1 - l)), h = s ? Math.atan2(k, bl) * degrees - 120 : NaN;
  return new Cubehelix(h < 0 ? h + 360 : h, s, l, o.opacity);
}
function cubehelix(h, s, l, opacity) {
  return arguments.length === 1 ? cubehelixConvert(h) : new Cubehelix(h, s, l, opacity == null ? 1 : opacity);
}
function Cubehelix(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Cubehelix, cubehelix, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = isNaN(this.h) ? 0 : (this.h + 120) * radians, l = +this.l, a = isNaN(this.s) ? 0 : this.s * l * (1 - l), cosh2 = Math.cos(h), sinh2 = Math.sin(h);
    return new Rgb(
      255 * (l + a * (A * cosh2 + B * sinh2)),
      255 * (l + a * (C * cosh2 + D * sinh2)),
      255 * (l + a * (E * cosh2)),
      this.opacity
    );
  }
}));

// .venv/scripts/node_modules/d3-interpolate/dist/d3-interpolate.mjs
function basis(t13, v0, v1, v2, v3) {
  var t22 = t13 * t13, t32 = t22 * t13;
  return ((1 - 3 * t13 + 3 * t22 - t32) * v0 + (4 - 6 * t22 + 3 * t32) * v1 + (1 + 3 * t13 + 3 * t22 - 3 * t32) * v2 + t32 * v3) / 6;
}
function basis$1(values) {
  var n = values.length - 1;
  return function(t) {
    var i = t <= 0 ? t = 0 : t >= 1 ? (t = 1, n - 1) : Math.floor(t * n), v1 = values[i], v2 = values[i + 1], v0 = i > 0 ? values[i - 1] : 2 * v1 - v2, v3 = i < n - 1 ? values[i + 2] : 2 * v2 - v1;
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
function basisClosed(values) {
  var n = values.length;
  return function(t) {
    var i = Math.floor(((t %= 1) < 0 ? ++t : t) * n), v0 = values[(i + n - 1) % n], v1 = values[i % n], v2 = values[(i + 1) % n], v3 = values[(i + 2) % n];
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
var constant = (x) => () => x;
function linear(a, d) {
  return function(t) {
    return a + t * d;
  };
}
function exponential(a, b, y) {
  return a = Math.pow(a, y), b = Math.pow(b, y) - a, y = 1 / y, function(t) {
    return Math.pow(a + t * b, y);
  };
}
function hue$1(a, b) {
  var d = b - a;
  return d ? linear(a, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant(isNaN(a) ? b : a);
}
function gamma(y) {
  return (y = +y) === 1 ? nogamma : function(a, b) {
    return b - a ? exponential(a, b, y) : constant(isNaN(a) ? b : a);
  };
}
function nogamma(a, b) {
  var d = b - a;
  return d ? linear(a, d) : constant(isNaN(a) ? b : a);
}
var rgb2 = (function rgbGamma(y) {
  var color2 = gamma(y);
  function rgb3(start, end) {
    var r = color2((start = rgb(start)).r, (end = rgb(end)).r), g = color2(start.g, end.g), b = color2(start.b, end.b), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.r = r(t);
      start.g = g(t);
      start.b = b(t);
      start.opacity = opacity(t);
      return start + "";
    };
  }
  rgb3.gamma = rgbGamma;
  return rgb3;
})(1);
function rgbSpline(spline) {
  return function(colors) {
    var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color2;
    for (i = 0; i < n; ++i) {
      color2 = rgb(colors[i]);
      r[i] = color2.r || 0;
      g[i] = color2.g || 0;
      b[i] = color2.b || 0;
    }
    r = spline(r);
    g = spline(g);
    b = spline(b);
    color2.opacity = 1;
    return function(t) {
      color2.r = r(t);
      color2.g = g(t);
      color2.b = b(t);
      return color2 + "";
    };
  };
}
var rgbBasis = rgbSpline(basis$1);
var rgbBasisClosed = rgbSpline(basisClosed);
function numberArray(a, b) {
  if (!b) b = [];
  var n = a ? Math.min(b.length, a.length) : 0, c = b.slice(), i;
  return function(t) {
    for (i = 0; i < n; ++i) c[i] = a[i] * (1 - t) + b[i] * t;
    return c;
  };
}
function isNumberArray(x) {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}
function genericArray(a, b) {
  var nb = b ? b.length : 0, na = a ? Math.min(nb, a.length) : 0, x = new Array(na), c = new Array(nb), i;
  for (i = 0; i < na; ++i) x[i] = value(a[i], b[i]);
  for (; i < nb; ++i) c[i] = b[i];
  return function(t) {
    for (i = 0; i < na; ++i) c[i] = x[i](t);
    return c;
  };
}
function date(a, b) {
  var d = /* @__PURE__ */ new Date();
  return a = +a, b = +b, function(t) {
    return d.setTime(a * (1 - t) + b * t), d;
  };
}
function number2(a, b) {
  return a = +a, b = +b, function(t) {
    return a * (1 - t) + b * t;
  };
}
function object(a, b) {
  var i = {}, c = {}, k;
  if (a === null || typeof a !== "object") a = {};
  if (b === null || typeof b !== "object") b = {};
  for (k in b) {
    if (k in a) {
      i[k] = value(a[k], b[k]);
    } else {
      c[k] = b[k];
    }
  }
  return function(t) {
    for (k in i) c[k] = i[k](t);
    return c;
  };
}
var reA = /[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g;
var reB = new RegExp(reA.source, "g");
function zero(b) {
  return function() {
    return b;
  };
}
function one(b) {
  return function(t) {
    return b(t) + "";
  };
}
function string(a, b) {
  var bi = reA.lastIndex = reB.lastIndex = 0, am, bm, bs, i = -1, s = [], q = [];
  a = a + "", b = b + "";
  while ((am = reA.exec(a)) && (bm = reB.exec(b))) {
    if ((bs = bm.index) > bi) {
      bs = b.slice(bi, bs);
      if (s[i]) s[i] += bs;
      else s[++i] = bs;
    }
    if ((am = am[0]) === (bm = bm[0])) {
      if (s[i]) s[i] += bm;
      else s[++i] = bm;
    } else {
      s[++i] = null;
      q.push({ i, x: number2(am, bm) });
    }
    bi = reB.lastIndex;
  }
  if (bi < b.length) {
    bs = b.slice(bi);
    if (s[i]) s[i] += bs;
    else s[++i] = bs;
  }
  return s.length < 2 ? q[0] ? one(q[0].x) : zero(b) : (b = q.length, function(t) {
    for (var i2 = 0, o; i2 < b; ++i2) s[(o = q[i2]).i] = o.x(t);
    return s.join("");
  });
}
function value(a, b) {
  var t = typeof b, c;
  return b == null || t === "boolean" ? constant(b) : (t === "number" ? number2 : t === "string" ? (c = color(b)) ? (b = c, rgb2) : string : b instanceof color ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number2)(a, b);
}
function round2(a, b) {
  return a = +a, b = +b, function(t) {
    return Math.round(a * (1 - t) + b * t);
  };
}
var degrees2 = 180 / Math.PI;
var identity2 = {
  translateX: 0,
  translateY: 0,
  rotate: 0,
  skewX: 0,
  scaleX: 1,
  scaleY: 1
};
function decompose(a, b, c, d, e, f) {
  var scaleX, scaleY, skewX;
  if (scaleX = Math.sqrt(a * a + b * b)) a /= scaleX, b /= scaleX;
  if (skewX = a * c + b * d) c -= a * skewX, d -= b * skewX;
  if (scaleY = Math.sqrt(c * c + d * d)) c /= scaleY, d /= scaleY, skewX /= scaleY;
  if (a * d < b * c) a = -a, b = -b, skewX = -skewX, scaleX = -scaleX;
  return {
    translateX: e,
    translateY: f,
    rotate: Math.atan2(b, a) * degrees2,
    skewX: Math.atan(skewX) * degrees2,
    scaleX,
    scaleY
  };
}
var svgNode;
function parseCss(value2) {
  const m = new (typeof DOMMatrix === "function" ? DOMMatrix : WebKitCSSMatrix)(value2 + "");
  return m.isIdentity ? identity2 : decompose(m.a, m.b, m.c, m.d, m.e, m.f);
}
function parseSvg(value2) {
  if (value2 == null) return identity2;
  if (!svgNode) svgNode = document.createElementNS("http://www.w3.org/2000/svg", "g");
  svgNode.setAttribute("transform", value2);
  if (!(value2 = svgNode.transform.baseVal.consolidate())) return identity2;
  value2 = value2.matrix;
  return decompose(value2.a, value2.b, value2.c, value2.d, value2.e, value2.f);
}
function interpolateTransform(parse, pxComma, pxParen, degParen) {
  function pop(s) {
    return s.length ? s.pop() + " " : "";
  }
  function translate(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push("translate(", null, pxComma, null, pxParen);
      q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
    } else if (xb || yb) {
      s.push("translate(" + xb + pxComma + yb + pxParen);
    }
  }
  function rotate(a, b, s, q) {
    if (a !== b) {
      if (a - b > 180) b += 360;
      else if (b - a > 180) a += 360;
      q.push({ i: s.push(pop(s) + "rotate(", null, degParen) - 2, x: number2(a, b) });
    } else if (b) {
      s.push(pop(s) + "rotate(" + b + degParen);
    }
  }
  function skewX(a, b, s, q) {
    if (a !== b) {
      q.push({ i: s.push(pop(s) + "skewX(", null, degParen) - 2, x: number2(a, b) });
    } else if (b) {
      s.push(pop(s) + "skewX(" + b + degParen);
    }
  }
  function scale(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push(pop(s) + "scale(", null, ",", null, ")");
      q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
    } else if (xb !== 1 || yb !== 1) {
      s.push(pop(s) + "scale(" + xb + "," + yb + ")");
    }
  }
  return function(a, b) {
    var s = [], q = [];
    a = parse(a), b = parse(b);
    translate(a.translateX, a.translateY, b.translateX, b.translateY, s, q);
    rotate(a.rotate, b.rotate, s, q);
    skewX(a.skewX, b.skewX, s, q);
    scale(a.scaleX, a.scaleY, b.scaleX, b.scaleY, s, q);
    a = b = null;
    return function(t) {
      var i = -1, n = q.length, o;
      while (++i < n) s[(o = q[i]).i] = o.x(t);
      return s.join("");
    };
  };
}
var interpolateTransformCss = interpolateTransform(parseCss, "px, ", "px)", "deg)");
var interpolateTransformSvg = interpolateTransform(parseSvg, ", ", ")", ")");
var epsilon2 = 1e-12;
function cosh(x) {
  return ((x = Math.exp(x)) + 1 / x) / 2;
}
function sinh(x) {
  return ((x = Math.exp(x)) - 1 / x) / 2;
}
function tanh(x) {
  return ((x = Math.exp(2 * x)) - 1) / (x + 1);
}
var zoom = (function zoomRho(rho, rho2, rho4) {
  function zoom2(p0, p1) {
    var ux0 = p0[0], uy0 = p0[1], w0 = p0[2], ux1 = p1[0], uy1 = p1[1], w1 = p1[2], dx = ux1 - ux0, dy = uy1 - uy0, d2 = dx * dx + dy * dy, i, S;
    if (d2 < epsilon2) {
      S = Math.log(w1 / w0) / rho;
      i = function(t) {
        return [
          ux0 + t * dx,
          uy0 + t * dy,
          w0 * Math.exp(rho * t * S)
        ];
      };
    } else {
      var d1 = Math.sqrt(d2), b0 = (w1 * w1 - w0 * w0 + rho4 * d2) / (2 * w0 * rho2 * d1), b1 = (w1 * w1 - w0 * w0 - rho4 * d2) / (2 * w1 * rho2 * d1), r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0), r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
      S = (r1 - r0) / rho;
      i = function(t) {
        var s = t * S, coshr0 = cosh(r0), u = w0 / (rho2 * d1) * (coshr0 * tanh(rho * s + r0) - sinh(r0));
        return [
          ux0 + u * dx,
          uy0 + u * dy,
          w0 * coshr0 / cosh(rho * s + r0)
        ];
      };
    }
    i.duration = Math.abs(S) * 1e3 * rho / Math.SQRT2;
    return i;
  }
  zoom2.rho = function(_) {
    var _1 = Math.max(1e-3, +_), _2 = _1 * _1, _4 = _2 * _2;
    return zoomRho(_1, _2, _4);
  };
  return zoom2;
})(Math.SQRT2, 2, 4);
function hsl2(hue) {
  return function(start, end) {
    var h = hue((start = hsl(start)).h, (end = hsl(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.s = s(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hsl_default = hsl2(hue$1);
var hslLong = hsl2(nogamma);
function hcl2(hue) {
  return function(start, end) {
    var h = hue((start = hcl(start)).h, (end = hcl(end)).h), c = nogamma(start.c, end.c), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.c = c(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hcl_default = hcl2(hue$1);
var hclLong = hcl2(nogamma);
function cubehelix2(hue) {
  return (function cubehelixGamma(y) {
    y = +y;
    function cubehelix3(start, end) {
      var h = hue((start = cubehelix(start)).h, (end = cubehelix(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
      return function(t) {
        start.h = h(t);
        start.s = s(t);
        start.l = l(Math.pow(t, y));
        start.opacity = opacity(t);
        return start + "";
      };
    }
    cubehelix3.gamma = cubehelixGamma;
    return cubehelix3;
  })(1);
}
var cubehelix_default = cubehelix2(hue$1);
var cubehelixLong = cubehelix2(nogamma);

// .venv/scripts/node_modules/d3-array/dist/d3-array.mjs
function ascending(a, b) {
  return a == null || b == null ? NaN : a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN;
}
function descending(a, b) {
  return a == null || b == null ? NaN : b < a ? -1 : b > a ? 1 : b >= a ? 0 : NaN;
}
function bisector(f) {
  let compare1, compare2, delta;
  if (f.length !== 2) {
    compare1 = ascending;
    compare2 = (d, x) => ascending(f(d), x);
    delta = (d, x) => f(d) - x;
  } else {
    compare1 = f === ascending || f === descending ? f : zero2;
    compare2 = f;
    delta = f;
  }
  function left2(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) < 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function right2(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) <= 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function center2(a, x, lo = 0, hi = a.length) {
    const i = left2(a, x, lo, hi - 1);
    return i > lo && delta(a[i - 1], x) > -delta(a[i], x) ? i - 1 : i;
  }
  return { left: left2, center: center2, right: right2 };
}
function zero2() {
  return 0;
}
function number3(x) {
  return x === null ? NaN : +x;
}
var ascendingBisect = bisector(ascending);
var bisectRight = ascendingBisect.right;
var bisectLeft = ascendingBisect.left;
var bisectCenter = bisector(number3).center;
var blur2 = Blur2(blurf);
var blurImage = Blur2(blurfImage);
function Blur2(blur) {
  return function(data, rx, ry = rx) {
    if (!((rx = +rx) >= 0)) throw new RangeError("invalid rx");
    if (!((ry = +ry) >= 0)) throw new RangeError("invalid ry");
    let { data: values, width, height } = data;
    if (!((width = Math.floor(width)) >= 0)) throw new RangeError("invalid width");
    if (!((height = Math.floor(height !== void 0 ? height : values.length / width)) >= 0)) throw new RangeError("invalid height");
    if (!width || !height || !rx && !ry) return data;
    const blurx = rx && blur(rx);
    const blury = ry && blur(ry);
    const temp = values.slice();
    if (blurx && blury) {
      blurh(blurx, temp, values, width, height);
      blurh(blurx, values, temp, width, height);
      blurh(blurx, temp, values, width, height);
      blurv(blury, values, temp, width, height);
      blurv(blury, temp, values, width, height);
      blurv(blury, values, temp, width, height);
    } else if (blurx) {
      blurh(blurx, values, temp, width, height);
      blurh(blurx, temp, values, width, height);
      blurh(blurx, values, temp, width, height);
    } else if (blury) {
      blurv(blury, values, temp, width, height);
      blurv(blury, temp, values, width, height);
      blurv(blury, values, temp, width, height);
    }
    return data;
  };
}
function blurh(blur, T, S, w, h) {
  for (let y = 0, n = w * h; y < n; ) {
    blur(T, S, y, y += w, 1);
  }
}
function blurv(blur, T, S, w, h) {
  for (let x = 0, n = w * h; x < w; ++x) {
    blur(T, S, x, x + n, w);
  }
}
function blurfImage(radius) {
  const blur = blurf(radius);
  return (T, S, start, stop, step) => {
    start <<= 2, stop <<= 2, step <<= 2;
    blur(T, S, start + 0, stop + 0, step);
    blur(T, S, start + 1, stop + 1, step);
    blur(T, S, start + 2, stop + 2, step);
    blur(T, S, start + 3, stop + 3, step);
  };
}
function blurf(radius) {
  const radius0 = Math.floor(radius);
  if (radius0 === radius) return bluri(radius);
  const t = radius - radius0;
  const w = 2 * radius + 1;
  return (T, S, start, stop, step) => {
    if (!((stop -= step) >= start)) return;
    let sum = radius0 * S[start];
    const s0 = step * radius0;
    const s1 = s0 + step;
    for (let i = start, j = start + s0; i < j; i += step) {
      sum += S[Math.min(stop, i)];
    }
    for (let i = start, j = stop; i <= j; i += step) {
      sum += S[Math.min(stop, i + s0)];
      T[i] = (sum + t * (S[Math.max(start, i - s1)] + S[Math.min(stop, i + s1)])) / w;
      sum -= S[Math.max(start, i - s0)];
    }
  };
}
function bluri(radius) {
  const w = 2 * radius + 1;
  return (T, S, start, stop, step) => {
    if (!((stop -= step) >= start)) return;
    let sum = radius * S[start];
    const s = step * radius;
    for (let i = start, j = start + s; i < j; i += step) {
      sum += S[Math.min(stop, i)];
    }
    for (let i = start, j = stop; i <= j; i += step) {
      sum += S[Math.min(stop, i + s)];
      T[i] = sum / w;
      sum -= S[Math.max(start, i - s)];
    }
  };
}
var array = Array.prototype;
var slice = array.slice;
var e10 = Math.sqrt(50);
var e5 = Math.sqrt(10);
var e2 = Math.sqrt(2);
function tickSpec(start, stop, count2) {
  const step = (stop - start) / Math.max(0, count2), power = Math.floor(Math.log10(step)), error = step / Math.pow(10, power), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
  let i1, i2, inc;
  if (power < 0) {
    inc = Math.pow(10, -power) / factor;
    i1 = Math.round(start * inc);
    i2 = Math.round(stop * inc);
    if (i1 / inc < start) ++i1;
    if (i2 / inc > stop) --i2;
    inc = -inc;
  } else {
    inc = Math.pow(10, power) * factor;
    i1 = Math.round(start / inc);
    i2 = Math.round(stop / inc);
    if (i1 * inc < start) ++i1;
    if (i2 * inc > stop) --i2;
  }
  if (i2 < i1 && 0.5 <= count2 && count2 < 2) return tickSpec(start, stop, count2 * 2);
  return [i1, i2, inc];
}
function ticks(start, stop, count2) {
  stop = +stop, start = +start, count2 = +count2;
  if (!(count2 > 0)) return [];
  if (start === stop) return [start];
  const reverse = stop < start, [i1, i2, inc] = reverse ? tickSpec(stop, start, count2) : tickSpec(start, stop, count2);
  if (!(i2 >= i1)) return [];
  const n = i2 - i1 + 1, ticks2 = new Array(n);
  if (reverse) {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) * inc;
  } else {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) * inc;
  }
  return ticks2;
}
function tickIncrement(start, stop, count2) {
  stop = +stop, start = +start, count2 = +count2;
  return tickSpec(start, stop, count2)[2];
}
function tickStep(start, stop, count2) {
  stop = +stop, start = +start, count2 = +count2;
  const reverse = stop < start, inc = reverse ? tickIncrement(stop, start, count2) : tickIncrement(start, stop, count2);
  return (reverse ? -1 : 1) * (inc < 0 ? 1 / -inc : inc);
}
var shuffle = shuffler(Math.random);
function shuffler(random) {
  return function shuffle2(array3, i0 = 0, i1 = array3.length) {
    let m = i1 - (i0 = +i0);
    while (m) {
      const i = random() * m-- | 0, t = array3[m + i0];
      array3[m + i0] = array3[i + i0];
      array3[i + i0] = t;
    }
    return array3;
  };
}

// .venv/scripts/node_modules/d3-format/dist/d3-format.mjs
function formatDecimal(x) {
  return Math.abs(x = Math.round(x)) >= 1e21 ? x.toLocaleString("en").replace(/,/g, "") : x.toString(10);
}
function formatDecimalParts(x, p) {
  if (!isFinite(x) || x === 0) return null;
  var i = (x = p ? x.toExponential(p - 1) : x.toExponential()).indexOf("e"), coefficient = x.slice(0, i);
  return [
    coefficient.length > 1 ? coefficient[0] + coefficient.slice(2) : coefficient,
    +x.slice(i + 1)
  ];
}
function exponent(x) {
  return x = formatDecimalParts(Math.abs(x)), x ? x[1] : NaN;
}
function formatGroup(grouping, thousands) {
  return function(value2, width) {
    var i = value2.length, t = [], j = 0, g = grouping[0], length = 0;
    while (i > 0 && g > 0) {
      if (length + g + 1 > width) g = Math.max(1, width - length);
      t.push(value2.substring(i -= g, i + g));
      if ((length += g + 1) > width) break;
      g = grouping[j = (j + 1) % grouping.length];
    }
    return t.reverse().join(thousands);
  };
}
function formatNumerals(numerals) {
  return function(value2) {
    return value2.replace(/[0-9]/g, function(i) {
      return numerals[+i];
    });
  };
}
var re = /^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;
function formatSpecifier(specifier) {
  if (!(match = re.exec(specifier))) throw new Error("invalid format: " + specifier);
  var match;
  return new FormatSpecifier({
    fill: match[1],
    align: match[2],
    sign: match[3],
    symbol: match[4],
    zero: match[5],
    width: match[6],
    comma: match[7],
    precision: match[8] && match[8].slice(1),
    trim: match[9],
    type: match[10]
  });
}
formatSpecifier.prototype = FormatSpecifier.prototype;
function FormatSpecifier(specifier) {
  this.fill = specifier.fill === void 0 ? " " : specifier.fill + "";
  this.align = specifier.align === void 0 ? ">" : specifier.align + "";
  this.sign = specifier.sign === void 0 ? "-" : specifier.sign + "";
  this.symbol = specifier.symbol === void 0 ? "" : specifier.symbol + "";
  this.zero = !!specifier.zero;
  this.width = specifier.width === void 0 ? void 0 : +specifier.width;
  this.comma = !!specifier.comma;
  this.precision = specifier.precision === void 0 ? void 0 : +specifier.precision;
  this.trim = !!specifier.trim;
  this.type = specifier.type === void 0 ? "" : specifier.type + "";
}
FormatSpecifier.prototype.toString = function() {
  return this.fill + this.align + this.sign + this.symbol + (this.zero ? "0" : "") + (this.width === void 0 ? "" : Math.max(1, this.width | 0)) + (this.comma ? "," : "") + (this.precision === void 0 ? "" : "." + Math.max(0, this.precision | 0)) + (this.trim ? "~" : "") + this.type;
};
function formatTrim(s) {
  out: for (var n = s.length, i = 1, i0 = -1, i1; i < n; ++i) {
    switch (s[i]) {
      case ".":
        i0 = i1 = i;
        break;
      case "0":
        if (i0 === 0) i0 = i;
        i1 = i;
        break;
      default:
        if (!+s[i]) break out;
        if (i0 > 0) i0 = 0;
        break;
    }
  }
  return i0 > 0 ? s.slice(0, i0) + s.slice(i1 + 1) : s;
}
var prefixExponent;
function formatPrefixAuto(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return prefixExponent = void 0, x.toPrecision(p);
  var coefficient = d[0], exponent2 = d[1], i = exponent2 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent2 / 3))) * 3) + 1, n = coefficient.length;
  return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x, Math.max(0, p + i - 1))[0];
}
function formatRounded(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return x + "";
  var coefficient = d[0], exponent2 = d[1];
  return exponent2 < 0 ? "0." + new Array(-exponent2).join("0") + coefficient : coefficient.length > exponent2 + 1 ? coefficient.slice(0, exponent2 + 1) + "." + coefficient.slice(exponent2 + 1) : coefficient + new Array(exponent2 - coefficient.length + 2).join("0");
}
var formatTypes = {
  "%": (x, p) => (x * 100).toFixed(p),
  "b": (x) => Math.round(x).toString(2),
  "c": (x) => x + "",
  "d": formatDecimal,
  "e": (x, p) => x.toExponential(p),
  "f": (x, p) => x.toFixed(p),
  "g": (x, p) => x.toPrecision(p),
  "o": (x) => Math.round(x).toString(8),
  "p": (x, p) => formatRounded(x * 100, p),
  "r": formatRounded,
  "s": formatPrefixAuto,
  "X": (x) => Math.round(x).toString(16).toUpperCase(),
  "x": (x) => Math.round(x).toString(16)
};
function identity3(x) {
  return x;
}
var map = Array.prototype.map;
var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
function formatLocale(locale3) {
  var group2 = locale3.grouping === void 0 || locale3.thousands === void 0 ? identity3 : formatGroup(map.call(locale3.grouping, Number), locale3.thousands + ""), currencyPrefix = locale3.currency === void 0 ? "" : locale3.currency[0] + "", currencySuffix = locale3.currency === void 0 ? "" : locale3.currency[1] + "", decimal = locale3.decimal === void 0 ? "." : locale3.decimal + "", numerals = locale3.numerals === void 0 ? identity3 : formatNumerals(map.call(locale3.numerals, String)), percent4 = locale3.percent === void 0 ? "%" : locale3.percent + "", minus = locale3.minus === void 0 ? "−" : locale3.minus + "", nan = locale3.nan === void 0 ? "NaN" : locale3.nan + "";
  function newFormat(specifier, options) {
    specifier = formatSpecifier(specifier);
    var fill = specifier.fill, align = specifier.align, sign2 = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
    if (type === "n") comma = true, type = "g";
    else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
    if (zero3 || fill === "0" && align === "=") zero3 = true, fill = "0", align = "=";
    var prefix = (options && options.prefix !== void 0 ? options.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent4 : "") + (options && options.suffix !== void 0 ? options.suffix : "");
    var formatType = formatTypes[type], maybeSuffix = /[defgprs%]/.test(type);
    precision = precision === void 0 ? 6 : /[gprs]/.test(type) ? Math.max(1, Math.min(21, precision)) : Math.max(0, Math.min(20, precision));
    function format2(value2) {
      var valuePrefix = prefix, valueSuffix = suffix, i, n, c;
      if (type === "c") {
        valueSuffix = formatType(value2) + valueSuffix;
        value2 = "";
      } else {
        value2 = +value2;
        var valueNegative = value2 < 0 || 1 / value2 < 0;
        value2 = isNaN(value2) ? nan : formatType(Math.abs(value2), precision);
        if (trim) value2 = formatTrim(value2);
        if (valueNegative && +value2 === 0 && sign2 !== "+") valueNegative = false;
        valuePrefix = (valueNegative ? sign2 === "(" ? sign2 : minus : sign2 === "-" || sign2 === "(" ? "" : sign2) + valuePrefix;
        valueSuffix = (type === "s" && !isNaN(value2) && prefixExponent !== void 0 ? prefixes[8 + prefixExponent / 3] : "") + valueSuffix + (valueNegative && sign2 === "(" ? ")" : "");
        if (maybeSuffix) {
          i = -1, n = value2.length;
          while (++i < n) {
            if (c = value2.charCodeAt(i), 48 > c || c > 57) {
              valueSuffix = (c === 46 ? decimal + value2.slice(i + 1) : value2.slice(i)) + valueSuffix;
              value2 = value2.slice(0, i);
              break;
            }
          }
        }
      }
      if (comma && !zero3) value2 = group2(value2, Infinity);
      var length = valuePrefix.length + value2.length + valueSuffix.length, padding = length < width ? new Array(width - length + 1).join(fill) : "";
      if (comma && zero3) value2 = group2(padding + value2, padding.length ? width - valueSuffix.length : Infinity), padding = "";
      switch (align) {
        case "<":
          value2 = valuePrefix + value2 + valueSuffix + padding;
          break;
        case "=":
          value2 = valuePrefix + padding + value2 + valueSuffix;
          break;
        case "^":
          value2 = padding.slice(0, length = padding.length >> 1) + valuePrefix + value2 + valueSuffix + padding.slice(length);
          break;
        default:
          value2 = padding + valuePrefix + value2 + valueSuffix;
          break;
      }
      return numerals(value2);
    }
    format2.toString = function() {
      return specifier + "";
    };
    return format2;
  }
  function formatPrefix2(specifier, value2) {
    var e = Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3, k = Math.pow(10, -e), f = newFormat((specifier = formatSpecifier(specifier), specifier.type = "f", specifier), { suffix: prefixes[8 + e / 3] });
    return function(value3) {
      return f(k * value3);
    };
  }
  return {
    format: newFormat,
    formatPrefix: formatPrefix2
  };
}
var locale;
var format;
var formatPrefix;
defaultLocale({
  thousands: ",",
  grouping: [3],
  currency: ["$", ""]
});
function defaultLocale(definition) {
  locale = formatLocale(definition);
  format = locale.format;
  formatPrefix = locale.formatPrefix;
  return locale;
}
function precisionFixed(step) {
  return Math.max(0, -exponent(Math.abs(step)));
}
function precisionPrefix(step, value2) {
  return Math.max(0, Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3 - exponent(Math.abs(step)));
}
function precisionRound(step, max) {
  step = Math.abs(step), max = Math.abs(max) - step;
  return Math.max(0, exponent(max) - exponent(step)) + 1;
}

// .venv/scripts/node_modules/d3-time/dist/d3-time.mjs
var t02 = /* @__PURE__ */ new Date();
var t12 = /* @__PURE__ */ new Date();
function timeInterval(floori, offseti, count2, field) {
  function interval(date3) {
    return floori(date3 = arguments.length === 0 ? /* @__PURE__ */ new Date() : /* @__PURE__ */ new Date(+date3)), date3;
  }
  interval.floor = (date3) => {
    return floori(date3 = /* @__PURE__ */ new Date(+date3)), date3;
  };
  interval.ceil = (date3) => {
    return floori(date3 = new Date(date3 - 1)), offseti(date3, 1), floori(date3), date3;
  };
  interval.round = (date3) => {
    const d0 = interval(date3), d1 = interval.ceil(date3);
    return date3 - d0 < d1 - date3 ? d0 : d1;
  };
  interval.offset = (date3, step) => {
    return offseti(date3 = /* @__PURE__ */ new Date(+date3), step == null ? 1 : Math.floor(step)), date3;
  };
  interval.range = (start, stop, step) => {
    const range2 = [];
    start = interval.ceil(start);
    step = step == null ? 1 : Math.floor(step);
    if (!(start < stop) || !(step > 0)) return range2;
    let previous;
    do
      range2.push(previous = /* @__PURE__ */ new Date(+start)), offseti(start, step), floori(start);
    while (previous < start && start < stop);
    return range2;
  };
  interval.filter = (test) => {
    return timeInterval((date3) => {
      if (date3 >= date3) while (floori(date3), !test(date3)) date3.setTime(date3 - 1);
    }, (date3, step) => {
      if (date3 >= date3) {
        if (step < 0) while (++step <= 0) {
          while (offseti(date3, -1), !test(date3)) {
          }
        }
        else while (--step >= 0) {
          while (offseti(date3, 1), !test(date3)) {
          }
        }
      }
    });
  };
  if (count2) {
    interval.count = (start, end) => {
      t02.setTime(+start), t12.setTime(+end);
      floori(t02), floori(t12);
      return Math.floor(count2(t02, t12));
    };
    interval.every = (step) => {
      step = Math.floor(step);
      return !isFinite(step) || !(step > 0) ? null : !(step > 1) ? interval : interval.filter(field ? (d) => field(d) % step === 0 : (d) => interval.count(0, d) % step === 0);
    };
  }
  return interval;
}
var millisecond = timeInterval(() => {
}, (date3, step) => {
  date3.setTime(+date3 + step);
}, (start, end) => {
  return end - start;
});
millisecond.every = (k) => {
  k = Math.floor(k);
  if (!isFinite(k) || !(k > 0)) return null;
  if (!(k > 1)) return millisecond;
  return timeInterval((date3) => {
    date3.setTime(Math.floor(date3 / k) * k);
  }, (date3, step) => {
    date3.setTime(+date3 + step * k);
  }, (start, end) => {
    return (end - start) / k;
  });
};
var milliseconds = millisecond.range;
var durationSecond = 1e3;
var durationMinute = durationSecond * 60;
var durationHour = durationMinute * 60;
var durationDay = durationHour * 24;
var durationWeek = durationDay * 7;
var durationMonth = durationDay * 30;
var durationYear = durationDay * 365;
var second = timeInterval((date3) => {
  date3.setTime(date3 - date3.getMilliseconds());
}, (date3, step) => {
  date3.setTime(+date3 + step * durationSecond);
}, (start, end) => {
  return (end - start) / durationSecond;
}, (date3) => {
  return date3.getUTCSeconds();
});
var seconds = second.range;
var timeMinute = timeInterval((date3) => {
  date3.setTime(date3 - date3.getMilliseconds() - date3.getSeconds() * durationSecond);
}, (date3, step) => {
  date3.setTime(+date3 + step * durationMinute);
}, (start, end) => {
  return (end - start) / durationMinute;
}, (date3) => {
  return date3.getMinutes();
});
var timeMinutes = timeMinute.range;
var utcMinute = timeInterval((date3) => {
  date3.setUTCSeconds(0, 0);
}, (date3, step) => {
  date3.setTime(+date3 + step * durationMinute);
}, (start, end) => {
  return (end - start) / durationMinute;
}, (date3) => {
  return date3.getUTCMinutes();
});
var utcMinutes = utcMinute.range;
var timeHour = timeInterval((date3) => {
  date3.setTime(date3 - date3.getMilliseconds() - date3.getSeconds() * durationSecond - date3.getMinutes() * durationMinute);
}, (date3, step) => {
  date3.setTime(+date3 + step * durationHour);
}, (start, end) => {
  return (end - start) / durationHour;
}, (date3) => {
  return date3.getHours();
});
var timeHours = timeHour.range;
var utcHour = timeInterval((date3) => {
  date3.setUTCMinutes(0, 0, 0);
}, (date3, step) => {
  date3.setTime(+date3 + step * durationHour);
}, (start, end) => {
  return (end - start) / durationHour;
}, (date3) => {
  return date3.getUTCHours();
});
var utcHours = utcHour.range;
var timeDay = timeInterval(
  (date3) => date3.setHours(0, 0, 0, 0),
  (date3, step) => date3.setDate(date3.getDate() + step),
  (start, end) => (end - start - (end.getTimezoneOffset() - start.getTimezoneOffset()) * durationMinute) / durationDay,
  (date3) => date3.getDate() - 1
);
var timeDays = timeDay.range;
var utcDay = timeInterval((date3) => {
  date3.setUTCHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setUTCDate(date3.getUTCDate() + step);
}, (start, end) => {
  return (end - start) / durationDay;
}, (date3) => {
  return date3.getUTCDate() - 1;
});
var utcDays = utcDay.range;
var unixDay = timeInterval((date3) => {
  date3.setUTCHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setUTCDate(date3.getUTCDate() + step);
}, (start, end) => {
  return (end - start) / durationDay;
}, (date3) => {
  return Math.floor(date3 / durationDay);
});
var unixDays = unixDay.range;
function timeWeekday(i) {
  return timeInterval((date3) => {
    date3.setDate(date3.getDate() - (date3.getDay() + 7 - i) % 7);
    date3.setHours(0, 0, 0, 0);
  }, (date3, step) => {
    date3.setDate(date3.getDate() + step * 7);
  }, (start, end) => {
    return (end - start - (end.getTimezoneOffset() - start.getTimezoneOffset()) * durationMinute) / durationWeek;
  });
}
var timeSunday = timeWeekday(0);
var timeMonday = timeWeekday(1);
var timeTuesday = timeWeekday(2);
var timeWednesday = timeWeekday(3);
var timeThursday = timeWeekday(4);
var timeFriday = timeWeekday(5);
var timeSaturday = timeWeekday(6);
var timeSundays = timeSunday.range;
var timeMondays = timeMonday.range;
var timeTuesdays = timeTuesday.range;
var timeWednesdays = timeWednesday.range;
var timeThursdays = timeThursday.range;
var timeFridays = timeFriday.range;
var timeSaturdays = timeSaturday.range;
function utcWeekday(i) {
  return timeInterval((date3) => {
    date3.setUTCDate(date3.getUTCDate() - (date3.getUTCDay() + 7 - i) % 7);
    date3.setUTCHours(0, 0, 0, 0);
  }, (date3, step) => {
    date3.setUTCDate(date3.getUTCDate() + step * 7);
  }, (start, end) => {
    return (end - start) / durationWeek;
  });
}
var utcSunday = utcWeekday(0);
var utcMonday = utcWeekday(1);
var utcTuesday = utcWeekday(2);
var utcWednesday = utcWeekday(3);
var utcThursday = utcWeekday(4);
var utcFriday = utcWeekday(5);
var utcSaturday = utcWeekday(6);
var utcSundays = utcSunday.range;
var utcMondays = utcMonday.range;
var utcTuesdays = utcTuesday.range;
var utcWednesdays = utcWednesday.range;
var utcThursdays = utcThursday.range;
var utcFridays = utcFriday.range;
var utcSaturdays = utcSaturday.range;
var timeMonth = timeInterval((date3) => {
  date3.setDate(1);
  date3.setHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setMonth(date3.getMonth() + step);
}, (start, end) => {
  return end.getMonth() - start.getMonth() + (end.getFullYear() - start.getFullYear()) * 12;
}, (date3) => {
  return date3.getMonth();
});
var timeMonths = timeMonth.range;
var utcMonth = timeInterval((date3) => {
  date3.setUTCDate(1);
  date3.setUTCHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setUTCMonth(date3.getUTCMonth() + step);
}, (start, end) => {
  return end.getUTCMonth() - start.getUTCMonth() + (end.getUTCFullYear() - start.getUTCFullYear()) * 12;
}, (date3) => {
  return date3.getUTCMonth();
});
var utcMonths = utcMonth.range;
var timeYear = timeInterval((date3) => {
  date3.setMonth(0, 1);
  date3.setHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setFullYear(date3.getFullYear() + step);
}, (start, end) => {
  return end.getFullYear() - start.getFullYear();
}, (date3) => {
  return date3.getFullYear();
});
timeYear.every = (k) => {
  return !isFinite(k = Math.floor(k)) || !(k > 0) ? null : timeInterval((date3) => {
    date3.setFullYear(Math.floor(date3.getFullYear() / k) * k);
    date3.setMonth(0, 1);
    date3.setHours(0, 0, 0, 0);
  }, (date3, step) => {
    date3.setFullYear(date3.getFullYear() + step * k);
  });
};
var timeYears = timeYear.range;
var utcYear = timeInterval((date3) => {
  date3.setUTCMonth(0, 1);
  date3.setUTCHours(0, 0, 0, 0);
}, (date3, step) => {
  date3.setUTCFullYear(date3.getUTCFullYear() + step);
}, (start, end) => {
  return end.getUTCFullYear() - start.getUTCFullYear();
}, (date3) => {
  return date3.getUTCFullYear();
});
utcYear.every = (k) => {
  return !isFinite(k = Math.floor(k)) || !(k > 0) ? null : timeInterval((date3) => {
    date3.setUTCFullYear(Math.floor(date3.getUTCFullYear() / k) * k);
    date3.setUTCMonth(0, 1);
    date3.setUTCHours(0, 0, 0, 0);
  }, (date3, step) => {
    date3.setUTCFullYear(date3.getUTCFullYear() + step * k);
  });
};
var utcYears = utcYear.range;
function ticker(year, month2, week, day2, hour, minute) {
  const tickIntervals = [
    [second, 1, durationSecond],
    [second, 5, 5 * durationSecond],
    [second, 15, 15 * durationSecond],
    [second, 30, 30 * durationSecond],
    [minute, 1, durationMinute],
    [minute, 5, 5 * durationMinute],
    [minute, 15, 15 * durationMinute],
    [minute, 30, 30 * durationMinute],
    [hour, 1, durationHour],
    [hour, 3, 3 * durationHour],
    [hour, 6, 6 * durationHour],
    [hour, 12, 12 * durationHour],
    [day2, 1, durationDay],
    [day2, 2, 2 * durationDay],
    [week, 1, durationWeek],
    [month2, 1, durationMonth],
    [month2, 3, 3 * durationMonth],
    [year, 1, durationYear]
  ];
  function ticks2(start, stop, count2) {
    const reverse = stop < start;
    if (reverse) [start, stop] = [stop, start];
    const interval = count2 && typeof count2.range === "function" ? count2 : tickInterval(start, stop, count2);
    const ticks3 = interval ? interval.range(start, +stop + 1) : [];
    return reverse ? ticks3.reverse() : ticks3;
  }
  function tickInterval(start, stop, count2) {
    const target = Math.abs(stop - start) / count2;
    const i = bisector(([, , step2]) => step2).right(tickIntervals, target);
    if (i === tickIntervals.length) return year.every(tickStep(start / durationYear, stop / durationYear, count2));
    if (i === 0) return millisecond.every(Math.max(tickStep(start, stop, count2), 1));
    const [t, step] = tickIntervals[target / tickIntervals[i - 1][2] < tickIntervals[i][2] / target ? i - 1 : i];
    return t.every(step);
  }
  return [ticks2, tickInterval];
}
var [utcTicks, utcTickInterval] = ticker(utcYear, utcMonth, utcSunday, unixDay, utcHour, utcMinute);
var [timeTicks, timeTickInterval] = ticker(timeYear, timeMonth, timeSunday, timeDay, timeHour, timeMinute);

// .venv/scripts/node_modules/d3-time-format/dist/d3-time-format.mjs
function localDate(d) {
  if (0 <= d.y && d.y < 100) {
    var date3 = new Date(-1, d.m, d.d, d.H, d.M, d.S, d.L);
    date3.setFullYear(d.y);
    return date3;
  }
  return new Date(d.y, d.m, d.d, d.H, d.M, d.S, d.L);
}
function utcDate(d) {
  if (0 <= d.y && d.y < 100) {
    var date3 = new Date(Date.UTC(-1, d.m, d.d, d.H, d.M, d.S, d.L));
    date3.setUTCFullYear(d.y);
    return date3;
  }
  return new Date(Date.UTC(d.y, d.m, d.d, d.H, d.M, d.S, d.L));
}
function newDate(y, m, d) {
  return { y, m, d, H: 0, M: 0, S: 0, L: 0 };
}
function formatLocale2(locale3) {
  var locale_dateTime = locale3.dateTime, locale_date = locale3.date, locale_time = locale3.time, locale_periods = locale3.periods, locale_weekdays = locale3.days, locale_shortWeekdays = locale3.shortDays, locale_months = locale3.months, locale_shortMonths = locale3.shortMonths;
  var periodRe = formatRe(locale_periods), periodLookup = formatLookup(locale_periods), weekdayRe = formatRe(locale_weekdays), weekdayLookup = formatLookup(locale_weekdays), shortWeekdayRe = formatRe(locale_shortWeekdays), shortWeekdayLookup = formatLookup(locale_shortWeekdays), monthRe = formatRe(locale_months), monthLookup = formatLookup(locale_months), shortMonthRe = formatRe(locale_shortMonths), shortMonthLookup = formatLookup(locale_shortMonths);
  var formats = {
    "a": formatShortWeekday,
    "A": formatWeekday,
    "b": formatShortMonth,
    "B": formatMonth,
    "c": null,
    "d": formatDayOfMonth,
    "e": formatDayOfMonth,
    "f": formatMicroseconds,
    "g": formatYearISO,
    "G": formatFullYearISO,
    "H": formatHour24,
    "I": formatHour12,
    "j": formatDayOfYear,
    "L": formatMilliseconds,
    "m": formatMonthNumber,
    "M": formatMinutes,
    "p": formatPeriod,
    "q": formatQuarter,
    "Q": formatUnixTimestamp,
    "s": formatUnixTimestampSeconds,
    "S": formatSeconds,
    "u": formatWeekdayNumberMonday,
    "U": formatWeekNumberSunday,
    "V": formatWeekNumberISO,
    "w": formatWeekdayNumberSunday,
    "W": formatWeekNumberMonday,
    "x": null,
    "X": null,
    "y": formatYear,
    "Y": formatFullYear,
    "Z": formatZone,
    "%": formatLiteralPercent
  };
  var utcFormats = {
    "a": formatUTCShortWeekday,
    "A": formatUTCWeekday,
    "b": formatUTCShortMonth,
    "B": formatUTCMonth,
    "c": null,
    "d": formatUTCDayOfMonth,
    "e": formatUTCDayOfMonth,
    "f": formatUTCMicroseconds,
    "g": formatUTCYearISO,
    "G": formatUTCFullYearISO,
    "H": formatUTCHour24,
    "I": formatUTCHour12,
    "j": formatUTCDayOfYear,
    "L": formatUTCMilliseconds,
    "m": formatUTCMonthNumber,
    "M": formatUTCMinutes,
    "p": formatUTCPeriod,
    "q": formatUTCQuarter,
    "Q": formatUnixTimestamp,
    "s": formatUnixTimestampSeconds,
    "S": formatUTCSeconds,
    "u": formatUTCWeekdayNumberMonday,
    "U": formatUTCWeekNumberSunday,
    "V": formatUTCWeekNumberISO,
    "w": formatUTCWeekdayNumberSunday,
    "W": formatUTCWeekNumberMonday,
    "x": null,
    "X": null,
    "y": formatUTCYear,
    "Y": formatUTCFullYear,
    "Z": formatUTCZone,
    "%": formatLiteralPercent
  };
  var parses = {
    "a": parseShortWeekday,
    "A": parseWeekday,
    "b": parseShortMonth,
    "B": parseMonth,
    "c": parseLocaleDateTime,
    "d": parseDayOfMonth,
    "e": parseDayOfMonth,
    "f": parseMicroseconds,
    "g": parseYear,
    "G": parseFullYear,
    "H": parseHour24,
    "I": parseHour24,
    "j": parseDayOfYear,
    "L": parseMilliseconds,
    "m": parseMonthNumber,
    "M": parseMinutes,
    "p": parsePeriod,
    "q": parseQuarter,
    "Q": parseUnixTimestamp,
    "s": parseUnixTimestampSeconds,
    "S": parseSeconds,
    "u": parseWeekdayNumberMonday,
    "U": parseWeekNumberSunday,
    "V": parseWeekNumberISO,
    "w": parseWeekdayNumberSunday,
    "W": parseWeekNumberMonday,
    "x": parseLocaleDate,
    "X": parseLocaleTime,
    "y": parseYear,
    "Y": parseFullYear,
    "Z": parseZone,
    "%": parseLiteralPercent
  };
  formats.x = newFormat(locale_date, formats);
  formats.X = newFormat(locale_time, formats);
  formats.c = newFormat(locale_dateTime, formats);
  utcFormats.x = newFormat(locale_date, utcFormats);
  utcFormats.X = newFormat(locale_time, utcFormats);
  utcFormats.c = newFormat(locale_dateTime, utcFormats);
  function newFormat(specifier, formats2) {
    return function(date3) {
      var string2 = [], i = -1, j = 0, n = specifier.length, c, pad2, format2;
      if (!(date3 instanceof Date)) date3 = /* @__PURE__ */ new Date(+date3);
      while (++i < n) {
        if (specifier.charCodeAt(i) === 37) {
          string2.push(specifier.slice(j, i));
          if ((pad2 = pads[c = specifier.charAt(++i)]) != null) c = specifier.charAt(++i);
          else pad2 = c === "e" ? " " : "0";
          if (format2 = formats2[c]) c = format2(date3, pad2);
          string2.push(c);
          j = i + 1;
        }
      }
      string2.push(specifier.slice(j, i));
      return string2.join("");
    };
  }
  function newParse(specifier, Z) {
    return function(string2) {
      var d = newDate(1900, void 0, 1), i = parseSpecifier(d, specifier, string2 += "", 0), week, day2;
      if (i != string2.length) return null;
      if ("Q" in d) return new Date(d.Q);
      if ("s" in d) return new Date(d.s * 1e3 + ("L" in d ? d.L : 0));
      if (Z && !("Z" in d)) d.Z = 0;
      if ("p" in d) d.H = d.H % 12 + d.p * 12;
      if (d.m === void 0) d.m = "q" in d ? d.q : 0;
      if ("V" in d) {
        if (d.V < 1 || d.V > 53) return null;
        if (!("w" in d)) d.w = 1;
        if ("Z" in d) {
          week = utcDate(newDate(d.y, 0, 1)), day2 = week.getUTCDay();
          week = day2 > 4 || day2 === 0 ? utcMonday.ceil(week) : utcMonday(week);
          week = utcDay.offset(week, (d.V - 1) * 7);
          d.y = week.getUTCFullYear();
          d.m = week.getUTCMonth();
          d.d = week.getUTCDate() + (d.w + 6) % 7;
        } else {
          week = localDate(newDate(d.y, 0, 1)), day2 = week.getDay();
          week = day2 > 4 || day2 === 0 ? timeMonday.ceil(week) : timeMonday(week);
          week = timeDay.offset(week, (d.V - 1) * 7);
          d.y = week.getFullYear();
          d.m = week.getMonth();
          d.d = week.getDate() + (d.w + 6) % 7;
        }
      } else if ("W" in d || "U" in d) {
        if (!("w" in d)) d.w = "u" in d ? d.u % 7 : "W" in d ? 1 : 0;
        day2 = "Z" in d ? utcDate(newDate(d.y, 0, 1)).getUTCDay() : localDate(newDate(d.y, 0, 1)).getDay();
        d.m = 0;
        d.d = "W" in d ? (d.w + 6) % 7 + d.W * 7 - (day2 + 5) % 7 : d.w + d.U * 7 - (day2 + 6) % 7;
      }
      if ("Z" in d) {
        d.H += d.Z / 100 | 0;
        d.M += d.Z % 100;
        return utcDate(d);
      }
      return localDate(d);
    };
  }
  function parseSpecifier(d, specifier, string2, j) {
    var i = 0, n = specifier.length, m = string2.length, c, parse;
    while (i < n) {
      if (j >= m) return -1;
      c = specifier.charCodeAt(i++);
      if (c === 37) {
        c = specifier.charAt(i++);
        parse = parses[c in pads ? specifier.charAt(i++) : c];
        if (!parse || (j = parse(d, string2, j)) < 0) return -1;
      } else if (c != string2.charCodeAt(j++)) {
        return -1;
      }
    }
    return j;
  }
  function parsePeriod(d, string2, i) {
    var n = periodRe.exec(string2.slice(i));
    return n ? (d.p = periodLookup.get(n[0].toLowerCase()), i + n[0].length) : -1;
  }
  function parseShortWeekday(d, string2, i) {
    var n = shortWeekdayRe.exec(string2.slice(i));
    return n ? (d.w = shortWeekdayLookup.get(n[0].toLowerCase()), i + n[0].length) : -1;
  }
  function parseWeekday(d, string2, i) {
    var n = weekdayRe.exec(string2.slice(i));
    return n ? (d.w = weekdayLookup.get(n[0].toLowerCase()), i + n[0].length) : -1;
  }
  function parseShortMonth(d, string2, i) {
    var n = shortMonthRe.exec(string2.slice(i));
    return n ? (d.m = shortMonthLookup.get(n[0].toLowerCase()), i + n[0].length) : -1;
  }
  function parseMonth(d, string2, i) {
    var n = monthRe.exec(string2.slice(i));
    return n ? (d.m = monthLookup.get(n[0].toLowerCase()), i + n[0].length) : -1;
  }
  function parseLocaleDateTime(d, string2, i) {
    return parseSpecifier(d, locale_dateTime, string2, i);
  }
  function parseLocaleDate(d, string2, i) {
    return parseSpecifier(d, locale_date, string2, i);
  }
  function parseLocaleTime(d, string2, i) {
    return parseSpecifier(d, locale_time, string2, i);
  }
  function formatShortWeekday(d) {
    return locale_shortWeekdays[d.getDay()];
  }
  function formatWeekday(d) {
    return locale_weekdays[d.getDay()];
  }
  function formatShortMonth(d) {
    return locale_shortMonths[d.getMonth()];
  }
  function formatMonth(d) {
    return locale_months[d.getMonth()];
  }
  function formatPeriod(d) {
    return locale_periods[+(d.getHours() >= 12)];
  }
  function formatQuarter(d) {
    return 1 + ~~(d.getMonth() / 3);
  }
  function formatUTCShortWeekday(d) {
    return locale_shortWeekdays[d.getUTCDay()];
  }
  function formatUTCWeekday(d) {
    return locale_weekdays[d.getUTCDay()];
  }
  function formatUTCShortMonth(d) {
    return locale_shortMonths[d.getUTCMonth()];
  }
  function formatUTCMonth(d) {
    return locale_months[d.getUTCMonth()];
  }
  function formatUTCPeriod(d) {
    return locale_periods[+(d.getUTCHours() >= 12)];
  }
  function formatUTCQuarter(d) {
    return 1 + ~~(d.getUTCMonth() / 3);
  }
  return {
    format: function(specifier) {
      var f = newFormat(specifier += "", formats);
      f.toString = function() {
        return specifier;
      };
      return f;
    },
    parse: function(specifier) {
      var p = newParse(specifier += "", false);
      p.toString = function() {
        return specifier;
      };
      return p;
    },
    utcFormat: function(specifier) {
      var f = newFormat(specifier += "", utcFormats);
      f.toString = function() {
        return specifier;
      };
      return f;
    },
    utcParse: function(specifier) {
      var p = newParse(specifier += "", true);
      p.toString = function() {
        return specifier;
      };
      return p;
    }
  };
}
var pads = { "-": "", "_": " ", "0": "0" };
var numberRe = /^\s*\d+/;
var percentRe = /^%/;
var requoteRe = /[\\^$*+?|[\]().{}]/g;
function pad(value2, fill, width) {
  var sign2 = value2 < 0 ? "-" : "", string2 = (sign2 ? -value2 : value2) + "", length = string2.length;
  return sign2 + (length < width ? new Array(width - length + 1).join(fill) + string2 : string2);
}
function requote(s) {
  return s.replace(requoteRe, "\\$&");
}
function formatRe(names) {
  return new RegExp("^(?:" + names.map(requote).join("|") + ")", "i");
}
function formatLookup(names) {
  return new Map(names.map((name, i) => [name.toLowerCase(), i]));
}
function parseWeekdayNumberSunday(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 1));
  return n ? (d.w = +n[0], i + n[0].length) : -1;
}
function parseWeekdayNumberMonday(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 1));
  return n ? (d.u = +n[0], i + n[0].length) : -1;
}
function parseWeekNumberSunday(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.U = +n[0], i + n[0].length) : -1;
}
function parseWeekNumberISO(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.V = +n[0], i + n[0].length) : -1;
}
function parseWeekNumberMonday(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.W = +n[0], i + n[0].length) : -1;
}
function parseFullYear(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 4));
  return n ? (d.y = +n[0], i + n[0].length) : -1;
}
function parseYear(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.y = +n[0] + (+n[0] > 68 ? 1900 : 2e3), i + n[0].length) : -1;
}
function parseZone(d, string2, i) {
  var n = /^(Z)|([+-]\d\d)(?::?(\d\d))?/.exec(string2.slice(i, i + 6));
  return n ? (d.Z = n[1] ? 0 : -(n[2] + (n[3] || "00")), i + n[0].length) : -1;
}
function parseQuarter(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 1));
  return n ? (d.q = n[0] * 3 - 3, i + n[0].length) : -1;
}
function parseMonthNumber(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.m = n[0] - 1, i + n[0].length) : -1;
}
function parseDayOfMonth(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.d = +n[0], i + n[0].length) : -1;
}
function parseDayOfYear(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 3));
  return n ? (d.m = 0, d.d = +n[0], i + n[0].length) : -1;
}
function parseHour24(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.H = +n[0], i + n[0].length) : -1;
}
function parseMinutes(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.M = +n[0], i + n[0].length) : -1;
}
function parseSeconds(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 2));
  return n ? (d.S = +n[0], i + n[0].length) : -1;
}
function parseMilliseconds(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 3));
  return n ? (d.L = +n[0], i + n[0].length) : -1;
}
function parseMicroseconds(d, string2, i) {
  var n = numberRe.exec(string2.slice(i, i + 6));
  return n ? (d.L = Math.floor(n[0] / 1e3), i + n[0].length) : -1;
}
function parseLiteralPercent(d, string2, i) {
  var n = percentRe.exec(string2.slice(i, i + 1));
  return n ? i + n[0].length : -1;
}
function parseUnixTimestamp(d, string2, i) {
  var n = numberRe.exec(string2.slice(i));
  return n ? (d.Q = +n[0], i + n[0].length) : -1;
}
function parseUnixTimestampSeconds(d, string2, i) {
  var n = numberRe.exec(string2.slice(i));
  return n ? (d.s = +n[0], i + n[0].length) : -1;
}
function formatDayOfMonth(d, p) {
  return pad(d.getDate(), p, 2);
}
function formatHour24(d, p) {
  return pad(d.getHours(), p, 2);
}
function formatHour12(d, p) {
  return pad(d.getHours() % 12 || 12, p, 2);
}
function formatDayOfYear(d, p) {
  return pad(1 + timeDay.count(timeYear(d), d), p, 3);
}
function formatMilliseconds(d, p) {
  return pad(d.getMilliseconds(), p, 3);
}
function formatMicroseconds(d, p) {
  return formatMilliseconds(d, p) + "000";
}
function formatMonthNumber(d, p) {
  return pad(d.getMonth() + 1, p, 2);
}
function formatMinutes(d, p) {
  return pad(d.getMinutes(), p, 2);
}
function formatSeconds(d, p) {
  return pad(d.getSeconds(), p, 2);
}
function formatWeekdayNumberMonday(d) {
  var day2 = d.getDay();
  return day2 === 0 ? 7 : day2;
}
function formatWeekNumberSunday(d, p) {
  return pad(timeSunday.count(timeYear(d) - 1, d), p, 2);
}
function dISO(d) {
  var day2 = d.getDay();
  return day2 >= 4 || day2 === 0 ? timeThursday(d) : timeThursday.ceil(d);
}
function formatWeekNumberISO(d, p) {
  d = dISO(d);
  return pad(timeThursday.count(timeYear(d), d) + (timeYear(d).getDay() === 4), p, 2);
}
function formatWeekdayNumberSunday(d) {
  return d.getDay();
}
function formatWeekNumberMonday(d, p) {
  return pad(timeMonday.count(timeYear(d) - 1, d), p, 2);
}
function formatYear(d, p) {
  return pad(d.getFullYear() % 100, p, 2);
}
function formatYearISO(d, p) {
  d = dISO(d);
  return pad(d.getFullYear() % 100, p, 2);
}
function formatFullYear(d, p) {
  return pad(d.getFullYear() % 1e4, p, 4);
}
function formatFullYearISO(d, p) {
  var day2 = d.getDay();
  d = day2 >= 4 || day2 === 0 ? timeThursday(d) : timeThursday.ceil(d);
  return pad(d.getFullYear() % 1e4, p, 4);
}
function formatZone(d) {
  var z = d.getTimezoneOffset();
  return (z > 0 ? "-" : (z *= -1, "+")) + pad(z / 60 | 0, "0", 2) + pad(z % 60, "0", 2);
}
function formatUTCDayOfMonth(d, p) {
  return pad(d.getUTCDate(), p, 2);
}
function formatUTCHour24(d, p) {
  return pad(d.getUTCHours(), p, 2);
}
function formatUTCHour12(d, p) {
  return pad(d.getUTCHours() % 12 || 12, p, 2);
}
function formatUTCDayOfYear(d, p) {
  return pad(1 + utcDay.count(utcYear(d), d), p, 3);
}
function formatUTCMilliseconds(d, p) {
  return pad(d.getUTCMilliseconds(), p, 3);
}
function formatUTCMicroseconds(d, p) {
  return formatUTCMilliseconds(d, p) + "000";
}
function formatUTCMonthNumber(d, p) {
  return pad(d.getUTCMonth() + 1, p, 2);
}
function formatUTCMinutes(d, p) {
  return pad(d.getUTCMinutes(), p, 2);
}
function formatUTCSeconds(d, p) {
  return pad(d.getUTCSeconds(), p, 2);
}
function formatUTCWeekdayNumberMonday(d) {
  var dow = d.getUTCDay();
  return dow === 0 ? 7 : dow;
}
function formatUTCWeekNumberSunday(d, p) {
  return pad(utcSunday.count(utcYear(d) - 1, d), p, 2);
}
function UTCdISO(d) {
  var day2 = d.getUTCDay();
  return day2 >= 4 || day2 === 0 ? utcThursday(d) : utcThursday.ceil(d);
}
function formatUTCWeekNumberISO(d, p) {
  d = UTCdISO(d);
  return pad(utcThursday.count(utcYear(d), d) + (utcYear(d).getUTCDay() === 4), p, 2);
}
function formatUTCWeekdayNumberSunday(d) {
  return d.getUTCDay();
}
function formatUTCWeekNumberMonday(d, p) {
  return pad(utcMonday.count(utcYear(d) - 1, d), p, 2);
}
function formatUTCYear(d, p) {
  return pad(d.getUTCFullYear() % 100, p, 2);
}
function formatUTCYearISO(d, p) {
  d = UTCdISO(d);
  return pad(d.getUTCFullYear() % 100, p, 2);
}
function formatUTCFullYear(d, p) {
  return pad(d.getUTCFullYear() % 1e4, p, 4);
}
function formatUTCFullYearISO(d, p) {
  var day2 = d.getUTCDay();
  d = day2 >= 4 || day2 === 0 ? utcThursday(d) : utcThursday.ceil(d);
  return pad(d.getUTCFullYear() % 1e4, p, 4);
}
function formatUTCZone() {
  return "+0000";
}
function formatLiteralPercent() {
  return "%";
}
function formatUnixTimestamp(d) {
  return +d;
}
function formatUnixTimestampSeconds(d) {
  return Math.floor(+d / 1e3);
}
var locale2;
var timeFormat;
var timeParse;
var utcFormat;
var utcParse;
defaultLocale2({
  dateTime: "%x, %X",
  date: "%-m/%-d/%Y",
  time: "%-I:%M:%S %p",
  periods: ["AM", "PM"],
  days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  shortDays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  months: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
  shortMonths: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
});
function defaultLocale2(definition) {
  locale2 = formatLocale2(definition);
  timeFormat = locale2.format;
  timeParse = locale2.parse;
  utcFormat = locale2.utcFormat;
  utcParse = locale2.utcParse;
  return locale2;
}
var isoSpecifier = "%Y-%m-%dT%H:%M:%S.%LZ";
function formatIsoNative(date3) {
  return date3.toISOString();
}
var formatIso = Date.prototype.toISOString ? formatIsoNative : utcFormat(isoSpecifier);
function parseIsoNative(string2) {
  var date3 = new Date(string2);
  return isNaN(date3) ? null : date3;
}
var parseIso = +/* @__PURE__ */ new Date("2000-01-01T00:00:00.000Z") ? parseIsoNative : utcParse(isoSpecifier);

// .venv/scripts/node_modules/d3-scale/dist/d3-scale.mjs
function initRange(domain, range2) {
  switch (arguments.length) {
    case 0:
      break;
    case 1:
      this.range(domain);
      break;
    default:
      this.range(range2).domain(domain);
      break;
  }
  return this;
}
function constants(x) {
  return function() {
    return x;
  };
}
function number$1(x) {
  return +x;
}
var unit = [0, 1];
function identity$1(x) {
  return x;
}
function normalize(a, b) {
  return (b -= a = +a) ? function(x) {
    return (x - a) / b;
  } : constants(isNaN(b) ? NaN : 0.5);
}
function clamper(a, b) {
  var t;
  if (a > b) t = a, a = b, b = t;
  return function(x) {
    return Math.max(a, Math.min(b, x));
  };
}
function bimap(domain, range2, interpolate) {
  var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
  if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate(r1, r0);
  else d0 = normalize(d0, d1), r0 = interpolate(r0, r1);
  return function(x) {
    return r0(d0(x));
  };
}
function polymap(domain, range2, interpolate) {
  var j = Math.min(domain.length, range2.length) - 1, d = new Array(j), r = new Array(j), i = -1;
  if (domain[j] < domain[0]) {
    domain = domain.slice().reverse();
    range2 = range2.slice().reverse();
  }
  while (++i < j) {
    d[i] = normalize(domain[i], domain[i + 1]);
    r[i] = interpolate(range2[i], range2[i + 1]);
  }
  return function(x) {
    var i2 = bisectRight(domain, x, 1, j) - 1;
    return r[i2](d[i2](x));
  };
}
function copy$1(source, target) {
  return target.domain(source.domain()).range(source.range()).interpolate(source.interpolate()).clamp(source.clamp()).unknown(source.unknown());
}
function transformer$2() {
  var domain = unit, range2 = unit, interpolate$1 = value, transform, untransform, unknown, clamp = identity$1, piecewise2, output, input;
  function rescale() {
    var n = Math.min(domain.length, range2.length);
    if (clamp !== identity$1) clamp = clamper(domain[0], domain[n - 1]);
    piecewise2 = n > 2 ? polymap : bimap;
    output = input = null;
    return scale;
  }
  function scale(x) {
    return x == null || isNaN(x = +x) ? unknown : (output || (output = piecewise2(domain.map(transform), range2, interpolate$1)))(transform(clamp(x)));
  }
  scale.invert = function(y) {
    return clamp(untransform((input || (input = piecewise2(range2, domain.map(transform), number2)))(y)));
  };
  scale.domain = function(_) {
    return arguments.length ? (domain = Array.from(_, number$1), rescale()) : domain.slice();
  };
  scale.range = function(_) {
    return arguments.length ? (range2 = Array.from(_), rescale()) : range2.slice();
  };
  scale.rangeRound = function(_) {
    return range2 = Array.from(_), interpolate$1 = round2, rescale();
  };
  scale.clamp = function(_) {
    return arguments.length ? (clamp = _ ? true : identity$1, rescale()) : clamp !== identity$1;
  };
  scale.interpolate = function(_) {
    return arguments.length ? (interpolate$1 = _, rescale()) : interpolate$1;
  };
  scale.unknown = function(_) {
    return arguments.length ? (unknown = _, scale) : unknown;
  };
  return function(t, u) {
    transform = t, untransform = u;
    return rescale();
  };
}
function continuous() {
  return transformer$2()(identity$1, identity$1);
}
function tickFormat(start, stop, count2, specifier) {
  var step = tickStep(start, stop, count2), precision;
  specifier = formatSpecifier(specifier == null ? ",f" : specifier);
  switch (specifier.type) {
    case "s": {
      var value2 = Math.max(Math.abs(start), Math.abs(stop));
      if (specifier.precision == null && !isNaN(precision = precisionPrefix(step, value2))) specifier.precision = precision;
      return formatPrefix(specifier, value2);
    }
    case "":
    case "e":
    case "g":
    case "p":
    case "r": {
      if (specifier.precision == null && !isNaN(precision = precisionRound(step, Math.max(Math.abs(start), Math.abs(stop))))) specifier.precision = precision - (specifier.type === "e");
      break;
    }
    case "f":
    case "%": {
      if (specifier.precision == null && !isNaN(precision = precisionFixed(step))) specifier.precision = precision - (specifier.type === "%") * 2;
      break;
    }
  }
  return format(specifier);
}
function linearish(scale) {
  var domain = scale.domain;
  scale.ticks = function(count2) {
    var d = domain();
    return ticks(d[0], d[d.length - 1], count2 == null ? 10 : count2);
  };
  scale.tickFormat = function(count2, specifier) {
    var d = domain();
    return tickFormat(d[0], d[d.length - 1], count2 == null ? 10 : count2, specifier);
  };
  scale.nice = function(count2) {
    if (count2 == null) count2 = 10;
    var d = domain();
    var i0 = 0;
    var i1 = d.length - 1;
    var start = d[i0];
    var stop = d[i1];
    var prestep;
    var step;
    var maxIter = 10;
    if (stop < start) {
      step = start, start = stop, stop = step;
      step = i0, i0 = i1, i1 = step;
    }
    while (maxIter-- > 0) {
      step = tickIncrement(start, stop, count2);
      if (step === prestep) {
        d[i0] = start;
        d[i1] = stop;
        return domain(d);
      } else if (step > 0) {
        start = Math.floor(start / step) * step;
        stop = Math.ceil(stop / step) * step;
      } else if (step < 0) {
        start = Math.ceil(start * step) / step;
        stop = Math.floor(stop * step) / step;
      } else {
        break;
      }
      prestep = step;
    }
    return scale;
  };
  return scale;
}
function linear2() {
  var scale = continuous();
  scale.copy = function() {
    return copy$1(scale, linear2());
  };
  initRange.apply(scale, arguments);
  return linearish(scale);
}
function nice(domain, interval) {
  domain = domain.slice();
  var i0 = 0, i1 = domain.length - 1, x0 = domain[i0], x1 = domain[i1], t;
  if (x1 < x0) {
    t = i0, i0 = i1, i1 = t;
    t = x0, x0 = x1, x1 = t;
  }
  domain[i0] = interval.floor(x0);
  domain[i1] = interval.ceil(x1);
  return domain;
}
function date2(t) {
  return new Date(t);
}
function number4(t) {
  return t instanceof Date ? +t : Math.round(t);
}
function calendar(ticks2, tickInterval, year, month2, week, day2, hour, minute, second2, format2) {
  var scale = continuous(), invert = scale.invert, domain = scale.domain;
  var formatMillisecond = format2(".%L"), formatSecond = format2(":%S"), formatMinute = format2("%I:%M"), formatHour = format2("%I %p"), formatDay = format2("%a %d"), formatWeek = format2("%b %d"), formatMonth = format2("%B"), formatYear2 = format2("%Y");
  function tickFormat2(date3) {
    return (second2(date3) < date3 ? formatMillisecond : minute(date3) < date3 ? formatSecond : hour(date3) < date3 ? formatMinute : day2(date3) < date3 ? formatHour : month2(date3) < date3 ? week(date3) < date3 ? formatDay : formatWeek : year(date3) < date3 ? formatMonth : formatYear2)(date3);
  }
  scale.invert = function(y) {
    return new Date(Math.round(invert(y)));
  };
  scale.domain = function(_) {
    return arguments.length ? domain(Array.from(_, number4)) : domain().map(date2);
  };
  scale.ticks = function(interval) {
    var d = domain();
    return ticks2(d[0], d[d.length - 1], interval == null ? 10 : interval);
  };
  scale.tickFormat = function(count2, specifier) {
    return specifier == null ? tickFormat2 : format2(specifier);
  };
  scale.nice = function(interval) {
    var d = domain();
    if (!interval || typeof interval.range !== "function") interval = tickInterval(d[0], d[d.length - 1], interval == null ? 10 : interval);
    return interval ? domain(nice(d, interval)) : scale;
  };
  scale.copy = function() {
    return copy$1(scale, calendar(ticks2, tickInterval, year, month2, week, day2, hour, minute, second2, format2));
  };
  return scale;
}
function utcTime() {
  return initRange.apply(calendar(utcTicks, utcTickInterval, utcYear, utcMonth, utcSunday, utcDay, utcHour, utcMinute, second, utcFormat).domain([Date.UTC(2e3, 0, 1), Date.UTC(2e3, 0, 2)]), arguments);
}

// .venv/scripts/node_modules/d3-selection/dist/d3-selection.mjs
var xhtml = "http://www.w3.org/1999/xhtml";
var namespaces = {
  svg: "http://www.w3.org/2000/svg",
  xhtml,
  xlink: "http://www.w3.org/1999/xlink",
  xml: "http://www.w3.org/XML/1998/namespace",
  xmlns: "http://www.w3.org/2000/xmlns/"
};
function namespace(name) {
  var prefix = name += "", i = prefix.indexOf(":");
  if (i >= 0 && (prefix = name.slice(0, i)) !== "xmlns") name = name.slice(i + 1);
  return namespaces.hasOwnProperty(prefix) ? { space: namespaces[prefix], local: name } : name;
}
function creatorInherit(name) {
  return function() {
    var document2 = this.ownerDocument, uri = this.namespaceURI;
    return uri === xhtml && document2.documentElement.namespaceURI === xhtml ? document2.createElement(name) : document2.createElementNS(uri, name);
  };
}
function creatorFixed(fullname) {
  return function() {
    return this.ownerDocument.createElementNS(fullname.space, fullname.local);
  };
}
function creator(name) {
  var fullname = namespace(name);
  return (fullname.local ? creatorFixed : creatorInherit)(fullname);
}
function none() {
}
function selector(selector2) {
  return selector2 == null ? none : function() {
    return this.querySelector(selector2);
  };
}
function selection_select(select2) {
  if (typeof select2 !== "function") select2 = selector(select2);
  for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
    for (var group2 = groups[j], n = group2.length, subgroup = subgroups[j] = new Array(n), node, subnode, i = 0; i < n; ++i) {
      if ((node = group2[i]) && (subnode = select2.call(node, node.__data__, i, group2))) {
        if ("__data__" in node) subnode.__data__ = node.__data__;
        subgroup[i] = subnode;
      }
    }
  }
  return new Selection(subgroups, this._parents);
}
function array2(x) {
  return x == null ? [] : Array.isArray(x) ? x : Array.from(x);
}
function empty() {
  return [];
}
function selectorAll(selector2) {
  return selector2 == null ? empty : function() {
    return this.querySelectorAll(selector2);
  };
}
function arrayAll(select2) {
  return function() {
    return array2(select2.apply(this, arguments));
  };
}
function selection_selectAll(select2) {
  if (typeof select2 === "function") select2 = arrayAll(select2);
  else select2 = selectorAll(select2);
  for (var groups = this._groups, m = groups.length, subgroups = [], parents = [], j = 0; j < m; ++j) {
    for (var group2 = groups[j], n = group2.length, node, i = 0; i < n; ++i) {
      if (node = group2[i]) {
        subgroups.push(select2.call(node, node.__data__, i, group2));
        parents.push(node);
      }
    }
  }
  return new Selection(subgroups, parents);
}
function matcher(selector2) {
  return function() {
    return this.matches(selector2);
  };
}
function childMatcher(selector2) {
  return function(node) {
    return node.matches(selector2);
  };
}
var find = Array.prototype.find;
function childFind(match) {
  return function() {
    return find.call(this.children, match);
  };
}
function childFirst() {
  return this.firstElementChild;
}
function selection_selectChild(match) {
  return this.select(match == null ? childFirst : childFind(typeof match === "function" ? match : childMatcher(match)));
}
var filter = Array.prototype.filter;
function children() {
  return Array.from(this.children);
}
function childrenFilter(match) {
  return function() {
    return filter.call(this.children, match);
  };
}
function selection_selectChildren(match) {
  return this.selectAll(match == null ? children : childrenFilter(typeof match === "function" ? match : childMatcher(match)));
}
function selection_filter(match) {
  if (typeof match !== "function") match = matcher(match);
  for (var groups = this._groups, m = groups.length, subgroups = new Array(m), j = 0; j < m; ++j) {
    for (var group2 = groups[j], n = group2.length, subgroup = subgroups[j] = [], node, i = 0; i < n; ++i) {
      if ((node = group2[i]) && match.call(node, node.__data__, i, group2)) {
        subgroup.push(node);
      }
    }
  }
  return new Selection(subgroups, this._parents);
}
function sparse(update) {
  return new Array(update.length);
}
function selection_enter() {
  return new Selection(this._enter || this._groups.map(sparse), this._parents);
}
function EnterNode(parent, datum2) {
  this.ownerDocument = parent.ownerDocument;
  this.namespaceURI = parent.namespaceURI;
  this._next = null;
  this._parent = parent;
  this.__data__ = datum2;
}
EnterNode.prototype = {
  constructor: EnterNode,
  appendChild: function(child) {
    return this._parent.insertBefore(child, this._next);
  },
  insertBefore: function(child, next) {
    return this._parent.insertBefore(child, next);
  },
  querySelector: function(selector2) {
    return this._parent.querySelector(selector2);
  },
  querySelectorAll: function(selector2) {
    return this._parent.querySelectorAll(selector2);
  }
};
function constant2(x) {
  return function() {
    return x;
  };
}
function bindIndex(parent, group2, enter, update, exit, data) {
  var i = 0, node, groupLength = group2.length, dataLength = data.length;
  for (; i < dataLength; ++i) {
    if (node = group2[i]) {
      node.__data__ = data[i];
      update[i] = node;
    } else {
      enter[i] = new EnterNode(parent, data[i]);
    }
  }
  for (; i < groupLength; ++i) {
    if (node = group2[i]) {
      exit[i] = node;
    }
  }
}
function bindKey(parent, group2, enter, update, exit, data, key) {
  var i, node, nodeByKeyValue = /* @__PURE__ */ new Map(), groupLength = group2.length, dataLength = data.length, keyValues = new Array(groupLength), keyValue;
  for (i = 0; i < groupLength; ++i) {
    if (node = group2[i]) {
      keyValues[i] = keyValue = key.call(node, node.__data__, i, group2) + "";
      if (nodeByKeyValue.has(keyValue)) {
        exit[i] = node;
      } else {
        nodeByKeyValue.set(keyValue, node);
      }
    }
  }
  for (i = 0; i < dataLength; ++i) {
    keyValue = key.call(parent, data[i], i, data) + "";
    if (node = nodeByKeyValue.get(keyValue)) {
      update[i] = node;
      node.__data__ = data[i];
      nodeByKeyValue.delete(keyValue);
    } else {
      enter[i] = new EnterNode(parent, data[i]);
    }
  }
  for (i = 0; i < groupLength; ++i) {
    if ((node = group2[i]) && nodeByKeyValue.get(keyValues[i]) === node) {
      exit[i] = node;
    }
  }
}
function datum(node) {
  return node.__data__;
}
function selection_data(value2, key) {
  if (!arguments.length) return Array.from(this, datum);
  var bind = key ? bindKey : bindIndex, parents = this._parents, groups = this._groups;
  if (typeof value2 !== "function") value2 = constant2(value2);
  for (var m = groups.length, update = new Array(m), enter = new Array(m), exit = new Array(m), j = 0; j < m; ++j) {
    var parent = parents[j], group2 = groups[j], groupLength = group2.length, data = arraylike(value2.call(parent, parent && parent.__data__, j, parents)), dataLength = data.length, enterGroup = enter[j] = new Array(dataLength), updateGroup = update[j] = new Array(dataLength), exitGroup = exit[j] = new Array(groupLength);
    bind(parent, group2, enterGroup, updateGroup, exitGroup, data, key);
    for (var i0 = 0, i1 = 0, previous, next; i0 < dataLength; ++i0) {
      if (previous = enterGroup[i0]) {
        if (i0 >= i1) i1 = i0 + 1;
        while (!(next = updateGroup[i1]) && ++i1 < dataLength) ;
        previous._next = next || null;
      }
    }
  }
  update = new Selection(update, parents);
  update._enter = enter;
  update._exit = exit;
  return update;
}
function arraylike(data) {
  return typeof data === "object" && "length" in data ? data : Array.from(data);
}
function selection_exit() {
  return new Selection(this._exit || this._groups.map(sparse), this._parents);
}
function selection_join(onenter, onupdate, onexit) {
  var enter = this.enter(), update = this, exit = this.exit();
  if (typeof onenter === "function") {
    enter = onenter(enter);
    if (enter) enter = enter.selection();
  } else {
    enter = enter.append(onenter + "");
  }
  if (onupdate != null) {
    update = onupdate(update);
    if (update) update = update.selection();
  }
  if (onexit == null) exit.remove();
  else onexit(exit);
  return enter && update ? enter.merge(update).order() : update;
}
function selection_merge(context) {
  var selection2 = context.selection ? context.selection() : context;
  for (var groups0 = this._groups, groups1 = selection2._groups, m0 = groups0.length, m1 = groups1.length, m = Math.min(m0, m1), merges = new Array(m0), j = 0; j < m; ++j) {
    for (var group0 = groups0[j], group1 = groups1[j], n = group0.length, merge = merges[j] = new Array(n), node, i = 0; i < n; ++i) {
      if (node = group0[i] || group1[i]) {
        merge[i] = node;
      }
    }
  }
  for (; j < m0; ++j) {
    merges[j] = groups0[j];
  }
  return new Selection(merges, this._parents);
}
function selection_order() {
  for (var groups = this._groups, j = -1, m = groups.length; ++j < m; ) {
    for (var group2 = groups[j], i = group2.length - 1, next = group2[i], node; --i >= 0; ) {
      if (node = group2[i]) {
        if (next && node.compareDocumentPosition(next) ^ 4) next.parentNode.insertBefore(node, next);
        next = node;
      }
    }
  }
  return this;
}
function selection_sort(compare) {
  if (!compare) compare = ascending2;
  function compareNode(a, b) {
    return a && b ? compare(a.__data__, b.__data__) : !a - !b;
  }
  for (var groups = this._groups, m = groups.length, sortgroups = new Array(m), j = 0; j < m; ++j) {
    for (var group2 = groups[j], n = group2.length, sortgroup = sortgroups[j] = new Array(n), node, i = 0; i < n; ++i) {
      if (node = group2[i]) {
        sortgroup[i] = node;
      }
    }
    sortgroup.sort(compareNode);
  }
  return new Selection(sortgroups, this._parents).order();
}
function ascending2(a, b) {
  return a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN;
}
function selection_call() {
  var callback = arguments[0];
  arguments[0] = this;
  callback.apply(null, arguments);
  return this;
}
function selection_nodes() {
  return Array.from(this);
}
function selection_node() {
  for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
    for (var group2 = groups[j], i = 0, n = group2.length; i < n; ++i) {
      var node = group2[i];
      if (node) return node;
    }
  }
  return null;
}
function selection_size() {
  let size = 0;
  for (const node of this) ++size;
  return size;
}
function selection_empty() {
  return !this.node();
}
function selection_each(callback) {
  for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
    for (var group2 = groups[j], i = 0, n = group2.length, node; i < n; ++i) {
      if (node = group2[i]) callback.call(node, node.__data__, i, group2);
    }
  }
  return this;
}
function attrRemove(name) {
  return function() {
    this.removeAttribute(name);
  };
}
function attrRemoveNS(fullname) {
  return function() {
    this.removeAttributeNS(fullname.space, fullname.local);
  };
}
function attrConstant(name, value2) {
  return function() {
    this.setAttribute(name, value2);
  };
}
function attrConstantNS(fullname, value2) {
  return function() {
    this.setAttributeNS(fullname.space, fullname.local, value2);
  };
}
function attrFunction(name, value2) {
  return function() {
    var v = value2.apply(this, arguments);
    if (v == null) this.removeAttribute(name);
    else this.setAttribute(name, v);
  };
}
function attrFunctionNS(fullname, value2) {
  return function() {
    var v = value2.apply(this, arguments);
    if (v == null) this.removeAttributeNS(fullname.space, fullname.local);
    else this.setAttributeNS(fullname.space, fullname.local, v);
  };
}
function selection_attr(name, value2) {
  var fullname = namespace(name);
  if (arguments.length < 2) {
    var node = this.node();
    return fullname.local ? node.getAttributeNS(fullname.space, fullname.local) : node.getAttribute(fullname);
  }
  return this.each((value2 == null ? fullname.local ? attrRemoveNS : attrRemove : typeof value2 === "function" ? fullname.local ? attrFunctionNS : attrFunction : fullname.local ? attrConstantNS : attrConstant)(fullname, value2));
}
function defaultView(node) {
  return node.ownerDocument && node.ownerDocument.defaultView || node.document && node || node.defaultView;
}
function styleRemove(name) {
  return function() {
    this.style.removeProperty(name);
  };
}
function styleConstant(name, value2, priority) {
  return function() {
    this.style.setProperty(name, value2, priority);
  };
}
function styleFunction(name, value2, priority) {
  return function() {
    var v = value2.apply(this, arguments);
    if (v == null) this.style.removeProperty(name);
    else this.style.setProperty(name, v, priority);
  };
}
function selection_style(name, value2, priority) {
  return arguments.length > 1 ? this.each((value2 == null ? styleRemove : typeof value2 === "function" ? styleFunction : styleConstant)(name, value2, priority == null ? "" : priority)) : styleValue(this.node(), name);
}
function styleValue(node, name) {
  return node.style.getPropertyValue(name) || defaultView(node).getComputedStyle(node, null).getPropertyValue(name);
}
function propertyRemove(name) {
  return function() {
    delete this[name];
  };
}
function propertyConstant(name, value2) {
  return function() {
    this[name] = value2;
  };
}
function propertyFunction(name, value2) {
  return function() {
    var v = value2.apply(this, arguments);
    if (v == null) delete this[name];
    else this[name] = v;
  };
}
function selection_property(name, value2) {
  return arguments.length > 1 ? this.each((value2 == null ? propertyRemove : typeof value2 === "function" ? propertyFunction : propertyConstant)(name, value2)) : this.node()[name];
}
function classArray(string2) {
  return string2.trim().split(/^|\s+/);
}
function classList(node) {
  return node.classList || new ClassList(node);
}
function ClassList(node) {
  this._node = node;
  this._names = classArray(node.getAttribute("class") || "");
}
ClassList.prototype = {
  add: function(name) {
    var i = this._names.indexOf(name);
    if (i < 0) {
      this._names.push(name);
      this._node.setAttribute("class", this._names.join(" "));
    }
  },
  remove: function(name) {
    var i = this._names.indexOf(name);
    if (i >= 0) {
      this._names.splice(i, 1);
      this._node.setAttribute("class", this._names.join(" "));
    }
  },
  contains: function(name) {
    return this._names.indexOf(name) >= 0;
  }
};
function classedAdd(node, names) {
  var list = classList(node), i = -1, n = names.length;
  while (++i < n) list.add(names[i]);
}
function classedRemove(node, names) {
  var list = classList(node), i = -1, n = names.length;
  while (++i < n) list.remove(names[i]);
}
function classedTrue(names) {
  return function() {
    classedAdd(this, names);
  };
}
function classedFalse(names) {
  return function() {
    classedRemove(this, names);
  };
}
function classedFunction(names, value2) {
  return function() {
    (value2.apply(this, arguments) ? classedAdd : classedRemove)(this, names);
  };
}
function selection_classed(name, value2) {
  var names = classArray(name + "");
  if (arguments.length < 2) {
    var list = classList(this.node()), i = -1, n = names.length;
    while (++i < n) if (!list.contains(names[i])) return false;
    return true;
  }
  return this.each((typeof value2 === "function" ? classedFunction : value2 ? classedTrue : classedFalse)(names, value2));
}
function textRemove() {
  this.textContent = "";
}
function textConstant(value2) {
  return function() {
    this.textContent = value2;
  };
}
function textFunction(value2) {
  return function() {
    var v = value2.apply(this, arguments);
    this.textContent = v == null ? "" : v;
  };
}
function selection_text(value2) {
  return arguments.length ? this.each(value2 == null ? textRemove : (typeof value2 === "function" ? textFunction : textConstant)(value2)) : this.node().textContent;
}
function htmlRemove() {
  this.innerHTML = "";
}
function htmlConstant(value2) {
  return function() {
    this.innerHTML = value2;
  };
}
function htmlFunction(value2) {
  return function() {
    var v = value2.apply(this, arguments);
    this.innerHTML = v == null ? "" : v;
  };
}
function selection_html(value2) {
  return arguments.length ? this.each(value2 == null ? htmlRemove : (typeof value2 === "function" ? htmlFunction : htmlConstant)(value2)) : this.node().innerHTML;
}
function raise() {
  if (this.nextSibling) this.parentNode.appendChild(this);
}
function selection_raise() {
  return this.each(raise);
}
function lower() {
  if (this.previousSibling) this.parentNode.insertBefore(this, this.parentNode.firstChild);
}
function selection_lower() {
  return this.each(lower);
}
function selection_append(name) {
  var create = typeof name === "function" ? name : creator(name);
  return this.select(function() {
    return this.appendChild(create.apply(this, arguments));
  });
}
function constantNull() {
  return null;
}
function selection_insert(name, before) {
  var create = typeof name === "function" ? name : creator(name), select2 = before == null ? constantNull : typeof before === "function" ? before : selector(before);
  return this.select(function() {
    return this.insertBefore(create.apply(this, arguments), select2.apply(this, arguments) || null);
  });
}
function remove() {
  var parent = this.parentNode;
  if (parent) parent.removeChild(this);
}
function selection_remove() {
  return this.each(remove);
}
function selection_cloneShallow() {
  var clone = this.cloneNode(false), parent = this.parentNode;
  return parent ? parent.insertBefore(clone, this.nextSibling) : clone;
}
function selection_cloneDeep() {
  var clone = this.cloneNode(true), parent = this.parentNode;
  return parent ? parent.insertBefore(clone, this.nextSibling) : clone;
}
function selection_clone(deep) {
  return this.select(deep ? selection_cloneDeep : selection_cloneShallow);
}
function selection_datum(value2) {
  return arguments.length ? this.property("__data__", value2) : this.node().__data__;
}
function contextListener(listener) {
  return function(event) {
    listener.call(this, event, this.__data__);
  };
}
function parseTypenames(typenames) {
  return typenames.trim().split(/^|\s+/).map(function(t) {
    var name = "", i = t.indexOf(".");
    if (i >= 0) name = t.slice(i + 1), t = t.slice(0, i);
    return { type: t, name };
  });
}
function onRemove(typename) {
  return function() {
    var on = this.__on;
    if (!on) return;
    for (var j = 0, i = -1, m = on.length, o; j < m; ++j) {
      if (o = on[j], (!typename.type || o.type === typename.type) && o.name === typename.name) {
        this.removeEventListener(o.type, o.listener, o.options);
      } else {
        on[++i] = o;
      }
    }
    if (++i) on.length = i;
    else delete this.__on;
  };
}
function onAdd(typename, value2, options) {
  return function() {
    var on = this.__on, o, listener = contextListener(value2);
    if (on) for (var j = 0, m = on.length; j < m; ++j) {
      if ((o = on[j]).type === typename.type && o.name === typename.name) {
        this.removeEventListener(o.type, o.listener, o.options);
        this.addEventListener(o.type, o.listener = listener, o.options = options);
        o.value = value2;
        return;
      }
    }
    this.addEventListener(typename.type, listener, options);
    o = { type: typename.type, name: typename.name, value: value2, listener, options };
    if (!on) this.__on = [o];
    else on.push(o);
  };
}
function selection_on(typename, value2, options) {
  var typenames = parseTypenames(typename + ""), i, n = typenames.length, t;
  if (arguments.length < 2) {
    var on = this.node().__on;
    if (on) for (var j = 0, m = on.length, o; j < m; ++j) {
      for (i = 0, o = on[j]; i < n; ++i) {
        if ((t = typenames[i]).type === o.type && t.name === o.name) {
          return o.value;
        }
      }
    }
    return;
  }
  on = value2 ? onAdd : onRemove;
  for (i = 0; i < n; ++i) this.each(on(typenames[i], value2, options));
  return this;
}
function dispatchEvent(node, type, params) {
  var window2 = defaultView(node), event = window2.CustomEvent;
  if (typeof event === "function") {
    event = new event(type, params);
  } else {
    event = window2.document.createEvent("Event");
    if (params) event.initEvent(type, params.bubbles, params.cancelable), event.detail = params.detail;
    else event.initEvent(type, false, false);
  }
  node.dispatchEvent(event);
}
function dispatchConstant(type, params) {
  return function() {
    return dispatchEvent(this, type, params);
  };
}
function dispatchFunction(type, params) {
  return function() {
    return dispatchEvent(this, type, params.apply(this, arguments));
  };
}
function selection_dispatch(type, params) {
  return this.each((typeof params === "function" ? dispatchFunction : dispatchConstant)(type, params));
}
function* selection_iterator() {
  for (var groups = this._groups, j = 0, m = groups.length; j < m; ++j) {
    for (var group2 = groups[j], i = 0, n = group2.length, node; i < n; ++i) {
      if (node = group2[i]) yield node;
    }
  }
}
var root = [null];
function Selection(groups, parents) {
  this._groups = groups;
  this._parents = parents;
}
function selection() {
  return new Selection([[document.documentElement]], root);
}
function selection_selection() {
  return this;
}
Selection.prototype = selection.prototype = {
  constructor: Selection,
  select: selection_select,
  selectAll: selection_selectAll,
  selectChild: selection_selectChild,
  selectChildren: selection_selectChildren,
  filter: selection_filter,
  data: selection_data,
  enter: selection_enter,
  exit: selection_exit,
  join: selection_join,
  merge: selection_merge,
  selection: selection_selection,
  order: selection_order,
  sort: selection_sort,
  call: selection_call,
  nodes: selection_nodes,
  node: selection_node,
  size: selection_size,
  empty: selection_empty,
  each: selection_each,
  attr: selection_attr,
  style: selection_style,
  property: selection_property,
  classed: selection_classed,
  text: selection_text,
  html: selection_html,
  raise: selection_raise,
  lower: selection_lower,
  append: selection_append,
  insert: selection_insert,
  remove: selection_remove,
  clone: selection_clone,
  datum: selection_datum,
  on: selection_on,
  dispatch: selection_dispatch,
  [Symbol.iterator]: selection_iterator
};
function select(selector2) {
  return typeof selector2 === "string" ? new Selection([[document.querySelector(selector2)]], [document.documentElement]) : new Selection([[selector2]], root);
}
var nextId = 0;
function local() {
  return new Local();
}
function Local() {
  this._ = "@" + (++nextId).toString(36);
}
Local.prototype = local.prototype = {
  constructor: Local,
  get: function(node) {
    var id = this._;
    while (!(id in node)) if (!(node = node.parentNode)) return;
    return node[id];
  },
  set: function(node, value2) {
    return node[this._] = value2;
  },
  remove: function(node) {
    return this._ in node && delete node[this._];
  },
  toString: function() {
    return this._;
  }
};

// explorer/browser/chart.js
var HELP = "arrow keys step through the dates, with shift they move the chart; plus and minus zoom, 0 resets";
var HELP_WITHOUT_DATES = "arrow keys with shift move the chart; plus and minus zoom, 0 resets";
var LEFT = 54;
var RIGHT = 10;
var TOP = 6;
var DRAGGED = 4;
var day = utcFormat("%-d %b %Y");
var month = utcFormat("%b %Y");
var dayAlone = utcFormat("%-d %b");
var monthAlone = utcFormat("%b");
var icon2 = (d) => svgElement(
  "svg",
  { viewBox: "0 0 14 14", "aria-hidden": "true" },
  svgElement("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.4 })
);
var makeChart = (parent, options) => {
  const { name, label, parts, time = false, xLabels = true } = options;
  const help = options.step ? HELP : HELP_WITHOUT_DATES;
  const axes = { x: svgElement("g", {}), y: svgElement("g", {}) };
  const title = svgElement("text", { "text-anchor": "middle", class: "title" });
  const groups = Object.fromEntries(Object.keys(parts).map((part) => [part, svgElement("g", { "data-part": part })]));
  const plot = svgElement("svg", { class: "marks", overflow: "hidden" }, ...Object.values(groups));
  const svg2 = svgElement(
    "svg",
    { tabindex: 0, role: "application", "aria-label": `${label}: ${help}` },
    axes.x,
    axes.y,
    title,
    plot
  );
  const rules = {
    cursor: element("div", { class: "rule", hidden: true }),
    hover: element("div", { class: "rule at-pointer", hidden: true })
  };
  const box2 = element("div", { class: "zoom-box", hidden: true });
  const button2 = (text, d, onclick) => element("button", { type: "button", title: text, "aria-label": text, onclick }, icon2(d));
  const zoomButton = button2(
    "Zoom: drag a box (or hold Shift while dragging)",
    "M2 2h7v7h-7zM9 9l4 4",
    () => setZooming(!zooming)
  );
  const host = element(
    "div",
    { class: "chart", role: "figure", "aria-label": label, "data-chart": name },
    svg2,
    rules.cursor,
    rules.hover,
    box2,
    element(
      "div",
      { class: "zoom" },
      zoomButton,
      button2("The whole range", "M2 7a5 5 0 1 0 2-4M4 0v4h4", () => reset())
    )
  );
  parent.append(host);
  let [width, height] = [0, 0];
  let frame = 0, every = true, zooming = false;
  let whole = { x: options.x, y: (
    /** @type {Range} */
    [0, 0.6]
  ) }, shown = { ...whole }, yLabel = options.yLabel ?? "", years = true;
  const columns = (
    /** @type {Record<string, any>} */
    {}
  );
  const changed = /* @__PURE__ */ new Set();
  const places = { cursor: null, hover: null };
  let held = false;
  let known = (
    /** @type {ReturnType<typeof measure> | null} */
    null
  );
  const here = () => known ??= measure();
  const measure = () => {
    const left2 = LEFT, right2 = Math.max(LEFT + 1, width - RIGHT), top2 = TOP, bottom2 = Math.max(TOP + 1, height - (xLabels ? 22 : TOP));
    const x = time ? utcTime(shown.x, [left2, right2]) : linear2(shown.x, [left2, right2]), y = linear2(shown.y, [bottom2, top2]);
    const per = (right2 - left2) / (shown.x[1] - shown.x[0]);
    return { x: (v) => left2 + (v - shown.x[0]) * per, y, left: left2, right: right2, top: top2, bottom: bottom2, scales: { x, y } };
  };
  const put = (node, attributes) => {
    for (const [key, value2] of Object.entries(attributes)) node.setAttribute(key, value2);
  };
  const dateText = (date3) => date3.getUTCDate() === 1 ? (years ? month : monthAlone)(date3) : (years ? day : dayAlone)(date3);
  const drawAxes = (at) => {
    const bottom2 = axisBottom(at.scales.x).ticks(Math.max(2, Math.floor((at.right - at.left) / (years ? 84 : 56)))).tickSizeInner(at.top - at.bottom).tickSizeOuter(0).tickPadding(8).tickFormat(xLabels ? time ? dateText : options.xText ?? String : () => "");
    const left2 = axisLeft(at.scales.y).ticks(Math.max(2, Math.min(6, Math.floor((at.bottom - at.top) / 20)))).tickSizeInner(at.left - at.right).tickSizeOuter(0).tickPadding(6);
    put(axes.x, { transform: `translate(0,${at.bottom})` });
    put(axes.y, { transform: `translate(${at.left},0)` });
    select(axes.x).call(bottom2);
    select(axes.y).call(left2);
    for (const node of [axes.x, axes.y]) for (const name2 of ["font-family", "font-size"]) node.removeAttribute(name2);
    keepLabelsApart(at);
    const middle = (at.top + at.bottom) / 2;
    put(title, { transform: `translate(12,${middle}) rotate(-90)` });
    title.textContent = yLabel;
    put(plot, { x: at.left, y: at.top, width: at.right - at.left, height: at.bottom - at.top });
    put(plot, { viewBox: `${at.left} ${at.top} ${at.right - at.left} ${at.bottom - at.top}` });
    for (const rule of Object.values(rules))
      Object.assign(rule.style, { top: `${at.top}px`, height: `${at.bottom - at.top}px` });
  };
  const keepLabelsApart = (at) => {
    let free = -Infinity;
    for (const text of xLabels ? (
      /** @type {NodeListOf<SVGTextElement>} */
      axes.x.querySelectorAll(".tick text")
    ) : []) {
      const x = Number(/translate\(([-\d.]+)/.exec(text.parentElement?.getAttribute("transform") ?? "")?.[1] ?? 0);
      const half = (text.textContent ?? "").length * 3.6;
      const moved = Math.min(0, width - 2 - half - x);
      text.setAttribute("dx", String(moved));
      text.style.display = x + moved - half < free || at.right < x ? "none" : "";
      if (text.style.display === "") free = x + moved + half + 6;
    }
  };
  let unfitted = false;
  const fit = () => {
    if (!unfitted) return;
    unfitted = false;
    const values = Object.entries(options.extents).flatMap(([part, of]) => columns[part] ? of(columns[part]) : []);
    const range2 = fitted(values, held ? whole.y : null, options.fit);
    if (!range2) return;
    const zoomed = held && shown.y !== whole.y;
    held = true;
    whole = { ...whole, y: range2 };
    see(shown.x, zoomed ? shown.y : range2);
  };
  const draw = () => {
    fit();
    frame = 0;
    if (!width || !height || host.hidden) return;
    const at = here();
    if (every) drawAxes(at);
    for (const part of every ? Object.keys(parts) : changed) {
      const marks = columns[part] ? parts[part](columns[part], at) : [];
      groups[part].replaceChildren(
        ...marks.map(([tag, attributes, text]) => svgElement(tag, attributes, ...text === void 0 ? [] : [text]))
      );
    }
    every = false;
    changed.clear();
    placeRules(at);
  };
  const ask = (all = false) => {
    if (all) known = null;
    every ||= all;
    frame ||= requestAnimationFrame(draw);
  };
  const placeRules = (at = here()) => {
    for (const [what, rule] of Object.entries(rules)) {
      const value2 = places[what];
      const x = value2 === null ? -1 : at.x(value2);
      rule.hidden = !width || x < at.left || x > at.right;
      if (!rule.hidden) rule.style.transform = `translateX(${x - 0.7}px)`;
    }
  };
  const size = new ResizeObserver(([entry]) => {
    ;
    ({ width, height } = entry.contentRect);
    ask(true);
  });
  size.observe(host);
  const see = (x, y = shown.y) => {
    const [low, high] = whole.x, span = Math.min(high - low, Math.max(x[1] - x[0], (high - low) / 500)), start = Math.min(Math.max(x[0], low), high - span);
    shown = { x: [start, start + span], y };
    host.classList.toggle(
      "zoomed",
      shown.x.some((v, i) => v !== whole.x[i]) || shown.y.some((v, i) => v !== whole.y[i])
    );
    ask(true);
  };
  const tellZoom = () => options.zoomed?.(shown.x);
  const reset = () => {
    see(whole.x, whole.y);
    tellZoom();
  };
  const setZooming = (on) => {
    zooming = on;
    host.classList.toggle("zooming", on);
    zoomButton.setAttribute("aria-pressed", String(on));
  };
  setZooming(false);
  const local2 = (event) => {
    const { left: left2, top: top2 } = host.getBoundingClientRect();
    return [event.clientX - left2, event.clientY - top2];
  };
  const valueAt = (left2, at = here()) => {
    const share = (left2 - at.left) / (at.right - at.left);
    return shown.x[0] + Math.min(1, Math.max(0, share)) * (shown.x[1] - shown.x[0]);
  };
  let pressed = (
    /** @type {null | {left: number, top: number, boxed: boolean}} */
    null
  );
  const drawBox = (left2, top2) => {
    const at = here(), [x0, x1] = [pressed.left, left2].map((v) => Math.min(at.right, Math.max(at.left, v))).sort((a, b) => a - b), [y0, y1] = [pressed.top, top2].map((v) => Math.min(at.bottom, Math.max(at.top, v))).sort((a, b) => a - b);
    Object.assign(box2.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
    box2.hidden = false;
    return { x0, x1, y0, y1, at };
  };
  svg2.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [left2, top2] = local2(event);
    pressed = { left: left2, top: top2, boxed: zooming || event.shiftKey };
    svg2.setPointerCapture(event.pointerId);
  });
  svg2.addEventListener("pointermove", (event) => {
    const [left2, top2] = local2(event), at = here();
    if (pressed?.boxed) drawBox(left2, top2);
    else if (pressed && Math.abs(left2 - pressed.left) >= DRAGGED) options.seek?.(valueAt(left2, at), false);
    const inside2 = left2 >= at.left && left2 <= at.right;
    options.hover?.(inside2 ? { x: valueAt(left2, at), left: event.clientX, top: event.clientY } : null);
  });
  svg2.addEventListener("pointerup", (event) => {
    if (!pressed) return;
    const [left2, top2] = local2(event);
    if (!pressed.boxed) options.seek?.(valueAt(left2), true);
    else {
      const { x0, x1, y0, y1, at } = drawBox(left2, top2);
      if (x1 - x0 >= DRAGGED && y1 - y0 >= DRAGGED) {
        see([valueAt(x0, at), valueAt(x1, at)], [at.scales.y.invert(y1), at.scales.y.invert(y0)]);
        tellZoom();
        setZooming(false);
      }
    }
    pressed = null;
    box2.hidden = true;
  });
  svg2.addEventListener("pointercancel", () => {
    pressed = null;
    box2.hidden = true;
  });
  svg2.addEventListener("pointerleave", () => options.hover?.(null));
  svg2.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key], span = shown.x[1] - shown.x[0], middle = (shown.x[0] + shown.x[1]) / 2;
    const around = (centre, wide) => see([centre - wide / 2, centre + wide / 2]);
    if (by && event.shiftKey) around(middle + by * span / 4, span);
    else if (by && options.step) options.step(event.key);
    else if (event.key === "+" || event.key === "=") around(middle, span / 2);
    else if (event.key === "-") around(middle, span * 2);
    else if (event.key === "0") see(whole.x, whole.y);
    else if (event.key === "Escape" && zooming) setZooming(false);
    else return;
    tellZoom();
    event.preventDefault();
    event.stopPropagation();
  });
  const chart = {
    host,
    columns,
    /** What is seen of both axes, and whether the chart is there at all. */
    get view() {
      fit();
      return { ...shown, yLabel, shown: !host.hidden };
    },
    places,
    /** Draw other data in a part; the same object is left as it is. */
    set(part, data) {
      if (columns[part] === data) return;
      columns[part] = data;
      if (part in parts) changed.add(part);
      unfitted ||= part in options.extents;
      ask();
    },
    /** What was seen of y is of another sample: fit it anew. */
    forget() {
      held = false;
      unfitted = true;
      see(shown.x, whole.y);
    },
    /** @param {Range} x Another whole range, `withYear` or without in its dates. */
    span(x, withYear = true) {
      whole = { ...whole, x };
      years = withYear;
      see(x);
    },
    see: (x) => see(x),
    /** What somebody has zoomed to, of each axis; null where all is seen. */
    get zoomed() {
      fit();
      const part = (axis2) => shown[axis2].some((v, i) => v !== whole[axis2][i]) ? shown[axis2] : null;
      return { x: part("x"), y: part("y") };
    },
    /** @param {{ x: Range | null, y: Range | null }} part Of each axis; null: all. */
    zoomTo({ x, y }) {
      fit();
      see(x ?? whole.x, y ?? whole.y);
    },
    name(text) {
      if (text === yLabel) return;
      yLabel = text;
      ask(true);
    },
    show(on) {
      host.hidden = !on;
    },
    move(what, value2) {
      places[what] = value2;
      placeRules();
    },
    /** Where a value lies, CSS pixels of the window. */
    place(x, y) {
      const at = here(), { left: left2, top: top2 } = host.getBoundingClientRect();
      return [left2 + at.x(x), top2 + at.y(y)];
    },
    /** Pixels of the window between two values of x. */
    wide: (x0, x1) => Math.abs(here().x(x1) - here().x(x0)),
    /** What is seen, with the cursor, as an element that needs no stylesheet. */
    picture() {
      if (frame) {
        cancelAnimationFrame(frame);
        draw();
      }
      const copy = (
        /** @type {SVGElement} */
        svg2.cloneNode(true)
      );
      const [live, plain] = [svg2, copy].map((root2) => [...root2.querySelectorAll("*")]);
      live.forEach((node, i) => {
        const style = getComputedStyle(node);
        for (const key of ["fill", "stroke"])
          if (/var\(/.test(node.getAttribute(key) ?? "") || node.closest("[class=marks]") === null)
            plain[i].setAttribute(key, style.getPropertyValue(key));
        if (node.tagName === "text" && style.display === "none") plain[i].remove();
      });
      for (const key of ["tabindex", "role"]) copy.removeAttribute(key);
      put(copy, { width, height, "font-size": 12, "aria-label": label });
      const at = here();
      if (places.cursor !== null && !rules.cursor.hidden) {
        const x = at.x(places.cursor);
        copy.append(
          svgElement("line", {
            x1: x,
            x2: x,
            y1: at.top,
            y2: at.bottom,
            stroke: getComputedStyle(rules.cursor).borderLeftColor,
            "stroke-width": 1.4
          })
        );
      }
      return copy;
    },
    remove() {
      size.disconnect();
      cancelAnimationFrame(frame);
      host.remove();
    }
  };
  host.chart = chart;
  return chart;
};

// explorer/views/judge/add_opinion.js
var ENDINGS = ".parquet,.geoparquet,.pq,.csv,.csv.gz,.gz,.tsv";
var LICENCES = ["CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC0 1.0", "ODbL 1.0", "Not published: for own use"];
var ADVICE = {
  "say --kind probability (kind='probability')": "choose Probabilities under Values",
  "say --whole 100 (whole=100)": "choose 100 under A whole cell is",
  "use --only-known (only_known=True)": "tick Leave out samples that are not in this corpus"
};
var MEGABYTE = 1e6;
var makeAddOpinion = ({ added, removed }) => {
  let request = null;
  let most = 0;
  let names = [];
  let toRemove = "";
  const row = (label, control, hint = "") => {
    const said = hint ? element("span", { class: "hint", id: `hint-${control.id}` }, hint) : null;
    if (said) control.setAttribute("aria-describedby", said.id);
    return element(
      "div",
      { class: "row" },
      element("label", { for: control.id }, label),
      element("div", {}, control, said)
    );
  };
  const line2 = (id, attributes = {}) => element("input", { id, type: "text", autocomplete: "off", ...attributes });
  const select2 = (id, options) => element("select", { id }, ...options.map(([value2, text]) => element("option", { value: value2 }, text)));
  const file = element("input", { id: "file", type: "file", accept: ENDINGS, required: true });
  const name = line2("name", { required: true, maxlength: 60, pattern: "[A-Za-z0-9][A-Za-z0-9 _.\\-]*" });
  const legend = select2("legend", []);
  const kind = select2("kind", [
    ["", "Fractions, or one class a sample"],
    ["probability", "Probabilities: need not add up to 1"]
  ]);
  const whole = select2("whole", [
    ["1", "1"],
    ["100", "100 (percent)"]
  ]);
  const known = element("input", { id: "known", type: "checkbox" });
  const by = line2("source", { required: true, maxlength: 1e3 });
  const licence = line2("licence", { required: true, maxlength: 1e3, list: "licences" });
  const note = line2("note", { maxlength: 1e3 });
  const trouble = element("p", { class: "wrong", role: "alert" });
  const status2 = element("p", { class: "status", role: "status" });
  const bar2 = element("progress", { max: 1, value: 0, "aria-label": "Sent", hidden: true });
  const add = element("button", { type: "submit", class: "first" }, "Add");
  const cancel = element("button", { type: "button", onclick: () => close() }, "Cancel");
  const form = element(
    "form",
    { novalidate: true },
    row(
      "File",
      file,
      "A row a sample: sample_id and a column a class; or sample_id, class and fraction; or sample_id and class."
    ),
    row("Name", name, "Letters (a to z), digits, blank, _ . and -"),
    row("Classes", legend),
    row("Values", kind),
    row("A whole cell is", whole),
    element(
      "div",
      { class: "row" },
      element("span", {}),
      element("label", { class: "check" }, known, "Leave out samples that are not in this corpus")
    ),
    row("Source", by, "Whom to name: a model and its version, a paper"),
    row("Licence", licence),
    element("datalist", { id: "licences" }, ...LICENCES.map((one2) => element("option", { value: one2 }))),
    row("Note", note, "What else is to be known of it; may stay empty"),
    trouble,
    element("div", { class: "sending" }, bar2, status2),
    element("div", { class: "buttons" }, cancel, add)
  );
  const dialog = element(
    "dialog",
    { class: "form", "aria-label": "Add an opinion" },
    element("h2", {}, "Add an opinion"),
    form
  );
  const question = element("p", {});
  const problem = element("p", { class: "wrong", role: "alert" });
  const yes = element("button", { type: "button", class: "first", onclick: () => remove2() }, "Remove");
  const confirm = element(
    "dialog",
    { class: "form small", role: "alertdialog", "aria-label": "Remove an opinion" },
    element("h2", {}, "Remove an opinion"),
    question,
    problem,
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", onclick: () => confirm.close() }, "Keep it"),
      yes
    )
  );
  for (const one2 of [dialog, confirm]) one2.addEventListener("keydown", (event) => event.stopPropagation());
  const say = (text, of = null) => {
    trouble.textContent = text;
    for (const one2 of [file, name, by, licence]) one2.removeAttribute("aria-invalid");
    if (!of) return;
    of.setAttribute("aria-invalid", "true");
    of.focus();
  };
  const busy = (is) => {
    for (const one2 of form.querySelectorAll("input, select")) one2.disabled = is;
    add.disabled = is;
    bar2.hidden = !is;
    bar2.value = 0;
    if (!is) status2.textContent = "";
  };
  const address = (of, asked = "") => new URL(`api/opinions/${encodeURIComponent(of)}${asked}`, document.baseURI).href;
  const read = (answer) => {
    try {
      return JSON.parse(answer);
    } catch {
      return {};
    }
  };
  const sentence = (text) => {
    let said = text;
    for (const [of, here] of Object.entries(ADVICE)) said = said.replace(of, here);
    const first = /^[a-z]+ /.test(said) ? said[0].toUpperCase() : said[0];
    return `${first}${said.slice(1)}${said.endsWith(".") ? "" : "."}`;
  };
  file.addEventListener("change", () => {
    say("");
    const stem = (file.files[0]?.name ?? "").replace(/\.(csv\.gz|[a-z]+)$/i, "");
    const made = stem.replace(/[^A-Za-z0-9 _.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 60);
    if (made && !name.value) name.value = made;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = file.files[0];
    if (!chosen) return say("Choose a file.", file);
    if (chosen.size > most)
      return say(
        `The file has ${Math.ceil(chosen.size / MEGABYTE)} MB; at most ${most / MEGABYTE} are taken here.`,
        file
      );
    if (!/\.(parquet|geoparquet|pq|csv|csv\.gz|tsv)$/i.test(chosen.name))
      return say("The file’s name ends in none of .parquet, .geoparquet, .csv and .csv.gz.", file);
    name.value = name.value.trim();
    if (!name.value || !name.checkValidity() || name.value.endsWith("."))
      return say("Give a name of letters (a to z), digits, blank, _ . and -.", name);
    if (names.includes(name.value)) return say(`An opinion is called ${name.value} already: give another name.`, name);
    if (!by.value.trim()) return say("Say whom to name for it.", by);
    if (!licence.value.trim()) return say("Say on which terms it may be used.", licence);
    say("");
    send(chosen);
  });
  const send = (chosen) => {
    const asked = new URLSearchParams({
      file: chosen.name.slice(-200),
      legend: legend.value,
      kind: kind.value,
      whole: whole.value,
      only_known: String(known.checked),
      source: by.value,
      licence: licence.value,
      note: note.value,
      as_problem: "true"
    });
    const sent = new XMLHttpRequest();
    request = sent;
    sent.open("PUT", address(name.value, `?${asked}`));
    sent.upload.addEventListener("progress", ({ loaded, total }) => {
      if (loaded < total) {
        bar2.value = loaded / total;
        status2.textContent = `Sent ${Math.floor(100 * loaded / total)} %`;
      }
    });
    sent.upload.addEventListener("load", () => {
      bar2.removeAttribute("value");
      status2.textContent = "Checking its rows …";
    });
    const failed = (text) => {
      if (request !== sent) return;
      request = null;
      busy(false);
      say(sentence(text || "it could not be added; try again"));
      add.focus();
    };
    sent.addEventListener("load", () => {
      const { description, problem: problem2 } = read(sent.responseText);
      const proxy = sent.status === 413 ? "a proxy before the server takes no file so large" : "";
      if (sent.status !== 201) return failed(problem2 ?? description ?? proxy);
      if (request !== sent) return;
      request = null;
      const made = name.value;
      close();
      added(made);
    });
    sent.addEventListener("error", () => failed("the connection ended before the file was taken; try again"));
    busy(true);
    status2.textContent = "Sending …";
    sent.send(chosen);
  };
  const close = () => {
    const sent = request;
    request = null;
    sent?.abort();
    busy(false);
    if (dialog.open) dialog.close();
  };
  dialog.addEventListener("close", () => close());
  const remove2 = async () => {
    yes.disabled = true;
    problem.textContent = "";
    try {
      const answer = await fetch(address(toRemove), { method: "DELETE" });
      if (!answer.ok && answer.status !== 404)
        throw new Error(read(await answer.text()).description || "it could not be removed");
      confirm.close();
      removed(toRemove);
    } catch (error) {
      problem.textContent = sentence(String(
        /** @type {Error} */
        error.message
      ));
    }
    yes.disabled = false;
  };
  return {
    dialogs: [dialog, confirm],
    /** @param {{ legends: { value: string, text: string }[], names: string[], most_bytes: number }} data */
    open(data) {
      if (dialog.open) return;
      most = data.most_bytes;
      names = data.names;
      legend.replaceChildren(...data.legends.map(({ value: value2, text }) => element("option", { value: value2 }, text)));
      form.reset();
      say("");
      busy(false);
      dialog.showModal();
    },
    /** @param {string} of */
    askToRemove(of) {
      toRemove = of;
      question.textContent = `“${of}” is deleted from the server, for everybody. Links that name it will lack it.`;
      problem.textContent = "";
      confirm.showModal();
    },
    close() {
      close();
      if (confirm.open) confirm.close();
    }
  };
};

// explorer/views/judge/judge_tables.js
var three = (value2) => value2 === null ? "–" : value2.toFixed(3);
var signed = (value2) => value2 === null ? "–" : `${Math.abs(value2) < 5e-4 ? "" : value2 > 0 ? "+" : "−"}${Math.abs(value2).toFixed(3)}`;
var count = (value2) => value2.toLocaleString("en", { maximumFractionDigits: value2 < 10 ? 1 : 0 });
var className = ({ title, code, colour, numbered }) => {
  if (colour === void 0) return [title];
  const swatch = element("i", { class: colour ? "swatch" : "swatch none", "aria-hidden": "true" });
  if (colour) swatch.style.background = colour;
  return numbered && colour ? [swatch, element("b", {}, String(code)), ` ${title}`] : [swatch, title];
};
var makeTable = (label) => {
  const head = element("tr"), body = element("tbody");
  const box2 = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    element("table", { class: "plain" }, element("thead", {}, head), body)
  );
  let heads = (
    /** @type {any[]} */
    []
  ), rows = (
    /** @type {any[]} */
    []
  ), sorted = { by: -1, down: true };
  const value2 = (row) => sorted.by ? row.cells[sorted.by - 1] : row.name.title;
  const inOrder = () => {
    if (sorted.by < 0) return rows;
    const way = sorted.down ? -1 : 1;
    return [...rows].sort((a, b) => {
      const [x, y] = [value2(a), value2(b)];
      if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
      return way * (typeof x === "string" ? x.localeCompare(y) : x - y);
    });
  };
  const drawHead = () => keepFocus(
    head,
    () => head.replaceChildren(
      ...heads.map(
        (one2, i) => element(
          "th",
          { scope: "col", "aria-sort": sorted.by === i ? sorted.down ? "descending" : "ascending" : "none" },
          element(
            "button",
            { type: "button", title: one2.what ?? "", onclick: () => sort(i) },
            one2.title,
            sorted.by === i ? sorted.down ? " ↓" : " ↑" : ""
          )
        )
      )
    )
  );
  const drawBody = () => keepFocus(
    body,
    () => body.replaceChildren(
      ...inOrder().map((row) => {
        const name = className(row.name);
        const first = row.choose ? element(
          "button",
          { type: "button", title: "Show these samples on the map", onclick: row.choose },
          ...name
        ) : element("span", {}, ...name);
        return element(
          "tr",
          {},
          element("th", { scope: "row" }, first),
          ...row.texts.map((text, i) => {
            const cell = element("td", { class: row.telling && i > row.texts.length - 3 ? "telling" : null }, text);
            if (heads[i + 1].bar && row.cells[i] !== null) {
              cell.classList.add("share");
              cell.style.setProperty("--share", `${100 * row.cells[i]}%`);
            }
            return cell;
          })
        );
      })
    )
  );
  const sort = (i) => {
    sorted = sorted.by === i ? { by: i, down: !sorted.down } : { by: i, down: i > 0 };
    drawHead();
    drawBody();
  };
  return {
    box: box2,
    draw(columns, content) {
      if (columns.map((one2) => one2.title).join() !== heads.map((one2) => one2.title).join())
        sorted = { by: -1, down: true };
      heads = columns;
      rows = content;
      drawHead();
      drawBody();
    },
    empty() {
      rows = [];
      body.replaceChildren();
    }
  };
};

// explorer/views/judge/cross_table.js
var WIDE_COLUMNS = 9;
var MIX = 55;
var short = (value2) => {
  if (value2 >= 99950) return `${Math.round(value2 / 1e3)}k`;
  if (value2 >= 9995) return `${(value2 / 1e3).toFixed(1)}k`;
  return value2 >= 9.95 || Number.isInteger(value2) ? String(Math.round(value2)) : value2.toFixed(1);
};
var percent3 = (share) => share > 0 && share < 5e-3 ? "<1" : share > 0.995 && share < 1 ? ">99" : String(Math.round(100 * share));
var exact = (value2) => value2.toLocaleString("en", { maximumFractionDigits: 1 });
var makeCrossTable = ({ say, choose }) => {
  const table = element("table", {
    class: "cross",
    role: "grid",
    "aria-label": "Cross-table: labels in rows, the model in columns. Arrow keys move, Enter shows the samples on the map"
  });
  const box2 = element("div", { class: "scroll" }, table);
  let cells = (
    /** @type {HTMLElement[][]} */
    []
  ), words = (
    /** @type {string[][]} */
    []
  ), codes = (
    /** @type {{ label: number | null, said: number | null }[][]} */
    []
  );
  let at = { row: 1, column: 1 };
  const placeOf = (target) => {
    const cell = (
      /** @type {HTMLElement} */
      target.closest?.("[data-at]")
    );
    if (!cell || !table.contains(cell)) return null;
    const [row, column] = (
      /** @type {HTMLElement} */
      cell.dataset.at.split(",").map(Number)
    );
    return { row, column };
  };
  const move = (to, focus = true) => {
    cells[at.row]?.[at.column]?.setAttribute("tabindex", "-1");
    at = {
      row: Math.min(Math.max(to.row, 0), cells.length - 1),
      column: Math.min(Math.max(to.column, 0), cells[0].length - 1)
    };
    if (!at.row && !at.column) at.column = 1;
    const cell = cells[at.row][at.column];
    cell.setAttribute("tabindex", "0");
    if (focus) cell.focus({ preventScroll: true });
    if (focus) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const act = ({ row, column }) => {
    const { label, said } = codes[row][column];
    choose(label, said);
  };
  table.addEventListener("click", (event) => {
    const place = placeOf(event.target);
    if (!place) return;
    move(place);
    act(place);
  });
  table.addEventListener("pointerover", (event) => {
    const place = placeOf(event.target);
    say(place ? words[place.row][place.column] : "");
  });
  table.addEventListener("pointerleave", () => say(""));
  table.addEventListener("focusin", (event) => {
    const place = placeOf(event.target);
    if (!place) return;
    move(place, false);
    say(words[place.row][place.column]);
  });
  table.addEventListener("keydown", (event) => {
    if (!cells.length || event.altKey || event.metaKey) return;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const ends = event.ctrlKey ? { Home: { row: 1, column: 1 }, End: { row: 1e9, column: 1e9 } } : { Home: { ...at, column: 0 }, End: { ...at, column: 1e9 } };
    if (step) move({ row: at.row + step[0], column: at.column + step[1] });
    else if (ends[event.key]) move(ends[event.key]);
    else if (event.key === "Enter" || event.key === " ") act(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    box: box2,
    /** @param {any} data Rows, columns and values. @param {any} state What was asked. */
    draw(data, state) {
      const of = (place) => state.classes[place];
      const held = table.contains(table.getRootNode().activeElement);
      const inRow = data.values.map((row) => row.reduce((a, b) => a + b, 0)), inColumn = data.columns.map((_, j) => data.values.reduce((sum, row) => sum + row[j], 0));
      const wide = data.columns.length <= WIDE_COLUMNS;
      const chosen = (one2) => (data.label !== null || data.said !== null) && one2.label === data.label && one2.said === data.said;
      const unit2 = state.by === "fractions" ? "samples’ worth" : "samples";
      cells = [];
      words = [];
      codes = [];
      const add = (row, cell, text, code) => {
        const column = (cells[row] ??= []).length;
        cell.dataset.at = `${row},${column}`;
        cell.tabIndex = -1;
        cell.setAttribute("aria-selected", String(chosen(code)));
        cells[row].push(cell);
        (words[row] ??= []).push(text);
        (codes[row] ??= []).push(code);
        return cell;
      };
      const corner = element("td", { class: "corner" }, element("span", {}, "Label ↓"), element("span", {}, "Model →"));
      cells[0] = [corner];
      words[0] = [""];
      codes[0] = [{ label: null, said: null }];
      const headOf = (place) => {
        const one2 = of(place);
        if (wide) return className({ ...one2, numbered: state.numbered });
        const swatch = element("i", { class: one2.colour ? "swatch" : "swatch none", "aria-hidden": "true" });
        if (one2.colour) swatch.style.background = one2.colour;
        return [swatch, element("b", {}, one2.colour ? String(one2.code) : one2.code ? "none" : "more")];
      };
      const head = element(
        "tr",
        {},
        corner,
        ...data.columns.map((place, j) => {
          const text = `The model says ${of(place).title}: ${exact(inColumn[j])} ${unit2}`;
          return add(
            0,
            element("th", { scope: "col", "aria-label": text, class: wide ? "named" : null }, ...headOf(place)),
            text,
            { label: null, said: of(place).code }
          );
        }),
        element("td", { class: "sum" }, "All")
      );
      const rows = data.rows.map((place, i) => {
        const one2 = of(place), text = `The label says ${one2.title}: ${exact(inRow[i])} ${unit2}`;
        const name = className({ ...one2, numbered: true });
        return element(
          "tr",
          {},
          add(i + 1, element("th", { scope: "row", "aria-label": text }, element("span", {}, ...name)), text, {
            label: one2.code,
            said: null
          }),
          ...data.columns.map((column, j) => {
            const value2 = data.values[i][j], [ofRow, ofColumn] = [value2 / (inRow[i] || 1), value2 / (inColumn[j] || 1)];
            const shown = state.values === "columns" ? ofColumn : ofRow;
            const words2 = `Label ${one2.title}, model ${of(column).title}: ${exact(value2)} ${unit2}, ${percent3(ofRow)} % of the label’s, ${percent3(ofColumn)} % of the model’s`;
            const same = place === column;
            const cell = element(
              "td",
              { "aria-label": words2, class: same ? "same" : null },
              value2 < 0.05 ? "" : state.values === "counts" ? short(value2) : percent3(shown)
            );
            if (value2 >= 0.05) cell.style.setProperty("--mix", `${(MIX * Math.sqrt(shown)).toFixed(1)}%`);
            return add(i + 1, cell, words2, { label: one2.code, said: of(column).code });
          }),
          element("td", { class: "sum" }, short(inRow[i]))
        );
      });
      const foot = element(
        "tr",
        { class: "sums" },
        element("td", { class: "sum" }, "All"),
        ...inColumn.map((sum) => element("td", { class: "sum" }, short(sum))),
        element("td", { class: "sum" }, short(inRow.reduce((a, b) => a + b, 0)))
      );
      table.classList.toggle("wide", wide);
      table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows), element("tfoot", {}, foot));
      if (cells.length > 1) move(at, held);
      say(held ? words[at.row][at.column] : "");
    },
    empty() {
      cells = [];
      words = [];
      codes = [];
      table.replaceChildren();
    }
  };
};

// explorer/views/judge/judge.js
var PARTS = [
  ["table", "Cross-table"],
  ["classes", "Class by class"],
  ["calibration", "Calibration"],
  ["parts", "Part by part"],
  ["two", "Two models"]
];
var VALUES = [
  ["counts", "Samples"],
  ["rows", "% of the label"],
  ["columns", "% of the model"]
];
var SUMMARY = [
  ["agreement", "Agreement", "Share of the samples whose largest class is the same"],
  ["macro_f1", "Macro F1", "Mean of F1 over classes"],
  ["weighted_f1", "Weighted F1", "Mean of F1, each class by how often the labels have it"],
  ["mean_average_precision", "mAP", "Mean over classes of average precision: fractions as a ranking of the samples"],
  ["disagreement", "Disagreement", "Mean of half the sum of the differences of fractions, 0 to 1"],
  ["calibration_error", "Calibration error", "How far what the model says lies from how often it is so"]
];
function render5({ model, el }) {
  const stop = new AbortController();
  let state = null;
  const send = (what2) => model.send_msg({ type: "choose", ...what2 });
  const button2 = (text, title, act, attributes = {}) => element("button", { type: "button", title, onclick: act, ...attributes }, text);
  const radios = (label, options, act) => element(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": label },
    ...options.map(
      ([value2, text]) => element("button", { type: "button", role: "radio", "data-value": value2, onclick: () => act(value2) }, text)
    )
  );
  const check = (group2, value2) => {
    for (const one2 of group2.children) {
      one2.setAttribute("aria-checked", String(one2.dataset.value === value2));
      one2.tabIndex = one2.dataset.value === value2 ? 0 : -1;
    }
  };
  const fill = (list, options, value2) => list.replaceChildren(
    ...options.map(([key, text]) => element("option", { value: key, selected: key === value2 }, text))
  );
  const samples = element("output", {
    class: "count",
    "aria-live": "polite",
    "aria-label": "Samples that are compared"
  });
  const source = element("span", { class: "source" });
  const what = element("span", { class: "what" });
  const close = button2("×", "Close", () => hide(), { class: "close", "aria-label": "Close the judgement" });
  const opinion = choice("Model or map", [], "", (value2) => send({ opinion: value2 }));
  const groups = choice("Classes", [], "", (value2) => send({ groups: value2 }));
  const by = choice(
    "How samples are compared",
    [
      ["largest", "by largest class"],
      ["fractions", "by fractions"]
    ],
    "largest",
    (value2) => send({ by: value2 })
  );
  const adding = makeAddOpinion({
    added: (name) => model.send_msg({ type: "added", name }),
    removed: (name) => model.send_msg({ type: "removed", name })
  });
  const remove2 = button2(
    "Remove…",
    "Take away this opinion, which was added on the page",
    () => adding.askToRemove(state.opinion)
  );
  const add = button2(
    "Add an opinion…",
    "Add a table of a model’s predictions, or of another map’s classes",
    () => model.send_msg({ type: "add" })
  );
  const numbers2 = Object.fromEntries(SUMMARY.map(([name]) => [name, element("dd", {}, "…")]));
  const summary = element(
    "dl",
    { class: "summary" },
    ...SUMMARY.map(([name, title, what2]) => element("div", { title: what2 }, element("dt", {}, title), numbers2[name]))
  );
  const parts = radios("Part of the answer", PARTS, (value2) => send({ part: value2 }));
  parts.classList.add("parts");
  const values = radios("What the cells say", VALUES, (value2) => send({ values: value2 }));
  const readout = element("span", { class: "readout" });
  const cross = makeCrossTable({
    say: (text) => {
      readout.textContent = text || "A click on a cell, a row or a column shows its samples on the map.";
    },
    choose: (label, said) => model.send_msg({ type: "filter", label, said })
  });
  const classes = makeTable("Scores of each class");
  const whose = choice("Whose calibration", [], "0", (value2) => send({ code: Number(value2) }));
  const curve = element("div", { class: "curve" });
  const bins = makeTable("Bins of the calibration curve");
  const error = element("span", { class: "readout" });
  const ofPart = choice(
    "Parts of the corpus",
    [
      ["country", "by country"],
      ["zone", "by UTM zone"],
      ["purity", "by purity of the label"],
      ["class", "by class of the label"]
    ],
    "country",
    (value2) => send({ of_part: value2 })
  );
  const partTable = makeTable("Agreement by part of the corpus");
  const other = choice("Compared with", [], "", (value2) => send({ other: value2 }));
  const differ = button2(
    "Where they differ",
    "Show on the map the samples of which they name different classes",
    () => model.send_msg({ type: "differ" })
  );
  const verdict = element("p", { class: "verdict" });
  const measures = makeTable("Both models in all");
  const pairs = makeTable("Both models, class by class");
  const chosen = element("output", { "aria-live": "polite", "aria-label": "Samples that are chosen" });
  const chosenBar = element(
    "div",
    { class: "chosen", hidden: true },
    chosen,
    button2("Table", "The chosen samples as a table", () => model.send_msg({ type: "table" })),
    button2("Gallery", "The chosen samples as pictures", () => model.send_msg({ type: "gallery" }))
  );
  const views = {
    table: element("div", { class: "view" }, element("div", { class: "tools" }, values, readout), cross.box),
    classes: element("div", { class: "view" }, classes.box),
    calibration: element(
      "div",
      { class: "view" },
      element("div", { class: "tools" }, whose, error),
      element("div", { class: "halves" }, curve, bins.box)
    ),
    parts: element("div", { class: "view" }, element("div", { class: "tools" }, ofPart), partTable.box),
    two: element(
      "div",
      { class: "view" },
      element("div", { class: "tools" }, element("span", {}, "beside"), other, differ),
      verdict,
      measures.box,
      pairs.box
    )
  };
  measures.box.classList.add("low");
  const chart = makeChart(curve, {
    name: "calibration",
    label: "Calibration: how often the labels have what the model says, against how much it says",
    x: [0, 1],
    xText: (value2) => `${Math.round(100 * value2)} %`,
    yLabel: "so in the labels",
    parts: {
      ideal: lines,
      line: lines,
      dots: (c, at) => dots({ x: c.x, y: c.y, fill: () => "var(--accent)", edge: () => "var(--panel)" }, at, {
        radius: 5,
        width: 1.2
      })
    },
    extents: { ideal: ({ ys }) => ys },
    fit: { from: 0, least: 1 }
  });
  const about = element("p", { class: "about" });
  const python = element("pre", { tabindex: "0", role: "region", "aria-label": "The same in Python" });
  const told = element("p", { class: "told", role: "status" });
  const saves = (
    /** @type {[string, string, string[]][]} */
    [
      ["judgement", "This part", ["csv", "png", "svg", "pdf"]],
      ["judged-samples", "Its samples", ["csv", "geojson", "gpkg", "parquet"]]
    ].map(
      ([what2, title, formats]) => element(
        "span",
        { class: "segments", role: "group", "aria-label": `Download: ${title.toLowerCase()}` },
        element("span", { class: "word" }, title),
        ...formats.map((format2) => {
          const name = { geojson: "GeoJSON", gpkg: "GeoPackage", parquet: "GeoParquet" }[format2] ?? format2.toUpperCase();
          const label = `${title} as ${name}`;
          const save = () => {
            told.textContent = `Writing ${name} …`;
            model.send_msg({ type: "save", file: what2, format: format2 });
          };
          return button2(name, label, save, { "aria-label": label });
        })
      )
    )
  );
  const files = element("span", { class: "files" }, ...saves);
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Judge a model", hidden: true },
    element("header", {}, element("h2", {}, "Judge a model"), what, samples, source, close),
    element(
      "div",
      { class: "bar", role: "group", "aria-label": "What is compared" },
      opinion,
      groups,
      by,
      element("span", { class: "own" }, remove2, add)
    ),
    summary,
    parts,
    ...Object.values(views),
    chosenBar,
    element("footer", {}, about, files, element("details", {}, element("summary", {}, "In Python"), python)),
    told
  );
  el.append(panel, ...adding.dialogs);
  const back = makeReturn(panel);
  const place = () => {
    const map2 = mapBoxBeside(model);
    panel.classList.toggle("beside", Boolean(map2));
    panel.style.setProperty("--beside", `${map2 ? map2.right + 12 : 8}px`);
  };
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal });
  const closeIt = () => {
    if (panel.hidden) return;
    back.closed();
    panel.hidden = true;
    state = null;
    for (const one2 of [cross, classes, bins, partTable, measures, pairs]) one2.empty();
    for (const one2 of Object.values(numbers2)) one2.textContent = "";
    for (const part of ["line", "dots"]) chart.set(part, part === "line" ? NO_LINES : NO_DOTS);
    for (const one2 of [samples, source, what, about, python, verdict, error, told, readout]) one2.textContent = "";
  };
  const NO_LINES = { xs: [], ys: [], colour: [] }, NO_DOTS = { x: [], y: [] };
  const hide = () => {
    closeIt();
    model.send_msg({ type: "closed" });
  };
  keepKeys(panel, hide);
  const show = (data, what2, draw) => {
    if (data.ticket !== state?.ticket) return;
    for (const [name, view] of Object.entries(views)) view.hidden = name !== state.part;
    draw();
    panel.classList.remove("busy");
    mark("judge-drawn", { ticket: data.ticket, part: what2 });
  };
  const classOf = (place2) => state.classes[place2];
  const named2 = (place2) => ({ ...classOf(place2), numbered: state.numbered });
  listen(model, {
    busy() {
      panel.classList.add("busy");
    },
    asked(data) {
      const opening = panel.hidden;
      if (opening) back.opened();
      const same = state && ["opinion", "groups", "by"].every((key) => state[key] === data[key]);
      state = data;
      panel.hidden = false;
      place();
      told.textContent = "";
      const n = data.samples.toLocaleString("en");
      samples.textContent = data.samples === data.of ? `${n} samples` : `${n} of ${data.of.toLocaleString("en")} samples have both`;
      source.textContent = data.source;
      source.title = data.source;
      const chosenGroups = data.groupings.find((one2) => one2.value === data.groups)?.text ?? data.groups;
      what.textContent = `${data.opinion}, ${chosenGroups}, by ${data.by === "largest" ? "largest class" : "fractions"}`;
      if (!same) for (const one2 of Object.values(numbers2)) one2.textContent = "…";
      keepFocus(panel, () => {
        fill(
          opinion,
          data.opinions.includes(data.opinion) ? data.opinions.map((one2) => [one2, one2]) : [[data.opinion, data.opinion]],
          data.opinion
        );
        fill(
          groups,
          data.groupings.map((one2) => [one2.value, one2.text]),
          data.groups
        );
        by.value = data.by;
        check(parts, data.part);
        check(values, data.values);
        ofPart.value = data.of_part;
        const real = data.classes.filter((one2) => one2.colour);
        fill(
          whose,
          [["0", "of the largest class"], ...real.map((one2) => [String(one2.code), `of ${one2.title}`])],
          String(data.code)
        );
        const others = data.opinions.filter((one2) => one2 !== data.opinion);
        fill(
          other,
          others.map((one2) => [one2, one2]),
          data.other || others[0]
        );
      });
      add.hidden = !data.may_add;
      remove2.hidden = !data.may_remove;
      chosenBar.hidden = data.chosen === null;
      chosen.textContent = data.chosen === null ? "" : `${data.chosen.toLocaleString("en")} samples are chosen and on the map`;
      about.textContent = [...data.notes, data.about].filter(Boolean).join(" ");
      python.textContent = data.python;
      if (data.focus) opinion.focus({ preventScroll: true });
    },
    summary(data) {
      if (data.ticket !== state?.ticket) return;
      for (const [name] of SUMMARY)
        numbers2[name].textContent = name === "agreement" ? percentText(data[name]) : three(data[name]);
      mark("judge-summary", { ticket: data.ticket });
    },
    cross(data) {
      show(data, "table", () => cross.draw(data, state));
    },
    classes(data) {
      show(
        data,
        "classes",
        () => classes.draw(
          [
            { title: "Class", text: true },
            { title: "Labels", what: "Samples that the labels call so" },
            { title: "Model", what: "Samples that the model calls so" },
            { title: "Precision", bar: true },
            { title: "Recall", bar: true },
            { title: "F1", bar: true },
            { title: "AP", what: "Average precision", bar: true },
            { title: "Mean, labels", what: "Mean fraction in the labels" },
            { title: "Mean, model", what: "Mean fraction that the model says" },
            { title: "Error", what: "Mean of the absolute difference of fractions" }
          ],
          data.rows.map((row) => {
            const one2 = classOf(row.place);
            return {
              name: named2(row.place),
              choose: one2.colour && state.numbered ? () => model.send_msg({ type: "filter", label: one2.code, said: null }) : null,
              cells: [
                row.labelled,
                row.said,
                row.precision,
                row.recall,
                row.f1,
                row.average_precision,
                row.label_mean,
                row.opinion_mean,
                row.error
              ],
              texts: [
                count(row.labelled),
                count(row.said),
                ...[
                  row.precision,
                  row.recall,
                  row.f1,
                  row.average_precision,
                  row.label_mean,
                  row.opinion_mean,
                  row.error
                ].map(three)
              ]
            };
          })
        )
      );
    },
    calibration(data) {
      show(data, "calibration", () => {
        const there = data.bins.filter((one2) => one2.samples);
        chart.set("ideal", { xs: [[0, 1]], ys: [[0, 1]], colour: ["var(--axis)"], dash: ["dashed"] });
        chart.set("line", {
          xs: [there.map((one2) => one2.said)],
          ys: [there.map((one2) => one2.found)],
          colour: ["var(--accent)"],
          width: [2]
        });
        chart.set("dots", { x: there.map((one2) => one2.said), y: there.map((one2) => one2.found) });
        error.textContent = `Expected calibration error ${three(data.error)}. On the dashed line, what the model is so sure of is so often so.`;
        bins.draw(
          [
            { title: "Said", text: true },
            { title: "Samples" },
            { title: "Mean said", bar: true },
            { title: "So in the labels", bar: true }
          ],
          data.bins.map((one2) => ({
            name: { title: `${Math.round(100 * one2.low)} to ${Math.round(100 * one2.high)} %` },
            cells: [one2.samples, one2.said, one2.found],
            texts: [count(one2.samples), three(one2.said), three(one2.found)]
          }))
        );
      });
    },
    parts(data) {
      show(
        data,
        "parts",
        () => partTable.draw(
          [
            {
              title: { country: "Country", zone: "UTM zone", purity: "Purity", class: "Class" }[state.of_part],
              text: true
            },
            { title: "Samples" },
            { title: "Agreement", bar: true },
            { title: "Macro F1", bar: true },
            { title: "Disagreement", what: "Of fractions, mean", bar: true }
          ],
          data.rows.map((row) => ({
            name: { title: state.of_part === "zone" ? `${row.name.padStart(2, "0")}N` : row.name },
            choose: state.of_part === "class" ? null : () => model.send_msg({ type: "select", name: row.name }),
            cells: [row.samples, row.agreement, row.macro_f1, row.disagreement],
            texts: [count(row.samples), three(row.agreement), three(row.macro_f1), three(row.disagreement)]
          }))
        )
      );
    },
    two(data) {
      show(data, "two", () => {
        other.value = data.other;
        differ.setAttribute("aria-pressed", String(data.differ));
        const p = data.p_value < 1e-4 ? "p < 0.0001" : `p = ${data.p_value.toPrecision(2)}`;
        verdict.textContent = `Of ${data.samples.toLocaleString("en")} samples that both speak of, ${state.opinion} alone has the label’s class in ${data.first_only.toLocaleString("en")}, ${data.other} alone in ${data.second_only.toLocaleString("en")} (McNemar’s test: ${p}).`;
        const interval = `${Math.round(100 * data.confidence)} % interval`;
        const row = (one2) => ({
          cells: [one2.first, one2.second, one2.difference, one2.low],
          texts: [
            three(one2.first),
            three(one2.second),
            signed(one2.difference),
            one2.low === null ? "" : `${signed(one2.low)} to ${signed(one2.high)}`
          ],
          telling: one2.low > 0 || one2.high < 0
        });
        const heads = [
          { title: state.opinion, bar: true },
          { title: data.other, bar: true },
          { title: "Difference" },
          { title: interval, what: "Of the difference: paired bootstrap; bold where it leaves out 0" }
        ];
        measures.draw(
          [{ title: "In all", text: true }, ...heads],
          data.measures.map((one2) => ({ name: { title: one2.name }, ...row(one2) }))
        );
        pairs.draw(
          [{ title: "F1 of class", text: true }, { title: "Labels" }, ...heads],
          data.rows.map((one2) => {
            const rest = row(one2);
            return {
              name: named2(one2.place),
              ...rest,
              cells: [one2.labelled, ...rest.cells],
              texts: [count(one2.labelled), ...rest.texts]
            };
          })
        );
      });
    },
    hide() {
      closeIt();
      adding.close();
    },
    form: (data) => adding.open(data),
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }));
      told.textContent = `${data.name} was written.`;
    },
    trouble(data) {
      panel.classList.remove("busy");
      if (panel.hidden) {
        back.opened();
        panel.hidden = false;
        place();
        close.focus({ preventScroll: true });
      }
      told.textContent = data.text;
    }
  });
  model.on("remove", () => {
    stop.abort();
    adding.close();
    chart.remove();
  });
  model.send_msg({ type: "ready" });
}
var percentText = (share) => share === null ? "–" : `${(100 * share).toFixed(1)} %`;

// explorer/views/labels/labels.js
var labels_exports = {};
__export(labels_exports, {
  render: () => render6
});
var FILES = { gpkg: "GeoPackage", geojson: "GeoJSON", csv: "CSV" };
var counted = (count2, what) => count2 ? `${count2} ${what}${count2 === 1 ? "" : "s"}` : "";
var makeGround = (save, showThem) => {
  const name = element("summary", {});
  const list = element("ul", {});
  const note = element("p", { class: "note" });
  const files = Object.entries(FILES).map(
    ([format2, text]) => element("button", { type: "button", title: `Save as ${text}`, onclick: () => save(format2) }, text)
  );
  const box2 = element("input", { type: "checkbox", onchange: () => showThem(box2.checked) });
  const shows = element("label", { class: "shows" }, box2, "Show in the pictures");
  const row = element(
    "div",
    { class: "files", role: "group", "aria-label": "Save what was seen on the ground" },
    ...files
  );
  const el = element("details", { class: "ground", hidden: true }, name, shows, list, row, note);
  return {
    el,
    show({ marks, more, credits, problems, shown }) {
      el.hidden = !marks.length && !problems.length;
      const areas2 = marks.filter(({ rings }) => rings.length).length;
      const told = [counted(marks.length - areas2, "point"), counted(areas2, "polygon"), more ? `${more} more` : ""];
      name.textContent = `On the ground: ${told.filter(Boolean).join(", ") || "cannot be read"}`;
      row.hidden = shows.hidden = !marks.length;
      box2.checked = shown;
      list.replaceChildren(
        ...marks.map(({ set, id, title, colour, date: date3, rings }) => {
          const sign2 = element("i", { class: rings.length ? "area" : "point", "aria-hidden": "true" });
          sign2.style.setProperty("--colour", colour);
          return element(
            "li",
            { class: "seen", title: `${set} ${id}: ${title}` },
            sign2,
            element("span", { class: "name" }, title),
            element("span", { class: "hidden" }, rings.length ? ", a polygon of " : ", a point of "),
            element("span", { class: "of" }, `${set} ${id}`),
            element("span", { class: "percent" }, date3)
          );
        })
      );
      note.textContent = [...problems, ...credits].join(". ");
    }
  };
};
function render6({ model, el }) {
  const box2 = element("div", { class: "scroll", role: "group", "aria-label": "Classes of the label" });
  const bars3 = element("div");
  bars3.innerHTML = model.html;
  const ground = makeGround(
    (format2) => model.send_msg({ type: "save", format: format2 }),
    (shown) => model.send_msg({ type: "show_ground", shown })
  );
  box2.append(bars3, ground.el);
  const choice2 = element("select", { "aria-label": "Opinion beside the label", title: "Opinion beside the label" });
  choice2.addEventListener("change", () => model.send_msg({ type: "choose", opinion: choice2.value }));
  const judge = element(
    "button",
    {
      type: "button",
      title: "Judge a model: cross-table, scores and calibration beside all labels",
      onclick: () => model.send_msg({ type: "judge" })
    },
    "Judge"
  );
  const add = element(
    "button",
    {
      type: "button",
      class: "add",
      hidden: true,
      title: "Add a table of a model’s predictions, or of another map’s classes",
      onclick: () => model.send_msg({ type: "add_opinion" })
    },
    "Add an opinion…"
  );
  const heads = ["label", "opinion", "differs"].map(
    (head) => element("span", { class: "head", "aria-hidden": "true" }, head)
  );
  const caption = element(
    "span",
    { class: "choice" },
    element("span", { "aria-hidden": "true" }, "Beside it"),
    choice2,
    judge
  );
  const beside = element("div", { class: "beside" }, caption, ...heads);
  beside.hidden = true;
  const nameColumns = () => {
    for (const head of heads) head.hidden = !box2.querySelector(".pair");
  };
  nameColumns();
  const alike = element(
    "button",
    { type: "button", onclick: () => model.send_msg({ type: "alike" }) },
    "More like this"
  );
  const onMap = element("span", { role: "status" });
  const clear = element(
    "button",
    { type: "button", title: "Take the rings off the map", onclick: () => model.send_msg({ type: "clear" }) },
    "Clear"
  );
  const likes = element("div", { class: "likes" }, alike, onMap, clear, add);
  el.append(beside, box2, likes);
  const reachable = () => {
    box2.tabIndex = box2.scrollHeight > box2.clientHeight + 1 ? 0 : -1;
  };
  const sized = new ResizeObserver(reachable);
  sized.observe(box2);
  model.on("remove", () => sized.disconnect());
  ground.el.addEventListener("toggle", reachable);
  listen(model, {
    ground(data) {
      ground.show(data);
      reachable();
    },
    file({ name, media, bytes }) {
      saveFile(name, new Blob([bytes], { type: media }));
    },
    opinions({ names, chosen, may_add }) {
      beside.hidden = !names.length && !chosen;
      add.hidden = !may_add || !beside.hidden;
      const known = names.includes(chosen) || !chosen ? names : [...names, chosen];
      choice2.replaceChildren(
        element("option", { value: "" }, "no opinion"),
        ...known.map((name) => element("option", { value: name }, name))
      );
      choice2.value = chosen;
      reachable();
    },
    alike({ on_map: count2, off }) {
      alike.disabled = Boolean(off);
      alike.title = off || "The samples that look most like this one: pictures, map and queue";
      onMap.textContent = count2 ? `${count2} alike on the map` : "";
      if (!count2 && clear.getRootNode().activeElement === clear) alike.focus();
      clear.hidden = !count2;
    },
    label(data) {
      bars3.innerHTML = data.html;
      box2.scrollTop = 0;
      nameColumns();
      reachable();
    }
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/map/legend.js
var legend_exports = {};
__export(legend_exports, {
  render: () => render7
});
var ROW = 24;
function render7({ model, el }) {
  const level = element(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": "Level of the classes" },
    ...[1, 2, 3].map(
      (n) => element(
        "button",
        {
          type: "button",
          role: "radio",
          "data-level": n,
          "aria-label": `Level ${n}`,
          title: `Classes of level ${n}`,
          onclick: () => model.send_msg({ type: "level", level: n })
        },
        String(n)
      )
    )
  );
  const count2 = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples shown" });
  const table = element(
    "button",
    { type: "button", class: "table", onclick: () => model.send_msg({ type: "table" }) },
    "Table"
  );
  const gallery = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "The same samples as pictures",
      onclick: () => model.send_msg({ type: "gallery" })
    },
    "Gallery"
  );
  const dataset = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "What is in these samples: classes, countries, purity, reviews, imagery",
      onclick: () => model.send_msg({ type: "dataset" })
    },
    "Dataset"
  );
  const embedding = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "The samples as points: what looks alike lies together",
      onclick: () => model.send_msg({ type: "embedding" })
    },
    "Embedding"
  );
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Active filters", hidden: true });
  const key = element("div", { class: "density", role: "img", hidden: true });
  const list = element("ul", { "aria-label": "Legend" });
  const scroller = element("div", { class: "scroll" }, list);
  const more = element("button", {
    type: "button",
    class: "more",
    hidden: true,
    onclick: () => scroller.scrollBy({ top: scroller.clientHeight - ROW })
  });
  const columns = () => Number(getComputedStyle(list).getPropertyValue("--legend-columns")) || 2;
  const announce = () => {
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const lines2 = below > 2 ? Math.ceil((below - 2) / ROW) : 0, count3 = columns();
    const left2 = lines2 && Math.min(lines2 * count3 - (count3 - list.children.length % count3) % count3, list.children.length);
    more.hidden = !left2 || scroller.clientHeight < 2 * ROW;
    more.textContent = `+${left2} more`;
    more.setAttribute("aria-label", `Show more classes: ${left2} are further down`);
    scroller.classList.toggle("below", left2 > 0);
    scroller.classList.toggle("above", scroller.scrollTop > 2);
  };
  scroller.addEventListener("scroll", announce, { passive: true });
  const sized = new ResizeObserver(() => {
    keepInSight();
    announce();
  });
  sized.observe(scroller);
  model.on("remove", () => sized.disconnect());
  el.append(
    element(
      "div",
      { class: "top" },
      element(
        "div",
        { class: "head" },
        element("span", { class: "hint" }, "Level"),
        level,
        count2,
        table,
        gallery,
        dataset,
        embedding
      )
    ),
    chips,
    key,
    element("div", { class: "rows" }, scroller, more)
  );
  const keepInSight = () => {
    const rows = [...list.children], count3 = columns();
    for (let column = 0; column < count3; column++) {
      const chosen = rows.filter((one2, i) => i % count3 === column && one2.classList.contains("on"));
      for (const [i, one2] of chosen.entries())
        Object.assign(one2.style, { top: `${i * ROW}px`, bottom: `${(chosen.length - 1 - i) * ROW}px` });
    }
  };
  const isolate = (code, event) => {
    model.send_msg({ type: "isolate", code, add: event.shiftKey || event.ctrlKey || event.metaKey });
    bus(model).emit("hint-done", "time");
  };
  listen(model, {
    rows(data) {
      for (const button2 of level.children)
        button2.setAttribute("aria-checked", String(Number(button2.dataset.level) === data.level));
      const n = data.count.toLocaleString("en"), all = data.total.toLocaleString("en");
      const part = data.count !== data.total;
      const total = part ? [element("span", { class: "total" }, ` of ${all}`)] : [];
      count2.replaceChildren(part ? n : all, ...total, element("span", { class: part ? "unit" : "word" }, " samples"));
      count2.title = part ? `${n} of ${all} samples` : `${all} samples`;
      const focused = el.getRootNode().activeElement?.dataset?.code;
      const some = data.rows.some((row) => row.on);
      list.replaceChildren(
        ...data.rows.map((row) => {
          const swatch = element("i");
          swatch.style.background = row.colour;
          const share = 100 * row.share;
          const percent4 = share >= 9.95 ? share.toFixed(0) : share >= 0.1 ? share.toFixed(1) : "<0.1";
          const button2 = element(
            "button",
            {
              type: "button",
              "data-code": row.code,
              "aria-pressed": String(row.on),
              class: some && !row.on ? "off" : "",
              title: `${row.code || ""} ${row.title}: ${row.count.toLocaleString("en")} samples, ${percent4} %. Click isolates, shift-click adds.`,
              onclick: (event) => isolate(row.code, event)
            },
            swatch,
            element("span", {}, row.title),
            element("em", {}, row.count.toLocaleString("en")),
            element("em", { class: "share" }, `${percent4} %`)
          );
          return element("li", { class: row.on ? "on" : "" }, button2);
        })
      );
      keepInSight();
      announce();
      if (focused) list.querySelector(`[data-code="${focused}"]`)?.focus({ preventScroll: true });
      chips.hidden = !data.chips.length;
      chips.replaceChildren(
        ...data.chips.map(
          (chip) => element(
            "button",
            {
              type: "button",
              class: "chip",
              title: `Remove: ${chip.text}`,
              "aria-label": `Remove filter: ${chip.text}`,
              onclick: () => model.send_msg({ type: "remove", name: chip.name })
            },
            element("span", {}, chip.text),
            element("b", {}, "×")
          )
        )
      );
      if (data.chips.length > 1)
        chips.append(
          element(
            "button",
            { type: "button", class: "chip all", onclick: () => model.send_msg({ type: "remove", name: "all" }) },
            "Clear all"
          )
        );
      mark("legend", { count: data.count });
    },
    scale({ colours, words, title }) {
      if (words) {
        const bar2 = element("i");
        bar2.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
        key.replaceChildren(
          ...colours.length ? [element("span", {}, `${words}: 0 %`), bar2, element("span", {}, "100 %")] : [element("span", {}, words)]
        );
        key.setAttribute("aria-label", colours.length ? `${title}. From 0 to 100 %` : title);
        key.title = title;
        key.hidden = false;
      } else if (key.title) key.hidden = true;
      if (!words) key.removeAttribute("title");
    },
    density(data) {
      if (data.most === null) {
        if (!key.title) key.hidden = true;
        return;
      }
      key.hidden = false;
      const bar2 = element("i");
      bar2.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`;
      key.replaceChildren(
        element("span", {}, "1"),
        bar2,
        element("span", {}, `${data.most.toLocaleString("en")} a pixel`)
      );
      key.setAttribute("aria-label", `Density: from 1 to ${data.most} samples a pixel, logarithmic`);
    }
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/map/map_tools.js
var map_tools_exports = {};
__export(map_tools_exports, {
  render: () => render8
});

// explorer/views/map/map_ground.js
var REACH3 = 3;
var RIMS = 3;
var SMALL = 3.5;
var LARGE = 8;
var halfOf = (count2) => Math.min(SMALL + 0.8 * Math.log2(count2), LARGE);
var markOnMap = (marks, x, y, resolution) => {
  let best = null, least = Infinity;
  for (const mark2 of marks) {
    if (mark2.rings.length) continue;
    const far = (Math.abs(mark2.x - x) + Math.abs(mark2.y - y)) / resolution;
    if (far <= halfOf(mark2.count) + RIMS + REACH3 && far < least) {
      best = mark2;
      least = far;
    }
  }
  return best ?? marks.find(({ rings }) => rings.length && inside(rings, x, y)) ?? null;
};
var makeGroundLayer = (canvas) => {
  let marks = (
    /** @type {Mark[]} */
    []
  );
  return {
    /** All marks; none where the map does not show them. */
    set(told) {
      marks = [...told].sort((a, b) => b.count - a.count);
      canvas.hidden = !marks.length;
    },
    draw({ x0, x1, y1, width, height }) {
      if (!marks.length) return;
      const context = fitCanvas(canvas, width, height);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
      const resolution = (x1 - x0) / width;
      const place = ([x, y]) => [(x - x0) / resolution, (y1 - y) / resolution];
      for (const { rings, colour } of marks) if (rings.length) drawOutline(context, colour, rings, place);
      for (const { rings, colour, count: count2, x, y } of marks) {
        if (rings.length) continue;
        const [left2, top2] = place([x, y]);
        if (left2 > -20 && top2 > -20 && left2 < width + 20 && top2 < height + 20)
          drawDiamond(context, colour, left2, top2, halfOf(count2));
      }
    },
    /** What is said of the mark under the pointer. */
    textAt: (x, y, resolution) => markOnMap(marks, x, y, resolution)?.text ?? ""
  };
};

// explorer/views/map/map_moves.js
var FLIGHT = { least: 300, most: 1200, speed: 0.45 };
var GLIDE = 55;
var COAST = { window: 90, held: 45, half: 190, least: 0.12, end: 0.015, most: 3.5 };
var ease = (t) => t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
var still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
var flight = (way, to) => {
  const duration = Math.min(Math.max(way.duration * FLIGHT.speed, FLIGHT.least), FLIGHT.most);
  return {
    duration,
    /** The view after so many milliseconds. */
    at: (ms) => ms >= duration ? to : way(ease(ms / duration))
  };
};
var letGo = (points, now) => {
  const last = points.at(-1), first = points.find(({ t }) => now - t <= COAST.window);
  if (!last || !first || now - last.t > COAST.held || last.t - first.t < 8) return { x: 0, y: 0 };
  const [x, y] = [(last.x - first.x) / (last.t - first.t), (last.y - first.y) / (last.t - first.t)];
  const speed = Math.hypot(x, y);
  if (speed < COAST.least) return { x: 0, y: 0 };
  const part = Math.min(1, COAST.most / speed);
  return { x: x * part, y: y * part };
};
var makeMoves = ({ get, show, zoom: zoom2, path }) => {
  let frame = 0, flying = false, left2 = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = left2 = 0;
    flying = false;
  };
  const run = (step) => {
    let begun = 0, last = 0;
    const next = (now) => {
      begun ||= now;
      const goes = step(now - begun, now - (last || now));
      last = now;
      if (goes) frame = requestAnimationFrame(next);
      else stop();
    };
    frame = requestAnimationFrame(next);
  };
  const fly = (x0, x1, y0, y1) => {
    stop();
    const { width, height, ...now } = get();
    if (still() || !width || !height) {
      show(x0, x1, y0, y1);
      return;
    }
    const to = (
      /** @type {[number, number, number]} */
      [
        (x0 + x1) / 2,
        (y0 + y1) / 2,
        Math.max(x1 - x0, (y1 - y0) * width / height)
      ]
    );
    const way = flight(path([(now.x0 + now.x1) / 2, (now.y0 + now.y1) / 2, now.x1 - now.x0], to), to);
    flying = true;
    run((ms) => {
      const [x, y, wide] = way.at(ms), high = wide * height / width, last = ms >= way.duration;
      if (last) flying = false;
      show(x - wide / 2, x + wide / 2, y - high / 2, y + high / 2);
      return !last;
    });
  };
  const glide = (factor, fx, fy) => {
    if (still()) {
      zoom2(factor, fx, fy);
      return;
    }
    const more = left2;
    stop();
    left2 = more + Math.log(factor);
    run((_ms, since) => {
      const part = Math.abs(left2) < 4e-3 ? left2 : left2 * (1 - Math.exp(-Math.max(since, 8) / GLIDE));
      zoom2(Math.exp(part), fx, fy);
      left2 -= part;
      return left2 !== 0;
    });
  };
  const coast = (velocity) => {
    stop();
    if (still() || !(velocity.x || velocity.y)) return;
    let { x: vx, y: vy } = velocity;
    run((_ms, since) => {
      const { x0, x1, y0, y1, width } = get(), pixel = (x1 - x0) / width;
      show(x0 - vx * since * pixel, x1 - vx * since * pixel, y0 + vy * since * pixel, y1 + vy * since * pixel);
      const slower = 2 ** (-since / COAST.half);
      vx *= slower;
      vy *= slower;
      return Math.hypot(vx, vy) > COAST.end;
    });
  };
  return {
    fly,
    glide,
    coast,
    stop,
    /** Whether it is on its way to where the server wants it. */
    get flying() {
      return flying;
    }
  };
};

// explorer/views/map/map_names.js
var FADE = 0.18;
var FONTS = {
  country: "600 13px",
  sea: "italic 12px",
  city: "600 12px",
  town: "12px"
};
var DOT = 2.2;
var between = (value2) => Math.min(Math.max(value2, 0), 1);
var strength = ({ start, end }, resolution) => Math.min(between(Math.log2(start / resolution) / FADE), end > 0 ? between(1 + Math.log2(resolution / end) / FADE) : 1);
var isClear = (box2, { width, height }, over) => box2.left >= 0 && box2.top >= 0 && box2.right <= width && box2.bottom <= height && !over.some((one2) => box2.left < one2.right && one2.left < box2.right && box2.top < one2.bottom && one2.top < box2.bottom);
var makeNames = (canvas) => {
  const known = (
    /** @type {Map<string, any>} */
    /* @__PURE__ */ new Map()
  );
  let look = null;
  const family = () => getComputedStyle(canvas).fontFamily || "sans-serif";
  let drawn = [];
  const draw = ({ x0, x1, y1, width, height }, over = (
    /** @type {Box[]} */
    []
  )) => {
    const context = fitCanvas(canvas, width, height);
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    drawn = [];
    if (!look?.shown) return;
    const resolution = (x1 - x0) / width, fonts = family();
    context.lineJoin = "round";
    context.textBaseline = "middle";
    for (const name of known.values()) {
      const px = (name.x - x0) / resolution, py = (y1 - name.y) / resolution;
      if (px < -200 || px > width + 100 || py < -20 || py > height + 20) continue;
      const alpha = strength(name, resolution);
      if (alpha <= 0) continue;
      const town = name.kind === "town" || name.kind === "city";
      context.globalAlpha = alpha;
      context.font = `${FONTS[name.kind]} ${fonts}`;
      context.textAlign = town ? "left" : "center";
      context.fillStyle = name.kind === "sea" ? look.water : look.ink;
      context.strokeStyle = look.halo;
      context.lineWidth = 3;
      const left2 = Math.round(px) + (town ? 6 : 0), top2 = Math.round(py), wide = context.measureText(name.text).width, start = left2 - (town ? 0 : wide / 2);
      if (!isClear({ left: start, top: top2 - 8, right: start + wide, bottom: top2 + 8 }, { width, height }, over))
        continue;
      context.strokeText(name.text, left2, top2);
      if (town) {
        context.beginPath();
        context.arc(px, py, DOT, 0, 2 * Math.PI);
        context.stroke();
        context.fill();
      }
      context.fillText(name.text, left2, top2);
      drawn.push(name.text);
    }
    context.globalAlpha = 1;
  };
  return {
    /** Names that the server has told; what is there already stays. */
    add: (names) => {
      for (const name of names) known.set(`${name.text}:${name.x}:${name.y}`, name);
    },
    /** Other colours, or none. */
    dress: (told) => {
      look = told;
    },
    draw,
    /** The names that were drawn last. */
    get drawn() {
      return drawn;
    }
  };
};

// explorer/views/map/map_popovers.js
var LACKING = "Not known yet; compute it with: python -m explorer score CORPUS";
var group = (title, ...children2) => element("fieldset", {}, element("legend", {}, title), ...children2);
var choices = (title, name, options, send) => {
  const row = element("div", { class: "segments", role: "radiogroup", "aria-label": title });
  const why = element("div");
  for (const [value2, text] of Object.entries(options))
    row.append(
      element("button", { type: "button", role: "radio", "data-value": value2, onclick: () => send(name, value2) }, text)
    );
  return {
    node: group(title, row, why),
    set: (value2, off = {}) => {
      for (
        const button2 of
        /** @type {any} */
        row.children
      ) {
        const lacking = off[button2.dataset.value] ?? "";
        button2.setAttribute("aria-checked", String(button2.dataset.value === value2));
        button2.disabled = Boolean(lacking);
        button2.title = lacking;
      }
      why.replaceChildren(...[...new Set(Object.values(off))].map((text) => element("p", { class: "hint" }, text)));
    }
  };
};
var opinionChoice = (send) => {
  const select2 = element("select", { "aria-label": "Opinion on the map and beside the label" });
  select2.addEventListener("change", () => send("opinion", select2.value));
  const node = element("label", { class: "row" }, "Opinion", select2);
  return {
    node,
    set({ opinions, opinion }) {
      node.hidden = !opinions.length;
      select2.replaceChildren(
        element("option", { value: "" }, "none"),
        ...opinions.map((name) => element("option", { value: name }, name))
      );
      select2.value = opinions.includes(opinion) ? opinion : "";
    }
  };
};
var lookPopover = (send) => {
  const node = element("div", { class: "popover look", role: "dialog", "aria-label": "Map layers", hidden: true });
  const made = (
    /** @type {Record<string, any>} */
    {}
  );
  const opinion = opinionChoice(send);
  const hint = element("p", { class: "hint" }, "Online basemaps: start with --tiles.");
  node.append(hint);
  const titles = {
    shade: "Show",
    palette: "Class colours",
    theme: "Theme",
    base: "Basemap",
    names: "Names of places",
    ground: "Seen on the ground"
  };
  const credits = element("div");
  return {
    node,
    set(state) {
      for (const [name, options] of Object.entries(state.looks)) {
        if (made[name] || !Object.keys(options).length) continue;
        made[name] = choices(titles[name], name, options, send);
        hint.before(made[name].node);
        if (name === "shade") made[name].node.append(opinion.node);
        if (name === "ground") made[name].node.append(credits);
      }
      hint.hidden = Boolean(made.base);
      for (const [name, choice2] of Object.entries(made)) choice2.set(state.look[name], name === "shade" ? state.off : {});
      opinion.set(state);
    },
    /** Whom to name for what is marked, and what cannot be read. */
    setGround(found2) {
      credits.replaceChildren(
        ...[...found2.credits, ...found2.problems].map((text) => element("p", { class: "hint" }, text))
      );
    }
  };
};
var fillIn = (input, value2) => {
  if (!input.matches(":focus, [aria-invalid]")) input.value = value2;
};
var filterCount = (filters) => Object.entries(filters).filter(([name, value2]) => {
  if (name === "largest") return false;
  if (["min_fraction", "max_fraction"].includes(name) && filters.classes?.length) return false;
  return name === "max_fraction" ? value2 < 1 : Array.isArray(value2) ? value2.length : value2;
}).length;
var numberField = (label, attributes, change) => {
  const input = numberInput({ "aria-label": label, ...attributes });
  input.addEventListener("change", change);
  return input;
};
var rangeFields = (title, name, low, high, scale, send, lacking = "") => {
  const change = () => {
    const value2 = (input, limit) => input.value === "" || input.matches("[aria-invalid]") ? limit : Number(input.value);
    const [a, b] = [value2(from, low), value2(to, high)].sort((p, q) => p - q);
    send({ [name]: a <= low && b >= high ? null : [a / scale, b / scale] });
  };
  const step = scale === 1 ? 1 : 5;
  const from = numberField(`${title}, from`, { min: low, max: high, step, placeholder: low }, change);
  const to = numberField(`${title}, to`, { min: low, max: high, step, placeholder: high }, change);
  from.disabled = to.disabled = Boolean(lacking);
  return {
    node: group(
      title,
      element("div", { class: "range" }, from, "to", to, scale === 1 ? "" : "%"),
      ...lacking ? [element("p", { class: "hint" }, lacking)] : []
    ),
    set(value2) {
      fillIn(from, value2 && value2[0] * scale > low ? Math.round(value2[0] * scale * 10) / 10 : "");
      fillIn(to, value2 && value2[1] * scale < high ? Math.round(value2[1] * scale * 10) / 10 : "");
    }
  };
};
var checkList = (title, name, options, send, small = false) => {
  const boxes = options.map(([value2, text]) => {
    const box2 = element("input", { type: "checkbox" });
    box2.value = value2;
    box2.addEventListener("change", () => send({ [name]: boxes.filter((b) => b.box.checked).map((b) => b.value) }));
    return { box: box2, value: value2, label: element("label", {}, box2, text) };
  });
  const list = element("div", { class: small ? "checks small" : "checks" }, ...boxes.map((b) => b.label));
  return {
    node: group(title, list),
    set(values) {
      for (const { box: box2, value: value2 } of boxes) box2.checked = values.some((v) => String(v) === String(value2));
    }
  };
};
var classSelect = (label, classes) => {
  const select2 = element("select", { "aria-label": label }, element("option", { value: "" }, "any class"));
  for (const level of [1, 2, 3]) {
    const options = element("optgroup", { label: `Level ${level}` });
    for (const c of classes.filter((one2) => one2.level === level))
      options.append(element("option", { value: c.code }, `${c.code} ${c.title}`));
    select2.append(options);
  }
  return select2;
};
var classField = (classes, send) => {
  const select2 = classSelect("Contains the class", classes);
  let codes = [], most = 1;
  const change = () => send({
    classes: select2.value === "" ? [] : select2.value === "several" ? codes : [Number(select2.value)],
    min_fraction: Math.min(Math.max(Number(share.value) || 0, 0), 100) / 100,
    max_fraction: select2.value === "several" ? most : 1
  });
  const share = numberField("Minimum fraction in percent", { min: 0, max: 100, step: 5, placeholder: 0 }, change);
  select2.addEventListener("change", change);
  return {
    node: group("Minimum fraction", element("div", { class: "range" }, "≥", share, "% of", select2)),
    set(filters) {
      codes = filters.classes;
      most = filters.max_fraction;
      select2.querySelector("option[value=several]")?.remove();
      if (codes.length > 1) select2.append(element("option", { value: "several" }, `${codes.length} classes`));
      select2.value = codes.length > 1 ? "several" : codes[0] ?? "";
      fillIn(share, filters.min_fraction ? Math.round(filters.min_fraction * 1e3) / 10 : "");
    }
  };
};
var WHOLE = /* @__PURE__ */ new Set(["classes", "opinions"]);
var opinionFields = (opinions, classes, send) => {
  const chosen = element(
    "select",
    { "aria-label": "Opinion" },
    ...opinions.map((name) => element("option", { value: name }, name))
  );
  let filters = null;
  const own = (condition) => filters?.[condition].find((text) => text.split(":")[0] === chosen.value)?.split(":") ?? [];
  const put = (condition, ...parts) => send({
    [condition]: [
      ...filters[condition].filter((text) => text.split(":")[0] !== chosen.value),
      ...parts[0] ? [[chosen.value, ...parts].join(":").replace(/:+$/, "")] : []
    ]
  });
  const limit = (input, otherwise) => input.value === "" || input.matches("[aria-invalid]") ? otherwise : Number(input.value);
  const changeLimits = () => {
    const [a, b] = [limit(from, 0), limit(to, 100)].sort((p, q) => p - q);
    put("disagreement", a <= 0 && b >= 100 ? "" : `${a / 100}-${b / 100}`, own("disagreement")[2] ?? "");
  };
  const attributes = { min: 0, max: 100, step: 5 };
  const from = numberField("Differs from the label, from percent", { ...attributes, placeholder: 0 }, changeLimits);
  const to = numberField("Differs from the label, to percent", { ...attributes, placeholder: 100 }, changeLimits);
  const says = classSelect("The opinion says", classes);
  says.addEventListener(
    "change",
    () => put("says", ...says.value === "several" ? own("says").slice(1) : [says.value])
  );
  const differ = element("select", { "aria-label": "The class differs from" });
  differ.addEventListener(
    "change",
    () => send({
      differ: [
        ...filters.differ.filter((text) => text.split(":")[0] !== chosen.value),
        ...differ.value === "" ? [] : [differ.value === "label" ? chosen.value : `${chosen.value}:${differ.value}`]
      ]
    })
  );
  const show = () => {
    if (!filters) return;
    const [low, high] = (own("disagreement")[1] ?? "0-1").split("-").map((text) => 100 * Number(text));
    fillIn(from, low > 0 ? Math.round(low * 10) / 10 : "");
    fillIn(to, high < 100 ? Math.round(high * 10) / 10 : "");
    says.querySelector("option[value=several]")?.remove();
    const said = own("says")[1] ?? "";
    const known = [...says.options].some((option) => option.value === said);
    if (!known) says.append(element("option", { value: "several" }, "several classes"));
    says.value = known ? said : "several";
    const others = opinions.filter((name) => name !== chosen.value);
    differ.replaceChildren(
      element("option", { value: "" }, "any"),
      element("option", { value: "label" }, "the label"),
      ...others.map((name) => element("option", { value: name }, name))
    );
    const parts = own("differ");
    differ.value = parts.length ? parts[1] || "label" : "";
  };
  chosen.addEventListener("change", show);
  return {
    node: group(
      "Opinion",
      chosen,
      element("div", { class: "range" }, "differs from the label by", from, "to", to, "%"),
      element("label", { class: "row" }, "says", says),
      element("label", { class: "row" }, "class differs from", differ)
    ),
    set(next) {
      filters = next;
      const asked = [...next.disagreement, ...next.says, ...next.differ].map((text) => text.split(":")[0]);
      if (asked.length && !asked.includes(chosen.value) && opinions.includes(asked[0])) chosen.value = asked[0];
      show();
    }
  };
};
var filterPopover = (send) => {
  const waiting = element("p", { class: "hint" }, "Finding out what there is to filter by …");
  const body = element("div", { class: "fields" }, waiting);
  const clear = element("button", { type: "button", onclick: () => send(null) }, "Clear all");
  const node = element(
    "div",
    { class: "popover filter", role: "dialog", "aria-label": "Filters", hidden: true },
    body,
    element("p", { class: "hint" }, "A click in the legend isolates a class."),
    clear
  );
  let fields = null, state = null, offered = "";
  const set = (next) => {
    state = next;
    if (!fields) return;
    for (const [name, field] of Object.entries(fields))
      field.set(WHOLE.has(name) ? state.filters : state.filters[name] ?? []);
  };
  return {
    node,
    set,
    options(found2) {
      if (JSON.stringify(found2) === offered) return;
      offered = JSON.stringify(found2);
      fields = {
        classes: classField(found2.classes, send),
        purity: rangeFields("Purity (largest class)", "purity", 0, 100, 100, send),
        mixture: rangeFields("Number of classes", "mixture", 0, 44, 1, send),
        countries: checkList(
          "Country",
          "countries",
          found2.countries.map((n) => [n, n]),
          send
        ),
        zones: checkList(
          "UTM zone",
          "zones",
          found2.zones.map((z) => [z, `${String(z).padStart(2, "0")}N`]),
          send,
          true
        )
      };
      if (found2.imagery.length)
        fields.imagery = checkList(
          "Imagery at hand",
          "imagery",
          found2.imagery.map((p) => [p, p]),
          send,
          true
        );
      if (found2.review.length)
        fields.review = checkList(
          "Review",
          "review",
          found2.review.map((r) => [r, r === "none" ? "not reviewed" : r]),
          send
        );
      fields.change = rangeFields("Cover lost 2018 to 2019", "change", 0, 100, 100, send, found2.change ? "" : LACKING);
      if (found2.opinions.length) fields.opinions = opinionFields(found2.opinions, found2.classes, send);
      if (found2.suspicion) fields.suspicion = rangeFields("Suspicion", "suspicion", 0, 100, 100, send);
      body.replaceChildren(...Object.values(fields).map((field) => field.node));
      if (state) set(state);
    }
  };
};

// explorer/views/map/map_touch.js
var shareFingersWithPage = (surface, signal) => {
  surface.style.touchAction = "var(--touch, none)";
  const hold = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault();
  for (const kind of ["touchstart", "touchmove"]) surface.addEventListener(kind, hold, { passive: false, signal });
};

// explorer/views/map/map_tools.js
var EARTH = 6378137;
var lonOf = (x) => x / EARTH * 180 / Math.PI;
var latOf = (y) => Math.atan(Math.sinh(y / EARTH)) * 180 / Math.PI;
var angle = (value2, letters) => `${Math.abs(value2).toFixed(4)}° ${letters[value2 < 0 ? 1 : 0]}`;
var SIGNS2 = {
  pan: "M8 1v14M1 8h14M8 1 6 3m2-2 2 2M8 15l-2-2m2 2 2-2M1 8l2-2M1 8l2 2m12-2-2-2m2 2-2 2",
  box: "M2.5 3.5h11v9h-11z",
  lasso: "M5 10.5C2.500 9.800 1.500 8 1.500 6.500c0-2.500 3-4 6.500-4s6.500 1.500 6.500 4-3 4-6.500 4c-1 0-2-.1-3-.3m0 0c-1.200.6-1.200 2.300.3 2.300 1.400 0 1.200 1.500.2 2",
  seen: "M1.5 5V1.5H5M11 1.5h3.500V5M14.500 11v3.500H11M5 14.500H1.500V11M5 5h6v6H5z",
  home: "M2 8 8 2.500 14 8M4 7v6.500h8V7"
};
var sign = (path) => {
  const svg2 = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg2.setAttribute("viewBox", "0 0 16 16");
  svg2.setAttribute("aria-hidden", "true");
  const line2 = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line2.setAttribute("d", path);
  svg2.append(line2);
  return svg2;
};
function render8({ model, el }) {
  const { on } = bus(model), stop = new AbortController(), { signal } = stop;
  let figure = null, overview = null, wanted = (
    /** @type {[number, number, number, number] | null} */
    null
  );
  const modes = {
    pan: ["PanTool", "Drag to move", sign(SIGNS2.pan)],
    box: ["BoxSelectTool", "Select samples in a box", sign(SIGNS2.box)],
    lasso: ["LassoSelectTool", "Select samples with a lasso", sign(SIGNS2.lasso)]
  };
  const modeButtons = Object.fromEntries(
    Object.entries(modes).map(([name, [, title, picture]]) => [
      name,
      element(
        "button",
        {
          type: "button",
          title,
          "aria-label": title,
          "aria-pressed": String(name === "pan"),
          onclick: () => setMode(name)
        },
        picture
      )
    ])
  );
  const view = element(
    "button",
    {
      type: "button",
      class: "view",
      title: "Select the samples that are in view",
      "aria-label": "Select the samples that are in view",
      onclick: () => takeView()
    },
    sign(SIGNS2.seen)
  );
  const takeView = () => {
    if (!figure) return;
    const { x_range: x, y_range: y } = figure;
    model.send_msg({ type: "area", kind: "rect", x0: x.start, x1: x.end, y0: y.start, y1: y.end });
  };
  const filters = filterPopover(
    (values) => choices2.send(values ? { type: "filter", values } : { type: "filter", clear: true })
  );
  const looks = lookPopover((name, value2) => choices2.send({ type: "look", name, value: value2 }));
  const choices2 = makeChoices(model, (data) => {
    filters.set(data);
    looks.set(data);
  });
  const popovers = [
    [filters.node, element("button", { type: "button", "aria-expanded": "false" }, "Filters")],
    [looks.node, element("button", { type: "button", "aria-expanded": "false" }, "Layers")]
  ];
  const focusFirst = (node) => {
    const field = node === filters.node && node.querySelector("input, select");
    (field || node.querySelector("button, input, select"))?.focus({ preventScroll: true });
  };
  const toggle = (wanted2) => {
    for (const [node, button2] of popovers) {
      node.hidden = node !== wanted2 || !node.hidden;
      button2.setAttribute("aria-expanded", String(!node.hidden));
      if (!node.hidden) focusFirst(node);
    }
    if (wanted2 === filters.node && !filters.node.hidden) model.send_msg({ type: "options" });
  };
  for (const [node, button2] of popovers) button2.addEventListener("click", () => toggle(node));
  const zoomButton = (title, text, act) => element("button", { type: "button", title, "aria-label": title, onclick: act }, text);
  const keys = element("div", {
    class: "keys",
    tabindex: "0",
    role: "application",
    "aria-label": "Map. Arrow keys go to the neighbouring sample, with shift they move the map; plus and minus zoom; 0 shows all; Escape clears the area. The tools have a button that selects what is in view."
  });
  const busy = element("div", {
    class: "busy",
    role: "progressbar",
    "aria-label": "The map is being drawn",
    hidden: true
  });
  const where = element("output", { class: "where", "aria-label": "Coordinates under the pointer" });
  const scale = element("div", { class: "scale", role: "img" }, element("span"));
  const mini = element(
    "div",
    { class: "mini", role: "img", "aria-label": "Overview: where the map is in Europe", hidden: true },
    element("i")
  );
  const notice = element("div", { class: "notice", role: "alert", hidden: true });
  const canvas = element("canvas", { class: "names", "aria-hidden": "true" });
  const names = makeNames(canvas);
  const groundCanvas = element("canvas", { class: "ground", "aria-hidden": "true", hidden: true });
  const ground = makeGroundLayer(groundCanvas);
  const tip = element("div", { class: "tip", "aria-hidden": "true", hidden: true });
  const frame = element(
    "div",
    { class: "frame" },
    groundCanvas,
    canvas,
    keys,
    busy,
    element(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Map tools" },
      element("span", { class: "segments" }, ...Object.values(modeButtons)),
      view,
      ...popovers.map(([, button2]) => button2)
    ),
    element(
      "div",
      { class: "zoom" },
      zoomButton("Zoom in", "+", () => moves.glide(0.5, 0.5, 0.5)),
      zoomButton("Zoom out", "−", () => moves.glide(2, 0.5, 0.5)),
      zoomButton("Show all", sign(SIGNS2.home), () => home())
    ),
    filters.node,
    looks.node,
    notice,
    tip,
    where,
    element("div", { class: "corner" }, mini, scale)
  );
  el.append(frame);
  let sent = 0, waiting = 0, dirty = false, slow = 0, settle = 0, last = "";
  const inView = () => {
    const { x_range: x, y_range: y, inner_width: width, inner_height: height } = figure;
    return { x0: x.start, x1: x.end, y0: y.start, y1: y.end, width, height };
  };
  const tell = () => {
    if (!figure?.inner_width || !figure.inner_height) return;
    const view2 = { ...inView(), moving: moves.flying };
    if (JSON.stringify(view2) === last) return;
    if (waiting) {
      dirty = true;
      return;
    }
    last = JSON.stringify(view2);
    waiting = ++sent;
    model.send_msg({ type: "view", number: sent, ...view2 });
    clearTimeout(slow);
    slow = setTimeout(() => {
      busy.hidden = false;
      if (waiting) {
        waiting = 0;
        tell();
      }
    }, 600);
  };
  const boxesOver = () => {
    const edge = frame.getBoundingClientRect();
    return [...frame.querySelectorAll(".bar, .zoom, .mini, .scale")].map((node) => node.getBoundingClientRect()).filter((box2) => box2.width).map((box2) => ({
      left: box2.left - edge.left - 4,
      top: box2.top - edge.top - (box2.height < 12 ? 18 : 4),
      // the scale bar's words stand above it
      right: box2.right - edge.left + 4,
      bottom: box2.bottom - edge.top + 4
    }));
  };
  const drawOver = () => {
    ground.draw(inView());
    names.draw(inView(), boxesOver());
  };
  let frameAsked = false;
  const changed = () => {
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame(() => {
      frameAsked = false;
      tell();
      furnish();
      tip.hidden = true;
      drawOver();
    });
  };
  const moved = () => {
    clearTimeout(settle);
    settle = setTimeout(() => {
      const { x_range: x, y_range: y } = figure;
      model.send_msg({
        type: "place",
        lon: lonOf((x.start + x.end) / 2),
        lat: latOf((y.start + y.end) / 2),
        resolution: (x.end - x.start) / figure.inner_width
      });
    }, 350);
  };
  const look = (x0, x1, y0, y1) => {
    figure.x_range.setv({ start: x0, end: x1 });
    figure.y_range.setv({ start: y0, end: y1 });
    moved();
  };
  const moves = makeMoves({
    get: inView,
    show: (...ranges) => look(...ranges),
    zoom: (...step) => zoom2(...step),
    path: zoom
  });
  let dragged = null, released = 0;
  const zoom2 = (factor, fx = 0.5, fy = 0.5) => {
    const { x_range: x, y_range: y } = figure, w = x.end - x.start, h = y.end - y.start;
    const to = Math.min(Math.max(w * factor, Math.min(w, 1e3)), Math.max(w, 25e6)), f = to / w;
    const cx = x.start + fx * w, cy = y.start + fy * h;
    look(cx - fx * w * f, cx + (1 - fx) * w * f, cy - fy * h * f, cy + (1 - fy) * h * f);
  };
  const shift = (east, north) => {
    const { x_range: x, y_range: y } = figure, w = (x.end - x.start) / 4 * east, h = (y.end - y.start) / 4 * north;
    moves.stop();
    look(x.start + w, x.end + w, y.start + h, y.end + h);
  };
  const pointAt = (x, y) => {
    const { x0, x1, y1, width } = inView(), resolution = (x1 - x0) / width;
    tip.textContent = ground.textAt(x, y, resolution);
    tip.hidden = !tip.textContent;
    if (tip.hidden) return;
    const left2 = (x - x0) / resolution, half = tip.offsetWidth / 2;
    tip.style.left = `${Math.min(Math.max(left2, half), Math.max(width - half, half))}px`;
    const top2 = (y1 - y) / resolution, apart = resolution < 300 ? 40 : 14;
    tip.style.top = `${top2 < tip.offsetHeight + apart ? top2 + apart : top2 - apart - tip.offsetHeight}px`;
  };
  const home = () => {
    const { x_range: x, y_range: y, inner_width: width, inner_height: height } = figure;
    const [x0, x1, y0, y1] = [x.reset_start, x.reset_end, y.reset_start, y.reset_end];
    const pixel = Math.max((x1 - x0) / width, (y1 - y0) / height), cx = (x0 + x1) / 2, cy = (y0 + y1) / 2;
    moves.fly(cx - pixel * width / 2, cx + pixel * width / 2, cy - pixel * height / 2, cy + pixel * height / 2);
  };
  const setMode = (name) => {
    for (const [other, button2] of Object.entries(modeButtons))
      button2.setAttribute("aria-pressed", String(other === name));
    const tool = figure.toolbar.tools.find((one2) => one2.type === modes[name][0]);
    if (tool) tool.active = true;
  };
  const furnish = () => {
    const { x_range: x, y_range: y } = figure;
    const pixel = (x.end - x.start) / figure.inner_width / Math.cosh((y.start + y.end) / 2 / EARTH);
    const most = pixel * Math.min(120, figure.inner_width / 4), unit2 = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((n) => n * unit2).find((n) => n <= most);
    scale.style.width = `${length / pixel}px`;
    const text = length >= 1e3 ? `${length / 1e3} km` : `${length} m`;
    scale.firstChild.textContent = text;
    scale.setAttribute("aria-label", `Scale bar: ${text}`);
    frame.style.left = `${Math.max(figure.outer_width - figure.inner_width, 0)}px`;
    frame.style.bottom = `${Math.max(figure.outer_height - figure.inner_height, 0)}px`;
    if (!overview) return;
    const [bx0, bx1, by0, by1] = overview.box, size = overview.size;
    const share = (x.end - x.start) / (bx1 - bx0);
    mini.hidden = share > 0.6;
    if (mini.hidden) return;
    const clamp = (v) => Math.min(Math.max(v, 0), 1);
    const left2 = clamp((x.start - bx0) / (bx1 - bx0)), right2 = clamp((x.end - bx0) / (bx1 - bx0));
    const top2 = clamp((by1 - y.end) / (by1 - by0)), bottom2 = clamp((by1 - y.start) / (by1 - by0));
    const wide = Math.max((right2 - left2) * size, 5), high = Math.max((bottom2 - top2) * size, 5);
    Object.assign(mini.firstChild.style, {
      left: `${(left2 + right2) / 2 * size - wide / 2}px`,
      top: `${(top2 + bottom2) / 2 * size - high / 2}px`,
      width: `${wide}px`,
      height: `${high}px`
    });
  };
  const begin = () => {
    if (signal.aborted) return;
    figure = bokehModel(`map-${model.bus}`);
    if (!figure?.inner_width) return void setTimeout(begin, 30);
    for (const range2 of [figure.x_range, figure.y_range]) range2.change.connect(changed);
    figure.properties.inner_width.change.connect(changed);
    figure.properties.inner_height.change.connect(changed);
    const drawn = window.Bokeh.index.find_one(figure);
    drawn?.canvas_view.events_el.setAttribute("tabindex", "-1");
    if (drawn) shareFingersWithPage(drawn.canvas_view.events_el, signal);
    drawn?.canvas_view.events_el.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        const box2 = drawn.canvas_view.events_el.getBoundingClientRect(), { left: left2, top: top2, width, height } = drawn.frame.bbox;
        const share = (at, size) => Math.min(Math.max(at / size, 0), 1), factor = wheelFactor(event);
        if (factor === 1) return;
        if (popovers.some(([node]) => !node.hidden)) toggle(null);
        const fx = share(event.clientX - box2.left - left2, width), fy = 1 - share(event.clientY - box2.top - top2, height);
        if (Math.abs(Math.log(factor)) > 0.1 && !event.ctrlKey) moves.glide(1 / factor, fx, fy);
        else {
          moves.stop();
          zoom2(1 / factor, fx, fy);
        }
      },
      { passive: false, capture: true, signal }
    );
    const hear = (kind, listener) => drawn?.canvas_view.events_el.addEventListener(kind, listener, { capture: true, signal });
    hear("pointerdown", () => {
      moves.stop();
      changed();
    });
    hear("pointermove", ({ timeStamp: t, clientX: x, clientY: y }) => dragged?.push({ t, x, y }));
    hear("pointerup", ({ timeStamp }) => {
      released = timeStamp;
    });
    changed();
    if (wanted) moves.fly(...wanted);
    wanted = null;
  };
  on(
    "map-tap",
    ({ x, y }) => {
      toggle(null);
      keys.focus({ preventScroll: true });
      model.send_msg({ type: "tap", x, y });
    },
    signal
  );
  on(
    "map-moved",
    () => {
      moved();
      if (popovers.some(([node]) => !node.hidden)) toggle(null);
    },
    signal
  );
  on(
    "map-drag",
    () => {
      if (modeButtons.pan.getAttribute("aria-pressed") === "true") dragged = [];
    },
    signal
  );
  on(
    "map-let-go",
    () => {
      if (dragged) moves.coast(letGo(dragged, released));
      dragged = null;
    },
    signal
  );
  let pinched = null;
  on(
    "map-pinch",
    ({ sx, sy, scale: scale2, first }) => {
      const box2 = inView(), { left: left2, top: top2 } = window.Bokeh.index.find_one(figure).frame.bbox;
      if (first || !pinched) {
        dragged = null;
        moves.stop();
        const wide2 = box2.x1 - box2.x0, pixel2 = wide2 / box2.width;
        pinched = { x: box2.x0 + (sx - left2) * pixel2, y: box2.y1 - (sy - top2) * pixel2, wide: wide2 };
      }
      const wide = Math.min(Math.max(pinched.wide / scale2, 1e3), 25e6), pixel = wide / box2.width;
      const x0 = pinched.x - (sx - left2) * pixel, y1 = pinched.y + (sy - top2) * pixel;
      look(x0, x0 + wide, y1 - pixel * box2.height, y1);
    },
    signal
  );
  on(
    "map-pinched",
    () => {
      pinched = null;
    },
    signal
  );
  on(
    "map-point",
    ({ x, y }) => {
      where.textContent = `${angle(latOf(y), "NS")}, ${angle(lonOf(x), "EW")}`;
      pointAt(x, y);
    },
    signal
  );
  on(
    "map-leave",
    () => {
      where.textContent = "";
      tip.hidden = true;
    },
    signal
  );
  on(
    "map-box",
    (detail) => {
      detail.box = frame.getBoundingClientRect();
    },
    signal
  );
  on(
    "map-area",
    (geometry) => {
      const every = Math.ceil(geometry.x?.length / 5e3), thin = (values) => Array.from(values).filter((_, i) => i % every === 0);
      const plain = geometry.type === "rect" ? { kind: "rect", x0: geometry.x0, x1: geometry.x1, y0: geometry.y0, y1: geometry.y1 } : { kind: "poly", x: thin(geometry.x), y: thin(geometry.y) };
      model.send_msg({ type: "area", ...plain });
      setMode("pan");
    },
    signal
  );
  const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  keys.addEventListener("keydown", (event) => {
    if (!figure || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (arrow && event.shiftKey) shift(...arrow);
    else if (arrow) model.send_msg({ type: "step", east: arrow[0], north: arrow[1] });
    else if (event.key === "+" || event.key === "=") moves.glide(0.5, 0.5, 0.5);
    else if (event.key === "-") moves.glide(2, 0.5, 0.5);
    else if (event.key === "0") home();
    else if (event.key === "Escape") model.send_msg({ type: "clear_area" });
    else return;
    event.preventDefault();
  });
  frame.addEventListener(
    "keydown",
    (event) => {
      const open = popovers.find(([node]) => !node.hidden);
      if (event.key === "Escape" && open) {
        toggle(null);
        open[1].focus();
        event.stopPropagation();
      }
    },
    true
  );
  let told = 0;
  listen(model, {
    drawn(data) {
      clearTimeout(slow);
      busy.hidden = true;
      if (data.number && data.number < waiting) return;
      waiting = 0;
      mark("map-view");
      if (dirty) {
        dirty = false;
        tell();
      }
    },
    busy() {
      clearTimeout(slow);
      slow = setTimeout(() => {
        busy.hidden = false;
      }, 250);
    },
    state(data) {
      choices2.told(data);
      frame.dataset.theme = data.look.theme;
      names.dress(data.names);
      if (figure) drawOver();
      const count2 = filterCount(data.filters);
      popovers[0][1].textContent = count2 ? `Filters · ${count2}` : "Filters";
    },
    acknowledged: choices2.acknowledged,
    options(data) {
      const waited = filters.node.contains(focusedNode()) && !filters.node.querySelector("input, select");
      filters.options(data);
      if (waited) focusFirst(filters.node);
    },
    overview(data) {
      overview = data;
      Object.assign(mini.style, {
        backgroundImage: `url(${data.src})`,
        width: `${data.size}px`,
        height: `${data.size}px`
      });
      if (figure) furnish();
    },
    fly({ x0, x1, y0, y1 }) {
      if (figure?.inner_width) moves.fly(x0, x1, y0, y1);
      else wanted = [x0, x1, y0, y1];
    },
    ground(data) {
      ground.set(data.marks);
      looks.setGround(data);
      if (figure?.inner_width) ground.draw(inView());
      mark("map-ground");
    },
    names(data) {
      names.add(data.names);
      if (figure?.inner_width) names.draw(inView(), boxesOver());
    },
    notice(data) {
      notice.textContent = data.text;
      notice.hidden = !data.text;
      clearTimeout(told);
      told = setTimeout(() => {
        notice.hidden = true;
      }, 6e3);
    }
  });
  model.on("remove", () => stop.abort());
  model.send_msg({ type: "ready" });
  begin();
}

// explorer/views/map/sample_table.js
var sample_table_exports = {};
__export(sample_table_exports, {
  render: () => render9
});

// explorer/views/common/room.js
var CELL = "explorer-cell";
var CONDITION = /\((min|max)-(width|height):\s*(\d+)px\)/g;
var cellOf = (node) => {
  for (let at = (
    /** @type {any} */
    node
  ); at; at = at.parentNode ?? at.host) {
    if (at.classList?.contains(CELL)) return at;
  }
  return null;
};
var meets = (query, size) => [...query.matchAll(CONDITION)].every(([, end, side, text]) => {
  const length = side === "width" ? size.width : size.height;
  return end === "min" ? length >= Number(text) : length <= Number(text);
});
var roomQuery = (node, query) => {
  const ofWindow = window.matchMedia(query);
  return {
    get matches() {
      const cell = cellOf(node);
      return cell ? meets(query, { width: cell.clientWidth, height: cell.clientHeight }) : ofWindow.matches;
    },
    /**
     * @param {() => void} heard Of the window; who is in a cell is resized with it.
     * @param {AddEventListenerOptions} options
     */
    listen: (heard, options) => ofWindow.addEventListener("change", heard, options)
  };
};

// explorer/views/map/sample_table.js
var SHARES = /* @__PURE__ */ new Set(["fraction", "suspicion", "change", "disagreement"]);
var ALWAYS = /* @__PURE__ */ new Set(["sample_id", "class"]);
function render9({ model, el }) {
  const title = element("h2"), told = element("p", { class: "told", role: "status" });
  const bars3 = element("div", { class: "bars", role: "list", tabindex: "0", "aria-label": "Classes of the set" });
  const head = element("tr"), body = element("tbody");
  const table = element("table", {}, element("thead", {}, head), body);
  const first = element("button", { type: "button", "aria-label": "First page", onclick: () => ask(0) }, "«");
  const before = element(
    "button",
    { type: "button", "aria-label": "Previous page", onclick: () => ask(state.page - 1) },
    "‹"
  );
  const next = element("button", { type: "button", "aria-label": "Next page", onclick: () => ask(state.page + 1) }, "›");
  const last = element("button", { type: "button", "aria-label": "Last page", onclick: () => ask(pages() - 1) }, "»");
  const page = element("span", { class: "page" });
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close the table", onclick: () => hide() },
    "×"
  );
  const judge = element(
    "button",
    {
      type: "button",
      class: "judge",
      title: "Hold a model against the labels of what the map shows",
      hidden: true,
      onclick: () => model.send_msg({ type: "judge" })
    },
    "Judge a model"
  );
  const gallery = element(
    "button",
    {
      type: "button",
      class: "gallery",
      title: "What filters and area leave, as pictures",
      onclick: () => model.send_msg({ type: "gallery" })
    },
    "Gallery"
  );
  const saves = [
    ["csv", "CSV"],
    ["geojson", "GeoJSON"],
    ["gpkg", "GeoPackage"],
    ["parquet", "GeoParquet"]
  ].map(
    ([format3, name]) => element(
      "button",
      {
        type: "button",
        onclick: () => {
          told.textContent = `Writing ${name} …`;
          model.send_msg({ type: "save", format: format3 });
        }
      },
      name
    )
  );
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Selected samples", hidden: true },
    element("header", {}, title, gallery, judge, close),
    bars3,
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of samples" }, table),
    element("footer", {}, first, before, page, next, last, element("span", { class: "save" }, "Download", ...saves)),
    told
  );
  el.append(panel);
  let state = { page: 0, count: 0, size: 50, sort: "sample_id", down: false };
  const pages = () => Math.max(Math.ceil(state.count / state.size), 1);
  const ask = (number5, sort = state.sort, down = state.down) => model.send_msg({ type: "page", page: Math.min(Math.max(number5, 0), pages() - 1), sort, down });
  const back = makeReturn(panel);
  const hide = () => {
    back.closed();
    panel.hidden = true;
    model.send_msg({ type: "closed" });
  };
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
      event.stopPropagation();
    }
  });
  let current = null, enter = "";
  const rows = () => [...body.rows];
  const buttonOf = (row) => row?.querySelector("button");
  const markCurrent = (id, seen = false) => {
    current = id;
    for (const row of rows()) {
      const is = row.dataset.id === id;
      if (is) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      buttonOf(row).tabIndex = -1;
      if (is && seen) row.scrollIntoView({ block: "nearest" });
    }
    const one2 = buttonOf(body.querySelector("[aria-current]") ?? body.rows[0]);
    if (one2) one2.tabIndex = 0;
  };
  const stacked = roomQuery(el, "(max-width: 900px)");
  const open = (row) => {
    markCurrent(row.dataset.id, true);
    buttonOf(row).focus({ preventScroll: true });
    model.send_msg({ type: "open", id: row.dataset.id });
    if (stacked.matches) showPicture(el);
  };
  const turn = (number5, end) => {
    if (number5 < 0 || number5 >= pages()) return;
    enter = end;
    ask(number5);
  };
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = rows(), here = all.indexOf(event.target.closest("tr"));
    if (here < 0) return;
    const last2 = all.length - 1;
    if (event.key === "ArrowDown") here < last2 ? open(all[here + 1]) : turn(state.page + 1, "first");
    else if (event.key === "ArrowUp") here ? open(all[here - 1]) : turn(state.page - 1, "last");
    else if (event.key === "Home") open(all[0]);
    else if (event.key === "End") open(all[last2]);
    else if (event.key === "PageDown") turn(state.page + 1, "first");
    else if (event.key === "PageUp") turn(state.page - 1, "first");
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row) open(row);
  });
  const format2 = (value2, name) => value2 === null ? "" : SHARES.has(name) ? `${(100 * value2).toFixed(0)} %` : String(value2);
  const swatched = (colour, text) => {
    const swatch = element("i");
    swatch.style.background = colour;
    return element("span", { class: "class" }, swatch, text);
  };
  listen(model, {
    page(data) {
      state = data;
      const opening = panel.hidden;
      judge.hidden = !data.judge;
      if (opening) back.opened();
      panel.hidden = false;
      title.textContent = `${data.count.toLocaleString("en")} sample${data.count === 1 ? "" : "s"}`;
      told.textContent = "";
      const classOf = (name) => `column-${name}${data.asked.includes(name) ? " asked" : ""}`;
      table.classList.toggle(
        "asks",
        data.asked.some((name) => !ALWAYS.has(name))
      );
      const most = Math.max(...data.bars.map((bar2) => bar2.count), 1);
      bars3.replaceChildren(
        ...data.bars.map((bar2) => {
          const fill = element("i");
          Object.assign(fill.style, { width: `${100 * bar2.count / most}%`, background: bar2.colour });
          return element(
            "div",
            { role: "listitem" },
            element("span", { title: bar2.title }, bar2.title),
            element("b", {}, fill),
            element("em", {}, bar2.count.toLocaleString("en"))
          );
        })
      );
      keepFocus(
        head,
        () => head.replaceChildren(
          ...data.columns.map((column) => {
            const sorted = column.name === data.sort;
            return element(
              "th",
              {
                scope: "col",
                class: classOf(column.name),
                "aria-sort": sorted ? data.down ? "descending" : "ascending" : "none"
              },
              element(
                "button",
                {
                  type: "button",
                  onclick: () => ask(0, column.name, sorted ? !data.down : SHARES.has(column.name))
                },
                column.title,
                sorted ? data.down ? " ↓" : " ↑" : ""
              )
            );
          })
        )
      );
      const focused = body.contains(panel.getRootNode().activeElement);
      body.replaceChildren(
        ...data.cells.map(
          (cells, row) => element(
            "tr",
            { "data-id": cells[0] },
            ...cells.map(
              (value2, i) => element(
                "td",
                {
                  class: `${classOf(data.columns[i].name)}${typeof value2 === "number" ? " number" : ""}`,
                  title: typeof value2 === "string" && i ? value2 : null
                },
                i === 0 ? element("button", { type: "button", class: "id" }, value2) : data.columns[i].name === "class" ? swatched(data.colours[row], format2(value2, "class")) : format2(value2, data.columns[i].name)
              )
            )
          )
        )
      );
      page.textContent = `${(data.page + 1).toLocaleString("en")} / ${pages().toLocaleString("en")}`;
      first.disabled = before.disabled = data.page === 0;
      next.disabled = last.disabled = data.page >= pages() - 1;
      for (const button2 of saves) button2.disabled = !data.count;
      markCurrent(current, opening);
      const end = enter;
      enter = "";
      if (end && body.rows.length) open(end === "last" ? rows().at(-1) : body.rows[0]);
      else if (data.focus || focused)
        focusWhenShown(buttonOf(body.querySelector("[aria-current]") ?? body.rows[0]) ?? close);
      mark("picked", { count: data.count });
    },
    current: (data) => markCurrent(data.id, true),
    hide() {
      if (!panel.hidden) hide();
    },
    trouble(data) {
      told.textContent = data.text;
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }));
      told.textContent = `${data.name} was written.`;
    }
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/page/about.js
var about_exports = {};
__export(about_exports, {
  render: () => render10
});
function render10({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const WORDS2 = { ok: "as assumed", told: "read otherwise", wrong: "would be wrong", missing: "is missing" };
  const SIGNS3 = { ok: "✓", told: "i", wrong: "!", missing: "–" };
  const button2 = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const state = { asked: false, told: null };
  const facts = element("dl"), summary = element("p", { class: "summary", role: "status" }), list = element("ul", { class: "checks" });
  const notes = element("ul", { class: "notes" }), notesHead = element("h3", {}, "Noticed while files were read");
  const close = button2("×", () => setOpen(false), { class: "close", "aria-label": "Close about this corpus" });
  const save = button2(
    "Download as JSON",
    () => {
      const link = element("a", {
        href: URL.createObjectURL(new Blob([JSON.stringify(state.told, null, 2)], { type: "application/json" })),
        download: "about-this-corpus.json"
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
    },
    { disabled: true }
  );
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "About this corpus", hidden: true },
    element("header", {}, element("h2", {}, "About this corpus"), close),
    facts,
    element("h3", {}, "What the explorer assumes, and what some files say"),
    summary,
    list,
    notesHead,
    notes,
    element(
      "footer",
      {},
      element(
        "p",
        { class: "hint" },
        "More files, and what to do where something is wrong: ",
        element("code", {}, "explorer doctor"),
        " with the corpus's place."
      ),
      save
    )
  );
  el.append(panel);
  const setOpen = makeDrawer(panel, "about", page, gone.signal, {
    shown() {
      close.focus();
      if (state.asked) return;
      state.asked = true;
      summary.textContent = "Looking at some files of the corpus …";
      model.send_msg({ type: "look" });
    }
  });
  keepKeys(panel, () => setOpen(false));
  const line2 = (check) => element(
    "li",
    { class: check.state },
    element("b", { class: "sign", "aria-hidden": "true" }, SIGNS3[check.state]),
    element(
      "div",
      {},
      element("b", {}, check.subject),
      element("span", { class: "word" }, WORDS2[check.state]),
      element("p", {}, check.found),
      element("p", { class: "hint" }, `Assumed: ${check.assumed}. ${check.follows ? `So: ${check.follows}.` : ""}`),
      check.todo ? element("p", { class: "todo" }, `To do: ${check.todo}.`) : null
    )
  );
  listen(model, {
    toggle() {
      setOpen(panel.hidden);
    },
    diagnosis(data) {
      state.told = {
        facts: Object.fromEntries(data.facts),
        healthy: data.healthy,
        checks: data.checks,
        noticed: data.notes
      };
      save.disabled = false;
      facts.replaceChildren(...data.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
      const worst = data.checks.filter((check) => check.state === "wrong" || check.state === "missing").length;
      summary.textContent = `${data.files} files of ${data.samples} samples were looked at: ` + (data.healthy ? "nothing would be shown wrongly or be missing." : `${worst} ${worst === 1 ? "thing" : "things"} would be wrong or missing.`);
      summary.className = data.healthy ? "summary" : "summary bad";
      const order = ["wrong", "missing", "told", "ok"];
      list.replaceChildren(
        ...[...data.checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).map(line2)
      );
      notesHead.hidden = notes.hidden = !data.notes.length;
      notes.replaceChildren(...data.notes.map((text) => element("li", {}, text)));
      mark("about", {});
    },
    failed() {
      state.asked = false;
      summary.textContent = "The files could not be looked at; open this again to try once more.";
    }
  });
  notesHead.hidden = notes.hidden = true;
  model.on("remove", () => gone.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/page/head.js
var head_exports = {};
__export(head_exports, {
  render: () => render11
});

// explorer/views/page/search_field.js
var TYPED = 200;
var TOLD = 15e3;
var makeSearchField = (model) => {
  const id = `search-${Math.random().toString(36).slice(2)}`;
  const field = makeListField(
    "div",
    id,
    {
      enterkeyhint: "search",
      maxlength: TYPED,
      "data-kept": "",
      // what is searched is in the address
      placeholder: "Find: vineyards Italy ≥ 80 %",
      title: "A sample's id, coordinates, a town, region or country, a class, or several words: vineyards Italy ≥ 80 %",
      "aria-label": "Search samples, places and classes"
    },
    { class: "suggestions", "aria-label": "Suggestions" }
  );
  const { input, list, hide } = field;
  const told = element("output", { class: "told", role: "status", "aria-label": "Search result", hidden: true });
  const box2 = element("span", { class: "search" }, input, list, told);
  let ticket = 0, listed = 0, timer = 0, options = [];
  const say = (text) => {
    told.textContent = told.title = text;
    told.hidden = !text;
    clearTimeout(timer);
    if (text)
      timer = setTimeout(() => {
        told.hidden = true;
      }, TOLD);
  };
  const place = () => {
    const edge = input.getBoundingClientRect(), wide = Math.min(Math.max(edge.width, 380), window.innerWidth - 16);
    Object.assign(list.style, {
      left: `${Math.max(8, Math.min(edge.left, window.innerWidth - wide - 8))}px`,
      top: `${edge.bottom + 3}px`,
      width: `${wide}px`,
      maxHeight: `${Math.max(120, window.innerHeight - edge.bottom - 16)}px`
    });
  };
  const ask = () => {
    const text = input.value.trim();
    say("");
    if (text) model.send_msg({ type: "suggest", text, ticket: ++ticket });
    else {
      ticket += 1;
      hide();
    }
  };
  const done = () => {
    ticket += 1;
    hide();
  };
  const choose = (index) => {
    const node = options[index];
    input.value = node.dataset.title;
    model.send_msg({ type: "choose", ticket: listed, index });
    done();
  };
  const go = () => {
    const text = input.value.trim();
    if (text) model.send_msg({ type: "go", text: text.slice(0, TYPED) });
    done();
  };
  input.addEventListener("input", ask);
  input.addEventListener("blur", hide);
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (list.hidden) ask();
      else if (options.length) {
        const next = field.at < 0 && by < 0 ? options.length - 1 : (field.at + by + options.length) % options.length;
        field.mark(options, next);
      }
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      if (list.hidden) input.value = "";
      done();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.repeat) return;
      if (!list.hidden && field.at >= 0) choose(field.at);
      else go();
    }
  });
  const option = (one2, i) => {
    const swatch = element("i", { "aria-hidden": "true" });
    if (one2.colour) swatch.style.background = one2.colour;
    else swatch.classList.add("none");
    return element(
      "div",
      {
        id: `${id}-${i}`,
        role: "option",
        "aria-selected": "false",
        "data-title": one2.title,
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => choose(i)
      },
      swatch,
      element("b", {}, one2.title),
      element("small", {}, one2.detail),
      element("em", {})
    );
  };
  return {
    box: box2,
    go,
    say,
    suggestions(data) {
      if (data.ticket !== ticket) {
        if (data.ticket === 0) hide();
        return;
      }
      listed = data.ticket;
      options = data.options.map(option);
      field.mark(options, -1);
      const groups = /* @__PURE__ */ new Map();
      data.options.forEach((one2, i) => {
        groups.set(one2.group, [...groups.get(one2.group) ?? [], options[i]]);
      });
      list.replaceChildren(
        ...[...groups].map(
          ([name, nodes]) => element(
            "div",
            { role: "group", "aria-label": name },
            element("div", { class: "group", "aria-hidden": "true" }, name),
            ...nodes
          )
        )
      );
      if (options.length && input.getRootNode().activeElement === input) field.show(place);
      else hide();
      mark("suggested", { ticket: data.ticket, count: options.length });
    },
    counted(data) {
      if (data.ticket !== listed) return;
      options.forEach((node, i) => {
        const count2 = data.counts[i];
        node.querySelector("small").textContent = data.details[i];
        node.querySelector("em").textContent = count2 === null ? "" : `${count2.toLocaleString("en")} sample${count2 === 1 ? "" : "s"}`;
      });
      mark("suggestions-counted", { ticket: data.ticket });
    },
    // While somebody types, it is theirs.
    forget() {
      if (input.getRootNode().activeElement === input) return;
      input.value = "";
      say("");
    },
    stop: () => clearTimeout(timer)
  };
};

// explorer/views/page/head.js
function render11({ model, el }) {
  const page = bus(model);
  const swatch = element("i"), id = element("code"), text = element("span", { class: "class" }), place = element("span", { class: "place" });
  const sample = element("div", { class: "sample" }, swatch, id, text, place);
  const search = makeSearchField(model);
  const form = element("form", { role: "search" }, search.box, element("button", { type: "submit" }, "Go"));
  const button2 = (text2, title, onclick, extra = {}) => element("button", { type: "button", title, onclick, ...extra }, text2);
  const actions = element(
    "div",
    { class: "actions", id: "head-actions" },
    button2("Surprise me", "Any sample, by chance", () => model.send_msg({ type: "random" })),
    button2(
      "Stories",
      "Play a story, present this view, or put a story together",
      () => model.send_msg({ type: "stories" })
    ),
    button2(
      "Share",
      "A link to this view, files to take away, and the same in Python",
      () => model.send_msg({ type: "share" })
    ),
    button2("Review", "Review labels: a queue, a verdict on each", () => model.send_msg({ type: "review" })),
    button2(
      "About",
      "About this corpus: what is assumed of it, and what its files say",
      () => model.send_msg({ type: "about" }),
      { "aria-label": "About this corpus" }
    ),
    button2("Help", "Keys, what the marks mean, words, citation (?)", () => page.emit("help"), {
      "aria-keyshortcuts": "?"
    })
  );
  const logOut = element("a", { href: "logout", hidden: true });
  actions.append(logOut);
  const more = button2("Menu", "Surprise me, stories, share, review, about, help", () => setMenu(!isOpen()), {
    class: "more",
    "aria-expanded": "false",
    "aria-controls": "head-actions"
  });
  const isOpen = () => more.getAttribute("aria-expanded") === "true";
  const setMenu = (open) => {
    more.setAttribute("aria-expanded", String(open));
    actions.classList.toggle("open", open);
  };
  actions.addEventListener(
    "click",
    () => {
      if (!isOpen()) return;
      setMenu(false);
      more.focus({ preventScroll: true });
    },
    { capture: true }
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search.go();
  });
  const words = element("span");
  const notice = element(
    "div",
    { class: "notice", role: "alert", hidden: true },
    words,
    element(
      "button",
      {
        type: "button",
        onclick: () => {
          notice.hidden = true;
        }
      },
      "Dismiss"
    )
  );
  el.append(
    element(
      "header",
      {},
      element("h1", {}, "RapidAI4EO", element("span", {}, " explorer"), element("small", {}, model.corpus)),
      sample,
      form,
      more,
      actions
    ),
    notice
  );
  const gone = new AbortController();
  listen(model, {
    suggestions: search.suggestions,
    counted: search.counted,
    forgotten: search.forget,
    searched(data) {
      search.say(data.text);
      mark("searched", { text: data.text });
    },
    sample(data) {
      id.textContent = data.id ?? "";
      text.textContent = text.title = data.text;
      place.textContent = place.title = data.place;
      swatch.style.background = data.colour ?? "transparent";
      if (document.getElementById("first"))
        document.title = [data.id, "RapidAI4EO explorer"].filter(Boolean).join(" · ");
    },
    visitor(data) {
      logOut.hidden = false;
      logOut.replaceChildren("Log out", element("span", {}, ` ${data.name}`));
      logOut.title = `You are logged in as ${data.name}`;
    },
    // The URL is the selection written down: a new sample is a new page of the history, the rest amends it.
    url(data) {
      if (window.location.search === data.search) return;
      window.history[data.push ? "pushState" : "replaceState"](
        {},
        "",
        window.location.pathname + data.search + window.location.hash
      );
    },
    notice(data) {
      words.textContent = data.text;
      notice.hidden = !data.text;
    }
  });
  const enlarged = (event) => {
    const node = event.composedPath().find((part) => part.dataset?.panel);
    if (node) model.send_msg({ type: "panel", name: node.dataset.panel });
  };
  const escaped = (event) => {
    if (event.key === "Escape" && isOurKey(event, el) && window.location.search.includes("panel="))
      model.send_msg({ type: "panel", name: "" });
  };
  const radios = (event) => {
    const node = event.composedPath()[0], by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by || node.getAttribute?.("role") !== "radio" || !isOurKey(event, el)) return;
    const all = [...node.parentElement.children], next = all[(all.indexOf(node) + by + all.length) % all.length];
    next.focus();
    next.click();
    event.preventDefault();
    event.stopPropagation();
  };
  const { signal } = gone;
  window.addEventListener(
    "pointerdown",
    (event) => event.composedPath().includes(more) || event.composedPath().includes(actions) || setMenu(false),
    { signal, capture: true }
  );
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !isOpen()) return;
      setMenu(false);
      more.focus();
      event.preventDefault();
      event.stopPropagation();
    },
    { signal, capture: true }
  );
  window.addEventListener("click", enlarged, { signal });
  window.addEventListener("keydown", escaped, { signal });
  window.addEventListener("keydown", radios, { signal, capture: true });
  window.addEventListener("popstate", () => model.send_msg({ type: "link", search: window.location.search }), {
    signal
  });
  model.on("remove", () => {
    gone.abort();
    search.stop();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/page/help.js
var help_exports = {};
__export(help_exports, {
  render: () => render12
});
var KEYS = [
  [
    "Everywhere",
    [
      ["?", "this help; in a review, the keys of the review"],
      ["F", "present this view; F or Escape ends it"],
      [", .", "presenting: step through the dates"],
      ["E", "presenting: fly from Europe to the place of this view"],
      ["Ctrl Z", "undo what changed the view (Cmd Z on a Mac); in a field, what was typed"],
      ["Ctrl Shift Z", "redo; Ctrl Y too"],
      ["Esc", "closes what was opened last; the focus goes back"],
      ["Tab", "from control to control"]
    ]
  ],
  [
    "Map",
    [
      ["← ↑ → ↓", "to the neighbouring sample; with shift they move the map"],
      ["+ − 0", "zoom in, out, show all samples"],
      ["Esc", "clear the area"]
    ]
  ],
  [
    "Planet Fusion",
    [
      ["Space", "play, pause"],
      ["← →", "step from date to date"],
      ["Home End", "first, last date"],
      ["[ ]", "begin, end the part that plays at this date"],
      ["Shift ← →", "move the compared date"],
      ["P", "a cross that arrows move; Enter pins, shift and Enter adds"],
      ["B G", "draw a box, a polygon"],
      ["+ − 0", "zoom in, out, show all"]
    ]
  ],
  [
    "Charts",
    [
      ["← →", "step from date to date; with shift they move the chart"],
      ["+ − 0", "zoom in, out, show all"]
    ]
  ]
];
var WORDS = [
  ["DN", "digital number: what a chip stores for a pixel. 10,000 is a reflectance of 1."],
  ["Reflectance", "share of the sunlight that the ground throws back in a band, 0 to 1."],
  [
    "NDVI",
    "(near infrared − red) / (near infrared + red), −1 to 1: the more green leaves, the higher. Water is below 0, bare soil near 0.1, a dense crop 0.8 and more."
  ],
  ["Gap-filled", "not measured on that date (clouds): filled in from dates before and after. Amber and hollow marks."],
  ["Purity", "share of the 600 m cell that its largest class covers; 1 is one class alone."],
  [
    "CORINE level",
    "CORINE Land Cover has 5 classes on level 1 (artificial, farmland, forest, wetland, water), 15 on level 2, 44 on level 3. On a level, a sample has the class whose shares add up to most."
  ],
  ["Sample", "a square of 600 m with a label and two years of pictures."],
  ["Chip", "one picture of a sample: one date, or one month, of one sensor."],
  ["Mosaic", "Sentinel-2's picture of a month, put together from its clear pixels."],
  ["True colour", "red, green and blue as the eye sees them."],
  ["False colour", "near infrared shown as red: green leaves are bright red."],
  [
    "Stretch",
    "which reflectance is black and which is white. It is the same for all dates, so that they can be compared."
  ],
  [
    "Pin",
    "a pixel whose curves are drawn; its colour is the same everywhere. Pins and regions belong to their sample; Keep takes them along to the next one."
  ],
  ["Region", "a box or polygon in the picture; its mean is drawn beside the pins."],
  ["Suspicion", "how much speaks against a label, where somebody has run the score."]
];
var svg = (...children2) => svgElement("svg", { viewBox: "0 0 44 20", width: 44, height: 20, "aria-hidden": "true" }, ...children2);
var bar = (x, y, height, fill, width = 4) => svgElement("rect", { x, y, width, height, fill });
var bars2 = (fill, y = 4, height = 12) => svg(...[8, 14, 20, 26, 32].map((x) => bar(x, y, height, fill)));
var line = (d, stroke2, extra = {}) => svgElement("path", { d, stroke: stroke2, fill: "none", "stroke-width": 1.6, ...extra });
var dot = (cx, fill, stroke2) => svgElement("circle", { cx, cy: 10, r: 3, fill, stroke: stroke2, "stroke-width": 1.4 });
var onDark = (...children2) => svg(svgElement("rect", { width: 44, height: 20, rx: 3, fill: "var(--well)" }), ...children2);
var box = (kind) => element("i", { class: `swatch ${kind}`, "aria-hidden": "true" });
var MARKS = [
  [
    "Timeline",
    [
      [() => bars2("var(--accent)"), "a date whose picture is here"],
      [() => bars2("var(--muted)", 9, 2), "a date that is still loading"],
      [() => bars2("var(--absent)", 13, 3), "a date that is missing"],
      [() => bars2("var(--bad)"), "a date whose file is broken; the pointer reads why"],
      [
        () => svg(...[8, 14, 20, 26, 32].flatMap((x) => [bar(x, 4, 12, "var(--accent)"), bar(x, 4, 5, "var(--gap)")])),
        "amber: this much of the date is gap-filled"
      ],
      [
        () => svg(bar(21, 3, 16, "var(--ink)", 2), svgElement("path", { d: "M17 1h10l-5 6z", fill: "var(--ink)" })),
        "the date shown; the compared date has another colour"
      ],
      [
        () => svg(line("M14 3h-4v14h4M30 3h4v14h-4", "var(--ink)", { "stroke-width": 2 })),
        "brackets: the part that plays"
      ]
    ]
  ],
  [
    "Pictures",
    [
      [() => box("hatched"), "hatched: there is no picture of this date or month"],
      [() => box("waiting"), "plain: the picture is still loading"],
      [
        () => onDark(
          line("M22 1v6M22 13v6M12 10h7M25 10h7", "var(--pin)", { "stroke-width": 2 }),
          svgElement("rect", {
            x: 19.5,
            y: 7.5,
            width: 5,
            height: 5,
            fill: "none",
            stroke: "var(--pin)",
            "stroke-width": 2
          })
        ),
        "a cross: a pin"
      ],
      [
        () => onDark(
          svgElement("rect", {
            x: 14,
            y: 3,
            width: 14,
            height: 14,
            fill: "none",
            stroke: "#fff",
            "stroke-width": 1.5
          })
        ),
        "white square: Sentinel-2's 10 m pixel that holds a pin"
      ]
    ]
  ],
  [
    "Charts",
    [
      [
        () => svg(line("M3 14L16 6L28 11L41 4", "var(--accent)"), dot(16, "var(--accent)", "none")),
        "line and dots: Planet Fusion"
      ],
      [
        () => svg(line("M3 10h38", "var(--accent)"), dot(22, "var(--panel)", "var(--accent)")),
        "hollow dot: a gap-filled date"
      ],
      [
        () => svg(
          line("M6 10h32", "var(--accent)", { opacity: 0.6 }),
          svgElement("path", { d: "M22 5l4 5-4 5-4-5z", fill: "var(--accent)" })
        ),
        "diamond: Sentinel-2, its bar is the month that it stands for"
      ],
      [
        () => svg(line("M12 19v-6M20 19v-6M34 19v-6", "#8b989f", { "stroke-width": 2 })),
        "ticks at the lower edge: dates that are missing"
      ],
      [
        () => svg(line("M8 16h26", "#8b989f", { "stroke-width": 2.5 })),
        "bar at the lower edge: a month that is missing"
      ],
      [
        () => svg(
          line("M12 19v-2M20 19v-2M28 19v-2M34 19v-2", "var(--muted)", {
            "stroke-width": 2,
            "stroke-dasharray": "1 1"
          })
        ),
        "dots at the lower edge: dates that are still loading"
      ],
      [
        () => svg(
          svgElement("path", { d: "M3 14L16 6L28 9L41 4V12L28 16L16 13L3 18z", fill: "var(--muted)", opacity: 0.3 })
        ),
        "band: 10th to 90th percentile of the sample or of a region"
      ],
      [() => svg(line("M22 1v18", "var(--ink)")), "upright line: the date of the animation"]
    ]
  ],
  [
    "Map",
    [
      [
        () => svg(...["#e6e600", "#80ff00", "#e6004d"].map((fill, i) => bar(9 + 9 * i, 6, 8, fill, 8))),
        "a sample, coloured by its largest class as in the legend"
      ],
      [
        () => svg(svgElement("circle", { cx: 22, cy: 10, r: 7, fill: "none", stroke: "var(--pin)", "stroke-width": 2.5 })),
        "ring: the sample that is shown"
      ]
    ]
  ]
];
function render12({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close the help", onclick: () => setOpen(false) },
    "×"
  );
  const rows = (entries, left2) => element("dl", {}, ...entries.flatMap(([name, text]) => [element("dt", {}, left2(name)), element("dd", {}, text)]));
  const keys = (text) => element("kbd", {}, text);
  const parts = (all, left2) => element(
    "div",
    { class: "parts" },
    ...all.map(([title, entries]) => element("section", {}, element("h4", {}, title), rows(entries, left2)))
  );
  const told = element("div", { class: "told" });
  const section = (name, title, ...content) => element("section", { id: `help-${name}` }, element("h3", { tabindex: "-1" }, title), ...content);
  const sections = [
    section(
      "begin",
      "To begin with",
      element(
        "ol",
        {},
        element("li", {}, "Click a point of the map, or Surprise me: another sample."),
        element("li", {}, "Click a pixel of either picture: its two years are drawn. Shift-click adds another."),
        element("li", {}, "Drag the timeline, or press play: the charts and Sentinel-2's month follow."),
        element("li", {}, "Click a class in the legend: only its samples are left. Filters has more to choose by."),
        element("li", {}, "The address of the page is what you see: send it, and others see the same.")
      )
    ),
    section("keys", "Keys", parts(KEYS, keys)),
    section(
      "marks",
      "What the marks mean",
      parts(MARKS, (draw) => draw())
    ),
    section(
      "words",
      "Words",
      rows(WORDS, (word) => word)
    ),
    section("version", "Version, citation, licences", told)
  ];
  const jump = (part) => {
    const heading = part.querySelector("h3");
    heading.scrollIntoView({ block: "start" });
    heading.focus({ preventScroll: true });
  };
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Help", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Help"),
      element(
        "nav",
        { "aria-label": "Parts of the help" },
        ...sections.slice(1).map(
          (part) => element("button", { type: "button", onclick: () => jump(part) }, part.firstChild.textContent.split(",")[0])
        )
      ),
      close
    ),
    element("div", { class: "text", tabindex: "0", role: "region", "aria-label": "Text of the help" }, ...sections)
  );
  el.append(panel);
  const setOpen = makeDrawer(panel, "help", page, gone.signal, {
    shown() {
      close.focus();
      mark("help");
    }
  });
  keepKeys(panel, () => setOpen(false));
  page.on("help", () => setOpen(panel.hidden), gone.signal);
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isWriting(event) || !isOurKey(event, el) || pageRoot(el).classList.contains("presenting")) return;
      setTimeout(() => event.defaultPrevented || setOpen(panel.hidden));
    },
    { signal: gone.signal }
  );
  listen(model, {
    facts(data) {
      const link = element("a", { href: "guide", target: "_blank", rel: "noopener" }, "The guide, task by task");
      told.replaceChildren(
        element("p", {}, data.software),
        element("p", {}, element("b", {}, "Cite as: "), data.citation),
        ...data.lines.map((text) => element("p", {}, text)),
        element("p", {}, element("b", {}, "Licences: "), data.licences.join("; ")),
        ...data.terms ? [element("p", {}, data.terms)] : [],
        ...data.guide ? [element("p", {}, link)] : []
      );
    }
  });
  model.on("remove", () => gone.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/page/toast.js
var toast_exports = {};
__export(toast_exports, {
  render: () => render13
});
var STAYS = 8e3;
function render13({ model, el }) {
  const gone = new AbortController();
  let timer = 0, step = (
    /** @type {number | null} */
    null
  );
  const words = element("span", { role: "status" });
  const act = element("button", { type: "button", onclick: () => send() });
  const close = element(
    "button",
    { type: "button", class: "close", title: "Dismiss (Esc)", "aria-label": "Dismiss", onclick: () => hide() },
    "×"
  );
  const box2 = element("div", { class: "undo-line", role: "group", "aria-label": "Undo" }, words, act, close);
  el.append(box2);
  const back = makeReturn(box2);
  const isShown = () => box2.classList.contains("shown");
  const send = () => {
    if (act.textContent === "Redo") model.send_msg({ type: "redo" });
    else model.send_msg({ type: "undo", step });
  };
  const hide = () => {
    if (!isShown()) return;
    stay();
    box2.classList.remove("shown");
    words.textContent = "";
    back.closed();
  };
  const stay = () => clearTimeout(timer);
  const go = () => {
    stay();
    timer = setTimeout(() => {
      if (box2.matches(":hover, :focus-within")) return;
      hide();
    }, STAYS);
  };
  for (const kind of ["pointerenter", "focusin"]) box2.addEventListener(kind, stay);
  for (const kind of ["pointerleave", "focusout"]) box2.addEventListener(kind, () => isShown() && go());
  box2.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
      event.preventDefault();
    }
    if (["Escape", "Enter", " "].includes(event.key)) event.stopPropagation();
  });
  const presents = () => pageRoot(el).classList.contains("presenting");
  window.addEventListener(
    "keydown",
    (event) => {
      if (!isOurKey(event, el) || isWriting(event) || presents()) return;
      if (event.key === "Escape") hide();
      const held = (event.ctrlKey || event.metaKey) && !event.altKey;
      const letter = letterOf(event);
      const kind = held && letter === "z" ? event.shiftKey ? "redo" : "undo" : event.ctrlKey && held && letter === "y" && !event.shiftKey ? "redo" : "";
      if (!kind) return;
      event.preventDefault();
      if (kind === "redo") model.send_msg({ type: "redo" });
      else model.send_msg({ type: "undo" });
    },
    { signal: gone.signal }
  );
  listen(model, {
    say(data) {
      if (presents()) return;
      if (!isShown()) back.opened();
      step = data.step;
      words.textContent = data.text;
      act.textContent = data.action;
      act.hidden = !data.action;
      act.title = data.action === "Redo" ? "Redo (Ctrl+Shift+Z)" : "Undo (Ctrl+Z undoes the last change)";
      box2.classList.add("shown");
      go();
      mark("toast", { text: data.text });
    },
    hide
  });
  model.on("remove", () => {
    stay();
    gone.abort();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/present/present.js
var present_exports = {};
__export(present_exports, {
  render: () => render14
});
function render14({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30];
  const CALENDAR = ["2018-01-03", "2019-12-29"];
  const PLACE = "rapidai4eo-story";
  const STAGE = 2200;
  const HOLD = 3e3;
  const still2 = window.matchMedia("(prefers-reduced-motion: reduce)");
  const button2 = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const clock = (ms) => `${Math.floor(ms / 6e4)}:${String(Math.floor(ms / 1e3) % 60).padStart(2, "0")}`;
  const state = {
    on: false,
    story: (
      /** @type {import("../messages").StoryPlayed | null} */
      null
    ),
    at: 0,
    since: 0,
    begun: 0,
    timed: !still2.matches,
    own: (
      /** @type {import("../messages").Told["Presenter"]["own"] | null} */
      null
    ),
    shipped: [],
    editing: -1
  };
  const title = element("h1"), note = element("div", { class: "note" }), dots2 = element("div", { class: "dots", "aria-hidden": "true" });
  const count2 = element("span", { class: "count" });
  const words = element(
    "article",
    { class: "words", hidden: true, "aria-live": "polite" },
    title,
    note,
    element("div", { class: "line progress" }, dots2, count2)
  );
  const held = element(
    "p",
    { class: "held", hidden: true },
    element("kbd", {}, ","),
    " ",
    element("kbd", {}, "."),
    " step through the dates"
  );
  note.after(held);
  const credit = element("footer", { class: "credit", hidden: true });
  const veil = element("div", { class: "veil", onanimationend: () => veil.classList.remove("lift") });
  const trouble = element("p", { class: "trouble", role: "alert" });
  const list = element("div", { class: "stories" }), own = element("ol", { class: "own", "aria-label": "Views of my story" });
  const name = element("input", {
    class: "title",
    maxlength: 200,
    "aria-label": "Title of my story",
    placeholder: "Title of my story"
  });
  name.addEventListener("change", () => model.send_msg({ type: "rename", title: name.value }));
  const file = element("input", { type: "file", accept: ".yaml,.yml", hidden: true, "aria-label": "Story file" });
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    file.value = "";
    if (!chosen) return;
    if (chosen.size > 262144) {
      trouble.textContent = `${chosen.name} has more than 256 KB, far more than a story.`;
      return;
    }
    model.send_msg({ type: "load", text: await chosen.text(), name: chosen.name.slice(0, 80) });
  });
  const playOwn = button2("Play", () => begin({ own: true }), { class: "main" });
  const saveOwn = button2(
    "Save as YAML",
    () => saveFile("story.yaml", new Blob([state.own.yaml], { type: "application/yaml" }))
  );
  const day2 = (label) => element("input", { type: "date", min: CALENDAR[0], max: CALENDAR[1], "aria-label": label });
  const before = day2("Before"), after = day2("After");
  const makePair = (swipe) => {
    pair.hidden = true;
    model.send_msg({ type: "before_after", before: before.value, after: after.value, swipe });
    openPair.focus();
  };
  const pair = element(
    "div",
    { class: "pair", role: "group", "aria-label": "Before and after", hidden: true },
    element("label", {}, "Before", before),
    element("label", {}, "After", after),
    button2("Two views", () => makePair(false), { class: "main" }),
    button2("One, swiped", () => makePair(true))
  );
  const openPair = button2(
    "Before / after",
    () => {
      if (pair.hidden) model.send_msg({ type: "pair" });
      else pair.hidden = true;
    },
    { title: "Two dates of this view become views of the story: those compared, or marked on the timeline" }
  );
  const drawer = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Stories", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Stories"),
      button2("×", () => setDrawer(false), { class: "close", "aria-label": "Close the stories" })
    ),
    element(
      "div",
      { class: "line" },
      button2(
        "Present this view",
        () => {
          setDrawer(false);
          begin({});
        },
        { class: "main", title: "Full screen, without controls (F)" }
      ),
      element("span", { class: "hint" }, element("kbd", {}, "F")),
      button2(
        "Fly there",
        () => {
          setDrawer(false);
          fly();
        },
        { title: "From Europe to the pinned pixel, full screen (E while presenting)" }
      )
    ),
    list,
    element("h3", {}, "My story"),
    name,
    own,
    element(
      "div",
      { class: "line make" },
      button2("Add this view", () => model.send_msg({ type: "collect" }), {
        title: "All that is seen now. It holds at its date, or plays where the animation plays"
      }),
      openPair,
      playOwn,
      saveOwn,
      button2("Open a file", () => file.click()),
      file
    ),
    pair,
    trouble
  );
  el.append(veil, words, credit, drawer);
  const left2 = makeReturn(words);
  const setDrawer = makeDrawer(drawer, "stories", page, gone.signal, {
    shown: () => drawer.querySelector("button.main").focus()
  });
  const MOTIONS = [
    ["hold", "Hold at its date"],
    ["run", "Play from one date to another"],
    ["", "Play all after 3 seconds"]
  ];
  const playbackOf = (now, i) => {
    let told = now;
    const tell = (change) => {
      told = { ...told, ...change };
      model.send_msg({ type: "playback", index: i, ...told });
    };
    const date3 = (label, key) => {
      const input = element("input", {
        type: "date",
        min: CALENDAR[0],
        max: CALENDAR[1],
        "aria-label": `${label} of view ${i + 1}`
      });
      input.value = now[key];
      input.addEventListener("change", () => input.value && tell({ [key]: input.value }));
      return element("label", {}, label, input);
    };
    const loop = element("input", { type: "checkbox", "aria-label": `View ${i + 1} plays round and round` });
    loop.checked = now.loop;
    loop.addEventListener("change", () => tell({ loop: loop.checked }));
    const speeds = SPEEDS.map((value2) => [String(value2), `${value2} /s`]);
    return element(
      "div",
      { class: "playback" },
      element(
        "label",
        { class: "line" },
        "Dates",
        choice(`Motion of view ${i + 1}`, MOTIONS, now.motion, (motion) => tell({ motion }))
      ),
      now.motion === "run" ? element(
        "div",
        { class: "line range" },
        date3("From", "first"),
        date3("to", "last"),
        choice(
          `Dates a second of view ${i + 1}`,
          speeds,
          String(now.speed),
          (speed) => tell({ speed: Number(speed) })
        ),
        element("label", { class: "check" }, loop, "Loop")
      ) : null
    );
  };
  const drawOwn = () => {
    const states = state.own?.states ?? [];
    playOwn.disabled = saveOwn.disabled = !states.length;
    name.value = state.own?.title ?? "";
    const focused = el.getRootNode().activeElement;
    const typed = own.contains(focused) && focused.matches("textarea, input:not([type=checkbox])") ? focused : null;
    keepFocus(
      own,
      () => own.replaceChildren(
        ...states.map((one2, i) => {
          const tell = (field2, value2) => model.send_msg({ type: "edit", index: i, [field2]: value2 });
          const field = (label, key, tag = "input", extra = {}) => {
            const about = { "aria-label": `${label} of view ${i + 1}`, placeholder: label, ...extra };
            const input = tag === "number" ? numberInput(about) : element(tag, about);
            input.value = one2[key] ?? "";
            input.addEventListener("change", () => tell(key, input.value));
            return input;
          };
          const open = state.editing === i;
          return element(
            "li",
            { class: open ? "open" : "" },
            element(
              "div",
              { class: "line" },
              button2(one2.title, () => model.send_msg({ type: "show", index: i }), {
                class: "name",
                title: "Show this view"
              }),
              button2(
                "✎",
                () => {
                  state.editing = open ? -1 : i;
                  drawOwn();
                },
                { "aria-label": `Edit view ${i + 1}`, "aria-expanded": String(open), title: "Title, note, time" }
              ),
              button2("↑", () => model.send_msg({ type: "move", index: i, by: -1 }), {
                "aria-label": `Move view ${i + 1} up`,
                disabled: i === 0
              }),
              button2("↓", () => model.send_msg({ type: "move", index: i, by: 1 }), {
                "aria-label": `Move view ${i + 1} down`,
                disabled: i === states.length - 1
              }),
              button2(
                "×",
                () => {
                  state.editing = -1;
                  model.send_msg({ type: "remove", index: i });
                },
                { "aria-label": `Remove view ${i + 1}` }
              )
            ),
            open ? element(
              "div",
              { class: "fields" },
              field("Title", "title", "input", { maxlength: 200 }),
              field("Note, in Markdown, for the room", "note", "textarea", { rows: 3, maxlength: 8e3 }),
              field("Notes for the presenter alone", "presenter", "textarea", { rows: 2, maxlength: 8e3 }),
              playbackOf(one2.playback, i),
              element(
                "label",
                { class: "line" },
                "Seconds",
                field("seconds", "seconds", "number", { min: 1, max: 3600, step: 0.5 })
              )
            ) : null
          );
        })
      )
    );
    if (!typed) return;
    const again = el.getRootNode().activeElement;
    if (again?.getAttribute("aria-label") !== typed.getAttribute("aria-label")) return;
    again.value = typed.value;
    if (typed.selectionStart != null) again.setSelectionRange(typed.selectionStart, typed.selectionEnd);
  };
  const begin = (what) => {
    document.documentElement.requestFullscreen?.().catch(() => {
    });
    model.send_msg({ type: "begin", ...what });
  };
  const end = () => {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {
    });
    model.send_msg({ type: "end" });
  };
  const liftVeil = () => {
    veil.classList.remove("lift");
    void veil.offsetWidth;
    veil.classList.add("lift");
  };
  const fly = () => {
    if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {
    });
    model.send_msg({ type: "fly" });
  };
  page.on("fly-there", fly, gone.signal);
  const go = (by) => {
    if (!state.story) return;
    const next = state.at + by;
    if (next >= 0 && next < state.story.states.length) model.send_msg({ type: "go", index: next });
  };
  const large = (value2) => {
    const doc = window.Bokeh?.documents ?? [];
    for (const one2 of doc.flatMap((d) => [...d._all_models?.values() ?? []])) {
      if (!one2.type.endsWith("Axis")) continue;
      one2.setv(
        {
          major_label_text_font_size: one2.major_label_text_font_size === "0px" ? "0px" : value2 ? "17px" : "12px",
          axis_label_text_font_size: value2 ? "18px" : "12px"
        },
        { sync: false }
      );
    }
  };
  let timer = 0, runner = 0, toNext = 0;
  const arm = () => {
    clearInterval(timer);
    clearTimeout(runner);
    if (!state.on) return;
    timer = setInterval(tick, 250);
    if (state.story?.states[state.at].motion) return;
    runner = setTimeout(() => {
      if (state.on && !still2.matches && state.story) page.emit("run", true);
    }, HOLD);
  };
  const tick = () => {
    const now = performance.now(), seconds2 = state.story?.states[state.at]?.seconds;
    const share = state.story && state.timed && seconds2 ? Math.min(1, (now - state.since) / (1e3 * seconds2)) : 0;
    dots2.children[state.at]?.style.setProperty("--share", String(share));
    if (share >= 1 && state.at < state.story.states.length - 1) {
      state.since = now;
      go(1);
    }
    drawPresenter(now);
  };
  let beside = null;
  const openPresenter = () => {
    beside = window.open("", "rapidai4eo-presenter", "popup,width=760,height=560");
    if (!beside) {
      count2.textContent = "The browser did not allow the presenter's window.";
      return;
    }
    const doc = beside.document;
    doc.title = "Presenter · RapidAI4EO explorer";
    doc.body.replaceChildren();
    const style = doc.createElement("style");
    style.textContent = "body{font:18px/1.45 system-ui,sans-serif;margin:22px;color:#17262e;background:#fff}h1{font-size:24px;margin:.2em 0}time{font-size:34px;font-variant-numeric:tabular-nums}small{color:#5a6a74}section{margin:14px 0;padding:12px 16px;background:#eef2f4;border-radius:8px}button{font:inherit;padding:6px 18px}";
    doc.head.replaceChildren(style);
    beside.parts = Object.fromEntries(
      [
        ["time", "time"],
        ["title", "h1"],
        ["note", "section"],
        ["next", "p"]
      ].map(([key, tag]) => [key, doc.body.appendChild(doc.createElement(tag))])
    );
    for (const [text, by] of [
      ["‹ Back", -1],
      ["Next ›", 1]
    ]) {
      const node = doc.body.appendChild(doc.createElement("button"));
      node.textContent = text;
      node.addEventListener("click", () => go(by));
    }
    beside.addEventListener("keydown", keyed);
    drawPresenter(performance.now(), true);
  };
  let drawn = -1;
  const drawPresenter = (now, anew = false) => {
    if (!beside || beside.closed || !state.story) return;
    const { parts } = beside;
    const here = state.story.states[state.at], next = state.story.states[state.at + 1];
    parts.time.textContent = `${clock(now - state.begun)}   ${state.at + 1} / ${state.story.states.length}` + (here.seconds ? `   ${clock(Math.max(0, 1e3 * here.seconds - (now - state.since)))} left${state.timed ? "" : " (held)"}` : "");
    if (drawn === state.at && !anew) return;
    drawn = state.at;
    parts.title.textContent = here.title;
    parts.note.innerHTML = here.presenter_html || "<small>No notes for this view.</small>";
    parts.next.textContent = next ? `Next: ${next.title}` : "This is the last view.";
  };
  const stepDate = (key) => {
    clearTimeout(runner);
    page.emit("key", { key });
  };
  const keyed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const node = event.composedPath()[0], ours = event.currentTarget !== window;
    const whole = state.on && document.fullscreenElement && node === document.body;
    if (!ours && !whole && !isOurKey(event, el)) return;
    if (event.key === "Escape" && !drawer.hidden && drawer.contains(node)) {
      setDrawer(false);
      event.preventDefault();
      return;
    }
    if (isWriting(event)) return;
    const letter = letterOf(event);
    if (!state.on) {
      if (letter === "f" && !event.repeat) {
        begin({});
        event.preventDefault();
      }
      return;
    }
    const inside2 = node?.closest?.("[role=slider]");
    const act = {
      Escape: end,
      f: end,
      e: state.story ? null : fly,
      PageDown: () => go(1),
      Enter: () => go(1),
      n: () => go(1),
      PageUp: () => go(-1),
      Backspace: () => go(-1),
      b: () => go(-1),
      ArrowRight: inside2 ? null : () => state.story ? go(1) : page.emit("key", { key: "ArrowRight" }),
      ArrowLeft: inside2 ? null : () => state.story ? go(-1) : page.emit("key", { key: "ArrowLeft" }),
      " ": () => page.emit("key", { key: " " }),
      ",": () => stepDate("ArrowLeft"),
      ".": () => stepDate("ArrowRight"),
      t: () => {
        state.timed = !state.timed;
        state.since = performance.now();
      },
      s: openPresenter,
      Home: state.story ? () => model.send_msg({ type: "go", index: 0 }) : null
    }[letter];
    if (act) {
      act();
      event.preventDefault();
      event.stopPropagation();
    }
  };
  window.addEventListener("keydown", keyed, { signal: gone.signal, capture: true });
  document.addEventListener(
    "fullscreenchange",
    () => {
      if (!document.fullscreenElement && state.on && state.full) model.send_msg({ type: "end" });
      state.full = Boolean(document.fullscreenElement);
    },
    { signal: gone.signal }
  );
  words.addEventListener("click", (event) => {
    if (state.story && event.target.tagName !== "A") go(1);
  });
  listen(model, {
    shipped(data) {
      list.replaceChildren(
        ...data.stories.map(
          (story) => element(
            "div",
            { class: "story" },
            element("div", {}, element("b", {}, story.title), element("small", {}, ` ${story.count} views`)),
            button2(
              "Play",
              () => {
                setDrawer(false);
                begin({ story: story.name });
              },
              { "aria-label": `Play ${story.title}` }
            )
          )
        )
      );
    },
    drawer() {
      setDrawer(drawer.hidden);
    },
    own(data) {
      state.own = data;
      trouble.textContent = "";
      try {
        localStorage.setItem(PLACE, data.yaml);
      } catch {
      }
      drawOwn();
      mark("story-kept", { count: data.states.length });
    },
    pair(data) {
      before.value = data.before;
      after.value = data.after;
      pair.hidden = false;
      pair.querySelector("button").focus();
    },
    trouble(data) {
      setDrawer(true);
      trouble.textContent = data.text;
    },
    on(data) {
      const fresh = !state.on;
      Object.assign(state, { on: true, story: data.story, at: 0 });
      setDrawer(false);
      if (fresh) {
        state.begun = performance.now();
        large(true);
        left2.opened();
      }
      credit.hidden = false;
      credit.replaceChildren(element("b", {}, "RapidAI4EO explorer"), element("span", {}, data.credit));
      words.hidden = false;
      words.classList.toggle("alone", !data.story);
      title.textContent = note.textContent = count2.textContent = "";
      dots2.replaceChildren(...(data.story?.states ?? []).map(() => element("i")));
      if (!data.story) mark("presenting", {});
    },
    stage(data) {
      clearTimeout(toNext);
      title.textContent = data.title;
      if (data.index >= 3 && !still2.matches) liftVeil();
      if (data.index + 1 < data.count)
        toNext = setTimeout(() => model.send_msg({ type: "stage", index: data.index + 1 }), STAGE);
      mark("tour-at", { index: data.index });
    },
    titled(data) {
      title.textContent = data.title;
    },
    at(data) {
      const here = state.story.states[data.index];
      state.at = data.index;
      state.since = performance.now();
      title.textContent = here.title;
      held.hidden = here.motion !== "hold";
      note.innerHTML = here.html;
      [...dots2.children].forEach((dot2, i) => {
        dot2.className = i < data.index ? "past" : i === data.index ? "now" : "";
        dot2.style.setProperty("--share", "0");
      });
      count2.textContent = `${data.index + 1} / ${state.story.states.length}`;
      if (!still2.matches) liftVeil();
      arm();
      large(true);
      mark("story-at", { index: data.index });
    },
    off() {
      clearTimeout(toNext);
      clearInterval(timer);
      clearTimeout(runner);
      Object.assign(state, { on: false, story: null });
      words.hidden = credit.hidden = true;
      page.emit("run", false);
      large(false);
      if (beside && !beside.closed) beside.close();
      left2.closed();
    }
  });
  model.on("remove", () => {
    gone.abort();
    clearTimeout(toNext);
    clearInterval(timer);
    clearTimeout(runner);
  });
  let kept2 = "";
  try {
    kept2 = localStorage.getItem(PLACE) ?? "";
  } catch {
  }
  model.send_msg({ type: "ready", own: kept2.slice(0, 262144) });
  drawOwn();
}

// explorer/views/profile/pins.js
var pins_exports = {};
__export(pins_exports, {
  render: () => render15
});

// explorer/views/profile/profile_menu.js
var makeCurvesMenu = (send) => {
  let offer = null, now = null;
  const toggle = element(
    "button",
    {
      type: "button",
      class: "curves",
      "aria-expanded": "false",
      "aria-haspopup": "dialog",
      title: "Bands, indices, smoothing, seasons, breaks",
      onclick: () => open(panel.hidden)
    },
    "Curves ▾"
  );
  const bands = element("div", { class: "choices", role: "group", "aria-label": "Bands" });
  const indices = element("div", { class: "choices", role: "group", "aria-label": "Indices shown" });
  let entries = [];
  const list = makeCombobox({
    label: "Add an index",
    listed: "Indices found",
    placeholder: "name or application, as NDVI, water, burn",
    find: (text) => entriesFound(text, entries),
    draw: drawEntry,
    take(entry) {
      list.input.value = "";
      add(entry.value);
    },
    enter(text) {
      if (text) problem.textContent = `No index is called “${text.slice(0, 40)}”.`;
    },
    most: Infinity,
    firstMarked: true,
    whole: true,
    wide: 440
  });
  const formula = element("input", {
    type: "text",
    placeholder: "(nir - red) / (nir + red)",
    "aria-label": "Add a formula over band names",
    spellcheck: "false",
    maxlength: 200
  });
  const smooth = element("select", { "aria-label": "Smoothing" });
  const problem = element("div", { class: "problem", role: "alert" });
  const check = (label, title) => {
    const input = element("input", { type: "checkbox", onchange: () => say() });
    return { input, node: element("label", { class: "check", title }, input, label) };
  };
  const switches = {
    pheno: check(
      "Seasons: start, peak, end",
      "Of the first index; marked on the curve, and in a table beside the charts"
    ),
    breaks: check("Breaks of the season", "Of the first index, by least squares; snow left out"),
    years: check("2018 and 2019 over each other", "The x axis becomes the day of the year")
  };
  const behind = {
    index: check("indices", "Median and 10th to 90th percentile of the whole sample behind the indices"),
    bands: check("bands", "The same behind the bands"),
    class: check(
      "for its class",
      "The season that is usual for the sample's largest class: median and 10th to 90th percentile of its samples, month by month"
    )
  };
  const field = (title, ...nodes) => element("div", { class: "field" }, element("span", {}, title), ...nodes);
  const panel = element(
    "div",
    { class: "curves-panel", hidden: true, role: "dialog", "aria-label": "Curves" },
    field("Bands", bands),
    field("Indices", indices),
    field("Add", list.box),
    field("Formula", formula),
    field("Smoothed", smooth),
    field("Sample", element("div", { class: "choices" }, behind.index.node, behind.bands.node)),
    field("Usual", element("div", { class: "choices" }, behind.class.node)),
    element("div", { class: "switches" }, ...Object.values(switches).map((s) => s.node)),
    problem,
    element("button", { type: "button", class: "plain", onclick: () => send("") }, "As on a fresh page")
  );
  const open = (value2) => {
    panel.hidden = !value2;
    toggle.setAttribute("aria-expanded", String(value2));
    if (!value2) {
      toggle.focus({ preventScroll: true });
      return;
    }
    const button2 = toggle.getBoundingClientRect(), { width, height } = panel.getBoundingClientRect();
    panel.style.left = `${Math.max(8, Math.min(button2.right - width, window.innerWidth - width - 8))}px`;
    panel.style.top = `${button2.bottom + height + 10 < window.innerHeight ? button2.bottom + 4 : Math.max(8, button2.top - height - 4)}px`;
    bands.querySelector("button")?.focus({ preventScroll: true });
  };
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") open(false);
  });
  const say = (change = {}) => {
    const next = { ...now, ...change };
    now = next;
    const parts = [[...next.bands, ...next.indices].join(",")];
    if (smooth.value) parts.push(`smooth:${smooth.value}`);
    for (const [word, { input }] of Object.entries(switches)) if (input.checked) parts.push(word);
    parts.push(
      `behind:${Object.keys(behind).filter((chart) => behind[chart].input.checked).join(",") || "none"}`
    );
    problem.textContent = "";
    send(parts.join(";"));
  };
  smooth.addEventListener("change", () => say());
  const add = (name) => {
    if (name && !now.indices.includes(name)) say({ indices: [...now.indices, name] });
  };
  formula.addEventListener("change", () => {
    if (formula.value.trim()) add(`expr:${formula.value.trim()}`);
  });
  return {
    toggle,
    panel,
    open,
    close: () => {
      if (!panel.hidden) open(false);
    },
    offer(menu) {
      offer = menu;
      entries = entriesOf(menu.indices);
      smooth.replaceChildren(...Object.entries(menu.smooth).map(([value2, text]) => element("option", { value: value2 }, text)));
    },
    show(chosen, text) {
      now = chosen;
      problem.textContent = text;
      const focused = panel.getRootNode().activeElement?.dataset?.choice;
      bands.replaceChildren(
        ...offer.bands.map((band) => {
          const on = chosen.bands.includes(band.name);
          const swatch = element("i");
          swatch.style.background = band.colour;
          return element(
            "button",
            {
              type: "button",
              "aria-pressed": String(on),
              "data-choice": band.name,
              title: band.title,
              onclick: () => say({ bands: on ? now.bands.filter((b) => b !== band.name) : [...now.bands, band.name] })
            },
            swatch,
            band.text
          );
        })
      );
      indices.replaceChildren(
        ...chosen.indices.map(
          (index) => element(
            "button",
            {
              type: "button",
              "aria-pressed": "true",
              "data-choice": index,
              disabled: chosen.indices.length < 2,
              title: `Remove ${index.replace("expr:", "")}`,
              "aria-label": `Remove ${index.replace("expr:", "")}`,
              onclick: () => say({ indices: now.indices.filter((i) => i !== index) })
            },
            index.replace("expr:", ""),
            chosen.indices.length > 1 ? " ×" : ""
          )
        )
      );
      if (focused)
        [...bands.children, ...indices.children].find((b) => b.dataset.choice === focused)?.focus({ preventScroll: true });
      list.input.disabled = formula.disabled = chosen.indices.length >= offer.most;
      if (formula.disabled || chosen.indices.includes(`expr:${formula.value.trim()}`)) formula.value = "";
      smooth.value = chosen.smooth;
      smooth.title = offer.sources[chosen.smooth] ?? "";
      for (const [word, { input }] of Object.entries(switches)) input.checked = chosen[word];
      for (const [chart, { input }] of Object.entries(behind)) input.checked = chosen.behind.includes(chart);
    }
  };
};

// explorer/views/profile/pins.js
function render15({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const keys = element("div", { class: "keys", role: "list", "aria-label": "Legend of the profile" });
  const whose = element("span", {
    class: "key",
    role: "listitem",
    hidden: true,
    title: "The bands are those of this pin, the one added last"
  });
  const list = element("div", { class: "pins", role: "list", "aria-label": "Pinned pixels" });
  const keep = element(
    "button",
    {
      type: "button",
      class: "keep",
      "aria-pressed": "false",
      "aria-label": "Keep pins and regions",
      title: "Keep pins and regions when another sample is opened; else each sample has its own",
      onclick: () => model.send_msg({ type: "keep", on: keep.getAttribute("aria-pressed") !== "true" })
    },
    "Keep"
  );
  const menu = makeCurvesMenu((text) => choices2.send({ type: "curves", text }));
  const choices2 = makeChoices(model, (data) => menu.show(data.chosen, data.problem));
  const save = (text, title, onclick) => element("button", { type: "button", title, onclick }, text);
  const picture = (format2) => save(
    format2.toUpperCase(),
    `Download both charts as ${format2.toUpperCase()}, with legend and attribution`,
    () => page.emit("save", { format: format2 })
  );
  el.append(
    element(
      "div",
      { class: "actions" },
      menu.toggle,
      element(
        "div",
        { class: "segments", role: "group", "aria-label": "Download the profile" },
        picture("png"),
        picture("svg"),
        save(
          "CSV",
          "Download the profiles of pins and regions, both sensors, with units and attribution",
          () => model.send_msg({ type: "csv" })
        )
      )
    ),
    element("div", { class: "legend-line" }, keys, list, keep),
    menu.panel
  );
  const tellMore = () => {
    const more = keys.scrollWidth > keys.clientWidth + 1;
    keys.classList.toggle("more", more);
    keys.tabIndex = more ? 0 : -1;
  };
  const fade = new ResizeObserver(tellMore);
  fade.observe(keys);
  window.addEventListener(
    "pointerdown",
    (event) => {
      if (!event.composedPath().some((n) => n === menu.panel || n === menu.toggle)) menu.close();
    },
    { signal: gone.signal, capture: true }
  );
  const alike = { off: "" };
  const chip = ({ what, i, colour, name, title, hint, sign: sign2 = void 0, removable }) => {
    const input = element("input", {
      class: "name",
      value: name,
      maxlength: 24,
      placeholder: title,
      "aria-label": `Name of ${hint}`,
      title: `${hint}. Type to name it.`
    });
    input.style.width = `${Math.max(name ? 5 : 0.88 * title.length, name.length + 1)}ch`;
    const tell = () => {
      if (input.value.trim() !== name) model.send_msg({ type: "name", [what]: i, name: input.value });
    };
    input.addEventListener("change", tell);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") input.blur();
    });
    const dot2 = element("b", { class: sign2 ? what : "dot" }, sign2 ?? "");
    Object.assign(dot2.style, { background: colour, color: inkOn(colour) });
    return element(
      "span",
      { class: "pin", role: "listitem" },
      dot2,
      input,
      element(
        "button",
        {
          type: "button",
          class: "alike",
          disabled: Boolean(alike.off),
          title: alike.off || (what === "pin" ? "More like this: samples whose season is like this pixel’s" : "More like this: samples that look like this region"),
          "aria-label": `More like ${what} ${sign2 ?? i + 1}`,
          onclick: () => model.send_msg({ type: "alike", [what]: i })
        },
        "≈"
      ),
      removable ? element(
        "button",
        {
          type: "button",
          title: `Remove this ${what}`,
          "aria-label": `Remove ${what} ${sign2 ?? i + 1}`,
          onclick: () => model.send_msg({ type: "remove", [what]: i })
        },
        "×"
      ) : null
    );
  };
  listen(model, {
    menu(data) {
      menu.offer(data.menu);
    },
    state(data) {
      choices2.told(data);
      keys.replaceChildren(
        whose,
        ...data.keys.map(({ text, colour, sign: sign2, dash, wide }) => {
          const mark2 = element("i", { class: sign2 ? "sign" : wide ? "wide" : dash ?? "line" }, sign2 ?? "");
          if (colour) mark2.style.color = colour;
          return element("span", { class: "key", role: "listitem" }, mark2, text);
        })
      );
      keys.title = data.keys.map(({ text }) => text).join(" · ");
      tellMore();
    },
    acknowledged: choices2.acknowledged,
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }));
    },
    pins(data) {
      keep.setAttribute("aria-pressed", String(data.keep));
      alike.off = data.alike_off;
      const last = data.pins.at(-1);
      whose.hidden = data.pins.length < 2;
      whose.textContent = last ? `Pin ${data.pins.length}${last.name ? ` ${last.name}` : ""}:` : "";
      keepFocus(
        list,
        () => list.replaceChildren(
          ...data.pins.map(
            (pin, i) => chip({
              what: "pin",
              i,
              colour: pin.colour,
              name: pin.name ?? "",
              title: `row ${pin.row}, col ${pin.col}`,
              sign: data.pins.length > 1 ? String(i + 1) : void 0,
              hint: `pin ${i + 1} at row ${pin.row}, col ${pin.col}`,
              removable: data.pins.length > 1
            })
          ),
          ...data.regions.map(
            (region, i) => chip({
              what: "region",
              i,
              colour: region.colour,
              name: region.name,
              title: `region ${region.letter}`,
              hint: `region ${region.letter}, ${region.size}`,
              sign: region.letter,
              removable: true
            })
          )
        )
      );
    }
  });
  model.on("remove", () => {
    gone.abort();
    fade.disconnect();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/profile/profile_charts.js
var profile_charts_exports = {};
__export(profile_charts_exports, {
  render: () => render16
});

// explorer/browser/chart_picture.js
var wrapText = (text, most) => {
  const rows = [""];
  for (const word of text.split(" ")) {
    if (rows.at(-1) && rows.at(-1).length + word.length > most) rows.push("");
    rows[rows.length - 1] += (rows.at(-1) ? " " : "") + word;
  }
  return rows;
};
var chartsAsSvg = (pictures, about, el) => {
  const theme = getComputedStyle(el), colour = (name) => theme.getPropertyValue(name).trim();
  const look = {
    ink: colour("--ink"),
    muted: colour("--muted"),
    panel: colour("--panel")
  };
  const size = (picture, side) => Number.parseFloat(picture.getAttribute(side));
  const width = Math.max(...pictures.map((p) => size(p, "width")));
  const all = svgElement("svg", {
    width,
    "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "font-size": 11,
    fill: look.ink
  });
  const ground = svgElement("rect", { width, fill: look.panel });
  all.append(ground, svgElement("text", { x: 10, y: 20, "font-size": 14, "font-weight": 650 }, about.title));
  let x = 10, y = 38;
  for (const key of about.keys ?? []) {
    const wide = 26 + key.text.length * 6.4;
    if (x + wide > width) {
      x = 10;
      y += 16;
    }
    if (key.sign) all.append(svgElement("text", { x: x + 3, y, fill: key.colour || look.ink }, key.sign));
    else
      all.append(
        svgElement("path", {
          d: `M${x} ${y - 4}h16`,
          stroke: key.colour || look.muted,
          "stroke-width": key.wide ? 8 : 2.4,
          "stroke-opacity": key.wide ? 0.3 : 1,
          "stroke-dasharray": { dashed: "5 3", dotted: "2 2", dotdash: "2 2 6 2" }[key.dash] ?? "none"
        })
      );
    all.append(svgElement("text", { x: x + 20, y }, key.text));
    x += wide;
  }
  y += 10;
  for (const picture of pictures) {
    picture.setAttribute("y", String(y));
    y += size(picture, "height") + 4;
    all.append(picture);
  }
  for (const line2 of about.notes.flatMap((note) => wrapText(note, Math.floor(width / 5.6)))) {
    y += 13;
    all.append(svgElement("text", { x: 10, y, "font-size": 10, fill: look.muted }, line2));
  }
  y += 10;
  all.setAttribute("height", String(y));
  all.setAttribute("viewBox", `0 0 ${width} ${y}`);
  ground.setAttribute("height", String(y));
  return { text: new XMLSerializer().serializeToString(all), width, height: y };
};
var svgAsPng = async ({ text, width, height }) => {
  const picture = new Image();
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    picture.src = url;
    await picture.decode();
  } finally {
    URL.revokeObjectURL(url);
  }
  const canvas = element("canvas", { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
};

// explorer/views/profile/chart_heights.js
var LEAST = 60;
var MOST2 = 1200;
var GAP = 8;
var STEP2 = 16;
var LEAP = 96;
var kept = (
  /** @type {Map<string, Record<string, number>>} */
  /* @__PURE__ */ new Map()
);
var panelOf = (el) => {
  for (let node = (
    /** @type {any} */
    el
  ); node; ) {
    const panel = node.closest?.('[class*="area-"]');
    if (panel) return panel;
    const root2 = node.getRootNode();
    node = root2 instanceof ShadowRoot ? root2.host : null;
  }
  return null;
};
var makeChartHeights = (box2, charts, page) => {
  const heights = kept.get(page) ?? {};
  kept.set(page, heights);
  const shown = () => charts.filter(({ host }) => !host.hidden);
  const apply = () => {
    const panel = panelOf(box2);
    const all = shown(), chosen = all.some(({ name }) => heights[name]);
    const rest = panel ? panel.getBoundingClientRect().height - box2.getBoundingClientRect().height : 0;
    let sum = 0;
    all.forEach(({ name, host }, i) => {
      const height = heights[name] ?? LEAST;
      host.style.flex = chosen ? `${i === all.length - 1 ? 1 : 0} 0 ${height}px` : "";
      sum += height + edges[charts.findIndex((one2) => one2.name === name)].offsetHeight;
    });
    if (!panel) return;
    panel.style.minHeight = chosen ? `${Math.round(sum + rest)}px` : "";
    const page2 = panel.getRootNode().host;
    if (!page2) return;
    page2.removeAttribute("data-taller");
    const below = Math.ceil(panel.getBoundingClientRect().bottom + GAP - page2.getBoundingClientRect().bottom);
    if (below > 0) {
      page2.style.setProperty("--taller", `${below}px`);
      page2.setAttribute("data-taller", "");
    }
  };
  const choose = (name, height) => {
    for (const one2 of shown()) heights[one2.name] ??= Math.round(one2.host.getBoundingClientRect().height);
    heights[name] = Math.round(Math.min(MOST2, Math.max(LEAST, height)));
    apply();
  };
  const reset = () => {
    for (const name of Object.keys(heights)) delete heights[name];
    apply();
  };
  const edges = charts.map(({ name, label, host }) => {
    const grip = element("div", {
      class: "grip",
      role: "separator",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "aria-label": `Height of the chart: ${label}`,
      "aria-valuemin": LEAST,
      "aria-valuemax": MOST2,
      "aria-valuenow": LEAST,
      title: "Drag to make the chart taller (arrow keys; Home or a double click: as it was)"
    });
    const edge = element("div", { class: "edge" }, grip);
    let from = (
      /** @type {null | { y: number, height: number }} */
      null
    );
    edge.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = { y: event.clientY, height: host.getBoundingClientRect().height };
      edge.setPointerCapture(event.pointerId);
      event.preventDefault();
      grip.focus({ preventScroll: true });
    });
    edge.addEventListener("pointermove", (event) => {
      if (from) choose(name, from.height + event.clientY - from.y);
    });
    for (const kind of ["pointerup", "pointercancel"])
      edge.addEventListener(kind, () => {
        from = null;
      });
    edge.addEventListener("dblclick", reset);
    grip.addEventListener("keydown", (event) => {
      const by = { ArrowDown: STEP2, ArrowUp: -STEP2, PageDown: LEAP, PageUp: -LEAP }[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey || !by && event.key !== "Home") return;
      if (by) choose(name, host.getBoundingClientRect().height + by);
      else reset();
      event.preventDefault();
      event.stopPropagation();
      grip.scrollIntoView({ block: "nearest" });
    });
    host.after(edge);
    return edge;
  });
  const size = new ResizeObserver(() => {
    charts.forEach(({ host }, i) => {
      edges[i].hidden = host.hidden;
      edges[i].firstChild.setAttribute("aria-valuenow", String(Math.round(host.getBoundingClientRect().height)));
    });
  });
  for (const { host } of charts) size.observe(host);
  return {
    /** A chart has come or gone. */
    arrange() {
      charts.forEach(({ host }, i) => {
        edges[i].hidden = host.hidden;
      });
      if (Object.keys(heights).length) apply();
    },
    remove() {
      size.disconnect();
    }
  };
};

// explorer/views/profile/profile_draw.js
var YEAR_MS = 365 * 864e5;
var SECOND_YEAR = Date.UTC(2019, 0, 1);
var CHARTS = ["bands", "index"];
var FLAG = { MISSING: 0, MEASURED: 1, GAP_FILLED: 2, NODATA: 3 };
var PARTS2 = {
  spread: (c, at) => areas(c, at, { opacity: 0.13 }),
  behind: lines,
  lines,
  pf: (c, at) => dots({ x: c.date, y: c.value, fill: (i) => c.fill[i], edge: (i) => c.colour[i], alpha: c.alpha }, at, {
    radius: 1.8,
    width: 0.9
  }),
  s2: (c, at) => [
    ...bars({ x0: c.left, x1: c.right, y0: c.value, y1: c.value, colour: (i) => c.colour[i] }, at, {
      width: 1.6,
      opacity: 0.6
    }),
    ...dots(
      {
        x: c.date,
        y: c.value,
        fill: (i) => c.colour[i],
        edge: (i) => c.fill[i],
        alpha: c.alpha,
        sign: (i) => c.marker[i]
      },
      at,
      { radius: 4, width: 0.8 }
    )
  ],
  smooth: lines,
  missing: (c, at) => bars({ ...c, colour: () => "#8b989f" }, onFrame(at), { width: 2 }),
  waiting: (c, at) => bars({ ...c, colour: () => "var(--muted)" }, onFrame(at), { width: 1.5 }),
  breaks(c, at) {
    const y = (value2) => c.date.map(() => value2);
    const edge = onFrame(at);
    return [
      ...bars({ x0: c.date, x1: c.date, y0: y(0), y1: y(1), colour: (i) => c.colour[i] }, edge, {
        width: 1.4,
        dash: "dashed"
      }),
      ...labels({ x: c.date, y: y(1), text: c.text, colour: c.colour }, edge, { dx: 3, dy: 12 })
    ];
  },
  seasons: (c, at) => dots({ x: c.date, y: c.value, fill: (i) => c.colour[i], edge: () => "#ffffff", sign: (i) => c.marker[i] }, at, {
    radius: 5,
    width: 1.2
  }),
  numbers
};
var EXTENTS = {
  spread: (c) => c.ys.filter((_, i) => c.held[i]),
  behind: (c) => c.ys,
  lines: (c) => c.ys,
  pf: (c) => [c.value],
  s2: (c) => [c.value],
  smooth: (c) => c.ys,
  seasons: (c) => [c.value]
};
var SEASON_MARKS = { start: "triangle", peak: "star", end: "inverted_triangle" };
var unpackCalendar = (data) => Object.fromEntries(
  ["pf", "s2"].map((sensor) => {
    const { times, left: left2, right: right2, missing, waiting } = data[sensor];
    const [at, from, to] = [times, left2, right2].map(plainArray);
    return [sensor, { times: at, left: from, right: to, missing, waiting: new Set(waiting) }];
  })
);
var unpackCurves = (data, calendar2) => {
  const values = plainArray(data.values), flags = plainArray(data.flags);
  let at = 0;
  return data.curves.map((entry) => {
    const n = calendar2[entry.sensor].times.length;
    const part = (i) => values.subarray(at + i * n, at + (i + 1) * n);
    const curve = entry.kind ? { ...entry, middle: part(0), low: part(1), high: part(2) } : { ...entry, values: part(0), flags: flags?.subarray(at, at + n) };
    at += entry.kind ? 3 * n : n;
    return curve;
  });
};
var makeDrawing2 = (state, set) => {
  const place = (time) => state.years && time >= SECOND_YEAR ? time - YEAR_MS : time;
  const strength2 = (time) => state.years && time < SECOND_YEAR ? 0.42 : 1;
  const ink = (curve) => curve.colour || "var(--muted)";
  const parts = (times) => {
    const cut = state.years ? times.findIndex((t) => t >= SECOND_YEAR) : -1;
    return cut > 0 ? [
      [0, cut],
      [cut, times.length]
    ] : [[0, times.length]];
  };
  const moved = (times, from, to) => {
    const part = times.subarray(from, to);
    return state.years && times[from] >= SECOND_YEAR ? part.map((t) => t - YEAR_MS) : part;
  };
  const columnsOfLines = (curves, { width, dash = null, alpha = 1, of = (c) => c.values }) => {
    const out = { xs: [], ys: [], colour: [], dash: [], width: [], alpha: [] };
    for (const curve of curves) {
      const { times } = state.calendar[curve.sensor];
      for (const [from, to] of parts(times)) {
        out.xs.push(moved(times, from, to));
        out.ys.push(of(curve).subarray(from, to));
        out.colour.push(ink(curve));
        out.dash.push(dash ?? curve.dash);
        out.width.push(width);
        out.alpha.push(alpha * strength2(times[from]));
      }
    }
    return out;
  };
  const spread = (curves) => {
    const out = { xs: [], ys: [], colour: [], held: [] };
    for (const curve of curves) {
      const { times } = state.calendar[curve.sensor];
      for (const [from, to] of parts(times)) {
        const x = moved(times, from, to);
        let run = [];
        const close = () => {
          if (run.length > 1) {
            const back = [...run].reverse();
            out.xs.push([...run, ...back].map((i) => x[i - from]));
            out.ys.push([...run.map((i) => curve.high[i]), ...back.map((i) => curve.low[i])]);
            out.colour.push(ink(curve));
            out.held.push(curve.chart === "bands" || curve.kind !== "sample");
          }
          run = [];
        };
        for (let i = from; i < to; i++)
          if (Number.isFinite(curve.low[i])) run.push(i);
          else close();
        close();
      }
    }
    return out;
  };
  const columnsOfDots = (curves, sensor) => {
    const { times, left: left2, right: right2 } = state.calendar[sensor];
    const out = {
      date: [],
      value: [],
      colour: [],
      fill: [],
      alpha: [],
      marker: [],
      band: [],
      sensor: [],
      who: [],
      flag: []
    };
    if (sensor === "s2") Object.assign(out, { left: [], right: [] });
    for (const curve of curves) {
      const values = curve.values ?? curve.middle;
      for (let i = 0; i < values.length; i++) {
        const flag = curve.flags ? curve.flags[i] : FLAG.MEASURED;
        if (!Number.isFinite(values[i]) || flag !== FLAG.MEASURED && flag !== FLAG.GAP_FILLED) continue;
        out.date.push(place(times[i]));
        out.value.push(values[i]);
        out.colour.push(ink(curve));
        out.fill.push(sensor === "s2" || flag === FLAG.GAP_FILLED ? "var(--panel)" : ink(curve));
        out.alpha.push(strength2(times[i]));
        out.marker.push(curve.marker);
        out.band.push(curve.label);
        out.sensor.push(sensor);
        out.who.push(curve.who);
        out.flag.push(flag);
        if (sensor === "s2") {
          out.left.push(place(left2[i]));
          out.right.push(place(left2[i]) + right2[i] - left2[i]);
        }
      }
    }
    return out;
  };
  let gaps = { key: null, data: null };
  const missing = () => {
    const holes = ["pf", "s2"].map(
      (sensor) => [...state.pins.findLast((c) => c.sensor === sensor && c.flags)?.flags ?? []].flatMap(
        (flag, i) => flag === FLAG.NODATA ? [i] : []
      )
    );
    const key = JSON.stringify([state.years, holes, state.calendar.pf.missing, state.calendar.s2.missing]);
    if (gaps.key !== key) gaps = { key, data: ticks2() };
    return gaps.data;
  };
  const ticks2 = () => {
    const out = { x0: [], x1: [], y0: [], y1: [], why: [] };
    for (const sensor of ["pf", "s2"]) {
      const { times, left: left2, right: right2 } = state.calendar[sensor];
      times.forEach((_, i) => {
        const why = state.why(sensor, i);
        if (!why) return;
        const x = place(left2[i]);
        out.x0.push(x);
        out.x1.push(x + right2[i] - left2[i]);
        out.y0.push(sensor === "pf" ? 0 : 0.07);
        out.y1.push(sensor === "pf" ? 0.05 : 0.07);
        out.why.push(why);
      });
    }
    return out;
  };
  const dotsToCome = () => {
    const out = { x0: [], x1: [], y0: [], y1: [] };
    for (const sensor of ["pf", "s2"]) {
      const { times, left: left2, right: right2 } = state.calendar[sensor];
      times.forEach((_, i) => {
        if (!state.waits(sensor, i)) return;
        const x = place(left2[i]), wide = right2[i] - left2[i];
        out.x0.push(x + 0.4 * wide);
        out.x1.push(x + 0.6 * wide);
        out.y0.push(sensor === "pf" ? 0 : 0.07);
        out.y1.push(sensor === "pf" ? 0.015 : 0.07);
      });
    }
    return out;
  };
  const numbered = () => {
    const first = /* @__PURE__ */ new Map();
    for (const curve of state.pins)
      if (curve.chart === "index" && (!first.has(curve.pin) || curve.sensor === "pf" && first.get(curve.pin).sensor !== "pf"))
        first.set(curve.pin, curve);
    const out = { xs: [], ys: [], colour: [], ink: [], text: [] };
    for (const [pin, curve] of first.size > 1 ? first : []) {
      const { times } = state.calendar[curve.sensor];
      const [from, to] = parts(times).at(-1);
      out.xs.push(moved(times, from, to));
      out.ys.push(curve.values.subarray(from, to));
      out.colour.push(curve.colour);
      out.ink.push(inkOn(curve.colour));
      out.text.push(String(pin));
    }
    return out;
  };
  const on = (chart, curves, sensor = null) => curves.filter((c) => c.chart === chart && (!sensor || c.sensor === sensor));
  return {
    place,
    pins() {
      const lacking = missing(), toCome = dotsToCome();
      for (const chart of CHARTS) {
        set(`${chart}-lines`, columnsOfLines(on(chart, state.pins, "pf"), { width: 1.6 }));
        set(`${chart}-pf`, columnsOfDots(on(chart, state.pins, "pf"), "pf"));
        set(`${chart}-s2`, columnsOfDots([...on(chart, state.pins, "s2"), ...on(chart, state.regions, "s2")], "s2"));
        set(`${chart}-missing`, lacking);
        set(`${chart}-waiting`, toCome);
      }
      set("index-numbers", numbered());
    },
    over() {
      for (const chart of CHARTS)
        set(`${chart}-smooth`, columnsOfLines(on(chart, state.smooth), { width: 2, dash: "dashed" }));
      const seasons = { date: [], value: [], marker: [], colour: [], what: [] };
      for (const { date: date3, value: value2, what, colour } of state.seasons) {
        seasons.date.push(place(date3));
        seasons.value.push(value2);
        seasons.marker.push(SEASON_MARKS[what]);
        seasons.colour.push(colour);
        seasons.what.push(what);
      }
      set("index-seasons", seasons);
      const breaks = { date: [], text: [], colour: [] };
      for (const { date: date3, step, colour } of state.breaks) {
        breaks.date.push(place(date3));
        breaks.text.push(`${step > 0 ? "+" : "−"}${Math.abs(step).toFixed(2)}`);
        breaks.colour.push(colour);
      }
      set("index-breaks", breaks);
    },
    behind() {
      for (const chart of CHARTS) {
        const sample = on(chart, state.sample), regions = on(chart, state.regions);
        const once = regions.filter(
          (c) => c.sensor === "pf" || !regions.some((o) => o.sensor === "pf" && o.who === c.who && o.name === c.name)
        );
        set(`${chart}-spread`, spread([...sample, ...once]));
        const middle = { of: (c) => c.middle };
        const both = [
          columnsOfLines(sample, { width: 1.2, alpha: 0.75, ...middle }),
          columnsOfLines(on(chart, regions, "pf"), { width: 1.8, ...middle })
        ];
        set(
          `${chart}-behind`,
          Object.fromEntries(Object.keys(both[0]).map((key) => [key, [...both[0][key], ...both[1][key]]]))
        );
      }
    }
  };
};

// explorer/views/profile/profile_hover.js
var makeHover = (state, place) => {
  const box2 = element("div", { class: "hover", role: "tooltip", "aria-label": "Values at the pointer", hidden: true });
  let shown = "";
  const nearest = (times, time) => {
    let best = 0;
    for (let i = 1; i < times.length; i++) if (Math.abs(times[i] - time) < Math.abs(times[best] - time)) best = i;
    return best;
  };
  const day2 = (time) => longDate(new Date(time).toISOString().slice(0, 10));
  const month2 = (time) => `${MONTHS[new Date(time).getUTCMonth()]} ${new Date(time).getUTCFullYear()}`;
  const columns = (x) => {
    const { pf, s2 } = state.calendar;
    const dates = state.years ? [x, x + YEAR_MS] : [x];
    const found2 = dates.map((time) => {
      const i2 = nearest(pf.times, time);
      return { sensor: "pf", i: i2, head: day2(pf.times[i2]) };
    });
    const i = s2.left.findIndex(
      (left2, k) => found2[0] && pf.times[found2[0].i] >= left2 && pf.times[found2[0].i] < s2.right[k]
    );
    if (i >= 0) found2.push({ sensor: "s2", i, head: `S2 ${month2(s2.times[i])}` });
    return found2;
  };
  const number5 = (curve, value2) => Number.isFinite(value2) ? value2.toFixed(curve.chart === "bands" ? 4 : 3).replace("-", "−") : "–";
  const text = (curve, i) => curve.middle ? Number.isFinite(curve.middle[i]) ? `${number5(curve, curve.middle[i])} (${number5(curve, curve.low[i])} to ${number5(curve, curve.high[i])})` : "–" : curve.flags && curve.flags[i] !== FLAG.MEASURED && curve.flags[i] !== FLAG.GAP_FILLED ? "–" : number5(curve, curve.values[i]) + (curve.flags?.[i] === FLAG.GAP_FILLED ? " ○" : "");
  const fill = (heads) => {
    const rows = /* @__PURE__ */ new Map();
    const add = (curve, what, role = curve.sensor) => {
      const key = [what, curve.chart, curve.pin, curve.who, curve.name].join("|");
      if (!rows.has(key)) rows.set(key, { what, curve, cells: {} });
      rows.get(key).cells[role] = curve;
    };
    for (const curve of state.pins) add(curve, "");
    for (const curve of state.smooth) add(curve, "", "smooth");
    for (const curve of state.sample) add(curve, curve.kind);
    for (const curve of state.regions) add(curve, "mean");
    if (state.smooth.length)
      heads = heads.flatMap(
        (head) => head.sensor === "pf" ? [head, { ...head, role: "smooth", head: "smooth" }] : [head]
      );
    const pins = new Set(state.pins.map((curve) => curve.pin));
    const body = [...rows.values()].map(({ what, curve, cells }) => {
      const swatch = element("i");
      swatch.style.background = curve.colour || "var(--muted)";
      const ofPin = pins.size < 2 ? "" : `${curve.pin} ${curve.who}`;
      const who = what === "sample" ? "sample" : what === "class" || what === "mean" ? curve.who : ofPin;
      return element(
        "tr",
        {},
        element("th", {}, swatch, [curve.name, who].filter(Boolean).join(" · ")),
        ...heads.map(({ sensor, role, i }) => {
          const cell = cells[role ?? sensor];
          return element("td", {}, cell ? text(cell, i) : "");
        })
      );
    });
    const why = heads.filter(({ role }) => !role).map(
      ({ sensor, i }) => state.why(sensor, i) || (state.waits(sensor, i) ? `${state.nameOf(sensor, i)}: loading` : "")
    ).filter(Boolean);
    const gap = body.some((row) => row.textContent.includes("○")) ? ["○ gap-filled"] : [];
    const many = rows.size && (state.sample.length || state.regions.length) ? ["in brackets: 10th to 90th percentile of the pixels"] : [];
    box2.replaceChildren(
      element(
        "table",
        {},
        element("tr", {}, element("th"), ...heads.map(({ head }) => element("td", {}, head))),
        ...body
      ),
      ...[...why, ...gap, ...many].map((line2) => element("p", {}, line2))
    );
  };
  return {
    box: box2,
    // The date that is nearest to a place on the x axis, where the chart draws it; null where nothing is drawn.
    show(x, left2, top2, above) {
      if (!state.calendar || !state.pins.length) return this.hide();
      const heads = columns(x);
      const key = JSON.stringify([heads, state.drawn]);
      if (key !== shown) fill(heads);
      shown = key;
      box2.hidden = false;
      placeBeside(box2, left2, top2, above);
      return place(state.calendar.pf.times[heads[0].i]);
    },
    hide() {
      box2.hidden = true;
      return null;
    }
  };
};

// explorer/views/profile/profile_charts.js
var BOTH_YEARS = [Date.UTC(2017, 11, 20), Date.UTC(2020, 0, 10)];
var ONE_YEAR = [Date.UTC(2017, 11, 26), Date.UTC(2019, 0, 6)];
var LABELS = { bands: "Reflectance over time", index: "Indices over time" };
function render16({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const state = {
    calendar: null,
    pins: [],
    smooth: [],
    sample: [],
    regions: [],
    seasons: [],
    breaks: [],
    years: false,
    drawn: 0,
    now: null,
    ticket: -1,
    failed: { pf: false, s2: false },
    // whether a sensor's pictures could not be read
    nameOf(sensor, i) {
      const { times } = this.calendar[sensor];
      return sensor === "pf" ? `Planet Fusion ${longDate(new Date(times[i]).toISOString().slice(0, 10))}` : `Sentinel-2 ${MONTHS[new Date(times[i]).getUTCMonth()]} ${new Date(times[i]).getUTCFullYear()}`;
    },
    // Whether a sensor's date is still to come.
    waits(sensor, i) {
      return !this.failed[sensor] && this.calendar[sensor].waiting.has(i);
    },
    // Why there is no value of a sensor's date, a sentence; or nothing, where there is one (or it is still to come).
    why(sensor, i) {
      const { missing } = this.calendar[sensor];
      const title = this.nameOf(sensor, i);
      if (missing[i]) return `${title}: ${missing[i]}`;
      const last = this.pins.findLast((c) => c.sensor === sensor && c.flags);
      return last?.flags[i] === FLAG.NODATA ? `${title}: no data at this pixel` : "";
    }
  };
  const timeAt = (x) => state.years && state.now?.time >= SECOND_YEAR ? x + YEAR_MS : x;
  let pointer = null;
  const read = (place) => {
    const waiting = pointer !== null;
    pointer = place ?? {};
    if (!waiting)
      requestAnimationFrame(() => {
        const { x, left: left2, top: top2 } = pointer;
        pointer = null;
        const above = (charts.bands.view.shown ? charts.bands : charts.index).host.getBoundingClientRect().top;
        move("hover", left2 === void 0 ? hover.hide() : hover.show(x, left2, top2, above));
      });
  };
  let wish = (
    /** @type {import("../messages").Told["ProfileCharts"]["zoom"] | null} */
    null
  );
  const showWish = () => {
    if (wish) for (const kind of CHARTS) charts[kind].zoomTo({ x: wish.times, y: wish[kind] });
  };
  const zoom2 = makeViewTeller(
    () => ({ times: charts.index.zoomed.x, bands: charts.bands.zoomed.y, index: charts.index.zoomed.y }),
    (seen) => model.send_msg({ type: "zoom", ...seen })
  );
  const box2 = element("div", { class: "charts" });
  const charts = Object.fromEntries(
    CHARTS.map((kind) => [
      kind,
      makeChart(box2, {
        name: kind,
        label: LABELS[kind],
        time: true,
        x: BOTH_YEARS,
        yLabel: kind === "bands" ? "Reflectance" : "NDVI",
        xLabels: kind === "index",
        parts: PARTS2,
        extents: EXTENTS,
        fit: kind === "bands" ? { from: 0, least: 0.05 } : { least: 0.6 },
        seek: (x, settled) => page.emit("seek", { time: timeAt(x), settled }),
        hover: read,
        zoomed: (range2) => {
          wish = null;
          for (const other of CHARTS) if (other !== kind) charts[other].see(range2);
          zoom2.later();
        },
        step: (key) => page.emit("key", { key })
      })
    ])
  );
  const heights = makeChartHeights(
    box2,
    CHARTS.map((kind) => ({ name: kind, label: LABELS[kind], host: charts[kind].host })),
    model.bus
  );
  const drawing = makeDrawing2(state, (short2, data) => {
    const [kind, part] = short2.split("-");
    charts[kind].set(part, data);
  });
  const hover = makeHover(state, drawing.place);
  const loading = element("div", { class: "loading", role: "status", hidden: true }, "Loading …");
  box2.append(loading);
  el.append(box2, hover.box);
  const tellLoading = () => {
    const comes = ["pf", "s2"].some((sensor) => !state.failed[sensor] && state.calendar?.[sensor].waiting.size);
    loading.hidden = Boolean(state.pins.length) || !comes;
  };
  page.on(
    "reading-failed",
    (sensor) => {
      state.failed[sensor] = true;
      tellLoading();
    },
    gone.signal
  );
  const move = (what, place) => {
    for (const chart of Object.values(charts)) chart.move(what, place);
  };
  const arrange2 = ({ label, bands, years }) => {
    charts.index.name(label);
    charts.bands.show(bands);
    heights.arrange();
    if (years === state.years) return;
    state.years = years;
    for (const chart of Object.values(charts)) chart.span(years ? ONE_YEAR : BOTH_YEARS, !years);
    if (state.now) move("cursor", drawing.place(state.now.time));
  };
  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return;
      state.now = detail;
      tellLoading();
      move("cursor", drawing.place(detail.time));
    },
    gone.signal
  );
  page.on("save", ({ format: format2 }) => model.send_msg({ type: "save", format: format2 }), gone.signal);
  listen(model, {
    zoom(data) {
      wish = data;
      showWish();
      zoom2.known();
    },
    calendar(data) {
      state.calendar = unpackCalendar(data);
      state.failed = { pf: false, s2: false };
      tellLoading();
    },
    async save({ format: format2, about }) {
      const shown = Object.values(charts).filter((chart) => chart.view.shown);
      const line2 = state.now ? [`Upright line: the date of the animation, ${longDate(state.now.iso)}.`] : [];
      const picture = chartsAsSvg(
        shown.map((chart) => chart.picture()),
        { ...about, notes: [...line2, ...about.notes] },
        el
      );
      saveFile(
        `${about.file}.${format2}`,
        format2 === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : await svgAsPng(picture)
      );
    },
    curves(data) {
      if (data.fresh) for (const chart of Object.values(charts)) chart.forget();
      const again = data.show.years !== state.years;
      arrange2(data.show);
      Object.assign(state, { ticket: data.ticket, drawn: state.drawn + 1, pins: unpackCurves(data, state.calendar) });
      const over = state.smooth.length || state.seasons.length || state.breaks.length;
      Object.assign(state, { smooth: [], seasons: [], breaks: [] });
      tellLoading();
      drawing.pins();
      if (over) drawing.over();
      if (again) drawing.behind();
      showWish();
      for (const label of data.marks) mark(label, data.detail);
    },
    over(data) {
      if (data.ticket !== state.ticket) return;
      Object.assign(state, {
        drawn: state.drawn + 1,
        smooth: unpackCurves(data, state.calendar),
        seasons: data.seasons,
        breaks: data.breaks
      });
      drawing.over();
      mark("profile-overlays", { ticket: data.ticket });
    },
    behind(data) {
      const curves = unpackCurves(data, state.calendar);
      const regions = state.regions.length;
      Object.assign(state, {
        drawn: state.drawn + 1,
        sample: curves.filter((c) => c.kind !== "region"),
        regions: curves.filter((c) => c.kind === "region")
      });
      drawing.behind();
      if (regions || state.regions.length) drawing.pins();
      mark("profile-behind", { sample: state.sample.length, regions: state.regions.length });
    }
  });
  model.on("remove", () => {
    gone.abort();
    zoom2.stop();
    heights.remove();
    for (const chart of Object.values(charts)) chart.remove();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/profile/profile_tables.js
var profile_tables_exports = {};
__export(profile_tables_exports, {
  render: () => render17
});
function render17({ model, el }) {
  const box2 = element("div", { class: "tables", role: "region", tabindex: "0", "aria-label": "Seasons and breaks" });
  el.append(box2);
  const show = (some) => el.getRootNode().host.classList.toggle("some", some);
  const table = (name, { title, columns, rows, notes }) => element(
    "section",
    {},
    element(
      "h3",
      {},
      title,
      element(
        "button",
        {
          type: "button",
          title: `Download the ${name} as CSV, with method and source`,
          "aria-label": `Download the ${name} as CSV`,
          onclick: () => model.send_msg({ type: "csv", name })
        },
        "CSV"
      )
    ),
    rows.length ? element(
      "table",
      {},
      element("tr", {}, ...columns.map((c) => element("th", {}, c))),
      ...rows.flatMap(({ colour, pin, cells, note }) => {
        const dot2 = element("i");
        dot2.style.background = colour;
        const row = element(
          "tr",
          { title: pin },
          ...cells.map((cell, i) => element("td", {}, ...i ? [cell] : [dot2, cell]))
        );
        return note ? [row, element("tr", { class: "note" }, element("td", { colspan: cells.length }, note))] : [row];
      })
    ) : "",
    ...notes.map((note) => element("p", {}, note))
  );
  listen(model, {
    tables(data) {
      box2.replaceChildren(...Object.entries(data.tables).map(([name, found2]) => table(name, found2)));
      show(Object.keys(data.tables).length > 0);
    },
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }));
    }
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/review/review.js
var review_exports = {};
__export(review_exports, {
  render: () => render18
});

// explorer/views/review/class_search.js
var classRank = (wanted, one2) => {
  const code = String(one2.code), title = plainText(one2.title), words = title.split(" ");
  if ([code, title, `${code} ${title}`].includes(wanted)) return [0, 0];
  const exact2 = one2.names.find(([name]) => name === wanted);
  if (exact2) return [1, exact2[1]];
  if (title.startsWith(wanted)) return [2, 0];
  if (code.startsWith(wanted)) return [3, 0];
  const begun = one2.names.filter(([name]) => wanted.length > 2 && name.startsWith(wanted)).map(([, place]) => place);
  if (begun.length) return [4, Math.min(...begun)];
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return [5, 0];
  return title.includes(wanted) ? [6, 0] : null;
};
var classCandidates = (text, classes) => {
  const wanted = plainText(text.slice(0, 80));
  if (!wanted) return [];
  return classes.map((one2) => ({ one: one2, at: classRank(wanted, one2) })).filter(({ at }) => at).sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.one.code - b.one.code).map(({ one: one2, at }) => ({ one: one2, rank: at[0] }));
};
var classMeant = (found2) => {
  if (!found2.length) return null;
  const best = found2.filter(({ rank }) => rank === found2[0].rank);
  if (found2[0].rank <= 1) return best.length === 1 ? best[0].one : null;
  return found2.length === 1 && found2[0].rank < 6 ? found2[0].one : null;
};
var makeClassField = ({ label, placeholder = "", classes, act, none: none2, stays = false }) => {
  const field = makeCombobox({
    label,
    placeholder,
    listed: "Classes found",
    find: (text) => classCandidates(text, classes()).map(({ one: one2 }) => one2),
    draw(one2) {
      const swatch = element("i");
      swatch.style.background = one2.colour;
      return [swatch, element("b", {}, String(one2.code)), element("span", { class: "title" }, ` ${one2.title}`)];
    },
    take(one2) {
      input.value = stays ? `${one2.code} ${one2.title}` : "";
      act(one2);
    },
    enter(text, event) {
      if (stays && !field.open) return;
      event.preventDefault();
      const found2 = classCandidates(text, classes());
      const one2 = classMeant(found2);
      if (one2) field.choose(one2);
      else none2(text, found2);
    }
  });
  const { box: box2, input, hide } = field;
  return {
    box: box2,
    input,
    hide,
    found: () => classCandidates(input.value, classes()),
    meant: () => classMeant(classCandidates(input.value, classes()))
  };
};

// explorer/views/review/review_closing.js
var makeClosing = ({ begin, back, report }) => {
  const button2 = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const title = element("h3", { tabindex: "-1" }, "What this review has found"), content = element("div", { class: "content" });
  const page = element(
    "section",
    { class: "closing", "aria-label": "What this review has found", hidden: true },
    title,
    content
  );
  const part = (name, lines2) => lines2.length ? [element("h4", {}, name), element("ul", {}, ...lines2.map((line2) => element("li", {}, line2)))] : [];
  return {
    page,
    hide() {
      page.hidden = true;
    },
    show(data, told) {
      const next = data.next.map(
        ({ text, why, resume }) => element(
          "span",
          {},
          button2(text, () => begin(resume), { class: "main" }),
          ` ${why}`
        )
      );
      if (data.disputed)
        next.unshift(
          element(
            "span",
            {},
            button2("Decide disagreements", () => begin("", "disputed"), { class: "main" }),
            ` ${data.disputed.toLocaleString("en")} of them`
          )
        );
      if (data.unsure.length)
        next.push(
          element(
            "span",
            {},
            button2("Look at the unsure ones again", () => begin(`ids:${data.unsure.join(".")}`)),
            ` ${data.unsure.length.toLocaleString("en")} of them`
          )
        );
      content.replaceChildren(
        element("p", { role: "status" }, told),
        ...data.estimate ? [element("p", { class: "estimate" }, data.estimate)] : [],
        ...part("Found", data.found),
        ...part("Left", data.left.length ? data.left : ["Nothing: every sample has a verdict, and none is open."]),
        ...part("To know about it", data.notes),
        ...part("Next", next),
        element(
          "div",
          { class: "buttons" },
          button2("Accuracy report", report, { class: "main" }),
          button2("Back to the samples", back)
        )
      );
      page.hidden = false;
      if (mayTakeFocus(page)) title.focus({ preventScroll: true });
      mark("closing-shown", {});
    }
  };
};

// explorer/views/review/review_kept.js
var makeKept = () => {
  const DRAFTS = "rapidai4eo-drafts", SENT = "rapidai4eo-sent", GIVEN = "rapidai4eo-given";
  const MOST3 = { [DRAFTS]: 200, [SENT]: 20, [GIVEN]: 100 }, LONGEST = 3e4;
  const STORES = { tab: () => sessionStorage, browser: () => localStorage };
  const read = (place, store = "browser") => {
    try {
      const found2 = JSON.parse(STORES[store]().getItem(place));
      return Array.isArray(found2) ? found2 : [];
    } catch {
      return [];
    }
  };
  const write = (place, list, store = "browser") => {
    try {
      STORES[store]().setItem(place, JSON.stringify(list.slice(-MOST3[place])));
    } catch {
    }
  };
  const put = (place, key, value2) => {
    const others = read(place).filter((one2) => one2?.key !== key);
    if (value2 !== null) {
      const one2 = { key, value: value2 };
      if (JSON.stringify(one2).length <= LONGEST) others.push(one2);
    }
    write(place, others);
  };
  const reloaded = (
    /** @type {PerformanceNavigationTiming} */
    performance.getEntriesByType("navigation")[0]?.type === "reload"
  );
  if (!reloaded) write(GIVEN, [], "tab");
  return {
    // Unfinished verdicts, by queue and reviewer (`scope`) and sample.
    draft: (scope, sample) => read(DRAFTS).find((one2) => one2?.key === `${scope} ${sample}`)?.value ?? null,
    keepDraft: (scope, sample, value2) => put(DRAFTS, `${scope} ${sample}`, value2),
    // Verdicts that are under way: gone once the server says that they are kept, or why not.
    sent: (id, value2) => put(SENT, id, value2),
    arrived: (id) => put(SENT, id, null),
    waiting: (scope) => read(SENT).map(({ value: value2 } = {}) => value2).filter((value2) => value2?.scope === scope),
    // Ids of the verdicts that this tab has given: only these it takes back, after a reload too.
    given: () => read(GIVEN, "tab").filter((id) => typeof id === "string"),
    gave: (id) => write(GIVEN, [...read(GIVEN, "tab").filter((one2) => one2 !== id), id], "tab")
  };
};
var sayBlind = (blind) => {
  try {
    document.cookie = `explorer_blind=${blind ? 1 : 0}; path=/; SameSite=Strict; max-age=${blind ? 14400 : 0}`;
  } catch {
  }
};

// explorer/views/review/review_form.js
var makeReviewForm = ({ kept: kept2, send }) => {
  const button2 = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const PLACE = "rapidai4eo-reviewer", UNDER_WAY = "rapidai4eo-review";
  const stored = (place) => {
    try {
      return localStorage.getItem(place) ?? "";
    } catch {
      return "";
    }
  };
  const store = (place, text) => {
    try {
      localStorage.setItem(place, text);
    } catch {
    }
  };
  let setup = { kinds: [], classes: [], strata: [], opinions: [] }, resume = "", touched = false, hides = false;
  const kind = element("select", { "aria-label": "Which samples" });
  const about = element("p", { class: "about" });
  const classField2 = (label2, placeholder) => makeClassField({
    label: label2,
    placeholder,
    classes: () => setup.classes,
    stays: true,
    act: () => {
    },
    none: (text, found2) => {
      trouble.textContent = found2.length ? `“${text}” can be several classes: choose one of the list.` : `No class is called “${text.slice(0, 40)}”.`;
    }
  });
  const ofClass = classField2("Class by name or code", "class by name or code");
  const opinion = element("select", { "aria-label": "Opinion that is compared with the labels" });
  const label = classField2("Labelled, class by name or code", "any class");
  const said = classField2("The opinion says, class by name or code", "any class");
  const count2 = numberInput({ min: 1, max: 1e5, step: 1, value: 100, "aria-label": "Number of samples" });
  const seed = numberInput({ min: 0, max: 999999, step: 1, value: 0, "aria-label": "Seed of the draw" });
  const strata = element("select", { "aria-label": "Strata of the draw" });
  const allocation = element(
    "select",
    { "aria-label": "Allocation to the strata" },
    ...["proportional", "equal", "neyman"].map(
      (value2) => element("option", { value: value2 }, value2 === "neyman" ? "Neyman" : value2)
    )
  );
  const ids = element("textarea", {
    rows: 3,
    placeholder: "sample ids, one a line",
    "aria-label": "Sample ids",
    spellcheck: "false"
  });
  const name = element("input", {
    maxlength: 80,
    placeholder: "your name or initials",
    "aria-label": "Reviewer",
    autocomplete: "off"
  });
  const blind = element("input", { type: "checkbox" });
  const trouble = element("p", { class: "trouble", role: "alert" });
  const told = element("div", { class: "forecast", role: "status", hidden: true });
  const field = (text, ...inputs) => element("label", { class: "field" }, element("span", {}, text), ...inputs);
  const fields = {
    opinion: field("Opinion", opinion),
    label: field("Labelled", label.box),
    said: field("It says", said.box),
    class: field("Class", ofClass.box),
    count: field("How many", count2),
    strata: field("Strata", strata),
    allocation: field("Allocation", allocation),
    seed: field("Seed", seed),
    ids: field("Ids", ids)
  };
  const cancel = button2("Cancel", () => send({ type: "close" }));
  const form = element(
    "form",
    { class: "begin", "aria-label": "Begin a review" },
    field("Samples", kind),
    about,
    ...Object.values(fields),
    field("Reviewer", name),
    element("label", { class: "check" }, blind, "Blind: hide the label, the map and others' verdicts until mine is in"),
    told,
    element(
      "div",
      { class: "end" },
      trouble,
      element("div", { class: "buttons" }, element("button", { type: "submit", class: "main" }, "Begin"), cancel)
    )
  );
  const needs = () => setup.kinds.find(({ id }) => id === kind.value)?.needs ?? [];
  const showKind = () => {
    about.textContent = kind.value === "resume" ? "" : setup.kinds.find(({ id }) => id === kind.value)?.text ?? "";
    for (const [id, node] of Object.entries(fields)) node.hidden = !needs().includes(id);
    for (const [id, input] of Object.entries({ count: count2, seed })) input.disabled = fields[id].hidden;
    if (kind.value === "random") blind.checked = true;
    else if (kind.value !== "resume") blind.checked = hides;
    told.hidden = true;
    ask();
  };
  const content = () => ({
    kind: kind.value,
    class: ofClass.input.value,
    opinion: opinion.value,
    label: label.input.value,
    said: said.input.value,
    count: Number(count2.value),
    seed: Number(seed.value),
    strata: strata.value,
    allocation: allocation.value
  });
  let timer = 0;
  const ask = () => {
    clearTimeout(timer);
    if (kind.value !== "random" || form.hidden) return;
    timer = setTimeout(() => send({ type: "forecast", ...content() }), 250);
  };
  for (const input of [count2, seed, allocation]) input.addEventListener("change", ask);
  count2.addEventListener("input", ask);
  strata.addEventListener("change", () => {
    touched = true;
    ask();
  });
  const forecast = (data) => {
    told.hidden = kind.value !== "random";
    if (data.problem) {
      told.replaceChildren(element("p", { class: "trouble" }, data.problem));
      return;
    }
    if (!touched && strata.value !== data.advised) {
      strata.value = data.advised;
      ask();
      return;
    }
    for (const option of strata.options) {
      const one2 = data.options.find(({ value: value2 }) => value2 === option.value);
      option.textContent = setup.strata.find(({ value: value2 }) => value2 === option.value).text + (one2 ? `: ${one2.text}` : "");
    }
    const own = data.options.find(({ value: value2 }) => value2 === data.chosen);
    const offers = [];
    if (!data.works) {
      if (own?.enough)
        offers.push(
          button2(
            `Draw ${own.enough.toLocaleString("en")}`,
            () => {
              count2.value = own.enough;
              ask();
            },
            { title: "The least size with which every stratum gets enough" }
          )
        );
      if (data.advised !== data.chosen)
        offers.push(
          button2(
            `Take ${setup.strata.find(({ value: value2 }) => value2 === data.advised)?.text ?? data.advised}`,
            () => {
              strata.value = data.advised;
              touched = true;
              ask();
            },
            { title: "The finest strata of which each gets enough with this size" }
          )
        );
    }
    const half = (value2) => value2 === null ? "" : value2 === 0 ? "all of it" : `± ${(100 * value2).toFixed(0)} %`;
    told.replaceChildren(
      element("p", {}, data.sentence),
      ...data.notes.map((text) => element("p", { class: "hint" }, text)),
      ...offers.length ? [element("div", { class: "buttons" }, ...offers)] : [],
      element(
        "details",
        { open: !data.works && data.strata.length <= 8 && window.innerHeight > 820 },
        element("summary", {}, `${data.strata.length} strata`),
        element(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": "Strata of the draw" },
          element(
            "table",
            {},
            element(
              "thead",
              {},
              element(
                "tr",
                {},
                ...["Stratum", "Samples", "Drawn", "Expected"].map((text) => element("th", { scope: "col" }, text))
              )
            ),
            element(
              "tbody",
              {},
              ...data.strata.map(
                (row) => element(
                  "tr",
                  { class: row.few ? "few" : "" },
                  element("td", { title: row.title }, row.title),
                  element("td", {}, row.size.toLocaleString("en")),
                  element("td", {}, row.drawn.toLocaleString("en")),
                  element("td", {}, row.few ? `${half(row.half)}, too few` : half(row.half))
                )
              )
            )
          )
        )
      )
    );
    mark("forecast-shown", { chosen: data.chosen, works: data.works });
  };
  kind.addEventListener("change", showKind);
  const begin = (more) => {
    trouble.textContent = "Opening the queue …";
    send({
      type: "begin",
      ...content(),
      resume: "",
      ids: ids.value.slice(0, 2e6),
      reviewer: name.value.trim(),
      blind: blind.checked,
      given: kept2.given(),
      ...more
    });
  };
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !hides) {
      send({ type: "close" });
      event.preventDefault();
    }
    if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    if (event.repeat || composes(event)) return;
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!setup.fixed && !name.value.trim()) {
      trouble.textContent = "Say who reviews: every verdict carries a name.";
      name.focus();
      return;
    }
    store(PLACE, name.value.trim());
    begin({ resume: kind.value === "resume" ? resume : "" });
  });
  return {
    form,
    trouble,
    forecast,
    setup(data) {
      setup = data;
      hides = data.blind;
      touched = false;
      let other = {};
      try {
        other = JSON.parse(stored(UNDER_WAY)) ?? {};
      } catch {
      }
      const own = data.blind && !data.resume && typeof other.resume === "string" ? other.resume : "";
      resume = data.resume || own;
      kind.replaceChildren(
        ...data.kinds.map(
          ({ id, title: text, off }) => element("option", { value: id, disabled: Boolean(off) }, off ? `${text} (${off})` : text)
        )
      );
      if (resume)
        kind.prepend(
          element(
            "option",
            { value: "resume" },
            data.resume ? "The queue of this link" : "The blind review that is under way"
          )
        );
      kind.value = resume ? "resume" : data.kinds.find(({ off }) => !off)?.id;
      strata.replaceChildren(...data.strata.map(({ value: value2, text }) => element("option", { value: value2 }, text)));
      strata.value = "1";
      opinion.replaceChildren(...data.opinions.map((one2) => element("option", { value: one2 }, one2)));
      if (data.opinions.includes(data.opinion)) opinion.value = data.opinion;
      name.value = data.reviewer || stored(PLACE);
      name.disabled = data.fixed;
      cancel.textContent = data.blind ? "End the blind review, show labels" : "Cancel";
      form.hidden = false;
      showKind();
      blind.checked = Boolean(data.blind) || kind.value === "random";
      trouble.textContent = data.trouble || (own ? "A blind review is under way in this browser: labels are hidden in all of its tabs until it is ended." : "");
      if (data.resume && (data.fixed || name.value)) begin({ resume: data.resume });
      (data.trouble || data.fixed || name.value ? kind : name).focus({ preventScroll: true });
    },
    // The review goes on: what another tab, or this one after a reload, has to know.
    goesOn(data) {
      sayBlind(data.blind);
      store(UNDER_WAY, data.blind ? JSON.stringify({ resume: data.resume }) : "");
    },
    ended() {
      sayBlind(false);
      store(UNDER_WAY, "");
    },
    again: begin
  };
};

// explorer/views/review/review.js
function render18({ model, el }) {
  const gone = new AbortController();
  const page = bus(model), kept2 = makeKept();
  const SETTLE = 1e3;
  const LOOK = 3e3;
  const button2 = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const key = (letter) => element("kbd", {}, letter);
  const percent4 = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")}`;
  const send = (message) => model.send_msg(message);
  let classes = [];
  let work = (
    /** @type {import("../messages").Told["ReviewPanel"]["work"] | null} */
    null
  );
  let rows = [];
  let confidence = null, sending = null, refused = null, asking = false, revealed = false;
  let shownAt = 0, moved = false, begun = "", sentAs = "", wroteOn = "";
  const form = makeReviewForm({ kept: kept2, send });
  const closing = makeClosing({
    begin: (resume, kind) => {
      closing.hide();
      form.again({ resume, ...kind ? { kind } : {}, reviewer: work.reviewer, blind: Boolean(work.blind && !kind) });
    },
    back: () => {
      closing.hide();
      desk.hidden = false;
      focusReview();
    },
    report: () => showReport()
  });
  const title = element("b", { class: "queue" }), who = element("span", { class: "who" }), at = element("input", {
    class: "at",
    inputmode: "numeric",
    "aria-label": "Position in the queue: type a number and press Enter"
  });
  const of = element("span"), done = element("span", { class: "done" }), bar2 = element("i");
  const go = (message) => {
    moved = true;
    send(message);
  };
  const back = button2("‹ Back", () => go({ type: "step", by: -1 }), {
    title: "The one before (B)",
    "aria-keyshortcuts": "B"
  });
  const skip = button2("Skip ›", () => go({ type: "step", by: 1 }), {
    title: "The next one, without a verdict (S)",
    "aria-keyshortcuts": "S"
  });
  const open = button2("Next open", () => go({ type: "open" }), {
    title: "The next one that has no verdict of yours (N)",
    "aria-keyshortcuts": "N"
  });
  const undo = button2(
    "Undo",
    () => {
      if (!fresh()) go({ type: "undo" });
    },
    { title: "Take back the last verdict of this tab (Z)", "aria-keyshortcuts": "Z" }
  );
  const list = element("div", { class: "classes", role: "group", "aria-label": "Classes of the label" });
  const sum = element("span", { class: "sum" });
  const add = makeClassField({
    label: "Add a class by name or code",
    classes: () => classes,
    act: (one2) => named2(one2),
    none: (text, found2) => unnamed(text, found2)
  });
  const instead = element("div", { class: "instead", role: "group", tabindex: "-1", hidden: true });
  const evidence = element("div", { class: "evidence" });
  const stars = element(
    "div",
    { class: "confidence", role: "radiogroup", "aria-label": "Confidence" },
    ...[1, 2, 3, 4, 5].map(
      (n) => button2(String(n), () => setConfidence(n), {
        role: "radio",
        "aria-checked": "false",
        title: `${["a guess", "rather unsure", "fair", "sure", "certain"][n - 1]} (${n})`
      })
    )
  );
  const comment = element("textarea", {
    rows: 1,
    maxlength: 4e3,
    placeholder: "Comment (M)",
    "aria-label": "Comment",
    "data-kept": true,
    oninput: () => keep()
  });
  const verdicts = { correct: ["Correct", "C"], wrong: ["Wrong", "W"], unsure: ["Unsure", "U"] };
  const judge = Object.fromEntries(
    Object.entries(verdicts).map(([id, [text, letter]]) => {
      const node = button2("", () => say(id), { class: id, "aria-pressed": "false" });
      node.append(text, " ", key(letter));
      return [id, node];
    })
  );
  const own = button2("Save my classes ", () => say("seen"), { class: "main seen" });
  own.append(key("⏎"));
  const rejudge = button2("Judge once more", () => send({ type: "rejudge" }), {
    title: "Another verdict on this sample, now that its label is known: it will not count as blind",
    hidden: true
  });
  const told = element("p", { class: "told", role: "status" });
  const mine = element("p", { class: "mine" }), others = element("div", { class: "others" });
  const strip = element("div", {
    class: "strip",
    role: "group",
    "aria-label": "The sample through two years; a picture shows its date"
  });
  const around = element("div", { class: "around" });
  const chips = element("div", { class: "chips", role: "group", "aria-label": "What the classes look like close by" });
  const files = element(
    "div",
    { class: "files" },
    button2("Accuracy report", () => showReport(), {
      class: "link",
      title: "How good the labels are, with intervals; areas; agreement; what to review yet"
    }),
    " · ",
    button2("What was found", () => send({ type: "closing" }), {
      class: "link",
      title: "What this review has found so far, what is left, what could be next"
    }),
    " · ",
    button2("Gallery", () => send({ type: "gallery" }), {
      class: "link",
      title: "The samples of this queue as pictures"
    }),
    " · verdicts as ",
    ...[
      ["csv", "CSV"],
      ["geojson", "GeoJSON"],
      ["parquet", "GeoParquet"],
      ["json", "STAC"]
    ].flatMap(([format2, text]) => [
      button2(text, () => send({ type: "save", format: format2 }), { class: "link", title: `Download all verdicts as ${text}` }),
      " "
    ])
  );
  const level = element("select", { "aria-label": "Classes of the report" });
  const all = element("input", { type: "checkbox" }), onlyBlind = element("input", { type: "checkbox" });
  const frame = element("iframe", { title: "Accuracy report", sandbox: "" });
  const sheet = element(
    "div",
    { class: "sheet", role: "dialog", "aria-label": "Accuracy report", hidden: true },
    element(
      "div",
      { class: "line" },
      element("b", {}, "Accuracy report"),
      level,
      element("label", { class: "check" }, all, "with samples that were chosen, not drawn"),
      element("label", { class: "check" }, onlyBlind, "only of those who did not see the label"),
      button2("Download", () => showReport(true), { class: "main" }),
      button2("×", () => closeReport(), { class: "close", "aria-label": "Close the report" })
    ),
    frame
  );
  const fromReport = makeReturn(sheet);
  const closeReport = () => {
    fromReport.closed();
    sheet.hidden = true;
  };
  let taking = false;
  const showReport = (take2 = false) => {
    taking = take2;
    send({ type: "report", classes: level.value, all: all.checked, blind: onlyBlind.checked });
  };
  for (const input of [level, all, onlyBlind]) input.addEventListener("change", () => showReport());
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeReport();
      event.preventDefault();
    }
  });
  const help = button2("?", () => setHelp(keys.hidden), { title: "Keys (?)", "aria-label": "Keys", class: "help" });
  const close = button2("×", () => send({ type: "close" }), {
    title: "End the review",
    "aria-label": "End the review",
    class: "close"
  });
  const KEYS2 = [
    ["C", "label is correct"],
    ["W", "wrong: then type the right class, choose it with ↓ and Enter"],
    ["U", "unsure"],
    ["⏎", "blind: save the classes that you see"],
    ["1 – 5", "confidence"],
    ["A", "add a class"],
    ["↑ ↓", "from class to class"],
    ["Y / X", "accept / reject the class"],
    ["M", "comment; Esc leaves it"],
    ["S / B", "skip / back"],
    ["N", "next without my verdict"],
    ["G", "go to a position"],
    ["Z", "undo the last verdict of this tab"],
    ["Space", "play the animation"],
    ["← →", "step through its dates"],
    ["?", "these keys"]
  ];
  const keys = element(
    "div",
    { class: "keys", role: "dialog", "aria-label": "Keys of the review", hidden: true, tabindex: "-1" },
    element("h3", {}, "Keys"),
    element("dl", {}, ...KEYS2.flatMap(([letter, text]) => [element("dt", {}, key(letter)), element("dd", {}, text)])),
    button2("Close", () => setHelp(false))
  );
  const desk = element(
    "div",
    { class: "desk" },
    element("div", { class: "line" }, title, who, done, help, close),
    element("div", { class: "bar", role: "progressbar", "aria-label": "Reviewed", "aria-valuemin": "0" }, bar2),
    element("div", { class: "line" }, back, element("span", { class: "place" }, at, of), skip, open, undo),
    // What judges stands above what grows: it never moves.
    element("div", { class: "verdicts" }, ...Object.values(judge), own),
    told,
    element("div", { class: "line add" }, add.box, sum),
    instead,
    list,
    element("div", { class: "line" }, element("span", { class: "caption" }, "Confidence"), stars, comment),
    mine,
    rejudge,
    others,
    evidence,
    strip,
    element("div", { class: "near" }, chips, around),
    files
  );
  const root2 = element(
    "div",
    { class: "review", role: "group", "aria-label": "Review", tabindex: "-1" },
    form.form,
    desk,
    closing.page,
    keys,
    sheet
  );
  el.append(root2);
  form.form.hidden = desk.hidden = true;
  const fromHelp = makeReturn(keys), fromReview = makeReturn(root2);
  const focusReview = () => root2.focus({ preventScroll: true });
  const hasFocus = () => {
    const node = focusedNode();
    return !node || node === document.body || root2.contains(node);
  };
  const setHelp = (value2) => {
    if (keys.hidden === !value2) return;
    if (value2) fromHelp.opened();
    else fromHelp.closed();
    keys.hidden = !value2;
    if (value2) keys.focus({ preventScroll: true });
  };
  const setConfidence = (value2) => {
    confidence = confidence === value2 ? null : value2;
    [...stars.children].forEach((node, i) => {
      node.setAttribute("aria-checked", String(i + 1 === confidence));
      node.classList.toggle("on", confidence !== null && i + 1 <= confidence);
    });
    keep();
  };
  const meant = (row) => row.action === "reject" ? 0 : row.fraction ?? row.given ?? 0;
  const total = () => rows.reduce((all2, row) => all2 + meant(row), 0);
  const labelled = () => rows.filter((row) => row.given !== null);
  const tooMuch = () => rows.some((row) => ["add", "set"].includes(row.action)) && total() > Math.max(
    1,
    labelled().reduce((all2, row) => all2 + row.given, 0)
  ) + 0.015;
  const drawRows = (focus = -1) => {
    list.replaceChildren(
      ...rows.map((row, i) => {
        const swatch = element("i"), share = numberInput({
          class: "share",
          min: 0,
          max: 100,
          step: 5,
          value: percent4(meant(row)),
          "aria-label": `Fraction of ${row.title} in percent`
        });
        swatch.style.background = row.colour;
        share.disabled = row.action === "reject";
        share.addEventListener("change", () => {
          if (share.value === "") {
            share.value = percent4(meant(row));
            return;
          }
          Object.assign(row, { fraction: Number(share.value) / 100, action: row.added ? "add" : "set", typed: true });
          shareOut();
          drawRows();
        });
        const set = (action) => {
          if (row.added) rows = rows.filter((other) => other !== row);
          else {
            row.action = row.action === action ? "" : action;
            row.fraction = null;
          }
          shareOut();
          drawRows(Math.min(i, rows.length - 1));
        };
        const line3 = element(
          "div",
          {
            class: `class ${row.action}`,
            tabindex: i === Math.max(focus, 0) ? "0" : "-1",
            role: "group",
            "aria-label": `${row.code} ${row.title}, ${percent4(meant(row))} percent${row.action ? `, ${row.action}` : ""}`
          },
          swatch,
          element("span", { class: "name", title: row.title }, element("b", {}, String(row.code)), ` ${row.title}`),
          element(
            "span",
            { class: "given", title: "in the label" },
            row.given === null ? "new" : `${percent4(row.given)} %`
          ),
          share,
          "%",
          row.added ? null : button2("✓", () => set("accept"), {
            class: "yes",
            "aria-pressed": String(row.action === "accept"),
            "aria-label": `Accept ${row.title}`,
            title: "Accept (Y)"
          }),
          button2("✗", () => set("reject"), {
            class: "no",
            "aria-pressed": String(row.action === "reject"),
            "aria-label": `${row.added ? "Remove" : "Reject"} ${row.title}`,
            title: row.added ? "Remove (X)" : "Reject (X)"
          })
        );
        line3.addEventListener("keydown", (event) => {
          if (event.target !== line3 || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !event.key.startsWith("Arrow"))
            return;
          const act = {
            ArrowDown: () => list.children[i + 1]?.focus(),
            ArrowUp: () => list.children[i - 1]?.focus(),
            y: () => !row.added && set("accept"),
            x: () => set("reject"),
            Enter: () => {
              share.focus();
              share.select();
            }
          }[letterOf(event)];
          if (act) {
            act();
            event.preventDefault();
            event.stopPropagation();
          }
        });
        return line3;
      })
    );
    const all2 = total();
    sum.textContent = rows.length ? `adds up to ${percent4(all2)} %` : "";
    sum.classList.toggle("odd", rows.length > 0 && Math.abs(all2 - 1) > 0.015);
    if (focus >= 0) list.children[focus]?.focus();
    keep();
    askChips();
  };
  const shareOut = () => {
    const named3 = rows.filter((row) => row.added && !row.typed), rest = 1 - rows.filter((row) => !named3.includes(row)).reduce((all2, row) => all2 + meant(row), 0);
    for (const row of named3) row.fraction = Math.max(0, Math.round(rest / named3.length * 1e4) / 1e4);
  };
  const addClass = (one2) => {
    const there = rows.find((row) => row.code === one2.code);
    if (there) {
      there.action = there.added ? "add" : "accept";
      told.textContent = `${one2.title} is in the list.`;
    } else {
      rows.push({
        code: one2.code,
        title: one2.title,
        colour: one2.colour,
        given: null,
        added: true,
        action: "add",
        fraction: null,
        typed: false
      });
      shareOut();
      told.textContent = meant(rows.at(-1)) > 0 ? `${one2.code} ${one2.title} is added with ${percent4(meant(rows.at(-1)))} %.` : `${one2.code} ${one2.title} is added with 0 %: the label leaves no room. Say how much it has, and what of the label is not there.`;
    }
    drawRows();
  };
  const unnamed = (text, found2) => {
    if (text) {
      const first = found2.slice(0, 3).map(({ one: one2 }) => `${one2.code} ${one2.title}`).join(", ");
      told.textContent = found2.length ? `Nothing was saved: “${text.slice(0, 40)}” can be ${first}${found2.length > 3 ? " …" : ""}. Choose one with ↓ and Enter, or type its code.` : `Nothing was saved: no class is called “${text.slice(0, 40)}”. Type a CORINE name or a code such as 311.`;
      return;
    }
    if (asking) {
      asking = false;
      judgeAs("wrong");
    } else if (work?.hidden) say("seen");
  };
  const named2 = (one2) => {
    if (asking) nameWrong(one2);
    else addClass(one2);
  };
  const nameWrong = (one2) => {
    const parts = labelled();
    if (rows.some((row) => row.action)) {
      addClass(one2);
      asking = false;
      told.textContent += " W saves.";
      return;
    }
    if (parts.length < 2) {
      replace(one2, parts);
      return;
    }
    const options = [
      [`All of the label: ${one2.code} ${one2.title} 100 %`, () => replace(one2, parts)],
      ...parts.filter(({ code }) => code !== one2.code).slice(0, 6).map((row) => [
        `In place of ${row.code} ${row.title}: ${percent4(row.given + (parts.find(({ code }) => code === one2.code)?.given ?? 0))} %`,
        () => replace(one2, [row])
      ]),
      [
        "I say how much of each",
        () => {
          hideInstead();
          asking = false;
          addClass(one2);
          list.querySelectorAll(".class").item(rows.findIndex(({ code }) => code === one2.code))?.querySelector(".share")?.focus();
        }
      ]
    ];
    instead.setAttribute("aria-label", `${one2.code} ${one2.title} in place of what?`);
    instead.replaceChildren(
      element("b", {}, `${one2.code} ${one2.title} in place of what?`),
      ...options.map(([text, act], i) => {
        const node = button2("", () => {
          if (!instead.hidden) act();
        });
        node.append(key(String(i + 1)), ` ${text}`);
        return node;
      })
    );
    instead.hidden = false;
    told.textContent = "Nothing is saved yet: the label is a mix. Choose by its number.";
    instead.focus({ preventScroll: false });
  };
  const hideInstead = () => {
    instead.hidden = true;
  };
  const replace = (one2, parts) => {
    const share = parts.length === labelled().length ? 1 : parts.reduce((all2, row) => all2 + row.given, 0);
    for (const row of parts) if (row.code !== one2.code) row.action = "reject";
    const there = rows.find(({ code }) => code === one2.code);
    if (there)
      Object.assign(there, {
        action: "set",
        fraction: Math.min(1, (parts.includes(there) ? 0 : there.given) + share),
        typed: true
      });
    else
      rows.push({
        code: one2.code,
        title: one2.title,
        colour: one2.colour,
        given: null,
        added: true,
        action: "add",
        fraction: share,
        typed: true
      });
    asking = false;
    hideInstead();
    drawRows();
    judgeAs("wrong");
  };
  instead.addEventListener("keydown", (event) => {
    const node = instead.querySelectorAll("button")[Number(letterOf(event)) - 1];
    if (node && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey) {
      node.click();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === "Escape") {
      hideInstead();
      asking = false;
      told.textContent = "Nothing was saved.";
      focusReview();
      event.preventDefault();
      event.stopPropagation();
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const all2 = [...instead.querySelectorAll("button")], at2 = all2.indexOf(instead.getRootNode().activeElement);
    all2[(at2 + by + all2.length) % all2.length].focus();
    event.preventDefault();
    event.stopPropagation();
  });
  const written = () => JSON.stringify({
    rows: rows.filter((row) => row.action).map(({ code, added = false, action, fraction, typed = false }) => ({ code, added, action, fraction, typed })),
    confidence,
    comment: comment.value
  });
  let filling = false;
  const keep = () => {
    if (!work || filling) return;
    const now = written();
    kept2.keepDraft(work.scope, work.sample, now === begun ? null : now);
  };
  const classOf = (code) => classes.find((one2) => one2.code === code) ?? { code, title: "", colour: "#888" };
  const fill = (said) => {
    for (const one2 of said.rows) {
      const row = rows.find(({ code }) => code === one2.code);
      if (row) Object.assign(row, { action: one2.action, fraction: one2.fraction, typed: Boolean(one2.typed) });
      else if (one2.action !== "reject")
        rows.push({
          code: one2.code,
          title: classOf(one2.code).title,
          colour: classOf(one2.code).colour,
          given: null,
          added: true,
          action: "add",
          fraction: one2.fraction,
          typed: one2.typed !== false
        });
    }
    confidence = null;
    setConfidence(said.confidence);
    comment.value = said.comment;
  };
  const labelRows = (data) => (data.labels ?? []).map((label) => ({
    ...label,
    given: label.fraction,
    added: false,
    fraction: null,
    action: "",
    typed: false
  }));
  const begin = (data) => {
    filling = true;
    rows = labelRows(data);
    fill({
      rows: (data.mine?.adjustments ?? []).filter(({ action }) => !data.hidden || action !== "reject").map((one2) => ({ ...one2, fraction: one2.action === "set" || one2.action === "add" ? one2.fraction : null })),
      confidence: data.mine?.confidence ?? null,
      comment: data.mine?.comment ?? ""
    });
    begun = written();
    let draft = null;
    try {
      draft = JSON.parse(kept2.draft(data.scope, data.sample));
    } catch {
    }
    if (draft && Array.isArray(draft.rows) && typeof draft.comment === "string") {
      rows = labelRows(data);
      fill({
        rows: draft.rows.filter(
          (one2) => Number.isInteger(one2?.code) && ["add", "set", "reject", "accept"].includes(one2.action)
        ),
        confidence: [1, 2, 3, 4, 5].includes(draft.confidence) ? draft.confidence : null,
        comment: draft.comment.slice(0, 4e3)
      });
    }
    filling = false;
  };
  const fresh = () => {
    if (!moved || performance.now() - shownAt >= SETTLE) return false;
    told.textContent = "Not taken: this sample has only just come. Press again.";
    return true;
  };
  const settle = () => {
    shownAt = performance.now();
    if (!moved) return;
    root2.dataset.fresh = "true";
    setTimeout(() => {
      if (performance.now() - shownAt >= SETTLE - 5) delete root2.dataset.fresh;
    }, SETTLE);
  };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const adjustments = () => rows.filter((row) => row.action).map((row) => ({ code: row.code, action: row.action, fraction: row.action === "reject" ? 0 : meant(row) }));
  const judgeAs = (judgement) => {
    if (!work || sending) return;
    if (judgement !== "unsure" && tooMuch()) {
      told.textContent = `Nothing was saved: the fractions add up to ${percent4(total())} %. Say how much each class has, or reject what is not there.`;
      return;
    }
    asking = false;
    const said = {
      sample: work.sample,
      judgement,
      adjustments: adjustments(),
      confidence,
      comment: comment.value,
      link: window.location.search.slice(0, 4e3)
    };
    const content = JSON.stringify({ ...said, link: "" });
    sending = refused?.content === content ? refused.id : newId();
    refused = { id: sending, content };
    kept2.sent(sending, { id: sending, scope: work.scope, base: work.base, said });
    for (const node of [...Object.values(judge), own]) node.disabled = true;
    told.textContent = "Saving …";
    sentAs = written();
    moved = true;
    performance.mark("explorer:verdict-sent", { detail: { sample: work.sample, judgement } });
    send({ type: "verdict", id: sending, ...said });
  };
  const say = (judgement) => {
    if (!work || sending || fresh()) return;
    if (revealed) {
      if (judgement === "seen") go({ type: "open" });
      return;
    }
    if (work.hidden && (judgement === "correct" || judgement === "wrong")) {
      told.textContent = "The label is hidden: say what you see.";
      return;
    }
    if (judgement === "seen" && !work.hidden) return;
    if (judgement === "seen" && !rows.length) {
      told.textContent = "Say what you see: add at least one class.";
      add.input.focus();
      return;
    }
    if (judgement === "correct" && rows.some((row) => ["reject", "add", "set"].includes(row.action))) {
      told.textContent = "Nothing was saved: you have changed the classes, so the label is not correct as it is. W says wrong; take the changes back for C.";
      return;
    }
    if (judgement === "wrong" && !rows.some((row) => row.action === "reject" || row.action === "add" || row.action === "set") && !asking) {
      asking = true;
      told.textContent = "Which class is it? Type it, choose with ↓, press Enter. Enter alone: wrong, but unknown what.";
      add.input.placeholder = work.suggestion ? `the evidence suggests ${work.suggestion}` : "name or code of the right class";
      add.input.focus();
      return;
    }
    judgeAs(judgement);
  };
  const sendLate = () => {
    if (!work) return;
    for (const one2 of kept2.waiting(work.scope)) {
      const { sample, judgement, adjustments: adjustments2, confidence: confidence2, comment: comment2, link } = one2.said;
      send({
        type: "late",
        id: one2.id,
        scope: one2.scope,
        base: one2.base,
        sample,
        judgement,
        adjustments: adjustments2,
        confidence: confidence2,
        comment: comment2,
        link
      });
    }
  };
  let asked = "", drawnFor = "", chipTimer = 0;
  const urls = [], strips = [];
  const picture = (jpeg, into, attributes) => {
    const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
    into.push(url);
    return element("img", { src: url, ...attributes });
  };
  const svg2 = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value2] of Object.entries(attributes)) node.setAttribute(name, value2);
    return node;
  };
  const drawStrip = (pictures) => {
    for (const url of strips.splice(0)) URL.revokeObjectURL(url);
    strip.replaceChildren(
      ...pictures.map(({ index, date: date3, jpeg }) => {
        const [year, month2] = date3.split("-");
        const node = button2("", () => page.emit("seek", { index }), {
          title: `Show ${longDate(date3)}`,
          "aria-label": `Show ${longDate(date3)}`
        });
        node.append(
          picture(jpeg, strips, { alt: "" }),
          element("small", {}, `${MONTHS[Number(month2) - 1]} ${year.slice(2)}`)
        );
        return node;
      })
    );
  };
  const drawAround = ({ cells, reach }, hidden) => {
    const map2 = svg2("svg", {
      viewBox: `${-reach} ${-reach} ${2 * reach} ${2 * reach}`,
      role: "img",
      "aria-label": `${cells.length} samples around, ${2 * reach} km across`
    });
    for (const { id, ring, colour, title: title2 } of [...cells].reverse()) {
      const here = id === work.sample;
      const shape = svg2("polygon", {
        points: ring.map((point) => point.join(",")).join(" "),
        class: here ? "here" : "",
        style: colour && !here ? `fill: ${colour}` : ""
      });
      const name = svg2("title", {});
      name.textContent = here ? "this sample" : title2 ? `${id}: ${title2}` : id;
      shape.append(name);
      map2.append(shape);
    }
    map2.append(
      svg2("circle", { cx: 0, cy: 0, r: 0.9, class: "ring" }),
      svg2("path", { d: `M${-reach + 0.8} ${reach - 0.9}h5`, class: "scale" })
    );
    around.replaceChildren(
      map2,
      element(
        "div",
        { class: "line" },
        element("small", {}, `5 km · ${cells.length - 1} around`),
        ...hidden ? [] : [
          button2("Map", () => send({ type: "map" }), {
            class: "link",
            title: "The map of all samples; Esc leads back"
          })
        ]
      )
    );
  };
  const askChips = () => {
    if (!work || desk.hidden) return;
    const codes = rows.filter((row) => row.action !== "reject").sort((a, b) => meant(b) - meant(a)).slice(0, 3).map(({ code }) => code);
    const first = drawnFor !== `${work.sample} ${work.hidden}`;
    const wanted = JSON.stringify([work.sample, codes, window.location.search.match(/date=[\d-]+/)?.[0]]);
    if (wanted === asked) return;
    asked = wanted;
    clearTimeout(chipTimer);
    chipTimer = setTimeout(() => {
      if (work) send({ type: "chips", sample: work.sample, codes, first });
    }, 600);
  };
  const dropChips = () => {
    for (const url of urls.splice(0)) URL.revokeObjectURL(url);
    chips.replaceChildren();
  };
  const dropPictures = () => {
    dropChips();
    drawStrip([]);
    around.replaceChildren();
    asked = drawnFor = "";
  };
  const shortcuts = {
    c: () => say("correct"),
    w: () => say("wrong"),
    u: () => say("unsure"),
    s: () => skip.click(),
    b: () => back.click(),
    n: () => open.click(),
    z: () => undo.click(),
    a: () => add.input.focus(),
    m: () => comment.focus(),
    g: () => {
      at.focus();
      at.select();
    },
    "?": () => setHelp(keys.hidden)
  };
  for (const n of [1, 2, 3, 4, 5]) shortcuts[n] = () => setConfidence(n);
  window.addEventListener(
    "keydown",
    (event) => {
      if (!work || desk.hidden && closing.page.hidden || event.ctrlKey || event.metaKey || event.altKey || !isOurKey(event, el))
        return;
      const node = (
        /** @type {Element} */
        event.composedPath()[0]
      ), here = node === document.body || node === document.documentElement || root2.contains(node);
      const isButton = node?.tagName === "BUTTON";
      if (event.key === "Escape" && !keys.hidden) {
        setHelp(false);
        return;
      }
      if (isWriting(event)) {
        if (event.key === "Escape" && root2.contains(node)) {
          asking = false;
          focusReview();
          event.preventDefault();
        }
        return;
      }
      if (event.key === "ArrowDown" && here && !isButton && !desk.hidden && list.firstChild) {
        list.children[0].focus();
        event.preventDefault();
        return;
      }
      if ((event.key.startsWith("Arrow") || event.key === " ") && here && !isButton && event.key !== "ArrowUp" && event.key !== "ArrowDown") {
        if (event.key !== " " || !event.repeat) page.emit("key", { key: event.key });
        event.preventDefault();
        return;
      }
      if (desk.hidden && !["z", "b", "s", "n"].includes(letterOf(event))) return;
      const act = event.key === "Enter" && !isButton && (work.hidden || revealed) ? () => say("seen") : shortcuts[letterOf(event)];
      if (!act) return;
      event.preventDefault();
      if (!event.repeat) act();
    },
    { signal: gone.signal }
  );
  root2.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ") && event.target.tagName === "BUTTON")
      event.preventDefault();
  });
  at.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || composes(event)) return;
    const position = Number(at.value) - 1;
    if (Number.isInteger(position) && position >= 0 && position < (work?.total ?? 0)) {
      focusReview();
      go({ type: "jump", position });
    } else told.textContent = `The queue has places 1 to ${work?.total ?? 0}.`;
  });
  at.addEventListener("blur", () => {
    if (work) at.value = String(work.position + 1);
  });
  window.addEventListener(
    "keydown",
    (event) => {
      const host = inDocument(el);
      if (host !== el && event.composedPath().includes(host))
        host.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey));
    },
    { signal: gone.signal, capture: true }
  );
  const line2 = (parts) => element("p", {}, ...parts);
  const seenAs = (link) => link?.startsWith("?") ? element(
    "a",
    { href: link, target: "_blank", rel: "noopener", title: "Date, pixels and view of this verdict" },
    "as seen"
  ) : "";
  const drawProgress = (count2, all2) => {
    done.textContent = `${count2.toLocaleString("en")} of ${all2.toLocaleString("en")} reviewed`;
    bar2.style.width = `${all2 ? 100 * count2 / all2 : 0}%`;
    bar2.parentElement.setAttribute("aria-valuenow", String(count2));
    bar2.parentElement.setAttribute("aria-valuemax", String(all2));
  };
  const take = (data) => {
    saveFile(data.name, new Blob([data.bytes], { type: data.media }));
    told.textContent = `${data.name} was written.`;
  };
  listen(model, {
    setup(data) {
      classes = data.classes;
      level.replaceChildren(
        ...data.strata.filter(({ value: value2 }) => value2 !== "0").map(({ value: value2, text }) => element("option", { value: value2 }, text))
      );
      if (form.form.hidden && desk.hidden) fromReview.opened();
      desk.hidden = true;
      closing.hide();
      work = null;
      form.setup(data);
      mark("review-setup", {});
    },
    forecast(data) {
      form.forecast(data);
    },
    trouble(data) {
      form.trouble.textContent = data.text;
      told.textContent = data.text;
      if (data.id) kept2.arrived(data.id);
      finish();
    },
    told(data) {
      told.textContent = data.text;
    },
    refused(data) {
      kept2.arrived(data.id);
      told.textContent = data.text;
      if (data.id === sending) finish();
    },
    progress(data) {
      drawProgress(data.done, data.total);
    },
    closing(data) {
      desk.hidden = true;
      closing.show(data, [told.textContent, wroteOn].filter(Boolean).join(" "));
      wroteOn = "";
    },
    work(data) {
      const same = work && work.sample === data.sample && work.scope === data.scope;
      const unfolds = same && (work.hidden !== data.hidden || work.mine?.id !== data.mine?.id || revealed !== Boolean(data.revealed));
      const first = !work || work.scope !== data.scope;
      const held = hasFocus() && !(same && !unfolds);
      work = data;
      classes = data.classes ?? classes;
      form.form.hidden = true;
      if (!same || unfolds) closing.hide();
      desk.hidden = !closing.page.hidden;
      title.textContent = data.queue;
      title.title = data.queue;
      who.textContent = `as ${data.reviewer}`;
      who.title = `Your verdicts are kept as ${data.reviewer}'s. To review as somebody else, end this review first.`;
      drawProgress(data.done, data.total);
      at.value = String(data.position + 1);
      of.textContent = ` / ${data.total.toLocaleString("en")}`;
      back.disabled = data.position <= 0;
      skip.disabled = data.position >= data.total - 1;
      undo.disabled = !data.undoable;
      revealed = Boolean(data.revealed);
      if (!same || unfolds) {
        settle();
        hideInstead();
        begin(data);
        add.hide();
        add.input.value = "";
        asking = false;
        add.input.placeholder = data.hidden ? "what do you see? class by name or code" : "add a class by name or code";
        if (!same) dropPictures();
        drawRows();
      }
      for (const [id, node] of Object.entries(judge)) {
        node.hidden = data.hidden && id !== "unsure" || revealed;
        node.setAttribute("aria-pressed", String(!data.hidden && data.mine?.judgement === id));
      }
      own.hidden = !data.hidden && !revealed;
      own.firstChild.data = revealed ? "Next " : "Save my classes ";
      rejudge.hidden = !revealed;
      const found2 = data.suspicion;
      evidence.hidden = !found2;
      if (found2) {
        const meter = element("i");
        meter.style.width = `${100 * found2.score}%`;
        const measured = found2.score === null ? [element("b", {}, `Suspicion: ${found2.note}`)] : [
          element("b", {}, `Suspicion ${(100 * found2.score).toFixed(0)} %`),
          element("span", { class: "meter" }, meter),
          found2.suggestion ? ` suggests ${found2.suggestion}` : ""
        ];
        evidence.replaceChildren(
          line2(measured),
          ...found2.reasons.length ? [element("ul", {}, ...found2.reasons.map((text) => element("li", {}, text)))] : []
        );
      }
      mine.replaceChildren(
        ...data.mine && !data.hidden ? [element("b", {}, "You said"), ` ${data.mine.text} `, seenAs(data.mine.link)] : []
      );
      others.replaceChildren(
        ...data.others.map((other) => line2([element("b", {}, other.reviewer), `: ${other.text} `, seenAs(other.link)]))
      );
      told.textContent = [data.told, wroteOn].filter(Boolean).join(" ");
      if (!same) wroteOn = "";
      if (!same || unfolds) finish();
      if (held && closing.page.hidden) focusReview();
      form.goesOn(data);
      if (first) sendLate();
      mark("review-shown", { sample: data.sample });
    },
    saved(data) {
      refused = null;
      kept2.arrived(data.id);
      kept2.gave(data.id);
      if (work?.sample === data.sample && data.id === sending && written() !== sentAs) {
        begun = sentAs;
        keep();
        wroteOn = "What you wrote while it was being saved is kept as a draft of that sample: go back (B) and judge it again.";
      } else {
        if (work) kept2.keepDraft(work.scope, data.sample, null);
        if (work?.sample === data.sample) begun = written();
      }
      if (data.id === sending) {
        performance.mark("explorer:verdict-saved", { detail: data });
        finish();
      }
    },
    off() {
      work = null;
      setHelp(false);
      fromReview.closed();
      closing.hide();
      dropPictures();
      form.form.hidden = desk.hidden = true;
      form.ended();
    },
    chips(data) {
      if (work?.sample !== data.sample || work.hidden && !data.hidden) return;
      dropChips();
      if (data.strip) {
        drawnFor = `${data.sample} ${data.hidden}`;
        drawStrip(data.strip);
        drawAround(data.around, data.hidden);
      }
      chips.append(
        ...data.classes.map(
          (one2) => element(
            "figure",
            {},
            element("figcaption", { title: one2.title }, element("b", {}, String(one2.code)), ` ${one2.title}`),
            ...one2.chips.length ? one2.chips.map(
              (chip) => picture(chip.jpeg, urls, {
                alt: `A sample of ${one2.title}, ${chip.km} km away`,
                title: `${chip.id}, ${chip.km} km away`
              })
            ) : [element("span", { class: "hint" }, "no sample of it at hand")]
          )
        )
      );
      mark("chips-shown", { sample: data.sample });
    },
    report(data) {
      if (taking) {
        take(data);
        return;
      }
      frame.srcdoc = new TextDecoder().decode(data.bytes);
      if (sheet.hidden) {
        fromReport.opened();
        sheet.hidden = false;
        level.focus();
      }
      mark("report-shown", {});
    },
    file: take,
    pong() {
      pulse?.heard();
    }
  });
  const finish = () => {
    sending = null;
    for (const node of [...Object.values(judge), own]) node.disabled = false;
  };
  const pulse = window.explorerPulse?.({
    beat: () => send({ type: "ping" }),
    silent: () => {
      if (sending)
        told.textContent = "No answer from the server: your verdict is kept in this browser, and sent once when it answers.";
    },
    back: () => {
      if (sending) sendLate();
    }
  });
  const looking = setInterval(() => {
    if (work && document.visibilityState === "visible") send({ type: "look" });
  }, LOOK);
  model.on("remove", () => {
    gone.abort();
    clearInterval(looking);
    pulse?.end();
    dropPictures();
  });
  send({ type: "ready" });
}

// explorer/views/sentinel2/bands.js
var bands_exports = {};
__export(bands_exports, {
  render: () => render19
});

// explorer/views/sentinel2/arrange.js
var TILES = 12;
var GAP2 = { across: 5, down: 4 };
var BESIDE = 18;
var WIDE = 900;
var LEAST2 = 44;
var arrange = ({ width, height, bar: bar2 }) => {
  let best = { edge: 0, columns: 6, beside: false };
  for (const beside of width < WIDE ? [false] : [false, true]) {
    for (const columns of [6, 4, 3, 2, 12]) {
      const rows = TILES / columns;
      const across = beside ? (width - BESIDE) / 2 : width;
      const down = beside ? height : (height - bar2) / 2;
      const edge = Math.floor(
        Math.min((across - (columns - 1) * GAP2.across) / columns, (down - (rows - 1) * GAP2.down) / rows)
      );
      if (edge > best.edge) best = { edge, columns, beside };
    }
  }
  return best.edge >= LEAST2 ? best : { edge: LEAST2, columns: 6, beside: false };
};
var spectrumHeight = (height) => Math.round(Math.min(360, Math.max(140, 0.27 * height)));

// explorer/views/sentinel2/large.js
var PIXELS = 60;
var button = (label, text, action, extra = {}) => element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text);
var makeLarge = ({ model, page, facts, onStep, onClose }) => {
  const gone = new AbortController();
  const picture = element("canvas", { width: PIXELS, height: PIXELS });
  let planet = null;
  const view = makeViewTeller(
    () => {
      const { chosenMonth, band } = facts();
      const { scale, y: row, x: col } = stage.view;
      return { mode: stage.mode, month: chosenMonth === null ? null : chosenMonth + 1, band, scale, row, col };
    },
    (seen) => model.send_msg({ type: "large", .../** @type {any} */
    seen })
  );
  const stage = makeStage({
    name: "Sentinel-2 image. Click to choose a pixel, or P and the arrow keys; B draws a box, G a polygon; without them left and right go to the neighbouring picture, Escape to all of them; plus and minus zoom",
    panes: [
      { label: "Sentinel-2 image", pixels: PIXELS },
      { label: "Planet Fusion image of the nearest date", pixels: SIZE }
    ],
    swipes: "Swipe between Sentinel-2 and Planet Fusion",
    button,
    onView: view.later,
    onPick: (pixel, add) => {
      if (!facts().sample) return;
      model.send_msg({ type: "pixel_clicked", ...pixel, add });
      readout.later();
    },
    onMovePin: (pin, pixel, done) => {
      pins = pins.map((one2, i) => i === pin ? { ...one2, ...pixel } : one2);
      stage.setPins(pins);
      if (!done && performance.now() - moved < 20) return;
      moved = performance.now();
      model.send_msg({ type: "move", pin, ...pixel });
    },
    onHover: (pixel, pane) => {
      const { place, month: month2, band, lack } = facts();
      if (pane) readout.show(pixel, place, planet?.picture ? `planet:${planet.index}` : -1);
      else readout.show(pixel, place, lack ? -1 : `${band}:${month2}`, PIXELS);
    },
    regions: {
      onAdd: (kind, points) => model.send_msg({ type: "draw", kind, points }),
      onMove: (region, points, done) => model.send_msg({ type: "reshape", region, points, done }),
      onRemove: (region) => model.send_msg({ type: "erase", region })
    }
  });
  let pins = [], moved = 0;
  const readout = makeReadout({
    el: stage.readout,
    ask: (row, col, key) => {
      const [of, index] = key.split(":");
      model.send_msg({ type: "under", row, col, index: Number(index), of, ticket: facts().ticket });
    },
    more: (pixel) => [coverText(cover, pixel), stage.groundText(pixel)]
  });
  let cover = noLandCover();
  const coverLegend = makeCoverLegend();
  const setCover = (value2) => {
    const fades = value2.pixels === cover.pixels && value2.problem === cover.problem && value2.name === cover.name;
    cover = value2;
    stage.setCover(cover);
    if (!fades) coverLegend.show(cover, stage.size.side >= 300);
  };
  const name = element("span", { class: "name", role: "status" });
  const previous = button("Previous picture", icon("previous"), () => onStep(-1));
  const next = button("Next picture", icon("next"), () => onStep(1));
  const look = choice(
    "Compare with Planet Fusion",
    [
      ["single", "Sentinel-2 alone"],
      ["swipe", "Swipe with Planet Fusion"],
      ["side", "Side by side"]
    ],
    "single",
    (value2) => setMode(value2)
  );
  stage.legends.append(coverLegend.el);
  stage.message.hidden = true;
  const well = element("div", { class: "well" }, stage.el);
  const el = element(
    "div",
    { class: "large", role: "group", "aria-label": "Large Sentinel-2 picture" },
    element(
      "div",
      { class: "bar" },
      button("All pictures (Escape)", "‹ All", () => onClose(), { class: "all" }),
      previous,
      name,
      next,
      look,
      button("Save the picture as PNG", icon("save"), () => save(), { class: "save" })
    ),
    well
  );
  const compares = () => stage.mode !== "single";
  const small = (text) => element("small", {}, text);
  const drawPlanet = () => {
    if (!compares()) return;
    planet = null;
    page.emit("ask-picture", {
      time: middleOfMonth(facts().month),
      take: (found2) => {
        planet = found2;
      }
    });
    stage.paint(1, planet?.picture ?? null);
    if (!planet?.iso) {
      stage.dates[1].replaceChildren("Planet Fusion");
      stage.lack(1, planet?.settled ? "No date of Planet Fusion is there" : "Loading …", Boolean(planet?.settled));
      return;
    }
    const away = awayText(planet.days, facts().month);
    stage.dates[1].replaceChildren(longDate(planet.iso), small("Planet Fusion"), small(away));
    stage.lack(1, planet.picture ? "" : "Loading …", false);
  };
  const draw = () => {
    const { month: month2, title, note, lack, picture: found2, neighbours } = facts();
    const context = picture.getContext("2d");
    context.clearRect(0, 0, PIXELS, PIXELS);
    if (found2) context.drawImage(found2.image, found2.x, found2.y, PIXELS, PIXELS, 0, 0, PIXELS, PIXELS);
    stage.paint(0, found2 ? picture : null);
    stage.lack(0, lack, Boolean(lack) && lack !== "loading");
    const date3 = `${MONTHS[month2]} 2018`;
    stage.dates[0].replaceChildren(date3, small([title, note].filter(Boolean).join(" · ")));
    if (name.textContent !== date3) name.textContent = date3;
    name.title = title;
    for (
      const [item, text, way] of
      /** @type {[any, string, string][]} */
      [
        [previous, neighbours.previous, "Previous"],
        [next, neighbours.next, "Next"]
      ]
    ) {
      if (!text && item === item.getRootNode().activeElement) stage.el.focus();
      item.disabled = !text;
      item.title = text ? `${way}: ${text}` : `${way}: none`;
    }
    drawPlanet();
    mark("large-drawn", { month: month2, title, mode: stage.mode, planet: planet?.iso ?? null });
  };
  const setMode = (mode) => {
    look.value = mode;
    stage.setMode(mode);
    fit();
    draw();
    view.later();
  };
  const save = () => {
    const { sample, month: month2, band, title, lack, legend, credit, planetCredit } = facts();
    if (!sample || lack) return;
    const { width, side } = stage.size;
    const other = compares() && planet?.iso ? ` · with Planet Fusion of ${longDate(planet.iso)}, ${awayText(planet.days, month2)}` : "";
    const footer = [
      `${sample} · Sentinel-2, ${title}, ${MONTHS[month2]} 2018${other} · UTM ${sample.slice(0, 3)}`,
      ...cover.pixels ? [coverCredit(cover)] : [],
      credit,
      ...other ? [planetCredit] : []
    ];
    const file = makePicture(width, side, footer, (context) => {
      stage.copy(context);
      if (legend) drawLegend(context, legend, 8, 56);
      const top2 = legend ? 108 : 56;
      drawCoverLegend(context, cover, 8, top2, side - top2 - 30);
    });
    download(file, `${sample}_S2_2018-${String(month2 + 1).padStart(2, "0")}${band ? `_${band}` : ""}.png`);
  };
  el.addEventListener("keydown", (event) => {
    const act = {
      Escape: onClose,
      ...isWriting(event) ? {} : { ArrowLeft: () => onStep(-1), ArrowRight: () => onStep(1) }
    }[event.key];
    if (act) {
      act();
      event.preventDefault();
      event.stopPropagation();
    } else if (!isWriting(event) && !event.ctrlKey && !event.metaKey && !event.altKey && stage.drawing.shortcut(letterOf(event))) {
      stage.el.focus();
      event.preventDefault();
    }
  });
  page.on("pictures", drawPlanet, gone.signal);
  const fit = () => stage.resize(well.clientWidth, well.clientHeight);
  const resized = new ResizeObserver(fit);
  resized.observe(well);
  page.on("ground", stage.setGround, gone.signal);
  page.emit("ask-ground", { take: stage.setGround });
  page.on("land-cover", setCover, gone.signal);
  page.emit("ask-land-cover", { take: setCover });
  return {
    el,
    draw,
    tell: view.later,
    setPins(list) {
      pins = list;
      stage.setPins(list);
    },
    setRegions: (list, problem) => stage.drawing.set(list, problem),
    came: ({ row, col, index, of, text }) => readout.came({ row, col, index: `${of}:${index}`, text }),
    /** Looks as a link says; nothing of it is told back. */
    lookAt(mode, place) {
      look.value = mode;
      stage.setMode(mode);
      fit();
      stage.lookAt(place);
      draw();
      view.stop();
      view.known();
    },
    focus: () => stage.el.focus({ preventScroll: true }),
    remove() {
      gone.abort();
      view.stop();
      resized.disconnect();
      el.remove();
    }
  };
};

// explorer/views/sentinel2/bands.js
function render19({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const ROW_GAP = 4;
  const low = roomQuery(el, "(max-height: 840px) and (min-width: 1251px)");
  const lowAlone = roomQuery(el, "(max-height: 999px) and (max-width: 1250px)");
  const scarce = roomQuery(el, "(max-height: 960px) and (min-width: 1251px)");
  const stacked = roomQuery(el, "(max-width: 1250px)");
  const state = {
    ticket: -1,
    sample: void 0,
    bands: [],
    status: new Array(12).fill(status.WAITING),
    failed: false,
    reasons: {},
    empty: /* @__PURE__ */ new Set(),
    pins: [],
    regions: [],
    month: 0,
    iso: null,
    rgb: null,
    grey: null,
    legend: null,
    place: null,
    credit: "",
    planetCredit: "",
    // The picture that is large, or null: `month` 0 to 11, or null for the animation's; `band` empty for the months' colours.
    large: (
      /** @type {{ month: number | null, band: string } | null} */
      null
    ),
    look: { composite: "", title: "", twin: true, by: "bands", band: "B08", room: "" }
  };
  const note = element("div", { class: "note", role: "status" });
  const legend = element("div", { class: "legend", hidden: true });
  const chosen = element("span", { class: "chosen" });
  const list = makeMenuField({
    label: "Shown of Sentinel-2",
    listed: "What the months can show",
    take: (value2) => send({ composite: value2 }),
    unknown(text) {
      note.textContent = `No composite, band or index is called “${text.slice(0, 40)}”.`;
    }
  });
  list.box.classList.add("shown");
  list.input.title = "What the months show: type a part of a name or an application";
  const bandList = element("select", { "aria-label": "Band", onchange: () => send({ band: bandList.value }) });
  const choices2 = (label, key, entries) => {
    const buttons = entries.map(
      ([value2, text, title]) => element("button", { type: "button", title, "data-value": value2, onclick: () => send({ [key]: value2 }) }, text)
    );
    return element("div", { class: "segments", role: "group", "aria-label": label }, ...buttons);
  };
  const by = choices2("Lower grid", "by", [
    ["bands", "A month's bands", "All bands of the animation's month"],
    ["months", "A band's months", "All months of one band"]
  ]);
  const room = choices2("Room for", "room", [
    ["images", "Images", "Images alone"],
    ["", "Both", "Images and spectrum"],
    ["spectrum", "Spectrum", "The spectrum alone"]
  ]);
  const enlarge = element(
    "button",
    {
      type: "button",
      class: "enlarge",
      title: "The chosen month large; a double click on a picture, or Enter, does it too",
      "aria-label": "The chosen month large",
      onclick: () => openLarge(months[state.month])
    },
    "Large"
  );
  const send = (what) => model.send_msg({ type: "look", ...what });
  const tile = (kind, i) => {
    const canvas = element("canvas", { width: PIXELS, height: PIXELS });
    const over = element("canvas", { class: "over" });
    const text = element("span", { class: "label" });
    const why = element("span", { class: "why" });
    const box2 = element(
      "button",
      { type: "button", class: `tile ${kind}` },
      element("span", { class: "frame" }, canvas, over, why, text)
    );
    return { kind, box: box2, canvas, over, text, why, i };
  };
  const months = Array.from({ length: 12 }, (_, i) => tile("month", i));
  const lower2 = Array.from({ length: 12 }, (_, i) => tile("band", i));
  const upperGroup = element(
    "div",
    { class: "tiles upper", role: "group", "aria-label": "Months" },
    ...months.map((t) => t.box)
  );
  const lowerGroup = element("div", { class: "tiles lower", role: "group" }, ...lower2.map((t) => t.box));
  const upperBar = element("div", { class: "bar upper" }, list.box, note, room, enlarge);
  const lowerBar = element("div", { class: "bar lower" }, by, bandList, chosen);
  const hint = element(
    "div",
    { class: "hints" },
    "Click: choose · double click or Enter: large · shift-click: add a pin"
  );
  const root2 = element("div", { class: "bands" }, upperBar, legend, upperGroup, lowerBar, lowerGroup, hint);
  const images = [upperGroup, lowerBar, lowerGroup, hint];
  el.append(root2);
  const ofBand = () => state.look.by === "months";
  const bandIndex = () => Math.max(
    0,
    state.bands.findIndex((band) => band.name === state.look.band)
  );
  const there = (month2) => state.status[month2] === status.THERE;
  const waits = (month2) => !there(month2) && state.status[month2] !== status.ABSENT && state.status[month2] !== status.BROKEN;
  const lacks = (month2) => {
    if (waits(month2)) return state.failed ? "not read" : state.sample === null ? "" : "loading";
    return state.status[month2] === status.BROKEN ? "broken" : "no mosaic";
  };
  const place = (t) => ofBand() ? { month: t.i, band: bandIndex() } : { month: state.month, band: t.i };
  const lowerThere = (t) => {
    const { month: month2, band } = place(t);
    return there(month2) && !state.empty.has(`${month2},${band}`);
  };
  const said = (month2, on) => on ? "" : waits(month2) ? lacks(month2) ? `, ${lacks(month2)}` : "" : ", missing";
  let large = (
    /** @type {ReturnType<typeof makeLarge> | null} */
    null
  );
  const largeMonth = () => state.large.month ?? state.month;
  const tileOf = ({ month: month2, band }) => band !== "" && lower2[ofBand() ? month2 : state.bands.findIndex((one2) => one2.name === band)] || months[month2];
  const neighbour = (step) => {
    const { band } = state.large;
    if (band === "" || ofBand()) {
      const month2 = largeMonth() + step;
      return month2 >= 0 && month2 < 12 ? { month: month2, band, name: `${MONTHS[month2]} 2018` } : null;
    }
    const next = state.bands[state.bands.findIndex((one2) => one2.name === band) + step];
    return next ? { month: largeMonth(), band: next.name, name: `${next.name} ${next.title}` } : null;
  };
  const facts = () => {
    const month2 = largeMonth(), { band } = state.large;
    const index = state.bands.findIndex((one2) => one2.name === band);
    const empty2 = band === "" ? false : state.empty.has(`${month2},${index}`);
    const on = there(month2) && !empty2;
    const atlas = band === "" ? state.rgb : state.grey;
    const of = state.bands[index];
    return {
      ticket: state.ticket,
      sample: state.sample ?? null,
      place: state.place,
      month: month2,
      chosenMonth: state.large.month,
      band,
      title: of ? `${of.name} ${of.title}, ${of.wavelength} nm` : state.look.twin ? state.look.title : "True colour",
      note: state.iso?.slice(0, 4) === "2019" && state.large.month === null ? "the mosaics end in 2018" : "",
      lack: on ? "" : empty2 ? "no data" : state.status[month2] === status.BROKEN && state.reasons[month2] || lacks(month2),
      picture: on && atlas ? { image: atlas, x: (band === "" ? month2 : index) * PIXELS, y: band === "" ? 0 : month2 * PIXELS } : null,
      legend: band === "" ? state.legend : null,
      credit: state.credit,
      planetCredit: state.planetCredit,
      neighbours: { previous: neighbour(-1)?.name ?? "", next: neighbour(1)?.name ?? "" }
    };
  };
  const seekMonth = (month2) => {
    page.emit("seek", { time: middleOfMonth(month2) });
    return state.month === month2 ? null : month2;
  };
  const setLarge = (value2) => {
    state.large = value2;
    if (value2 && !large) {
      large = makeLarge({ model, page, facts, onStep: stepLarge, onClose: closeLarge });
      large.setPins(state.pins);
      large.setRegions(state.regions, "");
      root2.append(large.el);
    } else if (!value2 && large) {
      large.remove();
      large = null;
    }
    makeRoom();
  };
  const openLarge = (t) => {
    const { month: month2, band } = t.kind === "month" ? { month: t.i, band: "" } : { ...place(t), band: state.bands[place(t).band]?.name };
    if (band === void 0) return;
    setLarge({ month: seekMonth(month2), band });
    large.draw();
    large.tell();
    large.focus();
  };
  const stepLarge = (by2) => {
    const to = neighbour(by2);
    if (!to) return;
    if (to.month !== largeMonth()) {
      state.large = { ...state.large, month: to.month };
      state.large.month = seekMonth(to.month);
    } else {
      state.large = { ...state.large, band: to.band };
      if (to.band !== state.look.band) send({ band: to.band });
    }
    large.draw();
    large.tell();
  };
  const closeLarge = () => {
    const tile2 = tileOf({ month: largeMonth(), band: state.large.band });
    setLarge(null);
    drawMonths();
    drawAllPins();
    model.send_msg({ type: "large", mode: "", month: null, band: "", scale: 1, row: 0, col: 0 });
    for (const t of tile2.kind === "month" ? months : lower2) t.box.tabIndex = t === tile2 ? 0 : -1;
    tile2.box.focus({ preventScroll: true });
  };
  let cover = noLandCover();
  const setCover = (value2) => {
    cover = value2;
    soon("pins");
  };
  const paint = (t, atlas, x, y, on, why, waiting) => {
    const context = t.canvas.getContext("2d");
    context.clearRect(0, 0, PIXELS, PIXELS);
    if (on && atlas) context.drawImage(atlas, x * PIXELS, y * PIXELS, PIXELS, PIXELS, 0, 0, PIXELS, PIXELS);
    t.why.textContent = on ? "" : why;
    t.box.classList.toggle("empty", !on);
    t.box.classList.toggle("waiting", waiting);
  };
  const outline2 = (context, points, width, colour) => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.closePath();
    context.stroke();
  };
  const drawPins = (t, on, side) => {
    const context = fitCanvas(t.over, side, side);
    if (!on) return;
    if (cover.canvas) {
      context.globalAlpha = cover.opacity;
      context.imageSmoothingEnabled = false;
      context.drawImage(cover.canvas, 0, 0, side, side);
      context.globalAlpha = 1;
    }
    const unit2 = side / 200;
    for (const { kind, points, colour } of state.regions) {
      const corners = kind === "box" ? [points[0], [points[0][0], points[1][1]], points[1], [points[1][0], points[0][1]]] : points;
      const shape = corners.map(([row, col]) => [col * unit2, row * unit2]);
      outline2(context, shape, 3, "rgba(0,0,0,.55)");
      outline2(context, shape, 1.5, colour);
    }
    state.pins.forEach((pin, i) => {
      const x = (pin.col + 0.5) * unit2, y = (pin.row + 0.5) * unit2;
      drawTenMetre(context, pin, unit2);
      drawArms(context, x, y, pin.colour, { from: 3, to: i === state.pins.length - 1 ? 9 : 5, width: 1.5 });
      if (state.pins.length > 1) drawWords(context, String(i + 1), x + 4, y - 3, Math.min(12, Math.max(9, side / 9)));
    });
  };
  const drawAllPins = () => {
    const sides = [months, lower2].map(([t]) => t.over.clientWidth);
    for (const t of months) drawPins(t, there(t.i), sides[0]);
    for (const t of lower2) drawPins(t, lowerThere(t), sides[1]);
  };
  const drawMonths = () => {
    for (const t of months) {
      paint(t, state.rgb, t.i, 0, there(t.i), lacks(t.i), waits(t.i));
      t.text.textContent = MONTHS[t.i];
      t.box.title = there(t.i) ? `${MONTHS[t.i]} 2018` : `${MONTHS[t.i]} 2018: ${state.reasons[t.i] ?? lacks(t.i)}`;
      t.box.setAttribute("aria-label", `${MONTHS[t.i]} 2018${said(t.i, there(t.i))}`);
    }
    drawLower();
  };
  const drawLower = () => {
    for (const t of months) t.box.setAttribute("aria-pressed", String(t.i === state.month));
    const band = state.bands[bandIndex()];
    const later = state.iso?.slice(0, 4) === "2019" ? " (same month; the mosaics end in 2018)" : "";
    chosen.textContent = ofBand() ? later : `Bands of ${MONTHS[state.month]} 2018${later}`;
    lowerGroup.setAttribute("aria-label", ofBand() ? "Months of the band" : "Bands of the month");
    bandList.hidden = !ofBand();
    for (const t of lower2) {
      const at = place(t);
      const on = lowerThere(t);
      const lack = there(at.month) ? "no data" : lacks(at.month);
      paint(
        t,
        state.grey,
        at.band,
        at.month,
        on,
        !there(at.month) && !waits(at.month) && !ofBand() ? "–" : lack,
        waits(at.month)
      );
      const of = state.bands[at.band];
      const name = of ? `${of.name} ${of.title}, ${of.wavelength} nm` : "";
      if (ofBand()) t.text.textContent = MONTHS[t.i];
      else t.text.replaceChildren(element("b", {}, of?.name ?? ""), of ? ` ${Math.round(of.wavelength)}` : "");
      t.box.title = ofBand() ? `${name}, ${MONTHS[t.i]} 2018${on ? "" : `: ${state.reasons[t.i] ?? lack}`}` : name;
      t.box.setAttribute(
        "aria-label",
        ofBand() ? `${MONTHS[t.i]} 2018, ${band?.name ?? ""}${said(at.month, on)}` : name
      );
      t.box.setAttribute("aria-pressed", String(ofBand() ? t.i === state.month : t.i === bandIndex()));
    }
    wander(upperGroup, months);
    wander(lowerGroup, lower2);
    soon("pins");
  };
  const soon = makeSoon((parts) => {
    if (parts.has("months")) drawMonths();
    else if (parts.has("lower")) drawLower();
    else drawAllPins();
  }, 40);
  const number5 = (value2) => Math.abs(value2) >= 100 ? value2.toFixed(0) : Math.abs(value2) >= 1 ? value2.toFixed(2) : value2.toFixed(3);
  const drawLegend2 = (data) => {
    legend.hidden = !data || Boolean(state.large?.band);
    if (!data) return;
    const ends = [data.low, data.high].map((value2, i) => value2 === null ? ["low", "high"][i] : number5(value2));
    const bar2 = element("i", { role: "img", "aria-label": `${data.title}, from ${ends[0]} to ${ends[1]}` });
    bar2.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`;
    legend.replaceChildren(
      element("span", { class: "of", title: data.title }, data.title),
      element("b", {}, ends[0]),
      bar2,
      element("b", {}, ends[1])
    );
  };
  const pixelAt = (t, event) => {
    const box2 = t.box.querySelector(".frame").getBoundingClientRect();
    const at = (v, size) => middleOfPixel(v / size * SIZE, PIXELS);
    return { row: at(event.clientY + 0.5 - box2.top, box2.height), col: at(event.clientX + 0.5 - box2.left, box2.width) };
  };
  const choose = (t) => {
    if (t.kind === "month" || ofBand()) page.emit("seek", { time: middleOfMonth(t.i) });
    else if (state.bands[t.i] && state.bands[t.i].name !== state.look.band) send({ band: state.bands[t.i].name });
  };
  for (const t of [...months, ...lower2]) {
    t.box.addEventListener("click", (event) => {
      const pins = event.shiftKey || event.ctrlKey || event.metaKey;
      if (!pins || event.detail === 0) choose(t);
      else if (t.kind === "month" ? there(t.i) : lowerThere(t))
        model.send_msg({ type: "pixel_clicked", ...pixelAt(t, event), add: true });
    });
    t.box.addEventListener("dblclick", (event) => {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey) openLarge(t);
    });
    t.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.repeat) return;
      event.preventDefault();
      choose(t);
      openLarge(t);
    });
  }
  const wander = (group2, tiles) => {
    const root3 = group2.getRootNode();
    const at = tiles.find((t) => t.box === root3.activeElement) ?? tiles.find((t) => t.box.getAttribute("aria-pressed") === "true") ?? tiles[0];
    for (const t of tiles) t.box.tabIndex = t === at ? 0 : -1;
  };
  const walk = (group2, tiles) => group2.addEventListener("keydown", (event) => {
    const from = tiles.findIndex((t) => t.box === event.target);
    const across = getComputedStyle(group2).gridTemplateColumns.split(" ").length;
    const by2 = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across, Home: -from, End: 11 - from }[event.key];
    if (from < 0 || by2 === void 0) return;
    event.preventDefault();
    const to = from + by2;
    if (to < 0 || to > 11) return;
    for (const t of tiles) t.box.tabIndex = t === tiles[to] ? 0 : -1;
    tiles[to].box.focus();
  });
  page.on("land-cover", setCover, gone.signal);
  page.emit("ask-land-cover", { take: setCover });
  walk(upperGroup, months);
  walk(lowerGroup, lower2);
  page.on(
    "date",
    ({ iso }) => {
      if (!iso) return;
      const month2 = Number(iso.slice(5, 7)) - 1;
      const changed = month2 !== state.month || iso.slice(0, 4) !== state.iso?.slice(0, 4);
      state.iso = iso;
      state.month = month2;
      if (!changed) return;
      drawLower();
      if (state.large?.month === null) {
        large.draw();
        large.tell();
      }
    },
    gone.signal
  );
  const panel = () => {
    let node = el;
    while (node && node.getAttribute?.("role") !== "region")
      node = node.parentElement ?? node.getRootNode()?.host ?? null;
    return node;
  };
  const isAlone = () => panel()?.getRootNode().host?.classList.contains("only-sentinel") ?? false;
  const setRoom = (name, value2) => panel()?.style.setProperty(name, value2);
  const isStacked = () => stacked.matches && !isAlone();
  const heightOf = (node) => node.getBoundingClientRect().height;
  const layTiles = (withSpectrum) => {
    const region = panel();
    if (!region || !root2.clientWidth) return;
    root2.classList.remove("in-two");
    const { paddingTop, paddingBottom, rowGap } = getComputedStyle(region);
    const [above, below, gap] = [paddingTop, paddingBottom, rowGap].map((v) => Number.parseFloat(v) || 0);
    const content = region.clientHeight - above - below;
    const heading = root2.getBoundingClientRect().top - region.getBoundingClientRect().top - region.clientTop - above;
    const [upper, lowerHeight, ...others] = [upperBar, lowerBar, legend, hint].map(heightOf);
    const own = [upper, ...others].reduce((sum, height2) => sum + (height2 && height2 + ROW_GAP), 0);
    const height = isStacked() ? 1.15 * window.innerHeight : content - heading - own - (withSpectrum ? spectrumHeight(content) + gap : 0);
    const bar2 = (lowerHeight && lowerHeight + ROW_GAP) + ROW_GAP;
    const { edge, columns, beside } = arrange({ width: root2.clientWidth, height, bar: bar2 });
    root2.classList.toggle("in-two", beside);
    for (const group2 of [upperGroup, lowerGroup]) group2.style.setProperty("--columns", `repeat(${columns}, ${edge}px)`);
  };
  let watched = null;
  const makeRoom = () => {
    if (window.matchMedia("print").matches) return;
    const region = panel();
    if (region && region !== watched) resized.observe(region);
    watched = region;
    const alone = isAlone();
    const tight = alone ? lowAlone.matches : low.matches;
    const wanted = state.look.room || (tight ? "images" : "");
    const isLarge = Boolean(state.large);
    for (const part of images) part.hidden = isLarge || wanted === "spectrum";
    room.hidden = enlarge.hidden = isLarge;
    legend.hidden = !state.legend || isLarge && state.large.band !== "";
    list.box.hidden = isLarge && state.large.band !== "";
    root2.classList.toggle("holds-large", isLarge);
    setRoom("--pictures-flex", isLarge && !isStacked() ? "1 1 0" : "none");
    setRoom(
      "--pictures-height",
      isLarge && isStacked() ? `${Math.round(Math.min(root2.clientWidth + 70, 0.86 * window.innerHeight))}px` : "auto"
    );
    setRoom("--spectrum-shown", wanted === "images" || isLarge && !isStacked() ? "none" : "flex");
    setRoom("--spectrum-flex", alone ? "1 1 0" : "none");
    setRoom("--spectrum-height", alone ? "auto" : "320px");
    setRoom("--spectrum-note", wanted === "" && scarce.matches && !alone ? "none" : "block");
    for (const item of room.children) {
      item.hidden = tight && item.dataset.value === "";
      item.setAttribute("aria-pressed", String(item.dataset.value === wanted));
    }
    if (!images[0].hidden) layTiles(wanted !== "images");
  };
  for (const query of [low, lowAlone, scarce, stacked]) query.listen(makeRoom, { signal: gone.signal });
  const bitmap = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }));
  let menu = {};
  const drawMenu = () => {
    const { composite, title, twin } = state.look;
    const entries = entriesOf(menu);
    const own = { value: "", text: `As the animation${twin && !composite ? `: ${title}` : ""}`, title: "", group: "" };
    const other = { value: composite, text: title, title: "", group: "" };
    const more = composite && !entries.some(({ value: value2 }) => value2 === composite) ? [own, other] : [own];
    list.show([...more.map((one2) => ({ ...one2, short: one2.text })), ...entries], composite);
  };
  const say = () => {
    if (note.classList.contains("error")) return;
    const count2 = state.status.filter((s) => s === status.THERE).length;
    const settled = state.rgb || state.status.every((s) => s !== status.WAITING);
    const parts = [];
    if (settled)
      parts.push(
        count2 === 0 ? "No Sentinel-2 mosaic of this sample is in the corpus" : count2 < 12 ? `${count2} of 12 months` : ""
      );
    if (count2 && !state.look.twin) parts.push("true colour: it has no bands for the animation's");
    note.textContent = parts.filter(Boolean).join(" · ");
  };
  listen(model, {
    open(data) {
      Object.assign(state, {
        ticket: data.ticket,
        sample: data.sample ?? null,
        failed: false,
        bands: data.bands,
        place: data.bounds && { bounds: data.bounds, corners: data.corners, zone: data.sample.slice(0, 3) },
        credit: data.credit,
        planetCredit: data.planet_credit,
        legend: null,
        status: new Array(12).fill(status.WAITING),
        reasons: {},
        empty: /* @__PURE__ */ new Set(),
        rgb: null,
        grey: null
      });
      bandList.replaceChildren(
        ...data.bands.map((band) => element("option", { value: band.name }, `${band.name} ${band.title}`))
      );
      bandList.value = state.look.band;
      note.textContent = data.sample ? "reading …" : "Click a sample on the map";
      note.classList.remove("error");
      drawLegend2(null);
      soon("months");
      large?.draw();
    },
    menu(data) {
      menu = data.groups;
      drawMenu();
    },
    look(data) {
      state.look = data;
      for (const item of by.children) item.setAttribute("aria-pressed", String(item.dataset.value === data.by));
      bandList.value = data.band;
      drawMenu();
      makeRoom();
      if (state.rgb) say();
      if (data.problem) note.textContent = data.problem;
      soon("lower");
      large?.draw();
    },
    async pictures(data) {
      if (data.ticket !== state.ticket) return;
      const [rgb3, grey] = await Promise.all([data.rgb ? bitmap(data.rgb) : null, data.grey ? bitmap(data.grey) : null]);
      if (data.ticket !== state.ticket) return;
      Object.assign(state, {
        status: data.status,
        reasons: data.reasons,
        empty: new Set(data.empty),
        rgb: rgb3,
        grey: grey ?? state.grey,
        legend: data.legend
      });
      say();
      drawLegend2(data.legend);
      drawMonths();
      drawAllPins();
      large?.draw();
      mark("bands-drawn", { sample: data.sample, months: data.status.filter((s) => s === status.THERE).length });
    },
    large(data) {
      if (!data.mode) {
        setLarge(null);
        soon("months");
        return;
      }
      setLarge({ month: data.month === null ? null : data.month - 1, band: data.band });
      large.lookAt(data.mode, data);
    },
    under(data) {
      large?.came(data);
    },
    pins(data) {
      state.pins = data.pins;
      large?.setPins(data.pins);
      soon("pins");
    },
    regions(data) {
      state.regions = data.regions;
      large?.setRegions(data.regions, data.problem);
      soon("pins");
    },
    error(data) {
      if (data.ticket !== state.ticket) return;
      note.classList.add("error");
      state.failed = true;
      page.emit("reading-failed", "s2");
      soon("months");
      large?.draw();
      note.replaceChildren(
        data.text,
        element("button", { type: "button", onclick: () => model.send_msg({ type: "retry" }) }, "Try again")
      );
    }
  });
  const resized = new ResizeObserver(() => {
    makeRoom();
    if (state.large) return;
    drawMonths();
    drawAllPins();
  });
  resized.observe(root2);
  model.on("remove", () => {
    gone.abort();
    large?.remove();
    resized.disconnect();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/sentinel2/spectrum.js
var spectrum_exports = {};
__export(spectrum_exports, {
  render: () => render20
});
var CLASS_INK = "#7d8a92";
var PARTS3 = {
  class: ({ x, y }, at) => areas({ xs: x.length ? [x] : [], ys: [y], colour: [CLASS_INK] }, at, { opacity: 0.28 }),
  "class-line": lines,
  bars: ({ xs, ys, colour, alpha }, at) => bars(
    {
      x0: xs.map((x) => x[0]),
      x1: xs.map((x) => x[1]),
      y0: ys.map((y) => y[0]),
      y1: ys.map((y) => y[1]),
      colour: (i) => colour[i],
      alpha
    },
    at,
    { width: 3 }
  ),
  lines,
  dots: (c, at) => dots({ x: c.wavelength, y: c.reflectance, fill: (i) => c.fill[i], edge: (i) => c.edge[i] }, at, {
    radius: 3,
    width: 1.6
  }),
  labels(c, at) {
    const marks = labels({ x: c.wavelength, y: c.reflectance, text: c.text, colour: c.colour }, at, {});
    const wide = Math.max(0, ...c.text.map((text) => 7.5 * text.length)) + 5;
    moveApart(
      marks.map(([, words]) => (
        /** @type {any} */
        words
      )),
      { top: at.top + 10, bottom: at.bottom },
      13,
      wide
    );
    return marks;
  },
  class_name: (c, at) => labels(c, at, {})
};
function render20({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const DASHES2 = ["solid", "dashed", "dotted", "dotdash"];
  const NEAR_DAYS = 15;
  let now = null;
  let spectra = null, look = { months: [], typical: false, most: 4 }, typical = null;
  let shown = 0, later = 0, ask = 0;
  const choices2 = makeChoices(model, (data) => {
    look = data;
    drawBar2();
    askClass();
    show();
  });
  const send = (what) => {
    look = { ...look, ...what };
    drawBar2();
    choices2.send({ type: "look", ...what });
  };
  const toggles = MONTHS.map(
    (text, i) => element(
      "button",
      {
        type: "button",
        title: `${text} together with the others`,
        "aria-label": `Spectrum of ${text}`,
        onclick: () => send({
          months: look.months.includes(i + 1) ? look.months.filter((m) => m !== i + 1) : [...look.months, i + 1]
        })
      },
      text[0]
    )
  );
  const classes = element(
    "button",
    {
      type: "button",
      title: "What is typical of the sample's largest class: median and 10 to 90 % of other samples",
      "aria-pressed": "false",
      onclick: () => send({ typical: !look.typical })
    },
    "Class"
  );
  const files = [
    element("button", { type: "button", title: "The chart as PNG", onclick: () => picture("png") }, "PNG"),
    element("button", { type: "button", title: "The chart as SVG", onclick: () => picture("svg") }, "SVG"),
    element(
      "button",
      {
        type: "button",
        title: "The spectra that are shown, as a table",
        onclick: () => model.send_msg({ type: "csv", index: now?.index ?? 0 })
      },
      "CSV"
    )
  ];
  const note = element("div", { class: "note", role: "status" });
  const tip = element("div", { class: "hover", role: "tooltip", "aria-label": "Values at the pointer", hidden: true });
  const room = element("div", { class: "room" });
  const chart = makeChart(room, {
    name: "spectrum",
    label: "Spectrum: reflectance against wavelength",
    x: [400, 2500],
    // nm, until the axes come
    yLabel: "Reflectance",
    xText: (value2) => `${value2} nm`,
    // the unit stands at the numbers: a line for it alone would take a fifth of a low plot
    parts: PARTS3,
    extents: {
      scale: (lists) => lists,
      class: ({ y }) => [y],
      bars: ({ ys }) => ys,
      lines: ({ ys }) => ys,
      dots: ({ reflectance }) => [reflectance]
    },
    fit: { from: 0, least: 0.05 },
    hover: (place) => read(place)
  });
  const bar2 = element(
    "div",
    { class: "bar" },
    element("div", { class: "segments", role: "group", "aria-label": "Months of the spectrum" }, ...toggles),
    classes,
    element("div", { class: "segments files", role: "group", "aria-label": "Download the spectrum" }, ...files)
  );
  el.append(element("div", { class: "whole" }, bar2, note, room), tip);
  const month2 = () => now ? Number(now.iso.slice(5, 7)) : 1;
  const wanted = () => look.months.length ? look.months : [month2()];
  const ofClass = () => wanted().includes(month2()) ? month2() : wanted()[0];
  const drawBar2 = () => {
    const chosen = wanted();
    toggles.forEach((item, i) => {
      item.setAttribute("aria-pressed", String(look.months.includes(i + 1)));
      item.classList.toggle("now", i + 1 === month2());
      item.disabled = look.months.length >= look.most && !look.months.includes(i + 1);
    });
    classes.setAttribute("aria-pressed", String(look.typical));
    const parts = [`Sentinel-2 ${chosen.map((m) => MONTHS[m - 1]).join(", ")} 2018 ●`, "Planet Fusion ○"];
    if (look.typical) parts.push(typical?.month === ofClass() ? typical.text : "the class is being read …");
    note.textContent = parts.join(" · ");
    note.title = note.textContent;
  };
  const planetDate = (m) => {
    if (look.months.length) return spectra.middles[m - 1] ?? -1;
    let best = -1;
    spectra.there.forEach((i) => {
      if (best < 0 || Math.abs(i - now.index) < Math.abs(best - now.index)) best = i;
    });
    return best >= 0 && Math.abs(best - now.index) * 5 <= NEAR_DAYS ? best : -1;
  };
  const show = () => {
    if (!spectra || !now) return;
    shown = performance.now();
    const curves = { xs: [], ys: [], colour: [], dash: [], alpha: [] };
    const spans = { xs: [], ys: [], colour: [], alpha: [] };
    const points = {
      wavelength: [],
      reflectance: [],
      fill: [],
      edge: [],
      band: [],
      sensor: [],
      place: [],
      date: [],
      width: [],
      spread: []
    };
    const words = { wavelength: [], reflectance: [], text: [], colour: [] };
    const months = wanted();
    const add = (place, sensor, { names, wavelengths, widths }, values, spread, date3, alpha, fill) => wavelengths.forEach((wavelength, i) => {
      if (!Number.isFinite(values[i])) return;
      const [low2, high2] = spread ? [spread.low[i], spread.high[i]] : [];
      const row = {
        wavelength,
        reflectance: values[i],
        fill,
        edge: place.colour,
        band: names[i],
        sensor,
        place: place.name,
        date: date3,
        width: widths[i],
        spread: spread ? `, 10 to 90 %: ${low2.toFixed(4)} to ${high2.toFixed(4)}` : ""
      };
      for (const [column, value2] of Object.entries(row)) points[column].push(value2);
      const bar3 = (xs, ys) => {
        spans.xs.push(xs);
        spans.ys.push(ys);
        spans.colour.push(place.colour);
        spans.alpha.push(alpha * 0.55);
      };
      bar3([wavelength - widths[i] / 2, wavelength + widths[i] / 2], [values[i], values[i]]);
      if (spread) bar3([wavelength, wavelength], [low2, high2]);
    });
    for (const place of spectra.places) {
      months.forEach((m, k) => {
        const alpha = 1 - 0.18 * k;
        const s2 = place.s2[m - 1];
        const measured = spectra.s2.wavelengths.map((_, i2) => i2).filter((i2) => Number.isFinite(s2[i2]));
        curves.xs.push(measured.map((i2) => spectra.s2.wavelengths[i2]));
        curves.ys.push(measured.map((i2) => s2[i2]));
        curves.colour.push(place.colour);
        curves.dash.push(DASHES2[k]);
        curves.alpha.push(alpha);
        add(
          place,
          "Sentinel-2",
          spectra.s2,
          s2,
          place.spread && { low: place.spread.s2low[m - 1], high: place.spread.s2high[m - 1] },
          `${MONTHS[m - 1]} 2018`,
          alpha,
          place.colour
        );
        const i = planetDate(m);
        if (i >= 0)
          add(
            place,
            "Planet Fusion",
            spectra.pf,
            place.pf[i],
            place.spread && { low: place.spread.pflow[i], high: place.spread.pfhigh[i] },
            spectra.dates[i],
            alpha,
            "#ffffff"
          );
        const last = measured.at(-1);
        if (last !== void 0 && (months.length > 1 || spectra.places.length > 1)) {
          words.wavelength.push(spectra.s2.wavelengths[last] + spectra.s2.widths[last] / 2 + 15);
          words.reflectance.push(s2[last]);
          words.text.push(
            [spectra.places.length > 1 ? place.short : "", months.length > 1 ? MONTHS[m - 1] : ""].filter(Boolean).join(" ")
          );
          words.colour.push(place.colour);
        }
      });
    }
    const known = look.typical && typical?.month === ofClass() && typical.median ? typical : null;
    const back = known ? [...known.wavelengths].reverse() : [];
    chart.set(
      "class",
      known ? { x: [...known.wavelengths, ...back], y: [...known.low, ...[...known.high].reverse()] } : { x: [], y: [] }
    );
    chart.set(
      "class-line",
      known ? { xs: [known.wavelengths], ys: [known.median], colour: [CLASS_INK], width: [1.4] } : { xs: [], ys: [], colour: [] }
    );
    chart.set("bars", spans);
    chart.set("lines", curves);
    chart.set("dots", points);
    chart.set("labels", words);
    const [low, high] = chart.view.y;
    chart.set("class_name", {
      x: known ? [1e3] : [],
      y: known ? [low + (high - low) * 0.93] : [],
      text: known ? [known.short] : [],
      colour: [CLASS_INK]
    });
  };
  const REACH4 = 8;
  const read = (place) => {
    const points = chart.columns.dots;
    let nearest = null;
    for (const wavelength of place && points ? points.wavelength : [])
      if (nearest === null || Math.abs(wavelength - place.x) < Math.abs(nearest - place.x)) nearest = wavelength;
    tip.hidden = nearest === null || chart.wide(nearest, place.x) > REACH4;
    if (tip.hidden) return;
    const near = points.wavelength.flatMap((w, i) => chart.wide(w, nearest) <= REACH4 / 2 ? [i] : []);
    tip.replaceChildren(
      ...near.map((i) => {
        const dot2 = element("i");
        dot2.style.background = points.edge[i];
        const [value2, width] = [points.reflectance[i].toFixed(4), Math.round(points.width[i])];
        return element(
          "div",
          {},
          dot2,
          element("b", {}, points.band[i]),
          ` ${value2}${points.spread[i]} `,
          element(
            "span",
            {},
            `${Math.round(points.wavelength[i])} nm, ${width} nm wide · ${points.sensor[i]} ${points.date[i]} · ${points.place[i]}`
          )
        );
      })
    );
    placeBeside(tip, place.left, place.top);
  };
  const scaleToAll = () => chart.set(
    "scale",
    spectra.places.flatMap((place) => [
      ...place.s2,
      ...place.pf,
      ...place.spread ? [...place.spread.s2high, ...place.spread.pfhigh] : []
    ])
  );
  const askClass = () => {
    clearTimeout(ask);
    if (!look.typical || !now || typical?.month === ofClass()) return;
    ask = setTimeout(() => model.send_msg({ type: "typical", month: ofClass() }), 250);
  };
  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return;
      const changed = detail.iso.slice(0, 7) !== now?.iso.slice(0, 7);
      now = detail;
      if (changed) drawBar2();
      askClass();
      clearTimeout(later);
      const wait = 100 - (performance.now() - shown);
      if (wait <= 0) show();
      else later = setTimeout(show, wait);
    },
    gone.signal
  );
  const save = (blob, ending) => saveFile(`${spectra?.sample ?? "sample"}_spectrum.${ending}`, blob);
  const picture = async (kind) => {
    if (!spectra) return;
    const notes = [
      note.textContent,
      ...spectra.places.map((place) => `${place.short}: ${place.name}`),
      ...spectra.notes
    ];
    const drawn = chartsAsSvg([chart.picture()], { title: `Spectrum of ${spectra.sample}`, notes }, el);
    save(kind === "svg" ? new Blob([drawn.text], { type: "image/svg+xml" }) : await svgAsPng(drawn), kind);
  };
  const unpack = ({ places, values, ...rest }) => {
    const all = plainArray(values);
    let at = 0;
    const rows = (count2, { names }) => Array.from({ length: count2 }, () => all.subarray(at, at += names.length));
    const both = () => [rows(MONTHS.length, axes.s2), rows(axes.dates.length, axes.pf)];
    return {
      ...rest,
      ...axes,
      places: places.map((place) => {
        const [s2, pf] = both();
        if (!place.spread) return { ...place, s2, pf, spread: null };
        const [[s2low, pflow], [s2high, pfhigh]] = [both(), both()];
        return { ...place, s2, pf, spread: { s2low, pflow, s2high, pfhigh } };
      })
    };
  };
  let axes = null;
  listen(model, {
    axes(data) {
      axes = data;
      const ends = [data.s2, data.pf].flatMap(({ wavelengths, widths }) => wavelengths.map((w, i) => w + widths[i]));
      chart.span([400, Math.max(...ends) + 140]);
    },
    spectra(data) {
      if (data.fresh) {
        chart.forget();
        typical = null;
      }
      spectra = unpack(data);
      scaleToAll();
      show();
      drawBar2();
      askClass();
      if (data.places.length) mark("spectrum-drawn", { places: data.places.length });
    },
    look: choices2.told,
    acknowledged: choices2.acknowledged,
    typical(data) {
      typical = data;
      show();
      drawBar2();
      mark("class-drawn", { month: data.month });
    },
    file(data) {
      save(new Blob([data.text], { type: "text/csv" }), "csv");
    }
  });
  model.on("remove", () => {
    gone.abort();
    chart.remove();
    clearTimeout(later);
    clearTimeout(ask);
  });
  drawBar2();
  model.send_msg({ type: "ready" });
}

// explorer/views/share/share.js
var share_exports = {};
__export(share_exports, {
  render: () => render21
});
function render21({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const NAMES = {
    ".gif": "GIF",
    ".mp4": "MP4 (H.264)",
    ".webm": "WebM (VP9)",
    ".webp": "WebP",
    ".nc": "netCDF",
    ".zarr.zip": "Zarr, zipped",
    ".png": "PNG",
    ".svg": "SVG",
    ".pdf": "PDF"
  };
  const state = {
    offer: (
      /** @type {Told["offer"] | null} */
      null
    ),
    now: (
      /** @type {Told["state"] | null} */
      null
    ),
    busy: false,
    pieces: (
      /** @type {ArrayBuffer[]} */
      []
    ),
    file: (
      /** @type {Told["file"] | null} */
      null
    ),
    view: ""
  };
  const button2 = (text2, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text2);
  const select2 = (label, options) => element("select", { "aria-label": label }, ...options.map(([value2, text2]) => element("option", { value: value2 }, text2)));
  const endings = (label, list) => select2(
    label,
    list.map((ending) => [ending, NAMES[ending]])
  );
  const check = (text2, checked = true) => {
    const input = element("input", { type: "checkbox", checked });
    return { input, el: element("label", { class: "check" }, input, text2) };
  };
  const row = (name, ...children2) => element(
    "div",
    { class: "row" },
    element("span", { class: "name" }, name),
    element("div", { class: "line" }, ...children2)
  );
  const makers = [];
  const maker = (name, words) => {
    const one2 = button2(
      "Download",
      () => {
        if (state.busy) return;
        trouble.textContent = "";
        model.send_msg({ type: "make", first: first.value, last: last.value, ...words() });
      },
      { "aria-label": `Download ${name}`, class: "make" }
    );
    makers.push(one2);
    return one2;
  };
  const link = element("input", {
    class: "link",
    readonly: true,
    "aria-label": "Link to this view",
    spellcheck: "false",
    onfocus: () => link.select()
  });
  const said = element("span", { class: "said", role: "status" });
  const linkHint = element("p", { class: "hint" });
  const copy = async (text2, field, where) => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text2);
      done = true;
    } catch {
      const old = element("textarea", { class: "aside", readonly: true, "aria-hidden": "true" });
      old.value = text2;
      panel.append(old);
      old.select();
      done = document.execCommand("copy");
      old.remove();
    }
    if (!done) mark_text(field);
    where.textContent = done ? "Copied" : "Marked: press Ctrl+C";
    setTimeout(() => {
      where.textContent = "";
    }, 4e3);
  };
  const mark_text = (field) => {
    if (field.select) {
      field.focus();
      field.select();
      return;
    }
    const range2 = document.createRange();
    range2.selectNodeContents(field);
    const selection2 = window.getSelection();
    selection2.removeAllRanges();
    selection2.addRange(range2);
  };
  const copyLink = button2("Copy link", () => copy(link.value, link, said), { class: "main" });
  const first = select2("First date", []), last = select2("Last date", []);
  const all = button2("All dates", () => setRange(0, -1), { title: "From the first to the last date of the calendar" });
  const setRange = (from, to) => {
    first.selectedIndex = from;
    last.selectedIndex = to < 0 ? last.options.length - 1 : to;
  };
  const format2 = endings("Format of the animation", [".mp4", ".gif", ".webm", ".webp"]);
  const speed = select2(
    "Frames a second",
    [1, 2, 5, 10, 15, 25, 30].map((n) => [n, `${n} a second`])
  );
  speed.value = "10";
  const size = select2(
    "Size",
    [1, 2, 3, 4].map((n) => [n, `${n} × (${200 * n} px)`])
  );
  size.value = "2";
  const tourFormat = endings("Format of the camera tour", [".mp4", ".webm"]);
  const tourSize = select2("Size of the camera tour", [
    [1, "640 × 360"],
    [2, "960 × 540"],
    [3, "1280 × 720"],
    [4, "1920 × 1080"]
  ]);
  tourSize.value = "3";
  const length = select2(
    "Length of the camera tour",
    [4, 6, 8, 12, 20].map((n) => [n, `${n} s`])
  );
  length.value = "8";
  const pins = check("Pins"), chart = check("Chart"), skip = check("Skip missing dates", false);
  pins.input.addEventListener("change", () => {
    chart.input.disabled = !pins.input.checked;
  });
  const products = (label) => select2(label, [
    ["PF-SR", "Planet Fusion"],
    ["S2-SR", "Sentinel-2"]
  ]);
  const whose = products("Sensor of the cube"), packed = endings("Format of the cube", [".nc", ".zarr.zip"]);
  const seenBy = products("Sensor of the picture");
  const still2 = select2("Format of the picture", [
    ["picture.png", "PNG"],
    ["picture.svg", "SVG"],
    ["picture.pdf", "PDF"],
    ["frame.tif", "GeoTIFF, as shown"],
    ["values.tif", "GeoTIFF of values"]
  ]);
  const count2 = select2("Dates of the contact sheet", []), sheetFormat = endings("Format of the contact sheet", [".png", ".svg", ".pdf"]);
  const other = select2("The other date", []), pairFormat = endings("Format of before and after", [".png", ".svg", ".pdf"]);
  const told = select2("What the page tells", [
    ["", "This view"],
    ["story", "My story"]
  ]);
  const paper = select2("Page or slides", [
    [".html", "HTML, needs no server"],
    [".pptx", "PowerPoint"],
    [".pdf", "PDF handout"]
  ]);
  const dateName = element("b");
  const numbers2 = () => ({
    pins: pins.input.checked,
    chart: chart.input.checked,
    skip: skip.input.checked,
    fps: Number(speed.value),
    scale: Number(size.value)
  });
  const lacks = element("p", { class: "hint lacks" });
  const terms = element("p", { class: "terms" });
  const filesPart = element(
    "div",
    { class: "files" },
    row("Dates", first, "to", last, all),
    row("Animation", format2, size, speed),
    row(
      "",
      pins.el,
      chart.el,
      skip.el,
      maker("the animation", () => ({ kind: "animation", ending: format2.value, ...numbers2() }))
    ),
    row("Camera tour", tourFormat, tourSize, length),
    row(
      "",
      button2(
        "Fly there",
        () => {
          setOpen(false);
          page.emit("fly-there");
        },
        { title: "Here on the page, full screen: from Europe to the pinned pixel" }
      ),
      maker("the camera tour", () => ({
        kind: "tour",
        ending: tourFormat.value,
        scale: Number(tourSize.value),
        seconds: Number(length.value)
      }))
    ),
    row(
      "Cube",
      whose,
      packed,
      maker("the cube", () => ({ kind: "cube", ending: packed.value, product: whose.value }))
    ),
    row(
      "This date",
      seenBy,
      still2,
      maker("the picture of this date", () => {
        const dot2 = still2.value.indexOf(".");
        return {
          kind: still2.value.slice(0, dot2),
          ending: still2.value.slice(dot2),
          product: seenBy.value,
          pins: pins.input.checked
        };
      })
    ),
    row(
      "Contact sheet",
      count2,
      sheetFormat,
      maker("the contact sheet", () => ({
        kind: "sheet",
        ending: sheetFormat.value,
        count: Number(count2.value),
        pins: pins.input.checked
      }))
    ),
    row(
      "Before, after",
      element("span", { class: "date" }, dateName, " and"),
      other,
      pairFormat,
      maker("before and after", () => ({
        kind: "pair",
        ending: pairFormat.value,
        other: other.value,
        pins: pins.input.checked
      }))
    ),
    row(
      "Profiles",
      element("span", { class: "grow" }, "of the pins, as CSV"),
      maker("the profiles", () => ({ kind: "profile", ending: ".csv" }))
    ),
    row(
      "Page, slides",
      told,
      paper,
      maker("page or slides", () => ({
        kind: { ".html": "page", ".pptx": "slides", ".pdf": "handout" }[paper.value],
        ending: paper.value,
        // Where the page is not a server's, its links have no address that a reader could open.
        ...state.now?.served ? { base_url: `${window.location.origin}${window.location.pathname}`.slice(0, 200) } : {},
        story: told.value === "story"
      }))
    ),
    lacks,
    terms
  );
  const doing = element("span", { class: "doing" }), bar2 = element("progress", { max: 1, "aria-label": "Progress of the file" });
  const work = element(
    "div",
    { class: "work", hidden: true },
    doing,
    bar2,
    button2("Cancel", () => model.send_msg({ type: "cancel" }))
  );
  const trouble = element("p", { class: "trouble", role: "alert" });
  const setBusy = (value2) => {
    state.busy = value2;
    work.hidden = !value2;
    if (!value2) {
      state.pieces = [];
      state.file = null;
    }
    for (const one2 of makers) one2.setAttribute("aria-disabled", String(value2));
  };
  const view = select2("View", []);
  view.addEventListener("change", () => {
    state.view = view.value;
    drawCode();
  });
  const text = element("code"), pre = element("pre", { tabindex: 0, "aria-label": "Lines of Python" }, text);
  const copied = element("span", { class: "said", role: "status" });
  const codePart = element(
    "div",
    { class: "python" },
    element(
      "div",
      { class: "line" },
      view,
      button2("Copy", () => copy(text.textContent, text, copied), { "aria-label": "Copy the lines" }),
      copied
    ),
    pre
  );
  const drawCode = () => {
    const found2 = state.now?.code ?? [];
    const chosen = found2.find((one2) => one2.view === state.view) ?? found2.find((one2) => one2.view === "planet") ?? found2[0];
    view.replaceChildren(...found2.map((one2) => element("option", { value: one2.view }, one2.title)));
    if (chosen) view.value = chosen.view;
    text.textContent = chosen?.text ?? "";
  };
  const what = element("small");
  const kept2 = element(
    "p",
    { class: "hint", hidden: true },
    "Files and lines of Python name the label: they are back once the review tells it."
  );
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Share", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Share ", what),
      button2("×", () => setOpen(false), { class: "close", "aria-label": "Close sharing" })
    ),
    element("div", { class: "line" }, link, copyLink, said),
    linkHint,
    kept2,
    element("h3", {}, "Files"),
    filesPart,
    element("h3", {}, "In Python"),
    codePart,
    element("footer", {}, work, trouble)
  );
  el.append(panel);
  const setOpen = makeDrawer(panel, "share", page, gone.signal, {
    changed: (open) => model.send_msg({ type: "open", open }),
    shown() {
      page.emit("ask-range");
      copyLink.focus();
    }
  });
  page.on(
    "range",
    (now) => {
      if (!first.options.length) return;
      setRange(...now.range);
      if (now.other >= 0) other.selectedIndex = now.other;
    },
    gone.signal
  );
  keepKeys(panel, () => setOpen(false));
  listen(model, {
    toggle() {
      setOpen(panel.hidden);
    },
    offer(data) {
      state.offer = data;
      const days = () => data.dates.map((iso) => element("option", { value: iso }, longDate(iso)));
      for (const one2 of [first, last, other]) one2.replaceChildren(...days());
      setRange(0, -1);
      count2.replaceChildren(...data.counts.map((n) => element("option", { value: n }, `${n} dates`)));
      count2.value = "12";
      terms.textContent = data.terms;
      lacks.textContent = Object.values(data.lacking).filter((v, i, list) => list.indexOf(v) === i).join(" · ");
      for (const option of [...format2.options, ...packed.options, ...paper.options, ...tourFormat.options])
        option.disabled = option.value in data.lacking;
      for (const one2 of [format2, packed])
        if (one2.selectedOptions[0]?.disabled) one2.value = [...one2.options].find((o) => !o.disabled)?.value ?? "";
      setBusy(false);
    },
    state(data) {
      const before = state.now;
      state.now = data;
      link.value = data.served ? `${window.location.origin}${window.location.pathname}${data.link}` : data.link;
      linkHint.textContent = data.served ? "Sample, date, pixels, regions, colours, charts and map: it opens as it is now." : "For Explorer(corpus, link), and behind the address of a server's page.";
      what.textContent = data.sample ? `${data.sample} · ${data.what}` : "";
      dateName.textContent = longDate(data.date);
      const index = [...other.options].findIndex((option) => option.value === data.date);
      if (before?.date !== data.date && (before === null || other.value === data.date))
        other.selectedIndex = index + 73 < other.options.length ? index + 73 : Math.max(0, index - 73);
      const values = still2.options[still2.options.length - 1];
      values.disabled = !data.values;
      values.title = data.values ? "" : "A band, index or formula has values; a colour composite has not";
      if (!data.values && still2.value === values.value) still2.selectedIndex = 0;
      told.options[1].disabled = !data.story;
      if (!data.story) told.value = "";
      kept2.hidden = !data.hidden;
      for (const part of [filesPart, codePart, ...panel.querySelectorAll("h3")]) part.hidden = data.hidden;
      drawCode();
    },
    begun(data) {
      setBusy(true);
      trouble.textContent = "";
      state.name = data.name;
      doing.textContent = `Reading for ${data.name}`;
      bar2.removeAttribute("value");
    },
    progress(data) {
      doing.textContent = `${data.reading && data.done < data.total ? "Reading for" : "Making"} ${state.name}`;
      if (data.done < data.total) bar2.value = data.done / data.total;
      else bar2.removeAttribute("value");
    },
    file(data) {
      state.file = data;
      doing.textContent = `Sending ${data.name}, ${(data.size / 1e6).toFixed(1)} MB`;
    },
    piece(data) {
      if (!state.file) return;
      state.pieces.push(data.data);
      const have = state.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      bar2.value = have / Math.max(state.file.size, 1);
      if (!data.last) {
        model.send_msg({ type: "next" });
        return;
      }
      const { name, media, size: size2 } = state.file;
      const whole = have === size2;
      const blob = new Blob(state.pieces, { type: media });
      setBusy(false);
      if (!whole) {
        trouble.textContent = `${name} did not come whole: try again.`;
        return;
      }
      saveFile(name, blob);
      mark("file-made", { name, size: size2 });
    },
    trouble(data) {
      setBusy(false);
      trouble.textContent = data.text;
    }
  });
  model.on("remove", () => gone.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/all_components.js
var all_components_default = {
  About: about_exports,
  Bars: labels_exports,
  Dataset: dataset_exports,
  Embedding: embedding_exports,
  Findings: profile_tables_exports,
  Gallery: gallery_exports,
  Grid: bands_exports,
  Head: head_exports,
  Help: help_exports,
  Judge: judge_exports,
  Legend: legend_exports,
  MapTools: map_tools_exports,
  PinList: pins_exports,
  Player: animation_exports,
  Presenter: present_exports,
  ProfileCharts: profile_charts_exports,
  ReviewPanel: review_exports,
  SampleTable: sample_table_exports,
  Share: share_exports,
  Spectrum: spectrum_exports,
  Toast: toast_exports
};
export {
  all_components_default as default
};
/*! Axes, scales and dates of the charts are D3's (d3-array, d3-axis, d3-color, d3-format, d3-interpolate, d3-scale, d3-selection,
d3-time, d3-time-format, internmap).
Copyright 2010-2026 Mike Bostock
Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that
the above copyright notice and this permission notice appear in all copies.
THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES
OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR
ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS
ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE. */
