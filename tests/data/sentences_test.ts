import { assert, assertEquals } from "@std/assert";
import { endsSentence, isLowerCased, splitSentences } from "../../src/data/sentences.ts";
import { splitDocument } from "../../src/data/tokenize_document.ts";

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
Er kam am 3. Mai 1920 an. | Im 19. Jahrhundert war das neu. | Es waren 12. | Der Rest ging.
यह पहला वाक्य है। | यह दूसरा है॥ | क्या यह तीसरा है?
یہ پہلا جملہ ہے۔ | کیا یہ دوسرا ہے؟ | ہاں۔
ዛሬ ዝናብ ነው። | ነገ ፀሐይ ነው፧ | አዎ።
ဒါက ပထမ။ | ဒါက ဒုတိယ။
នេះទីមួយ។ | នេះទីពីរ៕
Սա առաջինն է։ | Սա երկրորդն է։
გუშინ წვიმდა. | დღეს მზეა. | ხვალ?
Τι ώρα είναι; | Δεν ξέρω. | «Γιατί;» | Έτσι.
འདི་དང་པོ་ཡིན། | འདི་གཉིས་པ་ཡིན། ། | གསུམ་པ།
මෙය පළමුයි෴ | මෙය දෙවැන්නයි෴
วันนี้ฝนตก | พรุ่งนี้แดดออก | มี 12 วัน | ต่าง ๆ นานา
ວັນນີ້ຝົນຕົກ | ມື້ອື່ນແດດອອກ
the bells rang at noon. | nobody came! | was it late? | "yes," he said.
mr. smith met dr. j. watson. | they left at 5 p.m. eastern time. | it cost 3.5 pounds.
"where have you been?" said mrs. joe. | so was i. | nobody spoke... not even then.
see fig. 3 and no. 12. | it is long. | (it ends.) | then nothing.
снег шёл всю ночь. | утром стало тихо. | кто пришёл?
`.trim().split("\n");

for (const line of CASES) {
  Deno.test(`splitSentences() splits: ${line}`, () => {
    const sentences = line.split(" | ");
    assertEquals(splitSentences(sentences.join(" ")), sentences);
  });
}

Deno.test("lower-cased text has the sentences of the text with capitals", () => {
  const cased = "The king carried the bridge. Nobody lost a clock on a Monday! Was it red? It was.";
  assertEquals(
    splitSentences(cased.toLowerCase()),
    splitSentences(cased).map((sentence) => sentence.toLowerCase()),
  );
  // A paragraph without capitals in a document that has them is not lower-cased text.
  const blocks = [
    "The Tower of London was built long ago. It stands.",
    "see cap. xii. and so on. etc.",
  ];
  assertEquals([...splitDocument(blocks)].slice(2), [blocks[1]]);
  assertEquals([...splitDocument(blocks.slice(1))].length > 1, true);
  assert(!isLowerCased("你好。see e.g. 世界很大。今天天气很好,我们出去走走。"));
  assert(!isLowerCased("გუშინ წვიმდა.") && !isLowerCased(""));
});

Deno.test("endsSentence() knows the marks of all scripts, and quotation marks after them", () => {
  for (const mark of "। ॥ ۔ ؟ ။ ። ፧ ។ ։ 。 ！ ？ ｡ ． ᠃ ܀ ᙮ ꓿ ᱾ ߹ ෴ ། . ! ? … ‽".split(" ")) {
    assert(endsSentence(`क${mark}`) && endsSentence(`(“क${mark}”) `), mark);
  }
  assert(endsSentence("Γιατί;") && !endsSentence("Why;"));
  for (const mark of [",", "،", "、", "፣", ":", "-"]) assert(!endsSentence(`क${mark}`), mark);
});

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

Deno.test("splitSentences() takes linear time for names, initials and white space", () => {
  const count = 20_000;
  const names = "Ito J., Berg K. Lee M., Diaz T. ";
  for (const lowerCased of [false, true]) {
    const joined = splitSentences(names.repeat(count), lowerCased);
    assertEquals(joined, [names.repeat(count).trim()]);
  }
  const initials = splitSentences("D. K. Moss and B. ".repeat(count) + "It ended.", false);
  assertEquals(initials.length, 2);
  for (const gap of [" ".repeat(10 * count), `${"\t".repeat(5 * count)}\n${" ".repeat(count)}`]) {
    const space = gap.includes("\n") ? " " : gap;
    assertEquals(splitSentences(`One${gap}two.${gap}Three.`), [`One${space}two.`, "Three."]);
    const said = `"Oh!" A${space}x. Then.`;
    assertEquals(splitSentences(`"Oh!" A${gap}x. Then.`).join(" "), said);
  }
  assertEquals(splitSentences(`${"'".repeat(10 * count)} a`, true).length, 1);
});

Deno.test("splitSentences() joins numbers and abbreviations after long and blank pieces alike", () => {
  const long = "W".repeat(100);
  assertEquals(splitSentences(`${long}.Mr. Pip.`, false), [`${long}.Mr.`, "Pip."]);
  assertEquals(splitSentences(`${long} Mr. Pip.`, false), [`${long} Mr. Pip.`]);
  assertEquals(splitSentences(`${long} A.B. Pip left.`, false), [`${long} A.B. Pip left.`]);
  assertEquals(splitSentences("CHAPTER 7. It began.", false), ["CHAPTER 7. It began."]);
  assertEquals(splitSentences("See No. 7. It began.", false), ["See No. 7.", "It began."]);
});

Deno.test("splitSentences() splits a paragraph of any number of lower-cased sentences", () => {
  // One piece of the segmenter, which needs a capital letter.
  const count = 200_000;
  assertEquals(splitSentences("it ran. ".repeat(count), true).length, count);
});
