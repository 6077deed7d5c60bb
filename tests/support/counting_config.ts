import { type Config, prepareConfig } from "../../tasks/launch/config.ts";
import { countingFlags } from "../../tasks/ok/dispatches.ts";

/** Returns the configuration of the tools, with which their WebGPU dispatches count as those of the test. */
export async function countingConfig(): Promise<Config> {
  const config = await prepareConfig(() => {});
  return { ...config, flags: [...config.flags, ...countingFlags()] };
}
