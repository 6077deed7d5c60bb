/**
 * How long the texture of a temporary is worth its memory. A saved activation is read in the forward pass and again, much later, in the backward
 * pass: copying it a second time costs little, holding the copy all the while would double the memory of activations.
 *
 * @module
 */
import { elementBytes } from "../../../kernels/mod.ts";
import type { Command } from "../recording.ts";
import type { Plan } from "./encoder.ts";

/** A texture is kept for a use at most so many runs away. */
const KEPT_RUNS = 64;

/** For each run of a recording, the bindings whose textures can go after it; undefined where there are none. */
export function lastTextureUses(
  commands: readonly Command<Plan>[],
): readonly (readonly string[] | undefined)[] {
  const ends: (string[] | undefined)[] = [];
  const uses = new Map<string, { run: number; name: string }>();
  const end = ({ run, name }: { run: number; name: string }) => {
    const others = ends[run];
    if (others === undefined) ends[run] = [name];
    else others.push(name);
  };
  let run = -1;
  for (const command of commands) {
    if (command.type !== "run") continue;
    run++;
    const operands = command.plan.textures;
    for (const name in operands) {
      const { buffer, offset } = command.views[command.names.indexOf(name)];
      if (!buffer.temporary) continue;
      const { format, offset: inner, rows, columns, pitch, padTexels } = operands[name];
      const begin = offset * 4 + inner * elementBytes(format);
      const key = `${buffer.id} ${begin} ${format} ${rows} ${columns} ${pitch} ${padTexels}`;
      const last = uses.get(key);
      if (last !== undefined && run - last.run > KEPT_RUNS) end(last);
      uses.set(key, { run, name });
    }
  }
  for (const last of uses.values()) end(last);
  return ends;
}
