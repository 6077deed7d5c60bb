/**
 * The worker of `checkpoint_writer.ts`.
 *
 * @module
 */
import { serve } from "../workers/mod.ts";
import { writeCheckpoint } from "./checkpoint_files.ts";

export const handlers = serve({ write: writeCheckpoint });
