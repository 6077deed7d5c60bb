/**
 * Runs all checks that a change must pass: `deno task ok`, or `deno task test` in continuous integration.
 *
 * - `--only fmt,lint` runs the named stages.
 * - `--slow` includes the long tests (`ALBERT_SLOW=1`).
 * - Paths, as in `deno task ok tests/text`, run only these tests.
 *
 * The last line on standard output is `N passed, N failed`. It counts tests, documentation examples, and one for each
 * other stage.
 *
 * @module
 */
import { prepareConfig } from "./launch/config.ts";
import { duration, runStages, type StageResult, sumCounts } from "./ok/run_stages.ts";
import { STAGES } from "./ok/stages.ts";

interface Request {
  only: string[];
  paths: string[];
  slow: boolean;
}

function parseArguments(args: string[]): Request {
  const request: Request = { only: Object.keys(STAGES), paths: [], slow: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--slow") request.slow = true;
    else if (args[i] === "--only") request.only = (args[++i] ?? "").split(",");
    else if (args[i].startsWith("-")) {
      throw new Error(`unknown option "${args[i]}", expected --only or --slow`);
    } else request.paths.push(args[i]);
  }
  if (request.paths.length > 0) request.only = ["tests"];
  const unknown = request.only.find((name) => !(name in STAGES));
  if (unknown !== undefined) {
    throw new Error(
      `unknown stage "${unknown}", expected one of ${Object.keys(STAGES).join(", ")}`,
    );
  }
  return request;
}

function summary(results: StageResult[]): string {
  const skipped = results.reduce((sum, { skipped }) => sum + skipped, 0);
  const dispatches = results.reduce((sum, { dispatches }) => sum + dispatches, 0);
  return [
    "",
    ...results.map(({ name, failed, seconds }) =>
      `${failed > 0 ? "FAILED" : "ok    "}  ${name.padEnd(10)} ${duration(seconds)}`
    ),
    ...results.filter(({ failed }) => failed > 0).map(({ name }) =>
      `See "== ${name}" above, or run: deno task ok --only ${name}`
    ),
    ...(dispatches > 0 ? [`${dispatches.toLocaleString("en")} WebGPU dispatches`] : []),
    ...(skipped > 0 ? [`${skipped} tests were skipped; their names give the reason.`] : []),
  ].join("\n");
}

if (import.meta.main) {
  try {
    const request = parseArguments(Deno.args);
    const config = await prepareConfig(() => {}); // The launcher has logged the configuration.
    const stages = request.only.map((name) => ({ name, run: STAGES[name] }));
    const results = await runStages(stages, { ...request, config, show: true });
    const { passed, failed } = sumCounts(results);
    console.log(summary(results));
    console.log(`${passed} passed, ${failed} failed`);
    Deno.exit(failed > 0 ? 1 : 0);
  } catch (error) {
    console.error(`ok: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
