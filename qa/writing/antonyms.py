"""Words that say the opposite of each other, in both languages."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from index.text.analyzer import words
from index.text.arabic import is_arabic, without_proclitics

# Axes, with an empty line between: what says the one | what says the other. Words that say no ("refused")
# are negations, and those that say the same from the other side ("bought from", "sold to") no opposites.
_AXES: Final = """
rise rises rising rose risen increase increases increased grow grew grown raise raised gain gained climb
climbed expand expanded fivefold tripled doubled ارتفع ارتفعت ارتفاع يرتفع زاد زادت ازداد ازدادت يزيد
زيادة نما نمت نمو رفع رفعت يرفع تضاعف تضاعفت اتسع توسع | fall falls fell fallen decrease decreases
decreased decline declines declined drop dropped shrink shrank shrunk lowered lowers reduce reduced
reduces reduction cut cuts sank dwindled انخفض انخفضت انخفاض ينخفض تراجع تراجعت نقص نقصت خفض خفضت تخفيض
يخفض هبط هبطت هبوط تقلص تقلصت تقليص قلص قلصت

support supports supported favour favours favoured endorse endorsed back backed أيد أيدت يؤيد تأييد دعم
دعمت يدعم | oppose opposes opposed opposition object objects objected objection against عارض عارضت يعارض
معارضة اعترض اعترضت

open opens opened reopened opening فتح فتحت افتتح افتتحت مفتوح مفتوحة يفتح | close closes closed closing
shut shuts أغلق أغلقت مغلق مغلقة إغلاق يغلق أقفل

include includes included including شمل شملت يشمل تشمل مشمول مشمولة | exclude excludes excluded excluding
استثنى استثنت يستثني مستثنى مستثناة استبعد استبعدت يستبعد

warm warmer hot heat حار حارا حارة دافئ دافئا دافئة ساخن | cold colder cool cooler بارد باردا باردة برد

survive survives survived survivor alive نجا نجت ينجو ينج تنج ناج | die dies died dead death killed kill
deadly perished مات ماتت توفي توفيت وفاة قتل قتلت هلك

begin begins began begun start starts started commence launched بدأ بدأت يبدأ انطلق انطلقت ينطلق بداية |
end ends ended finish finished cease ceased conclude concluded stopped انتهى انتهت ينتهي نهاية توقف توقفت
اختتم

early earlier earliest مبكر مبكرا مبكرة | late later latest delayed متأخر متأخرا متأخرة

like likes liked love loved loves أحب أحبت يحب | dislike dislikes disliked hate hated hates كره كرهت يكره

praise praised praises commended welcomed أشاد أشادت مدح مدحت رحب رحبت | criticise criticised criticize
criticized condemned blamed انتقد انتقدت أدان أدانت لام

free gratis مجاني مجانا مجانية | paid payable مدفوع مدفوعة

guilty convicted مذنب أدين | innocent acquitted بريء برئ

attend attended attends present حضر حضرت يحضر حاضر | missed غاب غابت تغيب غائب

high higher highest عال عالية مرتفع مرتفعة | low lower lowest منخفض منخفضة

large larger largest big bigger biggest كبير كبيرة أكبر | small smaller smallest little صغير صغيرة أصغر

long longer longest طويل طويلة أطول | short shorter shortest قصير قصيرة أقصر

old older oldest قديم قديمة أقدم | new newer newest young younger جديد جديدة أحدث

rich wealthy غني غنية أغنياء أثرياء | poor فقير فقيرة فقراء

strong stronger قوي قوية أقوى | weak weaker ضعيف ضعيفة أضعف

fast faster quick quickly سريع سريعة أسرع | slow slower slowly بطيء بطيئة أبطأ

easy easier easily سهل سهلة أسهل | difficult hard harder صعب صعبة أصعب

dry drier جاف جافة | wet wetter رطب رطبة

full ممتلئ ممتلئة | empty فارغ فارغة

heavy heavier ثقيل ثقيلة أثقل | light lighter خفيف خفيفة أخف

import imports imported استورد استيراد واردات | export exports exported صدر تصدير صادرات

majority أغلبية غالبية | minority أقلية

arrive arrived arrives arrival وصل وصلت وصول | depart departed departs departure غادر غادرت مغادرة

appoint appointed appoints hired عين عينت تعيين | dismiss dismissed dismisses fired resigned أقال أقيل
عزل فصل استقال استقالت

build built builds constructed بنى بني شيد شيدت | demolish demolished demolishes destroyed هدم هدمت دمر
دمرت

add adds added addition أضاف أضافت يضيف إضافة | remove removes removed حذف حذفت أزال أزالت

remember remembered تذكر تذكرت | forget forgot forgotten نسي نسيت

war حرب | peace سلام سلم

day daytime نهار نهارا | night nighttime ليل ليلا

summer صيف صيفا | winter شتاء شتاء

satisfied راض راضون | dissatisfied unsatisfied ساخط

clean نظيف نظيفة | dirty polluted ملوث ملوثة

first أول أولى | last آخر أخير أخيرة

best أفضل | worst أسوأ

left يسار أيسر يسرى | right يمين أيمن يمنى

public عام عامة | private خاص خاصة

married متزوج تزوج تزوجت | divorced unmarried طلق طلقت مطلق أعزب

true صحيح صحيحة | false خاطئ خاطئة

safe آمن آمنة | dangerous unsafe خطر خطرة خطير

double doubled twice ضعف ضعفا | half halved نصف

join joined joins انضم انضمت | withdraw withdrew withdrawn انسحب انسحبت

employer employers صاحب | worker workers employee employees عامل عمال موظف موظفون

landlord landlady lessor مؤجر مؤجرة | tenant lessee مستأجر مستأجرة

seller vendor بائع بائعة | buyer purchaser مشتر مشترية

urban حضري حضرية | rural ريفي ريفية
"""


@lru_cache(maxsize=1)
def _sides() -> dict[str, frozenset[tuple[int, int]]]:
    """The axes of each word by its form: their numbers, and 1 or -1 for the side."""
    found: dict[str, set[tuple[int, int]]] = {}
    for number, axis in enumerate(_AXES.strip().split("\n\n")):
        for side, text in zip((1, -1), axis.split("|"), strict=True):
            for word in words(text):
                for form in _forms(word.term):
                    found.setdefault(form, set()).add((number, side))
    return {form: frozenset(sides) for form, sides in found.items()}


def _forms(word: str) -> frozenset[str]:
    """A word, and an Arabic one also without what is written before it."""
    return frozenset((word, without_proclitics(word))) if is_arabic(word[0]) else frozenset((word,))


@lru_cache(maxsize=1 << 12)
def sides(word: str) -> frozenset[tuple[int, int]]:
    """The axes that a normalised word stands on: the number of each, and 1 or -1 for its side."""
    return frozenset().union(*(_sides().get(form, frozenset()) for form in _forms(word)))


def are_opposite(word: str, other: str) -> bool:
    """Whether two normalised words say the opposite of each other, and not also the same."""
    here, there = sides(word), sides(other)
    return not here & there and any((axis, -side) in there for axis, side in here)
