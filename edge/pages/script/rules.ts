/** The rules of the game, which the server has too: 200 kB that a page fetches when somebody first needs them. */
import type { Foal, PlannedMating, Proof, Verdict } from "../../../core/browser/src/types.ts";

export interface Rules {
  predictMating(mating: PlannedMating): Foal;
  verifyShow(proof: Proof, commitment?: string): Verdict;
}

let module: Promise<Rules> | undefined;

/** The rules. Where they could not be fetched, the next who asks tries again. */
export function rules(): Promise<Rules> {
  const from = "/rules/rules.js";
  module ??= (import(from) as Promise<Rules>).catch((trouble: unknown) => {
    module = undefined;
    throw trouble;
  });
  return module;
}

/** A document. */
export async function fetched<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(`${path} answered ${answer.status}`);
  }
  return (await answer.json()) as T;
}
