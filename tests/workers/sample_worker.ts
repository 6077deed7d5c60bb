// The worker of `worker_call_test.ts`.
import { serve, Transferred } from "../../src/workers/mod.ts";

let doubled: Float32Array;

export const handlers = serve({
  double(numbers: Float32Array) {
    doubled = numbers.map((value) => 2 * value);
    return new Transferred(doubled, [doubled]);
  },
  lengthOfDoubled: () => doubled.length,
  async sumTo(end: number, report: (sum: number) => void) {
    let sum = 0;
    for (let i = 1; i <= end; i++) {
      sum += i;
      report(sum);
      await Promise.resolve();
    }
    return sum;
  },
  fail(how: "range" | "text" | "result") {
    if (how === "range") throw new RangeError("out of range");
    if (how === "text") throw "only text";
    return () => "functions cannot be sent";
  },
  forever: () => new Promise<never>(() => {}),
  spin() {
    for (;;);
  },
  die(how: "exit" | "close" | "late rejection" | "message error") {
    if (how === "exit") Deno.exit(3);
    else if (how === "close") self.close();
    else if (how === "message error") self.dispatchEvent(new MessageEvent("messageerror"));
    else Promise.reject(new Error("too late"));
    return new Promise<never>(() => {});
  },
});
