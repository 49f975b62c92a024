// Plays a scene in a headless Chromium as a player would, on pages alone, and answers what was seen there, as JSON, for
// whoever knows what is right. The job, on the standard input, names the scene and says where the game is.

import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { visitor, withBrowser } from "./browser.js";
import { keyboard } from "./scenes/keyboard.js";
import { looks } from "./scenes/looks.js";
import { expiry } from "./scenes/expiry.js";
import { story } from "./scenes/story.js";
import { tabs } from "./scenes/tabs.js";

const SCENES = { expiry, keyboard, looks, story, tabs };
const LAST_SIGHT = fileURLToPath(new URL("node_modules/.last-sight.png", import.meta.url));

const job = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await withBrowser(play)));

async function play(browser) {
  const { script = true, ...options } = job.options ?? {};
  const { page, complaints } = await visitor(browser, job.url, { ...options, javaScriptEnabled: script });
  try {
    return { ...(await SCENES[job.scene]({ job, browser, page, hasScript: script })), complaints };
  } catch (error) {
    // A page that has crashed shows nothing.
    await page.screenshot({ path: LAST_SIGHT }).catch(() => null);
    throw new Error(`at ${page.url()} (${LAST_SIGHT}); complaints: ${complaints.join("; ")}`, { cause: error });
  }
}
