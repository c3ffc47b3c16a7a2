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
            "Headings: blue says what a row is, green is read by people, violet is done by the tablet, slate are "
            "remarks, brown is your own, grey is kept by Enumera. Leave the grey columns as they are; a new row "
            "needs nothing there."
        ),
        (
            "Do not delete or rename columns and sheets: empty the cells instead. A column of your own may be called "
            "anything; it, your colours and your comments stay."
        ),
        "settings: raise version (yyyymmddrr) with every change. _form: results, key and parameters of the survey.",
        (
            "Save as .xlsx. In the folder of an adaptation nothing else is to be done: enumera forms check <folder>. "
            "Else: enumera forms import <this file> <new folder>"
        ),
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
            "Заголовки: синий — что это за строка, зелёный — читают люди, фиолетовый — выполняет планшет, "
            "серо-синий — заметки ведомства, коричневый — ваши столбцы, серый — ведёт Enumera. Серые столбцы не "
            "меняйте; в новой строке их не заполняют."
        ),
        (
            "Не удаляйте и не переименовывайте столбцы и листы: вместо этого очистите ячейки. Свой столбец можно "
            "назвать как угодно; он, ваши цвета и примечания сохранятся."
        ),
        (
            "settings: при каждом изменении увеличивайте version (ггггммддnn). _form: результаты, ключ и параметры "
            "обследования."
        ),
        (
            "Сохраните как .xlsx. В папке адаптации больше ничего не нужно: enumera forms check <папка>. "
            "Иначе: enumera forms import <этот файл> <новая папка>"
        ),
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
            "العناوين: الأزرق نوع السطر، والأخضر ما يقرؤه الناس، والبنفسجي ما ينفّذه الجهاز، والرمادي المزرق ملاحظات "
            "الجهة، والبني أعمدتك، والرمادي تديره Enumera. لا تغيّر الأعمدة الرمادية، ولا تُملأ في سطر جديد."
        ),
        (
            "لا تحذف الأعمدة والأوراق ولا تغيّر أسماءها: أفرغ الخلايا بدلًا من ذلك. ولك أن تضيف عمودًا خاصًا بأي اسم، "
            "ويبقى كما تبقى ألوانك وتعليقاتك."
        ),
        "settings: ارفع version ‏(yyyymmddrr) مع كل تغيير. _form: النتائج والمفتاح ومعاملات المسح.",
        (
            "احفظ الملف بصيغة ‎.xlsx. في مجلد التكييف لا يلزم غير ذلك: enumera forms check <folder>. "
            "وإلا فنفّذ: enumera forms import <this file> <new folder>"
        ),
    ),
    "es": (
        "Cómo cambiar este cuestionario",
        (
            "survey: una fila por pregunta, en el orden en que se hacen. Una fila begin_group o begin_repeat abre una "
            "parte y su fila end la cierra: muévalas juntas."
        ),
        "choices: las respuestas de cada lista. Las palabras pueden cambiar; un código nunca recibe otro significado.",
        (
            "Escriba códigos y nombres como texto, en letras latinas y sin espacios. Una expresión lleva comillas "
            "rectas: ${contact} = '1'."
        ),
        "Lo que va en ${...} son otras respuestas: se mantiene en cada idioma.",
        "Cambie una redacción en todos los idiomas. Una celda vacía se señala, no se adivina.",
        (
            "Encabezados: azul dice qué es la fila, verde lo leen las personas, violeta lo hace la tableta, gris "
            "azulado son notas, marrón son columnas suyas, gris lo lleva Enumera. Deje las columnas grises como "
            "están; en una fila nueva no se rellenan."
        ),
        (
            "No borre ni renombre columnas u hojas: vacíe las celdas. Una columna suya puede llamarse como quiera; se "
            "conserva, igual que sus colores y comentarios."
        ),
        "settings: suba version (aaaammddnn) con cada cambio. _form: resultados, clave y parámetros de la encuesta.",
        (
            "Guarde como .xlsx. En la carpeta de una adaptación no hace falta más: enumera forms check <carpeta>. "
            "Si no: enumera forms import <este archivo> <carpeta nueva>"
        ),
    ),
    "fr": (
        "Comment modifier ce questionnaire",
        (
            "survey : une ligne par question, dans l'ordre où elles sont posées. Une ligne begin_group ou begin_repeat "
            "ouvre une partie, sa ligne end la ferme : déplacez-les ensemble."
        ),
        "choices : les réponses de chaque liste. Les mots peuvent changer ; un code ne prend jamais un autre sens.",
        (
            "Écrivez codes et noms comme du texte, en lettres latines et sans espace. Une expression prend des "
            "guillemets droits : ${contact} = '1'."
        ),
        "Ce qui est dans ${...} est une autre réponse : chaque langue le garde.",
        "Changez une formulation dans toutes les langues. Une cellule vide est signalée, jamais devinée.",
        (
            "En-têtes : le bleu dit ce qu'est la ligne, le vert est lu par les gens, le violet est fait par la "
            "tablette, l'ardoise porte les remarques, le brun vos colonnes, le gris est tenu par Enumera. Laissez les "
            "colonnes grises ; une ligne nouvelle n'y met rien."
        ),
        (
            "Ne supprimez et ne renommez ni colonne ni feuille : videz les cellules. Une colonne à vous porte le nom "
            "que vous voulez ; elle reste, vos couleurs et commentaires aussi."
        ),
        "settings : augmentez version (aaaammjjnn) à chaque changement. _form : résultats, clé et paramètres.",
        (
            "Enregistrez en .xlsx. Dans le dossier d'une adaptation, rien d'autre : enumera forms check <dossier>. "
            "Sinon : enumera forms import <ce fichier> <nouveau dossier>"
        ),
    ),
}
"""The same lines in every language that there is; other forms get the English ones."""


def rows(headings: Mapping[str, str]) -> tuple[list[str], list[dict[str, str]]]:
    """Columns and rows of the sheet: one column for each language of the form that has a guide."""
    spoken = {code: heading for code, heading in headings.items() if code in LINES} or {"en": "English (en)"}
    lines: Iterable[tuple[str, ...]] = zip(*(LINES[code] for code in spoken), strict=True)
    return list(spoken.values()), [dict(zip(spoken.values(), line, strict=True)) for line in lines]
