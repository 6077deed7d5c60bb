/**
 * Several models as one (paper §4.9: SQuAD's ensembles average span scores and no-answer scores).
 *
 * @module
 */
import type { SpanScore, WindowScores } from "./decode.ts";

/**
 * Averages what models say about the same windows: a span's scores over the models that propose it (as google-research/albert does), the no-answer score over
 * all.
 *
 * @param models for each model, its word on every window
 */
export function averageScores(models: readonly (readonly WindowScores[])[]): WindowScores[] {
  return models[0].map((_, window) => {
    const words = models.map((scores) => scores[window]);
    const spans = new Map<string, { sum: SpanScore; count: number }>();
    for (const span of words.flatMap((word) => word.spans)) {
      const key = `${span.start}-${span.end}`;
      const { sum, count } = spans.get(key) ??
        { sum: { ...span, startScore: 0, endScore: 0 }, count: 0 };
      spans.set(key, {
        sum: {
          ...sum,
          startScore: sum.startScore + span.startScore,
          endScore: sum.endScore + span.endScore,
        },
        count: count + 1,
      });
    }
    return {
      spans: Array.from(spans.values(), ({ sum, count }) => ({
        ...sum,
        startScore: sum.startScore / count,
        endScore: sum.endScore / count,
      })),
      noAnswer: words.reduce((sum, { noAnswer }) => sum + noAnswer, 0) / models.length,
    };
  });
}
