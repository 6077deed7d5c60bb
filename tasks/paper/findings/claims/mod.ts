/**
 * Every claim of the paper that is tested, in its order, then the controls.
 *
 * @module
 */
import type { Claim } from "../claim.ts";
import { DEPTH } from "./depth.ts";
import { DROPOUT } from "./dropout.ts";
import { EQUAL_TIME } from "./equal_time.ts";
import { EXTRA_DATA } from "./extra_data.ts";
import { FACTORIZATION } from "./factorization.ts";
import { FFN_SHARING } from "./ffn_sharing.ts";
import { FULL_SHARING } from "./full_sharing.ts";
import { LEARNING } from "./learning.ts";
import { PAIR_TRANSFER } from "./pair_transfer.ts";
import { SAVINGS } from "./savings.ts";
import { SMOOTHNESS } from "./smoothness.ts";
import { SOP_DOWNSTREAM } from "./sop_downstream.ts";
import { SPEED } from "./speed.ts";
import { TRUNCATION } from "./truncation.ts";
import { WIDTH } from "./width.ts";

/** See the module's comment. */
export const CLAIMS: readonly Claim[] = [
  SAVINGS,
  SPEED,
  SMOOTHNESS,
  FACTORIZATION,
  FULL_SHARING,
  FFN_SHARING,
  PAIR_TRANSFER,
  SOP_DOWNSTREAM,
  EQUAL_TIME,
  EXTRA_DATA,
  DROPOUT,
  DEPTH,
  WIDTH,
  LEARNING,
  TRUNCATION,
];
