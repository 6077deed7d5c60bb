/**
 * Drawing Vega-Lite specifications as SVG, without a page.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";

/** The drawing as text. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new vega.View(vega.parse(lite.compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
