/** Unicode scripts, the frequent ones first. Scripts that the engine does not support are skipped. */
const SCRIPT_NAMES =
  ("Latin Common Inherited Cyrillic Greek Han Hiragana Katakana Hangul Arabic Hebrew Devanagari " +
    "Thai Armenian Georgian Bengali Tamil Telugu Kannada Malayalam Gujarati Gurmukhi Oriya " +
    "Sinhala Lao Tibetan Myanmar Khmer Mongolian Ethiopic Cherokee Bopomofo Syriac Thaana Adlam " +
    "Ahom Anatolian_Hieroglyphs Avestan Balinese Bamum Bassa_Vah Batak Bhaiksuki Brahmi Braille " +
    "Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Chorasmian Coptic " +
    "Cuneiform Cypriot Cypro_Minoan Deseret Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs " +
    "Elbasan Elymaic Garay Glagolitic Gothic Grantha Gunjala_Gondi Gurung_Khema Hanifi_Rohingya " +
    "Hanunoo Hatran Imperial_Aramaic Inscriptional_Pahlavi Inscriptional_Parthian Javanese " +
    "Kaithi Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khojki Khudawadi Kirat_Rai Lepcha Limbu " +
    "Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Mandaic Manichaean Marchen " +
    "Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs " +
    "Miao Modi Mro Multani Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu " +
    "Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian " +
    "Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Osage Osmanya " +
    "Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic " +
    "Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sogdian Sora_Sompeng Soyombo " +
    "Sundanese Sunuwar Syloti_Nagri Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tangsa " +
    "Tangut Tifinagh Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi " +
    "Yezidi Yi Zanabazar_Square").split(" ");

interface ScriptTest {
  readonly name: string;
  readonly pattern: RegExp;
}

let tests: readonly ScriptTest[] | undefined;

function scriptTests(): readonly ScriptTest[] {
  return tests ??= SCRIPT_NAMES.flatMap((name): ScriptTest[] => {
    try {
      return [{ name, pattern: new RegExp(`\\p{Script=${name}}`, "u") }];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

/**
 * Returns the Unicode script of a character, such as `Latin`; `Common` if it has no specific script.
 *
 * @param character One character (code point).
 */
export function unicodeScript(character: string): string {
  return scriptTests().find(({ pattern }) => pattern.test(character))?.name ?? "Common";
}
