// What a person would see at once and a test must: what is cut off, lies on something else, moves, or cannot be read.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The widths that pages are looked at, in pixels. */
export const WIDTHS = [360, 1280];

/** The colours. */
export const SCHEMES = ["light", "dark"];

/** Gives a page the light or the dark colours, whatever the player has chosen. */
export async function paint(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate(async (to) => {
    if (document.documentElement.dataset.theme) {
      document.documentElement.dataset.theme = to;
    }
    // The colours change by and by.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    await Promise.allSettled(document.getAnimations().map((it) => it.finished));
  }, scheme);
}

/** Waits until all that a page loads is there, and drawn. */
export async function settled(page) {
  await page.waitForLoadState("networkidle");
  await page.evaluate(async () => {
    const images = [...document.images].filter((it) => it.loading !== "lazy" || it.complete);
    await Promise.allSettled(images.map((it) => it.decode()));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

/** Everything that is wrong with a page as it stands: one line each. */
export async function faults(page) {
  const found = [];
  for (const scheme of SCHEMES) {
    await paint(page, scheme);
    // The colours are all that differs.
    const violations = await accessibility(page, scheme === SCHEMES[0] ? undefined : ["color-contrast"]);
    found.push(...violations.map((it) => `${scheme}: ${it}`));
  }
  found.push(...(await page.evaluate(misplaced)), ...(await page.evaluate(() => globalThis.shifts.map((it) => `moved: ${it}`))));
  return found;
}

async function accessibility(page, only) {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    await page.evaluate(AXE);
  }
  const options = only
    ? { runOnly: { type: "rule", values: only }, resultTypes: ["violations"] }
    : { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] };
  const { violations } = await page.evaluate((given) => globalThis.axe.run(document, given), options);
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 4).map((node) => `axe ${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`));
}

/** In the page: texts that are cut off, stand outside, or lie on each other; pictures that did not come. */
function misplaced() {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > innerWidth) {
    wrong.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
  }
  const wide = (style) => ["auto", "scroll"].includes(style.overflowX);
  const clips = (style) => ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
  // What only a screen reader reads lies in a clipped box of a pixel, or far outside until it has the focus.
  const isForEyes = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      if (style.clipPath.startsWith("inset(50%") || (style.position === "absolute" && box.right < 0)) {
        return false;
      }
    }
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "OPTION", "TITLE", "NOSCRIPT"].includes(element.tagName.toUpperCase()) || !isForEyes(element)) {
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((it) => it.width > 1 && it.height > 1);
    lines.push(...boxes.map((box) => ({ box, node, text: node.data.trim().slice(0, 40) })));
    let left = 0;
    let right = width;
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      if (wide(style)) {
        // It scrolls: whatever it holds can be reached.
        left = -Infinity;
        right = Infinity;
        break;
      }
      if (clips(style) && boxes.some((it) => it.right > box.right + 1 || it.left < box.left - 1 || it.bottom > box.bottom + 1 || it.top < box.top - 1)) {
        wrong.push(`cut off in <${at.tagName.toLowerCase()} class="${at.getAttribute("class") ?? ""}">: ${node.data.trim().slice(0, 60)}`);
      }
    }
    if (boxes.some((it) => it.right > right + 1 || it.left < left - 1)) {
      wrong.push(`outside of the window: ${node.data.trim().slice(0, 60)}`);
    }
  }
  lines.sort((one, other) => one.box.top - other.box.top);
  lines.forEach((one, at) => {
    for (const other of lines.slice(at + 1)) {
      if (other.box.top > one.box.bottom) {
        break;
      }
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
      if (one.node !== other.node && across > 2 && down > 0.3 * Math.min(one.box.height, other.box.height)) {
        wrong.push(`on each other: "${one.text}" and "${other.text}"`);
      }
    }
  });
  for (const image of document.images) {
    if (image.complete && image.naturalWidth === 0) {
      wrong.push(`no picture: ${image.currentSrc || image.src}`);
    }
  }
  for (const element of document.querySelectorAll("main *")) {
    if (clips(getComputedStyle(element)) && isForEyes(element) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1) {
      wrong.push(`more in it than fits: <${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ${element.textContent.trim().slice(0, 40)}`);
    }
  }
  return [...new Set(wrong)];
}
