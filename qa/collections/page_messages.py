"""Messages about web pages, shown through `qa.messages`."""

from __future__ import annotations

from typing import Final

from index.text.analyzer import Language

PAGE_MESSAGES: Final[dict[str, dict[Language, str]]] = {
    "add_web_page": {"ar": "إضافة صفحة ويب…", "en": "Add a web page…"},
    "web_address": {"ar": "عنوان الصفحة", "en": "Address of the page"},
    "web_page_leaves": {
        "ar": "يطلبها دليل الآن من موقعها، فيعرف الموقع عنوان هذا الجهاز على الشبكة. لا يُرسَل شيء غير ذلك، "
        "ولا تُطلب مرّة أخرى إلا إذا أردت.",
        "en": "Dalil asks its site for it now, which sees this machine's network address. Nothing else is "
        "sent, and it isn't asked for again until you say so.",
    },
    "fetch_web_page": {"ar": "إضافة", "en": "Add"},
    "refresh_web_page": {"ar": "جلب الصفحة من جديد", "en": "Fetch the page again"},
    "fetching": {"ar": "تُجلب الصفحة", "en": "Fetching the page"},
    # With citations of a web page and in lists.
    "as_of": {"ar": "كما كانت في {date}", "en": "as of {date}"},
    # What became of one.
    "web_page_added": {"ar": "أُضيفت الصفحة", "en": "The page was added"},
    "web_page_replaced": {
        "ar": "تغيّرت الصفحة فحلّت محلّ نسختها القديمة",
        "en": "The page has changed, and took its older version's place",
    },
    "web_page_unchanged": {"ar": "لم تتغيّر الصفحة", "en": "The page hasn't changed"},
    "web_page_not_added": {"ar": "لم تُضف الصفحة", "en": "The page wasn't added"},
    "web_page_not_renewed": {
        "ar": "تعذّر جلب الصفحة من جديد وبقيت نسختها القديمة",
        "en": "The page couldn't be fetched again. Its older version stays",
    },
    "web_pages_off": {
        "ar": "لا تُجلب صفحات الويب في هذه المحادثة. يسمح بها من يشغّلها.",
        "en": "No web pages are fetched in this chat. Whoever runs it may allow them.",
    },
    "web_pages_waiting": {
        "ar": "تنتظر صفحات كثيرة لك. أضف هذه بعد أن تُضاف.",
        "en": "Many of your pages are waiting already. Add this one when they are in.",
    },
    # Why one isn't added: keyed by index.errors.PageFault other than "content".
    "fetch_address": {
        "ar": "ليس هذا عنوان صفحة ويب. اكتب العنوان الذي يبدأ بما يلي: {scheme}",
        "en": "This isn't the address of a web page. Enter the one that begins with {scheme}",
    },
    "fetch_credentials": {
        "ar": "في العنوان اسم مستخدم أو كلمة سرّ. اكتبه بدونهما.",
        "en": "There is a user's name or a password in this address. Leave it out.",
    },
    "fetch_port": {
        "ar": "لا تُجلب الصفحات إلا من المنفذين 80 و443 لا من {detail}. احفظ الصفحة في ملف وأضفه.",
        "en": "Pages are only fetched from the ports 80 and 443 and not from {detail}. Save the page as a "
        "file and add that.",
    },
    "fetch_private": {
        "ar": "الموقع {detail} هو هذا الجهاز أو في شبكة خاصّة، ولا تُجلب منها صفحات. احفظ الصفحة في ملف وأضفه.",
        "en": "{detail} is this machine or in a private network, from which no pages are fetched. Save the "
        "page as a file and add that.",
    },
    "fetch_unresolved": {
        "ar": "لا يوجد موقع باسم {detail}. تحقّق من العنوان ومن الاتصال.",
        "en": "There is no site {detail}. Check the address and the connection.",
    },
    "fetch_unreachable": {
        "ar": "لا يردّ الموقع {detail}. أعد المحاولة لاحقاً.",
        "en": "The site {detail} doesn't answer. Try again later.",
    },
    "fetch_certificate": {
        "ar": "لم يثبت الموقع {detail} هويّته، فشهادته غير صالحة.",
        "en": "The site {detail} can't prove who it is. Its certificate isn't valid.",
    },
    "fetch_redirects": {
        "ar": "تحيل الصفحة إلى غيرها مرّات كثيرة أو إلى عنوان بلا تعمية. اكتب العنوان الذي "
        "يظهر في المتصفّح بعدها.",
        "en": "It leads on too often or to an address without encryption. Enter the one that a browser shows "
        "in the end.",
    },
    "fetch_status": {
        "ar": "يردّ الموقع بالخطأ {detail}. أعد المحاولة لاحقاً.",
        "en": "The site answers with the error {detail}. Try again later.",
    },
    "fetch_login": {
        "ar": "لا يعطي الموقع هذه الصفحة إلا لمن يعرفه (الخطأ {detail}). احفظها في ملف وأضفه.",
        "en": "The site gives this page only to those it knows (error {detail}). Save it as a file and add "
        "that.",
    },
    "fetch_gone": {
        "ar": "لا صفحة في هذا العنوان (الخطأ {detail}).",
        "en": "There is no page at this address (error {detail}).",
    },
    "fetch_too_large": {
        "ar": "الصفحة أكبر من {detail} ميغابايت. احفظها في ملف وأضفه.",
        "en": "The page has more than {detail} MB. Save it as a file and add that.",
    },
    "fetch_too_slow": {
        "ar": "لم تصل الصفحة في {detail} ثانية. أعد المحاولة لاحقاً.",
        "en": "The page didn't come within {detail} seconds. Try again later.",
    },
    "fetch_type": {
        "ar": "ما في هذا العنوان من النوع {detail} الذي لا يُقرأ.",
        "en": "What is at this address is of the type {detail}. It isn't read.",
    },
    "fetch_broken": {
        "ar": "انقطع جواب الموقع أو لم يُفهم. أعد المحاولة لاحقاً.",
        "en": "The site's answer broke off or can't be read. Try again later.",
    },
    # Of a page that came: keyed by index.errors.FileFault; of the others what is said of files holds.
    "fetch_file_empty": {
        "ar": "لا كلمات في الصفحة. لعلّ متصفّحاً يكتبها بعد أن تُفتح. احفظها منه في ملف وأضفه.",
        "en": "The page has no words in it. Perhaps a browser writes them when it is opened. Save it from "
        "there as a file and add that.",
    },
    "fetch_file_encoding": {
        "ar": "ترميز الصفحة غير معروف. احفظها في ملف بترميز {encoding} وأضفه.",
        "en": "The encoding of the page isn't known. Save it as a file in {encoding} and add that.",
    },
    "fetch_file_other_type": {
        "ar": "محتوى الصفحة من نوع غير الذي يقوله الموقع. احفظها في ملف وأضفه.",
        "en": "The page is of another type than its site says. Save it as a file and add that.",
    },
    "fetch_file_too_slow": {
        "ar": "تحتاج قراءة الصفحة إلى وقت أو ذاكرة أكثر ممّا ينبغي. احفظ نصّها وحده وأضفه.",
        "en": "Reading the page takes too much time or memory. Save its text alone as a file and add that.",
    },
    "fetch_file_unreadable": {
        "ar": "تعذّرت قراءة الصفحة. أضفها من جديد.",
        "en": "The page could not be read. Add it again.",
    },
}
