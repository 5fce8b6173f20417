/**
 * Writes the software bill of materials to stdout: CycloneDX 1.6, made from `deno.lock`.
 *
 * `deno run --allow-read .ci/sbom.ts`
 *
 * @module
 */
import { VERSION } from "../shared/version.ts";
import { TEST_ONLY } from "./test_only.ts";

interface Lock {
  /** The packages that `deno.json` names, to the versions they are locked at. */
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>>;
}

const lock: Lock = JSON.parse(await Deno.readTextFile(new URL("../deno.lock", import.meta.url)));
const direct = Object.entries(lock.specifiers)
  .map(([specifier, version]) => `${specifier.replace(/^npm:(.+)@[^@]+$/, "$1")}@${version}`)
  .filter((key) => !TEST_ONLY.some((name) => key.startsWith(`${name}@`)));
const keys = [...reachable(direct)].sort();

const bom = {
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    component: { "type": "application", "bom-ref": "chat", "name": "chat", "version": VERSION, "licenses": [{ license: { id: "MIT" } }] },
  },
  components: [
    { "type": "platform", "bom-ref": "deno", "name": "deno", "version": Deno.version.deno },
    ...keys.map(component),
  ],
  dependencies: [
    { ref: "chat", dependsOn: ["deno", ...direct.map(purl)] },
    ...keys.map((key) => ({ ref: purl(key), dependsOn: dependencies(key).map(purl) })),
  ],
};
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(bom, null, 2)}\n`));

function component(key: string): object {
  const { name, version } = split(key);
  const [algorithm, digest] = lock.npm[key].integrity.split("-");
  return {
    "type": "library",
    "bom-ref": purl(key),
    "name": name,
    "version": version,
    "purl": purl(key),
    "hashes": [{ alg: algorithm.replace("sha", "SHA-"), content: hex(digest) }],
  };
}

function reachable(from: readonly string[], seen = new Set<string>()): Set<string> {
  for (const key of from) {
    if (seen.has(key)) continue;
    seen.add(key);
    reachable(dependencies(key), seen);
  }
  return seen;
}

/** The lock file leaves a dependency's version out where there is only one. */
function dependencies(key: string): string[] {
  return (lock.npm[key].dependencies ?? []).map((name) => Object.keys(lock.npm).find((k) => k === name || split(k).name === name) ?? name);
}

function split(key: string): { name: string; version: string } {
  const at = key.lastIndexOf("@");
  return { name: key.slice(0, at), version: key.slice(at + 1) };
}

function purl(key: string): string {
  const { name, version } = split(key);
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hex(base64: string): string {
  return Array.from(atob(base64), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
