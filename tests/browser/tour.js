// A way through every page of a game that is running, with a player who has something of everything.

import { api, until } from "./browser.js";

const PASSWORD = "correct horse battery";
const RESIDENT = { name: "Ada Ashworth", email: "ada.ashworth@example.org", password: PASSWORD };
const NEWCOMER = { name: "Ben Newcomer", email: "ben.newcomer@example.org", password: PASSWORD };

/** A player who has horses, a foal, a stable and an entry; the first time she lives through the week that this takes. */
export async function resident(url) {
  const { token, isNew } = await arrived(url, RESIDENT);
  const her = api(url, token);
  if (isNew) {
    await live(url, her);
  }
  return { ...RESIDENT, her };
}

/** A player who has nothing yet. */
export async function newcomer(url) {
  await arrived(url, NEWCOMER);
  return NEWCOMER;
}

async function arrived(url, { name, email, password }) {
  const stranger = api(url);
  const signedIn = await stranger.ask("POST", "/v1/sessions", { email, password });
  if (signedIn.ok) {
    return { token: signedIn.json.access_token, isNew: false };
  }
  const signedUp = await stranger.post("/v1/users", { name, email, password });
  return { token: signedUp.access_token, isNew: true };
}

async function live(url, her) {
  const mare = (await her.post("/v1/horses/starter", { breed: "Thoroughbred", name: "Morning Lark" })).id;
  const stallion = (await her.post("/v1/horses/store", { breed: "Arabian", sex: "male", name: "Night Errand" })).id;
  await her.post("/v1/stables", { name: "North Yard", location: "Ashford" });
  await her.post(`/v1/horses/${mare}/training`, { discipline: "Racing" });
  await her.post(`/v1/horses/${stallion}/training`, { discipline: "Dressage" });
  await her.post(`/v1/horses/${mare}/genetic-test`);
  await her.ask("PUT", `/v1/horses/${stallion}/stud`, { fee: 75 });
  await her.post(`/v1/horses/${mare}/coverings`, { stallion_id: stallion });
  const open = await her.read("/v1/shows?state=open&limit=20");
  for (const { id } of open.items.slice(0, 3)) {
    // Not every show takes him.
    await her.ask("POST", `/v1/shows/${id}/entries`, { horse_id: stallion });
  }
  if ((await her.ask("POST", "/dev/clock", { advance: "7d" })).status === 404) {
    return;
  }
  await until("the birth", async () => (await her.readNow("/v1/users/me/pregnancies")).items.every((it) => it.state !== "in_foal"));
  await her.ask("POST", "/v1/stipend", {});
  const { foal } = (await her.readNow("/v1/users/me/pregnancies")).items[0];
  if (foal) {
    await her.post(`/v1/foals/${foal.id}/activities`, { activity: "gentle_touch" });
  }
}

/** Every page: its name for a file, where it is, and who looks at it. */
export async function tour(url) {
  const { her, ...player } = await resident(url);
  const first = async (path) => (await her.readNow(path)).items[0];
  const [me, horses, pregnancy, stable, open, settled, best, stud] = await Promise.all([
    her.read("/v1/users/me"),
    her.readNow("/v1/users/me/horses?limit=100"),
    first("/v1/users/me/pregnancies?limit=1"),
    first("/v1/users/me/stables"),
    first("/v1/shows?state=open&limit=1"),
    first("/v1/shows?state=settled&limit=1"),
    first("/v1/rankings/disciplines/Racing?limit=1"),
    first("/v1/studs?limit=1"),
  ]);
  // The oldest: her first mare, and the stallion that she bought.
  const a = (word) => horses.items.findLast((it) => it.word === word);
  const [mare, stallion] = [a("mare"), a("stallion")];
  const foal = pregnancy?.foal;
  const heir = await inbred(her);
  const pages = [
    ["home", "/", "player"],
    ["welcome", "/", "stranger"],
    ["sign-in", "/sign-in", "stranger"],
    ["sign-up", "/sign-up", "stranger"],
    ["stable", "/stable", "player"],
    ["stable-empty", "/stable", "newcomer"],
    ["yard", `/stables/${stable.id}`, "player"],
    ["horse", `/horses/${mare.id}`, "player"],
    ["stallion", `/horses/${stallion.id}`, "player"],
    ["best", best && `/horses/${best.horse.id}`, "stranger"],
    ["pedigree", heir && `/horses/${heir.id}`, "stranger"],
    ["foal", foal && `/horses/${foal.id}`, "player"],
    ["nursery", foal && `/foals/${foal.id}`, "player"],
    ["training", "/training", "player"],
    ["training-horse", `/horses/${mare.id}/training`, "player"],
    ["breeding", "/breeding", "player"],
    ["breeding-empty", "/breeding", "newcomer"],
    ["mating", `/breeding?mare=${mare.id}&stallion=${stud?.id ?? stallion.id}`, "player"],
    ["horses", "/horses", "stranger"],
    ["shows", "/shows", "player"],
    ["show-open", open && `/shows/${open.id}?horse=${stallion.id}`, "player"],
    ["show-open-stranger", open && `/shows/${open.id}`, "stranger"],
    ["show-settled", settled && `/shows/${settled.id}`, "player"],
    ["rankings", "/rankings", "player"],
    ["rankings-racing", "/rankings/Racing", "player"],
    ["ledger", "/ledger", "player"],
    ["ledger-new", "/ledger", "newcomer"],
    ["settings", "/settings", "player"],
    ["studs", "/studs", "stranger"],
    ["breeds", "/breeds", "stranger"],
    ["breed", `/breeds/${mare.breed.id}`, "stranger"],
    ["player", `/players/${me.id}`, "stranger"],
    ["gallery", "/gallery", "stranger"],
    ["lost", "/horses/999999999", "stranger"],
    ["nowhere", "/there/is/nothing", "player"],
  ];
  return {
    players: { player, newcomer: await newcomer(url) },
    pages: pages.filter(([, path]) => path).map(([name, path, who]) => ({ name, path, who })),
  };
}

/** A horse whose pedigree has something to show: the most inbred of the newest. */
async function inbred(her) {
  const { items } = await her.read("/v1/horses?limit=30");
  const cards = await Promise.all(items.map(({ id }) => her.read(`/v1/horses/${id}`)));
  const heirs = cards.filter(({ sire, dam }) => sire && dam);
  return heirs.toSorted((one, other) => other.inbreeding - one.inbreeding)[0];
}

/** Signs a visitor in as one of the players, by the page for it; a stranger stays one. */
export async function signIn(page, player) {
  if (!player) {
    return;
  }
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(player.email);
  await page.getByLabel("Password").fill(player.password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/stable");
}
