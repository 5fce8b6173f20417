/**
 * What a client remembers: the installation's secret, each server as it was left, and what has no answer yet. Several clients may run at once.
 *
 * Nothing here is worth ending a conversation: what cannot be read or written is said once, and from then on held in memory only.
 *
 * @module
 */
import { LIMITS, LOBBY, type Seq } from "../../shared/protocol.ts";
import { cleanText } from "../../shared/text.ts";
import type { Clock } from "../clock.ts";
import { type Address, formatAddress } from "../config.ts";
import { type Found, moveAside, removeIfThere, systemMessage, writeWhole } from "../files.ts";
import { newRef, newSecret } from "../ref.ts";
import type { SayWithRef } from "../unacknowledged.ts";
import { adopt, journalPaths } from "./adopt.ts";
import { Journal } from "./journal.ts";
import { type Greeting, LeftOff } from "./left_off.ts";
import { takeLock } from "./lock.ts";
import { readSecret, SECRET_FILE } from "./secret.ts";
import { formatServers, type KnownServer, readServers, SERVERS_FILE } from "./servers.ts";

/** How long to wait for other clients that begin at the same moment. */
const OPEN_WAIT_MS = 2_000;
/** How long to wait for the lock while a person types. */
const SAVE_WAIT_MS = 100;
/** What was seen is written down at most so much later. */
const SAVE_MS = 1_000;

/** What a state is opened with. */
export interface StateOptions {
  /** Where it is kept; `undefined` keeps it in memory. */
  readonly folder: string | undefined;
  /** The server it is about. */
  readonly address: Address;
  /** The name asked for; `undefined` takes the one last used on the server. */
  readonly name: string | undefined;
  readonly clock: Clock;
  /** The time of day. */
  readonly now: () => Date;
  /** Is told what went wrong, in a sentence, at any time until the state is closed. */
  readonly tell: (text: string) => void;
}

/** What a client remembers of one server, and of itself. Its methods never throw. */
export class ClientState {
  readonly #options: StateOptions;
  readonly #server: string;
  readonly #closed = new AbortController();
  #secret = newSecret();
  #before: KnownServer | undefined;
  #leftOff = new LeftOff(undefined);
  #unsent: readonly SayWithRef[] = [];
  #journal: Journal | undefined;
  /** Shows others that the journal is not a dead client's. */
  #alive: Disposable | undefined;
  #saving = false;
  /** Whether writing has not failed yet. */
  #works = true;

  private constructor(options: StateOptions) {
    this.#options = options;
    this.#server = formatAddress(options.address).toLowerCase();
  }

  /** Reads what is there, and takes over what dead clients of the same name left unsaid. Blocks: a few ms, unless others begin too. */
  static open(options: StateOptions): ClientState {
    const state = new ClientState(options);
    if (options.folder === undefined) state.#works = false;
    else state.#open(options.folder);
    return state;
  }

  /** At least 128 random bits of this installation's own, the same in every client of it. No server gets to know them. */
  get secret(): string {
    return this.#secret;
  }

  /** The name last used on the server. */
  get name(): string | undefined {
    return this.#before?.name;
  }

  /** The server as it was left last time: its epoch, the rooms we were in, and what was seen of them. */
  get seen(): KnownServer | undefined {
    return this.#before;
  }

  /** What clients that died had said and got no answer to, in order: to be said again with the same refs. It counts as said already. */
  get unsent(): readonly SayWithRef[] {
    return this.#unsent;
  }

  /** The rooms to begin with: those that we were in, and those that something unsent is for, which other clients need not have been in. */
  get rooms(): readonly string[] {
    const needed = new Set(this.#unsent.map(({ room }) => room));
    const rooms = new Set([...this.#before?.rooms ?? [LOBBY], ...needed]);
    let others = LIMITS.roomsPerSession - needed.size;
    return [...rooms].filter((room) => needed.has(room) || others-- > 0).slice(0, LIMITS.roomsPerSession);
  }

  /** Whether what is said outlives us. */
  get keeps(): boolean {
    return this.#journal !== undefined && this.#works;
  }

  /** A message is about to be sent. Once this returns, the death of the process does not lose it. */
  said(say: SayWithRef): void {
    this.#write(() => this.#journal?.add({ at: this.#options.now().getTime(), say }));
  }

  /** A message was kept, or will never be: nobody needs to say it again. */
  answered(ref: string): void {
    this.#write(() => this.#journal?.remove(ref));
  }

  /** We are in. */
  welcomed(greeting: Greeting): void {
    this.#leftOff.welcomed(greeting);
    this.#write(() => this.#journal?.rename(greeting.nick));
    this.#save();
  }

  /** We have another name. */
  renamed(name: string): void {
    this.#leftOff.renamed(name);
    this.#write(() => this.#journal?.rename(name));
    this.#saveSoon();
  }

  /** We are in another room. */
  entered(room: string): void {
    this.#leftOff.entered(room);
    this.#saveSoon();
  }

  /** We are in a room no more. */
  left(room: string): void {
    this.#leftOff.left(room);
    this.#saveSoon();
  }

  /** Everything of a room up to this seq has been shown. */
  saw(room: string, seq: Seq): void {
    this.#leftOff.saw(room, seq);
    this.#saveSoon();
  }

  /** Writes down what was not yet. What has no answer is left for the next client of this name at this server. */
  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#save();
    this.#closed.abort();
    this.#write(() => this.#journal?.close());
    this.#alive?.[Symbol.dispose]();
  }

  #open(folder: string): void {
    const lock = this.#lock(folder);
    try {
      this.#write(() => {
        const secret = this.#content(readSecret(folder), SECRET_FILE, lock)?.secret;
        if (secret !== undefined) this.#secret = secret;
        this.#before = this.#content(readServers(folder), SERVERS_FILE, lock)?.get(this.#server);
        this.#leftOff = new LeftOff(this.#before);
        if (lock === undefined) return;
        if (secret === undefined) writeWhole(`${folder}/${SECRET_FILE}`, `${this.#secret}\n`);
        this.#takeOver(folder);
      });
    } finally {
      lock?.[Symbol.dispose]();
    }
  }

  /** The lock of the folder, which is made where there is none. What cannot be written may be read all the same. */
  #lock(folder: string): Disposable | undefined {
    let lock: Disposable | undefined;
    this.#write(() => {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (Deno.build.os !== "windows") Deno.chmodSync(folder, 0o700);
      lock = takeLock(`${folder}/lock`, OPEN_WAIT_MS);
      if (lock === undefined) throw new Error("other chat clients do not let go of it");
    });
    return lock;
  }

  /** Begins a journal with what dead clients left. */
  #takeOver(folder: string): void {
    const { name = this.#before?.name, now } = this.#options;
    const owner = { server: this.#server, name, installation: this.#secret.slice(0, 6) };
    const adopted = adopt(folder, owner, now(), (text) => this.#tell(text));
    this.#unsent = adopted.waiting.map(({ say }) => say);
    // Random, so that the lock of one that died is nobody else's.
    const paths = journalPaths(folder, newRef());
    const lock = takeLock(paths.lock);
    this.#alive = {
      [Symbol.dispose]: () => {
        lock?.[Symbol.dispose]();
        this.#write(() => removeIfThere(paths.lock));
      },
    };
    this.#journal = new Journal(paths.journal, owner, adopted.waiting);
    adopted.forget();
  }

  /** What a file holds. One that makes no sense is moved aside by whoever has the lock; one that cannot be read must not be overwritten. */
  #content<T>(found: Found<T>, file: string, lock: Disposable | undefined): T | undefined {
    const path = `${this.#options.folder}/${file}`;
    if (found.kind === "unreadable") throw new Error(`${path} ${found.why}`);
    if (found.kind === "broken" && lock) this.#tell(moveAside(path, found.why, this.#options.now()));
    return found.kind === "found" ? found.value : undefined;
  }

  /** Saves within a second, however much is seen until then. */
  #saveSoon(): void {
    if (this.#saving || !this.#works) return;
    this.#saving = true;
    void this.#saveLater();
  }

  async #saveLater(): Promise<void> {
    await this.#options.clock.sleep(SAVE_MS, this.#closed.signal);
    this.#saving = false;
    if (!this.#closed.signal.aborted) this.#save();
  }

  #save(): void {
    const at = this.#options.now().getTime();
    const known = this.#leftOff.known(at);
    const { folder } = this.#options;
    if (folder === undefined || known === undefined || !this.#works) return;
    this.#write(() => {
      using lock = takeLock(`${folder}/lock`, SAVE_WAIT_MS);
      if (lock === undefined) return this.#saveSoon();
      const servers = this.#content(readServers(folder), SERVERS_FILE, lock);
      writeWhole(`${folder}/${SERVERS_FILE}`, formatServers(new Map([...servers ?? [], [this.#server, known]]), at));
    });
  }

  /** Does what may fail; the first time that it does is told. */
  #write(action: () => void): void {
    try {
      action();
    } catch (error) {
      const problem = systemMessage(error);
      if (this.#works) this.#tell(`Nothing can be remembered in ${this.#options.folder}: ${problem}; going on without`);
      this.#works = false;
    }
  }

  #tell(text: string): void {
    this.#options.tell(cleanText(text));
  }
}
