"""Lines of text in 20 languages and scripts, made from short word lists and a seed.

Each line mixes words of one language with numbers, punctuation, capitals, accents, white space,
invisible characters and a few words of other scripts, as text from the web does.
"""

import random

WORDS = {
    "English": "the cat sat on mat well-known don't won't it's Mr. McDonald naïve café résumé U.S. 9,000 e-mail state-of-the-art",
    "German": "der die das Straße schön schon Bär Bar über Füße Äpfel GROSSE Größe ẞ weiß und nicht Übung öffnen",
    "French": "l'été être où ça garçon œuvre cœur déjà aujourd'hui Noël naïf À «guillemets» c'est qu'il n'est",
    "Spanish": "el niño mañana ¿qué? ¡sí! corazón está año lingüística pingüino Ñandú él más jamás",
    "Turkish": "İstanbul ısı IŞIK iyi çağ şöyle ğ öğretmen Iğdır İzmir kırmızı güneş",
    "Vietnamese": "má mà mã mạ ma Việt Nam tiếng được không người những đường phố Hà Nội",
    "Polish": "łódź żółć ćma źdźbło święto ząb Łukasz wąż jaźń pięć",
    "Greek": "ΟΔΟΣ ΣΟΦΟΣ οδός Ἑλλάς λόγος άνθρωπος ΆΓΓΕΛΟΣ σας Σ ΣΣ ϊ ΐ",
    "Russian": "мир ёлка Ёж съезд Москва йогурт подъезд Ещё дом её й",
    "Hebrew": "שָׁלוֹם עולם בְּרֵאשִׁית אלהים ספר־תורה הַבַּיִת",
    "Arabic": "السَّلَامُ عَلَيْكُمْ كتاب مدرسة ﷺ ٱلرَّحْمَـٰنِ لا ؟ ،٣٤",
    "Hindi": "यह किताब है नमस्ते दुनिया क़लम फ़िल्म ज़रा हिन्दी में क्षत्रिय ।",
    "Bengali": "আমি বাংলায় গান গাই কো কৌ ড় ঢ় য় পৃথিবী",
    "Tamil": "தமிழ் மொழி கோ கொ கௌ வணக்கம் உலகம்",
    "Thai": "ภาษาไทย น้ำ ทำ กำลัง เด็ก ที่นี่ ผู้หญิง",
    "Burmese": "မြန်မာ ဘာသာ စကား ကျောင်း ၁၂၃",
    "Chinese": "我的 iPhone 是 Apple 手机 。 你好 ， 世界 漢字 豈 𠀀 繁體字",
    "Japanese": "がき かき ばし ぱし はし ｶﾞｷﾞ ㌔ ㈱ カタカナ ひらがな 日本語 ー 々 が",
    "Korean": "한국어 텍스트 가나다 각 ㄱㄴ 한글 대한민국 값",
    "Symbols": "😀 👩‍👩‍👧‍👦 🇩🇪 ﬁne ﬀ ① ½ ™ Å x² H₂O ℡ ㎏ ∑ → $5 £9 €7 100% a/b C++ @user #tag http://a.b/c?d=e&f=g",
}

INSERTED = [
    *"\u200b\ufeff\u200e\u200d\u00ad\u00a0\u3000\u2009\u0085\u001c\t\u0007\u2028▁",
    *["``", "''", "``so''", "6,", "9,000,", "1,2,3,", "66", "6666", "—", "–", "…", "“q”", "-", "(x)"],
    *["a\u0301", "e\u0323\u0302", "o\u0302\u0323", "\u0301", "か\u3099", "\u1112\u1161\u11ab", "q\u0307\u0323"],
    *["[MASK]", "[MASK].", "[SEP]", "[CLS]the", "[mask]"],
    *["ＡＢＣ", "１２３", "ǅ", "ﷺ", "\u09be", "\U0001d400", "\U0001f1e6", "\u0378", "\ufffd", "ϒ\u0301"],
]


def lines_of(language: str, count: int, seed: int = 0) -> list[str]:
    """Makes lines of a language; the same arguments give the same lines."""
    draw = random.Random(f"{language}/{seed}")
    words = WORDS[language].split()
    others = [word for name in WORDS if name != language for word in WORDS[name].split()]
    lines = []
    for _ in range(count):
        line = ""
        for _ in range(draw.randint(1, 12)):
            chance = draw.random()
            if chance < 0.08:
                word = draw.choice(INSERTED)
            elif chance < 0.16:
                word = draw.choice(others)
            elif chance < 0.2:
                word = chr(draw.choice([draw.randint(0x20, 0x24FF), draw.randint(0x2500, 0xD7FF)]))
            elif chance < 0.24:
                word = str(draw.randint(0, 99999))
            else:
                word = draw.choice(words)
            if draw.random() < 0.1:
                word = word.upper()
            elif draw.random() < 0.1:
                word = word.capitalize()
            if draw.random() < 0.08:
                word += draw.choice(words)
            if draw.random() < 0.12:
                word += draw.choice([".", ",", "!", "?", ";", ":", "'s", "...", '"', ")"])
            line += word + draw.choice([" "] * 12 + ["", "  ", "\t", "\u3000"])
        lines.append(line if draw.random() < 0.1 else line.strip(" "))
    return [line.replace("\n", " ").replace("\r", " ").replace("\0", " ") for line in lines]
