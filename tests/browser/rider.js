// A player at the pages: finds things as a person does, by what stands on them, and reads what a person reads.

import { until } from "./browser.js";

/** Somebody in front of one page. */
export class Rider {
  constructor(page) {
    this.page = page;
  }

  get main() {
    return this.page.getByRole("main");
  }

  /** The form with a button of this name; the first, where there are more. */
  form(button) {
    const named = this.page.getByRole("button", { name: button, exact: true });
    return this.main.locator("form").filter({ has: named }).first();
  }

  /** The list of this name to choose from. */
  choice(name) {
    return this.main.getByRole("combobox", { name, exact: true }).first();
  }

  /** Fills a form in, label by label: a choice is made by what is read. */
  async fill(button, given) {
    const form = this.form(button);
    for (const [label, value] of Object.entries(given)) {
      const field = form.getByLabel(label);
      const isChoice = await field.evaluate((it) => it.tagName === "SELECT");
      await (isChoice ? field.selectOption({ label: value }) : field.fill(value));
    }
    return form;
  }

  /** Fills a form in, and sends it. */
  async send(button, given = {}) {
    const form = await this.fill(button, given);
    await form.getByRole("button", { name: button, exact: true }).click();
  }

  async signUp({ name, email, password }) {
    await this.page.goto("/sign-up");
    await this.send("Sign up", { "Your name in the game": name, "E-mail address": email, Password: password });
    await this.isAt("/stable");
  }

  async signIn({ email, password }) {
    await this.page.goto("/sign-in");
    await this.send("Sign in", { "E-mail address": email, Password: password });
    await this.isAt("/stable");
  }

  /** Waits until the address is this one. */
  async isAt(path) {
    await this.page.waitForURL((url) => (path instanceof RegExp ? path.test(url.pathname) : url.pathname === path));
  }

  /** The number in the address, `/horses/7`. */
  get id() {
    return Number(new URL(this.page.url()).pathname.split("/").pop());
  }

  /** The heading of the page. */
  async heading() {
    return this.main.getByRole("heading", { level: 1 }).innerText();
  }

  /** Waits until a text can be read. */
  async reads(text) {
    await this.main.getByText(text).first().waitFor();
  }

  /** Can a text be read? */
  async says(text) {
    return (await this.main.getByText(text).count()) > 0;
  }

  /** The facts of a page: what is told of each term. */
  async facts() {
    return this.page.evaluate(() => {
      const pairs = [...document.querySelectorAll("main dl > div")].map((it) => [it.querySelector("dt"), it.querySelector("dd")]);
      return Object.fromEntries(pairs.filter(([term]) => term).map((pair) => pair.map((it) => it.textContent.trim())));
    });
  }

  /** The rows of the first table that has all these heads: each by its heads. */
  async rows(...heads) {
    return this.page.evaluate((wanted) => {
      // An arrow that says how a table is sorted is no part of a head.
      const read = (cell) => {
        const hidden = [...cell.querySelectorAll("[aria-hidden=true]")].map((it) => it.textContent).join("");
        return cell.textContent.replace(hidden, "").trim().replace(/\s+/g, " ");
      };
      const tables = [...document.querySelectorAll("main table")].map((table) => ({
        heads: [...table.querySelectorAll("thead th")].map(read),
        rows: [...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map(read)),
      }));
      const found = tables.find(({ heads }) => wanted.every((it) => heads.includes(it)));
      return found?.rows.map((row) => Object.fromEntries(row.map((cell, at) => [found.heads[at], cell]))) ?? [];
    }, heads);
  }

  /** The scores of a horse by discipline, as they can be read. */
  async scores() {
    const heading = this.page.getByRole("heading", { name: "Scores by discipline" });
    const items = this.main.locator("section").filter({ has: heading }).getByRole("listitem");
    const told = await items.evaluateAll((all) => all.map((it) => [it.firstElementChild.textContent, it.lastElementChild.textContent]));
    return Object.fromEntries(told);
  }

  /** The coins in the purse, as they stand on top of every page. */
  async purse() {
    const told = await this.page.getByRole("banner").locator('a[href="/ledger"]').innerText();
    return number(told);
  }

  /** Loads the page again and again, until what is looked for is there. */
  async waitsFor(what, look) {
    return until(what, async () => {
      await this.page.reload();
      return look();
    });
  }
}

/** The whole number in a text: `1,250 c`. */
export function number(told) {
  const digits = told.replace(/[,\s]/g, "").replace("\u2212", "-").match(/-?\d+/);
  if (!digits) {
    throw new Error(`no number in ${told}`);
  }
  return Number(digits[0]);
}
