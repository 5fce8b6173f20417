import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addInvite, Invites, revokeInvite } from "../../../server/access/invites.ts";
import { SHORT_CODE_BYTES, shortCode } from "../../../shared/short_code.ts";
import { TempFolder } from "../../temp_folder.ts";

const NOW = 1_790_000_000_000;

function newCode(): string {
  return shortCode(crypto.getRandomValues(new Uint8Array(SHORT_CODE_BYTES)));
}

async function setUp(
  uses: number,
  lasts = 1_000,
): Promise<{ folder: TempFolder; invites: Invites; code: string; clock: { now: number } } & Disposable> {
  const folder = new TempFolder();
  const code = newCode();
  const clock = { now: NOW };
  await addInvite(folder.path, code, { expires: NOW + lasts, uses });
  const invites = await Invites.open(folder.path, () => clock.now);
  return { folder, invites, code, clock, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function files(folder: TempFolder): string[] {
  return [...Deno.readDirSync(`${folder.path}/invites`)].map(({ name }) => name);
}

Deno.test("Invites: however many come at once, as many come in as it has uses, and nobody pays twice", async () => {
  const caller = fc.option(fc.constantFrom("i1", "i2", "i3", "i4", "i5"), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(caller, { maxLength: 24 }), async (uses, callers) => {
      using world = await setUp(uses);
      const { folder, invites, code } = world;
      const came = await Promise.all(callers.map((installation) => invites.redeem(code, installation)));
      const anonymous = callers.filter((installation, i) => came[i] && installation === undefined).length;
      const known = new Set<string>(callers.filter((_, i) => came[i]).filter((installation) => installation !== undefined));
      assertEquals(anonymous + known.size <= uses, true);
      // Whoever was left out was left out because nothing was left.
      if (came.includes(false)) assertEquals(anonymous + known.size, uses);
      const again = await Invites.open(folder.path, () => NOW);
      for (const installation of ["i1", "i2", "i3", "i4", "i5"]) {
        assertEquals([invites.knows(installation), again.knows(installation)], [known.has(installation), known.has(installation)]);
      }
      assertEquals(files(folder).length, 1);
    }),
    { numRuns: 40 },
  );
});

Deno.test("Invites: holds to its last millisecond; who came in is known for good", async () => {
  using world = await setUp(3);
  const { folder, invites, code, clock } = world;
  clock.now = NOW + 999;
  assertEquals(await invites.redeem(code.toLowerCase(), "early"), true);
  clock.now = NOW + 1_000;
  assertEquals(await invites.redeem(code, "late"), false);
  assertEquals(await invites.redeem(code, undefined), false);
  const later = await Invites.open(folder.path, () => NOW + 1_000_000);
  assertEquals([later.knows("early"), later.knows("late")], [true, false]);
});

Deno.test("Invites.open: what ended unused is removed, and nothing else", async () => {
  using folder = new TempFolder();
  await addInvite(folder.path, newCode(), { expires: NOW, uses: 1 });
  await addInvite(folder.path, newCode(), { expires: NOW + 1, uses: 1 });
  await Deno.writeTextFile(`${folder.path}/invites/notes.txt`, "mine");
  await Invites.open(folder.path, () => NOW);
  assertEquals(files(folder).length, 2);
  assert(files(folder).includes("notes.txt"));
});

Deno.test("Invites: the files are the owner's alone, and neither code nor secret is in them or in their names", async () => {
  using world = await setUp(2);
  const { folder, invites, code } = world;
  await invites.redeem(code, "hash of a secret");
  const [name] = files(folder);
  const path = `${folder.path}/invites/${name}`;
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(`${folder.path}/invites`)).mode! & 0o777, 0o700);
  const plain = code.replaceAll("-", "");
  for (const text of [name, await Deno.readTextFile(path)]) {
    assertEquals([text.includes(code), text.toUpperCase().includes(plain)], [false, false]);
  }
});

Deno.test("Invites: a file that makes no sense is no invite, and harms no other", async () => {
  using world = await setUp(1);
  const { folder, invites, code } = world;
  for (const text of ["", "{", "null", "[]", '{"expires":1}', '{"expires":"x","uses":1,"used":0,"installations":[]}']) {
    const name = files(folder).find((name) => name.endsWith(".json"))!;
    const kept = await Deno.readTextFile(`${folder.path}/invites/${name}`);
    await Deno.writeTextFile(`${folder.path}/invites/${name}`, text);
    assertEquals(await invites.redeem(code, "i1"), false, text);
    assertEquals((await Invites.open(folder.path, () => NOW)).knows("i1"), false);
    await Deno.writeTextFile(`${folder.path}/invites/${name}`, kept);
  }
  await Deno.mkdir(`${folder.path}/invites/${"a".repeat(64)}.json`);
  assertEquals((await Invites.open(folder.path, () => NOW)).knows("i1"), false);
  assertEquals(await invites.redeem(code, "i1"), true);
});

Deno.test("Invites: one made while the server runs is good at once", async () => {
  using world = await setUp(1);
  const code = newCode();
  await addInvite(world.folder.path, code, { expires: NOW + 1, uses: 1 });
  assertEquals([await world.invites.redeem(code, undefined), await world.invites.redeem(code, undefined)], [true, false]);
});

Deno.test("revokeInvite: nobody comes in with it any more, and who came in is not known, unless another invite knows them", async () => {
  using world = await setUp(3);
  const { folder, invites, code } = world;
  const other = newCode();
  await addInvite(folder.path, other, { expires: NOW + 1, uses: 1 });
  for (const installation of ["i1", "i2"]) await invites.redeem(code, installation);
  await invites.redeem(other, "i2");
  assertEquals(await revokeInvite(folder.path, newCode()), undefined);
  assertEquals([invites.knows("i1"), invites.knows("i2")], [true, true]);
  assertEquals(await revokeInvite(folder.path, code.toLowerCase()), 2);
  for (const server of [invites, await Invites.open(folder.path, () => NOW)]) {
    assertEquals([server.knows("i1"), server.knows("i2"), await server.redeem(code, "i3")], [false, true, false]);
  }
  assertEquals(await revokeInvite(folder.path, code), undefined);
});

Deno.test("Invites: what is no file of theirs lets nobody in, and holds nobody up", async () => {
  using world = await setUp(1);
  const { folder, code } = world;
  const [name] = files(folder);
  const path = `${folder.path}/invites/${name}`;
  const whole = await Deno.readTextFile(path);
  await Deno.writeTextFile(`${folder.path}/whole.json`, whole);
  const wrong = [
    () => Deno.mkdir(path),
    () => Deno.symlink(path, path),
    () => Deno.symlink(`${folder.path}/whole.json`, path),
    () => Deno.writeTextFile(path, whole.padEnd(200_000)),
    () => Deno.writeTextFile(path, ""),
  ];
  for (const put of wrong) {
    await Deno.remove(path);
    await put();
    assertEquals(await (await Invites.open(folder.path, () => NOW)).redeem(code, "mine"), false, String(put));
  }
});

const root = Deno.build.os !== "windows" && Deno.uid() === 0;
Deno.test(
  { name: "addInvite by root gives the invite to whom the folder is, and what a link leads to to nobody", ignore: !root },
  async () => {
    using folder = new TempFolder();
    await Deno.chown(folder.path, 65_534, 65_534);
    await addInvite(folder.path, newCode(), { expires: NOW + 1, uses: 1 });
    const invites = `${folder.path}/invites`;
    const [file] = await Array.fromAsync(Deno.readDir(invites));
    assertEquals([(await Deno.stat(invites)).uid, (await Deno.stat(`${invites}/${file.name}`)).uid], [65_534, 65_534]);
    using other = new TempFolder();
    using target = new TempFolder();
    await Deno.chown(other.path, 65_534, 65_534);
    await Deno.symlink(target.path, `${other.path}/invites`);
    await addInvite(other.path, newCode(), { expires: NOW + 1, uses: 1 });
    assertEquals((await Deno.stat(target.path)).uid, 0);
  },
);

Deno.test("revokeInvite: one that is being redeemed is taken back for good", async () => {
  using world = await setUp(5);
  const { folder, invites, code } = world;
  const { sync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.sync = async function () {
    Deno.FsFile.prototype.sync = sync;
    await revokeInvite(folder.path, code);
    await this.sync();
  };
  try {
    assertEquals(await invites.redeem(code, "i1"), false);
  } finally {
    Deno.FsFile.prototype.sync = sync;
  }
  assertEquals([files(folder), invites.knows("i1"), await invites.redeem(code, "i1")], [[], false, false]);
});
