"""Guide: what the sheet `_readme` of a built workbook tells the office, in the languages of the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LINES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "How to change this questionnaire",
        (
            "survey: one row for each question, in the order in which it is asked. A row begin_group or begin_repeat "
            "opens a part, its end row closes it: move them together."
        ),
        "choices: the answers of each list. Words may change; a code never gets another meaning.",
        (
            "Write codes and names as text in Latin letters, without blanks. An expression takes straight quotes: "
            "${contact} = '1'."
        ),
        "Words in ${...} are other answers: every language keeps them.",
        "Change a wording in all languages. A cell left empty is reported, not guessed.",
        (
            "Do not delete or rename columns and sheets: empty the cells instead. A column of your own may be called "
            "anything, best x_ and a word."
        ),
        "settings: raise version (yyyymmddrr) with every change. _form: results, key and parameters of the survey.",
        "Save as .xlsx, then: enumera forms import <this file> <new folder>; enumera forms check <new folder>",
    ),
    "ru": (
        "Как изменить этот вопросник",
        (
            "survey: одна строка — один вопрос, в том порядке, в котором их задают. Строка begin_group или "
            "begin_repeat открывает раздел, строка end закрывает его: переносите их вместе."
        ),
        "choices: ответы каждого списка. Слова менять можно; код никогда не получает другого значения.",
        (
            "Коды и имена пишите как текст, латинскими буквами, без пробелов. В выражениях нужны прямые кавычки: "
            "${contact} = '1'."
        ),
        "Слова в ${...} — это другие ответы: они должны быть в каждом языке.",
        "Меняя формулировку, меняйте её на всех языках. О пустой ячейке программа сообщит, сама она её не заполнит.",
        (
            "Не удаляйте и не переименовывайте столбцы и листы: вместо этого очистите ячейки. Свой столбец можно "
            "назвать как угодно, лучше всего x_ и слово."
        ),
        (
            "settings: при каждом изменении увеличивайте version (ггггммддnn). _form: результаты, ключ и параметры "
            "обследования."
        ),
        "Сохраните как .xlsx, затем: enumera forms import <этот файл> <новая папка>; enumera forms check <новая папка>",
    ),
    "ar": (
        "كيف يُعدَّل هذا الاستبيان",
        (
            "survey: سطر لكل سؤال بترتيب طرح الأسئلة. السطر begin_group أو begin_repeat يفتح جزءًا وسطر end يغلقه: "
            "انقلهما معًا."
        ),
        "choices: إجابات كل قائمة. يجوز تغيير الكلمات، أما الرمز فلا يُعطى معنى آخر أبدًا.",
        (
            "اكتب الرموز والأسماء نصًا بأحرف لاتينية دون فراغات. تحتاج العبارات إلى علامات اقتباس مستقيمة: "
            "${contact} = '1'."
        ),
        "ما بين ${...} إجابات أخرى: تبقى في كل لغة.",
        "غيّر الصياغة في كل اللغات. الخلية الفارغة يُبلَّغ عنها ولا تُملأ تخمينًا.",
        (
            "لا تحذف الأعمدة والأوراق ولا تغيّر أسماءها: أفرغ الخلايا بدلًا من ذلك. ولك أن تضيف عمودًا خاصًا بأي اسم، "
            "والأفضل x_ ثم كلمة."
        ),
        "settings: ارفع version ‏(yyyymmddrr) مع كل تغيير. _form: النتائج والمفتاح ومعاملات المسح.",
        (
            "احفظ الملف بصيغة ‎.xlsx ثم نفّذ: enumera forms import <this file> <new folder> ثم "
            "enumera forms check <new folder>"
        ),
    ),
}
"""The same lines in every language that there is; other forms get the English ones."""


def rows(headings: Mapping[str, str]) -> tuple[list[str], list[dict[str, str]]]:
    """Columns and rows of the sheet: one column for each language of the form that has a guide."""
    spoken = {code: heading for code, heading in headings.items() if code in LINES} or {"en": "English (en)"}
    lines: Iterable[tuple[str, ...]] = zip(*(LINES[code] for code in spoken), strict=True)
    return list(spoken.values()), [dict(zip(spoken.values(), line, strict=True)) for line in lines]
