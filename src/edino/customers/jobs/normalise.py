"""One spelling for comparison: names, dates, e-mails, phones and addresses as people really write them.

Pure functions from text to text. An empty answer means "says nothing", and is never evidence for or against.
What was given stays with its owner; these forms exist only to be compared.
"""

import re
import unicodedata
from datetime import date

from edino.customers.jobs.given_names import root_of

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u",
}  # fmt: skip
# BGN/PCGN without apostrophes: what passports, cards and keyboards agree on most often.
_TO_LATIN = str.maketrans(_CYRILLIC)
# A Latin letter that looks Cyrillic, typed inside a Cyrillic word, is a keyboard slip and not another name.
_LOOKALIKES = str.maketrans("aceopxykmtbh", "асеорхукмтвн")
_WORD = re.compile(r"[^\W\d_]+")
_NOT_WORD = re.compile(r"[^0-9a-z\u0100-\uffff]+")

# Ways in which one sound is spelled in Latin letters, Russian and Western; order matters, longest first.
_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"shch|sch|sh|ch|zh|tch", "s"),
        (r"kh|gh", "h"),
        (r"ph", "f"),
        (r"x|ks|cks|kz", "ks"),
        (r"tz|ts|cz", "s"),
        (r"ck|q|c(?![eiy])", "k"),
        (r"c|z", "s"),
        (r"w", "v"),
        (r"^[yji]+(?=[aeou])", ""),
        (r"[jy]", "i"),
        (r"(?<=.)[aeiou]+", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=.)h", ""),
    )
)
_PATRONYMIC = re.compile(r"(ovich|evich|ovna|evna|ichna|ilich|mich|kich)$")
_NO_ANSWER = frozenset({"", "nan", "none", "null", "na", "unknown", "test", "net", "neizvestno", "anonymous"})


def fold(text: str) -> str:
    """Lower-case Latin words and digits with single spaces: «Анна-Мария Ёлкина» → `anna mariya elkina`."""
    folded = unicodedata.normalize("NFC", text).casefold()
    folded = _WORD.sub(lambda found: _one_alphabet(found.group()), folded).translate(_TO_LATIN)
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
    return _NOT_WORD.sub(" ", plain).strip()


def name(text: str) -> str:
    """A given, family or patronymic name, folded and without digits and inner spaces; empty when it names nobody."""
    folded = re.sub(r"[\d ]+", "", fold(text))
    return "" if folded in _NO_ANSWER else folded


def full_name(text: str) -> tuple[str | None, str | None, str | None]:
    """Given name, patronymic and family name of a name written as one text; None for what it does not have.

    Russian forms put the family name first as often as last: with a patronymic, the given name stands before it;
    without one, the order of the text is taken, and names in each other's place are still compared.
    """
    words = [word for word in text.split() if name(word)]
    if not words:
        return None, None, None
    place = next((number for number, word in enumerate(words) if number and _PATRONYMIC.search(name(word))), None)
    if place is None:
        return words[0], None, " ".join(words[1:]) or None
    return words[place - 1], words[place], " ".join(words[: place - 1] + words[place + 1 :]) or None


def sound(folded: str) -> str:
    """How a folded name sounds, roughly: `yuliya`, `julia` and `iuliia` give one key; used to meet, never to decide."""
    for pattern, replacement in _SOUNDS:
        folded = pattern.sub(replacement, folded)
    return folded


def root(folded: str) -> str:
    """The name behind a familiar form: `sasha`, `aleksandra` and `aleksandr` share one root; otherwise the name."""
    return root_of(folded)


def birth_date(text: str) -> str:
    """Eight digits YYYYMMDD from ISO, day-first dotted or slashed, and compact forms; empty when it is no date.

    An impossible date of eight digits is kept: a slip of one digit is still evidence.
    """
    day, _, _ = text.strip().replace("T", " ").partition(" ")
    parts: list[str] = re.findall(r"\d+", day)
    if len(parts) == 1 and len(parts[0]) == 8:
        return parts[0]
    if len(parts) != 3:
        return ""
    year_first = len(parts[0]) == 4
    year, month, day = parts if year_first else (parts[2], parts[1], parts[0])
    if len(year) != 4 or not 1 <= len(month) <= 2 or not 1 <= len(day) <= 2:
        return ""
    return f"{year}{int(month):02d}{int(day):02d}"


def day_number(digits: str) -> int | None:
    """Days since year 1 of a YYYYMMDD text, for differences; None when the calendar has no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).toordinal()
    except ValueError:
        return None


def email(text: str) -> str:
    """Lower-case address without blanks; empty when it has no user part or no domain."""
    address = "".join(text.split()).casefold()
    user, _, domain = address.rpartition("@")
    return address if user and domain else ""


def letters(user: str) -> str:
    """The letters of an e-mail user: `a.petrov72` and `apetrov` are made of the same name."""
    return re.sub(r"[\W\d_]+", "", user)


def made_of(letters: str | None, *names: str | None) -> bool:
    """Whether the letters hold one of the folded names, or its first four: `apetrov` is made of `petrov`."""
    return letters is not None and any(len(word) >= 3 and word[:4] in letters for word in names if word)


def phone(text: str) -> str:
    """The last ten digits, so that 8 916…, +7 916… and 916… agree; empty when fewer than seven."""
    digits = re.sub(r"\D", "", text)
    return digits[-10:] if len(digits) >= 7 else ""


def code(text: str) -> str:
    """A postcode or document number: folded letters and digits without separators."""
    folded = fold(text).replace(" ", "")
    return "" if folded in _NO_ANSWER or set(folded) <= {"0"} else folded


def place(text: str) -> str:
    """A city, street or region: folded words, spaces kept."""
    folded = fold(text)
    return "" if folded in _NO_ANSWER else folded


def _one_alphabet(word: str) -> str:
    cyrillic = sum("а" <= letter <= "ё" for letter in word)
    return word.translate(_LOOKALIKES) if 0 < cyrillic < len(word) else word
