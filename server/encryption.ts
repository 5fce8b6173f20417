/**
 * What a server encrypts with: its certificate, and what decrypts connections.
 *
 * @module
 */
import { type Certificate, makeCertificate, ownCertificate, readCertificate } from "./certificate.ts";
import type { ServerConfig } from "./config.ts";
import type { Decrypting } from "./front_door.ts";
import type { TcpSocket } from "./transports/tcp_socket.ts";
import { type Decrypted, TlsLayer } from "./transports/tls.ts";

/** A certificate in use. */
export class Encryption implements Decrypting {
  readonly #read: () => Promise<Certificate>;
  readonly #layer: TlsLayer;
  #certificate: Certificate;

  private constructor(certificate: Certificate, read: () => Promise<Certificate>) {
    this.#read = read;
    this.#certificate = certificate;
    this.#layer = new TlsLayer(certificate);
  }

  /**
   * Begins to encrypt as the owner wishes; `undefined` where nothing is to be encrypted.
   *
   * @param folder Where a certificate of the server's own is kept; `undefined` keeps it in memory.
   * @throws {Fatal} When there is no certificate to encrypt with.
   */
  static async open({ tls }: Pick<ServerConfig, "tls">, folder: string | undefined): Promise<Encryption | undefined> {
    if (tls === undefined) return undefined;
    if (tls === "own" && folder === undefined) {
      const made = await makeCertificate(Date.now());
      return new Encryption(made, () => Promise.resolve(made));
    }
    const read = () => tls === "own" ? ownCertificate(folder!, Date.now()) : readCertificate(tls, Date.now());
    return new Encryption(await read(), read);
  }

  /** The certificate, in PEM. */
  get pem(): string {
    return this.#certificate.pem;
  }

  /** What clients know the certificate by; `undefined` where an authority vouches for it. */
  get fingerprint(): string | undefined {
    return this.#certificate.fingerprint;
  }

  decrypt(outer: TcpSocket): Promise<Decrypted | string> {
    return this.#layer.decrypt(outer);
  }

  /** Reads the certificate again, for connections from now on. Returns what is wrong with it, and keeps the one before. */
  async renew(): Promise<string | undefined> {
    try {
      const certificate = await this.#read();
      this.#layer.renew(certificate);
      this.#certificate = certificate;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Decrypts nothing any more. */
  async close(): Promise<void> {
    await this.#layer.close();
  }
}
