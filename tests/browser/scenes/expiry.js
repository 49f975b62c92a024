// A session that is over in the middle: what was typed is kept while its sender signs in again, and then sent.

import { api, until } from "../browser.js";
import { Rider } from "../rider.js";

/** What is seen, for each way in which a session can end. */
export async function expiry({ job, page }) {
  const rider = new Rider(page);
  const seen = {};
  for (const [way, end] of Object.entries({ ended, forgotten, outlived })) {
    await rider.signIn(job.player);
    await rider.page.goto("/stable");
    const given = { Name: `Kept ${way}`, Location: "By the \u{201c}river\u{201d} <b>& more" };
    await rider.fill("Open a stable", given);
    await end(rider, job);
    await rider.form("Open a stable").getByRole("button", { name: "Open a stable" }).click();
    seen[way] = await goesOn(rider, job.player, given.Name);
  }
  return seen;
}

/** Somebody signs the session out elsewhere. */
async function ended(rider, job) {
  const cookies = await rider.page.context().cookies();
  const { value } = cookies.find(({ name }) => name.endsWith("equoria_access"));
  const { status } = await api(job.url, value).ask("DELETE", "/v1/sessions/current");
  if (status !== 204) {
    throw new Error(`the session could not be ended: ${status}`);
  }
}

/** The browser forgets its cookies. */
async function forgotten(rider) {
  await rider.page.context().clearCookies();
}

/** Only the access token is over: the session itself goes on, and nobody is asked for anything. */
async function outlived(rider) {
  await rider.page.context().clearCookies({ name: /equoria_access$/ });
}

async function goesOn(rider, player, name) {
  const mail = rider.main.getByLabel("E-mail address");
  const said = rider.main.getByRole("status");
  const wasAsked = await until("an answer", async () =>
    (await mail.isVisible()) ? "asked" : (await isThere(rider, name)) && "not asked");
  const asked = wasAsked === "asked" && { said: await said.first().innerText() };
  if (asked) {
    await rider.send("Sign in", { "E-mail address": player.email, Password: player.password });
    const again = rider.form("Open a stable");
    await again.waitFor();
    asked.kept = { name: await again.getByLabel("Name").inputValue(), location: await again.getByLabel("Location").inputValue() };
    await again.getByRole("button", { name: "Open a stable" }).click();
    await rider.isAt("/stable");
  }
  await until("the stable", () => isThere(rider, name));
  return { asked, yards: await rider.rows("Name", "Location", "Horses") };
}

async function isThere(rider, name) {
  return (await rider.rows("Name", "Location", "Horses")).some((it) => it.Name === name);
}
