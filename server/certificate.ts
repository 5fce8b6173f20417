/**
 * The server's certificate: given by its owner, or made on the first start and kept.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { EXIT, type ExitCode, Fatal } from "../shared/exit.ts";
import { exposure } from "../shared/secret.ts";
import { CERTIFICATE_NAME, fingerprintOf, firstPem } from "../shared/fingerprint.ts";
import type { TlsFiles } from "./config.ts";

/** How long a certificate of our own is good: ten years. */
const GOOD_MS = 3_652 * 86_400_000;
/** A clock elsewhere may be behind ours by so much. */
const EARLIER_MS = 86_400_000;
/** More than any chain and any key take, in bytes. */
const MOST_BYTES = 262_144;

/** A certificate and its key. */
export interface Certificate {
  /** The certificate and those that vouch for it, in PEM. */
  readonly chain: string;
  /** The private key, in PEM. */
  readonly key: string;
  /** The certificate by itself, in PEM. */
  readonly pem: string;
  /** What clients know it by; `undefined` where an authority vouches for it. */
  readonly fingerprint: string | undefined;
}

/** Files of a certificate, as their owner is told of them. */
interface Named extends TlsFiles {
  /** What each is called in a message. */
  readonly names: TlsFiles;
  /** What to do when they are no good. */
  readonly advice: string;
}

/** The files of a certificate that is made by us. */
export function ownFiles(folder: string): TlsFiles {
  return { cert: `${folder}/tls.crt`, key: `${folder}/tls.key` };
}

/** Reads the certificate that was made before, or makes one and keeps it. @throws {Fatal} When that cannot be done. */
export async function ownCertificate(folder: string, now: number): Promise<Certificate> {
  const files = ownFiles(folder);
  if (!exists(files.cert) && !exists(files.key)) {
    const made = await makeCertificate(now);
    keep(files.key, made.key);
    keep(files.cert, made.chain);
  }
  const advice = `Remove ${files.cert} and ${files.key}: a certificate is made anew then, and clients are warned of the change`;
  return await load({ ...files, names: files, advice }, now);
}

/** Makes a certificate that vouches for itself. */
export async function makeCertificate(now: number): Promise<Certificate> {
  // Loaded only where one has to be made.
  const { generate } = await import("selfsigned");
  const names = [CERTIFICATE_NAME, "localhost"].map((value) => ({ type: 2 as const, value }));
  const { cert, private: key } = await generate([{ name: "commonName", value: CERTIFICATE_NAME }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - EARLIER_MS),
    notAfterDate: new Date(now + GOOD_MS),
    extensions: [{ name: "basicConstraints", cA: false, critical: true }, { name: "subjectAltName", altNames: names }],
  });
  return { chain: `${cert}\n`, key, pem: cert, fingerprint: await fingerprintOf(cert) };
}

/** Reads the certificate that the owner has given. @throws {Fatal} When it cannot be read, or is good for nothing; the message says what to do. */
export async function readCertificate({ cert, key }: TlsFiles, now: number): Promise<Certificate> {
  const names = { cert: `--tls-cert: ${cert}`, key: `--tls-key: ${key}` };
  return await load({ cert, key, names, advice: "Name another file, or start with --tls alone, which makes a certificate" }, now);
}

async function load(files: Named, now: number): Promise<Certificate> {
  const { names, advice } = files;
  const chain = read(files.cert, names.cert, advice);
  const secret = read(files.key, names.key, advice);
  await notForOthers(files);
  const pem = firstPem(chain);
  const parsed = pem === undefined ? undefined : parse(pem);
  if (pem === undefined || parsed === undefined) {
    throw new Fatal(EXIT.config, `${names.cert}: there is no certificate in PEM in it. ${advice}`);
  }
  const { until, ours, forItselfOnly } = parsed;
  if (until < now) {
    const day = new Date(until).toISOString().slice(0, 10);
    throw new Fatal(EXIT.config, `${names.cert}: the certificate has expired on ${day}. ${advice}`);
  }
  check(chain, secret, files);
  if (ours && !forItselfOnly) {
    const advice = "make one with: openssl req -x509 -addext basicConstraints=critical,CA:false";
    throw new Fatal(
      EXIT.config,
      `${names.cert}: a certificate for the name "${CERTIFICATE_NAME}" must vouch for itself and for no other; ${advice}`,
    );
  }
  return { chain, key: secret, pem, fingerprint: ours ? await fingerprintOf(pem) : undefined };
}

/** Lets the one who will use them see whether they fit. */
function check(chain: string, key: string, { names, advice }: Named): void {
  try {
    Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: chain, key }).close();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/KeyMismatch/.test(text)) throw new Fatal(EXIT.config, `${names.key}: this is not the key of that certificate. ${advice}`);
    if (/key/i.test(text)) {
      throw new Fatal(
        EXIT.config,
        `${names.key}: there is no private key in PEM in it that can be used; it must not be encrypted. ${advice}`,
      );
    }
    throw new Fatal(EXIT.config, `${names.cert}: the certificate cannot be used: ${text}. ${advice}`);
  }
}

function read(path: string, name: string, advice: string): string {
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MOST_BYTES) throw new Fatal(EXIT.config, `${name}: this is no file of a certificate. ${advice}`);
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Fatal) throw error;
    const text = error instanceof Error ? error.message.replace(/ \(os error \d+\).*/, "") : String(error);
    throw new Fatal(codeOf(error), `${name}: cannot be read: ${text}. ${advice}`);
  }
}

function codeOf(error: unknown): ExitCode {
  if (error instanceof Deno.errors.NotFound) return EXIT.noInput;
  return error instanceof Deno.errors.PermissionDenied ? EXIT.noPermission : EXIT.ioError;
}

/** A key that everybody on the machine may read is nobody's secret. */
async function notForOthers({ key, names }: Named): Promise<void> {
  // Without waiting, some versions of Deno make rights up on a system that has none.
  const { mode } = await Deno.stat(key);
  const exposed = exposure(mode, "group");
  if (exposed) {
    throw new Fatal(
      EXIT.noPermission,
      `${names.key}: this private key ${exposed.problem}. ${exposed.advice.replace("FILE", () => key)}`,
    );
  }
}

function keep(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text, { mode: 0o600, createNew: true });
  } catch (error) {
    throw new Fatal(EXIT.ioError, `${path}: cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new Fatal(EXIT.ioError, `${path}: cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

interface Told {
  /** When it ends, in milliseconds since 1970. */
  readonly until: number;
  /** Whether it is for our name. */
  readonly ours: boolean;
  readonly forItselfOnly: boolean;
}

/** What a certificate tells. Some that can be taken apart cannot be read all the same. */
function parse(pem: string): Told | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return {
      until: Date.parse(certificate.validTo),
      ours: certificate.checkHost(CERTIFICATE_NAME) !== undefined,
      forItselfOnly: !certificate.ca && certificate.issuer === certificate.subject,
    };
  } catch {
    return undefined;
  }
}
