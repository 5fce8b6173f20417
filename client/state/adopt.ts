/**
 * Clients that died with something unsaid: what one of them leaves is said by a later client of the same person at the same server.
 *
 * @module
 */
import { fold } from "../../shared/names.ts";
import { plural } from "../../shared/text.ts";
import { moveAside, readSmall, removeIfThere } from "../files.ts";
import { type JournalContent, parseJournal, type Waiting } from "./journal.ts";
import { takeLock } from "./lock.ts";

/** A day less than a server remembers refs at least: said again after that, a message could be there twice. */
const SAID_AGAIN_MS = 29 * 86_400_000;
/** More than twice what 10,000 of the longest messages take. */
const MOST_BYTES = 350_000_000;

/** Whatever a running client has there, with its id. */
const FILE = /^unsent-([\w-]+)\.(?:lock|jsonl(?:\.\d+\.tmp)?)$/;

/** The names of a client's journal and of the lock that it holds as long as it lives. */
export function journalPaths(folder: string, id: string): { readonly journal: string; readonly lock: string } {
  return { journal: `${folder}/unsent-${id}.jsonl`, lock: `${folder}/unsent-${id}.lock` };
}

/** Who adopts. */
export interface Adopter {
  readonly server: string;
  /** `undefined` where there is no name yet, which is as good as any. */
  readonly name: string | undefined;
  readonly installation: string;
}

/** What was adopted: to be removed from where it was once it is safe elsewhere. */
export interface Adopted {
  /** In the order it was said. */
  readonly waiting: readonly Waiting[];
  readonly forget: () => void;
}

/**
 * Takes what dead clients left for this adopter; removes what nobody needs any more. Only for whoever has the lock of the folder.
 *
 * @param tell Is told what is wrong with a file, in a sentence.
 */
export function adopt(folder: string, { server, name, installation }: Adopter, now: Date, tell: (text: string) => void): Adopted {
  const waiting = new Map<string, Waiting>();
  const done: (() => void)[] = [];
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  const ids = new Set(names.map((file) => FILE.exec(file)?.[1]).filter((id) => id !== undefined));
  for (const id of ids) {
    const { journal, lock } = journalPaths(folder, id);
    const free = takeLock(lock);
    if (free === undefined) continue;
    free[Symbol.dispose]();
    removeIfThere(lock);
    for (const file of names.filter((name) => name.startsWith(`unsent-${id}.`) && name.endsWith(".tmp"))) {
      removeIfThere(`${folder}/${file}`);
    }
    const content = read(journal, now, tell);
    if (content === undefined) continue;
    const { owner } = content;
    const young = content.waiting.filter(({ at }) => now.getTime() - at <= SAID_AGAIN_MS);
    const mine = owner.server === server && owner.installation === installation && sameName(owner.name, name);
    if (young.length > 0 && !mine) continue;
    const old = content.waiting.length - young.length;
    if (old > 0) tell(`${plural(old, "message")} to ${owner.server} got no answer for too long to be sent again`);
    for (const message of young) waiting.set(message.say.ref, message);
    done.push(() => content.broken ? tell(moveAside(journal, "has lines that make no sense", now)) : removeIfThere(journal));
  }
  const inOrder = [...waiting.values()].sort((a, b) => a.at - b.at);
  return { waiting: inOrder, forget: () => done.forEach((remove) => remove()) };
}

function read(journal: string, now: Date, tell: (text: string) => void): JournalContent | undefined {
  const found = readSmall(journal, MOST_BYTES, parseJournal);
  if (found.kind === "broken") tell(moveAside(journal, found.why, now));
  if (found.kind === "unreadable") tell(`${journal} ${found.why}; going on without it`);
  return found.kind === "found" ? found.value : undefined;
}

function sameName(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || fold(a) === fold(b);
}
