"""Messages of Dalil's answers and chat, in Arabic and English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from index.errors import InvalidScope
from index.scope import Scope
from index.text.analyzer import Language
from qa.collections.messages import COLLECTION_MESSAGES
from qa.punctuation import COMMA, in_quotation_marks
from qa.types import LIKELY, Written

_MESSAGES: Final[dict[str, dict[Language, str]]] = COLLECTION_MESSAGES | {
    # Not that the texts don't answer: of the questions that they do answer, a few in a hundred are refused.
    "not_found": {
        "ar": "لم يُعثر في النصوص على جواب.",
        "en": "No answer was found in the texts.",
    },
    "not_found_within": {
        "ar": "لم يُعثر على جواب في نطاق السؤال: {within}.",
        "en": "No answer was found within what was asked: {within}.",
    },
    # The scope of a question, keyed by the keys of index.Scope.
    "within": {"ar": "نطاق السؤال", "en": "Asking within"},
    "asked_within": {"ar": "نطاق السؤال:", "en": "Asked within:"},
    "within_document": {"ar": "الوثيقة «{value}»", "en": "document “{value}”"},
    "within_folder": {"ar": "المجلّد «{value}»", "en": "folder “{value}”"},
    "within_type": {"ar": "النوع {value}", "en": "type {value}"},
    "within_tag": {"ar": "الوسم «{value}»", "en": "tag “{value}”"},
    "within_after": {"ar": "من {value} فصاعداً", "en": "from {value} on"},
    "within_before": {"ar": "قبل {value}", "en": "before {value}"},
    "narrow": {"ar": "حدّد نطاق السؤال", "en": "Ask within…"},
    "ask_within_this": {"ar": "اسأل في هذه الوثيقة وحدها", "en": "Ask within this document"},
    "leave_scope": {"ar": "أزل من النطاق", "en": "Remove from the scope"},
    "ask_everything": {"ar": "اسأل المجموعة كلّها", "en": "Ask the whole collection"},
    "scope_documents": {"ar": "الوثائق", "en": "Documents"},
    "scope_folders": {"ar": "المجلّدات", "en": "Folders"},
    "scope_types": {"ar": "الأنواع", "en": "Types"},
    "scope_tags": {"ar": "الوسوم", "en": "Tags"},
    "scope_dates": {"ar": "تاريخ الوثيقة", "en": "Date of the document"},
    "scope_from": {"ar": "من", "en": "from"},
    "scope_to": {"ar": "قبل", "en": "before"},
    "scope_find": {"ar": "ابحث في الوثائق", "en": "Find a document"},
    # What is wrong with one, keyed by InvalidScope.reason.
    "scope_key": {
        "ar": "تعذّر فهم {name} في نطاق السؤال. اختره من القائمة فوق خانة السؤال.",
        "en": "The scope has {name}, which can't be read. Choose it in the menu over the question box.",
    },
    "scope_quote": {
        "ar": "في نطاق السؤال علامة اقتباس غير مغلقة: {name}.",
        "en": "The scope has a quotation mark without its other one: {name}.",
    },
    "scope_date": {
        "ar": "تعذّرت قراءة التاريخ {name}. اكتب سنة أو شهراً أو يوماً، مثل 2020 أو 2020-05-17.",
        "en": "The date {name} can't be read. Write a year, a month or a day, such as 2020 or 2020-05-17.",
    },
    "scope_document": {
        "ar": "لا وثيقة باسم {name} في المجموعة. أزلها من نطاق السؤال.",
        "en": "The collection has no document {name}. Remove it from the scope.",
    },
    "scope_folder": {
        "ar": "لا مجلّد باسم {name} في المجموعة. أزله من نطاق السؤال.",
        "en": "The collection has no folder {name}. Remove it from the scope.",
    },
    "scope_type": {
        "ar": "لا وثيقة من النوع {name} في المجموعة. أزله من نطاق السؤال.",
        "en": "The collection has no document of the type {name}. Remove it from the scope.",
    },
    "scope_tag": {
        "ar": "لا وثيقة لها الوسم {name} في المجموعة. أزله من نطاق السؤال.",
        "en": "No document of the collection has the tag {name}. Remove it from the scope.",
    },
    "scope_nothing": {
        "ar": "لا تقع أيّ وثيقة في المجموعة ضمن نطاق السؤال كلّه. أزل جزءاً منه.",
        "en": "No document of the collection is within all of the scope. Remove a part of it.",
    },
    # Numbers and identifiers of a question that no text has; {names} is one or several, in quotation marks.
    "missing": {
        "ar": "لا تذكر هذه النصوص {names}.",
        "en": "These texts don't mention {names}.",
    },
    # To courtesies, keyed by qa.answering.courtesy.Courtesy.
    "greeting": {
        "ar": "أهلاً بك. اسأل عمّا في نصوصك، ويُريك دليل الجملة التي تجيب.",
        "en": "Hello. Ask about what is in your texts, and Dalil shows you the sentence that answers.",
    },
    "thanks": {
        "ar": "على الرحب والسعة. اسأل متى شئت.",
        "en": "You're welcome. Ask whenever you like.",
    },
    "goodbye": {"ar": "مع السلامة.", "en": "Goodbye."},
    "nearest": {
        "ar": "أقرب ما فيها إلى السؤال:",
        "en": "The passages nearest to the question:",
    },
    "paragraph": {"ar": "الفقرة {number}", "en": "paragraph {number}"},
    "recognized": {
        "ar": "نصّ مستخرج من صورة، بنسبة ثقة {number}٪",
        "en": "text recognised from a picture, {number} % sure",
    },
    "page": {"ar": "الصفحة {number}", "en": "page {number}"},
    "two_pages": {"ar": "الصفحتان {number} و{last}", "en": "pages {number} and {last}"},
    "pages": {"ar": "الصفحات من {number} إلى {last}", "en": "pages {number} to {last}"},
    # Labels of quoted metadata.
    "title": {"ar": "العنوان", "en": "Title"},
    "author": {"ar": "المؤلف", "en": "Author"},
    "date": {"ar": "التاريخ", "en": "Date"},
    "certain": {"ar": "من المرجّح جدّاً أنّ الجواب في النصوص", "en": "Very likely answered in your texts"},
    "likely": {"ar": "الجواب في النصوص على الأرجح", "en": "Likely answered in your texts"},
    "possible": {
        "ar": "قد يكون الجواب في النصوص، وهذا أقرب ما فيها إليه",
        "en": "Perhaps answered in your texts: this comes nearest",
    },
    "unlikely": {
        "ar": "الأرجح أنّ النصوص لا تجيب، وهذا أقرب ما فيها",
        "en": "Probably not answered in your texts: this only comes nearest",
    },
    # Before the part of a quotation that is marked, for readers who listen.
    "answer_within": {"ar": "موضع الجواب:", "en": "The answer in it:"},
    # Keyed by InvalidQuestion.reason.
    "empty": {
        "ar": "اكتب سؤالاً بالعربية أو بالإنجليزية.",
        "en": "Type a question in Arabic or English.",
    },
    "no_words": {
        "ar": "لا كلمات في السؤال. اكتبه بالعربية أو بالإنجليزية.",
        "en": "The question has no words in it. Type it in Arabic or English.",
    },
    "too_long": {
        "ar": "السؤال طويل جدّاً. اختصره في جملة أو جملتين.",
        "en": "The question is too long. Shorten it to a sentence or two.",
    },
    "not_text": {
        "ar": "في السؤال محارف غير صالحة. احذفها أو اكتب السؤال من جديد.",
        "en": "The question has characters that aren't text. Remove them or type it again.",
    },
    "searching": {"ar": "يبحث دليل في النصوص…", "en": "Searching the texts…"},
    "failed": {
        "ar": "تعذّر البحث بسبب خلل في دليل، وتفاصيله في نافذة الأوامر التي شُغّل منها.",
        "en": "The search failed because of a fault in Dalil. The terminal that it runs in has the details.",
    },
    # And in the plural forms that Arabic has: see `_plural`.
    "too_many": {
        "ar": "طلبات كثيرة في وقت قصير. أعد المحاولة بعد {number} ثانية.",
        "en": "Too many requests in a short time. Try again in {number} seconds.",
    },
    "too_many_one": {
        "ar": "طلبات كثيرة في وقت قصير. أعد المحاولة بعد ثانية واحدة.",
        "en": "Too many requests in a short time. Try again in a second.",
    },
    "too_many_two": {
        "ar": "طلبات كثيرة في وقت قصير. أعد المحاولة بعد ثانيتين.",
        "en": "Too many requests in a short time. Try again in two seconds.",
    },
    "too_many_few": {
        "ar": "طلبات كثيرة في وقت قصير. أعد المحاولة بعد {number} ثوانٍ.",
        "en": "Too many requests in a short time. Try again in {number} seconds.",
    },
    "too_large": {
        "ar": "حجم ما أُرسل يتجاوز الحدّ المسموح. أرسله على دفعات.",
        "en": "What was sent is too large. Send less at once.",
    },
    "log_in": {"ar": "تسجيل الدخول", "en": "Log in"},
    "user_name": {"ar": "اسم المستخدم", "en": "User name"},
    "password": {"ar": "كلمة السرّ", "en": "Password"},
    "wrong_login": {
        "ar": "اسم المستخدم أو كلمة السرّ غير صحيحة.",
        "en": "The user name or the password is wrong.",
    },
    "log_out": {
        "ar": "تسجيل الخروج",
        "en": "Log out",
    },
    "read_only": {
        "ar": "لا تُضاف الملفات هنا: الدردشة للقراءة فقط.",
        "en": "No files are taken here: the chat is read-only.",
    },
    "tagline": {
        "ar": "يجيب من وثائقك، ويريك الجملة نفسها.",
        "en": "Answers from your own documents, with the exact sentence.",
    },
    "question_box": {"ar": "السؤال", "en": "Question"},
    "invitation": {"ar": "اسأل بالعربية أو بالإنجليزية", "en": "Ask in Arabic or English"},
    "ask": {"ar": "اسأل", "en": "Ask"},
    "conversation": {"ar": "المحادثة", "en": "Conversation"},
    "conversations": {"ar": "المحادثات", "en": "Conversations"},
    "find_conversation": {"ar": "ابحث في المحادثات", "en": "Search the conversations"},
    "no_conversations": {
        "ar": "لا محادثات بعد. تظهر هنا أسئلتك وأجوبتها، وهي محفوظة في هذا المتصفّح.",
        "en": "No conversations yet. Your questions and their answers are kept here, in this browser.",
    },
    "no_such_conversation": {
        "ar": "لا توجد محادثة فيها هذه الكلمات.",
        "en": "No conversation has these words.",
    },
    "conversation_title": {"ar": "اسم المحادثة", "en": "Name of the conversation"},
    "delete_conversation": {
        "ar": "هل تريد حذف هذه المحادثة؟",
        "en": "Delete this conversation?",
    },
    "questions_asked": {"ar": "الأسئلة: {number}", "en": "questions: {number}"},
    "renamed": {"ar": "تغيّر الاسم", "en": "The name was changed"},
    "deleted": {"ar": "حُذفت المحادثة", "en": "The conversation was deleted"},
    # Explanations: matches, keyed by qa.explanation.explain.Kind, and charts.
    "why": {"ar": "لماذا هذا المقطع؟", "en": "Why this passage?"},
    "passage": {"ar": "المقطع", "en": "The passage"},
    "same_word": {"ar": "الكلمة نفسها", "en": "the same word"},
    "same_stem": {"ar": "الجذع نفسه", "en": "the same stem"},
    "same_name": {"ar": "الاسم نفسه بحروف أخرى", "en": "the same name in other letters"},
    "translation": {"ar": "ترجمة الكلمة", "en": "a translation"},
    "meaning": {"ar": "معنى قريب", "en": "similar meaning"},
    "no_match": {
        "ar": "لا كلمة مشتركة بين المقطع والسؤال، لكنّ معناه الإجمالي قريب منه.",
        "en": "No word of it matches one of the question's; it is near in meaning as a whole.",
    },
    "nearest_words": {
        "ar": "كلمات السؤال، وأقرب ما في المقطع إلى كلّ منها",
        "en": "The question's words, and the passage's word nearest to each",
    },
    "heaviest_words": {
        "ar": "أهمّ {number} كلمة في السؤال، وأقرب ما في المقطع إلى كلّ منها",
        "en": "The {number} words of the question that count most, and the passage's word nearest to each",
    },
    "bars": {
        "ar": "كلّما طال الشريط قرُب المعنى، وكلّما زاد سُمكه زاد وزن الكلمة في السؤال.",
        "en": "The longer a bar, the nearer in meaning; the thicker, the more the word counts.",
    },
    "legs": {
        "ar": "ترتيب المقطع في كلّ طريقة من طرائق البحث",
        "en": "The passage's rank in each way of searching",
    },
    "bm25": {"ar": "الكلمات المشتركة", "en": "words in common"},
    "translations": {"ar": "ترجمات الكلمات", "en": "words translated"},
    "dense": {"ar": "معنى المقطع كلّه", "en": "meaning of the whole"},
    "late": {"ar": "معاني الكلمات", "en": "meaning of the words"},
    "rank": {"ar": "المرتبة {number}", "en": "rank {number}"},
    "not_among": {"ar": "ليس بين أوّل {number}", "en": "not among the first {number}"},
    "no_common_word": {"ar": "لا كلمة مشتركة", "en": "no word in common"},
    "not_found_again": {"ar": "ليس بين الأفضل", "en": "not among the best"},
    "not_searched": {"ar": "لم تُستخدم", "en": "not searched"},
    "score": {"ar": "مكوّنات الدرجة", "en": "What the score is made of"},
    "part_semantic": {"ar": "المعنى", "en": "meaning"},
    "part_words": {"ar": "الكلمات", "en": "words"},
    "part_names": {"ar": "الأسماء", "en": "names"},
    "part_translations": {"ar": "الترجمات", "en": "translations"},
    "part_total": {"ar": "الدرجة", "en": "score"},
    "granted_words": {
        "ar": "المقطع مكتوب بأبجدية غير أبجدية السؤال، فحُسبت له درجة الكلمات كما لأفضل مقطع.",
        "en": "The passage is in another script than the question: words count as for the best passage.",
    },
    # Written answers (qa.writing); troubles are keyed by qa.writing.client.Trouble.
    "written": {
        "ar": "صاغه نموذج لغوي، ودُقّقت كلّ جملة على ما تستشهد به",
        "en": "Written by a language model; each sentence was checked against what it cites",
    },
    "writing": {"ar": "يُصاغ جواب من الاقتباسات…", "en": "An answer is being written from the quotations…"},
    "stop_writing": {"ar": "إيقاف", "en": "Stop"},
    "left_out": {
        "ar": "جمل حُذفت لأنّ الاقتباسات لا تدعمها: {number}",
        "en": "Sentences left out because the quotations don't carry them: {number}",
    },
    "nothing_written": {
        "ar": "لم تؤكّد الاقتباسات شيئاً ممّا كُتب، فهي وحدها الجواب.",
        "en": "Nothing of what was written stood up to the quotations: they alone are the answer.",
    },
    "trouble_slow": {
        "ar": "تأخّر النموذج اللغوي في الكتابة. الاقتباسات هي الجواب.",
        "en": "The language model took too long to write. The quotations are the answer.",
    },
    "trouble_gone": {
        "ar": "تعذّر الوصول إلى النموذج اللغوي. الاقتباسات هي الجواب.",
        "en": "The language model can't be reached. The quotations are the answer.",
    },
    "trouble_busy": {
        "ar": "النموذج اللغوي مشغول الآن. الاقتباسات هي الجواب.",
        "en": "The language model is busy now. The quotations are the answer.",
    },
    "trouble_refused": {
        "ar": "رفض خادم النموذج اللغوي الطلب. الاقتباسات هي الجواب.",
        "en": "The language model's server refused the request. The quotations are the answer.",
    },
    "trouble_nonsense": {
        "ar": "لم يكتب النموذج اللغوي جواباً. الاقتباسات هي الجواب.",
        "en": "The language model wrote no answer. The quotations are the answer.",
    },
    "trouble_instructions": {
        "ar": "في النصوص المقتبسة أوامر موجّهة إلى نموذج لغوي، فلم يُصغ منها جواب.",
        "en": "The quoted texts give orders to a language model, so no answer was written from them.",
    },
    "trouble_stopped": {"ar": "أُوقفت الكتابة.", "en": "Writing was stopped."},
    "leaves_machine": {
        "ar": "تُرسل الأسئلة والاقتباسات إلى {host}، حيث يصوغ نموذج لغوي الأجوبة.",
        "en": "Questions and quotations are sent to {host}, where a language model writes the answers.",
    },
    "write_answers": {"ar": "جواب مكتوب", "en": "Written answers"},
    "translate": {"ar": "ترجمة", "en": "Translate"},
    "translate_always": {"ar": "ترجمة الاقتباسات دائماً", "en": "Always translate quotations"},
    "machine_translation": {"ar": "ترجمة آلية:", "en": "Machine translation:"},
    "no_translation": {
        "ar": "لا ترجمة موثوقة لهذا الاقتباس.",
        "en": "There is no reliable translation of this quotation.",
    },
    # Why there is none yet, keyed by qa.writing.client.Trouble.
    "translation_slow": {
        "ar": "تأخّر النموذج اللغوي في الترجمة.",
        "en": "The language model took too long to translate.",
    },
    "translation_gone": {
        "ar": "تعذّر الوصول إلى النموذج اللغوي.",
        "en": "The language model can't be reached.",
    },
    "translation_busy": {
        "ar": "النموذج اللغوي مشغول الآن.",
        "en": "The language model is busy now.",
    },
    "translation_refused": {
        "ar": "رفض خادم النموذج اللغوي الطلب.",
        "en": "The language model's server refused the request.",
    },
    "translation_nonsense": {
        "ar": "لم يكتب النموذج اللغوي ترجمة.",
        "en": "The language model wrote no translation.",
    },
    # The page around the conversation.
    "to_the_question": {"ar": "إلى خانة السؤال", "en": "Skip to the question box"},
    "examples": {"ar": "جرّب سؤالاً من هذه:", "en": "Try one of these:"},
    "this_language": {"ar": "العربية", "en": "English"},
    "theme_system": {"ar": "المظهر: حسب النظام", "en": "Appearance: as the system's"},
    "theme_light": {"ar": "المظهر: فاتح", "en": "Appearance: light"},
    "theme_dark": {"ar": "المظهر: داكن", "en": "Appearance: dark"},
    "copy_answer": {"ar": "نسخ الجواب", "en": "Copy the answer"},
    "copied": {"ar": "تمّ النسخ", "en": "Copied"},
    # The reading pane.
    "reader": {"ar": "نصّ الوثيقة", "en": "The document"},
    "previous_citation": {"ar": "الاقتباس السابق", "en": "Previous quotation"},
    "next_citation": {"ar": "الاقتباس التالي", "en": "Next quotation"},
    "close": {"ar": "إغلاق", "en": "Close"},
    "find_in_document": {"ar": "ابحث في الوثيقة", "en": "Find in the document"},
    "found_before": {"ar": "الموضع السابق", "en": "Previous place"},
    "found_after": {"ar": "الموضع التالي", "en": "Next place"},
    "outline": {"ar": "العناوين", "en": "Headings"},
    "ask_about": {"ar": "اسأل عن هذا", "en": "Ask about this"},
    # A question about what was selected in a document.
    "about_text": {"ar": "ماذا ذُكر عن «{number}»؟", "en": "What is said of “{number}”?"},
    "copy_quotation": {"ar": "نسخ الاقتباس مع مرجعه", "en": "Copy with its reference"},
    "earlier": {"ar": "فقرات سابقة", "en": "Earlier paragraphs"},
    "later": {"ar": "فقرات لاحقة", "en": "Later paragraphs"},
    "table": {"ar": "جدول", "en": "Table"},
    # Pictures of pages; why one isn't shown is keyed by index.readers.converter.page_pictures.NotShownReason.
    "show_page": {"ar": "اعرض الصفحة {number}", "en": "Show page {number}"},
    "page_view": {"ar": "صورة الصفحة", "en": "Picture of the page"},
    "page_of": {"ar": "الصفحة {number} من {total}", "en": "page {number} of {total}"},
    "page_before": {"ar": "الصفحة السابقة", "en": "Previous page"},
    "page_after": {"ar": "الصفحة التالية", "en": "Next page"},
    "zoom": {"ar": "تكبير", "en": "Zoom"},
    "page_shown": {
        "ar": "صورة الصفحة {number} من «{title}»",
        "en": "Picture of page {number} of “{title}”",
    },
    "page_boxed": {
        "ar": "صورة الصفحة {number} من «{title}»، والجملة المقتبسة فيها داخل إطار",
        "en": "Picture of page {number} of “{title}”, with the quoted sentence boxed",
    },
    "page_unmarked": {
        "ar": "تعذّر تحديد موضع الجملة المقتبسة في هذه الصفحة بدقّة، فعُرضت بلا إطار.",
        "en": "Where the quoted sentence stands on this page isn't certain, so nothing is boxed.",
    },
    "page_missing": {
        "ar": "الملف الأصلي غير محفوظ هنا. أضفه من جديد لتُعرض صفحاته.",
        "en": "The file itself isn't here. Add it again to see its pages.",
    },
    "page_changed": {
        "ar": "تغيّر الملف بعد قراءته. أضفه من جديد لتُعرض صفحاته.",
        "en": "The file has changed since it was read. Add it again to see its pages.",
    },
    "page_unreadable": {"ar": "تعذّر عرض هذه الصفحة.", "en": "This page can't be shown."},
    "page_busy": {
        "ar": "صفحات كثيرة قيد العرض الآن. أعد المحاولة بعد قليل.",
        "en": "Many pages are being drawn at the moment. Try again shortly.",
    },
    "untitled": {"ar": "بلا عنوان", "en": "Untitled"},
    "document_gone": {
        "ar": "لم تعد هذه الوثيقة بين النصوص.",
        "en": "This document is no longer among the texts.",
    },
    "document_changed": {
        "ar": "تغيّرت الوثيقة بعد هذا الجواب، فلم يعد الاقتباس في موضعه.",
        "en": "The document has changed since this answer: the quotation isn't where it was.",
    },
    "out_of_reach": {
        "ar": "دليل لا يستجيب. تأكّد من أنّه ما زال يعمل.",
        "en": "Dalil doesn't respond. See whether it is still running.",
    },
    # Shown before an expanded question.
    "searched_for": {"ar": "عبارة البحث:", "en": "Searched for:"},
    "as_it_stands": {"ar": "ابحث عن السؤال كما كُتب", "en": "Search for the question as written"},
    "no_longer_there": {
        "ar": "تغيّرت النصوص بعد هذا الجواب، فلم يعد ما اقتُبس في موضعه.",
        "en": "The texts have changed since this answer: what was quoted isn't where it was.",
    },
    "export": {"ar": "حفظ المحادثة", "en": "Save the conversation"},
    "export_md": {"ar": "ملف نصّي", "en": "Text file"},
    "export_docx": {"ar": "ملف وورد", "en": "Word file"},
    "export_references": {"ar": "مراجع ما اقتُبس:", "en": "References of what was quoted:"},
    "new_conversation": {"ar": "محادثة جديدة", "en": "New conversation"},
    "right": {"ar": "الجواب صحيح", "en": "This is right"},
    "wrong": {"ar": "الجواب غير صحيح", "en": "This isn't right"},
    "verdict_not_kept": {
        "ar": "تعذّر حفظ رأيك، والسبب في نافذة الأوامر التي شُغّل منها دليل.",
        "en": "This could not be kept. The terminal that Dalil runs in says why.",
    },
    "verdicts_full": {
        "ar": "لم يُحفظ رأيك: امتلأ ملفّ الآراء، فلينقله من يشغّل دليل إلى مكان آخر.",
        "en": "This could not be kept: the file of verdicts is full. Whoever runs Dalil can move it.",
    },
    "passage_gone": {
        "ar": "تغيّرت النصوص بعد العثور على هذا المقطع. اسأل من جديد.",
        "en": "The texts have changed since this passage was found. Ask again.",
    },
    "saved": {"ar": "حُفظت المحادثة في ملف.", "en": "The conversation was saved as a file."},
    "last_conversation": {"ar": "العودة إلى المحادثة السابقة", "en": "Back to the last conversation"},
    "verdict_kept": {"ar": "حُفظ رأيك على هذا الجهاز وحده.", "en": "Kept, on this machine only."},
}

# The least confidence for each phrase; below all of them it is "unlikely". Confidence is a calibrated
# probability that the texts hold the answer: from one half on they probably do, below a quarter they
# probably don't, and between these a phrase may claim neither.
_SAID_FROM: Final = (("certain", 0.85), ("likely", LIKELY), ("possible", 0.25))
# Between several things that the texts don't mention, and around each.
_NOR: Final[dict[Language, str]] = {"ar": " ولا ", "en": " or "}
# In Arabic as newspapers for all Arab countries name them: with both names.
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "ar": (
        "يناير/كانون الثاني", "فبراير/شباط", "مارس/آذار", "أبريل/نيسان", "مايو/أيار",
        "يونيو/حزيران", "يوليو/تموز", "أغسطس/آب", "سبتمبر/أيلول", "أكتوبر/تشرين الأول",
        "نوفمبر/تشرين الثاني", "ديسمبر/كانون الأول",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip


def say(message: str, language: Language, **values: object) -> str:
    """Formats one of Dalil's messages in the given language.

    A message that has a plural form of its own for `number` is taken in that form.

    Raises:
        KeyError: there is no such message.
    """
    number = values.get("number")
    if isinstance(number, int):
        form = f"{message}_{_plural(number)}"
        message = form if form in _MESSAGES else message
    return _MESSAGES[message][language].format(**values)


def _plural(number: int) -> str:
    """The plural category of an Arabic noun after a number (Unicode CLDR), as `Intl.PluralRules` names it."""
    if number in (0, 1, 2):
        return ("zero", "one", "two")[number]
    rest = number % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


def has_message(message: str) -> bool:
    """Whether there is a message of this name."""
    return message in _MESSAGES


def say_pages(first: int, last: int, language: Language) -> str:
    """Names a page, or the pages from the first to the last."""
    message = "page" if last <= first else "two_pages" if last == first + 1 else "pages"
    return say(message, language, number=first, last=last)


def say_as_of(fetched: str, language: Language) -> str:
    """Says on which day a web page was as it is quoted; empty of a document that isn't one.

    Args:
        fetched: as of `index.Document`.
        language: to say it in.
    """
    if not fetched:
        return ""
    try:
        day = date.fromisoformat(fetched)
    except ValueError:  # of a document that somebody else made
        return say("as_of", language, date=fetched)
    return say("as_of", language, date=f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}")


def say_confidence(confidence: float, language: Language) -> str:
    """Describes a confidence as a plain phrase."""
    message = next((name for name, least in _SAID_FROM if confidence >= least), "unlikely")
    return say(message, language)


def say_scope(scope: Scope, language: Language) -> list[str]:
    """Describes each condition of a scope, in the order in which they are written."""
    # Of a document's source, its file.
    named = (
        (key, value.rpartition("/")[2] if key == "document" else value) for key, value in scope.conditions
    )
    return [say(f"within_{key}", language, value=" ".join(value.split())) for key, value in named]


def say_fault(error: InvalidScope, language: Language) -> str:
    """Says what is wrong with a scope."""
    return say(f"scope_{error.reason}", language, name=in_quotation_marks(error.name, language))


def say_not_found(missing: Sequence[str], language: Language, scope: Scope | None = None) -> str:
    """Says that the texts don't answer; on a second line, what of the question they don't mention at all.

    Args:
        missing: as of `qa.types.Answer`.
        language: to say it in.
        scope: the scope of the search, which is then named.
    """
    lines = [say("not_found", language)]
    if scope is not None:
        named = COMMA[language].join(say_scope(scope, language))
        lines = [say("not_found_within", language, within=named)]
    if missing:
        names = _NOR[language].join(in_quotation_marks(name, language) for name in missing)
        lines.append(say("missing", language, names=names))
    return "\n".join(lines)


def written_notes(written: Written, language: Language) -> list[str]:
    """The note below a written answer: its origin, omissions and errors."""
    notes = [say("written", language)] if written.claims else []
    if written.faults and written.claims:
        notes.append(say("left_out", language, number=len(written.faults)))
    if written.trouble:
        notes.append(say(f"trouble_{written.trouble}", language))
    elif written.faults and not written.claims:
        notes.append(say("nothing_written", language))
    return notes
