/**
 * The report of the paper: a page, Markdown, CSV, LaTeX and SVG.
 *
 * @module
 */
export * from "./figure_panels.ts";
export * from "./figure_svg.ts";
export * from "./markdown_summary.ts";
export * from "./paper_page.ts";
export * from "./report_input.ts";
export * from "./table_csv.ts";
export * from "./table_latex.ts";
export * from "./table_markdown.ts";
export * from "./table_view.ts";
export * from "./write_report.ts";
