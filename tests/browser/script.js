// Opens the pages of the edge in a headless Chromium and does what a job asks for, with the script and without. Job and
// answers are JSON on the standard streams.

import { text } from "node:stream/consumers";
import bundled from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const job = JSON.parse(await text(process.stdin));
const browsers = [];
const tasks = { times, breeding, verify, sending, theme };
try {
  process.stdout.write(JSON.stringify(await tasks[job.task](job)));
} finally {
  await Promise.all(browsers.map((browser) => browser.close()));
}

/** A page of whoever has the token, if there is one, in a browser of its own, and what went wrong on it. */
async function opened({ options = {}, token } = {}) {
  const browser = await chromium.launch({
    executablePath: await bundled.executablePath(),
    args: bundled.args,
    headless: true,
  });
  browsers.push(browser);
  const context = await browser.newContext({ locale: "en-GB", ...options });
  if (token) {
    await context.addCookies([{ name: "equoria_access", value: token, url: job.url, httpOnly: true, sameSite: "Lax" }]);
  }
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  return { page, errors };
}

/** The first instant of a page as readers of several zones see it, and without a script. */
async function times({ url, path, zones }) {
  const told = [];
  for (const timezoneId of [...zones, null]) {
    const options = timezoneId ? { timezoneId } : { javaScriptEnabled: false };
    const { page, errors } = await opened({ options });
    await page.goto(url + path, { waitUntil: "load" });
    const time = page.locator("main time").first();
    told.push({
      text: await time.innerText(),
      title: await time.getAttribute("title"),
      at: await time.getAttribute("datetime"),
      errors,
    });
  }
  return told;
}

/** What the page says of a foal of each pair: reckoned here while the server is kept from answering, then by the server. */
async function breeding({ url, token, pairs }) {
  const { page, errors } = await opened({ token });
  await page.goto(`${url}/breeding`);
  const told = [];
  for (const { mare, stallion } of pairs) {
    told.push(await planned(page, `${url}/breeding?mare=${mare}&stallion=${stallion}`, mare, stallion));
  }
  const plain = await opened({ token, options: { javaScriptEnabled: false } });
  const { mare, stallion } = pairs[0];
  await plain.page.goto(`${url}/breeding?mare=${mare}&stallion=${stallion}`);
  return { told, errors, plain: await plain.page.locator("#plan .odds").innerText() };
}

async function planned(page, address, mare, stallion) {
  const held = new Promise((resolve) => {
    void page.route(address, (route) => resolve(route), { times: 1 });
  });
  await page.evaluate(([mare, stallion]) => {
    const before = document.querySelector("#plan .odds");
    if (before) {
      before.isOld = true;
    }
    const form = document.querySelector("form[data-breeding]");
    form.elements.mare.value = mare;
    form.elements.stallion.value = stallion;
    form.elements.stallion.dispatchEvent(new Event("change", { bubbles: true }));
  }, [String(mare), String(stallion)]);
  const route = await held;
  const odds = page.locator("#plan .odds");
  await page.waitForFunction(() => document.querySelector("#plan .odds")?.isOld === undefined && document.querySelector("#plan .odds"));
  const reckoned = await odds.innerText();
  const busy = await page.locator("#plan").getAttribute("aria-busy");
  await odds.evaluate((element) => (element.stayed = true));
  await route.continue();
  await page.locator("#plan .terms").waitFor();
  // What the server says by itself.
  const served = await page.evaluate(async (from) => {
    const answer = await fetch(from);
    const whole = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = document.querySelector("#plan").appendChild(whole.querySelector("#plan .odds"));
    const said = part.innerText;
    part.remove();
    return said;
  }, address);
  return {
    reckoned,
    served,
    busy,
    stayed: await odds.evaluate((element) => element.stayed === true),
    sent: await page.locator("#plan .terms form").getAttribute("action").catch(() => null),
    stallion: await page.locator("#plan .terms [name=stallion_id]").getAttribute("value").catch(() => null),
    address: page.url(),
  };
}

/** What the page says of the proof of a show: as it is, and as others would have it. */
async function verify({ url, show, tampered }) {
  const told = [];
  for (const proof of [null, ...tampered]) {
    const { page, errors } = await opened();
    if (proof) {
      await page.route(`**/v1/shows/${show}/proof`, (route) => route.fulfill({ json: proof }));
    }
    await page.goto(`${url}/shows/${show}`);
    const section = page.locator(".verify");
    await section.getByRole("button").click();
    await section.locator("[role=status].good, [role=status].bad").waitFor();
    told.push({
      said: await section.getByRole("status").innerText(),
      steps: await section.locator("li").allInnerTexts(),
      errors,
    });
  }
  return told;
}

/** A form whose button is pressed over and over, and one that is refused. */
async function sending({ url, token, name, refused }) {
  const { page, errors } = await opened({ token });
  await page.goto(`${url}/stable`);
  const form = page.locator('form[action="/do/stables"]');
  await page.locator("details", { has: form }).evaluateAll((all) => all.forEach((one) => (one.open = true)));
  let posts = 0;
  page.on("request", (request) => (posts += request.method() === "POST" ? 1 : 0));
  await form.locator("[name=name]").fill(refused);
  await form.getByRole("button").click();
  await form.getByRole("alert").waitFor();
  const again = {
    alert: await form.getByRole("alert").innerText(),
    typed: await form.locator("[name=name]").inputValue(),
    focused: await page.evaluate(() => document.activeElement?.getAttribute("name") ?? document.activeElement?.role),
    address: page.url(),
    posts,
  };
  await form.locator("[name=name]").fill(name);
  const held = new Promise((resolve) => {
    void page.route("**/do/stables", (route) => resolve(route), { times: 1 });
  });
  const button = form.getByRole("button");
  await button.click();
  const route = await held;
  const isDisabled = await button.getAttribute("aria-disabled");
  await button.click({ clickCount: 3, force: true });
  await route.continue();
  await page.getByText(name, { exact: true }).first().waitFor();
  return { again, errors, isDisabled, posts, address: page.url(), times: await page.getByText(name, { exact: true }).count() };
}

/** The colours that somebody without an account chooses, on this page and the next. */
async function theme({ url }) {
  const { page, errors } = await opened();
  await page.goto(url);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await ground();
  await page.selectOption("[data-theme-choice]", "dark");
  const chosen = await ground();
  const plain = await page.context().request.get(url);
  await page.goto(`${url}/horses`);
  const next = await ground();
  const kept = await page.locator("[data-theme-choice]").inputValue();
  await page.selectOption("[data-theme-choice]", "");
  return { before, chosen, next, kept, html: (await plain.text()).slice(0, 200), back: await ground(), errors };
}
