"""Turns a question into a near miss: a question that its passage looks like answering, but doesn't.

One thing that the question asks about is exchanged: a number, a year, a month, a country, a name, or a
word for its opposite; or a verb is negated. The rules are the same in English and Arabic, and what they
make is decided by the question alone (no state), so that an evaluation can be repeated:

    pool = Pool.of(passages_of_the_article, "en")
    swapped("When did Tesla move to Prague?", "en", pool)  # "When did Tesla move to Budapest?"

Some of the questions made so are answered after all: of 100 read by eye (50 in each language), about one
in ten. In as many the new thing is of another kind than the old, which makes them easy.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.retrieval.translations import meanings
from index.text.analyzer import analyze

Rule = Callable[[str, "Pool", random.Random], str | None]

_DIGITS = "0123456789"
_ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
_TO_ASCII = str.maketrans(_ARABIC_INDIC, _DIGITS)
_TO_ARABIC_INDIC = str.maketrans(_DIGITS, _ARABIC_INDIC)
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?!\d)")
_ORDINAL = re.compile(r"(?<!\w)(\d+)(st|nd|rd|th)(?!\w)")
_FIRST_YEAR, _LAST_YEAR = 1000, 2099

# Words of one kind; a word is exchanged for another of its row. What is written with a hyphen at its end
# is a stem, which takes the endings of an adjective.
_ENGLISH_KINDS = (
    "January February March April June July August September October November December",
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "second third fourth fifth sixth seventh eighth ninth tenth",
    "two three four five six seven eight nine ten twelve twenty thirty fifty",
    "north south east west",
    "northern southern eastern western",
    "northeast northwest southeast southwest",
    "red blue green yellow black white brown purple",
    "England|Scotland|France|Germany|Spain|Italy|Portugal|Russia|China|Japan|India|Egypt|Iran|Iraq|Turkey"
    "|Greece|Poland|Sweden|Norway|Denmark|Austria|Hungary|Canada|Mexico|Brazil|Argentina|Australia|Nigeria"
    "|Kenya|Israel|Lebanon|Syria|Jordan|Saudi Arabia|Morocco|Algeria|Tunisia|Libya|Sudan|Yemen|Pakistan"
    "|Afghanistan|Indonesia|Vietnam|Thailand|Ukraine|Belgium|Ireland|Switzerland|South Korea|Cuba|Chile|Peru",
    "English|French|German|Spanish|Italian|Portuguese|Russian|Chinese|Japanese|Indian|Egyptian|Iranian|Iraqi"
    "|Turkish|Greek|Polish|Swedish|Norwegian|Danish|Austrian|Hungarian|Canadian|Mexican|Brazilian|Australian"
    "|Nigerian|British|American|Scottish|Irish|Dutch|Belgian|Swiss|Korean|Arab|Roman|Persian|Syrian|Lebanese",
    "London|Paris|Berlin|Rome|Madrid|Lisbon|Moscow|Beijing|Tokyo|Delhi|Cairo|Tehran|Baghdad|Istanbul|Athens"
    "|Warsaw|Stockholm|Vienna|Budapest|Toronto|Montreal|Sydney|Melbourne|Chicago|Boston|Los Angeles|Houston"
    "|Philadelphia|San Francisco|Seattle|Miami|Detroit|Atlanta|Dublin|Edinburgh|Brussels|Geneva|Jerusalem"
    "|New York City|Damascus|Beirut",
    "California|Texas|Florida|Virginia|Ohio|Michigan|Georgia|Illinois|Pennsylvania|Arizona|Oregon|Alabama"
    "|Kansas|Montana|Tennessee|Oklahoma|Nevada|Utah|Colorado|Massachusetts|Maryland|North Carolina",
    "Europe Asia Africa Australia Antarctica",
    "Christianity Islam Judaism Buddhism Hinduism",
    "Catholic Protestant Orthodox Muslim Jewish Buddhist Hindu",
    "gold silver copper iron tin lead zinc",
    "oxygen nitrogen hydrogen helium carbon",
    "seconds minutes hours days weeks months years decades centuries",
    "thousand million billion trillion",
)
_ARABIC_KINDS = (
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر",
    "الأولى الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة",
    "ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
    "ثلاث أربع خمس ست سبع ثمان تسع عشر",
    "شمال جنوب شرق غرب",
    "شمالي- جنوبي- شرقي- غربي-",
    "أحمر أزرق أخضر أصفر أسود أبيض",
    "الأحمر الأزرق الأخضر الأصفر الأسود الأبيض",
    "إنجلترا|اسكتلندا|فرنسا|ألمانيا|إسبانيا|إيطاليا|البرتغال|روسيا|الصين|اليابان|الهند|مصر|إيران|العراق"
    "|تركيا|اليونان|بولندا|السويد|النرويج|الدنمارك|النمسا|المجر|كندا|المكسيك|البرازيل|الأرجنتين|أستراليا"
    "|نيجيريا|كينيا|إسرائيل|لبنان|سوريا|الأردن|السعودية|المغرب|الجزائر|تونس|ليبيا|السودان|اليمن|باكستان"
    "|أفغانستان|إندونيسيا|فيتنام|تايلاند|أوكرانيا|بلجيكا|أيرلندا|سويسرا|كوبا|بيرو|بريطانيا",
    "إنجليزي-|فرنسي-|ألماني-|إسباني-|إيطالي-|برتغالي-|روسي-|صيني-|ياباني-|هندي-|مصري-|إيراني-|عراقي-"
    "|تركي-|يوناني-|بولندي-|سويدي-|نرويجي-|دنماركي-|نمساوي-|كندي-|مكسيكي-|برازيلي-|أسترالي-|نيجيري-"
    "|بريطاني-|أمريكي-|اسكتلندي-|هولندي-|بلجيكي-|سويسري-|كوري-|روماني-|فارسي-|سوري-|لبناني-|مغربي-",
    "لندن|باريس|برلين|روما|مدريد|لشبونة|موسكو|بكين|طوكيو|دلهي|القاهرة|طهران|بغداد|إسطنبول|أثينا|وارسو"
    "|ستوكهولم|فيينا|بودابست|تورنتو|مونتريال|سيدني|ملبورن|شيكاغو|بوسطن|لوس أنجلوس|هيوستن|فيلادلفيا"
    "|سان فرانسيسكو|سياتل|ميامي|ديترويت|أتلانتا|دبلن|إدنبرة|بروكسل|جنيف|القدس|نيويورك|دمشق|بيروت",
    "كاليفورنيا|تكساس|فلوريدا|فرجينيا|أوهايو|ميشيغان|إلينوي|بنسلفانيا|أريزونا|أوريغون|ألاباما|كنساس"
    "|مونتانا|تينيسي|أوكلاهوما|نيفادا|كولورادو|ماساتشوستس",
    "أوروبا آسيا أفريقيا أستراليا",
    "المسيحية الإسلام اليهودية البوذية الهندوسية",
    "كاثوليكي- بروتستانتي- أرثوذكسي- إسلامي- يهودي- بوذي-",
    "الذهب الفضة النحاس الحديد القصدير الرصاص الزنك",
    "الأكسجين النيتروجين الهيدروجين الهيليوم الكربون",
    "أيام أسابيع أشهر سنوات عقود قرون",
    "ألف مليون مليار تريليون",
)
_ENGLISH_OPPOSITES = (
    "first/last before/after largest/smallest biggest/smallest most/least highest/lowest more/less"
    " older/younger oldest/youngest higher/lower larger/smaller longest/shortest longer/shorter"
    " maximum/minimum early/late earlier/later earliest/latest won/lost win/lose increase/decrease"
    " increased/decreased increases/decreases begin/end began/ended start/stop started/stopped"
    " begins/ends above/below inside/outside male/female men/women father/mother brother/sister"
    " son/daughter husband/wife positive/negative rich/poor majority/minority support/oppose"
    " supported/opposed accepted/rejected allowed/forbidden allow/prohibit joined/left entered/left"
    " bought/sold buy/sell strongest/weakest strong/weak best/worst oldest/newest ancient/modern"
    " public/private internal/external upper/lower fastest/slowest hot/cold hottest/coldest"
    " deepest/shallowest common/rare success/failure opened/closed gained/lost rise/fall rose/fell"
    " victory/defeat advantage/disadvantage advantages/disadvantages summer/winter day/night"
    " minimum/maximum legal/illegal easiest/hardest happy/unhappy popular/unpopular import/export"
    " imports/exports attack/defend attacked/defended built/demolished urban/rural"
)
_ARABIC_OPPOSITES = (
    "أول/آخر قبل/بعد أكبر/أصغر أكثر/أقل أعلى/أدنى أطول/أقصر أقدم/أحدث أفضل/أسوأ أقوى/أضعف أسرع/أبطأ"
    " داخل/خارج داخلي-/خارجي- زيادة/نقصان ارتفاع/انخفاض بداية/نهاية بدأ/انتهى"
    " بدأت/انتهت يبدأ/ينتهي تبدأ/تنتهي فاز/خسر فازت/خسرت يفوز/يخسر الفوز/الخسارة رجال/نساء ذكور/إناث"
    " الرجال/النساء الذكور/الإناث الذكر/الأنثى قديم/جديد كبير/صغير طويل/قصير ساخن/بارد قوي/ضعيف"
    " قوية/ضعيفة غني/فقير قديمة/جديدة كبيرة/صغيرة طويلة/قصيرة إيجابي-/سلبي- والد/والدة ابن/ابنة"
    " شقيق/شقيقة فوق/تحت مبكر/متأخر الصيف/الشتاء علوي-/سفلي- انضم/انسحب انضمت/انسحبت زاد/انخفض"
    " ازداد/انخفض ارتفع/انخفض يزيد/ينقص تزيد/تنقص افتتح/أغلق اشترى/باع شراء/بيع قبول/رفض دعم/معارضة"
    " أيد/عارض وافق/اعترض نجح/فشل نجاح/فشل الحرب/السلام مزايا/عيوب فوائد/أضرار الأغلبية/الأقلية"
    " أغلبية/أقلية يسمح/يمنع تسمح/تمنع بناء/هدم الحد_الأقصى/الحد_الأدنى غالبية/أقلية قانوني-/غير_قانوني-"
    " معروف/مجهول الشرقية/الغربية الأعلى/الأدنى الأكبر/الأصغر الأكثر/الأقل الأقدم/الأحدث الأخيرة/الأولى"
    " الأخير/الأول حضر/غادر وصل/غادر دخل/غادر هزم/ناصر الحضري-/الريفي-"
)

# A name of several words may have these small words inside.
_ENGLISH_NAME = re.compile(
    r"\b[A-Z][\w’'-]*\w(?:\s(?:(?:of|the|de|von|van|al|bin|ibn)\s){0,2}[A-Z][\w’'-]*\w)*", re.UNICODE
)
_NO_NAMES = (
    "What Who When Where Which How Why Whom Whose In On At By For The A An And But Or If Is Was Did Do Does"
    " Are Were Has Have Had Can Could Would Will During After Before According To From Of With As I It He She"
    " They BC BCE AD CE This That These Those Name There His Her Its Their About Under Since Besides Between"
)
_NOT_NAMES = frozenset(_NO_NAMES.split())
_PREPOSITIONS = "in at from near to into toward towards outside inside across around"
_PLACE_PREPOSITIONS = frozenset(_PREPOSITIONS.split())

# Arabic has no capitals: a name is what follows one of these words, without an article of its own.
_PERSON_CUES = (
    "الملك الملكة الرئيس الأمير الأميرة الإمبراطور القديس القيصر السلطان الخليفة الدكتور السيد السيدة البابا"
    " الجنرال القائد الشيخ الإمام الفيلسوف العالم الشاعر الكاتب المغني الممثل المخرج"
)
_OTHER_CUES = (
    "مدينة ولاية جامعة نهر دولة شركة جزيرة قرية مقاطعة بحيرة جبل معركة قبيلة منطقة مطار نادي فريق سفينة"
    " قلعة كلية إمارة مملكة ميناء متحف شبكة مجلة صحيفة فيلم ألبوم رواية كتاب أغنية"
)
# Cue -> the kind of name behind it.
_CUES = dict.fromkeys(_PERSON_CUES.split(), "person") | {cue: cue for cue in _OTHER_CUES.split()}
_PREFIXES = "وفبلك"
_ARABIC_WORD = re.compile(r"[\u0621-\u064a\u066e-\u06d3]+")
_MIN_NAME_LENGTH = 4
_RARE = 8  # texts of a collection of some thousands
# Beginnings and ends that names seldom have: the article, verbs, plurals, possessives.
_UNLIKE_A_NAME = re.compile(
    r"^(?:[وفبك]?ال|لل|ي|ت|ن|سي|ست|است|أن|إن|كان|وي|وت|وم|فت|مت|مس|لم)|(?:ها|هم|هن|وا|ات|ية|ون|ين|ته|تها|نا|كم|هما|وه|اء)$"
)
# Where a word of the tables isn't meant as such.
_IDIOM = re.compile(
    r"New York Times|[وفبلك]?نهاية المطاف|[وفبلك]?الحرب العالمية|World War|[وفبلك]?المرة الأولى"
    r"|first (?:name|lady|person)"
    r"|before his death|بعد ذلك|قبل ذلك|most of|أكثر من|more than|less than|أقل من|at least|على الأقل|at most"
)
# Words of small letters, and in more than so many texts of a hundred they say little.
_PLAIN_WORD = re.compile(r"(?<!\w)(?:[a-z]+|[\u0621-\u064a]+)(?!\w)")
_FREQUENT = 0.03
# A word is exchanged for one of so many that are the most like it, if they are this much like it.
_LIKEST = 3
_MIN_LIKENESS = 0.1
_ENGLISH_SHAPE = re.compile(r"().*?(ing|ed|ly|s)?")
_ARABIC_SHAPE = re.compile(r"([وفبك]?ال|لل|[يتس](?=\w{3}))?.*?(ة|ات|ين|ون|ية|ها|ه)?")
_QUESTION_NEGATION = re.compile(r"(?<!\w)(الذي|التي|الذين)\s+([يت]\w{3,})")
_ENGLISH_NEGATION = re.compile(
    r"^((?:Who|What|Which(?: \w+){1,2}) (?:is|was|were|are|has been|had been|have been|can be))"
    r" (\w+ed|known|given|written|shown|taken|made|built|seen|born|held|found)\b"
)


@dataclass(frozen=True)
class Name:
    """A name found in a text.

    Attributes:
        text: the name.
        kind: what it stands behind ("place", a cue's number, "") where that tells; equal for names that
            can be exchanged.
    """

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Pool:
    """What may take the place of something in a question: from texts on the same subject.

    Attributes:
        names: in the order of the texts, each once.
        numbers: years and others, as written.
    """

    names: tuple[Name, ...] = ()
    numbers: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Sequence[str], language: str, frequencies: Mapping[str, int] | None = None) -> Pool:
        """Collects the names and numbers of `texts`.

        Args:
            texts: of one subject, e.g. the paragraphs of an article.
            language: "ar" or "en".
            frequencies: for Arabic, in how many texts of a large collection each word stands; then words
                that a text repeats and the collection hardly knows are taken for names, too.
        """
        names = dict.fromkeys(name for text in texts for name in names_in(text, language, frequencies))
        numbers = dict.fromkeys(number for text in texts for number in _NUMBER.findall(text))
        return cls(tuple(names), tuple(numbers))


def document_frequencies(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each Arabic word stands."""
    return Counter(word for text in texts for word in set(_ARABIC_WORD.findall(text)))


def swapped(question: str, language: str, pool: Pool) -> str | None:
    """The question with one thing exchanged, or None where no rule applies.

    Args:
        question: as asked.
        language: of the question: "ar" or "en".
        pool: names and numbers of the subject.
    """
    dice = random.Random(zlib.crc32(question.encode()))
    rules = list(_ENGLISH_RULES if language == "en" else _ARABIC_RULES)
    last = rules.pop()  # negation, where nothing else is possible
    dice.shuffle(rules)
    for rule in [*rules, last]:
        made = rule(question, pool, dice)
        if made is not None and made.casefold() != question.casefold():
            return made
    return None


def _exchange(question: str, start: int, end: int, other: str) -> str:
    return question[:start] + other + question[end:]


def _other_number(question: str, pool: Pool, dice: random.Random) -> str | None:
    """Another year or number; the digits and separators are written as before."""
    matches = list(_NUMBER.finditer(question))
    if not matches:
        return None
    match = dice.choice(matches)
    before = match.group()
    plain = before.translate(_TO_ASCII)
    ordinal = _ORDINAL.match(question, match.start())
    if ordinal:
        value = int(ordinal[1]) + dice.choice((-2, -1, 1, 2, 3))
        value = value if value > 0 else int(ordinal[1]) + 2
        return _exchange(question, match.start(), ordinal.end(), f"{value}{_suffix(value)}")
    if plain.isdigit() and _FIRST_YEAR <= int(plain) <= _LAST_YEAR:
        known = [other.translate(_TO_ASCII) for other in pool.numbers]
        years = [y for y in known if len(y) == 4 and y.isdigit() and _FIRST_YEAR <= int(y) <= _LAST_YEAR]
        years = [year for year in years if year != plain and year not in question.translate(_TO_ASCII)]
        shifted = str(int(plain) + dice.choice((-1, 1)) * dice.randint(1, 15))
        after = dice.choice(years) if years and dice.random() < 0.5 else shifted
    else:
        position = dice.choice([place for place, sign in enumerate(plain) if sign.isdigit()][:2])
        lowest = "1" if position == 0 else "0"
        digit = dice.choice([sign for sign in _DIGITS if sign >= lowest and sign != plain[position]])
        after = plain[:position] + digit + plain[position + 1 :]
    if plain != before:
        after = after.translate(_TO_ARABIC_INDIC)
    return _exchange(question, match.start(), match.end(), after)


def _suffix(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _kinds(rows: Sequence[str]) -> dict[str, list[str]]:
    """Word -> the words of its kind, without itself; stems keep the hyphen at their end."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        words = row.split("|") if "|" in row else row.split()
        for word in words:
            kinds.setdefault(word, []).extend(other for other in words if other != word)
    return kinds


def _opposites(pairs: str) -> dict[str, list[str]]:
    """Word -> its opposites, from pairs like "warm/cold"; an underscore stands for a space."""
    opposites: dict[str, list[str]] = {}
    for pair in pairs.split():
        one, other = pair.replace("_", " ").split("/")
        opposites.setdefault(one, []).append(other)
        opposites.setdefault(other, []).append(one)
    return opposites


def _exchanger(words: Mapping[str, list[str]], language: str) -> Rule:
    """A rule that exchanges a word of the table for one of those beside it."""
    plain = {word.rstrip("-"): [other.rstrip("-") for other in others] for word, others in words.items()}
    stems = {word.rstrip("-") for word in words if word.endswith("-")}
    alternatives = "|".join(map(re.escape, sorted(plain, key=len, reverse=True)))
    if language == "en":
        pattern = re.compile(rf"(?<![\w-])()({alternatives})()(?![\w-])")
    else:
        pattern = re.compile(
            rf"(?<!\w)([{_PREFIXES}]?(?:ال|لل)?)({alternatives})((?:ة|ين|ون|يين|يون)?)(?!\w)"
        )

    def exchange(question: str, _pool: Pool, dice: random.Random) -> str | None:
        matches = [
            match
            for match in pattern.finditer(question)
            if (not match[3] or match[2] in stems) and not _IDIOM.match(question, match.start())
        ]
        if not matches:
            return None
        match = dice.choice(matches)
        others = [word for word in plain[match[2]] if word.casefold() not in question.casefold()]
        if not others:
            return None
        return _exchange(question, match.start(2), match.end(2), dice.choice(others))

    return exchange


def names_in(text: str, language: str, frequencies: Mapping[str, int] | None = None) -> Iterator[Name]:
    """The names in a text: see `Pool.of`."""
    if language == "en":
        for _, _, name in _english_names(text):
            yield name
        return
    words = _ARABIC_WORD.findall(text)
    for cue, word in pairwise(words):
        if cue in _CUES and _namelike(word):
            yield Name(word, _CUES[cue])
    if frequencies is not None:
        rare = _RARE
        for word, count in Counter(words).items():
            if count > 1 and frequencies.get(word, 0) <= rare and _namelike(word):
                yield Name(word)


def _namelike(word: str) -> bool:
    return len(word) >= _MIN_NAME_LENGTH and not _UNLIKE_A_NAME.search(word) and word not in _CUES


def _english_names(text: str) -> Iterator[tuple[int, int, Name]]:
    """Start, end and the name, of every run of capitalised words that doesn't begin a sentence."""
    for match in _ENGLISH_NAME.finditer(text):
        before = text[: match.start()].rstrip()
        if not before or before[-1] in '.!?:;"“(':
            continue
        name = match.group()
        if name in _NOT_NAMES or name.split()[0] in _NOT_NAMES:
            continue
        if name.endswith(("'s", "’s")):
            name = name[:-2]
        previous = before.split()[-1].lower()
        yield (
            match.start(),
            match.start() + len(name),
            Name(name, "place" if previous in _PLACE_PREPOSITIONS else ""),
        )


def _other_english_name(question: str, pool: Pool, dice: random.Random) -> str | None:
    found = list(_english_names(question))
    if not found:
        return None
    start, end, name = dice.choice(found)
    asked = set(question.casefold().replace("?", " ").split())
    length = len(name.text.split())
    others = [
        other.text
        for other in pool.names
        if other.kind == name.kind
        and abs(len(other.text.split()) - length) <= 1
        and other.text.isupper() == name.text.isupper()
        and not asked & set(other.text.casefold().replace("'s", "").split())
    ]
    return _exchange(question, start, end, dice.choice(others)) if others else None


def _other_arabic_name(question: str, pool: Pool, dice: random.Random) -> str | None:
    kinds: dict[str, str] = {}
    for name in pool.names:
        kinds[name.text] = kinds.get(name.text) or name.kind
    found: list[tuple[int, int, str]] = []
    previous = ""
    for match in _ARABIC_WORD.finditer(question):
        word, skipped = match.group(), 0
        if word not in kinds and word[0] in _PREFIXES and word[1:] in kinds:
            word, skipped = word[1:], 1
        if word in kinds:
            kind = _CUES.get(previous, kinds[word])
            found.append((match.start() + skipped, match.end(), kind))
        previous = match.group()
    if not found:
        return None
    start, end, kind = dice.choice(found)
    others = [text for text, other in kinds.items() if other == kind and text not in question]
    return _exchange(question, start, end, dice.choice(others)) if others else None


def _english_negation(question: str, _pool: Pool, _dice: random.Random) -> str | None:
    made = _ENGLISH_NEGATION.sub(r"\1 not \2", question)
    return None if made == question else made


def _arabic_negation(question: str, _pool: Pool, _dice: random.Random) -> str | None:
    made = _QUESTION_NEGATION.sub(r"\1 لا \2", question, count=1)
    return None if made == question else made


_ENGLISH_RULES: tuple[Rule, ...] = (
    _other_number,
    _exchanger(_kinds(_ENGLISH_KINDS), "en"),
    _exchanger(_opposites(_ENGLISH_OPPOSITES), "en"),
    _other_english_name,
    _english_negation,
)
_ARABIC_RULES: tuple[Rule, ...] = (
    _other_number,
    _exchanger(_kinds(_ARABIC_KINDS), "ar"),
    _exchanger(_opposites(_ARABIC_OPPOSITES), "ar"),
    _other_arabic_name,
    _arabic_negation,
)


class Siblings:
    """Words that stand in a word's place elsewhere: «إجازة الأمومة» for «إجازة الأبوة».

    Args:
        texts: a large collection, in one language.
        language: "ar" or "en".
    """

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self._language = language
        self._known: Counter[str] = Counter()
        self._after: dict[str, Counter[str]] = defaultdict(Counter)
        self._before: dict[str, Counter[str]] = defaultdict(Counter)
        self._count = 0
        for text in texts:
            self._count += 1
            self._known.update({match.group() for match in _PLAIN_WORD.finditer(text)})
            for one, other in pairwise(_PLAIN_WORD.finditer(text)):
                if text[one.end() : other.start()] == " ":
                    self._after[one.group()][other.group()] += 1
                    self._before[other.group()][one.group()] += 1

    def exchanged(self, question: str, passage: str) -> str | None:
        """The question with one word exchanged for a sibling that the passage hasn't; None without any.

        The word itself, or a translation of it, is one of the passage's; the sibling has none in common
        with it. So it is another thing, not another word for the same.

        Args:
            question: as asked.
            passage: what answers it, with all that is known of it.
        """
        dice = random.Random(zlib.crc32(question.encode()))
        inside = {term.term for term in analyze(passage)}
        asked = {term.term for term in analyze(question)}
        found = list(_PLAIN_WORD.finditer(question))
        for place in dice.sample(range(len(found)), len(found)):
            match = found[place]
            meaning = _meant(match.group())
            if not self._is_content(match.group()) or not meaning & inside:
                continue
            siblings = {
                other: self._likeness(match.group(), other)
                for other in self._in_place(question, found, place)
                if _shape(other, self._language) == _shape(match.group(), self._language)
                and not _meant(other) & (inside | asked | meaning)
            }
            likest = sorted(siblings, key=lambda other: (-siblings[other], other))[:_LIKEST]
            if likest and siblings[likest[0]] >= _MIN_LIKENESS:
                return _exchange(question, *match.span(), dice.choice(likest))
        return None

    def _likeness(self, one: str, other: str) -> float:
        """How alike the neighbours of two words are: cosine of which they have."""
        shared = of_one = of_other = 0
        for known in (self._after, self._before):
            own, others = known.get(one, {}).keys(), known.get(other, {}).keys()
            shared += len(own & others)
            of_one, of_other = of_one + len(own), of_other + len(others)
        return float(shared / max(of_one * of_other, 1) ** 0.5)

    def _in_place(self, question: str, found: Sequence[re.Match[str]], place: int) -> set[str]:
        """Content words that elsewhere stand beside the same neighbour as the word at `place`."""
        others: Counter[str] = Counter()
        word = found[place]
        for neighbour, known in ((place - 1, self._after), (place + 1, self._before)):
            if 0 <= neighbour < len(found):
                beside = found[neighbour]
                between = question[min(word.end(), beside.end()) : max(word.start(), beside.start())]
                if between == " " and self._is_content(beside.group()):
                    others.update(known.get(beside.group(), {}))
        return {other for other, count in others.items() if count > 1 and self._is_content(other)}

    def _is_content(self, word: str) -> bool:
        return len(word) >= _MIN_NAME_LENGTH and 2 < self._known[word] < _FREQUENT * self._count


def _meant(word: str) -> set[str]:
    """The terms of a word and of its translations."""
    return {term for meaning in meanings(term.term for term in analyze(word)) for term in meaning}


def _shape(word: str, language: str) -> str:
    """What words that can be exchanged have in common: prefix and ending."""
    match = (_ENGLISH_SHAPE if language == "en" else _ARABIC_SHAPE).fullmatch(word)
    return "|".join(match.groups("")) if match else ""
