// Pictures of every page of a game that is running: node screenshots.js, with a job on the standard input such as
// {"url": "http://127.0.0.1:8787", "out": "/tmp/pictures"}. Answers what it made, as JSON.

import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { visitor, withBrowser } from "./browser.js";
import { SCHEMES, WIDTHS, paint, settled } from "./look.js";
import { signIn, tour } from "./tour.js";

const job = JSON.parse(await text(process.stdin));
await mkdir(job.out, { recursive: true });
const { pages, players } = await tour(job.url);
const wanted = pages.filter(({ name }) => !job.only?.length || job.only.includes(name));
const pictures = await withBrowser(async (browser) => {
  const all = [];
  for (const width of WIDTHS) {
    for (const who of new Set(wanted.map((it) => it.who))) {
      const { context, page } = await visitor(browser, job.url, { width, reducedMotion: "reduce" });
      await signIn(page, players[who]);
      for (const one of wanted.filter((it) => it.who === who)) {
        all.push(...(await pictured(page, one, width)));
      }
      await context.close();
    }
  }
  return all;
});
process.stdout.write(JSON.stringify(pictures));

async function pictured(page, { name, path }, width) {
  const response = await page.goto(path);
  await settled(page);
  const all = [];
  for (const scheme of SCHEMES) {
    await paint(page, scheme);
    const file = `${name}-${width}-${scheme}.png`;
    await page.screenshot({ path: join(job.out, file), fullPage: true });
    all.push({ file, path, status: response.status(), bytes: (await stat(join(job.out, file))).size });
  }
  return all;
}
