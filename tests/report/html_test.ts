import { assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import { escapeHtml, Html, html } from "../../src/report/html.ts";

Deno.test("html escapes what is put in, in text and in attributes", () => {
  const evil = `<script>alert("1")</script>&'`;
  assertEquals(
    html`<td title="${evil}">${evil}</td>`.text,
    '<td title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</td>",
  );
});

Deno.test("html takes finished HTML as it is, and joins lists of any depth", () => {
  const rows = ["a<", "b"].map((text) => html`<li>${text}</li>`);
  assertEquals(html`<ul>${[rows, [3]]}</ul>`.text, "<ul><li>a&lt;</li><li>b</li>3</ul>");
  assertEquals(html`${new Html("<br>")}`.text, "<br>");
});

Deno.test("escapeHtml() leaves nothing that could open a tag or end an attribute", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const escaped = escapeHtml(text);
    return !/[<>"'\0]|&(?!(amp|lt|gt|quot|#39);)/.test(escaped);
  }));
});
