/** The check of a settled show, here: what is said of each step stands in the page. */
import type { Proof, Verdict, Wrong } from "../../../core/browser/src/types.ts";
import type { Part } from "./page.ts";
import { fetched, rules } from "./rules.ts";

export const verify: Part = (within) => {
  for (const section of within.querySelectorAll<HTMLElement>("[data-verify]")) {
    const button = section.querySelector<HTMLButtonElement>("button[hidden]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => void check(section, button));
    }
  }
};

/** What the steps are filled with. */
interface Found {
  verdict: Verdict;
  proof: Proof;
  published: string;
}

async function check(section: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const [list, said] = [section.querySelector<HTMLElement>("ol"), section.querySelector<HTMLElement>("[role=status]")];
  if (!list || !said || section.ariaBusy) {
    return;
  }
  section.ariaBusy = "true";
  button.ariaDisabled = "true";
  const tell = (what: string) => (said.textContent = said.dataset[what] ?? "");
  tell("checking");
  try {
    const found = await look(`/v1/shows/${section.dataset["verify"]}`);
    for (const step of list.querySelectorAll<HTMLElement>("li")) {
      write(step, found);
    }
    list.hidden = false;
    tell(found.verdict.holds ? "holds" : "fails");
    said.className = found.verdict.holds ? "good" : "bad";
  } catch (trouble) {
    tell("trouble");
    said.append(" ", trouble instanceof Error ? trouble.message : "");
    said.className = "bad";
  }
  section.ariaBusy = null;
  button.ariaDisabled = null;
}

async function look(show: string): Promise<Found> {
  const [{ verifyShow }, proof, { secret_hash: published }] = await Promise.all([
    rules(),
    fetched<Proof>(`${show}/proof`),
    fetched<{ secret_hash: string }>(show),
  ]);
  return { verdict: verifyShow(proof, published), proof, published };
}

/** The steps up to the one that fails hold; what comes after it was not looked at. */
function write(step: HTMLElement, found: Found): void {
  const { wrong, why_not: why } = found.verdict;
  const steps = [...(step.parentElement?.children ?? [])] as HTMLElement[];
  const failed = wrong === null ? steps.length : steps.findIndex((it) => covers(it, wrong));
  const at = steps.indexOf(step);
  const result = step.querySelector<HTMLElement>("[data-holds]");
  if (!result) {
    return;
  }
  const kind = at < failed ? "holds" : at === failed ? "fails" : "unlooked";
  result.textContent = result.dataset[kind] ?? "";
  step.className = { holds: "good", fails: "bad", unlooked: "faint" }[kind];
  const told = kind === "holds" && step.dataset["label"];
  const detail = told ? `${told}: ${evidence(step, found)}` : kind === "fails" && why;
  if (detail) {
    result.append(" ", detail);
  }
}

function covers(step: HTMLElement, wrong: Wrong): boolean {
  return (step.dataset["covers"] ?? "").split(" ").includes(wrong);
}

/** What a step that holds has found, taken from the proof: `data-shows` names it. */
function evidence(step: HTMLElement, { verdict, proof }: Found): string {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  switch (step.dataset["shows"]) {
    case "commitment":
      return proof.commitment;
    case "rules":
      return numbers.format(verdict.rules_version);
    case "secret":
      return proof.secret;
    case "entries":
      return numbers.format(verdict.entries);
    case "prizes":
      return numbers.format(proof.results.reduce((sum, it) => sum + it.prize, 0));
    case "fees":
      return numbers.format(proof.fees);
    case "digest":
      return verdict.digest ?? "";
    default:
      return "";
  }
}
