"""Compares tokenizers with the libraries tokenizers and sentencepiece: 20 languages and scripts, every option.

    python bench/interop/tokenizer_options.py [--lines 2000]

Requires the packages tokenizers, sentencepiece and protobuf, and Deno in PATH (or DENO=path). Prints the number of different lines for each
tokenizer.json, spiece.model (also its 20 best segmentations) and saved tokenizer.json, and exits with code 1 if there are any, except for cuts of equal score and numbers before commas (see docs/weights.md).
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import argparse, io, json, os, re, subprocess, tempfile

import sentencepiece as spm
from sentencepiece import sentencepiece_model_pb2 as pb
from text_of_many_scripts import WORDS, lines_of
from tokenizers import AddedToken, Regex, Tokenizer, decoders as D, models, normalizers as N, pre_tokenizers as P, processors as PR, trainers

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--lines", type=int, default=2000)
count = options.parse_args().lines
lines = [line for name in WORDS for line in lines_of(name, count)]
train = [line for name in WORDS for line in lines_of(name, 300, 1)]
folder = Path(tempfile.mkdtemp())
(folder / "lines.json").write_text(json.dumps(lines))


def model_bytes(**settings):
    """Trains a SentencePiece model with ALBERT's flags and others."""
    buffer = io.BytesIO()
    flags = dict(vocab_size=2500, character_coverage=0.9995, hard_vocab_limit=False, minloglevel=2)
    flags.update(control_symbols=["[CLS]", "[SEP]", "[MASK]"], pad_id=0, unk_id=1, bos_id=-1, eos_id=-1)
    flags.update(user_defined_symbols=["(", ")", '"', "-", ".", "–", "£", "€"])
    flags.update(settings)
    spm.SentencePieceTrainer.train(sentence_iterator=iter(train), model_writer=buffer, **flags)
    return buffer.getvalue()


# tokenizer.json: each normalizer, pre-tokenizer, model option and kind of added token.
proto = model_bytes(normalization_rule_name="nmt_nfkc", user_defined_symbols=[])
sp = spm.SentencePieceProcessor(model_proto=proto)
parsed = pb.ModelProto()
parsed.ParseFromString(proto)
cm = parsed.normalizer_spec.precompiled_charsmap
V=[(sp.id_to_piece(i),sp.get_score(i)) for i in range(sp.get_piece_size())]
seen=set(V and [v for v,_ in V])
for ch in ['_','the','cat','<','"',' ','a']:
    if ch not in seen: V.append((ch,-7.5)); seen.add(ch)
cfg={}
def uni(name,norm=None,pre=None,post=None,dec=None,add=(),spec=(),vocab=V,unk=1,bf=False):
    t=Tokenizer(models.Unigram(vocab,unk_id=unk,byte_fallback=bf))
    if norm is not None: t.normalizer=norm
    if pre is not None: t.pre_tokenizer=pre
    if dec is not None: t.decoder=dec
    t.add_special_tokens(list(spec)); t.add_tokens(list(add))
    if post: t.post_processor=post
    cfg['u-'+name]=t
WS=P.WhitespaceSplit(); M=lambda s='always',sp=True,r='▁': P.Metaspace(replacement=r,prepend_scheme=s,split=sp)
S=P.Sequence([WS,M()])
for nm,nf in {'nfc':N.NFC(),'nfd':N.NFD(),'nfkc':N.NFKC(),'nfkd':N.NFKD(),'lower':N.Lowercase(),'strip':N.StripAccents(),'nmt':N.Nmt(),'stripws':N.Strip(True,True),'stripl':N.Strip(True,False),'prepend':N.Prepend('▁'),'pre':N.Precompiled(cm),'albert':N.Sequence([N.Replace("``",'"'),N.Replace("''",'"'),N.NFKD(),N.StripAccents(),N.Lowercase(),N.Precompiled(cm),N.Replace(Regex(" {2,}")," ")]),'seq':N.Sequence([N.Sequence([N.NFD(),N.StripAccents()]),N.NFC()]),'replace':N.Replace('the','<'),'regex':N.Replace(Regex(r'\s+'),' '),'regex2':N.Replace(Regex(r'[^\w\s]{1,2}|\d+$'),'_'),'bert':N.BertNormalizer(),'bertcased':N.BertNormalizer(lowercase=False),'bertkeep':N.BertNormalizer(strip_accents=False),'bertraw':N.BertNormalizer(clean_text=False,handle_chinese_chars=False)}.items():
    uni('norm-'+nm,nf,S); uni('normM-'+nm,nf,M())
for nm,pt in {'null':None,'ws':WS,'white':P.Whitespace(),'metanever':M('never'),'metafirst':M('first'),'meta_':M(r='_'),'metanosplit':M(sp=False),'metafirstnosplit':M('first',False),'wsnever':P.Sequence([WS,M('never')]),'wsfirst':P.Sequence([WS,M('first')]),'bert':P.BertPreTokenizer(),'punct':P.Punctuation(),'punctnext':P.Punctuation('merged_with_next'),'punctprev':P.Punctuation('merged_with_previous'),'punctcont':P.Punctuation('contiguous'),'punctrem':P.Punctuation('removed'),'digits':P.Digits(True),'digits0':P.Digits(False),'char':P.CharDelimiterSplit('e'),'split':P.Split('e','isolated'),'splitre':P.Split(Regex(r'\d{1,3}|[aeiou]+'),'merged_with_previous'),'splitinv':P.Split(Regex(r'\p{L}+'),'removed',True),'seq':P.Sequence([P.Digits(True),P.Punctuation(),M()])}.items():
    uni('pre-'+nm,None,pt); uni('prestrip-'+nm,N.Strip(True,True),pt)
A=[AddedToken('covid19'),AddedToken('Москва',normalized=True),AddedToken('the',single_word=True),AddedToken('cat',lstrip=True),AddedToken('mat',rstrip=True,normalized=False),AddedToken('Ñandú',lstrip=True,rstrip=True),AddedToken('的'),AddedToken('-',normalized=False),AddedToken('É')]
X=[AddedToken('[CLS]',special=True),AddedToken('[MASK]',lstrip=True,special=True,normalized=False),AddedToken('[E1]',special=True),AddedToken('6',special=True,single_word=True)]
for nm,(nf,pt) in {'plain':(None,S),'albert':(cfg['u-norm-albert'].normalizer,S),'M':(N.Lowercase(),M()),'first':(N.NFKC(),M('first')),'null':(None,None)}.items():
    uni('added-'+nm,nf,pt,add=A,spec=X,dec=D.Metaspace())
uni('unk0',None,S,unk=0); uni('bytes',None,S,vocab=V+[('<0x%02X>'%i,-20.0) for i in range(256)],bf=True,dec=D.Sequence([D.Replace('▁',' '),D.ByteFallback(),D.Fuse(),D.Strip(' ',1,0)]))
uni('bytesmissing',None,S,vocab=V+[('<0x%02X>'%i,-20.0) for i in range(200)],bf=True)
wt=Tokenizer(models.WordPiece(unk_token='[UNK]')); wt.normalizer=N.BertNormalizer(lowercase=False); wt.pre_tokenizer=P.BertPreTokenizer()
wt.train_from_iterator(train,trainers.WordPieceTrainer(vocab_size=3000,special_tokens=['[PAD]','[UNK]','[CLS]','[SEP]','[MASK]'],show_progress=False))
W=wt.get_vocab()
def wp(name,norm=None,pre=None,add=(),spec=(),vocab=W,dec=None,**kw):
    t=Tokenizer(models.WordPiece(vocab,unk_token=kw.pop('unk_token','[UNK]'),**kw))
    if norm is not None: t.normalizer=norm
    if pre is not None: t.pre_tokenizer=pre
    t.decoder=dec or D.WordPiece()
    t.add_special_tokens(list(spec)); t.add_tokens(list(add)); cfg['w-'+name]=t
B=P.BertPreTokenizer()
for ct in (0,1):
  for hc in (0,1):
    for sa in (None,False,True):
      for lc in (0,1): wp(f'bert-{ct}{hc}{sa}{lc}',N.BertNormalizer(clean_text=bool(ct),handle_chinese_chars=bool(hc),strip_accents=sa,lowercase=bool(lc)),B)
wp('null-norm',None,B); wp('null-pre',N.BertNormalizer(),None); wp('null-null')
wp('short',N.BertNormalizer(),B,max_input_chars_per_word=4)
wp('prefix',N.BertNormalizer(),B,vocab={(k.replace('##','@@',1) if k.startswith('##') else k):v for k,v in W.items()},continuing_subword_prefix='@@',dec=D.WordPiece('@@',cleanup=False))
wp('noprefix',N.BertNormalizer(),B,vocab={k:i for i,k in enumerate(dict.fromkeys(k.replace('##','',1) if k.startswith('##') and len(k)>2 else k for k in W))},continuing_subword_prefix='',dec=D.WordPiece('',cleanup=False))
wp('unk',N.BertNormalizer(),B,unk_token='[MASK]'); wp('nfc',N.Sequence([N.NFC(),N.Lowercase()]),P.Whitespace())
wp('added',N.BertNormalizer(),B,add=A,spec=X); wp('added-cased',N.BertNormalizer(lowercase=False),WS,add=A,spec=X)

# spiece.model: each option of the normalizer and the trainer.
MODELS = {
    "nmt_nfkc_cf": dict(normalization_rule_name="nmt_nfkc_cf"),
    "nmt_nfkc": dict(normalization_rule_name="nmt_nfkc"),
    "nfkc": dict(normalization_rule_name="nfkc"),
    "identity": dict(normalization_rule_name="identity"),
    "no prefix": dict(add_dummy_prefix=False),
    "suffix": dict(treat_whitespace_as_suffix=True),
    "keep spaces": dict(remove_extra_whitespaces=False),
    "across spaces": dict(split_by_whitespace=False),
    "no symbols": dict(user_defined_symbols=[]),
    "split digits": dict(split_digits=True),
}
for name, tokenizer in cfg.items():
    tokenizer.save(str(folder / f"{name}.json"))
for name, settings in MODELS.items():
    (folder / f"{name}.model").write_bytes(model_bytes(**settings))
files = [str(folder / f"{name}.json") for name in cfg] + [str(folder / f"{name}.model") for name in MODELS]
root = Path(__file__).parents[2]
command = [os.environ.get("DENO", "deno"), "run", "-A", "--config", str(root / "deno.json"), str(root / "bench/interop/tokenizer_ids.ts")]
subprocess.run([*command, str(folder / "lines.json"), *files], check=True)

total = 0


def compare(name, theirs, ours, exact=False, numbers=False):
    """Prints how many lines differ, with the shortest one. Numbers before commas differ where the log reports it."""
    global total
    if isinstance(ours, dict):
        print(f"{name}: rejected: {ours['error']}")
        return
    different = [i for i, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]]
    # Cuts of equal score differ in order only.
    real = [i for i in different if exact or sorted(theirs[i]) != sorted(ours[i])]
    logged = [i for i in real if numbers and re.search(r"\d,", lines[i])]
    real = [i for i in real if i not in logged]
    total += len(real)
    print(f"{name}: {len(real)} of {len(theirs)} lines differ, {len(different) - len(real) - len(logged)} in cuts of equal score, {len(logged)} in numbers")
    for i in sorted(real, key=lambda i: len(lines[i]))[:1]:
        print(f"  {lines[i]!r}\n  theirs {theirs[i]}\n  ours   {ours[i]}")


for name, tokenizer in cfg.items():
    theirs = [encoding.ids for encoding in tokenizer.encode_batch(lines, add_special_tokens=False)]
    compare(f"tokenizer.json {name}", theirs, json.loads((folder / f"{name}.json.out").read_text()))
for name in MODELS:
    processor = spm.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
    compare(f"spiece.model {name}", processor.encode(lines), json.loads((folder / f"{name}.model.out").read_text()))
    theirs = [processor.nbest_encode_as_ids(line, 20) for line in lines[::20]]
    compare(f"20 best of {name}", theirs, json.loads((folder / f"{name}.model.nbest").read_text()), exact=True)
    saved = (folder / f"{name}.model.json").read_text()
    if saved == "null":
        print(f"saved {name}: tokenizer.json is not written")
        continue
    theirs = [encoding.ids for encoding in Tokenizer.from_str(saved).encode_batch(lines, add_special_tokens=False)]
    compare(f"saved {name}", theirs, json.loads((folder / f"{name}.model.clean").read_text()), numbers=True)
print(f"{len(cfg)} tokenizer.json and {len(MODELS)} spiece.model files, {len(lines)} lines each: {total} lines differ")
sys.exit(total > 0)
