/**
 * Everything a change must pass: `deno task ok`, and `deno task test` in continuous integration.
 *
 * - `--only fmt,lint` runs some stages, `--slow` adds the long tests (`ALBERT_SLOW=1`);
 * - paths (`deno task ok tests/text`) run these tests alone.
 *
 * The last line on standard output is `N passed, N failed`: tests, documentation examples and one
 * for each other stage.
 *
 * @module
 */
import { prepareConfig } from "./launch/config.ts";
import { duration, runStages, type Verdict } from "./ok/run_stages.ts";
import { STAGES } from "./ok/stages.ts";

interface Request {
  only: string[];
  paths: string[];
  slow: boolean;
}

function readWords(words: string[]): Request {
  const request: Request = { only: Object.keys(STAGES), paths: [], slow: false };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--slow") request.slow = true;
    else if (words[i] === "--only") request.only = (words[++i] ?? "").split(",");
    else if (words[i].startsWith("-")) {
      throw new Error(`unknown option "${words[i]}", expected --only or --slow`);
    } else request.paths.push(words[i]);
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

function summary(verdicts: Verdict[]): string {
  const bad = verdicts.filter((verdict) => verdict.failed > 0);
  const skipped = verdicts.reduce((sum, verdict) => sum + verdict.skipped, 0);
  return [
    "",
    ...verdicts.map((verdict) =>
      `${verdict.failed > 0 ? "FAILED" : "ok    "}  ${verdict.name.padEnd(9)} ${
        duration(verdict.seconds)
      }`
    ),
    ...bad.map((verdict) =>
      `See "== ${verdict.name}" above, or run: deno task ok --only ${verdict.name}`
    ),
    ...(skipped > 0 ? [`${skipped} tests were skipped (their lines say why)`] : []),
  ].join("\n");
}

if (import.meta.main) {
  try {
    const request = readWords(Deno.args);
    const config = await prepareConfig(() => {}); // the launcher has said it
    const stages = request.only.map((name) => ({ name, run: STAGES[name] }));
    const verdicts = await runStages(stages, { ...request, config, show: true });
    const sum = (pick: (verdict: Verdict) => number) =>
      verdicts.map(pick).reduce((a, b) => a + b, 0);
    console.log(summary(verdicts));
    console.log(
      `${sum((verdict) => verdict.passed)} passed, ${sum((verdict) => verdict.failed)} failed`,
    );
    Deno.exit(sum((verdict) => verdict.failed) > 0 ? 1 : 0);
  } catch (error) {
    console.error(`ok: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
