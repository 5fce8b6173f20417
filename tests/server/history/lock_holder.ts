/**
 * A program that has a data folder until it is killed, or its input ends.
 *
 * @module
 */
import { lockDataFolder } from "../../../server/history/data_folder.ts";

const lock = lockDataFolder(Deno.args[0]);
lock.announce({ address: "127.0.0.1:4711", password: false, plaintextPassword: false });
await Deno.stdout.write(new TextEncoder().encode("locked\n"));
await Deno.stdin.read(new Uint8Array(1));
lock[Symbol.dispose]();
