"""Units of measure and money, in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from index.text.analyzer import normalise
from index.text.arabic import proclitic_splits

# A unit a line, each in both languages.
_UNITS: Final = {
    "money": """
        dinar dinars دينار دينارا دنانير
        dollar dollars دولار دولارا دولارات
        euro euros يورو
        pound pounds جنيه جنيها جنيهات
        lira liras ليرة ليرات
        dirham dirhams درهم درهما دراهم درهمان درهمين
        riyal riyals rial rials ريال ريالا ريالات
        franc francs فرنك فرنكا فرنكات
        krone kroner كرونة كرونات
        rupee rupees روبية روبيات
        yen
        yuan
        penny pence
        cent cents سنت سنتات
        piastre piastres قرش قرشا قروش
        fils فلس فلسا فلوس
        halala هللة هللات
        usd
        eur
        gbp
        jod
        aed
        sar
        egp
    """,
    "time": """
        seconds ثانية ثوان ثواني
        minute minutes دقيقة دقائق دقيقتان دقيقتين
        hour hours hourly ساعة ساعات ساعتان ساعتين
        day days daily يوم يوما أيام يومان يومين يومي يوميا يومية
        week weeks weekly أسبوع أسبوعا أسابيع أسبوعان أسبوعين أسبوعي أسبوعيا أسبوعية
        month months monthly شهر شهرا أشهر شهور شهران شهرين شهري شهريا شهرية
        year years yearly annual annually سنة سنوات سنين سنتان سنتين عام عاما أعوام عامان عامين سنوي سنويا
        century centuries قرن قرون
    """,
    "length": """
        millimetre millimetres mm مليمتر مليمترا مليمترات ملليمتر ملليمترات
        centimetre centimetres cm سنتيمتر سنتيمترا سنتيمترات سنتمتر سنتمترا سنتمترات سم
        metre metres meter meters m متر مترا أمتار
        kilometre kilometres kilometer kilometers km كيلومتر كيلومترا كيلومترات كيلومترين كم
        mile miles ميل ميلا أميال
        foot feet قدم قدما أقدام
        inch inches بوصة بوصات
        yard yards ياردة ياردات
    """,
    "area": """
        hectare hectares هكتار هكتارا هكتارات
        acre acres فدان فدانا
        dunam dunams دونم دونما دونمات
    """,
    "mass": """
        milligram milligrams mg مليغرام مليغراما مليغرامات ملغ
        gram grams g غرام غراما غرامات جرام جراما جرامات
        kilogram kilograms kg كيلوغرام كيلوغراما كيلوغرامات كيلوجرام كيلوجراما كيلو كغ
        ton tons tonne tonnes طن طنا أطنان
    """,
    "energy": """
        watt watts kilowatt kilowatts kw واط وات كيلوواط كيلووات
        megawatt megawatts mw ميغاواط ميجاواط
        kwh mwh gwh
        joule joules جول
    """,
    "volume": """
        millilitre millilitres ml مليلتر مليلترا مليلترات
        litre litres liter liters لتر لترا لترات ليتر ليترا ليترات
        gallon gallons غالون غالونا غالونات
        barrel barrels برميل براميل
    """,
}
_UNIT_OF: Final[Mapping[str, tuple[str, int]]] = {
    normalise(word).text: (kind, number)
    for kind, rows in _UNITS.items()
    for number, row in enumerate(rows.splitlines())
    for word in row.split()
}


@lru_cache(maxsize=1 << 12)
def unit(word: str) -> tuple[str, int] | None:
    """The kind of a unit of measure or money, and which of that kind; None if a word isn't one."""
    forms = (word, *(rest for _, rest in proclitic_splits(word)))
    return next((_UNIT_OF[form] for form in forms if form in _UNIT_OF), None)
