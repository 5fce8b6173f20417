/**
 * The house has one direction: `shared` <- `server/core` <- hub, session <- serve <- main. This reads what imports what and says where it is broken.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Whether only types are imported. */
  readonly types?: boolean;
}

/** What a part of the house may import. The first rule whose `of` matches a file is the one for it. */
interface Rule {
  readonly of: RegExp;
  readonly may: readonly RegExp[];
}

const SHARED = /^shared\//;
/** The interfaces that the server's parts meet at: they import `shared` and each other, and hold no more than types, limits and flags. */
const SEAMS = /^server\/(connection|events|config|history_flags)\.ts$/;
/** Who may come in. They know people and files, and nothing of rooms, sockets or the history. */
const ACCESS = /^server\/access\/(gate|password|attempts|turnstile|invite|invites|open_access)\.ts$/;
/** What counts as one address. */
const NETWORK = /^server\/core\/network\.ts$/;
const GATE = /^server\/access\/gate\.ts$/;
const HISTORY = /^server\/history\/history\.ts$/;
/** What every engine may use. */
const ENGINE_PARTS = /^server\/(semaphore|history\/(batch_queue|digest|words))\.ts$/;
/** The engine on disk: its side on the event loop is `sqlite_history.ts`, the rest works in the worker. */
const SQLITE =
  /^server\/history\/(sqlite_\w+|open_database|data_folder|data_size|retention|transactor|word_\w+|housekeeping|wiping|slack|searches|steady_clock)\.ts$/;
const SQLITE_MODULE = /^node:sqlite$/;
/** What the two sides of the engine on disk share: messages, and what is kept. */
const SQLITE_BOTH = /^server\/history\/(sqlite_messages|retention)\.ts$/;
const TEXT_PARTS = /^server\/transports\/(text_codec|text_commands)\.ts$/;
const SOCKET_PARTS = /^server\/transports\/(socket|tcp_socket|telnet)\.ts$/;
/** How what one read brought is heard a little at a time. */
const BATCHES = /^server\/transports\/batches\.ts$/;
const SOCKET = /^server\/transports\/socket\.ts$/;
const WEB_PARTS = /^server\/transports\/web\//;

const RULES: readonly Rule[] = [
  {
    of: /^main\.ts$/,
    may: [
      SHARED,
      /^client\/(chat|config|flags|rights|settings|scripts\/(flags|send|tail)|state\/servers)\.ts$/,
      /^server\/(serve|config|rights|history_flags|backup|export|own_addresses|access\/invite_(flags|command)|history\/data_folder)\.ts$/,
    ],
  },
  { of: /^(client|server)\/rights\.ts$/, may: [] },
  { of: SHARED, may: [SHARED, /^@std\//, /^deno\.json$/] },
  { of: /^server\/core\//, may: [SHARED, /^server\/core\//] },
  { of: HISTORY, may: [SHARED] },
  { of: ENGINE_PARTS, may: [SHARED, HISTORY] },
  { of: /^server\/history\/memory_history\.ts$/, may: [SHARED, HISTORY, ENGINE_PARTS, /^node:timers$/] },
  // Nothing on the event loop's side waits for a disk: it knows messages only.
  { of: /^server\/history\/sqlite_history\.ts$/, may: [SHARED, HISTORY, ENGINE_PARTS, SQLITE_BOTH] },
  { of: /^server\/history\/searches\.ts$/, may: [/^node:timers$/] },
  { of: SQLITE, may: [SHARED, HISTORY, ENGINE_PARTS, SQLITE, SQLITE_MODULE] },
  { of: /^server\/(backup|export)\.ts$/, may: [SHARED, SQLITE, SQLITE_MODULE] },
  { of: SOCKET_PARTS, may: [SHARED, SOCKET] },
  { of: TEXT_PARTS, may: [SHARED, SEAMS, /^@std\/text\//] },
  { of: BATCHES, may: [SHARED, /^node:timers$/] },
  { of: /^server\/transports\/text\.ts$/, may: [SHARED, SEAMS, SOCKET_PARTS, TEXT_PARTS, BATCHES] },
  { of: /^server\/transports\/frames\.ts$/, may: [SHARED, SEAMS, SOCKET, BATCHES, /^node:buffer$/] },
  // Who reads and writes WebSockets knows nothing of requests, and requests nothing of frames.
  {
    of: /^server\/transports\/web\/web_socket\.ts$/,
    may: [SHARED, SOCKET, /^server\/transports\/web\/(message_frame\.ts|ws\.d\.ts)$/, /^ws$/, /^node:buffer$/],
  },
  { of: /^server\/transports\/web\/ws\.d\.ts$/, may: [/^ws$/] },
  { of: WEB_PARTS, may: [SHARED, SOCKET, WEB_PARTS, /^node:crypto$/] },
  { of: /^server\/transports\/tls\.ts$/, may: [SOCKET_PARTS, /^server\/transports\/tls_listener\.ts$/] },
  { of: /^server\/transports\//, may: [SHARED, SEAMS, SOCKET_PARTS] },
  { of: /^server\/events\.ts$/, may: [SHARED, SEAMS, /^server\/core\/kept_act\.ts$/] },
  { of: SEAMS, may: [SHARED, SEAMS] },
  { of: /^server\/serve\.ts$/, may: [SHARED, /^server\//, /^@std\//, /^node:crypto$/] },
  { of: /^server\/access\/invites\.ts$/, may: [SHARED, ACCESS, /^node:(crypto|fs)$/] },
  { of: ACCESS, may: [SHARED, SEAMS, ACCESS, NETWORK, /^node:crypto$/] },
  { of: /^server\/access\/invite_flags\.ts$/, may: [SHARED, SEAMS] },
  { of: /^server\/access\/invite_command\.ts$/, may: [SHARED, ACCESS, /^server\/(reach|history\/data_folder)\.ts$/] },
  { of: /^server\/own_addresses\.ts$/, may: [] },
  { of: /^server\/session\.ts$/, may: [SHARED, SEAMS, GATE, /^server\/(departure|hub|pump|seat|turns)\.ts$/] },
  { of: /^server\/opening\.ts$/, may: [SHARED, /^server\/(reach|access\/open_access)\.ts$/] },
  { of: /^server\/(reach|random_text)\.ts$/, may: [SHARED] },
  { of: /^server\/signals\.ts$/, may: [] },
  { of: /^server\/listen\.ts$/, may: [SHARED, SEAMS] },
  { of: /^server\/kept\.ts$/, may: [SHARED, SEAMS, HISTORY, SQLITE, /^server\/(random_text|history\/(memory|sqlite)_history)\.ts$/] },
  { of: /^server\/certificate\.ts$/, may: [SHARED, SEAMS, /^node:crypto$/, /^selfsigned$/] },
  {
    of: /^server\/encryption\.ts$/,
    may: [SEAMS, /^server\/(certificate|front_door)\.ts$/, /^server\/transports\/(tls|tcp_socket)\.ts$/],
  },
  { of: /^server\/certificate_exchange\.ts$/, may: [SHARED, SOCKET] },
  { of: /^server\/qr\.ts$/, may: [/^uqr$/] },
  { of: /^server\/browser\.ts$/, may: [] },
  { of: /^server\/first_words\.ts$/, may: [/^server\/first_bytes\.ts$/, SOCKET, /^server\/transports\/text\.ts$/] },
  {
    of: /^server\/front_door\.ts$/,
    may: [SHARED, SEAMS, /^server\/(arrivals|certificate_exchange|first_bytes|first_words|spare_files)\.ts$/, /^server\/transports\//],
  },
  { of: /^server\/arrivals\.ts$/, may: [SHARED, SEAMS, SOCKET_PARTS, NETWORK] },
  { of: /^server\/log\.ts$/, may: [SHARED, SEAMS, /^server\/log_(line|meter)\.ts$/, /^@logtape\//] },
  { of: /^server\/console\//, may: [SHARED, SEAMS, SOCKET, /^server\/(log_line|outbox)\.ts$/, /^server\/console\//] },
  // The hub and what it is made of know interfaces only: no engine, no transport, nothing of the process.
  {
    of: /^server\//,
    may: [
      SHARED,
      SEAMS,
      /^server\/core\//,
      HISTORY,
      /^server\/(hub|hub_options|deletion|departure|entrance|moves|moderator|audit_log|past|places|seat|seats|session|page|delay|semaphore|broadcast|left|pump|encoded_tail|tail_budget|outbox|pressure|turns)\.ts$/,
      /^node:timers$/,
    ],
  },
  { of: /^client\/state\/lock\.ts$/, may: [SQLITE_MODULE] },
  { of: /^client\/views\/emoji\.ts$/, may: [/^gemoji$/] },
  { of: /^client\/shown_certificate\.ts$/, may: [SHARED, /^client\//, /^node:crypto$/] },
  { of: /^client\//, may: [SHARED, /^client\//, /^@std\//] },
];

/** What lies below the hub, and must not know it. */
const BELOW_HUB = /^server\/(?!(hub|session|serve)\.ts$)/;
const HUB_AND_ABOVE = /^server\/(hub|session|serve)\.ts$/;

function isAllowed({ from, to }: Edge): boolean {
  if (BELOW_HUB.test(from) && HUB_AND_ABOVE.test(to)) return false;
  if (from === "server/hub.ts" && /^server\/(session|serve)\.ts$/.test(to)) return false;
  const rule = RULES.find(({ of }) => of.test(from));
  return rule?.may.some((part) => part.test(to)) ?? false;
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/** Where the program begins: its main thread, the one of the history, and the pages. */
const ROOTS = ["main.ts", "server/history/sqlite_worker.ts", "client/web/app.ts", "client/web/console/console.ts"];

/** Every import of the program, types included. */
async function edges(): Promise<Edge[]> {
  return (await Promise.all(ROOTS.map(edgesFrom))).flat();
}

async function edgesFrom(root: string): Promise<Edge[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--no-npm", root],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  const ours = info.modules.filter(({ specifier }) => specifier.startsWith(ROOT.href));
  return ours.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.map((found) => {
      const target = found.code?.specifier ?? found.type?.specifier ?? found.specifier;
      const to = target.startsWith(ROOT.href) ? target.slice(ROOT.href.length) : found.specifier;
      return { from: specifier.slice(ROOT.href.length), to, types: found.code === undefined };
    })
  );
}

Deno.test("imports point one way", async () => {
  const found = await edges();
  assert(found.some(({ from, to }) => from === "main.ts" && to === "server/serve.ts"), "the program was read");
  assert(found.some(({ from, to }) => from === "server/hub.ts" && to === "server/history/history.ts"), "types were read");
  assert(found.some(({ from, to }) => from === "server/history/sqlite_worker.ts" && to.startsWith("server/")), "the worker was read");
  const wrong = found.filter((edge) => !isAllowed(edge)).map(({ from, to }) => `${from} imports ${to}`);
  assertEquals(wrong, []);
});

Deno.test("imports make no circle, types apart", async () => {
  let rest = (await edges()).filter(({ to, types }) => to.endsWith(".ts") && !types);
  for (let before = Infinity; rest.length < before;) {
    before = rest.length;
    // Whatever imports nothing that is left is in no circle.
    rest = rest.filter(({ to }) => rest.some(({ from }) => from === to));
  }
  assertEquals(rest.map(({ from, to }) => `${from} imports ${to}`), []);
});

const BROKEN: readonly Edge[] = [
  { from: "shared/text.ts", to: "server/hub.ts" },
  { from: "shared/text.ts", to: "npm:ws" },
  { from: "server/core/room.ts", to: "server/hub.ts" },
  { from: "server/core/room.ts", to: "server/events.ts" },
  { from: "server/history/memory_history.ts", to: "server/hub.ts" },
  { from: "server/history/sqlite_history.ts", to: "server/history/memory_history.ts" },
  { from: "server/history/memory_history.ts", to: "server/history/sqlite_messages.ts" },
  { from: "server/history/history.ts", to: "server/history/batch_queue.ts" },
  { from: "server/history/sqlite_history.ts", to: "node:sqlite" },
  { from: "server/history/sqlite_history.ts", to: "server/history/sqlite_commit.ts" },
  { from: "server/history/sqlite_worker.ts", to: "server/hub.ts" },
  { from: "server/history/sqlite_worker.ts", to: "server/backup.ts" },
  { from: "server/backup.ts", to: "server/serve.ts" },
  { from: "server/opening.ts", to: "server/history/memory_history.ts" },
  { from: "server/hub.ts", to: "node:sqlite" },
  { from: "server/places.ts", to: "server/hub.ts" },
  { from: "server/seat.ts", to: "server/hub.ts" },
  { from: "server/entrance.ts", to: "server/hub.ts" },
  { from: "server/moves.ts", to: "server/hub.ts" },
  { from: "server/moderator.ts", to: "server/hub.ts" },
  { from: "server/entrance.ts", to: "server/transports/text.ts" },
  { from: "server/transports/text_codec.ts", to: "server/transports/text.ts" },
  { from: "server/transports/text.ts", to: "server/hub.ts" },
  { from: "server/transports/text.ts", to: "server/core/room.ts" },
  { from: "server/transports/text.ts", to: "server/transports/frames.ts" },
  { from: "server/transports/web/web_socket.ts", to: "server/transports/web/site.ts" },
  { from: "server/transports/web/http_head.ts", to: "ws" },
  { from: "server/console/console.ts", to: "server/hub.ts" },
  { from: "server/people.ts", to: "server/hub.ts" },
  { from: "server/transports/web/site.ts", to: "server/hub.ts" },
  { from: "server/transports/web/assets.ts", to: "client/web/app.ts" },
  { from: "server/transports/text.ts", to: "server/transports/web/web_socket.ts" },
  { from: "server/hub.ts", to: "server/history/memory_history.ts" },
  { from: "server/hub.ts", to: "server/transports/text.ts" },
  { from: "server/hub.ts", to: "server/session.ts" },
  { from: "server/pump.ts", to: "server/hub.ts" },
  { from: "server/session.ts", to: "server/serve.ts" },
  { from: "server/session.ts", to: "server/access/invites.ts" },
  { from: "server/access/gate.ts", to: "server/hub.ts" },
  { from: "server/access/invites.ts", to: "server/history/data_folder.ts" },
  { from: "server/serve.ts", to: "client/chat.ts" },
  { from: "client/chat.ts", to: "server/serve.ts" },
  { from: "client/chat.ts", to: "npm:left-pad" },
  { from: "client/chat.ts", to: "node:sqlite" },
  { from: "main.ts", to: "server/hub.ts" },
];

Deno.test("the rules of the house refuse what breaks them", () => {
  for (const edge of BROKEN) assert(!isAllowed(edge), `${edge.from} imports ${edge.to}`);
});

Deno.test("shared and server/core name neither Deno nor a clock, and core awaits nothing", async () => {
  for (const folder of ["shared", "server/core"]) {
    for await (const { name } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
      if (name.endsWith(".d.ts")) continue;
      const source = await Deno.readTextFile(new URL(`${folder}/${name}`, ROOT));
      const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
      const forbidden = folder === "shared"
        ? /\bDeno\./
        : /\bDeno\.|\bDate\.now|\bnew Date\b|\bperformance\.|\bMath\.random|\bcrypto\.|\bawait\b|\basync\b/;
      assertEquals(code.match(forbidden)?.[0], undefined, `${folder}/${name}`);
    }
  }
});
