// Two tabs of one session, in turn and at once; back and forward.

import { Rider } from "../rider.js";
import { until } from "../browser.js";

/** What each tab says. */
export async function tabs({ job, page }) {
  const [one, other] = [new Rider(page), new Rider(await page.context().newPage())];
  await one.signIn(job.player);
  return {
    inTurn: await inTurn(one, other, job.horse),
    atOnce: await atOnce(one, other, job.horse),
    twice: await twice(one),
    back: await backAndForward(one),
  };
}

/** Both see a horse; one renames her, and then the other would, who has not seen it. */
async function inTurn(one, other, horse) {
  for (const tab of [one, other]) {
    await tab.page.goto(`/horses/${horse}`);
    await tab.main.getByText("Rename", { exact: true }).first().click();
  }
  await one.send("Rename", { Name: "Named First" });
  await until("the new name", async () => (await one.heading()).includes("Named First"));
  await other.send("Rename", { Name: "Named Second" });
  const alert = other.main.getByRole("alert");
  await alert.first().waitFor();
  const kept = await other.form("Rename").getByLabel("Name").inputValue();
  return { refused: await alert.first().innerText(), kept };
}

/** Both train her in the same moment: she can be trained once. */
async function atOnce(one, other, horse) {
  for (const tab of [one, other]) {
    await tab.page.goto(`/horses/${horse}`);
    await tab.fill("Train", { Discipline: "Racing" });
  }
  const press = (tab) => tab.form("Train").getByRole("button", { name: "Train", exact: true }).click();
  await Promise.all([press(one), press(other)]);
  const answer = async (tab) => {
    const refused = tab.main.getByRole("alert");
    await until("an answer", async () => (await refused.count()) > 0 || (await tab.says("Trains again from")));
    return (await refused.count()) > 0 ? refused.first().innerText() : "trained";
  };
  return Promise.all([answer(one), answer(other)]);
}

/** A form that is sent with two quick presses is sent once. */
async function twice(tab) {
  await tab.page.goto("/stable");
  const form = await tab.fill("Open a stable", { Name: "Pressed Twice" });
  await form.getByRole("button", { name: "Open a stable" }).dblclick();
  await until("the stable", async () => (await yards(tab)).includes("Pressed Twice"));
  return yards(tab);
}

/** Back to the page whose form was sent, and forward to where it led. */
async function backAndForward(tab) {
  await tab.page.goto("/stable");
  await tab.send("Buy", { Name: "Bought Once", Breed: "Arabian", Sex: "Stallion" });
  await tab.isAt(/^\/horses\/\d+$/);
  const bought = tab.id;
  await tab.page.goBack();
  await tab.isAt("/stable");
  await tab.form("Buy").waitFor();
  const afterBack = await tab.heading();
  await tab.page.goForward();
  await tab.isAt(/^\/horses\/\d+$/);
  await until("the horse", async () => (await tab.heading()).includes("Bought Once"));
  return { bought, afterBack, afterForward: await tab.heading() };
}

async function yards(tab) {
  return (await tab.rows("Name", "Location", "Horses")).map((it) => it.Name);
}
