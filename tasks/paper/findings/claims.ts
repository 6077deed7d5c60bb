/**
 * The claims of the paper that are tested, in its order, followed by controls.
 *
 * @module
 */
import {
  type Claim,
  difference,
  DOWNSTREAM,
  type Expectation,
  minus,
  MLM,
  type NamedScore,
  plus,
  type RowPattern,
  saturation,
  type Score,
  type Test,
} from "./claim.ts";

const DOWNSTREAM_MEAN: NamedScore = ["downstream mean", DOWNSTREAM];
const MLM_ACCURACY: NamedScore = ["masked-LM accuracy", MLM];
const MLM_AT_END: NamedScore = [
  "masked-LM accuracy at the end of training",
  { kind: "curve", curve: "mlm_accuracy", feature: "end" },
];
const MULTI_SENTENCE_MEAN: NamedScore = ["mean over multi-sentence tasks", {
  kind: "downstream",
  benchmarks: ["squad-1.1", "squad-2.0", "mnli", "race"],
}];

const SOP_ACCURACY = intrinsic("SOP accuracy", "sop_accuracy");
const NSP_ACCURACY = intrinsic("NSP accuracy", "nsp_accuracy");
const SOP_UNTRUNCATED = intrinsic("SOP accuracy on untruncated pairs", "sop_whole_accuracy");
const NSP_UNTRUNCATED = intrinsic("NSP accuracy on untruncated pairs", "nsp_whole_accuracy");

const SOP: RowPattern = { pairObjective: "sop" };
const NSP: RowPattern = { pairObjective: "nsp" };
const NO_SENTENCE_LOSS: RowPattern = { pairObjective: "none" };
const BERT_LARGE: RowPattern = { model: "bert-large" };
const ALBERT_LARGE: RowPattern = { model: "albert-large" };
const ALBERT_XXLARGE: RowPattern = { model: "albert-xxlarge" };

/** Table 5's model, and the same model without pretraining. */
const PRETRAINED: RowPattern = { pairObjective: "sop", extraData: false };
const UNTRAINED: RowPattern = { ...PRETRAINED, steps: 0 };

function intrinsic(name: string, metric: string): NamedScore {
  return [name, { kind: "intrinsic", metric }];
}

/** BERT-large relative to an ALBERT model, at the paper's size. */
function saving(model: "large" | "xxlarge", name: string, score: Score, above: number): Test {
  return {
    statistic: `${name}: BERT-large relative to ALBERT-${model}`,
    experiment: "table-1",
    terms: [plus(BERT_LARGE, score), minus({ model: `albert-${model}` }, score)],
    ratio: true,
    unit: "times",
    expect: { above },
  };
}

function speedUp(model: "large" | "xxlarge", expect: Expectation): Test {
  return {
    statistic: `training throughput: ALBERT-${model} relative to BERT-large`,
    experiment: "table-2",
    terms: [plus({ model: `albert-${model}` }, { kind: "speed-up" })],
    unit: "times",
    expect,
  };
}

function roughness(curve: "layer_distance" | "layer_angle", name: string, unit: string): Test {
  const score: Score = { kind: "curve", curve, feature: "roughness" };
  return {
    statistic:
      `mean change of the ${name} between consecutive layers: BERT-large minus ALBERT-large`,
    experiment: "figure-1",
    terms: [plus(BERT_LARGE, score), minus(ALBERT_LARGE, score)],
    unit,
    expect: { above: 0 },
  };
}

/** NSP accuracy gained by SOP training minus SOP accuracy gained by NSP training. */
function transfer(statistic: string, [, nsp]: NamedScore, [, sop]: NamedScore): Test {
  return {
    statistic,
    experiment: "table-5",
    terms: [
      plus(SOP, nsp),
      minus(NO_SENTENCE_LOSS, nsp),
      minus(NSP, sop),
      plus(NO_SENTENCE_LOSS, sop),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

/** Accuracy on all pairs minus accuracy on pairs without a truncated segment. */
function truncation(row: RowPattern, [name, all]: NamedScore, [, untruncated]: NamedScore): Test {
  return {
    statistic: `${name}: all pairs minus untruncated pairs`,
    experiment: "table-5",
    terms: [plus(row, all), minus(row, untruncated)],
    unit: "points",
    expect: { above: 0 },
  };
}

function embedding(share: "all" | "none", score: NamedScore): Test {
  const row = (embeddingSize: number) => ({ model: "albert-base", share, embeddingSize } as const);
  const layers = share === "all" ? "layers shared" : "layers not shared";
  const rows = [row(128), row(768)] as const;
  // "Little" means one point; the paper loses 0.6.
  return difference("table-3", score, `E = 128 minus E = H, ${layers}`, rows, { above: -1 });
}

function sharing(
  [name, share]: readonly [string, RowPattern["share"]],
  [baselineName, baseline]: readonly [string, RowPattern["share"]],
  embeddingSize: number,
  score: NamedScore,
): Test {
  const compared = `${name} minus ${baselineName}, E = ${embeddingSize}`;
  const rows = [{ share, embeddingSize }, { share: baseline, embeddingSize }] as const;
  return difference("table-4", score, compared, rows);
}

function withoutDropout(experiment: string, score: NamedScore, steps?: number): Test {
  const row = (dropout: number): RowPattern => ({
    ...ALBERT_XXLARGE,
    extraData: true,
    dropout,
    ...(steps !== undefined && { steps }),
  });
  return difference(experiment, score, "without minus with dropout", [row(0), row(0.1)]);
}

function extraData(experiment: string, score: NamedScore, rest: RowPattern = {}): Test {
  const rows = [{ extraData: true, ...rest }, { extraData: false, ...rest }] as const;
  return difference(experiment, score, "with minus without additional data", rows);
}

function pretraining(score: NamedScore): Test {
  return difference("table-5", score, "pretrained minus untrained", [PRETRAINED, UNTRAINED]);
}

/** All claims, then the controls. */
export const CLAIMS: readonly Claim[] = [
  {
    id: "savings",
    claim:
      "ALBERT-large has about 18 times fewer parameters than BERT-large, and about 18 times fewer gradient bytes to all-reduce.",
    source: "§3.2, Table 1",
    tests: [
      // 17.5 rounds to the paper's "about 18"; 1.4 is its 70%.
      saving("large", "parameters", { kind: "parameters" }, 17.5),
      saving("large", "gradient bytes per step", { kind: "traffic" }, 17.5),
      saving("xxlarge", "parameters", { kind: "parameters" }, 1.4),
      saving("xxlarge", "gradient bytes per step", { kind: "traffic" }, 1.4),
    ],
  },
  {
    id: "speed",
    claim: "ALBERT-large trains faster than BERT-large; ALBERT-xxlarge trains more slowly.",
    source: "§4.3, Table 2",
    tests: [speedUp("large", { above: 1 }), speedUp("xxlarge", { below: 1 })],
  },
  {
    id: "smoothness",
    claim: "Transitions from layer to layer are smoother if the layers share their parameters.",
    source: "§3.1, Figure 1",
    tests: [
      roughness("layer_distance", "L2 distance", ""),
      roughness("layer_angle", "angle", "degrees"),
      {
        statistic:
          "angle between input and output of ALBERT-large's last layer (claim: does not converge to 0)",
        experiment: "figure-1",
        terms: [plus(ALBERT_LARGE, { kind: "curve", curve: "layer_angle", feature: "end" })],
        unit: "degrees",
        expect: { above: 1 },
      },
    ],
  },
  {
    id: "factorization",
    claim: "Factorizing the embeddings costs little: E = 128 is within one point of E = H.",
    source: "§3.1, Table 3",
    tests: [
      embedding("none", DOWNSTREAM_MEAN),
      embedding("all", DOWNSTREAM_MEAN),
      embedding("none", MLM_ACCURACY),
      embedding("all", MLM_ACCURACY),
    ],
  },
  {
    id: "full-sharing",
    claim: "Sharing all parameters across layers costs accuracy at equal depth and width.",
    source: "§4.5, Table 4",
    tests: [DOWNSTREAM_MEAN, MLM_ACCURACY].flatMap((score) =>
      [128, 768].map((size) =>
        sharing(["nothing shared", "none"], ["everything shared", "all"], size, score)
      )
    ),
  },
  {
    id: "ffn-sharing",
    claim: "Sharing the feed-forward parameters costs more than sharing the attention parameters.",
    source: "§4.5, Table 4",
    tests: [DOWNSTREAM_MEAN, MLM_ACCURACY].flatMap((score) =>
      [128, 768].map((size) =>
        sharing(["attention shared", "attention"], ["FFN shared", "ffn"], size, score)
      )
    ),
  },
  {
    id: "pair-transfer",
    claim: "A model trained with SOP also solves NSP; a model trained with NSP does not solve SOP.",
    source: "§4.6, Table 5",
    tests: [
      transfer(
        "NSP accuracy gained by SOP training minus SOP accuracy gained by NSP training",
        NSP_ACCURACY,
        SOP_ACCURACY,
      ),
      difference("table-5", NSP_ACCURACY, "SOP-trained minus no sentence loss", [
        SOP,
        NO_SENTENCE_LOSS,
      ]),
      difference(
        "table-5",
        SOP_ACCURACY,
        "NSP-trained minus no sentence loss (claim: gains less than 5 points)",
        [NSP, NO_SENTENCE_LOSS],
        { below: 5 },
      ),
      transfer("the first statistic, on untruncated pairs", NSP_UNTRUNCATED, SOP_UNTRUNCATED),
    ],
  },
  {
    id: "sop-downstream",
    claim: "Pretraining with SOP improves tasks with multi-sentence inputs.",
    source: "§4.6, Table 5",
    tests: [
      difference("table-5", MULTI_SENTENCE_MEAN, "SOP minus NSP", [SOP, NSP]),
      difference("table-5", MULTI_SENTENCE_MEAN, "SOP minus no sentence loss", [
        SOP,
        NO_SENTENCE_LOSS,
      ]),
    ],
  },
  {
    id: "equal-time",
    claim: "At equal training time, ALBERT-xxlarge is better than BERT-large.",
    source: "§4.4, Table 6",
    tests: [DOWNSTREAM_MEAN, MLM_ACCURACY].map((score) =>
      difference("table-6", score, "ALBERT-xxlarge minus BERT-large at equal training time", [
        ALBERT_XXLARGE,
        BERT_LARGE,
      ])
    ),
  },
  {
    id: "extra-data",
    claim: "Additional pretraining data improves masked-LM accuracy and most downstream tasks.",
    source: "§4.7, Table 7, Figure 2a",
    tests: [
      extraData("figure-2", MLM_AT_END, { steps: 550_000, dropout: 0.1 }),
      extraData("table-7", DOWNSTREAM_MEAN),
    ],
  },
  {
    id: "dropout",
    claim: "Removing dropout improves masked-LM accuracy.",
    source: "§4.8, Table 8, Figure 2b",
    tests: [
      withoutDropout("table-8", MLM_ACCURACY),
      withoutDropout("figure-2", MLM_AT_END, 1_500_000),
      withoutDropout("table-8", DOWNSTREAM_MEAN),
    ],
  },
  {
    id: "depth",
    claim:
      "More shared layers help, with diminishing returns: the last doubling gains less than the first layers.",
    source: "§A.1, Tables 11 and 13",
    tests: [
      ...[DOWNSTREAM_MEAN, MLM_ACCURACY].flatMap((score) => [
        saturation("table-11", score, "gain from 1 to 3 layers minus gain from 24 to 48 layers", [
          [{ layers: 1 }, { layers: 3 }],
          [{ layers: 24 }, { layers: 48 }],
        ]),
        difference("table-11", score, "12 layers minus 1 layer", [{ layers: 12 }, { layers: 1 }]),
      ]),
      difference(
        "table-13",
        ["downstream mean of ALBERT-xxlarge", DOWNSTREAM],
        "24 layers minus 12 layers (claim: gains less than 0.5 points)",
        [{ layers: 24 }, { layers: 12 }],
        { below: 0.5 },
      ),
    ],
  },
  {
    id: "width",
    claim:
      "Wider layers help, with diminishing returns: the last increase gains less than the first.",
    source: "§A.1, Table 12",
    tests: [DOWNSTREAM_MEAN, MLM_ACCURACY].flatMap((score) => [
      saturation(
        "table-12",
        score,
        "gain from H = 1024 to 2048 minus gain from H = 4096 to 6144",
        [[{ hiddenSize: 1024 }, { hiddenSize: 2048 }], [{ hiddenSize: 4096 }, {
          hiddenSize: 6144,
        }]],
      ),
      difference("table-12", score, "H = 4096 minus H = 1024", [{ hiddenSize: 4096 }, {
        hiddenSize: 1024,
      }]),
    ]),
  },
  {
    id: "learning",
    claim: "At this size, pretraining improves masked-LM accuracy and fine-tuning results.",
    source: "Control of Table 5",
    control: true,
    tests: [
      {
        statistic: "masked-LM accuracy minus that of always predicting the most frequent token",
        experiment: "table-5",
        terms: [plus(PRETRAINED, { ...MLM, over: "unigram_accuracy" })],
        unit: "points",
        expect: { above: 0 },
      },
      pretraining(DOWNSTREAM_MEAN),
      pretraining(["SQuAD1.1", { kind: "downstream", benchmarks: ["squad-1.1"] }]),
      pretraining(["SST-2", { kind: "downstream", benchmarks: ["sst-2"] }]),
    ],
  },
  {
    id: "truncation",
    claim: "SOP is learned from the text, not only from which segment was truncated.",
    source: "Control of Table 5",
    control: true,
    tests: [
      difference("table-5", SOP_UNTRUNCATED, "SOP-trained minus no sentence loss", [
        SOP,
        NO_SENTENCE_LOSS,
      ]),
      truncation(SOP, SOP_ACCURACY, SOP_UNTRUNCATED),
      truncation(NSP, NSP_ACCURACY, NSP_UNTRUNCATED),
    ],
  },
];
