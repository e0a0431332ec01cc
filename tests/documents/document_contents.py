"""The words of the test documents, all invented: twelve documents of six types, six in each language."""

from __future__ import annotations

from document_elements import (
    Definitions,
    Fields,
    Heading,
    Items,
    Paragraph,
    Source,
    Table,
    TextBox,
)

H, P = Heading, Paragraph

WATER_LAW = Source(
    "water-law.txt",
    "ar",
    "نظام توزيع مياه الأفلاج في ولاية وادي السدر",
    elements=(
        P("صدر في ديوان الولاية يوم الخميس 1 تشرين الأول 2020."),
        H(1, "الباب الأول: أحكام عامة"),
        H(2, "المادة 1"),
        P("يُقصد بالكلمات الآتية في هذا النظام المعاني المبيّنة أمام كلّ منها:"),
        Items(
            (
                "الفلج: قناة تجري فيها المياه الجوفية إلى الحقول بقوّة الانحدار.",
                "العريف: من يتولّى تقسيم الماء بين المنتفعين ويحفظ سجلّ الحصص.",
                "الأثر: حصّة من الماء مدّتها نصف ساعة.",
            )
        ),
        H(2, "المادة 2"),
        P("تسري أحكام هذا النظام على الأفلاج العامة كلّها، ولا تسري على الآبار الخاصة."),
        H(1, "الباب الثاني: توزيع الحصص"),
        H(2, "المادة 3"),
        P("يُدار الماء بين المنتفعين في دورة مدّتها ثمانية أيام، وتبدأ الدورة عند شروق الشمس."),
        H(2, "المادة 4"),
        P("تُباع الحصص الزائدة عن الحاجة بالمزاد العلني بعد عصر كلّ ثلاثاء في ساحة السوق."),
        H(2, "المادة 5"),
        P("لا يجوز نقل الحصّة من حقل إلى حقل آخر إلّا بموافقة مكتوبة من العريف."),
        H(1, "الباب الثالث: الصيانة"),
        H(2, "المادة 6"),
        P("يُنظَّف الفلج مرّتين في السنة، الأولى في آذار والثانية في تشرين الثاني."),
        H(2, "المادة 7"),
        P("يتحمّل صندوق الفلج ثلثي نفقات الصيانة، ويتحمّل المنتفعون الثلث الباقي بقدر حصصهم."),
        H(1, "الباب الرابع: العقوبات"),
        H(2, "المادة 8"),
        P("يُعاقَب من فتح بوّابة الفلج بغير إذن بغرامة قدرها 40 ريالاً، وتُضاعَف الغرامة عند التكرار."),
        H(2, "المادة 9"),
        P("من لوّث مجرى الفلج حُرم من حصّته مدّة شهر، وعليه نفقة التنظيف."),
        H(2, "المادة 10"),
        P("يُعمل بهذا النظام بعد تسعين يوماً من تاريخ نشره في الجريدة الرسمية."),
    ),
)

INSPECTIONS = Source(
    "inspections.txt",
    "en",
    "Pressure gauges: inspection forms of the Hartwell dye works",
    elements=tuple(
        element
        for serial, location, inspector, day, result, following, remark in (
            ("PG-201", "Boiler room", "Lena Ashdown", "4 May 2023", "passed", "January 2024", "None."),
            (
                "PG-202",
                "Pump house",
                "Idris Calloway",
                "5 May 2023",
                "failed",
                "June 2023",
                "The needle sticks above 6 bar.",
            ),
            ("PG-203", "Cooling tower", "Lena Ashdown", "9 May 2023", "passed", "March 2024", "None."),
            (
                "PG-204",
                "Loading dock",
                "Maya Trent",
                "10 May 2023",
                "passed",
                "April 2024",
                "The glass is scratched but can be read.",
            ),
            (
                "PG-205",
                "Roof",
                "Idris Calloway",
                "11 May 2023",
                "failed",
                "July 2023",
                "The lower seal leaks.",
            ),
            ("PG-206", "Workshop", "Maya Trent", "12 May 2023", "passed", "August 2024", "None."),
            (
                "PG-207",
                "Compressor hall",
                "Lena Ashdown",
                "15 May 2023",
                "failed",
                "September 2023",
                "The dial has faded and must be replaced.",
            ),
            ("PG-208", "Test bench", "Idris Calloway", "16 May 2023", "passed", "October 2024", "None."),
        )
        for element in (
            H(1, f"Inspection form {serial}"),
            Fields(
                (
                    ("Device", "pressure gauge"),
                    ("Serial number", serial),
                    ("Location", location),
                    ("Inspected by", inspector),
                    ("Date of inspection", day),
                    ("Result", result),
                    ("Next inspection", following),
                    ("Remarks", remark),
                )
            ),
        )
    ),
)

TRIP = Source(
    "trip.md",
    "en",
    "Three Days in Wadi Tarfa",
    author="Salma Rennick",
    date="2022-11-19",
    elements=(
        H(1, "Three Days in Wadi Tarfa"),
        P(
            "This report covers the survey that the Ridge Society carried out from 12 to 14 November 2022. "
            "Five members took part, and two drivers from the village of Umm Sanad."
        ),
        H(2, "Saturday, 12 November"),
        P(
            "We left the road at kilometre 84 and reached the first pool shortly before noon. The water was "
            "41 cm deep, the lowest level since records began."
        ),
        P("In the evening the second car lost a spring leaf, which Hamdan replaced by torchlight."),
        H(2, "Sunday, 13 November"),
        P(
            "Camera no. 7 had recorded a single caracal at 03:12 in the morning.[^1] The other cameras had "
            "recorded nothing but goats and foxes."
        ),
        P('"The goats come up from the coast," our guide said. "They have eaten the young acacias."'),
        H(2, "Monday, 14 November"),
        P("Fog kept us in camp until ten. We collected the cameras and drove back by the northern track."),
        H(2, "What we counted"),
        Table(
            ("Species", "Pool A", "Pool B", "Cliff"),
            (
                ("Rock hyrax", "14", "9", "31"),
                ("Tristram's starling", "22", "17", "6"),
                ("Sand partridge", "3", "0", "12"),
                ("Desert hedgehog", "1", "2", "0"),
            ),
        ),
        H(2, "Costs"),
        Table(
            ("Item", "Paid by", "Amount"),
            (
                ("Fuel", "the society", "62 dinars"),
                ("Camera batteries", "the university", "18 dinars"),
                ("Food", "the members", "45 dinars"),
            ),
        ),
        H(2, "Recommendations"),
        P("We recommend that the society:"),
        Items(
            (
                "fence the two acacia stands below Pool B;",
                "move camera no. 3 to the cliff path;",
                "repeat the survey in April.",
            )
        ),
    ),
    notes=("The time was set to Cairo time, one hour behind the local clock.",),
)

PRICES = Source(
    "prices.md",
    "ar",
    "أسعار مطبعة الريشة",
    author="قسم المبيعات",
    date="2024-01-08",
    elements=(
        H(1, "أسعار مطبعة الريشة"),
        P("الأسعار بالدينار، وتسري من أول شباط إلى آخر حزيران 2024."),
        H(2, "الطباعة"),
        Table(
            ("المطبوعة", "الورق", "الكمية", "السعر"),
            (
                ("بطاقات زيارة", "مقوّى 300 غ", "500", "18"),
                ("منشورات دعائية", "لمّاع 130 غ", "1000", "65"),
                ("ملصقات جدارية", "لمّاع 170 غ", "100", "90"),
                ("تقويم مكتبي", "مقوّى 250 غ", "200", "240"),
                ("دفاتر إيصالات", "كربوني", "50", "75"),
            ),
        ),
        H(2, "التجليد"),
        Table(
            ("النوع", "حتى 200 صفحة", "أكثر من 200 صفحة"),
            (
                ("تجليد حلزوني", "2", "3"),
                ("تجليد حراري", "4", "6"),
                ("تجليد جلدي", "15", "22"),
            ),
        ),
        H(2, "التوصيل"),
        H(3, "داخل المدينة"),
        P("التوصيل مجاني للطلبات التي تزيد على 50 ديناراً، وأجرته ديناران لما دونها."),
        H(3, "المحافظات الأخرى"),
        P("أجرة التوصيل خمسة دنانير، ويصل الطلب في ثلاثة أيام عمل."),
        H(2, "شروط الطلب"),
        Items(
            (
                "يُدفع نصف الثمن مقدّماً عند تأكيد الطلب.",
                "تُسلَّم التصاميم بصيغة PDF وبدقّة 300 نقطة في البوصة.",
                "لا تُردّ المطبوعات بعد اعتماد النموذج.",
            ),
            ordered=True,
        ),
    ),
)

LECTURE = Source(
    "lecture.html",
    "ar",
    "مدخل إلى تاريخ الخرائط",
    author="هالة السنجاري",
    date="2021-03-15",
    elements=(
        H(1, "مدخل إلى تاريخ الخرائط"),
        P("هذه المحاضرة الثانية من مساق تاريخ العلوم، وقد أُلقيت على طلبة السنة الأولى."),
        H(2, "ما الخريطة؟"),
        P("الخريطة رسم مصغَّر لسطح الأرض أو لجزء منه، يبيّن مواضع الأشياء وما بينها من مسافات."),
        P("ولا تخلو خريطة من اختيار: ما يُرسم وما يُترك."),
        H(2, "مصطلحات"),
        Definitions(
            (
                ("مقياس الرسم", "نسبة الطول على الخريطة إلى الطول على الأرض."),
                ("وردة الرياح", "شكل نجمي تُبيَّن به الجهات على الخريطة."),
                ("الإسقاط", "طريقة لنقل سطح الكرة إلى سطح مستوٍ."),
            )
        ),
        H(2, "مراحل رسم الخريطة قديماً"),
        P("كان الرسّام يعمل في أربع مراحل:"),
        Items(
            (
                "جمع أخبار المسافرين والبحّارة.",
                "رسم شبكة من خطوط الرياح على الرقّ.",
                "رسم السواحل ثم كتابة أسماء المرافئ.",
                "تلوين الجبال والأنهار.",
            ),
            ordered=True,
        ),
        H(2, "ورشة مرسى الياسمين"),
        P(
            "اشتهرت في القرن السادس عشر ورشة مرسى الياسمين، وقد أسّسها الملّاح سليم الطبرقي سنة 1538. "
            "وكان يعمل فيها أحد عشر رسّاماً، ولم يبق من خرائطها سوى ستّ."
        ),
        P("قال الطبرقي في وصيّته: «لا ترسموا ساحلاً لم تسمعوا خبره من اثنين.»"),
        H(2, "خرائط الورشة الباقية"),
        Table(
            ("الخريطة", "السنة", "مكان الحفظ"),
            (
                ("خريطة الخليج الكبير", "1541", "متحف الثغر"),
                ("خريطة الجزر السبع", "1547", "مكتبة دار النخيل"),
                ("خريطة طريق الملح", "1552", "مجموعة آل رضوان"),
            ),
        ),
        H(2, "للقراءة"),
        P("انظر الفصل الرابع من الكتاب المقرّر، ويُسلَّم التقرير قبل الأحد 28 آذار."),
    ),
)

HANDBOOK = Source(
    "handbook.html",
    "en",
    "Staff Handbook of the Brightmoor Library Trust",
    author="Personnel Office",
    date="2023-09-01",
    elements=(
        H(1, "Staff Handbook of the Brightmoor Library Trust"),
        P("This handbook applies to everyone who is employed by the trust in its five branches."),
        H(2, "Working hours"),
        P("Full-time staff work 36 hours a week. The core hours are from 10 a.m. to 3 p.m."),
        H(2, "Leave"),
        H(3, "Annual leave"),
        P("Staff have 27 days of paid leave a year. Up to five days may be carried over until 31 March."),
        H(3, "Paternity leave"),
        P("Fathers have four weeks of paid leave, to be taken within six months of the birth."),
        H(3, "Sick leave"),
        P("A doctor's certificate is needed from the fourth day of absence."),
        H(2, "Expenses"),
        P("Claims are sent to the finance desk by the tenth of the following month."),
        Table(
            ("Expense", "Limit", "Receipt needed"),
            (
                ("Overnight stay", "£95", "yes"),
                ("Evening meal", "£24", "yes"),
                ("Own car, per mile", "45p", "no"),
                ("Conference fee", "£310", "yes"),
            ),
            caption="Table 1. What the trust pays on journeys",
        ),
        H(2, "Branches"),
        Table(
            ("Branch", "Manager", "Telephone"),
            (
                ("Harbour Street", "Odette Marlow", "555 0142"),
                ("Mill Lane", "Tomas Reyes", "555 0187"),
                ("Northgate", "Priya Sandhu", "555 0119"),
            ),
        ),
        H(2, "Conduct"),
        Items(
            (
                "Name badges are worn at the desk.",
                "Gifts worth more than £20 are declined or entered in the gift book.",
                "Readers' borrowing records are never shown to third parties.",
            )
        ),
        H(2, "Complaints"),
        P("A complaint is made in writing to the line manager, who replies within ten working days."),
    ),
)

BYLAWS = Source(
    "bylaws.docx",
    "ar",
    "النظام الأساسي لجمعية أصدقاء المخطوطات",
    author="لجنة الصياغة",
    date="2018-05-06",
    header="جمعية أصدقاء المخطوطات — سجلّ رقم 3318/ج",
    footer="نسخة معتمدة للأعضاء",
    elements=(
        P("أقرّته الهيئة العامة في جلستها المنعقدة في 6 أيار 2018."),
        H(1, "التأسيس والأهداف"),
        H(2, "الاسم والمقرّ"),
        Paragraph("تُسمّى الجمعية «جمعية أصدقاء المخطوطات»، ومقرّها مدينة الرافقة.", article=True),
        Paragraph("يجوز للجمعية أن تفتح فروعاً في المدن الأخرى بقرار من مجلس الإدارة.", article=True),
        H(2, "الأهداف"),
        Paragraph("تهدف الجمعية إلى:", article=True),
        Items(
            (
                "فهرسة المخطوطات الخاصة وتصويرها.",
                "تدريب المرمّمين الشباب.",
                "إصدار مجلّة نصف سنوية.",
            )
        ),
        H(1, "العضوية"),
        H(2, "شروط العضوية"),
        Paragraph("يُشترط في العضو العامل أن يكون قد أتمّ الحادية والعشرين وأن يزكّيه عضوان.", article=True),
        Paragraph(
            "رسم الانتساب عشرون ديناراً، والاشتراك السنوي اثنا عشر ديناراً.[^1]",
            article=True,
        ),
        H(2, "انتهاء العضوية"),
        Paragraph("تسقط عضوية من تأخّر عن دفع الاشتراك سنتين متتاليتين.", article=True),
        H(1, "مجلس الإدارة"),
        H(2, "الانتخاب"),
        Paragraph("يتألّف المجلس من تسعة أعضاء تنتخبهم الهيئة العامة بالاقتراع السرّي.", article=True),
        Paragraph("مدّة المجلس ثلاث سنوات، ولا يُنتخب العضو لأكثر من دورتين.", article=True),
        H(2, "الاجتماعات"),
        Paragraph("يجتمع المجلس مرّة في الشهر، ولا يصحّ اجتماعه إلّا بحضور ستّة من أعضائه.", article=True),
        H(1, "الفروع"),
        Table(
            ("الفرع", "سنة الافتتاح", "عدد الأعضاء", "أمين الفرع"),
            (
                ("الرافقة", "2018", "212", "سعاد البزّاز"),
                ("تل الورد", "2019", "87", "ماهر العطّار"),
                ("عين الحور", "2021", "54", "ريم القصّاب"),
                ("جسر الشمال", "2022", "39", "باسل النجّار"),
            ),
        ),
        H(1, "الحلّ"),
        Paragraph(
            "تُحلّ الجمعية بقرار من ثلاثة أرباع الهيئة العامة، وتؤول أموالها إلى مكتبة المدينة.",
            article=True,
        ),
    ),
    notes=("يُعفى الطلبة من رسم الانتساب ويدفعون نصف الاشتراك.",),
)

MINUTES = Source(
    "minutes.docx",
    "en",
    "Minutes of the Committee of the Fenwick Allotment Society",
    author="Joan Pettifer",
    date="2024-02-21",
    header="Fenwick Allotment Society, ref. FAS/24/02",
    footer="Draft until confirmed",
    elements=(
        P("Held in the church hall on Wednesday, 21 February 2024. The chair was taken by Gordon Appleyard."),
        H(1, "Present"),
        Table(
            ("Name", "Office", "Plot"),
            (
                ("Gordon Appleyard", "chair", "12"),
                ("Joan Pettifer", "secretary", "3"),
                ("Wilf Okafor", "treasurer", "27"),
                ("Bridget Lyle", "member", "19"),
            ),
        ),
        P("Apologies were received from Desmond Hale, who was in hospital."),
        H(1, "Treasurer's report"),
        P(
            "The balance stood at £1,846.20 on 31 January. The largest payment was £390 for the new water "
            "tank.[^1]"
        ),
        H(1, "Water supply"),
        P(
            "The standpipe at the east gate froze twice in January. It was agreed to wrap it before next "
            "winter."
        ),
        H(1, "Vacant plots"),
        P("Three plots are vacant. The waiting list has 31 names; nobody has joined it since December."),
        H(1, "Decisions"),
        P("The committee decided:"),
        Items(
            (
                "to raise the yearly rent from £38 to £42;",
                "to hold the plant sale on 11 May;",
                "to forbid bonfires between April and September.",
            ),
            ordered=True,
        ),
        H(1, "Actions"),
        Table(
            ("Action", "Who", "By"),
            (
                ("Order insulation for the standpipe", "Wilf Okafor", "15 March"),
                ("Write to the council about the hedge", "Joan Pettifer", "1 March"),
                ("Repair the lock of the tool shed", "Bridget Lyle", "8 March"),
            ),
        ),
        TextBox("Next meeting: Wednesday, 20 March, at half past seven in the pavilion."),
    ),
    notes=("A grant from the parish will cover half of it.",),
)

LEASE = Source(
    "lease.pdf",
    "en",
    "Lease of Workshop 6, Tannery Yard",
    author="Crale & Dunmore Solicitors",
    elements=(
        H(1, "Lease of Workshop 6, Tannery Yard"),
        P("Dated 3 June 2022. Between Alder Estates Ltd (the landlord) and Marguerite Fonseca (the tenant)."),
        H(2, "1. Term"),
        P("The lease runs for five years from 1 July 2022."),
        H(2, "2. Rent"),
        P("The rent is payable in advance on the first day of each quarter."),
        Table(
            ("Year", "Rent per quarter"),
            (
                ("First", "£2,150"),
                ("Second", "£2,150"),
                ("Third", "£2,280"),
                ("Fourth and fifth", "£2,410"),
            ),
        ),
        P("Interest of 4 per cent a year is charged on rent that is more than 14 days late."),
        H(2, "3. Deposit"),
        P("The tenant pays a deposit of £3,000, which is returned within 30 days of the end of the lease."),
        H(2, "4. Use"),
        P("The workshop may be used for bookbinding and for teaching it, and for no other purpose."),
        P("The tenant shall not:"),
        Items(
            (
                "keep animals in the workshop;",
                "store more than 20 litres of solvent;",
                "work with machines after 9 p.m.",
            )
        ),
        H(2, "5. Repairs"),
        P(
            "The landlord repairs the roof and the outer walls. The tenant repairs the inside and the "
            "windows."
        ),
        H(2, "6. Ending the lease"),
        H(3, "6.1 By the tenant"),
        P("The tenant may end the lease after the second year with six months' written notice."),
        H(3, "6.2 By the landlord"),
        P("The landlord may end the lease if the rent has not been paid for 60 days."),
        H(2, "7. Subletting"),
        P("One bench may be sublet with the landlord's consent. The whole workshop may not."),
    ),
)

LEAFLET = Source(
    "leaflet.pdf",
    "ar",
    "نشرة المريض: سوادين 20 ملغ أقراص",
    author="مختبرات الندى",
    elements=(
        H(1, "نشرة المريض: سوادين 20 ملغ أقراص"),
        P("اقرأ هذه النشرة قبل أن تبدأ بتناول الدواء، واحتفظ بها فقد تحتاج إليها."),
        H(2, "ما هو سوادين؟"),
        P("سوادين دواء يخفّف حموضة المعدة ويُعالج به التهاب المريء."),
        H(2, "قبل تناول الدواء"),
        H(3, "لا تتناول سوادين"),
        Items(
            (
                "إذا كانت لديك حساسية من مادّة السوادول.",
                "إذا كنت مصاباً بقصور شديد في الكبد.",
            )
        ),
        H(3, "الحمل والرضاعة"),
        P("لا يُنصح بتناول الدواء في الأشهر الثلاثة الأولى من الحمل."),
        H(3, "القيادة"),
        P("قد يسبّب الدواء دواراً خفيفاً في اليوم الأول، فلا تقد السيارة قبل أن تعرف أثره فيك."),
        H(2, "الجرعة"),
        Table(
            ("العمر", "الجرعة", "عدد المرّات"),
            (
                ("من 6 إلى 11 سنة", "نصف قرص", "مرّة في اليوم"),
                ("من 12 إلى 64 سنة", "قرص واحد", "مرّتان في اليوم"),
                ("65 سنة فأكثر", "قرص واحد", "مرّة كلّ يومين"),
            ),
        ),
        P("يُبتلع القرص كاملاً مع كوب من الماء قبل الطعام بنصف ساعة."),
        P("إذا نسيت جرعة فلا تضاعف الجرعة التالية."),
        H(2, "الآثار الجانبية المحتملة"),
        P("قد تظهر لدى بعض المرضى الآثار الآتية:"),
        Items(("صداع؛", "جفاف في الفم؛", "طفح جلدي يزول بعد أيام.")),
        H(2, "حفظ الدواء"),
        P("يُحفظ في درجة حرارة لا تزيد على 25 مئوية، بعيداً عن متناول الأطفال."),
    ),
)

NOVEL = Source(
    "novel.epub",
    "ar",
    "بيت على كتف الوادي",
    author="نوال الكرخي",
    date="2009",
    elements=(
        H(1, "الفصل الأول: الساعة الواقفة"),
        P(
            "وقفت ساعة البهو عند الرابعة وعشر دقائق يوم رحل الجدّ، ولم يجرؤ أحد على أن يديرها من بعده. وكانت "
            "خديجة تمسح زجاجها كلّ جمعة ثم تعيد عليها الغطاء الأخضر."
        ),
        P("«من يوقظ الساعة يوقظ صاحبها»، كانت العمّة رتيبة تقول. وكان الصغار يصدّقونها."),
        P("أمّا يونس فقد كان يعدّ الدقائق في سرّه، لأنه أراد أن يصير ساعاتياً كجدّه."),
        H(1, "الفصل الثاني: رسالة من الميناء"),
        P("جاءت الرسالة مع بائع الملح في صباح ماطر، وعليها خاتم شركة الملاحة."),
        P("وكتب فيها عمران:"),
        P(
            "«وصلت إلى الميناء ليلة الأحد، ووجدت عملاً في مخزن الحبال. أجري سبعة قروش في اليوم، وأنام فوق "
            "السطح مع ثلاثة بحّارة من الجنوب. لا تبيعوا الفرس.»"
        ),
        P("قرأت خديجة الرسالة مرّتين، ثم خبّأتها في علبة الشاي."),
        H(1, "الفصل الثالث: السيل"),
        P("نزل السيل في الليلة الثالثة من تشرين فجرف الجسر الخشبي وطاحونة أبي شاهين."),
        P("لجأ أهل الحارة السفلى إلى المدرسة، وكانوا اثنتين وأربعين أسرة، وبقوا فيها تسعة أيام."),
        P("وأنقذ يونس الفرس، إذ فكّ رباطها قبل أن يبلغ الماء الإسطبل بقليل."),
        H(1, "الفصل الرابع: البيع"),
        P("باع الأب بستان الرمّان للتاجر فاضل بتسعين ليرة ذهبية ليبني الجسر من حجر."),
        P("ولم يعلم عمران بالأمر إلّا بعد سنة، فعاد ومعه ثمن البستان مضاعفاً، غير أنّ فاضلاً أبى أن يبيع."),
        P("عندئذ أدار يونس الساعة لأول مرّة، فدقّت خمس دقّات."),
    ),
)

LIGHTHOUSES = Source(
    "lighthouses.epub",
    "en",
    "The Lights of Qamar Bay",
    author="Edmund Farleigh",
    date="1998",
    elements=(
        H(1, "Preface"),
        P("This book began in the archive of the harbour office, where I was looking for something else."),
        H(1, "Chapter 1. Before the Lights"),
        P(
            "For centuries pilots steered by the white dome on the headland and by the smell of the "
            "tanneries. Between 1790 and 1810 no fewer than 46 ships were lost on the Anvil reef."
        ),
        H(1, "Chapter 2. The Builders"),
        H(2, "The first tower"),
        P(
            "The first tower was the work of the engineer Adelaide Brandt, who finished it in 1823. It was "
            "built of basalt, since the limestone of the bay crumbles in salt air.[^1]"
        ),
        H(2, "The iron tower"),
        P(
            "The iron tower came in crates from a foundry abroad and was bolted together in eleven weeks. "
            "Sailors called it the Birdcage."
        ),
        H(1, "Chapter 3. The Keepers"),
        P(
            "A keeper had a house, a vegetable plot and 30 sacks of coal a year, but no pension until "
            "1887.[^2]"
        ),
        P(
            "Old Barnaby kept the Anvil light for 38 years. He is remembered for the fog of 1879, when he "
            "rang the bell by hand for two nights because its clockwork had jammed."
        ),
        P(
            '"I counted the strokes so as not to fall asleep," he told the inspector. '
            '"At eleven thousand I stopped counting."'
        ),
        H(1, "Chapter 4. The Lights Today"),
        Table(
            ("Lighthouse", "Lit", "Height", "Flashes"),
            (
                ("Anvil", "1823", "31 m", "two every 10 seconds"),
                ("Birdcage", "1861", "24 m", "one every 5 seconds"),
                ("Saint Elmo Point", "1904", "18 m", "four every 20 seconds"),
                ("Customs Mole", "1932", "9 m", "fixed red"),
            ),
        ),
        P(
            "The last keeper left in 1984. Since then the lights have been watched from a room in the "
            "harbour office."
        ),
    ),
    notes=(
        "The basalt came from the quarry at Jebel Sawda, 60 miles inland.",
        "The pension was two fifths of the last wage.",
    ),
)

SOURCES = (
    WATER_LAW,
    INSPECTIONS,
    TRIP,
    PRICES,
    LECTURE,
    HANDBOOK,
    BYLAWS,
    MINUTES,
    LEASE,
    LEAFLET,
    NOVEL,
    LIGHTHOUSES,
)
