"""The wordings of questions for a definition, a list, and a document's author, date or title.

Patterns of questions in normalised spelling: no hamza on its carrier, ه for ة, ي for ى. They are made of the
words that may stand in each place, so that a verb or a name for a document counts in every wording.
"""

from __future__ import annotations

from typing import Final

import regex

from index.text.analyzer import normalise
from qa.types import CitedField

A_DOCUMENT: Final = (
    r"(?:article|book|document|report|text|paper|letter|lecture|file|thesis|study|essay|memo|minutes|page"
    r"|policy|rules?|regulations?|bylaws?|resolution|decree|circular|decision|order|contract|agreement|notes?|plan"
    r"|guide|manual|list|statute|lesson|talk|notice|form|certificate|directive|message|e-?mail|mail)"
)
AR_DOCUMENT: Final = (
    r"(?:ال)?(?:مقال|مقاله|كتاب|وثيقه|مستند|تقرير|نص|رساله|محاضره|ملف|بحث|دراسه|مذكره|محضر|صفحه|كتيب"
    r"|قرار|مرسوم|تعميم|لائحه|لايحه|نظام|عقد|اتفاقيه|سياسه|قانون|بيان|اعلان|درس|قائمه|قايمه|دليل|خطه|امر"
    r"|منشور|كراس|خطاب|بريد|ايميل)"
)
DOCUMENTS: Final = regex.compile(rf"(?:{A_DOCUMENT}|{AR_DOCUMENT})")
"""A word for a document."""
_IS: Final = r"(?:'s| is| was| are| were)"
_THIS: Final = rf"(?:(?:the|this) (?:\w+ )?{A_DOCUMENT}|it|this)"
_AR_THIS: Final = rf"(?:هذا |هذه )?{AR_DOCUMENT}"
_HE: Final = r"(?:هو |هي |كان |كانت |الذي |التي )?"

# Who makes a document: each verb by itself, and what it is called who does it.
_MADE: Final = r"(?:prepared|compiled|drew up|drafted|composed|sent|gave|delivered|held|presented)"
_MADE_BY: Final = r"(?:written|prepared|compiled|drawn up|drafted|composed|sent|given|delivered|presented)"
_MAKER: Final = r"(?:author|writer|lecturer|sender|compiler|speaker)s?"
_AR_WROTE: Final = r"(?:كتب|الف)"
_AR_MADE: Final = r"(?:كتب|الف|اعد|وضع|حرر|ارسل|القي|صاغ|نظم)"
_AR_MAKER: Final = r"(?:ال)?(?:معد|محرر|مرسل|محاضر|واضع|مولف|كاتب|صاحب)ه?"
# When it is issued.
_ISSUED: Final = r"(?:published|written|issued|released|signed|dated|prepared|compiled|drawn up|printed)"
_AR_ISSUED: Final = r"(?:نشر|كتب|صدر|حرر|الف|طبع)ت?"
_AR_ISSUING: Final = r"(?:نشر|كتابه|صدور|اصدار|تحرير|طبع|تاليف)"
_WHICH: Final = (
    rf"(?:this (?:\w+ )?{A_DOCUMENT}|it|this|the (?P<which>.{{1,80}})"
    rf"|(?P<which>(?:\w+ )?{A_DOCUMENT} (?:no\b\.?|number) ?.{{1,40}}?))"
)

METADATA: Final[dict[CitedField, regex.Pattern[str]]] = {
    "author": regex.compile(
        rf"\bwho (?:wrote|authored)\b|\bby whom\b|\bwho{_IS} (?:the|its) {_MAKER}\b"
        rf"|\bwho {_MADE} (?:{_THIS}\b|(?:the|this) (?:speech|sermon)\b)"
        rf"|\bwho{_IS} {_THIS} (?:{_MADE_BY} )?(?:by|from)\b"
        r"|\b(?:the author'?s? name|name of the (?:author|writer))\b"
        rf"|\b[وف]?من {_HE}(?:{_AR_WROTE}ت?|مولف|كاتب|كاتبه|المولف|الكاتب)\b"
        rf"|\b[وف]?من {_HE}(?:{_AR_MADE}ت?(?:ه|ها)|{_AR_MAKER})\W*$"
        rf"|\b[وف]?من {_HE}(?:{_AR_MADE}ت?|{_AR_MAKER}) {_AR_THIS}\b"
        r"|\b[وف]?من (?:الذي )?(?:القي|حاضر في|خطب) (?:هذه )?(?:ال)?(?:محاضره|كلمه|خطبه|درس)\b"
        rf"|\b(?:اسم|ما اسم) (?:ال)?(?:مولف|كاتب|معد|مرسل)\b|\bلمن {_AR_THIS}\b"
    ),
    "date": regex.compile(
        rf"\bwhen (?:was|were|is|are) {_WHICH} {_ISSUED}\b|\bwhen (?:was|were) {_THIS} sent\b"
        rf"|\b(?:what|which) (?:year|month|day|date) (?:was|were|is|are) {_WHICH} {_ISSUED}\b"
        r"|\b(?:publication|issue) (?:date|year)\b|\b(?:date|year) of (?:publication|issue)\b"
        rf"|\bdate of (?:the|this) (?P<which>(?:[\w'-]+ ){{0,4}}?{A_DOCUMENT})\b"
        rf"|\bwhat date{_IS} (?:the|this) {A_DOCUMENT}\b"
        rf"|\bwhat{_IS} (?:its|(?:the|this) {A_DOCUMENT}'s) (?:publication )?date\b"
        rf"|\bمتي (?:تم )?(?:{_AR_ISSUED}|ارسلت? {_AR_THIS}|{_AR_ISSUING} {_AR_THIS})\b"
        r"|\bwhen (?:was|were) (?:the|this) (?:lecture|talk|speech|sermon) (?:given|delivered|held)\b"
        r"|\bمتي (?:تم )?(?:القيت?|القاء) (?:هذه |هذا )?(?:ال)?(?:محاضره|كلمه|خطبه|درس|خطاب)\b"
        rf"|\bمتي (?:وقعت?|ابرمت?|تم (?:توقيع|ابرام)) {_AR_THIS}\b"
        rf"|\b(?:في |ب)?اي (?:سنه|عام|تاريخ|شهر|يوم) {_AR_ISSUED}\b"
        rf"|\b(?:تاريخ|سنه|عام) (?:ال)?{_AR_ISSUING}\b|\bتاريخ {_AR_THIS}\b|\bما تاريخه(?:ا)?\W*$"
    ),
    "title": regex.compile(
        rf"\b(?:title|name) of (?:the|this) {A_DOCUMENT}\b|\bwhat{_IS} (?:the|its) title\W*$"
        rf"|\b(?:the|this) {A_DOCUMENT}(?:'s title| called| titled)\b"
        rf"|\bwhat{_IS} (?:it|(?:the|this) {A_DOCUMENT}) (?:called|titled|entitled)\b"
        rf"|\b(?:عنوان|اسم) {_AR_THIS}\b|^[وف]?ما (?:هو )?(?:العنوان|عنوانها?|عنوانه)\W*$"
    ),
}

# The subject: one or a few words, no more.
_FEW_WORDS: Final = (
    r"(?P<subject>(?!\w+ (?:of|in|on|at|for|by|to|from|with)\b)\w[\w'\-]*(?: \w[\w'\-]*){0,3})"
)
_TERM: Final = r"(?: the (?:word|term|phrase))?(?: an?| the)?"
# Not «من كان في البيت؟», «ماذا يعني ذلك؟».
_AR_FEW_WORDS: Final = r"(?P<subject>(?!(?:في|علي|من|الي|عن|مع|ذلك|هذا|هذه|ان|انه|انها)\b)\w+(?: \w+){0,3})"
_AR_TERM: Final = r"(?:(?:ال)?(?:كلمه|مصطلح|لفظ|لفظه|عباره) )?"
_AR_WHAT: Final = r"(?:ماذا|شو|ايش|وش|ايه)"
DEFINITIONS: Final = regex.compile(
    rf"(?:what|who)(?:'s| is| are| was| were)(?: meant by)?(?: an?| the)? {_FEW_WORDS}"
    rf"|(?:define|(?:what(?:'s| is) )?(?:the )?(?:definition|meaning) of){_TERM} {_FEW_WORDS}"
    rf"|what (?:do|does|did){_TERM} {_FEW_WORDS} (?:mean|stand for)"
    rf"|what (?:do|does) (?:you|they|it|one) mean by{_TERM} {_FEW_WORDS}"
    r"|[وف]?(?:ما|من) (?:هو|هي|هم|هما) (?P<subject>\w+(?: \w+){0,3})"
    rf"|[وف]?(?:ما (?:هو |هي )?)?(?:معني|تعريف|مفهوم|المقصود ب|المراد ب) ?{_AR_TERM}{_AR_FEW_WORDS}"
    rf"|[وف]?{_AR_WHAT} (?:يعني|تعني|يقصد ب|نقصد ب|المقصود ب|معني) ?{_AR_TERM}{_AR_FEW_WORDS}"
    r"|[وف]?(?:ما|من) (?P<subject>ال\w+(?: ال\w+)?)"
    r"|[وف]?(?:شو|ايش|وش) (?:هو |هي )?(?P<subject>ال\w+)"
    r"|[وف]?من (?:كان|كانت|يكون|تكون) (?P<subject>\w+)"
    r"|عرف (?P<subject>\w+(?: \w+){0,3})"
)

# Broken plurals that are no other words, and those of the shapes that few singulars have.
_BROKEN: Final = normalise(
    "توصيات شروط أهداف وثائق خطوات بنود مهام واجبات حقوق أنواع أقسام أسباب مراحل أدوات مواد رسوم نتائج قرارات"
    " مزايا فوائد معايير أحكام عناصر أعضاء أجهزة مواعيد مبادئ قواعد عوامل طرق مصادر موارد خصائص أجزاء أركان"
    " أوجه فروع أعراض وسائل أساليب أشكال أصناف تدابير ضوابط لوازم أغراض غايات فئات"
    " أدوية أغذية أطعمة أوعية أمتعة أسئلة أجوبة أنظمة أمثلة أسلحة أقنعة أيام أوراق أعمال أسماء ألوان أمراض"
    " أبواب أفراد أطراف أنشطة أرقام أماكن أوقات أسعار أشخاص أطباء كتب مدن سبل صور خطط نسخ نقاط قيود عيوب ديون"
    " آثار أضرار أخطار أعطال آراء آليات"
    " ظروف دروس فصول حلول عقود ملاحق مراجع مخاطر مطالب مكاتب مناطق مواقع مدارس مراكز مبالغ منافع مشاكل معالم"
    " شركاء وزراء خبراء علماء زملاء مدراء رؤساء وصايا هدايا قضايا"
).text.split()
_SHAPES: Final = (
    r"\w{3,}ات",
    r"(?!قانون\b|زيتون\b|صابون\b|\w+زيون\b)\w{3,}ون",
    r"(?!تمرين\b|بنزين\b|تكوين\b|تعيين\b)\w{4,}ين",
    # وثائق، مشاريع، قواعد; not نهاية, فعالية.
    r"\w{2}اي[^ه\W]",
    r"\w{2}ا\wي[^ه\W]",
    r"\wوا\w[^ه\W]",
)
# The article is no letter of a shape.
_PLURALS: Final = rf"(?:(?:ال)?+(?:{'|'.join(_SHAPES)})|(?:ال)?(?:{'|'.join(_BROKEN)}))(?:ه|ها|هم)?"
_AR_PARTICLES: Final = r"(?:ماذا|بماذا|بم|علام|علي ماذا|ما الذي|شو|ايش|وش)"


def _perfect(verbs: str) -> str:
    """Arabic verbs in the perfect, he, she and they: قرر، قررت، قرروا; أوصى، أوصت، أوصوا."""
    forms = []
    for verb in normalise(verbs).text.split():
        root = verb.removesuffix("ي")
        forms += [verb, f"{root}ت", f"{root}وا"]
    return "|".join(forms)


_AR_DECIDED: Final = _perfect("قرر تقرر أوصى اتفق نصح اقترح طلب اشترط وعد")
_AR_INCLUDE: Final = r"(?:[يت])?(?:شمل|تضمن|ضم|حوي)ت?|(?:تشمل|يشمل|تتضمن|يتضمن|تضم|يضم|تحوي|يحوي)"
_AR_CAME: Final = _perfect("حضر شارك")
_DECIDED: Final = r"(?:agreed|decided|resolved|recommended|proposed|advised)"
_CAME: Final = r"(?:attended|participated|took part|(?:was|were) (?:present|invited))"
LISTS: Final = regex.compile(
    r"^(?:what|which) (?:are|were) (?:the |all |its |their |our |my )"
    r"|^who (?:are|were) (?:the |all |its |their |our )\w{3,}s\b"
    r"|\b(?:list|enumerate|name) (?:all|the|its) |^(?:give|tell|show) (?:me|us) (?:all |the )\w{3,}s\b"
    r"|^what (?:did|does|do|must|should) .*"
    r"\b(?:decide|agree|recommend|propose|resolve|include|bring|contain|advise)\b"
    r"|^(?:what|which) \w{3,}s (?:are|were|must|do|did|should|can|may|have|need|apply)\b"
    rf"|^what (?:was|were|is|has been|have been) {_DECIDED}\b"
    r"|^what (?:must|should|shall) .* (?:do|bring|have|carry|contain|provide)\b"
    rf"|^(?:who|which \w{{3,}}s) {_CAME}\b(?! (?:to|him|her|his)\b)"
    rf"|^[وف]?{_AR_PARTICLES} (?:{_AR_DECIDED}|{_AR_INCLUDE})\b"
    r"|^[وف]?ماذا (?:يجب|ينبغي|علي)\b"
    rf"|\b[وف]?(?:ما|شو|ايش|وش) (?:هي |هم )?{_PLURALS}\b"
    # Not «من كتب».
    rf"|^[وف]?من (?:هم |هن |(?=ال)){_PLURALS}\b|^[وف]?من (?:الذين )?(?:{_AR_CAME})\b"
    r"|^[وف]?(?:اذكر|عدد|سم)\b"
)
