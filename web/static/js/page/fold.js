// Texts as they are compared: without tashkeel and tatweel, with one form of alef, of ya and of ta marbuta, of digits
// and of Latin letters.

const MARKS = /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c-\u200f]/g;
const FORMS = {أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ئ: "ي", ؤ: "و", ة: "ه"};

const digit = (character) => String((character.charCodeAt(0) - (character < "\u06f0" ? 0x660 : 0x6f0)) % 10);

export function fold(text) {
  return text
    .normalize("NFKC")
    .replace(MARKS, "")
    .replace(/[أإآٱىئؤة]/g, (letter) => FORMS[letter])
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit)
    .toLowerCase();
}
