// The whole story of a player: sign up, starter mare, train, breed, raise a foal, enter a show, win, verify, see the ledger.

import { api, until } from "../browser.js";
import { Rider, number } from "../rider.js";

/** Everything that is seen on the way. */
export async function story({ job, page, hasScript }) {
  const rider = new Rider(page);
  const seen = { purses: [] };
  await rider.signUp(job.player);
  seen.purses.push(await rider.purse());
  seen.mare = await takesHerMare(rider);
  seen.trained = await trains(rider);
  seen.stallion = await buysAStallion(rider);
  seen.purses.push(await rider.purse());
  seen.odds = await breeds(rider, seen.mare.id, seen.stallion.id);
  seen.purses.push(await rider.purse());
  await passes(job, "7d");
  seen.foal = await raisesHerFoal(rider);
  seen.entered = await enters(rider, job.show, seen.stallion.id);
  seen.purses.push(await rider.purse());
  await passes(job, "3d");
  await until("the results", async () => (await api(job.url).readNow(`/v1/shows/${job.show}`)).state === "settled");
  seen.stipend = await claims(rider);
  seen.purses.push(await rider.purse());
  seen.show = await sees(rider, job.show);
  seen.verified = hasScript ? await verifies(rider) : null;
  seen.ledger = await reads(rider);
  return seen;
}

async function passes(job, span) {
  await api(job.url).post("/dev/clock", { advance: span });
}

async function takesHerMare(rider) {
  await rider.send("Take your free mare", { Name: "First Light", Breed: "Thoroughbred" });
  await rider.isAt(/^\/horses\/\d+$/);
  return { id: rider.id, heading: await rider.heading(), facts: await rider.facts() };
}

async function trains(rider) {
  await rider.send("Train", { Discipline: "Racing" });
  await rider.reads("Trains again from");
  return { scores: await rider.scores(), times: await times(rider) };
}

/** The instants on a page: as machines read them, and as people do. */
async function times(rider) {
  return rider.page.evaluate(() => [...document.querySelectorAll("main time")].map((it) => ({ at: it.dateTime, read: it.textContent })));
}

async function buysAStallion(rider) {
  await rider.page.goto("/stable");
  await rider.send("Buy", { Name: "Night Errand", Breed: "Arabian", Sex: "Stallion" });
  await rider.isAt(/^\/horses\/\d+$/);
  return { id: rider.id, heading: await rider.heading() };
}

async function breeds(rider, mare, stallion) {
  await rider.page.goto(`/horses/${mare}`);
  await rider.main.getByRole("link", { name: "Breeding" }).first().click();
  await rider.isAt("/breeding");
  await rider.choice("Mare").selectOption(String(mare));
  await rider.choice("Stallion").selectOption(String(stallion));
  const show = rider.page.getByRole("button", { name: "Show the odds" });
  if (await show.isVisible()) {
    await show.click();
  }
  const cover = rider.main.getByRole("button", { name: "Cover" });
  await cover.waitFor();
  const odds = { facts: await rider.facts(), stats: await rider.rows("Stat", "Expected") };
  await cover.click();
  await rider.isAt(`/horses/${mare}`);
  return { ...odds, inFoal: (await rider.facts())["In foal"] };
}

async function raisesHerFoal(rider) {
  await rider.page.goto("/stable");
  const link = rider.main.locator('a[href^="/foals/"]').first();
  await rider.waitsFor("the birth", () => link.isVisible());
  await link.click();
  await rider.isAt(/^\/foals\/\d+$/);
  await rider.send("Do it", { Activity: "Gentle touch" });
  await until("what was done", async () => (await rider.rows("Activity", "When")).length > 0);
  return { id: rider.id, heading: await rider.heading(), facts: await rider.facts(), done: await rider.rows("Activity", "When") };
}

async function enters(rider, show, horse) {
  await rider.page.goto("/shows");
  const link = rider.main.locator(`a[href="/shows/${show}"]`).first();
  while (!(await link.isVisible())) {
    const here = rider.page.url();
    await rider.main.getByRole("link", { name: "Next page" }).click();
    await until("the next page", () => rider.page.url() !== here);
  }
  await link.click();
  await rider.isAt(`/shows/${show}`);
  await rider.choice("Horse").selectOption(String(horse));
  const odds = rider.page.getByRole("button", { name: "Show the odds" });
  if (await odds.isVisible()) {
    await odds.click();
  }
  const enter = rider.main.getByRole("button", { name: "Enter", exact: true });
  await enter.waitFor();
  const expected = await rider.main.getByText("Expected score").first().locator("xpath=..").innerText();
  const places = await rider.main.locator("meter").evaluateAll((all) => all.map((it) => it.value));
  await enter.click();
  await until("the entry", async () => (await rider.rows("Horse", "Owner")).some((it) => it.Horse.includes("Night Errand")));
  return { expected, places, field: await rider.rows("Horse", "Owner") };
}

/** A week's stipend; it is a write of her own, so what others did before is seen afterwards. */
async function claims(rider) {
  await rider.page.goto("/stable");
  const before = await rider.purse();
  await rider.send("Claim your stipend");
  await until("the stipend", async () => (await rider.purse()) !== before);
  return (await rider.purse()) - before;
}

async function sees(rider, show) {
  await rider.page.goto(`/shows/${show}`);
  await until("the places", async () => (await rider.rows("Place", "Horse", "Score")).length > 0);
  return { heading: await rider.heading(), results: await rider.rows("Place", "Horse", "Score") };
}

async function verifies(rider) {
  const region = rider.main.locator("section").filter({ has: rider.page.getByRole("heading", { name: "Verify this show" }) });
  const button = region.getByRole("button", { name: /verify/i });
  await button.click();
  const said = region.getByRole("status");
  await until("the verdict", async () => /hold|could not/i.test(await said.innerText()));
  return { said: await said.innerText(), steps: await region.getByRole("listitem").allInnerTexts() };
}

async function reads(rider) {
  await rider.page.getByRole("banner").locator('a[href="/ledger"]').click();
  await rider.isAt("/ledger");
  const rows = await rider.rows("Why", "Coins", "Purse");
  return rows.map((it) => ({ why: it.Why, amount: number(it.Coins), balance: number(it.Purse) }));
}
