// Every page, looked at: at each width, in both colours, with pictures and a script that come late.

import { visitor, weight } from "../browser.js";
import { WIDTHS, faults, settled } from "../look.js";
import { signIn, tour } from "../tour.js";

/** How late pictures and the script come, in milliseconds. */
const LATE_MS = 150;

/** What is wrong with any page, what each weighs, and which pages are linked that nobody looked at. */
export async function looks({ job, browser }) {
  const { pages, players } = await tour(job.url);
  const all = [...pages, ...job.more];
  const walks = WIDTHS.flatMap((width) => ["stranger", "player", "newcomer"].map((who) => ({ width, who })));
  const walked = [];
  for (const { width, who } of walks) {
    walked.push(...(await walk(browser, job.url, players[who], all.filter((it) => it.who === who), width)));
  }
  return { pages: walked, unseen: unseen(walked) };
}

async function walk(browser, url, player, pages, width) {
  const { context, page, complaints } = await visitor(browser, url, { width });
  await signIn(page, player);
  await context.route(/\/(portraits\/|script\.js)/, async (route) => {
    await new Promise((late) => setTimeout(late, LATE_MS));
    await route.continue();
  });
  const seen = [];
  for (const { name, path } of pages) {
    const response = await page.goto(path);
    await settled(page);
    const links = await page.evaluate(() => [...document.links].map((it) => it.pathname + it.search));
    seen.push({ name, path, width, status: response.status(), links, faults: await faults(page), ...(await weight(page, response)) });
  }
  await context.close();
  seen.push({ name: "complaints", width, faults: complaints, links: [] });
  return seen;
}

/** Links to pages whose kind is not among those that were looked at: `/horses/7` is of the kind of `/horses/9`. */
function unseen(walked) {
  const kind = (path) => path.split("?")[0].replace(/\/[0-9a-f]{8}-[0-9a-f-]{27}/g, "/ID").replace(/\/\d+/g, "/ID").replace(/^\/rankings\/.+/, "/rankings/ANY");
  const known = new Set(walked.filter((it) => it.path).map((it) => kind(it.path)));
  const linked = new Set(walked.flatMap((it) => it.links).map(kind));
  return [...linked].filter((it) => !known.has(it) && !/^\/(v1|docs|openapi|portraits|rules|pages)/.test(it));
}
