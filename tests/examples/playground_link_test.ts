// The settings of the playground and its share link.
import { assertEquals, assertThrows } from "@std/assert";
import { decodeLink, encodeLink, hashText } from "../../examples/browser/link.ts";
import {
  DEFAULT_SETTINGS,
  parseSettings,
  type Setting,
  SETTING_NAMES,
  SETTINGS,
} from "../../examples/browser/settings.ts";

Deno.test("a link contains every setting, and the hash of the visitor's own text only", () => {
  const settings = { ...DEFAULT_SETTINGS, share: "none", steps: 70, seed: 7 } as const;
  const textHash = "0f".repeat(32);
  const link = encodeLink({ settings, textHash });
  assertEquals([...new URLSearchParams(link).keys()], SETTING_NAMES);
  assertEquals(decodeLink(`#${link}`), { settings, textHash: null });
  const own = { settings: { ...settings, text: "own" }, textHash } as const;
  assertEquals(decodeLink(encodeLink(own)), own);
  assertEquals(decodeLink("#fill"), null);
});

Deno.test("a link with an invalid value is rejected with the name of the setting", () => {
  assertThrows(() => decodeLink("steps=0"), RangeError, "steps must be an integer from 10");
  assertThrows(() => decodeLink("share=some"), RangeError, "share must be one of all, attention");
  assertThrows(() => decodeLink("seed=1&sha256=ab"), RangeError, "64 hexadecimal digits");
});

Deno.test("every value of the table is valid, and values next to a range are not", () => {
  for (const name of SETTING_NAMES) {
    const setting: Setting = SETTINGS[name];
    const parse = (text: string) =>
      parseSettings((other) => other === name ? text : `${SETTINGS[other].default}`)[name];
    if (setting.kind === "choice") {
      for (const value of Object.keys(setting.values)) assertEquals<unknown>(parse(value), value);
      assertThrows(() => parse("toString"), RangeError, name);
    } else {
      for (const value of [setting.min, setting.max]) {
        assertEquals<unknown>(parse(`${value}`), value);
      }
      for (const bad of [`${setting.min - 1}`, `${setting.max + 1}`, "", "1.5"]) {
        assertThrows(() => parse(bad), RangeError, name);
      }
    }
  }
});

Deno.test("the hash of a text does not depend on line ends and blank space at the ends", async () => {
  assertEquals(await hashText("a\r\nb\r\n\r\n"), await hashText("a\nb"));
  // printf 'a\nb\n' | sha256sum
  assertEquals(
    await hashText("a\nb"),
    "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2",
  );
});
