import { assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import { escapeHtml, Html, html } from "../../src/report/html.ts";

Deno.test("html escapes values in text and in attributes", () => {
  const evil = `<script>alert("1")</script>&'`;
  assertEquals(
    html`<td title="${evil}">${evil}</td>`.text,
    '<td title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</td>",
  );
});

Deno.test("html inserts Html without escaping and joins nested lists", () => {
  const rows = ["a<", "b"].map((text) => html`<li>${text}</li>`);
  assertEquals(html`<ul>${[rows, [3]]}</ul>`.text, "<ul><li>a&lt;</li><li>b</li>3</ul>");
  assertEquals(html`${new Html("<br>")}`.text, "<br>");
});

Deno.test("escapeHtml() leaves no character that opens a tag or ends an attribute", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const escaped = escapeHtml(text);
    return !/[<>"'\0]|&(?!(amp|lt|gt|quot|#39);)/.test(escaped);
  }));
});
