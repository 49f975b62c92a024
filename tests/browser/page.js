// Opens a page of the edge in a headless Chromium, imports the rules there and fetches what a job asks for; then cuts the
// page off from the network and answers the rest of the job with the rules alone. Job and answers are JSON on the standard
// streams.

import { text } from "node:stream/consumers";
import bundled from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const job = JSON.parse(await text(process.stdin));
const browser = await chromium.launch({
  executablePath: await bundled.executablePath(),
  args: bundled.args,
  headless: true,
});
try {
  process.stdout.write(JSON.stringify(await answer(await browser.newContext())));
} finally {
  await browser.close();
}

async function answer(context) {
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  // The page itself is of no account: what counts is that it has the edge's origin.
  const body = "<!doctype html><title>Equoria</title>";
  await page.route(`${job.url}/page`, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(`${job.url}/page`);
  await page.evaluate(fetchAll, job);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await context.setOffline(true);
  const answers = await page.evaluate(answerAll, job);
  return { ...answers, browser: browser.version(), errors, requests };
}

/** In the page, with a network: imports the rules and fetches what they will be asked about. */
async function fetchAll({ show, previews, matings }) {
  const get = async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) {
      throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    }
    return answer.json();
  };
  const horse = async (id) => {
    const [card, genetics] = await Promise.all([get(`/v1/horses/${id}`), get(`/v1/horses/${id}/genetics`)]);
    return { ...card, tests: genetics.tests };
  };
  const all = (ids) => Promise.all(ids.map(horse));
  globalThis.rules = await import("/rules/rules.js");
  globalThis.known = {
    proof: await get(`/v1/shows/${show}/proof`),
    commitment: (await get(`/v1/shows/${show}`)).secret_hash,
    previews: await Promise.all(previews.map(async ({ show, horse: own, rivals }) => ({
      told: await get(`/v1/shows/${show}/preview?horse=${own}`),
      horse: await horse(own),
      rivals: await all(rivals),
    }))),
    matings: await Promise.all(matings.map(async ({ mare, stallion, family }) => ({
      told: await get(`/v1/matings/preview?mare=${mare}&stallion=${stallion}`),
      mare: await horse(mare),
      stallion: await horse(stallion),
      family: await all(family),
      pedigrees: await Promise.all([mare, stallion].map((id) => get(`/v1/horses/${id}/pedigree?generations=8`))),
    }))),
  };
}

/** In the page, without a network. */
async function answerAll({ tampered, misread, wrong }) {
  const { rules, known } = globalThis;
  const thrown = (act) => {
    try {
      return { answered: act() };
    } catch (error) {
      return { thrown: error.message, isError: error instanceof Error };
    }
  };
  const timed = (act) => {
    const began = performance.now();
    return { given: act(), took_ms: performance.now() - began };
  };
  return {
    isOffline: await fetch("/health/live").then(() => false, () => true),
    version: rules.rulesVersion(),
    proof: known.proof,
    honest: timed(() => rules.verifyShow(known.proof, known.commitment)),
    asText: rules.verifyShow(JSON.stringify(known.proof)),
    tampered: tampered.map(({ proof, commitment }) => thrown(() => rules.verifyShow(proof, commitment ?? undefined))),
    misread: misread.map((proof) => thrown(() => rules.verifyShow(proof))),
    previews: known.previews.map(({ told, horse, rivals }) => ({
      told,
      ...timed(() => rules.previewScore({ horse, discipline: told.discipline, rivals })),
    })),
    matings: known.matings.map(({ told, ...mating }) => ({ told, ...timed(() => rules.predictMating(mating)) })),
    wrong: wrong.map(([name, argument]) => thrown(() => rules[name](argument))),
    nothing: thrown(() => rules.verifyShow(undefined)),
  };
}
