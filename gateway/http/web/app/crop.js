// Chooses a picture, cuts a square out of it, by pointer or by sliders, and uploads it.

import { call, upload } from "./api.js";
import { el, replace } from "./dom.js";
import { t } from "./i18n.js";
import { action, announce, avatar } from "./page.js";

const SIDE = 512;
const QUALITY = 0.92;
const SIZES = [64, 128, 256, 512];

/** Return the box; `done` is called when the picture is another. */
export function cropper(name, user, done) {
  const place = el("div", { class: "crop-now" });
  const home = () => {
    const portrait = avatar(name, 128, { loading: "eager" });
    replace(place, portrait, el("div", { class: "stack" }, chooser(name, place, changed, home), user.avatar && remover(name, changed)));
  };
  const changed = async (now, told) => {
    user.avatar = now;
    // The browser keeps pictures by their address, which stays the same.
    await Promise.all(SIZES.map((size) => fetch(`/v1/users/${name}/avatar?size=${size}`, { cache: "reload" })));
    home();
    await done();
    announce(told);
    place.querySelector("input")?.focus();
  };
  home();
  return place;
}

function chooser(name, place, changed, home) {
  const error = el("p", { class: "error", id: "picture-error", role: "alert" });
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    error.textContent = "";
    try {
      const picture = await createImageBitmap(file);
      crop(name, place, picture, changed, home);
    } catch {
      error.textContent = t("no-picture");
    }
  };
  const input = el("input", { type: "file", id: "picture", accept: "image/png,image/jpeg,image/webp", "aria-describedby": "picture-error", on: { change: choose } });
  return el("div", { class: "field" }, el("label", { for: "picture" }, t("choose-picture")), input, error);
}

function remover(name, changed) {
  const remove = async () => {
    await call("DELETE", `/v1/users/${name}/avatar`);
    await changed(null, t("picture-removed"));
  };
  return action(t("remove-picture"), remove, { class: "quiet" });
}

function crop(name, place, picture, changed, home) {
  const canvas = el("canvas", { width: SIDE, height: SIDE, class: "crop", role: "img", "aria-label": t("crop-label") });
  const sliders = {};
  const draw = () => paint(canvas, picture, cut(picture, sliders));
  for (const [key, low, high, value] of [["zoom", 100, 400, 100], ["across", 0, 100, 50], ["down", 0, 100, 50]]) {
    sliders[key] = el("input", { type: "range", id: `crop-${key}`, min: low, max: high, value, on: { input: draw } });
  }
  const rows = Object.entries(sliders).map(([key, input]) => el("div", { class: "field" }, el("label", { for: input.id }, t(`crop.${key}`)), input));
  drag(canvas, picture, sliders, draw);
  const send = async () => {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    const { avatar: now } = await upload("PUT", `/v1/users/${name}/avatar`, blob);
    await changed(now, t("picture-saved"));
  };
  const cancel = el("button", { type: "button", class: "quiet", on: { click: home } }, t("cancel"));
  const buttons = el("div", { class: "row" }, action(t("upload"), send, { class: "primary" }), cancel);
  replace(place, canvas, el("div", { class: "stack" }, rows, buttons));
  draw();
  sliders.zoom.focus();
}

/** Return which square of the picture is cut out. */
function cut(picture, { zoom, across, down }) {
  const side = Math.min(picture.width, picture.height) / (zoom.value / 100);
  return { side, x: ((picture.width - side) * across.value) / 100, y: ((picture.height - side) * down.value) / 100 };
}

function paint(canvas, picture, { x, y, side }) {
  const context = canvas.getContext("2d");
  // JPEG has no holes: what is transparent becomes white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
}

function drag(canvas, picture, sliders, draw) {
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const { side } = cut(picture, sliders);
    const scale = (side / canvas.clientWidth) * 100;
    move(sliders.across, (event.movementX * scale) / (picture.width - side));
    move(sliders.down, (event.movementY * scale) / (picture.height - side));
    draw();
  });
}

function move(slider, by) {
  slider.step = "any";
  if (Number.isFinite(by)) slider.value = Number(slider.value) - by;
}
