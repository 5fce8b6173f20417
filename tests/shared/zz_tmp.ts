import fc from "fast-check";
import { fold } from "/work/main/shared/names.ts";
const anyText = fc.string({ unit: fc.constantFrom("a", "B", "é", "ß", "ẞ", "İ", "ı", "ſ", "Σ", "ς", "о", "Ё", "ё", "і", "\u0301", "\u0308", "\u0345", "ｂ", "ﬁ", "漢", ":", "*", " ") });
fc.assert(fc.property(anyText, (text) => {
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) if(fold(text.normalize(form))!== fold(text)) throw new Error(form);
    if(fold(text.toLowerCase())!== fold(text)) throw new Error("lower");
    if(fold(fold(text))!== fold(text)) throw new Error("idem");
}),{numRuns:300000});
const bin = fc.string({ unit: "binary", maxLength: 30 });
fc.assert(fc.property(bin, (text) => {
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) if(fold(text.normalize(form))!== fold(text)) throw new Error(form);
    if(fold(text.toLowerCase())!== fold(text)) throw new Error("lower");
    if(fold(fold(text))!== fold(text)) throw new Error("idem");
}),{numRuns:300000});
