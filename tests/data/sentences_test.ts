import { assertEquals } from "@std/assert";
import { splitSentences } from "../../src/data/sentences.ts";

// One case a line, sentences parted by " | ".
const CASES = `
Mr. Smith went home. | He slept.
Dr. J. Watson met Mrs. Hudson. | They talked.
It was J. R. R. Tolkien who wrote it. | I read it.
"Hello!" he said. | Nobody answered.
"Where have you been?" said Mrs. Joe. | She stamped her foot.
"Come back!" Joe cried. | But I ran.
"What is it?" I asked. | "Nothing," he said.
“Who’s there?” Mr. Jaggers asked. | No one spoke.
"Stop!" | The man ran on.
See Fig. 3 and vol. II of the work. | It is long.
He lives at No. 12 now. | We went there.
Did you see it? | No. | He had gone.
It weighs 3.5 kg. | That is a lot.
The U.S. Army came. | It left.
He lived in the U.S. | The war was over.
We met at 5 p.m. | He was late.
We met at 5 p.m. Eastern time. | He was late.
There are fruits, e.g. apples, i.e. food. | Eat them.
Smith et al. Found nothing odd about it.
He joined Ford Motor Co. | In 1920 he left.
He came from St. Louis. | It is far.
Martin Luther King Jr. | He spoke.
CHAPTER 1. Loomings. | Call me Ishmael.
1. First do this. | 2. Then do that.
Well... perhaps not. | Are you sure?
He waited... | Nothing came.
He wrote on Jan. 5 of that year. | Then he died.
What?! | You cannot be serious! | Yes, I can.
It ended (so they say). | Then it began.
"I came. | I saw. | I won," he said. | Then he slept.
He said, "Go away!" | She went.
The case of Roe v. Wade is known. | It was overturned.
Is it 10 a.m. or later? | I forgot.
It was Plan B. | Then we left.
`.trim().split("\n");

for (const line of CASES) {
  Deno.test(`splitSentences() splits: ${line}`, () => {
    const sentences = line.split(" | ");
    assertEquals(splitSentences(sentences.join(" ")), sentences);
  });
}

Deno.test("splitSentences() keeps all characters except white space, and treats line feeds as spaces", () => {
  const text = '  One two.\nThree\nfour! "Five" …  * * * \n Six. ';
  const joined = splitSentences(text).join("").replaceAll(/\s/g, "");
  assertEquals(joined, text.replaceAll(/\s/g, ""));
  assertEquals(splitSentences("He was\nhere. She\nleft."), ["He was here.", "She left."]);
  assertEquals(splitSentences(" \n "), []);
  assertEquals(splitSentences(""), []);
});

Deno.test("splitSentences() does not split a text without periods, and splits other scripts", () => {
  assertEquals(splitSentences("no stop here"), ["no stop here"]);
  assertEquals(splitSentences("你好。世界。"), ["你好。", "世界。"]);
});
