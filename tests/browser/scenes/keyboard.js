// A whole way through the game without a mouse: every stop can be seen, and nothing moves for whoever wants it still.

import { until } from "../browser.js";
import { Rider } from "../rider.js";

/** The most stops that a page may have before what is looked for. */
const MOST_STOPS = 80;

/** What was passed, and what was wrong with any stop. */
export async function keyboard({ job, page }) {
  const rider = new Rider(page);
  const stops = new Stops(page);
  await page.goto("/");
  const first = await stops.next();
  await page.keyboard.press("Enter");
  const skippedTo = await page.evaluate(() => location.hash);
  await page.goto("/sign-in");
  await stops.to("E-mail address");
  await page.keyboard.type(job.player.email);
  await stops.next();
  await page.keyboard.type(job.player.password);
  await page.keyboard.press("Enter");
  await rider.isAt("/stable");
  await stops.to("First Light");
  await page.keyboard.press("Enter");
  await rider.isAt(/^\/horses\/\d+$/);
  await stops.to("Discipline");
  // A choice is made by the letters of its name.
  await page.keyboard.type("Dressage");
  await stops.to("Train");
  await page.keyboard.press("Enter");
  await until("the rest", () => rider.says("Trains again from"));
  const scores = await rider.scores();
  await stops.to("Breeding");
  await page.keyboard.press("Enter");
  await until("the breeding", async () => (await rider.heading()) === "Breeding");
  return { first, skippedTo, scores, passed: stops.passed.length, unseen: stops.unseen, moving: stops.moving };
}

/** Goes from stop to stop with the tabulator. */
class Stops {
  constructor(page) {
    this.page = page;
    this.passed = [];
    this.unseen = [];
    this.moving = [];
  }

  async next() {
    await this.page.keyboard.press("Tab");
    const { name, isSeen, moves } = await this.page.evaluate(atTheFocus);
    this.passed.push(name);
    if (!isSeen) {
      this.unseen.push(`${this.page.url()}: ${name}`);
    }
    this.moving.push(...moves);
    return name;
  }

  async to(name) {
    await this.page.waitForLoadState("load");
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      if ((await this.next()) === name) {
        return;
      }
    }
    throw new Error(`no way to ${name} by keyboard, only past ${this.passed.slice(-MOST_STOPS).join(", ")}`);
  }
}

/** In the page: what has the focus, and whether that can be seen; whatever moves. */
function atTheFocus() {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const hasRing = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
  const isInside = box.top >= 0 && box.left >= 0 && box.top < innerHeight && box.left < innerWidth;
  const label = element.labels?.[0]?.querySelector("span") ?? element.labels?.[0];
  const name = element.getAttribute("aria-label") ?? (label ?? element).textContent;
  return {
    name: name.trim().replace(/\s+/g, " "),
    isSeen: hasRing && isInside,
    moves: document.getAnimations().map((it) => it.transitionProperty ?? it.animationName ?? "something"),
  };
}
