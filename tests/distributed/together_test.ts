import { assertEquals, assertRejects } from "@std/assert";
import {
  agree,
  agreeOnBytes,
  anyRank,
  fromLead,
  gatherTexts,
  gatherValues,
  ONE_PROCESS,
  Orders,
  partOf,
  RanksDifferError,
  totals,
  totalsOfFields,
} from "../../src/distributed/mod.ts";
import { onRanks } from "../support/worlds.ts";

Deno.test("partOf() divides every index once, into parts that differ by one at most", () => {
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

Deno.test("totals() adds up exactly what single precision could not hold", async () => {
  const found = await onRanks(3, (world) => totals(world, [2 ** 25 + world.rank, 0.5]));
  assertEquals(found, Array(3).fill([3 * 2 ** 25 + 3, 1.5]));
  assertEquals(await totals(ONE_PROCESS, [7]), [7]);
});

Deno.test("totalsOfFields() adds field by field, of records in their order", async () => {
  const found = await onRanks(
    2,
    ({ rank, ...world }) =>
      totalsOfFields({ rank, ...world }, [{ a: rank, b: 1 }, { a: 10 * rank, b: 2 }]),
  );
  assertEquals(found[1], [{ a: 1, b: 2 }, { a: 10, b: 4 }]);
});

Deno.test("anyRank() is true everywhere when it is so for one", async () => {
  assertEquals(await onRanks(3, (world) => anyRank(world, world.rank === 2)), [true, true, true]);
  assertEquals(await onRanks(3, (world) => anyRank(world, false)), [false, false, false]);
});

Deno.test("gatherTexts() brings texts of any length, in the order of the ranks", async () => {
  const found = await onRanks(3, (world) => gatherTexts(world, "é".repeat(world.rank)));
  assertEquals(found, Array(3).fill(["", "é", "éé"]));
});

Deno.test("gatherValues() brings floats, NaN and infinity as they are", async () => {
  const found = await onRanks(2, ({ rank, ...world }) => {
    const value = { logits: Float32Array.of(0.1, NaN, -Infinity), spans: [{ score: NaN, rank }] };
    return gatherValues({ rank, ...world }, value);
  });
  const logits = Float32Array.of(0.1, NaN, -Infinity);
  const expected = [0, 1].map((rank) => ({ logits, spans: [{ score: NaN, rank }] }));
  assertEquals(found, [expected, expected]);
});

Deno.test("fromLead() gives every rank what rank 0 found", async () => {
  const found = await onRanks(2, (world) => fromLead(world, () => Promise.resolve([world.rank])));
  assertEquals(found, [[0], [0]]);
});

Deno.test("ranks do what rank 0 orders, in its order, until it ends", async () => {
  const done = await onRanks(3, async (world) => {
    const orders = new Orders(world, ["step", "read"]);
    const log: string[] = [];
    if (world.rank > 0) {
      await orders.obey({
        step: () => Promise.resolve(log.push("step")),
        read: () => Promise.resolve(log.push("read")),
      });
      return log;
    }
    for (const order of ["step", "step", "read"] as const) await orders.give(order);
    await orders.end();
    return log;
  });
  assertEquals(done, [[], ["step", "step", "read"], ["step", "step", "read"]]);
});

Deno.test("agree() names the first fact that differs and the rank, on every rank", async () => {
  const message = await onRanks(3, async (world) => {
    const facts = new Map<string, unknown>([
      ["config", { layers: 2 }],
      ["vocabulary", world.rank === 2 ? "b" : "a"],
      ["seed", world.rank],
    ]);
    const error = await assertRejects(() => agree(world, facts), RanksDifferError);
    return error.message;
  });
  assertEquals(
    message,
    Array(3).fill(
      'Rank 2 differs from rank 0 in its vocabulary: "b" instead of "a"; give every rank the same',
    ),
  );
  await onRanks(2, (world) => agree(world, new Map([["seed", 1]])));
  await onRanks(2, async (world) => {
    const config = world.rank === 0 ? { layers: 2, heads: 4 } : { ids: 1, heads: 8, layers: 2 };
    await assertRejects(
      () => agree(world, new Map([["config", config]])),
      RanksDifferError,
      "Rank 1 differs from rank 0 in its config.heads: 8 instead of 4",
    );
  });
});

Deno.test("agreeOnBytes() names every rank whose bytes are not rank 0's", async () => {
  await onRanks(4, async (world) => {
    const weights = Float32Array.of(1, world.rank % 2);
    await assertRejects(
      () => agreeOnBytes(world, weights, "After step 5 the model"),
      RanksDifferError,
      "After step 5 the model of rank 1, 3 is not that of rank 0",
    );
  });
  await onRanks(2, (world) => agreeOnBytes(world, Float32Array.of(1), "It"));
});
