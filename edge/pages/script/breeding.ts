/**
 * What a foal may be, reckoned here as soon as mare and stallion are chosen, and written into the server's own markup. What
 * stands in the way and what it costs only the server knows; its answer follows, and has the last word.
 */
import type { Lines, Mate, PlannedMating, Relative } from "../../../core/browser/src/types.ts";
import { asked, isAnswered } from "./answers.ts";
import { fill } from "./fill.ts";
import type { Part } from "./page.ts";
import { fetched, rules } from "./rules.ts";

/** A horse with all that a prediction of its foals looks at: `GET /breeding/parents/{id}`. */
interface Parent {
  mate: Mate;
  family: Relative[];
  pedigree: Lines;
}

/** Those that were asked for, for as long as the page is open. */
const parents = new Map<string, Promise<Parent>>();

function parent(id: string): Promise<Parent> {
  let known = parents.get(id);
  if (!known) {
    known = fetched<Parent>(`/breeding/parents/${id}`);
    known.catch(() => parents.delete(id));
    parents.set(id, known);
  }
  return known;
}

export const breed: Part = (within) => {
  const form = within.querySelector<HTMLFormElement>("form[data-breeding]");
  const place = document.getElementById(form?.dataset["answers"] ?? "");
  const pattern = document.querySelector<HTMLTemplateElement>("template[data-odds]");
  if (!form || !place || !pattern) {
    return;
  }
  // Whoever comes near the form is about to choose.
  const prepare = () => void Promise.allSettled([rules(), ...chosen(form).map(parent)]);
  form.addEventListener("pointerenter", prepare, { once: true });
  form.addEventListener("focusin", prepare, { once: true });
  form.addEventListener("change", () => {
    reckon(form, place, pattern).catch((trouble: unknown) => console.error(trouble));
  });
};

/** The ids of the mare and the stallion that are chosen. */
function chosen(form: HTMLFormElement): string[] {
  const given = new FormData(form);
  return ["mare", "stallion"].map((name) => String(given.get(name) ?? "")).filter((id) => id !== "");
}

async function reckon(form: HTMLFormElement, place: HTMLElement, pattern: HTMLTemplateElement): Promise<void> {
  const pair = chosen(form);
  const url = asked(form);
  if (pair.length < 2) {
    return;
  }
  const [{ predictMating }, ...both] = await Promise.all([rules(), ...pair.map(parent)]);
  const [mare, stallion] = both;
  const isOver = url.search !== asked(form).search || isAnswered(place, url);
  if (!mare || !stallion || isOver) {
    return;
  }
  const foal = predictMating(mating(mare, stallion));
  const odds = pattern.content.cloneNode(true) as DocumentFragment;
  fill(odds, { ...foal, mare: mare.mate, stallion: stallion.mate });
  place.replaceChildren(odds);
}

/** Both with everybody around them, each once. */
function mating(mare: Parent, stallion: Parent): PlannedMating {
  const around = new Map([...mare.family, ...stallion.family].map((it) => [it.id, it]));
  around.delete(mare.mate.id);
  around.delete(stallion.mate.id);
  return {
    mare: mare.mate,
    stallion: stallion.mate,
    family: [...around.values()],
    pedigrees: [mare.pedigree, stallion.pedigree],
  };
}
