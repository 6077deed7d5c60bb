/**
 * Table 13: depth of ALBERT-xxlarge.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import { ADDED_MLM, cells, DEV_PROTOCOL, DOWNSTREAM } from "./columns.ts";

export const TABLE_13: Experiment = {
  id: "table-13",
  kind: "table",
  title: "Depth of ALBERT-xxlarge",
  question: "Does ALBERT-xxlarge benefit from more than 12 layers?",
  protocol: `ALBERT-xxlarge with 12 and 24 layers. ${DEV_PROTOCOL}`,
  notes: [
    "The 24-layer row is printed as xxlarge in Table 2, the 12-layer row in Table 6; the difference is within noise.",
  ],
  columns: [...DOWNSTREAM, ADDED_MLM],
  rows: [
    {
      id: "12",
      label: "12 layers",
      variation: { model: "albert-xxlarge", layers: 12 },
      paper: cells(DOWNSTREAM, "94.0/88.1", "88.3/85.3", "87.8", "95.4", "82.5", "88.7"),
    },
    {
      id: "24",
      label: "24 layers",
      variation: { model: "albert-xxlarge", layers: 24 },
      paper: cells(DOWNSTREAM, "94.1/88.3", "88.1/85.1", "88.0", "95.2", "82.3", "88.7"),
    },
  ],
};
