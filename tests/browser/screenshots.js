// Pictures of every page of a game that is running: node screenshots.js, with a job on the standard input such as
// {"url": "http://127.0.0.1:8787", "out": "/tmp/pictures"}. Answers what it made, as JSON.

import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { visitor, withBrowser } from "./browser.js";
import { SCHEMES, WIDTHS, paint, settled } from "./look.js";
import { signIn, tour } from "./tour.js";

/** The pages that the README shows, and how much of each, in pixels. */
const README = { names: ["horse", "mating"], width: 1280, height: 900, scale: 0.75, quality: 80 };

const job = JSON.parse(await text(process.stdin));
await mkdir(job.out, { recursive: true });
const { pages, players } = await tour(job.url);
const names = job.readme ? README.names : job.only;
const unknown = names.filter((name) => !pages.some((it) => it.name === name));
if (unknown.length > 0) {
  console.error(`there is no page called ${unknown.join(", ")}; there are ${pages.map((it) => it.name).join(", ")}`);
  process.exit(1);
}
const wanted = pages.filter(({ name }) => names.length === 0 || names.includes(name));
process.stdout.write(JSON.stringify(await withBrowser(job.readme ? readme : all)));

/** Every page that is wanted, whole, at each width, in both colours. */
async function all(browser) {
  const pictures = [];
  for (const width of WIDTHS) {
    await visits(browser, { width }, async (page, { name, path, status }) => {
      for (const scheme of SCHEMES) {
        await paint(page, scheme);
        const file = `${name}-${width}-${scheme}.png`;
        await page.screenshot({ path: join(job.out, file), fullPage: true });
        pictures.push(await told(file, path, status));
      }
    });
  }
  return pictures;
}

/** The upper part of some pages, small. */
async function readme(browser) {
  const { width, height, scale, quality } = README;
  const pictures = [];
  await visits(browser, { width }, async (page, { name, path, status }) => {
    const devtools = await page.context().newCDPSession(page);
    const shot = await devtools.send("Page.captureScreenshot", {
      format: "webp",
      quality,
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height, scale },
    });
    const file = `${name}.webp`;
    await writeFile(join(job.out, file), Buffer.from(shot.data, "base64"));
    pictures.push(await told(file, path, status));
  });
  return pictures;
}

/** Opens each page as whoever looks at it. */
async function visits(browser, options, look) {
  for (const who of new Set(wanted.map((it) => it.who))) {
    const { context, page } = await visitor(browser, job.url, { ...options, reducedMotion: "reduce" });
    await signIn(page, players[who]);
    for (const one of wanted.filter((it) => it.who === who)) {
      const response = await page.goto(one.path);
      await settled(page);
      await look(page, { ...one, status: response.status() });
    }
    await context.close();
  }
}

async function told(file, path, status) {
  return { file, path, status, bytes: (await stat(join(job.out, file))).size };
}
