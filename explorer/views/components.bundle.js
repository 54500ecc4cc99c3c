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

// explorer/server/shell_taken.js
var takeOver = async (show) => {
  const shell = window.explorerFirst;
  delete window.explorerFirst;
  if (!shell) return;
  const picture = await shell.picture;
  if (picture) show({ sample: shell.sample, index: shell.index, iso: shell.iso, picture });
  shell.leave();
};

// explorer/views/common/shared.js
var bus = (model) => {
  const name = (kind) => `explorer:${model.bus}:${kind}`;
  return {
    emit: (kind, detail) => window.dispatchEvent(new CustomEvent(name(kind), { detail })),
    on: (kind, listener, signal) => window.addEventListener(name(kind), (event) => listener(event.detail), { signal })
  };
};
var afterPaint = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
var listen = (model, handlers) => model.on("msg:custom", (data) => handlers[data.type]?.(data));
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
var decodePicture = async (bytes, type, exact) => {
  if (exact || !window.ImageDecoder) return createImageBitmap(new Blob([bytes], { type }));
  const decoder = new ImageDecoder({ data: bytes, type });
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
};
var makeSoon = (draw, wait = 0) => {
  let parts = null;
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
var element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== void 0 && value !== false)
      node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
};
var readNumber = (text, { min = null, max = null, step = null } = {}) => {
  const typed = text.trim().replace("−", "-");
  if (!typed) return { value: null };
  if (!/^[+-]?(\d+[.,]?\d*|[.,]\d+)$/.test(typed))
    return { problem: `“${typed.slice(0, 20)}” is no number: write for example 0.25` };
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(typed))
    return { problem: `“${typed}” can be two numbers: write ${typed.replace(",", "")} or ${typed.replace(",", ".")}` };
  const value = Number(typed.replace(",", "."));
  if (Number(step) === 1 && !Number.isInteger(value)) return { problem: `${typed} is no whole number` };
  if (min !== null && value < Number(min) || max !== null && value > Number(max))
    return {
      problem: max === null ? `${typed} is too small: ${min} or more` : min === null ? `${typed} is too large: ${max} at most` : `${typed} is not from ${min} to ${max}`
    };
  return { value };
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
    const { value, problem: why = "" } = readNumber(input.value, { min, max, step });
    say(why);
    if (why) {
      event.stopImmediatePropagation();
      return;
    }
    input.value = value === null ? "" : String(value);
    if (value !== null) input.setAttribute("aria-valuenow", value);
  });
  input.addEventListener("input", () => say(""));
  input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { value = null } = readNumber(input.value);
    const by = Number(step ?? 1), places = (String(by).split(".")[1] ?? "").length;
    const next = Math.min(
      Math.max((value ?? Number(min ?? 0)) + way * by, Number(min ?? -Infinity)),
      Number(max ?? Infinity)
    );
    input.value = String(Number(next.toFixed(Math.max(places, 1))));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return input;
};
var makeChoices = (model, show) => {
  let said = 0, heard = 0, told = (
    /** @type {T | null} */
    null
  ), timer = 0;
  const settle = () => {
    if (heard < said) return;
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
        heard = said;
        settle();
      }, 5e3);
    },
    told(data) {
      told = data;
      settle();
    },
    heard({ number }) {
      heard = Math.max(heard, number);
      settle();
    }
  };
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
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
};
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
var drawArms = (context, x, y, colour, { from, to, width = 2 }) => strokeOnDark(context, colour, width, () => traceArms(context, x, y, from, to));
var drawCross = (context, x, y, half, colour, reach = 11) => strokeOnDark(context, colour, 2, () => {
  traceArms(context, x, y, half + 1, half + reach);
  context.rect(x - half, y - half, 2 * half, 2 * half);
});
var tenMetre = (v) => Math.floor((v + 0.5) * 3 / 10);
var drawTenMetre = (context, pin, unit, left = 0, top = 0) => {
  const edge = 10 / 3 * unit;
  const x = (tenMetre(pin.col) * 10 / 3 - left) * unit, y = (tenMetre(pin.row) * 10 / 3 - top) * unit;
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
var svgElement = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
};
var icon = (name) => svgElement(
  "svg",
  { viewBox: "0 0 16 16", width: 14, height: 14, fill: "currentColor", "aria-hidden": "true" },
  svgElement("path", { d: ICONS[name] })
);
var choice = (label, options, chosen, act) => {
  const list = element(
    "select",
    { "aria-label": label, title: label },
    ...options.map(([value, text]) => element("option", { value, selected: value === chosen }, text))
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
var keepKeys = (panel, close) => panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    close();
    event.preventDefault();
  }
  event.stopPropagation();
});
var makeReturn = (panel) => {
  let from = null;
  return {
    opened() {
      from = focusedNode();
    },
    closed() {
      const wanted = from;
      from = null;
      const back = (tries) => {
        const now = focusedNode();
        if (!wanted?.isConnected || now && now !== document.body && !panel.contains(now)) return;
        if (wanted.getClientRects().length) wanted.focus({ preventScroll: true });
        else if (tries) setTimeout(() => back(tries - 1), 100);
      };
      back(30);
    }
  };
};
var keepFocus = (box, draw) => {
  const controls = () => [...box.querySelectorAll("button:not(:disabled), input, select, textarea, [tabindex='0']")];
  const nameOf = (node) => node.getAttribute("aria-label") ?? node.textContent;
  const at = controls().indexOf(box.getRootNode().activeElement), had = at < 0 ? "" : nameOf(controls()[at]);
  draw();
  if (at < 0) return;
  const now = controls();
  (now.find((node) => nameOf(node) === had) ?? now[Math.min(at, now.length - 1)])?.focus({ preventScroll: true });
};
var EDITORS = "textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit], [type=reset], [type=color], [type=file], [type=image]), [role=textbox], [role=searchbox], [role=combobox], .cm-editor, .CodeMirror, .monaco-editor, .ace_editor";
var isEditor = (node) => node.nodeType === 1 && (node.isContentEditable || node.matches(EDITORS));
var isWriting = (event) => event.composedPath().some(isEditor);
var composes = (event) => event.isComposing || event.keyCode === 229;
var explorerRoot = (el) => {
  for (let node = el; ; ) {
    const root = node.getRootNode();
    if (!(root instanceof ShadowRoot)) return node;
    node = root.host;
    if ([...root.children].some((child) => child.classList.contains("area-head"))) return node;
  }
};
var inDocument = (node) => {
  while (node.getRootNode() instanceof ShadowRoot) node = node.getRootNode().host;
  return node;
};
var isOurKey = (event, el) => {
  if (event.defaultPrevented || composes(event)) return false;
  const root = explorerRoot(el), path = event.composedPath();
  if (path.includes(root)) return true;
  const nowhere = path[0] === document.body || path[0] === document.documentElement;
  return nowhere && Boolean(inDocument(root).closest("main#page"));
};
var letterOf = ({ key, code, shiftKey }) => {
  if (key.length !== 1 || key === "?") return key;
  if (/[a-z0-9]/i.test(key)) return key.toLowerCase();
  const [, letter, digit] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code) ?? [];
  return letter?.toLowerCase() ?? (shiftKey ? key : digit ?? key);
};

// explorer/views/animation/stage.js
var SIZE = 200;
var ZOOM = { least: 1, most: 16, step: 1.25 };
var HIT = 10;
var makeStage = ({ onPick, onMovePin, onHover, onView, regions, button }) => {
  const view = { scale: 1, x: 0, y: 0 };
  let mode = "single", side = SIZE, width = SIZE, swipe = 0.5, pins = [], pressed = null;
  const makePane = (label) => {
    const canvas = element("canvas", { class: "image", width: SIZE, height: SIZE, role: "img", "aria-label": label });
    const over = element("canvas", { class: "over" });
    const date = element("div", { class: "date" }), why = element("div", { class: "why" });
    return { canvas, over, date, why, box: element("div", { class: "pane" }, canvas, over, why, date) };
  };
  const panes = [makePane("Planet Fusion image"), makePane("Planet Fusion image of the compared date")];
  const handle = element("div", {
    class: "swipe",
    role: "slider",
    tabindex: 0,
    "aria-label": "Swipe between the two dates",
    "aria-valuemin": 0,
    "aria-valuemax": 100
  });
  const scale = element("div", { class: "scale" }, element("span"));
  const north = element("div", { class: "north", "aria-hidden": "true" }, "N");
  const readout = element("div", { class: "readout" });
  const message = element("div", { class: "message", role: "status" });
  const zooms = element(
    "div",
    { class: "zooms", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoomAt(ZOOM.step ** 2)),
    button("Zoom out", "−", () => zoomAt(ZOOM.step ** -2)),
    button("Whole image", "⤢", () => reset(), { hidden: true })
  );
  const middle = () => [view.y + SIZE / view.scale / 2, view.x + SIZE / view.scale / 2];
  const drawing = makeDrawing({
    button,
    ...regions,
    middle,
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
      "aria-label": "Planet Fusion image. Click to choose a pixel, or P and the arrow keys; B draws a box, G a polygon; without them arrows step through the dates, space plays; plus and minus zoom"
    },
    ...panes.map((pane) => pane.box),
    handle,
    drawing.tags,
    north,
    scale,
    readout,
    element("div", { class: "instruments" }, zooms, drawing.bar),
    drawing.hint,
    message
  );
  const unit = () => side / SIZE * view.scale;
  const shown = (pane) => mode !== "single" || pane === panes[0];
  const place = ([row, col]) => [(col - view.x) * unit(), (row - view.y) * unit()];
  const paneAt = (event) => {
    const { left, width: wide } = panes[1].box.getBoundingClientRect();
    return mode !== "single" && event.clientX > left + (mode === "swipe" ? swipe * wide : 0) ? 1 : 0;
  };
  const pointAt = (event) => {
    const pane = mode === "side" ? pressed?.pane ?? paneAt(event) : 0;
    const box = panes[pane].box.getBoundingClientRect();
    const at = (v, start) => Math.min(SIZE, Math.max(0, start + v / unit()));
    return [at(event.clientY - box.top, view.y), at(event.clientX - box.left, view.x)];
  };
  const pixelAt = (event) => {
    const [row, col] = pointAt(event).map((v) => Math.min(SIZE - 1, Math.floor(v)));
    return { row, col };
  };
  const reach = (event) => (event.pointerType === "touch" ? 2 : 1) * (HIT - 2) / unit();
  const pinAt = (event) => {
    const pixel = pixelAt(event);
    let best = -1, least = HIT / unit();
    pins.forEach((pin, i) => {
      const far = Math.hypot(pin.row - pixel.row, pin.col - pixel.col);
      if (far <= least) {
        best = i;
        least = far;
      }
    });
    return best;
  };
  const layOut = () => {
    const pane = mode === "side" ? width / 2 - 2 : width;
    panes.forEach(({ box, canvas }, i) => {
      box.hidden = !shown(panes[i]);
      Object.assign(box.style, {
        width: `${pane}px`,
        height: `${side}px`,
        left: i && mode === "side" ? `${pane + 4}px` : "0"
      });
      box.style.clipPath = i && mode === "swipe" ? `inset(0 0 0 ${swipe * 100}%)` : "";
      const full = side * view.scale;
      Object.assign(canvas.style, {
        width: `${full}px`,
        height: `${full}px`,
        left: `${-view.x * unit()}px`,
        top: `${-view.y * unit()}px`
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
  const metresOfBar = () => [200, 100, 50, 20, 10, 5].find((m) => m / 3 * unit() <= Math.min(side / 3.5, Math.max(side - 295, 60))) ?? 5;
  const drawScale = () => {
    const metres = metresOfBar();
    scale.style.width = `${metres / 3 * unit()}px`;
    scale.firstChild.textContent = `${metres} m`;
  };
  const drawMarks = (context, how = {}) => {
    drawing.paint(context, place, how);
    pins.forEach((pin, i) => {
      const [x, y] = place([pin.row + 0.5, pin.col + 0.5]);
      drawCross(context, x, y, Math.max(unit() / 2, 2), pin.colour);
      drawTenMetre(context, pin, unit(), view.x, view.y);
      if (pins.length > 1 || pin.name) {
        context.font = "600 12px system-ui, sans-serif";
        context.lineWidth = 3;
        context.strokeStyle = "rgba(0,0,0,.65)";
        context.fillStyle = "#fff";
        context.strokeText(pin.name || String(i + 1), x + 7, y - 6);
        context.fillText(pin.name || String(i + 1), x + 7, y - 6);
      }
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
    const box = panes[0].box.getBoundingClientRect();
    const at = event ? { x: (event.clientX - box.left) % (box.width + 4), y: event.clientY - box.top } : { x: box.width / 2, y: box.height / 2 };
    const ground = { x: view.x + at.x / unit(), y: view.y + at.y / unit() };
    view.scale = Math.min(ZOOM.most, Math.max(ZOOM.least, view.scale * factor));
    if (factor < 1 && view.scale < 1.02) view.scale = 1;
    view.x = ground.x - at.x / unit();
    view.y = ground.y - at.y / unit();
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
  const lookAt = ({ scale: scale2, row, col }) => {
    Object.assign(view, { scale: scale2, x: col, y: row });
    bound();
    layOut();
  };
  const reset = () => lookAt({ scale: 1, row: 0, col: 0 });
  const inside = (event) => !event.target.closest("button, .swipe");
  el.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const factor = wheelFactor(event);
      if (factor !== 1) zoomAt(factor, event);
    },
    { passive: false }
  );
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
    view.x -= (now.clientX - before.clientX) / unit();
    view.y -= (now.clientY - before.clientY) / unit();
    bound();
    layOut();
  };
  el.addEventListener("pointerdown", (event) => {
    drawing.dropAim();
    if (event.pointerType === "touch" && inside(event))
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1) {
      if (pressed) drawing.cancel();
      pressed = null;
      return;
    }
    if (!inside(event) || event.button !== 0) return;
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
    onHover(event.target.closest("button") ? null : pixel, paneAt(event));
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
      view.x = pressed.start.x - dx / unit();
      view.y = pressed.start.y - dy / unit();
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
    if (!event.target.closest("button, .swipe") && drawing.key(event)) {
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
  const setSwipe = (value) => {
    swipe = Math.min(1, Math.max(0, value));
    layOut();
  };
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = el.getBoundingClientRect();
    setSwipe((event.clientX - box.left) / box.width);
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
    const { canvas } = panes[which];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, SIZE, SIZE);
    if (frame) context.drawImage(frame, 0, 0);
    if (frame && overlay) context.drawImage(overlay, 0, 0);
  };
  const lack = (which, why, missing = Boolean(why)) => {
    const { box, why: line } = panes[which];
    if (box.classList.contains("missing") !== missing) box.classList.toggle("missing", missing);
    if (line.textContent !== why) line.textContent = why;
  };
  const copy = (context) => {
    for (const pane of panes.filter(shown)) {
      const second = pane === panes[1], left = second && mode === "side" ? width / 2 + 2 : 0;
      context.save();
      context.beginPath();
      context.rect(
        left + (second && mode === "swipe" ? swipe * width : 0),
        0,
        mode === "side" ? width / 2 - 2 : width,
        side
      );
      context.clip();
      context.fillStyle = "#10191f";
      context.fillRect(left, 0, width, side);
      context.translate(left, 0);
      const full = side * view.scale;
      context.drawImage(pane.canvas, -view.x * unit(), -view.y * unit(), full, full);
      drawMarks(context, { letters: true, file: true });
      if (pane.why.textContent) plate(context, pane.why.textContent, 8, side / 2);
      const right = second && mode === "swipe";
      [...pane.date.childNodes].forEach(
        (node, k) => plate(context, node.textContent, right ? width - 40 : 8, 8 + 21 * k, { right, size: k ? 10 : 13 })
      );
      context.restore();
    }
    drawNorth(context, width - 18, 10);
    drawBar(context, metresOfBar(), metresOfBar() / 3 * unit(), width - 10, side - 10);
    return { width, side };
  };
  return {
    el,
    message,
    readout,
    view,
    paint,
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
    setMode(value) {
      mode = value;
      bound();
      layOut();
    },
    setPins(value) {
      pins = value;
      drawOver();
    },
    resize(across, down) {
      side = Math.max(40, Math.floor(mode === "side" ? Math.min(across / 2 - 2, down - 116) : Math.min(across, down)));
      el.classList.toggle("beside", mode === "side");
      el.classList.toggle("compared", mode !== "single");
      width = mode === "side" ? side * 2 + 4 : side;
      Object.assign(el.style, { width: `${width}px`, height: `${side}px` });
      layOut();
    }
  };
};

// explorer/views/animation/save.js
var FONT = "system-ui, sans-serif";
var wrapped = (context, text, most) => {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (context.measureText(longer).width > most && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
};
var plate = (context, text, x, y, { size = 13, right = false } = {}) => {
  context.font = `600 ${size}px ${FONT}`;
  const wide = context.measureText(text).width + 14, left = right ? x - wide : x;
  context.fillStyle = "rgba(10,18,24,.72)";
  context.fillRect(left, y, wide, size + 9);
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(text, left + 7, y + (size + 9) / 2 + 0.5);
  context.textBaseline = "alphabetic";
};
var drawBar = (context, metres, length, right, bottom) => {
  context.font = `600 11px ${FONT}`;
  context.textAlign = "center";
  for (const [line, stroke] of [
    [4, "rgba(0,0,0,.7)"],
    [2, "#fff"]
  ]) {
    Object.assign(context, { lineWidth: line, strokeStyle: stroke });
    context.beginPath();
    context.moveTo(right - length, bottom - 6);
    context.lineTo(right - length, bottom);
    context.lineTo(right, bottom);
    context.lineTo(right, bottom - 6);
    context.stroke();
  }
  Object.assign(context, { lineWidth: 3, strokeStyle: "rgba(0,0,0,.7)", fillStyle: "#fff" });
  context.strokeText(`${metres} m`, right - length / 2, bottom - 8);
  context.fillText(`${metres} m`, right - length / 2, bottom - 8);
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
  const number = (value, word) => value === null ? word : String(Number(value.toPrecision(3)));
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
  context.fillText(number(legend.low, "low"), x + 8, y + 40);
  context.textAlign = "right";
  context.fillText(number(legend.high, "high"), x + 8 + wide, y + 40);
  context.textAlign = "left";
};
var makePicture = (width, height, footer, draw) => {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  context.font = `11px ${FONT}`;
  const lines = footer.flatMap((text) => wrapped(context, text, width - 16));
  canvas.width = Math.round(2 * width);
  canvas.height = Math.round(2 * (height + 8 + 15 * lines.length));
  context.scale(2, 2);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, canvas.height);
  context.imageSmoothingEnabled = false;
  draw(context);
  Object.assign(context, { fillStyle: "#17262e", font: `11px ${FONT}`, textBaseline: "alphabetic" });
  lines.forEach((line, i) => context.fillText(line, 8, height + 16 + 15 * i));
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

// explorer/views/animation/draw.js
var HALF = (value) => Math.round(Math.min(SIZE, Math.max(0, value)) * 2) / 2;
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
  const { top, bottom, left, right } = boundsOf(corners);
  const area = Math.abs(edgesOf(corners).reduce((sum, [[ar, ac], [br, bc]]) => sum + ac * br - bc * ar, 0)) / 2;
  const size = `${(right - left) * METRES} × ${(bottom - top) * METRES} m`;
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
  for (const [line, stroke] of [
    [width + 2, "rgba(0,0,0,.6)"],
    [width, colour]
  ]) {
    context.lineWidth = line;
    context.strokeStyle = stroke;
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
var makeDrawing = ({ button, onAdd, onMove, onRemove, onPin, onAim, middle, redraw, focus }) => {
  let aim = null;
  let tool = "pin", regions = [], draft = null, held = null, over = -1, told = 0, tapped = { time: 0, row: 0, col: 0 };
  const tags = element("div", { class: "tags" });
  const hint = element("div", { class: "hint", role: "status", hidden: true });
  const buttons = Object.entries(TOOLS).map(([name, { label, title, path }]) => {
    ICONS[name] = path;
    return button(
      label,
      icon(name),
      () => {
        setTool(name);
        focus();
      },
      { title, "data-tool": name, "aria-pressed": String(name === tool) }
    );
  });
  const bar = element("div", { class: "tools", role: "group", "aria-label": "Pin, box or polygon" }, ...buttons);
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
    onAdd(kind, corners);
  };
  const box = ([row, col], [endRow, endCol]) => {
    const [r0, r1] = [row, endRow].map(Math.round).sort((a, b) => a - b), [c0, c1] = [col, endCol].map(Math.round).sort((a, b) => a - b);
    const top = Math.min(r0, SIZE - 1), left = Math.min(c0, SIZE - 1);
    return [
      [top, left],
      [Math.max(r1, top + 1), Math.max(c1, left + 1)]
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
    else if (tool === "box") draft = { kind: "box", from: point, points: box(point, point) };
    return Boolean(found2) || tool === "box";
  };
  const shifted = ({ kind, points }, corner2, rows, cols) => {
    if (corner2 < 0) {
      const { top, bottom, left, right } = boundsOf(points);
      const step = (v, low, high) => Math.min(high, Math.max(low, kind === "box" ? Math.round(v) : HALF(Math.abs(v)) * Math.sign(v)));
      const r = step(rows, -top, SIZE - bottom), c = step(cols, -left, SIZE - right);
      return points.map(([row, col]) => [row + r, col + c]);
    }
    if (kind !== "box")
      return points.map(([row, col], i) => i === corner2 ? [HALF(row + rows), HALF(col + cols)] : [row, col]);
    const corners = cornersOf({ kind, points }), moved = corners[corner2];
    return box(corners[(corner2 + 2) % 4], [HALF(moved[0] + rows), HALF(moved[1] + cols)]);
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
      draft.points = box(draft.from, point);
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
    aim = point.map((v) => Math.min(SIZE - 1, Math.max(0, Math.floor(v))) + 0.5);
    if (tool === "polygon" && draft) draft.at = aim;
    onAim(aim);
    const keys = tool === "pin" ? "Enter pins, shift + Enter adds" : draft?.points.length > 2 ? "space sets a corner, Enter closes" : "space sets a corner";
    say(`Row ${Math.floor(aim[0])}, col ${Math.floor(aim[1])} · arrows move, with shift by 10 · ${keys} · Esc`);
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
      const step = event.shiftKey ? 10 : 1, from = aim ?? middle();
      takeAim([from[0] + arrow[0] * step, from[1] + arrow[1] * step]);
    } else if (aim && tool === "pin" && event.key === "Enter")
      onPin({ row: Math.floor(aim[0]), col: Math.floor(aim[1]) }, event.shiftKey);
    else if (tool === "polygon" && event.key === " ") {
      aim ??= middle().map((v) => Math.floor(v) + 0.5);
      corner();
    } else if (event.key === "Enter" && draft) finish();
    else if (event.key === "Backspace" && draft?.kind === "polygon") {
      draft.points.pop();
      if (!draft.points.length) draft = null;
      redraw();
    } else if (tool === "box" && arrow) {
      const [row, col] = middle();
      draft ??= { kind: "box", points: box([row - 10, col - 10], [row + 10, col + 10]) };
      const [[r0, c0], [r1, c1]] = draft.points, step = event.altKey ? 10 : 1;
      draft.points = event.shiftKey ? box([r0, c0], [HALF(Math.max(r0 + 1, r1 + arrow[0] * step)), HALF(Math.max(c0 + 1, c1 + arrow[1] * step))]) : shifted(draft, -1, arrow[0] * step, arrow[1] * step);
      const { top, bottom, left, right } = boundsOf(draft.points);
      say(`${measureOf(cornersOf(draft))} · rows ${top} to ${bottom - 1}, cols ${left} to ${right - 1} · Enter sets it`);
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
    if (event.key === "Delete" || event.key === "Backspace") onRemove(index);
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
    const left = Math.max(2, Math.min(x + 8, most - wide - 2)), top = Math.max(2, Math.min(y + 8, deep - 20));
    context.fillStyle = "rgba(10,18,24,.8)";
    context.fillRect(left, top, wide, 18);
    context.fillStyle = "#fff";
    context.textBaseline = "middle";
    context.fillText(text, left + 5, top + 9.5);
    context.textBaseline = "alphabetic";
  };
  const tagPlace = (region, place) => {
    const { top, bottom, left } = boundsOf(region.points);
    const [x, y] = place([top, left]);
    return y > 56 || x > 230 ? [x - 1, Math.max(y - 25, y > 0 ? 1 : -30)] : [x - 1, place([bottom, left])[1] + 2];
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
          button(`Remove region ${region.letter}`, "×", () => onRemove(i), {
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
    bar,
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

// explorer/views/animation/look.js
var makeLook = ({ send, button }) => {
  const MODES = [
    ["fixed", "Fixed over time"],
    ["frame", "Each date by itself"],
    ["range", "Reflectance range"]
  ];
  const list = element("select", { "aria-label": "Shown in the image", title: "Composite, band or index" });
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
    ...MODES.map(([value, text]) => element("option", { value }, text))
  );
  const low = numberInput({ step: "0.01", "aria-label": "Lowest value of the range" });
  const high = numberInput({ step: "0.01", "aria-label": "Highest value of the range" });
  const gamma = element("input", { type: "range", min: 0.5, max: 2.5, step: 0.05, "aria-label": "Gamma" });
  const gammaText = element("output");
  const same = element("input", { type: "checkbox", "aria-label": "One stretch for Planet Fusion and Sentinel-2" });
  const layer = element(
    "select",
    { "aria-label": "Quality overlay", disabled: true },
    element("option", { value: "" }, "no quality layers")
  );
  layer.addEventListener("change", () => send("overlay", layer.value));
  const problem = element("div", { class: "problem", role: "alert" });
  const note = element("div", { class: "formula" });
  const range = element("div", { class: "row" }, element("label", {}, "from ", low), element("label", {}, "to ", high));
  const panel = element(
    "div",
    { class: "look-panel", hidden: true, role: "dialog", "aria-label": "Picture settings" },
    element("label", { class: "field" }, "Show", list),
    element("label", { class: "field" }, "or a formula", formula),
    note,
    element("label", { class: "field" }, "Stretch", mode),
    range,
    element(
      "label",
      {
        class: "check",
        title: "Black and white mean the same reflectance in both panels, as long as both show the same"
      },
      same,
      "Same for both sensors"
    ),
    element("label", { class: "field" }, "Gamma", gamma, gammaText),
    element("label", { class: "field" }, "Quality", layer),
    problem
  );
  const toggle = button("Picture settings", "More ▾", () => open(panel.hidden), {
    "aria-expanded": "false",
    "aria-haspopup": "dialog"
  });
  const legend = element("div", { class: "legend", hidden: true });
  const open = (value) => {
    panel.hidden = !value;
    toggle.setAttribute("aria-expanded", String(value));
    if (value) list.focus();
    else toggle.focus();
  };
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") open(false);
  });
  list.addEventListener("change", () => {
    if (list.value) send("composite", list.value);
  });
  formula.addEventListener("change", () => {
    if (formula.value.trim()) send("composite", `expr:${formula.value.trim()}`);
  });
  let last = null;
  let shown = null;
  let own = true;
  let wish = "";
  const stretch = () => {
    if (mode.value === "range" && [low, high].some((input) => input.matches("[aria-invalid]"))) return;
    const words = [mode.value === "range" ? `${Number(low.value)}-${Number(high.value)}` : mode.value];
    if (!own) words.push(`g${gamma.value}`);
    if (same.checked && mode.value !== "frame") words.push("same");
    send("stretch", words.join(","));
  };
  mode.addEventListener("change", () => {
    range.hidden = mode.value !== "range";
    if (mode.value === "range" && low.value === "") {
      low.value = "0";
      high.value = "0.3";
    }
    stretch();
  });
  for (const input of [low, high]) input.addEventListener("change", stretch);
  same.addEventListener("change", stretch);
  gamma.addEventListener("input", () => {
    gammaText.textContent = gamma.value;
  });
  gamma.addEventListener("change", () => {
    own = false;
    stretch();
  });
  const number = (value) => value === null ? "" : Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toFixed(3);
  return {
    toggle,
    panel,
    legend,
    get layer() {
      return layer.value;
    },
    get title() {
      return (list.value ? list.selectedOptions[0]?.text : formula.value) || "picture";
    },
    get colours() {
      return shown;
    },
    layers(names, lacking = "") {
      const chosen = [wish, layer.value].find((name) => name && names.includes(name)) ?? "";
      if (names.length) wish = "";
      layer.disabled = !names.length;
      layer.title = lacking;
      layer.replaceChildren(
        element("option", { value: "" }, names.length ? "not shown" : lacking ? "cannot be read" : "no quality layers"),
        ...names.map((name) => element("option", { value: name }, name))
      );
      layer.value = chosen;
      if (chosen) send("overlay", chosen);
    },
    want(name) {
      wish = name;
      if (name === layer.value || name && ![...layer.options].some((option) => option.value === name)) return;
      layer.value = name;
      send("overlay", name);
    },
    menu(groups) {
      list.replaceChildren(
        element("option", { value: "" }, "formula …"),
        ...Object.entries(groups).map(
          ([label, entries]) => element(
            "optgroup",
            { label },
            ...Object.entries(entries).map(([text, value]) => element("option", { value }, text))
          )
        )
      );
      if (last) this.show(last);
    },
    show(data) {
      problem.textContent = data.problem ?? "";
      if (data.problem) {
        open(true);
        return;
      }
      last = data;
      list.value = data.composite.startsWith("expr:") ? "" : data.composite;
      formula.value = data.composite.startsWith("expr:") ? data.composite.slice(5) : "";
      mode.value = data.mode;
      range.hidden = data.mode !== "range";
      if (data.mode === "range") {
        low.value = data.low;
        high.value = data.high;
      }
      own = data.gamma === null;
      same.checked = data.same;
      same.disabled = data.mode === "frame";
      gamma.value = data.gamma ?? (/^(index|expr):/.test(data.composite) ? 1 : 1.25);
      gammaText.textContent = gamma.value;
      toggle.setAttribute(
        "aria-pressed",
        String(!["true", "false"].includes(data.composite) || data.mode !== "fixed" || !own || data.same)
      );
    },
    showFormula(text = "") {
      note.textContent = text && `= ${text}`;
    },
    showLegend(data) {
      shown = data;
      legend.hidden = !data;
      if (!data) return;
      const bar = element("i", {
        role: "img",
        "aria-label": `${data.title}, from ${number(data.low)} to ${number(data.high)}`
      });
      bar.style.background = data.colours.length > 1 ? `linear-gradient(to right, ${data.colours.join(", ")})` : data.colours[0];
      legend.replaceChildren(element("span", {}, data.title), bar);
      if (data.colours.length > 1)
        legend.append(
          element(
            "span",
            { class: "ends" },
            element("b", {}, data.low === null ? "low" : number(data.low)),
            element("b", {}, data.high === null ? "high" : number(data.high))
          )
        );
    }
  };
};

// explorer/views/animation/readout.js
var makeReadout = ({ el, ask }) => {
  let asked = 0, under = null, last = -1, timer = 0, pending = null;
  const values = element("div");
  const degrees = (v, letters) => `${Math.abs(v).toFixed(5)}° ${letters[v < 0 ? 1 : 0]}`;
  return {
    // `place` has the chip's bounds (UTM) and corners (lon, lat), or is null; `index` is the date that is seen there,
    // -1 where there is no value to ask for.
    show(pixel, place, index) {
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
      const [left, , , top] = place.bounds, [nw, ne, sw, se] = place.corners;
      const x = (col + 0.5) / SIZE, y = (row + 0.5) / SIZE;
      const mix = (k) => (nw[k] * (1 - x) + ne[k] * x) * (1 - y) + (sw[k] * (1 - x) + se[k] * x) * y;
      if (!same) values.replaceChildren();
      el.replaceChildren(
        element("div", {}, `row ${row}, col ${col} · ${degrees(mix(1), "NS")} ${degrees(mix(0), "EW")}`),
        element(
          "div",
          {},
          `E ${(left + 3 * col + 1.5).toFixed(0)} N ${(top - 3 * row - 1.5).toFixed(0)} m (UTM ${place.zone})`
        ),
        values
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
    draw(count, list, { dates, picture, note }) {
      el.hidden = !count;
      cells = [];
      if (!count) {
        el.replaceChildren();
        return;
      }
      const n = Math.min(count, list.length);
      columns = COLUMNS[count];
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
            element("span", {}, count > 24 ? text.replace(/ 20/, " ’") : text)
          )
        )
      );
      if (!n) el.append(element("p", {}, "No date of this sample can be shown yet"));
    }
  };
};

// explorer/views/animation/timeline.js
var lackText = ({ dates, status: now, reasons }, i) => {
  if (now[i] === status.ABSENT) return `No chip on ${longDate(dates[i])}`;
  return now[i] === status.BROKEN ? `Chip of ${longDate(dates[i])} cannot be shown: ${reasons[i] ?? "broken"}` : "";
};
var gapText = (share) => share > 0 ? `${share < 0.01 ? "< 1" : Math.round(100 * share)} % gap-filled` : "";
var dateLabel = ({ dates, gaps, gapsKnown, settled }, index, minus = -1) => {
  if (!dates[index]) return [];
  const all = minus < 0 ? [index] : [index, minus];
  const filled = settled && !gapsKnown ? "gaps: loading" : all.map((i) => gapText(gaps?.[i])).filter(Boolean).join(", ");
  return [all.map((i) => longDate(dates[i])).join(" minus "), ...filled ? [element("small", {}, filled)] : []];
};
var handleByKey = ({ key, shiftKey }, { range: [from, to], index, other, dates }, compared) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key], last = dates.length - 1;
  if (key === "[") return { range: [from === index ? 0 : index, Math.max(to, index)] };
  if (key === "]") return { range: [Math.min(from, index), to === index ? last : index] };
  return shiftKey && by && compared ? { other: Math.min(last, Math.max(0, other + by)) } : null;
};
var makeTimeline = ({ onSeek, onCompare, onRange, root }) => {
  const el = element("canvas", {
    class: "timeline",
    tabindex: 0,
    role: "slider",
    "aria-label": "Acquisition date",
    "aria-valuemin": 0,
    "aria-keyshortcuts": "[ ] Shift+ArrowLeft Shift+ArrowRight"
  });
  const EDGE = 6;
  const contrast = window.matchMedia("(forced-colors: active)");
  let plain = contrast.matches;
  let last = null, drag = null, colours = null, width = 0, height = 0;
  const css = (name) => getComputedStyle(root()).getPropertyValue(name).trim();
  const geometry = () => {
    const n = Math.max(last?.dates.length ?? 0, 1);
    const unit = (width - 2 * EDGE) / n;
    return { n, unit, at: (i) => EDGE + (i + 0.5) * unit };
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
      there: css("--accent"),
      waiting: css("--line"),
      absent: css("--absent"),
      broken: css("--bad"),
      text: css("--muted"),
      now: css("--ink"),
      other: css("--focus"),
      gap: css("--gap")
    };
    if (!width) measure();
    const context = fitCanvas(el, width, height);
    const { n, unit, at } = geometry();
    if (!model.dates.length) return;
    for (let i = 0; i < n; i++) {
      const now = model.status[i];
      context.fillStyle = now === status.THERE ? colours.there : now === status.ABSENT ? colours.absent : now === status.BROKEN ? colours.broken : colours.waiting;
      context.globalAlpha = (now === status.THERE && !model.ready(i) ? 0.4 : 1) * (i < model.range[0] || i > model.range[1] ? 0.35 : 1);
      const tall = now === status.ABSENT ? 3 : 10;
      context.fillRect(EDGE + i * unit, 8 + (10 - tall), Math.max(unit - 0.8, 0.7), tall);
      const gap = model.gaps?.[i] ?? 0;
      if (gap > 0 && now === status.THERE) {
        context.fillStyle = colours.gap;
        context.fillRect(EDGE + i * unit, 8, Math.max(unit - 0.8, 0.7), Math.max(2, 10 * gap));
      }
    }
    context.globalAlpha = 1;
    context.fillStyle = colours.text;
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "top";
    model.dates.forEach((iso, i) => {
      const [year, month] = iso.split("-").map(Number);
      const before = i ? Number(model.dates[i - 1].split("-")[1]) : 0;
      if (month !== before && (month - 1) % 3 === 0) {
        context.fillRect(EDGE + i * unit, 20, 1, 3);
        context.fillText(month === 1 ? String(year) : MONTHS[month - 1], EDGE + i * unit + 3, 20);
      }
    });
    for (const [i, way] of [
      [model.range[0], 1],
      [model.range[1], -1]
    ]) {
      const x = at(i) - way * unit / 2;
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
    if (model.other >= 0) cursor(model.other, colours.other);
    cursor(model.index, colours.now);
    el.setAttribute("aria-valuemax", n - 1);
    el.setAttribute("aria-valuenow", model.index);
    el.setAttribute("aria-valuetext", model.dates[model.index] ?? "");
  };
  const indexAt = (event) => {
    const { n, unit } = geometry();
    return Math.min(n - 1, Math.max(0, Math.floor((event.clientX - el.getBoundingClientRect().left - EDGE) / unit)));
  };
  const grabbed = (event) => {
    const { unit, at } = geometry();
    const x = event.clientX - el.getBoundingClientRect().left;
    const near = (place, reach) => Math.abs(x - place) <= reach;
    if (near(at(last.index), 5)) return "now";
    if (last.other >= 0 && near(at(last.other), 6)) return "other";
    if (near(at(last.range[0]) - unit / 2, last.range[0] ? 5 : 3)) return "from";
    if (near(at(last.range[1]) + unit / 2, last.range[1] < last.dates.length - 1 ? 5 : 3)) return "to";
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
    el.setPointerCapture(event.pointerId);
    act(event, false);
  });
  el.addEventListener("pointermove", (event) => {
    if (drag) {
      act(event, false);
      return;
    }
    if (!last?.dates.length) return;
    const i = indexAt(event), gap = gapText(last.gaps?.[i]);
    el.title = lackText(last, i) || longDate(last.dates[i]) + (gap && `: ${gap}`);
  });
  el.addEventListener("pointerup", (event) => {
    if (drag) act(event, true);
    drag = null;
  });
  el.addEventListener("pointercancel", () => {
    drag = null;
  });
  return {
    el,
    draw,
    measure,
    again: () => {
      colours = null;
      if (last) draw(last);
    }
  };
};

// explorer/views/animation/animation.js
function render({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30];
  const SHEET = [12, 24, 48];
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
    sheet: 0
  };
  const button = (label, text, action, extra = {}) => element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text);
  let viewTimer = 0, toldView = "";
  const seenView = () => JSON.stringify({
    mode: look.value,
    other: compares() ? state.other : -1,
    scale: stage.view.scale,
    row: stage.view.y,
    col: stage.view.x,
    layer: looks.layer
  });
  const tellView = () => {
    clearTimeout(viewTimer);
    viewTimer = setTimeout(() => {
      const seen = seenView();
      if (seen === toldView) return;
      toldView = seen;
      const { mode, other, scale, row, col, layer } = JSON.parse(seen);
      model.send_msg({ type: "view", mode, other, scale, row, col, layer });
    }, 200);
  };
  const stage = makeStage({
    button,
    onView: () => tellView(),
    onPick: (pixel, add) => {
      if (state.dates.length) {
        model.send_msg({ type: "pick", ...pixel, add });
        readout.later();
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
    ask: (row, col, index) => model.send_msg({ type: "under", row, col, index, ticket: state.ticket })
  });
  const timeline = makeTimeline({
    root: () => root,
    onSeek: (index, settled) => {
      setPlaying(false);
      seek(index, settled);
    },
    onCompare: (index) => {
      state.other = index;
      draw();
      askChange();
      tellView();
    },
    onRange: (range) => {
      state.range = range;
      restart();
      drawTimeline();
      tellRange();
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
  const play = button("Play", icon("play"), () => setPlaying(!state.playing), { class: "play" });
  const loop = button("Loop", icon("loop"), () => setLoop(!state.loop), { "aria-pressed": "true" });
  const speed = choice(
    "Frames per second",
    SPEEDS.map((value) => [String(value), `${value} /s`]),
    "10",
    (value) => {
      state.speed = Number(value);
      anchor();
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
    (value) => setLook(value)
  );
  const looks = makeLook({
    button,
    send: (type, value) => {
      if (type === "overlay") tellView();
      if (type === "overlay" && !value) {
        clearOverlays();
        showLegend();
        draw();
        if (state.sheet) drawSheet();
      } else if (type === "overlay") model.send_msg({ type, value, ticket: state.ticket });
      else choices2.send({ type, value });
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
  stage.el.append(looks.legend);
  const composites = [
    ["true", "True colour"],
    ["false", "False colour (NIR)"]
  ].map(
    ([value, text]) => button(text, text, () => choices2.send({ type: "composite", value }), {
      "data-value": value,
      "aria-pressed": "false"
    })
  );
  const clear = button("Remove all pins but the last", "Clear pins", () => model.send_msg({ type: "clear" }), {
    hidden: true
  });
  const counts = element("span"), bar = element("progress", { max: 1, value: 0, "aria-label": "Dates read" }), progress = element("div", { class: "progress", role: "status" }, bar, counts);
  const tellProgress = (text, share = null, title = "") => {
    counts.textContent = text;
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
    progress.title = [text, title].filter(Boolean).join(". ");
  };
  const root = element(
    "div",
    { class: "stack" },
    element(
      "div",
      { class: "bar" },
      element("div", { class: "segments", role: "group", "aria-label": "Composite" }, ...composites, looks.toggle),
      look,
      button("Save the picture as PNG", icon("save"), () => save(), { class: "save" }),
      looks.panel
    ),
    well,
    timeline.el,
    element(
      "div",
      { class: "controls" },
      button("First date", icon("first"), () => seek(firstThere(), true)),
      button("Previous date", icon("previous"), () => step(-1)),
      play,
      button("Next date", icon("next"), () => step(1)),
      button("Last date", icon("last"), () => seek(lastThere(), true)),
      loop,
      clear,
      progress,
      speed
    )
  );
  el.append(root);
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
    stage.dates[0].replaceChildren(...dateLabel(state, state.index, differs() ? state.other : -1));
    if (compares() && !differs() && state.other >= 0) {
      stage.paint(1, state.frames[state.other], state.overlays[state.other]);
      stage.dates[1].replaceChildren(...dateLabel(state, state.other));
      stage.lack(1, lackOf(state.other));
    }
    showMessage();
    drawTimeline();
  };
  const gapOf = (index) => gapText(state.gaps?.[index]);
  const lackOf = (index) => lackText(state, index);
  const drawTimeline = () => timeline.draw({
    dates: state.dates,
    status: state.status,
    reasons: state.reasons,
    gaps: state.gaps,
    index: state.index,
    range: state.range,
    other: compares() ? state.other : -1,
    ready: (i) => Boolean(state.frames[i])
  });
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
    if (retry) message.append(button("Try again", "Try again", () => model.send_msg({ type: "retry" })));
  };
  const drawSheet = () => {
    stage.el.hidden = Boolean(state.sheet);
    sheet.draw(state.sheet, playable(), {
      dates: state.dates,
      note: gapOf,
      picture: (context, i) => {
        context.drawImage(state.frames[i], 0, 0);
        if (state.overlays[i]) context.drawImage(state.overlays[i], 0, 0);
        for (const region of stage.drawing.regions)
          strokeRegion(context, cornersOf(region), region.colour, ([row, col]) => [col, row], { width: 1.5 });
      }
    });
  };
  const save = () => {
    if (!state.dates.length) return;
    const shown = look.value === "single" ? "" : ` · ${look.selectedOptions[0].text}`;
    const what = `${state.sample} · Planet Fusion, ${looks.title}${shown}`;
    if (state.sheet) {
      download(pictureOfSheet(sheet, [what, state.credit]), `${state.sample}_sheet.png`);
      return;
    }
    const { width, side } = stage.size;
    const picture = makePicture(width, side, [`${what} · UTM ${state.sample.slice(0, 3)}`, state.credit], (context) => {
      stage.copy(context);
      if (looks.colours) drawLegend(context, looks.colours, 8, 56);
    });
    download(picture, `${state.sample}_${state.dates[state.index]}.png`);
  };
  const setLook = (value) => {
    state.sheet = value.startsWith("sheet-") ? Number(value.slice(6)) : 0;
    if (state.sheet) setPlaying(false);
    stage.setMode(state.sheet || value === "difference" ? "single" : value);
    if (differs()) setPlaying(false);
    showLegend();
    if (compares() && state.other < 0)
      state.other = state.index + 73 < state.dates.length ? state.index + 73 : Math.max(0, state.index - 73);
    fit();
    drawSheet();
    draw();
    askChange();
    tellView();
  };
  let lastMove = 0;
  const movePin = (i, pixel, done) => {
    state.pins = state.pins.map((pin, k) => k === i ? { ...pin, ...pixel } : pin);
    stage.setPins(state.pins);
    if (!done && performance.now() - lastMove < 20) return;
    lastMove = performance.now();
    model.send_msg({ type: "move", pin: i, ...pixel });
  };
  let lastSent = 0, sendTimer = 0;
  const tell = (settled) => {
    clearTimeout(sendTimer);
    const wait = settled ? 0 : (state.playing ? 1e3 : 100) - (performance.now() - lastSent);
    const send = () => {
      lastSent = performance.now();
      model.send_msg({ type: "date", index: state.index, settled, ticket: state.ticket });
    };
    if (wait <= 0) send();
    else sendTimer = setTimeout(send, wait);
  };
  const seek = (index, settled) => {
    if (!state.dates.length) return;
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
        seek(list[list.length - 1], true);
        setPlaying(false);
        return;
      }
      const index = list[position % list.length];
      if (index !== state.index) seek(index, false);
    }
    requestAnimationFrame(tick);
  };
  const setPlaying = (playing) => {
    if (playing === state.playing) return;
    state.playing = playing;
    play.replaceChildren(icon(playing ? "pause" : "play"));
    play.setAttribute("aria-label", playing ? "Pause" : "Play");
    play.title = playing ? "Pause (space)" : "Play (space)";
    if (playing) {
      if (!state.loop && state.index === lastThere()) seek(firstThere(), false);
      anchor();
      requestAnimationFrame(tick);
    } else tell(true);
  };
  const setLoop = (value) => {
    state.loop = value;
    loop.setAttribute("aria-pressed", String(value));
  };
  root.addEventListener("keydown", (event) => {
    if (isWriting(event)) return;
    const held = handleByKey(event, state, compares());
    if (held) {
      Object.assign(state, held);
      restart();
      draw();
      tellRange();
      askChange();
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
    } else if (event.key === " " && !event.target.closest("button")) {
      setPlaying(!state.playing);
      event.preventDefault();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !state.sheet && stage.drawing.shortcut(letterOf(event))) {
      stage.el.focus();
      event.preventDefault();
    }
  });
  page.on("run", (value) => setPlaying(value), gone.signal);
  page.on("key", ({ key }) => root.dispatchEvent(new KeyboardEvent("keydown", { key })), gone.signal);
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
      if (state.range[1] === 0 || state.range[1] >= data.dates.length)
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
      const count = state.status.filter((s) => s === status.THERE).length;
      const lacking = state.status.filter((s) => s === status.ABSENT || s === status.BROKEN).length;
      if (!data.settled) tellProgress(`${data.done} / ${data.total}`, data.done / Math.max(data.total, 1));
      else
        tellProgress(
          lacking ? `${count} of ${data.total} dates` : "",
          null,
          lacking ? `${lacking} dates are missing or broken` : ""
        );
      draw();
      checkReady();
    },
    under(data) {
      readout.came(data);
    },
    menu(data) {
      looks.menu(data.groups);
    },
    look: choices2.told,
    heard: choices2.heard,
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
      looks.layers(data.layers, data.problem);
      draw();
      if (state.sheet) drawSheet();
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
      toldView = seenView();
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
        seek(data.index, true);
      }
    },
    error(data) {
      if (data.ticket === state.ticket) {
        state.error = data.text;
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
    clearTimeout(viewTimer);
    gone.abort();
    resized.disconnect();
    setPlaying(false);
  });
  takeOver((early) => {
    if (!state.dates.length) {
      state.early = early;
      stage.paint(0, early.picture);
      stage.dates[0].textContent = longDate(early.iso);
    }
  });
  toldView = seenView();
  model.send_msg({ type: "ready" });
  mark("ready");
}

// explorer/views/common/bridge.js
var bridge_exports = {};
__export(bridge_exports, {
  render: () => render2
});

// explorer/views/animation/feeding.js
var plainArray = (array) => array && new ({ float32: Float32Array, float64: Float64Array, uint8: Uint8Array }[array.dtype] ?? array.constructor)(
  array.buffer,
  array.byteOffset,
  array.length
);
var makeFeeding = (model) => {
  const name = (short) => `${short}-${model.bus}`;
  const last = /* @__PURE__ */ new Map();
  const isEmpty = (data) => Object.values(data).every((column) => column.length === 0);
  const set = (short, data) => {
    const source = bokehModel(name(short));
    if (!source) return;
    const before = last.get(short);
    if (before && before.source === source && (before.data === data || before.empty && isEmpty(data))) return;
    last.set(short, { source, data, empty: isEmpty(data) });
    source.setv({ data }, { sync: false });
  };
  const FILLS = 0.6;
  const fitted = /* @__PURE__ */ new Map();
  const fit = (short, values, { from = null, least }) => {
    const range = bokehModel(name(`range-${short}`));
    let low = Infinity, high = -Infinity;
    for (const list of values)
      for (const v of list)
        if (Number.isFinite(v)) {
          low = Math.min(low, v);
          high = Math.max(high, v);
        }
    if (!range || low > high) return;
    const before = fitted.get(short);
    if (before && (range.start !== before.start || range.end !== before.end)) return;
    const span = high - (from ?? low);
    const held = before && low >= before.start && high <= before.end;
    if (held && Math.max(span, least / 1.2) >= FILLS * (before.end - before.start)) return;
    const pad = Math.max(span * 0.08, (least - span) / 2);
    const to = { start: from ?? low - pad, end: high + pad };
    range.setv({ ...to, reset_start: to.start, reset_end: to.end }, { sync: false });
    fitted.set(short, to);
  };
  return { name, set, fit, forget: () => fitted.clear() };
};

// explorer/views/profile/profile_draw.js
var YEAR_MS = 365 * 864e5;
var SECOND_YEAR = Date.UTC(2019, 0, 1);
var CHARTS = ["bands", "index"];
var FLAG = { MISSING: 0, MEASURED: 1, GAP_FILLED: 2, NODATA: 3 };
var SEASON_MARKS = { start: "triangle", peak: "star", end: "inverted_triangle" };
var unpackCalendar = (data) => Object.fromEntries(
  ["pf", "s2"].map((sensor) => {
    const { times, left, right, missing } = data[sensor];
    return [sensor, { times: plainArray(times), left: plainArray(left), right: plainArray(right), missing }];
  })
);
var unpackCurves = (data, calendar) => {
  const values = plainArray(data.values), flags = plainArray(data.flags);
  let at = 0;
  return data.curves.map((entry) => {
    const n = calendar[entry.sensor].times.length;
    const part = (i) => values.subarray(at + i * n, at + (i + 1) * n);
    const curve = entry.kind ? { ...entry, middle: part(0), low: part(1), high: part(2) } : { ...entry, values: part(0), flags: flags?.subarray(at, at + n) };
    at += entry.kind ? 3 * n : n;
    return curve;
  });
};
var makeDrawing2 = (state, set, done) => {
  const place = (time) => state.years && time >= SECOND_YEAR ? time - YEAR_MS : time;
  const strength = (time) => state.years && time < SECOND_YEAR ? 0.42 : 1;
  const ink = (curve) => curve.colour || state.look.muted;
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
  const lines = (curves, { width, dash = null, alpha = 1, of = (c) => c.values }) => {
    const out = { xs: [], ys: [], colour: [], dash: [], width: [], alpha: [] };
    for (const curve of curves) {
      const { times } = state.calendar[curve.sensor];
      for (const [from, to] of parts(times)) {
        out.xs.push(moved(times, from, to));
        out.ys.push(of(curve).subarray(from, to));
        out.colour.push(ink(curve));
        out.dash.push(dash ?? curve.dash);
        out.width.push(width);
        out.alpha.push(alpha * strength(times[from]));
      }
    }
    return out;
  };
  const spread = (curves) => {
    const out = { xs: [], ys: [], colour: [] };
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
  const dots = (curves, sensor) => {
    const { times, left, right } = state.calendar[sensor];
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
        out.fill.push(sensor === "s2" || flag === FLAG.GAP_FILLED ? state.look.panel : ink(curve));
        out.alpha.push(strength(times[i]));
        out.marker.push(curve.marker);
        out.band.push(curve.label);
        out.sensor.push(sensor);
        out.who.push(curve.who);
        out.flag.push(flag);
        if (sensor === "s2") {
          out.left.push(place(left[i]));
          out.right.push(place(left[i]) + right[i] - left[i]);
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
    if (gaps.key !== key) gaps = { key, data: ticks() };
    return gaps.data;
  };
  const ticks = () => {
    const out = { x0: [], x1: [], y0: [], y1: [], why: [] };
    for (const sensor of ["pf", "s2"]) {
      const { times, left, right } = state.calendar[sensor];
      times.forEach((_, i) => {
        const why = state.why(sensor, i);
        if (!why) return;
        const x = place(left[i]);
        out.x0.push(x);
        out.x1.push(x + right[i] - left[i]);
        out.y0.push(sensor === "pf" ? 0 : 0.07);
        out.y1.push(sensor === "pf" ? 0.05 : 0.07);
        out.why.push(why);
      });
    }
    return out;
  };
  const on = (chart, curves, sensor = null) => curves.filter((c) => c.chart === chart && (!sensor || c.sensor === sensor));
  return {
    place,
    pins() {
      const lacking = missing();
      for (const chart of CHARTS) {
        set(`${chart}-lines`, lines(on(chart, state.pins, "pf"), { width: 1.6 }));
        set(`${chart}-pf`, dots(on(chart, state.pins, "pf"), "pf"));
        set(`${chart}-s2`, dots([...on(chart, state.pins, "s2"), ...on(chart, state.regions, "s2")], "s2"));
        set(`${chart}-missing`, lacking);
      }
      done();
    },
    over() {
      for (const chart of CHARTS) set(`${chart}-smooth`, lines(on(chart, state.smooth), { width: 2, dash: "dashed" }));
      const seasons = { date: [], value: [], marker: [], colour: [], what: [] };
      for (const { date, value, what, colour } of state.seasons) {
        seasons.date.push(place(date));
        seasons.value.push(value);
        seasons.marker.push(SEASON_MARKS[what]);
        seasons.colour.push(colour);
        seasons.what.push(what);
      }
      set("index-seasons", seasons);
      const breaks = { date: [], text: [], colour: [] };
      for (const { date, step, colour } of state.breaks) {
        breaks.date.push(place(date));
        breaks.text.push(`${step > 0 ? "+" : "−"}${Math.abs(step).toFixed(2)}`);
        breaks.colour.push(colour);
      }
      set("index-breaks", breaks);
      done();
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
          lines(sample, { width: 1.2, alpha: 0.75, ...middle }),
          lines(on(chart, regions, "pf"), { width: 1.8, ...middle })
        ];
        set(
          `${chart}-behind`,
          Object.fromEntries(Object.keys(both[0]).map((key) => [key, [...both[0][key], ...both[1][key]]]))
        );
      }
    },
    // All that a chart's y axis has to hold; a sample's spread may reach beyond it, or water would flatten every field.
    extent: (chart) => [
      ...on(chart, state.pins).map((c) => c.values),
      ...on(chart, state.sample).map((c) => c.middle),
      ...on(chart, state.regions).flatMap((c) => [c.low, c.high])
    ]
  };
};
var dressChart = (chart, look) => {
  for (const model of [...chart.left, ...chart.below, ...chart.center]) {
    if (model.type === "Grid") model.setv({ grid_line_color: look.grid }, { sync: false });
    else if (model.type === "Span") model.setv({ line_color: look.ink }, { sync: false });
    else if (model.axis_label_text_color !== void 0)
      model.setv(
        {
          axis_line_color: look.line,
          major_tick_line_color: look.line,
          axis_label_text_color: look.muted,
          major_label_text_color: look.muted
        },
        { sync: false }
      );
  }
};

// explorer/views/profile/profile_hover.js
var makeHover = (state, place) => {
  const box = element("div", { class: "hover", role: "tooltip", "aria-label": "Values at the pointer", hidden: true });
  let shown = "";
  const nearest = (times, time) => {
    let best = 0;
    for (let i = 1; i < times.length; i++) if (Math.abs(times[i] - time) < Math.abs(times[best] - time)) best = i;
    return best;
  };
  const day = (time) => longDate(new Date(time).toISOString().slice(0, 10));
  const month = (time) => `${MONTHS[new Date(time).getUTCMonth()]} ${new Date(time).getUTCFullYear()}`;
  const columns = (x) => {
    const { pf, s2 } = state.calendar;
    const dates = state.years ? [x, x + YEAR_MS] : [x];
    const found2 = dates.map((time) => {
      const i2 = nearest(pf.times, time);
      return { sensor: "pf", i: i2, head: day(pf.times[i2]) };
    });
    const i = s2.left.findIndex(
      (left, k) => found2[0] && pf.times[found2[0].i] >= left && pf.times[found2[0].i] < s2.right[k]
    );
    if (i >= 0) found2.push({ sensor: "s2", i, head: `S2 ${month(s2.times[i])}` });
    return found2;
  };
  const number = (curve, value) => Number.isFinite(value) ? value.toFixed(curve.chart === "bands" ? 4 : 3).replace("-", "−") : "–";
  const text = (curve, i) => curve.middle ? Number.isFinite(curve.middle[i]) ? `${number(curve, curve.middle[i])} (${number(curve, curve.low[i])} to ${number(curve, curve.high[i])})` : "–" : curve.flags && curve.flags[i] !== FLAG.MEASURED && curve.flags[i] !== FLAG.GAP_FILLED ? "–" : number(curve, curve.values[i]) + (curve.flags?.[i] === FLAG.GAP_FILLED ? " ○" : "");
  const fill = (heads) => {
    const rows = /* @__PURE__ */ new Map();
    const add = (curve, what, role = curve.sensor) => {
      const key = [what, curve.chart, curve.who, curve.name].join("|");
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
    const pins = new Set(state.pins.map((curve) => curve.who));
    const body = [...rows.values()].map(({ what, curve, cells }) => {
      const swatch = element("i");
      swatch.style.background = curve.colour || state.look.muted;
      const who = what === "sample" ? "sample" : what === "class" ? curve.who : pins.size < 2 && what !== "mean" ? "" : curve.who;
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
    const why = heads.filter(({ role }) => !role).map(({ sensor, i }) => state.why(sensor, i)).filter(Boolean);
    const gap = body.some((row) => row.textContent.includes("○")) ? ["○ gap-filled"] : [];
    const many = rows.size && (state.sample.length || state.regions.length) ? ["in brackets: 10th to 90th percentile of the pixels"] : [];
    box.replaceChildren(
      element(
        "table",
        {},
        element("tr", {}, element("th"), ...heads.map(({ head }) => element("td", {}, head))),
        ...body
      ),
      ...[...why, ...gap, ...many].map((line) => element("p", {}, line))
    );
  };
  return {
    box,
    // The date that is nearest to a place on the x axis, where the chart draws it; null where nothing is drawn.
    show(x, left, top, above) {
      if (!state.calendar || !state.pins.length) return this.hide();
      const heads = columns(x);
      const key = JSON.stringify([heads, state.drawn]);
      if (key !== shown) fill(heads);
      shown = key;
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const beside = left + 18 + width < window.innerWidth ? left + 18 : left - 18 - width;
      box.style.left = `${Math.max(4, beside)}px`;
      const over = above - height - 4;
      box.style.top = `${over >= 4 ? over : Math.max(4, Math.min(top - height / 2, window.innerHeight - height - 6))}px`;
      return place(state.calendar.pf.times[heads[0].i]);
    },
    hide() {
      box.hidden = true;
      return null;
    }
  };
};

// explorer/views/profile/profile_layer.js
var LAYER_PARTS = ["lines", "pf", "s2", "smooth", "seasons"];
var LINE_DASHES = { solid: [], dashed: [6], dotted: [2, 4], dotdash: [2, 4, 6, 4] };
var tracePoint = (context, marker, x, y, r) => {
  const h = r * Math.sqrt(3), outline = {
    square: [
      [-r, -r],
      [r, -r],
      [r, r],
      [-r, r]
    ],
    diamond: [
      [0, r],
      [2 * r / 3, 0],
      [0, -r],
      [-2 * r / 3, 0]
    ],
    triangle: [
      [-r, h / 3],
      [r, h / 3],
      [0, h / 3 - h]
    ],
    inverted_triangle: [
      [-r, -h / 3],
      [r, -h / 3],
      [0, h - h / 3]
    ],
    star: Array.from({ length: 10 }, (_, i) => [
      Math.sin(i * Math.PI / 5) * r * (i % 2 ? 0.4 : 1),
      -Math.cos(i * Math.PI / 5) * r * (i % 2 ? 0.4 : 1)
    ])
  }[marker];
  if (!outline) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([dx, dy], i) => i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy));
  context.closePath();
};
var makeLayer = (kind, name) => {
  const canvas = element("canvas", { class: "curves", style: "position:absolute;inset:0;pointer-events:none" });
  const upright = (dash, width) => element("div", {
    hidden: true,
    style: `position:absolute;left:0;width:0;pointer-events:none;border-left:${width}px ${dash}`
  });
  const rules = { cursor: upright("solid", 1.4), hover: upright("dotted", 1) };
  const data = {}, places = { cursor: null, hover: null };
  let view = null, frame = null;
  const source = (part) => bokehModel(name(`${kind}-${part}`));
  const plot = () => {
    const model = bokehModel(name(`${kind}-chart`));
    const now = model && Bokeh.index.find_one(model);
    if (!now?.frame) return null;
    if (now !== view || !canvas.isConnected) {
      const { overlays, overlays_el } = now.canvas_view;
      overlays.el.before(canvas);
      overlays_el.append(rules.cursor, rules.hover);
      if (now !== view) now.repainted.connect(draw);
      view = now;
    }
    return model.visible && now.frame.bbox.width ? now : null;
  };
  const strokeLines = (context, x, y, { xs, ys, colour, dash, width, alpha }) => {
    xs.forEach((times, i) => {
      const values = ys[i];
      context.strokeStyle = colour[i];
      context.lineWidth = width[i];
      context.globalAlpha = alpha[i];
      context.setLineDash(LINE_DASHES[dash[i]] ?? []);
      context.beginPath();
      let pen = false;
      for (let k = 0; k < times.length; k++) {
        if (!Number.isFinite(values[k])) {
          pen = false;
          continue;
        }
        if (pen) context.lineTo(x(times[k]), y(values[k]));
        else context.moveTo(x(times[k]), y(values[k]));
        pen = true;
      }
      context.stroke();
    });
    context.setLineDash([]);
  };
  const drawPoints = (context, x, y, { date, value, alpha, marker }, { r, width, fill, line, shape = (i) => marker[i] }) => {
    context.lineWidth = width;
    for (let i = 0; i < date.length; ) {
      const look = (k) => `${fill(k)} ${line(k)} ${alpha?.[k] ?? 1}`;
      const same = look(i);
      context.fillStyle = fill(i);
      context.strokeStyle = line(i);
      context.globalAlpha = alpha?.[i] ?? 1;
      context.beginPath();
      for (; i < date.length && look(i) === same; i++) tracePoint(context, shape(i), x(date[i]), y(value[i]), r);
      context.fill();
      context.stroke();
    }
  };
  const strokeMonths = (context, x, y, { left, right, value, colour }) => {
    context.lineWidth = 1.6;
    context.globalAlpha = 0.6;
    value.forEach((v, i) => {
      context.strokeStyle = colour[i];
      context.beginPath();
      context.moveTo(x(left[i]), y(v));
      context.lineTo(x(right[i]), y(v));
      context.stroke();
    });
  };
  const paint = {
    lines: strokeLines,
    smooth: strokeLines,
    pf: (context, x, y, d) => drawPoints(context, x, y, d, {
      r: 1.8,
      width: 0.9,
      fill: (i) => d.fill[i],
      line: (i) => d.colour[i],
      shape: () => "circle"
    }),
    s2(context, x, y, d) {
      strokeMonths(context, x, y, d);
      drawPoints(context, x, y, d, { r: 4, width: 0.8, fill: (i) => d.colour[i], line: (i) => d.fill[i] });
    },
    seasons: (context, x, y, d) => drawPoints(context, x, y, d, { r: 5, width: 1.2, fill: (i) => d.colour[i], line: () => "#ffffff" })
  };
  const scales = () => {
    const { x_range, y_range } = view.model;
    const { left, top, width, height } = frame;
    return [
      (v) => left + (v - x_range.start) / (x_range.end - x_range.start) * width,
      (v) => top + height - (v - y_range.start) / (y_range.end - y_range.start) * height
    ];
  };
  const placeRules = () => {
    for (const [what, rule] of Object.entries(rules)) {
      const at = places[what] === null || !frame ? -1 : scales()[0](places[what]);
      rule.hidden = !frame || at < frame.left || at > frame.left + frame.width;
      if (!rule.hidden) rule.style.transform = `translateX(${at - 0.5}px)`;
    }
  };
  const draw = () => {
    if (!plot()) return;
    const { left, top, width, height } = view.frame.bbox;
    const { width: whole, height: high } = view.canvas_view.bbox;
    frame = { left, top, width, height };
    for (const rule of Object.values(rules)) Object.assign(rule.style, { top: `${top}px`, height: `${height}px` });
    Object.assign(canvas.style, { width: `${whole}px`, height: `${high}px` });
    const context = fitCanvas(canvas, whole, high);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const [x, y] = scales();
    for (const part of LAYER_PARTS) if (data[part]) paint[part](context, x, y, data[part]);
    context.restore();
    placeRules();
  };
  return {
    draw,
    has: (part) => LAYER_PARTS.includes(part) && (part !== "seasons" || kind === "index"),
    set(part, columns) {
      data[part] = columns;
      source(part)?.setv({ data: columns }, { silent: true, sync: false });
    },
    move(what, place) {
      places[what] = place;
      bokehModel(name(`${what}-${kind}`))?.setv({ location: place ?? 0 }, { silent: true, sync: false });
      if (plot()) placeRules();
    },
    wear(look) {
      for (const rule of Object.values(rules)) rule.style.borderLeftColor = look.ink;
    },
    // Bokeh's own models come forward while `make` runs, and what it paints then has all that is seen. It needs to have
    // painted them once before.
    async lend(make) {
      const ours = view ? view.model.renderers.filter((r) => LAYER_PARTS.some((part) => r.data_source === source(part))) : [];
      const cursor = bokehModel(name(`cursor-${kind}`));
      const show = (visible) => {
        for (const renderer of ours) renderer.setv({ visible }, { sync: false });
        cursor?.setv({ visible: visible && places.cursor !== null }, { sync: false });
      };
      for (const part of LAYER_PARTS) if (data[part]) source(part)?.change.emit();
      show(true);
      for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
      try {
        return make();
      } finally {
        show(false);
      }
    }
  };
};

// explorer/views/profile/profile_save.js
var SVG = "http://www.w3.org/2000/svg";
var svgElement2 = (tag, attributes = {}, text = null) => {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  return node;
};
var wrapText = (text, most) => {
  const rows = [""];
  for (const word of text.split(" ")) {
    if (rows.at(-1) && rows.at(-1).length + word.length > most) rows.push("");
    rows[rows.length - 1] += (rows.at(-1) ? " " : "") + word;
  }
  return rows;
};
var chartsAsSvg = (pictures, about, look) => {
  const size = (picture, side) => Number.parseFloat(picture.getAttribute(side));
  const width = Math.max(...pictures.map((p) => size(p, "width")));
  const all = svgElement2("svg", {
    xmlns: SVG,
    width,
    "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "font-size": 11,
    fill: look.ink
  });
  const ground = svgElement2("rect", { width, fill: look.panel });
  all.append(ground, svgElement2("text", { x: 10, y: 20, "font-size": 14, "font-weight": 650 }, about.title));
  let x = 10, y = 38;
  for (const key of about.keys) {
    const wide = 26 + key.text.length * 6.4;
    if (x + wide > width) {
      x = 10;
      y += 16;
    }
    if (key.sign) all.append(svgElement2("text", { x: x + 3, y, fill: key.colour || look.ink }, key.sign));
    else
      all.append(
        svgElement2("path", {
          d: `M${x} ${y - 4}h16`,
          stroke: key.colour || look.muted,
          "stroke-width": key.wide ? 8 : 2.4,
          "stroke-opacity": key.wide ? 0.3 : 1,
          "stroke-dasharray": { dashed: "5 3", dotted: "2 2", dotdash: "2 2 6 2" }[key.dash] ?? "none"
        })
      );
    all.append(svgElement2("text", { x: x + 20, y }, key.text));
    x += wide;
  }
  y += 10;
  for (const picture of pictures) {
    picture.setAttribute("y", y);
    y += size(picture, "height") + 4;
    all.append(picture);
  }
  for (const line of about.notes.flatMap((note) => wrapText(note, Math.floor(width / 5.6)))) {
    y += 13;
    all.append(svgElement2("text", { x: 10, y, "font-size": 10, fill: look.muted }, line));
  }
  y += 10;
  all.setAttribute("height", y);
  all.setAttribute("viewBox", `0 0 ${width} ${y}`);
  ground.setAttribute("height", y);
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

// explorer/views/common/bridge.js
function render2({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const { name, set, fit, forget } = makeFeeding(model);
  const chart = (kind) => bokehModel(name(`${kind}-chart`));
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
    look: { ink: "#0f2a33", muted: "#4a5a64", line: "#9aa7b0", grid: "#dfe5e9", panel: "#ffffff" },
    now: null,
    ticket: -1,
    // Why there is no value of a sensor's date, a sentence; or nothing, where there is one (or it is still to come).
    why(sensor, i) {
      const { times, missing } = this.calendar[sensor];
      const title = sensor === "pf" ? `Planet Fusion ${longDate(new Date(times[i]).toISOString().slice(0, 10))}` : `Sentinel-2 ${MONTHS[new Date(times[i]).getUTCMonth()]} ${new Date(times[i]).getUTCFullYear()}`;
      if (missing[i]) return `${title}: ${missing[i]}`;
      const last = this.pins.findLast((c) => c.sensor === sensor && c.flags);
      return last?.flags[i] === FLAG.NODATA ? `${title}: no data at this pixel` : "";
    }
  };
  const layers = Object.fromEntries(CHARTS.map((kind) => [kind, makeLayer(kind, name)]));
  const drawing = makeDrawing2(
    state,
    (short, data) => {
      const [kind, part] = short.split("-");
      if (layers[kind].has(part)) layers[kind].set(part, data);
      else set(short, data);
    },
    () => {
      for (const layer of Object.values(layers)) layer.draw();
    }
  );
  const hover = makeHover(state, drawing.place);
  el.append(hover.box);
  const move = (what, place) => {
    for (const layer of Object.values(layers)) layer.move(what, place);
  };
  const fitAll = () => {
    fit("bands", drawing.extent("bands"), { from: 0, least: 0.05 });
    fit("index", drawing.extent("index"), { least: 0.6 });
  };
  const wear = () => {
    for (const kind of CHARTS) {
      layers[kind].wear(state.look);
      if (chart(kind)) dressChart(chart(kind), state.look);
    }
  };
  const arrange = ({ label, bands, years }) => {
    bokehModel(name("index-axis"))?.setv({ axis_label: label }, { sync: false });
    const upper = chart("bands");
    if (upper && upper.visible !== bands) upper.setv({ visible: bands }, { sync: false });
    if (years === state.years) return;
    state.years = years;
    const range = bokehModel(name("range-time"));
    const [start, end] = years ? [Date.UTC(2017, 11, 26), Date.UTC(2019, 0, 6)] : [Date.UTC(2017, 11, 20), Date.UTC(2020, 0, 10)];
    range?.setv({ start, end, bounds: [start, end], reset_start: start, reset_end: end }, { sync: false });
    for (const kind of CHARTS)
      bokehModel(name(`${kind}-dates`))?.setv(
        years ? { days: "%d %b", months: "%b", years: "%b" } : { days: "%d %b %Y", months: "%b %Y", years: "%b %Y" },
        { sync: false }
      );
    if (state.now) move("cursor", drawing.place(state.now.time));
  };
  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return;
      state.now = detail;
      move("cursor", drawing.place(detail.time));
    },
    gone.signal
  );
  const timeAt = (x) => state.years && state.now?.time >= SECOND_YEAR ? x + YEAR_MS : x;
  let pointer = null;
  page.on(
    "chart",
    ({ act, kind, x, sx, sy }) => {
      if (act === "seek" || act === "drag") {
        page.emit("seek", { time: timeAt(x), settled: act === "seek" });
        return;
      }
      const waiting = pointer !== null;
      const range = bokehModel(name("range-time"));
      pointer = act === "leave" || !range || x < range.start || x > range.end ? {} : { kind, x, sx, sy };
      if (!waiting)
        requestAnimationFrame(() => {
          const at = pointer;
          pointer = null;
          const view = at.kind && Bokeh.index.find_one(chart(at.kind));
          if (!view) {
            move("hover", hover.hide());
            return;
          }
          const box = view.el.getBoundingClientRect();
          const upper = Bokeh.index.find_one(CHARTS.map(chart).find((c) => c.visible)).el.getBoundingClientRect();
          move("hover", hover.show(at.x, box.x + at.sx, box.y + at.sy, upper.y));
        });
    },
    gone.signal
  );
  page.on("save", ({ format }) => model.send_msg({ type: "save", format }), gone.signal);
  const handlers = {
    calendar(data) {
      state.calendar = unpackCalendar(data);
    },
    async save({ format, about }) {
      const charts = CHARTS.map(chart).filter((c) => c?.visible);
      const line = state.now ? [`Upright line: the date of the animation, ${longDate(state.now.iso)}.`] : [];
      const drawn = await Promise.all(
        charts.map(
          (model2) => layers[model2.name.split("-")[0]].lend(() => Bokeh.index.find_one(model2).export("svg").canvas)
        )
      );
      const picture = chartsAsSvg(drawn, { ...about, notes: [...line, ...about.notes] }, state.look);
      const blob = format === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : await svgAsPng(picture);
      saveFile(`${about.file}.${format}`, blob);
    },
    look(data) {
      state.look = data.look;
      wear();
      if (state.calendar) {
        drawing.pins();
        drawing.behind();
        drawing.over();
      }
    },
    curves(data) {
      if (data.fresh) forget();
      const again = data.show.years !== state.years;
      arrange(data.show);
      Object.assign(state, { ticket: data.ticket, drawn: state.drawn + 1, pins: unpackCurves(data, state.calendar) });
      const over = state.smooth.length || state.seasons.length || state.breaks.length;
      Object.assign(state, { smooth: [], seasons: [], breaks: [] });
      drawing.pins();
      if (over) drawing.over();
      if (again) drawing.behind();
      fitAll();
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
      fitAll();
      mark("profile-behind", { sample: state.sample.length, regions: state.regions.length });
    }
  };
  model.on("msg:custom", (data) => handlers[data.type]?.(data));
  model.on("remove", () => gone.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/labels/labels.js
var labels_exports = {};
__export(labels_exports, {
  render: () => render3
});
function render3({ model, el }) {
  const box = element("div");
  box.innerHTML = model.html;
  el.append(box);
  listen(model, {
    label(data) {
      box.innerHTML = data.html;
    }
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/map/legend.js
var legend_exports = {};
__export(legend_exports, {
  render: () => render4
});
function render4({ model, el }) {
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
  const count = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples shown" });
  const table = element(
    "button",
    { type: "button", class: "table", onclick: () => model.send_msg({ type: "table" }) },
    "Table"
  );
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Active filters", hidden: true });
  const key = element("div", { class: "density", role: "img", hidden: true });
  const list = element("ul", { "aria-label": "Legend" });
  el.append(
    element("div", { class: "head" }, element("span", { class: "hint" }, "Level"), level, count, table),
    chips,
    key,
    list
  );
  const isolate = (code, event) => model.send_msg({ type: "isolate", code, add: event.shiftKey || event.ctrlKey || event.metaKey });
  listen(model, {
    rows(data) {
      for (const button of level.children)
        button.setAttribute("aria-checked", String(Number(button.dataset.level) === data.level));
      const n = data.count.toLocaleString("en"), all = data.total.toLocaleString("en");
      count.textContent = data.count === data.total ? `${all} samples` : `${n} of ${all} samples`;
      const focused = el.getRootNode().activeElement?.dataset?.code;
      const some = data.rows.some((row) => row.on);
      list.replaceChildren(
        ...data.rows.map((row) => {
          const swatch = element("i");
          swatch.style.background = row.colour;
          const share = 100 * row.share;
          const percent = share >= 9.95 ? share.toFixed(0) : share >= 0.1 ? share.toFixed(1) : "<0.1";
          const button = element(
            "button",
            {
              type: "button",
              "data-code": row.code,
              "aria-pressed": String(row.on),
              class: some && !row.on ? "off" : "",
              title: `${row.code || ""} ${row.title}: ${row.count.toLocaleString("en")} samples, ${percent} %. Click isolates, shift-click adds.`,
              onclick: (event) => isolate(row.code, event)
            },
            swatch,
            element("span", {}, row.title),
            element("em", {}, row.count.toLocaleString("en")),
            element("em", { class: "share" }, `${percent} %`)
          );
          return element("li", {}, button);
        })
      );
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
            "×"
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
    density(data) {
      key.hidden = data.most === null;
      if (key.hidden) return;
      const bar = element("i");
      bar.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`;
      key.replaceChildren(
        element("span", {}, "1"),
        bar,
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
  render: () => render5
});

// explorer/views/map/map_popovers.js
var group = (title, ...children) => element("fieldset", {}, element("legend", {}, title), ...children);
var choices = (title, name, options, send) => {
  const row = element("div", { class: "segments", role: "radiogroup", "aria-label": title });
  for (const [value, text] of Object.entries(options))
    row.append(
      element("button", { type: "button", role: "radio", "data-value": value, onclick: () => send(name, value) }, text)
    );
  return {
    node: group(title, row),
    set: (value) => {
      for (const button of row.children) button.setAttribute("aria-checked", String(button.dataset.value === value));
    }
  };
};
var lookPopover = (send) => {
  const node = element("div", { class: "popover look", role: "dialog", "aria-label": "Map layers", hidden: true });
  let made = null;
  const titles = { shade: "Show", palette: "Class colours", theme: "Theme", base: "Basemap" };
  return {
    node,
    set(state) {
      if (!made) {
        made = {};
        for (const [name, options] of Object.entries(state.looks)) {
          if (!Object.keys(options).length) continue;
          made[name] = choices(titles[name], name, options, send);
          node.append(made[name].node);
        }
        if (!made.base) node.append(element("p", { class: "hint" }, "Online basemaps: start with --tiles."));
      }
      for (const [name, choice2] of Object.entries(made)) choice2.set(state.look[name]);
    }
  };
};
var fillIn = (input, value) => {
  if (!input.matches(":focus, [aria-invalid]")) input.value = value;
};
var numberField = (label, attributes, change) => {
  const input = numberInput({ "aria-label": label, ...attributes });
  input.addEventListener("change", change);
  return input;
};
var rangeFields = (title, name, low, high, scale, send) => {
  const change = () => {
    const value = (input, limit) => input.value === "" || input.matches("[aria-invalid]") ? limit : Number(input.value);
    const [a, b] = [value(from, low), value(to, high)].sort((p, q) => p - q);
    send({ [name]: a <= low && b >= high ? null : [a / scale, b / scale] });
  };
  const step = scale === 1 ? 1 : 5;
  const from = numberField(`${title}, from`, { min: low, max: high, step, placeholder: low }, change);
  const to = numberField(`${title}, to`, { min: low, max: high, step, placeholder: high }, change);
  return {
    node: group(title, element("div", { class: "range" }, from, "to", to, scale === 1 ? "" : "%")),
    set(value) {
      fillIn(from, value && value[0] * scale > low ? Math.round(value[0] * scale * 10) / 10 : "");
      fillIn(to, value && value[1] * scale < high ? Math.round(value[1] * scale * 10) / 10 : "");
    }
  };
};
var checkList = (title, name, options, send, small = false) => {
  const boxes = options.map(([value, text]) => {
    const box = element("input", { type: "checkbox" });
    box.value = value;
    box.addEventListener("change", () => send({ [name]: boxes.filter((b) => b.box.checked).map((b) => b.value) }));
    return { box, value, label: element("label", {}, box, text) };
  });
  const list = element("div", { class: small ? "checks small" : "checks" }, ...boxes.map((b) => b.label));
  return {
    node: group(title, list),
    set(values) {
      for (const { box, value } of boxes) box.checked = values.some((v) => String(v) === String(value));
    }
  };
};
var classField = (classes, send) => {
  const select = element(
    "select",
    { "aria-label": "Contains the class" },
    element("option", { value: "" }, "any class")
  );
  for (const level of [1, 2, 3]) {
    const options = element("optgroup", { label: `Level ${level}` });
    for (const c of classes.filter((one) => one.level === level))
      options.append(element("option", { value: c.code }, `${c.code} ${c.title}`));
    select.append(options);
  }
  let codes = [];
  const change = () => send({
    classes: select.value === "" ? [] : select.value === "several" ? codes : [Number(select.value)],
    min_fraction: Math.min(Math.max(Number(share.value) || 0, 0), 100) / 100
  });
  const share = numberField("Minimum fraction in percent", { min: 0, max: 100, step: 5, placeholder: 0 }, change);
  select.addEventListener("change", change);
  return {
    node: group("Minimum fraction", element("div", { class: "range" }, "≥", share, "% of", select)),
    set(filters) {
      codes = filters.classes;
      select.querySelector("option[value=several]")?.remove();
      if (codes.length > 1) select.append(element("option", { value: "several" }, `${codes.length} classes`));
      select.value = codes.length > 1 ? "several" : codes[0] ?? "";
      fillIn(share, filters.min_fraction ? Math.round(filters.min_fraction * 1e3) / 10 : "");
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
  let fields = null, state = null;
  const set = (next) => {
    state = next;
    if (!fields) return;
    fields.classes.set(state.filters);
    for (const [name, field] of Object.entries(fields)) if (name !== "classes") field.set(state.filters[name] ?? []);
  };
  return {
    node,
    set,
    options(found2) {
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
      if (found2.suspicion) fields.suspicion = rangeFields("Suspicion", "suspicion", 0, 100, 100, send);
      body.replaceChildren(...Object.values(fields).map((field) => field.node));
      if (state) set(state);
    }
  };
};

// explorer/views/map/map_tools.js
var EARTH = 6378137;
var lonOf = (x) => x / EARTH * 180 / Math.PI;
var latOf = (y) => Math.atan(Math.sinh(y / EARTH)) * 180 / Math.PI;
var angle = (value, letters) => `${Math.abs(value).toFixed(4)}° ${letters[value < 0 ? 1 : 0]}`;
var SIGNS = {
  pan: "M8 1v14M1 8h14M8 1 6 3m2-2 2 2M8 15l-2-2m2 2 2-2M1 8l2-2M1 8l2 2m12-2-2-2m2 2-2 2",
  box: "M2.5 3.5h11v9h-11z",
  lasso: "M5 10.5C2.500 9.800 1.500 8 1.500 6.500c0-2.500 3-4 6.500-4s6.500 1.500 6.500 4-3 4-6.500 4c-1 0-2-.1-3-.3m0 0c-1.200.6-1.200 2.300.3 2.300 1.400 0 1.200 1.500.2 2",
  seen: "M1.5 5V1.5H5M11 1.5h3.500V5M14.500 11v3.500H11M5 14.500H1.500V11M5 5h6v6H5z",
  home: "M2 8 8 2.500 14 8M4 7v6.500h8V7"
};
var sign = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
};
function render5({ model, el }) {
  const { on } = bus(model), stop = new AbortController(), { signal } = stop;
  let figure = null, overview = null;
  const modes = {
    pan: ["PanTool", "Drag to move", sign(SIGNS.pan)],
    box: ["BoxSelectTool", "Select samples in a box", sign(SIGNS.box)],
    lasso: ["LassoSelectTool", "Select samples with a lasso", sign(SIGNS.lasso)]
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
    sign(SIGNS.seen)
  );
  const takeView = () => {
    if (!figure) return;
    const { x_range: x, y_range: y } = figure;
    model.send_msg({ type: "area", kind: "rect", x0: x.start, x1: x.end, y0: y.start, y1: y.end });
  };
  const filters = filterPopover(
    (values) => choices2.send(values ? { type: "filter", values } : { type: "filter", clear: true })
  );
  const looks = lookPopover((name, value) => choices2.send({ type: "look", name, value }));
  const choices2 = makeChoices(model, (data) => {
    filters.set(data);
    looks.set(data);
  });
  let asked = false;
  const popovers = [
    [filters.node, element("button", { type: "button", "aria-expanded": "false" }, "Filters")],
    [looks.node, element("button", { type: "button", "aria-expanded": "false" }, "Layers")]
  ];
  const toggle = (wanted) => {
    for (const [node, button] of popovers) {
      node.hidden = node !== wanted || !node.hidden;
      button.setAttribute("aria-expanded", String(!node.hidden));
      if (!node.hidden) node.querySelector("button, input, select")?.focus({ preventScroll: true });
    }
    if (wanted === filters.node && !asked) {
      asked = true;
      model.send_msg({ type: "options" });
    }
  };
  for (const [node, button] of popovers) button.addEventListener("click", () => toggle(node));
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
  const frame = element(
    "div",
    { class: "frame" },
    keys,
    busy,
    element(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Map tools" },
      element("span", { class: "segments" }, ...Object.values(modeButtons)),
      view,
      ...popovers.map(([, button]) => button)
    ),
    element(
      "div",
      { class: "zoom" },
      zoomButton("Zoom in", "+", () => zoom(0.5)),
      zoomButton("Zoom out", "−", () => zoom(2)),
      zoomButton("Show all", sign(SIGNS.home), () => home())
    ),
    filters.node,
    looks.node,
    notice,
    where,
    element("div", { class: "corner" }, mini, scale)
  );
  el.append(frame);
  let sent = 0, waiting = 0, dirty = false, slow = 0, settle = 0, last = "";
  const tell = () => {
    if (!figure?.inner_width || !figure.inner_height) return;
    const { x_range: x, y_range: y } = figure;
    const view2 = {
      x0: x.start,
      x1: x.end,
      y0: y.start,
      y1: y.end,
      width: figure.inner_width,
      height: figure.inner_height
    };
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
  let frameAsked = false;
  const changed = () => {
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame(() => {
      frameAsked = false;
      tell();
      furnish();
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
  const zoom = (factor, fx = 0.5, fy = 0.5) => {
    const { x_range: x, y_range: y } = figure, w = x.end - x.start, h = y.end - y.start;
    const to = Math.min(Math.max(w * factor, Math.min(w, 1e3)), Math.max(w, 25e6)), f = to / w;
    const cx = x.start + fx * w, cy = y.start + fy * h;
    look(cx - fx * w * f, cx + (1 - fx) * w * f, cy - fy * h * f, cy + (1 - fy) * h * f);
  };
  const shift = (east, north) => {
    const { x_range: x, y_range: y } = figure, w = (x.end - x.start) / 4 * east, h = (y.end - y.start) / 4 * north;
    look(x.start + w, x.end + w, y.start + h, y.end + h);
  };
  const home = () => {
    const { x_range: x, y_range: y, inner_width: width, inner_height: height } = figure;
    const [x0, x1, y0, y1] = [x.reset_start, x.reset_end, y.reset_start, y.reset_end];
    const pixel = Math.max((x1 - x0) / width, (y1 - y0) / height), cx = (x0 + x1) / 2, cy = (y0 + y1) / 2;
    look(cx - pixel * width / 2, cx + pixel * width / 2, cy - pixel * height / 2, cy + pixel * height / 2);
  };
  const setMode = (name) => {
    for (const [other, button] of Object.entries(modeButtons))
      button.setAttribute("aria-pressed", String(other === name));
    const tool = figure.toolbar.tools.find((one) => one.type === modes[name][0]);
    if (tool) tool.active = true;
  };
  const furnish = () => {
    const { x_range: x, y_range: y } = figure;
    const pixel = (x.end - x.start) / figure.inner_width / Math.cosh((y.start + y.end) / 2 / EARTH);
    const most = pixel * Math.min(120, figure.inner_width / 4), unit = 10 ** Math.floor(Math.log10(most));
    const length = [5, 2, 1].map((n) => n * unit).find((n) => n <= most);
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
    const left = clamp((x.start - bx0) / (bx1 - bx0)), right = clamp((x.end - bx0) / (bx1 - bx0));
    const top = clamp((by1 - y.end) / (by1 - by0)), bottom = clamp((by1 - y.start) / (by1 - by0));
    const wide = Math.max((right - left) * size, 5), high = Math.max((bottom - top) * size, 5);
    Object.assign(mini.firstChild.style, {
      left: `${(left + right) / 2 * size - wide / 2}px`,
      top: `${(top + bottom) / 2 * size - high / 2}px`,
      width: `${wide}px`,
      height: `${high}px`
    });
  };
  const begin = () => {
    if (signal.aborted) return;
    figure = bokehModel(`map-${model.bus}`);
    if (!figure?.inner_width) return void setTimeout(begin, 30);
    for (const range of [figure.x_range, figure.y_range]) range.change.connect(changed);
    figure.properties.inner_width.change.connect(changed);
    figure.properties.inner_height.change.connect(changed);
    const drawn = window.Bokeh.index.find_one(figure);
    drawn?.canvas_view.events_el.setAttribute("tabindex", "-1");
    drawn?.canvas_view.events_el.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        const box = drawn.canvas_view.events_el.getBoundingClientRect(), { left, top, width, height } = drawn.frame.bbox;
        const share = (at, size) => Math.min(Math.max(at / size, 0), 1), factor = wheelFactor(event);
        if (factor === 1) return;
        if (popovers.some(([node]) => !node.hidden)) toggle(null);
        zoom(
          1 / factor,
          share(event.clientX - box.left - left, width),
          1 - share(event.clientY - box.top - top, height)
        );
      },
      { passive: false, capture: true, signal }
    );
    changed();
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
    "map-point",
    ({ x, y }) => {
      where.textContent = `${angle(latOf(y), "NS")}, ${angle(lonOf(x), "EW")}`;
    },
    signal
  );
  on(
    "map-leave",
    () => {
      where.textContent = "";
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
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
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
  const dress = (dark, tries = 0) => {
    const doc = bokehModel(`map-${model.bus}`)?.document;
    if (!doc) {
      if (tries < 100 && !signal.aborted) setTimeout(() => dress(dark, tries + 1), 100);
      return;
    }
    const text = dark ? "#a9b8c0" : "#4a5a64", line = dark ? "#34454f" : "#dfe5e9";
    for (const one of doc.all_models ?? doc._all_models?.values() ?? []) {
      const local = { sync: false };
      if (one.type.endsWith("Axis")) one.setv({ major_label_text_color: text, axis_label_text_color: text }, local);
      else if (one.type === "Grid" && !one.ticker?.type?.startsWith("Mercator"))
        one.setv({ grid_line_color: line }, local);
    }
    if (tries < 6)
      setTimeout(() => {
        if (!signal.aborted && frame.dataset.theme === "dark" === dark) dress(dark, tries + 1);
      }, 700);
  };
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
      dress(data.look.theme === "dark");
      const count = Object.entries(data.filters).filter(
        ([name, v]) => name !== "largest" && (Array.isArray(v) ? v.length : v)
      ).length;
      popovers[0][1].textContent = count ? `Filters · ${count}` : "Filters";
    },
    heard: choices2.heard,
    options: (data) => filters.options(data),
    overview(data) {
      overview = data;
      Object.assign(mini.style, {
        backgroundImage: `url(${data.src})`,
        width: `${data.size}px`,
        height: `${data.size}px`
      });
      if (figure) furnish();
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
  render: () => render6
});
function render6({ model, el }) {
  const title = element("h2"), told = element("p", { class: "told", role: "status" });
  const bars = element("div", { class: "bars", role: "list", tabindex: "0", "aria-label": "Classes of the set" });
  const head = element("tr"), body = element("tbody");
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
  const saves = [
    ["csv", "CSV"],
    ["geojson", "GeoJSON"],
    ["parquet", "GeoParquet"]
  ].map(
    ([format2, name]) => element(
      "button",
      {
        type: "button",
        onclick: () => {
          told.textContent = `Writing ${name} …`;
          model.send_msg({ type: "save", format: format2 });
        }
      },
      name
    )
  );
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Selected samples", hidden: true },
    element("header", {}, title, close),
    bars,
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of samples" },
      element("table", {}, element("thead", {}, head), body)
    ),
    element("footer", {}, first, before, page, next, last, element("span", { class: "save" }, "Download", ...saves)),
    told
  );
  el.append(panel);
  let state = { page: 0, count: 0, size: 50, sort: "sample_id", down: false };
  const pages = () => Math.max(Math.ceil(state.count / state.size), 1);
  const ask = (number, sort = state.sort, down = state.down) => model.send_msg({ type: "page", page: Math.min(Math.max(number, 0), pages() - 1), sort, down });
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
  const place = () => {
    const asked = { box: null };
    bus(model).emit("map-box", asked);
    const box = asked.box ?? { right: 0, top: 60 };
    const room = window.innerWidth - box.right - 32;
    const beside = room >= 360;
    Object.assign(panel.style, {
      left: `${beside ? box.right + 8 : 8}px`,
      top: `${Math.max(box.top, 54)}px`,
      width: `${beside ? Math.min(640, room) : window.innerWidth - 32}px`,
      maxHeight: `${Math.min(640, window.innerHeight - Math.max(box.top, 54) - 16)}px`
    });
  };
  const format = (value, name) => value === null ? "" : name === "fraction" || name === "suspicion" ? `${(100 * value).toFixed(0)} %` : String(value);
  listen(model, {
    page(data) {
      state = data;
      const opening = panel.hidden;
      if (opening) back.opened();
      panel.hidden = false;
      place();
      title.textContent = `${data.count.toLocaleString("en")} sample${data.count === 1 ? "" : "s"}`;
      told.textContent = "";
      const most = Math.max(...data.bars.map((bar) => bar.count), 1);
      bars.replaceChildren(
        ...data.bars.map((bar) => {
          const fill = element("i");
          Object.assign(fill.style, { width: `${100 * bar.count / most}%`, background: bar.colour });
          return element(
            "div",
            { role: "listitem" },
            element("span", { title: bar.title }, bar.title),
            element("b", {}, fill),
            element("em", {}, bar.count.toLocaleString("en"))
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
              { scope: "col", "aria-sort": sorted ? data.down ? "descending" : "ascending" : "none" },
              element(
                "button",
                {
                  type: "button",
                  onclick: () => ask(
                    0,
                    column.name,
                    sorted ? !data.down : column.name === "fraction" || column.name === "suspicion"
                  )
                },
                column.title,
                sorted ? data.down ? " ↓" : " ↑" : ""
              )
            );
          })
        )
      );
      body.replaceChildren(
        ...data.cells.map(
          (cells) => element(
            "tr",
            {},
            ...cells.map(
              (value, i) => element(
                "td",
                { class: typeof value === "number" ? "number" : "" },
                i === 0 ? element(
                  "button",
                  { type: "button", class: "id", onclick: () => model.send_msg({ type: "open", id: value }) },
                  value
                ) : format(value, data.columns[i].name)
              )
            )
          )
        )
      );
      page.textContent = `${(data.page + 1).toLocaleString("en")} / ${pages().toLocaleString("en")}`;
      first.disabled = before.disabled = data.page === 0;
      next.disabled = last.disabled = data.page >= pages() - 1;
      for (const button of saves) button.disabled = !data.count;
      if (opening) close.focus({ preventScroll: true });
      mark("picked", { count: data.count });
    },
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
  render: () => render7
});
function render7({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const WORDS = { ok: "as assumed", told: "read otherwise", wrong: "would be wrong", missing: "is missing" };
  const SIGNS2 = { ok: "✓", told: "i", wrong: "!", missing: "–" };
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const state = { asked: false, told: null };
  const facts = element("dl"), summary = element("p", { class: "summary", role: "status" }), list = element("ul", { class: "checks" });
  const notes = element("ul", { class: "notes" }), notesHead = element("h3", {}, "Noticed while files were read");
  const close = button("×", () => setOpen(false), { class: "close", "aria-label": "Close about this corpus" });
  const save = button(
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
  const line = (check) => element(
    "li",
    { class: check.state },
    element("b", { class: "sign", "aria-hidden": "true" }, SIGNS2[check.state]),
    element(
      "div",
      {},
      element("b", {}, check.subject),
      element("span", { class: "word" }, WORDS[check.state]),
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
        ...[...data.checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).map(line)
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
  render: () => render8
});

// explorer/views/profile/chart_keys.js
var makeChartKeys = (page, signal) => {
  const HELP = "arrow keys step through the dates, with shift they move the chart; plus and minus zoom, 0 resets";
  const move = (range, factor, share) => {
    const width = range.end - range.start, middle = (range.start + range.end) / 2 + share * width;
    range.setv({ start: middle - factor * width / 2, end: middle + factor * width / 2 });
  };
  const keyed = (view, event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const range = view.model.x_range, by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && event.shiftKey) move(range, 1, by / 4);
    else if (by) page.emit("key", { key: event.key });
    else if (event.key === "+" || event.key === "=") move(range, 0.5, 0);
    else if (event.key === "-") move(range, 2, 0);
    else if (event.key === "0") view.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const dressed = /* @__PURE__ */ new WeakSet();
  const dress = () => {
    for (const doc of window.Bokeh?.documents ?? [])
      for (const model of doc._all_models.values()) {
        const name = model.type === "Figure" && model.html_attributes.role === "figure" && model.html_attributes["aria-label"];
        const view = name && window.Bokeh.index.find_one(model), layer = view?.canvas_view?.events_el;
        if (!layer || dressed.has(layer)) continue;
        dressed.add(layer);
        layer.setAttribute("role", "application");
        layer.setAttribute("tabindex", "0");
        layer.setAttribute("aria-label", `${name}: ${HELP}`);
        layer.addEventListener("keydown", (event) => keyed(view, event), { signal });
      }
  };
  window.addEventListener("focusin", dress, { signal });
  return dress;
};

// explorer/views/page/head.js
function render8({ model, el }) {
  const swatch = element("i"), id = element("code"), text = element("span");
  const sample = element("div", { class: "sample" }, swatch, id, text);
  const input = element("input", {
    type: "search",
    placeholder: "Sample, lat, lon or country",
    "aria-label": "Go to a sample by id, to a place by latitude and longitude, or to a country by name",
    spellcheck: "false"
  });
  const form = element(
    "form",
    { role: "search" },
    input,
    element("button", { type: "submit" }, "Go"),
    element(
      "button",
      { type: "button", onclick: () => model.send_msg({ type: "random" }), title: "Any sample, by chance" },
      "Surprise me"
    ),
    element(
      "button",
      {
        type: "button",
        onclick: () => model.send_msg({ type: "stories" }),
        title: "Play a story, present this view, or put a story together"
      },
      "Stories"
    ),
    element(
      "button",
      {
        type: "button",
        onclick: () => model.send_msg({ type: "share" }),
        title: "A link to this view, files to take away, and the same in Python"
      },
      "Share"
    ),
    element(
      "button",
      {
        type: "button",
        onclick: () => model.send_msg({ type: "review" }),
        title: "Review labels: a queue, a verdict on each"
      },
      "Review"
    )
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) model.send_msg({ type: "go", text: input.value.trim().slice(0, 200) });
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
      element("h1", {}, "RapidAI4EO explorer", element("small", {}, model.corpus)),
      element(
        "button",
        {
          type: "button",
          class: "about",
          onclick: () => model.send_msg({ type: "about" }),
          "aria-label": "About this corpus",
          title: "About this corpus: what is assumed of it, and what its files say"
        },
        "About"
      ),
      sample,
      form
    ),
    notice
  );
  const gone = new AbortController();
  const dress = makeChartKeys(bus(model), gone.signal);
  listen(model, {
    sample(data) {
      setTimeout(dress, 1500);
      id.textContent = data.id ?? "";
      text.textContent = text.title = data.text;
      swatch.style.background = data.colour ?? "transparent";
      document.title = data.id ? `${data.id} · RapidAI4EO explorer` : "RapidAI4EO explorer";
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
  window.addEventListener("click", enlarged, { signal });
  window.addEventListener("keydown", escaped, { signal });
  window.addEventListener("keydown", radios, { signal, capture: true });
  window.addEventListener("popstate", () => model.send_msg({ type: "link", search: window.location.search }), {
    signal
  });
  model.on("remove", () => gone.abort());
  model.send_msg({ type: "ready" });
}

// explorer/views/present/present.js
var present_exports = {};
__export(present_exports, {
  render: () => render9
});
function render9({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const PLACE = "rapidai4eo-story";
  const HOLD = 3e3;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
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
    timed: !still.matches,
    own: (
      /** @type {import("../messages").Told["Presenter"]["own"] | null} */
      null
    ),
    shipped: [],
    editing: -1
  };
  const title = element("h1"), note = element("div", { class: "note" }), dots = element("div", { class: "dots", "aria-hidden": "true" });
  const count = element("span", { class: "count" });
  const words = element(
    "article",
    { class: "words", hidden: true, "aria-live": "polite" },
    title,
    note,
    element("div", { class: "line" }, dots, count)
  );
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
  const playOwn = button("Play", () => begin({ own: true }), { class: "main" });
  const saveOwn = button(
    "Save as YAML",
    () => saveFile("story.yaml", new Blob([state.own.yaml], { type: "application/yaml" }))
  );
  const drawer = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Stories", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Stories"),
      button("×", () => setDrawer(false), { class: "close", "aria-label": "Close the stories" })
    ),
    element(
      "div",
      { class: "line" },
      button(
        "Present this view",
        () => {
          setDrawer(false);
          begin({});
        },
        { class: "main", title: "Full screen, without controls (F)" }
      ),
      element("span", { class: "hint" }, element("kbd", {}, "F"))
    ),
    list,
    element("h3", {}, "My story"),
    name,
    own,
    element(
      "div",
      { class: "line" },
      button("Add this view", () => model.send_msg({ type: "collect" }), {
        title: "The sample, date, pixels and settings as they are now"
      }),
      playOwn,
      saveOwn,
      button("Open a file", () => file.click()),
      file
    ),
    trouble
  );
  el.append(veil, words, credit, drawer);
  const left = makeReturn(words);
  const setDrawer = makeDrawer(drawer, "stories", page, gone.signal, {
    shown: () => drawer.querySelector("button.main").focus()
  });
  const drawOwn = () => {
    const states = state.own?.states ?? [];
    playOwn.disabled = saveOwn.disabled = !states.length;
    name.value = state.own?.title ?? "";
    keepFocus(
      own,
      () => own.replaceChildren(
        ...states.map((one, i) => {
          const tell = (field2, value) => model.send_msg({ type: "edit", index: i, [field2]: value });
          const field = (label, key, tag = "input", extra = {}) => {
            const about = { "aria-label": `${label} of view ${i + 1}`, placeholder: label, ...extra };
            const input = tag === "number" ? numberInput(about) : element(tag, about);
            input.value = one[key] ?? "";
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
              button(one.title, () => model.send_msg({ type: "show", index: i }), {
                class: "name",
                title: "Show this view"
              }),
              button(
                "✎",
                () => {
                  state.editing = open ? -1 : i;
                  drawOwn();
                },
                { "aria-label": `Edit view ${i + 1}`, "aria-expanded": String(open), title: "Title, note, time" }
              ),
              button("↑", () => model.send_msg({ type: "move", index: i, by: -1 }), {
                "aria-label": `Move view ${i + 1} up`,
                disabled: i === 0
              }),
              button("↓", () => model.send_msg({ type: "move", index: i, by: 1 }), {
                "aria-label": `Move view ${i + 1} down`,
                disabled: i === states.length - 1
              }),
              button(
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
  const go = (by) => {
    if (!state.story) return;
    const next = state.at + by;
    if (next >= 0 && next < state.story.states.length) model.send_msg({ type: "go", index: next });
  };
  const large = (value) => {
    const doc = window.Bokeh?.documents ?? [];
    for (const one of doc.flatMap((d) => [...d._all_models?.values() ?? []])) {
      if (!one.type.endsWith("Axis")) continue;
      one.setv(
        {
          major_label_text_font_size: one.major_label_text_font_size === "0px" ? "0px" : value ? "17px" : "12px",
          axis_label_text_font_size: value ? "18px" : "12px"
        },
        { sync: false }
      );
    }
  };
  let timer = 0, runner = 0;
  const arm = () => {
    clearInterval(timer);
    clearTimeout(runner);
    if (!state.on) return;
    timer = setInterval(tick, 250);
    runner = setTimeout(() => {
      if (state.on && !still.matches && state.story) page.emit("run", true);
    }, HOLD);
  };
  const tick = () => {
    const now = performance.now(), seconds = state.story?.states[state.at]?.seconds;
    const share = state.story && state.timed && seconds ? Math.min(1, (now - state.since) / (1e3 * seconds)) : 0;
    dots.children[state.at]?.style.setProperty("--share", String(share));
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
      count.textContent = "The browser did not allow the presenter's window.";
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
    const inside = node?.closest?.("[role=slider]");
    const act = {
      Escape: end,
      f: end,
      PageDown: () => go(1),
      Enter: () => go(1),
      n: () => go(1),
      PageUp: () => go(-1),
      Backspace: () => go(-1),
      b: () => go(-1),
      ArrowRight: inside ? null : () => state.story ? go(1) : page.emit("key", { key: "ArrowRight" }),
      ArrowLeft: inside ? null : () => state.story ? go(-1) : page.emit("key", { key: "ArrowLeft" }),
      " ": () => page.emit("key", { key: " " }),
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
            button(
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
        left.opened();
      }
      credit.hidden = false;
      credit.replaceChildren(element("b", {}, "RapidAI4EO explorer"), element("span", {}, data.credit));
      words.hidden = !data.story;
      dots.replaceChildren(...(data.story?.states ?? []).map(() => element("i")));
      if (!data.story) mark("presenting", {});
    },
    at(data) {
      const here = state.story.states[data.index];
      state.at = data.index;
      state.since = performance.now();
      title.textContent = here.title;
      note.innerHTML = here.html;
      [...dots.children].forEach((dot, i) => {
        dot.className = i < data.index ? "past" : i === data.index ? "now" : "";
        dot.style.setProperty("--share", "0");
      });
      count.textContent = `${data.index + 1} / ${state.story.states.length}`;
      if (!still.matches) {
        veil.classList.remove("lift");
        void veil.offsetWidth;
        veil.classList.add("lift");
      }
      arm();
      large(true);
      mark("story-at", { index: data.index });
    },
    off() {
      clearInterval(timer);
      clearTimeout(runner);
      Object.assign(state, { on: false, story: null });
      words.hidden = credit.hidden = true;
      page.emit("run", false);
      large(false);
      if (beside && !beside.closed) beside.close();
      left.closed();
    }
  });
  model.on("remove", () => {
    gone.abort();
    clearInterval(timer);
    clearTimeout(runner);
  });
  let kept = "";
  try {
    kept = localStorage.getItem(PLACE) ?? "";
  } catch {
  }
  model.send_msg({ type: "ready", own: kept.slice(0, 262144) });
  drawOwn();
}

// explorer/views/profile/pins.js
var pins_exports = {};
__export(pins_exports, {
  render: () => render10
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
  const list = element("select", { "aria-label": "Add an index" });
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
    breaks: check("Breaks of the season", "Of the first index, by ruptures; snow left out"),
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
    field("Add", list),
    field("Formula", formula),
    field("Smoothed", smooth),
    field("Sample", element("div", { class: "choices" }, behind.index.node, behind.bands.node)),
    field("Usual", element("div", { class: "choices" }, behind.class.node)),
    element("div", { class: "switches" }, ...Object.values(switches).map((s) => s.node)),
    problem,
    element("button", { type: "button", class: "plain", onclick: () => send("") }, "As on a fresh page")
  );
  const open = (value) => {
    panel.hidden = !value;
    toggle.setAttribute("aria-expanded", String(value));
    if (!value) {
      toggle.focus({ preventScroll: true });
      return;
    }
    const button = toggle.getBoundingClientRect(), { width, height } = panel.getBoundingClientRect();
    panel.style.left = `${Math.max(8, Math.min(button.right - width, window.innerWidth - width - 8))}px`;
    panel.style.top = `${button.bottom + height + 10 < window.innerHeight ? button.bottom + 4 : Math.max(8, button.top - height - 4)}px`;
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
  list.addEventListener("change", () => {
    add(list.value);
    list.value = "";
  });
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
      list.replaceChildren(
        element("option", { value: "" }, "an index …"),
        ...Object.entries(menu.indices).map(
          ([label, entries]) => element(
            "optgroup",
            { label },
            ...Object.entries(entries).map(([text, value]) => element("option", { value }, text))
          )
        )
      );
      smooth.replaceChildren(...Object.entries(menu.smooth).map(([value, text]) => element("option", { value }, text)));
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
      list.disabled = formula.disabled = chosen.indices.length >= offer.most;
      if (formula.disabled || chosen.indices.includes(`expr:${formula.value.trim()}`)) formula.value = "";
      smooth.value = chosen.smooth;
      smooth.title = offer.sources[chosen.smooth] ?? "";
      for (const [word, { input }] of Object.entries(switches)) input.checked = chosen[word];
      for (const [chart, { input }] of Object.entries(behind)) input.checked = chosen.behind.includes(chart);
    }
  };
};

// explorer/views/profile/pins.js
function render10({ model, el }) {
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
  const menu = makeCurvesMenu((text) => choices2.send({ type: "curves", text }));
  const choices2 = makeChoices(model, (data) => menu.show(data.chosen, data.problem));
  const save = (text, title, onclick) => element("button", { type: "button", title, onclick }, text);
  const picture = (format) => save(
    format.toUpperCase(),
    `Download both charts as ${format.toUpperCase()}, with legend and attribution`,
    () => page.emit("save", { format })
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
    element("div", { class: "legend-line" }, keys, list),
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
    const dot = element("b", { class: what }, sign2 ?? "");
    dot.style.background = colour;
    return element(
      "span",
      { class: "pin", role: "listitem" },
      dot,
      input,
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
  const handlers = {
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
    heard: choices2.heard,
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }));
    },
    pins(data) {
      const last = data.pins.at(-1);
      whose.hidden = data.pins.length < 2;
      whose.textContent = last ? `${last.name || `${last.row}, ${last.col}`}:` : "";
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
  };
  model.on("msg:custom", (data) => handlers[data.type]?.(data));
  model.on("remove", () => {
    gone.abort();
    fade.disconnect();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/profile/profile_tables.js
var profile_tables_exports = {};
__export(profile_tables_exports, {
  render: () => render11
});
function render11({ model, el }) {
  const box = element("div", { class: "tables", role: "region", tabindex: "0", "aria-label": "Seasons and breaks" });
  el.append(box);
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
        const dot = element("i");
        dot.style.background = colour;
        const row = element(
          "tr",
          { title: pin },
          ...cells.map((cell, i) => element("td", {}, ...i ? [cell] : [dot, cell]))
        );
        return note ? [row, element("tr", { class: "note" }, element("td", { colspan: cells.length }, note))] : [row];
      })
    ) : "",
    ...notes.map((note) => element("p", {}, note))
  );
  const handlers = {
    tables(data) {
      box.replaceChildren(...Object.entries(data.tables).map(([name, found2]) => table(name, found2)));
      show(Object.keys(data.tables).length > 0);
    },
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }));
    }
  };
  model.on("msg:custom", (data) => handlers[data.type]?.(data));
  model.send_msg({ type: "ready" });
}

// explorer/views/review/review.js
var review_exports = {};
__export(review_exports, {
  render: () => render12
});

// explorer/views/review/class_search.js
var plainText = (text) => (text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").match(/[a-z0-9]+/g) ?? []).join(" ");
var classRank = (wanted, one) => {
  const code = String(one.code), title = plainText(one.title), words = title.split(" ");
  if ([code, title, `${code} ${title}`].includes(wanted)) return [0, 0];
  const exact = one.names.find(([name]) => name === wanted);
  if (exact) return [1, exact[1]];
  if (title.startsWith(wanted)) return [2, 0];
  if (code.startsWith(wanted)) return [3, 0];
  const begun = one.names.filter(([name]) => wanted.length > 2 && name.startsWith(wanted)).map(([, place]) => place);
  if (begun.length) return [4, Math.min(...begun)];
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return [5, 0];
  return title.includes(wanted) ? [6, 0] : null;
};
var classCandidates = (text, classes) => {
  const wanted = plainText(text.slice(0, 80));
  if (!wanted) return [];
  return classes.map((one) => ({ one, at: classRank(wanted, one) })).filter(({ at }) => at).sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.one.code - b.one.code).map(({ one, at }) => ({ one, rank: at[0] }));
};
var classMeant = (found2) => {
  if (!found2.length) return null;
  const best = found2.filter(({ rank }) => rank === found2[0].rank);
  if (found2[0].rank <= 1) return best.length === 1 ? best[0].one : null;
  return found2.length === 1 && found2[0].rank < 6 ? found2[0].one : null;
};
var makeClassField = ({ label, placeholder = "", classes, act, none, stays = false }) => {
  const id = `classes-${Math.random().toString(36).slice(2)}`;
  const input = element("input", {
    placeholder,
    maxlength: 200,
    "aria-label": label,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id
  });
  const list = element("ul", {
    id,
    class: "candidates",
    role: "listbox",
    "aria-label": "Classes found",
    popover: "manual",
    hidden: true
  });
  const box = element("span", { class: "combo" }, input, list);
  let found2 = [], at = -1;
  const hide = () => {
    if (!list.hidden) list.hidePopover?.();
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark2 = (index) => {
    at = index;
    [...list.children].forEach((node2, i) => node2.setAttribute("aria-selected", String(i === at)));
    const node = list.children[at];
    if (!node) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  };
  const place = () => {
    const edge = input.getBoundingClientRect(), below = window.innerHeight - edge.bottom - 8, above = edge.top - 8;
    const up = below < 190 && above > below;
    Object.assign(list.style, {
      left: `${edge.left}px`,
      width: `${Math.max(edge.width, 260)}px`,
      maxHeight: `${Math.min(300, up ? above : below)}px`,
      top: up ? "auto" : `${edge.bottom + 2}px`,
      bottom: up ? `${window.innerHeight - edge.top + 2}px` : "auto"
    });
  };
  const show = () => {
    found2 = classCandidates(input.value, classes());
    if (!found2.length) {
      hide();
      return;
    }
    list.replaceChildren(
      ...found2.slice(0, 12).map(({ one }, i) => {
        const swatch = element("i");
        swatch.style.background = one.colour;
        return element(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => take(one)
          },
          swatch,
          element("b", {}, String(one.code)),
          ` ${one.title}`
        );
      })
    );
    const opens = list.hidden;
    list.hidden = false;
    place();
    if (opens) list.showPopover?.();
    input.setAttribute("aria-expanded", "true");
    mark2(-1);
  };
  const take = (one) => {
    hide();
    input.value = stays ? `${one.code} ${one.title}` : "";
    act(one);
  };
  input.addEventListener("input", show);
  input.addEventListener("blur", hide);
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return;
    if (event.repeat && event.key === "Enter") {
      event.preventDefault();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      if (list.hidden) show();
      const count = list.hidden ? 0 : list.children.length;
      if (count) mark2(at < 0 ? by > 0 ? 0 : count - 1 : (at + by + count) % count);
    } else if (event.key === "Escape" && !list.hidden) {
      hide();
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !(stays && list.hidden)) {
      event.preventDefault();
      if (!list.hidden && at >= 0) {
        take(found2[at].one);
        return;
      }
      found2 = classCandidates(input.value, classes());
      const one = classMeant(found2);
      if (one) take(one);
      else none(input.value.trim(), found2);
    }
  });
  return {
    box,
    input,
    hide,
    found: () => classCandidates(input.value, classes()),
    meant: () => classMeant(classCandidates(input.value, classes()))
  };
};

// explorer/views/review/review_closing.js
var makeClosing = ({ begin, back, report }) => {
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const title = element("h3", { tabindex: "-1" }, "What this review has found"), content = element("div", { class: "content" });
  const page = element(
    "section",
    { class: "closing", "aria-label": "What this review has found", hidden: true },
    title,
    content
  );
  const part = (name, lines) => lines.length ? [element("h4", {}, name), element("ul", {}, ...lines.map((line) => element("li", {}, line)))] : [];
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
          button(text, () => begin(resume), { class: "main" }),
          ` ${why}`
        )
      );
      if (data.disputed)
        next.unshift(
          element(
            "span",
            {},
            button("Decide disagreements", () => begin("", "disputed"), { class: "main" }),
            ` ${data.disputed.toLocaleString("en")} of them`
          )
        );
      if (data.unsure.length)
        next.push(
          element(
            "span",
            {},
            button("Look at the unsure ones again", () => begin(`ids:${data.unsure.join(".")}`)),
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
          button("Accuracy report", report, { class: "main" }),
          button("Back to the samples", back)
        )
      );
      page.hidden = false;
      title.focus({ preventScroll: true });
      mark("closing-shown", {});
    }
  };
};

// explorer/views/review/review_kept.js
var makeKept = () => {
  const DRAFTS = "rapidai4eo-drafts", SENT = "rapidai4eo-sent", GIVEN = "rapidai4eo-given";
  const MOST2 = { [DRAFTS]: 200, [SENT]: 20, [GIVEN]: 100 }, LONGEST = 3e4;
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
      STORES[store]().setItem(place, JSON.stringify(list.slice(-MOST2[place])));
    } catch {
    }
  };
  const put = (place, key, value) => {
    const others = read(place).filter((one) => one?.key !== key);
    if (value !== null) {
      const one = { key, value };
      if (JSON.stringify(one).length <= LONGEST) others.push(one);
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
    draft: (scope, sample) => read(DRAFTS).find((one) => one?.key === `${scope} ${sample}`)?.value ?? null,
    keepDraft: (scope, sample, value) => put(DRAFTS, `${scope} ${sample}`, value),
    // Verdicts that are under way: gone once the server says that they are kept, or why not.
    sent: (id, value) => put(SENT, id, value),
    arrived: (id) => put(SENT, id, null),
    waiting: (scope) => read(SENT).map(({ value } = {}) => value).filter((value) => value?.scope === scope),
    // Ids of the verdicts that this tab has given: only these it takes back, after a reload too.
    given: () => read(GIVEN, "tab").filter((id) => typeof id === "string"),
    gave: (id) => write(GIVEN, [...read(GIVEN, "tab").filter((one) => one !== id), id], "tab")
  };
};
var sayBlind = (blind) => {
  try {
    document.cookie = `explorer_blind=${blind ? 1 : 0}; path=/; SameSite=Strict; max-age=${blind ? 14400 : 0}`;
  } catch {
  }
};

// explorer/views/review/review_form.js
var makeReviewForm = ({ kept, send }) => {
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
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
  let setup = { kinds: [], classes: [], strata: [] }, resume = "", touched = false, hides = false;
  const kind = element("select", { "aria-label": "Which samples" });
  const about = element("p", { class: "about" });
  const ofClass = makeClassField({
    label: "Class by name or code",
    placeholder: "class by name or code",
    classes: () => setup.classes,
    stays: true,
    act: () => {
    },
    none: (text, found2) => {
      trouble.textContent = found2.length ? `“${text}” can be several classes: choose one of the list.` : `No class is called “${text.slice(0, 40)}”.`;
    }
  });
  const count = numberInput({ min: 1, max: 1e5, step: 1, value: 100, "aria-label": "Number of samples" });
  const seed = numberInput({ min: 0, max: 999999, step: 1, value: 0, "aria-label": "Seed of the draw" });
  const strata = element("select", { "aria-label": "Strata of the draw" });
  const allocation = element(
    "select",
    { "aria-label": "Allocation to the strata" },
    ...["proportional", "equal", "neyman"].map(
      (value) => element("option", { value }, value === "neyman" ? "Neyman" : value)
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
    class: field("Class", ofClass.box),
    count: field("How many", count),
    strata: field("Strata", strata),
    allocation: field("Allocation", allocation),
    seed: field("Seed", seed),
    ids: field("Ids", ids)
  };
  const cancel = button("Cancel", () => send({ type: "close" }));
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
    for (const [id, input] of Object.entries({ count, seed })) input.disabled = fields[id].hidden;
    if (kind.value === "random") blind.checked = true;
    else if (kind.value !== "resume") blind.checked = hides;
    told.hidden = true;
    ask();
  };
  const content = () => ({
    kind: kind.value,
    class: ofClass.input.value,
    count: Number(count.value),
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
  for (const input of [count, seed, allocation]) input.addEventListener("change", ask);
  count.addEventListener("input", ask);
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
      const one = data.options.find(({ value }) => value === option.value);
      option.textContent = setup.strata.find(({ value }) => value === option.value).text + (one ? `: ${one.text}` : "");
    }
    const own = data.options.find(({ value }) => value === data.chosen);
    const offers = [];
    if (!data.works) {
      if (own?.enough)
        offers.push(
          button(
            `Draw ${own.enough.toLocaleString("en")}`,
            () => {
              count.value = own.enough;
              ask();
            },
            { title: "The least size with which every stratum gets enough" }
          )
        );
      if (data.advised !== data.chosen)
        offers.push(
          button(
            `Take ${setup.strata.find(({ value }) => value === data.advised)?.text ?? data.advised}`,
            () => {
              strata.value = data.advised;
              touched = true;
              ask();
            },
            { title: "The finest strata of which each gets enough with this size" }
          )
        );
    }
    const half = (value) => value === null ? "" : value === 0 ? "all of it" : `± ${(100 * value).toFixed(0)} %`;
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
      given: kept.given(),
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
      strata.replaceChildren(...data.strata.map(({ value, text }) => element("option", { value }, text)));
      strata.value = "1";
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
function render12({ model, el }) {
  const gone = new AbortController();
  const page = bus(model), kept = makeKept();
  const SETTLE = 1e3;
  const LOOK = 3e3;
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text);
  const key = (letter) => element("kbd", {}, letter);
  const percent = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")}`;
  const send = (message) => model.send_msg(message);
  let classes = [];
  let work = (
    /** @type {import("../messages").Told["ReviewPanel"]["work"] | null} */
    null
  );
  let rows = [];
  let confidence = null, sending = null, refused = null, asking = false, revealed = false;
  let shownAt = 0, moved = false, begun = "";
  const form = makeReviewForm({ kept, send });
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
  const title = element("b", { class: "queue" }), at = element("input", {
    class: "at",
    inputmode: "numeric",
    "aria-label": "Position in the queue: type a number and press Enter"
  });
  const of = element("span"), done = element("span", { class: "done" }), bar = element("i");
  const go = (message) => {
    moved = true;
    send(message);
  };
  const back = button("‹ Back", () => go({ type: "step", by: -1 }), {
    title: "The one before (B)",
    "aria-keyshortcuts": "B"
  });
  const skip = button("Skip ›", () => go({ type: "step", by: 1 }), {
    title: "The next one, without a verdict (S)",
    "aria-keyshortcuts": "S"
  });
  const open = button("Next open", () => go({ type: "open" }), {
    title: "The next one that has no verdict of yours (N)",
    "aria-keyshortcuts": "N"
  });
  const undo = button(
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
    act: (one) => named(one),
    none: (text, found2) => unnamed(text, found2)
  });
  const instead = element("div", { class: "instead", role: "group", tabindex: "-1", hidden: true });
  const evidence = element("div", { class: "evidence" });
  const stars = element(
    "div",
    { class: "confidence", role: "radiogroup", "aria-label": "Confidence" },
    ...[1, 2, 3, 4, 5].map(
      (n) => button(String(n), () => setConfidence(n), {
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
      const node = button("", () => say(id), { class: id, "aria-pressed": "false" });
      node.append(text, " ", key(letter));
      return [id, node];
    })
  );
  const own = button("Save my classes ", () => say("seen"), { class: "main seen" });
  own.append(key("⏎"));
  const rejudge = button("Judge once more", () => send({ type: "rejudge" }), {
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
    button("Accuracy report", () => showReport(), {
      class: "link",
      title: "How good the labels are, with intervals; areas; agreement; what to review yet"
    }),
    " · ",
    button("What was found", () => send({ type: "closing" }), {
      class: "link",
      title: "What this review has found so far, what is left, what could be next"
    }),
    " · verdicts as ",
    ...[
      ["csv", "CSV"],
      ["geojson", "GeoJSON"],
      ["parquet", "GeoParquet"],
      ["json", "STAC"]
    ].flatMap(([format, text]) => [
      button(text, () => send({ type: "save", format }), { class: "link", title: `Download all verdicts as ${text}` }),
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
      button("Download", () => showReport(true), { class: "main" }),
      button("×", () => closeReport(), { class: "close", "aria-label": "Close the report" })
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
  const help = button("?", () => setHelp(keys.hidden), { title: "Keys (?)", "aria-label": "Keys", class: "help" });
  const close = button("×", () => send({ type: "close" }), {
    title: "End the review",
    "aria-label": "End the review",
    class: "close"
  });
  const KEYS = [
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
    element("dl", {}, ...KEYS.flatMap(([letter, text]) => [element("dt", {}, key(letter)), element("dd", {}, text)])),
    button("Close", () => setHelp(false))
  );
  const desk = element(
    "div",
    { class: "desk" },
    element("div", { class: "line" }, title, done, help, close),
    element("div", { class: "bar", role: "progressbar", "aria-label": "Reviewed", "aria-valuemin": "0" }, bar),
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
  const root = element(
    "div",
    { class: "review", role: "group", "aria-label": "Review", tabindex: "-1" },
    form.form,
    desk,
    closing.page,
    keys,
    sheet
  );
  el.append(root);
  form.form.hidden = desk.hidden = true;
  const fromHelp = makeReturn(keys), fromReview = makeReturn(root);
  const focusReview = () => root.focus({ preventScroll: true });
  const hasFocus = () => {
    const node = focusedNode();
    return !node || node === document.body || root.contains(node);
  };
  const setHelp = (value) => {
    if (keys.hidden === !value) return;
    if (value) fromHelp.opened();
    else fromHelp.closed();
    keys.hidden = !value;
    if (value) keys.focus({ preventScroll: true });
  };
  const setConfidence = (value) => {
    confidence = confidence === value ? null : value;
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
          value: percent(meant(row)),
          "aria-label": `Fraction of ${row.title} in percent`
        });
        swatch.style.background = row.colour;
        share.disabled = row.action === "reject";
        share.addEventListener("change", () => {
          if (share.value === "") {
            share.value = percent(meant(row));
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
        const line2 = element(
          "div",
          {
            class: `class ${row.action}`,
            tabindex: i === Math.max(focus, 0) ? "0" : "-1",
            role: "group",
            "aria-label": `${row.code} ${row.title}, ${percent(meant(row))} percent${row.action ? `, ${row.action}` : ""}`
          },
          swatch,
          element("span", { class: "name", title: row.title }, element("b", {}, String(row.code)), ` ${row.title}`),
          element(
            "span",
            { class: "given", title: "in the label" },
            row.given === null ? "new" : `${percent(row.given)} %`
          ),
          share,
          "%",
          row.added ? null : button("✓", () => set("accept"), {
            class: "yes",
            "aria-pressed": String(row.action === "accept"),
            "aria-label": `Accept ${row.title}`,
            title: "Accept (Y)"
          }),
          button("✗", () => set("reject"), {
            class: "no",
            "aria-pressed": String(row.action === "reject"),
            "aria-label": `${row.added ? "Remove" : "Reject"} ${row.title}`,
            title: row.added ? "Remove (X)" : "Reject (X)"
          })
        );
        line2.addEventListener("keydown", (event) => {
          if (event.target !== line2 || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !event.key.startsWith("Arrow"))
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
        return line2;
      })
    );
    const all2 = total();
    sum.textContent = rows.length ? `adds up to ${percent(all2)} %` : "";
    sum.classList.toggle("odd", rows.length > 0 && Math.abs(all2 - 1) > 0.015);
    if (focus >= 0) list.children[focus]?.focus();
    keep();
    askChips();
  };
  const shareOut = () => {
    const named2 = rows.filter((row) => row.added && !row.typed), rest = 1 - rows.filter((row) => !named2.includes(row)).reduce((all2, row) => all2 + meant(row), 0);
    for (const row of named2) row.fraction = Math.max(0, Math.round(rest / named2.length * 1e4) / 1e4);
  };
  const addClass = (one) => {
    const there = rows.find((row) => row.code === one.code);
    if (there) {
      there.action = there.added ? "add" : "accept";
      told.textContent = `${one.title} is in the list.`;
    } else {
      rows.push({
        code: one.code,
        title: one.title,
        colour: one.colour,
        given: null,
        added: true,
        action: "add",
        fraction: null,
        typed: false
      });
      shareOut();
      told.textContent = meant(rows.at(-1)) > 0 ? `${one.code} ${one.title} is added with ${percent(meant(rows.at(-1)))} %.` : `${one.code} ${one.title} is added with 0 %: the label leaves no room. Say how much it has, and what of the label is not there.`;
    }
    drawRows();
  };
  const unnamed = (text, found2) => {
    if (text) {
      const first = found2.slice(0, 3).map(({ one }) => `${one.code} ${one.title}`).join(", ");
      told.textContent = found2.length ? `Nothing was saved: “${text.slice(0, 40)}” can be ${first}${found2.length > 3 ? " …" : ""}. Choose one with ↓ and Enter, or type its code.` : `Nothing was saved: no class is called “${text.slice(0, 40)}”. Type a CORINE name or a code such as 311.`;
      return;
    }
    if (asking) {
      asking = false;
      judgeAs("wrong");
    } else if (work?.hidden) say("seen");
  };
  const named = (one) => {
    if (asking) nameWrong(one);
    else addClass(one);
  };
  const nameWrong = (one) => {
    const parts = labelled();
    if (rows.some((row) => row.action)) {
      addClass(one);
      asking = false;
      told.textContent += " W saves.";
      return;
    }
    if (parts.length < 2) {
      replace(one, parts);
      return;
    }
    const options = [
      [`All of the label: ${one.code} ${one.title} 100 %`, () => replace(one, parts)],
      ...parts.filter(({ code }) => code !== one.code).slice(0, 6).map((row) => [
        `In place of ${row.code} ${row.title}: ${percent(row.given + (parts.find(({ code }) => code === one.code)?.given ?? 0))} %`,
        () => replace(one, [row])
      ]),
      [
        "I say how much of each",
        () => {
          hideInstead();
          asking = false;
          addClass(one);
          list.querySelectorAll(".class").item(rows.findIndex(({ code }) => code === one.code))?.querySelector(".share")?.focus();
        }
      ]
    ];
    instead.setAttribute("aria-label", `${one.code} ${one.title} in place of what?`);
    instead.replaceChildren(
      element("b", {}, `${one.code} ${one.title} in place of what?`),
      ...options.map(([text, act], i) => {
        const node = button("", () => {
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
  const replace = (one, parts) => {
    const share = parts.length === labelled().length ? 1 : parts.reduce((all2, row) => all2 + row.given, 0);
    for (const row of parts) if (row.code !== one.code) row.action = "reject";
    const there = rows.find(({ code }) => code === one.code);
    if (there)
      Object.assign(there, {
        action: "set",
        fraction: Math.min(1, (parts.includes(there) ? 0 : there.given) + share),
        typed: true
      });
    else
      rows.push({
        code: one.code,
        title: one.title,
        colour: one.colour,
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
    kept.keepDraft(work.scope, work.sample, now === begun ? null : now);
  };
  const classOf = (code) => classes.find((one) => one.code === code) ?? { code, title: "", colour: "#888" };
  const fill = (said) => {
    for (const one of said.rows) {
      const row = rows.find(({ code }) => code === one.code);
      if (row) Object.assign(row, { action: one.action, fraction: one.fraction, typed: Boolean(one.typed) });
      else if (one.action !== "reject")
        rows.push({
          code: one.code,
          title: classOf(one.code).title,
          colour: classOf(one.code).colour,
          given: null,
          added: true,
          action: "add",
          fraction: one.fraction,
          typed: one.typed !== false
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
      rows: (data.mine?.adjustments ?? []).filter(({ action }) => !data.hidden || action !== "reject").map((one) => ({ ...one, fraction: one.action === "set" || one.action === "add" ? one.fraction : null })),
      confidence: data.mine?.confidence ?? null,
      comment: data.mine?.comment ?? ""
    });
    begun = written();
    let draft = null;
    try {
      draft = JSON.parse(kept.draft(data.scope, data.sample));
    } catch {
    }
    if (draft && Array.isArray(draft.rows) && typeof draft.comment === "string") {
      rows = labelRows(data);
      fill({
        rows: draft.rows.filter(
          (one) => Number.isInteger(one?.code) && ["add", "set", "reject", "accept"].includes(one.action)
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
    root.dataset.fresh = "true";
    setTimeout(() => {
      if (performance.now() - shownAt >= SETTLE - 5) delete root.dataset.fresh;
    }, SETTLE);
  };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const adjustments = () => rows.filter((row) => row.action).map((row) => ({ code: row.code, action: row.action, fraction: row.action === "reject" ? 0 : meant(row) }));
  const judgeAs = (judgement) => {
    if (!work || sending) return;
    if (judgement !== "unsure" && tooMuch()) {
      told.textContent = `Nothing was saved: the fractions add up to ${percent(total())} %. Say how much each class has, or reject what is not there.`;
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
    kept.sent(sending, { id: sending, scope: work.scope, base: work.base, said });
    for (const node of [...Object.values(judge), own]) node.disabled = true;
    told.textContent = "Saving …";
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
    for (const one of kept.waiting(work.scope)) {
      const { sample, judgement, adjustments: adjustments2, confidence: confidence2, comment: comment2, link } = one.said;
      send({
        type: "late",
        id: one.id,
        scope: one.scope,
        base: one.base,
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
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const drawStrip = (pictures) => {
    for (const url of strips.splice(0)) URL.revokeObjectURL(url);
    strip.replaceChildren(
      ...pictures.map(({ index, date, jpeg }) => {
        const [year, month] = date.split("-");
        const node = button("", () => page.emit("seek", { index }), {
          title: `Show ${longDate(date)}`,
          "aria-label": `Show ${longDate(date)}`
        });
        node.append(
          picture(jpeg, strips, { alt: "" }),
          element("small", {}, `${MONTHS[Number(month) - 1]} ${year.slice(2)}`)
        );
        return node;
      })
    );
  };
  const drawAround = ({ cells, reach }, hidden) => {
    const map = svg("svg", {
      viewBox: `${-reach} ${-reach} ${2 * reach} ${2 * reach}`,
      role: "img",
      "aria-label": `${cells.length} samples around, ${2 * reach} km across`
    });
    for (const { id, ring, colour, title: title2 } of [...cells].reverse()) {
      const here = id === work.sample;
      const shape = svg("polygon", {
        points: ring.map((point) => point.join(",")).join(" "),
        class: here ? "here" : "",
        style: colour && !here ? `fill: ${colour}` : ""
      });
      const name = svg("title", {});
      name.textContent = here ? "this sample" : title2 ? `${id}: ${title2}` : id;
      shape.append(name);
      map.append(shape);
    }
    map.append(
      svg("circle", { cx: 0, cy: 0, r: 0.9, class: "ring" }),
      svg("path", { d: `M${-reach + 0.8} ${reach - 0.9}h5`, class: "scale" })
    );
    around.replaceChildren(
      map,
      element(
        "div",
        { class: "line" },
        element("small", {}, `5 km · ${cells.length - 1} around`),
        ...hidden ? [] : [
          button("Map", () => send({ type: "map" }), {
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
      ), here = node === document.body || node === document.documentElement || root.contains(node);
      const isButton = node?.tagName === "BUTTON";
      if (event.key === "Escape" && !keys.hidden) {
        setHelp(false);
        return;
      }
      if (isWriting(event)) {
        if (event.key === "Escape" && root.contains(node)) {
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
  root.addEventListener("keydown", (event) => {
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
  const line = (parts) => element("p", {}, ...parts);
  const seenAs = (link) => link?.startsWith("?") ? element(
    "a",
    { href: link, target: "_blank", rel: "noopener", title: "Date, pixels and view of this verdict" },
    "as seen"
  ) : "";
  const drawProgress = (count, all2) => {
    done.textContent = `${count.toLocaleString("en")} of ${all2.toLocaleString("en")} reviewed`;
    bar.style.width = `${all2 ? 100 * count / all2 : 0}%`;
    bar.parentElement.setAttribute("aria-valuenow", String(count));
    bar.parentElement.setAttribute("aria-valuemax", String(all2));
  };
  const take = (data) => {
    saveFile(data.name, new Blob([data.bytes], { type: data.media }));
    told.textContent = `${data.name} was written.`;
  };
  listen(model, {
    setup(data) {
      classes = data.classes;
      level.replaceChildren(
        ...data.strata.filter(({ value }) => value !== "0").map(({ value, text }) => element("option", { value }, text))
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
      if (data.id) kept.arrived(data.id);
      finish();
    },
    told(data) {
      told.textContent = data.text;
    },
    refused(data) {
      kept.arrived(data.id);
      told.textContent = data.text;
      if (data.id === sending) finish();
    },
    progress(data) {
      drawProgress(data.done, data.total);
    },
    closing(data) {
      desk.hidden = true;
      closing.show(data, told.textContent);
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
          line(measured),
          ...found2.reasons.length ? [element("ul", {}, ...found2.reasons.map((text) => element("li", {}, text)))] : []
        );
      }
      mine.replaceChildren(
        ...data.mine && !data.hidden ? [element("b", {}, "You said"), ` ${data.mine.text} `, seenAs(data.mine.link)] : []
      );
      others.replaceChildren(
        ...data.others.map((other) => line([element("b", {}, other.reviewer), `: ${other.text} `, seenAs(other.link)]))
      );
      told.textContent = data.told ?? "";
      if (!same || unfolds) finish();
      if (held && closing.page.hidden) focusReview();
      form.goesOn(data);
      if (first) sendLate();
      mark("review-shown", { sample: data.sample });
    },
    saved(data) {
      refused = null;
      kept.arrived(data.id);
      kept.gave(data.id);
      if (work) kept.keepDraft(work.scope, data.sample, null);
      if (work?.sample === data.sample) begun = written();
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
          (one) => element(
            "figure",
            {},
            element("figcaption", { title: one.title }, element("b", {}, String(one.code)), ` ${one.title}`),
            ...one.chips.length ? one.chips.map(
              (chip) => picture(chip.jpeg, urls, {
                alt: `A sample of ${one.title}, ${chip.km} km away`,
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
  render: () => render13
});
function render13({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const SIZE2 = 60;
  const low = window.matchMedia("(max-height: 840px) and (min-width: 1251px)");
  const scarce = window.matchMedia("(max-height: 960px) and (min-width: 1251px)");
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
    look: { composite: "", title: "", twin: true, by: "bands", band: "B08", room: "" }
  };
  const note = element("div", { class: "note", role: "status" });
  const legend = element("div", { class: "legend", hidden: true });
  const chosen = element("span", { class: "chosen" });
  const list = element("select", {
    class: "shown",
    "aria-label": "Shown of Sentinel-2",
    title: "What the months show",
    onchange: () => send({ composite: list.value })
  });
  const bandList = element("select", { "aria-label": "Band", onchange: () => send({ band: bandList.value }) });
  const choices2 = (label, key, entries) => {
    const buttons = entries.map(
      ([value, text, title]) => element("button", { type: "button", title, "data-value": value, onclick: () => send({ [key]: value }) }, text)
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
  const send = (what) => model.send_msg({ type: "look", ...what });
  const tile = (kind, i) => {
    const canvas = element("canvas", { width: SIZE2, height: SIZE2 });
    const over = element("canvas", { class: "over" });
    const text = element("span", { class: "label" });
    const why = element("span", { class: "why" });
    const box = element(
      "button",
      { type: "button", class: `tile ${kind}` },
      element("span", { class: "frame" }, canvas, over, why, text)
    );
    return { kind, box, canvas, over, text, why, i };
  };
  const months = Array.from({ length: 12 }, (_, i) => tile("month", i));
  const lower = Array.from({ length: 12 }, (_, i) => tile("band", i));
  const upperGroup = element(
    "div",
    { class: "tiles", role: "group", "aria-label": "Months" },
    ...months.map((t) => t.box)
  );
  const lowerGroup = element("div", { class: "tiles", role: "group" }, ...lower.map((t) => t.box));
  const images = element(
    "div",
    { class: "images" },
    legend,
    upperGroup,
    element("div", { class: "bar" }, by, bandList, chosen),
    lowerGroup
  );
  el.append(element("div", { class: "bands" }, element("div", { class: "bar" }, list, note, room), images));
  const ofBand = () => state.look.by === "months";
  const bandIndex = () => Math.max(
    0,
    state.bands.findIndex((band) => band.name === state.look.band)
  );
  const there = (month) => state.status[month] === status.THERE;
  const waits = (month) => !there(month) && state.status[month] !== status.ABSENT && state.status[month] !== status.BROKEN;
  const lacks = (month) => {
    if (waits(month)) return state.failed ? "not read" : state.sample === null ? "" : "loading";
    return state.status[month] === status.BROKEN ? "broken" : "no mosaic";
  };
  const place = (t) => ofBand() ? { month: t.i, band: bandIndex() } : { month: state.month, band: t.i };
  const lowerThere = (t) => {
    const { month, band } = place(t);
    return there(month) && !state.empty.has(`${month},${band}`);
  };
  const said = (month, on) => on ? "" : waits(month) ? lacks(month) ? `, ${lacks(month)}` : "" : ", missing";
  const paint = (t, atlas, x, y, on, why, waiting) => {
    const context = t.canvas.getContext("2d");
    context.clearRect(0, 0, SIZE2, SIZE2);
    if (on && atlas) context.drawImage(atlas, x * SIZE2, y * SIZE2, SIZE2, SIZE2, 0, 0, SIZE2, SIZE2);
    t.why.textContent = on ? "" : why;
    t.box.classList.toggle("empty", !on);
    t.box.classList.toggle("waiting", waiting);
  };
  const outline = (context, points, width, colour) => {
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
    const unit = side / 200;
    for (const { kind, points, colour } of state.regions) {
      const corners = kind === "box" ? [points[0], [points[0][0], points[1][1]], points[1], [points[1][0], points[0][1]]] : points;
      const shape = corners.map(([row, col]) => [col * unit, row * unit]);
      outline(context, shape, 3, "rgba(0,0,0,.55)");
      outline(context, shape, 1.5, colour);
    }
    state.pins.forEach((pin, i) => {
      const x = (pin.col + 0.5) * unit, y = (pin.row + 0.5) * unit;
      drawTenMetre(context, pin, unit);
      drawArms(context, x, y, pin.colour, { from: 3, to: i === state.pins.length - 1 ? 9 : 5, width: 1.5 });
    });
  };
  const drawAllPins = () => {
    const sides = [months, lower].map(([t]) => t.over.clientWidth);
    for (const t of months) drawPins(t, there(t.i), sides[0]);
    for (const t of lower) drawPins(t, lowerThere(t), sides[1]);
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
    for (const t of lower) {
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
    wander(lowerGroup, lower);
    soon("pins");
  };
  const soon = makeSoon((parts) => {
    if (parts.has("months")) drawMonths();
    else if (parts.has("lower")) drawLower();
    else drawAllPins();
  }, 40);
  const number = (value) => Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toFixed(3);
  const drawLegend2 = (data) => {
    legend.hidden = !data;
    if (!data) return;
    const ends = [data.low, data.high].map((value, i) => value === null ? ["low", "high"][i] : number(value));
    const bar = element("i", { role: "img", "aria-label": `${data.title}, from ${ends[0]} to ${ends[1]}` });
    bar.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`;
    legend.replaceChildren(
      element("span", { class: "of", title: data.title }, data.title),
      element("b", {}, ends[0]),
      bar,
      element("b", {}, ends[1])
    );
  };
  const pick = (event) => {
    const box = event.currentTarget.querySelector(".frame").getBoundingClientRect();
    const at = (v, size) => Math.min(SIZE2 - 1, Math.max(0, Math.floor(v / size * SIZE2)));
    if (event.detail === 0) return null;
    return { row: at(event.clientY + 0.5 - box.top, box.height), col: at(event.clientX + 0.5 - box.left, box.width) };
  };
  for (const t of [...months, ...lower]) {
    t.box.addEventListener("click", (event) => {
      const isMonth = t.kind === "month" || ofBand();
      const pixel = pick(event);
      const shown = t.kind === "month" ? there(t.i) : lowerThere(t);
      if (isMonth) page.emit("seek", { time: Date.UTC(2018, t.i, 15) });
      if (pixel && shown)
        model.send_msg({ type: "pick", ...pixel, add: event.shiftKey || event.ctrlKey || event.metaKey });
      if (!isMonth && state.bands[t.i] && state.bands[t.i].name !== state.look.band)
        send({ band: state.bands[t.i].name });
    });
  }
  const wander = (group2, tiles) => {
    const root = group2.getRootNode();
    const at = tiles.find((t) => t.box === root.activeElement) ?? tiles.find((t) => t.box.getAttribute("aria-pressed") === "true") ?? tiles[0];
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
  walk(upperGroup, months);
  walk(lowerGroup, lower);
  page.on(
    "date",
    ({ iso }) => {
      if (!iso) return;
      const month = Number(iso.slice(5, 7)) - 1;
      const changed = month !== state.month || iso.slice(0, 4) !== state.iso?.slice(0, 4);
      state.iso = iso;
      state.month = month;
      if (changed) drawLower();
    },
    gone.signal
  );
  const panel = () => {
    let node = el;
    while (node && node.getAttribute?.("role") !== "region")
      node = node.parentElement ?? node.getRootNode()?.host ?? null;
    return node;
  };
  const makeRoom = () => {
    if (window.matchMedia("print").matches) return;
    const alone = (panel()?.clientWidth ?? 0) >= 800;
    const tight = low.matches && !alone;
    const wanted = state.look.room || (tight ? "images" : "");
    images.hidden = wanted === "spectrum";
    panel()?.style.setProperty("--spectrum-shown", wanted === "images" ? "none" : "flex");
    panel()?.style.setProperty("--spectrum-note", wanted === "" && scarce.matches && !alone ? "none" : "block");
    for (const item of room.children) {
      item.hidden = tight && item.dataset.value === "";
      item.setAttribute("aria-pressed", String(item.dataset.value === wanted));
    }
  };
  for (const query of [low, scarce]) query.addEventListener("change", makeRoom, { signal: gone.signal });
  const bitmap = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }));
  let menu = {};
  const drawMenu = () => {
    const { composite, title, twin } = state.look;
    const entries = Object.values(menu).flatMap((group2) => Object.values(group2));
    list.replaceChildren(
      element("option", { value: "" }, composite ? "As the animation" : `As the animation${twin ? `: ${title}` : ""}`),
      ...composite && !entries.includes(composite) ? [element("option", { value: composite }, title)] : [],
      ...Object.entries(menu).map(
        ([label, group2]) => element(
          "optgroup",
          { label },
          ...Object.entries(group2).map(([text, value]) => element("option", { value }, text))
        )
      )
    );
    list.value = composite;
  };
  const say = () => {
    if (note.classList.contains("error")) return;
    const count = state.status.filter((s) => s === status.THERE).length;
    const settled = state.rgb || state.status.every((s) => s !== status.WAITING);
    const parts = [];
    if (settled)
      parts.push(
        count === 0 ? "No Sentinel-2 mosaic of this sample is in the corpus" : count < 12 ? `${count} of 12 months` : ""
      );
    if (count && !state.look.twin) parts.push("true colour: it has no bands for the animation's");
    note.textContent = parts.filter(Boolean).join(" · ");
  };
  listen(model, {
    open(data) {
      Object.assign(state, {
        ticket: data.ticket,
        sample: data.sample ?? null,
        failed: false,
        bands: data.bands,
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
    },
    async pictures(data) {
      if (data.ticket !== state.ticket) return;
      const [rgb, grey] = await Promise.all([data.rgb ? bitmap(data.rgb) : null, data.grey ? bitmap(data.grey) : null]);
      if (data.ticket !== state.ticket) return;
      Object.assign(state, {
        status: data.status,
        reasons: data.reasons,
        empty: new Set(data.empty),
        rgb,
        grey: grey ?? state.grey
      });
      say();
      drawLegend2(data.legend);
      drawMonths();
      drawAllPins();
      mark("bands-drawn", { sample: data.sample, months: data.status.filter((s) => s === status.THERE).length });
    },
    pins(data) {
      Object.assign(state, { pins: data.pins, regions: data.regions });
      soon("pins");
    },
    error(data) {
      if (data.ticket !== state.ticket) return;
      note.classList.add("error");
      state.failed = true;
      soon("months");
      note.replaceChildren(
        data.text,
        element("button", { type: "button", onclick: () => model.send_msg({ type: "retry" }) }, "Try again")
      );
    }
  });
  const resized = new ResizeObserver(() => {
    makeRoom();
    drawMonths();
    drawAllPins();
  });
  resized.observe(el);
  model.on("remove", () => {
    gone.abort();
    resized.disconnect();
  });
  model.send_msg({ type: "ready" });
}

// explorer/views/sentinel2/spectrum.js
var spectrum_exports = {};
__export(spectrum_exports, {
  render: () => render14
});
function render14({ model, el }) {
  const page = bus(model);
  const gone = new AbortController();
  const { name, set, fit, forget } = makeFeeding(model);
  const DASHES = ["solid", "dashed", "dotted", "dotdash"];
  const NEAR_DAYS = 15;
  let now = null;
  let spectra = null, look = { months: [], typical: false, most: 4 }, typical = null;
  let shown = 0, later = 0, ask = 0;
  const choices2 = makeChoices(model, (data) => {
    look = data;
    drawBar2();
    askClass();
    fitAll();
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
  el.append(
    element(
      "div",
      { class: "bar" },
      element("div", { class: "segments", role: "group", "aria-label": "Months of the spectrum" }, ...toggles),
      classes,
      element("div", { class: "segments files", role: "group", "aria-label": "Download the spectrum" }, ...files)
    ),
    note
  );
  const month = () => now ? Number(now.iso.slice(5, 7)) : 1;
  const wanted = () => look.months.length ? look.months : [month()];
  const ofClass = () => wanted().includes(month()) ? month() : wanted()[0];
  const drawBar2 = () => {
    const chosen = wanted();
    toggles.forEach((item, i) => {
      item.setAttribute("aria-pressed", String(look.months.includes(i + 1)));
      item.classList.toggle("now", i + 1 === month());
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
  const keepApart = (values) => {
    const range = bokehModel(name("range-spectrum"));
    const gap = range ? (range.end - range.start) * 0.05 : 0;
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
    order.forEach((i, k) => {
      if (k) values[i] = Math.max(values[i], values[order[k - 1]] + gap);
    });
  };
  const show = () => {
    if (!spectra || !now) return;
    shown = performance.now();
    const lines = { xs: [], ys: [], colour: [], dash: [], alpha: [] };
    const bars = { xs: [], ys: [], colour: [], alpha: [] };
    const dots = {
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
    const labels = { wavelength: [], reflectance: [], text: [], colour: [] };
    const months = wanted();
    const add = (place, sensor, { names, wavelengths, widths }, values, spread, date, alpha, fill) => wavelengths.forEach((wavelength, i) => {
      if (!Number.isFinite(values[i])) return;
      const [low, high] = spread ? [spread.low[i], spread.high[i]] : [];
      const row = {
        wavelength,
        reflectance: values[i],
        fill,
        edge: place.colour,
        band: names[i],
        sensor,
        place: place.name,
        date,
        width: widths[i],
        spread: spread ? `, 10 to 90 %: ${low.toFixed(4)} to ${high.toFixed(4)}` : ""
      };
      for (const [column, value] of Object.entries(row)) dots[column].push(value);
      const bar = (xs, ys) => {
        bars.xs.push(xs);
        bars.ys.push(ys);
        bars.colour.push(place.colour);
        bars.alpha.push(alpha * 0.55);
      };
      bar([wavelength - widths[i] / 2, wavelength + widths[i] / 2], [values[i], values[i]]);
      if (spread) bar([wavelength, wavelength], [low, high]);
    });
    for (const place of spectra.places) {
      months.forEach((m, k) => {
        const alpha = 1 - 0.18 * k;
        const s2 = place.s2[m - 1];
        const measured = spectra.s2.wavelengths.map((_, i2) => i2).filter((i2) => Number.isFinite(s2[i2]));
        lines.xs.push(measured.map((i2) => spectra.s2.wavelengths[i2]));
        lines.ys.push(measured.map((i2) => s2[i2]));
        lines.colour.push(place.colour);
        lines.dash.push(DASHES[k]);
        lines.alpha.push(alpha);
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
          labels.wavelength.push(spectra.s2.wavelengths[last] + spectra.s2.widths[last] / 2 + 15);
          labels.reflectance.push(s2[last]);
          labels.text.push(
            [spectra.places.length > 1 ? place.short : "", months.length > 1 ? MONTHS[m - 1] : ""].filter(Boolean).join(" ")
          );
          labels.colour.push(place.colour);
        }
      });
    }
    keepApart(labels.reflectance);
    const known = look.typical && typical?.month === ofClass() && typical.median ? typical : null;
    if (known) {
      const range = bokehModel(name("range-spectrum"));
      labels.wavelength.push(1e3);
      labels.reflectance.push(range ? range.start + (range.end - range.start) * 0.93 : 0);
      labels.text.push(known.short);
      labels.colour.push("#7d8a92");
    }
    const back = known ? [...known.wavelengths].reverse() : [];
    set(
      "spectrum-class",
      known ? { x: [...known.wavelengths, ...back], y: [...known.low, ...[...known.high].reverse()] } : { x: [], y: [] }
    );
    set(
      "spectrum-class-line",
      known ? { xs: [known.wavelengths], ys: [known.median], colour: ["#7d8a92"] } : { xs: [], ys: [], colour: [] }
    );
    set("spectrum-bars", bars);
    set("spectrum-lines", lines);
    set("spectrum-dots", dots);
    set("spectrum-labels", labels);
  };
  const fitAll = () => {
    if (!spectra) return;
    const values = spectra.places.flatMap((place) => [
      ...place.s2,
      ...place.pf,
      ...place.spread ? place.spread.s2high : []
    ]);
    fit("spectrum", look.typical && typical?.high ? [...values, typical.high] : values, { from: 0, least: 0.05 });
  };
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
    const chart = bokehModel(name("spectrum-figure"));
    if (!chart || !spectra) return;
    const drawing = Bokeh.index.find_one(chart).export("svg").canvas;
    const [width, height] = ["width", "height"].map((side) => Number.parseFloat(drawing.getAttribute(side)));
    const SVG2 = "http://www.w3.org/2000/svg";
    const node = (tag, attributes, text2 = "") => {
      const made = document.createElementNS(SVG2, tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text2;
      return made;
    };
    const theme = getComputedStyle(el), of = (key, otherwise) => theme.getPropertyValue(key).trim() || otherwise;
    const lines = [
      note.textContent,
      ...spectra.places.map((place) => `${place.short}: ${place.name}`),
      ...spectra.notes
    ];
    const full = height + 34 + 15 * lines.length;
    const all = node("svg", {
      xmlns: SVG2,
      width,
      height: full,
      viewBox: `0 0 ${width} ${full}`,
      "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
      "font-size": 10.5,
      fill: of("--ink", "#17262e")
    });
    drawing.setAttribute("y", 24);
    all.append(
      node("rect", { width, height: full, fill: of("--panel", "#ffffff") }),
      node("text", { x: 8, y: 16, "font-size": 13, "font-weight": 650 }, `Spectrum of ${spectra.sample}`),
      drawing,
      ...lines.map(
        (line, i) => node(
          "text",
          {
            x: 8,
            y: height + 38 + 15 * i,
            textLength: line.length * 5.6 > width - 16 ? width - 16 : line.length * 5.4,
            lengthAdjust: "spacingAndGlyphs"
          },
          line
        )
      )
    );
    const text = new XMLSerializer().serializeToString(all);
    const svg = new Blob([text], { type: "image/svg+xml" });
    if (kind === "svg") {
      save(svg, "svg");
      return;
    }
    const image = new Image(), url = URL.createObjectURL(svg);
    image.src = url;
    await image.decode();
    URL.revokeObjectURL(url);
    const canvas = element("canvas", { width: 2 * width, height: 2 * full });
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * full);
    canvas.toBlob((blob) => save(blob, "png"), "image/png");
  };
  const unpack = ({ places, values, ...rest }) => {
    const all = plainArray(values);
    let at = 0;
    const rows = (count, { names }) => Array.from({ length: count }, () => all.subarray(at, at += names.length));
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
  const handlers = {
    axes(data) {
      axes = data;
    },
    spectra(data) {
      if (data.fresh) {
        forget();
        typical = null;
      }
      spectra = unpack(data);
      fitAll();
      show();
      drawBar2();
      askClass();
      if (data.places.length) mark("spectrum-drawn", { places: data.places.length });
    },
    look: choices2.told,
    heard: choices2.heard,
    typical(data) {
      typical = data;
      fitAll();
      show();
      drawBar2();
      mark("class-drawn", { month: data.month });
    },
    file(data) {
      save(new Blob([data.text], { type: "text/csv" }), "csv");
    }
  };
  model.on("msg:custom", (data) => handlers[data.type]?.(data));
  model.on("remove", () => {
    gone.abort();
    clearTimeout(later);
    clearTimeout(ask);
  });
  drawBar2();
  model.send_msg({ type: "ready" });
}

// explorer/views/share/share.js
var share_exports = {};
__export(share_exports, {
  render: () => render15
});
function render15({ model, el }) {
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
  const button = (text2, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text2);
  const select = (label, options) => element("select", { "aria-label": label }, ...options.map(([value, text2]) => element("option", { value }, text2)));
  const endings = (label, list) => select(
    label,
    list.map((ending) => [ending, NAMES[ending]])
  );
  const check = (text2, checked = true) => {
    const input = element("input", { type: "checkbox", checked });
    return { input, el: element("label", { class: "check" }, input, text2) };
  };
  const row = (name, ...children) => element(
    "div",
    { class: "row" },
    element("span", { class: "name" }, name),
    element("div", { class: "line" }, ...children)
  );
  const makers = [];
  const maker = (name, words) => {
    const one = button(
      "Download",
      () => {
        trouble.textContent = "";
        model.send_msg({ type: "make", first: first.value, last: last.value, ...words() });
      },
      { "aria-label": `Download ${name}`, class: "make" }
    );
    makers.push(one);
    return one;
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
    const range = document.createRange();
    range.selectNodeContents(field);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copyLink = button("Copy link", () => copy(link.value, link, said), { class: "main" });
  const first = select("First date", []), last = select("Last date", []);
  const all = button("All dates", () => setRange(0, -1), { title: "From the first to the last date of the calendar" });
  const setRange = (from, to) => {
    first.selectedIndex = from;
    last.selectedIndex = to < 0 ? last.options.length - 1 : to;
  };
  const format = endings("Format of the animation", [".mp4", ".gif", ".webm", ".webp"]);
  const speed = select(
    "Frames a second",
    [1, 2, 5, 10, 15, 25, 30].map((n) => [n, `${n} a second`])
  );
  speed.value = "10";
  const size = select(
    "Size",
    [1, 2, 3, 4].map((n) => [n, `${n} × (${200 * n} px)`])
  );
  size.value = "2";
  const pins = check("Pins"), chart = check("Chart"), skip = check("Skip missing dates", false);
  pins.input.addEventListener("change", () => {
    chart.input.disabled = !pins.input.checked;
  });
  const products = (label) => select(label, [
    ["PF-SR", "Planet Fusion"],
    ["S2-SR", "Sentinel-2"]
  ]);
  const whose = products("Sensor of the cube"), packed = endings("Format of the cube", [".nc", ".zarr.zip"]);
  const seenBy = products("Sensor of the picture");
  const still = select("Format of the picture", [
    ["picture.png", "PNG"],
    ["picture.svg", "SVG"],
    ["picture.pdf", "PDF"],
    ["frame.tif", "GeoTIFF, as shown"],
    ["values.tif", "GeoTIFF of values"]
  ]);
  const count = select("Dates of the contact sheet", []), sheetFormat = endings("Format of the contact sheet", [".png", ".svg", ".pdf"]);
  const other = select("The other date", []), pairFormat = endings("Format of before and after", [".png", ".svg", ".pdf"]);
  const told = select("What the page tells", [
    ["", "This sample"],
    ["story", "My story"]
  ]);
  const paper = select("Page or slides", [
    [".html", "HTML, needs no server"],
    [".pptx", "PowerPoint"]
  ]);
  const dateName = element("b");
  const numbers = () => ({
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
    row("Animation", format, size, speed),
    row(
      "",
      pins.el,
      chart.el,
      skip.el,
      maker("the animation", () => ({ kind: "animation", ending: format.value, ...numbers() }))
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
      still,
      maker("the picture of this date", () => {
        const dot = still.value.indexOf(".");
        return {
          kind: still.value.slice(0, dot),
          ending: still.value.slice(dot),
          product: seenBy.value,
          pins: pins.input.checked
        };
      })
    ),
    row(
      "Contact sheet",
      count,
      sheetFormat,
      maker("the contact sheet", () => ({
        kind: "sheet",
        ending: sheetFormat.value,
        count: Number(count.value),
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
        kind: paper.value === ".html" ? "page" : "slides",
        ending: paper.value,
        story: told.value === "story"
      }))
    ),
    lacks,
    terms
  );
  const doing = element("span", { class: "doing" }), bar = element("progress", { max: 1, "aria-label": "Progress of the file" });
  const work = element(
    "div",
    { class: "work", hidden: true },
    doing,
    bar,
    button("Cancel", () => model.send_msg({ type: "cancel" }))
  );
  const trouble = element("p", { class: "trouble", role: "alert" });
  const setBusy = (value) => {
    state.busy = value;
    work.hidden = !value;
    if (!value) {
      state.pieces = [];
      state.file = null;
    }
    for (const one of makers) one.disabled = value;
  };
  const view = select("View", []);
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
      button("Copy", () => copy(text.textContent, text, copied), { "aria-label": "Copy the lines" }),
      copied
    ),
    pre
  );
  const drawCode = () => {
    const found2 = state.now?.code ?? [];
    const chosen = found2.find((one) => one.view === state.view) ?? found2.find((one) => one.view === "planet") ?? found2[0];
    view.replaceChildren(...found2.map((one) => element("option", { value: one.view }, one.title)));
    if (chosen) view.value = chosen.view;
    text.textContent = chosen?.text ?? "";
  };
  const what = element("small");
  const kept = element(
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
      button("×", () => setOpen(false), { class: "close", "aria-label": "Close sharing" })
    ),
    element("div", { class: "line" }, link, copyLink, said),
    linkHint,
    kept,
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
      for (const one of [first, last, other]) one.replaceChildren(...days());
      setRange(0, -1);
      count.replaceChildren(...data.counts.map((n) => element("option", { value: n }, `${n} dates`)));
      count.value = "12";
      terms.textContent = data.terms;
      lacks.textContent = Object.values(data.lacking).filter((v, i, list) => list.indexOf(v) === i).join(" · ");
      for (const option of [...format.options, ...packed.options, ...paper.options])
        option.disabled = option.value in data.lacking;
      for (const one of [format, packed])
        if (one.selectedOptions[0]?.disabled) one.value = [...one.options].find((o) => !o.disabled)?.value ?? "";
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
      const values = still.options[still.options.length - 1];
      values.disabled = !data.values;
      values.title = data.values ? "" : "A band, index or formula has values; a colour composite has not";
      if (!data.values && still.value === values.value) still.selectedIndex = 0;
      told.options[1].disabled = !data.story;
      if (!data.story) told.value = "";
      kept.hidden = !data.hidden;
      for (const part of [filesPart, codePart, ...panel.querySelectorAll("h3")]) part.hidden = data.hidden;
      drawCode();
    },
    begun(data) {
      setBusy(true);
      trouble.textContent = "";
      state.name = data.name;
      doing.textContent = `Reading for ${data.name}`;
      bar.removeAttribute("value");
    },
    progress(data) {
      doing.textContent = `${data.reading && data.done < data.total ? "Reading for" : "Making"} ${state.name}`;
      if (data.done < data.total) bar.value = data.done / data.total;
      else bar.removeAttribute("value");
    },
    file(data) {
      state.file = data;
      doing.textContent = `Sending ${data.name}, ${(data.size / 1e6).toFixed(1)} MB`;
    },
    piece(data) {
      if (!state.file) return;
      state.pieces.push(data.data);
      const have = state.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      bar.value = have / Math.max(state.file.size, 1);
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

// explorer/views/components.js
var components_default = {
  About: about_exports,
  Bars: labels_exports,
  Bridge: bridge_exports,
  Findings: profile_tables_exports,
  Grid: bands_exports,
  Head: head_exports,
  Legend: legend_exports,
  MapTools: map_tools_exports,
  Picked: sample_table_exports,
  PinList: pins_exports,
  Player: animation_exports,
  Presenter: present_exports,
  ReviewPanel: review_exports,
  Share: share_exports,
  SpectrumBar: spectrum_exports
};
export {
  components_default as default
};
