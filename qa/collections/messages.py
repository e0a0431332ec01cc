"""Messages about collections and imported files, shown through `qa.messages`."""

from __future__ import annotations

from typing import Final

from index.text.analyzer import Language
from qa.collections.page_messages import PAGE_MESSAGES

COLLECTION_MESSAGES: Final[dict[str, dict[Language, str]]] = PAGE_MESSAGES | {
    # Collections and their documents.
    "collection": {"ar": "المجموعة", "en": "Collection"},
    "collections": {"ar": "المجموعات", "en": "Collections"},
    "built_in": {"ar": "المقال المضمَّن", "en": "Built-in article"},
    "documents": {"ar": "الوثائق", "en": "Documents"},
    "document_count": {"ar": "الوثائق: {number}", "en": "documents: {number}"},
    "paragraph_count": {"ar": "الفقرات: {number}", "en": "paragraphs: {number}"},
    "new_collection": {"ar": "مجموعة جديدة…", "en": "New collection…"},
    "make_collection": {"ar": "مجموعة جديدة", "en": "New collection"},
    "collection_name": {"ar": "اسم المجموعة", "en": "Name of the collection"},
    "create": {"ar": "إنشاء", "en": "Create"},
    "rename": {"ar": "تغيير الاسم", "en": "Rename"},
    "delete": {"ar": "حذف", "en": "Delete"},
    "delete_collection": {
        "ar": "هل تريد حذف هذه المجموعة وكلّ ما فيها؟ تبقى ملفاتك الأصلية كما هي.",
        "en": "Delete this collection and everything in it? Your own files stay as they are.",
    },
    "remove": {"ar": "إزالة", "en": "Remove"},
    "remove_document": {
        "ar": "هل تريد إزالة هذه الوثيقة من المجموعة؟ يبقى ملفك الأصلي كما هو.",
        "en": "Remove this document from the collection? Your own file stays as it is.",
    },
    "removed": {"ar": "أُزيلت الوثيقة", "en": "The document was removed"},
    "cancel": {"ar": "إلغاء", "en": "Cancel"},
    "add_files": {"ar": "إضافة ملفات", "en": "Add files"},
    "drop_files": {"ar": "أو اسحبها إلى هنا", "en": "or drop them here"},
    "own_documents": {
        "ar": "لتسأل عمّا في وثائقك أضف ملفاتك، فيقرؤها دليل على الجهاز الذي يعمل عليه.",
        "en": "To ask your own documents, add your files: Dalil reads them on the machine it runs on.",
    },
    "follow_folder": {"ar": "متابعة مجلّد…", "en": "Follow a folder…"},
    "folder_path": {
        "ar": "المسار الكامل للمجلّد على الجهاز الذي يعمل عليه دليل",
        "en": "Whole path of the folder, on the machine that Dalil runs on",
    },
    "follow": {"ar": "متابعة", "en": "Follow"},
    "following": {"ar": "تتابع هذه المجموعة المجلّد", "en": "This collection follows the folder"},
    "following_note": {
        "ar": "تظهر هنا بعد لحظات كلّ إضافة أو تعديل أو حذف في المجلّد.",
        "en": "Changes in the folder appear here within moments.",
    },
    "stop_following": {"ar": "إيقاف المتابعة", "en": "Stop following"},
    "stop_following_folder": {
        "ar": "هل تريد إيقاف متابعة المجلّد؟ تبقى وثائقه في المجموعة كما هي الآن.",
        "en": "Stop following the folder? Its documents stay in the collection as they are now.",
    },
    "folder_not_allowed": {
        "ar": "لا تمكن متابعة سوى المجلّدات غير المخفية داخل {names}. اكتب المسار كاملاً.",
        "en": "Only folders in {names} that aren't hidden can be followed. Enter the whole path.",
    },
    "folder_not_found": {
        "ar": "لا يوجد هذا المجلّد أو تعذّرت قراءته. تبقى وثائقه في المجموعة حتى يعود.",
        "en": "There is no such folder, or it can't be read. Documents taken from it stay until it is back.",
    },
    "folder_too_large": {
        "ar": "في المجلّد أكثر من {number} ملف. اختر مجلّداً داخله.",
        "en": "The folder holds more than {number} files. Choose a folder inside it.",
    },
    "built_in_note": {
        "ar": "هذا المقال مضمَّن في دليل. لتسأل عمّا في وثائقك أنشئ مجموعة وأضف إليها ملفاتك.",
        "en": "This article comes with Dalil. To ask your own documents, make a collection and add files.",
    },
    "not_owner": {
        "ar": "هذه المجموعة لمستخدم آخر، ولا يحقّ لغيره تغييرها.",
        "en": "This is another user's collection. Only its owner can change it.",
    },
    # Sharing, where users log in.
    "share": {"ar": "مشاركة", "en": "Share"},
    "share_collection": {"ar": "من يسأل هذه المجموعة؟", "en": "Who may ask this collection?"},
    "collection_owner": {"ar": "صاحب المجموعة:", "en": "Its owner:"},
    "sharing_users": {
        "ar": "مستخدمون آخرون، اسم في كلّ سطر",
        "en": "Other users, one name per line",
    },
    "sharing_groups": {
        "ar": "مجموعات المستخدمين، اسم في كلّ سطر",
        "en": "Groups of users, one name per line",
    },
    "sharing_note": {
        "ar": "يسألونها ويقرؤون وثائقها، ولا يغيّرون فيها شيئاً. وإن لم يُذكر أحد فهي لصاحبها وحده.",
        "en": "They ask it and read its documents, and change nothing in it. If nobody is named, it is the "
        "owner's alone.",
    },
    "save": {"ar": "حفظ", "en": "Save"},
    "sharing_saved": {
        "ar": "تغيّر من يسأل هذه المجموعة",
        "en": "Who may ask this collection was changed",
    },
    "unknown_readers": {
        "ar": "لا مستخدم ولا مجموعة مستخدمين بهذا الاسم: {names}",
        "en": "There is no user or group of this name: {names}",
    },
    "shared_with": {"ar": "يسألها معك: {names}", "en": "Shared with: {names}"},
    "no_such_document": {
        "ar": "لا وثيقة بهذا العنوان ولا ملفّ بهذا الاسم.",
        "en": "No document has that title or file name.",
    },
    "shared_by": {
        "ar": "صاحب هذه المجموعة {name}، وهو وحده من يغيّرها.",
        "en": "This is {name}'s collection: only they change it.",
    },
    "from_index": {
        "ar": "هذه وثائق فهرس أُنشئ من سطر الأوامر، ولا يمكن تغييرها من هنا.",
        "en": "These documents were indexed on the command line, and aren't changed here.",
    },
    "replace_files": {
        "ar": "هذه الملفات موجودة في المجموعة. هل تريد أن تحلّ النسخ الجديدة محلّها؟",
        "en": "These files are in the collection already. Replace them with the new versions?",
    },
    "replace": {"ar": "استبدال", "en": "Replace"},
    "suggestions": {"ar": "أسئلة تجيب عنها وثائقك:", "en": "Questions that your documents answer:"},
    "no_documents": {
        "ar": "لا وثائق في هذه المجموعة بعد. أضف إليها ملفات ثم اسأل.",
        "en": "This collection has no documents yet. Add files to it, then ask.",
    },
    "more_documents": {"ar": "وثائق أخرى", "en": "More documents"},
    "sending": {"ar": "يجري استلام الملف {number} من {total}", "en": "Receiving file {number} of {total}"},
    "waiting": {"ar": "في الانتظار: تُضاف الآن ملفات أخرى", "en": "Waiting: other files are being added"},
    "reading": {"ar": "تجري قراءة الملف {number} من {total}", "en": "Reading file {number} of {total}"},
    "recognizing": {
        "ar": "يجري التعرّف على نصّ الصفحة {number} من {total}",
        "en": "Recognising the text of page {number} of {total}",
    },
    "encoding": {"ar": "المقاطع المفهرسة: {number} من {total}", "en": "Indexed {number} of {total} passages"},
    "encoding_for": {
        "ar": "المقاطع المفهرسة: {number} من {total}، والوقت الباقي نحو {time}",
        "en": "Indexed {number} of {total} passages, about {time} left",
    },
    "meanwhile": {
        "ar": "يمكنك في أثناء ذلك أن تسأل أو أن تغلق هذه اللوحة.",
        "en": "You can ask or close this pane meanwhile.",
    },
    "files_added": {"ar": "الملفات المضافة: {number}", "en": "Files added: {number}"},
    "dismiss": {"ar": "إخفاء هذا التقرير", "en": "Hide this report"},
    "and_more": {"ar": "وغيرها: {number}", "en": "and {number} more"},
    "files_added_of": {
        "ar": "الملفات المضافة: {number}، والتي لم تُضف: {rest}",
        "en": "Files added: {number}, not added: {rest}",
    },
    "unchanged": {"ar": "الملف موجود في المجموعة ولم يتغيّر.", "en": "Already in this collection."},
    "duplicate": {
        "ar": "نصّه موجود في المجموعة باسم آخر:",
        "en": "Its text is already in this collection under another name:",
    },
    # Reasons why a file isn't added: keyed by index.errors.FileFault, or found before it is read.
    "file_unreadable": {
        "ar": "تعذّرت قراءة الملف. أضفه من جديد.",
        "en": "The file could not be read. Add it again.",
    },
    "file_type": {
        "ar": "لا تُقرأ إلا ملفات {types}. احفظ نصّه في ملف من هذه الأنواع.",
        "en": "Only {types} files are read. Save its text as one of these.",
    },
    "file_other_type": {
        "ar": "نوع محتواه لا يطابق امتداد اسمه. صحّح اسمه أو فكّ ضغطه.",
        "en": "It is of another type than its name says. Rename or unpack it.",
    },
    "file_old_word": {
        "ar": "الملف قديم الصيغة أو محميّ بكلمة سرّ. احفظه بصيغة حديثة وبلا كلمة سرّ.",
        "en": "It is an old Office file or protected by a password. Save it in a new format without one.",
    },
    "file_encoding": {
        "ar": "ترميز نصّه غير معروف. احفظه نصّاً بترميز {encoding}.",
        "en": "Its encoding isn't known. Save it as text in {encoding}.",
    },
    "file_empty": {"ar": "الملف فارغ: لا كلمات فيه.", "en": "The file is empty: it has no words."},
    "file_damaged": {
        "ar": "الملف تالف. أحضر نسخة سليمة منه أو احفظه من جديد.",
        "en": "The file is damaged. Download or save it again.",
    },
    "file_password": {
        "ar": "الملف محميّ بكلمة سرّ. احفظ نسخة منه بلا كلمة سرّ.",
        "en": "The file is protected by a password. Save a copy without one.",
    },
    "file_drm": {
        "ar": "الملف محميّ من النسخ، ولا يرفع الحماية عنه إلا بائعه.",
        "en": "The file is protected against copying. Only its seller can lift that.",
    },
    "file_scan": {
        "ar": "ليس في الملف نصّ وإنّما صور. ثبّت برنامج التعرّف الضوئي على الحروف (OCR) حيث يعمل دليل "
        "بالأمر {command}",
        "en": "The file has no text, only pictures. For text recognition (OCR) install Tesseract where Dalil "
        "runs: {command}",
    },
    "file_fonts": {
        "ar": "لا تدلّ خطوطه على الحروف التي تعرضها. اطبعه من متصفّح في ملف جديد، أو ثبّت برنامج التعرّف "
        "الضوئي على الحروف (OCR) حيث يعمل دليل بالأمر {command}",
        "en": "Its fonts don't tell which letters they show. Print it to a new PDF from a browser or install "
        "Tesseract for text recognition (OCR) where Dalil runs: {command}",
    },
    "file_too_large": {
        "ar": "حجم الملف يتجاوز الحدّ المسموح. قسّمه إلى ملفات أصغر.",
        "en": "The file is too large to be read. Split it into smaller files.",
    },
    "file_too_slow": {
        "ar": "تتجاوز قراءة الملف الحدّ المسموح من الوقت أو الذاكرة. قسّمه أو احفظ نصّه وحده.",
        "en": "Reading it takes too much time or memory. Split it or save its text alone.",
    },
    "file_full": {
        "ar": "بلغ حجم الملفات معاً حدّه الأقصى. أضف هذا الملف إلى مجموعة أخرى.",
        "en": "The files together have reached their largest size. Put it into another collection.",
    },
    "file_lock": {
        "ar": "ملف مؤقّت ينشئه برنامج مكتبي عند فتح مستند، ولا نصّ فيه.",
        "en": "This is an office program's temporary lock file; it has no text.",
    },
    # What couldn't be read of a file that was added: keyed by index.errors.FlawKind.
    "flaw_characters": {
        "ar": "أُضيف، وتعذّرت قراءة محارف فيه عددها {number}، ومكان كلّ منها العلامة \ufffd.",
        "en": "It was added, but {number} of its characters can't be read. \ufffd stands for each.",
    },
    "flaw_parts": {
        "ar": "أُضيف، وفيه أجزاء ناقصة أو تالفة وعددها {number}: {names}",
        "en": "It was added, but parts of it are missing or damaged ({number}): {names}",
    },
    "flaw_lines": {
        "ar": "أُضيف، وتعذّرت قراءة أسطر فيه عددها {number}، وأرقامها: {names}",
        "en": "It was added, but {number} of its lines can't be read, with the numbers {names}",
    },
    "flaw_formulas": {
        "ar": "أُضيف، وفيه معادلات لم تُحفظ قيمها وعددها {number}. افتحه في برنامج الجداول واحفظه ثم أضفه.",
        "en": "It was added without the values of {number} formulas, which aren't in it. Open it in a "
        "spreadsheet program, save it and add it again.",
    },
    "flaw_recognition": {
        "ar": "أُضيف ببرنامج التعرّف الضوئي على الحروف (OCR). الكلمات غير المؤكّدة: {number}. قارن ما "
        "يُقتبس بالأصل.",
        "en": "It was added by text recognition (OCR). {number} of its words are uncertain. Compare what is "
        "quoted with the original.",
    },
    "flaw_pictures": {
        "ar": "أُضيف، ولم تُقرأ صفحاته التي هي صور بلا نصّ: {names}",
        "en": "It was added, but its pages that are pictures without text weren't read: {names}",
    },
    "flaw_hidden": {
        "ar": "أُضيف، ولم تُقرأ أجزاؤه المخفية: {names}",
        "en": "It was added, but its hidden parts weren't read: {names}",
    },
    "flaw_hidden_cells": {
        "ar": "أُضيف، ولم تُقرأ فيه صفوف وأعمدة مخفية وعددها {number}.",
        "en": "It was added, but its hidden rows and columns weren't read ({number}).",
    },
    "flaw_attachments": {
        "ar": "أُضيف، ولم تُقرأ مرفقاته: {names}",
        "en": "It was added, but these attachments weren't read: {names}",
    },
    "flaw_objects": {
        "ar": "أُضيف، ولم تُقرأ فيه رسوم بيانية أو مخطّطات وعددها {number}.",
        "en": "It was added, but its charts and diagrams weren't read ({number}).",
    },
    "file_name": {
        "ar": "اسم الملف غير صالح. غيّره ثم أضفه.",
        "en": "Its name can't be taken. Rename it and add it again.",
    },
    "file_too_many": {
        "ar": "عدد الملفات أكبر من أن تُضاف دفعة واحدة. أضف ما بقي منها بعد ذلك.",
        "en": "These are too many files at once. Add the rest of them afterwards.",
    },
    "file_quota": {
        "ar": "لديك ملفات كثيرة قيد الانتظار. أضف هذا الملف بعد اكتمالها.",
        "en": "Many of your files are waiting already. Add it when they are in.",
    },
    "file_not_sent": {
        "ar": "لم يصل الملف. أضفه من جديد، وإن كان مجلّداً فأضف الملفات التي فيه.",
        "en": "The file wasn't received. Add it again; for a folder, add the files in it.",
    },
    "disk_full": {
        "ar": "تعذّرت الكتابة على القرص. وفّر فيه مساحة ثم أعد المحاولة.",
        "en": "The disk can't be written to. Make room on it and try again.",
    },
    "add_failed": {
        "ar": "تعذّرت الإضافة بسبب خلل في دليل، وتفاصيله في نافذة الأوامر التي شُغّل منها.",
        "en": "Adding failed because of a fault in Dalil. The terminal that it runs in has the details.",
    },
    "collection_gone": {
        "ar": "لم تعد هذه المجموعة موجودة. اختر غيرها.",
        "en": "This collection is no longer there. Choose another one.",
    },
    "collection_busy": {
        "ar": "يجري تعديل هذه المجموعة الآن. أعد المحاولة بعد قليل.",
        "en": "This collection is being changed now. Try again in a while.",
    },
    "collection_damaged": {
        "ar": "تعذّر فتح هذه المجموعة. احذفها وأضف ملفاتها من جديد.",
        "en": "This collection can't be opened. Delete it and add its files again.",
    },
    "too_many_collections": {
        "ar": "بلغ عدد المجموعات حدّه الأقصى، وهو {number}. احذف مجموعة لا تحتاج إليها.",
        "en": "There are {number} collections, and no more can be made. Delete one that isn't needed.",
    },
    "name_taken": {
        "ar": "هذا الاسم لمجموعة أخرى. اختر غيره.",
        "en": "Another collection has this name. Choose another one.",
    },
    "name_invalid": {
        "ar": "اكتب اسماً فيه حرف أو رقم، لا يزيد طوله على {number} محرف.",
        "en": "Enter a name with a letter or a digit (up to {number} characters).",
    },
}
