// A headless Chromium, and a watch over what its pages do: what they complain of, whom they ask, what moves.

import { gzipSync } from "node:zlib";
import bundled from "@sparticuz/chromium";
import { chromium } from "playwright-core";

/** How long anything may take that a page does, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Does something with a browser, which ends with it. */
export async function withBrowser(act) {
  // Without the package's own arguments, which put all into one process and switch off what keeps sites apart.
  const args = ["--no-sandbox", "--disable-gpu"];
  const browser = await chromium.launch({ executablePath: await bundled.executablePath(), args, headless: true });
  try {
    return await act(browser);
  } finally {
    await browser.close();
  }
}

/** A visitor of a site: one session, cookies of its own, a zone that is not the server's. */
export async function visitor(browser, url, { width = 1280, ...options } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: 800 },
    locale: "en-GB",
    timezoneId: "America/New_York",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(noteShifts);
  return { context, page: await context.newPage(), complaints: complaints(context, url) };
}

/** Whatever pages of a context complain of, and requests that go elsewhere. A refusal that a page shows is no complaint. */
function complaints(context, url) {
  const all = [];
  const told = (page, what) => all.push(`${new URL(page?.url() ?? url).pathname}: ${what}`);
  context.on("weberror", (error) => told(error.page(), error.error().message));
  context.on("console", (message) => {
    const at = message.location().url;
    const isRefusal = /^Failed to load resource: .* status of 4\d\d /.test(message.text()) && (at === message.page()?.url() || new URL(at).pathname.startsWith("/do/"));
    if (message.type() === "error" && !isRefusal) {
      told(message.page(), `${message.text()} (${at})`);
    }
  });
  context.on("request", (request) => {
    const to = new URL(request.url());
    if (to.origin !== new URL(url).origin && !["data:", "blob:"].includes(to.protocol)) {
      told(request.frame().page(), `asked ${to.origin}`);
    }
  });
  context.on("requestfailed", (request) => {
    // A page that is left takes its requests with it.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") {
      told(null, `${request.url()}: ${request.failure()?.errorText}`);
    }
  });
  return all;
}

/** In the page, before anything else: notes every shift of the layout that nobody's input caused. */
function noteShifts() {
  globalThis.shifts = [];
  const note = (list) => {
    for (const entry of list.getEntries().filter((it) => !it.hadRecentInput)) {
      const moved = entry.sources.map(({ node }) => (node?.closest ? node : node?.parentElement)?.outerHTML?.slice(0, 90));
      globalThis.shifts.push(`${entry.value.toFixed(4)} by ${moved.join(" | ")}`);
    }
  };
  new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
}

/** What a page weighs after gzip, in bytes: its HTML, and all its scripts beside the rules. */
export async function weight(page, response) {
  const scripts = await page.evaluate(() => performance.getEntriesByType("resource").map((it) => it.name)
    .filter((it) => /\.m?js$/.test(new URL(it).pathname) && !it.includes("/rules/")));
  const weights = await Promise.all([...new Set(scripts)].map(scriptWeight));
  return { html: gzipSync(await response.body()).length, script: weights.reduce((all, one) => all + one, 0) };
}

const scriptWeights = new Map();

async function scriptWeight(url) {
  if (!scriptWeights.has(url)) {
    const answer = await fetch(url);
    scriptWeights.set(url, gzipSync(Buffer.from(await answer.arrayBuffer())).length);
  }
  return scriptWeights.get(url);
}

/** Asks again and again, until the answer is one. A page that is just being left does not answer. */
export async function until(what, ask) {
  const since = Date.now();
  for (;;) {
    const found = await Promise.resolve(ask()).catch((error) => {
      if (!error.message.includes("Execution context was destroyed")) {
        throw error;
      }
    });
    if (found) {
      return found;
    }
    if (Date.now() - since > PATIENCE_MS) {
      throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    }
  }
}

/** A client of the API, for what is not done on pages. */
export function api(url, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const ask = async (method, path, body, more) => {
    const answer = await fetch(url + path, { method, headers: { ...headers, ...more }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, ok: answer.ok, json: text ? JSON.parse(text) : null };
  };
  const sure = async (method, path, body, more) => {
    const answer = await ask(method, path, body, more);
    if (!answer.ok) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.json)}`);
    }
    return answer.json;
  };
  return {
    ask,
    read: (path) => sure("GET", path),
    /** As of now, whatever a copy says. */
    readNow: (path) => sure("GET", path, undefined, { "equoria-seen": "fresh" }),
    post: (path, body = {}) => sure("POST", path, body),
  };
}
