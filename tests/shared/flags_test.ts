import { assertEquals } from "@std/assert";
import { between, type Env, envName, type Flags, nearest, oneOf, onOff, parseFlags } from "../../shared/flags.ts";

const FLAGS = {
  "port": { placeholder: "PORT", help: "the port", default: 80, parse: between(0, 65_535, "a port") },
  "log-format": { placeholder: "FORMAT", help: "the format", default: "text", parse: oneOf("text", "json") },
  "name": { placeholder: "NAME", help: "the name", default: undefined, parse: (text: string) => ({ value: text }) },
  "loud": { help: "shout", default: false, parse: onOff },
} satisfies Flags;
const DEFAULTS = { "port": 80, "log-format": "text", "name": undefined, "loud": false };

function parse(args: readonly string[], env: Record<string, string> = {}): unknown {
  const lookUp: Env = (name) => env[name];
  const parsed = parseFlags(FLAGS, args, lookUp);
  if (parsed.kind === "help") return "help";
  if (parsed.kind === "wrong") return parsed.text;
  const changed = Object.entries(parsed.values).filter(([name, value]) => value !== DEFAULTS[name as keyof typeof DEFAULTS]);
  return parsed.rest.length === 0 ? Object.fromEntries(changed) : [Object.fromEntries(changed), ...parsed.rest];
}

const PARSED: readonly [args: string[], result: unknown][] = [
  [[], {}],
  [["--port", "0"], { port: 0 }],
  [["--port", "65535"], { port: 65_535 }],
  [["--port=1"], { port: 1 }],
  [["--loud"], { loud: true }],
  [["--loud=true"], { loud: true }],
  [["--loud=false"], {}],
  [["--no-loud"], {}],
  [["--loud", "x"], [{ loud: true }, "x"]],
  [["--loud", "true"], [{ loud: true }, "true"]],
  [["--name", "007"], { name: "007" }],
  [["--name", "true"], { name: "true" }],
  [["--name", "a=b"], { name: "a=b" }],
  [["--name=-x"], { name: "-x" }],
  [["--name", "-5"], { name: "-5" }],
  [["12345", "--port", "1", "-"], [{ port: 1 }, "12345", "-"]],
  [["--port", "1", "--", "--port", "-h"], [{ port: 1 }, "--port", "-h"]],
  [["-h"], "help"],
  [["--help", "x"], "help"],
  [["-h", "x", "--wrong", "--port", "x"], "help"],
];

const WRONG: readonly [args: string[], text: string][] = [
  ...["65536", "99999", "-1", "1e3", " 80", "8O", "0x50", "80.0", "+1", "Infinity", "9".repeat(400)].map((text): [string[], string] => [
    ["--port", text],
    `--port: "${text}" is not a port; allowed are 0 to 65535`,
  ]),
  [["--port"], "--port: needs a value, as in --port PORT"],
  [["--port", ""], "--port: needs a value, as in --port PORT"],
  [["--port="], "--port: needs a value, as in --port PORT"],
  [["--port", "--loud"], "--port: needs a value, as in --port PORT"],
  [["--port", "1", "--port", "1"], "--port: given more than once"],
  [["--loud", "--no-loud"], "--loud: given more than once"],
  [["--log-format", "xml"], '--log-format: "xml" is not allowed; allowed are text and json'],
  [["--loud=yes"], '--loud: "yes" is not allowed; allowed are true and false'],
  [["--prot", "1"], 'Unknown flag "--prot" (did you mean --port?)'],
  [["--prot=1"], 'Unknown flag "--prot" (did you mean --port?)'],
  [["-port", "1"], 'Unknown flag "-port" (did you mean --port?)'],
  [["--LOUD"], 'Unknown flag "--LOUD" (did you mean --loud?)'],
  [["--hepl"], 'Unknown flag "--hepl" (did you mean --help?)'],
  [["--no-port"], 'Unknown flag "--no-port"'],
  [["--verbose"], 'Unknown flag "--verbose"'],
  [["-p", "1"], 'Unknown flag "-p" (did you mean --port?)'],
  [["-P"], 'Unknown flag "-P" (did you mean --port?)'],
  [["-x"], 'Unknown flag "-x"'],
  [["-hx"], 'Unknown flag "-hx"'],
  [["--__proto__=1"], 'Unknown flag "--__proto__"'],
  [["--constructor"], 'Unknown flag "--constructor"'],
  [["--=1"], 'Unknown flag "--"'],
];

Deno.test("parseFlags reads flags and arguments", () => {
  for (const [args, result] of PARSED) assertEquals(parse(args), result, args.join(" "));
});

Deno.test("parseFlags says in one line what is wrong", () => {
  for (const [args, text] of WRONG) assertEquals(parse(args), text, args.join(" "));
});

Deno.test("parseFlags takes from the environment what the command line does not say", () => {
  assertEquals(parse([], { CHAT_PORT: "1", CHAT_LOG_FORMAT: "json", CHAT_LOUD: "1" }), { "port": 1, "log-format": "json", "loud": true });
  assertEquals(parse(["--port", "2"], { CHAT_PORT: "1" }), { port: 2 });
  assertEquals(parse(["--port", "2"], { CHAT_PORT: "wrong" }), { port: 2 });
  assertEquals(parse(["--no-loud"], { CHAT_LOUD: "true" }), {});
});

Deno.test("parseFlags takes an empty variable as not set", () => {
  assertEquals(parse([], { CHAT_PORT: "", CHAT_LOUD: "" }), {});
});

Deno.test("parseFlags names the variable that is wrong", () => {
  assertEquals(parse([], { CHAT_PORT: "65536" }), 'CHAT_PORT: "65536" is not a port; allowed are 0 to 65535');
  assertEquals(parse([], { CHAT_PORT: " 80" }), 'CHAT_PORT: " 80" is not a port; allowed are 0 to 65535');
  assertEquals(parse([], { CHAT_LOUD: "yes" }), 'CHAT_LOUD: "yes" is not allowed; allowed are true and false');
});

Deno.test("envName writes a flag as a variable", () => {
  assertEquals(envName("max-per-address"), "CHAT_MAX_PER_ADDRESS");
});

Deno.test("nearest finds a word with two letters wrong and no more", () => {
  const words = ["server", "client", "help", "on"];
  assertEquals(nearest("sever", words), "server");
  assertEquals(nearest("srevre", words), undefined);
  assertEquals(nearest("clinet", words), "client");
  assertEquals(nearest("hlpe", words), "help");
  assertEquals(nearest("ot", words), "on");
  assertEquals(nearest("xy", words), undefined);
  assertEquals(nearest("", words), undefined);
  assertEquals(nearest("password", ["port", "password-file", "allow-plaintext-password"]), "password-file");
  assertEquals(nearest("pas", ["password-file"]), "password-file");
  assertEquals(nearest("pa", ["password-file"]), undefined);
});
