/**
 * Heads as operations of a graph, with the names of outputs that Optimum and transformers.js use.
 *
 * @module
 */
import {
  classifierSpecs,
  embeddingSpecs,
  maskedLanguageParts,
  maskedLanguageSpecs,
  type ModelConfig,
  type ParameterSpec,
  sentenceOrderSpecs,
  spanSpecs,
  squadHeadSpecs,
} from "../model/mod.ts";
import { addPooler, type EncoderInputs } from "./encoder.ts";
import { BATCH, CHOICES, type GraphBuilder, SEQUENCE, type Value } from "./graph.ts";
import type { OnnxTask } from "./names.ts";
import { addSquadHead } from "./squad_head.ts";

/** What a head is made from. */
export interface HeadInput extends EncoderInputs {
  /** The graph. */
  readonly graph: GraphBuilder;
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** Last hidden states, `[batch, sequence, H]`. */
  readonly hidden: Value;
  /** Whether the model has a pooler. */
  readonly pooler: boolean;
  /** Number of classes. */
  readonly labels: number;
  /** Id of `[SEP]`. */
  readonly separator: number;
  /** `[batch, choices]` as an int64 value, for multiple choice. */
  readonly choices?: Value;
}

/** A head. */
export interface OnnxHead {
  /** Hugging Face class of the exported model, without the family. */
  readonly className: string;
  /** Whether the head reads the output of the pooler. */
  readonly pooler: boolean;
  /** Whether the inputs are `[batch, choices, sequence]`. */
  readonly choices?: true;
  /** Returns the parameters of the head. */
  specs(config: ModelConfig, labels: number): ParameterSpec[];
  /** Adds the outputs of the head to the graph. */
  add(input: HeadInput): void;
}

/** Heads by task. */
export const ONNX_HEADS: Readonly<Record<OnnxTask, OnnxHead>> = {
  "feature-extraction": {
    className: "Model",
    pooler: false,
    specs: () => [],
    add({ graph, config, hidden, pooler }) {
      const size = config.hiddenSize;
      graph.output("last_hidden_state", hidden, [BATCH, SEQUENCE, size]);
      if (pooler) graph.output("pooler_output", addPooler(graph, config, hidden), [BATCH, size]);
    },
  },
  "fill-mask": {
    className: "ForMaskedLM",
    pooler: false,
    specs: maskedLanguageSpecs,
    add: addMaskedLanguage,
  },
  pretraining: {
    className: "ForPreTraining",
    pooler: true,
    specs: (config) => [...maskedLanguageSpecs(config), ...sentenceOrderSpecs(config)],
    add(input) {
      addMaskedLanguage(input);
      addSentenceOrder(
        input,
        input.config.arch === "albert" ? "sop_logits" : "seq_relationship_logits",
      );
    },
  },
  "next-sentence-prediction": {
    className: "ForNextSentencePrediction",
    pooler: true,
    specs: sentenceOrderSpecs,
    add: (input) => addSentenceOrder(input, "logits"),
  },
  "text-classification": {
    className: "ForSequenceClassification",
    pooler: true,
    specs: classifierSpecs,
    add({ graph, config, hidden, labels }) {
      const pooled = addPooler(graph, config, hidden);
      graph.output("logits", addDense(graph, pooled, classifierSpecs(config, labels)), [
        BATCH,
        labels,
      ]);
    },
  },
  "multiple-choice": {
    className: "ForMultipleChoice",
    pooler: true,
    choices: true,
    specs: (config) => classifierSpecs(config, 1),
    add({ graph, config, hidden, choices }) {
      const pooled = addPooler(graph, config, hidden);
      const scores = addDense(graph, pooled, classifierSpecs(config, 1));
      graph.output("logits", graph.op("Reshape", [scores, choices!]), [BATCH, CHOICES]);
    },
  },
  "token-classification": {
    className: "ForTokenClassification",
    pooler: false,
    specs: classifierSpecs,
    add({ graph, config, hidden, labels }) {
      const logits = addDense(graph, hidden, classifierSpecs(config, labels));
      graph.output("logits", logits, [BATCH, SEQUENCE, labels]);
    },
  },
  "question-answering": {
    className: "ForQuestionAnswering",
    pooler: false,
    specs: spanSpecs,
    add({ graph, config, hidden }) {
      const logits = addDense(graph, hidden, spanSpecs(config));
      for (const [i, name] of ["start_logits", "end_logits"].entries()) {
        const column = graph.op("Gather", [logits, graph.integer(i)], { axis: 2 });
        graph.output(name, column, [BATCH, SEQUENCE]);
      }
    },
  },
  "squad-v2": { className: "Model", pooler: false, specs: squadHeadSpecs, add: addSquadHead },
};

function addDense(graph: GraphBuilder, x: Value, [weight, bias]: ParameterSpec[]): Value {
  return graph.within("head", () => graph.dense(x, { weight, bias }));
}

function addMaskedLanguage({ graph, config, hidden }: HeadInput): void {
  const { dense, layerNorm, bias, decoder } = maskedLanguageParts(config);
  const logits = graph.within("masked_lm", () => {
    const inner = graph.activation(config.hiddenAct, graph.dense(hidden, dense));
    const rows = graph.layerNorm(inner, layerNorm, config.layerNormEps);
    if (decoder !== undefined) return graph.dense(rows, { weight: decoder, bias });
    const scores = graph.tableMatmul(rows, embeddingSpecs(config).words);
    return graph.op("Add", [scores, graph.parameter(bias)]);
  });
  graph.output("logits", logits, [BATCH, SEQUENCE, config.vocabSize]);
}

function addSentenceOrder({ graph, config, hidden }: HeadInput, name: string): void {
  const logits = addDense(graph, addPooler(graph, config, hidden), sentenceOrderSpecs(config));
  graph.output(name, logits, [BATCH, 2]);
}
