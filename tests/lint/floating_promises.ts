/**
 * The lint rule that `deno lint` does not have, for want of types: a promise that nobody waits for loses its error.
 *
 * As a program it checks every source file. `void` marks a promise that is meant to float. It stands apart, with a `deno.json` and lock file
 * of its own, so that whoever only runs chat does not download a compiler.
 *
 * @module
 */
import ts from "typescript";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url).pathname;

/**
 * Finds statements that make a promise and drop it.
 *
 * @param files Paths of TypeScript files.
 * @return One line for each, `path:line: text`.
 */
export async function floatingPromises(files: readonly string[]): Promise<string[]> {
  const denoTypes = await output("types");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts"],
    types: [],
    paths: await packages(),
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    noEmit: true,
    skipLibCheck: true,
    strict: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const denoFile = `${ROOT}deno.d.ts`;
  host.fileExists = (path) => path === denoFile || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === denoFile ? ts.createSourceFile(path, denoTypes, ts.ScriptTarget.ESNext) : getSourceFile(path, ...rest);
  const program = ts.createProgram([denoFile, `${ROOT}shared/std.d.ts`, ...files], options, host);
  const checker = program.getTypeChecker();

  const found: string[] = [];
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`Cannot lint "${file}": not found`);
    visit(source, source);
  }
  return found;

  function visit(node: ts.Node, source: ts.SourceFile): void {
    if (ts.isExpressionStatement(node) && floats(node.expression)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${source.fileName.replace(ROOT, "")}:${line + 1}: ${node.getText().split("\n", 1)[0]}`);
    }
    ts.forEachChild(node, (child) => visit(child, source));
  }

  function floats(node: ts.Expression): boolean {
    if (ts.isParenthesizedExpression(node)) return floats(node.expression);
    if (ts.isConditionalExpression(node)) return floats(node.whenTrue) || floats(node.whenFalse);
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind;
      // What is assigned is held by somebody.
      if (operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment) return false;
      return floats(node.right) || operator === ts.SyntaxKind.CommaToken && floats(node.left);
    }
    if (ts.isAwaitExpression(node) || ts.isVoidExpression(node) || !isPromise(node)) return false;
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return true;
    const { name: { text: method }, expression: before } = node.expression;
    if (method === "finally") return floats(before);
    const handled = method === "catch" && node.arguments.length > 0 || method === "then" && node.arguments.length > 1;
    return !handled;
  }

  /** Whether it is a promise, may be one, or is a list of them. */
  function isPromise(node: ts.Expression): boolean {
    const type = checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    return parts.some((part) => {
      const item = checker.isArrayType(part) ? checker.getTypeArguments(part as ts.TypeReference)[0] : part;
      const then = item?.getProperty("then");
      return then !== undefined && checker.getTypeOfSymbolAtLocation(then, node).getCallSignatures().length > 0;
    });
  }
}

/** Where the types of the npm packages of `deno.json` are, by the name they are imported by. */
async function packages(): Promise<Record<string, string[]>> {
  const { npmCache } = JSON.parse(await output("info", "--json"));
  const registries = (await Array.fromAsync(Deno.readDir(npmCache))).filter((entry) => entry.isDirectory);
  const paths: Record<string, string[]> = {};
  for (const [name, specifier] of Object.entries(config.imports)) {
    // The others are parts of deno-std, which has no types; they are in shared/std.d.ts.
    const match = /^npm:(?<name>@?[^@]+)@(?<version>[^/]+)$/.exec(specifier);
    if (match === null) continue;
    paths[name] = registries.map((registry) => `${npmCache}/${registry.name}/${match.groups?.name}/${match.groups?.version}`);
  }
  return paths;
}

async function output(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" }, stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

function sources(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return name.startsWith(".") || name === "node_modules" ? [] : sources(`${dir}${name}/`);
    return name.endsWith(".ts") && !name.endsWith(".d.ts") ? [dir + name] : [];
  });
}

if (import.meta.main) {
  const found = await floatingPromises(sources(ROOT));
  for (const line of found) console.error(`${line}\n  a promise that nobody waits for: await it, or mark it with void`);
  if (found.length > 0) Deno.exit(1);
}
