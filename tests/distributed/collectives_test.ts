import { assertEquals, assertRejects } from "@std/assert";
import {
  anyRank,
  assertSameBytes,
  assertSameFacts,
  fromRank0,
  gatherTexts,
  gatherValues,
  partOf,
  RankCommands,
  RankMismatchError,
  SINGLE_PROCESS_GROUP,
  sumFieldsOverRanks,
  sumOverRanks,
} from "../../src/distributed/mod.ts";
import { assertSameCalls } from "../../tasks/cli/ranks.ts";
import { onRanks } from "../support/process_groups.ts";

Deno.test("partOf() covers every index once, with part lengths that differ by at most one", () => {
  for (const count of [0, 1, 5, 8, 1000]) {
    for (const size of [1, 2, 3, 7]) {
      const parts = Array.from({ length: size }, (_, rank) => partOf({ rank, size }, count));
      assertEquals(parts[0].start, 0);
      assertEquals(parts.at(-1)!.end, count);
      parts.slice(1).forEach(({ start }, i) => assertEquals(start, parts[i].end));
      const lengths = parts.map(({ start, end }) => end - start);
      assertEquals(Math.max(...lengths) - Math.min(...lengths) <= 1, true);
    }
  }
});

Deno.test("sumOverRanks() is exact where float32 would round", async () => {
  const found = await onRanks(3, (group) => sumOverRanks(group, [2 ** 25 + group.rank, 0.5]));
  assertEquals(found, Array(3).fill([3 * 2 ** 25 + 3, 1.5]));
  assertEquals(await sumOverRanks(SINGLE_PROCESS_GROUP, [7]), [7]);
});

Deno.test("sumFieldsOverRanks() sums each field and keeps the order of records", async () => {
  const found = await onRanks(
    2,
    ({ rank, ...group }) =>
      sumFieldsOverRanks({ rank, ...group }, [{ a: rank, b: 1 }, { a: 10 * rank, b: 2 }]),
  );
  assertEquals(found[1], [{ a: 1, b: 2 }, { a: 10, b: 4 }]);
});

Deno.test("anyRank() is true on every rank if it is true on one", async () => {
  assertEquals(await onRanks(3, (group) => anyRank(group, group.rank === 2)), [true, true, true]);
  assertEquals(await onRanks(3, (group) => anyRank(group, false)), [false, false, false]);
});

Deno.test("gatherTexts() returns texts of different lengths in rank order", async () => {
  const found = await onRanks(3, (group) => gatherTexts(group, "é".repeat(group.rank)));
  assertEquals(found, Array(3).fill(["", "é", "éé"]));
});

Deno.test("gatherValues() preserves Float32Array, NaN and infinity", async () => {
  const found = await onRanks(2, ({ rank, ...group }) => {
    const value = { logits: Float32Array.of(0.1, NaN, -Infinity), spans: [{ score: NaN, rank }] };
    return gatherValues({ rank, ...group }, value);
  });
  const logits = Float32Array.of(0.1, NaN, -Infinity);
  const expected = [0, 1].map((rank) => ({ logits, spans: [{ score: NaN, rank }] }));
  assertEquals(found, [expected, expected]);
});

Deno.test("fromRank0() returns rank 0's result on every rank", async () => {
  const found = await onRanks(2, (group) => fromRank0(group, () => Promise.resolve([group.rank])));
  assertEquals(found, [[0], [0]]);
});

Deno.test("RankCommands: the other ranks execute rank 0's commands in order until the end", async () => {
  const done = await onRanks(3, async (group) => {
    const commands = new RankCommands(group, ["step", "read"]);
    const log: string[] = [];
    if (group.rank > 0) {
      await commands.follow({
        step: () => Promise.resolve(log.push("step")),
        read: () => Promise.resolve(log.push("read")),
      });
      return log;
    }
    for (const command of ["step", "step", "read"] as const) await commands.send(command);
    await commands.end();
    return log;
  });
  assertEquals(done, [[], ["step", "step", "read"], ["step", "step", "read"]]);
});

Deno.test("assertSameFacts() reports the first difference and its rank on every rank", async () => {
  const message = await onRanks(3, async (group) => {
    const facts = new Map<string, unknown>([
      ["config", { layers: 2 }],
      ["vocabulary", group.rank === 2 ? "b" : "a"],
      ["seed", group.rank],
    ]);
    const error = await assertRejects(() => assertSameFacts(group, facts), RankMismatchError);
    return error.message;
  });
  assertEquals(
    message,
    Array(3).fill(
      'Rank 2 differs from rank 0 in vocabulary: "b" instead of "a". Start all ranks with the same code, data and flags.',
    ),
  );
  await onRanks(2, (group) => assertSameFacts(group, new Map([["seed", 1]])));
  await onRanks(2, async (group) => {
    const config = group.rank === 0 ? { layers: 2, heads: 4 } : { ids: 1, heads: 8, layers: 2 };
    await assertRejects(
      () => assertSameFacts(group, new Map([["config", config]])),
      RankMismatchError,
      "Rank 1 differs from rank 0 in config.heads: 8 instead of 4",
    );
  });
});

Deno.test("ranks whose flags lead to different calls are rejected, instead of waiting for each other", async () => {
  const flags = [{ resume: true }, { seeds: 2 }, { settings: "a" }, {
    microBatchSize: "auto",
  }] as const;
  for (const given of flags) {
    await onRanks(2, async (group) => {
      await assertSameCalls(group, given);
      const own = group.rank === 0 ? {} : given;
      await assertRejects(() => assertSameCalls(group, own), RankMismatchError, "in --");
    });
  }
});

Deno.test("assertSameBytes() reports every rank whose bytes differ from rank 0's", async () => {
  await onRanks(4, async (group) => {
    const weights = Float32Array.of(1, group.rank % 2);
    await assertRejects(
      () => assertSameBytes(group, weights, "After step 5, the weights"),
      RankMismatchError,
      "After step 5, the weights of rank 1, 3 differ from those of rank 0",
    );
  });
  await onRanks(2, (group) => assertSameBytes(group, Float32Array.of(1), "The weights"));
});
