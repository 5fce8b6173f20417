/**
 * What was found, counted.
 *
 * @module
 */

/** A promise that was broken, with how often and an example. */
export interface Finding {
  readonly what: string;
  readonly count: number;
  readonly example: string;
}

/** All findings; of each kind the first is the example. */
export class Findings {
  readonly #found = new Map<string, { count: number; readonly example: string }>();

  add(what: string, example: string): void {
    entryOf(this.#found, what, () => ({ count: 0, example })).count++;
  }

  get all(): Finding[] {
    return [...this.#found].map(([what, { count, example }]) => ({ what, count, example }));
  }
}

/** The value of a key, made where there is none. */
export function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}
